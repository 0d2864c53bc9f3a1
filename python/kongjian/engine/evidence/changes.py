"""与上次相比: what has changed since the last run, and for each ranked unit why it went up or down."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    scores,
)
from kongjian.engine.evidence.other_readings import outcomes_under
from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts, texts
from kongjian.engine.last_run import KEY, Earlier, Previous
from kongjian.engine.matching import NOT_FOUND, locate
from kongjian.engine.outcome import Inputs, Outcome, Results, shown_keys
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import from_cents
from kongjian.rules.differences import RuleChange, rule_changes, undone
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankBy

NEW, STAYED, BECAUSE = "新进", "持平", "："
MOST_NAMED = 3
_JOIN = "；"
_BY_AVERAGE = {RankBy.TOTAL: False, RankBy.MONTHLY_AVERAGE: True}


@dataclass(frozen=True)
class Changes:
    """How a run differs from the last one.

    `known`: there was one; `same`: nothing differs. `rules` is None where 运行记录 does not tell the last run's
    rules. By kind: `data` the numbers that differ, `added` the positions of the units that the last run did not
    have, `left` of those that it had ranked and this one does not, `gone` the names of those that it had,
    `words` 变化 by ranked unit. `touched` are the sheets that a hand has changed, of which nothing can be said.
    """

    known: bool = False
    same: bool = False
    same_data: bool = False
    rules: tuple[RuleChange, ...] | None = ()
    data: Mapping[str, tuple[DataChange, ...]] = field(default_factory=dict)
    added: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    left: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    gone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    touched: tuple[str, ...] = ()
    words: Mapping[str, Texts] = field(default_factory=dict)


def compare(results: Results, inputs: Inputs, rules: Rules, previous: Previous, places: Places) -> Changes:
    """What differs between this run and the last one, and the reasons that go into 变化."""
    if not any(previous.ranks.values()) and not previous.fingerprint:
        return Changes()
    if results.same_run:
        return Changes(known=True, same=True, same_data=True)
    changed = rule_changes(previous.version, previous.readings, previous.edits, rules)
    undoing = _Undoing(results, inputs, rules, changed or ())
    same_data = previous.fingerprint == results.fingerprint
    earlier = previous.tables()
    sides = {
        kind: _Side(kind, results, rules, earlier.get(kind, Earlier()), same_data, undoing, places)
        for kind in OBJECT_LABELS
    }
    return Changes(
        known=True,
        same_data=same_data,
        rules=changed,
        data={kind: side.data for kind, side in sides.items()},
        added={kind: side.added for kind, side in sides.items()},
        left={kind: side.left(previous.ranks.get(kind, {})) for kind, side in sides.items()},
        gone={kind: side.gone for kind, side in sides.items()},
        touched=tuple(sheet for side in sides.values() for sheet in side.touched),
        words={kind: side.words(changed is not None) for kind, side in sides.items()},
    )


def explained(results: Results, changes: Changes) -> Results:
    """The results with the reasons in 变化."""
    tables = dict(results.tables)
    for kind, words in changes.words.items():
        name = f"{kind.capitalize()}Ranking"
        tables[name] = tables[name].having(变化=words)
    return dataclasses.replace(results, tables=tables)


class _Undoing:
    """What each change of the rules did: the same data under the rules without it."""

    def __init__(self, results: Results, inputs: Inputs, rules: Rules, changed: Sequence[RuleChange]) -> None:
        self._results, self._inputs, self._rules = results, inputs, rules
        # the points of one kind's indicators add up only together
        groups: dict[str, list[RuleChange]] = {}
        for change in changed:
            groups.setdefault(change.parameter[0] if change.parameter else change.text, []).append(change)
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


class _Side:
    """One kind of unit beside its sheets of the last run; arrays run over the input rows."""

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
        self.kind, self.label = kind, OBJECT_LABELS[kind]
        self._o, self._rules, self._undoing = results.of(kind), rules, undoing
        self._ranking = results.tables[f"{kind.capitalize()}Ranking"]
        self._keys = shown_keys(kind, self._o.names)
        self._scores = earlier.scores
        self._at = self._found(earlier.scores)
        self._known = (self._at != NOT_FOUND) | (self._found(earlier.measures) != NOT_FOUND)
        self.touched = tuple(
            f"{self.label}{name}"
            for name, table in (("指标", earlier.measures), ("得分", earlier.scores))
            if table is None
        )
        self.added = self._added(earlier)
        self.gone = self._gone(earlier)
        self.data = () if same_data else tuple(self._changed(earlier, places))
        self._by_unit: dict[int, list[DataChange]] = {}
        for change in self.data:
            self._by_unit.setdefault(change.unit, []).append(change)

    def _found(self, table: Frame | None) -> Ints:
        """Each unit's row in an earlier table; NOT_FOUND also where two rows have the same name."""
        if table is None:
            return np.full(len(self._keys), NOT_FOUND)
        once = _once(table[KEY].tolist())
        return locate(_once(self._keys), once)

    def _added(self, earlier: Earlier) -> tuple[int, ...]:
        table = earlier.measures if earlier.measures is not None else earlier.scores
        if table is None:
            return ()
        known = set(table[KEY])
        return tuple(i for i, key in enumerate(self._keys) if key not in known)

    def _gone(self, earlier: Earlier) -> tuple[str, ...]:
        table = earlier.measures if earlier.measures is not None else earlier.scores
        if table is None:
            return ()
        now = set(self._keys)
        return tuple(
            name_of(self.kind, table, i) for i, key in enumerate(table[KEY].tolist()) if key not in now
        )

    def left(self, ranks: Mapping[str, float]) -> tuple[int, ...]:
        """Who was ranked in the last run and is not now."""
        unranked = np.flatnonzero(self._o.standing.rank == UNRANKED).tolist()
        return tuple(i for i in unranked if self._keys[i] in ranks)

    def _changed(self, earlier: Earlier, places: Places) -> Iterator[DataChange]:
        if earlier.scores is not None and self._by_average:
            yield from monthly_changes(self._o, earlier.scores, self._at, self._rules)
        then = self._undoing.all
        # how classes are weighted changes derived measures, too: that is no change of the data
        units = then[self.kind].units if then else self._o.units
        if earlier.measures is not None:
            at = self._found(earlier.measures)
            yield from measure_changes(self.kind, units, earlier.measures, at, self._rules, places)
        if earlier.scores is not None and not self._by_average:
            yield from monthly_changes(self._o, earlier.scores, self._at, self._rules)

    def words(self, rules_known: bool) -> Texts:
        """变化: which way each ranked unit went and why."""
        named = self._undoing.reasons(self.kind)
        standing = _Standing(
            {name: self._before(name) for name in ("得分", "月均得分")},
            {
                "得分": from_cents(self._o.score_cents),
                "月均得分": from_cents(self._o.monthly.average),
            },
            self._at != NOT_FOUND,
        )
        own = self._own_standing_moved(standing)
        out = []
        for unit, way in zip(self._o.order.tolist(), self._ranking["变化"].tolist(), strict=True):
            why: list[str] = []
            if way and self._known[unit] and (way != STAYED or standing.moved(unit)):
                why = self._why(unit, way, standing, bool(own[unit]), named)
                if not why and not own[unit] and rules_known and way not in (NEW, STAYED):
                    why = [f"{'月均' if self._by_average else '得分'}没有变，别的{self.label}变了"]
            out.append(f"{way}{BECAUSE}{_JOIN.join(why)}" if why else way)
        return texts(out)

    def _why(self, unit: int, way: str, standing: _Standing, own: bool, named: Sequence[Reason]) -> list[str]:
        """The unit's own data, then the rules; where neither is known what its score was and is."""
        cells = self._by_unit.get(unit, []) if own or way in (NEW, STAYED) else []
        rules = [r.change.text for r in named if (r.let_in if way == NEW else r.moved)[unit]]
        data = [_listed(cells)] if cells else []
        if standing.score_moved[unit] and (way == STAYED or not (cells or rules)):
            data.insert(0, standing.score(unit))
        why = ["，".join(data)] if data else []
        return [*why, f"规则改了（{_JOIN.join(_some(rules))}）"] if rules else why

    @property
    def _by_average(self) -> bool:
        return _BY_AVERAGE[self._rules.choice(RankBy)]

    def _before(self, name: str) -> Floats:
        if self._scores is None or not self._scores.height:
            return np.full(len(self._keys), np.nan)
        return np.where(self._at == NOT_FOUND, np.nan, self._scores[name][self._at])

    def _own_standing_moved(self, standing: _Standing) -> Bools:
        """Whether what a unit is ranked by has changed; among equals the scores that are compared count, too."""
        own = standing.average_moved if self._by_average else standing.score_moved
        own = own | (self._at == NOT_FOUND)
        for name in compared(self._rules):
            own = own | differ(self._before(name), self._o.scores.of(name))
        return np.asarray(own, dtype=bool)


