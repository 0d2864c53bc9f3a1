"""生成申报表 and the other forms, 收取材料: the files that go out and those that came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from kongjian.entry.plans import sending_gate
from kongjian.entry.plans.plan_model import ERROR, INFO, Plan, Question, Told
from kongjian.forms import kinds, make_and_collect
from kongjian.forms.produce import FILES, ToPdf, count
from kongjian.intake.sheets import APPEALS, Progress, Sheets, rows_below_header
from kongjian.mailing import returns
from kongjian.rules import Rules
from kongjian.workbook.run import Run


def stale(run: Run, sheets: Sheets) -> list[Told]:
    """A hint where the workbook shows results of other data, or none."""
    said = sending_gate.stale_results(run, sheets)
    return [Told(f"提示：{said}；这里按现在的数据生成，请再按“重新计算排名”")] if said else []


def forms(
    run: Run,
    sheets: Sheets,
    book: Path,
    out: Path,
    wanted: Sequence[str],
    today: dt.date,
    shape: str = FILES,
    to_pdf: ToPdf | None = None,
    experts: Sequence[str] = (),
    ranks: int | None = None,
    templates: Path | None = None,
    answer: str = "",
    month: str = "",
) -> Plan | Question:
    """Forms of the wanted kinds below `out`, or what is asked before lists for others are made.

    Raises KongjianError where there is no data.
    """
    raised = rows_below_header(sheets, APPEALS.sheet, APPEALS.names)
    jobs = make_and_collect.plan(run, wanted, today, experts, ranks, raised, month)
    lists = "、".join(kind for kind in kinds.FOR_OTHERS if kind in wanted)
    if lists and (asked := sending_gate.gate(run, sheets, lists, answer)):
        return asked

    def make(progress: Progress) -> Iterable[Told]:
        made = make_and_collect.make(run, jobs, book, out, wanted, today, shape, to_pdf, templates, progress)
        mode = ERROR if made.failed else INFO
        yield Told(f"{made.message}（{out}）", mode, (*made.failed, *made.notes), folder=out)

    return Plan(None, stale(run, sheets), make, count(jobs, shape))


def collect(
    folder: Path, rules: Rules, now: dt.datetime, book: Path | None = None, run: Run | None = None
) -> Plan:
    """The lists of what came back into a folder; with a run of the workbook also the corrections to its data."""

    def make(progress: Progress) -> Iterable[Told]:
        progress("正在检查交回的文件…")
        lines = make_and_collect.collect(folder, rules, now.date(), book, run)
        if run:
            said = returns.propose(folder, run, now)
            lines = returns.joined(lines, said, make_and_collect.nothing(folder))
        yield Told("\n".join(lines))

    return Plan(make=make)
