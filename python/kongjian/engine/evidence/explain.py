"""Why one row scores what it scores: value, rule, points, what was taken off and what is still wanting."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.engine.frame import Floats, Frame, Ints, Texts, texts
from kongjian.engine.rounding import TOLERANCE
from kongjian.engine.row_scoring import RowScorer
from kongjian.engine.scoring import BLOCK_ROWS, score_column
from kongjian.rules.model import APART, Indicator, ObjectScheme, Rules
from kongjian.rules.readings import Shortfall
from kongjian.rules.wording import rule_words

COLUMNS = ("指标", "取值", "规则", "分值", "得分", "扣分", "还差")
MISSING_VALUE = "缺"
"""Stands in place of a value that is not there."""
UNKNOWN = "没有数据"
"""Stands in 还差 where a measure is missing."""
PERCENT = ("share", "rate")
"""The kinds of columns whose values are read as per cent."""
ALIKE = 1e-9
"""Points this near to each other are the same."""


@dataclass(frozen=True)
class Growth:
    """What so many steps more of an indicator's measure gain, in points, from a unit's present value on.

    A step is the least that people see: 0.01 of a mean or of a percentage point, one of a whole count, the 是. `step` is
    it in the measure's own unit (a share as a fraction), `hundredths` as it is read. `last` steps bring the full points:
    0 where nothing is short under the readings in force.
    """

    indicator: Indicator
    step: float
    hundredths: int
    last: int
    gain: Callable[[int], float]


def growth_of(k: int, value: float, scheme: ObjectScheme, rules: Rules, scorer: RowScorer) -> Growth:
    """How the k-th indicator grows from this value, which is no NaN. More of a measure never costs points."""
    indicator = scheme.indicators[k]
    step, hundredths = _step(indicator, value, scheme.object, rules)
    now = scorer.points(k, value)

    def gain(steps: int) -> float:
        return scorer.points(k, value + steps * step) - now

    most = max(math.ceil((_full(indicator) - value - TOLERANCE / 2) / step), 0)
    # under some readings less than the full measure brings the full points
    last = bisect_left(range(most), gain(most) - ALIKE, key=gain)
    return Growth(indicator, step, hundredths, last, gain)


def _full(indicator: Indicator) -> float:
    """The value from which on an indicator gives its full points."""
    if indicator.kind == "bands":
        return indicator.bands[0].at_least
    if indicator.kind == "yes_no":
        return 1.0
    if indicator.kind == "bonus":
        assert indicator.per is not None
        return indicator.points / indicator.per
    assert isinstance(indicator.target, float)
    return max(indicator.target, 2 * TOLERANCE) if indicator.none_is_zero else indicator.target


def _step(indicator: Indicator, value: float, kind: str, rules: Rules) -> tuple[float, int]:
    """The least step of a measure in its own unit, and in hundredths of what is read."""
    column = rules.table(f"{kind}s").column(indicator.column)
    if column.kind in PERCENT:
        return 0.0001, 1
    whole = column.kind == "yes_no" or (column.kind == "count" and value == int(value))
    return (1.0, 100) if whole else (0.01, 1)


def explain(
    scheme: ObjectScheme, rules: Rules, scorer: RowScorer, values: Sequence[float]
) -> list[list[str | float]]:
    """One line per indicator; `values` as the scorer wants them. The points of a missing measure are NaN."""
    scored = scorer(values)
    other = scorer.is_other(values)
    lines = []
    for k, indicator in enumerate(scheme.indicators):
        value, points = values[k], scored.by_indicator[k]
        if scored.missing[k]:
            points, short = float("nan"), UNKNOWN
        elif (
            (other and indicator.homeroom_only)
            or indicator.kind in APART
            or points > indicator.points - ALIKE
        ):
            short = ""
        else:
            growth = growth_of(k, value, scheme, rules, scorer)
            short = amount(indicator, growth.last * growth.step, scheme.object, rules)
        lines.append(
            [
                indicator.name,
                _shown(indicator, value),
                rule_words(indicator, rules),
                indicator.points,
                points,
                0.0 if indicator.kind in APART else indicator.points - points,
                short,
            ]
        )
    return lines


def _shown(indicator: Indicator, value: float) -> str | float:
    if value != value:
        return ""
    if indicator.is_answer:
        return "是" if value == 1 else "否"
    return value


def shortfalls(indicator: Indicator, values: Floats, kind: str, rules: Rules) -> Texts:
    """还差 of a whole column of one measure, as `explain` says it of one value: each distinct value is worked out once."""
    if indicator.kind in APART:  # nothing of it is owed
        return texts(np.where(np.isnan(values) & (indicator.kind == "bonus"), UNKNOWN, "").tolist())
    known, back = np.unique(values, return_inverse=True)  # NaN comes last
    given = known[~np.isnan(known)]
    column = rules.table(f"{kind}s").column(indicator.column).kind
    whole = (given == np.floor(given)) if column == "count" else column == "yes_no"
    step = np.where(whole, 1.0, 0.0001 if column in PERCENT else 0.01)
    most = np.maximum(np.ceil((_full(indicator) - given - TOLERANCE / 2) / step), 0).astype(np.int64)
    low, high = np.zeros_like(most), most

    def points(steps: Ints) -> Floats:
        return _points(indicator, given + steps * step, rules)

    now = points(low)
    full = points(most) - now - ALIKE
    while (low < high).any():
        middle = (low + high) // 2
        enough = points(middle) - now >= full
        low, high = np.where(enough | (low == high), low, middle + 1), np.where(enough, middle, high)
    said = [amount(indicator, more, kind, rules) for more in (low * step).tolist()]
    return texts([*said, *[UNKNOWN] * (len(known) - len(given))])[back]


def _points(indicator: Indicator, values: Floats, rules: Rules) -> Floats:
    """The exact points of many values, for units that owe them."""
    out, blank = np.empty(len(values)), np.empty(len(values), dtype=bool)
    for start in range(0, len(values), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        score_column(indicator, values[rows], rules.choice(Shortfall), out[rows], blank[rows])
    return out


def unit_values(units: Frame, scorer: RowScorer, at: int) -> list[float]:
    """One unit's measures as its row scorer wants them."""
    return [float(units[c][at]) for c in scorer.columns]


def amount(indicator: Indicator, more: float, kind: str, rules: Rules) -> str:
    """An amount of a measure in its own unit, never rounded down; "" for nothing."""
    if more <= 0:
        return ""
    if indicator.kind == "yes_no":
        return "做到“是”"
    percent = is_percent(indicator, kind, rules)
    number = math.ceil(round(more * (100 if percent else 1) * 100, 6)) / 100
    return f"{number:.2f}".rstrip("0").rstrip(".") + ("个百分点" if percent else indicator.unit)


def is_percent(indicator: Indicator, kind: str, rules: Rules) -> bool:
    return rules.table(f"{kind}s").column(indicator.column).kind in PERCENT
