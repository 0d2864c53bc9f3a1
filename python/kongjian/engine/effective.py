"""What the log of events tells (附件1、附件2 备注): effective counts, and whom it covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kongjian.engine.event_lines import Lines, behaviours, code_lines
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts, texts
from kongjian.engine.matching import NOT_FOUND, asker, rows, school_keys
from kongjian.rules.model import Rules
from kongjian.rules.readings import StudentEffective
from kongjian.rules.roles import Role

COLUMNS = ("学校名称", "账号", "角色", "行为", "月份", "有效次数", "出处")
ORIGIN = "明细"
ONCE = {"day": "同一天", "month": "同一个月"}
_STUDENT: dict[StudentEffective, str] = {
    StudentEffective.TALLIED: "",
    StudentEffective.ONCE_A_MONTH: "month",
}
"""How often a line of a role counts whose `once_per` is `by_reading`: every time, or once in so long."""


def once_per(role: int, rules: Rules) -> str:
    """In how long a role's behaviour counts once: "day", "month" or "" where every line counts."""
    said = rules.effective.roles[role].once_per
    return _STUDENT[rules.choice(StudentEffective)] if said == "by_reading" else said


@dataclass(frozen=True)
class Pupils:
    """One row per pupil, class and behaviour with effective counts; schools and behaviours by position.

    `class_key` is "" where the log does not say the class; `person` tells pupils apart.
    """

    school: Ints
    class_key: Texts
    person: Ints
    behaviour: Ints
    count: Floats


