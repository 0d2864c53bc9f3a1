"""What a blank means, for any log: against a plain second reading, and what must hold whatever the data are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator

from kongjian.engine.calculate import calculate
from kongjian.engine.frame import Frame
from kongjian.engine.measures import partial
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules import load_rules, resolve
from plain_log import CHIEF, PUPIL, TEACHER, PlainLog

RULES = load_rules()
READINGS = st.fixed_dictionaries(
    {
        "log_coverage": st.sampled_from(["complete", "partial"]),
        "blank_count": st.sampled_from(["missing", "zero"]),
        "student_effective": st.sampled_from(["tallied", "once_a_month"]),
        "class_weight": st.sampled_from(["students", "classes"]),
    }
).map(dict[str, str])
SEEDS = st.integers(0, 2**32 - 1)
COMPLETE = {"log_coverage": "complete", "blank_count": "missing"}
NAMES = ["甲校", "乙校", "丙校"]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class City:
    """Rows with None for a blank number; every table as the second reading takes it."""

    schools: Rows
    teachers: Rows
    classes: Rows
    events: Rows

    def results(self, readings: Mapping[str, str]) -> Results:
        tables = {t: _frame(t, rows) for t, rows in vars(self).items()}
        return calculate(Inputs.of(rules := resolve(RULES, dict(readings)), **tables), rules)


def _frame(table_id: str, rows: Rows) -> Frame:
    table = RULES.table(table_id)
    out = {}
    for column in table.columns:
        if any(column.name in row for row in rows):
            values = [row.get(column.name) for row in rows]
            if column.kind == "date":
                out[column.name] = np.array(values, dtype="datetime64[D]")
            elif column.is_text:
                out[column.name] = np.array([v or "" for v in values], dtype=object)
            else:
                out[column.name] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return Frame(out)


def random_city(rng: Generator) -> City:
    def number(most: int, blank: float) -> float | None:
        return None if rng.random() < blank else float(rng.integers(0, most))

    schools: Rows = [
        {
            "学校名称": name, "教师总数": number(5, 0.3), "适龄学生数": float(rng.integers(1, 9)),
            **{b: number(2, 0.6) for b in CHIEF}, **{b: number(50, 0.8) for b in TEACHER},
            **{column: number(2, 0.8) for column, _ in PUPIL.values()},
        }
        for name in NAMES
    ]  # fmt: skip
    teachers: Rows = [
        {
            "学校名称": str(rng.choice([*NAMES, "别的学校"])), "教师姓名": f"师{k}", "账号": "" if rng.random() < 0.1 else f"t{k}",
            "任课": float(rng.random() < 0.8), "班主任": float(rng.random() < 0.5),
            **{b: number(2 if b == "学生评价" else 45, 0.7) for b in TEACHER},
        }
        for k in range(int(rng.integers(1, 10)))
    ]  # fmt: skip
    classes: Rows = [
        {
            "学校名称": str(rng.choice(NAMES)), "年级": "三年级", "班级": f"{k}班", "学生数": float(rng.integers(1, 5)),
            **{column: number(2, 0.8) for column, _ in PUPIL.values()},
        }
        for k in range(int(rng.integers(0, 5)))
    ]  # fmt: skip
    return City(
        schools,
        teachers,
        classes,
        of_this_year([random_event(rng, teachers, classes) for _ in range(int(rng.integers(0, 60)))]),
    )


def of_this_year(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events, of those outside the period no more than of the others: else nothing is calculated."""
    months = RULES.period.months()
    inside = [e for e in events if f"{e['日期']:%Y-%m}" in months]
    return [*inside, *[e for e in events if e not in inside][: len(inside)]]


def random_event(rng: Generator, teachers: Rows, classes: Rows) -> dict[str, Any]:
    day = dt.date(2020, 11, 20) + dt.timedelta(int(rng.choice([*range(0, 260, 26), *range(100, 104)])))
    role = str(rng.choice(["教师", "教师", "管理员", "学生", "家长"]))
    event = {
        "日期": day,
        "角色": role,
        "学校名称": str(rng.choice([*NAMES, "别的学校"])),
        "年级": "",
        "班级": "",
    }
    if role == "教师":
        teacher = teachers[int(rng.integers(len(teachers)))]
        account = teacher["账号"] if rng.random() < 0.9 else "t99"
        school = rng.choice([teacher["学校名称"], "", event["学校名称"]], p=[0.7, 0.2, 0.1])
        return {**event, "账号": account, "行为": str(rng.choice(TEACHER[:7])), "学校名称": str(school)}
    if role == "学生":
        pupil = int(rng.integers(8))
        own = classes[pupil % len(classes)] if classes and pupil % 3 else None
        place = {k: own[k] for k in ("学校名称", "年级", "班级")} if own else {"学校名称": NAMES[pupil % 3]}
        return {**event, "账号": f"x{pupil}", "行为": str(rng.choice(list(PUPIL))), **place}
    return {**event, "账号": str(rng.choice(["g1", "g2", ""])), "行为": str(rng.choice(CHIEF[:4]))}


def same(found: float, wanted: Fraction | None) -> bool:
    return found != found if wanted is None else abs(found - float(wanted)) < 1e-9


