"""Effective counts from raw events (附件1、附件2 备注): once a day per behaviour, pupils once a month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.base.text import fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, texts
from kongjian.engine.matching import NOT_FOUND, accounts, locate, rows, school_keys
from kongjian.rules.model import EventRole, Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role

COLUMNS = ("学校名称", "账号", "角色", "行为", "月份", "有效次数")
ONCE = {"day": "同一天", "month": "同一个月"}


@dataclass(frozen=True)
class _Lines:
    """The events, coded: role and behaviour as positions in the rules, NOT_FOUND where the word is unknown."""

    events: Frame
    table: InputTable
    at: Ints
    role: Ints
    behaviour: Ints
    own_role: Ints
    month: NDArray[np.datetime64]
    account: NDArray[np.object_]

    def column(self, role: Role) -> NDArray[Any]:
        """The events' own column of this role."""
        return self.events[self.table.name_of(role)]

    def of_role(self, fills: str, rules: Rules) -> Bools:
        """The lines of the role whose counts fill this table."""
        fitting = [k for k, r in enumerate(rules.effective.roles) if r.fills == fills]
        return np.asarray(np.isin(self.role, fitting))


def effective_counts(
    events: Frame, schools: Frame, teachers: Frame, rules: Rules, findings: Findings
) -> Frame:
    """学校名称, 账号, 角色, 行为, 月份, 有效次数, one row each, in that order.

    `events` has the columns of 行为明细, dates as datetime64[D]. Lines that do not count become findings.
    """
    if events.height == 0:
        return _no_counts()
    lines = _coded(events, rules)
    accepted = np.flatnonzero(_accept(lines, schools, teachers, rules, findings))
    once = _once(lines, accepted, rules)
    _report_repeats(lines, accepted, once, rules, findings)
    return _table(lines, accepted[once], teachers, rules)


def repeats_not_counted(events: Frame, schools: Frame, teachers: Frame, rules: Rules) -> Frame:
    """The same table of the accepted lines that did not count because one of that day (or month) already did."""
    if events.height == 0:
        return _no_counts()
    lines = _coded(events, rules)
    accepted = np.flatnonzero(_accept(lines, schools, teachers, rules, Findings()))
    return _table(lines, accepted[_again(accepted, _once(lines, accepted, rules))], teachers, rules)


def _no_counts() -> Frame:
    return Frame({c: np.zeros(0) if c == "有效次数" else texts([]) for c in COLUMNS})


def _coded(events: Frame, rules: Rules) -> _Lines:
    table = rules.table("events")
    behaviour = _codes(events[table.name_of(Role.BEHAVIOUR)], _behaviour_codes(rules))
    own_role = np.array([k for k, r in enumerate(rules.effective.roles) for _ in r.behaviours])
    return _Lines(
        events,
        table,
        rows(events),
        _codes(events[table.name_of(Role.EVENT_ROLE)], _role_codes(rules)),
        behaviour,
        np.where(behaviour == NOT_FOUND, NOT_FOUND, own_role[behaviour]),
        events[table.name_of(Role.DATE)].astype("datetime64[M]"),
        np.array(accounts(events), dtype=object),
    )


def _accept(lines: _Lines, schools: Frame, teachers: Frame, rules: Rules, findings: Findings) -> Bools:
    """Which lines count; every other one is found once, for the first reason that holds."""
    role, month, roles = lines.role, lines.month, lines.column(Role.EVENT_ROLE)
    counted = np.ones(len(role), dtype=bool)

    def reject(bad: Bools, code: str, about: Role, **params: str) -> None:
        bad = bad & counted
        counted[bad] = False
        column, cells = lines.table.name_of(about), lines.column(about)
        for i in np.flatnonzero(bad):
            found = params.get("found") or cells[i] or "空白"
            findings.add(code, "events", lines.at[i], column, **{"role": roles[i], **params, "found": found})

    first, last = rules.period.start, rules.period.end
    reject(role == NOT_FOUND, "event_unknown_role", Role.EVENT_ROLE)
    reject(np.isnat(month), "bad_date", Role.DATE, found="空白")
    reject(lines.behaviour == NOT_FOUND, "event_unknown_behaviour", Role.BEHAVIOUR)
    reject(lines.own_role != role, "event_other_role", Role.BEHAVIOUR)
    outside = (month < np.datetime64(first)) | (month > np.datetime64(last))
    reject(outside, "event_outside", Role.DATE, found="月份", start=first, end=last)
    reject(lines.account == "", "event_no_account", Role.ACCOUNT)
    if teachers.height:
        unknown = locate(lines.account, accounts(teachers)) == NOT_FOUND
        reject(lines.of_role("teacher", rules) & unknown, "event_unknown_account", Role.ACCOUNT)
    if schools.height:
        own = np.flatnonzero(lines.of_role("school", rules) & counted)
        named = school_keys(schools[rules.table("schools").name_of(Role.SCHOOL)])
        known = locate(school_keys(_schools(lines, own, teachers, rules)), named)
        unknown = np.zeros(len(role), dtype=bool)
        unknown[own[known == NOT_FOUND]] = True
        reject(unknown, "event_unknown_school", Role.SCHOOL)
    return counted


