"""Every output sheet beside what a calculation would write now, cell by cell, titles and subtitles with it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from kongjian.base.grid import Cell, Grid, letter, serial
from kongjian.intake.headers import SEARCHED_ROWS
from kongjian.intake.sheets import Page, Sheets
from kongjian.selfcheck.checked_book import said
from kongjian.workbook.layout import CHANGES
from kongjian.xlsx.table_parts import HEADER_ROW, SUBTITLE_ROW, TITLE_ROW, OutputSheet
from kongjian.xlsx.table_rows import block_columns

IGNORED = frozenset({"已确认保留", "用时秒"})
"""What staff write themselves, and what depends on the clock."""
_RECORD = "Runs"
_SORTED_BY_STAFF = "Problems"
"""What staff accept goes to the end of the list at the next run: until then its order is another one."""
_FIFTEEN_DIGITS = 1e-14
"""How far a number may be off, in relation to itself, that Excel keeps with fifteen digits."""
_CHECKED_LATER = re.compile(r"(?<= )检查(?= · )")
"""The list of problems is written anew by a check, too, which has a time of its own."""
Row = tuple[object, ...]
Column = Sequence[object]


class Difference(NamedTuple):
    """Something in which a sheet is not what a run would write: the sheet, the column ("" for none), and how it is told."""

    sheet: str
    column: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where a table's header stands (row from 1) and in which columns (from 1) its names are."""

    row: int
    columns: tuple[int, ...]


def differences(page: Page, sheets: Sheets, formulas: frozenset[tuple[int, int]]) -> Iterator[Difference]:
    """Everything in which an output sheet is not its fresh page, each text naming its cell.

    `formulas` are the sheet's cells (row, column) that hold any.
    """
    name, grid = sheets.name(page.spec.sheet), sheets.grid(page.spec.sheet)
    if name is None or grid is None:
        yield Difference(page.spec.sheet, "", f"工作表“{page.spec.sheet}”被删除了")
        return
    place = header_place(grid, page.spec)
    if place is None:
        yield Difference(page.spec.sheet, "", f"“{name}”没有表头")
        return
    yield from _Table(page, name, grid, place, formulas).differences()


