"""One run over a workbook, whoever holds it: what a file and an open workbook in Excel have in common.

Both ends hand in their sheets as grids (`Sheets`) and take back what to write as plain data (`Page`, `home_state`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kongjian.base.grid import Grid
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.change_table import change_sheet
from kongjian.engine.evidence.changes import Changes, compare
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import ChangeSheet, Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.intake import problem_list
from kongjian.intake.column_names import SHEET as COLUMN_NAMES
from kongjian.intake.column_names import with_confirmed
from kongjian.intake.marks import marks
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.sheets import Progress, Sheets, no_sheet, rows_below_header
from kongjian.intake.tables import read_inputs
from kongjian.rules import Rules
from kongjian.workbook.last_run_sheets import previous_run
from kongjian.xlsx.fill_marks import Mark


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
    def message(self) -> str:
        """The run in one sentence, for 首页 and the command line."""
        if self.schools + self.teachers == 0:
            return "还没有数据：请把平台导出的数据粘贴到输入表"
        if self.levels["错误"]:
            return f"有{self.levels['错误']}个错误，请先看“问题清单”，改好后重新计算"
        if self.levels["警告"]:
            return f"可以使用；另有{self.levels['警告']}处警告，请看“问题清单”"
        return "可以使用，没有发现错误"


def examine_sheets(sheets: Sheets, rules: Rules, progress: Progress = lambda _: None) -> Run:
    """Reads and calculates without writing anything. Raises KongjianError for what the user can mend."""
    progress("正在读取工作簿…")
    return calculate_sheets(sheets, own_rules(sheets, rules), progress)


def own_rules(sheets: Sheets, rules: Rules) -> Rules:
    """The rules as this workbook wants them: by its 列名对应 and its 规则. Raises KongjianError naming what cannot be used."""
    named = with_confirmed(rules, sheets.grid(COLUMN_NAMES))
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
    found = problem_list.frame(lines)
    return Run(
        results,
        rules,
        found,
        problem_list.count_levels(found),
        intake.inputs,
        changes,
        change_sheet(results, changes, previous, rules),
        marks(lines, intake.where),
    )


def input_grids(sheets: Sheets, rules: Rules) -> dict[str, Grid | None]:
    """The grids of the five input sheets. Raises KongjianError where a required sheet is missing."""
    for table in rules.tables:
        if table.required and sheets.name(table.sheet) is None:
            raise no_sheet(table.sheet)
    return {table.id: sheets.grid(table.sheet) for table in rules.tables}
