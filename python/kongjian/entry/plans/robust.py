"""名次稳健性: fills its sheet and says what comes of it."""

from __future__ import annotations

import datetime as dt

from kongjian.engine.evidence.robustness import HELD, OF
from kongjian.engine.frame import Bools, Frame
from kongjian.entry.plans import papers
from kongjian.entry.plans.plan_model import Plan, Told
from kongjian.intake.sheets import Page, Sheets
from kongjian.rules import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook import robustness_page
from kongjian.workbook.layout import ROBUSTNESS
from kongjian.workbook.pages import Writing
from kongjian.workbook.run import Run


def filled(run: Run, sheets: Sheets, moment: dt.datetime) -> tuple[Plan, Page]:
    """The sheet by the data as they now stand, with the page that it writes."""
    page = robustness_page.fresh(run, moment)
    told = Told(_said(page.frame, run.rules))
    return Plan(Writing(ROBUSTNESS, pages=[page]), (*papers.stale(run, sheets), told)), page


def _said(frame: Frame, rules: Rules) -> str:
    """How many hold an award under all combinations, and how many under some only."""
    if not frame.height:
        return f"{ROBUSTNESS}：没有数据"
    of, held = frame[OF], frame[HELD]
    if not of[0]:
        return f"{ROBUSTNESS}：方案没有可以改的口径"
    always, sometimes = _counted(frame, held == of, rules), _counted(frame, (held > 0) & (held < of), rules)
    parts = ((always, "都获奖"), (sometimes, "只在一部分里获奖"))
    said = "；".join(f"{who}{what}" for who, what in parts if who) or "没有人获奖"
    return f"试了{of[0]:g}种口径组合：{said}。每一个的名次范围和原因见“{ROBUSTNESS}”"


def _counted(frame: Frame, some: Bools, rules: Rules) -> str:
    counts = ((int((some & (frame["类别"] == label)).sum()), kind) for kind, label in OBJECT_LABELS.items())
    return "、".join(f"{count}{rules.table(f'{kind}s').unit}" for count, kind in counts if count)
