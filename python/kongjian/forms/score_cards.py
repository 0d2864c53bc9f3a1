"""Score cards: one unit's indicators with the scheme's clause, the value, the rule, the score (附件1, 附件2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from kongjian.engine.evidence.explain import MISSING_VALUE
from kongjian.engine.frame import Frame, objects, texts
from kongjian.engine.rounding import round_score
from kongjian.forms.file_names import sheet_name
from kongjian.forms.job import Document, Job
from kongjian.forms.known import UNIT_NAME, outcome, qualified, scheme_facts, unit_facts, unit_key
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.forms.template.placeholders import Formula, Scalar
from kongjian.rules.model import APART, Indicator, ObjectScheme, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import Authority, NonHomeroom
from kongjian.rules.roles import Role
from kongjian.rules.wording import rule_words
from kongjian.workbook.run import Run

SHEET = "评分表"
FOLDER = "评审表"
_OWN = {"school": (Role.STAGE,), "teacher": (Role.TEACHING, Role.HOMEROOM)}
"""The columns of a unit that its card shows under their own names."""


def jobs(run: Run, today: dt.date) -> list[Job]:
    """A card for every qualified school and every qualified teacher, by rank."""
    return [_job(run, kind, today) for kind in ("school", "teacher")]


def _job(run: Run, kind: str, today: dt.date) -> Job:
    label = f"{OBJECT_LABELS[kind]}评分表"
    scheme = scheme_facts(run.rules, today)
    documents = []
    for at in qualified(run, kind):
        card = scheme | card_context(run, kind, int(at))
        school, person = str(card["学校名称"]), str(card.get("教师姓名", ""))
        sheet = Sheet(SHEET, sheet_name(person or school), card)
        names = {UNIT_NAME: unit_key(run, kind, int(at))}
        stem = f"{school}-{person}" if person else school
        documents.append(Document(f"{FOLDER}/{label}", stem, [sheet], names))
    return Job(label, f"{label}.xlsx", documents, label)


def card_context(run: Run, kind: str, at: int) -> dict[str, Any]:
    """What one unit's card shows; `at` is its position among the run's units of that kind."""
    o, rules, scheme = outcome(run, kind), run.rules, run.rules.object(kind)
    other = _other_teacher(run, kind, at)
    rescaled = other and _NON_HOMEROOM[rules.choice(NonHomeroom)][1]
    facts = unit_facts(run, kind, at)
    rows = _rows(run, kind, at, other)
    share = f"*{scheme.points:g}/{_rest(scheme):g}" if rescaled else ""
    most = scheme.most - scheme.points
    apart = f"-{most:g}" if most else ""
    added = sum(float(s) for i, s in zip(scheme.indicators, rows["得分"], strict=True) if i.kind == "bonus")
    scored = "SUM({{ 指标.得分 }})"
    if rescaled and added:  # only what is owed is scaled
        scored, share = f"({scored}-{added:.10g})", f"{share}+{added:.10g}"
    extra: dict[str, Any] = {
        "指标": rows,
        "分值合计": Formula(f"SUM({{{{ 指标.分值 }}}}){apart}", scheme.points),
        "得分合计": Formula(f"ROUND({scored}{share},2)", float(o.scores.total[at])),
        "扣分合计": Formula("ROUND(SUM({{ 指标.扣分 }}),2)", _total(rows["扣分"])),
        "核分合计": Formula('IF(COUNT({{ 指标.专家核分 }})=0,"",SUM({{ 指标.专家核分 }}))', ""),
        "说明": _remark(rules, scheme, facts, rescaled, *(
            [n for n, m in zip(o.scores.names, some[:, at], strict=True) if m] for some in (o.adopted, o.scores.missing)
        )),
    }  # fmt: skip
    for column in filter(None, map(rules.table(f"{kind}s").by_role, _OWN[kind])):
        value = o.units[column.name][at]
        extra[column.name] = value if isinstance(value, str) else _yes_no(value)
    return facts | extra


def _rows(run: Run, kind: str, at: int, other: bool) -> Frame:
    """The indicators' lines, scores exact as in the results."""
    o, rules, scheme = outcome(run, kind), run.rules, run.rules.object(kind)
    scores, missing = o.scores.by_indicator[:, at], o.scores.missing[:, at]
    points = np.array([i.points for i in scheme.indicators])
    lost = np.where([i.kind in APART for i in scheme.indicators], np.nan, points - scores)
    remarks = [""] * len(points)
    values: list[Scalar] = []
    for k, indicator in enumerate(scheme.indicators):
        values.append(
            MISSING_VALUE if missing[k] else _shown(indicator, kind, o.units[indicator.column][at], rules)
        )
        if missing[k]:
            remarks[k] = "缺数据，按0分计"
        elif other and indicator.homeroom_only:
            said, rescaled = _NON_HOMEROOM[rules.choice(NonHomeroom)]
            remarks[k] = f"{_not_homeroom(rules)}，{said}"
            lost[k] = np.nan if rescaled else lost[k]
    return Frame(
        {
            "一级指标": texts(i.category.replace("（", "\n（") for i in scheme.indicators),
            "指标": texts(i.name for i in scheme.indicators),
            "条款原文": texts(i.sentence for i in scheme.indicators),
            "取值": objects(values),
            "计分规则": texts(rule_words(i, rules) for i in scheme.indicators),
            "分值": np.where(points > 0, points, np.nan),
            "得分": scores.copy(),
            "扣分": lost,
            "专家核分": np.full(len(points), np.nan),
            "备注": texts(remarks),
        }
    )


