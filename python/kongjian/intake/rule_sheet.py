"""Reads what staff chose and changed on the 规则 sheet: the sheet wins over the rule files, cell by cell.

A workbook that carries its whole scheme (it has the table Scheme) says every number itself: a blank is refused there.
One of the first edition has readings and indicators only; the rest, and what it leaves blank, is as installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.base.text import clean, fold
from kongjian.intake.rule_rows import RuleRow, matched, number, rule_rows
from kongjian.intake.scheme_tables import (
    carries_scheme,
    check_scheme,
    full_points,
    object_and_name,
    scheme_edits,
)
from kongjian.rules import bands_text, resolve
from kongjian.rules.choices import targets_by_reading
from kongjian.rules.model import KIND_LABELS, Edits, Indicator, Rules
from kongjian.rules.parameters import BY_READING, INDICATOR_NUMBERS, INDICATOR_TEXTS
from kongjian.rules.readings import Reading

OWN_COLUMN = "列名"
"""Where staff added it: the column that an indicator of next year's scheme scores, if that has another name."""
_USED = {
    "points": ("yes_no", "deduct", "threshold", "bands", "bonus"),
    "target": ("deduct", "threshold"),
    "per": ("deduct", "bonus"),
    "bands": ("bands",),
}


def apply_rule_sheet(grid: Grid | None, rules: Rules) -> Rules:
    """The rules as this workbook wants them: its readings, and its parameters where they differ.

    Raises KongjianError naming every cell that cannot be used, or why these rules are not those of the workbook.
    """
    if grid is None:
        return rules
    if carries_scheme(grid):
        check_scheme(grid, rules)
    return applied(grid, rules)


def applied(grid: Grid, rules: Rules) -> Rules:
    """The same of rules that are known to be the workbook's."""
    sheet = _Sheet(grid, rules)
    readings, edits = sheet.readings(), sheet.edits()
    if faults := sheet.faults or list(points_faults(grid, rules)):
        raise KongjianError("；".join(faults))
    return resolve(rules, readings, edits)


def points_faults(grid: Grid | None, rules: Rules) -> Iterator[str]:
    """Where an object's points do not add up to its full points, with the cells that were changed."""
    rows = indicator_rows(grid, []) if grid else []
    for scheme in (rules.school, rules.teacher):
        full, changed = full_points(grid, scheme) if grid else (scheme.points, [])
        total = 0.0
        for indicator in scheme.owed:
            row = next((r for r in rows if _key(r) == (scheme.object, fold(indicator.name))), None)
            given = number(row["分值"]) if row and "分值" in row else None
            total += indicator.points if given is None else given
            if row and given is not None and given != indicator.points:
                moved = f"{indicator.name}由{indicator.points:g}改成{given:g}"
                changed.append(f"{row.where('分值')}（{moved}）")
        if abs(total - full) > 1e-9:
            where = f"，改过的格子：{'、'.join(changed)}" if changed else ""
            yield f"{scheme.label}各指标分值合计{total:g}，应为{full:g}{where}"


def indicator_rows(grid: Grid, faults: list[str]) -> list[RuleRow]:
    """The rows of the table Indicators, none where it is not there; what is wrong with it goes to `faults`."""
    columns = (*INDICATOR_NUMBERS.values(), "分档", "计分方式", OWN_COLUMN, *INDICATOR_TEXTS.values())
    return rule_rows(grid, ("对象", "指标"), "指标", faults, columns) or []


def _key(row: RuleRow) -> tuple[str, str]:
    return object_and_name(row, "指标")


