"""Finds the header row and the column of every name: by name and alias, never by position."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from kongjian.base.grid import Cell, Grid, is_blank, letter
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.rules.model import ObjectScheme
from kongjian.rules.model_tables import InputTable

HEADER_ROW = 3
SEARCHED_ROWS = 10
MOST_LIKELY = 3
"""A row that names so many columns, and hardly anything else, is a header."""
_UNIT = re.compile(r"[(（\[【](.*?)[)）\]】]$|%$")
_NUMBERED = re.compile(r"^\(?(?:\d{1,2}(?:\.\d{1,2})*|[一二三四五六七八九十]{1,3})(?:[)、]|\.(?!\d))+")
"""1. 1.2. (3) 四、 before a name."""
_LONGEST = 24
_JOINT = "-_:·"
"""What may stand between an indicator's name and the word for its score."""


@dataclass(frozen=True)
class Header:
    """Where the header stands and which worksheet column (1-based) holds each canonical name."""

    row: int
    columns: dict[str, int]


def find_header(
    table: InputTable, grid: Grid, findings: Findings, derived: Mapping[str, str] | None = None
) -> Header | None:
    """The header of a sheet, or None (with a finding) when there is none to be recognised.

    `derived`: by what a column that is not there is worked out.
    """
    needed = {c.name for c in table.columns if c.key}
    best = likeliest_row(table, grid)
    if len(named_in(table, grid, best)) < max(2, len(needed)):
        if any(not is_blank(c) for row in grid.rows[HEADER_ROW - 1 :] for c in row):
            names = "、".join(c.name for c in table.columns if c.key)
            findings.add("header_missing", table.id, HEADER_ROW, columns=names)
        else:
            findings.add("sheet_empty", table.id, sheet=table.sheet)
        return None
    best = _pasted_below(table, grid, best)
    if best != HEADER_ROW:
        findings.add("header_moved", table.id, best, found=best)
    return _read_header(table, grid, best, findings, derived or {})


def likeliest_row(table: InputTable, grid: Grid) -> int:
    """The row, among the first ones, that names most of the table's columns, the key columns above all."""
    needed = {c.name for c in table.columns if c.key}

    def likeness(row: int) -> tuple[bool, int, bool]:
        names = named_in(table, grid, row)
        return names >= needed, len(names), row == HEADER_ROW

    return max(range(1, SEARCHED_ROWS + 1), key=likeness)


def header_name(table: InputTable, cell: Cell) -> str | None:
    """The canonical name that a header cell stands for, if any."""
    names, text = _names(table), fold(str(cell))
    name = names.get(text)
    if name is None and (unit := _UNIT.search(text)):
        name = names.get(text[: unit.start()])
        if name and unit[1] in table.score_suffixes and table.column(name).kind != "score":
            return None  # the indicator's score, not its measure
    return name or _by_form(table, text)


def _by_form(table: InputTable, text: str) -> str | None:
    """1.制作课件, 累计制作课件, 制作课件数量, 製作課件 → 制作课件; None where a name may mean something else."""
    if table.forms is None or len(text) > _LONGEST:
        return None
    names = _names(table)
    text = _NUMBERED.sub("", text.translate(_simple(table.forms.traditional)))
    if name := names.get(text):
        return name
    if unit := _UNIT.search(text):
        if unit[1] in table.score_suffixes:
            return None
        text = text[: unit.start()]
    return _long_forms(table).get(text)


@lru_cache(maxsize=8)
def _simple(pairs: tuple[str, ...]) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in pairs}


def score_columns(table: InputTable, scheme: ObjectScheme, cells: Sequence[Cell]) -> dict[str, int]:
    """Indicator → the worksheet column (1-based) of the platform's score of it; the first where there are several."""
    out: dict[str, int] = {}
    for column, cell in enumerate(cells, start=1):
        if isinstance(cell, str) and cell and header_name(table, cell) is None:
            indicator = _scored_indicator(table, scheme, fold(cell))
            if indicator:
                out.setdefault(indicator, column)
    return out


def _scored_indicator(table: InputTable, scheme: ObjectScheme, text: str) -> str | None:
    """制作课件得分, 课件数(分), 制作课件得分(分) → 制作课件; None for any other header."""
    unit = _UNIT.search(text)
    text = _UNIT.sub("", text)
    suffix = max((s for s in table.score_suffixes if text.endswith(s)), key=len, default="")
    if not suffix and not (unit and unit[1] in table.score_suffixes):
        return None
    measured = _UNIT.sub("", text.removesuffix(suffix).rstrip(_JOINT))
    column = _names(table).get(measured)
    for indicator in scheme.indicators:
        if measured == fold(indicator.name) or (column and indicator.column == column):
            return indicator.name
    return None


_MEMO: dict[int, tuple[InputTable, dict[str, str], dict[str, str]]] = {}


