"""Finds the header row and the column of every name: by name and alias, never by position."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kongjian.engine.findings import Findings
from kongjian.intake.grid import Cell, Grid, is_blank, letter
from kongjian.rules.model import InputTable
from kongjian.text import clean, fold

HEADER_ROW = 3
SEARCHED_ROWS = 10
_UNIT = re.compile(r"[(（\[【].*?[)）\]】]$")


@dataclass(frozen=True)
class Header:
    """Where the header stands and which worksheet column (1-based) holds each canonical name."""

    row: int
    columns: dict[str, int]


def find_header(table: InputTable, grid: Grid, findings: Findings) -> Header | None:
    """The header of a sheet, or None (with a finding) when there is none to be recognised."""
    best = max(range(1, SEARCHED_ROWS + 1), key=lambda r: (_hits(table, grid, r), r == HEADER_ROW))
    needed = len([c for c in table.columns if c.key])
    if _hits(table, grid, best) < max(2, needed):
        if any(not is_blank(c) for row in grid.rows[HEADER_ROW - 1 :] for c in row):
            names = "、".join(c.name for c in table.columns if c.key)
            findings.add("header_missing", table.id, HEADER_ROW, columns=names)
        else:
            findings.add("sheet_empty", table.id, sheet=table.sheet)
        return None
    if best != HEADER_ROW:
        findings.add("header_moved", table.id, best, found=best)
    return _read_header(table, grid, best, findings)


def header_name(table: InputTable, cell: Cell) -> str | None:
    """The canonical name that a header cell stands for, if any."""
    return _names(table).get(fold(str(cell))) or _names(table).get(_UNIT.sub("", fold(str(cell))))


_MEMO: dict[int, tuple[InputTable, dict[str, str]]] = {}


def _names(table: InputTable) -> dict[str, str]:
    known = _MEMO.get(id(table))
    if known is None or known[0] is not table:
        aliases = {fold(a): c.name for c in table.columns for a in c.aliases}
        known = _MEMO[id(table)] = (table, aliases | {fold(c.name): c.name for c in table.columns})
    return known[1]


def _hits(table: InputTable, grid: Grid, row: int) -> int:
    cells = grid.rows[row - 1] if row <= len(grid.rows) else ()
    return len({header_name(table, c) for c in cells if isinstance(c, str) and c} - {None})


def _read_header(table: InputTable, grid: Grid, row: int, findings: Findings) -> Header | None:
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
            findings.add(
                "header_twice", table.id, row, f"={letter(places[1])}",
                name=name, count=len(places), cells=where, used=f"{letter(used)}{row}",
            )  # fmt: skip
        elif not exact:
            findings.add(
                "header_renamed", table.id, row, f"={letter(used)}",
                found=clean(str(cells[used - 1])), name=name,
            )  # fmt: skip
    return Header(row, columns) if _complete(table, columns, unknown, row, findings) else None


def _complete(
    table: InputTable, columns: dict[str, int], unknown: list[str], row: int, findings: Findings
) -> bool:
    """Reports the columns that are not there; without a key column the table cannot be read."""
    others = "、".join(unknown) or "无"
    readable = True
    for column in table.columns:
        if column.name in columns or column.optional:
            continue
        code = "column_missing"
        if column.key:
            code, readable = "key_column_missing", False
        elif column.derivable or column.blank or not column.is_needed:
            code = "derivable_column_missing"
        findings.add(code, table.id, row, name=column.name, unknown=others)
    return readable
