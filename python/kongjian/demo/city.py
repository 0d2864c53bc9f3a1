"""One city: its schools, teachers and classes with everything they did, and what the platform scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.demo import activity, people, schools, standings
from kongjian.engine.coverage import Tally
from kongjian.engine.event_log import no_log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints, texts
from kongjian.engine.measures import Below, school_measures
from kongjian.engine.outcome import Inputs
from kongjian.engine.scoring import score
from kongjian.rules import Rules
from kongjian.rules.roles import Role

_LONG_ACCOUNTS = 6
_LOGGED_SHARE = 0.036
_STATED = 0.15
_PLATFORM_SHARE = 0.05
_PARTS = 1000
_WHOLE = 10
"""Pupils of whom the share that a school needs is a whole number."""
_PASS = standings.PASS_CENTS / 100


@dataclass(frozen=True)
class City:
    """`frames` are the tables 学校数据, 教师数据 and 班级数据, yes/no as 1/0 and blanks NaN."""

    schools: Frame
    teachers: Frame
    classes: Frame
    teacher_school: Ints
    administrator: Ints
    """The teacher who administers the platform, for each school."""
    school_score: Floats
    teacher_score: Floats
    middling: Ints
    """Schools far from every award, good for whatever must not change the picture."""
    logged: Ints
    """Those of the middling schools whose teachers' whole log is in 行为明细."""

    def plain_teachers(self, among: Ints) -> Bools:
        """The teachers of these schools who are far from every award."""
        return np.isin(self.teacher_school, among) & (self.teacher_score < _PASS - 4)


def make_city(rng: np.random.Generator, rules: Rules, teachers: int) -> City:
    """A city with that many teachers; the schools, classes and measures that go with them are drawn."""
    listed = schools.school_list(rules, teachers)
    culture = activity.cultures(rng, len(listed))
    of_teacher = np.repeat(np.arange(len(listed)), [s.teachers for s in listed])
    middling = np.flatnonzero((culture > -0.9) & (culture < 0.05))
    logged = _logged(middling, of_teacher)
    staff = _teachers(rng, rules, listed, of_teacher, culture, logged)
    rooms = _classes(rng, rules, listed, culture)
    places = _schools(rng, rules, listed, culture, rooms)
    _state_measures(rng, rules, places, staff, rooms)
    administrator = np.searchsorted(of_teacher, np.arange(len(listed)))
    places[_column(rules, Role.ADMINISTRATOR)] = staff["教师姓名"][administrator]
    teacher_score = _teacher_platform(rng, rules, staff)
    school_score = _school_platform(rng, rules, places, staff, rooms)
    city = City(
        places, staff, rooms, of_teacher, administrator, school_score, teacher_score, middling, logged
    )
    plain = np.flatnonzero(city.plain_teachers(np.setdiff1d(middling, logged)))
    for position, teacher in enumerate(plain[:_LONG_ACCOUNTS].tolist()):
        staff["账号"][teacher] = people.long_account(position)
    return city


def final_score(computed: Floats, platform: Floats) -> Floats:
    """得分 under the default reading: the platform's total where there is one."""
    return np.where(np.isnan(platform), computed, platform)


