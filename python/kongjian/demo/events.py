"""行为明细 of the demo: the full log of a few schools' teachers, every administrator's, some pupils'."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import numpy as np

from kongjian.demo.people import student_accounts
from kongjian.engine.frame import Floats, Frame
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import EventRole
from kongjian.rules.model_scheme import Period

EventRow = list[object]
REPEATED = 0.08
_EVENTS_PER_PUPIL = 8


def term_days(period: Period) -> list[datetime.date]:
    """The school days of the term: weekdays outside the winter holiday and before mid-July."""
    first = datetime.date.fromisoformat(f"{period.start}-01")
    last = datetime.date.fromisoformat(f"{period.end}-10")
    winter = (datetime.date(last.year, 1, 30), datetime.date(last.year, 2, 22))
    days = (first + datetime.timedelta(n) for n in range((last - first).days + 1))
    return [d for d in days if d.weekday() < 5 and not winter[0] <= d <= winter[1]]


def role(rules: Rules, role_id: str) -> EventRole:
    return next(r for r in rules.effective.roles if r.id == role_id)


def teacher_events(
    rng: np.random.Generator, rules: Rules, people: Sequence[tuple[str, str]], counts: Frame
) -> list[EventRow]:
    """Every behaviour of `people` (school, account), so that the effective counts are those of `counts`."""
    teacher, days = role(rules, "teacher"), term_days(rules.period)
    shared = rules.effective.share_behaviours
    columns = [_times(counts[name], name in shared, len(days)) for name in teacher.behaviours]
    rows: list[EventRow] = []
    for row, (school, account) in enumerate(people):
        for name, column in zip(teacher.behaviours, columns, strict=True):
            for day in _some_days(rng, days, column[row]):
                rows.append([day, school, account, teacher.label, name])
    return rows


def administrator_events(
    rng: np.random.Generator, rules: Rules, people: Sequence[tuple[str, str]], done: Frame
) -> list[EventRow]:
    """A few events for every part of the platform that the school's administrator has set up."""
    administrator, days = role(rules, "administrator"), term_days(rules.period)
    rows: list[EventRow] = []
    for row, (school, account) in enumerate(people):
        for name in administrator.behaviours:
            times = int(rng.integers(1, 4)) if done[name][row] == 1 else 0
            rows += [[d, school, account, administrator.label, name] for d in _some_days(rng, days, times)]
    return rows


def student_events(
    rng: np.random.Generator, rules: Rules, schools: Sequence[str], count: int
) -> list[EventRow]:
    """Pupils' events, several of one pupil in one month among them."""
    student, days = role(rules, "student"), term_days(rules.period)
    accounts = student_accounts(max(1, count // _EVENTS_PER_PUPIL))
    draws = zip(
        rng.integers(0, len(days), count).tolist(),
        rng.integers(0, len(accounts), count).tolist(),
        rng.integers(0, len(student.behaviours), count).tolist(),
        strict=True,
    )
    return [
        [days[d], schools[a % len(schools)], accounts[a], student.label, student.behaviours[b]]
        for d, a, b in draws
    ]


def _times(counts: Floats, shared: bool, days: int) -> list[int]:
    """How often a behaviour happened: once for a whole share, never for less, no more than once a day."""
    known = np.nan_to_num(counts)
    times = np.floor(known) if shared else known.clip(0, days)
    return [int(t) for t in times]


def _some_days(
    rng: np.random.Generator, days: Sequence[datetime.date], times: int
) -> Iterator[datetime.date]:
    """`times` different days, some of them given twice: the second does not count."""
    if not times:
        return
    twice = rng.random(times) < REPEATED
    for position, again in zip(rng.permutation(len(days))[:times].tolist(), twice.tolist(), strict=True):
        yield days[position]
        if again:
            yield days[position]
