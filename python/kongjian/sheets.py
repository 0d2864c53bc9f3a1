"""A workbook's sheets as grids, whoever holds it; rows of a table found by its headers; moments as cells hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from kongjian.intake.grid import Cell, Grid, is_blank
from kongjian.intake.headers import SEARCHED_ROWS

_EPOCH = dt.datetime(1899, 12, 30)


class Sheets(Protocol):
    """A workbook's sheets by the names that the layout gives them."""

    def name(self, sheet: str) -> str | None:
        """The sheet's name as the workbook spells it, None where there is no such sheet."""

    def grid(self, sheet: str) -> Grid | None:
        """A sheet from A1 to its last cell; None where there is no such sheet."""


def rows_below_header(
    sheets: Sheets, sheet: str, columns: Sequence[str], newer: Sequence[str] = ()
) -> list[list[Cell]]:
    """The named columns of an output sheet's rows; [] where the sheet or a column is missing.

    The columns of `newer` follow; they are blank where an older workbook does not have them.
    """
    grid = sheets.grid(sheet)
    if grid is None:
        return []
    for top, cells in enumerate(grid.rows[:SEARCHED_ROWS], start=1):  # staff may have put rows above it
        header = [str(c).strip() for c in cells]
        if all(c in header for c in columns):
            at = [header.index(c) if c in header else None for c in (*columns, *newer)]
            rows = [["" if k is None else row[k] for k in at] for row in grid.rows[top:]]
            return [row for row in rows if not all(is_blank(c) for c in row)]
    return []


def serial(moment: dt.datetime) -> float:
    """A moment as Excel's day number."""
    return round((moment - _EPOCH).total_seconds() / 86400, 8)
