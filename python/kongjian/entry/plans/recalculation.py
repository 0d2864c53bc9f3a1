"""重新计算排名, 检查数据: what a calculation writes and says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from kongjian.entry.plans.plan_model import INFO, SHOWN, WARNING, Plan, Told
from kongjian.intake.problem_list import folds_from
from kongjian.workbook import pages
from kongjian.workbook.identity import Named, nameless
from kongjian.workbook.layout import HOME_MESSAGE, SCHEME_NAME
from kongjian.workbook.run import Run


def results(run: Run, sheets: Named, moment: dt.datetime, seconds: float) -> Plan:
    """Every result table and 首页, and in a workbook that names no scheme the one that it was taken for.

    `seconds` is what reading and calculating took.
    """
    writing = pages.results(run, sheets, moment, seconds)
    told = Told(state(run, str(writing.home[HOME_MESSAGE])), SHOWN)
    if not nameless(sheets):
        return Plan(writing, (told,))
    scheme = run.rules.scheme
    said = (
        f"提示：本簿没有写明方案，按“{scheme.id}”（{scheme.name}）计算，已经记在簿里；"
        "要把整个方案带在簿里，请把数据粘贴到新的空白工作簿"
    )
    return Plan(replace(writing, names={**writing.names, SCHEME_NAME: scheme.id}), (told, Told(said)))


def problems(run: Run, sheets: Named, moment: dt.datetime, whole: bool = False) -> Plan:
    """The list of problems and the fills of the cells to look at; what the sheet folds is told by its number, or `whole`."""
    rows = zip(*(run.problems[c] for c in ("级别", "工作表", "单元格", "内容", "建议")), strict=True)
    lines = [f"{level} {sheet}!{cell} {text}。{advice}" for level, sheet, cell, text, advice in rows]
    shown = len(lines) if whole else folds_from(run.problems)
    if folded := len(lines) - shown:
        lines = [*lines[:shown], f"另有{folded}行提示和已确认的，不必处理；加 --all 全部列出"]
    mode = WARNING if run.levels["错误"] else INFO
    writing = pages.problems(run, sheets, moment)
    return Plan(writing, (Told(state(run, str(writing.home[HOME_MESSAGE])), mode, lines),))


def state(run: Run, conclusion: str) -> str:
    """The run in two sentences: how many there are, and what 首页 concludes of it."""
    levels = "、".join(f"{level}{count}" for level, count in run.levels.items())
    school, teacher = run.results.school.eligibility, run.results.teacher.eligibility
    return (
        f"学校{run.schools}所（达标{int(school.eligible.sum())}），教师{run.teachers}名"
        f"（达标{int(teacher.eligible.sum())}），班级{run.classes}个；问题：{levels}\n{conclusion}"
    )
