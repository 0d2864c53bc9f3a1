"""One run over a workbook, whoever holds it: what a file and an open workbook in Excel have in common.

Both ends hand in their sheets as grids (`Sheets`) and take back what to write as plain data (`Page`, `home_state`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kongjian.base.grid import Grid, cell_number
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.changes import Changes, compare, explained
from kongjian.engine.evidence.evidence_sheets import evidence
from kongjian.engine.frame import Frame, texts
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.intake import problem_list
from kongjian.intake.column_names import SHEET as COLUMN_NAMES
from kongjian.intake.column_names import with_confirmed
from kongjian.intake.marks import marks
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.sheets import Page, Progress, Sheets, no_sheet, rows_below_header
from kongjian.intake.tables import read_inputs
from kongjian.previous import code_of, previous_run
from kongjian.rules import Rules
from kongjian.rules.differences import edits_in_words, readings_in_words
from kongjian.workbook.layout import DISTRIBUTION, output_sheets
from kongjian.xlsx.fill_marks import Mark
from kongjian.xlsx.table_parts import OutputSheet

RUN_COLUMNS = ("时间", "规则版本", "数据指纹", "学校数", "教师数", "班级数", "错误", "警告", "用时秒")
RULE_WORDS = ("口径", "规则修改")
"""The columns of 运行记录 that workbooks of the first version do not have."""
MOST_LINKS = 60_000
"""A sheet takes 65,530 links."""


@dataclass(frozen=True)
class Run:
    """What a calculation found: results, the wording of its findings, how many of each level."""

    results: Results
    rules: Rules
    problems: Frame
    levels: dict[str, int]
    inputs: Inputs
    changes: Changes = field(default_factory=Changes)
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
    results = explained(results, changes)
    lines = problem_list.lines(results.findings, intake.where, accepted)
    found = problem_list.frame(lines)
    return Run(
        results,
        rules,
        found,
        problem_list.count_levels(found),
        intake.inputs,
        changes,
        marks(lines, intake.where),
    )


def input_grids(sheets: Sheets, rules: Rules) -> dict[str, Grid | None]:
    """The grids of the five input sheets. Raises KongjianError where a required sheet is missing."""
    for table in rules.tables:
        if table.required and sheets.name(table.sheet) is None:
            raise no_sheet(table.sheet)
    return {table.id: sheets.grid(table.sheet) for table in rules.tables}


def pages(run: Run, sheets: Sheets, moment: dt.datetime, seconds: float) -> list[Page]:
    """Every output table of a run, the list of problems and the record of runs among them."""
    yes_no = frozenset(c.name for t in run.rules.tables for c in t.columns if c.kind == "yes_no")
    tables = {
        **run.results.tables,
        **evidence(run.inputs, run.results, run.rules),
        "Runs": _runs(run, sheets, moment, seconds),
    }
    out = []
    for spec in output_sheets(run.rules):
        if spec.table == "Problems":
            out.append(problem_page(run, sheets, moment))
        elif spec.table in tables:
            frame = tables[spec.table]
            own = yes_no if spec.table.endswith("Measures") else frozenset()
            out.append(Page(spec, frame, _subtitle(run, spec, frame, moment, "计算"), own))
    return out


def problem_page(run: Run, sheets: Sheets, moment: dt.datetime, done: str = "计算") -> Page:
    """The list of problems, each with a link to its cell."""
    spec = next(s for s in output_sheets(run.rules) if s.table == "Problems")
    frame = run.problems
    if not frame.height:
        frame = Frame({n: texts(["没有发现问题" if n == "内容" else ""]) for n in frame})
    places = zip(run.problems["工作表"], run.problems["单元格"], strict=True)
    spelled = {sheet: sheets.name(sheet) for sheet in set(run.problems["工作表"])}
    links = [(i, name, cell) for i, (sheet, cell) in enumerate(places) if (name := spelled[sheet])]
    subtitle = _subtitle(run, spec, frame, moment, done)
    return Page(spec, frame, subtitle, links=tuple(links[:MOST_LINKS]))


def marks_by_sheet(run: Run) -> dict[str, list[Mark]]:
    """The cells to look at of every input sheet, also of those that have none."""
    return {t.sheet: [m for m in run.marks if m.table == t.id] for t in run.rules.tables}


def _subtitle(run: Run, spec: OutputSheet, frame: Frame, moment: dt.datetime, done: str) -> str:
    count = f"共{frame.height}行" if frame.height else f"没有{spec.sheet}"
    words = (f"规则版本 {run.results.version}", count, code_of(spec, frame, run.rules))
    return " · ".join([f"{moment:%Y-%m-%d %H:%M:%S} {done}", *filter(None, words)])


def _runs(run: Run, sheets: Sheets, moment: dt.datetime, seconds: float) -> Frame:
    """运行记录 with this run on top of those that the workbook has."""
    new = [
        moment, run.results.version, run.results.fingerprint, run.schools, run.teachers, run.classes,
        run.levels["错误"], run.levels["警告"], round(seconds, 2),
        readings_in_words(run.rules), edits_in_words(run.rules),
    ]  # fmt: skip
    rows = [new, *rows_below_header(sheets, "运行记录", RUN_COLUMNS, RULE_WORDS)]
    columns = {}
    for k, name in enumerate((*RUN_COLUMNS, *RULE_WORDS)):
        values = [row[k] for row in rows]
        if name in ("规则版本", "数据指纹", *RULE_WORDS):
            columns[name] = texts(str(v) for v in values)
        else:
            columns[name] = np.array([cell_number(v) for v in values], dtype=np.float64)
    return Frame(columns)


def home_state(run: Run, moment: dt.datetime) -> dict[str, str | int]:
    """What 首页 shows of a run, by the names of its cells."""
    school, teacher = run.results.school, run.results.teacher
    return {
        "HomeRunTime": f"{moment:%Y-%m-%d %H:%M:%S}",
        "HomeVersion": run.results.version,
        "HomeSchools": run.schools,
        "HomeTeachers": run.teachers,
        "HomeClasses": run.classes,
        "HomeSchoolsEligible": int(school.eligibility.eligible.sum()),
        "HomeTeachersEligible": int(teacher.eligibility.eligible.sum()),
        "HomeErrors": run.levels["错误"],
        "HomeWarnings": run.levels["警告"],
        "HomeNotes": run.levels["提示"],
        "HomeMessage": run.message,
    }


def distribution(run: Run) -> list[list[float]]:
    """How many schools and teachers score within each of DISTRIBUTION's bounds."""
    bounds = [low for _, low, _ in DISTRIBUTION] + [float("inf")]
    both = (run.results.school, run.results.teacher)
    counts = [np.histogram(o.score_cents / 100, bins=bounds)[0].tolist() for o in both]
    return [list(pair) for pair in zip(*counts, strict=True)]
