"""The five input tables of the demo as raw cells, the way they come out of a paste."""

from __future__ import annotations

from collections import Counter

import numpy as np

from kongjian.demo import activity, any_scheme, events, schools, standings
from kongjian.demo import dirt as dirty
from kongjian.demo.city import City, make_city
from kongjian.demo.pasted_sheet import Sheet
from kongjian.engine.frame import Floats, Frame, Ints
from kongjian.engine.scoring import score
from kongjian.rules import Rules
from kongjian.rules.roles import Role
from kongjian.workbook.shipped.build_workbook import Pasted

LARGEST_SHEET = 1_048_576 - 3 - 100  # rows of a worksheet, less the heading and room for dirt
_PUPIL_EVENTS_PER_TEACHER = 1.5
_EXACT, _BELOW = standings.PASS_CENTS, standings.PASS_CENTS - 1
_SET_UP_BY_EVENTS = 3
_COUNTED_EVERY_LINE = 24
FEWEST_TEACHERS = 1000


def demo_data(rules: Rules, seed: int = 2021, teachers: int = 3500, dirt: bool = True) -> dict[str, Pasted]:
    """Headers and cells of every input table, by the table's id; the same seed gives the same cells.

    A scheme that lists no schools, or has other columns, gets plain data of every kind of column, without dirt.
    `dirt` adds what people's pastes are like: it brings findings but leaves every award as it is.
    Where a sheet has no room for all monthly scores, the lowest-scoring teachers have none.
    """
    if teachers < FEWEST_TEACHERS:
        raise ValueError(f"fewer than {FEWEST_TEACHERS} teachers leave no room for the demo's cases")
    rng = np.random.default_rng(seed)
    if not (schools.listed(rules) and activity.fits(rules)):
        return any_scheme.data(rng, rules, teachers)
    city = make_city(rng, rules, teachers)
    sheets = {"monthly": _monthly(rng, rules, city), "events": _events(rng, rules, city)}
    _count_every_line(rules, city, sheets["events"])
    sheets["schools"] = _cells(rules, "schools", _as_pasted_schools(rules, city))
    sheets["teachers"] = _cells(rules, "teachers", _as_pasted_teachers(rules, city))
    sheets["classes"] = _cells(rules, "classes", city.classes)
    if dirt:
        dirty.soil(sheets, rules, city)
    return {t.id: Pasted(sheets[t.id].headers, sheets[t.id].rows) for t in rules.tables}


def _cells(rules: Rules, table_id: str, frame: Frame) -> Sheet:
    """A frame as cells: 是/否, whole numbers as int, blanks as None."""
    columns: list[list[object]] = []
    for column in rules.table(table_id).columns:
        values = frame[column.name].tolist()
        if column.kind == "yes_no":
            columns.append([None if v != v else "是" if v else "否" for v in values])
        elif column.is_text:
            columns.append([v or None for v in values])
        else:
            columns.append([None if v != v else int(v) if v == int(v) else v for v in values])
    return Sheet(rules.table(table_id).names, [list(row) for row in zip(*columns, strict=True)])


def _as_pasted_teachers(rules: Rules, city: City) -> Frame:
    """The teachers of one logged school leave some counts to be taken from the events."""
    out = Frame(city.teachers)
    filled = city.teacher_school == city.logged[0]
    for name in activity.said_of(rules).from_events:
        out[name] = np.where(filled & (out[name] > 0), np.nan, out[name])
    return out


def _as_pasted_schools(rules: Rules, city: City) -> Frame:
    """A few of the logged schools leave what their administrator has set up to be taken from the events."""
    out = Frame(city.schools)
    blank = np.isin(np.arange(out.height), city.logged[:_SET_UP_BY_EVENTS])
    for name in events.role(rules, "administrator").behaviours:
        out[name] = np.where(blank & (out[name] == 1), np.nan, out[name])
    return out


