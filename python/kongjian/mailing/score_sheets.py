"""学校得分 and 教师得分: every indicator's score, the total, whether it qualifies, and what a rank rests on."""

from __future__ import annotations

import numpy as np

from kongjian.engine.authority import platform_counts
from kongjian.engine.awards import compared
from kongjian.engine.frame import Ints
from kongjian.engine.measures import partial
from kongjian.engine.outcome import own_names
from kongjian.engine.ranking import UNRANKED, rank
from kongjian.engine.rounding import from_cents, to_cents
from kongjian.mailing import formulas as f
from kongjian.mailing import group_awards
from kongjian.mailing.copy_sheets import CopyColumn, CopySheet, Place, Value, as_shown
from kongjian.mailing.passed_over import flag_columns
from kongjian.mailing.plan import (
    AMONG_EQUALS,
    AVERAGE,
    ELIGIBLE,
    EXACT,
    JUDGED,
    MONTHS,
    POSITION,
    RANK,
    RANKED_SCORE,
    SHEETS,
    SORTED_BY,
    Plan,
    compares_exactly,
    comparisons,
    partial_means,
    platform_parts,
)
from kongjian.mailing.rule_cells import full_rest
from kongjian.mailing.units import Units, admitted, positions, shown
from kongjian.rules.readings import RankAmong, RankBy
from kongjian.rules.roles import Role
from kongjian.workbook.layout import output_sheet

_BREAKER_ROOM = 100_000
"""Above any indicator's score in hundredths."""
_RANK_BY = {RankBy.TOTAL: "得分", RankBy.MONTHLY_AVERAGE: "月均得分"}
_RANK_AMONG = {RankAmong.ELIGIBLE: 'IF({eligible}="达标",{score},"")', RankAmong.ALL: "{score}"}


def score_sheet(plan: Plan, kind: str) -> CopySheet:
    some, spec = plan.units(kind), output_sheet(plan.rules, SHEETS[kind]["得分"])
    made = _formulas(plan, kind) if plan.live else {}
    columns = []
    for column in spec.columns:
        values = shown(some.scores[column.name], False)
        formulas = plan.fill(kind, made.get(column.name, ""))
        columns.append(plan.column(column, as_shown(values) if formulas else values, formulas))
    judged = plan.places[JUDGED].cell(ELIGIBLE, "{s}")
    columns.append(CopyColumn(ELIGIBLE, "word", 11, some.judged[ELIGIBLE].tolist(), plan.fill(kind, judged)))
    columns.append(_rank_column(plan, kind))
    if plan.live:
        columns += _settling_columns(plan, kind, made[EXACT])
    if plan.ranks:
        columns += _sorting_columns(plan, kind)
    return CopySheet(plan.place(kind, "得分"), spec.table, "result", spec.purpose, tuple(columns))


def _settling_columns(plan: Plan, kind: str, exact: str) -> list[CopyColumn]:
    """What only the engine knows of means over some, and the unrounded average where that is compared."""
    some, out = plan.units(kind), []
    for measure, name in partial_means(plan.rules, some).items():
        flags: list[Value] = [1.0 if p else None for p in partial(some.measures, measure).tolist()]
        out.append(CopyColumn(name, "rank", 11, flags, helper=True))
    if compares_exactly(plan.rules):
        values, formulas = some.exact.tolist(), plan.fill(kind, exact)
        out.append(CopyColumn(EXACT, "average", 14, values, formulas, helper=True))
    return out


def _formulas(plan: Plan, kind: str) -> dict[str, str]:
    """The formula of every column of the workbook's sheet, by the column's name."""
    rules, measures, own = plan.rules, plan.place(kind, "指标"), plan.place(kind, "得分")
    scheme, table = rules.object(kind), rules.table(f"{kind}s")
    homeroom, given = (
        measures.cell(column.name) if (column := table.by_role(role)) else ""
        for role in (Role.HOMEROOM, Role.PLATFORM_SCORE)
    )
    out = {name: f'{measures.cell(column)}&""' for name, column in own_names(kind, rules).items()}
    for i in scheme.indicators:
        cells = plan.rule_sheet.indicator(kind, i.name)
        out[i.name] = f.indicator_formula(i, cells, measures.cell(i.column), rules, homeroom)
    first, last = (own.own(scheme.owed[k].name) for k in (0, -1))
    full, others = plan.rule_sheet.full(kind), full_rest(plan.rule_sheet, kind)
    bonuses = [own.own(i.name) for i in scheme.bonuses]
    total = f.TotalCells(first, last, full, others, homeroom, bonuses)
    out["计算得分"] = f.rounded(f.exact_total(total))
    out["平台得分"] = f'IF({given}="","",{f.rounded(given)})' if given else '""'
    adopts = platform_counts(rules)
    platform = own.own("平台得分") if adopts else ""
    columns = platform_parts(rules, plan.units(kind)) if adopts else {}
    parts = {own.own(name): measures.cell(column) for name, column in columns.items()}
    exact = f.exact_total(total, parts)
    out["得分"] = _counting(platform, f.rounded(exact) if parts else own.own("计算得分"))
    out |= _by_month(plan, own, _counting(platform, exact))
    means = partial_means(rules, plan.units(kind))
    owed = [
        f.Owed(
            measures.cell(i.column),
            i.homeroom_only,
            own.own(means[i.column]) if i.column in means else "",
            parts.get(own.own(i.name), ""),
        )
        for i in scheme.indicators
        if i.kind != "veto"
    ]
    out["数据完整"] = f.complete_formula(owed, homeroom, platform)
    return out


