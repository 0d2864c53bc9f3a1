"""The places of an award where the ranks of all do not say them: by group, by a share of those who qualify.

Groups are the values of a column of the unit's own table. A share is of those who qualify and have a score, in the group
where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from kongjian.engine.frame import Bools, Frame, Ints
from kongjian.engine.matching import school_keys
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import TOLERANCE
from kongjian.rules.ladders import before, ladder
from kongjian.rules.model import Award, Rules
from kongjian.rules.readings import RankMethod

NO_GROUP = -1
# the ranks down one group after another, from where a rank and where a group begins
_IN_GROUPS: dict[RankMethod, Callable[[Bools, Ints], Ints]] = {
    RankMethod.COMPETITION: lambda new, start: (
        np.maximum.accumulate(np.where(new, np.arange(len(new)), 0)) - start + 1
    ),
    RankMethod.DENSE: lambda new, start: np.asarray(np.cumsum(new) - np.cumsum(new)[start] + 1),
}


@dataclass(frozen=True)
class Groups:
    """The group of each unit, NO_GROUP for none, and what the groups are called; one without a name is everybody."""

    of: Ints
    names: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """By unit, for one award: its rank in its group (`own`), that without who declines (`rank`), and the ranks that win.

    `tied`: others of its group share its own rank.
    """

    column: str
    groups: Groups
    own: Ints
    rank: Ints
    tied: Bools
    first: Ints
    last: Ints

    def members(self, group: int) -> Bools:
        return np.asarray(self.groups.of == group)


def groups_of(kind: str, units: Frame, rules: Rules) -> dict[str, Groups]:
    """The groups of each award of this kind that ranks alone do not decide, by its name."""
    known: dict[str, Groups] = {}
    out = {}
    for award in rules.awards:
        if award.object == kind and not award.by_rank:
            if award.group not in known:
                known[award.group] = _grouped(units, award.group)
            out[award.name] = known[award.group]
    return out


def _grouped(units: Frame, column: str) -> Groups:
    """Values that fold to the same are one group, called as it is first spelled; a blank is none."""
    if not column:
        return Groups(np.zeros(units.height, dtype=np.int64), ("",))
    at: dict[str, int] = {}
    names: list[str] = []
    of = np.full(units.height, NO_GROUP, dtype=np.int64)
    values = units[column].tolist()
    for i, key in enumerate(school_keys(values)):
        if key:
            if key not in at:
                at[key] = len(names)
                names.append(values[i])
            of[i] = at[key]
    return Groups(of, tuple(names))


def places_of(
    groups: Mapping[str, Groups], rank: Ints, counted: Bools, passed: Mapping[str, Bools], rules: Rules
) -> dict[str, Places]:
    """Each award's places by its name. `rank` are the ranks of all; `counted` whom a share is of."""
    known, method = {a.name: a for a in rules.awards}, rules.choice(RankMethod)
    out = {}
    for name, grouped in groups.items():
        size = np.bincount(
            grouped.of[counted & (grouped.of != NO_GROUP)], minlength=len(grouped.names)
        ).astype(np.int64)
        first, last = _span(_step(known[name], rules), rules, size)
        among = (rank != UNRANKED) & (grouped.of != NO_GROUP)
        own = ranks_within(grouped.of, rank, among, method)
        takers = among & ~passed[name] if name in passed else among
        at = np.maximum(grouped.of, 0)
        out[name] = Places(
            known[name].group,
            grouped,
            own,
            ranks_within(grouped.of, rank, takers, method) if name in passed else own,
            _shared(grouped.of, rank, among),
            first[at] if len(first) else np.ones_like(rank),
            last[at] if len(last) else np.zeros_like(rank),
        )
    return out


def ranks_within(group: Ints, rank: Ints, among: Bools, method: RankMethod) -> Ints:
    """The rank of each unit `among` in its group by the ranks of all; UNRANKED for others."""
    out = np.full(len(rank), UNRANKED, dtype=np.int64)
    at = np.flatnonzero(among)
    if not len(at):
        return out
    order = at[np.lexsort((rank[at], group[at]))]
    begins = np.concatenate([[True], group[order][1:] != group[order][:-1]])
    new = begins | np.concatenate([[True], rank[order][1:] != rank[order][:-1]])
    start = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    out[order] = _IN_GROUPS[method](new, start)
    return out


def _shared(group: Ints, rank: Ints, among: Bools) -> Bools:
    """Who shares its rank with another of its group."""
    out = np.zeros(len(rank), dtype=bool)
    at = np.flatnonzero(among)
    pairs = group[at] * (int(rank.max(initial=0)) + 1) + rank[at]
    _, back, count = np.unique(pairs, return_inverse=True, return_counts=True)
    out[at] = count[back] > 1
    return out


def _step(award: Award, rules: Rules) -> Award:
    """The award to units whose places an award to a person of theirs has."""
    return next((a for a in ladder(rules.awards, award.object) if a.places == award.places), award)


def _span(award: Award, rules: Rules, size: Ints) -> tuple[Ints, Ints]:
    """An award's first and last rank in groups of so many who qualify; behind the award before it where it is by share."""
    if not award.share:
        return np.full_like(size, award.first), np.full_like(size, award.last)
    ahead = before(award, rules.awards)
    first = np.ones_like(size) if ahead is None else _span(ahead, rules, size)[1] + 1
    return first, first + share_places(award.share, size) - 1


def share_places(share: float, size: Ints) -> Ints:
    """How many places a share of so many is: rounded down, at least one where there is anybody."""
    return np.where(size > 0, np.maximum(np.floor(share * size + TOLERANCE), 1), 0).astype(np.int64)


def one_group(award: Award, places: Places, group: int) -> Award:
    """The award as one of its groups has it: with ranks of its own."""
    at = np.flatnonzero(places.members(group))[0]
    return replace(award, first=int(places.first[at]), last=int(places.last[at]), share=0.0, group="")


def each_group(places: Places) -> Iterator[tuple[int, str]]:
    """The groups that somebody is in, and what they are called."""
    yield from ((k, name) for k, name in enumerate(places.groups.names) if places.members(k).any())
