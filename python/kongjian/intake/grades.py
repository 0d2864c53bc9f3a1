"""Which classes of 班级数据 count: the scheme begins at a grade, and staff write grades in many ways."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.event_lines import event_roles
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, Ints, Texts, texts
from kongjian.engine.matching import NOT_FOUND, locate, rows, school_keys
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import GradeLimit
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role

NUMERALS = "一二三四五六七八九"
_N = "(?P<n>十[一二]?|[一二三四五六七八九]|1[0-2]|0?[1-9])"
_STAGE = "(?P<stage>小学|小|初中|初|高中|高)"
_BEFORE = {"小": 0, "初": 6, "高": 9}
"""How many grades lie before a stage's first one."""
_MOST_OF_STAGE = 4  # 初中部七年级 counts from 小学 on by itself
_GRADES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_STAGE}部?)?第?{_N}年级?",  # 一年级, 小学1年级, 初中一年级, 初中部七年级, 一年2班
        rf"{_STAGE}{_N}(?:$|\(|\d+班)",  # 小一, 初一(2)班; 小一班 is a kindergarten's
        rf"{_N}\(\w{{1,2}}\)班?$",  # 一(2)班, 1(2)
        rf"{_N}[.\-·_]\d{{1,2}}班$",  # 1.2班, 一-2班
        r"(?P<n>[一二三四五六七八九])\d{1,2}班$",  # 一2班
        r"(?P<n>[1-9])(?:0[1-9]|[1-3]\d)班?$",  # 102, 112班
    )
)
_ALONE = re.compile(rf"{_N}级?$")
"""A grade where a grade is asked for; as a class it may be the first of any grade."""


def counted_classes(classes: Frame, schools: Frame, rules: Rules, findings: Findings) -> Frame:
    """The classes without those below the scheme's first grade; what cannot be told is found and counted."""
    limit = rules.measures.grades
    if limit is None or not classes.height:
        return classes
    lowest, at = NUMERALS[limit.min_grade - 1], rows(classes)
    keep = np.ones(classes.height, dtype=bool)
    table = rules.table("classes")
    grades, names = (_column(classes, table, role) for role in (Role.GRADE, Role.CLASS_NAME))
    column = c.name if (c := table.by_role(Role.GRADE)) else ""
    school = _school(classes, table, schools, rules)
    limited, stages = _limited(schools, limit, rules)
    for i in np.flatnonzero(school != NOT_FOUND):
        here = limited[school[i]]
        if here is False:
            continue
        grade = grade_of(fold(grades[i]), fold(names[i]))
        if grade is None:
            found = grades[i] or "空白"
            findings.add("grade_unread", "classes", at[i], column, found=found, lowest=lowest)
        elif grade < limit.min_grade and here:
            findings.add("class_below", "classes", at[i], column, lowest=lowest)
            keep[i] = False
        elif grade < limit.min_grade:
            found = stages[school[i]]
            findings.add("stage_unread", "classes", at[i], column, found=found, lowest=lowest)
    return classes if keep.all() else classes.take(keep)


def counted_events(events: Frame, schools: Frame, rules: Rules, findings: Findings) -> Frame:
    """The events without those of pupils below the scheme's first grade, where the log tells the grade."""
    limit, table = rules.measures.grades, rules.table("events")
    grades, names = (_column(events, table, role) for role in (Role.GRADE, Role.CLASS_NAME))
    if limit is None or not ((grades != "") | (names != "")).any():
        return events
    fills = np.array([*(r.fills for r in rules.effective.roles), ""])  # the last one for NOT_FOUND
    pupil = fills[event_roles(events, rules)] == "pupil"
    school = _school(events, table, schools, rules)
    limited, _ = _limited(schools, limit, rules)
    keep = np.ones(events.height, dtype=bool)
    for i in np.flatnonzero(pupil & (school != NOT_FOUND)):
        grade = grade_of(fold(grades[i]), fold(names[i]))
        if limited[school[i]] and grade is not None and grade < limit.min_grade:
            findings.add("event_below", "events", rows(events)[i], lowest=NUMERALS[limit.min_grade - 1])
            keep[i] = False
    return events if keep.all() else events.take(keep)


def _column(frame: Frame, table: InputTable, role: Role) -> Texts:
    """The column of a role; blanks where the scheme or the table has none."""
    column = table.by_role(role)
    return frame[column.name] if column and column.name in frame else texts([""] * frame.height)


def _school(frame: Frame, table: InputTable, schools: Frame, rules: Rules) -> Ints:
    own = rules.table("schools").name_of(Role.SCHOOL)
    return locate(school_keys(frame[table.name_of(Role.SCHOOL)]), school_keys(schools[own]))


def _limited(schools: Frame, limit: GradeLimit, rules: Rules) -> tuple[list[bool | None], Texts]:
    """Whether each school has classes below the first grade, and its stage."""
    stages = _column(schools, rules.table("schools"), Role.STAGE)
    return [_is_limited(fold(stage), limit, rules.levels) for stage in stages], stages


def _is_limited(stage: str, limit: GradeLimit, levels: tuple[str, ...]) -> bool | None:
    """Whether a school of this stage has classes below the first grade; None for a stage that is not known.

    中心小学 and 九年一贯制 are known: they hold a level's name or a level's name holds them.
    """
    if not stage or any(level in stage or stage in level for level in limit.levels):
        return True
    return False if any(level in stage or stage in level for level in levels) else None


@lru_cache(maxsize=4096)
def grade_of(grade: str, class_name: str) -> int | None:
    """The grade (7 for 初一) that folded texts of 年级 and 班级 name; None where they name none for certain."""
    named = [p.match(grade) for p in (*_GRADES, _ALONE)] + [p.match(class_name) for p in _GRADES]
    found = next((m for m in named if m), None)
    if found is None:
        return None
    stage, number = found.groupdict().get("stage") or "小", _number(found["n"])
    return _BEFORE[stage[0]] + number if number <= _MOST_OF_STAGE else number


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return sum(10 if c == "十" else NUMERALS.index(c) + 1 for c in text)
