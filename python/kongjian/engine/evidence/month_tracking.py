"""月度跟踪: the months of every unit, and what those still to come must bring to reach the pass mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kongjian.engine.eligibility import on_months
from kongjian.engine.frame import Bools, Frame, Ints, texts
from kongjian.engine.monthly import Months, monthly
from kongjian.engine.outcome import NAME_COLUMNS, Outcome, Results
from kongjian.engine.result_tables import stacked
from kongjian.engine.rounding import MISSING, from_cents
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS

STATE = "状态"
STATES = ("已达标", "可达", "难达", "无法达到")
"""Holds whatever the months to come bring; with what they must bring at most its best month; with more; never."""


def month_tracking(results: Results, rules: Rules) -> Frame:
    """One row per school and teacher: each counted month's score, NaN for none, and where it stands; see Ahead.

    Schools first; each kind in the order of STATES, then by 月均得分.
    """
    return stacked([_rows(results.of(kind), rules) for kind in OBJECT_LABELS])


def _rows(outcome: Outcome, rules: Rules) -> Frame:
    ahead = Ahead.of(outcome, rules)
    scores, state = outcome.monthly.by_month, ahead.state
    names = {c: outcome.names.get(c, texts([""] * len(state))) for c in NAME_COLUMNS["teacher"]}
    columns = {
        "类别": texts([OBJECT_LABELS[outcome.kind]] * len(state)),
        **names,
        **{month: scores[:, k] for k, month in enumerate(rules.counted_months())},
        "月均得分": from_cents(outcome.monthly.average),
        "已有月数": (~np.isnan(scores)).sum(axis=1).astype(np.float64),
        "还剩月数": ahead.to_come.sum(axis=1).astype(np.float64),
        "余下每月至少": from_cents(ahead.least),
        STATE: texts(STATES[k] for k in state),
    }
    by = (*(names[c].astype(str) for c in reversed(NAME_COLUMNS["teacher"])), -outcome.monthly.average, state)
    return Frame(columns).take(np.lexsort(by))


@dataclass(frozen=True)
class Ahead:
    """What the months to come can still change for n units.

    `to_come` (units, months): a month of its own that has not passed and has no score yet. `least` in cents, to the hundredth:
    what each of them must bring so that the unit just meets the conditions on months; MISSING where no month is to come and where
    nothing they bring is enough. Past months without a score are treated as the reading 缺月 says.
    """

    outcome: Outcome
    rules: Rules
    to_come: Bools
    least: Ints

    @classmethod
    def of(cls, outcome: Outcome, rules: Rules) -> Ahead:
        months = outcome.monthly.months
        to_come = np.isnan(months.by_month) & ~months.passed
        some = to_come.any(axis=1)
        most = round(rules.object(outcome.kind).most * 100) * max(to_come.shape[1], 1)

        def enough(cents: Ints) -> Bools:
            return meets(outcome, to_come, cents, rules)

        least = _least(enough, outcome.units.height, most)
        return cls(outcome, rules, to_come, np.where(some, least, MISSING))

    @cached_property
    def state(self) -> Ints:
        """Each unit's place in STATES."""
        full = round(self.rules.object(self.outcome.kind).most * 100)
        scores = self.outcome.monthly.by_month
        best = np.where(np.isnan(scores), -np.inf, scores).max(axis=1, initial=-np.inf)
        safe = meets(self.outcome, self.to_come, np.zeros_like(self.least), self.rules)
        hard = np.isfinite(best) & (from_cents(self.least) > best)
        lost = (self.least == MISSING) | (self.least > full)
        return np.select([safe, lost, hard], [0, 3, 2], 1)


def meets(outcome: Outcome, to_come: Bools, cents: Ints, rules: Rules) -> Bools:
    """Whether each unit meets the conditions on months if each of its months to come brings so many cents."""
    scores = np.where(to_come, (cents / 100.0)[:, None], outcome.monthly.by_month)
    months = Months(scores, np.ones(scores.shape[1], dtype=bool))
    return on_months(outcome.kind, monthly(months, outcome.score_cents, outcome.monthly.exact, rules), rules)


def _least(enough: Callable[[Ints], Bools], height: int, most: int) -> Ints:
    """By halves the least number from 0 to `most` that is enough, for each of so many; MISSING where `most` is not."""
    low, high = np.full(height, -1), np.full(height, most)
    never = ~enough(high)
    while (high - low > 1).any():
        middle, between = (low + high) // 2, high - low > 1
        good = enough(np.maximum(middle, 0))
        low, high = np.where(between & ~good, middle, low), np.where(between & good, middle, high)
    return np.where(never, MISSING, high)