class _Sheet:
    """The tables Readings and Indicators of one workbook, and all that is wrong on the sheet."""

    def __init__(self, grid: Grid, rules: Rules) -> None:
        self._grid, self._rules = grid, rules
        self.whole = carries_scheme(grid)
        self.faults: list[str] = []

    def readings(self) -> dict[str, str]:
        """Value by reading."""
        rows = rule_rows(self._grid, ("口径", "取值"), "口径", self.faults) or []
        known = {fold(r.id): r for r in self._rules.readings}
        ids = {fold(n): fold(r.id) for r in self._rules.readings for n in (r.id, r.label)}
        pairs = matched(
            rows, "口径", "口径", known, lambda r: ids.get(r.folded("口径"), ""), self.faults, self.whole
        )
        return {k: v for reading, row in pairs for k, v in self._reading(reading, row).items()}

    def _reading(self, reading: Reading, row: RuleRow) -> dict[str, str]:
        values = {fold(n): v.id for v in reading.values for n in (v.id, v.label)}
        if self.whole and "可选值" in row and row.text("可选值") != _choices(reading):
            said = f"口径“{reading.label}”的可选值由方案定，应为{_choices(reading)}"
            self._fault(row, "可选值", said)
        if row.blank("取值"):
            return {}
        if row.folded("取值") in values:
            return {reading.id: values[row.folded("取值")]}
        self._fault(row, "取值", f"口径“{reading.label}”没有“{row.text('取值')}”，请选{_choices(reading)}")
        return {}

    def edits(self) -> Edits:
        """What the sheet changes, in the order in which faults are told: the scheme's tables, then the indicators."""
        scheme = scheme_edits(self._grid, self._rules, self.faults) if self.whole else {}
        return {**scheme, **self._indicators()}

    def _indicators(self) -> Edits:
        rows = indicator_rows(self._grid, self.faults)
        schemes = (self._rules.school, self._rules.teacher)
        known: dict[tuple[str, str], tuple[str, Indicator]] = {
            (s.object, fold(i.name)): (s.object, i) for s in schemes for i in s.indicators
        }
        pairs = matched(rows, "指标", "指标", known, _key, self.faults, self.whole)
        edits = {(kind, i.name): self._indicator(i, row) for (kind, i), row in pairs}
        return {item: edit for item, edit in edits.items() if edit}

    def _indicator(self, indicator: Indicator, row: RuleRow) -> dict[str, Any]:
        """What the indicator's row changes."""
        edit: dict[str, Any] = {}
        for attribute, column in {**INDICATOR_NUMBERS, "bands": "分档"}.items():
            if indicator.kind not in _USED[attribute]:
                self._refuse_unused(indicator, row, column)
            elif attribute == "bands":
                self._bands(indicator, row, edit)
            elif column in row:
                self._number(indicator, attribute, row, column, edit)
        return edit | (self._texts(indicator, row) if self.whole else {})

    def _refuse_unused(self, indicator: Indicator, row: RuleRow, column: str) -> None:
        if self.whole and column in row and not row.blank(column):
            kind = KIND_LABELS[indicator.kind]
            self._fault(row, column, f"{indicator.name}按“{kind}”计分，不用{column}，请清空这一格")

    def _number(
        self, indicator: Indicator, attribute: str, row: RuleRow, column: str, edit: dict[str, Any]
    ) -> None:
        """A number typed for a target that a reading sets counts, whatever the reading's own target is."""
        by_reading = attribute == "target" and bool(targets_by_reading(self._rules, indicator.name))
        if by_reading and row.folded(column) in ("", BY_READING):
            return
        if row.blank(column):
            self._blank(indicator, row, column)
            return
        value = number(row[column])
        if value is None or value < 0 or (attribute == "points" and value == 0):
            self._fault(row, column, f"{indicator.name}的{column}不是可用的数字")
        elif by_reading or value != getattr(indicator, attribute):
            edit[attribute] = value

    def _bands(self, indicator: Indicator, row: RuleRow, edit: dict[str, Any]) -> None:
        bands, column = indicator.bands, "分档" if "分档" in row else "指标"
        if column == "分档" and row.blank(column):
            self._blank(indicator, row, column)
        elif column == "分档":
            try:
                bands = bands_text.parse_bands(str(row[column]))
            except KongjianError as error:
                self._fault(row, column, str(error))
                return
        if bands != indicator.bands:
            edit["bands"] = bands
        if abs(bands[0].points - edit.get("points", indicator.points)) > 1e-9:
            self._fault(row, column, f"{indicator.name}最高一档应等于分值")

    def _texts(self, indicator: Indicator, row: RuleRow) -> dict[str, str]:
        """The texts that results show; 疑点 is a note on the sheet alone."""
        label = KIND_LABELS[indicator.kind]
        if "计分方式" in row and row.text("计分方式") != label:
            self._fault(row, "计分方式", f"{indicator.name}的计分方式由方案定，应为“{label}”")
        if OWN_COLUMN in row and row.text(OWN_COLUMN) not in ("", clean(indicator.column)):
            self._fault(row, OWN_COLUMN, f"{indicator.name}的列由方案定，应为“{indicator.column}”")
        out = {}
        for attribute, column in INDICATOR_TEXTS.items():
            if column in row and row.blank(column):
                self._blank(indicator, row, column)
            elif column in row and row.text(column) != clean(getattr(indicator, attribute)):
                out[attribute] = row.text(column)
        return out

    def _blank(self, indicator: Indicator, row: RuleRow, column: str) -> None:
        """A blank leaves the rule as installed, which a workbook that carries its scheme must not rest on."""
        if self.whole:
            self._fault(row, column, f"{indicator.name}的{column}空白，请填写")

    def _fault(self, row: RuleRow, column: str, text: str) -> None:
        self.faults.append(f"{row.where(column)}：{text}")


def _choices(reading: Reading) -> str:
    return "、".join(v.label for v in reading.values)


__all__ = ["apply_rule_sheet", "points_faults"]
