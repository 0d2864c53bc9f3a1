"""The evidence beside the results: what a suspicious reader needs to see every number, and to question it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from kongjian.engine.evidence.explanations import explanations
from kongjian.engine.evidence.month_tracking import month_tracking
from kongjian.engine.evidence.near_misses import near_misses
from kongjian.engine.evidence.other_readings import Other, other_outcomes
from kongjian.engine.evidence.reading_effects import reading_effects
from kongjian.engine.evidence.reconcile import reconcile
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules.model import Rules


@dataclass(frozen=True)
class Found:
    """What the evidence of a run rests on; other readings are worked out once, when a table first asks for them."""

    inputs: Inputs
    results: Results
    rules: Rules

    @cached_property
    def others(self) -> list[Other]:
        return other_outcomes(self.inputs, self.results, self.rules)


SHEETS: dict[str, Callable[[Found], Frame]] = {
    "MonthTracking": lambda f: month_tracking(f.results, f.rules),
    "Reconcile": lambda f: reconcile(f.results, f.inputs, f.rules, f.others),
    "Explanations": lambda f: explanations(f.results, f.rules),
    "NearMisses": lambda f: near_misses(f.results, f.rules),
    "ReadingEffects": lambda f: reading_effects(f.results, f.rules, f.others),
}
"""What makes each evidence table, by the table's name."""


def evidence(inputs: Inputs, results: Results, rules: Rules) -> dict[str, Frame]:
    """The evidence tables of a run by their table names."""
    found = Found(inputs, results, rules)
    return {table: make(found) for table, make in SHEETS.items()}
