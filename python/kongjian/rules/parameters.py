"""What a workbook may change of a scheme: each row of a table of 规则 is an item, each of its cells a parameter.

How each parameter is called, how its value is written in words and read back, and what it changes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

from kongjian.base.grid import NO, YES
from kongjian.base.text import clean
from kongjian.rules.bands_text import format_bands, parse_bands
from kongjian.rules.model import Award, Condition, Edits, Indicator, Item, Rules
from kongjian.rules.objects import OBJECT_LABELS

Kind = Literal["number", "share", "whole", "bands", "month", "day", "answer", "text"]
BY_READING = "按口径"
"""Stands for a target that a reading sets."""
INDICATOR_NUMBERS = {"points": "分值", "target": "目标", "per": "每少扣分"}
INDICATOR_TEXTS = {"category": "一级指标", "sentence": "条款原文", "clause": "出处"}
_INDICATOR = {**INDICATOR_NUMBERS, "bands": "分档", **INDICATOR_TEXTS}
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "scheme": ("方案", {"value": "取值"}),
    "month": ("月份", {"counted": "计入"}),
    "condition": ("达标条件", {"at_least": "界线", "source": "出处"}),
    "award": (
        "奖项",
        {
            "first": "起名次",
            "last": "止名次",
            "share": "占比",
            "group": "分组列",
            "least": "最低分",
            "granted_by": "授予单位",
            "source": "出处",
        },
    ),
    **{kind: (label, _INDICATOR) for kind, label in OBJECT_LABELS.items()},
}
"""Each group of items: how it is called, and its parameters with the columns that hold them."""
FACTS: dict[str, tuple[str, Kind]] = {
    "名称": ("scheme.name", "text"),
    "地区": ("scheme.city", "text"),
    "版本": ("scheme.version", "text"),
    "学校满分": ("school.points", "number"),
    "教师满分": ("teacher.points", "number"),
    "评选开始": ("scheme.period.start", "month"),
    "评选结束": ("scheme.period.end", "month"),
    "申报截止": ("scheme.apply_by", "day"),
    "发文单位": ("scheme.issued_by", "text"),
    "受理单位": ("scheme.handled_by", "text"),
    "联系人": ("scheme.contact", "text"),
    "联系电话": ("scheme.phone", "text"),
}
"""The items of the scheme itself: where in the rules each stands."""
MAY_LACK = frozenset({"联系人", "联系电话"})
"""Those of them that may be blank, or have no row in a workbook of before."""
_Holder = TypeVar("_Holder", Condition, Award)
_LONGEST = 100
"""So much of a text is told in words."""


def items(rules: Rules) -> Iterator[tuple[Item, Any]]:
    """Every item in the order of the sheet, with what holds its parameters (a fact: the value itself)."""
    for name, (path, _) in FACTS.items():
        yield ("scheme", name), _get(rules, path.split("."))
    for month in sorted({*rules.period.months(), *(n for g, n in rules.edits if g == "month")}):
        yield ("month", month), month not in rules.uncounted
    for condition in rules.conditions:
        yield ("condition", condition.label), condition
    for award in rules.awards:
        yield ("award", award.name), award
    for scheme in (rules.school, rules.teacher):
        for indicator in scheme.indicators:
            yield (scheme.object, indicator.name), indicator


def value_of(holder: Any, parameter: str) -> Any:
    """A parameter's value as it is in force; `holder` as `items` gives it."""
    return getattr(holder, parameter) if isinstance(holder, Indicator | Condition | Award) else holder


def kind_of(rules: Rules, item: Item, parameter: str) -> Kind:
    """What kind of value a parameter takes."""
    group, name = item
    if group == "scheme":
        return FACTS[name][1]
    if parameter == "at_least":
        rates = {c.label for c in rules.conditions if c.kind == "rate"}
        return "share" if name in rates else "number"
    kinds: dict[str, Kind] = {
        "counted": "answer", "first": "whole", "last": "whole", "bands": "bands", "share": "share", "least": "number",
    }  # fmt: skip
    return kinds.get(parameter, "number" if parameter in INDICATOR_NUMBERS else "text")


def written(given: Any, kind: Kind) -> str:
    """A value as words tell it, in one line without semicolons; long texts are cut."""
    if given == BY_READING:
        return BY_READING
    if kind == "bands":
        return format_bands(given).replace("；", "、")
    if kind == "answer":
        return YES if given else NO
    if kind in ("number", "whole", "share"):
        return f"{given * 100:.10g}%" if kind == "share" else f"{given:.10g}"
    text = clean(given).replace("；", "，")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def read_back(text: str, kind: Kind) -> Any:
    """The value that these words tell. Raises KongjianError or ValueError for others."""
    readers: dict[Kind, Callable[[str], Any]] = {
        "number": float,
        "whole": int,
        "share": lambda t: float(t.removesuffix("%")) / 100,
        "bands": parse_bands,
        "answer": lambda t: t == YES,
    }
    return readers.get(kind, str)(text)


def with_edits(rules: Rules, edits: Edits) -> Rules:
    """The rules with the edited facts, months, conditions and awards; indicators are left to the readings."""
    for (group, name), edit in edits.items():
        if group == "scheme":
            rules = _put(rules, FACTS[name][0].split("."), edit["value"])
    counted = {name: edit["counted"] for (group, name), edit in edits.items() if group == "month"}
    return rules.replace(
        uncounted=frozenset(
            {m for m in rules.uncounted if m not in counted} | {m for m in counted if not counted[m]}
        ),
        conditions=tuple(_edited(c, edits.get(("condition", c.label))) for c in rules.conditions),
        awards=tuple(_edited(a, edits.get(("award", a.name))) for a in rules.awards),
    )


def _edited(holder: _Holder, edit: Any) -> _Holder:
    return dataclasses.replace(holder, **edit) if edit else holder


def _get(holder: Any, path: Sequence[str]) -> Any:
    for name in path:
        holder = getattr(holder, name)
    return holder


def _put(holder: Any, path: Sequence[str], new: Any) -> Any:
    """A copy in which the value at a path is another."""
    name, *rest = path
    return dataclasses.replace(holder, **{name: _put(getattr(holder, name), rest, new) if rest else new})
