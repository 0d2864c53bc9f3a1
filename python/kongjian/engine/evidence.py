"""The evidence beside the results: what a suspicious reader needs to see every number, and to question it."""

from __future__ import annotations

from collections.abc import Callable

from kongjian.engine.calculate import Inputs, Results
from kongjian.engine.explanations import explanations
from kongjian.engine.frame import Frame
from kongjian.engine.near_misses import near_misses
from kongjian.engine.reading_effects import reading_effects
from kongjian.engine.reconcile import reconcile
from kongjian.rules.model import Rules

SHEETS: dict[str, Callable[[Inputs, Results, Rules], Frame]] = {
    "Reconcile": lambda inputs, results, rules: reconcile(results, inputs, rules),
    "Explanations": lambda _, results, rules: explanations(results, rules),
    "NearMisses": lambda _, results, rules: near_misses(results, rules),
    "ReadingEffects": reading_effects,
}
"""What makes each evidence table, by the table's name."""


def evidence(inputs: Inputs, results: Results, rules: Rules) -> dict[str, Frame]:
    """The evidence tables of a run by their table names."""
    return {table: make(inputs, results, rules) for table, make in SHEETS.items()}
