"""The way to the pass mark that asks for least: which indicators, and how much more of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kongjian.engine.evidence.explain import amount, is_percent, unit_values, wanting
from kongjian.engine.outcome import Results
from kongjian.engine.row_scoring import RowScorer, compile_row
from kongjian.rules.model import Indicator, ObjectScheme, Rules
from kongjian.rules.readings import NonHomeroom
from kongjian.rules.roles import Role

_AVERAGE_STEP = 0.1
"""An average over teachers is raised in tenths."""
_PASSES = ("monthly_average", "every_month")
_NON_HOMEROOM = {
    NonHomeroom.ZERO: "",
    NonHomeroom.FULL: "",
    NonHomeroom.RESCALE: "；不是{homeroom}的先折算",
}


@dataclass(frozen=True)
class Step:
    """An indicator and how much more of its measure, in the measure's own unit (a share as a fraction)."""

    indicator: Indicator
    more: float


def pass_mark(rules: Rules, kind: str) -> float:
    """The score that a unit of this kind must reach on average over the months (方案 三、评选奖项)."""
    return next(c.at_least for c in rules.conditions_for(kind) if c.kind in _PASSES)


def cheapest_steps(results: Results, rules: Rules, kind: str, at: int) -> list[Step]:
    """What brings one unit's 计算得分 to the pass mark, most points for the least first; [] where it cannot be known.

    Greedy by points per unit of what is short; what has no value yet is left out. The last step is no larger than needed.
    """
    scorer = compile_row(rules.object(kind), rules)
    return _steps(_Search(rules, kind, scorer, unit_values(results.of(kind).units, scorer, at)))


def _steps(search: _Search) -> list[Step]:
    steps: dict[int, float] = {}
    options = {k: list(search.options(k, 0.0)) for k in search.open()}
    while search.total(steps) < search.bound:
        left = [(worth, -k, more) for k, some in options.items() for worth, more in some]
        if not left:
            return []
        # the first of equals, so that the sentence is the same each time
        _, negative, more = max(left)
        steps[-negative] = more
        options[-negative] = list(search.options(-negative, more))
    for k in reversed(list(steps)):
        steps[k] = search.smallest(k, steps)
    return [Step(search.indicators[k], more) for k, more in steps.items() if more > 0]


def cheapest_way(results: Results, rules: Rules, kind: str, at: int) -> str:
    """How a unit below the pass mark reaches it, in one sentence; "" for a unit that has reached it."""
    outcome, mark = results.of(kind), pass_mark(rules, kind)
    every = any(c.kind == "every_month" for c in rules.conditions_for(kind))
    reached = (outcome.monthly.lowest if every else outcome.monthly.average)[at]
    if reached >= round(mark * 100):
        return ""
    if outcome.scores.cents[at] >= round(mark * 100):
        return f"按指标算已有{outcome.scores.total[at]:.2f}分，差在各月的平台得分，请逐月核对"
    scorer = compile_row(rules.object(kind), rules)
    return _way(rules, kind, scorer, unit_values(outcome.units, scorer, at))


def total_line(
    scheme: ObjectScheme, rules: Rules, scorer: RowScorer, values: Sequence[float]
) -> list[str | float]:
    """The total as a line of an explanation; 还差 tells how a total below the pass mark reaches it.

    A total in which a measure is missing is NaN.
    """
    scored = scorer(values)
    total = scored.total if scored.complete else float("nan")
    below = scored.cents < round(pass_mark(rules, scheme.object) * 100)
    way = _way(rules, scheme.object, scorer, values) if below else ""
    return ["合计", "", _addition(rules, scored.missing), scheme.points, total, scheme.points - total, way]


def _addition(rules: Rules, missing: Sequence[bool]) -> str:
    homeroom = rules.table("teachers").by_role(Role.HOMEROOM)
    scaled = _NON_HOMEROOM[rules.choice(NonHomeroom)].format(homeroom=homeroom.name) if homeroom else ""
    words = f"各项相加，四舍五入到两位小数{scaled}"
    return words + (f"；有{sum(missing)}项没有数据，得分表里按0分计" if any(missing) else "")


def _way(rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float]) -> str:
    """How to reach the pass mark with the indicators, in one sentence."""
    search, mark = _Search(rules, kind, scorer, values), pass_mark(rules, kind)
    missing = [i.name for i, gone in zip(search.indicators, search.missing, strict=True) if gone]
    first = f"先补上缺的数（{'、'.join(missing)}）" if missing else ""
    said = [_said(s, kind, rules) for s in _steps(search)]
    way = f"到{mark:g}分最省力的做法：{'；'.join(said)}" if said else ""
    return "；".join(filter(None, (first, way))) or f"把现有各项做满也到不了{mark:g}分"


def _said(step: Step, kind: str, rules: Rules) -> str:
    words = amount(step.indicator, step.more, kind, rules)
    return f"{step.indicator.name}{words if step.indicator.kind == 'yes_no' else f'再多{words}'}"


class _Search:
    """One unit's measures, and what its total becomes when some of them grow."""

    def __init__(self, rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float]) -> None:
        self.indicators = rules.object(kind).indicators
        self.bound = round(pass_mark(rules, kind) * 100)
        self._scorer = scorer
        self._values = list(values)
        self.missing = self._scorer(values).missing
        self._other = self._scorer.is_other(self._values)
        self._grain = [self._grain_of(i, kind, rules) for i in self.indicators]

    def _grain_of(self, indicator: Indicator, kind: str, rules: Rules) -> float:
        """The least by which a measure grows: one per cent, a tenth of an average, one of a count."""
        if is_percent(indicator, kind, rules):
            return 0.01
        average = rules.table(f"{kind}s").column(indicator.column).kind == "average"
        return _AVERAGE_STEP if average else 1.0

    def total(self, steps: dict[int, float]) -> int:
        """The total in cents after these steps."""
        values = [v + steps.get(k, 0.0) for k, v in enumerate(self._values)]
        return self._scorer(values).cents

    def open(self) -> Iterator[int]:
        """The indicators that the unit owes and whose value is known."""
        for k, indicator in enumerate(self.indicators):
            if not (self._other and indicator.homeroom_only) and not self.missing[k]:
                yield k

    def options(self, k: int, already: float) -> Iterator[tuple[float, float]]:
        """Points gained per unit, and how much more of the measure than now: to each band, or to the target.

        `already` is how much more of it has been chosen before; no other indicator's points depend on it.
        """
        indicator, now = self.indicators[k], self._values[k] + already
        levels = [b.at_least for b in indicator.bands] or [now + wanting(indicator, now)]
        for level in levels:
            if level <= now:
                continue
            more = self._whole(k, level - self._values[k])
            gained = self._scorer.points(k, self._values[k] + more) - self._scorer.points(k, now)
            if gained > 0:
                unit = 0.01 if self._grain[k] == 0.01 else 1.0
                yield round(gained * unit / (more - already), 9), more

    def smallest(self, k: int, steps: dict[int, float]) -> float:
        """The least of one step that still brings the total to the bound, all others as they are."""
        grain = self._grain[k]
        low, high = -1, round(steps[k] / grain)
        while high - low > 1:
            middle = (low + high) // 2
            if self.total({**steps, k: middle * grain}) >= self.bound:
                high = middle
            else:
                low = middle
        return round(high * grain, 10)

    def _whole(self, k: int, more: float) -> float:
        grain = self._grain[k]
        return round(math.ceil(round(more / grain, 8)) * grain, 10)
