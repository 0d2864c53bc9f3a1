"""Where every sheet and column of a copy stands: what formulas need to know before any of them is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kongjian.engine.awards import compared
from kongjian.engine.measures import PLATFORM, partial
from kongjian.mailing import group_awards
from kongjian.mailing.copy_sheets import CopyColumn, Place, Value, filled
from kongjian.mailing.passed_over import pools
from kongjian.mailing.rule_cells import RuleSheet, rule_sheet
from kongjian.mailing.units import KINDS, Units, both
from kongjian.rules.model import Rules
from kongjian.rules.readings import MissingMonths, PassMark
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import OutColumn

SHEETS = {
    kind: {what: f"{label}{what}" for what in ("指标", "得分", "排名")}
    for kind, label in (("school", "学校"), ("teacher", "教师"))
}
MONTHS, JUDGED, AWARDS = "月度得分", "资格审核", "获奖名单"
AMONG_EQUALS, BEFORE = "同分先后", "上次名次"
ELIGIBLE, RANK, RANKED_SCORE, SORTED_BY, POSITION = "是否达标", "名次", "排名分", "排序值", "位置"
AVERAGE, LOWEST, LACKING = "月均", "最低月", "缺的月份"
EXACT = "未舍入月均"
NUMBER, FOUND, COMPARED, ELIGIBLE_SO_FAR, AWARD = "序号", "所在行", "比较值", "达标序", "奖项号"
HOLDER, SENT, SENT_HOLDER = "获奖号", "发出时的行", "发出时获奖号"
SENT_SCORE, SENT_STATE, SENT_WHY = "发出时得分", "发出时状态", "发出时待核实原因"
CHANGED = "已改动"
"""状态 of an award that was not sent, or not with this total."""
AWARD_ROOM = 200
"""Further rows for who joins the awards by ties when somebody changes the rules of a copy."""
# whether a month that is over holds 0 where there is no score, and whether who lacks one cannot qualify
_MISSING_MONTHS = {
    MissingMonths.GIVEN: (False, False),
    MissingMonths.ZERO: (True, False),
    MissingMonths.NOT_ELIGIBLE: (False, True),
}
_EXACTLY = {PassMark.ROUNDED: False, PassMark.EXACT: True}
"""Whether the unrounded average is compared with the bound."""


@dataclass(frozen=True)
class Plan:
    """Everything that a copy shows and where. `live`: with formulas; `ranks`: those of ranks and awards, too."""

    run: Run
    rule_sheet: RuleSheet
    places: Mapping[str, Place]
    schools: Units
    teachers: Units
    live: bool
    ranks: bool

    @property
    def rules(self) -> Rules:
        return self.run.rules

    def units(self, kind: str) -> Units:
        return self.schools if kind == "school" else self.teachers

    def place(self, kind: str, what: str) -> Place:
        return self.places[SHEETS[kind][what]]

    def fill(self, kind: str, template: str, live: bool | None = None) -> Sequence[str]:
        """The formula of each unit of a kind; none in a copy without formulas."""
        rows, shift = self.units(kind).height, self.schools.height if kind == "teacher" else 0
        return filled(template, rows, shift) if template and (self.live if live is None else live) else ()

    def column(
        self, spec: OutColumn, values: Sequence[Value], formulas: Sequence[str] = (), helper: bool = False
    ) -> CopyColumn:
        """A column as the workbook's sheet of the same name has it."""
        short = spec.kind == "text" and spec.width < 11.5 and "姓名" not in spec.name
        look = "word" if short else spec.kind
        return CopyColumn(spec.name, look, spec.width, values, formulas, helper, spec.wraps)


def make_plan(run: Run, formulas: bool, only_school: str | Collection[str] | None) -> Plan:
    """The plan of a copy. In a school's copy, or one of some schools, ranks are plain values, since they rest on the other schools."""
    schools, teachers = both(run, only_school)
    ranks = formulas and only_school is None
    sheet = rule_sheet(run.rules)
    heights = {"school": schools.height, "teacher": teachers.height}
    rows = {MONTHS: sum(heights.values()), JUDGED: sum(heights.values())}
    names = {MONTHS: month_names(run.rules), JUDGED: _spec(run.rules, JUDGED)}
    for kind, some in zip(KINDS, (schools, teachers), strict=True):
        names[SHEETS[kind]["指标"]] = measure_names(run.rules, some, ranks)
        names[SHEETS[kind]["得分"]] = score_names(run.rules, some, formulas, ranks)
        names[SHEETS[kind]["排名"]] = ranking_names(run.rules, some, ranks)
        rows |= {SHEETS[kind][what]: some.height for what in SHEETS[kind]}
        if not ranks:
            rows[SHEETS[kind]["排名"]] = len(some.ranked)
    names[AWARDS] = award_names(run.rules, ranks)
    rows[AWARDS] = _award_rows(run, heights, ranks)
    places = {name: Place(name, names[name], rows[name]) for name in names}
    return Plan(run, sheet, places, schools, teachers, formulas, ranks)


