"""How wide columns are and which stay in sight, by what they hold: wherever a column stands, its width goes with it.

A width that staff chose themselves is none of those that we gave, and stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from kongjian.base.grid import Cell
from kongjian.engine.awards import REMARK
from kongjian.engine.frame import Frame
from kongjian.intake.headers import header_name, likeliest_row
from kongjian.intake.sheets import Sheets
from kongjian.rules import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role
from kongjian.xlsx.table_parts import OutputSheet
from kongjian.xlsx.text_heights import text_width

NARROW = 5.0
"""A column in which nothing stands."""
_SAME = 0.3
"""Widths that differ by less are the same: Excel stores whole pixels."""
_NAMES = {"名次", "类别", "级别", "学校名称", "教师姓名", "口径", "取值", "时间", "月份", "奖项"}
_NAMING = (Role.KIND, Role.SCHOOL, Role.PERSON, Role.MONTH)
_FREEZE_AT_MOST = 52
_INPUT = {
    Role.SCHOOL: 24.0, Role.STAGE: 16.0, Role.PERSON: 11.0, Role.ADMINISTRATOR: 11.0, Role.ACCOUNT: 22.0,
    Role.DATE: 20.0, Role.BEHAVIOUR: 18.0,
}  # fmt: skip


@dataclass(frozen=True)
class Headers:
    """The header cells of an input sheet as they were pasted."""

    table: InputTable
    cells: Sequence[Cell]
    rules: Rules


def pasted_headers(sheets: Sheets, rules: Rules) -> list[Headers]:
    """Those of every input sheet that is there."""
    grids = [(table, sheets.grid(table.sheet)) for table in rules.tables]
    return [
        Headers(t, grid.rows[likeliest_row(t, grid) - 1], rules) for t, grid in grids if grid and grid.rows
    ]


def guidance(table: InputTable) -> str:
    """What row 2 of an input sheet says."""
    optional = any(c.optional or c.derivable for c in table.columns)
    return table.guidance + ("浅色表头的列可以空着。" if optional else "")


def input_widths(table: InputTable, headers: Sequence[str]) -> list[float]:
    """Headers take two lines; a narrow sheet is spread out until the guidance in row 2 fits above it."""
    own = {n: _INPUT[c.role] for c in table.columns if c.role in _INPUT for n in (*c.aliases, c.name)}
    usual = [own.get(h, max(8.5, 2.0 * -(-len(h) // 2) + 3)) for h in headers]
    spread = max(1.0, text_width(guidance(table)) / (sum(usual) or 1.0))
    return [round(width * spread, 1) for width in usual]


def frozen_columns(names: Sequence[str], widths: Sequence[float], rules: Rules) -> int:
    """The leading columns that name the row, as long as they leave room for the others."""
    naming = _NAMES | {c.name for t in rules.tables for c in t.columns if c.role in _NAMING}
    used = 0.0
    for index, (name, width) in enumerate(zip(names, widths, strict=True)):
        used += width
        if name not in naming or used > _FREEZE_AT_MOST:
            return index
    return len(names)


def emptied(spec: OutputSheet, frame: Frame, now: Sequence[float | None]) -> dict[int, float]:
    """Position → new width of the columns of a result in which nothing stands any more, or something again."""
    out = {}
    for k, (column, width) in enumerate(zip(spec.columns, now, strict=True)):
        if width is None or column.kind == "answer" or column.name == REMARK:  # staff write there
            continue
        empty = frame.height > 0 and column.name in frame and _is_empty(frame[column.name])
        if empty and _same(width, [column.width]):
            out[k] = min(NARROW, column.width)
        elif not empty and _same(width, [NARROW]):
            out[k] = column.width
    return out


def _is_empty(values: Any) -> bool:
    blank = values != values if values.dtype.kind == "f" else values == ""
    return bool(blank.all())


def moved(
    headers: Headers, now: Sequence[float | None], frozen: int | None
) -> tuple[dict[int, float], int | None]:
    """Position → new width of an input sheet's columns whose headers were pasted in another order, and how many

    columns are to stay in sight (None: as many as do). `now` are the widths, one for each header cell.
    """
    table, rules = headers.table, headers.rules
    usual = dict(zip(table.names, input_widths(table, table.names), strict=True))
    names = [header_name(table, cell) or "" for cell in headers.cells]
    out = {
        k: usual[name]
        for k, (name, width) in enumerate(zip(names, now, strict=True))
        if name and width is not None and not _same(width, [usual[name]]) and _same(width, usual.values())
    }
    shipped = frozen_columns(table.names, list(usual.values()), rules)
    wanted = frozen_columns(names, [usual.get(name, 0.0) for name in names], rules)
    return out, wanted if frozen == shipped != wanted else None


def _same(width: float, others: Collection[float]) -> bool:
    return any(abs(width - other) < _SAME for other in others)