@dataclass(frozen=True)
class Log:
    """The events, added up over the term. Behaviours, roles, teachers and schools run by position.

    `of_teachers` (behaviours, teachers) and `of_schools` (behaviours, schools) are effective counts, `repeated`
    (behaviours, teachers) the lines that did not count because one already did. `at_school` (roles, schools), `at_own`
    (roles, teachers; at each one's school) and `anywhere` (behaviours) say of what the log has any line at all, see
    coverage; `first`, `last` (roles, schools) between which months of the period, by position, -1 for none. `strange`
    are the schools of which no teacher's line is by an account of 教师数据.
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
    strange: Bools

    def gaps(self, passed: Bools) -> Bools:
        """The months of the period without any line, up to the latest that has passed or that the log tells of."""
        some = np.flatnonzero(passed | self.months)
        here = np.arange(len(self.months)) <= (some[-1] if len(some) else NOT_FOUND)
        return here & ~self.months & (not self.is_empty)

    @property
    def is_empty(self) -> bool:
        return not bool(self.anywhere.any())


def read_log(events: Frame, schools: Frame, teachers: Frame, rules: Rules, findings: Findings) -> Log:
    """The log as far as it counts. Lines that do not count become findings, each once, for the first reason."""
    if events.height == 0:
        return no_log(schools.height, teachers.height, rules)
    lines = code_lines(events, schools, teachers, rules)
    sound, counted = _accept(lines, schools, teachers, rules, findings)
    accepted = np.flatnonzero(counted)
    once = _once(lines, accepted, rules)
    again = np.ones(len(accepted), dtype=bool)
    again[once] = False
    _report_repeats(lines, accepted[again], rules, findings)
    _report_two_schools(lines, accepted, teachers, rules, findings)
    return _log(lines, sound, accepted, accepted[once], accepted[again], schools, teachers, rules)


def no_log(schools: int, teachers: int, rules: Rules) -> Log:
    """The log without any event, of so many schools and teachers."""
    some, roles = len(behaviours(rules)), len(rules.effective.roles)
    none = np.zeros(0, np.int64)
    nobody = Pupils(none, texts([]), none, none, np.zeros(0))
    return Log(
        Frame({c: np.zeros(0) if c == "有效次数" else texts([]) for c in COLUMNS}),
        np.zeros((some, teachers)), np.zeros((some, schools)), np.zeros((some, teachers)), nobody,
        np.zeros((roles, schools), bool), np.zeros((roles, teachers), bool), np.zeros(some, bool),
        np.full((roles, schools), NOT_FOUND), np.full((roles, schools), NOT_FOUND),
        np.zeros(len(rules.period.months()), bool), np.zeros(schools, bool),
    )  # fmt: skip


def _accept(
    lines: Lines, schools: Frame, teachers: Frame, rules: Rules, findings: Findings
) -> tuple[Bools, Bools]:
    """Which lines are sound (role, behaviour and day are known), and which of them count."""
    table, role = rules.table("events"), lines.role
    role_column, behaviour_column, date_column, account_column, school_column = (
        table.name_of(r) for r in (Role.EVENT_ROLE, Role.BEHAVIOUR, Role.DATE, Role.ACCOUNT, Role.SCHOOL)
    )
    counted = np.ones(len(role), dtype=bool)
    asked = asker(schools[rules.table("schools").name_of(Role.SCHOOL)].tolist())

    def reject(bad: Bools, code: str, column: str, **params: str) -> None:
        bad = bad & counted
        counted[bad] = False
        for i in np.flatnonzero(bad):
            found = params.get("found") or lines.events[column][i] or "空白"
            more = {"role": lines.events[role_column][i], **params, "found": found}
            if column == school_column:
                more["near"] = asked(found)
            findings.add(code, "events", lines.at[i], column, **more)

    reject(role == NOT_FOUND, "event_unknown_role", role_column)
    reject(np.isnat(lines.day), "bad_date", date_column, found="空白")
    reject(lines.behaviour == NOT_FOUND, "event_unknown_behaviour", behaviour_column)
    reject(lines.own_role != role, "event_other_role", behaviour_column)
    period = {"start": rules.period.start, "end": rules.period.end}
    reject(lines.month == NOT_FOUND, "event_outside", date_column, found="月份", **period)
    sound = counted.copy()
    reject(lines.account == "", "event_no_account", account_column)
    fills = np.array([r.fills for r in rules.effective.roles], dtype=object)[role]
    if teachers.height:
        reject((fills == "teacher") & (lines.teacher == NOT_FOUND), "event_unknown_account", account_column)
    if schools.height:
        reject((fills != "teacher") & (lines.school == NOT_FOUND), "event_unknown_school", school_column)
    return sound, counted


def _once(lines: Lines, accepted: Ints, rules: Rules) -> Ints:
    """Of the accepted lines those that count: the first of each account, behaviour and day (or month, or every one),

    for roles that count by school of each account and school. In order.
    """
    role = lines.role[accepted]
    spans = [once_per(k, rules) for k in range(len(rules.effective.roles))]
    span = np.array(spans, dtype=object)[role]
    # months, days and single lines on one scale, far enough apart never to meet
    months, days = lines.month[accepted], lines.day[accepted].astype(np.int64)
    when = np.where(span == "month", months, np.where(span == "day", days + 1_000, accepted + 10_000_000))
    by_school = np.array([r.per_school for r in rules.effective.roles])[role]
    place = np.where(by_school, lines.school[accepted] + 1, 0)
    key = _mix(lines.person[accepted], place, lines.behaviour[accepted], when)
    return np.sort(np.unique(key, return_index=True)[1])


def _mix(*parts: Ints) -> Ints:
    """One number for each combination, in the order of the parts."""
    out = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        if len(part):
            _, part = np.unique(part, return_inverse=True)
            out = out * (int(part.max()) + 1) + part
    return out


def _log(
    lines: Lines, sound: Bools, accepted: Ints, counted: Ints, again: Ints, schools: Frame, teachers: Frame,
    rules: Rules,
) -> Log:  # fmt: skip
    some, roles = len(behaviours(rules)), len(rules.effective.roles)
    fills = np.array([r.fills for r in rules.effective.roles], dtype=object)

    def table(which: Ints, kind: str, unit: Ints, height: int) -> Floats:
        mine = which[(fills[lines.role[which]] == kind) & (unit[which] != NOT_FOUND)]
        at = lines.behaviour[mine] * height + unit[mine]
        return np.bincount(at, minlength=some * height).astype(np.float64).reshape(some, height)

    at_school, first, last = _spans(lines, accepted, roles, schools.height)
    anywhere = np.bincount(lines.behaviour[sound], minlength=some) > 0
    months = np.bincount(lines.month[sound], minlength=len(rules.period.months())) > 0
    return Log(
        _counts(lines, counted, rules),
        table(counted, "teacher", lines.teacher, teachers.height),
        table(counted, "school", lines.school, schools.height),
        table(again, "teacher", lines.teacher, teachers.height),
        _pupils(lines, counted, fills),
        at_school, _at_own(lines, accepted, roles, teachers, rules), anywhere, first, last, months,
        _strange(lines, sound, fills, schools.height) & (teachers.height > 0),
    )  # fmt: skip


def _spans(lines: Lines, accepted: Ints, roles: int, height: int) -> tuple[Bools, Ints, Ints]:
    """By role and school: whether there is any accepted line, the first and the last month with one."""
    mine = accepted[lines.school[accepted] != NOT_FOUND]
    at, month = lines.role[mine] * height + lines.school[mine], lines.month[mine]
    first = np.full(roles * height, np.iinfo(np.int64).max)
    last = np.full(roles * height, NOT_FOUND)
    np.minimum.at(first, at, month)
    np.maximum.at(last, at, month)
    some = last != NOT_FOUND
    shape = (roles, height)
    return some.reshape(shape), np.where(some, first, NOT_FOUND).reshape(shape), last.reshape(shape)


def _at_own(lines: Lines, accepted: Ints, roles: int, teachers: Frame, rules: Rules) -> Bools:
    """By role and teacher: whether there is any accepted line at the teacher's school, which 学校数据 may lack."""
    own = school_keys(teachers[rules.table("teachers").name_of(Role.SCHOOL)])
    out = np.zeros((roles, teachers.height), dtype=bool)
    for role in range(roles):
        names = set(lines.school_name[accepted[lines.role[accepted] == role]].tolist())
        here = set(school_keys(names)) - {""}
        out[role] = [key in here for key in own]
    return out


