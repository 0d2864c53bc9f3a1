"""Awards that somebody declines in a live copy: who declines stands fixed, everybody behind moves up by formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.engine.awards import HANDED_ON, NOTE_JOIN, passed
from kongjian.engine.frame import Bools, Ints
from kongjian.engine.ranking import UNRANKED
from kongjian.mailing.copy_sheets import CopyColumn, Place, Value, numbers
from kongjian.mailing.units import Units
from kongjian.rules.model import Award, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankMethod

_DECLINES, _COUNTED, _VACANT, _RANK, _SO_FAR = "放弃", "累计", "空出", "递补名次", "递补序"
_IN_RANKING = (_DECLINES, _COUNTED, _VACANT, _RANK, _SO_FAR)
# what is counted down the ranking, and how many ranks fall away before where another rank begins:
# of those who decline as many; or, with dense ranks, one more where nobody of the rank above takes the award
_RANK_METHOD = {
    RankMethod.COMPETITION: ("MAX({counted_above},0)+{declines}", "MAX({counted_above},0)"),
    RankMethod.DENSE: (
        "IF({same},{counted_above},0)+1-{declines}",
        "MAX({vacant_above},0)+IF({number}=1,0,IF({counted_above}=0,1,0))",
    ),
}
_AT_EDGE = {
    RankMethod.COMPETITION: "{rank}+{held}-1>{last}",
    RankMethod.DENSE: "AND({held}>1,{rank}={last})",
}


@dataclass(frozen=True)
class Pool:
    """The awards of one kind of unit that the same units decline in the same way: their numbers, from 1, and who."""

    number: int
    awards: tuple[int, ...]
    first: Award
    gone: Bools

    @property
    def flag(self) -> str:
        """The column of the score sheet that says who declines."""
        return f"{_DECLINES}{self.number}"

    @property
    def names(self) -> tuple[str, ...]:
        """The pool's columns of the ranking sheet."""
        return tuple(f"{name}{self.number}" for name in _IN_RANKING)

    @property
    def rank(self) -> str:
        return f"{_RANK}{self.number}"

    @property
    def so_far(self) -> str:
        return f"{_SO_FAR}{self.number}"

    def has(self, award: str) -> str:
        """A formula's test whether an award's number is one of the pool's."""
        tests = [f"{award}={n}" for n in self.awards]
        return f"OR({','.join(tests)})" if len(tests) > 1 else tests[0]


def pools(some: Units, rules: Rules) -> list[Pool]:
    """One pool for each set of units that decline awards of this kind; none where nobody does."""
    found: dict[tuple[tuple[int, str], ...], list[int]] = {}
    place = some.standing
    for n, award in enumerate(in_order(rules), start=1):
        if award.object == some.kind and award.name in place.passed and award.by_rank and not award.least:
            found.setdefault(tuple(passed(award, place)), []).append(n)
    return [
        Pool(k, tuple(numbers), award := in_order(rules)[numbers[0] - 1], place.passed[award.name])
        for k, numbers in enumerate(found.values(), start=1)
    ]


def in_order(rules: Rules) -> list[Award]:
    """The awards as a copy numbers them: those of schools first."""
    return [a for kind in OBJECT_LABELS for a in rules.awards if a.object == kind]


def flag_columns(some: Units, rules: Rules) -> list[CopyColumn]:
    """The columns of the score sheet: 1 for who declines, whatever its numbers become."""
    return [
        CopyColumn(p.flag, "rank", 8, [1.0 if g else None for g in p.gone.tolist()], helper=True)
        for p in pools(some, rules)
    ]


