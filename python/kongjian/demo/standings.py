"""Platform totals and monthly scores that leave exact ties at the awards' edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.engine.frame import Bools, Floats, Ints
from kongjian.engine.rounding import from_cents, to_cents

PASS_CENTS = 8000
_HIGHEST, _HIGHEST_FLOOR = 9960, 9600


@dataclass(frozen=True)
class Edges:
    """How many of the best get a platform total, and which of them tie: (rank, how many share it)."""

    leaders: int
    ties: Sequence[tuple[int, int]]


SCHOOL_EDGES = Edges(leaders=5, ties=((3, 2),))
TEACHER_EDGES = Edges(leaders=60, ties=((10, 3), (50, 2)))


def platform_totals(
    rng: np.random.Generator, computed: Floats, contender: Bools, edges: Edges, share: float
) -> Floats:
    """平台得分 of every unit, NaN for most: the leaders, whoever would overtake them, and a random `share`.

    A city too small to have that many contenders has no leaders and no ties.
    """
    score = to_cents(computed)
    platform = np.full(len(score), np.nan)
    some = rng.random(len(score)) < share
    platform[some] = score[some] + np.rint(rng.normal(0, 120, int(some.sum())))
    order = np.lexsort((rng.random(len(score)), -score))
    order = order[contender[order]]
    if len(order) > edges.leaders:
        leaders = order[: edges.leaders]
        floor = min(int(score[order[edges.leaders]]), _HIGHEST_FLOOR) + 5
        top = min(max(int(score[leaders[0]]), floor + 100), _HIGHEST)
        over = np.fmax(score, platform) >= floor
        platform[over] = floor - rng.integers(5, 300, int(over.sum()))
        platform[leaders] = _ladder(rng, floor, top, edges)
    return np.asarray(platform.clip(0, 10_000) / 100)


def _ladder(rng: np.random.Generator, floor: int, top: int, edges: Edges) -> Ints:
    """The leaders' falling totals in hundredths, all different but for the ties."""
    rungs = np.sort(rng.choice(np.arange(floor, top + 1), edges.leaders, replace=False))[::-1]
    for rank, size in edges.ties:
        rungs[rank - 1 : rank - 1 + size] = rungs[rank - 1 : rank]
    return rungs


def monthly_scores(rng: np.random.Generator, score: Floats, months: int) -> Floats:
    """One score a month for every unit, around its total: (units, months)."""
    size = len(score)
    season = rng.normal(0, 150, months)
    own = rng.normal(0, 80, (size, 1))
    noise = rng.normal(0, 250, (size, months))
    cents = to_cents(score)[:, None] + season - season.mean() + own + noise
    return from_cents(np.rint(cents.clip(0, 10_000)).astype(np.int64))


def scores_averaging(rng: np.random.Generator, cents: int, months: int) -> Floats:
    """Monthly scores whose mean is exactly `cents` hundredths."""
    half = rng.integers(20, 300, months // 2)
    around = np.concatenate([half, -half, np.zeros(months % 2, dtype=np.int64)])
    return from_cents(rng.permutation(around) + cents)
