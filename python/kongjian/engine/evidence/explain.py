"""Why one row scores what it scores: value, rule, points, what was taken off and what is still wanting."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kongjian.engine.frame import Frame
from kongjian.engine.rounding import TOLERANCE
from kongjian.engine.row_scoring import RowScorer
from kongjian.rules.model import Indicator, ObjectScheme, Rules
from kongjian.rules.wording import rule_words

COLUMNS = ("指标", "取值", "规则", "分值", "得分", "扣分", "还差")
UNKNOWN = "没有数据"
"""Stands in 还差 where a measure is missing."""
PERCENT = ("share", "rate")
"""The kinds of columns whose values are read as per cent."""


def explain(
    scheme: ObjectScheme, rules: Rules, scorer: RowScorer, values: Sequence[float]
) -> list[list[str | float]]:
    """One line per indicator; `values` as the scorer wants them. The points of a missing measure are NaN."""
    scored = scorer(values)
    other = scorer.is_other(values)
    lines = []
    for k, indicator in enumerate(scheme.indicators):
        value, points = values[k], scored.by_indicator[k]
        not_owed = other and indicator.homeroom_only
        if scored.missing[k]:
            points = float("nan")
        lines.append(
            [
                indicator.name,
                _shown(indicator, value),
                rule_words(indicator, rules),
                indicator.points,
                points,
                indicator.points - points,
                "" if not_owed else amount(indicator, wanting(indicator, value), scheme.object, rules),
            ]
        )
    return lines


def wanting(indicator: Indicator, value: float) -> float:
    """How much more of the measure, in its own unit, brings the full points."""
    if indicator.kind == "bands":
        full = indicator.bands[0].at_least
    elif indicator.kind == "yes_no":
        full = 1.0
    else:
        assert isinstance(indicator.target, float)
        full = indicator.target
    short = full - value
    return 0.0 if short <= TOLERANCE else round(short, 10)  # NaN stays NaN


def _shown(indicator: Indicator, value: float) -> str | float:
    if value != value:
        return ""
    if indicator.kind == "yes_no":
        return "是" if value == 1 else "否"
    return value


def unit_values(units: Frame, scorer: RowScorer, at: int) -> list[float]:
    """One unit's measures as its row scorer wants them."""
    return [float(units[c][at]) for c in scorer.columns]


def amount(indicator: Indicator, more: float, kind: str, rules: Rules) -> str:
    """An amount of a measure in its own unit, never rounded down; "" for nothing."""
    if more != more:
        return UNKNOWN
    if more <= 0:
        return ""
    if indicator.kind == "yes_no":
        return "做到“是”"
    percent = is_percent(indicator, kind, rules)
    number = math.ceil(round(more * (100 if percent else 1) * 100, 6)) / 100
    return f"{number:.2f}".rstrip("0").rstrip(".") + ("个百分点" if percent else indicator.unit)


def is_percent(indicator: Indicator, kind: str, rules: Rules) -> bool:
    return rules.table(f"{kind}s").column(indicator.column).kind in PERCENT