def _strange(lines: Lines, sound: Bools, fills: Texts, height: int) -> Bools:
    """The schools that have teachers' lines, none of them by an account of 教师数据"""
    mine = sound & (lines.school != NOT_FOUND) & (lines.account != "")
    mine[mine] = fills[lines.role[mine]] == "teacher"
    known = mine & (lines.teacher != NOT_FOUND)
    lines_of, known_of = (np.bincount(lines.school[m], minlength=height) for m in (mine, known))
    return np.asarray((lines_of > 0) & (known_of == 0))


def _pupils(lines: Lines, counted: Ints, fills: Texts) -> Pupils:
    mine = counted[(fills[lines.role[counted]] == "pupil") & (lines.school[counted] != NOT_FOUND)]
    classes, class_code = np.unique(lines.class_key[mine].astype(str), return_inverse=True)
    key = _mix(lines.school[mine], class_code, lines.person[mine], lines.behaviour[mine])
    _, start, count = np.unique(key, return_index=True, return_counts=True)
    first = mine[start]
    names = classes[class_code[start]] if len(start) else classes[:0]
    return Pupils(
        lines.school[first],
        texts(names),
        lines.person[first],
        lines.behaviour[first],
        count.astype(np.float64),
    )


def _counts(lines: Lines, counted: Ints, rules: Rules) -> Frame:
    """有效次数: by account, behaviour and month; of pupils by class, whose name stands for the account."""
    names, months, roles = behaviours(rules), rules.period.months(), rules.effective.roles
    role = lines.role[counted]
    by_class = np.array([r.fills == "pupil" for r in roles])[role]
    by_school = np.array([r.per_school for r in roles])[role] | by_class
    _, class_code = np.unique(lines.class_key[counted].astype(str), return_inverse=True)
    whose = np.where(by_class, class_code, lines.person[counted] + len(counted))
    place = np.where(by_school, lines.school[counted] + 1, 0)
    key = _mix(place, whose, lines.behaviour[counted], lines.month[counted])
    _, start, count = np.unique(key, return_index=True, return_counts=True)
    first, pupil = counted[start], by_class[start]
    behaviour, month = lines.behaviour[first], lines.month[first]
    account = np.where(pupil, lines.class_key[first], lines.account[first])
    out = Frame(
        {
            "学校名称": lines.school_name[first],
            "账号": account,
            "角色": texts(roles[r].label for r in lines.role[first]),
            "行为": texts(names[b] for b in behaviour),
            "月份": texts(months[m] for m in month),
            "有效次数": count.astype(np.float64),
            "出处": texts([ORIGIN] * len(first)),
        }
    )
    return out.take(np.lexsort((month, behaviour, account.astype(str), out["学校名称"].astype(str))))


def _report_repeats(lines: Lines, again: Ints, rules: Rules, findings: Findings) -> None:
    column = rules.table("events").name_of(Role.BEHAVIOUR)
    for i in again:
        findings.add(
            "event_repeated", "events", lines.at[i], column, rule=ONCE[once_per(int(lines.role[i]), rules)]
        )


def _report_two_schools(
    lines: Lines, accepted: Ints, teachers: Frame, rules: Rules, findings: Findings
) -> None:
    """Tells of every teacher's account whose lines name more than one school; its days count once all the same."""
    mine = accepted[(lines.teacher[accepted] != NOT_FOUND) & (lines.school[accepted] != NOT_FOUND)]
    schools = int(lines.school.max(initial=0)) + 1
    pairs = np.unique(lines.teacher[mine] * schools + lines.school[mine])
    some, count = np.unique(pairs // schools, return_counts=True)
    table = rules.table("teachers")
    at, column = rows(teachers), table.name_of(Role.ACCOUNT)
    for i, named in zip(some[count > 1], count[count > 1], strict=True):
        findings.add(
            "event_two_schools", "teachers", at[i], column, found=teachers[column][i], count=int(named)
        )
