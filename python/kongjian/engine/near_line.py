"""What every line of 临界名单 has in common: the units near it, their values and gaps, and how names of amounts read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kongjian.engine.calculate import Outcome
from kongjian.engine.frame import Floats, Ints
from kongjian.rules.model import Rules


@dataclass(frozen=True)
class NearLine:
    """The units near one line. `value` and `gap` run along `at`, in points or in per cent; a gap below the line is

    negative. `say` tells of one position in the input what keeps the unit above the line or what would close the gap.
    """

    label: str
    at: Ints
    value: Floats
    gap: Floats
    say: Callable[[int], str]


def points(cents: float) -> str:
    """An amount of points as people read it: 0.05分."""
    return f"{cents / 100:.2f}分"


def unmet(outcome: Outcome, rules: Rules, at: int, but: str = "") -> str:
    """The labels of the conditions that a unit does not meet, joined by 、, one condition left out."""
    return "、".join(
        c.label
        for c in rules.conditions_for(outcome.kind)
        if c.id != but and not outcome.eligibility.conditions[c.id][at]
    )
