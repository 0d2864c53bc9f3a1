"""异议登记表: the appeals that staff kept in the workbook, as a record to be printed and signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from kongjian.base.grid import Cell
from kongjian.base.text import clean
from kongjian.engine.frame import Frame, texts
from kongjian.forms.job import Document, Job
from kongjian.forms.known import scheme_facts
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.intake.sheets import APPEALS
from kongjian.workbook.run import Run

RECORD = "异议登记表"
_BLANK_LINES = 8
"""Of a record without any appeal, to be filled in by hand."""


def jobs(run: Run, today: dt.date, raised: Sequence[Sequence[Cell]]) -> list[Job]:
    """One list; `raised` are the rows of 异议登记 by the sheet's columns."""
    facts = {
        **scheme_facts(run.rules, today),
        "件数": f"共{len(raised)}件" if raised else "",
        "异议": _listed(raised),
    }
    document = Document("", RECORD, [Sheet(RECORD, RECORD, facts)])
    return [Job(RECORD, f"{RECORD}.xlsx", [document], RECORD)]


def _listed(raised: Sequence[Sequence[Cell]]) -> Frame:
    rows = raised or [[""] * len(APPEALS.columns)] * _BLANK_LINES
    columns = {name: texts(_words(row[k]) for row in rows) for k, name in enumerate(APPEALS.names)}
    return Frame({"序号": np.arange(1.0, len(rows) + 1), **columns})


def _words(cell: Cell) -> str:
    """A day as people write it; everything else as it stands."""
    if isinstance(cell, dt.date):
        return f"{cell.year}-{cell.month:02}-{cell.day:02}"
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return clean(str(cell))
