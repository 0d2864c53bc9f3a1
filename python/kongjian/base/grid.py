"""One worksheet as raw cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from kongjian.base.text import clean

Cell = Any
"""str ("" for empty), float, int, bool, datetime.date or datetime.datetime; None counts as empty."""
DAY_ZERO = dt.datetime(1899, 12, 30)
"""What Excel counts its days from."""
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Of any worksheet."""
YES, NO = "是", "否"
YES_NO = {1.0: YES, 0.0: NO}
_ERROR_CODES = range(-2146826288, -2146826180)


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet from A1 on, rows of equal length. `errors` maps (row, column) to an error text

    such as #N/A, `merged` lists merged areas; all 1-based. `percents` gives the rows of a column whose cells have a
    percent format, none where nobody can tell.
    """

    rows: Sequence[Sequence[Cell]]
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    percents: Callable[[int], Collection[int]] = lambda _: ()

    @property
    def width(self) -> int:
        return max((len(r) for r in self.rows), default=0)

    def cell(self, row: int, column: int) -> Cell:
        """What a cell, counted from 1, holds; "" outside the rows."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return cells[column - 1] if 0 < column <= len(cells) else ""

    def shown(self, row: int, column: int) -> Cell:
        """The same, an error value as its text."""
        return self.errors.get((row, column)) or self.cell(row, column)


def letter(column: int) -> str:
    """The letters of a 1-based column: 1 is A, 27 is AA."""
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def column_number(letters: bytes | str) -> int:
    """The 1-based number of a column: A is 1, AA is 27."""
    number = 0
    for character in letters if isinstance(letters, bytes) else letters.encode():
        number = number * 26 + character - 64
    return number


def reference(area: Area) -> str:
    """An area as A1 or A1:B2."""
    first, last = f"{letter(area[1])}{area[0]}", f"{letter(area[3])}{area[2]}"
    return first if first == last else f"{first}:{last}"


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not (cell[:1].isalnum() or clean(cell)))


def is_error_code(cell: Cell) -> bool:
    """Whether it is an error value as Excel hands it over (#NULL! is the first); its numbers are never whole ones."""
    return type(cell) is int and cell in _ERROR_CODES


def cell_number(cell: Cell) -> float:
    """A cell as the number that Excel keeps, a moment as its day number; NaN for what is none."""
    if isinstance(cell, dt.datetime):
        return serial(cell)
    if isinstance(cell, dt.date):
        return serial(dt.datetime.combine(cell, dt.time()))
    return float(cell) if isinstance(cell, int | float) else float("nan")


def serial(moment: dt.datetime) -> float:
    """A moment as Excel's day number."""
    return round((moment - DAY_ZERO).total_seconds() / 86400, 8)


def from_serial(day: float) -> dt.datetime:
    """Excel's day number as a moment, to the second."""
    return DAY_ZERO + dt.timedelta(seconds=round(day * 86400))


def day(number: float) -> dt.date:
    """The day of Excel's day number."""
    return (DAY_ZERO + dt.timedelta(days=int(number))).date()
