"""结果表没有人工改动: every output sheet is what a fresh calculation would write, cell by cell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from kongjian.base.grid import Cell, Grid, letter
from kongjian.intake.headers import SEARCHED_ROWS
from kongjian.intake.sheets import Page, Sheets, rows_below_header
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Line, first_few, said
from kongjian.xlsx.table_parts import OutputSheet
from kongjian.xlsx.table_rows import block

TITLE = "结果表没有人工改动"
RUNS = "Runs"
IGNORED = frozenset({"上次名次", "变化", "已确认保留", "时间", "用时秒", "错误", "警告"})
"""What depends on earlier runs or on the clock, what staff write themselves, and the counts that change with it."""
_SORTED_BY_STAFF = "Problems"
"""What staff accept goes to the end of the list at the next run: until then its order is another one."""
_STATE = ("规则版本", "数据指纹", "口径", "规则修改")
"""The columns of 运行记录 that tell whether a fresh calculation is about the same data and rules."""
_MOST = 20
_FIFTEEN_DIGITS = 1e-14
"""How far a number may be off, in relation to itself, that Excel keeps with fifteen digits."""
Row = tuple[object, ...]


def result_sheets(pages: Sequence[Page], book: Book) -> Line:
    """Compares the pages of a fresh calculation with what the workbook shows."""
    if reason := _stale(pages, book):
        return Line(MIND, TITLE, f"{reason}，没有核对结果表", "重新计算排名，再自检")
    formulas = [book.formulas(page.spec.sheet) for page in pages]
    beside = zip(pages, formulas, strict=True)
    found = [text for page, known in beside for text in differences(page, book, known or frozenset())]
    rows = sum(max(page.frame.height, 1) for page in pages)
    if found:
        advice = "重新计算排名，会按数据重写结果表；要改分请改输入表的数据"
        return Line(BAD, TITLE, f"有{len(found)}处和重新计算的不同：{first_few(found, _MOST)}", advice)
    said_so = "；这里看不到公式，没有查结果表里有没有公式" if None in formulas else "，也没有公式"
    return Line(GOOD, TITLE, f"{len(pages)}张结果表共{rows}行，和重新计算的逐格相同{said_so}")


def _stale(pages: Sequence[Page], sheets: Sheets) -> str:
    """Why the shown results cannot be those of a fresh calculation, "" when they should be."""
    page = next(p for p in pages if p.spec.table == RUNS)
    if sheets.name(page.spec.sheet) is None:  # one of the deleted sheets that are told
        return ""
    shown = rows_below_header(sheets, page.spec.sheet, ["规则版本", "数据指纹"], ["口径", "规则修改"])
    if not shown:
        return "“运行记录”里没有计算过的记录"
    for column, cell in zip(_STATE, shown[0], strict=True):
        if str(cell or "") != str(page.frame[column][0]):
            what = "数据" if column == "数据指纹" else "规则"
            return f"{what}在上次计算以后改过，请先重新计算"
    return ""


@dataclass(frozen=True)
class _Place:
    """Where a table's header stands (row from 1) and in which columns (from 1) its names are."""

    row: int
    columns: tuple[int, ...]


def differences(page: Page, sheets: Sheets, formulas: frozenset[tuple[int, int]]) -> Iterator[str]:
    """Everything in which an output sheet is not its fresh page, each text naming its cell.

    `formulas` are the sheet's cells (row, column) that hold any.
    """
    name, grid = sheets.name(page.spec.sheet), sheets.grid(page.spec.sheet)
    if name is None or grid is None:
        yield f"工作表“{page.spec.sheet}”被删除了"
        return
    place = _header(grid, page.spec)
    if place is None:
        yield f"“{name}”没有表头"
        return
    yield from _Table(page, name, grid, place, formulas).differences()


