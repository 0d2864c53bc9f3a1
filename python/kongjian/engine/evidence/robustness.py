"""名次稳健性: where each unit would stand, and whether it would hold an award, under other readings, alone and two at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.base.text import capped
from kongjian.engine.awards import holders
from kongjian.engine.evidence.other_readings import Passes
from kongjian.engine.frame import Bools, Frame, Ints, texts
from kongjian.engine.outcome import NAME_COLUMNS, Inputs, Outcome, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.rules.choices import Combination, combinations
from kongjian.rules.ladders import ladder
from kongjian.rules.model import Award, Rules
from kongjian.rules.objects import OBJECT_LABELS

HELD, OF = "仍获奖的口径组合", "口径组合总数"
NUMBERS = ("名次", "最好名次", "最差名次", HELD, OF)
COLUMNS = ("类别", *NAME_COLUMNS["teacher"], *NUMBERS, "说明")
NOBODY = -1
"""In place of an award: none."""
_LAST = np.iinfo(np.int64).max
_MOST = 3
"""Changes that a remark names."""


def robustness(inputs: Inputs, results: Results, rules: Rules) -> Frame:
    """One row for each school and for each teacher who holds an award now or under any combination of readings.

    A combination is one reading at another value or two of them. Ranks are NaN for who has none; the best and the worst are
    of the ranks now and under all combinations. Schools first, each kind by rank.
    """
    passes, tried = Passes(inputs, results, rules), list(combinations(rules))
    under = [passes.outcomes(c.rules) for c in tried]
    kinds = [
        _Kind.of(results.of(kind), [u[kind] for u in under], ladder(rules.awards, kind), tried)
        for kind in OBJECT_LABELS
    ]
    return as_frame([line for kind in kinds for line in kind.lines()])


def as_frame(lines: Sequence[Sequence[Any]]) -> Frame:
    """The table of lines in the order of COLUMNS; what is no number is a blank in a column of numbers."""
    return Frame.of_lines(lines, COLUMNS, NUMBERS)


@dataclass(frozen=True)
class _Kind:
    """One kind of unit: the rank and the awards (a bit for each of `awards`, or NOBODY) of each, now and by combination."""

    now: Outcome
    awards: Sequence[Award]
    tried: Sequence[Combination]
    award_now: Ints
    ranks: Ints
    held: Ints

    @classmethod
    def of(
        cls, now: Outcome, under: Sequence[Outcome], awards: Sequence[Award], tried: Sequence[Combination]
    ) -> _Kind:
        shape = len(under), now.units.height
        ranks = np.array([o.standing.rank for o in under], dtype=np.int64).reshape(shape)
        held = np.array([_award(o, awards) for o in under], dtype=np.int64).reshape(shape)
        return cls(now, awards, tried, _award(now, awards), ranks, held)

    def lines(self) -> Iterator[tuple[object, ...]]:
        """A line for each unit that is told of, in the order of COLUMNS."""
        rank, all_ranks = self.now.standing.rank, np.vstack([self.now.standing.rank, self.ranks])
        best = np.where(all_ranks == UNRANKED, _LAST, all_ranks).min(axis=0, initial=_LAST)
        worst = all_ranks.max(axis=0, initial=UNRANKED)
        holds = self.held != NOBODY
        count = holds.sum(axis=0)
        names = [self.now.names.get(c, texts([""] * len(rank))).tolist() for c in NAME_COLUMNS["teacher"]]
        for i in self._order(best, self._told(holds)):
            ranks = (rank[i] or np.nan, np.nan if best[i] == _LAST else best[i], worst[i] or np.nan)
            who = (column[i] for column in names)
            numbers = map(float, (*ranks, count[i], len(self.tried)))
            yield OBJECT_LABELS[self.now.kind], *who, *numbers, "；".join(self._said(i, holds[:, i]))

    def _told(self, holds: Bools) -> Bools:
        """Every school; of the teachers who holds an award now or in any combination."""
        everyone = np.ones(holds.shape[1], dtype=bool)
        return everyone if self.now.kind == "school" else (self.award_now != NOBODY) | holds.any(axis=0)

    def _order(self, best: Ints, told: Bools) -> list[int]:
        """By rank, those without one by the best that they could have; then by school and person."""
        at = np.flatnonzero(told)
        rank = self.now.standing.rank[at]
        own = [
            self.now.names[c][at].astype(str)
            for c in reversed(NAME_COLUMNS["teacher"])
            if c in self.now.names
        ]
        keys = (*own, best[at], np.where(rank == UNRANKED, _LAST, rank))
        return at[np.lexsort(keys)].tolist() if len(at) else []

    def _said(self, i: int, holds: Bools) -> Iterator[str]:
        """What the unit has now, in how many combinations it loses or gains that, and by which change alone."""
        now, all_ = self.award_now[i], len(self.tried)
        has = now != NOBODY
        yield f"现获{self._named(now)}" if has else "现在没有获奖"
        turned = np.flatnonzero(holds != has).tolist()
        found, times = np.unique(self.held[:, i], return_counts=True)
        others = {
            self._named(k): int(n)
            for k, n in zip(found.tolist(), times.tolist(), strict=True)
            if k not in (now, NOBODY)
        }
        only = next(iter(others)) if not has and len(others) == 1 else ""
        if not turned:
            yield f"{all_}种组合都{'' if has else '不'}获奖"
        else:
            what = "落选" if has else f"获{only or '奖'}"
            yield f"{len(turned)}种组合{what}，{self._by_what(turned)}"
        yield from (f"{count}种组合获{name}" for name, count in others.items() if name != only)
        if unranked := int((self.ranks[:, i] == UNRANKED).sum()):
            yield f"{unranked}种组合没有名次"

    def _named(self, held: int) -> str:
        return "、".join(a.name for k, a in enumerate(self.awards) if held & 1 << k)

    def _by_what(self, turned: Iterable[int]) -> str:
        """The single changes that are enough, else the pairs."""
        found = [self.tried[c].changes for c in turned]
        alone = [changes for changes in found if len(changes) == 1]
        said = ["并且".join(f"{r.label}改为“{v.label}”" for r, v in changes) for changes in alone or found]
        return ("只改一个就会：" if alone else "要同时改两个：") + capped(said, _MOST, "种")


def _award(outcome: Outcome, awards: Sequence[Award]) -> NDArray[np.int64]:
    """Each unit's awards, a bit for each by its place in the ladder, NOBODY for none."""
    out = np.full(outcome.units.height, NOBODY, dtype=np.int64)
    for k, award in enumerate(awards):
        held = holders(award, outcome.standing, outcome.eligibility.eligible)
        out[held] = np.where(out[held] == NOBODY, 0, out[held]) | 1 << k
    return out
