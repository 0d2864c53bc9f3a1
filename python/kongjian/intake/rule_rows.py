"""The tables of 规则 in a grid: rows found by their headers, each cell with its place, what is wrong in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from kongjian.base.grid import Cell, Grid, is_blank, letter
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.intake.values import SERIALS, Cells, dates, months, show
from kongjian.rules.model_tables import Column
from kongjian.rules.objects import OBJECT_LABELS

RULE_SHEET = "规则"
_Key = TypeVar("_Key", bound=Hashable)
_Item = TypeVar("_Item")
_ELSEWHERE = dict.fromkeys(("指标", "奖项"), "（要增加，请用“新建下一年方案”）")


@dataclass(frozen=True)
class RuleRow:
    """One row of a table: its cells by the names of their columns."""

    number: int
    cells: Sequence[Cell]
    at: Mapping[str, int]

    def __contains__(self, column: str) -> bool:
        return column in self.at

    def __getitem__(self, column: str) -> Cell:
        return self.cells[self.at[column]]

    def blank(self, column: str) -> bool:
        return is_blank(self[column])

    def text(self, column: str) -> str:
        """The cell as people see it; "" for a blank."""
        return "" if self.blank(column) else clean(show(self[column]))

    def folded(self, column: str) -> str:
        """The text for comparing."""
        return fold(self.text(column))

    def where(self, column: str) -> str:
        return f"{RULE_SHEET}!{letter(self.at[column] + 1)}{self.number}"


def find_columns(grid: Grid, columns: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The row (1-based) and the columns (0-based) of the header that holds all these names."""
    for row, cells in enumerate(grid.rows, start=1):
        named = {fold(c): k for k, c in reversed(list(enumerate(cells))) if isinstance(c, str) and c}
        if all(name in named for name in columns):
            return row, named
    return None


def rule_rows(
    grid: Grid, columns: Sequence[str], key: str, faults: list[str], others: Sequence[str] = ()
) -> list[RuleRow] | None:
    """The rows of the table with these columns (and maybe some of the others) down to the first blank key.

    None where there is no such table. A row that holds an error value is a fault and left out: it must not
    pass for a blank.
    """
    found = find_columns(grid, columns)
    if found is None:
        return None
    header, at = found
    used = {at[c] + 1: c for c in (*columns, *others) if c in at}
    out = []
    for number, cells in enumerate(grid.rows[header:], start=header + 1):
        row = RuleRow(number, cells, at)
        errors = {c: grid.errors[number, c] for c in sorted(used) if (number, c) in grid.errors}
        if row.blank(key) and at[key] + 1 not in errors:
            break
        faults += [f"{row.where(used[c])}：{used[c]}是错误值{text}" for c, text in errors.items()]
        if not errors:
            out.append(row)
    return out


def matched(
    rows: Iterable[RuleRow],
    column: str,
    what: str,
    known: Mapping[_Key, _Item],
    key: Callable[[RuleRow], _Key],
    faults: list[str],
    whole: bool = True,
) -> Iterator[tuple[_Item, RuleRow]]:
    """Each known item with its row. Rows of nothing known or named twice are faults;

    so are items without a row in a `whole` table, where nothing else is wrong that may be the reason.
    """
    lacking = dict(known)
    for row in rows:
        found = key(row)
        if found in lacking:
            yield lacking.pop(found), row
        else:
            said = f"{what}“{row.text(column)}”"
            said = f"{said}有两行，请只留一行" if found in known else f"没有{said}{_ELSEWHERE.get(what, '')}"
            faults.append(f"{row.where(column)}：{said}")
    if whole and not faults:
        faults += [f"{RULE_SHEET}：缺{what}“{_name(item)}”，请补上这一行" for item in lacking.values()]


def _name(item: Any) -> str:
    if isinstance(item, tuple):
        return f"{OBJECT_LABELS[item[0]]} {item[1].name}"
    return item if isinstance(item, str) else str(getattr(item, "label", "") or item.name)


def number(cell: Cell) -> float | None:
    """A finite number, also as text; None for anything else."""
    try:
        found = math.nan if isinstance(cell, bool) else float(fold(show(cell)))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def share(cell: Cell) -> float | None:
    """A number, also as text with a per cent sign: 0.9 for 90%."""
    text = fold(show(cell))
    if not text.endswith("%"):
        return number(cell)
    found = number(text[:-1])
    return None if found is None else found / 100


def month(cell: Cell) -> str:
    """A month as YYYY-MM; "" for what is none."""
    return str(months(_one("month", cell))[0])


def day(cell: Cell) -> str:
    """A day as YYYY-MM-DD; "" for what is none."""
    found = dates(_one("date", cell))[0]
    return "" if np.isnat(found) else str(found)


def _one(kind: str, cell: Cell) -> Cells:
    serial = number(cell) if isinstance(cell, str) else None  # as the VBA wrapper hands over a date
    if serial is not None and SERIALS[0] <= serial <= SERIALS[1]:
        cell = serial
    return Cells(
        "", Column("", "month" if kind == "month" else "date", ()), [cell], np.zeros(1, int), {}, Findings()
    )
