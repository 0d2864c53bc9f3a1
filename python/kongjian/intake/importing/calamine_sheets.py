"""What calamine, the fastest reader, finds in a workbook: plain values that can go from one process to another."""

from __future__ import annotations

import io
from dataclasses import dataclass

import python_calamine as calamine

from kongjian.base.grid import Area, Cell


@dataclass(frozen=True)
class FoundSheet:
    """A worksheet from A1 on; `rows` are none where it is hidden or holds more than was asked for. Areas from 0."""

    name: str
    hidden: bool
    height: int = 0
    cells: int = 0
    rows: tuple[list[Cell], ...] = ()
    merged: tuple[Area, ...] = ()


def found_sheets(data: io.BytesIO, most_rows: int, most_cells: int) -> list[FoundSheet]:
    """The worksheets of a workbook of any kind that calamine knows.

    Raises what calamine raises; on some damaged files it panics, and a panic is no Exception.
    """
    book = calamine.CalamineWorkbook.from_filelike(data)
    out = []
    for number, about in enumerate(book.sheets_metadata):
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != calamine.SheetVisibleEnum.Visible:
            out.append(FoundSheet(about.name, hidden=True))
            continue
        sheet = book.get_sheet_by_index(number)
        cells = sheet.total_height * sheet.total_width
        if sheet.height > most_rows or cells > most_cells:
            out.append(FoundSheet(about.name, False, sheet.height, cells))
            continue
        merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
        rows = tuple(sheet.to_python(skip_empty_area=False))
        out.append(FoundSheet(about.name, False, sheet.height, cells, rows, merged))
    return out