class _Table:
    """One output table beside its fresh page."""

    def __init__(
        self, page: Page, name: str, grid: Grid, place: _Place, formulas: frozenset[tuple[int, int]]
    ) -> None:
        self._page, self._names, self._name, self._grid, self._place = (
            page,
            page.spec.names,
            name,
            grid,
            place,
        )
        self._formulas = formulas
        self._told: set[tuple[int, int]] = set()
        self._kept = [k for k, name in enumerate(page.spec.names) if name not in IGNORED]
        # of earlier runs a calculation knows only what stands there
        most = 1 if page.spec.table == RUNS else None
        lines = block(page.spec, page.frame, page.yes_no)[:most]
        fresh: list[Row] = [tuple("" if row[k] is None else row[k] for k in self._kept) for row in lines]
        self._fresh = fresh if any(map(_filled, fresh[0])) else []
        self._shown = self._read()[:most]

    def _read(self) -> list[Row]:
        """The rows below the header down to the last one that holds anything."""
        columns = [self._place.columns[k] for k in self._kept]
        numbers = range(self._place.row + 1, len(self._grid.rows) + 1)
        rows = [tuple(_cell(self._grid, r, c) for c in columns) for r in numbers]
        while rows and not any(map(_filled, rows[-1])):
            rows.pop()
        return rows

    def differences(self) -> Iterator[str]:
        yield from self._headers()
        if self._fresh != self._shown:
            yield from self._rows()
        yield from self._other_formulas()

    def _headers(self) -> Iterator[str]:
        for name, column in zip(self._names, self._place.columns, strict=True):
            shown = _cell(self._grid, self._place.row, column)
            if str(shown).strip() != name:
                yield f"{self._at(self._place.row, column)}的表头是{said(shown)}，应为“{name}”"

    def _rows(self) -> Iterator[str]:
        fresh, shown = list(map(_key, self._fresh)), list(map(_key, self._shown))
        pairs = enumerate(zip(fresh, shown, strict=False))
        top = next((k for k, (a, b) in pairs if a != b), min(len(fresh), len(shown)))
        if fresh != shown and Counter(fresh) == Counter(shown):
            if self._page.spec.table == _SORTED_BY_STAFF:
                return
            at = next(i for i, (a, b) in enumerate(zip(fresh[top], shown[top], strict=True)) if a != b)
            yield f"行的次序变了，从这里起：{self._cell(top, at, self._fresh[top], self._shown[top])}"
            return
        for kind, a, b, c, d in SequenceMatcher(None, fresh[top:], shown[top:]).get_opcodes():
            if kind != "equal":
                yield from self._part(self._fresh[top + a : top + b], self._shown[top + c : top + d], top + c)

    def _part(self, fresh: Sequence[Row], shown: Sequence[Row], start: int) -> Iterator[str]:
        """A run of rows that differ: cell by cell as far as there are rows on both sides."""
        for k, (right, now) in enumerate(zip_longest(fresh, shown), start=start):
            first = self._at(self._place.row + 1 + k, self._place.columns[0])
            if right is None:
                yield f"{first}多出一行：{_words(now)}"
            elif now is None:
                yield f"{first}缺少一行：{_words(right)}"
            else:
                cells = enumerate(zip(right, now, strict=True))
                yield from (self._cell(k, at, right, now) for at, (a, b) in cells if not _same(a, b))

    def _cell(self, k: int, at: int, right: Row, now: Row) -> str:
        row, column = self._place.row + 1 + k, self._place.columns[self._kept[at]]
        self._told.add((row, column))
        formula = "是公式，" if (row, column) in self._formulas else ""
        name = self._names[self._kept[at]]
        return f"{self._at(row, column)}（{name}）{formula}表里是{said(now[at])}，应为{said(right[at])}"

    def _other_formulas(self) -> Iterator[str]:
        """Formulas typed over results count even where they show the right value."""
        columns = {self._place.columns[k] for k in self._kept}
        last = self._place.row + max(len(self._fresh), 1)
        for row, column in sorted(self._formulas - self._told):
            if self._place.row < row <= last and column in columns:
                yield f"{self._at(row, column)}是公式，不是计算写的值（现在显示的值没有错）"

    def _at(self, row: int, column: int) -> str:
        return f"{self._name}!{letter(column)}{row}"


def _header(grid: Grid, spec: OutputSheet) -> _Place | None:
    """The row that names most of the table's columns; a name that is not there stands where it belongs."""
    best, known = 0, dict[str, int]()
    for row, cells in enumerate(grid.rows[:SEARCHED_ROWS], start=1):
        named = {str(c).strip(): k for k, c in reversed(list(enumerate(cells, start=1)))}
        found = {name: named[name] for name in spec.names if name in named}
        if len(found) > len(known):
            best, known = row, found
    if 2 * len(known) <= len(spec.names):
        return None
    left = next(known[name] - k for k, name in enumerate(spec.names) if name in known)
    return _Place(best, tuple(known.get(name, left + k) for k, name in enumerate(spec.names)))


def _cell(grid: Grid, row: int, column: int) -> Cell:
    """A cell's value; an error value as its name, TRUE and FALSE as words, which are no numbers."""
    if (row, column) in grid.errors:
        return grid.errors[row, column]
    cells = grid.rows[row - 1]
    value = cells[column - 1] if column <= len(cells) else ""
    return str(value).upper() if isinstance(value, bool) else value


def _filled(value: object) -> bool:
    return value is not None and value != ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, float | int) else None


def _key(row: Row) -> tuple[object, ...]:
    """A row for comparing whole: numbers with fifteen digits, blanks alike."""
    return tuple(None if not _filled(v) else _rounded(v) for v in row)


def _rounded(value: object) -> object:
    number = _number(value)
    return value if number is None else float(f"{number:.15g}")


def _same(right: object, now: object) -> bool:
    first, second = _number(right), _number(now)
    if first is not None and second is not None:
        return math.isclose(first, second, rel_tol=_FIFTEEN_DIGITS)
    if not _filled(right) or not _filled(now):
        return _filled(right) == _filled(now)
    return first is None and second is None and right == now


def _words(row: Row) -> str:
    """The first texts and numbers of a row, enough to recognise it."""
    return " ".join(f"{v:.15g}" if _number(v) is not None else str(v) for v in row if _filled(v))[:40]
