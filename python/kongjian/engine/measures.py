"""What is scored: 教师指标 and 学校指标, with every blank filled that can be derived (附件1 期均)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kongjian.engine.coverage import (
    BY_READING,
    COVERED,
    FROM_LOG,
    MISSING,
    PASTED,
    Rungs,
    Tally,
    climb,
    covered,
)
from kongjian.engine.event_lines import role_behaviours
from kongjian.engine.event_log import Log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import ACCOUNT, NOT_FOUND, accounts, locate, rows, school_keys
from kongjian.engine.pupil_rates import PupilRates, report_target
from kongjian.engine.rounding import TOLERANCE
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import ClassRate, TeacherMean
from kongjian.rules.model_tables import InputTable
from kongjian.rules.readings import ClassWeight
from kongjian.rules.roles import Role

DECIMALS = 10
"""Means are kept to ten decimals: what a cell shows, free of the noise of adding in another order."""
SOURCE = "#source:"
"""Before a measure's name: on how many rows each derived value rests, or one of the codes below; 0 where it was pasted.

There is no such column for a measure of which nothing was derived.
"""
FROM_EVENTS, NO_EVENTS, BLANK_ZERO, FROM_PUPILS = -1.0, -2.0, -3.0, -4.0
"""Counted in the log; 0 because the log covers it; 0 by the reading of blanks; a school's pupils' events."""
OF = "#of:"
"""Before a measure's name: how many rows a derived mean should rest on, see SOURCE."""
PARTIAL = "#partial:"
"""Before a measure's name: 1 where a derived mean does not rest on everyone concerned."""
PLATFORM = "#platform:"
"""Before an indicator's name: the platform's own score of it, where the export gave one."""
# from how many pupils each class has: its weight, and whether it counts
_CLASS_WEIGHT: dict[ClassWeight, Callable[[Floats], tuple[Floats, Bools]]] = {
    ClassWeight.STUDENTS: lambda students: (students, students > 0),
    ClassWeight.CLASSES: lambda students: (np.ones(len(students)), np.ones(len(students), dtype=bool)),
}
_CODES = np.array([0.0, FROM_EVENTS, NO_EVENTS, BLANK_ZERO, 0.0])
"""SOURCE by rung."""


def basis(units: Frame, measure: str, at: int) -> float:
    """What one unit's value of a measure rests on, see SOURCE; 0 where it was pasted."""
    return float(units[SOURCE + measure][at]) if SOURCE + measure in units else 0.0


def should_rest_on(units: Frame, measure: str, at: int) -> float:
    """On how many rows one unit's mean should rest."""
    return float(units[OF + measure][at]) if OF + measure in units else 0.0


def partial(units: Frame, measure: str) -> Bools:
    """Where a measure is a mean over some only."""
    column = units.get(PARTIAL + measure)
    return np.zeros(units.height, dtype=bool) if column is None else column == 1


@dataclass(frozen=True)
class Below:
    """What schools are derived from: teachers' measures, classes and the log, each row's school by position.

    `people` is how many different people each school has in 教师数据, `short` where those are fewer than 教师总数 says.
    """

    teachers: Frame
    teacher_school: Ints
    people: Ints
    short: Bools
    classes: Frame
    class_school: Ints
    log: Log

    @classmethod
    def of(cls, schools: Frame, teachers: Frame, classes: Frame, log: Log, rules: Rules) -> Below:
        keys = _school_keys("schools", schools, rules)
        teacher_school = locate(_school_keys("teachers", teachers, rules), keys)
        class_school = locate(_school_keys("classes", classes, rules), keys)
        people = _people(teachers, teacher_school, schools.height, rules)
        staff = rules.table("schools").by_role(Role.STAFF)
        short = people < schools[staff.name] if staff else np.zeros(schools.height, dtype=bool)
        return cls(teachers, teacher_school, people, np.asarray(short), classes, class_school, log)


def _school_keys(table: str, frame: Frame, rules: Rules) -> list[str]:
    return school_keys(frame[rules.table(table).name_of(Role.SCHOOL)])


