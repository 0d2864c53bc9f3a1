"""单位查询: whether it shows what a fresh calculation gives for the units chosen there, and by formulas that are ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

from kongjian.base.grid import column_number, letter
from kongjian.engine.evidence.one_unit import lookup
from kongjian.rules import Rules
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Line, first_few, said
from kongjian.selfcheck.result_sheets import Difference, differences
from kongjian.workbook.lookup_cells import LookupCells
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, Chosen, LookupCell
from kongjian.workbook.lookup_work import UNAVAILABLE
from kongjian.workbook.pages import chosen_on, lookup_pages
from kongjian.workbook.run import Run
from kongjian.xlsx.package import Package

TITLE = "单位查询的公式"
_MOST = 10
_LAST_DIGIT = 1e-6
_AGAIN = "重新计算排名，会重写这些公式，再自检"
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^<>]*?(?:/>|>([^<]*)<)")
_PLACE = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]+)(\d+)"')


def lookup_differences(run: Run, book: Book, subtitle: str) -> Iterator[Difference]:
    """Everything in which 单位查询 and its facts are not what a calculation writes; nothing of a workbook without them."""
    there = [sheet for sheet in (LOOKUP, DATA) if book.name(sheet) is not None]
    if len(there) == 1:
        gone = DATA if there == [LOOKUP] else LOOKUP
        yield Difference(gone, "", f"工作表“{gone}”被删除了")
    if len(there) < 2:
        return
    found = lookup(run.results, run.rules)
    formulas = book.formulas(DATA) or frozenset()
    for page in lookup_pages(found, subtitle, book):
        yield from differences(page, book, formulas)
    cells = LookupCells(run.rules, found, chosen_on(book), subtitle)
    for sheet, own in ((LOOKUP, list(cells.page_cells())), (DATA, list(cells.work_cells()))):
        yield from _values(book, sheet, own)


def _values(book: Book, sheet: str, cells: list[LookupCell]) -> Iterator[Difference]:
    """Cells that show another value. A program that stores no formula's value shows none at all."""
    grid = book.grid(sheet)
    assert grid is not None
    stored = any(grid.shown(cell.row, cell.column) != "" for cell in cells if cell.formula)
    for cell in cells:
        now = grid.shown(cell.row, cell.column)
        if not _same(cell.value, now) and (stored or not cell.formula):
            place = f"{book.name(sheet)}!{letter(cell.column)}{cell.row}"
            yield Difference(sheet, "", f"{place}是{said(now)}，应为{said(cell.value)}")


def _same(wanted: object, now: object) -> bool:
    if isinstance(wanted, float | int):
        return isinstance(now, float | int) and abs(wanted - now) < _LAST_DIGIT
    return wanted == ("" if now is None else now) or (wanted == UNAVAILABLE and now == "")


def lookup_formulas(rules: Rules, book: Book, file: Path) -> Line:
    """Whether every formula of 单位查询 is there and written as ours is: another one may be right for this unit alone."""
    if book.name(LOOKUP) is None or book.name(DATA) is None:
        return Line(GOOD, TITLE, f"这份工作簿没有“{LOOKUP}”")
    cells = LookupCells(rules, None, Chosen(), "")
    gone, other, count = [], [], 0
    with Package(file) as package:
        for sheet, own in ((LOOKUP, cells.page_cells()), (DATA, cells.work_cells())):
            texts = _texts(package.read(package.sheets[str(book.name(sheet))]))
            for cell in (c for c in own if c.formula):
                place, count = f"{sheet}!{letter(cell.column)}{cell.row}", count + 1
                text = texts.get((cell.row, cell.column))
                if text is None:
                    gone.append(place)
                elif _bare(text) != _bare(cell.formula):
                    other.append(place)
    if gone:
        return Line(BAD, TITLE, f"有{len(gone)}个公式被盖住了：{first_few(gone, _MOST)}", _AGAIN)
    if other:
        text = f"有{len(other)}个公式的写法和本版本的不同：{first_few(other, _MOST)}"
        return Line(MIND, TITLE, text, f"{_AGAIN}；别的软件存过的文件也会这样")
    return Line(GOOD, TITLE, f"{count}个公式都在，写法和本版本的相同")


def _texts(sheet: bytes) -> Mapping[tuple[int, int], str]:
    out = {}
    for formula in _FORMULA.finditer(sheet):
        if cell := _PLACE.match(sheet, sheet.rfind(b"<", 0, formula.start())):
            out[int(cell[2]), column_number(cell[1].decode())] = unescape((formula[1] or b"").decode())
    return out


def _bare(formula: str) -> str:
    """Excel leaves out the quotes around names that need none."""
    return formula.replace("'", "").replace(" ", "")
