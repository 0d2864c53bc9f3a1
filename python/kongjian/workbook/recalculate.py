"""The whole headless run: a pasted workbook in, the same workbook with its results out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kongjian.engine.calculate import Previous, Results, calculate
from kongjian.engine.frame import Frame, texts
from kongjian.intake.report import count_levels, problems
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.tables import read_inputs
from kongjian.rules import Rules, load_rules
from kongjian.workbook.cells import serial
from kongjian.workbook.edit import Edit
from kongjian.workbook.layout import (
    DISTRIBUTION,
    HOME_DISTRIBUTION,
    OutputSheet,
    output_sheets,
)
from kongjian.workbook.package import Package
from kongjian.workbook.reader import Reader, input_grids, previous_run

Progress = Callable[[str], None]
RUN_COLUMNS = ("时间", "规则版本", "数据指纹", "学校数", "教师数", "班级数", "错误", "警告", "用时秒")


@dataclass(frozen=True)
class Run:
    """What a calculation found: results, the wording of its findings, how many of each level."""

    results: Results
    rules: Rules
    problems: Frame
    levels: dict[str, int]
    classes: int

    @property
    def schools(self) -> int:
        return self.results.school.units.height

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


def examine(package: Package, rules: Rules, progress: Progress = lambda _: None) -> tuple[Run, Reader]:
    """Reads and calculates without writing anything."""
    progress("正在读取工作簿…")
    reader = Reader(package)
    rules = apply_rule_sheet(reader.grid(RULE_SHEET), rules)
    intake = read_inputs(input_grids(reader, rules), rules)
    previous: Previous = previous_run(reader)
    results = calculate(intake.inputs, rules, previous, intake.findings, progress)
    found = problems(results.findings, rules, intake.places, intake.header_rows)
    return Run(results, rules, found, count_levels(found), intake.inputs.classes.height), reader


def check(book: Path, rules: Rules | None = None, progress: Progress = lambda _: None) -> Run:
    """What a calculation of this workbook would find. Raises KongjianError for an unreadable file."""
    with Package(book) as package:
        return examine(package, rules or load_rules(), progress)[0]


def recalculate(
    book: Path,
    out: Path | None = None,
    rules: Rules | None = None,
    progress: Progress = lambda _: None,
    now: dt.datetime | None = None,
) -> Run:
    """Fills every output sheet of a workbook and leaves all the rest as it was.

    Writes to `out`, by default over `book`, whole or not at all; a file that was there is kept as .bak.
    Raises KongjianError with one plain sentence for anything that the user can mend.
    """
    started = time.perf_counter()
    with Package(book) as package:
        run, reader = examine(package, rules or load_rules(), progress)
        progress("正在写入结果…")
        edit = Edit(package)
        moment = (now or dt.datetime.now()).replace(microsecond=0)
        write(edit, run, reader, moment, time.perf_counter() - started)
        edit.save(out or book)
    return run


def write(edit: Edit, run: Run, reader: Reader, moment: dt.datetime, seconds: float) -> None:
    """Puts a run's results into the output sheets and its state on 首页."""
    specs = {s.table: s for s in output_sheets(run.rules)}
    yes_no = frozenset(c.name for t in run.rules.tables for c in t.columns if c.kind == "yes_no")
    tables = {
        **run.results.tables,
        "Problems": _problem_table(run),
        "Runs": _runs(run, reader, moment, seconds),
    }
    for table, spec in specs.items():
        if table in tables:
            frame = tables[table]
            subtitle = (
                f"{moment:%Y-%m-%d %H:%M:%S} 计算 · 规则版本 {run.results.version} · {_count(frame, spec)}"
            )
            edit.put_table(spec, frame, subtitle, yes_no if table.endswith("Measures") else frozenset())
    links = [
        (i, f"'{sheet}'!{cell}")
        for i, (sheet, cell) in enumerate(zip(run.problems["工作表"], run.problems["单元格"], strict=True))
        if reader.name(sheet)
    ]
    edit.put_links(specs["Problems"], "单元格", links[:MOST_LINKS])
    _home(edit, run, moment)


MOST_LINKS = 60_000
"""A sheet takes 65,530 links."""


def _count(frame: Frame, spec: OutputSheet) -> str:
    return f"共{frame.height}行" if frame.height else f"没有{spec.sheet}"


def _problem_table(run: Run) -> Frame:
    if run.problems.height:
        return run.problems
    return Frame({n: texts(["没有发现问题" if n == "内容" else ""]) for n in run.problems})


def _runs(run: Run, reader: Reader, moment: dt.datetime, seconds: float) -> Frame:
    """运行记录 with this run on top of those that the workbook has."""
    new = [
        moment, run.results.version, run.results.fingerprint, run.schools, run.teachers, run.classes,
        run.levels["错误"], run.levels["警告"], round(seconds, 2),
    ]  # fmt: skip
    rows = [new, *reader.rows_below_header("运行记录", list(RUN_COLUMNS))]
    columns = {}
    for k, name in enumerate(RUN_COLUMNS):
        values = [row[k] for row in rows]
        if name in ("规则版本", "数据指纹"):
            columns[name] = texts(str(v) for v in values)
        else:
            columns[name] = np.array([_number(v) for v in values], dtype=np.float64)
    return Frame(columns)


def _number(value: object) -> float:
    if isinstance(value, dt.datetime):
        return serial(value)
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _home(edit: Edit, run: Run, moment: dt.datetime) -> None:
    school, teacher = run.results.school, run.results.teacher
    state = {
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
    for name, value in state.items():
        edit.put_name(name, value)
    bounds = [low for _, low, _ in DISTRIBUTION] + [float("inf")]
    counts = [np.histogram(o.score_cents / 100, bins=bounds)[0].tolist() for o in (school, teacher)]
    edit.put_block(HOME_DISTRIBUTION, [list(pair) for pair in zip(*counts, strict=True)])