def _people(teachers: Frame, school: Ints, height: int, rules: Rules) -> Ints:
    """Different people by their accounts, without one by their names: of two of one name nobody knows that they are two."""
    known = accounts(teachers)
    first = locate(known, known) == np.arange(teachers.height)
    names = teachers[rules.table("teachers").name_of(Role.PERSON)]
    seen: set[tuple[int, str]] = set()
    for i in np.flatnonzero(teachers[ACCOUNT] == "").tolist():
        who = int(school[i]), names[i]
        first[i] = who not in seen
        seen.add(who)
    return np.bincount(school[first & (school != NOT_FOUND)], minlength=height)


def teacher_measures(
    teachers: Frame, schools: Frame, log: Log, rules: Rules, findings: Findings, tally: Tally
) -> Frame:
    """教师数据 with blank counts as the ladder of coverage fills them. Given counts stand; differences are found."""
    out = Frame(teachers)
    if teachers.height == 0:
        return out
    at, table = rows(teachers), rules.table("teachers")
    school = locate(_school_keys("teachers", teachers, rules), _school_keys("schools", schools, rules))
    has_account = teachers[ACCOUNT] != ""
    blank_somewhere = np.zeros(teachers.height, dtype=bool)
    for k, role, b, name in role_behaviours(rules, "teacher"):
        column, is_share = rules.filled_by(role, name), name in rules.effective.share_behaviours
        given, counted = teachers[column], log.of_teachers[b]
        if is_share:
            counted = np.minimum(counted, 1.0)
        told = has_account & log.at_own[k] & log.anywhere[b]
        owed = _concerned(column, teachers, table, rules)
        values, rung = climb(given, counted, told, rules)
        if is_share:  # who has no class owes nothing: a blank stays a blank
            silent = ~owed & (rung > FROM_LOG)
            values, rung = np.where(silent, np.nan, values), np.where(silent, PASTED, rung)
        tally.add(k, b, school, rung, owed)
        blank_somewhere |= (rung == MISSING) & owed
        _report_counts(column, given, counted, rung, at, owed, is_share, findings)
        out[column] = values
        if (rung != PASTED).any():
            out[SOURCE + column] = _CODES[np.where(np.isnan(values), PASTED, rung)]
    if not log.is_empty:
        for i in np.flatnonzero(blank_somewhere & ~has_account):
            findings.add("log_no_account", "teachers", at[i], table.name_of(Role.ACCOUNT))
    return out


def _concerned(column: str, teachers: Frame, table: InputTable, rules: Rules) -> Bools:
    """Whose counts of a behaviour the school's mean is over; everyone where there is no such mean."""
    mean = next((m for m in rules.measures.teacher_means if m.measure == column), None)
    return _counted(mean, teachers, table) if mean else np.ones(teachers.height, dtype=bool)


def _counted(mean: TeacherMean, teachers: Frame, table: InputTable) -> Bools:
    if not mean.counted:
        return np.ones(teachers.height, dtype=bool)
    return np.asarray(teachers[table.name_of(mean.counted)] == 1)


def _report_counts(
    column: str, given: Floats, counted: Floats, rung: Rungs, at: Ints, owed: Bools, is_share: bool, findings: Findings
) -> None:  # fmt: skip
    differ = (rung == PASTED) & (counted > 0) & (np.abs(given - counted) > TOLERANCE)
    for i in np.flatnonzero(differ) if not is_share else ():
        findings.add(
            "counts_differ", "teachers", at[i], column, given=f"{given[i]:g}", counted=f"{counted[i]:g}"
        )
    filled = np.flatnonzero(rung == FROM_LOG)
    for i in filled:
        findings.add("counts_filled", "teachers", at[i], column)
    if is_share and len(filled):
        findings.add("evaluation_once", "teachers", column=column, count=len(filled))
    _report_zeros(("counts_covered", "counts_zero"), "teachers", column, rung[owed], findings)


def _report_zeros(codes: tuple[str, str], table: str, column: str, rung: Rungs, findings: Findings) -> None:
    """Tells how many blanks of a column are 0, because the log covers them (the first code) or by the reading."""
    for code, step in zip(codes, (COVERED, BY_READING), strict=True):
        if some := int((rung == step).sum()):
            findings.add(code, table, column=column, count=some)


