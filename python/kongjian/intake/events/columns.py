"""Where a file of a log has its columns: by the names in its header, like a pasted sheet's, never by position."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.intake.headers import SEARCHED_ROWS, header_name
from kongjian.rules.model import Rules
from kongjian.rules.roles import Role

FIELDS: tuple[tuple[str, Role], ...] = (
    ("happened", Role.DATE), ("school", Role.SCHOOL), ("account", Role.ACCOUNT), ("role", Role.EVENT_ROLE),
    ("behaviour", Role.BEHAVIOUR), ("grade", Role.GRADE), ("class", Role.CLASS_NAME),
)  # fmt: skip
"""What a partial calls its columns, in ASCII for every engine, and their roles."""
_SEPARATORS = (",", "\t", ";", "|", "，")


@dataclass(frozen=True)
class Layout:
    """In which row (from 1) the header stands, what parts its cells, how many there are, and field → place (from 1)."""

    row: int
    separator: str
    width: int
    places: dict[str, int]

    def reaches(self, rules: Rules) -> int:
        """The last place that a line must have: without its key columns it says nothing."""
        keys = {c.role for c in rules.table("events").columns if c.key}
        return max(self.places[name] for name, role in FIELDS if role in keys)


def layout_of_lines(path: Path, place: Path, rules: Rules) -> Layout:
    """The layout of a text. Raises KongjianError where no line near the top names the columns."""
    with place.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        head = [opened.readline().rstrip("\r\n") for _ in range(SEARCHED_ROWS)]
    ways = []
    for separator in _SEPARATORS:
        for row, line in enumerate(head, start=1):
            cells = next(csv.reader([line], delimiter=separator), []) if line else []
            ways.append(Layout(row, separator, len(cells), places_of(cells, rules)))
    return _best(path, ways, rules)


def layout_of_rows(path: Path, rows: Sequence[Sequence[object]], rules: Rules) -> Layout:
    """The same of a sheet."""
    ways = [
        Layout(k, "", len(cells), places_of([str(c) for c in cells], rules))
        for k, cells in enumerate(rows[:SEARCHED_ROWS], start=1)
    ]
    return _best(path, ways, rules)


def places_of(cells: Sequence[str], rules: Rules) -> dict[str, int]:
    """Field → place (from 1) of its header; where several name one column, the one that calls it by its own name."""
    table = rules.table("events")
    names = {c.name: name for name, role in FIELDS if (c := table.by_role(role))}
    out: dict[str, int] = {}
    for own in (True, False):
        for place, cell in enumerate(cells, start=1):
            found = header_name(table, cell)
            if found in names and (found == cell.strip()) == own:
                out.setdefault(names[found], place)
    return out


def _best(path: Path, ways: Sequence[Layout], rules: Rules) -> Layout:
    table = rules.table("events")
    keys = [(name, c.name) for name, role in FIELDS if (c := table.by_role(role)) and c.key]
    best = max(ways, key=lambda w: len(w.places), default=Layout(1, "", 0, {}))
    if lacking := [column for name, column in keys if name not in best.places]:
        raise KongjianError(
            f"{path.name} 前{SEARCHED_ROWS}行里没有找到列名“{'”“'.join(lacking)}”，没有计入；请核对列名，或看看分隔列的是不是逗号或制表符"
        )
    return best
