"""What staff would lose by going back to an earlier state of a workbook: the cells of its input sheets that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from kongjian.base.grid import Cell, Grid, is_blank, letter
from kongjian.intake.column_names import SHEET as COLUMN_NAMES
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.sheets import Sheets
from kongjian.rules import Rules

_MOST_CELLS = 3
_LONGEST = 20


@dataclass(frozen=True)
class Difference:
    """A cell of the book as it now is that is another one in the earlier state."""

    sheet: str
    cell: str
    now: Cell
    earlier: Cell


State = Mapping[str, Grid | None]
"""What people fill in, by sheet: the input sheets, 规则, 列名对应. Results are calculated anew."""


def state(book: Sheets, rules: Rules) -> State:
    """Raises KongjianError for a damaged sheet."""
    sheets = [*(t.sheet for t in rules.tables), RULE_SHEET, COLUMN_NAMES]
    return {sheet: book.grid(sheet) for sheet in sheets}


def differences(now: State, earlier: State) -> list[Difference]:
    """Every cell that differs."""
    return [d for sheet, grid in now.items() for d in _cells(sheet, grid, earlier.get(sheet))]


def _cells(sheet: str, now: Grid | None, earlier: Grid | None) -> Iterator[Difference]:
    rows = zip_longest(now.rows if now else (), earlier.rows if earlier else (), fillvalue=())
    for r, (mine, theirs) in enumerate(rows, start=1):
        if mine == theirs:
            continue
        for c, (one, other) in enumerate(zip_longest(mine, theirs, fillvalue=""), start=1):
            if one != other and not (is_blank(one) and is_blank(other)):
                yield Difference(sheet, f"{letter(c)}{r}", one, other)


def in_words(found: list[Difference]) -> list[str]:
    """A line for each sheet: how many cells, and the first ones with what they hold and would hold."""
    out = []
    for sheet in dict.fromkeys(d.sheet for d in found):
        own = [d for d in found if d.sheet == sheet]
        some = [f"{d.cell} 现在{_shown(d.now)}、备份里{_shown(d.earlier)}" for d in own[:_MOST_CELLS]]
        more = "……" if len(own) > _MOST_CELLS else ""
        out.append(f"{sheet}{len(own)}格：{'；'.join(some)}{more}")
    return out


def counted(found: list[Difference]) -> str:
    """The same in one clause."""
    sheets = dict.fromkeys(d.sheet for d in found)
    counts = [f"{sheet}{sum(d.sheet == sheet for d in found)}格" for sheet in sheets]
    return f"与现在不同：{'、'.join(counts)}" if counts else "输入表和规则与现在相同"


def _shown(cell: Cell) -> str:
    if is_blank(cell):
        return "空白"
    text = f"{cell:.10g}" if isinstance(cell, float) else str(cell)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
