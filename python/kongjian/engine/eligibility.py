"""Who qualifies (方案 三、评选奖项): one named condition each, and eligibility is their conjunction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts, texts
from kongjian.engine.monthly import Monthly
from kongjian.engine.rounding import MISSING, NUDGE, TOLERANCE
from kongjian.rules.model import Condition, Rules
from kongjian.rules.readings import PassMark

JOIN = "；"
NOISE = 1e-7
"""Lifts what is cut at a decimal over the noise in its last bits."""


COUNTED: dict[PassMark, Callable[[Ints, Floats], Ints]] = {
    PassMark.ROUNDED: lambda cents, _: cents,
    PassMark.EXACT: lambda cents, exact: np.where(
        cents == MISSING, MISSING, np.floor(exact * 100 + TOLERANCE * 100).astype(np.int64)
    ),
}
"""The cents that a score has reached, as the comparison with a bound takes it."""
ON_MONTHS = ("monthly_average", "every_month")
"""The kinds of conditions that look at the months."""
Why = Callable[[Ints], Iterable[str]]
"""How to say of units, by their positions, that each does not meet a condition."""


@dataclass(frozen=True)
class Eligibility:
    """Per unit: whether it qualifies. `conditions` has each condition's own answer, by its id."""

    eligible: Bools
    conditions: dict[str, Bools]
    _why: Mapping[str, Why]

    @cached_property
    def reasons(self) -> Texts:
        """Why each unit does not qualify, joined by ；. Worded when first asked for: most passes never ask."""
        said: list[list[str]] = [[] for _ in range(len(self.eligible))]
        for condition, met in self.conditions.items():
            below = np.flatnonzero(~met)
            for i, why in zip(below.tolist(), self._why[condition](below), strict=True):
                said[i].append(why)
        return texts(JOIN.join(s) for s in said)


def eligibility(units: Frame, monthly: Monthly, kind: str, rules: Rules) -> Eligibility:
    """Judges every unit by the conditions of its kind that hold under the readings in force."""
    judged = {c.id: _judge(c, units, monthly, rules) for c in rules.conditions_for(kind)}
    met = {condition: answer for condition, (answer, _) in judged.items()}
    eligible = np.logical_and.reduce([*met.values(), np.ones(units.height, dtype=bool)])
    return Eligibility(eligible, met, {condition: why for condition, (_, why) in judged.items()})


def _judge(condition: Condition, units: Frame, monthly: Monthly, rules: Rules) -> tuple[Bools, Why]:
    """Whether each unit meets one condition, and how to say that some do not."""
    if condition.kind == "veto":  # a blank is none
        return units[condition.columns[0]] != 1, lambda at: [condition.reason] * len(at)
    if condition.kind == "yes_no":
        value = units[condition.columns[0]]
        unknown = f"{condition.label}未填"
        return value == 1, lambda at: (unknown if v != v else condition.reason for v in value[at].tolist())
    say = _saying(condition)
    if condition.kind == "rate":
        rate = opening_rate(units, condition)
        return rate >= condition.at_least, lambda at: (
            say(percent(r, condition.at_least), r != r) for r in rate[at].tolist()
        )
    cents = monthly.lowest if condition.kind == "every_month" else monthly.average
    return _on_months(condition, monthly, rules), lambda at: (
        monthly.absent(i, rules) if barred else say(_points(c, exact, condition), c == MISSING)
        for i, barred, c, exact in zip(
            at.tolist(),
            monthly.barred[at].tolist(),
            cents[at].tolist(),
            monthly.exact[at].tolist(),
            strict=True,
        )
    )


def on_months(kind: str, monthly: Monthly, rules: Rules) -> Bools:
    """Whether each unit meets all conditions on months."""
    met = [_on_months(c, monthly, rules) for c in rules.conditions_for(kind) if c.kind in ON_MONTHS]
    return np.asarray(np.logical_and.reduce([*met, np.ones(len(monthly.average), dtype=bool)]))


def _on_months(condition: Condition, monthly: Monthly, rules: Rules) -> Bools:
    return (reached(condition, monthly, rules) >= round(condition.at_least * 100)) & ~monthly.barred


def reached(condition: Condition, monthly: Monthly, rules: Rules) -> Ints:
    """What a condition on months compares, in whole cents that have been reached; MISSING where there is nothing."""
    if condition.kind == "every_month":
        return monthly.lowest
    return COUNTED[rules.choice(PassMark)](monthly.average, monthly.exact)


def _points(cents: int, exact: float, condition: Condition) -> str:
    """A score that is too low, with as many decimals as show it."""
    shown = f"{cents / 100:.2f}分"
    if cents < round(condition.at_least * 100):
        return shown
    return f"{math.floor(exact * 10_000 + NOISE) / 10_000:.4f}分"


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


def _saying(condition: Condition) -> Callable[[str, bool], str]:
    """What is said of a value below the condition's bound, or of one that is unknown."""
    rate = condition.kind == "rate"
    bound = f"{round(condition.at_least * 100, 2):g}%" if rate else f"{condition.at_least:g}分"
    unknown = f"{condition.label}无法计算"
    return lambda value, is_unknown: (
        unknown if is_unknown else condition.reason.format(value=value, at_least=bound)
    )


def percent(rate: float, at_least: float) -> str:
    """A rate as Excel shows it with two decimals; with three, cut, where it is below a bound that it would read as."""
    shown = basis_points(rate, at_least)
    if shown < _rounded(rate):
        return f"{math.floor(rate * 100_000 + NUDGE) / 1000:.3f}%"
    return f"{shown / 100:.2f}%"


def basis_points(rate: Floats | float, at_least: float) -> Floats:
    """Rates as whole hundredths of a per cent, rounded half up; cut where one below the bound would read as the bound."""
    rate, rounded = np.asarray(rate), _rounded(rate)
    reads_as_bound = (rate < at_least) & (rounded >= at_least * 10_000 - NUDGE)
    return np.where(reads_as_bound, np.floor(rate * 10_000 + NUDGE), rounded)


def _rounded(rate: Floats | float) -> Floats:
    return np.asarray(np.floor(np.asarray(rate) * 10_000 + (0.5 + NUDGE)))
