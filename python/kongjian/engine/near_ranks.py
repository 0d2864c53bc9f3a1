"""Near an award's last rank: who is just in, who is just out, and what stands between them (方案 三、评选奖项)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kongjian.engine.award_changes import counter
from kongjian.engine.awards import more_than_places
from kongjian.engine.calculate import Outcome
from kongjian.engine.frame import Bools, Ints
from kongjian.engine.near_line import NearLine, points, unmet
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import from_cents, to_cents
from kongjian.rules.model import Award, Rules

_NOBODY = np.iinfo(np.int64).max


def near_rank(award: Award, outcome: Outcome, rules: Rules) -> NearLine | None:
    """The units near the award's last rank; None where nobody is so near that anything could change.

    Near is who has few others between itself and the line, or few points. The value is what is ranked by, the gap
    of who is in what it could lose and stay in, all others as they are.
    """
    rank, key = outcome.standing.rank, outcome.standing.key
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
    return NearLine(f"第{award.last}名", at, from_cents(key[at]), gap[at] / 100, edge.say)


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
        """Whether more share the last rank than the award has places."""
        method = self.rules.chosen["rank_method"]
        return more_than_places(self.award, self.outcome.standing, self.last, method)

    @cached_property
    def guarded(self) -> Bools:
        """Who would be out below the last rank already, not only below the next one: as many others are in as there

        are places. Dense ranks move up when somebody leaves a rank that nobody shares.
        """
        place = self.outcome.standing
        if self.rules.chosen["rank_method"] == "dense":
            return place.tied & (self.last == self.award.last)
        return np.full(len(place.rank), self.shared)

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
        head += f"与第{self.last}名差{points(short)}，"
        if self.rules.chosen["ties"] != "order":
            return f"{head}追平就并列第{self.last}名，一并入选{self.award.name}"
        if self._breakers(at) >= self._breakers(self._one_of(self.last)):
            return f"{head}追平后依次比较也不落后，就入选{self.award.name}"
        decided = self._decided(at, self.last, "低")
        return f"{head}追平还不够（{decided}），再多{points(short + 1)}就入选{self.award.name}"

    def _decided(self, at: int, rank: int, word: str) -> str:
        """The first indicator, of those compared in turn, in which a unit differs from one of that rank."""
        names = self.rules.reading("ties").tie_breakers
        own, theirs = self._breakers(at), self._breakers(self._one_of(rank))
        name, a, b = next(d for d in zip(names, own, theirs, strict=True) if d[1] != d[2])
        return f"{name}{word}{points(abs(a - b))}"

    def _breakers(self, at: int) -> tuple[int, ...]:
        scores = self.outcome.scores
        names = self.rules.reading("ties").tie_breakers
        return tuple(int(to_cents(scores.of(n)[at : at + 1])[0]) for n in names)

    def _one_of(self, rank: int) -> int:
        return int(np.flatnonzero(self.outcome.standing.rank == rank)[0])
