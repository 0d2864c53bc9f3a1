"""规则 as next year's scheme is to have it: indicators and awards that were added there, or taken out, count."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.base.text import clean, fold
from kongjian.intake.rule_rows import RULE_SHEET, RuleRow, number, rule_rows, share
from kongjian.intake.rule_sheet import OWN_COLUMN, applied, apply_rule_sheet, indicator_rows
from kongjian.intake.scheme_tables import (
    AWARDS,
    COLUMNS,
    carries_scheme,
    check_scheme,
    object_and_name,
)
from kongjian.rules.bands_text import parse_bands
from kongjian.rules.model import KIND_LABELS, Award, Band, Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.parameters import INDICATOR_NUMBERS, INDICATOR_TEXTS
from kongjian.rules.roles import RECIPIENTS

_NEEDED = (*INDICATOR_NUMBERS.values(), "分档", "计分方式", *INDICATOR_TEXTS.values())
_UNIT = {"yes_no": "是/否", "veto": "是/否", "bands": "完成率"}
_TIMES = "次"
"""What a new indicator counts, until its file says otherwise."""


def redrawn_rules(grid: Grid | None, rules: Rules) -> Rules:
    """The rules that this 规则 describes: its rows are the scheme's, those that `rules` lack are made from what they say.

    Raises KongjianError naming every cell that cannot be used. A workbook of the first edition, which does not carry
    its whole scheme, may change readings and numbers only.
    """
    if grid is None or not carries_scheme(grid):
        return apply_rule_sheet(grid, rules)
    check_scheme(grid, rules)
    faults: list[str] = []
    rows = indicator_rows(grid, faults)
    if lacking := [c for c in _NEEDED if rows and c not in rows[0]]:
        raise KongjianError(f"{RULE_SHEET}：指标表没有“{'、'.join(lacking)}”这些列，请从原来的工作簿补上")
    drawn = rules.replace(awards=tuple(_awards(grid, rules, faults)))
    for kind in OBJECT_LABELS:
        own = tuple(_indicators(rows, kind, rules, faults))
        drawn = drawn.replace(**{kind: dataclasses.replace(rules.object(kind), indicators=own)})
    faults += [
        f"{row.where('对象')}：“{row.text('对象')}”应为{'或'.join(OBJECT_LABELS.values())}"
        for row in rows
        if not object_and_name(row, "指标")[0]
    ]
    if faults:
        raise KongjianError("；".join(faults))
    return applied(grid, drawn)


def _indicators(rows: Sequence[RuleRow], kind: str, rules: Rules, faults: list[str]) -> Iterator[Indicator]:
    """One object's indicators in the order of the sheet. A name that stands twice is found by whoever reads the sheet."""
    known = {fold(i.name): i for i in rules.object(kind).indicators}
    seen = set()
    for row in rows:
        found, name = object_and_name(row, "指标")
        if found != kind or name in seen:
            continue
        seen.add(name)
        held = known.get(name)
        if held and row.text("计分方式") == KIND_LABELS[held.kind] and _column(row) in ("", held.column):
            yield held
        elif held or name:
            yield from _indicator(row, held, faults)


def _column(row: RuleRow) -> str:
    return row.text(OWN_COLUMN) if OWN_COLUMN in row else ""


def _indicator(row: RuleRow, held: Indicator | None, faults: list[str]) -> Iterator[Indicator]:
    """What a row says of an indicator that scores otherwise than `held`, or is new."""
    kinds = {label: kind for kind, label in KIND_LABELS.items()}
    kind = kinds.get(row.text("计分方式"))
    name = held.name if held else row.text("指标")
    if kind is None:
        wanted = "、".join(kinds)
        faults.append(
            f"{row.where('计分方式')}：{name}的计分方式“{row.text('计分方式')}”不能用，请选{wanted}"
        )
        return
    points = number(row["分值"]) or 0.0
    fields: dict[str, Any] = {"measure": column if (column := _column(row)) != name else ""}
    if kind in ("deduct", "threshold"):
        fields["target"] = number(row["目标"]) or 0.0
    if kind in ("deduct", "bonus"):
        fields["per"] = number(row["每少扣分"]) or 0.0
    if kind == "bands":
        fields["bands"] = _bands(row, points)
    yield Indicator(
        name,
        row.text("一级指标"),
        row.text("出处"),
        row.text("条款原文"),
        points,
        kind,  # type: ignore[arg-type]
        _UNIT.get(kind, _TIMES),
        **fields,
    )


def _bands(row: RuleRow, points: float) -> tuple[Band, ...]:
    """The steps that a cell says; what cannot be read is told by whoever reads the sheet."""
    try:
        return parse_bands(row.text("分档"))
    except KongjianError:
        return (Band(0.0, points),)


def _awards(grid: Grid, rules: Rules, faults: list[str]) -> Iterator[Award]:
    """The awards in the order of the sheet."""
    known = {fold(a.name): a for a in rules.awards}
    rows = rule_rows(grid, COLUMNS[AWARDS], "奖项", faults) or []
    kinds = {fold(label): kind for kind, label in OBJECT_LABELS.items()}
    seen = set()
    for row in rows:
        name = row.folded("奖项")
        if name in seen:
            continue
        seen.add(name)
        kind = kinds.get(row.folded("对象"))
        if name in known:
            yield known[name]
        elif kind is None:
            said = f"{row.text('奖项')}的对象“{row.text('对象')}”应为{'或'.join(OBJECT_LABELS.values())}"
            faults.append(f"{row.where('对象')}：{said}")
        else:
            yield _award(row, kind)


def _award(row: RuleRow, kind: Any) -> Award:
    """A new award; what its row says wrongly is told by whoever reads the sheet."""
    name = clean(row.text("奖项"))
    who = {fold(word): role.value for role, word in RECIPIENTS.items()}
    first, last, least = (number(row[c]) or 0 for c in ("起名次", "止名次", "最低分"))
    return Award(
        name,
        kind,
        who.get(row.folded("获奖人"), "unit"),  # type: ignore[arg-type]
        row.text("出处"),
        name,
        int(first),
        int(last),
        share(row["占比"]) or 0.0,
        row.text("分组列"),
        least,
        row.text("授予单位"),
    )
