"""Where a finding stands in the workbook: its cell, what the cell holds, whom the row is about, which clause speaks of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kongjian.base.grid import Cell, Grid, column_number, is_blank
from kongjian.base.text import clean
from kongjian.engine.findings import Finding
from kongjian.engine.matching import school_keys
from kongjian.intake.values import show
from kongjian.rules.model import Rules
from kongjian.rules.roles import Role
from kongjian.rules.wording import clause_of

_FIRST_HEADER_ROW = 3


@dataclass(frozen=True)
class Where:
    """The input sheets as they were read: grids, each column's letters and the header's row, by table id."""

    rules: Rules
    grids: Mapping[str, Grid | None]
    places: Mapping[str, Mapping[str, str]]
    header_rows: Mapping[str, int]

    def letters(self, finding: Finding) -> str:
        """The column of a finding; the first one where the sheet has no such column."""
        if finding.column.startswith("="):
            return finding.column[1:]
        return self.places.get(finding.table, {}).get(finding.column, "A")

    def row(self, finding: Finding) -> int:
        return finding.row or self.header_rows.get(finding.table, _FIRST_HEADER_ROW)

    def cell(self, finding: Finding) -> str:
        return f"{self.letters(finding)}{self.row(finding)}"

    def has_cell(self, finding: Finding) -> bool:
        """Whether it is about one cell, not about a row, a sheet or a column that is not there."""
        named = finding.column in self.places.get(finding.table, {})
        return finding.column.startswith("=") or (finding.row > 0 and named)

    def value(self, finding: Finding) -> Cell:
        """What the cell holds, an error value as its text; "" for a blank."""
        grid, row, column = (
            self.grids.get(finding.table),
            self.row(finding),
            column_number(self.letters(finding)),
        )
        return "" if grid is None else grid.shown(row, column)

    def is_error(self, finding: Finding) -> bool:
        grid = self.grids.get(finding.table)
        return grid is not None and (self.row(finding), column_number(self.letters(finding))) in grid.errors

    def subject(self, finding: Finding) -> str:
        """Whom a row is about, as it names them: a school, a teacher, a class; "" for a whole sheet."""
        grid, at = self.grids.get(finding.table), self.places.get(finding.table, {})
        if (
            grid is None
            or finding.row <= self.header_rows.get(finding.table, 0)
            or finding.row > len(grid.rows)
        ):
            return ""
        row = grid.rows[finding.row - 1]
        cells = [
            row[column_number(at[name]) - 1] for name in self.rules.table(finding.table).subject if name in at
        ]
        return " ".join(shown(cell) for cell in cells if not is_blank(cell))

    def school(self, finding: Finding) -> str:
        """The school that a row names, as it is compared; "" for a whole sheet, and where the table names none."""
        column = self.rules.table(finding.table).by_role(Role.SCHOOL)
        grid, at = self.grids.get(finding.table), self.places.get(finding.table, {})
        if column is None or grid is None or column.name not in at:
            return ""
        if not self.header_rows.get(finding.table, 0) < finding.row <= len(grid.rows):
            return ""
        return school_keys([shown(grid.rows[finding.row - 1][column_number(at[column.name]) - 1])])[0]

    def clause(self, finding: Finding) -> str:
        own = self.rules.problems[finding.code].clause
        return own or clause_of(self.rules, finding.table, finding.column)


def shown(cell: Cell) -> str:
    """A cell's content as people see it."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{Decimal(f'{cell:.15g}'):f}"  # an account as Excel shows it, not as 4.2E+17
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == dt.time() else f"{cell:%Y-%m-%d %H:%M:%S}"
    return clean(show(cell))
