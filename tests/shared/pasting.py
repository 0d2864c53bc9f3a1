"""Pastes: clean rows with something changed, read straight from grids or through a real workbook file.

A clean paste has one school and one teacher who score 100 points each and not a single finding, so that a
test can name every row of 问题清单 that its dirt leads to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from kongjian.base.grid import Cell, Grid
from kongjian.engine.calculate import calculate
from kongjian.engine.declined import Decline
from kongjian.engine.evidence.clean_awards import doubts
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Results
from kongjian.intake.problem_list import frame, lines
from kongjian.intake.tables import Intake, read_inputs
from kongjian.rules import Rules
from kongjian.workbook.recalculate import Run, recalculate
from pinned_rules import pinned_rules

Line = Sequence[Cell]
Changes = Mapping[str, Cell]
RULES = pinned_rules()
SCHOOL, PERSON, ACCOUNT = "赤壁市第一小学", "张明", "hb42128101"
YES_NO = {c.name: "是" for c in RULES.table("schools").columns if c.kind == "yes_no"}
SCORED = {
    "制作课件": 5.0, "在线撰写教案": 40.0, "在线授课": 40.0, "网络教研": 4.0, "作业管理": 1.0,
    "成绩管理": 2.0, "学生评价": 1.0, "通知公告": 1.0, "活动发布": 1.0, "参与活动": 1.0,
}  # fmt: skip
CLEAN: dict[str, Changes] = {
    "schools": {
        "学校名称": SCHOOL, "学段": "小学", **YES_NO, "管理员姓名": "李静", "教师总数": 50.0,
        "教师开通空间数": 48.0, "适龄学生数": 600.0, "学生开通空间数": 590.0, **SCORED,
        "课程学习完成率": 0.9, "作业完成率": 0.9,
    },
    "teachers": {
        "学校名称": SCHOOL, "教师姓名": PERSON, "账号": ACCOUNT, "任课": "是", "班主任": "是", **SCORED,
    },
    "classes": {
        "学校名称": SCHOOL, "年级": "三年级", "班级": "1班", "学生数": 40.0, "课程学习完成率": 0.9,
        "作业完成率": 0.9,
    },
    "monthly": {"类别": "教师", "学校名称": SCHOOL, "账号": ACCOUNT, "月份": "2020-12", "得分": 90.0},
    "events": {
        "日期": dt.date(2021, 3, 1), "学校名称": SCHOOL, "账号": ACCOUNT, "角色": "教师", "行为": "在线授课",
    },
}  # fmt: skip


def lines_of(table_id: str, *changes: Changes, headers: Sequence[str] = ()) -> list[Line]:
    """A sheet from row 1 on: title, guidance, headers, then a clean row with each of the changes."""
    table = RULES.table(table_id)
    names = list(headers or table.names)
    rows = [{**CLEAN[table_id], **change} for change in changes]
    return [[table.sheet], ["说明"], names, *([row.get(name, "") for name in names] for row in rows)]


def sheet(
    *lines: Line,
    errors: Mapping[tuple[int, int], str] | None = None,
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> Grid:
    """A grid of lines of any length."""
    width = max((len(line) for line in lines), default=0)
    rows = [[*line, *[""] * (width - len(line))] for line in lines]
    return Grid(rows, dict(errors or {}), tuple(merged))


def table(table_id: str, *changes: Changes, headers: Sequence[str] = ()) -> Grid:
    return sheet(*lines_of(table_id, *changes, headers=headers))


def told(found: Frame) -> list[str]:
    """The rows of 问题清单 as `级别 工作表!单元格 内容`; every one of them advises something."""
    assert all(found["建议"])
    columns = (found[name] for name in ("级别", "工作表", "单元格", "内容"))
    return [f"{level} {name}!{cell} {text}" for level, name, cell, text in zip(*columns, strict=True)]


@dataclass(frozen=True)
class Read:
    """What a paste became, beside awards that somebody declines."""

    intake: Intake
    rules: Rules
    declines: Sequence[Decline] = ()

    @cached_property
    def problems(self) -> Frame:
        """问题清单 of the reading alone."""
        return frame(lines(self.intake.findings, self.intake.where))

    @property
    def lines(self) -> list[str]:
        return told(self.problems)

    @cached_property
    def results(self) -> Results:
        previous = Previous(declines=self.declines)
        return calculate(self.intake.inputs, self.rules, previous, Findings(self.intake.findings))

    @property
    def all_lines(self) -> list[str]:
        """问题清单 as the workbook shows it, the findings of the calculation included."""
        found = self.results.findings
        return told(frame(lines(found, self.intake.where)))

    @cached_property
    def judged(self) -> Findings:
        """The findings of a run, those against its awards included."""
        found = self.results.findings
        errors = [f for f in found if self.rules.problems[f.code].level == "错误"]
        return Findings(
            [*found, *(d.finding for d in doubts(self.results, self.intake.inputs, self.rules, errors))]
        )

    def column(self, table_id: str, name: str) -> list[Any]:
        """One column as it was read; None stands for a blank number."""
        return plain(getattr(self.intake.inputs, table_id)[name])

    def output(self, output: str, name: str) -> list[Any]:
        """One column of an output table."""
        return plain(self.results.tables[output][name])


def plain(column: Any) -> list[Any]:
    return [None if v != v else v for v in column.tolist()]


def read(rules: Rules = RULES, **grids: Grid | None) -> Read:
    """Reads these sheets; the others are clean, one school and one teacher."""
    usual: dict[str, Grid | None] = {t.id: table(t.id, *([{}] if t.required else [])) for t in rules.tables}
    return Read(read_inputs(usual | grids, rules), rules)


@dataclass(frozen=True)
class Formula:
    """A formula cell with the value that Excel has kept for it."""

    text: str
    value: float | str


def write_book(
    path: Path,
    sheets: Mapping[str, Sequence[Line]],
    finish: Callable[[Workbook], None] = lambda _: None,
) -> Path:
    """A workbook with these sheets (table id → lines from row 1); the other input sheets are clean."""
    with Workbook(str(path)) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for t in RULES.tables:
            page = book.add_worksheet(t.sheet)
            for r, line in enumerate(sheets.get(t.id, lines_of(t.id, *([{}] if t.required else [])))):
                for c, cell in enumerate(line):
                    if isinstance(cell, Formula):
                        page.write_formula(r, c, cell.text, None, cell.value)
                    elif isinstance(cell, dt.date):
                        page.write_datetime(r, c, cell, date)
                    elif isinstance(cell, str):
                        page.write_string(r, c, cell)
                    else:
                        page.write(r, c, cell)
        finish(book)
    return path


def recalculated(path: Path) -> tuple[Run, list[str]]:
    """The run over a workbook file and its 问题清单."""
    run = recalculate(path)
    return run, told(run.problems)