class _Table:
    """One output table beside its fresh page."""

    def __init__(
        self, page: Page, name: str, grid: Grid, place: Place, formulas: frozenset[tuple[int, int]]
    ) -> None:
        self._page, self._names, self._name, self._grid, self._place = (
            page,
            page.spec.names,
            name,
            grid,
            place,
        )
        self._formulas = formulas
        self._known: set[tuple[int, int]] = set()
        # a column that an older edition does not have is told by its header alone
        self._kept = [
            k
            for k, (name, column) in enumerate(zip(page.spec.names, place.columns, strict=True))
            if name not in IGNORED and _filled(_cell(grid, place.row, column))
        ]
        # of earlier runs a calculation knows only what stands there
        most = 1 if page.spec.table == _RECORD else None
        own = block_columns(page.spec, page.frame, page.yes_no)
        fresh = [["" if v is None else v for v in own[k][:most]] for k in self._kept]
        self._fresh = fresh if any(_filled(column[0]) for column in fresh) else [[] for _ in fresh]
        self._shown = [column[:most] for column in self._read()]

    def _read(self) -> list[Column]:
        """The columns below the header down to the last row that holds anything."""
        columns = _columns(self._grid, self._place.row, [self._place.columns[k] for k in self._kept])
        rows = reversed(list(enumerate(zip(*columns, strict=True), start=1)))
        last = next((number for number, row in rows if any(map(_filled, row))), 0)
        return [column[:last] for column in columns]

    def differences(self) -> Iterator[Difference]:
        yield from self._above()
        yield from self._headers()
        if self._fresh != self._shown:
            yield from self._rows()
        yield from self._other_formulas()

    def _headers(self) -> Iterator[Difference]:
        for name, column in zip(self._names, self._place.columns, strict=True):
            shown = _cell(self._grid, self._place.row, column)
            if str(shown).strip() != name:
                yield self._told(
                    name, f"{self._at(self._place.row, column)}的表头是{said(shown)}，应为“{name}”"
                )

    def _above(self) -> Iterator[Difference]:
        """Title and subtitle; a calculation writes none where rows were put above them."""
        if self._place.row != HEADER_ROW:
            text = f"“{self._name}”的表头在第{self._place.row}行，不在第{HEADER_ROW}行，副标题没有写"
            yield self._told("", text)
            return
        title, subtitle = (str(_cell(self._grid, row, 1)) for row in (TITLE_ROW, SUBTITLE_ROW))
        if title != self._page.spec.sheet:
            right = self._page.spec.sheet
            yield self._told("", f"{self._at(TITLE_ROW, 1)}（标题）是{said(title)}，应为“{right}”")
        right = self._page.subtitle
        if self._page.spec.table == _SORTED_BY_STAFF and _CHECKED_LATER.search(subtitle):
            subtitle, right = subtitle.partition(" · ")[2], right.partition(" · ")[2]
        # the subtitle of 与上次相比 is that of the run that wrote it
        if subtitle != right and self._page.spec.sheet != CHANGES:
            yield self._told("", f"{self._at(SUBTITLE_ROW, 1)}（副标题）是{said(subtitle)}，应为“{right}”")

    def _rows(self) -> Iterator[Difference]:
        rights, nows = (list(zip(*columns, strict=True)) for columns in (self._fresh, self._shown))
        fresh, shown = list(map(_key, rights)), list(map(_key, nows))
        pairs = enumerate(zip(fresh, shown, strict=False))
        top = next((k for k, (a, b) in pairs if a != b), min(len(fresh), len(shown)))
        if fresh != shown and Counter(fresh) == Counter(shown):
            if self._page.spec.table == _SORTED_BY_STAFF:
                return
            at = next(i for i, (a, b) in enumerate(zip(fresh[top], shown[top], strict=True)) if a != b)
            where = self._cell(top, at, rights[top], nows[top])
            yield where._replace(text=f"行的次序变了，从这里起：{where.text}")
            return
        for kind, a, b, c, d in SequenceMatcher(None, fresh[top:], shown[top:]).get_opcodes():
            if kind != "equal":
                yield from self._part(rights[top + a : top + b], nows[top + c : top + d], top + c)

    def _part(self, fresh: Sequence[Row], shown: Sequence[Row], start: int) -> Iterator[Difference]:
        """A run of rows that differ: cell by cell as far as there are rows on both sides."""
        for k, (right, now) in enumerate(zip_longest(fresh, shown), start=start):
            first = self._at(self._place.row + 1 + k, self._place.columns[0])
            if right is None:
                yield self._told("", f"{first}多出一行：{_words(now)}")
            elif now is None:
                yield self._told("", f"{first}缺少一行：{_words(right)}")
            else:
                cells = enumerate(zip(right, now, strict=True))
                yield from (self._cell(k, at, right, now) for at, (a, b) in cells if not _same(a, b))

    def _cell(self, k: int, at: int, right: Row, now: Row) -> Difference:
        row, column = self._place.row + 1 + k, self._place.columns[self._kept[at]]
        self._known.add((row, column))
        formula = "是公式，" if (row, column) in self._formulas else ""
        name = self._names[self._kept[at]]
        text = f"{self._at(row, column)}（{name}）{formula}表里是{said(now[at])}，应为{said(right[at])}"
        return self._told(name, text)

    def _other_formulas(self) -> Iterator[Difference]:
        """Formulas typed over results count even where they show the right value."""
        columns = {self._place.columns[k] for k in self._kept}
        last = self._place.row + max([1, *map(len, self._fresh)])
        for row, column in sorted(self._formulas - self._known):
            if self._place.row < row <= last and column in columns:
                text = f"{self._at(row, column)}是公式，不是计算写的值（现在显示的值没有错）"
                yield self._told("", text)

    def _told(self, column: str, text: str) -> Difference:
        return Difference(self._page.spec.sheet, column, text)

    def _at(self, row: int, column: int) -> str:
        return f"{self._name}!{letter(column)}{row}"


def header_place(grid: Grid, spec: OutputSheet) -> Place | None:
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
    return Place(best, tuple(known.get(name, left + k) for k, name in enumerate(spec.names)))


def _cell(grid: Grid, row: int, column: int) -> Cell:
    """A cell's value; an error value as its name, TRUE and FALSE as words, which are no numbers."""
    return _value(grid.shown(row, column))


def _value(value: Cell) -> Cell:
    if isinstance(value, dt.datetime):  # days have eight decimals: to the second
        return serial((value + dt.timedelta(seconds=0.5)).replace(microsecond=0))
    return str(value).upper() if isinstance(value, bool) else value


def _columns(grid: Grid, above: int, columns: Sequence[int]) -> list[list[Cell]]:
    """The cells of columns below a row, as `_cell` gives them: a sheet of tens of thousands of rows is read by columns."""
    across = list(zip_longest(*grid.rows[above:], fillvalue=""))
    blank = ("",) * max(len(grid.rows) - above, 0)
    out = [list(across[at - 1] if at <= len(across) else blank) for at in columns]
    out = [c if set(map(type, c)) <= {str, float, int} else list(map(_value, c)) for c in out]
    for (row, column), text in grid.errors.items():
        for k, at in enumerate(columns if row > above else ()):
            if at == column:
                out[k][row - above - 1] = text
    return out


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
