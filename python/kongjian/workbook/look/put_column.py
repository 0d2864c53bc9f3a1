"""Plain cells down a column of an XlsxWriter sheet: what its write methods make of them, in a quarter of their time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from math import isfinite

from xlsxwriter.format import Format
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, Worksheet


def put_column(
    sheet: Worksheet,
    row: int,
    column: int,
    values: Sequence[str | float | None],
    formulas: Sequence[str] = (),
    look: Format | None = None,
) -> None:
    """Values from a row on (both from 0), or formulas with what they give where there are any; None is a blank.

    Raises ValueError for a number that no cell can hold.
    """
    shared, table = sheet.str_table._get_shared_string_index, sheet.table
    for at, (value, formula) in enumerate(zip(values, formulas or repeat(""), strict=False), start=row):
        if formula:
            table[at][column] = CellFormulaTuple(formula, look, value)
        elif value is None:
            if look is not None:
                table[at][column] = CellBlankTuple(look)
        elif isinstance(value, str):
            if 2 * len(value) > sheet.xls_strmax:  # it may be longer than a cell
                sheet.write_string(at, column, value, look)
            else:
                table[at][column] = CellStringTuple(shared(value), look)
        elif isfinite(value):
            table[at][column] = CellNumberTuple(value, look)
        else:
            raise ValueError(f"{value} in row {at + 1}")
    if values:
        for at in (row, row + len(values) - 1):
            sheet._check_dimensions(at, column)
