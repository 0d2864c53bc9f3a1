"""Ranks against the sentence that says what a rank is, counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kongjian.engine.ranking import UNRANKED, passed_over, rank, rank_in_order, shared
from kongjian.rules.readings import RankMethod

METHODS = st.sampled_from(RankMethod)
CENTS = st.one_of(st.integers(0, 4), st.integers(-10, 10), st.sampled_from([0, 8850, 10**12, -(10**12)]))


def counted(keys: list[tuple[int, ...]], method: RankMethod) -> list[int]:
    """One more than those who are better; with the dense method, than the different results that are better."""
    better = [[k for k in keys if k > own] for own in keys]
    return [1 + len(b if method is RankMethod.COMPETITION else set(b)) for b in better]


@given(st.lists(CENTS, max_size=8), METHODS)
def test_a_rank_is_one_more_than_those_who_are_better(cents: list[int], method: RankMethod) -> None:
    found = rank(np.array(cents, dtype=np.int64), method)
    assert found.tolist() == counted([(c,) for c in cents], method)


def test_scores_far_apart_and_many_in_one_place() -> None:
    assert rank(np.array([10**12, 0, -(10**12), 0])).tolist() == [1, 2, 4, 2]
    assert (
        rank(np.arange(3_000, dtype=np.int64) % 1_000).tolist()
        == [3 * (999 - k) + 1 for k in range(1_000)] * 3
    )
    assert rank(np.array([7, 7, 5]), RankMethod.DENSE).tolist() == [1, 1, 2]
    assert rank(np.array([7, 7, 5])).tolist() == [1, 1, 3]
    assert rank(np.zeros(0, dtype=np.int64)).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(-1, 1)), max_size=8), METHODS)
def test_ties_are_broken_by_the_next_keys_in_turn(
    rows: list[tuple[int, int, int]], method: RankMethod
) -> None:
    keys = [np.array([row[k] for row in rows], dtype=np.int64) for k in range(3)]
    assert rank_in_order(keys, method).tolist() == counted(list(rows), method)


def test_the_usual_method_is_that_of_competitions() -> None:
    keys = [np.array([3, 3, 1]), np.array([1, 1, 5])]
    assert rank_in_order(keys).tolist() == [1, 1, 3]
    assert passed_over(np.array([1, 1, 3]), np.array([True, False, False])).tolist() == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=8), METHODS)
def test_who_is_gone_takes_no_rank_and_all_others_stand_as_if_they_were_alone(
    rows: list[tuple[int, bool, bool]], method: RankMethod
) -> None:
    """Each is a score, whether it is ranked, and whether it is gone."""
    taking = [(s,) for s, ranked, _ in rows if ranked]
    before = iter(counted(taking, method))
    ranks = [next(before) if ranked else UNRANKED for _, ranked, _ in rows]
    after = iter(counted([(s,) for s, ranked, gone in rows if ranked and not gone], method))
    wanted = [next(after) if ranked and not gone else UNRANKED for _, ranked, gone in rows]
    found = passed_over(np.array(ranks, dtype=np.int64), np.array([g for *_, g in rows], dtype=bool), method)
    assert found.tolist() == wanted


@pytest.mark.parametrize(
    ("ranks", "more"),
    [
        ([], []),
        ([1, 2, 3], [False, False, False]),
        ([1, 2, 2, 4], [False, True, True, False]),
        ([0, 0, 1], [False, False, False]),  # nobody shares a rank that none has
        ([0, 0, 1, 1, 1], [False, False, True, True, True]),
    ],
)
def test_a_rank_is_shared_by_two_and_more(ranks: list[int], more: list[bool]) -> None:
    assert shared(np.array(ranks, dtype=np.int64)).tolist() == more


@pytest.mark.parametrize("lowest", [-2, -1, 0, 1])
def test_scores_around_nothing_are_ranked_alike(lowest: int) -> None:
    cents = np.array([lowest, lowest + 5, lowest, lowest + 1], dtype=np.int64)
    assert rank(cents).tolist() == [3, 1, 3, 2]
