"""The evidence beside the results: what a suspicious reader needs to see every number, and to question it."""

from __future__ import annotations

from kongjian.engine.calculate import Inputs, Results
from kongjian.engine.explanations import explanations
from kongjian.engine.frame import Frame
from kongjian.engine.near_misses import near_misses
from kongjian.engine.reading_effects import reading_effects
from kongjian.rules.model import Rules


def evidence(inputs: Inputs, results: Results, rules: Rules) -> dict[str, Frame]:
    """The evidence tables of a run by their table names."""
    return {
        "Explanations": explanations(results, rules),
        "NearMisses": near_misses(results, rules),
        "ReadingEffects": reading_effects(inputs, results, rules),
    }
