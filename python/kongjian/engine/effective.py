"""Effective counts from raw events (附件1、附件2 备注): once a day per behaviour, pupils once a month."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, texts
from kongjian.engine.matching import NOT_FOUND, accounts, locate, rows, school_keys
from kongjian.rules.model import Role, Rules
from kongjian.text import fold

COLUMNS = ("学校名称", "账号", "角色", "行为", "月份", "有效次数")
ONCE = {"day": "同一天", "month": "同一个月"}


def effective_counts(
    events: Frame, schools: Frame, teachers: Frame, rules: Rules, findings: Findings
) -> Frame:
    """学校名称, 账号, 角色, 行为, 月份, 有效次数, one row each, in that order.

    `events` has 日期 (datetime64[D]), 学校名称, 账号, 角色, 行为. Lines that do not count become findings.
    """
    if events.height == 0:
        return Frame({c: np.zeros(0) if c == "有效次数" else texts([]) for c in COLUMNS})
    at = rows(events)
    role = _codes(events["角色"], _role_codes(rules))
    behaviour = _codes(events["行为"], _behaviour_codes(rules))
    names = [b for r in rules.effective.roles for b in r.behaviours]
    own_role = np.array([k for k, r in enumerate(rules.effective.roles) for _ in r.behaviours])
    month = events["日期"].astype("datetime64[M]")
    account = np.array(accounts(events), dtype=object)
    counted = np.ones(events.height, dtype=bool)

    def reject(bad: Bools, code: str, found: str = "") -> None:
        """Lines rejected for one reason; each line is rejected once, for the first reason."""
        bad = bad & counted
        counted[bad] = False
        for i in np.flatnonzero(bad):
            params = {"found": events[found][i] or "空白"} if found else {}
            findings.add(code, "events", at[i], found, **params)

    reject(role == NOT_FOUND, "event_unknown_role", "角色")
    for i in np.flatnonzero(np.isnat(month) & counted):
        findings.add("bad_date", "events", at[i], "日期", found="空白")
    counted &= ~np.isnat(month)
    reject((behaviour == NOT_FOUND) | (own_role[behaviour] != role), "event_unknown_behaviour", "行为")
    outside = (month < np.datetime64(rules.period.start)) | (month > np.datetime64(rules.period.end))
    for i in np.flatnonzero(outside & counted):
        findings.add("event_outside", "events", at[i], "日期", start=rules.period.start, end=rules.period.end)
    counted &= ~outside
    reject(account == "", "event_no_account")
    if teachers.height:
        teacher_role = np.array([r.fills == "teacher" for r in rules.effective.roles])[role]
        unknown = locate(account, accounts(teachers)) == NOT_FOUND
        reject(teacher_role & unknown, "event_unknown_account")
    if schools.height:
        school_role = np.array([r.fills == "school" for r in rules.effective.roles])[role]
        own = np.flatnonzero(school_role & counted)
        known = locate(school_keys(_schools(events, own, teachers)), school_keys(schools["学校名称"]))
        unknown = np.zeros(events.height, dtype=bool)
        unknown[own[known == NOT_FOUND]] = True
        reject(unknown, "event_unknown_school", "学校名称")

    kept = np.flatnonzero(counted)
    by_month = np.array([r.once_per == "month" for r in rules.effective.roles])[role[kept]]
    months = month[kept].astype(np.int64)
    days = np.where(by_month, months * 32, events["日期"][kept].astype(np.int64) + 1_000_000)
    person = locate(account[kept], account[kept])
    key = _mix(person, behaviour[kept], days)
    first = np.sort(np.unique(key, return_index=True)[1])
    _report_repeats(kept, first, role, rules, findings, at)

    months = months - months.min() if len(months) else months
    group, start, count = np.unique(
        _mix(person[first], behaviour[kept][first], months[first]), return_index=True, return_counts=True
    )
    rows_ = kept[first[start]]
    out = Frame(
        {
            "学校名称": _schools(events, rows_, teachers),
            "账号": account[rows_],
            "角色": texts(rules.effective.roles[r].label for r in role[rows_]),
            "行为": texts(names[b] for b in behaviour[rows_]),
            "月份": texts(str(m) for m in month[rows_]),
            "有效次数": count.astype(np.float64),
        }
    )
    order = np.lexsort((out["月份"], behaviour[rows_], out["账号"].astype(str), out["学校名称"].astype(str)))
    return out.take(order)


def totals(counts: Frame, role: Role, behaviour: str, keys: list[str], by: str) -> Ints:
    """The term's effective counts of one behaviour for each of these accounts (or schools); 0 for none."""
    mine = (counts["角色"] == role.label) & (counts["行为"] == behaviour)
    own = school_keys(counts[by][mine]) if by == "学校名称" else counts[by][mine]
    at = locate(own, keys)
    found = at != NOT_FOUND
    return np.bincount(at[found], weights=counts["有效次数"][mine][found], minlength=len(keys)).astype(
        np.int64
    )


def _report_repeats(kept: Ints, first: Ints, role: Ints, rules: Rules, findings: Findings, at: Ints) -> None:
    again = np.ones(len(kept), dtype=bool)
    again[first] = False
    for i in kept[again]:
        rule = ONCE[rules.effective.roles[role[i]].once_per]
        findings.add("event_repeated", "events", at[i], "行为", rule=rule)


def _schools(events: Frame, rows_: Ints, teachers: Frame) -> np.ndarray:
    """The school of each row: as the event says, else the teacher's own."""
    given = events["学校名称"][rows_]
    if teachers.height == 0:
        return given
    own = locate(np.array(accounts(events), dtype=object)[rows_], accounts(teachers))
    return texts(
        g or (teachers["学校名称"][o] if o != NOT_FOUND else "") for g, o in zip(given, own, strict=True)
    )


def _mix(person: Ints, behaviour: Ints, when: Ints) -> Ints:
    """One sortable number for (person, behaviour, time)."""
    when = when - (when.min() if len(when) else 0)
    span = int(when.max()) + 1 if len(when) else 1
    return np.asarray((person * 64 + behaviour) * span + when)


def _codes(column: np.ndarray, known: Callable[[str], int]) -> Ints:
    memo: dict[str, int] = {}
    return np.array([memo[v] if v in memo else memo.setdefault(v, known(v)) for v in column], dtype=np.int64)


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
