"""获奖名单, and what 规则 says of its awards: each row finds its award, and that finds its holder in a ranking."""

from __future__ import annotations

from itertools import product

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.awards import AWARD_COLUMNS, STATE, WHY, holders
from kongjian.engine.eligibility import JOIN
from kongjian.engine.frame import Bools, Frame, texts
from kongjian.engine.ranking import TIED
from kongjian.mailing import group_awards
from kongjian.mailing.copy_sheets import (
    CopyColumn,
    CopySheet,
    Entry,
    Place,
    Value,
    as_shown,
    filled,
    padded,
    quoted,
)
from kongjian.mailing.formulas import SHADE
from kongjian.mailing.group_awards import quotas
from kongjian.mailing.passed_over import (
    at_edge,
    note_formula,
    of_award,
    pools,
    takers,
    tie_text,
)
from kongjian.mailing.plan import (
    AWARD,
    AWARDS,
    CHANGED,
    ELIGIBLE,
    ELIGIBLE_SO_FAR,
    FOUND,
    HOLDER,
    NUMBER,
    RANK,
    SENT,
    SENT_HOLDER,
    SENT_SCORE,
    SENT_STATE,
    SENT_WHY,
    Plan,
)
from kongjian.mailing.units import KINDS, shown
from kongjian.rules.model import Award
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import RECIPIENTS, Role
from kongjian.workbook.layout import output_sheet
from kongjian.xlsx.table_parts import FIRST_ROW

_SOMEBODY = "其他学校"
_NAMES_OTHERS = ("award_beyond", "award_share_base")
"""The reasons against an award that name another unit."""
_HOLDER_ROOM = 1_000_000
"""Above any number of units."""
_LOOKS = {SENT_SCORE: "score", SENT_STATE: "word", SENT_WHY: "word"}


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
            values = padded(as_shown(values), rows)
        columns.append(plan.column(column, values, filled(made[column.name], rows) if made else ()))
    if made:
        for name, values in _award_helpers(plan, table, rows).items():
            formulas = filled(made[name], rows) if name in made else ()
            columns.append(CopyColumn(name, _LOOKS.get(name, "rank"), 9, values, formulas, helper=True))
    return CopySheet(plan.places[AWARDS], spec.table, "result", spec.purpose, tuple(columns), used=used)


def _awarded(plan: Plan) -> Frame:
    """The awards of the units of this copy."""
    table = plan.run.results.tables["Awards"]
    mine = {fold(n) for n in plan.schools.scores["学校名称"]}
    keep = np.array([fold(n) in mine for n in table["学校名称"]], dtype=bool)
    if plan.schools.height == plan.run.schools:
        return table
    own = table.take(keep)
    return own.having(**{WHY: texts(_without_strangers(plan, why) for why in own[WHY])})


def _without_strangers(plan: Plan, why: str) -> str:
    """The reasons of an award, where one names a unit of another school without its name."""
    others = {
        name
        for kind, column in (("teacher", "教师姓名"), ("school", "学校名称"))
        for name in {*plan.run.results.of(kind).names[column]} - {*plan.units(kind).scores[column]}
    }
    reasons = why.split(JOIN)
    for k, reason in enumerate(reasons):
        for (before, after), name in product(_around_who(plan), others):
            if reason.startswith(head := f"{before}{name}{after}"):
                reasons[k] = f"{before}{_SOMEBODY}{after}{reason[len(head) :]}"
    return JOIN.join(reasons)


def _around_who(plan: Plan) -> list[tuple[str, str]]:
    """What stands before and behind the name in each reason that names another unit."""
    out = []
    for code in (c for c in _NAMES_OTHERS if c in plan.rules.problems):
        before, _, rest = plan.rules.problems[code].text.partition("：")[2].partition("{who}")
        out.append((before, rest.partition("{")[0]))
    return out


def members(plan: Plan, award: Award) -> Bools:
    """Which of the ranked units an award goes to."""
    some = plan.units(award.object)
    return holders(award, some.standing, some.eligible)[some.ranked]


