"""Which input table a sheet of a file is, where its header stands, and which of its headers are doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.intake.column_names import Answers
from kongjian.intake.headers import (
    MOST_LIKELY,
    SEARCHED_ROWS,
    Header,
    find_header,
    header_name,
    likeliest_row,
    named_in,
)
from kongjian.intake.importing.unused_columns import doubtful, is_score, is_score_of_indicator
from kongjian.rules.model import Rules
from kongjian.rules.model_importing import ImportingFile
from kongjian.rules.model_tables import InputTable

NOTES = frozenset({"header_renamed", "header_twice"})
"""What is told of a header that was read; that it stands elsewhere or lacks a column is no fault of a file."""


@dataclass(frozen=True)
class Recognised:
    """A sheet of a file as an input table. With `unsure` headers (header, likely column) nothing of it is read."""

    table: InputTable
    header: Header | None
    ignored: tuple[str, ...]
    unsure: tuple[tuple[str, str], ...]
    findings: Findings


def recognise(
    grid: Grid,
    rules: Rules,
    turned_down: Collection[tuple[str, str]],
    answers: Answers,
    forced: InputTable | None = None,
) -> Recognised | str:
    """The table that a sheet is, or why it is none, in words. Raises KongjianError where staff must choose."""
    candidates = [forced] if forced else list(rules.tables)
    grids = {t.id: _without(grid, t, turned_down) for t in candidates}
    likely = [c for t in candidates if (c := _candidate(t, grids[t.id], rules, turned_down)).columns]
    complete = [c for c in likely if c.complete]
    if not complete:
        return _why_not(likely, forced)
    best = max(c.likeness for c in complete)
    same = [c for c in complete if c.likeness == best]
    if len(same) > 1:
        sheets = "、".join(c.table.sheet for c in same)
        raise KongjianError(
            f"分不清是{sheets}中的哪一张；请用 --sheet 写明，如 --sheet {same[0].table.sheet}"
        )
    found = _read(same[0], grids[same[0].table.id], rules, turned_down, answers)
    if isinstance(found, str):
        return found
    return found if found.header or found.unsure else "没有认出表头，没有导入"


@dataclass(frozen=True)
class _Candidate:
    """How a sheet looks as one table: the columns that its header row names or may name."""

    table: InputTable
    row: int
    columns: frozenset[str]
    unsure: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    own: int

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(c.name for c in self.table.columns if c.key)

    @property
    def maybe(self) -> frozenset[str]:
        return self.columns | {column for _, column in self.unsure if column}

    @property
    def complete(self) -> bool:
        named = len(self.columns) >= min(2, len(self.table.columns)) or len(self.maybe) >= MOST_LIKELY
        return self.maybe >= self.keys and named

    @property
    def likeness(self) -> tuple[int, int, int, int]:
        """More columns first, then more key columns, then more columns that no other table has."""
        return len(self.columns), len(self.keys & self.columns), self.own, len(self.maybe)


def _candidate(
    table: InputTable, grid: Grid, rules: Rules, turned_down: Collection[tuple[str, str]]
) -> _Candidate:
    row = likeliest_row(table, grid)
    columns = frozenset(named_in(table, grid, row))
    others = [t for t in rules.tables if t.id != table.id]
    unsure, ignored = [], []
    own = 0
    for cell in grid.rows[row - 1] if row <= len(grid.rows) else ():
        if is_blank(cell):
            continue
        if header_name(table, cell):
            own += all(header_name(t, cell) is None for t in others)
            continue
        text = clean(str(cell))
        refused = (fold(table.sheet), fold(text)) in turned_down
        scored = is_score_of_indicator(table, text) or (
            is_score(table, text) and not _likely_score(table, text, columns, rules.importing)
        )
        column = "" if refused or scored else likely_column(table, text, columns, rules.importing)
        if column:
            unsure.append((text, column))
        else:
            ignored.append(text)
    return _Candidate(table, row, columns, tuple(dict.fromkeys(unsure)), tuple(ignored), own)


def likely_column(table: InputTable, text: str, taken: Collection[str], rule: ImportingFile) -> str:
    """The column, of those that no header names, that this header may stand for; "" where none is near.

    The last word of a Chinese name says what it is: 教师账号 is an account, 身份证号 is none.
    """
    found = fold(text)
    for header, meant in rule.asked_as.items():
        if found == fold(header):
            return meant if meant in table.names and meant not in taken else ""
    best, column = (0, 0.0), ""
    for name, own in _near_names(table, found, rule.similarity):
        if own not in taken:
            head = len(name) if len(name) >= rule.head_from and found.endswith(name) else 0
            near = SequenceMatcher(None, found, name, autojunk=False).ratio()
            if (head or near >= rule.similarity) and (head, near) > best:
                best, column = (head, near), own
    return column


_Names = tuple[list[tuple[str, str]], dict[str, list[int]]]
_MEMO: dict[int, tuple[InputTable, _Names]] = {}


def _near_names(table: InputTable, found: str, similarity: float) -> Iterator[tuple[str, str]]:
    """(name or alias, column) of what shares enough characters with a header to be its ending or so similar."""
    known = _MEMO.get(id(table))
    if known is None or known[0] is not table:
        names = [(fold(n), c.name) for c in table.columns for n in (c.name, *c.aliases)]
        having: dict[str, list[int]] = {}
        for k, (name, _) in enumerate(names):
            for character in set(name):
                having.setdefault(character, []).append(k)
        known = _MEMO[id(table)] = (table, (names, having))
    names, having = known[1]
    shared = Counter(k for character in found for k in having.get(character, ()))
    for k in sorted(shared):
        name, most = names[k][0], min(shared[k], len(names[k][0]))
        if most == len(name) or 2 * most >= similarity * (len(found) + len(name)):
            yield names[k]


def _likely_score(table: InputTable, text: str, taken: Collection[str], rule: ImportingFile) -> bool:
    """Whether a header of a score may be the table's own score, which no header names: 综合得分."""
    column = likely_column(table, text, taken, rule)
    return bool(column) and table.column(column).kind == "score"


