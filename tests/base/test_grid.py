"""A sheet's cells by their row and column from 1: nothing outside, error values by their text where they are shown."""

from __future__ import annotations

import pytest

from kongjian.base.grid import Grid

GRID = Grid([["甲", 0.0], ["", ""]], errors={(2, 2): "#N/A"})


@pytest.mark.parametrize(
    ("row", "column", "held", "shown"),
    [
        (1, 1, "甲", "甲"),
        (1, 2, 0.0, 0.0),
        (2, 2, "", "#N/A"),
        (0, 1, "", ""),
        (1, 0, "", ""),
        (3, 1, "", ""),
        (1, 3, "", ""),
    ],
)
def test_a_cell(row: int, column: int, held: object, shown: object) -> None:
    assert (GRID.cell(row, column), GRID.shown(row, column)) == (held, shown)
