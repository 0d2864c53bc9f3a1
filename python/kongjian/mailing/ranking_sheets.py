"""学校排名 and 教师排名: the ranked units, rows found by their position."""

from __future__ import annotations

import numpy as np

from kongjian.engine.outcome import NAME_COLUMNS
from kongjian.engine.ranking import TIED
from kongjian.mailing import group_awards
from kongjian.mailing.copy_sheets import (
    CopyColumn,
    CopySheet,
    Value,
    as_shown,
    padded,
)
from kongjian.mailing.group_awards import Ranked
from kongjian.mailing.passed_over import (
    pools,
    ranking_columns,
)
from kongjian.mailing.plan import (
    BEFORE,
    COMPARED,
    ELIGIBLE,
    ELIGIBLE_SO_FAR,
    FOUND,
    NUMBER,
    POSITION,
    RANK,
    RANKED_SCORE,
    SHEETS,
    Plan,
    comparisons,
)
from kongjian.mailing.score_sheets import tie_key
from kongjian.mailing.unit_sheets import NOT_RANKED
from kongjian.mailing.units import Units, shown
from kongjian.rules.readings import RankMethod
from kongjian.rules.wording import rank_in, shown_for
from kongjian.workbook.layout import output_sheet
from kongjian.xlsx.table_parts import FIRST_ROW

CHANGE = "变化"
# the rank below another one, where the row above the first one holds headers: MAX passes over a text
_RANK_METHOD = {RankMethod.COMPETITION: "{number}", RankMethod.DENSE: "MAX({above},0)+1"}


def ranking_sheet(plan: Plan, kind: str) -> CopySheet:
    """The ranked units, best first; a live one has a row for each unit that could come to be ranked."""
    some, spec = plan.units(kind), output_sheet(plan.rules, SHEETS[kind]["排名"])
    formulas = _ranking_formulas(plan, kind) if plan.ranks else {}
    columns = []
    for column in spec.columns:
        values = shown(some.ranking[column.name], False)
        formula = formulas.get(column.name, "")
        if formula:
            values = padded(as_shown(values), some.height)
        columns.append(plan.column(column, values, plan.fill(kind, formula)))
    if plan.ranks:
        for name, values in _helpers(some).items():
            look = "count" if name == COMPARED else "rank"
            columns.append(CopyColumn(name, look, 12, values, plan.fill(kind, formulas[name]), helper=True))
        for name, values, formula in (*_moved_up(plan, kind), *_ranked(plan, kind).columns()):
            values = padded(values, some.height)
            columns.append(CopyColumn(name, "rank", 9, values, plan.fill(kind, formula), helper=True))
    place, used = plan.place(kind, "排名"), len(some.ranked)
    return CopySheet(place, spec.table, "result", spec.purpose, tuple(columns), used=used)


def _helpers(some: Units) -> dict[str, list[Value]]:
    """序号, the row of the score sheet's data, what ties are found by, and how many qualify so far."""
    so_far = np.cumsum(some.eligible[some.ranked]).astype(float)
    compared = tie_key(some)
    return {
        NUMBER: [float(n) for n in range(1, some.height + 1)],
        FOUND: padded([float(i + 1) for i in some.ranked.tolist()], some.height),
        COMPARED: padded([float(v) for v in compared[some.ranked].tolist()], some.height),
        ELIGIBLE_SO_FAR: padded(so_far.tolist(), some.height),
    }


def _ranking_formulas(plan: Plan, kind: str) -> dict[str, str]:
    own, scores, measures = plan.place(kind, "排名"), plan.place(kind, "得分"), plan.place(kind, "指标")
    found, number = own.own(FOUND), own.own(NUMBER)
    here, above, below = (own.own(RANK, row) for row in ("{r}", "{above}", "{below}"))
    same = f"{own.own(COMPARED)}={own.own(COMPARED, '{above}')}"
    new = _RANK_METHOD[plan.rules.choice(RankMethod)].format(above=above, number=number)

    def taken(name: str, text: str = "") -> str:
        return f'IF({found}="","",INDEX({scores.range(name)},{found}){text})'

    before = f"INDEX({measures.range(BEFORE)},{found})"
    out = {
        RANK: f'IF({found}="","",IF({same},{above},{new}))',
        **{name: taken(name, '&""') for name in NAME_COLUMNS[kind]},
        "得分": taken("得分"),
        "月均得分": taken("月均得分"),
        TIED: f'IF({here}="","",IF(OR({here}={above},{here}={below}),"{TIED}",""))',
        BEFORE: f'IF({found}="","",IF({before}="","",{before}))',
        NUMBER: f"ROW()-{FIRST_ROW - 1}",
        FOUND: f'IFERROR(MATCH({number},{scores.range(POSITION)},0),"")',
        COMPARED: taken((RANKED_SCORE, *comparisons(plan.rules))[-1]),
        ELIGIBLE_SO_FAR: _so_far(plan, kind),
    }
    some = plan.units(kind)
    for column in group_awards.group_columns(some, plan.rules)[1:]:
        if column in shown_for(column):
            out[column] = f'IF({found}="","",INDEX({measures.range(column)},{found})&"")'
        out[rank_in(column)] = _ranked(plan, kind).rank_formula(column)
    ranking = some.ranking
    if any(ranking[CHANGE]) or not np.isnan(ranking[BEFORE]).all():
        out[CHANGE] = _change_formula(own.own(BEFORE), here)
    return out


def _ranked(plan: Plan, kind: str) -> Ranked:
    """The ranking sheet as the formulas of awards see it that ranks alone do not decide."""
    own, scores = plan.place(kind, "排名"), plan.place(kind, "得分")
    qualifies = f'INDEX({scores.range(ELIGIBLE)},{own.own(FOUND)})="达标"'
    return Ranked(plan.units(kind), plan.rules, own, scores, plan.rule_sheet, own.own(FOUND), qualifies)


def _moved_up(plan: Plan, kind: str) -> list[tuple[str, list[Value], str]]:
    """The columns by which those behind move up where somebody declines an award."""
    own, scores, some = plan.place(kind, "排名"), plan.place(kind, "得分"), plan.units(kind)
    used = {
        "rank": own.own(RANK),
        "found": own.own(FOUND),
        "number": own.own(NUMBER),
        "same": f"{own.own(RANK)}={own.own(RANK, '{above}')}",
        "qualifies": f'INDEX({scores.range(ELIGIBLE)},{own.own(FOUND)})="达标"',
    }
    rows = (ranking_columns(p, some, own, scores, plan.rules, used) for p in pools(some, plan.rules))
    return [column for columns in rows for column in columns]


def _so_far(plan: Plan, kind: str) -> str:
    own, scores = plan.place(kind, "排名"), plan.place(kind, "得分")
    found, above = own.own(FOUND), own.own(ELIGIBLE_SO_FAR, "{above}")
    one = f'IF(INDEX({scores.range(ELIGIBLE)},{found})="达标",1,0)'
    return f'IF({found}="","",MAX({above},0)+{one})'


def _change_formula(before: str, now: str) -> str:
    moved = f'IF({now}<{before},"升"&({before}-{now}),"降"&({now}-{before}))'
    known = f'IF({before}="","新进",IF({now}={before},"",{moved}))'
    return f'IF(OR({now}="",{before}="{NOT_RANKED}"),"",{known})'
