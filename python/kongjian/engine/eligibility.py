"""Who qualifies (方案 三、评选奖项): one named condition each, and eligibility is their conjunction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kongjian.engine.frame import Bools, Floats, Frame, Texts, texts
from kongjian.engine.monthly import Monthly
from kongjian.engine.rounding import MISSING
from kongjian.rules.model import Condition, Rules

JOIN = "；"


@dataclass(frozen=True)
class Eligibility:
    """Per unit: whether it qualifies and, joined by ；, why not. `conditions` has each condition's own answer."""

    eligible: Bools
    reasons: Texts
    conditions: dict[str, Bools]


def eligibility(units: Frame, monthly: Monthly, kind: str, rules: Rules) -> Eligibility:
    """Judges every unit by the conditions of its kind that hold under the readings in force."""
    met: dict[str, Bools] = {}
    reasons: list[list[str]] = [[] for _ in range(units.height)]
    for condition in rules.conditions_for(kind):
        met[condition.id], why = _judge(condition, units, monthly)
        for i in np.flatnonzero(~met[condition.id]):
            reasons[i].append(why(int(i)))
    eligible = np.logical_and.reduce([*met.values(), np.ones(units.height, dtype=bool)])
    return Eligibility(eligible, texts(JOIN.join(r) for r in reasons), met)


def _judge(condition: Condition, units: Frame, monthly: Monthly) -> tuple[Bools, Callable[[int], str]]:
    """Whether each unit meets one condition, and how to say that unit i does not."""
    if condition.kind == "yes_no":
        value = units[condition.columns[0]]
        return value == 1, lambda i: f"{condition.label}未填" if np.isnan(value[i]) else condition.reason
    if condition.kind == "rate":
        rate = opening_rate(units, condition)
        return rate >= condition.at_least, lambda i: _say(condition, _percent(rate[i]), np.isnan(rate[i]))
    cents = monthly.lowest if condition.kind == "every_month" else monthly.average
    bound = round(condition.at_least * 100)
    return cents >= bound, lambda i: _say(condition, f"{cents[i] / 100:.2f}分", cents[i] == MISSING)


def opening_rate(units: Frame, condition: Condition) -> Floats:
    """Accounts opened ÷ people, as a fraction; NaN where a count is missing, zero or contradicts itself."""
    opened = sum((units[c] for c in condition.opened), np.zeros(units.height))
    total = sum((units[c] for c in condition.total), np.zeros(units.height))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = opened / total
    sound = np.logical_and.reduce(
        [units[t] >= units[o] for o, t in zip(condition.opened, condition.total, strict=True)]
    )
    return np.where(sound & (total > 0), rate, np.nan)


def _say(condition: Condition, value: str, unknown: bool) -> str:
    if unknown:
        return f"{condition.label}无法计算"
    bound = f"{condition.at_least:.0%}" if condition.kind == "rate" else f"{condition.at_least:g}分"
    return condition.reason.format(value=value, at_least=bound)


def _percent(rate: float) -> str:
    """A rate cut, not rounded, at two decimals: 89.996% must not read as 90%."""
    return f"{np.floor(rate * 10_000 + 1e-7) / 100:.2f}%"
