"""Plain data for any scheme: every column filled by its kind, some schools and teachers better than others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from kongjian.demo.people import person_names
from kongjian.engine.frame import Floats
from kongjian.rules import Rules
from kongjian.rules.model import APART
from kongjian.rules.model_tables import Column
from kongjian.rules.roles import RECIPIENTS, Role
from kongjian.workbook.shipped.build_workbook import Pasted

_STAFF = 25
"""Teachers of a school."""
_PUPILS_PER_TEACHER = 14
_CLASSES = 4
_GROUPS, _RARE = 5, 0.05
"""Groups in which awards are given; how often somebody earns a bonus or a veto."""
_GRADES = ("三年级", "四年级", "五年级", "六年级")
_USUAL_TARGET = 10.0
Value = Callable[[int], object]
Unit = tuple[str, str, str | None]


def data(rng: np.random.Generator, rules: Rules, teachers: int) -> dict[str, Pasted]:
    """The five input tables by id; the log is left empty, and what can be derived is left to be."""
    size = max(2, round(teachers / _STAFF))
    names = [f"{rules.scheme.city}样例第{k + 1:03d}学校" for k in range(size)]
    quality = rng.permutation(np.linspace(0.1, 1.0, size))
    of_teacher = np.arange(teachers) % size
    own = (quality[of_teacher] + rng.normal(0, 0.15, teachers)).clip(0, 1.1)
    accounts = [f"demo{k + 1:07d}" for k in range(teachers)]
    staff = np.bincount(of_teacher, minlength=size)
    rows = {
        "schools": _schools(rng, rules, names, quality, staff),
        "teachers": _teachers(rng, rules, [names[s] for s in of_teacher], accounts, own),
        "classes": _classes(rng, rules, names, quality) if rules.measures.class_rates else [],
        "monthly": _monthly(rng, rules, names, quality, [names[s] for s in of_teacher], accounts, own),
        "events": [],
    }
    return {t.id: Pasted(t.names, rows[t.id]) for t in rules.tables}


def _rows(rules: Rules, table_id: str, count: int, values: Callable[[Column], Value]) -> list[list[object]]:
    """As many rows of a table, each cell by what its column gives."""
    given = [values(column) for column in rules.table(table_id).columns]
    return [[value(k) for value in given] for k in range(count)]


def _target(rules: Rules, kind: str, column: str) -> float:
    """What the indicator of a column asks for."""
    found = [i.target for i in rules.object(kind).indicators if i.column == column]
    return float(found[0]) if found and isinstance(found[0], float | int) else _USUAL_TARGET


def _measured(rng: np.random.Generator, rules: Rules, kind: str, column: Column, quality: Floats) -> Value:
    """A measure of a school or a teacher by its kind; blank for what need not be given."""
    own = [i for i in rules.object(kind).indicators if i.column == column.name]
    if column.name in {a.group for a in rules.awards if a.object == kind}:
        return lambda k: f"样例{column.name}{k % _GROUPS + 1}"
    if any(i.kind in APART for i in own):
        rare = np.where(rng.random(len(quality)) < _RARE, rng.integers(1, 4, len(quality)), 0)
        return lambda k: int(rare[k]) if column.kind != "yes_no" else "是" if rare[k] else "否"
    if column.kind == "yes_no":
        has = rng.random(len(quality)) < 0.7 + 0.3 * quality
        return lambda k: "是" if has[k] else "否"
    if column.kind in ("rate", "share"):
        share = np.round((0.45 + 0.6 * quality + rng.normal(0, 0.05, len(quality))).clip(0, 1), 2)
        return lambda k: float(share[k])
    if column.kind in ("count", "average"):
        done = _target(rules, kind, column.name) * (0.3 + 0.7 * quality)
        counts = np.rint(done + rng.normal(0, 0.5, len(quality))).clip(0)
        return lambda k: int(counts[k])
    return lambda _: None


def _schools(
    rng: np.random.Generator, rules: Rules, names: list[str], quality: Floats, staff: Any
) -> list[list[object]]:
    administrators = person_names(rng, len(names))
    rate = (0.9 + 0.1 * quality + rng.normal(0, 0.02, len(names))).clip(0, 1)
    known: dict[Role | None, Value] = {
        Role.SCHOOL: lambda k: names[k],
        Role.STAGE: lambda k: rules.levels[k % len(rules.levels)],
        **{role: lambda k: administrators[k] for role in RECIPIENTS},
        Role.STAFF: lambda k: int(staff[k]),
        Role.STAFF_OPENED: lambda k: int(staff[k] * rate[k]),
        Role.PUPILS: lambda k: int(staff[k] * _PUPILS_PER_TEACHER),
        Role.PUPILS_OPENED: lambda k: int(staff[k] * _PUPILS_PER_TEACHER * rate[k]),
    }

    def value(column: Column) -> Value:
        if column.role in known:
            return known[column.role]
        return (lambda _: None) if column.derivable else _measured(rng, rules, "school", column, quality)

    return _rows(rules, "schools", len(names), value)


def _teachers(
    rng: np.random.Generator, rules: Rules, schools: list[str], accounts: list[str], quality: Floats
) -> list[list[object]]:
    people = person_names(rng, len(accounts))
    known: dict[Role | None, Value] = {
        Role.SCHOOL: lambda k: schools[k],
        Role.PERSON: lambda k: people[k],
        Role.ACCOUNT: lambda k: accounts[k],
        Role.TEACHING: lambda _: "是",
        Role.HOMEROOM: lambda k: "否" if k % 3 else "是",
    }

    def value(column: Column) -> Value:
        return known.get(column.role) or _measured(rng, rules, "teacher", column, quality)

    return _rows(rules, "teachers", len(accounts), value)


def _classes(rng: np.random.Generator, rules: Rules, names: list[str], quality: Floats) -> list[list[object]]:
    of_class = np.repeat(np.arange(len(names)), _CLASSES)
    students = rng.integers(28, 56, len(of_class))
    known: dict[Role | None, Value] = {
        Role.SCHOOL: lambda k: names[of_class[k]],
        Role.GRADE: lambda k: _GRADES[k % _CLASSES],
        Role.CLASS_NAME: lambda _: "1班",
        Role.STUDENTS: lambda k: int(students[k]),
    }

    def value(column: Column) -> Value:
        if column.role in known:
            return known[column.role]
        rates = column.kind == "rate"
        return _measured(rng, rules, "school", column, quality[of_class]) if rates else lambda _: None

    return _rows(rules, "classes", len(of_class), value)


def _monthly(
    rng: np.random.Generator,
    rules: Rules,
    names: list[str],
    quality: Floats,
    schools: list[str],
    accounts: list[str],
    own: Floats,
) -> list[list[object]]:
    """Every unit's score of every month, the schools' first."""
    unit: list[Unit] = [("学校", name, None) for name in names]
    unit += [("教师", school, account) for school, account in zip(schools, accounts, strict=True)]
    full = np.repeat([rules.school.points, rules.teacher.points], [len(names), len(accounts)])
    level = np.concatenate([quality, own])
    rows: list[list[object]] = []
    for month in rules.period.months():
        scores = np.round((full * (0.55 + 0.42 * level + rng.normal(0, 0.02, len(level)))).clip(0, full), 2)
        rows += _rows(rules, "monthly", len(unit), partial(_month, unit=unit, scores=scores, month=month))
    return rows


def _month(column: Column, unit: list[Unit], scores: Floats, month: str) -> Value:
    places: dict[Role | None, int] = {Role.KIND: 0, Role.SCHOOL: 1, Role.ACCOUNT: 2}
    if column.role in places:
        at = places[column.role]
        return lambda k: unit[k][at]
    if column.role is Role.MONTH:
        return lambda _: month
    return (lambda k: float(scores[k])) if column.role is Role.MONTH_SCORE else lambda _: None
