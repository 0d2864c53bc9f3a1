"""The light fill of cells to look at: which cells, and under which condition the fill still shows.

A mark compares the cell with what was found in it, so that the fill goes as soon as somebody mends the cell. Marks that do
so are of one column each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from kongjian.base.grid import DAY_ZERO, Area, Cell, cell_number, column_number
from kongjian.engine.findings import Finding
from kongjian.intake.problem_list import LEVELS, Line
from kongjian.intake.where import Where
from kongjian.xlsx.fill_marks import ALWAYS, SELF, Mark

Places = dict[tuple[str, int], set[tuple[int, int]]]
"""(condition, column) → the cells (row, column); column 0 for all of them where the condition names no cell."""

FILLS = {"错误": "FDE8E8", "警告": "FFF3D6"}
"""The levels whose cells are filled → the colour of the fill; a hint needs no mending."""
MOST_CONDITIONS = 60
"""Of one sheet and level, each column's counted by itself; the cells of further values are filled until the next check."""
MOST_AREAS = 2_000
"""Of one sheet and level: what lies behind is listed and not filled."""
AREAS_TOGETHER = 200
"""One rule's; Excel is not at ease with a rule over thousands of places."""
_LONGEST_TEXT = 120  # a formula takes no longer text than 255 UTF-16 units


def marks(lines: Iterable[Line], where: Where) -> list[Mark]:
    """The marks of the listed findings that are about cells; what staff accepted is not marked."""
    cells: dict[tuple[str, str], Places] = {}
    taken: set[tuple[str, int, int]] = set()
    for line in sorted(lines, key=lambda line: LEVELS.index(line.level)):  # a cell has one fill, the error's
        for finding in line.findings if line.level in FILLS and not line.accepted else ():
            at = (finding.table, where.row(finding), column_number(where.letters(finding)))
            if where.has_cell(finding) and at not in taken:
                taken.add(at)
                by_condition = cells.setdefault((finding.table, line.level), {})
                condition = _condition(finding, where)
                own = condition, at[2] if SELF in condition else 0
                by_condition.setdefault(own, set()).add(at[1:])
    return [
        mark
        for (table, level), by_condition in cells.items()
        for mark in _marks(table, level, _capped(by_condition))
    ]


def _marks(table: str, level: str, by_condition: Places) -> Iterator[Mark]:
    left = MOST_AREAS
    for (condition, _), places in by_condition.items():
        areas = tuple(_areas(places))[:left]
        left -= len(areas)
        for start in range(0, len(areas), AREAS_TOGETHER):
            yield Mark(table, level, condition, areas[start : start + AREAS_TOGETHER])


def _condition(finding: Finding, where: Where) -> str:
    if where.is_error(finding):
        return f"ISERROR({SELF})"
    return _still(where.value(finding))


def _still(value: Cell) -> str:
    """The formula that is true while the cell holds this value."""
    if value is None or value == "":
        return f"LEN({SELF})=0"
    if isinstance(value, bool):
        return f"{SELF}={str(value).upper()}"
    if isinstance(value, int | float):
        return f"{SELF}={value:.15G}"
    if isinstance(value, dt.datetime):
        return f"{SELF}={(value - DAY_ZERO).total_seconds() / 86400:.15g}"
    if isinstance(value, dt.date):
        return f"{SELF}={cell_number(value):.15g}"
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        return ALWAYS
    text = value.replace('"', '""')
    return f'EXACT({SELF},"{text}")'


def _capped(by_condition: Places) -> Places:
    """The conditions with most cells, and one for all the others."""
    by_size = sorted(by_condition, key=lambda c: (-len(by_condition[c]), c))
    out = {condition: by_condition[condition] for condition in by_size[:MOST_CONDITIONS]}
    for condition in by_size[MOST_CONDITIONS:]:
        out[ALWAYS, 0] = out.get((ALWAYS, 0), set()) | by_condition[condition]
    return out


def _areas(places: set[tuple[int, int]]) -> Sequence[Area]:
    """Cells of one column that follow one another, joined."""
    out: list[Area] = []
    for column, row in sorted((c, r) for r, c in places):
        if out and out[-1][1] == column and out[-1][2] == row - 1:
            out[-1] = (out[-1][0], column, row, column)
        else:
            out.append((row, column, row, column))
    return out
