"""The rows of 与上次相比: whose rank or score is not that of the last run, who came and who left, and why."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from kongjian.base.text import capped
from kongjian.engine.awards import handed_on
from kongjian.engine.evidence.award_changes import Names, counter
from kongjian.engine.evidence.change_units import LAST, NAMES, units_of
from kongjian.engine.evidence.changes import Changes, Side
from kongjian.engine.evidence.data_changes import DataChange
from kongjian.engine.frame import Floats, Frame
from kongjian.engine.last_run import ChangeSheet, Previous
from kongjian.engine.matching import rows
from kongjian.engine.outcome import Results
from kongjian.rules.model import Rules

NUMBERS = ("上次名次", "本次名次", "上次得分", "本次得分")
COLUMNS = (*NAMES, *NUMBERS, "变化", "原因")
CAME, LEFT, UP, DOWN, SCORED = "新进", "退出", "升", "降", "得分变"
_WAYS = (CAME, LEFT, UP, DOWN, SCORED)
MOST_NAMED = 3
_JOIN = "；"
_RULES_UNKNOWN = "看不出上次用的口径和规则"


def change_sheet(results: Results, changes: Changes, previous: Previous, rules: Rules) -> ChangeSheet:
    """The rows of this run; those of the last one where nothing differs from it.

    Schools first, in the order of _WAYS, then by rank. Came and left: into or out of the ranking or the awards.
    """
    if changes.same:
        return previous.change_sheet()
    kinds = (_Kind(side, results, changes, previous, rules) for side in changes.sides.values())
    return ChangeSheet(as_frame([row for kind in kinds for row in kind.lines()]))


def as_frame(lines: Sequence[Sequence[Any]]) -> Frame:
    """The table of lines in the order of COLUMNS; what is no number is a blank in a column of numbers."""
    return Frame.of_lines(lines, COLUMNS, NUMBERS)


class _Kind:
    """The rows of one kind of unit."""

    def __init__(
        self, side: Side, results: Results, changes: Changes, previous: Previous, rules: Rules
    ) -> None:
        self._side, self._rules, self._rules_known = side, rules, changes.rules is not None
        self._o, self._sheet = side.outcome, rules.table(f"{side.kind}s").sheet
        self._units = units_of(side, results, previous, rules)
        self._shown, self._added = Names(side.outcome), frozenset(side.added)
        self._cells: dict[int, list[DataChange]] = {}
        for change in side.data:
            self._cells.setdefault(change.unit, []).append(change)

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """Each unit that is not as it was, in the order of COLUMNS."""
        all_ = self._units
        ways = {u: way for u in range(len(all_.names)) if (way := self._way(u))}

        def place(u: int) -> tuple[Any, ...]:
            return _WAYS.index(ways[u]), min(all_.first[u], all_.then[u]), all_.names[u]

        for u in sorted(ways, key=place):
            first = all_.first[u] if all_.ranks_known else LAST
            ranks = (np.nan if rank == LAST else float(rank) for rank in (first, all_.then[u]))
            scores = (float(score[u]) for score in (all_.before, all_.now))
            yield (*all_.names[u], *ranks, *scores, ways[u], _JOIN.join(self._why(u, ways[u])))

    def _way(self, u: int) -> str:
        """In which way a unit is not as it was, "" where it is."""
        first, then = self._ranks(u)
        held, holds = self._units.awards[u]
        if (first, then) != (LAST, LAST):
            if then == LAST or (held and not holds):
                return LEFT
            if first == LAST or (holds and not held):
                return CAME
            if first != then:
                return UP if then < first else DOWN
            if held != holds:
                return CAME if set(holds) - set(held) else LEFT
        return SCORED if self._units.scored[u] else ""

    def _ranks(self, u: int) -> tuple[float, float]:
        """The rank of a unit in the last run and in this one."""
        return float(self._units.first[u]), float(self._units.then[u])

    def _why(self, u: int, way: str) -> list[str]:
        """What stopped the unit, who overtook it, its own data, the rules; last what became of its awards."""
        if u >= self._o.units.height:
            return [f"“{self._sheet}”里没有了", *self._award_words(u)]
        own = bool(self._side.own_standing_moved[u])
        came_or_went = self._ranks(u).count(LAST) == 1
        judged = self._o.eligibility.eligible[u] != self._qualified(u)
        why = self._stopped(u) if way == LEFT else []
        if u in self._added:
            why.append(f"“{self._sheet}”第{rows(self._o.units)[u]}行是新增的")
        elif not came_or_went:
            why += self._others(u, own)
        if own or came_or_went or judged or way == SCORED:
            why += _listed(self._cells.get(u, []))
        why += self._declined(u)
        why += self._rule_words(u, let_in=way == CAME and came_or_went)
        return [*(why or [self._unknown(u, own)]), *self._award_words(u)]

    def _stopped(self, u: int) -> list[str]:
        """Why a unit that has left is no longer ranked or awarded, where it does not qualify."""
        if self._o.eligibility.eligible[u]:
            return []
        return [f"{'不再达标' if self._qualified(u) else '未达标'}：{self._o.eligibility.reasons[u]}"]

    def _qualified(self, u: int) -> bool:
        """Whether the unit qualified in the last run, as far as is known."""
        return bool(self._units.awards[u][0]) or self._side.keys[u] in self._side.earlier.qualified

    def _others(self, u: int, own: bool) -> list[str]:
        """Who overtook the unit or is no longer ahead of it, where its own score does not say it all."""
        key, (held, holds) = self._side.key, self._units.awards[u]
        first, then = self._ranks(u)
        if then > first and (not key.now[u] < key.before[u] or (held and not holds)):
            said, (named, count) = "名次被{}超过", self._overtaken[u]
        elif then < first and not key.now[u] > key.before[u]:
            said, (named, count) = "{}不再排在前面", self._outdone[u]
        else:
            return []
        if not named:
            return []
        names = "、".join(self._shown(v) if v < self._o.units.height else self._last_name(v) for v in named)
        more = f"等{count}{counter(self._side.kind, self._rules)}" if count > len(named) else ""
        return [("" if own else f"{self._score}没有变，") + said.format(names + more)]

    def _last_name(self, u: int) -> str:
        """The name of a unit that is gone."""
        return self._units.names[u][2] or self._units.names[u][1]

    def _rule_words(self, u: int, let_in: bool) -> list[str]:
        named = [r.change.text for r in self._side.reasons if (r.let_in if let_in else r.moved)[u]]
        if not named or (u in self._added and not let_in):
            return []
        return [f"规则改了（{capped(named, MOST_NAMED, '处', _JOIN)}）"]

    def _unknown(self, u: int, own: bool) -> str:
        """What is said where nothing that is known tells why."""
        first, then = self._ranks(u)
        if not own and first != then:
            return f"{self._score}没有变，别的{self._side.label}变了" if self._rules_known else _RULES_UNKNOWN
        if self._side.touched:
            return f"“{'”“'.join(self._side.touched)}”不在了或上次计算以后被改过，看不出改了哪一格"
        came = self._o.eligibility.eligible[u] and not self._qualified(u)
        return "现在达标了" if came else "看不出原因"

    def _declined(self, u: int) -> list[str]:
        """How the unit itself declines an award that it held, or who declined one that it has got."""
        (held, holds), place = self._units.awards[u], self._o.standing
        said = [place.declined[a][u] for a in held if a not in holds and a in place.declined]
        new = (a for a in self._rules.awards if a.name in holds and a.name not in held)
        return list(dict.fromkeys(filter(None, (*said, *(handed_on(a, place, u) for a in new)))))

    def _award_words(self, u: int) -> list[str]:
        """由“甲”变为“乙”, 不再获“甲”, 新获“乙”."""
        held, holds = self._units.awards[u]
        lost, won = [a for a in held if a not in holds], [a for a in holds if a not in held]
        if lost and won:
            return [f"由{self._quoted(lost)}变为{self._quoted(won)}"]
        return [f"不再获{self._quoted(lost)}"] if lost else [f"新获{self._quoted(won)}"] if won else []

    def _quoted(self, names: Sequence[str]) -> str:
        """Some awards: the first to the unit itself, since others follow it, and how many there are."""
        own = [a.name for a in self._rules.awards if not a.to_person and a.name in names]
        return f"“{[*own, *names][0]}”" + (f"等{len(names)}项" if len(names) > 1 else "")

    @property
    def _score(self) -> str:
        return "月均" if self._side.by_average else "得分"

    @cached_property
    def _overtaken(self) -> list[tuple[list[int], int]]:
        return overtaken(self._units.first, self._units.then)

    @cached_property
    def _outdone(self) -> list[tuple[list[int], int]]:
        return overtaken(self._units.then, self._units.first)


def overtaken(first: Floats, then: Floats, most: int = MOST_NAMED) -> list[tuple[list[int], int]]:
    """For each unit those who are ahead of it by `then` and were not by `first`: the best by `then`, and how many."""
    out: list[tuple[list[int], int]] = [([], 0)] * len(first)
    seen: list[tuple[float, int]] = []  # who was not ahead, best first
    for _, group in groupby(np.argsort(-first, kind="stable").tolist(), key=first.__getitem__):
        level = list(group)
        for u in level:
            insort(seen, (float(then[u]), u))
        for u in level:
            count = bisect_left(seen, (float(then[u]), -1))
            out[u] = [v for _, v in seen[: min(count, most)]], count
    return out


def _listed(cells: Sequence[DataChange]) -> list[str]:
    """教师数据!F12 制作课件3→5，G12 在线授课30→40: what several have in common is named once."""
    out, shown = [], cells[:MOST_NAMED]
    for before, change, after in zip([None, *shown], shown, [*shown[1:], None], strict=False):
        text = change.text
        if before and change.cell:
            text = text.removeprefix(f"{before.sheet}!")
        if after and change.source == after.source:
            text = text.removesuffix(f"（{change.source}）")
        out.append(text)
    more = f"等{len(cells)}处" if len(cells) > MOST_NAMED else ""
    return ["，".join(out) + more] if out else []
