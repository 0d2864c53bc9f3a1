"""What a blank means, for any log: against a plain second reading, and what must hold whatever the data are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings

from kongjian.engine.measures import partial
from kongjian.engine.outcome import Results
from log_city import NAMES, READINGS, SEEDS, City, is_inside, random_city, random_event
from plain_log import CHIEF, PUPIL, TEACHER, PlainLog

COMPLETE = {"log_coverage": "complete", "blank_count": "missing"}


def same(found: float, wanted: Fraction | None) -> bool:
    return found != found if wanted is None else abs(found - float(wanted)) < 1e-9


@settings(max_examples=90, deadline=None)
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


@settings(max_examples=40, deadline=None)
@given(READINGS, SEEDS)
def test_one_more_event_never_lowers_a_teachers_count(readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    event = random_event(rng, city.teachers, city.classes)
    assume(city.events or is_inside(event))
    more = replace(city, events=[*city.events, event])
    before, after = (c.results(readings).tables["TeacherMeasures"] for c in (city, more))
    for behaviour in TEACHER:
        # what was missing may become a number; no number becomes less, or missing
        assert (np.isnan(before[behaviour]) | (after[behaviour] >= before[behaviour])).all()


@settings(max_examples=40, deadline=None)
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


@settings(max_examples=40, deadline=None)
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