def award_counts(plan: Plan) -> list[list[Entry]]:
    """The cells of 规则 that say how many each award has, how many all before it, and who is ahead of its ranks."""
    if not plan.ranks:
        return []
    out, before = [], 0
    found = {kind: pools(plan.units(kind), plan.rules) for kind in KINDS}
    for n, award in enumerate(plan.rule_sheet.awards):
        row, scores = plan.rule_sheet.awards_top + 1 + n, plan.place(award.object, "得分")
        count = int(members(plan, award).sum())
        sum_before = f"F{row - 1}+G{row - 1}" if n else ""
        if quota := _quota(plan, award, n + 1):
            counted = group_awards.count_formula(quota, plan.place(award.object, "排名"))
            out.append(
                [
                    Entry(row, 6, float(count), counted, "rank"),
                    Entry(row, 7, float(before), sum_before, "rank"),
                    Entry(row, 8, 0.0, look="rank"),
                ]
            )
            before += count
            continue
        ranks, eligible = scores.range(RANK), f',{scores.range(ELIGIBLE)},"达标"'
        if pool := of_award(found[award.object], n + 1):
            ranks, eligible = plan.place(award.object, "排名").range(pool.rank), ""
        ahead = int((takers(award, plan.units(award.object)) < award.first).sum())
        first, last = plan.rule_sheet.award_first(n), plan.rule_sheet.award_last(n)
        counted = f'COUNTIFS({ranks},">="&{first},{ranks},"<="&{last}{eligible})'
        out.append(
            [
                Entry(row, 6, float(count), counted, "rank"),
                Entry(row, 7, float(before), sum_before, "rank"),
                Entry(row, 8, float(ahead), f'COUNTIFS({ranks},"<"&{first}{eligible})', "rank"),
            ]
        )
        before += count
    return out


def _quota(plan: Plan, award: Award, number: int) -> group_awards.Quota | None:
    found = quotas(plan.units(award.object), plan.rules)
    return next((q for q in found if q.number == number), None)


def _award_helpers(plan: Plan, table: Frame, rows: int) -> dict[str, list[Value]]:
    """What finds each row's award and its holder, and what the awards were when the copy was made."""
    awards: list[Value] = []
    found: list[Value] = []
    held: list[Value] = []
    for n, award in enumerate(plan.rule_sheet.awards, start=1):
        some = plan.units(award.object)
        at = np.flatnonzero(members(plan, award))
        awards += [float(n)] * len(at)
        found += (at + 1.0).tolist()
        held += (n * _HOLDER_ROOM + some.ranked[at] + 1.0).tolist()
    sent = {SENT_SCORE: "得分", SENT_STATE: STATE, SENT_WHY: WHY}
    return {
        NUMBER: [float(n) for n in range(1, rows + 1)],
        AWARD: padded(awards, rows),
        FOUND: padded(found, rows),
        HOLDER: padded(held, rows),
        SENT: padded([float(n) for n in range(1, len(awards) + 1)], rows),
        SENT_HOLDER: _blank_below(held, rows),
        **{name: _blank_below(shown(table[column], False), rows) for name, column in sent.items()},
    }


def _blank_below(values: list[Value], rows: int) -> list[Value]:
    return values + [None] * (rows - len(values))


class _AwardRow:
    """One row of 获奖名单 in formulas: the award that it is of, and its holder's row in the ranking of the award's kind."""

    def __init__(self, plan: Plan) -> None:
        own = plan.places[AWARDS]
        self.own, self.cells = own, plan.rule_sheet.award_ranges()
        self.number, self.award, self.found = (own.own(n) for n in (NUMBER, AWARD, FOUND))
        self.rankings = tuple(plan.place(kind, "排名") for kind in KINDS)

    def of(self, column: str) -> str:
        """What 规则 says of the row's award."""
        return f"INDEX({column},{self.award})"

    def filled(self, formula: str) -> str:
        """Nothing where the row has no award."""
        return f'IF({self.award}="","",{formula})'

    def either(self, for_school: str, for_teacher: str, text: str = "") -> str:
        is_school = f'{self.of(self.cells.kind)}="{OBJECT_LABELS["school"]}"'
        return self.filled(f"IF({is_school},{for_school},{for_teacher}){text}")

    def taken(self, name: str) -> str:
        """The holder's value in this column of the ranking."""
        school, teacher = (f"INDEX({ranking.range(name)},{self.found})" for ranking in self.rankings)
        return self.either(school, teacher)


def _award_formulas(plan: Plan) -> dict[str, str]:
    row = _AwardRow(plan)
    of, number, award, cells = row.of, row.number, row.award, row.cells
    in_scores = (f"INDEX({ranking.range(FOUND)},{row.found})" for ranking in row.rankings)
    teacher = f"INDEX({plan.place('teacher', '排名').range('教师姓名')},{row.found})"
    made = {
        "奖项": row.filled(of(cells.name)),
        RANK: row.taken(RANK),
        "学校名称": row.taken("学校名称"),
        "姓名": row.either(_named_person(plan, row), teacher, '&""'),
        "得分": row.taken("得分"),
        "备注": row.filled(_note_formula(plan, award, row.found, of(cells.last), row.taken(TIED))),
        NUMBER: f"ROW()-{FIRST_ROW - 1}",
        AWARD: f'IF({number}>SUM({cells.count}),"",SUMPRODUCT(--({cells.before}<={number}-1)))',
        FOUND: _found_formula(plan, row),
        HOLDER: row.filled(f"{award}*{_HOLDER_ROOM}+{row.either(*in_scores)}"),
        **_since_sent(row),
    }
    assert set(AWARD_COLUMNS) < set(made)
    return made


