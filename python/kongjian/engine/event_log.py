"""The log of events added up over the term: what it is, and two of them as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.engine.event_lines import behaviours
from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts, texts
from kongjian.engine.matching import NOT_FOUND, school_keys
from kongjian.rules.model import Rules
from kongjian.rules.roles import Role

COUNTS_SHEET = "有效次数"
COLUMNS = ("学校名称", "账号", "角色", "行为", "月份", "有效次数", "出处")
COUNTED = ("记录数", "新增学生", "计入次数", "计入月数", "每人上限")
"""What only rows 导入 have: the lines behind a count; of pupils how many the month is the first of, what it adds to the

sum of each one's min(limit, count) where every line counts and where a month counts once, and that limit.
"""
NUMBERS = ("有效次数", *COUNTED)


@dataclass(frozen=True)
class Pupils:
    """One row per pupil, class and behaviour with effective counts; schools and behaviours by position.

    `class_key` is "" where the log does not say the class; `person` tells pupils apart. A row of what was imported is of so
    many `people` of a class, whose counts up to the target are `done` together; that is NaN in a row of one pupil.
    """

    school: Ints
    class_key: Texts
    person: Ints
    behaviour: Ints
    count: Floats
    people: Floats
    done: Floats


@dataclass(frozen=True)
class Log:
    """The events, added up over the term. Behaviours, roles, teachers and schools run by position.

    `of_teachers` (behaviours, teachers) and `of_schools` (behaviours, schools) are effective counts, `repeated`
    (behaviours, teachers) the lines that did not count because one already did. `at_school` (roles, schools), `at_own`
    (roles, teachers; at each one's school) and `anywhere` (behaviours) say of what the log has any line at all, see
    coverage; `first`, `last` (roles, schools) between which months of the period, by position, -1 for none. `told` are
    the schools that have any teacher's line, `known` those with one by an account of 教师数据.
    """

    counts: Frame
    of_teachers: Floats
    of_schools: Floats
    repeated: Floats
    pupils: Pupils
    at_school: Bools
    at_own: Bools
    anywhere: Bools
    first: Ints
    last: Ints
    months: Bools
    told: Bools
    known: Bools

    @property
    def strange(self) -> Bools:
        """The schools of which no teacher's line is by an account of 教师数据."""
        return self.told & ~self.known

    def gaps(self, passed: Bools) -> Bools:
        """The months of the period without any line, up to the latest that has passed or that the log tells of."""
        some = np.flatnonzero(passed | self.months)
        here = np.arange(len(self.months)) <= (some[-1] if len(some) else NOT_FOUND)
        return here & ~self.months & (not self.is_empty)

    @property
    def is_empty(self) -> bool:
        return not bool(self.anywhere.any())


def no_log(schools: int, teachers: int, rules: Rules) -> Log:
    """The log without any event, of so many schools and teachers."""
    some, roles = len(behaviours(rules)), len(rules.effective.roles)
    none = np.zeros(0, np.int64)
    nobody = Pupils(none, texts([]), none, none, np.zeros(0), np.zeros(0), np.zeros(0))
    return Log(
        Frame({c: np.zeros(0) if c in NUMBERS else texts([]) for c in COLUMNS}),
        np.zeros((some, teachers)), np.zeros((some, schools)), np.zeros((some, teachers)), nobody,
        np.zeros((roles, schools), bool), np.zeros((roles, teachers), bool), np.zeros(some, bool),
        np.full((roles, schools), NOT_FOUND), np.full((roles, schools), NOT_FOUND),
        np.zeros(len(rules.period.months()), bool), np.zeros(schools, bool), np.zeros(schools, bool),
    )  # fmt: skip


def joined(one: Log, other: Log) -> Log:
    """Both logs as one, with the table of the first."""
    a, b = vars(one.pupils), vars(other.pupils)
    first = np.where(one.first == NOT_FOUND, other.first, np.minimum(one.first, other.first))
    return Log(
        one.counts, one.of_teachers + other.of_teachers, one.of_schools + other.of_schools,
        one.repeated + other.repeated, Pupils(*(np.concatenate([a[name], b[name]]) for name in a)),
        one.at_school | other.at_school, one.at_own | other.at_own, one.anywhere | other.anywhere,
        np.where(other.first == NOT_FOUND, one.first, first), np.maximum(one.last, other.last),
        one.months | other.months, one.told | other.told, one.known | other.known,
    )  # fmt: skip


def spans(role: Ints, school: Ints, month: Ints, roles: int, height: int) -> tuple[Bools, Ints, Ints]:
    """By role and school: whether there is any accepted line, the first and the last month with one."""
    at = role * height + school
    first = np.full(roles * height, np.iinfo(np.int64).max)
    last = np.full(roles * height, NOT_FOUND)
    np.minimum.at(first, at, month)
    np.maximum.at(last, at, month)
    some = last != NOT_FOUND
    shape = (roles, height)
    return some.reshape(shape), np.where(some, first, NOT_FOUND).reshape(shape), last.reshape(shape)


def at_own(names_of: Texts, role_of: Ints, teachers: Frame, rules: Rules) -> Bools:
    """By role and teacher: whether there is any accepted line at the teacher's school, which 学校数据 may lack."""
    own, roles = (
        school_keys(teachers[rules.table("teachers").name_of(Role.SCHOOL)]),
        len(rules.effective.roles),
    )
    out = np.zeros((roles, teachers.height), dtype=bool)
    for role in range(roles):
        names = set(names_of[role_of == role].tolist())
        here = set(school_keys(names)) - {""}
        out[role] = [key in here for key in own]
    return out
