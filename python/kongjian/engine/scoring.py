"""Indicator scores and totals, vectorised over rows (附件1, 附件2).

One indicator has one definition in the rules; `score_column` is its only reading in the engine.
Rows are worked in blocks that fit the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.rounding import TOLERANCE, from_cents, to_cents
from kongjian.rules.model import Indicator, ObjectScheme, Rules
from kongjian.rules.readings import NonHomeroom, Shortfall
from kongjian.rules.roles import Role

BLOCK_ROWS = 32_768
_ZEROS = np.zeros(BLOCK_ROWS)  # numpy compares two columns faster than a column and a number


@dataclass(frozen=True)
class Scores:
    """Scores of n rows. `by_indicator` is (indicators, n) in points, exact; `cents` the rounded total.

    `missing` is (indicators, n): true where the measure was blank, so that the indicator scores 0.
    """

    names: list[str]
    by_indicator: Floats
    missing: Bools
    cents: Ints

    @property
    def total(self) -> Floats:
        """计算得分, points with two decimals."""
        return from_cents(self.cents)

    @property
    def complete(self) -> Bools:
        return np.asarray(~self.missing.any(axis=0))

    def of_units(self, at: Ints) -> Floats:
        """The exact points of some units, (indicators, units), NaN where the measure is missing."""
        return np.where(self.missing[:, at], np.nan, self.by_indicator[:, at])

    def of(self, name: str) -> Floats:
        """One indicator's exact scores."""
        return np.asarray(self.by_indicator[self.names.index(name)])


def score(frame: Mapping[str, NDArray[np.float64]], scheme: ObjectScheme, rules: Rules) -> Scores:
    """Scores every row of a table of measures (columns by name, yes/no as 1/0, blanks NaN)."""
    indicators = scheme.indicators
    columns = [np.asarray(frame[i.column], dtype=np.float64) for i in indicators]
    shortfall, non_homeroom = rules.choice(Shortfall), rules.choice(NonHomeroom)
    height = len(columns[0])
    homeroom = None
    if any(i.homeroom_only for i in indicators):
        column = rules.table(f"{scheme.object}s").name_of(Role.HOMEROOM)
        homeroom = np.asarray(frame[column], dtype=np.float64) == 1
    points = np.empty((len(indicators), height))
    missing = np.empty((len(indicators), height), dtype=bool)
    cents = np.empty(height, dtype=np.int64)
    added = [k for k, i in enumerate(indicators) if i.kind == "bonus"]
    for start in range(0, height, BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, height))
        total = np.zeros(rows.stop - rows.start)
        for k, indicator in enumerate(indicators):
            out, blank = points[k, rows], missing[k, rows]
            score_column(indicator, columns[k][rows], shortfall, out, blank)
            if indicator.homeroom_only and homeroom is not None:
                _not_homeroom(indicator, homeroom[rows], non_homeroom, out, blank)
            if k not in added:
                total += out
        if homeroom is not None and _NON_HOMEROOM[non_homeroom].rest_scaled:
            _rescale(indicators, homeroom[rows], scheme.points, total)
        for k in added:
            total += points[k, rows]
        cents[rows] = to_cents(total)
    return Scores([i.name for i in indicators], points, missing, cents)


def exact_totals(
    by_indicator: Floats, frame: Mapping[str, NDArray[np.float64]], scheme: ObjectScheme, rules: Rules
) -> Floats:
    """The unrounded total of each row, from its indicators' points (indicators, n)."""
    added = np.array([i.kind == "bonus" for i in scheme.indicators])
    total = (by_indicator[~added] if added.any() else by_indicator).sum(axis=0)
    if (
        any(i.homeroom_only for i in scheme.indicators)
        and _NON_HOMEROOM[rules.choice(NonHomeroom)].rest_scaled
    ):
        column = rules.table(f"{scheme.object}s").name_of(Role.HOMEROOM)
        _rescale(scheme.indicators, np.asarray(frame[column], dtype=np.float64) == 1, scheme.points, total)
    if added.any():
        total = total + by_indicator[added].sum(axis=0)
    return np.asarray(total)


