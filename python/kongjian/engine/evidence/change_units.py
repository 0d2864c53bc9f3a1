"""All units of one kind in this run and the last, whether they are still there or not: ranks, scores, awards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.evidence.changes import Side, once
from kongjian.engine.frame import Bools, Floats, Frame, texts
from kongjian.engine.last_run import KEY, Previous, numbered, plain
from kongjian.engine.outcome import NAME_COLUMNS, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.rules.model import Rules

NAMES = ("类别", "学校名称", "教师姓名", "账号")
LAST = np.inf
"""The rank of a unit that has none: behind all others."""
Words = tuple[str, ...]


@dataclass(frozen=True)
class Units:
    """The units of this run by input row, and after them those that are gone since the last one.

    `first` and `then` are their ranks in the last run and in this one; of a last run whose ranking is not there
    `ranks_known` is false and the two are the same. `scored`: who has another score or average, is new or is gone.
    `awards`: the names of those that each unit held and holds; none of either run where it is not known.
    """

    names: list[Words]
    first: Floats
    then: Floats
    ranks_known: bool
    before: Floats
    now: Floats
    scored: Bools
    awards: list[tuple[Words, Words]]


def units_of(side: Side, results: Results, previous: Previous, rules: Rules) -> Units:
    """The units of one kind."""
    kind, o, ranking = side.kind, side.outcome, side.earlier.ranking
    order = np.concatenate([o.order, np.flatnonzero(o.standing.rank == UNRANKED)])
    # in the order in which the ranking names them: of people whom nothing tells apart the second best is the second
    ordered = numbered([side.keys[i] for i in order])
    keys = [key for _, key in sorted(zip(order.tolist(), ordered, strict=True))]
    ranks = previous.ranks.get(kind, {})
    gone = list(_gone(side, ranks, set(keys)))
    none = np.full(len(gone), LAST)
    then = np.concatenate([np.where(o.standing.rank == UNRANKED, LAST, o.standing.rank), none])
    first = np.array([*(ranks.get(key, LAST) for key in keys), *(g.rank for g in gone)])
    scored = side.score.moved | side.average.moved
    scored[list(side.added)] = True
    shown = results.tables[f"{kind.capitalize()}Ranking"].having(**{KEY: texts(ordered[: len(o.order)])})
    held = _held(kind, ranking, side.earlier.awards, rules)
    holds = _held(kind, shown, results.tables["Awards"], rules) if held is not None else {}
    return Units(
        [*_names(side, results), *(g.names for g in gone)],
        first if ranking is not None else then,
        then,
        ranking is not None,
        np.array([*side.score.before, *(g.score for g in gone)]),
        np.array([*side.score.now, *[np.nan] * len(gone)]),
        np.array([*scored, *[True] * len(gone)], dtype=bool),
        [((held or {}).get(k, ()), (holds or {}).get(k, ())) for k in (*keys, *(g.key for g in gone))],
    )


def _names(side: Side, results: Results) -> Iterator[Words]:
    table = results.tables["Eligibility"]
    mine = table.take(table["类别"] == side.label)
    return zip(*(mine[c].tolist() for c in NAMES), strict=True)


class _Gone(NamedTuple):
    """A unit that is in the sheets of the last run only, by its `numbered` key."""

    key: str
    names: Words
    rank: float
    score: float


def _gone(side: Side, ranks: Mapping[str, float], now: set[str]) -> Iterator[_Gone]:
    scores, ranking = side.earlier.scores, side.earlier.ranking
    known: dict[str, float] = {}
    if scores is not None:
        known = dict(zip(once(scores[KEY].tolist()), scores["得分"].tolist(), strict=True))
    if ranking is not None:
        for i, key in enumerate(ranking[KEY].tolist()):
            if key not in now and key in ranks:
                yield _Gone(key, _named(side, ranking, i), ranks[key], known.get(plain(key), np.nan))
    if scores is not None:
        ranked, mine = {plain(key) for key in ranks}, set(side.keys)
        for i, key in enumerate(scores[KEY].tolist()):
            if key not in ranked and key not in mine:
                yield _Gone(key, _named(side, scores, i), LAST, float(scores["得分"][i]))


def _named(side: Side, table: Frame, i: int) -> Words:
    own = (str(table[c][i]) if c in NAME_COLUMNS[side.kind] else "" for c in NAMES[1:])
    return (side.label, *own)


def _held(kind: str, ranking: Frame | None, awards: Frame | None, rules: Rules) -> dict[str, Words] | None:
    """The awards of each ranked unit by its key; None where one of them is none of the rules'."""
    if ranking is None or awards is None or set(awards["奖项"]) - {a.name for a in rules.awards}:
        return None
    person = NAME_COLUMNS[kind][1:2]
    own = {a.name for a in rules.awards if a.object == kind}
    found: dict[tuple[Any, ...], set[str]] = {}
    columns = ["名次", "学校名称", *(["姓名"] if person else [])]
    for award, rank, *names in zip(awards["奖项"], *(awards[c].tolist() for c in columns), strict=True):
        if award in own:
            found.setdefault((rank, *map(fold, names)), set()).add(award)
    ranked = zip(*(ranking[c].tolist() for c in ("名次", "学校名称", *person)), strict=True)
    held = (found.get((rank, *map(fold, names)), ()) for rank, *names in ranked)
    return {
        key: tuple(a.name for a in rules.awards if a.name in some)
        for key, some in zip(ranking[KEY], held, strict=True)
    }
