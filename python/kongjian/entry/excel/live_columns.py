"""The columns of a result table in the open workbook, laid out by name where they stand otherwise than they did."""

from __future__ import annotations

import xlwings as xw

from kongjian.xlsx.moved_columns import looks_of
from kongjian.xlsx.new_sheet import FORMATS
from kongjian.xlsx.table_parts import OutputSheet


def put_names(header: xw.Range, spec: OutputSheet) -> bool:
    """The names into the header row, whose old extent is given; whether any stands elsewhere than it did."""
    old, width = header.options(ndim=1).value, len(spec.columns)
    if looks_of(old, spec.columns) is None:
        return False
    names = header[0, 0].resize(1, width)
    names.number_format = "@"  # before the value, or Excel makes a date of 2021-03
    names.value = [spec.names]
    if len(old) > width:
        header[0, width:].clear_contents()
    return True


def put_looks(body: xw.Range, spec: OutputSheet) -> None:
    """Each column's number format and width by its kind; texts get their format where they are written."""
    for k, column in enumerate(spec.columns):
        body[:, k].number_format = FORMATS.get(column.kind, "General")
        body[0, k].column_width = column.width
