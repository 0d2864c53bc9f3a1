"""What is scored: 教师指标 and 学校指标, with every blank filled that can be derived (附件1 期均)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kongjian.engine import effective
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import NOT_FOUND, accounts, locate, rows, school_keys
from kongjian.engine.rounding import TOLERANCE
from kongjian.rules.model import ClassRate, Rules, TeacherMean
from kongjian.rules.model_tables import InputTable
from kongjian.rules.readings import ClassWeight
from kongjian.rules.roles import Role

DECIMALS = 10
"""Means are kept to ten decimals: what a cell shows, free of the noise of adding in another order."""
SOURCE = "#source:"
"""Before a measure's name: on how many rows each derived value rests, FROM_EVENTS, or 0 where nothing was derived.

There is no such column for a measure of which nothing was derived.
"""
# from how many pupils each class has: its weight, and whether it counts
_CLASS_WEIGHT: dict[ClassWeight, Callable[[Floats], tuple[Floats, Bools]]] = {
    ClassWeight.STUDENTS: lambda students: (students, students > 0),
    ClassWeight.CLASSES: lambda students: (np.ones(len(students)), np.ones(len(students), dtype=bool)),
}
FROM_EVENTS = -1.0
PLATFORM = "#platform:"
"""Before an indicator's name: the platform's own score of it, where the export gave one; for comparing only."""


def basis(units: Frame, measure: str, at: int) -> float:
    """What one unit's value of a measure rests on, see SOURCE; 0 where it was pasted."""
    return float(units[SOURCE + measure][at]) if SOURCE + measure in units else 0.0


def teacher_measures(teachers: Frame, counts: Frame, rules: Rules, findings: Findings) -> Frame:
    """教师数据 with blank counts taken from the effective counts. Given counts stand; differences are found."""
    out = Frame(teachers)
    if counts.height == 0 or teachers.height == 0:
        return out
    keys, at = accounts(teachers), rows(teachers)
    for role in rules.effective.roles:
        for name in role.behaviours if role.fills == "teacher" else ():
            counted = effective.totals(counts, role, name, keys, "账号").astype(np.float64)
            if name in rules.effective.share_behaviours:
                counted = np.minimum(counted, 1.0)
            column = rules.filled_by(role, name)
            given = teachers[column]
            fill = np.isnan(given) & (counted > 0)
            differ = ~np.isnan(given) & (counted > 0) & (np.abs(given - counted) > TOLERANCE)
            if name not in rules.effective.share_behaviours:
                for i in np.flatnonzero(differ):
                    findings.add(
                        "counts_differ", "teachers", at[i], column,
                        given=f"{given[i]:g}", counted=f"{counted[i]:g}",
                    )  # fmt: skip
            for i in np.flatnonzero(fill):
                findings.add("counts_filled", "teachers", at[i], column)
            _derive(out, column, np.where(fill, counted, np.nan), FROM_EVENTS)
    return out


def school_measures(
    schools: Frame, teachers: Frame, classes: Frame, counts: Frame, rules: Rules, findings: Findings
) -> Frame:
    """学校数据 with blank measures derived from 教师指标, 班级数据 and administrators' effective counts."""
    out = Frame(schools)
    school_table, teacher_table, class_table = (rules.table(t) for t in ("schools", "teachers", "classes"))
    keys = school_keys(schools[school_table.name_of(Role.SCHOOL)])
    teacher_school = locate(school_keys(teachers[teacher_table.name_of(Role.SCHOOL)]), keys)
    class_school = locate(school_keys(classes[class_table.name_of(Role.SCHOOL)]), keys)
    for mean in rules.measures.teacher_means:
        _derive(out, mean.measure, *_teacher_mean(mean, teachers, teacher_table, teacher_school, len(keys)))
    for rate in rules.measures.class_rates:
        students = classes[class_table.name_of(Role.STUDENTS)]
        values = class_rate(rate, classes, students)
        derived, used_rows = _class_mean(values, students, class_school, len(keys), rules.choice(ClassWeight))
        used = np.isnan(classes[rate.measure]) & ~np.isnan(values)
        for i in np.flatnonzero(used):
            findings.add("rate_from_counts", "classes", rows(classes)[i], rate.measure)
        _derive(out, rate.measure, derived, used_rows)
    for role in rules.effective.roles:
        for name in role.behaviours if role.fills == "school" and counts.height else ():
            done = effective.totals(counts, role, name, keys, "学校名称") >= 1
            _derive(out, rules.filled_by(role, name), np.where(done, 1.0, np.nan), FROM_EVENTS)
    return out


def class_rate(rate: ClassRate, classes: Frame, students: Floats) -> Floats:
    """Each class's completion rate: as given, else min(1, count / (pupils × per_student))."""
    given, count = classes[rate.measure], classes[rate.count]
    with np.errstate(divide="ignore", invalid="ignore"):
        derived = np.minimum(1.0, count / (students * rate.per_student))
    derived[~(students > 0)] = np.nan
    return _fill(given, derived)


def _teacher_mean(
    mean: TeacherMean, teachers: Frame, table: InputTable, school: Ints, height: int
) -> tuple[Floats, Floats]:
    values = teachers[mean.measure]
    if mean.how == "share_complete":
        values = np.where(np.isnan(values), np.nan, values >= mean.complete_from - TOLERANCE)
    everyone = np.ones(len(values), dtype=bool)
    counted = teachers[table.name_of(mean.counted)] == 1 if mean.counted else everyone
    return _mean(values, np.ones(len(values)), counted, school, height)


def _class_mean(
    values: Floats, students: Floats, school: Ints, height: int, weight: ClassWeight
) -> tuple[Floats, Floats]:
    return _mean(values, *_CLASS_WEIGHT[weight](students), school, height)


def _mean(
    values: Floats, weights: Floats, counted: Bools, school: Ints, height: int
) -> tuple[Floats, Floats]:
    """The weighted mean per school over the values given (NaN where there is none), and how many those are."""
    use = counted & ~np.isnan(values) & (school != NOT_FOUND)
    at, w = school[use], weights[use]
    total = np.bincount(at, weights=w, minlength=height)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.bincount(at, weights=values[use] * w, minlength=height) / total
    return np.round(out, DECIMALS), np.bincount(at, minlength=height).astype(np.float64)


def _derive(out: Frame, measure: str, derived: Floats, source: Floats | float) -> None:
    """Fills a measure's blanks and, where there were any to fill, says from what."""
    given = out[measure]
    fill = np.isnan(given) & ~np.isnan(derived)
    if fill.any():
        out[measure] = np.where(fill, derived, given)
        out[SOURCE + measure] = np.where(fill, source, 0.0)


def _fill(given: Floats, derived: Floats) -> Floats:
    return np.where(np.isnan(given), derived, given)
