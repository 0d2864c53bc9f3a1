"""行为明细 line by line, coded: who did what, when and where, by positions in the rules and in the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kongjian.base.text import fold
from kongjian.engine.frame import Frame, Ints, Texts, texts
from kongjian.engine.matching import NOT_FOUND, accounts, locate, rows, school_keys
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import EventRole
from kongjian.rules.model_tables import InputTable
from kongjian.rules.readings import StudentEffective
from kongjian.rules.roles import Role

_STUDENT: dict[StudentEffective, str] = {
    StudentEffective.TALLIED: "",
    StudentEffective.ONCE_A_MONTH: "month",
}
"""How often a line of a role counts whose `once_per` is `by_reading`: every time, or once in so long."""


def once_per(role: int, rules: Rules) -> str:
    """In how long a role's behaviour counts once: "day", "month" or "" where every line counts."""
    said = rules.effective.roles[role].once_per
    return _STUDENT[rules.choice(StudentEffective)] if said == "by_reading" else said


def behaviours(rules: Rules) -> list[str]:
    """Every behaviour in the order of the rules: what arrays of behaviours run over."""
    return [b for r in rules.effective.roles for b in r.behaviours]


def role_behaviours(rules: Rules, fills: str = "") -> Iterator[tuple[int, EventRole, int, str]]:
    """Each behaviour, of the roles that fill this or of all: the role's position and the role, its own position and name."""
    by_role = ((k, role, name) for k, role in enumerate(rules.effective.roles) for name in role.behaviours)
    for b, (k, role, name) in enumerate(by_role):
        if not fills or role.fills == fills:
            yield k, role, b, name


@dataclass(frozen=True)
class EventLines:
    """The events, coded by positions in the rules and in the tables; NOT_FOUND where a word is unknown."""

    events: Frame
    at: Ints
    role: Ints
    behaviour: Ints
    own_role: Ints
    day: NDArray[np.datetime64]
    month: Ints
    account: Texts
    person: Ints
    teacher: Ints
    school: Ints
    school_name: Texts
    class_key: Texts


def code_lines(events: Frame, schools: Frame, teachers: Frame, rules: Rules) -> EventLines:
    table = rules.table("events")
    behaviour = codes(events[table.name_of(Role.BEHAVIOUR)], behaviour_codes(rules))
    own_role = np.array([k for k, *_ in role_behaviours(rules)])
    account = np.array(accounts(events), dtype=object)
    teacher = locate(account, accounts(teachers)) if teachers.height else np.full(events.height, NOT_FOUND)
    names = _schools(events[table.name_of(Role.SCHOOL)], teacher, teachers, rules)
    school_names = schools[rules.table("schools").name_of(Role.SCHOOL)]
    day = events[table.name_of(Role.DATE)]
    return EventLines(
        events, rows(events),
        event_roles(events, rules),
        behaviour, np.where(behaviour == NOT_FOUND, NOT_FOUND, own_role[behaviour]),
        day, _month_numbers(day, rules), account, locate(account, account), teacher,
        locate(school_keys(names), school_keys(school_names)), names, _class_keys(events, table),
    )  # fmt: skip


def _month_numbers(day: NDArray[np.datetime64], rules: Rules) -> Ints:
    """The month of each day by its position in the period; NOT_FOUND outside it or without a day."""
    first, last = (np.datetime64(m, "M") for m in (rules.period.start, rules.period.end))
    month = day.astype("datetime64[M]")
    inside = (month >= first) & (month <= last)
    return np.where(inside, (month - first).astype(np.int64), NOT_FOUND)


def _schools(given: Texts, teacher: Ints, teachers: Frame, rules: Rules) -> Texts:
    """The school of each line: as the line says, else the teacher's own."""
    blank = np.flatnonzero((given == "") & (teacher != NOT_FOUND))
    if not len(blank):
        return given
    out = given.copy()
    out[blank] = teachers[rules.table("teachers").name_of(Role.SCHOOL)][teacher[blank]]
    return out


def _class_keys(events: Frame, table: InputTable) -> Texts:
    """What names a pupil's class within the school; "" where the log does not say."""
    columns = [c.name for role in (Role.GRADE, Role.CLASS_NAME) if (c := table.by_role(role))]
    return class_keys(events, columns)


def class_keys(frame: Frame, columns: list[str]) -> Texts:
    """Classes by their folded 年级 and 班级, as far as the table has them."""
    given = [frame[c] for c in columns if c in frame]
    if not given or not any((c != "").any() for c in given):
        return texts([""] * frame.height)
    named = list(zip(*(column.tolist() for column in given), strict=True))
    known = {words: "".join(map(fold, words)) for words in set(named)}
    return texts(map(known.__getitem__, named))


def codes(column: Texts, known: Callable[[str], int]) -> Ints:
    """A code for each cell, each distinct text looked up once."""
    memo: dict[str, int] = {}
    cells = column.tolist()
    return np.array([memo[v] if v in memo else memo.setdefault(v, known(v)) for v in cells], dtype=np.int64)


def event_roles(events: Frame, rules: Rules) -> Ints:
    """The role of each line, see role_codes."""
    return role_codes(events[rules.table("events").name_of(Role.EVENT_ROLE)], rules)


def role_codes(column: Texts, rules: Rules) -> Ints:
    """Roles by their positions in the rules; NOT_FOUND where the word is unknown."""
    known = {fold(n): k for k, r in enumerate(rules.effective.roles) for n in (r.label, r.id, *r.aliases)}
    return codes(column, lambda text: known.get(fold(text), NOT_FOUND))


def behaviour_codes(rules: Rules) -> Callable[[str], int]:
    """What tells a behaviour's position, under whichever name; NOT_FOUND for an unknown one."""
    names = behaviours(rules)
    known = {
        fold(a): names.index(b) for b, aliases in rules.effective.behaviour_aliases.items() for a in aliases
    }
    known |= {fold(b): k for k, b in enumerate(names)}
    return lambda text: known.get(fold(text), NOT_FOUND)
