"""What only shows across rows and tables: repeats, unknown schools, counts that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, texts
from kongjian.engine.matching import ACCOUNT, NOT_FOUND, locate, rows, school_keys
from kongjian.engine.outcome import Inputs
from kongjian.intake.grades import counted_classes
from kongjian.rules.model import Rules


def check(inputs: Inputs, rules: Rules, findings: Findings) -> Inputs:
    """The inputs without rows that cannot count; every such row, and every doubt, becomes a finding."""
    schools = _schools(_named(inputs.schools, "schools", ("学校名称",), findings), rules, findings)
    known = school_keys(schools["学校名称"])
    teachers = _teachers(_named(inputs.teachers, "teachers", ("学校名称", "教师姓名"), findings), findings)
    classes = _named(inputs.classes, "classes", ("学校名称",), findings)
    classes = counted_classes(classes, schools, rules, findings)
    _classes(classes, rules, findings)
    for table, frame in (("teachers", teachers), ("classes", classes)):
        _unknown_schools(table, frame, known, findings)
    events = _events(inputs.events)
    return Inputs(schools, teachers, classes, _monthly(inputs.monthly, rules, findings), events)


def _named(frame: Frame, table: str, columns: Sequence[str], findings: Findings) -> Frame:
    """The rows that say who they are about."""
    keep = np.ones(frame.height, dtype=bool)
    for column in columns:
        nameless = (frame[column] == "") & keep
        for i in np.flatnonzero(nameless):
            findings.add("name_blank", table, rows(frame)[i], column)
        keep &= ~nameless
    return frame if keep.all() else frame.take(keep)


def _first_places(keys: Sequence[str]) -> np.ndarray:
    """For each key the position of its first appearance (its own where it is blank)."""
    first = locate(keys, keys)
    return np.where(first == NOT_FOUND, np.arange(len(first)), first)


def _schools(schools: Frame, rules: Rules, findings: Findings) -> Frame:
    at = rows(schools)
    first = _first_places(school_keys(schools["学校名称"]))
    again = first != np.arange(schools.height)
    for i in np.flatnonzero(again):
        findings.add(
            "school_twice", "schools", at[i], "学校名称",
            found=schools["学校名称"][i], first=int(at[first[i]]),
        )  # fmt: skip
    schools = schools.take(~again)
    at = rows(schools)
    for i in np.flatnonzero(schools["管理员姓名"] == ""):
        findings.add("administrator_blank", "schools", at[i], "管理员姓名")
    pairs = {p for c in rules.conditions for p in zip(c.opened, c.total, strict=True)}
    for pair in sorted(pairs):
        _opened(schools, *pair, findings)
    needed = {n for c in rules.conditions if c.object == "school" for n in (*c.columns, *c.opened, *c.total)}
    for column in sorted(needed):
        for i in np.flatnonzero(np.isnan(schools[column])):
            findings.add("condition_blank", "schools", at[i], column)
    return schools


def _opened(schools: Frame, opened: str, total: str, findings: Findings) -> None:
    at = rows(schools)
    for i in np.flatnonzero(schools[opened] > schools[total]):
        findings.add(
            "opened_over_total", "schools", at[i], opened,
            opened_column=opened, opened=f"{schools[opened][i]:g}",
            total_column=total, total=f"{schools[total][i]:g}",
        )  # fmt: skip
    for i in np.flatnonzero(schools[total] == 0):
        findings.add("total_zero", "schools", at[i], total)


def _teachers(teachers: Frame, findings: Findings) -> Frame:
    if ACCOUNT not in teachers:
        teachers = teachers.having(**{ACCOUNT: teachers["账号"]})
    at = rows(teachers)
    first = _first_places(list(teachers[ACCOUNT]))
    again = first != np.arange(teachers.height)
    for i in np.flatnonzero(again):
        findings.add(
            "account_twice", "teachers", at[i], "账号", found=teachers["账号"][i], first=int(at[first[i]])
        )
    teachers = teachers.take(~again)
    at = rows(teachers)
    nameless = teachers["账号"] == ""
    for i in np.flatnonzero(nameless):
        findings.add("account_blank", "teachers", at[i], "账号")
    _same_names(teachers, nameless, findings)
    for i in np.flatnonzero((teachers["班主任"] == 0) & (teachers["学生评价"] > 0)):
        findings.add("evaluation_not_homeroom", "teachers", at[i], "学生评价")
    return teachers


def _same_names(teachers: Frame, nameless: Bools, findings: Findings) -> None:
    at = rows(teachers)
    chosen = np.flatnonzero(nameless)
    schools = school_keys(teachers["学校名称"][chosen])
    first: dict[tuple[str, str], int] = {}
    for i, school in zip(chosen, schools, strict=True):
        name = teachers["教师姓名"][i]
        earlier = first.setdefault((school, fold(name)), int(at[i]))
        if earlier != at[i]:
            findings.add("same_name", "teachers", at[i], "教师姓名", found=name, first=earlier)


def _unknown_schools(table: str, frame: Frame, known: list[str], findings: Findings) -> None:
    if not known:
        return
    for i in np.flatnonzero(locate(school_keys(frame["学校名称"]), known) == NOT_FOUND):
        findings.add("school_unknown", table, rows(frame)[i], "学校名称", found=frame["学校名称"][i])


def _classes(classes: Frame, rules: Rules, findings: Findings) -> None:
    at = rows(classes)
    rated = [r.measure for r in rules.measures.class_rates] + [r.count for r in rules.measures.class_rates]
    used = np.logical_or.reduce([~np.isnan(classes[c]) for c in rated])
    for i in np.flatnonzero(used & ~(classes["学生数"] > 0)):
        findings.add("class_size_missing", "classes", at[i], "学生数")
    keys = [
        f"{s}/{g}/{c}" if c else ""
        for s, g, c in zip(classes["学校名称"], classes["年级"], classes["班级"], strict=True)
    ]
    first = _first_places(keys)
    for i in np.flatnonzero(first != np.arange(classes.height)):
        findings.add(
            "class_twice", "classes", at[i], "班级", found=keys[i].replace("/", ""), first=int(at[first[i]])
        )


def _monthly(monthly: Frame, rules: Rules, findings: Findings) -> Frame:
    """类别 guessed where it is blank; rows of an unknown 类别 or an unreadable month left out."""
    if ACCOUNT not in monthly:
        monthly = monthly.having(**{ACCOUNT: monthly["账号"]})
    at = rows(monthly)
    choices = rules.table("monthly").column("类别").choices
    kinds = list(monthly["类别"])
    for i in np.flatnonzero(monthly["类别"] == ""):
        kinds[i] = guessed_kind(choices, monthly["账号"][i])
        findings.add("kind_guessed", "monthly", at[i], "类别", value=kinds[i])
    keep = monthly["月份"] != ""
    for k, kind in enumerate(kinds):
        if kind not in choices:
            findings.add("not_a_choice", "monthly", at[k], "类别", found=kind, choices="、".join(choices))
            keep[k] = False
    return monthly.having(类别=texts(kinds)).take(keep)


def guessed_kind(choices: Sequence[str], account: object) -> str:
    """What a row of 月度得分 without 类别 is about: a teacher where it has an account, else a school."""
    return choices[1] if account else choices[0]


def _events(events: Frame) -> Frame:
    """Lines whose date could be read."""
    if ACCOUNT not in events:
        events = events.having(**{ACCOUNT: events["账号"]})
    keep = ~np.isnat(events["日期"])
    return events if keep.all() else events.take(keep)