@settings(max_examples=150, deadline=None)
@given(READINGS, SEEDS)
def test_a_second_reading_of_the_log_agrees(readings: dict[str, str], seed: int) -> None:
    city = random_city(np.random.default_rng(seed))
    plain = PlainLog(city.schools, city.teachers, city.classes, city.events, readings)
    tables = city.results(readings).tables
    teachers, schools = tables["TeacherMeasures"], tables["SchoolMeasures"]
    for behaviour in TEACHER:
        for i, row in enumerate(city.teachers):
            assert same(teachers[behaviour][i], plain.count(row, behaviour)), (row, behaviour)
        for i, row in enumerate(city.schools):
            mean = plain.mean(row, behaviour)
            assert same(schools[behaviour][i], mean.value), (row, behaviour)
            here = sum(t["学校名称"] == row["学校名称"] for t in city.teachers)
            derived = row[behaviour] is None and mean.value is not None
            wanted = derived and (not mean.whole or here < (row["教师总数"] or 0))
            assert partial(schools, behaviour)[i] == wanted, (row, behaviour)
    for i, row in enumerate(city.schools):
        for behaviour in CHIEF:
            assert same(schools[behaviour][i], plain.answer(row, behaviour)), (row, behaviour)
        for behaviour, (column, _) in PUPIL.items():
            assert same(schools[column][i], plain.rate(row, behaviour)), (row, behaviour)


@settings(max_examples=60, deadline=None)
@given(READINGS, SEEDS)
def test_one_more_event_never_lowers_a_teachers_count(readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    more = replace(city, events=of_this_year([*city.events, random_event(rng, city.teachers, city.classes)]))
    before, after = (c.results(readings).tables["TeacherMeasures"] for c in (city, more))
    for behaviour in TEACHER:
        # what was missing may become a number; no number becomes less, or missing
        assert (np.isnan(before[behaviour]) | (after[behaviour] >= before[behaviour])).all()


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_one_more_teacher_without_activity_never_raises_a_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    idle = {
        "学校名称": NAMES[0], "教师姓名": "新来的", "账号": "t100", "任课": 1.0, "班主任": float(rng.random() < 0.5),
        **dict.fromkeys(TEACHER),
    }  # fmt: skip
    before, after = (
        c.results(COMPLETE).tables["SchoolMeasures"]
        for c in (city, replace(city, teachers=[*city.teachers, idle]))
    )
    for behaviour in TEACHER:
        was, now = before[behaviour], after[behaviour]
        assert (np.isnan(was) | (now <= was + 1e-9)).all()
        assert (np.isnan(was) == np.isnan(now))[1:].all()


@settings(max_examples=60, deadline=None)
@given(READINGS, SEEDS)
def test_a_blank_filled_with_what_coverage_says_changes_nothing(readings: dict[str, str], seed: int) -> None:
    city = random_city(np.random.default_rng(seed))
    found = city.results(readings)
    measures = found.tables["TeacherMeasures"]
    filled = [
        {**row, **{b: None if (v := measures[b][i]) != v else float(v) for b in TEACHER}}
        for i, row in enumerate(city.teachers)
    ]
    again = replace(city, teachers=filled).results(readings)
    for kind in ("school", "teacher"):
        old, new = found.of(kind), again.of(kind)
        assert old.score_cents.tolist() == new.score_cents.tolist()
        assert old.standing.rank.tolist() == new.standing.rank.tolist()
        assert old.complete.tolist() == new.complete.tolist()
    for name, column in found.tables["Awards"].items():
        assert column.tolist() == again.tables["Awards"][name].tolist()


@pytest.mark.parametrize(
    ("staff", "names", "short"), [(2, ["甲", "乙"], 0), (3, ["甲", "乙"], 1), (2, ["甲", "甲"], 1)]
)
def test_different_people_are_counted_not_rows(staff: int, names: list[str], short: int) -> None:
    """Two rows of one name without accounts may be one person."""
    counts = dict.fromkeys(TEACHER, 1.0)
    teachers = [
        {"学校名称": "甲校", "教师姓名": n, "账号": "", "任课": 1.0, "班主任": 1.0, **counts} for n in names
    ]
    city = City([{"学校名称": "甲校", "教师总数": float(staff)}], teachers, [], [])
    assert partial(city.results(COMPLETE).tables["SchoolMeasures"], "在线授课").tolist() == [bool(short)]


def pupils_of(log_coverage: str, blank_count: str = "missing") -> Results:
    """One of two pupils has done four courses; the other is not in the log."""
    events = [
        {"日期": dt.date(2021, 3, d), "学校名称": "甲校", "账号": "x1", "角色": "学生", "行为": "课程学习"}
        for d in range(1, 5)
    ]
    city = City([{"学校名称": "甲校", "适龄学生数": 2.0}], [], [], events)
    return city.results({"log_coverage": log_coverage, "blank_count": blank_count})


@pytest.mark.parametrize(
    ("coverage", "blank", "rate", "part"),
    [("complete", "missing", 0.5, False), ("partial", "missing", 1.0, True), ("partial", "zero", 0.5, False)],
)
def test_a_partial_log_of_pupils_is_a_mean_over_some(
    coverage: str, blank: str, rate: float, part: bool
) -> None:
    found = pupils_of(coverage, blank)
    units = found.tables["SchoolMeasures"]
    assert units["课程学习完成率"].tolist() == [rate]
    assert partial(units, "课程学习完成率").tolist() == [part]
    assert [f.params["unit"] for f in found.findings if f.code == "mean_partial"] == ["名学生"] * part


def test_without_teachers_no_account_is_of_another_kind() -> None:
    event = {
        "日期": dt.date(2021, 3, 1),
        "学校名称": "甲校",
        "账号": "t1",
        "角色": "教师",
        "行为": "在线授课",
    }
    found = City([{"学校名称": "甲校"}], [], [], [event]).results(COMPLETE)
    assert "log_other_accounts" not in {f.code for f in found.findings}
