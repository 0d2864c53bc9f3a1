"""The lines of 临界名单: the units near a rank's edge or a bound of eligibility, and what would close the gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kongjian.engine.awards import Standing, compared, more_than_places
from kongjian.engine.eligibility import basis_points, opening_rate, percent, reached
from kongjian.engine.evidence.award_changes import counter
from kongjian.engine.evidence.pass_mark import pass_mark, way_to_mark
from kongjian.engine.frame import Bools, Floats, Ints
from kongjian.engine.outcome import Outcome, Results
from kongjian.engine.ranking import UNRANKED, shared
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.rules.model import Award, Condition, Rules
from kongjian.rules.readings import RankMethod, Ties

_NOBODY = np.iinfo(np.int64).max


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


def near_bounds(kind: str, results: Results, rules: Rules) -> Iterator[NearLine]:
    """One line for each condition with a bound that holds under the readings in force, in the order of the rules."""
    for condition in rules.conditions_for(kind):
        if condition.kind == "rate":
            yield _opening(condition, results.of(kind), rules)
        elif condition.kind not in ("yes_no", "veto"):
            yield _mark(condition, results, rules)


def _mark(condition: Condition, results: Results, rules: Rules) -> NearLine:
    outcome = results.of(condition.object)
    cents = outcome.monthly.lowest if condition.kind == "every_month" else outcome.monthly.average
    bound = round(condition.at_least * 100)
    margin = round(rules.evidence.near.mark_points * 100)
    counted, monthly = reached(condition, outcome.monthly, rules), outcome.monthly
    at = np.flatnonzero((cents != MISSING) & (np.abs(counted - bound) <= margin))

    def say(i: int) -> str:
        gap = int(counted[i]) - bound
        barred = [f"{monthly.absent(i, rules)}，不达标"] if monthly.barred[i] else []
        if gap > 0:
            return _also("；".join([f"高出{points(gap)}", *barred]), condition, outcome, rules, i)
        if gap == 0:
            return _also("；".join(barred or ["刚好达到"]), condition, outcome, rules, i)
        said = [f"差{points(-gap)}", *barred, _months_below(condition, outcome, rules, i)]
        if cents[i] >= bound:
            said.insert(1, "四舍五入以前不到")
        if condition.at_least == pass_mark(rules, condition.object):
            said.append(way_to_mark(results, rules, condition.object, i))
        return _also("；".join(filter(None, said)), condition, outcome, rules, i)

    label = f"{condition.label}{condition.at_least:g}分"
    return NearLine(label, at, from_cents(cents[at]), (counted[at] - bound) / 100, say)


def _months_below(condition: Condition, outcome: Outcome, rules: Rules, at: int) -> str:
    """Where every month counts, the months that do not reach the bound."""
    if condition.kind != "every_month":
        return ""
    cents = to_cents(outcome.monthly.by_month[at])
    low = [
        f"{month}（{points(c)}）"
        for month, c in zip(rules.counted_months(), cents.tolist(), strict=True)
        if c != MISSING and c < round(condition.at_least * 100)
    ]
    return f"不够的月份：{'、'.join(low)}" if low else ""


def _opening(condition: Condition, outcome: Outcome, rules: Rules) -> NearLine:
    units = outcome.units
    opened = np.sum([units[c] for c in condition.opened], axis=0)
    total = np.sum([units[c] for c in condition.total], axis=0)
    rate = opening_rate(units, condition)
    # in hundredths of a per cent: what reads as the bound has reached it
    shown = basis_points(rate, condition.at_least)
    gap = shown - round(condition.at_least * 10_000)
    at = np.flatnonzero(np.abs(gap) <= round(rules.evidence.near.opening_points * 100))
    bound = f"{condition.at_least * 100:g}%"

    def say(i: int) -> str:
        have = f"{opened[i]:g}÷{total[i]:g}＝{percent(rate[i], condition.at_least)}"
        more = accounts_short(float(opened[i]), float(total[i]), condition.at_least)
        room = accounts_spare(float(opened[i]), float(total[i]), condition.at_least)
        if more:
            way = f"再开通{more}个{condition.accounts}就到{bound}"
        else:
            way = f"再少{room + 1}个{condition.accounts}就不到{bound}"
        return _also(f"{have}；{way}", condition, outcome, rules, i)

    return NearLine(f"{condition.label}{bound}", at, shown[at] / 100, gap[at] / 100, say)


def accounts_short(opened: float, total: float, at_least: float) -> int:
    """The fewest accounts more with which opened ÷ total reaches the bound, as eligibility compares them."""
    more = max(int(np.ceil(total * at_least - opened)) - 1, 0)
    while (opened + more) / total < at_least:
        more += 1
    return more


def accounts_spare(opened: float, total: float, at_least: float) -> int:
    """The most accounts fewer with which opened ÷ total still reaches the bound; below 0 where it does not now."""
    fewer = int(np.floor(opened - total * at_least)) + 1
    while fewer >= 0 and (opened - fewer) / total < at_least:
        fewer -= 1
    return fewer


def _also(words: str, condition: Condition, outcome: Outcome, rules: Rules, at: int) -> str:
    """What is said of one condition, and which others the unit does not meet."""
    others = unmet(outcome, rules, at, condition.id)
    return f"{words}；另有未达标：{others}" if others else words


def near_rank(award: Award, outcome: Outcome, rules: Rules, group: str = "") -> NearLine | None:
    """The units near the award's last rank; None where nobody is so near that anything could change.

    Near is who has few others between itself and the line, or few points. The value is what is ranked by, the gap
    of who is in what it could lose and stay in, all others as they are. `award` and `outcome` are those of one part of
    an award, `group` what that is called.
    """
    place = outcome.standing
    if award.name in place.moved:  # the line is drawn among those who take the award
        ranks = place.moved[award.name]
        outcome = replace(outcome, standing=Standing(ranks, shared(ranks), place.key))
    if award.least:
        outcome = replace(outcome, standing=_who_can(award, outcome.standing))
    rank, key = outcome.standing.rank, place.key
    inside = (rank != UNRANKED) & (rank <= award.last)
    outside = rank > award.last
    if not inside.any():
        return None
    edge = _Edge(award, outcome, rules, int(rank[inside].max()), int(rank[outside].min(initial=_NOBODY)))
    safe = inside & ~edge.guarded if edge.next == _NOBODY else np.zeros(len(rank), dtype=bool)
    gap = key - edge.key(edge.last)
    if edge.next != _NOBODY:
        gap = np.where(inside & ~edge.guarded, key - edge.key(edge.next), gap)
    between = np.where(inside, _beyond(-rank, inside), _beyond(rank, outside))
    margins = rules.evidence.near
    near = (between < margins.places) | (np.abs(gap) <= round(margins.rank_points * 100))
    at = np.flatnonzero(near & (inside | outside) & ~safe)
    among = "（递补后）" if award.name in place.moved else ""
    return NearLine(f"{group}第{award.last}名{among}", at, from_cents(key[at]), gap[at] / 100, edge.say)


def _who_can(award: Award, place: Standing) -> Standing:
    """The standing that decides an award with a least score: where that leaves places free, nobody below it competes."""
    below = ~place.reaches(award)
    if not (below & (place.rank != UNRANKED) & (place.rank <= award.last)).any():
        return place
    ranks = np.where(below, UNRANKED, place.rank)
    return Standing(ranks, shared(ranks), place.key)


def near_least(award: Award, outcome: Outcome, rules: Rules, group: str = "") -> NearLine | None:
    """The units near an award's least score whose rank is one of its ranks; None where there is none."""
    place, bound = outcome.standing, round(award.least * 100)
    ranks = place.ranks_for(award)
    close = np.abs(place.key - bound) <= round(rules.evidence.near.rank_points * 100)
    at = np.flatnonzero(close & (ranks >= award.first) & (ranks <= award.last))
    if not award.least or not len(at):
        return None

    def say(i: int) -> str:
        gap = int(place.key[i]) - bound
        words = f"差{points(-gap)}就够{award.name}的最低分" if gap < 0 else "刚好到最低分"
        words = f"比最低分高{points(gap)}" if gap > 0 else words
        if outcome.eligibility.eligible[i]:
            return words
        return f"{words}；但未达标（{unmet(outcome, rules, i)}），不能获奖"

    label = f"{group}{award.name}最低分{award.least:g}分"
    return NearLine(label, at, from_cents(place.key[at]), (place.key[at] - bound) / 100, say)


