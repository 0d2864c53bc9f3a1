"""The rows 导入 of 有效次数, an output sheet of which only these are an input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kongjian.base.grid import Cell, Grid, cell_number, is_blank
from kongjian.engine.event_log import COLUMNS, COUNTED, NUMBERS
from kongjian.engine.frame import Frame, texts
from kongjian.engine.imported_counts import ORIGIN
from kongjian.engine.matching import ROW
from kongjian.intake.values import show

COUNTS = "counts"
"""What grids and inputs call them, beside the ids of the input tables."""

_SEARCHED = 10
"""Rows in which the headers are looked for: staff may have put some above them."""


def imported_counts(grid: Grid | None) -> Frame:
    """The rows with their worksheet rows; no columns where there is none. A number that is none is NaN."""
    top, header = _header(grid)
    kept = (
        [k for k, row in enumerate(grid.rows[top:], start=top) if _is_imported(row, header)]
        if grid and header
        else []
    )
    if grid is None or not kept:
        return Frame()
    out = Frame({ROW: np.array(kept, dtype=np.int64) + 1})
    for name in (*COLUMNS, *COUNTED):
        place = header.get(name)
        cells = [""] * len(kept) if place is None else [grid.rows[k][place] for k in kept]
        if name in NUMBERS:
            out[name] = np.array([cell_number(c) for c in cells], dtype=np.float64)
        else:
            out[name] = texts(show(c).strip() for c in cells)
    return out


def _header(grid: Grid | None) -> tuple[int, dict[str, int]]:
    """The row (from 1) that names the columns, and where; no columns where there is none."""
    for top, row in enumerate(grid.rows[:_SEARCHED] if grid else (), start=1):
        if set(COLUMNS) <= set(row):
            return top, {str(c).strip(): k for k, c in enumerate(row) if not is_blank(c)}
    return 0, {}


def _is_imported(row: Sequence[Cell], header: Mapping[str, int]) -> bool:
    return str(row[header["出处"]]).strip() == ORIGIN


def other_rows(grid: Grid | None) -> dict[str, list[Cell]]:
    """The other rows of the sheet as they stand: column → cells, None for a blank number."""
    top, header = _header(grid)
    rows = [row for row in grid.rows[top:] if not _is_imported(row, header)] if grid and header else []
    rows = [row for row in rows if any(not is_blank(row[k]) for k in header.values())]
    out: dict[str, list[Cell]] = {}
    for name in (*COLUMNS, *COUNTED):
        place = header.get(name)
        cells = ["" if place is None else row[place] for row in rows]
        out[name] = [None if is_blank(c) else c for c in cells] if name in NUMBERS else cells
    return out
