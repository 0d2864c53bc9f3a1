"""Rows 导入 of 有效次数: effective counts that an import counted already, checked and coded as the log is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.engine.event_lines import (
    EventLines,
    behaviour_codes,
    behaviours,
    codes,
    once_per,
    role_behaviours,
    role_codes,
)
from kongjian.engine.event_log import Log, Pupils, at_own, spans
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts, texts
from kongjian.engine.matching import NOT_FOUND, ROW, accounts, locate, school_keys
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import EventRole
from kongjian.rules.roles import Role

ORIGIN, UNTIL = "导入", "至"
_DONE = {"": "计入次数", "month": "计入月数"}
"""By how often a pupil's line counts, see once_per."""


@dataclass(frozen=True)
class Imported:
    """The rows that can be used, by positions; `school` and `teacher` are NOT_FOUND where a table lacks them.

    `counts`: the row is of somebody who counts; else it only says that there were lines. `key` is an account, or of pupils
    what names their class.
    """

    role: Ints
    behaviour: Ints
    month: Ints
    school: Ints
    school_name: Texts
    teacher: Ints
    key: Texts
    counts: Bools
    effective: Floats
    lines: Floats
    people: Floats
    done: Floats

    def stands_for(self, lines: EventLines, which: Ints, rules: Rules) -> Bools:
        """Which of these lines are of what was imported: of an account (at its school, where its role counts by school),

        its behaviour and month; of pupils their school, class and behaviour in whatever month.
        """
        out = np.zeros(len(which), dtype=bool)
        for k, role in enumerate(rules.effective.roles):
            mine, here = (
                np.flatnonzero(self.counts & (self.role == k)),
                np.flatnonzero(lines.role[which] == k),
            )
            if not len(mine) or not len(here):
                continue
            at = which[here]
            whose = lines.class_key if role.fills == "pupil" else lines.account
            own = _keys(role, self.school[mine], self.key[mine], self.behaviour[mine], self.month[mine])
            known = set(own)
            out[here] = [
                key in known
                for key in _keys(role, lines.school[at], whose[at], lines.behaviour[at], lines.month[at])
            ]
        return out


def _keys(
    role: EventRole, school: Ints, key: Texts, behaviour: Ints, month: Ints
) -> list[tuple[object, ...]]:
    if not (role.per_school or role.fills == "pupil"):
        school = np.zeros_like(school)
    if role.fills == "pupil":
        month = np.zeros_like(month)
    return list(zip(*(c.tolist() for c in (school, key, behaviour, month)), strict=True))


def read_imported(
    table: Frame, schools: Frame, teachers: Frame, rules: Rules, findings: Findings
) -> Imported | None:
    """The rows coded; None where there is none that can be used. What cannot be used is found, each reason once."""
    if not table.height:
        return None
    table = by_month(table, rules)
    role = role_codes(table["角色"], rules)
    behaviour = codes(table["行为"], behaviour_codes(rules))
    own_role = np.array([k for k, *_ in role_behaviours(rules)])
    limits = {r.behaviour: r.per_student for r in rules.measures.class_rates}
    limit = np.array([limits.get(name, np.nan) for *_, name in role_behaviours(rules)])
    month = locate(table["月份"], rules.period.months())
    is_pupil = _fills(rules, "pupil")[role]
    bad = (
        (role == NOT_FOUND) | (behaviour == NOT_FOUND) | (own_role[behaviour] != role) | (month == NOT_FOUND)
    )
    bad |= ~(table["有效次数"] >= 0)
    _report("counts_unusable", bad, table, "行为", findings)
    done = _done(table, role, rules)
    other = ~bad & is_pupil & ((table["每人上限"] != limit[behaviour]) | np.isnan(done))
    _report("counts_other_limit", other, table, "每人上限", findings)
    use = np.flatnonzero(~bad & ~other)
    rows = table.take(use)
    coded = _coded(rows, role[use], behaviour[use], month[use], done[use], schools, teachers, rules, findings)
    return coded if len(coded.role) else None


def by_month(table: Frame, rules: Rules) -> Frame:
    """The rows, those of several months (2020-12至2021-03) as one for each: the first has the counts, the others none."""
    months = {month: k for k, month in enumerate(rules.period.months())}
    ends = [str(m).partition(UNTIL) for m in table["月份"].tolist()]
    first = np.array([months.get(a, NOT_FOUND) for a, _, _ in ends], dtype=np.int64)
    last = np.array([months.get(b if u else a, NOT_FOUND) for a, u, b in ends], dtype=np.int64)
    more = np.where((first != NOT_FOUND) & (last > first), last - first, 0)
    if not more.any():
        return table
    at = np.repeat(np.arange(table.height), more + 1)
    place = np.arange(len(at)) - np.repeat(np.cumsum(more + 1) - more - 1, more + 1)
    out = table.take(at)
    names = np.array(rules.period.months(), dtype=object)
    spread = more[at] > 0
    out["月份"] = np.where(spread, names[np.minimum(first[at] + place, len(names) - 1)], out["月份"])
    for name in ("有效次数", "记录数"):
        out[name] = np.where(place > 0, 0.0, out[name])
    return out