def _award_rows(run: Run, heights: Mapping[str, int], ranks: bool) -> int:
    """As many as there are, and in a live copy room for more."""
    now = run.results.tables["Awards"].height
    if not ranks:
        return now
    most = sum(heights[a.object] for a in run.rules.awards)
    return min(most, max(now, sum(a.last - a.first + 1 for a in run.rules.awards if a.by_rank)) + AWARD_ROOM)


def comparisons(rules: Rules) -> tuple[str, ...]:
    """One helper column for each score that is compared in turn among equals."""
    return tuple(f"比较{b}" for b in compared(rules))


def platform_parts(rules: Rules, some: Units) -> dict[str, str]:
    """The indicators of which the platform's export has scores of their own → the columns that hold them."""
    indicators = rules.object(some.kind).indicators
    return {i.name: f"{i.name}平台得分" for i in indicators if PLATFORM + i.name in some.measures}


def partial_means(rules: Rules, some: Units) -> dict[str, str]:
    """The measures that are a mean over some only for any of the units → the helper columns that say so."""
    measures = dict.fromkeys(i.column for i in rules.object(some.kind).indicators)
    return {m: f"{m}不全" for m in measures if partial(some.measures, m).any()}


def fills_missing_months(rules: Rules) -> bool:
    return _MISSING_MONTHS[rules.choice(MissingMonths)][0]


def bars_who_lack_months(rules: Rules) -> bool:
    return _MISSING_MONTHS[rules.choice(MissingMonths)][1]


def compares_exactly(rules: Rules) -> bool:
    return _EXACTLY[rules.choice(PassMark)]


def measure_names(rules: Rules, some: Units, ranks: bool) -> tuple[str, ...]:
    parts = platform_parts(rules, some).values()
    return (*_spec(rules, SHEETS[some.kind]["指标"]), *parts, *((AMONG_EQUALS, BEFORE) if ranks else ()))


def score_names(rules: Rules, some: Units, live: bool, ranks: bool) -> tuple[str, ...]:
    helpers = tuple(partial_means(rules, some).values()) if live else ()
    helpers += (EXACT,) if live and compares_exactly(rules) else ()
    declining = [pool.flag for pool in pools(some, rules)]
    grouped = group_awards.score_names(some, rules) if ranks else ()
    helpers += (RANKED_SCORE, *comparisons(rules), SORTED_BY, POSITION, *declining, *grouped) if ranks else ()
    return (*_spec(rules, SHEETS[some.kind]["得分"]), ELIGIBLE, RANK, *helpers)


def month_names(rules: Rules) -> tuple[str, ...]:
    lacking = (LACKING,) if bars_who_lack_months(rules) else ()
    return ("类别", "学校名称", "教师姓名", "账号", *rules.counted_months(), AVERAGE, LOWEST, *lacking)


def ranking_names(rules: Rules, some: Units, ranks: bool) -> tuple[str, ...]:
    moved_up = [name for pool in pools(some, rules) for name in pool.names]
    grouped = group_awards.ranking_names(some, rules) if ranks else ()
    helpers = (NUMBER, FOUND, COMPARED, ELIGIBLE_SO_FAR, *moved_up, *grouped) if ranks else ()
    return (*_spec(rules, SHEETS[some.kind]["排名"]), *helpers)


def award_names(rules: Rules, ranks: bool) -> tuple[str, ...]:
    sent = (HOLDER, SENT, SENT_HOLDER, SENT_SCORE, SENT_STATE, SENT_WHY)
    return (*_spec(rules, AWARDS), *((NUMBER, AWARD, FOUND, *sent) if ranks else ()))


def _spec(rules: Rules, sheet: str) -> tuple[str, ...]:
    return tuple(output_sheet(rules, sheet).names)
