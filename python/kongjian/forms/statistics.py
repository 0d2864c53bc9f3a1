"""The numbers of the work summary (工作总结), from a run's results; no Excel in it.

Blanks (NaN) are left out of every mean, and each table says of how many units a mean was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.frame import Bools, Floats, Frame, Ints, numbers, texts
from kongjian.engine.matching import NOT_FOUND, locate, school_keys
from kongjian.engine.outcome import Outcome
from kongjian.engine.ranking import TIED, UNRANKED, rank, shared
from kongjian.engine.rounding import TOLERANCE, from_cents
from kongjian.rules.model import ObjectScheme, Rules
from kongjian.rules.readings import RankMethod
from kongjian.rules.roles import Role
from kongjian.workbook.layout import range_bounds, range_labels
from kongjian.workbook.run import Run

UNNAMED = "未填"
NOBODY = "没有进入排名的"
CITY = "全市"
PEOPLE = {"教师": (Role.STAFF, Role.STAFF_OPENED), "学生": (Role.PUPILS, Role.PUPILS_OPENED)}


@dataclass(frozen=True)
class Opening:
    """People of a school and those of them with an account: both columns, how the rate and the accounts are called."""

    total: str
    opened: str
    label: str
    accounts: str


def openings(rules: Rules) -> dict[str, Opening]:
    """What the scheme counts, by whose accounts they are; nothing for people of whom it lacks a column."""
    out = {}
    for who, roles in PEOPLE.items():
        total, opened = map(rules.table("schools").by_role, roles)
        if total and opened:
            own = [c for c in rules.conditions if c.opened == (opened.name,)]
            label, accounts = (own[0].label, own[0].accounts) if own else (f"{who}开通率", who)
            out[who] = Opening(total.name, opened.name, label, accounts)
    return out


_GROUPS = "类别"
TOP = {"school": 3, "teacher": 10}
# the order in which education offices name the stages; others follow by name
_USUAL = ("学前", "幼儿", "小学", "九年", "初", "完全中学", "高", "中职", "职", "特")


def statistics(run: Run) -> dict[str, Frame]:
    """Every table of the work summary by name: rates and shares as fractions, scores in points.

    概况 by stage and 全市 for all, 学校指标, 教师指标, 学校分布, 教师分布, 全市分布, 月度, 学校前列, 教师前列.
    """
    school, teacher = run.results.school, run.results.teacher
    stage_of = {"school": stages(school, run.rules), "teacher": teacher_stages(school, teacher, run.rules)}
    names = stage_names(np.concatenate([stage_of["school"], stage_of["teacher"]]))
    masks = {kind: [column == name for name in names] for kind, column in stage_of.items()}
    everyone = {kind: [np.ones(len(column), dtype=bool)] for kind, column in stage_of.items()}
    method = run.rules.choice(RankMethod)
    bands, leaders = {}, {}
    for kind, o in (("school", school), ("teacher", teacher)):
        groups = [(n, m) for n, m in zip(names, masks[kind], strict=True) if m.any()]
        bands[kind] = _bands(o, [*groups, (CITY, everyone[kind][0])], kind, run.rules)
        leaders[kind] = _leaders(o, groups, TOP[kind], method, stage_heading(run.rules))
    return {
        "概况": _overview(school, teacher, names, masks, run.rules),
        "全市": _overview(school, teacher, [CITY], everyone, run.rules),
        "学校指标": _indicators(school, run.rules.school),
        "教师指标": _indicators(teacher, run.rules.teacher),
        "学校分布": bands["school"],
        "教师分布": bands["teacher"],
        "全市分布": _city_bands(bands["school"], bands["teacher"], run.rules),
        "月度": _months(school, teacher, run.rules.counted_months()),
        "学校前列": leaders["school"],
        "教师前列": leaders["teacher"],
    }


def stage_heading(rules: Rules) -> str:
    """What the schools are grouped by, as the scheme calls it."""
    column = rules.table("schools").by_role(Role.STAGE)
    return column.name if column else _GROUPS


def stages(school: Outcome, rules: Rules) -> np.ndarray[Any, Any]:
    """Each school's 学段 in one spelling, 未填 where it is blank or the scheme knows no stages."""
    spelled, column = {"": UNNAMED}, rules.table("schools").by_role(Role.STAGE)
    given = school.units[column.name] if column else [""] * school.units.height
    return texts(spelled.setdefault(fold(s), s) for s in given)


