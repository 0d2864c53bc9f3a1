"""Rounding as Excel's ROUND does: held to decimal arithmetic on the value that people see."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kongjian.engine.rounding import MISSING, NUDGE, TOLERANCE, from_cents, round_score, to_cents

NAN = float("nan")
CENTS = [
    ([], []),
    ([0.0], [0]),
    ([1.005, 2.675, 1.115, 0.285], [101, 268, 112, 29]),  # in binary each a shade below its half
    ([0.004, 0.005, 0.0149, 0.015], [0, 1, 1, 2]),
    ([0.0049999], [0]),
    ([99.995, 99.99499], [10000, 9999]),
    ([-0.005, -0.004, -1.005, 1.005], [-1, 0, -101, 101]),
    ([-0.5], [-50]),
    ([-0.005], [-1]),
    ([NAN, 0.0, 88.5], [MISSING, 0, 8850]),
    ([-2.345, NAN], [-235, MISSING]),
    ([NAN], [MISSING]),
]


@pytest.mark.parametrize(("values", "cents"), CENTS)
def test_hundredths_half_away_from_zero(values: list[float], cents: list[int]) -> None:
    found = to_cents(np.array(values))
    assert found.dtype == np.int64
    assert found.tolist() == cents


@given(st.lists(st.integers(-200_000, 200_000), min_size=1, max_size=6))
def test_every_thousandth_is_rounded_as_decimals_are(thousandths: list[int]) -> None:
    wanted = [int((Decimal(n) / 10).quantize(Decimal(1), ROUND_HALF_UP)) for n in thousandths]
    assert to_cents(np.array(thousandths) / 1000).tolist() == wanted
    assert to_cents(np.array(thousandths)).tolist() == [100 * n for n in thousandths]


def test_hundredths_back_as_numbers() -> None:
    found = from_cents(np.array([0, 5, 8850, -101, MISSING]))
    assert found[:4].tolist() == [0.0, 0.05, 88.5, -1.01]
    assert np.isnan(found[4])
    assert np.array_equal(round_score(np.array([88.495, NAN])), [88.5, NAN], equal_nan=True)


def test_what_stands_for_a_blank_is_no_score_and_the_noise_is_below_what_is_seen() -> None:
    assert MISSING == -(2**63)
    assert 0 < TOLERANCE < NUDGE < 1e-4
