"""The sheets that scores rest on, with a row per unit: 学校指标, 教师指标, 月度得分, 资格审核."""

from __future__ import annotations

import numpy as np

from kongjian.engine.frame import Floats
from kongjian.engine.measures import PLATFORM
from kongjian.engine.rounding import from_cents, to_cents
from kongjian.mailing.copy_sheets import CopyColumn, CopySheet, Value, as_shown, filled
from kongjian.mailing.formulas import ConditionCells, eligible_formula, reasons_formula, rounded
from kongjian.mailing.plan import (
    AMONG_EQUALS,
    AVERAGE,
    BEFORE,
    EXACT,
    JUDGED,
    LACKING,
    LOWEST,
    MONTHS,
    SHEETS,
    Plan,
    bars_who_lack_months,
    compares_exactly,
    fills_missing_months,
    platform_parts,
)
from kongjian.mailing.units import KINDS, Units, shown
from kongjian.rules.wording import named_months
from kongjian.workbook.layout import output_sheet

NOT_RANKED = "—"
"""Stands in 上次名次 of who is not ranked in this run: of the last run nothing is known then."""


def measure_sheet(plan: Plan, kind: str) -> CopySheet:
    """What was scored, as values; with what else a ranking needs of each unit."""
    some, table = plan.units(kind), plan.rules.table(f"{kind}s")
    spec = output_sheet(plan.rules, SHEETS[kind]["指标"])
    columns = [
        plan.column(c, shown(some.measures[c.name], table.column(c.name).kind == "yes_no"))
        for c in spec.columns
    ]
    for indicator, name in platform_parts(plan.rules, some).items():
        columns.append(CopyColumn(name, "score", 12, shown(some.measures[PLATFORM + indicator], False)))
    if plan.ranks:
        columns.append(CopyColumn(AMONG_EQUALS, "rank", 10, some.order.tolist(), helper=True))
        columns.append(CopyColumn(BEFORE, "rank", 10, _before(some), helper=True))
    place = plan.place(kind, "指标")
    return CopySheet(place, spec.table, "evidence", spec.purpose, tuple(columns), filtered=False)


def _before(some: Units) -> list[Value]:
    out: list[Value] = [NOT_RANKED] * some.height
    for unit, before in zip(some.ranked.tolist(), some.ranking[BEFORE].tolist(), strict=True):
        out[unit] = None if before != before else before
    return out


def month_sheet(plan: Plan) -> CopySheet:
    """Schools, then teachers; a column per month, and the average and the lowest month over each row.

    A month that is over without a score holds 0 where the reading counts it so.
    """
    place, months = plan.places[MONTHS], plan.rules.counted_months()
    filled_up = fills_missing_months(plan.rules)
    both = (plan.schools, plan.teachers)
    table = np.concatenate([np.where(u.months.lacking & filled_up, 0.0, u.months.by_month) for u in both])
    block = f"{place.own(months[0])}:{place.own(months[-1])}"
    columns = [_naming(plan, name) for name in ("类别", "学校名称", "教师姓名", "账号")]
    columns += [CopyColumn(m, "score", 10, shown(table[:, k], False)) for k, m in enumerate(months)]
    for name, values, function in ((AVERAGE, _average(table), "AVERAGE"), (LOWEST, _lowest(table), "MIN")):
        formula = f'IF(COUNT({block})=0,"",{rounded(f"{function}({block})")})'
        texts: list[Value] = ["" if v != v else v for v in values.tolist()]
        columns.append(CopyColumn(name, "score", 10, texts, filled(formula, len(texts)) if plan.live else ()))
    if bars_who_lack_months(plan.rules):
        columns.append(_lacking_column(plan))
    purpose = "每所学校、每名教师各月的平台得分" + ("；已经过去而没有得分的月份记0分" if filled_up else "")
    return CopySheet(place, "MonthlyScores", "evidence", purpose, tuple(columns), filtered=False)


def _lacking_column(plan: Plan) -> CopyColumn:
    """The months that are over without a score, by name."""
    place, months = plan.places[MONTHS], plan.rules.counted_months()
    values: list[Value] = []
    formulas: list[str] = []
    for kind in KINDS:
        some = plan.units(kind)
        values += [named_months(row, plan.rules.counted_months()) for row in some.months.lacking]
        over = [m for m, passed in zip(months, some.months.passed, strict=True) if passed]
        pieces = [f'IF({place.own(m, "{s}")}="","、{m}","")' for m in over]
        formulas += plan.fill(kind, f"MID({'&'.join(pieces)},2,999)" if pieces else '""')
    return CopyColumn(LACKING, "text", 30, values, formulas)


def _average(table: Floats) -> Floats:
    """The rounded mean of each row's given months."""
    given = ~np.isnan(table)
    count = given.sum(axis=1)
    total = np.where(given, table, 0.0).sum(axis=1)
    return np.where(count > 0, from_cents(to_cents(total / np.maximum(count, 1))), np.nan)


def _lowest(table: Floats) -> Floats:
    given = ~np.isnan(table)
    low = np.where(given, table, np.inf).min(axis=1, initial=np.inf)
    some = given.any(axis=1)
    return np.where(some, from_cents(to_cents(np.where(some, low, 0.0))), np.nan)


def _naming(plan: Plan, name: str, formulas: bool = False) -> CopyColumn:
    """A naming column over the schools and then the teachers, as on 资格审核."""
    spec = next(c for c in output_sheet(plan.rules, JUDGED).columns if c.name == name)
    values = [*shown(plan.schools.judged[name], False), *shown(plan.teachers.judged[name], False)]
    if not (formulas and plan.live):
        return plan.column(spec, values)
    texts = [f'{plan.places[MONTHS].own(name, str(row))}&""' for row in range(4, 4 + len(values))]
    sheet = f"'{MONTHS}'!"
    return plan.column(spec, as_shown(values), [sheet + t for t in texts])


def judged_sheet(plan: Plan) -> CopySheet:
    """Who qualifies and, sentence by sentence, why not."""
    spec = output_sheet(plan.rules, JUDGED)
    columns = [_naming(plan, c.name, formulas=True) for c in spec.columns[:-2]]
    formulas: dict[str, list[str]] = {c.name: [] for c in spec.columns[-2:]}
    for kind in KINDS:
        conditions, cells = plan.rules.conditions_for(kind), _condition_cells(plan, kind)
        formulas[spec.names[-2]] += plan.fill(kind, eligible_formula(conditions, cells))
        formulas[spec.names[-1]] += plan.fill(kind, reasons_formula(conditions, cells))
    for column in spec.columns[-2:]:
        values = [*plan.schools.judged[column.name].tolist(), *plan.teachers.judged[column.name].tolist()]
        columns.append(plan.column(column, values, formulas[column.name]))
    return CopySheet(plan.places[JUDGED], spec.table, "result", spec.purpose, tuple(columns))


def _condition_cells(plan: Plan, kind: str) -> ConditionCells:
    scores, months = plan.place(kind, "得分"), plan.places[MONTHS]
    lowest = months.cell(LOWEST, "{s}")
    return ConditionCells(
        measures=plan.place(kind, "指标"),
        average=scores.cell("月均得分"),
        exact=scores.cell(EXACT) if plan.live and compares_exactly(plan.rules) else "",
        lacking=months.cell(LACKING, "{s}") if bars_who_lack_months(plan.rules) else "",
        lowest=f'IF({lowest}="",{scores.cell("得分")},{lowest})',
        bounds=plan.rule_sheet.bounds(),
    )
