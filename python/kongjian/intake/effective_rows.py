"""The rows 导入 of 有效次数, an output sheet of which only these are an input."""

from __future__ import annotations

import numpy as np

from kongjian.base.grid import Grid, cell_number
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
    lines = grid.rows[:_SEARCHED] if grid else []
    top = next((k for k, row in enumerate(lines, start=1) if set(COLUMNS) <= set(row)), None)
    if grid is None or top is None:
        return Frame()
    header = {str(c).strip(): k for k, c in enumerate(grid.rows[top - 1])}
    origin = header["出处"]
    kept = [k for k, row in enumerate(grid.rows[top:], start=top) if str(row[origin]).strip() == ORIGIN]
    if not kept:
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
