"""Writes into the input sheets of a workbook file: rows below those that are there, or single cells that staff accepted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from kongjian.base.grid import letter
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.table_rows import cell_content
from kongjian.xlsx.xml_text import with_prefix

LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that Excel takes for a formula when somebody enters it again."""


class NewRows(Protocol):
    """Rows for one input sheet, named as the workbook spells it, below those that are there; columns from 1.

    The numbers of the columns `percents` are fractions and show as percentages.
    """

    @property
    def sheet(self) -> str: ...
    @property
    def table_name(self) -> str: ...
    @property
    def header_row(self) -> int: ...
    @property
    def first_row(self) -> int: ...
    @property
    def last_row(self) -> int: ...
    @property
    def columns(self) -> Sequence[int]: ...
    @property
    def percents(self) -> Collection[int]: ...
    @property
    def rows(self) -> Sequence[Sequence[Any]]: ...


def append(edit: Edit, block: NewRows) -> None:
    """New rows below those that are there; the table's range reaches down to the last of them."""
    _append(edit, block)
    edit.extend_table(block.sheet, block.table_name, block.last_row)


def _append(edit: Edit, block: NewRows) -> None:
    """The block's rows, each cell in the style of its column, columns between them left blank."""
    part = edit.sheet(block.sheet)
    width = max(block.columns)
    usual = [(column, part.style(block.header_row + 1, column)) for column in range(1, width + 1)]
    styles = [edit.styles.as_percent(style) if column in block.percents else style for column, style in usual]
    columns = dict(zip(block.columns, zip(*block.rows, strict=True), strict=True))
    blank = [None] * len(block.rows)
    contents = [
        _contents(columns.get(column, blank), style, edit) for column, style in enumerate(styles, start=1)
    ]
    # a row's cells with its number left open as #
    pattern = "".join(f'<c r="{letter(column)}#"%s' for column in range(1, width + 1))
    rows = [
        with_prefix(pattern.replace("#", str(row)) % cells, part.prefix)
        for row, cells in enumerate(zip(*contents, strict=True), start=block.first_row)
    ]
    part.replace_table(block.first_row - 1, 1, width, block.first_row - 1, rows)


def _contents(values: Sequence[Any], style: int, edit: Edit) -> list[str]:
    """One column's cells behind their references; each distinct value is written once."""
    known = {}
    for value in dict.fromkeys(values):
        like_formula = isinstance(value, str) and value.startswith(LIKE_FORMULA)
        used = edit.styles.as_text(style) if like_formula else style
        known[value] = (f' s="{used}"' if used else "") + cell_content(value, edit.strings)
    return list(map(known.__getitem__, values))


class CellChange(Protocol):
    """A cell, counted from 1, and its new value; the sheet as the workbook spells it."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def value(self) -> str | float: ...


def put_cells(edit: Edit, changes: Sequence[CellChange]) -> None:
    """Puts the values into their cells, which keep their formats."""
    for change in changes:
        edit.sheet(change.sheet).put(change.row, change.column, cell_content(change.value, edit.strings))
