"""影响: what can still change as long as nobody deals with a finding: an award, whether a unit qualifies, a score, nothing.

A 提示 was read as the scheme says and asks for nothing, so it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from kongjian.engine.awards import holders
from kongjian.engine.eligibility import NOISE, ON_MONTHS
from kongjian.engine.evidence.clean_awards import Doubt
from kongjian.engine.evidence.concerned import Concerned
from kongjian.engine.findings import Finding
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import rows
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules.model import Condition, Rules
from kongjian.rules.model_tables import Problem
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role

HINT = "提示"


class Effect(IntEnum):
    """What a finding touches, the weightiest first."""

    AWARD = 0
    QUALIFIES = 1
    SCORE = 2
    NOTHING = 3


EFFECTS = {Effect.AWARD: "获奖", Effect.QUALIFIES: "达标", Effect.SCORE: "得分", Effect.NOTHING: "无"}
_UNREAD = {
    "schools": Effect.QUALIFIES, "teachers": Effect.QUALIFIES, "monthly": Effect.QUALIFIES,
    "classes": Effect.SCORE, "events": Effect.SCORE,
}  # fmt: skip
"""What a row that was not used, and so belongs to nobody who is known, may change."""
_WHOLE_ROW = ("", Role.SCHOOL)


def effects(
    results: Results, inputs: Inputs, rules: Rules, found: Sequence[Finding], doubts: Sequence[Doubt]
) -> dict[int, Effect]:
    """What each finding touches, by its id(); `doubts` are all the reasons against awards."""
    kinds = [_Kind(kind, results, inputs, rules, doubts) for kind in OBJECT_LABELS] if found else []
    frames: dict[str, Frame] = {t.id: getattr(inputs, t.id) for t in rules.tables}
    first = {name: int(rows(f).min()) for name, f in frames.items() if f.height}
    return {id(f): _effect(f, rules.problems[f.code], kinds, first) for f in found}


def _effect(finding: Finding, problem: Problem, kinds: Sequence[_Kind], first: Mapping[str, int]) -> Effect:
    """`first` are the first rows of the tables that have any."""
    if problem.level == HINT or problem.touches == "nothing":
        return Effect.NOTHING
    if problem.touches == "award":
        return Effect.AWARD
    read = finding.table in first
    whole = not read or finding.row < first[finding.table]
    out, anybody = Effect.NOTHING, False
    for kind in kinds:
        units = kind.everybody if whole else kind.concerned.named(finding)
        if len(units):
            anybody = True
            out = min(out, kind.effect(finding, problem, np.array(units), own_row=not whole))
    return out if anybody and read else _UNREAD[finding.table]


@dataclass(frozen=True)
class _Parts:
    """What a finding touches of its units: conditions by id, months, indicators (whether a platform score hides them)."""

    conditions: frozenset[str]
    months: bool
    indicators: Bools
    """(indicators, units)"""


class _Kind:
    """The units of one kind, and what a finding can change of them."""

    def __init__(
        self, kind: str, results: Results, inputs: Inputs, rules: Rules, doubts: Sequence[Doubt]
    ) -> None:
        self._kind, self._rules = kind, rules
        self._o = o = results.of(kind)
        self._scheme, self._table = rules.object(kind), rules.table(f"{kind}s")
        self._conditions = {c.id: c for c in rules.conditions_for(kind)}
        self.concerned = Concerned(kind, results, inputs, rules)
        self._all: Bools = ~o.adopted
        self._none: Bools = np.zeros_like(self._all)
        self._derived: Bools = (self.concerned.codes != 0) | o.unsettled
        self.everybody = range(o.units.height)
        self._at_stake = np.zeros(o.units.height, dtype=bool)
        for award in rules.awards:
            if award.object == kind:
                self._at_stake |= holders(award, o.standing, o.eligibility.eligible)
        for doubt in doubts:
            if doubt.kind == kind:
                self._at_stake[list(doubt.before)] = True

    def effect(self, finding: Finding, problem: Problem, at: Ints, own_row: bool) -> Effect:
        """The weightiest effect on the units at these positions."""
        own = finding.table == f"{self._kind}s"
        parts = self._parts(finding, problem)
        scores = parts.indicators[:, at].any(axis=0) | parts.months
        qualifies = self._can_turn(parts, at)
        changed = scores | qualifies | (own and own_row)
        if (changed & self._at_stake[at]).any():
            return Effect.AWARD
        if qualifies.any():
            return Effect.QUALIFIES
        return Effect.SCORE if scores.any() else Effect.NOTHING

    def _parts(self, finding: Finding, problem: Problem) -> _Parts:
        if problem.touches == "months" or finding.table == "monthly":
            return _Parts(frozenset(), True, self._none)
        if finding.table != f"{self._kind}s":
            return _Parts(frozenset(), False, self._resting(finding))
        if problem.touches == "score":
            return _Parts(frozenset(), False, self._all)
        return self._of_column("" if problem.touches == "row" else finding.column)

    def _resting(self, finding: Finding) -> Bools:
        """The indicators that rest on rows of another table, those that lack such rows included."""
        role = next(
            (c.role for c in self._rules.table(finding.table).columns if c.name == finding.column), None
        )
        if finding.table == "teachers" and role in (Role.PERSON, Role.PLATFORM_SCORE):
            return self._none
        if finding.table == "events" or role is Role.ACCOUNT:
            return self._derived & (self.concerned.from_log | self._o.unsettled)
        return self._derived

    def _of_column(self, name: str) -> _Parts:
        """What a column of the unit's own row touches; one that is not known the whole row."""
        column = next((c for c in self._table.columns if c.name == name), None)
        role = column.role if column else ""
        if column is None or (role in _WHOLE_ROW and self._kind == "school"):
            return _Parts(frozenset(self._conditions), True, self._all)
        conditions = frozenset(k for k, c in self._conditions.items() if name in _columns(c))
        if role in (Role.PERSON, Role.ACCOUNT):
            return _Parts(frozenset(), True, self._derived)
        if role is Role.PLATFORM_SCORE:
            return _Parts(frozenset(), False, ~self._none)
        if role in (Role.TEACHING, Role.HOMEROOM):
            return _Parts(conditions, False, self._all)
        if role is Role.STAFF:
            return _Parts(conditions, False, self._derived)
        mine = np.array([i.column == name for i in self._scheme.indicators], dtype=bool)
        return _Parts(conditions, False, self._all & mine[:, np.newaxis])

    def _can_turn(self, parts: _Parts, at: Ints) -> Bools:
        """Whether mending could turn whether a unit qualifies: all that it does not touch is met, and the bound is in reach."""
        met, monthly = self._o.eligibility.conditions, self._o.monthly
        months = {k for k, c in self._conditions.items() if c.kind in ON_MONTHS}
        touched = set(parts.conditions - months)
        by_score = monthly.stood_in[at] & parts.indicators[:, at].any(axis=0)
        in_reach = np.zeros(len(at), dtype=bool)
        for condition in months:
            bound = self._conditions[condition].at_least
            low, high = self._month_range(at) if parts.months else self._score_range(parts, at)
            open_ = (low < bound) & (bound <= high + NOISE)
            in_reach |= open_ & (by_score | parts.months)
        others = [m[at] for k, m in met.items() if k not in touched | months]
        rest = np.logical_and.reduce([*others, np.ones(len(at), dtype=bool)])
        by_months = np.logical_and.reduce([met[k][at] for k in months] + [np.ones(len(at), dtype=bool)])
        return np.asarray(rest & (in_reach | (by_months & bool(touched))))

    def _month_range(self, at: Ints) -> tuple[Floats, Floats]:
        """How low and how high a monthly average could be were one month, and all that lack, any score."""
        full, given = self._scheme.most, self._o.monthly.by_month[at]
        known = ~np.isnan(given)
        count, total = known.sum(axis=1), np.where(known, given, 0.0).sum(axis=1)
        lacking = np.maximum(self._o.monthly.months.lacking[at].sum(axis=1), 1)
        least = np.where(known, given, np.inf).min(axis=1, initial=np.inf)
        most = np.where(known, given, -np.inf).max(axis=1, initial=-np.inf)
        none, n = count == 0, np.maximum(count, 1)
        low = np.minimum(total / (n + lacking), (total - np.where(none, 0.0, most)) / n)
        high = np.maximum(
            (total + full * lacking) / (n + lacking), (total - np.where(none, 0.0, least) + full) / n
        )
        return np.where(none, 0.0, low), np.where(none, full, high)

    def _score_range(self, parts: _Parts, at: Ints) -> tuple[Floats, Floats]:
        """How low and how high a total could be were the touched indicators nothing, or full."""
        points = np.array([i.points for i in self._scheme.indicators], dtype=np.float64)[:, np.newaxis]
        touched = parts.indicators[:, at]
        low = self._o.score_cents[at] / 100 - np.where(touched, self._o.scores.by_indicator[:, at], 0.0).sum(
            0
        )
        return low, low + np.where(touched, points, 0.0).sum(axis=0)


def _columns(condition: Condition) -> tuple[str, ...]:
    return (*condition.columns, *condition.opened, *condition.total)
