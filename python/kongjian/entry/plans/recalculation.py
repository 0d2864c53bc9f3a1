"""重新计算排名, 检查数据: what a calculation writes and says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kongjian.entry.plans.plan_model import INFO, SHOWN, WARNING, Plan, Told
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.scheme_tables import named_scheme
from kongjian.intake.sheets import Sheets
from kongjian.workbook import pages
from kongjian.workbook.run import Run


def results(run: Run, sheets: Sheets, moment: dt.datetime, seconds: float) -> Plan:
    """Every result table and 首页. `seconds` is what reading and calculating took."""
    told = (Told(state(run), SHOWN), *_taken_for(run, sheets))
    return Plan(pages.results(run, sheets, moment, seconds), told)


def _taken_for(run: Run, sheets: Sheets) -> Iterator[Told]:
    """Which scheme a workbook was taken for that names none."""
    grid = sheets.grid(RULE_SHEET)
    if grid and not named_scheme(grid)[0]:
        scheme = run.rules.scheme
        yield Told(
            f"提示：本簿没有写明方案，按“{scheme.id}”（{scheme.name}）计算；"
            "要把整个方案带在簿里，请把数据粘贴到新的空白工作簿"
        )


def problems(run: Run, sheets: Sheets, moment: dt.datetime) -> Plan:
    """The list of problems and the fills of the cells to look at."""
    rows = zip(*(run.problems[c] for c in ("级别", "工作表", "单元格", "内容", "建议")), strict=True)
    lines = [f"{level} {sheet}!{cell} {text}。{advice}" for level, sheet, cell, text, advice in rows]
    mode = WARNING if run.levels["错误"] else INFO
    return Plan(pages.problems(run, sheets, moment), (Told(state(run), mode, lines),))


def state(run: Run) -> str:
    """The run in two sentences: how many there are, and whether the results can be used."""
    levels = "、".join(f"{level}{count}" for level, count in run.levels.items())
    school, teacher = run.results.school.eligibility, run.results.teacher.eligibility
    return (
        f"学校{run.schools}所（达标{int(school.eligible.sum())}），教师{run.teachers}名"
        f"（达标{int(teacher.eligible.sum())}），班级{run.classes}个；问题：{levels}\n{run.conclusion}"
    )
