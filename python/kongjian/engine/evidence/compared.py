"""The platform's scores beside ours, and every other way of scoring that could explain where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kongjian.engine.evidence.other_counts import OtherCounts, other_counts
from kongjian.engine.evidence.other_readings import Other
from kongjian.engine.frame import Bools, Floats, Ints
from kongjian.engine.measures import PLATFORM
from kongjian.engine.outcome import Inputs, Outcome, Results
from kongjian.engine.rounding import MISSING, TOLERANCE, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.model import Rules


@dataclass(frozen=True)
class Compared:
    """One kind of unit beside the platform. `given` are 平台得分 in cents (MISSING where there is none),

    `parts` the platform's indicator scores as (indicators, units), NaN where there is none.
    """

    kind: str
    outcome: Outcome
    given: Ints
    parts: Floats
    within: float

    @cached_property
    def own_cents(self) -> Ints:
        """Our indicator scores in cents."""
        return to_cents(self.outcome.scores.by_indicator)

    @cached_property
    def parts_cents(self) -> Ints:
        """The platform's indicator scores in cents, MISSING where there is none."""
        return to_cents(self.parts)

    @cached_property
    def differs(self) -> Bools:
        """Units whose total differs."""
        return np.asarray((self.given != MISSING) & (self.given != self.outcome.scores.cents))

    @cached_property
    def parts_differ(self) -> Bools:
        """Indicators by units whose score differs."""
        return ~np.isnan(self.parts) & ~self.same(self.outcome.scores.by_indicator)

    def same(self, scores: Floats) -> Bools:
        """Where indicator scores are the platform's: less than the tolerance apart, or alike once rounded."""
        near = np.abs(scores - self.parts) < self.within - TOLERANCE
        return np.asarray(near | (to_cents(scores) == self.parts_cents))


@dataclass(frozen=True)
class Ways:
    """Other ways of scoring every unit: under other readings, and with other counts."""

    readings: list[tuple[Other, dict[str, Scores]]]
    counts: list[OtherCounts]


def compare(results: Results, kind: str, rules: Rules) -> Compared:
    """The platform's scores of one kind of unit beside ours."""
    found, within = results.of(kind), rules.reconcile.same_within
    parts = np.full(found.scores.by_indicator.shape, np.nan)
    for k, name in enumerate(found.scores.names):
        if PLATFORM + name in found.units:
            parts[k] = found.units[PLATFORM + name]
    return Compared(kind, found, found.platform, parts, within)


def other_ways(results: Results, inputs: Inputs, rules: Rules, others: Sequence[Other]) -> Ways:
    """Every other way that could explain a difference; of other readings those that change a score."""
    readings = []
    for other in others:
        scores = {kind: outcome.scores for kind, outcome in other.outcomes.items()}
        changed = {k: s for k, s in scores.items() if _is_other(s, results.of(k).scores)}
        if changed:
            readings.append((other, changed))
    return Ways(readings, other_counts(results, inputs, rules))


def _is_other(one: Scores, two: Scores) -> bool:
    return not (np.array_equal(one.cents, two.cents) and np.array_equal(one.by_indicator, two.by_indicator))
