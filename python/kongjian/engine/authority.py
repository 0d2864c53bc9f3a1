"""Which score counts: the platform's, as a whole or of single indicators, or the computed one (附件1 备注)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.measures import PLATFORM
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.engine.scoring import Scores, exact_totals
from kongjian.rules.model import ObjectScheme, Rules
from kongjian.rules.readings import Authority

_ADOPTS: dict[Authority, bool] = {Authority.PLATFORM_IF_PRESENT: True, Authority.COMPUTED: False}


@dataclass(frozen=True)
class Counting:
    """得分 of n units, in cents and exact; `adopted` (indicators, n) says which indicators a platform score replaces."""

    cents: Ints
    exact: Floats
    adopted: Bools


def counting(units: Frame, platform: Ints, scores: Scores, scheme: ObjectScheme, rules: Rules) -> Counting:
    """得分: the platform's total if given, else the sum of its scores of indicators where given and of ours.

    `platform` is 平台得分 in cents, MISSING where there is none.
    """
    adopted = np.zeros(scores.missing.shape, dtype=bool)
    computed = exact_totals(scores.by_indicator, units, scheme, rules)
    if not platform_counts(rules):
        return Counting(scores.cents, computed, adopted)
    parts = platform_parts(units, scheme)
    cents, exact = scores.cents, computed
    if parts is not None:
        adopted = ~np.isnan(parts)
        some = adopted.any(axis=0)
        mixed = exact_totals(np.where(adopted, parts, scores.by_indicator), units, scheme, rules)
        cents, exact = np.where(some, to_cents(mixed), cents), np.where(some, mixed, exact)
    whole = platform != MISSING
    adopted[:, whole] = True
    return Counting(np.where(whole, platform, cents), np.where(whole, from_cents(platform), exact), adopted)


def platform_counts(rules: Rules) -> bool:
    """Whether the platform's scores count where it gives any."""
    return _ADOPTS[rules.choice(Authority)]


def platform_parts(units: Frame, scheme: ObjectScheme) -> Floats | None:
    """The platform's scores of single indicators, (indicators, n), NaN for none; None where the export has no such column."""
    if not any(PLATFORM + i.name in units for i in scheme.indicators):
        return None
    blank = np.full(units.height, np.nan)
    return np.vstack([units.get(PLATFORM + i.name, blank) for i in scheme.indicators])
