"""A workbook's sheets as grids, whoever holds it; rows of a table found by its headers; moments as cells hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.intake.headers import SEARCHED_ROWS


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
    found = header_row(grid, columns) if grid else None
    if grid is None or found is None:
        return []
    top, header = found
    at = [header.get(c) for c in (*columns, *newer)]
    rows = [["" if k is None else row[k] for k in at] for row in grid.rows[top:]]
    return [row for row in rows if not all(is_blank(c) for c in row)]


def header_row(grid: Grid, columns: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The row (1-based) that names all these columns and where it has each name (0-based); None where there is none."""
    for top, cells in enumerate(grid.rows[:SEARCHED_ROWS], start=1):  # staff may have put rows above it
        header = {str(c).strip(): k for k, c in reversed(list(enumerate(cells)))}
        if all(c in header for c in columns):
            return top, header
    return None


def no_sheet(sheet: str) -> KongjianError:
    """What to say of an input sheet that is not there."""
    return KongjianError(f"工作簿里没有工作表“{sheet}”；请用 kongjian.xlsm，或把这张表的名字改回“{sheet}”")
