"""XlsxWriter's worksheet as copies use it: hundreds of thousands of plain cells, written to the same bytes in less time."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, Worksheet

_BLOCK = 16
"""Rows that tell their first and last column together."""


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
        for row in sorted({*self.table, *self.row_info}):
            cells, info, span = self.table.get(row), self.row_info.get(row), self.row_spans.get(row // _BLOCK)
            if cells:
                self._write_row(row, span, info)
                number = row + 1
                for column, cell in sorted(cells.items()):
                    look = cell.format or usual.get(column)
                    style = f' s="{look._get_xf_index()}"' if look else ""
                    start = f'<c r="{letters[column]}{number}"{style}'
                    if xml := self._plain(start, cell):
                        self.fh.write(xml)
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
        if value is None or isinstance(value, bool) or (isinstance(value, str) and value[:1] == "#"):
            return ""
        text = ' t="str"' if isinstance(value, str) and value else ""
        formula = self._escape_data(cell.formula)
        return f"{start}{text}><f>{formula}</f><v>{self._escape_data(value)}</v></c>"