def _logged(middling: Ints, of_teacher: Ints) -> Ints:
    """The smallest middling schools that together have the wanted share of the teachers."""
    staff = np.bincount(of_teacher)[middling]
    order = np.argsort(staff, kind="stable")
    enough = int(np.searchsorted(np.cumsum(staff[order]), _LOGGED_SHARE * len(of_teacher))) + 1
    return middling[order[: max(1, min(enough, len(middling) // 2))]]


def _teachers(
    rng: np.random.Generator,
    rules: Rules,
    listed: list[schools.School],
    of_teacher: Ints,
    culture: Floats,
    logged: Ints,
) -> Frame:
    names = people.person_names(rng, len(of_teacher))
    identity = {
        "学校名称": texts(listed[s].name for s in of_teacher.tolist()),
        "教师姓名": texts(names),
        "账号": texts(people.teacher_accounts(len(of_teacher))),
    }
    measured = activity.teacher_frame(rng, rules, of_teacher, culture, logged)
    return _complete(rules, "teachers", Frame({**identity, **measured}))


def _classes(rng: np.random.Generator, rules: Rules, listed: list[schools.School], culture: Floats) -> Frame:
    of_class = np.repeat(np.arange(len(listed)), [s.classes for s in listed])
    grades, rooms = [], []
    for school in listed:
        names = schools.GRADES[school.level]
        for grade, name in enumerate(names):
            for number in range(1, len(range(grade, school.classes, len(names))) + 1):
                grades.append(name)
                rooms.append(f"{number}班")
    identity = {
        "学校名称": texts(listed[s].name for s in of_class.tolist()),
        "年级": texts(grades),
        "班级": texts(rooms),
    }
    return _complete(
        rules, "classes", Frame({**identity, **activity.class_frame(rng, rules, of_class, culture)})
    )


def _schools(
    rng: np.random.Generator,
    rules: Rules,
    listed: list[schools.School],
    culture: Floats,
    rooms: Frame,
) -> Frame:
    of_class = np.repeat(np.arange(len(listed)), [s.classes for s in listed])
    total = np.array([s.teachers for s in listed], dtype=float)
    pupils = np.bincount(of_class, rooms[rules.table("classes").name_of(Role.STUDENTS)]).astype(float)
    known = {
        "学校名称": texts(s.name for s in listed),
        _column(rules, Role.STAGE): texts(s.level for s in listed),
        **activity.yes_no_frame(rng, rules, culture),
        _column(rules, Role.STAFF): total,
        _column(rules, Role.STAFF_OPENED): activity.opened(rng, total, culture),
        _column(rules, Role.PUPILS): pupils,
        _column(rules, Role.PUPILS_OPENED): activity.opened(rng, pupils, culture),
    }
    return _complete(rules, "schools", Frame(known))


def _state_measures(
    rng: np.random.Generator, rules: Rules, places: Frame, staff: Frame, rooms: Frame
) -> None:
    """Some schools give the measures themselves that could be derived, with two decimals."""
    states = rng.random(places.height) < _STATED
    derived = _measures(rules, places, staff, rooms)
    for name in [c.name for c in rules.table("schools").columns if c.derivable]:
        places[name] = np.where(states, np.round(derived[name], 2), np.nan)


def _teacher_platform(rng: np.random.Generator, rules: Rules, staff: Frame) -> Floats:
    computed = score(staff, rules.teacher, rules).total
    staff["平台得分"] = standings.platform_totals(
        rng, computed, computed >= _PASS, standings.TEACHER_EDGES, _PLATFORM_SHARE
    )
    return final_score(computed, staff["平台得分"])


def _school_platform(
    rng: np.random.Generator, rules: Rules, places: Frame, staff: Frame, rooms: Frame
) -> Floats:
    computed = score(_measures(rules, places, staff, rooms), rules.school, rules).total
    _set_opening_edges(rules, places, computed)
    contender = _qualifies(rules, places) & (computed >= _PASS)
    places["平台得分"] = standings.platform_totals(
        rng, computed, contender, standings.SCHOOL_EDGES, _PLATFORM_SHARE
    )
    return final_score(computed, places["平台得分"])


def _measures(rules: Rules, places: Frame, staff: Frame, rooms: Frame) -> Frame:
    """学校指标 as the engine derives them."""
    inputs = Inputs.of(rules, schools=places, teachers=staff, classes=rooms)
    log = no_log(inputs.schools.height, inputs.teachers.height, rules)
    below = Below.of(inputs.schools, inputs.teachers, inputs.classes, log, rules)
    return school_measures(inputs.schools, below, rules, Findings(), Tally(inputs.schools.height))


def _column(rules: Rules, role: Role) -> str:
    """What a column of the schools is called."""
    return rules.table("schools").name_of(role)


def _qualifies(rules: Rules, places: Frame) -> Bools:
    """The schools that meet every condition but the monthly average."""
    out = np.ones(places.height, dtype=bool)
    for condition in rules.conditions_for("school"):
        for name in condition.columns:
            out &= places[name] == 1
        share = round(condition.at_least * _PARTS)
        for opened, total in zip(condition.opened, condition.total, strict=True):
            out &= places[opened] * _PARTS >= places[total] * share
    return out


def _set_opening_edges(rules: Rules, places: Frame, computed: Floats) -> None:
    """Two schools that would qualify: one has exactly as many of its pupils' spaces as it needs, one a pupil less."""
    pupils, opened = (_column(rules, r) for r in (Role.PUPILS, Role.PUPILS_OPENED))
    needed = next((c.at_least for c in rules.conditions if opened in c.opened), 1.0)
    good = np.flatnonzero(_qualifies(rules, places) & (computed >= _PASS + 2))
    chosen = good[np.argsort(computed[good])][:2]
    for school, short in zip(chosen.tolist(), (0, 1), strict=False):
        places[pupils][school] -= places[pupils][school] % _WHOLE
        places[opened][school] = places[pupils][school] // _WHOLE * round(needed * _WHOLE) - short


def _complete(rules: Rules, table_id: str, frame: Frame) -> Frame:
    """The frame with every column of its table, in the table's order, blank where nothing is known."""
    height = frame.height
    blank = {
        c.name: texts([""] * height) if c.is_text else np.full(height, np.nan)
        for c in rules.table(table_id).columns
    }
    return Frame({name: frame.get(name, column) for name, column in blank.items()})
