"""Workbooks as sheets: .xlsx and .xlsm read with calamine from their bounded copy, .xls and .xlsb so in a process of

their own, OpenDocument and the XML spreadsheet by a reader of our own, which sees what calamine leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from kongjian.base.grid import Cell, Grid
from kongjian.intake.importing import xml_sheets
from kongjian.intake.importing.apart import read_apart
from kongjian.intake.importing.calamine_sheets import FoundSheet, found_sheets
from kongjian.intake.importing.compound import sound_copy
from kongjian.intake.importing.packages import damaged, opened, unpack
from kongjian.intake.importing.source_sheet import SourceSheet, refuse_size
from kongjian.rules.model_importing import ImportLimits
from kongjian.xlsx.part_survey import Worksheet

Seen = Worksheet | xml_sheets.Seen
Read = tuple[list[SourceSheet], list[str]]


def read_package(path: Path, limits: ImportLimits) -> Read:
    """The visible sheets of an .xlsx, .xlsm, .xlsb or .ods, and what is said of the file."""
    with opened(path, limits) as packed:
        if packed.find("content.xml"):
            return _sheets(path, *xml_sheets.read_open_document(packed), limits)
        unpacked = unpack(packed)
    if unpacked.is_binary:
        return _sheets(path, read_apart(path, unpacked.data.getvalue(), limits), {}, limits)
    try:
        found = found_sheets(unpacked.data, limits.rows, limits.cells)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # calamine panics on some damaged files, and a panic is no Exception
        raise damaged(path) from None
    return _sheets(path, found, unpacked.sheets, limits)


def read_xml(path: Path, text: str, limits: ImportLimits) -> Read:
    """The visible sheets of an XML spreadsheet or a flat OpenDocument file."""
    return _sheets(path, *xml_sheets.read_xml_text(path, text, limits), limits)


def read_old(path: Path, data: bytes, limits: ImportLimits) -> Read:
    """The visible sheets of an .xls. Its error cells cannot be told from blanks, nor those of an .xlsb."""
    return _sheets(path, read_apart(path, sound_copy(path, data), limits), {}, limits)


def _sheets(
    path: Path, found: Iterable[FoundSheet], surveys: Mapping[str, Seen], limits: ImportLimits
) -> Read:
    sheets, notes = [], []
    for sheet in found:
        if sheet.hidden:
            notes.append(f"隐藏的工作表“{sheet.name}”没有导入")
            continue
        refuse_size(path, f"的工作表“{sheet.name}”", sheet.height, sheet.cells, limits)
        sheets.append(_sheet(sheet, surveys.get(sheet.name)))
    return sheets, notes


def _sheet(found: FoundSheet, survey: Seen | None) -> SourceSheet:
    rows, notes = list(found.rows), []
    if survey and survey.hidden:
        notes.append(f"有{survey.hidden}行在文件里是隐藏的（或被筛选掉了），也已读入")
    if survey and survey.unsaved:
        notes.append(f"有{survey.unsaved}个公式没有存下结果，按空白读；请用Excel打开并保存后再导入")
    merged = [(a, b, c) for a, b, c, _ in found.merged if c > a]
    if filled := sum(_fill_down(rows, *area) for area in merged):
        notes.append(f"有{filled}处合并的单元格，合并区的每一行都按它的值读")
    grid = Grid(rows, survey.errors, percents=_rows_of(survey.percents)) if survey else Grid(rows)
    return SourceSheet(found.name, grid, tuple(notes))


def _rows_of(percents: dict[int, list[int]]) -> Callable[[int], Collection[int]]:
    return lambda column: percents.get(column, ())


def _fill_down(rows: list[list[Cell]], first: int, column: int, last: int) -> bool:
    """A merged cell's value into each of its rows, as people read it; rows and columns from 0."""
    if first >= len(rows) or column >= len(rows[first]) or rows[first][column] == "":
        return False
    for row in rows[first + 1 : last + 1]:
        row[column] = rows[first][column]
    return True
