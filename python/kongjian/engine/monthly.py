"""Monthly averages from 月度得分 (方案 三、评选奖项: 全学期月均)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import NOT_FOUND, accounts, asker, locate, rows, school_keys
from kongjian.engine.rounding import MISSING, to_cents
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import MissingMonths
from kongjian.rules.roles import Role
from kongjian.rules.wording import month_words, named_months

_FILLED: dict[MissingMonths, bool] = {
    MissingMonths.GIVEN: False,
    MissingMonths.ZERO: True,
    MissingMonths.NOT_ELIGIBLE: False,
}
"""Whether a month that has passed without a score counts as 0."""
_BARS: dict[MissingMonths, bool] = {
    MissingMonths.GIVEN: False,
    MissingMonths.ZERO: False,
    MissingMonths.NOT_ELIGIBLE: True,
}
"""Whether who lacks such a month cannot qualify."""
_FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Months:
    """The scores given in each counted month, (units, months), NaN for none, and which of these months have passed."""

    by_month: Floats
    passed: Bools

    @property
    def lacking(self) -> Bools:
        """Per unit and month: passed without a score."""
        return np.isnan(self.by_month) & self.passed


@dataclass(frozen=True)
class Monthly:
    """Per unit: the monthly average and the lowest month in cents, the exact average, whether 得分 stood in for them,

    whether a missing month keeps it from qualifying; and the counted months that they come from.
    """

    average: Ints
    lowest: Ints
    exact: Floats
    stood_in: Bools
    barred: Bools
    months: Months

    @property
    def by_month(self) -> Floats:
        return self.months.by_month

    def absent(self, i: int, rules: Rules) -> str:
        """In words which months that have passed one unit lacks."""
        return f"缺{named_months(self.months.lacking[i], rules.counted_months())}的月度得分"


def monthly_scores(units: Frame, rows_of: Frame, kind: str, rules: Rules, findings: Findings) -> Months:
    """The score of each unit in each counted month, and which of them have passed.

    `units` are schools or teachers, `rows_of` the whole 月度得分 table. No reading changes them; a month that does
    not count is as if it had not been given.
    """
    months = rules.period.months()
    table = rules.table("monthly")
    month_column, score_column = table.name_of(Role.MONTH), table.name_of(Role.MONTH_SCORE)
    mine = rows_of.take(rows_of[table.name_of(Role.KIND)] == OBJECT_LABELS[kind])
    unit = _units(mine, units, kind, rules, findings)
    month, at = locate(mine[month_column], months), rows(mine)
    for i in np.flatnonzero(month == NOT_FOUND):
        findings.add(
            "month_outside", "monthly", at[i], month_column,
            found=mine[month_column][i], start=rules.period.start, end=rules.period.end,
        )  # fmt: skip
    use = np.flatnonzero((unit != NOT_FOUND) & (month != NOT_FOUND) & ~np.isnan(mine[score_column]))
    slot = unit[use] * len(months) + month[use]
    first = np.sort(np.unique(slot, return_index=True)[1])
    _report_repeats(mine, table, use, slot, first, findings)
    out = np.full(units.height * len(months), np.nan)
    out[slot[first]] = mine[score_column][use[first]]
    by_month = out.reshape(units.height, len(months))[:, locate(rules.counted_months(), months)]
    some = np.flatnonzero(
        (~np.isnan(by_month)).sum(axis=0) >= max(units.height, 1) * rules.evidence.month_passed_share
    )
    return Months(by_month, np.arange(by_month.shape[1]) <= (some[-1] if len(some) else NOT_FOUND))


def monthly(months: Months, score_cents: Ints, exact: Floats, rules: Rules) -> Monthly:
    """The average and the lowest month of each unit; without any month its 得分 stands in for both.

    A month that has passed without a score counts as the reading says.
    """
    lacking = months.lacking
    by_month = (
        np.where(lacking, 0.0, months.by_month) if _FILLED[rules.choice(MissingMonths)] else months.by_month
    )
    given = ~np.isnan(by_month)
    count = given.sum(axis=1)
    none = count == 0
    filled = np.where(given, by_month, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    lowest = np.where(given, to_cents(filled), _FAR).min(axis=1, initial=_FAR)
    barred = np.asarray(lacking.any(axis=1) & _BARS[rules.choice(MissingMonths)])
    return Monthly(
        np.where(none, score_cents, to_cents(mean)), np.where(none, score_cents, lowest),
        np.where(none, exact, mean), none, barred, months,
    )  # fmt: skip


def in_period(passed: Bools, rules: Rules) -> Bools:
    """Which months of the whole period have passed, counted or not, as far as the counted ones tell."""
    last = max((m for m, over in zip(rules.counted_months(), passed, strict=True) if over), default="")
    return np.array([m <= last for m in rules.period.months()], dtype=bool)


def report_months(
    units: Frame, found: Monthly, score_cents: Ints, kind: str, rules: Rules, findings: Findings
) -> None:
    """Finds the units for which 得分 stands in, those that lack a month, and months that look empty."""
    months, at, lacking = rules.counted_months(), rows(units), found.months.lacking
    findings.add_rows("no_monthly", f"{kind}s", at[found.stood_in & (score_cents != MISSING)], "")
    for i in np.flatnonzero(~found.stood_in & lacking.any(axis=1)):
        absent = named_months(lacking[i], rules.counted_months())
        count = int((~np.isnan(found.by_month[i])).sum())
        findings.add("months_missing", f"{kind}s", at[i], months=absent, treated=month_words(count, rules))
    for m in np.flatnonzero((found.by_month == 0).sum(axis=0) * 2 >= max(units.height, 1)):
        findings.add("month_mostly_zero", "monthly", month=months[m], kind=OBJECT_LABELS[kind])


def _units(mine: Frame, units: Frame, kind: str, rules: Rules, findings: Findings) -> Ints:
    table = rules.table("monthly")
    if kind == "teacher":
        wanted, known, column = accounts(mine), accounts(units), table.name_of(Role.ACCOUNT)
    else:
        column, own = table.name_of(Role.SCHOOL), rules.table("schools").name_of(Role.SCHOOL)
        wanted, known = school_keys(mine[column]), school_keys(units[own])
    unit = locate(wanted, known)
    if units.height:
        sheet = rules.object(kind).sheet
        asked = asker(
            () if kind == "teacher" else units[rules.table("schools").name_of(Role.SCHOOL)].tolist()
        )
        at = rows(mine)
        for i in np.flatnonzero(unit == NOT_FOUND):
            findings.add(
                "unit_unknown", "monthly", at[i], column,
                kind=OBJECT_LABELS[kind], found=mine[column][i] or f"{column}空白", sheet=sheet,
                near=asked(mine[column][i]),
            )  # fmt: skip
    return unit


def _report_repeats(
    mine: Frame, table: InputTable, use: Ints, slot: Ints, first: Ints, findings: Findings
) -> None:
    if len(first) == len(use):
        return
    roles = (Role.ACCOUNT, Role.SCHOOL, Role.MONTH, Role.MONTH_SCORE)
    account, school, month, score = map(table.name_of, roles)
    at = rows(mine)
    again = np.ones(len(use), dtype=bool)
    again[first] = False
    repeated = first[np.isin(slot[first], slot[again])]
    first_row = {int(slot[k]): int(at[use[k]]) for k in repeated}
    for k in np.flatnonzero(again):
        i = use[k]
        findings.add(
            "month_twice", "monthly", at[i], score,
            found=mine[account][i] or mine[school][i], month=mine[month][i], first=first_row[int(slot[k])],
        )  # fmt: skip
