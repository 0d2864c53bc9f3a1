"""定稿: the results are final from a day on; what changes them afterwards asks first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.entry.plans import sending_gate
from kongjian.entry.plans.plan_model import ANYWAY, Plan, Question, Told
from kongjian.workbook import pages
from kongjian.workbook.finalised import FINAL_NAME, Final, codes_of, codes_shown, differing, finalised
from kongjian.workbook.identity import Named
from kongjian.workbook.next_step import NEXT_NAME
from kongjian.workbook.pages import Writing
from kongjian.workbook.run import Run

AFTER_FINAL = "after-final"
"""The answer that lets something change a workbook that is final, and the option that gives it."""
_ALL_THE_SAME = "仍要这样做"


def asked_first(sheets: Named, what: str) -> Question | None:
    """What is asked before `what` changes a workbook that is final; None for another one."""
    final = finalised(sheets.carried(FINAL_NAME))
    if final is None:
        return None
    text = f"这本工作簿已定稿（{final.day}），还没有{what}：以后的结果可能和定稿的不同"
    return Question(text, answer=AFTER_FINAL, option=f"--{AFTER_FINAL}", yes=_ALL_THE_SAME)


def refuse(sheets: Named, what: str, given: bool) -> None:
    """Raises KongjianError where a command is asked to change what is final and was not `given` the option."""
    asked = None if given else asked_first(sheets, what)
    if asked:
        raise KongjianError(f"{asked.text}；{asked.yes}请加 {asked.option}")


def final(run: Run, sheets: Named, moment: dt.datetime, answer: str = "") -> Plan | Question:
    """Makes the results that the workbook shows final, or what is asked before that.

    Raises KongjianError where these are not the results of its data.
    """
    if not run.schools + run.teachers:
        raise KongjianError("还没有数据，不能定稿；请先把平台导出的数据粘贴到输入表")
    if old := sending_gate.stale_results(run, sheets):
        raise KongjianError(f"还不能定稿：{old}；请先重新计算排名")
    codes = codes_of(run)
    if other := differing(codes, codes_shown(sheets, run.rules), run.rules):
        raise KongjianError(f"还不能定稿：{'、'.join(other)}和按数据算出的不同；请先重新计算排名")
    before = finalised(sheets.carried(FINAL_NAME))
    unsettled = "；".join(filter(None, (run.months_said, run.still_open)))
    doubts = [f"已在{before.day}定稿过，再定稿就以现在的结果为准"] if before else []
    doubts += [f"{unsettled}。请先处理"] if unsettled else []
    if doubts and answer != ANYWAY:
        text = f"没有定稿：{'；'.join(doubts)}"
        return Question(text, answer=ANYWAY, option=f"--{ANYWAY}", yes=_ALL_THE_SAME)
    text = Final(moment, codes).text
    steps, command = pages.how_far_with(run, text)
    writing = Writing("定稿", home=steps, names={FINAL_NAME: text, NEXT_NAME: command}, again=True)
    return Plan(
        writing, (Told(f"已定稿（{Final(moment, codes).day}）；以后重新计算、导入、采纳更正都会先问"),)
    )


def copy_of(book: Path, moment: dt.datetime) -> Path:
    """Where the dated copy of the final workbook stands."""
    return book.with_name(f"{book.stem}（定稿 {moment:%Y-%m-%d %H-%M-%S}）{book.suffix}")
