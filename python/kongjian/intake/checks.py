"""What only shows across rows and tables: repeats, unknown schools, counts that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, texts
from kongjian.engine.matching import ACCOUNT, NOT_FOUND, asker, locate, rows, school_keys
from kongjian.engine.outcome import Inputs
from kongjian.intake.grades import counted_classes, counted_events
from kongjian.intake.school_names import own_school
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import RECIPIENTS, Role


def check(inputs: Inputs, rules: Rules, findings: Findings) -> Inputs:
    """The inputs without rows that cannot count; every such row, and every doubt, becomes a finding."""
    of_schools, of_teachers, of_classes = (rules.table(t) for t in ("schools", "teachers", "classes"))
    schools = _schools(_named(inputs.schools, of_schools, findings), of_schools, rules, findings)
    known = schools[of_schools.name_of(Role.SCHOOL)].tolist()
    teachers = _named(inputs.teachers, of_teachers, findings)
    teachers = _teachers(teachers, of_teachers, own_school(rules), findings)
    classes = counted_classes(_named(inputs.classes, of_classes, findings), schools, rules, findings)
    _classes(classes, of_classes, rules, findings)
    for table, frame in ((of_teachers, teachers), (of_classes, classes)):
        _unknown_schools(table, frame, known, findings)
    monthly = _monthly(inputs.monthly, rules.table("monthly"), rules, findings)
    events = counted_events(_events(inputs.events, rules.table("events")), schools, rules, findings)
    return Inputs(schools, teachers, classes, monthly, events, inputs.counts)


def _named(frame: Frame, table: InputTable, findings: Findings) -> Frame:
    """The rows that say who they are about."""
    keep = np.ones(frame.height, dtype=bool)
    for column in (c.name for c in table.columns if c.role in (Role.SCHOOL, Role.PERSON)):
        nameless, at = (frame[column] == "") & keep, rows(frame)
        for i in np.flatnonzero(nameless):
            findings.add("name_blank", table.id, at[i], column)
        keep &= ~nameless
    return frame if keep.all() else frame.take(keep)


def _first_places(keys: Sequence[str]) -> np.ndarray:
    """For each key the position of its first appearance (its own where it is blank)."""
    first = locate(keys, keys)
    return np.where(first == NOT_FOUND, np.arange(len(first)), first)


def _schools(schools: Frame, table: InputTable, rules: Rules, findings: Findings) -> Frame:
    at, name = rows(schools), table.name_of(Role.SCHOOL)
    first = _first_places(school_keys(schools[name]))
    again = first != np.arange(schools.height)
    for i in np.flatnonzero(again):
        findings.add("school_twice", "schools", at[i], name, found=schools[name][i], first=int(at[first[i]]))
    schools = schools.take(~again)
    at = rows(schools)
    for person in filter(None, map(table.by_role, RECIPIENTS)):
        for i in np.flatnonzero(schools[person.name] == ""):
            findings.add("administrator_blank", "schools", at[i], person.name)
    pairs = {p for c in rules.conditions for p in zip(c.opened, c.total, strict=True)}
    for pair in sorted(pairs):
        _opened(schools, *pair, findings)
    needed = {n for c in rules.conditions if c.object == "school" for n in (*c.columns, *c.opened, *c.total)}
    for column in sorted(needed):
        for i in np.flatnonzero(np.isnan(schools[column])):
            findings.add("condition_blank", "schools", at[i], column)
    return schools


def _opened(schools: Frame, opened: str, total: str, findings: Findings) -> None:
    at = rows(schools)
    for i in np.flatnonzero(schools[opened] > schools[total]):
        findings.add(
            "opened_over_total", "schools", at[i], opened,
            opened_column=opened, opened=f"{schools[opened][i]:g}",
            total_column=total, total=f"{schools[total][i]:g}",
        )  # fmt: skip
    for i in np.flatnonzero(schools[total] == 0):
        findings.add("total_zero", "schools", at[i], total)


def _teachers(teachers: Frame, table: InputTable, chosen: Mapping[str, str], findings: Findings) -> Frame:
    """`chosen` names the school that counts for an account in several."""
    at, account = rows(teachers), table.name_of(Role.ACCOUNT)
    first = _first_places(list(teachers[ACCOUNT]))
    schools = school_keys(teachers[table.name_of(Role.SCHOOL)]) if chosen else []
    settled = set()
    for key, school in chosen.items():
        mine = [i for i, found in enumerate(teachers[ACCOUNT]) if fold(found) == key]
        if counts := [i for i in mine if schools[i] == school]:
            first[mine] = counts[0]
            settled.update(mine)
    again = first != np.arange(teachers.height)
    for i in np.flatnonzero(again):
        code = "account_moved" if i in settled else "account_twice"
        findings.add(code, "teachers", at[i], account, found=teachers[account][i], first=int(at[first[i]]))
    teachers = teachers.take(~again)
    at = rows(teachers)
    nameless = teachers[account] == ""
    for i in np.flatnonzero(nameless):
        findings.add("account_blank", "teachers", at[i], account)
    _same_names(teachers, table, nameless, findings)
    homeroom, share = table.by_role(Role.HOMEROOM), table.by_role(Role.CLASS_SHARE)
    if homeroom and share:
        for i in np.flatnonzero((teachers[homeroom.name] == 0) & (teachers[share.name] > 0)):
            findings.add("evaluation_not_homeroom", "teachers", at[i], share.name)
    return teachers


def _same_names(teachers: Frame, table: InputTable, nameless: Bools, findings: Findings) -> None:
    at, person = rows(teachers), table.name_of(Role.PERSON)
    chosen = np.flatnonzero(nameless)
    schools = school_keys(teachers[table.name_of(Role.SCHOOL)][chosen])
    first: dict[tuple[str, str], int] = {}
    for i, school in zip(chosen, schools, strict=True):
        name = teachers[person][i]
        earlier = first.setdefault((school, fold(name)), int(at[i]))
        if earlier != at[i]:
            findings.add("same_name", "teachers", at[i], person, found=name, first=earlier)


def _unknown_schools(table: InputTable, frame: Frame, known: list[str], findings: Findings) -> None:
    if not known:
        return
    name, asked, at = table.name_of(Role.SCHOOL), asker(known), rows(frame)
    for i in np.flatnonzero(locate(school_keys(frame[name]), school_keys(known)) == NOT_FOUND):
        found = frame[name][i]
        findings.add("school_unknown", table.id, at[i], name, found=found, near=asked(found))


def _classes(classes: Frame, table: InputTable, rules: Rules, findings: Findings) -> None:
    at = rows(classes)
    rated = [r.measure for r in rules.measures.class_rates] + [r.count for r in rules.measures.class_rates]
    used = np.logical_or.reduce([~np.isnan(classes[c]) for c in rated])
    if students := table.by_role(Role.STUDENTS):
        for i in np.flatnonzero(used & ~(classes[students.name] > 0)):
            findings.add("class_size_missing", "classes", at[i], students.name)
    name, grade = table.by_role(Role.CLASS_NAME), table.by_role(Role.GRADE)
    if name is None:
        return
    grades = classes[grade.name] if grade else [""] * classes.height
    own = zip(classes[table.name_of(Role.SCHOOL)], grades, classes[name.name], strict=True)
    keys = [f"{s}/{g}/{c}" if c else "" for s, g, c in own]
    first = _first_places(keys)
    for i in np.flatnonzero(first != np.arange(classes.height)):
        findings.add(
            "class_twice",
            "classes",
            at[i],
            name.name,
            found=keys[i].replace("/", ""),
            first=int(at[first[i]]),
        )


def _monthly(monthly: Frame, table: InputTable, rules: Rules, findings: Findings) -> Frame:
    """类别 guessed where it is blank; rows of an unknown 类别 or an unreadable month, and scores beyond its points, left out."""
    at, column, account = rows(monthly), table.name_of(Role.KIND), table.name_of(Role.ACCOUNT)
    choices = table.column(column).choices
    kinds = list(monthly[column])
    for i in np.flatnonzero(monthly[column] == ""):
        kinds[i] = guessed_kind(choices, monthly[account][i])
        findings.add("kind_guessed", "monthly", at[i], column, value=kinds[i])
    keep = monthly[table.name_of(Role.MONTH)] != ""
    for k, kind in enumerate(kinds):
        if kind not in choices:
            findings.add("not_a_choice", "monthly", at[k], column, found=kind, choices="、".join(choices))
            keep[k] = False
    score = table.name_of(Role.MONTH_SCORE)
    scores = monthly[score].copy()
    for choice, scheme in zip(choices, (rules.school, rules.teacher), strict=False):
        for i in np.flatnonzero(
            (scores > scheme.most) & np.array([kind == choice for kind in kinds], dtype=bool)
        ):
            high = f"{scheme.most:.10g}"
            findings.add("out_of_range", "monthly", at[i], score, found=f"{scores[i]:.15g}", low=0, high=high)
            scores[i] = np.nan
    return monthly.having(**{column: texts(kinds), score: scores}).take(keep)


def guessed_kind(choices: Sequence[str], account: object) -> str:
    """What a row of 月度得分 without 类别 is about: a teacher where it has an account, else a school."""
    return choices[1] if account else choices[0]


def _events(events: Frame, table: InputTable) -> Frame:
    """Lines whose date could be read."""
    keep = ~np.isnat(events[table.name_of(Role.DATE)])
    return events if keep.all() else events.take(keep)
