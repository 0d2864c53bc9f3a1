"""单位查询 of a live copy: its page, and hidden behind it the facts as they were sent, of one school or of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.evidence.one_unit import lookup
from kongjian.engine.frame import Frame, Ints
from kongjian.engine.outcome import Outcome
from kongjian.mailing.copy_sheets import Value
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.lookup_cells import LookupCells
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, PLACES, SELECTION, TABLES, Chosen, Refs, frames
from kongjian.workbook.lookup_work import UNAVAILABLE
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import FIRST_ROW, SUBTITLE_ROW

PURPOSE = "选一所学校或一名教师，看每一项的取值、来源、得分、还差；发出时的数"
RowColumn = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True)
class CopiedLookup:
    """Both sheets: the cells that `cells` knows, and the tables of the hidden one.

    `apart` is added to the sheets' names where the look-ups of several schools stand in one file to be checked.
    """

    cells: LookupCells
    tables: Mapping[str, Frame]
    subtitle: str
    apart: str = ""

    def values(self) -> dict[str, dict[RowColumn, Value]]:
        """What every cell holds, by sheet; of an error that only a chart reads nothing."""
        page: dict[RowColumn, Value] = {(c.row - 1, c.column - 1): c.value for c in self.cells.page_cells()}
        page |= {(r - 1, c - 1): t for (r, c), t in zip(SELECTION.values(), self.cells.chosen, strict=True)}
        data: dict[RowColumn, Value] = {
            (c.row - 1, c.column - 1): "" if c.value == UNAVAILABLE else c.value
            for c in self.cells.work_cells()
        }
        data[SUBTITLE_ROW - 1, 0] = self.subtitle
        for spec in TABLES:
            for k, name in enumerate(
                spec.names if self.tables[spec.table] else (), start=PLACES[spec.table] - 1
            ):
                for row, value in enumerate(self.tables[spec.table][name].tolist(), start=FIRST_ROW - 1):
                    data[row, k] = "" if value != value else value
        return {LOOKUP + self.apart: page, DATA + self.apart: data}

    def formulas(self) -> dict[str, dict[RowColumn, str]]:
        """The formulas and where they stand, by sheet."""
        both = {LOOKUP: self.cells.page_cells(), DATA: self.cells.work_cells()}
        return {
            name + self.apart: {(c.row - 1, c.column - 1): self._there(c.formula) for c in some if c.formula}
            for name, some in both.items()
        }

    def _there(self, formula: str) -> str:
        for name in (LOOKUP, DATA) if self.apart else ():
            formula = formula.replace(f"'{name}'!", f"'{name}{self.apart}'!")
        return formula


def copied_lookup(run: Run, only_school: str | None) -> CopiedLookup:
    """The look-up over all units, or over one school's: then medians and lines only where they give no other away."""
    some = {kind: _of_school(run.results.of(kind), only_school) for kind in OBJECT_LABELS}
    shown = only_school is None or run.shows_lines
    found = lookup(run.results, run.rules, some["school"], some["teacher"], shown)
    tables = frames(found)
    first = found.called("school", int(some["school"][0]))[0] if len(some["school"]) else ""
    subtitle = f"规则版本 {run.results.version} · 发出时的数，不随“规则”里的改动变化"
    refs = Refs({table: frame.height for table, frame in tables.items()})
    cells = LookupCells(run.rules, found, Chosen(OBJECT_LABELS["school"], first), subtitle, refs)
    return CopiedLookup(cells, tables, subtitle)


def _of_school(outcome: Outcome, school: str | None) -> Ints:
    names = outcome.names["学校名称"].tolist()
    keep = [i for i, name in enumerate(names) if school is None or fold(name) == fold(school)]
    return np.array(keep, dtype=np.int64)
