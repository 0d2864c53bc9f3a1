"""XlsxWriter's worksheet as copies use it: hundreds of thousands of plain cells, written to the same bytes in less time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zipfile import ZIP_STORED

from xlsxwriter import workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, Worksheet

_BLOCK = 16
"""Rows that tell their first and last column together."""


@contextmanager
def not_packed() -> Iterator[None]:
    """XlsxWriter leaves its files unpacked: they are taken apart again at once."""
    usual = workbook.ZIP_DEFLATED
    workbook.ZIP_DEFLATED = ZIP_STORED
    try:
        yield
    finally:
        workbook.ZIP_DEFLATED = usual


class CopyWriter(Worksheet):  # type: ignore[misc]
    """Cells are given by row and column, and formulas are written as they are: none here has names that Excel wants marked.

    No cell has a comment and no row a look.
    """

    # the library's own methods without their look for "A1" in place of row and column
    write_string = Worksheet._write_string
    write_number = Worksheet._write_number
    write_blank = Worksheet._write_blank
    write_formula = Worksheet._write_formula

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")

    def _calculate_spans(self) -> None:
        columns: dict[int, list[int]] = {}
        for row, cells in self.table.items():
            if cells:
                columns.setdefault(row // _BLOCK, []).extend((min(cells), max(cells)))
        self.row_spans = {block: f"{min(own) + 1}:{max(own) + 1}" for block, own in columns.items()}

    def _write_rows(self) -> None:
        self._calculate_spans()
        letters = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        usual = {c: i.column_format for c, i in self.col_info.items() if i.column_format}
        styles, write = dict[Any, str](), self.fh.write
        for row in sorted({*self.table, *self.row_info}):
            cells, info, span = self.table.get(row), self.row_info.get(row), self.row_spans.get(row // _BLOCK)
            if cells:
                self._write_row(row, span, info)
                number = row + 1
                for column, cell in sorted(cells.items()):
                    look = cell.format or usual.get(column)
                    if look not in styles:
                        styles[look] = f' s="{look._get_xf_index()}"' if look else ""
                    start = f'<c r="{letters[column]}{number}"{styles[look]}'
                    if xml := self._plain(start, cell):
                        write(xml)
                    else:
                        self._write_cell(row, column, cell)
                self.fh.write("</row>")
            elif info is not None:
                self._write_empty_row(row, span, info)

    def _plain(self, start: str, cell: Any) -> str:
        """The XML of a cell of the four kinds that copies have, "" of another."""
        kind = type(cell)
        if kind is CellStringTuple:
            return f'{start} t="s"><v>{cell.string}</v></c>'
        if kind is CellNumberTuple:
            return f"{start}><v>{cell.number:.16G}</v></c>"
        if kind is CellBlankTuple:
            return f"{start}/>"
        value = cell.value if kind is CellFormulaTuple else None
        formula = cell.formula if value is not None else ""
        if "&" in formula or "<" in formula or ">" in formula:
            formula = self._escape_data(formula)
        if value.__class__ is float or value.__class__ is int:
            return f"{start}><f>{formula}</f><v>{value}</v></c>"
        if not isinstance(value, str) or value[:1] == "#":
            return ""
        # what shows nothing is a text, too: the library writes it as an empty number, which is none
        return f'{start} t="str"><f>{formula}</f><v>{self._escape_data(value)}</v></c>'
