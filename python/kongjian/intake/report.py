"""Words the findings: 问题清单, by level, sheet and place."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Frame, texts
from kongjian.rules.model import Problem, Rules

LEVELS = ("错误", "警告", "提示")
SHOWN_ROWS = 12
LONGEST_SHOWN = 200
LAST = 1 << 30


@dataclass(frozen=True)
class Line:
    """One row of 问题清单 and what it is sorted by."""

    level: str
    sheet: str
    cell: str
    text: str
    advice: str
    order: tuple[int, int, int, int]


def problems(
    findings: Findings, rules: Rules, places: dict[str, dict[str, str]], header_rows: dict[str, int]
) -> Frame:
    """级别, 工作表, 单元格, 内容, 建议: findings worded by rules/problems.yaml, neighbours joined."""
    tables = [t.id for t in rules.tables]
    sheets = {t.id: t.sheet for t in rules.tables}
    codes = list(rules.problems)

    def sort_key(f: Finding) -> tuple[int, int, str, int]:
        return (tables.index(f.table), codes.index(f.code), f.column, f.row)

    lines: list[Line] = []
    ordered = sorted(findings, key=sort_key)
    for (table, code), same_code in groupby(ordered, key=lambda f: (f.table, f.code)):
        problem = rules.problems[code]
        groups = _groups(problem, list(same_code))
        level = LEVELS.index(problem.level)
        for k, group in enumerate(groups):
            cell = _cell(group[0], places, header_rows)
            row, advice = group[0].row, word(problem.advice, group[0])
            if k < problem.cap:
                text = word(problem.text, group[0]) + _count(group, problem)
                area = _area(group, problem, places, header_rows)
            else:
                row, text, area = LAST, f"同类问题还有{len(groups) - k}处，没有列出", cell
            order = (level, tables.index(table), row, _column_number(cell))
            lines.append(Line(problem.level, sheets[table], area, text, advice, order))
            if k == problem.cap:
                break
    lines.sort(key=lambda line: line.order)
    columns = {"级别": "level", "工作表": "sheet", "单元格": "cell", "内容": "text", "建议": "advice"}
    return Frame({name: texts(getattr(line, attr) for line in lines) for name, attr in columns.items()})


def _column_number(cell: str) -> int:
    number = 0
    for character in cell.rstrip("0123456789"):
        number = number * 26 + ord(character) - 64
    return number


def count_levels(frame: Frame) -> dict[str, int]:
    """How many rows of 问题清单 are 错误, 警告, 提示."""
    return {level: int(np.count_nonzero(frame["级别"] == level)) for level in LEVELS}


def _groups(problem: Problem, found: list[Finding]) -> list[list[Finding]]:
    """Findings told in one row: neighbours of a column, or all of one reason."""
    if problem.group == "reason":
        by_reason: dict[str, list[Finding]] = {}
        for f in found:
            by_reason.setdefault(word(problem.text, f), []).append(f)
        return list(by_reason.values())
    if problem.group == "":
        return [[f] for f in found]
    out: list[list[Finding]] = []
    for f in found:
        if out and out[-1][-1].column == f.column and f.row - out[-1][-1].row <= 1:
            out[-1].append(f)
        else:
            out.append([f])
    return out


def word(template: str, finding: Finding) -> str:
    """A finding in the words of a template."""
    shown = {k: short(v) if isinstance(v, str) else v for k, v in finding.params.items()}
    return template.format(**{"column": finding.column, **shown})


def short(text: str) -> str:
    """A pasted text cut to what a cell can show: some hold thirty thousand characters."""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _count(group: list[Finding], problem: Problem) -> str:
    if len(group) == 1:
        return ""
    if problem.group == "cells":
        return f"（共{len(group)}处）"
    rows = sorted({f.row for f in group})
    shown = "、".join(str(r) for r in rows[:SHOWN_ROWS])
    return f"（共{len(rows)}行：第{shown}{'……' if len(rows) > SHOWN_ROWS else ''}行）"


def _area(
    group: list[Finding], problem: Problem, places: dict[str, dict[str, str]], header_rows: dict[str, int]
) -> str:
    first = _cell(group[0], places, header_rows)
    if problem.group != "cells" or len(group) == 1:
        return first
    return f"{first}:{_cell(group[-1], places, header_rows)}"


def _cell(finding: Finding, places: dict[str, dict[str, str]], header_rows: dict[str, int]) -> str:
    """The address of a finding; where the column is not there, the first column of its row."""
    if finding.column.startswith("="):
        column = finding.column[1:]
    else:
        column = places.get(finding.table, {}).get(finding.column, "A")
    return f"{column}{finding.row or header_rows.get(finding.table, 3)}"
