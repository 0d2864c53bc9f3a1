"""Monthly averages from 月度得分 (方案 三、评选奖项: 全学期月均)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.engine.findings import Findings
from kongjian.engine.frame import Floats, Frame, Ints
from kongjian.engine.matching import NOT_FOUND, accounts, locate, rows, school_keys
from kongjian.engine.rounding import MISSING, to_cents
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role


@dataclass(frozen=True)
class Monthly:
    """Per unit: the monthly average and the lowest month in cents, whether 得分 stood in for them,

    and the scores given in each month that was asked for: (units, months), NaN where there is none.
    """

    average: Ints
    lowest: Ints
    stood_in: np.ndarray
    by_month: Floats


def monthly_scores(units: Frame, rows_of: Frame, kind: str, rules: Rules, findings: Findings) -> Floats:
    """The score of each unit in each month of the term: (units, months), NaN where there is none.

    `units` are schools or teachers, `rows_of` the whole 月度得分 table. No reading changes them.
    """
    months = rules.period.months()
    table = rules.table("monthly")
    month_column, score_column = table.name_of(Role.MONTH), table.name_of(Role.MONTH_SCORE)
    mine = rows_of.take(rows_of[table.name_of(Role.KIND)] == OBJECT_LABELS[kind])
    unit = _units(mine, units, kind, rules, findings)
    month = locate(mine[month_column], months)
    for i in np.flatnonzero(month == NOT_FOUND):
        findings.add(
            "month_outside", "monthly", rows(mine)[i], month_column,
            found=mine[month_column][i], start=rules.period.start, end=rules.period.end,
        )  # fmt: skip
    use = np.flatnonzero((unit != NOT_FOUND) & (month != NOT_FOUND) & ~np.isnan(mine[score_column]))
    slot = unit[use] * len(months) + month[use]
    first = np.sort(np.unique(slot, return_index=True)[1])
    _report_repeats(mine, table, use, slot, first, findings)
    out = np.full(units.height * len(months), np.nan)
    out[slot[first]] = mine[score_column][use[first]]
    return out.reshape(units.height, len(months))


def monthly(by_month: Floats, score_cents: Ints) -> Monthly:
    """The average and the lowest month of each unit; without any month its 得分 (in cents) stands in for both."""
    given = ~np.isnan(by_month)
    count = given.sum(axis=1)
    none = count == 0
    filled = np.where(given, by_month, 0.0)
    average = to_cents(filled.sum(axis=1) / np.maximum(count, 1))
    lowest = np.where(given, to_cents(filled), np.iinfo(np.int64).max).min(
        axis=1, initial=np.iinfo(np.int64).max
    )
    return Monthly(np.where(none, score_cents, average), np.where(none, score_cents, lowest), none, by_month)


def report_months(
    units: Frame, found: Monthly, score_cents: Ints, kind: str, rules: Rules, findings: Findings
) -> None:
    """Finds the units for which 得分 stands in, and those of which some months are missing."""
    given, months, at = ~np.isnan(found.by_month), rules.period.months(), rows(units)
    for i in np.flatnonzero(found.stood_in & (score_cents != MISSING)):
        findings.add("no_monthly", f"{kind}s", at[i])
    for i in np.flatnonzero(~found.stood_in & ~given.all(axis=1)):
        absent = "、".join(m for m, g in zip(months, given[i], strict=True) if not g)
        findings.add("months_missing", f"{kind}s", at[i], months=absent, count=int(given[i].sum()))


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
        for i in np.flatnonzero(unit == NOT_FOUND):
            findings.add(
                "unit_unknown", "monthly", rows(mine)[i], column,
                kind=OBJECT_LABELS[kind], found=mine[column][i] or f"{column}空白", sheet=sheet,
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
