"""What the numbers of a column of rates mean, decided once for the whole column: fractions, percentages, numbers of times.

85 is 85 % where most numbers are percentages, and 8500 % where most are fractions: a cell alone does not tell.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.frame import Bools, Floats
from kongjian.intake.values import MOST_COUNTED, Cells

KINDS = ("rate", "share")
"""The kinds of columns that have a scale. A share of a class may also be given as a number of times."""
PERCENT, _RATE, _TIMES = "%", "率", "次"
PERCENT_FROM = 1.5
"""A number above is a percentage where most are so; as a fraction it is more than anybody can have done."""
TIMES_LARGEST = (2, 20)
"""Whole numbers whose largest lies here are numbers of times: nobody evaluates so small a share of a class."""
_NO_PERCENT_FORMAT = 10.0
"""1000 %: where half the cells with a percent format show more, their format was there before the numbers were."""
_NOISE = 1e-9  # what formulas leave beside a whole 100 %


def scaled(cells: Cells, out: Floats, marks: Mapping[int, str]) -> Floats:
    """The numbers as fractions, not held to any bound; `marks` are the units that cells carry as texts.

    A number of times is 1 from one time on.
    """
    percent, times = (np.zeros(len(out), dtype=bool) for _ in range(2))
    for i, mark in marks.items():
        percent[i], times[i] = mark == PERCENT, is_times(cells, mark)
    if cells.column.kind == "share" and _are_times(cells.header, out[~percent & ~times], bool(percent.any())):
        times = ~percent
    else:
        out = _to_fractions(cells, out, percent | times)
    at = np.flatnonzero(times & (out > 1))
    if len(at):
        cells.say(at[0], "times_column", count=len(at))
    return np.where(times & (out > 1) & (out <= MOST_COUNTED), 1.0, out)


def is_times(cells: Cells, mark: str) -> bool:
    """Whether a cell's unit says that it is a number of times where a share is asked for."""
    return cells.column.kind == "share" and _TIMES in mark


def _are_times(header: str, out: Floats, any_percent: bool) -> bool:
    """Whether a column of shares holds numbers of times: its header says so, or its numbers do."""
    words = fold(header)
    if PERCENT in words or _RATE in words:
        return False
    given = out[~np.isnan(out)]
    if _TIMES in words or any_percent or not len(given):
        return _TIMES in words
    lowest, highest = TIMES_LARGEST
    return bool(lowest <= given.max() <= highest and (given == np.floor(given)).all())


def _to_fractions(cells: Cells, out: Floats, marked: Bools) -> Floats:
    """By the numbers without a mark: percentages where more than half of them are above 1.5, else fractions."""
    plain = ~marked & (out > 0)
    if not (plain & (out > PERCENT_FROM)).any():
        return out
    plain &= ~_percent_formats(cells, out, plain)
    if 2 * np.count_nonzero(out[plain] > PERCENT_FROM) <= np.count_nonzero(plain):
        return out
    whole, small = plain & (out > 1), plain & (out <= 1)
    at = np.flatnonzero(whole)
    out = out.copy()
    out[at] = [hundredth(v) for v in out[at]]
    found, value = cells.shown(at[0]), shown(out[at[0]])
    cells.say(at[0], "percent_number", found=found, value=value, count=len(at))
    for i in np.flatnonzero(small):
        found, other = cells.shown(i), shown(out[i] / 100)
        cells.say(i, "mixed_percent", found=found, value=shown(out[i]), other=other)
    return out


def _percent_formats(cells: Cells, out: Floats, plain: Bools) -> Bools:
    """Of the numbers without another mark those that are percentages by their cells' format."""
    if cells.percents is None:
        return np.zeros(len(out), dtype=bool)
    formatted = cells.percents() & plain
    beyond = np.count_nonzero(out[formatted] > _NO_PERCENT_FORMAT)
    return formatted & (2 * beyond < np.count_nonzero(formatted))


def within(cells: Cells, out: Floats) -> Floats:
    """More than 100 % is 100 %, and more than 150 % is no number that can be used; both are found."""
    out = np.where(np.abs(out - 1) < _NOISE, 1.0, out)
    for i in np.flatnonzero(out > 1):
        possible = out[i] <= PERCENT_FROM + _NOISE
        if possible:
            cells.say(i, "rate_capped", found=cells.shown(i), value=shown(out[i]))
        else:
            cells.say(i, "rate_too_high", found=cells.shown(i), value=shown(out[i]))
        out[i] = 1.0 if possible else np.nan
    return out


def hundredth(value: float) -> float:
    """What a percentage is as a fraction: 58.3 is 0.583, not a hair beside it."""
    return float(f"{value / 100:.12g}")


def shown(value: float) -> str:
    """A fraction as people read it: 0.85 is 85%."""
    return f"{value * 100:.6g}%"
