"""The steps to a total that ask for least: which indicators, and how much more of each.

Least is the sum of the amounts as they are read: one 节次, 次 or 个, one percentage point and one 是 count 1 each. No other
steps ask for less: the search is exact. Of equal ones the first found, so that the sentence is the same each time.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from kongjian.engine.evidence.explain import ALIKE, Growth, growth_of
from kongjian.engine.row_scoring import RowScorer
from kongjian.rules.model import APART, Indicator, ObjectScheme, Rules

_SURE = 1e-11
"""Points asked for on top: sums in another order differ in their last bits."""
_LESS = 1 - 1e-6
"""Costs are whole hundredths: what is less is less by one."""


@dataclass(frozen=True)
class Step:
    """An indicator and how much more of its measure, in the measure's own unit (a share as a fraction)."""

    indicator: Indicator
    more: float


def cheapest_steps(
    scheme: ObjectScheme, rules: Rules, scorer: RowScorer, values: Sequence[float], cents: int
) -> list[Step]:
    """What brings a row's total to so many cents for the least; [] where nothing does.

    `values` as the scorer wants them. Only what the unit owes and has a value of can grow; a bonus is no step.
    """
    scored, other = scorer(values), scorer.is_other(values)
    growths = [
        growth_of(k, values[k], scheme, rules, scorer)
        for k, i in enumerate(scheme.indicators)
        if i.kind not in APART
        and scored.by_indicator[k] < i.points - ALIKE
        and not (scored.missing[k] or (other and i.homeroom_only))
    ]
    wanting = scorer.lacking(values, cents) + _SURE
    if wanting <= 0 or sum(g.gain(g.last) for g in growths) < wanting:
        return []
    steps = _Search(growths).least(wanting)
    return [Step(g.indicator, round(steps[k] * g.step, 10)) for k, g in enumerate(growths) if steps[k]]


class _Stop(NamedTuple):
    """So many steps of one indicator: what they cost, in hundredths, and gain, in points."""

    cost: int
    gain: float
    steps: int


class _Run(NamedTuple):
    """Steps of one growth that gain the same each."""

    gain: float
    length: int
    growth: int


class _State(NamedTuple):
    """The stops chosen so far: what they cost, the points that they leave wanting, and the steps of each."""

    cost: int
    wanting: float
    steps: tuple[int, ...]

    def at(self, stop: _Stop) -> _State:
        wanting = max(self.wanting - stop.gain, 0.0)
        return _State(self.cost + stop.cost, wanting, (*self.steps, stop.steps))


_Raised = tuple[int, ...]
_NOTHING = _Stop(0, 0.0, 0)


class _Pool:
    """Steps that all cost the same: the best ones are simply taken first."""

    def __init__(self, runs: Iterable[_Run]) -> None:
        # of those alike the longest run first: few indicators are easier to read
        self._runs = sorted(runs, key=lambda r: (-round(r.gain, 9), -r.length))
        self._gains = list(accumulate((r.gain * r.length for r in self._runs), initial=0.0))
        self._counts = list(accumulate((r.length for r in self._runs), initial=0))

    def count(self, wanting: float) -> float:
        """How many steps gain so much; infinite where all of them do not."""
        last = bisect_left(self._gains, wanting)
        if last == len(self._gains):
            return math.inf
        return self._counts[last - 1] + self._within(last - 1, wanting) if last else 0

    def take(self, wanting: float) -> Counter[int]:
        """The steps of each growth that gain so much."""
        last, taken = bisect_left(self._gains, wanting), Counter[int]()
        for k, run in enumerate(self._runs[:last]):
            taken[run.growth] += self._within(k, wanting) if k == last - 1 else run.length
        return taken

    def _within(self, k: int, wanting: float) -> int:
        """How many steps of a run, when all before it are taken."""
        run = self._runs[k]
        return min(math.ceil((wanting - self._gains[k]) / run.gain), run.length)