def _names(table: InputTable) -> dict[str, str]:
    return _memo(table)[1]


def _long_forms(table: InputTable) -> dict[str, str]:
    """Each name with what platforms put before and after it, where its column is of that kind."""
    return _memo(table)[2]


def _memo(table: InputTable) -> tuple[InputTable, dict[str, str], dict[str, str]]:
    known = _MEMO.get(id(table))
    if known is None or known[0] is not table:
        aliases = {fold(a): c.name for c in table.columns for a in c.aliases}
        names = aliases | {fold(c.name): c.name for c in table.columns}
        known = _MEMO[id(table)] = (table, names, _formed(table, names))
    return known


def _formed(table: InputTable, names: Mapping[str, str]) -> dict[str, str]:
    if table.forms is None:
        return {}
    out: dict[str, str] = {}
    for kind, before in table.forms.before.items():
        of_kind = [(known, name) for known, name in names.items() if table.column(name).kind == kind]
        for start, end in product(("", *before), ("", *table.forms.after[kind])):
            for known, name in of_kind:
                out.setdefault(f"{start}{known}{end}", name)
    return out


def is_header_like(table: InputTable, cells: Sequence[Cell]) -> bool:
    """Whether most of a row's cells name columns of the table."""
    filled = [c for c in cells if not is_blank(c)]
    return len(_names_in(table, cells)) >= max(MOST_LIKELY, (len(filled) + 1) // 2)


def repeats_header(table: InputTable, header: Header, cells: Sequence[Cell]) -> bool:
    """Whether a row names the same columns in the same places."""
    same = sum(
        isinstance(cells[c - 1], str) and header_name(table, cells[c - 1]) == name
        for name, c in header.columns.items()
    )
    return same * 2 >= len(header.columns)


def _names_in(table: InputTable, cells: Sequence[Cell]) -> set[str]:
    return {name for c in cells if isinstance(c, str) and c and (name := header_name(table, c))}


def named_in(table: InputTable, grid: Grid, row: int) -> set[str]:
    """The canonical names of the columns that a row names."""
    return _names_in(table, grid.rows[row - 1]) if row <= len(grid.rows) else set()


def _pasted_below(table: InputTable, grid: Grid, row: int) -> int:
    """The header row itself, or the next one where a paste brought its own header in another order."""
    for below, cells in enumerate(grid.rows[row : row + SEARCHED_ROWS], start=row + 1):
        if all(is_blank(c) for c in cells):
            continue
        own = {name: c for c, cell in enumerate(grid.rows[row - 1], 1) if (name := header_name(table, cell))}
        other = is_header_like(table, cells) and not repeats_header(table, Header(row, own), cells)
        return below if other else row
    return row


def _read_header(
    table: InputTable, grid: Grid, row: int, findings: Findings, derived: Mapping[str, str]
) -> Header | None:
    cells = grid.rows[row - 1]
    found: dict[str, list[int]] = {}
    unknown = []
    for column, cell in enumerate(cells, start=1):
        if is_blank(cell):
            continue
        name = header_name(table, cell)
        if name is None:
            unknown.append(clean(str(cell)))
        else:
            found.setdefault(name, []).append(column)
    columns = {}
    for name, places in found.items():
        exact = [c for c in places if fold(str(cells[c - 1])) == fold(name)]
        columns[name] = used = (exact or places)[0]
        if len(places) > 1:
            where = "、".join(f"{letter(c)}{row}" for c in places)
            unused = next(c for c in reversed(places) if c != used)
            findings.add(
                "header_twice", table.id, row, f"={letter(unused)}",
                name=name, count=len(places), cells=where, used=f"{letter(used)}{row}",
            )  # fmt: skip
        elif not exact:
            findings.add(
                "header_renamed", table.id, row, f"={letter(used)}",
                found=clean(str(cells[used - 1])), name=name,
            )  # fmt: skip
    read = _complete(table, columns, unknown, row, findings, derived)
    return Header(row, columns) if read else None


def _complete(
    table: InputTable,
    columns: dict[str, int],
    unknown: list[str],
    row: int,
    findings: Findings,
    derived: Mapping[str, str],
) -> bool:
    """Reports the columns that are not there; without a key column the table cannot be read."""
    others = f"；表中没有认出的列名：{'、'.join(unknown)}" if unknown else ""
    readable = True
    for column in table.columns:
        if column.name in columns or column.optional:
            continue
        code = "column_missing"
        if column.key:
            code, readable = "key_column_missing", False
        elif column.derivable or column.blank or not column.is_needed:
            code = "derivable_column_missing"
        by = derived.get(column.name)
        treated = f"按{by}推算" if by and column.derivable else "按空白处理"
        findings.add(code, table.id, row, name=column.name, treated=treated, unknown=others)
    return readable
