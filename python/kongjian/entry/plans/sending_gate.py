"""Whether results may go to others: what is still open before that, asked about, and said where they go all the same."""

from __future__ import annotations

from kongjian.base.errors import KongjianError
from kongjian.engine.declined import listed
from kongjian.entry.plans.plan_model import ANYWAY, Question
from kongjian.intake.sheets import Sheets
from kongjian.workbook.last_run_sheets import half_written, previous_run, said_of_awards, shown_awards
from kongjian.workbook.run import Run


def refuse_half_written(sheets: Sheets) -> None:
    """Raises KongjianError while results are being written, and where they were not written to the end."""
    if half_written(sheets):
        raise KongjianError(
            "工作簿的结果正在写入，或者上次没有写完，现在不能发送；请等写完，或再按“重新计算排名”"
        )


def stale_results(run: Run, sheets: Sheets) -> str:
    """What is wrong with the results that the workbook shows, where they are not those of its data; else ""."""
    if not previous_run(sheets).fingerprint:
        return "工作簿还没有计算过"
    shown = shown_awards(sheets)
    awards = listed(run.results.tables["Awards"], run.results.declined, run.rules)
    if run.results.same_run and (shown is None or shown == said_of_awards(awards)):
        return ""
    return "工作簿里的名次是按以前的数据算的"


def gate(run: Run, sheets: Sheets, what: str, answer: str) -> Question | None:
    """What is asked before `what` goes to others while anything is open; None where nothing is or the answer says so.

    Raises KongjianError where no answer helps.
    """
    refuse_half_written(sheets)
    if answer == ANYWAY or not run.schools + run.teachers:  # where there is no data nothing can go out
        return None
    old = stale_results(run, sheets)
    said = "；".join(filter(None, (old, run.still_open)))
    if not said:
        return None
    where = "先按“重新计算排名”，" if old else ""
    if run.still_open:
        where += "到“问题清单”“获奖名单”逐项核实，或在“已确认保留”里写明"
    return Question(
        f"{what}没有生成：{said}。请{where.removesuffix('，')}", answer=ANYWAY, option=f"--{ANYWAY}"
    )
