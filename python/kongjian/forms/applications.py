"""The application forms of those who qualify, with what is known of them."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from kongjian.base.grid import YES_NO
from kongjian.engine.eligibility import basis_points, opening_rate
from kongjian.engine.outcome import NAME_COLUMNS
from kongjian.forms import known
from kongjian.forms.file_names import sheet_name
from kongjian.forms.job import Document, Job
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.forms.template.placeholders import Scalar, words
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column
from kongjian.rules.roles import Role
from kongjian.workbook.run import Run

_APART = "　"
"""Between the facts of a line."""
_PEOPLE, _EQUIPMENT = (Role.STAFF, Role.PUPILS), (Role.INTERNET, Role.MULTIMEDIA)


def sent_facts(rules: Rules) -> re.Pattern[str]:
    """What matches a line that stands in a form as it was sent: the school has written nothing of it."""

    def any_of(captions: Iterable[str]) -> str:
        return f"(?:{'|'.join(map(re.escape, captions)) or '(?!)'})"

    people, equipment, stage = (
        any_of(c.name for c in _columns(rules, roles)) for roles in (_PEOPLE, _EQUIPMENT, (Role.STAGE,))
    )
    rates = any_of(c.label for c in rules.conditions if c.object == "school" and c.kind == "rate")
    fact = (
        rf"(?:{stage}：\S+|{people}：\d+人|{rates}：[\d.]+%|{equipment}：[是否]"
        r"|(?:得分|月均得分)：[\d.]+分|全市名次：第\d+名)"
    )
    return re.compile(rf"\s*{fact}(?:\s+{fact})*\s*")


def _columns(rules: Rules, roles: Iterable[Role]) -> list[Column]:
    """The columns of 学校数据 that play these roles, as far as the scheme has them."""
    return [column for role in roles if (column := rules.table("schools").by_role(role))]


def jobs(run: Run, today: dt.date) -> list[Job]:
    """One form for each school and each teacher who qualifies, by rank."""
    return [_schools(run, today), _teachers(run, today)]


def _schools(run: Run, today: dt.date) -> Job:
    form = run.rules.forms.form("school_application")
    documents = []
    for at in known.qualified(run, "school").tolist():
        facts = known.unit_facts(run, "school", at)
        name = words(facts["学校名称"])
        context = {**known.scheme_facts(run.rules, today), **facts, **school_texts(run, at)}
        sheet = Sheet(form.annex, sheet_name(name), context)
        names = {known.UNIT_NAME: known.unit_key(run, "school", at)}
        documents.append(Document("申报表/学校", f"{form.annex} {name}", [sheet], names))
    return Job(form.label, form.template, documents, f"{form.annex} {form.label}", form.title)


def _teachers(run: Run, today: dt.date) -> Job:
    form = run.rules.forms.form("teacher_application")
    named = known.outcome(run, "teacher").names
    qualified = known.qualified(run, "teacher").tolist()
    alike = Counter((named["学校名称"][at], named["教师姓名"][at]) for at in qualified)
    documents = []
    for at in qualified:
        school, name, account = (str(named[c][at]) for c in NAME_COLUMNS["teacher"])
        shown = f"{name}（{account[-4:]}）" if alike[school, name] > 1 and account else name
        context = {**known.scheme_facts(run.rules, today), **known.unit_facts(run, "teacher", at)}
        sheet = Sheet(form.annex, sheet_name(shown), context)
        names = {known.UNIT_NAME: known.unit_key(run, "teacher", at)}
        folder = f"申报表/教师/{school.replace('/', '_')}"
        documents.append(Document(folder, f"{form.annex} {shown}", [sheet], names))
    return Job(form.label, form.template, documents, f"{form.annex} {form.label}", form.title)


def school_texts(run: Run, at: int) -> dict[str, Scalar]:
    """What three boxes of a school's form begin with: facts of the platform in a line, which the school may edit.

    A fact that is not known is left out.
    """
    facts, units = known.unit_facts(run, "school", at), known.outcome(run, "school").units
    basics = [_line(c.name, units[c.name][at], "") for c in _columns(run.rules, (Role.STAGE,))]
    basics += [_line(c.name, units[c.name][at], "人") for c in _columns(run.rules, _PEOPLE)]
    for condition in run.rules.conditions_for("school"):
        if condition.kind == "rate":
            rate = opening_rate(units.take(np.array([at])), condition)[0]
            shown = float(basis_points(rate, condition.at_least)) / 100
            basics.append(_line(condition.label, shown, "%"))
    equipment = [
        _line(c.name, YES_NO.get(float(units[c.name][at]), ""), "") for c in _columns(run.rules, _EQUIPMENT)
    ]
    results = [_line(name, facts[name], "分") for name in ("得分", "月均得分")]
    results.append(f"全市名次：第{facts['名次']}名" if facts["名次"] else "")
    return {
        "学校基本情况": _APART.join(filter(None, basics)),
        "信息化基本建设情况": _APART.join(filter(None, equipment)),
        "取得成绩": _APART.join(filter(None, results)),
    }


def _line(caption: str, value: Scalar, unit: str) -> str:
    shown = words(value)
    return f"{caption}：{shown}{unit}" if shown else ""
