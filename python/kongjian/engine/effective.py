"""What the log of events tells (附件1、附件2 备注): effective counts, and whom it covers."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from kongjian.engine.event_lines import EventLines, behaviours, code_lines, once_per
from kongjian.engine.event_log import COLUMNS, COUNTED, Log, Pupils, at_own, joined, no_log, spans
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts, texts
from kongjian.engine.imported_counts import Imported, log_of, read_imported
from kongjian.engine.matching import NOT_FOUND, asker, rows
from kongjian.rules.model import Rules
from kongjian.rules.roles import Role

ORIGIN = "明细"
ONCE = {"day": "同一天", "month": "同一个月"}


class EventInputs(Protocol):
    """The tables that a log is read from and by: lines, and counts that were imported."""

    @property
    def schools(self) -> Frame: ...
    @property
    def teachers(self) -> Frame: ...
    @property
    def events(self) -> Frame: ...
    @property
    def counts(self) -> Frame: ...


def read_log(inputs: EventInputs, rules: Rules, findings: Findings) -> Log:
    """The log as far as it counts, of lines and of what an import has counted, which stands where there are both.

    EventLines that do not count become findings, each once, for the first reason.
    """
    schools, teachers = inputs.schools, inputs.teachers
    imported = read_imported(inputs.counts, schools, teachers, rules, findings)
    log = _of_lines(inputs.events, schools, teachers, imported, rules, findings)
    if imported:
        log = joined(log, log_of(imported, schools, teachers, rules))
    return replace(log, counts=_stacked(log.counts, inputs.counts)) if inputs.counts.height else log


def _of_lines(
    events: Frame, schools: Frame, teachers: Frame, imported: Imported | None, rules: Rules, findings: Findings
) -> Log:  # fmt: skip
    if events.height == 0:
        return no_log(schools.height, teachers.height, rules)
    lines = code_lines(events, schools, teachers, rules)
    sound, counted = _accept(lines, schools, teachers, rules, findings)
    accepted = np.flatnonzero(counted)
    if imported:
        stands = imported.stands_for(lines, accepted, rules)
        if stands.any():
            at = accepted[stands]
            findings.add("counts_stand", "events", count=len(at), first=int(lines.at[at[0]]))
        accepted = accepted[~stands]
    once = _once(lines, accepted, rules)
    again = np.ones(len(accepted), dtype=bool)
    again[once] = False
    _report_repeats(lines, accepted[again], rules, findings)
    _report_two_schools(lines, accepted, teachers, rules, findings)
    return _log(lines, sound, accepted, accepted[once], accepted[again], schools, teachers, rules)


def _accept(
    lines: EventLines, schools: Frame, teachers: Frame, rules: Rules, findings: Findings
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
        told = "{found}" in rules.problems[code].text
        said: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for i in np.flatnonzero(bad).tolist():
            found = params.get("found") or lines.events[column][i] or "空白"
            said.setdefault((found if told else "", lines.events[role_column][i]), []).append((i, found))
        for (_, role_said), which in said.items():
            for i, found in which[: findings.most_rows]:
                more = {"role": role_said, **params, "found": found}
                if column == school_column:
                    more["near"] = asked(found)
                findings.add(code, "events", lines.at[i], column, **more)
            findings.stand_for(len(which) - findings.most_rows)

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


def _once(lines: EventLines, accepted: Ints, rules: Rules) -> Ints:
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
    lines: EventLines, sound: Bools, accepted: Ints, counted: Ints, again: Ints, schools: Frame, teachers: Frame,
    rules: Rules,
) -> Log:  # fmt: skip
    some, roles = len(behaviours(rules)), len(rules.effective.roles)
    fills = np.array([r.fills for r in rules.effective.roles], dtype=object)

    def table(which: Ints, kind: str, unit: Ints, height: int) -> Floats:
        mine = which[(fills[lines.role[which]] == kind) & (unit[which] != NOT_FOUND)]
        at = lines.behaviour[mine] * height + unit[mine]
        return np.bincount(at, minlength=some * height).astype(np.float64).reshape(some, height)

    where = accepted[lines.school[accepted] != NOT_FOUND]
    at_school, first, last = spans(
        lines.role[where], lines.school[where], lines.month[where], roles, schools.height
    )
    anywhere = np.bincount(lines.behaviour[sound], minlength=some) > 0
    months = np.bincount(lines.month[sound], minlength=len(rules.period.months())) > 0
    return Log(
        _counts(lines, counted, rules),
        table(counted, "teacher", lines.teacher, teachers.height),
        table(counted, "school", lines.school, schools.height),
        table(again, "teacher", lines.teacher, teachers.height),
        _pupils(lines, counted, fills),
        at_school, at_own(lines.school_name[accepted], lines.role[accepted], teachers, rules), anywhere, first, last, months,
        *_known(lines, sound, fills, schools.height, teachers.height),
    )  # fmt: skip


def _known(lines: EventLines, sound: Bools, fills: Texts, height: int, teachers: int) -> tuple[Bools, Bools]:
    """The schools that have teachers' lines, and those with one by an account of 教师数据."""
    mine = sound & (lines.school != NOT_FOUND) & (lines.account != "")
    mine[mine] = fills[lines.role[mine]] == "teacher"
    known = mine & (lines.teacher != NOT_FOUND)
    of_lines, of_known = (np.bincount(lines.school[m], minlength=height) > 0 for m in (mine, known))
    return np.asarray(of_lines & (teachers > 0)), np.asarray(of_known)


def _pupils(lines: EventLines, counted: Ints, fills: Texts) -> Pupils:
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
        np.ones(len(first)),
        np.full(len(first), np.nan),
    )


def _stacked(counts: Frame, imported: Frame) -> Frame:
    """有效次数: what was counted now, and below it the imported rows as they stand."""
    out = {}
    for name in (*COLUMNS, *COUNTED):
        blank = np.full(counts.height, np.nan)
        out[name] = np.concatenate([counts.get(name, blank), imported[name]])
    return Frame(out)


def _counts(lines: EventLines, counted: Ints, rules: Rules) -> Frame:
    """有效次数: by account, behaviour and month; of pupils by class, whose name stands for the account."""
    names, months, roles = behaviours(rules), rules.period.months(), rules.effective.roles
    role = lines.role[counted]
    by_class = np.array([r.fills == "pupil" for r in roles])[role]
    by_school = np.array([r.per_school for r in roles])[role] | by_class
    class_code = _in_order(lines.class_key[counted])
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
    return out.take(np.lexsort((month, behaviour, _in_order(account), _in_order(out["学校名称"]))))


def _in_order(column: Texts) -> Ints:
    """Texts as numbers in their order: few are different, and numbers sort faster."""
    known = {text: k for k, text in enumerate(sorted(set(column.tolist())))}
    return np.array([known[text] for text in column.tolist()], dtype=np.int64)


def _report_repeats(lines: EventLines, again: Ints, rules: Rules, findings: Findings) -> None:
    column = rules.table("events").name_of(Role.BEHAVIOUR)
    spans = np.array([once_per(k, rules) for k in range(len(rules.effective.roles))], dtype=object)
    for span, said in ONCE.items():
        mine = again[spans[lines.role[again]] == span]
        findings.add_rows("event_repeated", "events", lines.at[mine], column, rule=said)


def _report_two_schools(
    lines: EventLines, accepted: Ints, teachers: Frame, rules: Rules, findings: Findings
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