def _read(
    found: _Candidate,
    grid: Grid,
    rules: Rules,
    turned_down: Collection[tuple[str, str]],
    answers: Answers,
) -> Recognised | str:
    findings, table = Findings(), found.table
    header = find_header(table, grid, findings)
    told = Findings(f for f in findings if f.code in NOTES)
    unsure = dict(found.unsure)
    if header is not None:
        asked = doubtful(table, grid, header, rules)
        more = {t: column for t, column in asked if (fold(table.sheet), fold(t)) not in turned_down}
        near = set(unsure.values())
        unsure |= {t: c for t, c in more.items() if t not in unsure and (c not in near or not c)}
        for name, texts in _differing(table, grid, header).items():
            open_ = [t for t in texts if not answers.has(table.sheet, t)]
            if len(set(texts)) < len(texts) or not open_:
                return f"“{name}”有{len(texts)}列，数不同（{'、'.join(texts)}）；请在文件里删去不要的列，没有导入"
            unsure |= dict.fromkeys(open_, name)
    ignored = tuple(t for t in found.ignored if t not in unsure)
    return Recognised(table, None if unsure else header, ignored, tuple(unsure.items()), told)


def _differing(table: InputTable, grid: Grid, header: Header) -> dict[str, list[str]]:
    """Column → the headers that name it, where there are several whose columns do not hold the same."""
    places: dict[str, list[int]] = {}
    for k, cell in enumerate(grid.rows[header.row - 1]):
        if name := header_name(table, cell) if isinstance(cell, str) and cell else None:
            places.setdefault(name, []).append(k)
    body = grid.rows[header.row :]
    return {
        name: [clean(str(grid.rows[header.row - 1][k])) for k in own]
        for name, own in places.items()
        if len(own) > 1 and any(len({str(row[k]) for k in own}) > 1 for row in body)
    }


def _without(grid: Grid, table: InputTable, turned_down: Collection[tuple[str, str]]) -> Grid:
    """The grid without the headers that would name a column of the table and that staff turned down for it."""
    no = {found for sheet, found in turned_down if sheet == fold(table.sheet)}
    if not no:
        return grid

    def is_out(cell: Cell) -> bool:
        return isinstance(cell, str) and cell != "" and fold(cell) in no and bool(header_name(table, cell))

    head = [["" if is_out(c) else c for c in row] for row in grid.rows[:SEARCHED_ROWS]]
    return replace(grid, rows=[*head, *grid.rows[len(head) :]])


def _why_not(likely: list[_Candidate], forced: InputTable | None) -> str:
    near = max(likely, key=lambda c: c.likeness, default=None)
    if near is None or (len(near.columns) < MOST_LIKELY and forced is None):
        return f"前{SEARCHED_ROWS}行没有输入表的列名，没有导入"
    absent = "、".join(c.name for c in near.table.columns if c.key and c.name not in near.maybe)
    return f"像是{near.table.sheet}，但没有“{absent}”列，没有导入" if absent else "认出的列太少，没有导入"
