"""A sheet of a running Excel as the reader of files would give it: its extent, its cells, its formats, its formulas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.base.grid import DAY_ZERO, Cell, Grid, is_error_code, letter
from kongjian.entry.excel import lent
from kongjian.entry.excel.session import NOT_THERE

MOST_QUESTIONS = 500
"""About the formats of one column, one cell each."""
MOST_CELLS = 3_000_000
"""Of a used range as Excel tells it; formats down to the last row make it larger than what is there."""
CELLS_AT_ONCE = 15_000
"""That go to Excel at once; how long Excel takes for so many has not been seen."""
AT_FIRST = 500
"""The same while it is not known how long Excel takes for them, which only sheets that formulas read make long."""
A_BLOCK = 0.4
"""Seconds that Excel is to take for them: what a call from Excel has begun at its end comes on top of its second."""
_PLAIN = frozenset({str, int, float, bool})
_NO_ERROR = frozenset({str, float, bool, dt.datetime, dt.date, dt.time})
"""Of these only a text can stand for an error."""
_ERRORS = frozenset("#DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE! #SPILL! #CALC!".split())


def slices(sheet: xw.Sheet, height: int, width: int) -> Iterator[slice]:
    """The rows of an area by as many as go to Excel at once; where it waits, as many as it did quickly just before."""
    start, cells = 0, AT_FIRST if lent.is_lent(sheet) else CELLS_AT_ONCE
    lent.took(sheet)
    while start < height:
        yield slice(start, start := min(start + max(1, cells // width), height))
        quicker = A_BLOCK / max(lent.took(sheet), A_BLOCK / 4)
        cells = max(1, min(int(cells * quicker), CELLS_AT_ONCE))


def put(area: xw.Range, rows: Sequence[Sequence[Any]]) -> None:
    """Rows into an area of their size.

    Plain ones go as they are, in one question to Excel; for any others xlwings asks it again and again what the area is.
    """
    kinds = set[type]().union(*(map(type, row) for row in rows))
    if kinds <= {*_PLAIN, type(None)} and not [1 for row in rows for cell in row if cell != cell]:
        area.raw_value = [["" if cell is None else cell for cell in row] for row in rows]
    else:
        area.value = rows


def last_cell(sheet: xw.Sheet, lowest: int = 1) -> tuple[int, int]:
    """The last row and column in use, counted from A1."""
    used = sheet.used_range
    (height, width), row, column = used.shape, used.row, used.column
    rows, columns = row + height - 1, column + width - 1
    if rows * columns > MOST_CELLS:
        rows = _last_filled(sheet, rows, columns)
    if rows * columns > 10 * MOST_CELLS:
        raise KongjianError(f"工作表“{sheet.name}”有{rows}行{columns}列，读不了；请删去多余的行和列再试")
    return max(rows, lowest), columns


def _last_filled(sheet: xw.Sheet, rows: int, columns: int) -> int:
    """The last row that holds anything, hidden rows included: Excel counts, by halves."""
    low, high = 1, rows
    with suppress(*NOT_THERE):
        count = sheet.book.app.api.WorksheetFunction.CountA
        while low < high:
            middle = (low + high) // 2
            if count(sheet.range((middle + 1, 1), (high, columns)).api):
                low = middle + 1
            else:
                high = middle
    return high


def moment(
    year: int, month: int, day: int, hour: int, minute: int, second: int, microsecond: int = 0, **_: Any
) -> Cell:
    """A date, a time or both."""
    date, time = dt.date(year, month, day), dt.time(hour, minute, second, microsecond)
    if date == DAY_ZERO.date():
        return time
    return date if time == dt.time() else dt.datetime.combine(date, time)


def percent_rows(sheet: xw.Sheet, last: int, column: int) -> set[int]:
    """The rows of a column whose cells show a percentage; Excel tells the format of many cells where it is one."""
    out: set[int] = set()
    todo = [(1, last)]
    with suppress(*NOT_THERE):
        for _ in range(MOST_QUESTIONS):
            if not todo:
                return out
            first, end = todo.pop()
            shown = sheet.range((first, column), (end, column)).number_format
            if isinstance(shown, str):
                out.update(range(first, end + 1) if "%" in shown else ())
            elif first < end:
                middle = (first + end) // 2
                todo += [(first, middle), (middle + 1, end)]
    return set()


def as_grid(values: list[list[Any]], percents: Callable[[int], Collection[int]] = lambda _: ()) -> Grid:
    """Cells as xlwings gives them, error values told apart. A typed text like #N/A counts as one."""
    errors: dict[tuple[int, int], str] = {}
    for r, row in enumerate(values):
        row[:] = ["" if cell is None else cell for cell in row]
        if {*map(type, row)} <= _NO_ERROR and _ERRORS.isdisjoint(row):
            continue  # nearly all
        for c, cell in enumerate(row):
            if isinstance(cell, Decimal):  # a currency format
                row[c] = float(cell)
            elif cell in _ERRORS or is_error_code(cell):
                errors[r + 1, c + 1] = cell if isinstance(cell, str) else "#错误"
                row[c] = ""
    return Grid(values, errors, percents=percents)


def formula_places(written: Any, grid: Grid) -> frozenset[tuple[int, int]]:
    """Where a sheet's formulas stand, of what Excel gives as each cell's formula: for a text that is the text itself."""
    lines = [[written]] if isinstance(written, str) else written
    return frozenset(
        (r, c)
        for r, (line, cells) in enumerate(zip(lines, grid.rows, strict=False), start=1)
        for c, (text, shown) in enumerate(zip(line, cells, strict=False), start=1)
        if isinstance(text, str) and text.startswith("=") and text != shown
    )


def changed_cell(before: Grid, now: Grid | None) -> str:
    """The first cell that is another, in brackets."""
    lines = zip(before.rows, now.rows if now else (), strict=False)
    for r, (old, new) in enumerate(lines, start=1):
        for c, (one, other) in enumerate(zip(old, new, strict=False), start=1):
            if one != other:
                return f"（{letter(c)}{r}）"
    return ""