def school_measures(schools: Frame, below: Below, rules: Rules, findings: Findings, tally: Tally) -> Frame:
    """学校数据 with blank measures derived from 教师指标, 班级数据 and the log."""
    out, height = Frame(schools), schools.height
    table = rules.table("teachers")
    for mean in rules.measures.teacher_means:
        values = below.teachers[mean.measure]
        if mean.how == "share_complete":
            values = np.where(np.isnan(values), np.nan, values >= mean.complete_from - TOLERANCE)
        counted = _counted(mean, below.teachers, table)
        found = _mean(values, np.ones(len(values)), counted, counted, below.teacher_school, height)
        _derive(out, mean.measure, *found, below.short)
    for k, role, b, name in role_behaviours(rules, "teacher"):
        column = rules.filled_by(role, name)
        if column in schools:
            tally.given(k, b, ~np.isnan(schools[column]), rules.table("schools").sheet)
    for rate in rules.measures.class_rates:
        _class_rate(out, rate, schools, below, rules, findings, tally)
    for k, role, b, name in role_behaviours(rules, "school"):
        column, everyone = rules.filled_by(role, name), np.arange(height)
        done = np.minimum(below.log.of_schools[b], 1.0)
        values, rung = climb(schools[column], done, covered(below.log, k, b), rules)
        tally.add(k, b, everyone, rung, np.ones(height, dtype=bool))
        _report_zeros(("answers_covered", "answers_zero"), "schools", column, rung, findings)
        out[column] = values
        if (rung != PASTED).any():
            out[SOURCE + column] = _CODES[rung]
    _report_means(schools, out, below, rules, findings)
    return out


def _report_means(schools: Frame, out: Frame, below: Below, rules: Rules, findings: Findings) -> None:
    """Says of every derived mean over some only how many it rests on, and of whom 教师数据 lacks people."""
    at, staff = rows(schools), rules.table("schools").by_role(Role.STAFF)
    derived = np.zeros(schools.height, dtype=bool)
    units = {m.measure: "名" for m in rules.measures.teacher_means}
    units |= {r.measure: "个班级" for r in rules.measures.class_rates}
    for measure, unit in units.items():
        source, of = out.get(SOURCE + measure), out.get(OF + measure)
        if source is None or of is None:
            continue
        derived |= (source > 0) & (unit == "名")
        for i in np.flatnonzero((source > 0) & (source < of)):
            findings.add(
                "mean_partial", "schools", at[i], measure, count=int(source[i]), of=int(of[i]), unit=unit
            )
    if staff is None:
        return
    for i in np.flatnonzero(derived & below.short):
        findings.add(
            "teachers_fewer", "schools", at[i], staff.name,
            count=int(below.people[i]), total=f"{schools[staff.name][i]:g}",
        )  # fmt: skip


def class_rate(rate: ClassRate, classes: Frame, students: Floats) -> Floats:
    """Each class's completion rate: as given, else min(1, count / (pupils × per_student))."""
    given, count = classes[rate.measure], classes[rate.count]
    with np.errstate(divide="ignore", invalid="ignore"):
        derived = np.minimum(1.0, count / (students * rate.per_student))
    derived[~(students > 0)] = np.nan
    return np.where(np.isnan(given), derived, given)


def _class_rate(
    out: Frame, rate: ClassRate, schools: Frame, below: Below, rules: Rules, findings: Findings, tally: Tally
) -> None:
    """A school's completion rate: of its classes, as given, counted or seen in the log, else of its pupils' events."""
    role, behaviour = next(
        (k, b) for k, _, b, name in role_behaviours(rules, "pupil") if name == rate.behaviour
    )
    pupils = PupilRates(rate, role, behaviour, schools, below.classes, below.class_school, below.log, rules)
    filled, partly = _of_classes(out, rate, below, pupils, rules, findings)
    own_rates = np.bincount(below.class_school[filled], minlength=schools.height) == 0
    of_school, of_pupils, capped = pupils.by_school()
    fill = np.isnan(out[rate.measure]) & ~np.isnan(of_school)
    if fill.any():
        of_log, nobody = np.full(schools.height, FROM_PUPILS), np.zeros(schools.height, dtype=bool)
        _derive(out, rate.measure, np.round(of_school, DECIMALS), of_log, of_pupils, nobody)
    some = np.isnan(schools[rate.measure]) & (partly | (fill & pupils.partly))
    if some.any():
        out[PARTIAL + rate.measure] = np.where(some, 1.0, out[PARTIAL + rate.measure])
    pupils.tally(tally)
    tally.given(role, behaviour, ~np.isnan(schools[rate.measure]), rules.table("schools").sheet)
    given = own_rates & ~fill & ~np.isnan(out[rate.measure])
    tally.given(role, behaviour, given, rules.table("classes").sheet)
    _report_pupils(rate, schools, pupils, some, capped & fill, findings)
    if pupils.seen:
        report_target(rate, role, rules, findings)


