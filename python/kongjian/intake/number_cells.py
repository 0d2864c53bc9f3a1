"""Turns the raw cells of a column of numbers into numbers: words and units read, rates brought to one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kongjian.base.grid import Cell
from kongjian.base.text import clean, fold
from kongjian.engine.frame import Floats
from kongjian.intake import scales
from kongjian.intake.values import MOST_COUNTED, Cells, folded, quantity, show
from kongjian.rules.model_tables import Words

_ZERO_KINDS = ("count", "average", "share")
"""Where nothing in words is a number; a score or a rate of “无” may as well be unknown."""


def numbers(cells: Cells, words: Words) -> Floats:
    """A float column for every numeric kind; blanks and what cannot be used are NaN."""
    return within(cells, scaled(cells, words))


def scaled(cells: Cells, words: Words) -> Floats:
    """The numbers as they are meant, rates and shares as fractions, whether or not they are possible."""
    out = _plain_numbers(cells.values)
    marks: dict[int, str] = {}
    if out is None:
        out = np.full(len(cells.values), np.nan)
        odd = []
        for i, cell in enumerate(cells.values):
            if type(cell) is float or type(cell) is int:
                out[i] = cell
            elif cell != "" and cell is not None:
                odd.append(i)
        for i in odd:
            out[i], marks[i] = _odd_number(cells, i, words)
        _say_units(cells, out, marks)
    cells.say_errors()
    return scales.scaled(cells, out, marks) if cells.column.kind in scales.KINDS else out


def within(cells: Cells, out: Floats) -> Floats:
    """What is possible of numbers that `scaled` gave; the rest is found and NaN."""
    out = out.copy()
    for i in np.flatnonzero(out < 0):
        cells.say(i, "negative", found=f"{out[i]:g}")
        out[i] = np.nan
    if cells.column.kind in scales.KINDS:
        return scales.within(cells, out)
    high = cells.most_points if cells.column.kind == "score" else MOST_COUNTED
    for i in np.flatnonzero(out > high):
        cells.say(i, "out_of_range", found=f"{out[i]:.15g}", low=0, high=f"{high:.10g}")
        out[i] = np.nan
    return out


def _plain_numbers(values: Sequence[Cell]) -> Floats | None:
    """The whole column at once when it holds nothing but numbers."""
    if set(map(type, values)) <= {float, int}:
        return np.array(values, dtype=np.float64)
    return None


def _odd_number(cells: Cells, i: int, words: Words) -> tuple[float, str]:
    """A number written as something else, and the unit or the separator that it carries."""
    cell = cells.values[i]
    nan = float("nan")
    if not isinstance(cell, str):
        cells.say(i, "not_a_number", found=show(cell))
        return nan, ""
    text = fold(cell)
    if text == "":
        return nan, ""
    if text in folded(words.blank):
        cells.say(i, "placeholder", found=clean(cell))
        return nan, ""
    if text in folded(words.zero) and cells.column.kind in _ZERO_KINDS:
        cells.say(i, "zero_word", found=clean(cell))
        return 0.0, ""
    read = quantity(text, words)
    if read is None or (read[1] == "%" and cells.column.kind not in scales.KINDS):
        cells.say(i, "not_a_number", found=clean(cell)[:30])
        return nan, ""
    value, unit = read
    if unit == "%":
        value = scales.hundredth(value)
        cells.say(i, "percent_text", found=clean(cell), value=f"{value:g}")
    elif not unit and "," in text:
        unit = ","
    elif not unit:
        cells.say(i, "text_number", found=clean(cell), value=f"{value:g}")
    return value, unit


def _say_units(cells: Cells, out: Floats, marks: dict[int, str]) -> None:
    """Units and separators, once for the whole column."""
    at = [i for i, mark in marks.items() if mark not in ("", "%") and not scales.is_times(cells, mark)]
    if at:
        found, value = clean(cells.values[at[0]]), f"{out[at[0]]:g}"
        cells.say(at[0], "unit_number", found=found, value=value, count=len(at))
