"""Why one row scores what it scores: value, rule, points, what was taken off and what is still wanting."""

from __future__ import annotations

from collections.abc import Sequence

from kongjian.engine.row import RowScorer
from kongjian.engine.scoring import HOMEROOM
from kongjian.rules.model import Indicator, ObjectScheme, Rules
from kongjian.rules.wording import rule_words

COLUMNS = ("指标", "取值", "规则", "分值", "得分", "扣分", "还差")


def explain(
    scheme: ObjectScheme, rules: Rules, scorer: RowScorer, values: Sequence[float]
) -> list[list[str | float]]:
    """One line per indicator; `values` as the scorer wants them. What a missing measure leaves open is NaN."""
    scored = scorer(values)
    other = scorer.columns[-1] == HOMEROOM and values[-1] != 1
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
                0.0 if not_owed else wanting(indicator, value),
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
    return value if value != value else max(round(full - value, 10), 0.0)


def _shown(indicator: Indicator, value: float) -> str | float:
    if value != value:
        return ""
    if indicator.kind == "yes_no":
        return "是" if value == 1 else "否"
    return value
