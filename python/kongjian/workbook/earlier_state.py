"""What staff would lose by going back to an earlier state of a workbook: cells and rows of what they fill in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from kongjian.base.grid import Cell, Grid, is_blank, letter
from kongjian.base.text import clean
from kongjian.engine.awards import REMARK
from kongjian.engine.declined import own_remark
from kongjian.intake.column_names import COLUMN_NAMES_SHEET
from kongjian.intake.problem_list import ACCEPTED
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.sheets import APPEALS, rows_below_header
from kongjian.rules import Rules
from kongjian.workbook.finalised import FINAL_NAME, finalised
from kongjian.workbook.identity import Named

_MOST_CELLS = 3
_LONGEST = 20
_MOST_ALIGNED = 4_000
"""Rows among which those that were put in are looked for; beyond them rows are compared by their number."""
_CELL, _NEW, _GONE, _NOTE = "格", "新加", "删去", "处"


@dataclass(frozen=True)
class Difference:
    """What of a sheet of the book as it now is differs from the earlier state: `kind` is a cell, a row or a note."""

    sheet: str
    kind: str
    text: str


@dataclass(frozen=True)
class State:
    """What people fill in: by sheet the input sheets, 规则, 列名对应, 异议登记; by what they are the notes among results.

    Results are calculated anew.
    """

    grids: Mapping[str, Grid | None]
    notes: Mapping[str, Sequence[str]]


def state(book: Named, rules: Rules) -> State:
    """Raises KongjianError for a damaged sheet."""
    sheets = [*(t.sheet for t in rules.tables), RULE_SHEET, COLUMN_NAMES_SHEET, APPEALS.sheet]
    final = finalised(book.carried(FINAL_NAME))
    notes = {
        f"问题清单的{ACCEPTED}": _notes(book, "问题清单", ("工作表", "单元格", "对象"), ACCEPTED),
        f"获奖名单的{REMARK}": _notes(book, "获奖名单", ("奖项", "学校名称", "姓名"), REMARK, rules),
        "定稿": [final.day] if final else [],
    }
    return State({sheet: book.grid(sheet) for sheet in sheets}, notes)


def _notes(
    book: Named, sheet: str, columns: Sequence[str], noted: str, rules: Rules | None = None
) -> list[str]:
    """What staff wrote beside results, each with whose it is; of remarks what a calculation wrote is left out."""
    out = []
    for *whose, note in rows_below_header(book, sheet, [*columns, noted]):
        text = own_remark(clean(str(note)), rules.words) if rules else clean(str(note))
        if text:
            out.append(f"{' '.join(filter(None, (clean(str(w)) for w in whose)))} {text}")
    return out


def differences(now: State, earlier: State) -> list[Difference]:
    """Every cell and row that differs, every note that the earlier state has not."""
    cells = [d for sheet, grid in now.grids.items() for d in _rows(sheet, grid, earlier.grids.get(sheet))]
    for what, notes in now.notes.items():
        lost = Counter(notes) - Counter(earlier.notes.get(what, ()))
        cells += [Difference(what, _NOTE, note) for note in lost.elements()]
    return cells


def _rows(sheet: str, now: Grid | None, earlier: Grid | None) -> Iterator[Difference]:
    """Rows that were put in or taken out are told as such; the others cell by cell."""
    mine, theirs = (_without_end(grid) for grid in (now, earlier))
    least, same = min(len(mine), len(theirs)), 0
    while same < least and mine[same] == theirs[same]:
        same += 1
    end = 0
    while end < least - same and mine[-1 - end] == theirs[-1 - end]:
        end += 1
    one, other = mine[same : len(mine) - end], theirs[same : len(theirs) - end]
    for first, last, start, stop in _blocks(one, other):
        for k, (row, old) in enumerate(zip(one[first:last], other[start:stop], strict=False)):
            yield from _cells(sheet, same + first + k + 1, row, old)
        common = min(last - first, stop - start)
        for k in range(first + common, last):
            yield Difference(sheet, _NEW, f"第{same + k + 1}行是新加的（{_row(one[k])}）")
        for k in range(start + common, stop):
            yield Difference(sheet, _GONE, f"备份第{same + k + 1}行现在没有（{_row(other[k])}）")


def _blocks(one: Sequence[tuple[Cell, ...]], other: Sequence[tuple[Cell, ...]]) -> Iterator[tuple[int, ...]]:
    """Which rows stand against which."""
    if len(one) == len(other) or max(len(one), len(other)) > _MOST_ALIGNED:
        yield 0, len(one), 0, len(other)
        return
    for tag, *places in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield tuple(places)


def _without_end(grid: Grid | None) -> list[tuple[Cell, ...]]:
    """Rows down to the last one with anything in it, each up to its last cell with anything."""
    rows = [tuple(row) for row in grid.rows] if grid else []
    rows = [row[: next((k for k in range(len(row), 0, -1) if not is_blank(row[k - 1])), 0)] for row in rows]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cells(sheet: str, r: int, mine: Sequence[Cell], theirs: Sequence[Cell]) -> Iterator[Difference]:
    for c, (one, other) in enumerate(zip_longest(mine, theirs, fillvalue=""), start=1):
        if one != other and not (is_blank(one) and is_blank(other)):
            text = f"{letter(c)}{r} 现在{_shown(one)}、备份里{_shown(other)}"
            yield Difference(sheet, _CELL, text)


def _row(cells: Sequence[Cell]) -> str:
    """What a row begins with."""
    return " ".join([_shown(c) for c in cells if not is_blank(c)][:_MOST_CELLS]) or "空白"


def in_words(found: list[Difference]) -> list[str]:
    """A line for each sheet: how many cells and rows, and the first ones with what they hold and would hold."""
    out = []
    for sheet in dict.fromkeys(d.sheet for d in found):
        own = [d for d in found if d.sheet == sheet]
        more = "……" if len(own) > _MOST_CELLS else ""
        out.append(f"{_count(sheet, own)}：{'；'.join(d.text for d in own[:_MOST_CELLS])}{more}")
    return out


def counted(found: list[Difference]) -> str:
    """The same in one clause."""
    sheets = dict.fromkeys(d.sheet for d in found)
    counts = [_count(sheet, [d for d in found if d.sheet == sheet]) for sheet in sheets]
    return f"与现在不同：{'、'.join(counts)}" if counts else "输入表和规则与现在相同"


def _count(sheet: str, own: Sequence[Difference]) -> str:
    kinds = Counter(d.kind for d in own)
    said = [f"{kinds[kind]}{kind}" for kind in (_CELL, _NOTE) if kinds[kind]]
    said += [f"{kind}{kinds[kind]}行" for kind in (_NEW, _GONE) if kinds[kind]]
    return sheet + "，".join(said)


def _shown(cell: Cell) -> str:
    if is_blank(cell):
        return "空白"
    text = f"{cell:.10g}" if isinstance(cell, float) else str(cell)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