def _of_classes(
    out: Frame, rate: ClassRate, below: Below, pupils: PupilRates, rules: Rules, findings: Findings
) -> tuple[Bools, Bools]:
    """Schools' rates as the means of their classes'; which classes the log filled, which schools of some pupils only."""
    classes, height = below.classes, out.height
    students, at = classes[rules.table("classes").name_of(Role.STUDENTS)], rows(classes)
    values = class_rate(rate, classes, students)
    counted = np.isnan(classes[rate.measure]) & ~np.isnan(values)
    findings.add_rows("rate_from_counts", "classes", at[counted], rate.measure)
    of_class, partly = pupils.by_class()
    values, capped, filled = _fill_capped(values, of_class)
    findings.add_rows("pupils_capped", "classes", at[capped], rate.measure)
    weights, weighed = _CLASS_WEIGHT[rules.choice(ClassWeight)](students)
    everyone = np.ones(classes.height, dtype=bool)
    found = _mean(values, weights, weighed, everyone, below.class_school, height)
    _derive(out, rate.measure, *found, np.zeros(height, dtype=bool))
    return filled, np.bincount(below.class_school[filled & partly], minlength=height) > 0


def _report_pupils(
    rate: ClassRate, schools: Frame, pupils: PupilRates, some: Bools, capped: Bools, findings: Findings
) -> None:
    """Finds schools whose rate is that of some pupils only, was over 100 %, or has pupils in classes that nobody knows."""
    at, strangers = rows(schools), pupils.strangers()
    for i in np.flatnonzero(some):
        findings.add(
            "mean_partial", "schools", at[i], rate.measure,
            count=int(pupils.known[i]), of=int(pupils.everybody[i]), unit="名学生",
        )  # fmt: skip
    findings.add_rows("pupils_capped", "schools", at[capped], rate.measure)
    for i in np.flatnonzero(strangers):
        findings.add("pupils_elsewhere", "schools", at[i], rate.measure, count=int(strangers[i]))


def _fill_capped(values: Floats, derived: Floats) -> tuple[Floats, Bools, Bools]:
    """Blanks filled with rates, those over 100 % as 100 %, where that was so, and where any was filled."""
    fill = np.isnan(values) & ~np.isnan(derived)
    return np.where(fill, np.minimum(derived, 1.0), values), fill & (derived > 1 + TOLERANCE), fill


def _mean(
    values: Floats, weights: Floats, counted: Bools, concerned: Bools, school: Ints, height: int
) -> tuple[Floats, Floats, Floats]:
    """The weighted mean per school over the values given (NaN where there is none), how many those are, and of how

    many concerned.
    """
    here = concerned & (school != NOT_FOUND)
    use = here & counted & ~np.isnan(values)
    at, w = school[use], weights[use]
    total = np.bincount(at, weights=w, minlength=height)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.bincount(at, weights=values[use] * w, minlength=height) / total
    of = np.bincount(school[here], minlength=height).astype(np.float64)
    return np.round(out, DECIMALS), np.bincount(at, minlength=height).astype(np.float64), of


def _derive(out: Frame, measure: str, derived: Floats, source: Floats, of: Floats, short: Bools) -> None:
    """Fills a measure's blanks and, where there were any to fill, says from what and from how many of how many."""
    given = out[measure]
    fill = np.isnan(given) & ~np.isnan(derived)
    if not fill.any():
        return
    out[measure] = np.where(fill, derived, given)
    for key, value in (
        (SOURCE, source),
        (OF, of),
        (PARTIAL, (((source > 0) & (source < of)) | short).astype(np.float64)),
    ):
        before = out.get(key + measure)
        out[key + measure] = np.where(fill, value, 0.0 if before is None else before)