def _by_month(plan: Plan, own: Place, whole: str) -> dict[str, str]:
    """The mean of the months' scores, where there are none the whole period's, as shown and to the last digit."""
    months = plan.places[MONTHS]
    month = months.cell(AVERAGE, "{s}")
    first, last = (plan.rules.counted_months()[k] for k in (0, -1))
    given = f"{months.cell(first, '{s}')}:{months.own(last, '{s}')}"
    return {
        "月均得分": f'IF({month}="",{own.own("得分")},{month})',
        EXACT: f'IF({month}="",{whole},AVERAGE({given}))',
    }


def _counting(platform: str, ours: str) -> str:
    return f'IF({platform}="",{ours},{platform})' if platform else ours


def _rank_column(plan: Plan, kind: str) -> CopyColumn:
    """The rank, from the ranking sheet; "" for who is not ranked."""
    ranks: list[Value] = [float(r) if r != UNRANKED else "" for r in plan.units(kind).standing.rank.tolist()]
    if not plan.ranks:
        return CopyColumn(RANK, "rank", 8, [None if r == "" else r for r in ranks])
    own, ranking = plan.place(kind, "得分"), plan.place(kind, "排名")
    at = own.own(POSITION)
    return CopyColumn(
        RANK, "rank", 8, ranks, plan.fill(kind, f'IF({at}="","",INDEX({ranking.range(RANK)},{at}))')
    )


def _sorting_columns(plan: Plan, kind: str) -> list[CopyColumn]:
    """What sorts the ranking: the ranked score, the scores compared in turn, then 同分先后; no two are equal."""
    some, own = plan.units(kind), plan.place(kind, "得分")
    ranked, count = admitted(some), some.height
    score = own.own(_RANK_BY[plan.rules.choice(RankBy)])
    among = _RANK_AMONG[plan.rules.choice(RankAmong)]
    formula = among.format(eligible=own.own(ELIGIBLE), score=score)
    out = [_helper(plan, kind, RANKED_SCORE, "score", from_cents(some.key), formula)]
    key, value, name = f"ROUND({own.own(RANKED_SCORE)}*100,0)", some.key, RANKED_SCORE
    names, breakers = comparisons(plan.rules), compared(plan.rules)
    for column, breaker, points in zip(names, breakers, some.breakers, strict=True):
        place = f"({count}-RANK({own.own(name)},{own.range(name)}))"
        key = f"{place}*{_BREAKER_ROOM}+ROUND(({own.own(breaker)}+{f.SHADE})*100,0)"
        value = _next_key(value, ranked, points)
        out.append(_helper(plan, kind, column, "count", value, _if_ranked(own, key)))
        key, name = own.own(column), column
    room = 10 ** len(str(count))
    order = plan.place(kind, "指标").cell(AMONG_EQUALS)
    unique = value * room + count - some.order
    out.append(
        _helper(plan, kind, SORTED_BY, "count", unique, _if_ranked(own, f"{key}*{room}+{count}-{order}"))
    )
    position = _if_ranked(own, f"RANK({own.own(SORTED_BY)},{own.range(SORTED_BY)})")
    out.append(CopyColumn(POSITION, "rank", 8, positions(some), plan.fill(kind, position), helper=True))
    return [*out, *flag_columns(some, plan.rules), *group_awards.flags(some, plan.rules)]


def tie_key(some: Units) -> np.ndarray:
    """What two units of one rank have in common: the last of the columns that are compared in turn."""
    if not some.breakers:
        return from_cents(some.key)
    value = some.key
    for points in some.breakers:
        value = _next_key(value, admitted(some), points)
    return value


def _if_ranked(own: Place, formula: str) -> str:
    return f'IF({own.own(RANKED_SCORE)}="","",{formula})'


def _next_key(value: Ints, ranked: np.ndarray, points: np.ndarray) -> Ints:
    """A key that sorts by `value` and, among equals, by a further score."""
    at = np.flatnonzero(ranked)
    out = np.zeros(len(value), dtype=np.int64)
    out[at] = (len(value) - rank(value[at])) * _BREAKER_ROOM + to_cents(points[at])
    return out


def _helper(plan: Plan, kind: str, name: str, look: str, values: np.ndarray, formula: str) -> CopyColumn:
    ranked = admitted(plan.units(kind)).tolist()
    texts: list[Value] = [float(v) if r else "" for v, r in zip(values.tolist(), ranked, strict=True)]
    return CopyColumn(name, look, 16 if look == "count" else 11, texts, plan.fill(kind, formula), helper=True)
