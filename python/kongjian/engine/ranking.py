"""Ranks, highest first, on whole hundredths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.frame import Bools, Ints
from kongjian.rules.readings import RankMethod

_SPARSE = 1_000_000
UNRANKED, TIED = 0, "并列"
"""The rank of who has none; what is said of a rank that several share."""
# how many ranks a score takes up that so many share
_TAKEN: dict[RankMethod, Callable[[Ints], Ints]] = {
    RankMethod.COMPETITION: lambda counts: counts,
    RankMethod.DENSE: lambda counts: (counts > 0).astype(np.int64),
}
# the ranks of a sorted list, from where something else begins than above
_IN_ORDER: dict[RankMethod, Callable[[Bools], Ints]] = {
    RankMethod.COMPETITION: lambda new: np.maximum.accumulate(new * np.arange(1, len(new) + 1)),
    RankMethod.DENSE: lambda new: np.cumsum(new),
}


def rank(cents: NDArray[np.int64], method: RankMethod = RankMethod.COMPETITION) -> Ints:
    """The rank of each of n scores (in cents)."""
    if len(cents) == 0:
        return np.zeros(0, dtype=np.int64)
    lowest = cents.min()
    place: Ints = cents - lowest if lowest < 0 else cents
    if place.max() > len(cents) + _SPARSE:  # scores far apart: compact them first
        place = np.unique(cents, return_inverse=True)[1]
    counts = _TAKEN[method](np.bincount(place))
    above = counts[::-1].cumsum()[::-1] - counts
    return np.take(above + 1, place, mode="clip")  # nothing to clip: the mode that needs no second look


def rank_in_order(keys: Sequence[NDArray[np.int64]], method: RankMethod = RankMethod.COMPETITION) -> Ints:
    """The rank by the first key, ties broken by the next ones in turn; equal in all keys shares a rank."""
    order = np.lexsort([-k for k in reversed(keys)])
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for key in keys:
        ordered = key[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    out = np.empty(len(order), dtype=np.int64)
    out[order] = _IN_ORDER[method](new)
    return out


def passed_over(ranks: NDArray[np.int64], gone: Bools, method: RankMethod = RankMethod.COMPETITION) -> Ints:
    """The ranks that are left where some no longer count: theirs are UNRANKED, all others move up."""
    held = np.bincount(ranks, minlength=1)
    left = np.bincount(ranks[~gone], minlength=len(held))
    lost = _TAKEN[method](held) - _TAKEN[method](left)
    lost[UNRANKED] = 0
    return np.where(gone | (ranks == UNRANKED), UNRANKED, ranks - (np.cumsum(lost) - lost)[ranks])


def shared(ranks: NDArray[np.int64]) -> Bools:
    """True where a rank is held by more than one (并列)."""
    counts = np.bincount(ranks)
    return np.asarray((counts[ranks] > 1) & (ranks != UNRANKED))
