"""撤消上次导入: exactly the rows that the last import added, while they are as it left them and the last of their sheet."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, cell_number, from_serial, is_blank, reference
from kongjian.engine.findings import Findings
from kongjian.intake.headers import find_header
from kongjian.intake.importing.landing import Block
from kongjian.intake.importing.records import Line, record_page
from kongjian.intake.sheets import RECORDS, Page, Sheets, rows_below_header
from kongjian.rules.model import Rules

_ADDED = "这次新增的行，改动过就不能撤消（校验{}）"
_ADDED_READ = re.compile(r"这次新增的行，改动过就不能撤消（校验([0-9a-f]{8})）")
_UNDONE = "这次新增的行，已撤消"
_AREA = re.compile(r"[A-Z]+(\d+):[A-Z]+(\d+)")
_DECIMALS = 6


@dataclass(frozen=True)
class Removal:
    """The last rows of an input sheet (named as the workbook spells it), to be taken out."""

    sheet: str
    table_name: str
    header_row: int
    first_row: int
    last_row: int
    width: int


@dataclass(frozen=True)
class Undo:
    """What is said, which rows go, and 导入记录 as it then is."""

    line: str
    removed: list[Removal]
    page: Page


def added_line(block: Block, sheet: str) -> Line:
    """What 导入记录 keeps of an import's rows in one input sheet."""
    width = max(block.columns)
    by_column = dict(zip(block.columns, zip(*block.rows, strict=True), strict=True))
    blank = ("",) * len(block.rows)
    rows = list(zip(*(by_column.get(c, blank) for c in range(1, width + 1)), strict=True))
    area = reference((block.first_row, 1, block.last_row, max(width, 2)))
    return Line(sheet, area, "", "", _ADDED.format(_fingerprint(rows)))


def undo_last(sheets: Sheets, rules: Rules, now: dt.datetime) -> Undo:
    """Takes back the newest import of 导入记录 that is not taken back yet. Raises KongjianError where that is not safe."""
    kept = rows_below_header(sheets, RECORDS.sheet, RECORDS.names)
    newest = next((cell_number(row[0]) for row in kept if _ADDED_READ.fullmatch(str(row[-1]))), None)
    if newest is None:
        raise KongjianError("没有可以撤消的导入：“导入记录”里没有，或都已撤消")
    removed: list[Removal] = []
    for row in kept:
        found = _ADDED_READ.fullmatch(str(row[-1]))
        if found and cell_number(row[0]) == newest:
            removed.append(_removal(sheets, rules, str(row[2]), str(row[3]), found[1]))
            row[-1] = _UNDONE
    places = "、".join(f"{r.sheet}第{r.first_row}—{r.last_row}行" for r in removed)
    line = f"已撤消{from_serial(newest):%Y-%m-%d %H:%M:%S}的导入：去掉了{places}"
    page = record_page(now, [("", [Line("", "", "", "", line)])], kept, rules.importing)
    return Undo(line, removed, page)


def _removal(sheets: Sheets, rules: Rules, sheet: str, area: str, fingerprint: str) -> Removal:
    table = next((t for t in rules.tables if t.sheet == sheet), None)
    name, grid, place = sheets.name(sheet), sheets.grid(sheet), _AREA.fullmatch(area)
    header = find_header(table, grid, Findings()) if table and grid else None
    if not (table and name and grid and place and header):
        raise KongjianError(f"工作表“{sheet}”没有了或认不出表头，没有撤消")
    first, last = int(place[1]), int(place[2])
    where = f"{sheet}第{first}—{last}行"
    if _fingerprint(grid.rows[first - 1 : last]) != fingerprint or len(grid.rows) < last:
        raise KongjianError(f"{where}在导入以后改动过（或移动过），没有撤消；要去掉它们，请手工删去这些行")
    if any(not is_blank(c) for row in grid.rows[last:] for c in row):
        raise KongjianError(f"{where}下面后来又有了内容，没有撤消；请先移走下面的行，或手工删去这些行")
    return Removal(name, table.name, header.row, first, last, grid.width)


def _fingerprint(rows: Sequence[Sequence[Cell]]) -> str:
    """What cells hold, however they are read: from a file, in Excel, or as they are to be written."""
    shown = []
    for column in zip(*rows, strict=True):
        known = {cell: _plain(cell) for cell in set(column)}
        shown.append(map(known.__getitem__, column))
    lines = ["\x1f".join(row).rstrip("\x1f") for row in zip(*shown, strict=True)]
    return f"{zlib.crc32(chr(30).join(lines).encode()):08x}"


def _plain(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return f"{round(cell_number(cell), _DECIMALS) + 0.0:.12g}"  # -0 is 0
