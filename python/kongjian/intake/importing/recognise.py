"""Which input table a sheet of a file is, where its header stands, and which of its headers are doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.intake.headers import (
    MOST_LIKELY,
    SEARCHED_ROWS,
    Header,
    find_header,
    header_name,
    likeliest_row,
    named_in,
)
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
    grid: Grid, rules: Rules, turned_down: Collection[tuple[str, str]], forced: InputTable | None = None
) -> Recognised | str:
    """The table that a sheet is, or why it is none, in words. Raises KongjianError where staff must choose."""
    candidates = [forced] if forced else list(rules.tables)
    likely = [c for t in candidates if (c := _candidate(t, grid, rules, turned_down)).columns]
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
    found = _read(same[0], grid)
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
        return self.columns | {column for _, column in self.unsure}

    @property
    def complete(self) -> bool:
        return self.maybe >= self.keys and len(self.columns) >= min(2, len(self.table.columns))

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
        column = "" if refused else likely_column(table, text, columns, rules.importing)
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


def _read(found: _Candidate, grid: Grid) -> Recognised:
    findings = Findings()
    header = None if found.unsure else find_header(found.table, grid, findings)
    told = Findings(f for f in findings if f.code in NOTES)
    return Recognised(found.table, header, found.ignored, found.unsure, told)


def _why_not(likely: list[_Candidate], forced: InputTable | None) -> str:
    near = max(likely, key=lambda c: c.likeness, default=None)
    if near is None or (len(near.columns) < MOST_LIKELY and forced is None):
        return f"前{SEARCHED_ROWS}行没有输入表的列名，没有导入"
    absent = "、".join(c.name for c in near.table.columns if c.key and c.name not in near.maybe)
    return f"像是{near.table.sheet}，但没有“{absent}”列，没有导入" if absent else "认出的列太少，没有导入"