def teacher_stages(school: Outcome, teacher: Outcome, rules: Rules) -> np.ndarray[Any, Any]:
    """Each teacher's 学段: that of the school, 未填 where the school is not in 学校数据."""
    at = locate(school_keys(teacher.names["学校名称"]), school_keys(school.names["学校名称"]))
    of_school = stages(school, rules)
    return texts(UNNAMED if k == NOT_FOUND else of_school[k] for k in at)


def stage_names(found: np.ndarray[Any, Any]) -> list[str]:
    """The stages in their usual order, 未填 last."""

    def place(name: str) -> tuple[bool, int, str]:
        usual = [k for k, word in enumerate(_USUAL) if name.startswith(word)]
        return name == UNNAMED, usual[0] if usual else len(_USUAL), name

    return sorted(set(found.tolist()), key=place)


def mean(values: Floats) -> float:
    """The mean of what is given, NaN where nothing is."""
    given = values[~np.isnan(values)]
    return float(given.mean()) if len(given) else float("nan")


def _overview(
    school: Outcome, teacher: Outcome, names: list[str], masks: dict[str, list[Bools]], rules: Rules
) -> Frame:
    """Counts, means and opening rates (方案 三、评选奖项/1) of the schools and teachers of each mask.

    Where the scheme does not ask for both counts of one kind of people, theirs are NaN.
    """
    schools, teachers = masks["school"], masks["teacher"]
    scores, marks = from_cents(school.score_cents), from_cents(teacher.score_cents)
    columns: dict[str, Any] = {
        stage_heading(rules): texts(names),
        "学校数": _each(schools, np.sum),
        "达标学校": _each(schools, lambda m: (school.eligibility.eligible & m).sum()),
        "学校平均分": _each(schools, lambda m: mean(scores[m])),
        "教师数": _each(teachers, np.sum),
        "达标教师": _each(teachers, lambda m: (teacher.eligibility.eligible & m).sum()),
        "教师平均分": _each(teachers, lambda m: mean(marks[m])),
    }
    unsound = np.zeros(school.units.height, dtype=bool)
    for who in PEOPLE:
        counted = openings(rules).get(who)
        if counted is None:
            columns |= {f"{who}{what}": numbers(len(names)) for what in ("人数", "开通数", "开通率")}
            continue
        everyone, having = school.units[counted.total], school.units[counted.opened]
        sound = _sound(everyone, having)
        unsound |= ~sound
        all_of = _each(schools, lambda m, s=sound, v=everyone: v[m & s].sum())  # type: ignore[misc]
        open_of = _each(schools, lambda m, s=sound, v=having: v[m & s].sum())  # type: ignore[misc]
        rate = np.divide(open_of, all_of, out=np.full(len(names), np.nan), where=all_of > 0)
        columns |= {f"{who}人数": all_of, f"{who}开通数": open_of, f"{who}开通率": rate}
    columns["未计学校"] = _each(schools, lambda m: (unsound & m).sum())
    return Frame(columns)


def _sound(total: Floats, opened: Floats) -> Bools:
    """Where both counts are given and do not contradict each other, as eligibility wants them."""
    return np.asarray((total > 0) & (total >= opened))


def _each(masks: list[Bools], of: Callable[[Bools], Any]) -> Floats:
    return np.array([of(m) for m in masks], dtype=np.float64)


def _indicators(o: Outcome, scheme: ObjectScheme) -> Frame:
    """Per indicator the mean of the scores whose measure was there; a missing one scores 0 but is no zero."""
    at = [k for k, i in enumerate(scheme.indicators) if i.kind != "veto"]
    scored = [scheme.indicators[k] for k in at]
    points = np.array([i.points for i in scored], dtype=np.float64)
    given = ~o.scores.missing[at]
    pairs = list(zip(o.scores.by_indicator[at], given, strict=True))
    average = np.array([mean(score[there]) for score, there in pairs])
    full = [(s[g] >= p - TOLERANCE).sum() for (s, g), p in zip(pairs, points, strict=True)]
    return Frame(
        {
            "序号": np.arange(1.0, len(points) + 1),
            "一级指标": texts(i.category for i in scored),
            "指标": texts(i.name for i in scored),
            "分值": points,
            "平均得分": average,
            "得分率": average / points,
            "满分数": np.array(full, dtype=np.float64),
            "计入数": given.sum(axis=1).astype(np.float64),
            "缺数据数": (~given).sum(axis=1).astype(np.float64),
        }
    )


