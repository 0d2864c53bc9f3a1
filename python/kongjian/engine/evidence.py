"""The evidence beside the results: what a suspicious reader needs to see every number, and to question it."""

from __future__ import annotations

from kongjian.engine.calculate import Inputs, Results
from kongjian.engine.explanations import explanations
from kongjian.engine.frame import Frame
from kongjian.rules.model import Rules


def evidence(inputs: Inputs, results: Results, rules: Rules) -> dict[str, Frame]:
    """The evidence tables of a run by their table names."""
    return {"Explanations": explanations(results, rules)}