# what stands beside the evaluation of who has no class, and whether the rest is scaled up instead
_NON_HOMEROOM = {
    NonHomeroom.ZERO: ("得0分", False),
    NonHomeroom.FULL: ("给满分", False),
    NonHomeroom.RESCALE: ("不计", True),
}


def _other_teacher(run: Run, kind: str, at: int) -> bool:
    """Whether a unit is a teacher without a class of their own."""
    homeroom = run.rules.table(f"{kind}s").by_role(Role.HOMEROOM)
    return homeroom is not None and float(outcome(run, kind).units[homeroom.name][at]) != 1


def _not_homeroom(rules: Rules) -> str:
    return f"不是{rules.table('teachers').name_of(Role.HOMEROOM)}"


def _shown(indicator: Indicator, kind: str, value: float, rules: Rules) -> Scalar:
    """A measure as people read it: 是/否, a rate in per cent, a count as a number."""
    if value != value:
        return ""
    if indicator.is_answer:
        return _yes_no(value)
    if rules.table(f"{kind}s").column(indicator.column).kind == "rate" or indicator.kind == "bands":
        return f"{float(round_score(np.array([value * 100]))[0]):.2f}".rstrip("0").rstrip(".") + "%"
    return round(float(value), 4)


def _yes_no(value: float) -> str:
    return "是" if value == 1 else "否"


def _rest(scheme: ObjectScheme) -> float:
    """The points of the indicators that every teacher owes."""
    return scheme.points - sum(i.points for i in scheme.indicators if i.homeroom_only)


def _total(column: Any) -> float:
    return float(round_score(np.array([np.nansum(column)]))[0])


def _why(rules: Rules) -> str:
    """The reading by which a score counts, in the scheme's own words; "" where it leaves nothing open."""
    reading = rules.reading_of(Authority)
    if reading is None:
        return ""
    value = rules.taken(reading)
    return f"（口径“{reading.label}”取“{value.label}”：{value.text}）"


def _remark(
    rules: Rules,
    scheme: ObjectScheme,
    facts: dict[str, Scalar],
    rescaled: bool,
    adopted: list[str],
    missing: list[str],
) -> str:
    """Which score counts and why, in sentences; of the indicators `adopted` the platform's counts."""
    mixed = 0 < len(adopted) < len(scheme.indicators)
    used = f"里“{'、'.join(adopted)}”采用平台得分，其余各项采用计算得分" if mixed else ""
    parts = [f"得分{used or ('采用平台得分' if adopted else '采用计算得分')}{_why(rules)}"]
    if facts["平台得分"] != facts["平台得分"]:
        parts.append("平台没有给出合计的得分" if adopted else "平台没有给出得分")
    if rescaled:
        names = "、".join(i.name for i in scheme.indicators if i.homeroom_only)
        parts.append(
            f"{_not_homeroom(rules)}，不计“{names}”，其余各项满分{_rest(scheme):g}分，合计折算成{scheme.points:g}分"
        )
    if missing:
        parts.append(f"没有数据的指标按0分计：{'、'.join(missing)}")
    return "；".join(parts) + "。"
