"""Ranking alone: a million totals against pandas."""

from __future__ import annotations

import numpy as np

from kongjian.engine.ranking import rank
from measure import ROUNDS, Row, compare, in_turn

UNITS = 1_000_000


def measure() -> list[Row]:
    import pandas as pd

    cents = np.random.default_rng(7).integers(0, 10_001, UNITS)
    series = pd.Series(cents)
    expected = series.rank(method="min", ascending=False).to_numpy()
    assert (rank(cents) == expected).all(), "the two do not rank alike"
    ours, pandas = in_turn(
        lambda: rank(cents), lambda: series.rank(method="min", ascending=False), 2 * ROUNDS
    )
    return [compare(f"{UNITS:,}个得分排名", ours, "Series.rank", pandas, 1 / 20)]
