"""The rules of one workbook from the text of its 规则 tables, as the VBA wrapper hands it over."""

from __future__ import annotations

from functools import lru_cache

from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.rules import Rules, load_rules
from kongjian.workbook.identity import named_rules

CELL = "\v"
"""Between the cells of a row; rows end with a line feed, and an empty line parts the tables."""
_CELL_BEFORE = "\x1f"
"""The same in workbooks whose macros are older."""
WORKBOOKS = 8
"""So many texts are remembered: a few open workbooks, each with a change or two on its 规则 sheet."""


@lru_cache(maxsize=WORKBOOKS)
def rules_of(text: str) -> Rules:
    """The rules of the workbook's scheme as it wants them; without a text, the default's with every reading at its default.

    Raises KongjianError for whatever the 规则 sheet may not say.
    """
    if not text.strip():
        return load_rules()
    grid = _grid(text)
    return apply_rule_sheet(grid, named_rules(grid))


def _grid(text: str) -> Grid:
    """The tables one below the other, an empty row between them."""
    rows: list[list[str]] = []
    for table in text.replace("\r\n", "\n").replace(_CELL_BEFORE, CELL).split("\n\n"):
        rows += [*_rows(table), []]
    width = max(map(len, rows))
    return Grid([row + [""] * (width - len(row)) for row in rows])


def _rows(table: str) -> list[list[str]]:
    """The rows of one table; a cell of several lines, as Alt+Enter makes them, is put together again."""
    header, *lines = table.strip("\n").split("\n")
    wanted, rows = header.count(CELL), [header]
    for line in lines:
        if CELL not in line or rows[-1].count(CELL) < wanted:
            rows[-1] += f"\n{line}"
        else:
            rows.append(line)
    return [row.split(CELL) for row in rows]