class _Standing:
    """得分 and 月均得分 of each unit, in the last run and now."""

    def __init__(self, before: Mapping[str, Floats], now: Mapping[str, Floats], known: Bools) -> None:
        self._before, self._now = before["得分"], now["得分"]
        self.score_moved = known & differ(self._before, self._now)
        self.average_moved = known & differ(before["月均得分"], now["月均得分"])

    def moved(self, unit: int) -> bool:
        return bool(self.score_moved[unit] or self.average_moved[unit])

    def score(self, unit: int) -> str:
        return f"得分{scores(self._before[unit], self._now[unit])}"


def name_of(kind: str, names: Frame, i: int) -> str:
    """A unit as the lists name it: 赤壁市第一小学, or 赤壁市第一小学 张明（hb42128101）."""
    school = str(names["学校名称"][i])
    if kind == "school":
        return school
    account = str(names["账号"][i])
    return f"{school} {names['教师姓名'][i]}" + (f"（{account}）" if account else "")


def _once(keys: Sequence[str]) -> list[str]:
    """The keys, "" for those that more than one row has."""
    seen: dict[str, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
    return [key if seen[key] == 1 else "" for key in keys]


def _listed(cells: Sequence[DataChange]) -> str:
    """教师数据!F12 制作课件3→5，G12 在线授课30→40: what several have in common is named once."""
    out, shown = [], cells[:MOST_NAMED]
    for before, change, after in zip([None, *shown], shown, [*shown[1:], None], strict=False):
        text = change.text
        if before and change.cell:
            text = text.removeprefix(f"{before.sheet}!")
        if after and change.source == after.source:
            text = text.removesuffix(f"（{change.source}）")
        out.append(text)
    return "，".join(out) + (f"等{len(cells)}处" if len(cells) > MOST_NAMED else "")


def _some(items: Sequence[str]) -> list[str]:
    """The first few rules; the last of them says how many there are in all."""
    if len(items) <= MOST_NAMED:
        return list(items)
    return [*items[: MOST_NAMED - 1], f"{items[MOST_NAMED - 1]}等{len(items)}处"]
