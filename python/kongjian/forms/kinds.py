"""The kinds of review sheets that can be asked for, and what each consists of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from kongjian.base.grid import Cell
from kongjian.forms import appeals, applications, lists, monthly_report, review_sheets, score_cards, summary
from kongjian.forms.job import Job
from kongjian.workbook.run import Run

APPLICATIONS, EXPERTS, SUMMARY, APPEALS = "申报表", "专家评审", "工作总结", "异议登记"
CARDS, MONTHLY = score_cards.SHEET, monthly_report.MONTHLY
PUBLICITY, COMMENDATION = lists.PUBLICITY, lists.COMMENDATION
KINDS = (APPLICATIONS, CARDS, EXPERTS, PUBLICITY, COMMENDATION, SUMMARY, APPEALS, MONTHLY)
FOR_OTHERS = (PUBLICITY, COMMENDATION)
"""The lists that tell others who won."""
FOLDER = "表格"
"""Where the sheets go unless the user says otherwise: this folder beside the workbook."""


def jobs(
    run: Run,
    kinds: Sequence[str],
    today: dt.date,
    experts: Sequence[str] = (),
    ranks: int | None = None,
    raised: Sequence[Sequence[Cell]] = (),
    month: str = "",
) -> list[Job]:
    """What is to be written for these kinds.

    `raised` are the rows of 异议登记, `experts` names the experts (else 专家1, 专家2 …), `ranks` limits the units under review to
    the first ranks. `month` is the one that 月度通报 tells of (YYYY-MM, else the latest).
    """
    made: dict[str, Callable[[], list[Job]]] = {
        APPLICATIONS: lambda: applications.jobs(run, today),
        CARDS: lambda: score_cards.jobs(run, today),
        EXPERTS: lambda: review_sheets.jobs(run, today, experts, ranks),
        PUBLICITY: lambda: lists.publicity(run, today),
        COMMENDATION: lambda: lists.commendation(run, today),
        SUMMARY: lambda: summary.jobs(run, today),
        APPEALS: lambda: appeals.jobs(run, today, raised) if raised or set(kinds) == {APPEALS} else [],
        MONTHLY: lambda: monthly_report.jobs(run, today, month, alone=list(kinds) == [MONTHLY]),
    }
    return [job for kind in KINDS if kind in kinds for job in made[kind]()]
