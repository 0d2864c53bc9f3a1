"""The score of one row by plain floats: the same indicators and readings as `scoring`, to the last bit.

A worksheet function scores a single row; setting up numpy columns for it would cost fifty times the rule itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kongjian.engine.rounding import NUDGE, TOLERANCE
from kongjian.rules.model import Indicator, ObjectScheme, Rules
from kongjian.rules.readings import NonHomeroom, Shortfall
from kongjian.rules.roles import Role

Score = Callable[[float], float]
_UP = 0.5 + NUDGE
# what is short, at least 0, becomes what is deducted for; None leaves it as it is
_SHORTFALL: dict[Shortfall, Score | None] = {
    Shortfall.EXACT: None,
    Shortfall.WHOLE: lambda short: float(math.floor(short + TOLERANCE)),
    Shortfall.STARTED: lambda short: float(math.ceil(short - TOLERANCE)),
}
# by its points: what a teacher without a class gets for an indicator; by all points and those owed: the total's factor
_NON_HOMEROOM: dict[NonHomeroom, tuple[Score, Callable[[float, float], float]]] = {
    NonHomeroom.ZERO: (lambda _: 0.0, lambda *_: 1.0),
    NonHomeroom.FULL: (lambda points: points, lambda *_: 1.0),
    NonHomeroom.RESCALE: (lambda _: 0.0, lambda full, rest: full / rest),
}


class RowScore(NamedTuple):
    """One row's exact points and missing flags by indicator, and its rounded total in cents."""

    by_indicator: list[float]
    missing: list[bool]
    cents: int

    @property
    def total(self) -> float:
        """计算得分, points with two decimals."""
        return self.cents / 100.0

    @property
    def complete(self) -> bool:
        return True not in self.missing


@dataclass(frozen=True)
class RowScorer:
    """The precompiled rules of one kind of unit. `columns` names the values wanted, in order.

    `homeroom` is the last of them, the column of homeroom teachers; "" where no indicator asks for it.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    homeroom: str
    _scores: tuple[Score, ...]
    _homeroom_only: tuple[bool, ...]
    _others: tuple[float, ...]
    _bonus: tuple[bool, ...]
    """Which indicators are added to the total last; none where there is no bonus."""
    _vetoes: tuple[int, ...]
    _rescale: float
    """What the total of who is no homeroom teacher is multiplied by."""

    def __call__(self, values: Sequence[float]) -> RowScore:
        """Scores one row: yes/no as 1/0, a blank as NaN."""
        by_indicator = [score(value) for score, value in zip(self._scores, values, strict=False)]
        missing = [value != value for value in values[: len(by_indicator)]]
        for k in self._vetoes:
            missing[k] = False
        other = self.is_other(values)
        if other:
            for k, only in enumerate(self._homeroom_only):
                if only:
                    by_indicator[k], missing[k] = self._others[k], False
        total, bonus = self._sums(by_indicator)
        if other:
            total *= self._rescale
        total += bonus
        return RowScore(by_indicator, missing, math.floor(total * 100 + _UP))

    def is_other(self, values: Sequence[float]) -> bool:
        """Whether a row is of who is no homeroom teacher, where an indicator asks."""
        return len(values) > len(self.names) and values[-1] != 1

    def lacking(self, values: Sequence[float], cents: int) -> float:
        """The exact points by which the indicators that are owed fall short of a total of so many cents."""
        scale = self._rescale if self.is_other(values) else 1.0
        total, bonus = self._sums(self(values).by_indicator)
        return ((cents - _UP) / 100 - bonus) / scale - total

    def _sums(self, by_indicator: Sequence[float]) -> tuple[float, float]:
        """The points of the indicators that are owed, and those that are added."""
        total = bonus = 0.0
        if not self._bonus:
            for points in by_indicator:
                total += points
            return total, bonus
        for points, added in zip(by_indicator, self._bonus, strict=True):
            total, bonus = (total, bonus + points) if added else (total + points, bonus)
        return total, bonus

    def points(self, k: int, value: float) -> float:
        """The k-th indicator's exact points for this value, for a unit that owes it."""
        return self._scores[k](value)


def compile_row(scheme: ObjectScheme, rules: Rules) -> RowScorer:
    """The scheme's indicators under the readings in force, one function each."""
    indicators = scheme.indicators
    others, rescale = _NON_HOMEROOM[rules.choice(NonHomeroom)]
    only = tuple(i.homeroom_only for i in indicators)
    homeroom = rules.table(f"{scheme.object}s").name_of(Role.HOMEROOM) if any(only) else ""
    rest = scheme.points - sum(i.points for i in indicators if i.homeroom_only)
    return RowScorer(
        names=tuple(i.name for i in indicators),
        columns=(*(i.column for i in indicators), *filter(None, [homeroom])),
        homeroom=homeroom,
        _scores=tuple(_compiled(i, rules.choice(Shortfall)) for i in indicators),
        _homeroom_only=only,
        _others=tuple(others(i.points) for i in indicators),
        _bonus=tuple(i.kind == "bonus" for i in indicators) if scheme.bonuses else (),
        _vetoes=tuple(k for k, i in enumerate(indicators) if i.kind == "veto"),
        _rescale=rescale(scheme.points, rest),
    )


def _compiled(indicator: Indicator, shortfall: Shortfall) -> Score:
    if indicator.kind == "veto":
        return lambda _: 0.0
    if indicator.kind == "bonus":
        return _bonus(indicator)
    if indicator.kind == "deduct":
        return _deduct(indicator, shortfall)
    if indicator.kind == "bands":
        return _bands(indicator)
    bound = 1.0 if indicator.kind == "yes_no" else indicator.target
    assert isinstance(bound, float)
    enough, points = bound - TOLERANCE, indicator.points
    # a blank (NaN) reaches no bound
    return lambda value: points if value >= enough else 0.0


def _deduct(indicator: Indicator, shortfall: Shortfall) -> Score:
    assert isinstance(indicator.target, float)
    assert indicator.per is not None
    target, per, points = indicator.target, indicator.per, indicator.points
    none_is_zero, counted = indicator.none_is_zero, _SHORTFALL[shortfall]

    def score(value: float) -> float:
        short = target - value
        if not short < math.inf or (none_is_zero and value <= TOLERANCE):  # a blank is none of them
            return 0.0
        short = max(short, 0.0)
        if counted:
            short = counted(short)
        return max(points - short * per, 0.0)

    return score


def _bonus(indicator: Indicator) -> Score:
    assert indicator.per is not None
    per, points = indicator.per, indicator.points
    return lambda value: min(value * per, points) if value > 0 else 0.0


def _bands(indicator: Indicator) -> Score:
    steps = [(band.at_least - TOLERANCE, band.points) for band in indicator.bands]

    def score(value: float) -> float:
        for bound, points in steps:
            if value >= bound:
                return points
        return 0.0

    return score
