"""What 工作总结统计表 shows: the tables of `statistics` and the year in one paragraph."""

from __future__ import annotations

import datetime as dt

import numpy as np

from kongjian.engine.rounding import round_score
from kongjian.forms.job import Document, Job
from kongjian.forms.known import scheme_facts
from kongjian.forms.statistics import CITY, TOP, UNNAMED, openings, stage_heading, statistics
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.forms.template.placeholders import Context, Scalar
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import NonHomeroom
from kongjian.rules.roles import Role
from kongjian.rules.wording import non_homeroom_words
from kongjian.workbook.run import Run

STEM = "工作总结统计表"
SHEETS = ("概况", "学校指标", "教师指标", "分布", "月度", "学校前列", "教师前列")


def jobs(run: Run, today: dt.date) -> list[Job]:
    """The one workbook of the work summary."""
    context = facts(run, today)
    sheets = [Sheet(name, name, context) for name in SHEETS]
    return [Job(STEM, f"{STEM}.xlsx", [Document("", STEM, sheets)], STEM)]


def facts(run: Run, today: dt.date) -> Context:
    """Every table of the summary, the paragraph above them and the notes below them."""
    tables, heading = statistics(run), stage_heading(run.rules)
    city = {name: column[0] for name, column in tables["全市"].items()}
    scalars: dict[str, Scalar] = {
        **scheme_facts(run.rules, today),
        "评比名称": run.rules.scheme.name.removesuffix("方案"),
        "概述": _paragraph(run, city),
        "概况说明": _overview_note(run.rules, city),
        "学校指标说明": _indicator_note(run, "school"),
        "教师指标说明": _indicator_note(run, "teacher"),
        "分布说明": f"按得分统计。{heading}按学校数据；没有填{heading}的，或教师的学校不在学校数据里的，归入“{UNNAMED}”。",
        "月度说明": "平均分只算这个月有得分的学校和教师；没有月度得分的月份留空，不按零分计。",
        "学校前列说明": _leader_note(heading, "school", TOP["school"]),
        "教师前列说明": _leader_note(heading, "teacher", TOP["teacher"]),
    }
    return {**scalars, **tables}


def _paragraph(run: Run, city: dict[str, float]) -> str:
    def share(part: str, whole: str) -> str:
        return _percent(city[part] / city[whole]) if city[whole] else "无"

    rates = "，".join(
        f"{o.accounts}开通率{_percent(city[f'{who}开通率'])}" for who, o in openings(run.rules).items()
    )
    return (
        f"　　{CITY}{city['学校数']:.0f}所学校、{city['教师数']:.0f}名教师、{run.classes}个班级有数据。"
        f"{rates}{'。' if rates else ''}"
        f"达标学校{city['达标学校']:.0f}所，占{share('达标学校', '学校数')}；"
        f"达标教师{city['达标教师']:.0f}名，占{share('达标教师', '教师数')}。"
        f"学校平均{_points(city['学校平均分'])}，教师平均{_points(city['教师平均分'])}。"
    )


def _percent(rate: float) -> str:
    return "无" if np.isnan(rate) else f"{round_score(np.array([rate * 100]))[0]:.2f}%"


def _points(score: float) -> str:
    return "无" if np.isnan(score) else f"{round_score(np.array([score]))[0]:.2f}分"


def _overview_note(rules: Rules, city: dict[str, float]) -> str:
    total = "和".join(o.total for o in openings(rules).values())
    note = f"教师数是教师数据里的人数。开通率＝开通数÷人数，人数是{total}；人数或开通数没有填、开通数大于人数的学校不计入。"
    left_out = int(city["未计学校"])
    return note + (f"共有{left_out}所学校至少一项没有计入。" if left_out else "各校都已计入。")


def _indicator_note(run: Run, kind: str) -> str:
    note = "平均得分只算有数据的；缺数据的不计入平均，得分率＝平均得分÷分值。"
    own = [i for i in run.rules.object(kind).indicators if i.homeroom_only]
    reading = run.rules.reading_of(NonHomeroom)
    if own and reading:
        names, homeroom = "、".join(i.name for i in own), run.rules.table("teachers").name_of(Role.HOMEROOM)
        return f"{note}不是{homeroom}的教师，“{names}”按口径“{run.rules.taken(reading).label}”计入。"
    return note + "".join(f"“{i.name}”{non_homeroom_words(i, run.rules)}。" for i in own)


def _leader_note(heading: str, kind: str, top: int) -> str:
    return f"各{heading}进入{CITY}排名的前{top}名{OBJECT_LABELS[kind]}；并列的一并列出，备注注明“并列”。"
