"""单位查询没有人工改动: its facts are those of a fresh calculation, its formulas are ours and show what they must."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

from kongjian.base.grid import Grid, column_number, letter
from kongjian.engine.evidence.one_unit import lookup
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Line, first_few, said
from kongjian.selfcheck.fresh_run import records, state_now
from kongjian.selfcheck.result_sheets import differences
from kongjian.workbook.look.build_sheets import NOT_YET
from kongjian.workbook.lookup_cells import UNAVAILABLE, LookupCells
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, Cell
from kongjian.workbook.pages import chosen_on, lookup_pages, lookup_subtitle
from kongjian.workbook.run import Run
from kongjian.xlsx.package import Package

TITLE = "单位查询没有人工改动"
_MOST = 10
_LAST_DIGIT = 1e-6
_AGAIN = "重新计算排名，会重写这两张表，再自检"
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]+)(\d+)"[^<>]*>\s*<(?:\w+:)?f\b([^<>]*?)(?:/>|>([^<]*)<)'
)
Texts = Mapping[tuple[int, int], str]


def looked_up(run: Run, book: Book, file: Path | None) -> Line:
    """Compares both sheets with what a calculation writes for the units that are chosen; `file` tells the formulas' text."""
    there = [sheet for sheet in (LOOKUP, DATA) if book.name(sheet) is not None]
    if not there:
        return Line(GOOD, TITLE, f"这份工作簿还没有“{LOOKUP}”")
    if len(there) == 1:
        gone = DATA if there == [LOOKUP] else LOOKUP
        return Line(BAD, TITLE, f"工作表“{gone}”被删除了", "把数据导入本版本的空白工作簿")
    history = records(book)
    if history and history[0].state != state_now(run):
        return Line(MIND, TITLE, "数据或规则在上次计算以后改过，没有核对", "重新计算排名，再自检")
    moment = history[0].moment if history else None
    subtitle = lookup_subtitle(run, moment) if moment else NOT_YET
    found = lookup(run.results, run.rules) if history else None
    wrong = []
    if found:
        formulas = book.formulas(DATA) or frozenset()
        wrong += [
            d.text for page in lookup_pages(found, subtitle, book) for d in differences(page, book, formulas)
        ]
    cells = LookupCells(run.rules, found, chosen_on(book), subtitle)
    sheets = {LOOKUP: list(cells.page_cells()), DATA: list(cells.work_cells())}
    for sheet, own in sheets.items():
        wrong += _values(book, sheet, own)
    if wrong:
        return Line(BAD, TITLE, f"有{len(wrong)}处：{first_few(wrong, _MOST)}", _AGAIN)
    if file is None:
        return Line(
            MIND, TITLE, "这里看不到公式的写法，没有核对", "保存工作簿，用 kongjian selfcheck 文件 核对"
        )
    other = [text for sheet, own in sheets.items() for text in _other_texts(file, sheet, own)]
    if other:
        text = f"显示的数没有错，有{len(other)}个公式的写法和本版本的不同：{first_few(other, _MOST)}"
        return Line(MIND, TITLE, text, _AGAIN)
    count = sum(bool(cell.formula) for own in sheets.values() for cell in own)
    return Line(GOOD, TITLE, f"各单位的数和重新计算的相同，{count}个公式和它们显示的也相同")


def _values(book: Book, sheet: str, cells: list[Cell]) -> Iterator[str]:
    """Cells that show another value, or hold none of the formulas that they should."""
    grid, formulas = book.grid(sheet), book.formulas(sheet)
    assert grid is not None
    for cell in cells:
        place = f"{book.name(sheet)}!{letter(cell.column)}{cell.row}"
        now = _shown(grid, cell.row, cell.column)
        if formulas is not None and cell.formula and (cell.row, cell.column) not in formulas:
            yield f"{place}的公式被盖住了，现在是{said(now)}"
        elif not _same(cell.value, now):
            yield f"{place}是{said(now)}，应为{said(cell.value)}"


def _shown(grid: Grid, row: int, column: int) -> object:
    if (row, column) in grid.errors:
        return grid.errors[row, column]
    cells = grid.rows[row - 1] if row <= len(grid.rows) else []
    return cells[column - 1] if column <= len(cells) else ""


def _same(wanted: object, now: object) -> bool:
    if isinstance(wanted, float | int):
        return isinstance(now, float | int) and abs(wanted - now) < _LAST_DIGIT
    return wanted == ("" if now is None else now) or (wanted == UNAVAILABLE and now == "")


def _other_texts(file: Path, sheet: str, cells: list[Cell]) -> Iterator[str]:
    """Formulas that are not written as ours are."""
    texts = _texts(file, sheet)
    for cell in cells:
        if cell.formula and _bare(texts.get((cell.row, cell.column), "")) != _bare(cell.formula):
            yield f"{sheet}!{letter(cell.column)}{cell.row}"


def _texts(file: Path, sheet: str) -> Texts:
    with Package(file) as package:
        xml = package.read(package.sheets[sheet])
    return {
        (int(row), column_number(column.decode())): unescape(text.decode())
        for column, row, _, text in _FORMULA.findall(xml)
    }


def _bare(formula: str) -> str:
    """Excel leaves out the quotes around names that need none."""
    return formula.replace("'", "").replace(" ", "")
