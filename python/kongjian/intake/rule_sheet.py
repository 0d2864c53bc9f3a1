"""Reads what staff chose and changed on the 规则 sheet: readings and indicator parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, is_blank, letter
from kongjian.base.text import clean, fold
from kongjian.rules import bands_text, resolve
from kongjian.rules.choices import targets_by_reading
from kongjian.rules.model import Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS

SHEET = "规则"
_NUMBERS = {"分值": "points", "目标": "target", "每少扣分": "per"}
_USED = {
    "points": ("yes_no", "deduct", "threshold", "bands"),
    "target": ("deduct", "threshold"),
    "per": ("deduct",),
}


def apply_rule_sheet(grid: Grid | None, rules: Rules) -> Rules:
    """The rules as this workbook wants them: its readings, and its parameters where they differ.

    Raises KongjianError naming every cell that cannot be used.
    """
    if grid is None:
        return rules
    faults: list[str] = []
    readings = _readings(grid, rules, faults)
    edits = _edits(grid, rules, faults)
    if faults:
        raise KongjianError("；".join(faults))
    return resolve(rules, readings, edits)


def find_columns(grid: Grid, columns: tuple[str, ...]) -> tuple[int, dict[str, int]] | None:
    """The row (1-based) and the columns (0-based) of the header that holds all these names."""
    for row, cells in enumerate(grid.rows, start=1):
        named = {fold(c): k for k, c in reversed(list(enumerate(cells))) if isinstance(c, str) and c}
        if all(name in named for name in columns):
            return row, named
    return None


def _error_cells(
    grid: Grid, header: int, columns: tuple[str, ...], at: dict[str, int], faults: list[str]
) -> None:
    """An error value must not pass for a blank, which would leave the rule as it is."""
    last = next((r for r in range(header + 1, len(grid.rows) + 1) if _ends(grid, r, at[columns[0]])), None)
    used = {at[c] + 1: c for c in columns if c in at}
    for (row, column), text in sorted(grid.errors.items()):
        if column in used and header < row and (last is None or row < last):
            faults.append(f"规则!{letter(column)}{row}：{used[column]}是错误值{text}")


def _ends(grid: Grid, row: int, column: int) -> bool:
    return is_blank(grid.rows[row - 1][column]) and (row, column + 1) not in grid.errors


def _readings(grid: Grid, rules: Rules, faults: list[str]) -> dict[str, str]:
    found = find_columns(grid, ("口径", "取值"))
    chosen: dict[str, str] = {}
    if found is None:
        return chosen
    header, at = found
    _error_cells(grid, header, ("口径", "取值"), at, faults)
    by_name = {fold(n): r for r in rules.readings for n in (r.id, r.label)}
    for row, cells in enumerate(grid.rows[header:], start=header + 1):
        name, value = cells[at["口径"]], cells[at["取值"]]
        if is_blank(name):
            break
        reading = by_name.get(fold(str(name)))
        where = f"规则!{letter(at['取值'] + 1)}{row}"
        if reading is None:
            faults.append(f"规则!{letter(at['口径'] + 1)}{row}：没有口径“{clean(str(name))}”")
        elif not is_blank(value):
            values = {fold(n): v.id for v in reading.values for n in (v.id, v.label)}
            if fold(str(value)) in values:
                chosen[reading.id] = values[fold(str(value))]
            else:
                labels = "、".join(v.label for v in reading.values)
                faults.append(f"{where}：口径“{reading.label}”没有“{clean(str(value))}”，请选{labels}")
    return chosen


def _edits(grid: Grid, rules: Rules, faults: list[str]) -> dict[tuple[str, str], Mapping[str, Any]]:
    found = find_columns(grid, ("对象", "指标"))
    edits: dict[tuple[str, str], Mapping[str, Any]] = {}
    if found is None:
        return edits
    header, at = found
    _error_cells(grid, header, ("对象", "指标", *_NUMBERS, "分档"), at, faults)
    for row, cells, kind, indicator in _indicator_rows(grid, rules, header, at):
        if indicator is None:
            faults.append(f"规则!{letter(at['指标'] + 1)}{row}：没有指标“{clean(str(cells[at['指标']]))}”")
            continue
        edit = _edit(indicator, cells, at, row, rules, faults)
        if edit:
            edits[kind, indicator.name] = edit
    return edits


def _indicator_rows(
    grid: Grid, rules: Rules, header: int, at: dict[str, int]
) -> Iterator[tuple[int, Sequence[Cell], str, Indicator | None]]:
    """Each row of the table Indicators: its number, its cells, its object and, where known, its indicator."""
    kinds = {fold(label): kind for kind, label in OBJECT_LABELS.items()} | {
        k.upper(): k for k in OBJECT_LABELS
    }
    for row, cells in enumerate(grid.rows[header:], start=header + 1):
        if is_blank(cells[at["指标"]]):
            break
        kind = kinds.get(fold(str(cells[at["对象"]])), "")
        known = {fold(i.name): i for i in rules.object(kind).indicators} if kind else {}
        yield row, cells, kind, known.get(fold(str(cells[at["指标"]])))


def points_cells(grid: Grid | None, rules: Rules) -> dict[tuple[str, str], tuple[str, float | None]]:
    """The cell of each indicator's 分值 by (object, indicator), and the number in it, None for none."""
    found = find_columns(grid, ("对象", "指标", "分值")) if grid else None
    if grid is None or found is None:
        return {}
    header, at = found
    return {
        (kind, indicator.name): (f"规则!{letter(at['分值'] + 1)}{row}", _number(cells[at["分值"]]))
        for row, cells, kind, indicator in _indicator_rows(grid, rules, header, at)
        if indicator
    }


def _edit(
    indicator: Indicator, cells: Any, at: dict[str, int], row: int, rules: Rules, faults: list[str]
) -> dict[str, Any]:
    """What the sheet's row changes. A blank cell leaves the rule as it is."""
    edit: dict[str, Any] = {}
    for column, attribute in _NUMBERS.items():
        if column not in at or indicator.kind not in _USED[attribute] or is_blank(cells[at[column]]):
            continue
        value = _number(cells[at[column]])
        own = targets_by_reading(rules, indicator.name) if attribute == "target" else {}
        if own and (value is None or value in own.values()):
            continue  # the reading decides
        if value is None or value < 0 or (attribute == "points" and value == 0):
            faults.append(f"规则!{letter(at[column] + 1)}{row}：{indicator.name}的{column}不是可用的数字")
        elif value != getattr(indicator, attribute):
            edit[attribute] = value
    if indicator.kind == "bands":
        _edit_bands(indicator, cells, at, row, edit, faults)
    return edit


def _edit_bands(
    indicator: Indicator, cells: Any, at: dict[str, int], row: int, edit: dict[str, Any], faults: list[str]
) -> None:
    bands = indicator.bands
    where = f"规则!{letter(at.get('分档', at['指标']) + 1)}{row}"
    if "分档" in at and not is_blank(cells[at["分档"]]):
        try:
            bands = bands_text.parse_bands(str(cells[at["分档"]]))
        except KongjianError as error:
            faults.append(f"{where}：{error}")
            return
    if bands != indicator.bands:
        edit["bands"] = bands
    if abs(bands[0].points - edit.get("points", indicator.points)) > 1e-9:
        faults.append(f"{where}：{indicator.name}最高一档应等于分值")


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    try:
        number = float(fold(str(cell)))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