def _named_person(plan: Plan, row: _AwardRow) -> str:
    """Whom the school of the row's award named for it."""
    ranking, person = plan.place("school", "排名"), '""'
    for role in reversed([r for r in RECIPIENTS if r in _receive(plan)]):
        column = plan.rules.table("schools").by_role(role)
        people = plan.place("school", "指标").range(column.name) if column else ""
        named = f"INDEX({people},INDEX({ranking.range(FOUND)},{row.found}))" if people else '""'
        person = f'IF({row.of(row.cells.recipient)}="{RECIPIENTS[role]}",{named},{person})'
    return person


def _found_formula(plan: Plan, row: _AwardRow) -> str:
    """The holder's row in the ranking: by rank, among those who have moved up, or within a group's share."""
    place = f"{row.of(row.cells.ahead)}+{row.number}-{row.of(row.cells.before)}"

    def match(ranking: Place, so_far: str) -> str:
        return f"MATCH({place},{ranking.range(so_far)},0)"

    out = row.either(*(match(ranking, ELIGIBLE_SO_FAR) for ranking in row.rankings))
    for kind, ranking in zip(KINDS, row.rankings, strict=True):
        for pool in pools(plan.units(kind), plan.rules):
            out = row.filled(f"IF({pool.has(row.award)},{match(ranking, pool.so_far)},{out})")
        for quota in quotas(plan.units(kind), plan.rules):
            out = row.filled(f"IF({row.award}={quota.number},{match(ranking, quota.so_far)},{out})")
    return out


def _since_sent(row: _AwardRow) -> dict[str, str]:
    """What was said of the award when it was sent, while its holder's total is still the same."""
    own = row.own
    sent = own.own(SENT)
    same = f"ABS({own.own('得分')}-INDEX({own.range(SENT_SCORE)},{sent}))<{SHADE}"

    def then(name: str, changed: str) -> str:
        kept = f'IF({same},INDEX({own.range(name)},{sent})&"",{quoted(changed)})'
        return row.filled(f'IF({sent}="",{quoted(changed)},{kept})')

    return {
        SENT: row.filled(f'IFERROR(MATCH({own.own(HOLDER)},{own.range(SENT_HOLDER)},0),"")'),
        STATE: then(SENT_STATE, CHANGED),
        WHY: then(SENT_WHY, ""),
    }


def _receive(plan: Plan) -> set[Role]:
    """The roles whose people receive awards; administrators are always asked about."""
    return {Role.ADMINISTRATOR, *(a.named_by for a in plan.rules.awards if a.to_person)}


def _note_formula(plan: Plan, award: str, found: str, last: str, tied: str) -> str:
    """备注 of a row: a tie; of an award that somebody declines also who moved up for whom."""
    rank = plan.places[AWARDS].own(RANK)
    out = f'IF({tied}="","",{_tie_note(plan, rank, last)})'
    for kind in KINDS:
        some, ranking = plan.units(kind), plan.place(kind, "排名")
        for pool in pools(some, plan.rules):
            among = ranking.range(pool.rank)
            moved = f"INDEX({among},{found})"
            edge = at_edge(plan.rules, moved, f"COUNTIFS({among},{moved})", last)
            tie = f'IF({tied}="","",{tie_text(rank, edge)})'
            note = note_formula(pool, some, plan.place(kind, "得分").range(RANK), rank, last, tie)
            out = f"IF({pool.has(award)},{note},{out})"
        for quota in quotas(some, plan.rules):
            places = ranking, plan.place(kind, "得分"), plan.place(kind, "指标")
            note = group_awards.note_formula(
                quota, some, plan.rules, places, found, plan.rule_sheet, rank, tied
            )
            out = f"IF({award}={quota.number},{note},{out})"
    return out


def _tie_note(plan: Plan, rank: str, last: str) -> str:
    """A tie, and whether more that qualify share the award's last rank than it has places."""
    own, cells = plan.places[AWARDS], plan.rule_sheet.award_ranges()
    school, teacher = (
        f'COUNTIFS({scores.range(RANK)},{rank},{scores.range(ELIGIBLE)},"达标")'
        for scores in (plan.place(k, "得分") for k in KINDS)
    )
    is_school = f'INDEX({cells.kind},{own.own(AWARD)})="{OBJECT_LABELS["school"]}"'
    held = f"IF({is_school},{school},{teacher})"
    return tie_text(rank, at_edge(plan.rules, rank, held, last))
