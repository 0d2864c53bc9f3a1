"""Writes into the input sheets of a workbook file: rows below those that are there, or single cells that staff accepted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

from kongjian.base.grid import letter
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.sheet_part import with_prefix
from kongjian.xlsx.table_rows import cell_content

LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that Excel takes for a formula when somebody enters it again."""
_CELL_FORMATS = re.compile(r"<((?:\w+:)?)cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_FORMAT = re.compile(r"<(?:\w+:)?xf\b[^>]*?(?:/>|>.*?</(?:\w+:)?xf>)", re.DOTALL)
_TEXT_FORMAT = 49


class NewRows(Protocol):
    """Rows for one input sheet, named as the workbook spells it, below those that are there; columns from 1."""

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
    def rows(self) -> Sequence[Sequence[Any]]: ...


def append(edit: Edit, block: NewRows) -> None:
    """New rows below those that are there; the table's range reaches down to the last of them."""
    _append(edit, block, TextStyles(edit.parts))
    edit.extend_table(block.sheet, block.table_name, block.last_row)


def _append(edit: Edit, block: NewRows, text_styles: TextStyles) -> None:
    """The block's rows, each cell in the style of its column, columns between them left blank."""
    part = edit.sheet(block.sheet)
    width = max(block.columns)
    styles = [part.style(block.header_row + 1, column) for column in range(1, width + 1)]
    columns = dict(zip(block.columns, zip(*block.rows, strict=True), strict=True))
    blank = [None] * len(block.rows)
    contents = [
        _contents(columns.get(column, blank), style, edit, text_styles)
        for column, style in enumerate(styles, start=1)
    ]
    # a row's cells with its number left open as #
    pattern = "".join(f'<c r="{letter(column)}#"%s' for column in range(1, width + 1))
    rows = [
        with_prefix(pattern.replace("#", str(row)) % cells, part.prefix)
        for row, cells in enumerate(zip(*contents, strict=True), start=block.first_row)
    ]
    part.replace_table(block.first_row - 1, 1, width, block.first_row - 1, rows)


def _contents(values: Sequence[Any], style: int, edit: Edit, text_styles: TextStyles) -> list[str]:
    """One column's cells behind their references; each distinct value is written once."""
    known = {}
    for value in dict.fromkeys(values):
        like_formula = isinstance(value, str) and value.startswith(LIKE_FORMULA)
        used = text_styles.of(style) if like_formula else style
        known[value] = (f' s="{used}"' if used else "") + cell_content(value, edit.strings)
    return list(map(known.__getitem__, values))


class TextStyles:
    """Cell styles as they are, but of the text format: what begins like a formula stays a text when it is edited."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._part = parts.related("styles")
        self._known: dict[int, int] = {}

    def of(self, style: int) -> int:
        """The number of the style that is like this one, but of the text format."""
        if style not in self._known:
            self._known[style] = self._made(style) if self._part else style
        return self._known[style]

    def _made(self, style: int) -> int:
        xml = self._parts.text(self._part)
        block = _CELL_FORMATS.search(xml)
        formats = _FORMAT.findall(block[2]) if block else []
        if block is None or style >= len(formats):
            return style
        opening = re.match(r"<[^>]*>", formats[style])
        assert opening is not None
        if re.search(rf'\bnumFmtId="{_TEXT_FORMAT}"', opening[0]):
            return style
        bare = re.sub(r'\s(?:numFmtId|applyNumberFormat|quotePrefix)="[^"]*"', "", opening[0])
        given = f'numFmtId="{_TEXT_FORMAT}" applyNumberFormat="1" quotePrefix="1"'
        made = re.sub(r"^(<(?:\w+:)?xf)\b", rf"\1 {given}", bare) + formats[style][opening.end() :]
        counted = re.sub(r'\bcount="\d+"', f'count="{len(formats) + 1}"', xml[block.start() : block.start(2)])
        rest = xml[block.end(2) :]
        self._parts.set_part(self._part, f"{xml[: block.start()]}{counted}{block[2]}{made}{rest}".encode())
        return len(formats)


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
