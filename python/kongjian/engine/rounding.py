"""Rounding as Excel's ROUND does: half away from zero, on the decimal value that people see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.frame import Floats, Ints

TOLERANCE = 1e-9
"""A value this far below a bound still reaches it: means of decimals carry noise in their last bits."""

NUDGE = 1e-7
"""Lifts a decimal half that the binary number keeps a shade below; far below anything that people can see."""

MISSING = np.iinfo(np.int64).min
"""Stands for NaN among cents."""


def to_cents(values: NDArray[Any]) -> Ints:
    """Scores as whole hundredths, rounded half up; NaN becomes MISSING. Ranks and bounds compare these."""
    values = np.asarray(values, dtype=np.float64)
    blank = np.isnan(values)
    if not blank.any():
        away = np.sign(values) * np.floor(np.abs(values) * 100 + (0.5 + NUDGE))
        return np.asarray(away, dtype=np.int64)
    cents = np.full(values.shape, MISSING)
    cents[~blank] = to_cents(values[~blank])
    return cents


def from_cents(cents: NDArray[np.int64]) -> Floats:
    """Hundredths back as numbers with two decimals; MISSING becomes NaN."""
    out = cents / 100.0
    out[cents == MISSING] = np.nan
    return out


def round_score(values: NDArray[Any]) -> Floats:
    """Scores rounded half up to two decimals."""
    return from_cents(to_cents(values))
