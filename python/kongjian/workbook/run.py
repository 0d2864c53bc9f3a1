"""One run over a workbook, whoever holds it: what a file and an open workbook in Excel have in common.

Both ends hand in their sheets as grids (`Sheets`) and take back what to write as plain data (`Page`, `home_state`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kongjian.base.grid import Grid
from kongjian.engine.awards import STATE
from kongjian.engine.calculate import calculate
from kongjian.engine.event_log import SHEET as COUNTS_SHEET
from kongjian.engine.evidence.change_table import change_sheet
from kongjian.engine.evidence.changes import Changes, compare
from kongjian.engine.evidence.clean_awards import OPEN, doubts, judged_awards
from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import ChangeSheet, Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.intake import problem_list
from kongjian.intake.column_names import SHEET as COLUMN_NAMES
from kongjian.intake.column_names import name_rows, with_confirmed
from kongjian.intake.effective_rows import COUNTS
from kongjian.intake.marks import marks
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.school_names import with_school_names
from kongjian.intake.sheets import Progress, Sheets, no_sheet, rows_below_header
from kongjian.intake.tables import Intake, read_inputs
from kongjian.intake.where import Where
from kongjian.rules import Rules
from kongjian.rules.model import Award
from kongjian.workbook.last_run_sheets import previous_run
from kongjian.xlsx.fill_marks import Mark

_NO_UNITS = "有月度得分或行为明细，但没有学校数据和教师数据：请先粘贴这两张表"
_MOST_NAMED = 12
"""Names of one award that 首页 and the command show."""


def first_named(names: Sequence[str]) -> str:
    """The first of some names, with …… where there are more."""
    return "、".join(names[:_MOST_NAMED]) + ("……" if len(names) > _MOST_NAMED else "")


@dataclass(frozen=True)
class Noted:
    """All findings of a run, those about awards with them, where they stand, and what staff accept."""

    findings: Sequence[Finding]
    where: Where
    accepted: Mapping[problem_list.Key, str]


@dataclass(frozen=True)
class Run:
    """What a calculation found: results, the wording of its findings, how many of each level."""

    results: Results
    rules: Rules
    problems: Frame
    levels: dict[str, int]
    inputs: Inputs
    changes: Changes = field(default_factory=Changes)
    change_sheet: ChangeSheet = field(default_factory=lambda: ChangeSheet(Frame()))
    marks: Sequence[Mark] = ()
    noted: Noted | None = None

    @property
    def schools(self) -> int:
        return self.results.school.units.height

    @property
    def classes(self) -> int:
        return self.inputs.classes.height

    @property
    def teachers(self) -> int:
        return self.results.teacher.units.height

    @property
    def shows_lines(self) -> bool:
        """Whether there are enough schools that a line or a median in one's file is no other's score."""
        return self.schools >= self.rules.evidence.schools_to_show_lines

    @property
    def provisional(self) -> int:
        """How many awards are 待核实."""
        return int((self.results.tables["Awards"][STATE] == OPEN).sum())

    @property
    def still_open(self) -> str:
        """What is to be settled before results go to others: errors, provisional awards; "" where there are none."""
        errors = f"还有{self.levels['错误']}处错误没有处理" if self.levels["错误"] else ""
        return "，".join(filter(None, (errors, self.provisional_said)))

    @property
    def provisional_said(self) -> str:
        """How many awards there are and how many of them 待核实; "" where none is."""
        count = self.results.tables["Awards"].height
        return f"获奖{count}项，其中{self.provisional}项{OPEN}" if self.provisional else ""

    @property
    def message(self) -> str:
        """The run in one sentence, for 首页 and the command line: of what was found the worst."""
        if self.schools + self.teachers == 0:
            lines = self.inputs.events.height + self.inputs.monthly.height + self.inputs.counts.height
            return _NO_UNITS if lines else "还没有数据：请把平台导出的数据粘贴到输入表"
        if self.levels["错误"]:
            return f"有{self.levels['错误']}个错误，请先看“问题清单”，改好后重新计算"
        if self.provisional:
            return f"{self.results.tables['Awards'].height}项奖项有{self.provisional}项待核实：原因在“获奖名单”，逐项核实或在“问题清单”写明已确认"
        if self.levels["警告"]:
            return f"可以使用；另有{self.levels['警告']}处警告，请看“问题清单”"
        return "可以使用，没有发现错误"

    def awarded(self, award: Award) -> tuple[list[str], list[bool]]:
        """Whom an award goes to by name, and whether that is 待核实."""
        table = self.results.tables["Awards"]
        mine = table["奖项"] == award.name
        name = "学校名称" if award.object == "school" and award.recipient == "unit" else "姓名"
        return table[name][mine].tolist(), (table[STATE][mine] == OPEN).tolist()

    def winners(self, kind: str) -> str:
        """Who gets the awards of one kind, by award, each with 待核实 where it is so."""
        said = []
        for award in self.rules.awards:
            if award.object != kind or award.recipient != "unit":
                continue
            who, open_ = self.awarded(award)
            names = [
                f"{name}（{OPEN}）" if doubted else name for name, doubted in zip(who, open_, strict=True)
            ]
            count = f"{len(names)}名" + (f"，{sum(open_)}名{OPEN}" if any(open_) else "")
            said.append(f"{award.name}（{count}）：{first_named(names)}")
        return "；".join(said)

    @property
    def conclusion(self) -> str:
        """The message, and before it that months are still to come."""
        return "；".join(filter(None, (self.months_said, self.message)))

    @property
    def months_said(self) -> str:
        """评选期未完 while months are still to come; "" when all have passed or none is known."""
        passed = self.results.school.monthly.months.passed | self.results.teacher.monthly.months.passed
        if not passed.any() or passed.all():
            return ""
        return f"评选期未完（已有{int(passed.sum())}/{len(passed)}个月）"


def examine_sheets(sheets: Sheets, rules: Rules, progress: Progress = lambda _: None) -> Run:
    """Reads and calculates without writing anything. Raises KongjianError for what the user can mend."""
    progress("正在读取工作簿…")
    return calculate_sheets(sheets, own_rules(sheets, rules), progress)


def own_rules(sheets: Sheets, rules: Rules) -> Rules:
    """The rules as this workbook wants them: by its 列名对应 and its 规则. Raises KongjianError naming what cannot be used."""
    names = sheets.grid(COLUMN_NAMES)
    named = with_school_names(with_confirmed(rules, name_rows(names)), names)
    return apply_rule_sheet(sheets.grid(RULE_SHEET), named)


def calculate_sheets(sheets: Sheets, rules: Rules, progress: Progress = lambda _: None) -> Run:
    """The same by rules in which 规则 has had its say."""
    said = rows_below_header(sheets, "问题清单", list(problem_list.KEY_COLUMNS))
    kept = problem_list.accepted_before(said, rules.words)
    return calculate_grids(input_grids(sheets, rules), rules, previous_run(sheets, rules), progress, kept)


def calculate_grids(
    grids: Mapping[str, Grid | None],
    rules: Rules,
    previous: Previous,
    progress: Progress = lambda _: None,
    accepted: Mapping[problem_list.Key, str] | None = None,
) -> Run:
    """A run over the grids of the input sheets (table id → grid), by rules in which 规则 has had its say.

    `accepted` are the oddities that staff want to keep, see report.accepted_before.
    """
    intake = read_inputs(grids, rules)
    results = calculate(intake.inputs, rules, previous, intake.findings, progress)
    changes = compare(results, intake.inputs, rules, previous, intake.places)
    lines = problem_list.lines(results.findings, intake.where, accepted)
    results, lines = _with_doubts(results, intake, lines, accepted)
    found = problem_list.frame(lines)
    found_of = {id(f): f for f in (*results.findings, *(f for line in lines for f in line.findings))}.values()
    return Run(
        results,
        rules,
        found,
        problem_list.count_levels(found),
        intake.inputs,
        changes,
        change_sheet(results, changes, previous, rules),
        marks(lines, intake.where),
        Noted(list(found_of), intake.where, accepted or {}),
    )


def _with_doubts(
    results: Results,
    intake: Intake,
    lines: list[problem_list.Line],
    accepted: Mapping[problem_list.Key, str] | None,
) -> tuple[Results, list[problem_list.Line]]:
    """The results with the state of each award, and the list with a row for each reason against one."""
    rules = intake.where.rules
    kept = {id(f) for line in lines if line.accepted for f in line.findings}
    errors = [
        f
        for f in results.findings
        if rules.problems[f.code].level == problem_list.LEVELS[0] and id(f) not in kept
    ]
    found = doubts(results, intake.inputs, rules, errors)
    more = problem_list.lines(Findings(d.finding for d in found), intake.where, accepted)
    settled = [f for line in more if line.accepted for f in line.findings]
    return judged_awards(results, found, settled, rules), sorted([*lines, *more], key=lambda line: line.order)


def input_grids(sheets: Sheets, rules: Rules) -> dict[str, Grid | None]:
    """The grids of the five input sheets and of 有效次数. Raises KongjianError where a required sheet is missing."""
    for table in rules.tables:
        if table.required and sheets.name(table.sheet) is None:
            raise no_sheet(table.sheet)
    return {table.id: sheets.grid(table.sheet) for table in rules.tables} | {
        COUNTS: sheets.grid(COUNTS_SHEET)
    }
