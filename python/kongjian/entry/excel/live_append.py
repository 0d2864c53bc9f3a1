"""Appends rows to the input sheets of the open workbook; every cell that is there stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.base.grid import YES_NO, Cell, Grid, is_blank
from kongjian.entry.excel.live_cells import moment, put, slices
from kongjian.entry.excel.session import NOT_THERE
from kongjian.intake.importing.convert import Value
from kongjian.intake.importing.landed_check import compared
from kongjian.intake.importing.landing import Block
from kongjian.intake.importing.undo import Removal
from kongjian.rules.model_tables import Column
from kongjian.xlsx.table_parts import totals_row

_TEXTS = ("text", "account", "month")
_PERCENT = "0.0%"


def append(sheet: xw.Sheet, block: Block) -> None:
    """New rows below those that are there; the table reaches down to the last of them.

    It does so before they are written: Excel would let it grow with each of them, and look at all formulas each time.
    """
    _extend(sheet, block)
    _append(sheet, block)
    if sheet.book.app.engine.name != "remote":  # which writes when all is over
        _compare(sheet, block)


def refuse_totals(sheet: xw.Sheet, block: Block) -> None:
    """Raises KongjianError of a table that cannot take rows below its last one."""
    if any(t.name == block.table.name and t.show_totals for t in sheet.tables):
        raise KongjianError(totals_row(block.sheet))


def last_row(grid: Grid) -> int:
    """The last row of a sheet that shows anything."""
    rows = [r for r, cells in enumerate(grid.rows, start=1) if not all(map(is_blank, cells))]
    return max([0, *rows[-1:], *(r for r, _ in grid.errors)])


def remove(sheet: xw.Sheet, gone: Removal) -> None:
    """The last rows of a sheet out again; the table ends above them, with one blank row where none is left."""
    for rows in slices(sheet, gone.last_row - gone.first_row + 1, gone.width):
        top, bottom = gone.first_row + rows.start, gone.first_row + rows.stop - 1
        sheet.range((top, 1), (bottom, gone.width)).clear_contents()
    last_row = max(gone.first_row - 1, gone.header_row + 1)
    for table in sheet.tables:
        area = table.range
        if (
            table.name == gone.table_name
            and area.row + area.shape[0] - 1 > last_row
            and not table.show_totals
        ):
            last = area.column + area.shape[1] - 1
            table.resize(sheet.range((area.row, area.column), (last_row, last)))


def _compare(sheet: xw.Sheet, block: Block) -> None:
    """What Excel made of the new rows is read again and compared with the files. Raises KongjianError where it differs."""
    rows: list[Sequence[Cell]] = [()] * (block.first_row - 1)
    width = max(block.columns)
    for some in slices(sheet, block.last_row - block.first_row + 1, width):
        top, bottom = block.first_row + some.start, block.first_row + some.stop - 1
        area = sheet.range((top, 1), (bottom, width))
        rows += area.options(ndim=2, dates=moment, empty="", err_to_str=True).value
    compared(block, Grid(rows))


def _extend(sheet: xw.Sheet, block: Block) -> None:
    """Lets the table reach down to the last new row; Excel does so by itself only for what is typed."""
    for table in sheet.tables:
        area = table.range
        if table.name == block.table.name and area.row + area.shape[0] - 1 < block.last_row:
            last = area.column + area.shape[1] - 1
            table.resize(sheet.range((area.row, area.column), (block.last_row, last)))


def _append(sheet: xw.Sheet, block: Block) -> None:
    """Neighbouring columns in one call; the text format goes before the values, or Excel reads "=1+1"."""
    for run in _runs(block.columns):
        for some in slices(sheet, len(block.rows), len(run)):
            rows, top = block.rows[some], block.first_row + some.start
            for k in run:
                if block.columns[k] in block.percents:
                    _as_percent(sheet, top, block.columns[k], len(rows))
                _as_text(sheet, top, block.columns[k], block.kinds[k], [row[k] for row in rows])
            area = ((top, block.columns[run[0]]), (top + len(rows) - 1, block.columns[run[-1]]))
            put(sheet.range(*area), [[row[k] for k in run] for row in rows])


def _runs(columns: Sequence[int]) -> list[list[int]]:
    """Positions of columns that stand side by side."""
    groups = groupby(range(len(columns)), key=lambda k: columns[k] - k)
    return [list(group) for _, group in groups]


def _as_percent(sheet: xw.Sheet, top: int, column: int, height: int) -> None:
    """Gives cells a percent format unless the sheet gives them one."""
    area = sheet.range((top, column), (top + height - 1, column))
    with suppress(*NOT_THERE):
        if "%" in (area.number_format or ""):
            return
    area.number_format = _PERCENT


def _as_text(sheet: xw.Sheet, top: int, column: int, kind: Column, values: Sequence[Value]) -> None:
    """Makes cells text cells: a column of texts as a whole, elsewhere what could not be read."""
    if kind.kind in _TEXTS:
        sheet.range((top, column), (top + len(values) - 1, column)).number_format = "@"
        return
    safe = {*YES_NO.values(), *kind.choices}
    odd = [k for k, v in enumerate(values) if isinstance(v, str) and v not in safe]
    for _, group in groupby(enumerate(odd), key=lambda pair: pair[1] - pair[0]):
        rows = [k for _, k in group]
        sheet.range((top + rows[0], column), (top + rows[-1], column)).number_format = "@"
