"""The text of the 规则 tables, as the VBA wrapper hands it to a function."""

from __future__ import annotations

from collections.abc import Sequence

from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.intake.scheme_tables import COLUMNS
from kongjian.rules import load_rules
from kongjian.workbook.layout import INDICATORS_COLUMNS, READINGS_COLUMNS

CELL = "\x1f"
_RULES = load_rules()


def joined(tables: Sequence[Sequence[Sequence[Cell]]]) -> str:
    return "\n\n".join("\n".join(CELL.join(map(_text, row)) for row in rows) for rows in tables)


def _text(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def chosen(**readings: str) -> str:
    """The text of a workbook where these readings are chosen, by the labels that staff see."""
    labels = [[r.label, r.value(readings.get(r.id, r.values[0].id)).label] for r in _RULES.readings]
    return joined([[["口径", "取值"], *labels]])


def rules_text(grid: Grid) -> str:
    """The text of a whole 规则 sheet."""
    return joined(
        [table(grid, columns) for columns in (READINGS_COLUMNS, *COLUMNS.values(), INDICATORS_COLUMNS)]
    )


def table(grid: Grid, columns: Sequence[str]) -> list[list[Cell]]:
    """A table from its header down to the first blank row."""
    width = len(columns)
    top, left = next(
        (r, c)
        for r, row in enumerate(grid.rows)
        for c in range(len(row))
        if list(row[c : c + width]) == list(columns)
    )
    rows = []
    for row in grid.rows[top:]:
        if is_blank(row[left]):
            break
        rows.append(list(row[left : left + width]))
    return rows