def _monthly(rng: np.random.Generator, rules: Rules, city: City) -> Sheet:
    """Month by month the schools' and then the teachers' scores, two teachers at 80.00 and 79.99."""
    months = rules.period.months()
    of_schools = standings.monthly_scores(rng, city.school_score, len(months))
    teachers = standings.monthly_scores(rng, city.teacher_score, len(months))
    for teacher, cents in zip(_near_bound(city).tolist(), (_EXACT, _BELOW), strict=False):
        teachers[teacher] = standings.scores_averaging(rng, cents, len(months))
    kept = _with_room(city.teacher_score, LARGEST_SHEET // len(months) - len(of_schools))
    names, accounts = city.teachers["学校名称"][kept].tolist(), city.teachers["账号"][kept].tolist()
    rows: list[list[object]] = []
    for k, month in enumerate(months):
        for name, value in zip(city.schools["学校名称"].tolist(), of_schools[:, k].tolist(), strict=True):
            rows.append(["学校", name, None, month, value])
        values = teachers[kept, k].tolist()
        rows.extend(
            ["教师", name, account, month, value]
            for name, account, value in zip(names, accounts, values, strict=True)
        )
    return Sheet(rules.table("monthly").names, rows)


def _near_bound(city: City) -> Ints:
    """Two teachers whose own total is a little above the bound and who have no platform total."""
    score = np.where(np.isnan(city.teachers["平台得分"]), city.teacher_score, np.inf)
    score[score < _EXACT / 100] = np.inf
    return np.argsort(score, kind="stable")[:2]


def _count_every_line(rules: Rules, city: City, log: Sheet) -> None:
    """The platform's scores of logged teachers far from every award count each line of the log, also a day's second.

    So 平台核对 finds the cause there.
    """
    staff = city.teachers
    shared = rules.effective.share_behaviours
    lines = Counter((row[2], row[4]) for row in log.rows)
    teaching = rules.table("teachers").by_role(Role.TEACHING)
    counts = staff[teaching.name] == 1 if teaching else True
    at = np.flatnonzero(city.plain_teachers(city.logged) & counts)
    some = staff.take(at)
    computed = score(some, rules.teacher, rules)
    for name in events.role(rules, "teacher").behaviours:
        every = np.array([lines[account, name] for account in some["账号"].tolist()], dtype=float)
        if name not in shared:
            some[name] = np.maximum(some[name], every)
    counted = score(some, rules.teacher, rules)
    more = np.flatnonzero((counted.cents != computed.cents) & (counted.cents < _BELOW))
    more = more[:: max(1, len(more) // _COUNTED_EVERY_LINE)]
    staff["平台得分"][at[more]] = counted.total[more]


def _with_room(score: Floats, room: int) -> Ints:
    """The positions of the `room` highest scores, in their order."""
    if len(score) <= room:
        return np.arange(len(score))
    return np.sort(np.argsort(-score, kind="stable")[:room])


def _events(rng: np.random.Generator, rules: Rules, city: City) -> Sheet:
    """The log in order of days; fewer pupils' events where the sheet has no room."""
    names, accounts = city.schools["学校名称"], city.teachers["账号"]
    logged = np.flatnonzero(np.isin(city.teacher_school, city.logged))
    people = list(zip(city.teachers["学校名称"][logged], accounts[logged], strict=True))
    chiefs = list(zip(names, accounts[city.administrator], strict=True))
    pupils = int(_PUPIL_EVENTS_PER_TEACHER * len(accounts))
    rows = events.teacher_events(rng, rules, people, city.teachers.take(logged))
    rows += events.administrator_events(rng, rules, chiefs, city.schools)
    pupils = min(pupils, LARGEST_SHEET - len(rows))
    rows += events.student_events(rng, rules, names.tolist(), pupils)
    rows.sort(key=lambda row: row[0])  # type: ignore[arg-type, return-value]
    blank = [None for c in rules.table("events").columns if c.optional]
    return Sheet(rules.table("events").names, [[*row, *blank] for row in rows])
