"""与上次相比: what has changed since the last run in the data, the rules, the scores; change_table makes rows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.engine.awards import compared
from kongjian.engine.evidence.data_changes import (
    DataChange,
    Places,
    differ,
    measure_changes,
    monthly_changes,
)
from kongjian.engine.evidence.other_readings import outcomes_under
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.last_run import KEY, Earlier, Previous
from kongjian.engine.matching import NOT_FOUND, locate
from kongjian.engine.outcome import Inputs, Outcome, Results, shown_keys
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import from_cents
from kongjian.rules.differences import RuleChange, rule_changes, undone
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankBy

_BY_AVERAGE = {RankBy.TOTAL: False, RankBy.MONTHLY_AVERAGE: True}


@dataclass(frozen=True)
class Changes:
    """How a run differs from the last one.

    `known`: there was one; `same`: nothing differs. `rules` is None where 运行记录 does not tell the last run's
    rules. `sides` has each kind of unit beside its sheets of the last run, nothing where nothing differs.
    """

    known: bool = False
    same: bool = False
    same_data: bool = False
    rules: tuple[RuleChange, ...] | None = ()
    sides: Mapping[str, Side] = field(default_factory=dict)


def compare(results: Results, inputs: Inputs, rules: Rules, previous: Previous, places: Places) -> Changes:
    """What differs between this run and the last one."""
    if not any(previous.ranks.values()) and not previous.fingerprint:
        return Changes()
    if results.same_run:
        return Changes(known=True, same=True, same_data=True)
    changed = rule_changes(previous.version, previous.readings, previous.edits, rules)
    undoing = _Undoing(results, inputs, rules, changed or ())
    same_data = previous.fingerprint == results.fingerprint
    earlier = previous.tables()
    sides = {
        kind: Side(kind, results, rules, earlier.get(kind, Earlier()), same_data, undoing, places)
        for kind in OBJECT_LABELS
    }
    return Changes(known=True, same_data=same_data, rules=changed, sides=sides)


class _Undoing:
    """What each change of the rules did: the same data under the rules without it."""

    def __init__(self, results: Results, inputs: Inputs, rules: Rules, changed: Sequence[RuleChange]) -> None:
        self._results, self._inputs, self._rules = results, inputs, rules
        # the points of one kind's indicators add up only together
        groups: dict[str, list[RuleChange]] = {}
        for change in changed:
            groups.setdefault(change.group, []).append(change)
        self.groups = [(group, self._without(group)) for group in groups.values()]
        self.all = self.groups[0][1] if len(self.groups) == 1 else self._without(changed)

    def _without(self, changes: Sequence[RuleChange]) -> Mapping[str, Outcome] | None:
        """The outcomes without these changes; None where nobody can tell."""
        if not changes or not all(c.can_be_undone for c in changes):
            return None
        try:
            rules = undone(self._rules, changes)
        except KongjianError:
            return None
        return outcomes_under(rules, self._inputs, self._results, self._rules)

    def reasons(self, kind: str) -> list[Reason]:
        """Each change and the units that it has moved, by their own numbers or, where it has none, by their rank."""
        now = self._results.of(kind)
        out: list[Reason] = []
        for group, outcomes in self.groups:
            then = outcomes[kind] if outcomes else None
            moved, let_in = _moved(now, then), _let_in(now, then)
            out += [Reason(change, moved & _touches(change, now, then), let_in) for change in group]
        if len(self.groups) < 2:
            return out
        together = _moved(now, self.all[kind] if self.all else None) & ~np.logical_or.reduce(
            [reason.moved for reason in out]
        )
        return [reason._replace(moved=reason.moved | together) for reason in out]


class Reason(NamedTuple):
    """A change of the rules: which units it has moved, which it has let into the ranking."""

    change: RuleChange
    moved: Bools
    let_in: Bools


def _moved(now: Outcome, then: Outcome | None) -> Bools:
    """Whose score, average or eligibility another rule would change; where it changes no score, whose rank."""
    if then is None:
        return np.ones(now.units.height, dtype=bool)
    own = (now.score_cents != then.score_cents) | (now.monthly.average != then.monthly.average)
    if not own.any():
        own = now.standing.rank != then.standing.rank
    return np.asarray(own | (now.eligibility.eligible != then.eligibility.eligible), dtype=bool)


def _let_in(now: Outcome, then: Outcome | None) -> Bools:
    """Who would not be ranked without a change."""
    if then is None:
        return np.ones(now.units.height, dtype=bool)
    return np.asarray(then.standing.rank == UNRANKED, dtype=bool)


def _touches(change: RuleChange, now: Outcome, then: Outcome | None) -> Bools:
    """Whose score in the one indicator a parameter changes; everybody for what has no indicator."""
    everybody = np.ones(now.units.height, dtype=bool)
    if then is None or change.parameter is None or change.parameter[1] not in now.scores.names:
        return everybody
    name = change.parameter[1]
    return np.asarray(now.scores.of(name) != then.scores.of(name), dtype=bool)


class Moved(NamedTuple):
    """得分 or 月均得分 of each unit in the last run and now, and where it is known that the two differ."""

    before: Floats
    now: Floats
    moved: Bools


class Side:
    """One kind of unit beside its sheets of the last run; arrays run over the input rows.

    `data` are the numbers that differ, `added` the positions of the units that the last run did not have, `gone` the
    names of those that it had. `touched` are the sheets that a hand has changed, of which nothing can be said.
    """

    def __init__(
        self,
        kind: str,
        results: Results,
        rules: Rules,
        earlier: Earlier,
        same_data: bool,
        undoing: _Undoing,
        places: Places,
    ) -> None:
        self.kind, self.label, self.earlier = kind, OBJECT_LABELS[kind], earlier
        self.outcome, self._rules, self._undoing = results.of(kind), rules, undoing
        self.keys = shown_keys(kind, self.outcome.names)
        self._at = self._found(earlier.scores)
        self.score = self._moved("得分", from_cents(self.outcome.score_cents))
        self.average = self._moved("月均得分", from_cents(self.outcome.monthly.average))
        self.touched = tuple(
            f"{self.label}{name}"
            for name, table in (("指标", earlier.measures), ("得分", earlier.scores))
            if table is None
        )
        self.added = self._added(earlier)
        self.gone = self._gone(earlier)
        self.data = () if same_data else tuple(self._changed(earlier, places))

    def _found(self, table: Frame | None) -> Ints:
        """Each unit's row in an earlier table; NOT_FOUND also where two rows have the same name."""
        if table is None:
            return np.full(len(self.keys), NOT_FOUND)
        return locate(once(self.keys), once(table[KEY].tolist()))

    def _added(self, earlier: Earlier) -> tuple[int, ...]:
        table = earlier.measures if earlier.measures is not None else earlier.scores
        if table is None:
            return ()
        known = set(table[KEY])
        return tuple(i for i, key in enumerate(self.keys) if key not in known)

    def _gone(self, earlier: Earlier) -> tuple[str, ...]:
        table = earlier.measures if earlier.measures is not None else earlier.scores
        if table is None:
            return ()
        now = set(self.keys)
        return tuple(
            name_of(self.kind, table, i) for i, key in enumerate(table[KEY].tolist()) if key not in now
        )

    def _changed(self, earlier: Earlier, places: Places) -> Iterator[DataChange]:
        if earlier.scores is not None and self.by_average:
            yield from monthly_changes(self.outcome, earlier.scores, self._at, self._rules)
        then = self._undoing.all
        # how classes are weighted changes derived measures, too: that is no change of the data
        units = then[self.kind].units if then else self.outcome.units
        if earlier.measures is not None:
            at = self._found(earlier.measures)
            yield from measure_changes(self.kind, units, earlier.measures, at, self._rules, places)
        if earlier.scores is not None and not self.by_average:
            yield from monthly_changes(self.outcome, earlier.scores, self._at, self._rules)

    @cached_property
    def reasons(self) -> list[Reason]:
        """The changes of the rules, each with the units that it has moved."""
        return self._undoing.reasons(self.kind)

    @property
    def by_average(self) -> bool:
        return _BY_AVERAGE[self._rules.choice(RankBy)]

    def _before(self, name: str) -> Floats:
        scores = self.earlier.scores
        if scores is None or not scores.height:
            return np.full(len(self.keys), np.nan)
        return np.where(self._at == NOT_FOUND, np.nan, scores[name][self._at])

    def _moved(self, name: str, now: Floats) -> Moved:
        before = self._before(name)
        return Moved(before, now, (self._at != NOT_FOUND) & differ(before, now))

    @property
    def key(self) -> Moved:
        """What the units are ranked by."""
        return self.average if self.by_average else self.score

    @cached_property
    def own_standing_moved(self) -> Bools:
        """Whether what a unit is ranked by has changed; among equals the scores that are compared count, too."""
        own = self.key.moved | (self._at == NOT_FOUND)
        for name in compared(self._rules):
            own = own | differ(self._before(name), self.outcome.scores.of(name))
        return np.asarray(own, dtype=bool)


def name_of(kind: str, names: Frame, i: int) -> str:
    """A unit as the lists name it: 赤壁市第一小学, or 赤壁市第一小学 张明（hb42128101）."""
    school = str(names["学校名称"][i])
    if kind == "school":
        return school
    account = str(names["账号"][i])
    return f"{school} {names['教师姓名'][i]}" + (f"（{account}）" if account else "")


def once(keys: Sequence[str]) -> list[str]:
    """The keys, "" for those that more than one row has."""
    seen: dict[str, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
    return [key if seen[key] == 1 else "" for key in keys]
