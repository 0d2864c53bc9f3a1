"""Headers of several rows made into one: what spans, what stands below it and its unit joined, column by column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.intake.headers import SEARCHED_ROWS, header_name, likeliest_row, named_in
from kongjian.intake.importing.cell_forms import unwrapped
from kongjian.intake.values import folded, quantity
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable, Words

_MOST_ABOVE, _MOST_BELOW = 2, 2
_LONGEST = 14
_BRACKETS = re.compile(r"^[(（\[【](.*)[)）\]】]$")
_SENTENCE = re.compile(r"[:：;；。]")


def join_headers(grid: Grid, rules: Rules) -> Grid:
    """The grid with its header in one row, in the place of its last one, there and wherever it is repeated."""
    given, head = grid, [[unwrapped(c)[0] for c in row] for row in grid.rows[: SEARCHED_ROWS + _MOST_BELOW]]
    grid = replace(grid, rows=[*head, *grid.rows[len(head) :]])
    table = max(rules.tables, key=lambda t: len(named_in(t, grid, likeliest_row(t, grid))))
    row = likeliest_row(table, grid)
    if len(named_in(table, grid, row)) < 2:
        return given
    first, last = _block(table, grid, row, rules.words)
    block, lines = grid.rows[first - 1 : last], [tuple(cells) for cells in given.rows[first - 1 : last]]
    rows = list(given.rows)
    if first == last:
        rows[first - 1] = block[0]
        return replace(grid, rows=rows)
    joined: list[Cell] = list(_Joining(table, rules).headers(block))
    for k in range(first - 1, len(rows)):
        if (line := tuple(rows[k])) in lines:  # the last line of a header stands for all of it
            rows[k] = list(joined) if line == lines[-1] else [""] * len(line)
    return replace(grid, rows=rows)


def _block(table: InputTable, grid: Grid, row: int, words: Words) -> tuple[int, int]:
    """The first and the last row of the header that this row is part of."""
    first = last = row
    while first > 1 and row - first < _MOST_ABOVE and _spans(grid.rows[first - 2], words):
        first -= 1
    while last < len(grid.rows) and last - row < _MOST_BELOW:
        if not _is_below(table, grid.rows[row - 1], grid.rows[last - 1], grid.rows[last], words):
            break
        last += 1
    return first, last


def _spans(cells: Sequence[Cell], words: Words) -> bool:
    """Whether a row above names groups of columns: a few short words, no title, no sentence, no number."""
    filled = {c for c in cells if not is_blank(c)}
    return len(filled) > 1 and all(_is_word(c, words) for c in filled)


def _is_below(
    table: InputTable, header: Sequence[Cell], above: Sequence[Cell], cells: Sequence[Cell], words: Words
) -> bool:
    """Whether a row goes on with the header: only words, and none of its own for whom a row is about."""
    other = False
    for name, over, cell in zip(header, above, cells, strict=True):
        if is_blank(cell) or cell in (over, name):
            continue
        other = True
        known = header_name(table, name) if isinstance(name, str) and name else None
        if not _is_word(cell, words) or (known and table.column(known).is_text):
            return False
    return other


def _is_word(cell: Cell, words: Words) -> bool:
    if not isinstance(cell, str) or len(clean(cell)) > _LONGEST or _SENTENCE.search(cell):
        return False
    text = fold(cell)
    answers = folded(words.yes) | folded(words.no) | folded(words.blank) | folded(words.zero)
    return quantity(text, words) is None and text not in answers


class _Joining:
    """What the parts of one column's header make together."""

    def __init__(self, table: InputTable, rules: Rules) -> None:
        parts = rules.importing.header_parts
        self._table = table
        self._scores, self._counts = folded(parts.scores), folded(parts.counts) | folded(rules.words.units)
        self._rates = folded(parts.rates)

    def headers(self, block: Sequence[Sequence[Cell]]) -> list[str]:
        """One header for each column of these rows."""
        columns = [_parts(column) for column in zip(*_spread(block), strict=True)]
        headers = [self._joined(parts) for parts in columns]
        names = Counter(name for h in headers if (name := header_name(self._table, h)))
        return [
            "·".join(parts) if len(parts) > 1 and names[header_name(self._table, h) or ""] > 1 else h
            for parts, h in zip(columns, headers, strict=True)
        ]

    def _joined(self, parts: list[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        kinds = [self._kind(p) for p in parts]
        named = [p for p, kind in zip(parts, kinds, strict=True) if not kind]
        known = [p for p in named if header_name(self._table, p)]
        if not named:  # 平台得分 over its unit
            return next((p for p in parts if header_name(self._table, p)), "·".join(parts))
        base = (known or named)[-1]
        if "score" in kinds or any(self._ends(p, self._scores) for p in named if p != base):
            return f"{base}（得分）" if self._table.score_suffixes else f"{base}·得分"
        said = next((p for p, kind in zip(parts, kinds, strict=True) if kind), "")
        if not said:
            return base if known else "·".join(parts)
        said = said if not (found := _BRACKETS.match(said)) else found[1]
        return f"{base}{said}" if "rate" in kinds else f"{base}（{said}）"

    def _kind(self, part: str) -> str:
        """What a part says of the numbers below it; "" for a name."""
        text = fold(part)
        text = found[1] if (found := _BRACKETS.match(text)) else text
        kinds = {"score": self._scores, "rate": self._rates, "count": self._counts}
        return next((kind for kind, words in kinds.items() if text in words), "")

    @staticmethod
    def _ends(part: str, words: frozenset[str]) -> bool:
        return fold(part).endswith(tuple(words))


def _spread(block: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """The rows' texts; what spans several columns in each of them that has something of its own below."""
    rows = [["" if is_blank(c) else clean(str(c)) for c in cells] for cells in block]
    for level, cells in enumerate(rows[:-1]):
        carried = ""
        for column, text in enumerate(cells):
            below = [row[column] for row in rows[level + 1 :] if row[column] not in ("", text)]
            carried = (text or carried) if below else ""
            cells[column] = text or carried
    return rows


def _parts(column: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, column)))