def _beyond(order: Ints, among: Bools) -> Ints:
    """How many of the units `among` stand strictly before each unit, the smallest first."""
    return np.searchsorted(np.sort(order[among]), order)


@dataclass(frozen=True)
class _Edge:
    """The last rank within an award and the next rank behind it, _NOBODY where there is none."""

    award: Award
    outcome: Outcome
    rules: Rules
    last: int
    next: int

    @cached_property
    def shared(self) -> bool:
        """Whether more who qualify share the last rank than the award has places."""
        return self._overfull(self.outcome.eligibility.eligible)

    @cached_property
    def crowded(self) -> bool:
        """Whether more have the last rank than there are places, whether they qualify or not."""
        return self._overfull(self.outcome.standing.rank != UNRANKED)

    def _overfull(self, of: Bools) -> bool:
        method = self.rules.choice(RankMethod)
        return more_than_places(self.award, self.outcome.standing, of, self.last, method)

    @cached_property
    def guarded(self) -> Bools:
        """Who would be out below the last rank already, not only below the next one: as many others are in as there

        are places.
        """
        return _GUARDED[self.rules.choice(RankMethod)](self)

    def key(self, rank: int) -> int:
        """What is ranked by, in cents, of those with that rank."""
        return int(self.outcome.standing.key[self._one_of(rank)])

    def say(self, at: int) -> str:
        inside = self.outcome.standing.rank[at] <= self.award.last
        words = self._inside(at) if inside else self._outside(at)
        if self.outcome.eligibility.eligible[at]:
            return words
        return f"{words}；但未达标（{unmet(self.outcome, self.rules, at)}），不能获奖"

    def _inside(self, at: int) -> str:
        place = self.outcome.standing
        rank, said = int(place.rank[at]), []
        if place.tied[at]:
            word = counter(self.outcome.kind, self.rules)
            all_in = "，一并入选" if self.shared and rank == self.last else ""
            said.append(f"并列第{rank}名，共{int((place.rank == rank).sum())}{word}{all_in}")
        against = self.last if self.guarded[at] and rank != self.last else self.next
        if against == _NOBODY:
            return "；".join(said)
        if room := int(place.key[at]) - self.key(against):
            said.append(f"与第{against}名差{points(room)}")
        else:
            said.append(f"与第{against}名同分，{self._decided(at, against, '高')}，排在前面")
        return "；".join(said)

    def _outside(self, at: int) -> str:
        place = self.outcome.standing
        short = self.key(self.last) - int(place.key[at])
        head = f"并列第{int(place.rank[at])}名；" if place.tied[at] else ""
        if not short:
            decided = self._decided(at, self.last, "低")
            return f"{head}与第{self.last}名同分，{decided}，没有入选；再多{points(1)}就入选{self.award.name}"
        return f"{head}与第{self.last}名差{points(short)}，{_LEVEL[self.rules.choice(Ties)](self, at, short)}"

    def _level_shares(self, _: int, __: int) -> str:
        """What drawing level with the last rank means where equals share it."""
        return f"追平就并列第{self.last}名，一并入选{self.award.name}"

    def _level_compares(self, at: int, short: int) -> str:
        """What drawing level with the last rank means where further scores decide among equals."""
        if self._breakers(at) >= self._breakers(self._one_of(self.last)):
            return f"追平后依次比较也不落后，就入选{self.award.name}"
        decided = self._decided(at, self.last, "低")
        return f"追平还不够（{decided}），再多{points(short + 1)}就入选{self.award.name}"

    def _decided(self, at: int, rank: int, word: str) -> str:
        """The first indicator, of those compared in turn, in which a unit differs from one of that rank."""
        own, theirs = self._breakers(at), self._breakers(self._one_of(rank))
        name, a, b = next(d for d in zip(compared(self.rules), own, theirs, strict=True) if d[1] != d[2])
        return f"{name}{word}{points(abs(a - b))}"

    def _breakers(self, at: int) -> tuple[int, ...]:
        scores = self.outcome.scores
        return tuple(int(to_cents(scores.of(n)[at : at + 1])[0]) for n in compared(self.rules))

    def _one_of(self, rank: int) -> int:
        return int(np.flatnonzero(self.outcome.standing.rank == rank)[0])


_GUARDED: dict[RankMethod, Callable[[_Edge], Bools]] = {
    RankMethod.COMPETITION: lambda edge: np.full(len(edge.outcome.standing.rank), edge.crowded),
    # dense ranks move up when somebody leaves a rank that nobody shares
    RankMethod.DENSE: lambda edge: edge.outcome.standing.tied & (edge.last == edge.award.last),
}
_LEVEL: dict[Ties, Callable[[_Edge, int, int], str]] = {
    Ties.INCLUDE: _Edge._level_shares,
    Ties.ORDER: _Edge._level_compares,
}