def _bands(o: Outcome, groups: list[tuple[str, Bools]], kind: str, rules: Rules) -> Frame:
    """How many units of each group score within each range."""
    scores = from_cents(o.score_cents)
    columns: dict[str, Any] = {stage_heading(rules): texts(name for name, _ in groups)}
    masks = [mask for _, mask in groups]
    for label, (low, high) in zip(range_labels(rules), pairwise(range_bounds(rules, kind)), strict=True):
        within = (scores >= low) & (scores < high)
        columns[label] = _each(masks, lambda m, w=within: (w & m).sum())  # type: ignore[misc]
    columns["合计"] = np.sum([columns[label] for label in range_labels(rules)], axis=0)
    return Frame(columns)


def _city_bands(schools: Frame, teachers: Frame, rules: Rules) -> Frame:
    """The whole city's bands as rows, with each band's share of its kind."""
    labels = range_labels(rules)
    columns: dict[str, Any] = {"分数段": texts(labels)}
    for who, bands in (("学校", schools), ("教师", teachers)):
        counts = np.array([bands[label][-1] for label in labels])
        total = counts.sum()
        columns[f"{who}数"] = counts
        columns[f"{who}占比"] = counts / total if total else np.full(len(labels), np.nan)
    return Frame(columns)


def _months(school: Outcome, teacher: Outcome, months: list[str]) -> Frame:
    """The mean of those schools and teachers that have a score in the month, and how many they are."""
    columns: dict[str, Any] = {"月份": texts(f"{m[:4]}年{int(m[5:])}月" for m in months)}
    for who, o in (("学校", school), ("教师", teacher)):
        scores = o.monthly.by_month
        columns[f"{who}平均分"] = np.array([mean(scores[:, k]) for k in range(len(months))])
        columns[f"计入{who}"] = (~np.isnan(scores)).sum(axis=0).astype(np.float64)
    return Frame(columns)


def _leaders(
    o: Outcome, groups: list[tuple[str, Bools]], top: int, method: RankMethod, heading: str
) -> Frame:
    """The first `top` ranked units of each stage by their rank in the city; who shares the last place is in."""
    at, place, tied, stage = [], [], [], []
    for name, mask in groups:
        own = o.order[mask[o.order]]
        within = rank(-o.standing.rank[own], method)
        first = within <= top
        at.append(own[first] if len(own) else np.array([NOT_FOUND]))
        place.append(within[first] if len(own) else np.array([UNRANKED]))
        tied.append(shared(within)[first] if len(own) else np.array([False]))
        stage += [name] * len(at[-1])
    chosen = _joined(at)
    blank = chosen == NOT_FOUND
    person = o.names["教师姓名"] if "教师姓名" in o.names else texts([""] * o.units.height)
    return Frame(
        {
            heading: texts(stage),
            "名次": _or_nan(_joined(place), blank),
            "学校名称": _or_text(o.names["学校名称"], chosen, NOBODY),
            "姓名": _or_text(person, chosen, ""),
            "得分": _picked(from_cents(o.score_cents), chosen),
            "月均得分": _picked(from_cents(o.monthly.average), chosen),
            "全市名次": _picked(o.standing.rank.astype(np.float64), chosen),
            "备注": texts(TIED if t else "" for t in _joined(tied)),
        }
    )


def _joined(parts: list[Any]) -> Ints:
    return np.concatenate(parts) if parts else np.array([], dtype=np.int64)


def _or_nan(values: Ints, blank: Bools) -> Floats:
    return np.where(blank, np.nan, values.astype(np.float64))


def _picked(values: Floats, at: Ints) -> Floats:
    return np.array([np.nan if k == NOT_FOUND else values[k] for k in at], dtype=np.float64)


def _or_text(values: np.ndarray[Any, Any], at: Ints, instead: str) -> np.ndarray[Any, Any]:
    return texts(instead if k == NOT_FOUND else values[k] for k in at)