class _Search:
    """Which steps of some growths gain enough for the least.

    The steps of indicators whose points grow evenly are a pool. That leaves a choice for the others, which stop where
    their points jump, and for those that must first be raised some way before they grow evenly: not at all, or so far.
    """

    def __init__(self, growths: Sequence[Growth]) -> None:
        starts = {k: _start(g) for k, g in enumerate(growths) if _is_even(g)}
        self._price = min((growths[k].hundredths for k in starts), default=1)
        starts = {k: start for k, start in starts.items() if growths[k].hundredths == self._price}
        self._runs = {k: _runs(k, growths[k], start) for k, start in starts.items()}
        self._stops = {
            k: _stops(g, [starts[k]] if k in starts else _jumps(g))
            for k, g in enumerate(growths)
            if starts.get(k) != 0
        }
        self._all = {k: self._everything(k) for k in range(len(growths))}

    def least(self, wanting: float) -> Counter[int]:
        """How many steps of which growths; all of them together must gain enough."""
        worth, reached = self._by_worth(wanting)
        pool, best = self._up_to(reached, wanting)
        cost = self._cost(pool, best)
        for raised, states in self._plans(wanting, worth, cost).items():
            its_pool = self._pool(raised)
            for state in states:
                if (its_cost := self._cost(its_pool, state)) < cost:
                    pool, best, cost = its_pool, state, its_cost
        return pool.take(best.wanting) + Counter(dict(zip(self._stops, best.steps, strict=True)))

    def _by_worth(self, wanting: float) -> tuple[float, Mapping[int, int]]:
        """The best worth first until it is enough: what a point costs there, and the steps reached."""
        rises = sorted(
            ((b.cost - a.cost) / (b.gain - a.gain), k, b.steps, b.gain - a.gain)
            for k, stops in self._all.items()
            for a, b in pairwise(_best_worth(stops))
        )
        worth, reached = 0.0, dict[int, int]()
        for price, k, steps, gain in rises:
            worth, reached[k] = price, steps
            wanting -= gain
            if wanting <= 0:
                break
        return worth, reached

    def _up_to(self, reached: Mapping[int, int], wanting: float) -> tuple[_Pool, _State]:
        """The stops at so many steps, or the last before."""
        state = _State(0, wanting, ())
        for k, stops in self._stops.items():
            state = state.at([s for s in stops if s.steps <= reached.get(k, 0)][-1])
        return self._pool([k for k, n in zip(self._stops, state.steps, strict=True) if n]), state

    def _plans(self, wanting: float, worth: float, cost: float) -> Mapping[_Raised, Sequence[_State]]:
        """All stops that may lead to less than this cost, by the growths raised.

        Nothing brings more than its points are worth less what it costs (Lagrange's bound, good for any worth).
        """
        brings = {k: max(worth * s.gain - s.cost for s in stops) for k, stops in self._all.items()}
        pooled = {
            k: sum(max(worth * r.gain - self._price, 0.0) * r.length for r in runs)
            for k, runs in self._runs.items()
        }
        left = sum(brings.values())
        if worth * wanting - left >= cost - _LESS:
            return {}
        plans: dict[_Raised, list[_State]] = {(): [_State(0, wanting, ())]}
        for k, stops in self._stops.items():
            left -= brings[k]
            found: dict[_Raised, list[_State]] = {}
            for raised, states in plans.items():
                for stop in stops:
                    into = (*raised, k) if stop.steps and k in self._runs else raised
                    most = cost - _LESS + left + sum(pooled[r] for r in into)
                    grown = (state.at(stop) for state in states)
                    found.setdefault(into, []).extend(s for s in grown if s.cost + worth * s.wanting < most)
            plans = {raised: list(_undominated(states)) for raised, states in found.items()}
        return plans

    def _pool(self, raised: Sequence[int]) -> _Pool:
        """The even steps of the growths that need not be raised, or have been."""
        return _Pool(r for k, runs in self._runs.items() if k in raised or k not in self._stops for r in runs)

    def _cost(self, pool: _Pool, state: _State) -> float:
        return state.cost + self._price * pool.count(state.wanting)

    def _everything(self, k: int) -> list[_Stop]:
        """All that a growth can give, from nothing on: its stops, then the ends of its runs."""
        out = list(self._stops.get(k, [_NOTHING]))
        for run in self._runs.get(k, []):
            cost, gain, steps = out[-1]
            out.append(
                _Stop(cost + run.length * self._price, gain + run.length * run.gain, steps + run.length)
            )
        return out


def _is_even(growth: Growth) -> bool:
    """Whether each step gains the same, from the first that gains at all to the last but one."""
    first, last = _first(growth), growth.last - 1
    if growth.indicator.kind != "deduct" or last - first < 2:
        return False
    a, b, c = (growth.gain(n) for n in (first, first + 1, last))
    return b - a > ALIKE and abs((c - a) / (last - first) - (b - a)) < ALIKE


def _first(growth: Growth) -> int:
    """The fewest steps that gain anything."""
    return bisect_right(range(growth.last), ALIKE, lo=1, key=growth.gain)


def _start(growth: Growth) -> int:
    """So many steps raise an even growth to where each further one gains no more than the one before."""
    first = _first(growth)
    return 0 if first == 1 and 2 * growth.gain(1) >= growth.gain(2) - ALIKE else first


def _runs(k: int, growth: Growth, start: int) -> list[_Run]:
    """The steps of an even growth from its start on; the very first and the last may gain something else."""
    ends = sorted({start, start or 1, growth.last - 1, growth.last})
    return [_Run((growth.gain(b) - growth.gain(a)) / (b - a), b - a, k) for a, b in pairwise(ends)]


def _stops(growth: Growth, steps: Iterable[int]) -> list[_Stop]:
    return [_NOTHING, *(_Stop(n * growth.hundredths, growth.gain(n), n) for n in steps)]


def _jumps(growth: Growth) -> Iterator[int]:
    """The steps at which the points rise."""
    steps = 0
    while steps < growth.last:
        reached = growth.gain(steps) + ALIKE
        steps = bisect_right(range(growth.last), reached, lo=steps + 1, key=growth.gain)
        yield steps


def _best_worth(stops: Sequence[_Stop]) -> list[_Stop]:
    """The stops that no mixture of two others outdoes: from each to the next a point costs more."""
    out = [stops[0]]
    for stop in stops[1:]:
        while len(out) > 1 and _dearer(out[-2], out[-1], stop):
            out.pop()
        out.append(stop)
    return out


def _dearer(a: _Stop, b: _Stop, c: _Stop) -> bool:
    """Whether a point costs no less on the way from a to b than from b to c."""
    return (b.cost - a.cost) * (c.gain - b.gain) >= (c.cost - b.cost) * (b.gain - a.gain)


def _undominated(states: Sequence[_State]) -> Iterator[_State]:
    """Those to which no other is equal or better in both, the cheapest first."""
    least = math.inf
    for state in sorted(states):
        if state.wanting < least:
            least = state.wanting
            yield state