def score_column(
    indicator: Indicator, values: Floats, shortfall: Shortfall, out: Floats, blank: Bools
) -> None:
    """Writes one indicator's exact points into `out` and where the value was blank into `blank`.

    At most BLOCK_ROWS values.
    """
    np.isnan(values, out=blank)
    if indicator.kind == "deduct":
        _deduct(indicator, values, shortfall, out)
    elif indicator.kind == "bands":
        _bands(indicator, values, out)
    elif indicator.kind == "bonus":
        _bonus(indicator, values, out)
    elif indicator.kind == "veto":  # it scores nothing, and a blank lacks nothing
        out[:], blank[:] = 0.0, False
    else:
        bound = 1.0 if indicator.kind == "yes_no" else indicator.target
        assert isinstance(bound, float)
        # a blank reaches no bound
        np.greater_equal(values, bound - TOLERANCE, out=out)
        out *= indicator.points


def _whole(short: Floats) -> None:
    np.floor(np.add(short, TOLERANCE, out=short), out=short)


def _started(short: Floats) -> None:
    np.ceil(np.subtract(short, TOLERANCE, out=short), out=short)
    np.maximum(short, _ZEROS[: len(short)], out=short)


# what is short, at least 0, becomes what is deducted for, in place
_SHORTFALL: dict[Shortfall, Callable[[Floats], None]] = {
    Shortfall.EXACT: lambda _: None,
    Shortfall.WHOLE: _whole,
    Shortfall.STARTED: _started,
}


def _deduct(indicator: Indicator, values: Floats, shortfall: Shortfall, out: Floats) -> None:
    assert isinstance(indicator.target, float)
    assert indicator.per is not None
    zeros = _ZEROS[: len(out)]
    np.subtract(indicator.target, values, out=out)
    np.maximum(out, zeros, out=out)
    _SHORTFALL[shortfall](out)
    if indicator.per != 1.0:
        out *= indicator.per
    np.subtract(indicator.points, out, out=out)
    # the larger number of the two, where a blank (NaN) is none: it scores 0
    np.fmax(out, zeros, out=out)
    if indicator.none_is_zero:
        out[values <= TOLERANCE] = 0.0


def _bonus(indicator: Indicator, values: Floats, out: Floats) -> None:
    """So many points for each one of the measure, no more than the indicator's own; a blank (NaN) brings none."""
    assert indicator.per is not None
    np.multiply(values, indicator.per, out=out)
    np.minimum(out, indicator.points, out=out)
    np.fmax(out, _ZEROS[: len(out)], out=out)


def _bands(indicator: Indicator, values: Floats, out: Floats) -> None:
    """The points of the highest band reached: bands are counted, and the count looked up."""
    reached = np.zeros(len(values), dtype=np.uint8)
    for band in indicator.bands:
        reached += values >= band.at_least - TOLERANCE
    points = np.array([0.0, *(band.points for band in reversed(indicator.bands))])
    np.take(points, reached, out=out, mode="clip")


class _Others(NamedTuple):
    """What a teacher without a class gets: the points that they do not owe, the rest scaled up to all points."""

    all_given: bool
    rest_scaled: bool


_NON_HOMEROOM = {
    NonHomeroom.ZERO: _Others(False, False),
    NonHomeroom.FULL: _Others(True, False),
    NonHomeroom.RESCALE: _Others(False, True),
}


def _not_homeroom(
    indicator: Indicator, homeroom: Bools, reading: NonHomeroom, out: Floats, blank: Bools
) -> None:
    """Who has no class of their own owes no evaluation: nothing is missing, the reading says what counts."""
    out *= homeroom
    if _NON_HOMEROOM[reading].all_given:
        out += indicator.points * ~homeroom
    blank &= homeroom


def _rescale(indicators: tuple[Indicator, ...], homeroom: Bools, points: float, total: Floats) -> None:
    rest = points - sum(i.points for i in indicators if i.homeroom_only)
    total[~homeroom] *= points / rest


def scores_frame(scores: Scores) -> Frame:
    """Each indicator's score under its name; exact, as shown by the cells' number format."""
    return Frame({name: scores.by_indicator[k] for k, name in enumerate(scores.names)})
