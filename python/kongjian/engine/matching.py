"""Finds the rows that belong together in different tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import repeat

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.frame import Frame, Ints

ROW = "#row"
"""The worksheet row that each row of an input came from."""
ACCOUNT = "#account"
"""The account as far as it can be trusted: "" where Excel has damaged it. Every input table with accounts has it."""
NOT_FOUND = -1
_SHORTEST, _ALIKE = 3, 0.75
"""Characters of a name that can be told from others at all; how much two names have in common that may be one."""
_NUMERALS = "一二三四五六七八九十"
_DIGITS = str.maketrans("123456789", _NUMERALS[:9])


def school_keys(names: Iterable[str]) -> list[str]:
    """School names folded for comparing; each distinct spelling is folded once."""
    memo: dict[str, str] = {}
    return [memo[n] if n in memo else memo.setdefault(n, fold(n)) for n in names]


def nearest_school(name: str, known: Sequence[str]) -> str:
    """The one known school that a name that is not known may mean, as 是不是 asks; "" where there is none or several.

    Near is an abbreviation, or a name that differs in a few characters, but never in a numeral.
    """
    key = fold(name)
    near = [other for other in dict.fromkeys(known) if _is_near(key, fold(other))]
    return near[0] if len(near) == 1 and len(key) >= _SHORTEST else ""


def asker(known: Sequence[str]) -> Callable[[str], str]:
    """What asks 是不是…？ of a name that is not known, where one known school is near; it says "" where none is."""

    @cache
    def asked(name: str) -> str:
        near = nearest_school(name, known)
        return f"，是不是“{near}”？" if near else ""

    return asked


def _is_near(key: str, other: str) -> bool:
    if _numerals(key) != _numerals(other):
        return False
    short, long = sorted((key, other), key=len)
    left = iter(long)
    if all(c in left for c in short):  # each in turn: an abbreviation
        return True
    both = SequenceMatcher(None, key, other, autojunk=False)
    return both.real_quick_ratio() >= _ALIKE and both.ratio() >= _ALIKE


def _numerals(key: str) -> str:
    return "".join(c for c in key.translate(_DIGITS) if c in _NUMERALS)


def locate(keys: Iterable[str], among: Iterable[str]) -> Ints:
    """For each key its first position among the others, NOT_FOUND where there is none or it is blank."""
    index: dict[str, int] = {"": NOT_FOUND}
    for i, key in enumerate(_plain(among)):
        index.setdefault(key, i)
    return np.array([*map(index.get, _plain(keys), repeat(NOT_FOUND))], dtype=np.int64)


def _plain(keys: Iterable[str]) -> Iterable[str]:
    """Keys as a list, which Python walks faster than an array."""
    return keys.tolist() if isinstance(keys, np.ndarray) else keys


def accounts(frame: Frame) -> list[str]:
    """The trusted accounts of a table."""
    found: list[str] = frame[ACCOUNT].tolist()
    return found


def rows(frame: Frame) -> Ints:
    """The worksheet rows of a table; 1, 2, 3 … where it did not come from a sheet."""
    return frame[ROW] if ROW in frame else np.arange(1, frame.height + 1)
