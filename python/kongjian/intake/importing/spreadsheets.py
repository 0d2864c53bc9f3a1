"""Excel files read with calamine: .xlsx and .xlsm from their bounded copy, .xls as they are."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import python_calamine as calamine

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid
from kongjian.intake.importing.packages import damaged, unpack
from kongjian.intake.importing.source_sheet import SourceSheet, refuse_size
from kongjian.rules.model_importing import ImportLimits
from kongjian.xlsx.part_survey import Worksheet

_STREAMS = (
    ("EncryptedPackage", "有打开密码；请在Excel里去掉密码（文件-信息-保护工作簿）再导入"),
    ("WordDocument", "是 Word 文档，不是表格；请从平台重新导出"),
    ("PowerPoint Document", "是演示文稿，不是表格；请从平台重新导出"),
)


def read_package(path: Path, limits: ImportLimits) -> tuple[list[SourceSheet], list[str]]:
    """The visible sheets of an .xlsx or .xlsm, and what is said of the file."""
    unpacked = unpack(path, limits)
    return _read(path, unpacked.data, unpacked.sheets, limits)


def read_old(path: Path, data: bytes, limits: ImportLimits) -> tuple[list[SourceSheet], list[str]]:
    """The visible sheets of an .xls. Its error cells cannot be told from blanks."""
    for stream, said in _STREAMS:
        if stream.encode("utf-16-le") in data:
            raise KongjianError(f"{path.name} {said}")
    if not any(n.encode("utf-16-le") in data for n in ("Workbook", "Book")):
        raise KongjianError(f"{path.name} 不是表格文件；请从平台重新导出")
    return _read(path, io.BytesIO(data), {}, limits)


def _read(
    path: Path, data: io.BytesIO, surveys: dict[str, Worksheet], limits: ImportLimits
) -> tuple[list[SourceSheet], list[str]]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(data)
        sheets, notes = [], []
        for about in book.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            if about.visible != calamine.SheetVisibleEnum.Visible:
                notes.append(f"隐藏的工作表“{about.name}”没有导入")
                continue
            sheets.append(_sheet(path, book.get_sheet_by_name(about.name), surveys.get(about.name), limits))
        return sheets, notes
    except calamine.PasswordError:
        raise KongjianError(f"{path.name} 有打开密码；请在Excel里去掉密码再导入") from None
    except (KongjianError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # calamine panics on some damaged files, and a panic is no Exception
        raise damaged(path) from None


def _sheet(path: Path, found: Any, survey: Worksheet | None, limits: ImportLimits) -> SourceSheet:
    refuse_size(path, f"的工作表“{found.name}”", found.height, found.total_height * found.total_width, limits)
    rows: list[list[Cell]] = found.to_python(skip_empty_area=False)
    notes = []
    if survey and survey.hidden:
        notes.append(f"有{survey.hidden}行在文件里是隐藏的（或被筛选掉了），也已读入")
    if survey and survey.unsaved:
        notes.append(f"有{survey.unsaved}个公式没有存下结果，按空白读；请用Excel打开并保存后再导入")
    merged = [(a, b, c) for (a, b), (c, _) in found.merged_cell_ranges or () if c > a]
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
