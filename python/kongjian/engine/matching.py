"""Finds the rows that belong together in different tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.frame import Frame, Ints

ROW = "#row"
"""The worksheet row that each row of an input came from."""
ACCOUNT = "#account"
"""The account as far as it can be trusted: "" where Excel has damaged it. Every input table with accounts has it."""
NOT_FOUND = -1


def school_keys(names: Iterable[str]) -> list[str]:
    """School names folded for comparing; each distinct spelling is folded once."""
    memo: dict[str, str] = {}
    return [memo[n] if n in memo else memo.setdefault(n, fold(n)) for n in names]


def locate(keys: Iterable[str], among: Iterable[str]) -> Ints:
    """For each key its first position among the others, NOT_FOUND where there is none or it is blank."""
    index: dict[str, int] = {"": NOT_FOUND}
    for i, key in enumerate(among):
        index.setdefault(key, i)
    get = index.get
    return np.array([get(k, NOT_FOUND) for k in keys], dtype=np.int64)


def accounts(frame: Frame) -> list[str]:
    """The trusted accounts of a table."""
    return list(frame[ACCOUNT])


def rows(frame: Frame) -> Ints:
    """The worksheet rows of a table; 1, 2, 3 … where it did not come from a sheet."""
    return frame[ROW] if ROW in frame else np.arange(1, frame.height + 1)