def _once(lines: _Lines, accepted: Ints, rules: Rules) -> Ints:
    """Of the accepted lines the first of each account, behaviour and day (month for pupils), in order."""
    monthly = np.array([r.once_per == "month" for r in rules.effective.roles])[lines.role[accepted]]
    months = lines.month[accepted].astype(np.int64)
    # months and days on one scale, far enough apart never to meet
    when = np.where(monthly, months * 32, lines.column(Role.DATE)[accepted].astype(np.int64) + 1_000_000)
    person = locate(lines.account[accepted], lines.account[accepted])
    return np.sort(np.unique(_mix(person, lines.behaviour[accepted], when), return_index=True)[1])


def _table(lines: _Lines, counted: Ints, teachers: Frame, rules: Rules) -> Frame:
    """The counted lines added up by account, behaviour and month."""
    names = [b for r in rules.effective.roles for b in r.behaviours]
    person = locate(lines.account[counted], lines.account[counted])
    key = _mix(person, lines.behaviour[counted], lines.month[counted].astype(np.int64))
    _, start, count = np.unique(key, return_index=True, return_counts=True)
    first = counted[start]
    out = Frame(
        {
            "学校名称": _schools(lines, first, teachers, rules),
            "账号": lines.account[first],
            "角色": texts(rules.effective.roles[r].label for r in lines.role[first]),
            "行为": texts(names[b] for b in lines.behaviour[first]),
            "月份": texts(str(m) for m in lines.month[first]),
            "有效次数": count.astype(np.float64),
        }
    )
    behaviour, account = lines.behaviour[first], out["账号"].astype(str)
    return out.take(np.lexsort((out["月份"], behaviour, account, out["学校名称"].astype(str))))


def totals(counts: Frame, role: EventRole, behaviour: str, keys: list[str], by: str) -> Ints:
    """The term's effective counts of one behaviour for each of these accounts (or schools); 0 for none."""
    mine = (counts["角色"] == role.label) & (counts["行为"] == behaviour)
    own = school_keys(counts[by][mine]) if by == "学校名称" else counts[by][mine]
    at = locate(own, keys)
    found = at != NOT_FOUND
    return np.bincount(at[found], weights=counts["有效次数"][mine][found], minlength=len(keys)).astype(
        np.int64
    )


def _again(accepted: Ints, once: Ints) -> Bools:
    """Which of the accepted lines do not count."""
    again = np.ones(len(accepted), dtype=bool)
    again[once] = False
    return again


def _report_repeats(lines: _Lines, accepted: Ints, once: Ints, rules: Rules, findings: Findings) -> None:
    column = lines.table.name_of(Role.BEHAVIOUR)
    for i in accepted[_again(accepted, once)]:
        rule = ONCE[rules.effective.roles[lines.role[i]].once_per]
        findings.add("event_repeated", "events", lines.at[i], column, rule=rule)


def _schools(lines: _Lines, rows_: Ints, teachers: Frame, rules: Rules) -> np.ndarray:
    """The school of each row: as the event says, else the teacher's own."""
    given = lines.column(Role.SCHOOL)[rows_]
    if teachers.height == 0:
        return given
    own = locate(lines.account[rows_], accounts(teachers))
    schools = teachers[rules.table("teachers").name_of(Role.SCHOOL)]
    return texts(g or (schools[o] if o != NOT_FOUND else "") for g, o in zip(given, own, strict=True))


def _mix(person: Ints, behaviour: Ints, when: Ints) -> Ints:
    """One sortable number for (person, behaviour, time)."""
    when = when - (when.min() if len(when) else 0)
    span = int(when.max()) + 1 if len(when) else 1
    return np.asarray((person * 64 + behaviour) * span + when)


def _codes(column: np.ndarray, known: Callable[[str], int]) -> Ints:
    memo: dict[str, int] = {}
    cells = column.tolist()
    return np.array([memo[v] if v in memo else memo.setdefault(v, known(v)) for v in cells], dtype=np.int64)


def _role_codes(rules: Rules) -> Callable[[str], int]:
    known = {fold(n): k for k, r in enumerate(rules.effective.roles) for n in (r.label, r.id, *r.aliases)}
    return lambda text: known.get(fold(text), NOT_FOUND)


def _behaviour_codes(rules: Rules) -> Callable[[str], int]:
    names = [b for r in rules.effective.roles for b in r.behaviours]
    known = {
        fold(a): names.index(b) for b, aliases in rules.effective.behaviour_aliases.items() for a in aliases
    }
    known |= {fold(b): k for k, b in enumerate(names)}
    return lambda text: known.get(fold(text), NOT_FOUND)
