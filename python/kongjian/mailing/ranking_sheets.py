"""学校排名, 教师排名 and 获奖名单: rows found by their position, so that they stay in order when numbers move."""

from __future__ import annotations

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.awards import COLUMNS as AWARD_COLUMNS
from kongjian.engine.frame import Bools, Frame
from kongjian.engine.outcome import NAME_COLUMNS
from kongjian.mailing.copy_sheets import CopyColumn, CopySheet, Entry, Value, filled
from kongjian.mailing.plan import (
    AWARD,
    AWARDS,
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
from kongjian.rules.model import Award
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.layout import output_sheet
from kongjian.xlsx.table_parts import FIRST_ROW

TIED, CHANGE = "并列", "变化"


def ranking_sheet(plan: Plan, kind: str) -> CopySheet:
    """The ranked units, best first; a live one has a row for each unit that could come to be ranked."""
    some, spec = plan.units(kind), output_sheet(plan.rules, SHEETS[kind]["排名"])
    formulas = _ranking_formulas(plan, kind) if plan.ranks else {}
    columns = []
    for column in spec.columns:
        values = shown(some.ranking[column.name], False)
        formula = formulas.get(column.name, "")
        if formula:
            values = _padded(["" if v is None else v for v in values], some.height)
        columns.append(plan.column(column, values, plan.fill(kind, formula)))
    if plan.ranks:
        for name, values in _helpers(some).items():
            look = "count" if name == COMPARED else "rank"
            columns.append(CopyColumn(name, look, 12, values, plan.fill(kind, formulas[name]), helper=True))
    place, used = plan.place(kind, "排名"), len(some.ranked)
    return CopySheet(place, spec.table, "result", spec.purpose, tuple(columns), used=used)


def _padded(values: list[Value], height: int) -> list[Value]:
    return values + [""] * (height - len(values))


def _helpers(some: Units) -> dict[str, list[Value]]:
    """序号, the row of the score sheet's data, what ties are found by, and how many qualify so far."""
    so_far = np.cumsum(some.eligible[some.ranked]).astype(float)
    compared = tie_key(some)
    return {
        NUMBER: [float(n) for n in range(1, some.height + 1)],
        FOUND: _padded([float(i + 1) for i in some.ranked.tolist()], some.height),
        COMPARED: _padded([float(v) for v in compared[some.ranked].tolist()], some.height),
        ELIGIBLE_SO_FAR: _padded(so_far.tolist(), some.height),
    }


def _ranking_formulas(plan: Plan, kind: str) -> dict[str, str]:
    own, scores, measures = plan.place(kind, "排名"), plan.place(kind, "得分"), plan.place(kind, "指标")
    found, number = own.own(FOUND), own.own(NUMBER)
    here, above, below = (own.own(RANK, row) for row in ("{r}", "{above}", "{below}"))
    same = f"{own.own(COMPARED)}={own.own(COMPARED, '{above}')}"
    # the row above the first one holds headers: MAX passes over a text
    new = f"MAX({above},0)+1" if plan.rules.chosen["rank_method"] == "dense" else number

    def taken(name: str, text: str = "") -> str:
        return f'IF({found}="","",INDEX({scores.range(name)},{found}){text})'

    before = f"INDEX({measures.range(BEFORE)},{found})"
    out = {
        RANK: f'IF({found}="","",IF({same},{above},{new}))',
        **{name: taken(name, '&""') for name in NAME_COLUMNS[kind]},
        "得分": taken("得分"),
        "月均得分": taken("月均得分"),
        TIED: f'IF({here}="","",IF(OR({here}={above},{here}={below}),"并列",""))',
        BEFORE: f'IF({found}="","",IF({before}="","",{before}))',
        NUMBER: f"ROW()-{FIRST_ROW - 1}",
        FOUND: f'IFERROR(MATCH({number},{scores.range(POSITION)},0),"")',
        COMPARED: taken((RANKED_SCORE, *comparisons(plan.rules))[-1]),
        ELIGIBLE_SO_FAR: _so_far(plan, kind),
    }
    ranking = plan.units(kind).ranking
    if any(ranking[CHANGE]) or not np.isnan(ranking[BEFORE]).all():
        out[CHANGE] = _change_formula(own.own(BEFORE), here)
    return out


def _so_far(plan: Plan, kind: str) -> str:
    own, scores = plan.place(kind, "排名"), plan.place(kind, "得分")
    found, above = own.own(FOUND), own.own(ELIGIBLE_SO_FAR, "{above}")
    one = f'IF(INDEX({scores.range(ELIGIBLE)},{found})="达标",1,0)'
    return f'IF({found}="","",MAX({above},0)+{one})'


def _change_formula(before: str, now: str) -> str:
    moved = f'IF({now}<{before},"升"&({before}-{now}),"降"&({now}-{before}))'
    known = f'IF({before}="","新进",IF({now}={before},"",{moved}))'
    return f'IF(OR({now}="",{before}="{NOT_RANKED}"),"",{known})'


def award_sheet(plan: Plan) -> CopySheet:
    """The awarded, award by award; a live one finds each row's award and who holds the place in it."""
    spec = output_sheet(plan.rules, AWARDS)
    table = _awarded(plan)
    rows, used = plan.places[AWARDS].rows, table.height
    made = _award_formulas(plan) if plan.ranks else {}
    columns = []
    for column in spec.columns:
        values = shown(table[column.name], False)
        if made:
            values = _padded(["" if v is None else v for v in values], rows)
        columns.append(plan.column(column, values, filled(made[column.name], rows) if made else ()))
    if made:
        for name, values in _award_helpers(plan, rows).items():
            columns.append(CopyColumn(name, "rank", 9, values, filled(made[name], rows), helper=True))
    return CopySheet(plan.places[AWARDS], spec.table, "result", spec.purpose, tuple(columns), used=used)


def _awarded(plan: Plan) -> Frame:
    """The awards of the units of this copy."""
    table = plan.run.results.tables["Awards"]
    mine = {fold(n) for n in plan.schools.measures["学校名称"]}
    keep = np.array([fold(n) in mine for n in table["学校名称"]], dtype=bool)
    return table if plan.schools.height == plan.run.schools else table.take(keep)


def members(plan: Plan, award: Award) -> Bools:
    """Which of the ranked units an award goes to."""
    some = plan.units(award.object)
    ranks = some.standing.rank[some.ranked]
    return np.asarray((ranks >= award.first) & (ranks <= award.last) & some.eligible[some.ranked], dtype=bool)


def award_counts(plan: Plan) -> list[list[Entry]]:
    """The cells of 规则 that say how many each award has, how many all before it, and who is ahead of its ranks."""
    if not plan.ranks:
        return []
    out, before = [], 0
    for n, award in enumerate(plan.rule_sheet.awards):
        row, scores = plan.rule_sheet.awards_top + 1 + n, plan.place(award.object, "得分")
        ranks, eligible = scores.range(RANK), f'{scores.range(ELIGIBLE)},"达标"'
        some = plan.units(award.object)
        ahead = int(((some.standing.rank[some.ranked] < award.first) & some.eligible[some.ranked]).sum())
        count = int(members(plan, award).sum())
        first, last = plan.rule_sheet.award_first(n), plan.rule_sheet.award_last(n)
        counted = f'COUNTIFS({ranks},">="&{first},{ranks},"<="&{last},{eligible})'
        out.append(
            [
                Entry(row, 6, float(count), counted, "rank"),
                Entry(row, 7, float(before), f"F{row - 1}+G{row - 1}" if n else "", "rank"),
                Entry(row, 8, float(ahead), f'COUNTIFS({ranks},"<"&{first},{eligible})', "rank"),
            ]
        )
        before += count
    return out


def _award_helpers(plan: Plan, rows: int) -> dict[str, list[Value]]:
    awards: list[Value] = []
    found: list[Value] = []
    for n, award in enumerate(plan.rule_sheet.awards, start=1):
        at = np.flatnonzero(members(plan, award)) + 1
        awards += [float(n)] * len(at)
        found += [float(i) for i in at.tolist()]
    return {
        NUMBER: [float(n) for n in range(1, rows + 1)],
        AWARD: _padded(awards, rows),
        FOUND: _padded(found, rows),
    }


def _award_formulas(plan: Plan) -> dict[str, str]:
    own, cells = plan.places[AWARDS], plan.rule_sheet.award_ranges()
    number, award, found = (own.own(n) for n in (NUMBER, AWARD, FOUND))
    school, teacher = plan.place("school", "排名"), plan.place("teacher", "排名")

    def of(column: str) -> str:
        return f"INDEX({column},{award})"

    def either(for_school: str, for_teacher: str, text: str = "") -> str:
        is_school = f'{of(cells.kind)}="{OBJECT_LABELS["school"]}"'
        return f'IF({award}="","",IF({is_school},{for_school},{for_teacher}){text})'

    def taken(name: str, text: str = "") -> str:
        in_school, in_teacher = (f"INDEX({place.range(name)},{found})" for place in (school, teacher))
        return either(in_school, in_teacher, text)

    place = f"{of(cells.ahead)}+{number}-{of(cells.before)}"
    chief = plan.place("school", "指标").range("管理员姓名")
    administrator = f"INDEX({chief},INDEX({school.range(FOUND)},{found}))"
    person = f'IF({of(cells.recipient)}="管理员",{administrator},"")'
    made = {
        "奖项": f'IF({award}="","",{of(cells.name)})',
        RANK: taken(RANK),
        "学校名称": taken("学校名称"),
        "姓名": either(person, f"INDEX({teacher.range('教师姓名')},{found})", '&""'),
        "得分": taken("得分"),
        "备注": f'IF({award}="","",IF({taken(TIED)}="","",{_tie_note(plan, own.own(RANK), of(cells.last))}))',
        NUMBER: f"ROW()-{FIRST_ROW - 1}",
        AWARD: f'IF({number}>SUM({cells.count}),"",SUMPRODUCT(--({cells.before}<={number}-1)))',
        FOUND: either(*(f"MATCH({place},{p.range(ELIGIBLE_SO_FAR)},0)" for p in (school, teacher))),
    }
    assert set(AWARD_COLUMNS) < set(made)
    return made


def _tie_note(plan: Plan, rank: str, last: str) -> str:
    """A tie, and whether more share the award's last rank than it has places."""
    own, cells = plan.places[AWARDS], plan.rule_sheet.award_ranges()
    school, teacher = (f"COUNTIF({plan.place(k, '排名').range(RANK)},{rank})" for k in ("school", "teacher"))
    is_school = f'INDEX({cells.kind},{own.own(AWARD)})="{OBJECT_LABELS["school"]}"'
    held = f"IF({is_school},{school},{teacher})"
    at_edge = f"{rank}={last}" if plan.rules.chosen["rank_method"] == "dense" else f"{rank}+{held}-1>{last}"
    return f'"并列第"&{rank}&"名"&IF({at_edge},"，一并入选","")'