def by_term(table: Frame, rules: Rules) -> Frame:
    """Rows of teachers and administrators with their months added up, for a sheet that those of each month do not fit."""
    keys = ("学校名称", "账号", "角色", "行为")
    pupils = _fills(rules, "pupil")[role_codes(table["角色"], rules)]
    others = table.take(~pupils)
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, key in enumerate(zip(*(others[k].tolist() for k in keys), strict=True)):
        groups.setdefault(key, []).append(i)
    which = np.array([k for k, rows in enumerate(groups.values()) for _ in rows], dtype=np.int64)
    at = np.array([i for rows in groups.values() for i in rows], dtype=np.int64)
    out = others.take(np.array([rows[0] for rows in groups.values()], dtype=np.int64))
    said = others["月份"]
    spans = [(min(said[rows]), max(said[rows])) for rows in groups.values()]
    out["月份"] = texts(a if a == b else f"{a}{UNTIL}{b}" for a, b in spans)
    for name in ("有效次数", "记录数"):
        out[name] = np.bincount(which, weights=others[name][at], minlength=len(groups))
    rest = table.take(pupils)
    return Frame({name: np.concatenate([out[name], rest[name]]) for name in table})


def _coded(
    rows: Frame, role: Ints, behaviour: Ints, month: Ints, done: Floats, schools: Frame, teachers: Frame,
    rules: Rules, findings: Findings,
) -> Imported:  # fmt: skip
    is_teacher, is_pupil = _fills(rules, "teacher")[role], _fills(rules, "pupil")[role]
    key, school_name = rows["账号"], rows["学校名称"].copy()
    teacher = np.full(len(role), NOT_FOUND)
    teacher[is_teacher] = locate(key[is_teacher], accounts(teachers)) if teachers.height else NOT_FOUND
    blank = (school_name == "") & (teacher != NOT_FOUND)
    school_name[blank] = teachers[rules.table("teachers").name_of(Role.SCHOOL)][teacher[blank]]
    known = school_keys(schools[rules.table("schools").name_of(Role.SCHOOL)])
    school = locate(school_keys(school_name), known)
    named = np.where(is_pupil, rows["有效次数"] > 0, key != "")
    lost = named & is_teacher & (teacher == NOT_FOUND) & (teachers.height > 0)
    elsewhere = named & ~is_teacher & (school == NOT_FOUND) & (schools.height > 0)
    _report("counts_unknown_accounts", lost, rows, "账号", findings)
    _report("counts_unknown_schools", elsewhere, rows, "学校名称", findings)
    lines = np.where(rows["记录数"] >= rows["有效次数"], rows["记录数"], rows["有效次数"])
    return Imported(
        role, behaviour, month, school, school_name, teacher, key, np.asarray(named & ~lost & ~elsewhere, bool),
        rows["有效次数"], lines, np.nan_to_num(rows["新增学生"]), done,
    )  # fmt: skip


def log_of(rows: Imported, schools: Frame, teachers: Frame, rules: Rules) -> Log:
    """What the imported rows tell, as the lines behind them would; without a table of their own."""
    some, roles = len(behaviours(rules)), len(rules.effective.roles)
    fills = np.array([r.fills for r in rules.effective.roles], dtype=object)[rows.role]
    here = rows.counts & (rows.school != NOT_FOUND)

    def table(kind: str, unit: Ints, height: int, weights: Floats) -> Floats:
        mine = rows.counts & (fills == kind) & (unit != NOT_FOUND)
        at = rows.behaviour[mine] * height + unit[mine]
        found = np.bincount(at, weights=weights[mine], minlength=some * height)
        return found.astype(np.float64).reshape(some, height)

    at_school, first, last = spans(
        rows.role[here], rows.school[here], rows.month[here], roles, schools.height
    )
    mine = np.flatnonzero(here & (fills == "pupil"))
    named = (fills == "teacher") & (rows.school != NOT_FOUND) & (rows.key != "")
    told, known = (
        np.bincount(rows.school[m], minlength=schools.height) > 0
        for m in (named & (teachers.height > 0), named & (rows.teacher != NOT_FOUND))
    )
    effective = rows.effective
    return Log(
        Frame(),
        table("teacher", rows.teacher, teachers.height, effective),
        table("school", rows.school, schools.height, effective),
        table("teacher", rows.teacher, teachers.height, rows.lines - effective),
        Pupils(
            rows.school[mine], rows.key[mine], -1 - np.arange(len(mine)), rows.behaviour[mine], effective[mine],
            rows.people[mine], rows.done[mine],
        ),
        at_school, at_own(rows.school_name[rows.counts], rows.role[rows.counts], teachers, rules),
        np.bincount(rows.behaviour, minlength=some) > 0, first, last,
        np.bincount(rows.month, minlength=len(rules.period.months())) > 0, told, known,
    )  # fmt: skip


def _fills(rules: Rules, kind: str) -> Bools:
    """Which roles fill this, with one more place for NOT_FOUND."""
    return np.array([*(r.fills == kind for r in rules.effective.roles), False])


def _done(table: Frame, role: Ints, rules: Rules) -> Floats:
    """What each row of pupils adds to a rate as often as its role counts now; NaN where the import did not count that."""
    columns = [_DONE.get(once_per(k, rules), "") for k in range(len(rules.effective.roles))]
    out = np.full(table.height, np.nan)
    for k, column in enumerate(columns):
        if column:
            out[role == k] = table[column][role == k]
    return out


def _report(code: str, which: Bools, table: Frame, column: str, findings: Findings) -> None:
    """One finding for all rows of a reason: how many, of how many different ones, and the first."""
    at = np.flatnonzero(which)
    if len(at):
        values = table[column][at]
        first = values[0] if isinstance(values[0], str) else f"{values[0]:g}"
        different = len(set(values.tolist()))
        row = int(table[ROW][at[0]]) if ROW in table else int(at[0]) + 1
        findings.add(code, "events", count=len(at), different=different, found=first or "空白", first=row)