def ranking_columns(
    pool: Pool, some: Units, own: Place, scores: Place, rules: Rules, used: dict[str, str]
) -> list[tuple[str, list[Value], str]]:
    """The pool's columns of the ranking sheet: name, values of the ranked units, formula.

    `used` names what the formulas rest on: the cells 名次, 所在行, 序号, whether the row shares the rank above,
    and whether the row's unit qualifies.
    """
    declines, counted, vacant, rank, so_far = (own.own(name) for name in pool.names)
    counted_above, vacant_above, so_far_above = (
        own.own(name, "{above}") for name in (pool.names[1], pool.names[2], pool.names[4])
    )
    count, begins = (
        text.format(
            declines=declines, counted_above=counted_above, vacant_above=vacant_above, same=used["same"],
            number=used["number"],
        )
        for text in _RANK_METHOD[rules.choice(RankMethod)]
    )  # fmt: skip
    takes = f"AND({declines}=0,{used['qualifies']})"
    formulas = (
        f"IF(INDEX({scores.range(pool.flag)},{used['found']})=1,1,0)",
        count,
        f"IF({used['same']},{vacant_above},{begins})",
        f'IF({takes},{used["rank"]}-{vacant},"")',
        f"MAX({so_far_above},0)+IF({takes},1,0)",
    )
    values = _values(pool, some, rules)
    return [
        (name, column, f'IF({used["found"]}="","",{formula})')
        for name, column, formula in zip(pool.names, values, formulas, strict=True)
    ]


def _values(pool: Pool, some: Units, rules: Rules) -> Sequence[list[Value]]:
    """What the columns hold when the copy is made, best unit first."""
    at = some.ranked
    rank, gone, qualifies = some.standing.rank[at], pool.gone[at], some.eligible[at]
    moved = some.standing.ranks_for(pool.first)[at]
    takes = qualifies & ~gone
    counted, vacant = _COUNTS[rules.choice(RankMethod)](rank, gone)
    ranks: list[Value] = [float(r) if t else "" for r, t in zip(moved.tolist(), takes.tolist(), strict=True)]
    return numbers(gone), numbers(counted), numbers(vacant), ranks, numbers(np.cumsum(takes))


def _who_declines(rank: Ints, gone: Bools) -> tuple[Ints, Ints]:
    """Down the ranking how many decline, and how many of better ranks do."""
    counted = np.cumsum(gone, dtype=np.int64)
    return counted, np.concatenate([[0], counted])[np.searchsorted(rank, rank)]


def _ranks_without_takers(rank: Ints, gone: Bools) -> tuple[Ints, Ints]:
    """How many of each rank so far take the award, and how many better ranks have nobody who does."""
    kept = np.cumsum(~gone, dtype=np.int64)
    lost = np.setdiff1d(np.unique(rank), np.unique(rank[~gone]))
    return kept - np.concatenate([[0], kept])[np.searchsorted(rank, rank)], np.searchsorted(lost, rank)


_COUNTS = {RankMethod.COMPETITION: _who_declines, RankMethod.DENSE: _ranks_without_takers}


def note_formula(pool: Pool, some: Units, scores_ranks: str, rank: str, last: str, tie: str) -> str:
    """备注 of an award of the pool: 递补 and who declined where the rank is none of the award's, then the tie, if any."""
    said = []
    for unit, word in passed(pool.first, some.standing):
        theirs = f"INDEX({scores_ranks},{unit + 1})"
        said.append(f'IF({theirs}="","",IF({theirs}<{rank},"、第"&{theirs}&"名{word}",""))')
    handed = f'"{HANDED_ON}，原"&MID({"&".join(said)},2,999)'
    both = f'{handed}&IF({tie}="","","{NOTE_JOIN}"&{tie})'
    return f"IF({rank}>{last},{both},{tie})"


def at_edge(rules: Rules, rank: str, held: str, last: str) -> str:
    """Whether more than the award has places for from a rank on share it, where so many that qualify do."""
    return _AT_EDGE[rules.choice(RankMethod)].format(rank=rank, held=held, last=last)


def tie_text(rank: str, edge: str) -> str:
    """并列, and whether all who share the award's last rank are taken in."""
    return f'"并列第"&{rank}&"名"&IF({edge},"，一并入选","")'


def takers(award: Award, some: Units) -> Ints:
    """The ranks of those who take an award and qualify."""
    ranks = some.standing.ranks_for(award)
    return np.asarray(ranks[(ranks != UNRANKED) & some.eligible])


def of_award(found: Sequence[Pool], number: int) -> Pool | None:
    return next((p for p in found if number in p.awards), None)
