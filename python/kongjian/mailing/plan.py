"""Where every sheet and column of a copy stands: what formulas need to know before any of them is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kongjian.mailing.copy_sheets import CopyColumn, Place, Value, filled
from kongjian.mailing.rule_cells import RuleSheet, rule_sheet
from kongjian.mailing.units import KINDS, Units, both, compared
from kongjian.rules.model import Rules
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
AVERAGE, LOWEST = "月均", "最低月"
NUMBER, FOUND, COMPARED, ELIGIBLE_SO_FAR, AWARD = "序号", "所在行", "比较值", "达标序", "奖项号"
AWARD_ROOM = 200
"""Further rows for who joins the awards by ties when somebody changes the rules of a copy."""


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
        return CopyColumn(spec.name, "word" if short else spec.kind, spec.width, values, formulas, helper)


def make_plan(run: Run, formulas: bool, only_school: str | None) -> Plan:
    """The plan of a copy. In a school's copy ranks are plain values, since they rest on the other schools."""
    schools, teachers = both(run, only_school)
    ranks = formulas and only_school is None
    sheet = rule_sheet(run.rules)
    heights = {"school": schools.height, "teacher": teachers.height}
    rows = {MONTHS: sum(heights.values()), JUDGED: sum(heights.values())}
    names = {MONTHS: month_names(run.rules), JUDGED: _spec(run.rules, JUDGED)}
    for kind, some in zip(KINDS, (schools, teachers), strict=True):
        for what, make in (("指标", measure_names), ("得分", score_names), ("排名", ranking_names)):
            names[SHEETS[kind][what]] = make(run.rules, kind, ranks)
            rows[SHEETS[kind][what]] = some.height
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
    return min(most, max(now, sum(a.last - a.first + 1 for a in run.rules.awards)) + AWARD_ROOM)


def comparisons(rules: Rules) -> tuple[str, ...]:
    """One helper column for each score that is compared in turn among equals."""
    return tuple(f"比较{b}" for b in compared(rules))


def measure_names(rules: Rules, kind: str, ranks: bool) -> tuple[str, ...]:
    return (*_spec(rules, SHEETS[kind]["指标"]), *((AMONG_EQUALS, BEFORE) if ranks else ()))


def score_names(rules: Rules, kind: str, ranks: bool) -> tuple[str, ...]:
    helpers = (RANKED_SCORE, *comparisons(rules), SORTED_BY, POSITION) if ranks else ()
    return (*_spec(rules, SHEETS[kind]["得分"]), ELIGIBLE, RANK, *helpers)


def month_names(rules: Rules) -> tuple[str, ...]:
    return ("类别", "学校名称", "教师姓名", "账号", *rules.period.months(), AVERAGE, LOWEST)


def ranking_names(rules: Rules, kind: str, ranks: bool) -> tuple[str, ...]:
    helpers = (NUMBER, FOUND, COMPARED, ELIGIBLE_SO_FAR) if ranks else ()
    return (*_spec(rules, SHEETS[kind]["排名"]), *helpers)


def award_names(rules: Rules, ranks: bool) -> tuple[str, ...]:
    return (*_spec(rules, AWARDS), *((NUMBER, AWARD, FOUND) if ranks else ()))


def _spec(rules: Rules, sheet: str) -> tuple[str, ...]:
    return tuple(output_sheet(rules, sheet).names)
