"""One row by plain floats is the same to the last bit as the vectorised engine, whatever the rules."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kongjian.engine.evidence.explain import explain, growth_of
from kongjian.engine.frame import Frame
from kongjian.engine.row_scoring import RowScore, compile_row
from kongjian.engine.scoring import score
from kongjian.rules import Rules, resolve
from kongjian.rules.model import Band, Indicator, ObjectScheme
from kongjian.rules.wording import rule_words
from pinned_rules import pinned_rules

RULES = pinned_rules()
KINDS = st.sampled_from(["school", "teacher"])
READINGS = st.fixed_dictionaries(
    {r.id: st.sampled_from([v.id for v in r.values]) for r in RULES.readings}
).map(dict[str, str])
BLANK = float("nan")
BOUNDS = (0.0, 0.4, 0.6, 0.8, 1.0, 2.0, 4.0, 5.0, 15.0, 39.5, 40.0)
VALUES = st.one_of(
    st.just(BLANK),
    st.sampled_from(BOUNDS),
    st.tuples(st.sampled_from(BOUNDS), st.sampled_from([-1e-8, -1e-9, -1e-10, 1e-10, 0.1, 0.29, -0.005])).map(
        sum
    ),
    st.floats(0, 60),
    st.sampled_from([-1.0, -0.0, 1e6, 1e300, math.inf, -math.inf]),
)
POINTS = st.sampled_from([0.5, 1.0, 2.5, 7.0, 15.0, 20.0, 33.3])


def edited(scheme: ObjectScheme, draw: st.DrawFn) -> ObjectScheme:
    """The scheme with other points, targets, deductions and bands, as staff may type them."""

    def change(indicator: Indicator) -> Indicator:
        if draw(st.booleans()):
            return indicator
        points = draw(POINTS)
        if indicator.kind == "bands":
            return dataclasses.replace(
                indicator, points=points, bands=(Band(0.9, points), Band(0.35, points / 3), Band(0.0, 0.0))
            )
        target = draw(st.sampled_from([0.0, 0.5, 1.0, 3.0, 12.7, 40.0]))
        per = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0, 1.3, 3.0]))
        if indicator.kind == "deduct":
            return dataclasses.replace(indicator, points=points, target=target, per=per)
        if indicator.kind == "threshold":
            return dataclasses.replace(indicator, points=points, target=target)
        return dataclasses.replace(indicator, points=points)

    return dataclasses.replace(scheme, indicators=tuple(change(i) for i in scheme.indicators))


@st.composite
def cases(draw: st.DrawFn) -> tuple[ObjectScheme, Rules, list[list[float]]]:
    rules = resolve(RULES, draw(READINGS))
    scheme = edited(rules.object(draw(KINDS)), draw)
    width = len(scheme.indicators)
    homeroom = st.sampled_from([0.0, 1.0, 2.0])
    rows = draw(st.lists(st.tuples(*[VALUES] * width, homeroom).map(list), min_size=1, max_size=5))
    return scheme, rules, rows


def rows_by_engine(scheme: ObjectScheme, rules: Rules, rows: list[list[float]]) -> list[RowScore]:
    columns = [*(i.column for i in scheme.indicators), "班主任"]
    frame = Frame({c: np.array([row[k] for row in rows]) for k, c in enumerate(columns)})
    with np.errstate(invalid="ignore"):  # nothing per missing unit, and infinitely many missing
        found = score(frame, scheme, rules)
    return [
        RowScore(found.by_indicator[:, i].tolist(), found.missing[:, i].tolist(), int(found.cents[i]))
        for i in range(len(rows))
    ]


@settings(max_examples=240, deadline=None)
@given(cases())
@example((RULES.teacher, RULES, [[BLANK] * 10 + [0.0], [BLANK] * 10 + [1.0], [40.0] * 10 + [1.0]]))
def test_a_row_scores_as_the_engine_does(case: tuple[ObjectScheme, Rules, list[list[float]]]) -> None:
    scheme, rules, rows = case
    scorer = compile_row(scheme, rules)
    for row, wanted in zip(rows, rows_by_engine(scheme, rules, rows), strict=True):
        found = scorer(row[: len(scorer.columns)])
        assert found == wanted
        assert found.total == wanted.cents / 100
        assert found.complete == (not any(wanted.missing))


def test_the_columns_are_those_of_the_scheme() -> None:
    assert compile_row(RULES.school, RULES).columns[-2:] == ("课程学习完成率", "作业完成率")
    assert compile_row(RULES.teacher, RULES).columns[-2:] == ("参与活动", "班主任")


def test_a_total_on_a_half_cent_is_rounded_up() -> None:
    scorer = compile_row(RULES.teacher, RULES)
    full = [5.0, 40.0, 40.0, 4.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert scorer(full).total == 100.0
    assert scorer([5.0, 39.995, *full[2:]]).total == 100.0
    assert scorer([5.0, 39.994, *full[2:]]).total == 99.99


@pytest.mark.parametrize(
    ("reading", "points", "total"),
    [("zero", 0.0, 85.0), ("full", 15.0, 100.0), ("rescale", 0.0, 100.0)],
)
def test_who_has_no_class_of_his_own(reading: str, points: float, total: float) -> None:
    rules = resolve(RULES, {"non_homeroom": reading})
    found = compile_row(rules.teacher, rules)([5.0, 40.0, 40.0, 4.0, 1.0, 2.0, BLANK, 1.0, 1.0, 1.0, 0.0])
    assert (found.by_indicator[6], found.total, found.complete) == (points, total, True)


# the rule in words, and what is wanting


def words(kind: str, name: str, **readings: str) -> str:
    rules = resolve(RULES, readings)
    return rule_words(rules.object(kind).indicator(name), rules)


@pytest.mark.parametrize(
    ("kind", "name", "readings", "text"),
    [
        ("school", "组织机构", {}, "是得5分，否得0分"),
        ("school", "制作课件", {}, "满5个得4分，每少1个扣1分，扣完为止"),
        ("teacher", "制作课件", {"shortfall": "whole"}, "满5个得10分，每少1个扣2分，扣完为止，不足1个的部分不扣"),
        ("teacher", "网络教研", {"shortfall": "started"}, "满4次得8分，每少1次扣2分，扣完为止，不足1次按1次扣"),
        ("teacher", "作业管理", {"homework": "none_is_zero"}, "满1次得15分，每少1次扣1分，扣完为止；一次也没有得0分"),
        ("school", "作业管理", {"homework": "fifteen"}, "满15次得5分，每少1次扣1分，扣完为止"),
        ("school", "参与活动", {}, "满1次得1分，不满得0分"),
        ("school", "课程学习", {}, "完成率≥80%得10分；≥60%得8分；≥40%得5分；其余0分"),
        ("teacher", "学生评价", {"non_homeroom": "rescale"}, "占本班学生的比例≥100%得15分；≥80%得10分；≥60%得8分；≥40%得5分；其余0分；不是班主任不计这一项，其余各项折算成满分"),
    ],
)  # fmt: skip
def test_a_rule_in_words(kind: str, name: str, readings: dict[str, str], text: str) -> None:
    assert words(kind, name, **readings) == text


def test_every_rule_has_words_under_every_reading() -> None:
    for reading in RULES.readings:
        for value in reading.values:
            rules = resolve(RULES, {reading.id: value.id})
            for indicator in (*rules.school.indicators, *rules.teacher.indicators):
                assert f"{indicator.points:g}分" in rule_words(indicator, rules)


@pytest.mark.parametrize(
    ("kind", "name", "value", "readings", "said"),
    [
        ("school", "在线授课", 37.7, {}, "2.3节次"),
        ("school", "在线授课", 37.7012345678, {}, "2.3节次"),
        ("school", "在线授课", 37.6912345678, {}, "2.31节次"),
        ("school", "在线授课", 41.0, {}, ""),
        ("school", "在线授课", 39.9999999999, {}, ""),
        ("school", "课程学习", 0.65, {}, "15个百分点"),
        ("school", "课程学习", 0.6512, {}, "14.88个百分点"),
        ("school", "组织机构", 0.0, {}, "做到“是”"),
        ("school", "组织机构", BLANK, {}, "没有数据"),
        # less than one short costs nothing: nothing is wanting, and little brings the full points
        ("school", "在线授课", 39.6, {"shortfall": "whole"}, ""),
        ("school", "在线授课", 39.0, {"shortfall": "whole"}, "0.01节次"),
        ("school", "在线授课", 37.0, {"shortfall": "whole"}, "2.01节次"),
        ("school", "网络教研", 2.98, {"shortfall": "whole"}, "0.03次"),
        ("school", "在线授课", 39.6, {"shortfall": "started"}, "0.4节次"),
        ("school", "在线授课", 37.0, {"shortfall": "started"}, "3节次"),
        ("school", "作业管理", 0.0, {"shortfall": "whole", "homework": "none_is_zero"}, "0.01次"),
        # a whole count stays whole
        ("teacher", "在线授课", 37.0, {"shortfall": "whole"}, "3节次"),
        ("teacher", "在线授课", 37.5, {}, "2.5节次"),
        ("teacher", "作业管理", 3.0, {"homework": "fifteen"}, "12次"),
        ("teacher", "学生评价", 0.5, {}, "50个百分点"),
    ],
)
def test_what_is_wanting(kind: str, name: str, value: float, readings: dict[str, str], said: str) -> None:
    rules = resolve(RULES, readings)
    scheme = rules.object(kind)
    k, scorer = next(k for k, i in enumerate(scheme.indicators) if i.name == name), compile_row(scheme, rules)
    values = [1.0] * len(scorer.columns)
    values[k] = value
    assert explain(scheme, rules, scorer, values)[k][6] == said


@settings(max_examples=120, deadline=None)
@given(cases())
def test_what_is_wanting_brings_the_full_points_and_one_step_less_does_not(
    case: tuple[ObjectScheme, Rules, list[list[float]]],
) -> None:
    scheme, rules, rows = case
    scorer = compile_row(scheme, rules)
    for row in rows:
        for k, value in enumerate(row[:-1]):
            if not 0 <= value <= 60:
                continue
            growth = growth_of(k, value, scheme, rules, scorer)
            full = scorer.points(k, max(value, 1000.0))
            assert scorer.points(k, value + growth.last * growth.step) == pytest.approx(full, abs=1e-8)
            if growth.last:
                assert scorer.points(k, value + (growth.last - 1) * growth.step) < full


def test_an_explanation_adds_up() -> None:
    scorer = compile_row(RULES.teacher, RULES)
    values = [3.5, 40.0, BLANK, 4.0, 0.0, 2.0, 0.5, 1.0, 0.0, 1.0, 1.0]
    lines = {line[0]: line[1:] for line in explain(RULES.teacher, RULES, scorer, values)}
    assert lines["制作课件"][0] == 3.5
    assert lines["制作课件"][2:] == [10.0, 7.0, 3.0, "1.5个"]
    assert lines["作业管理"][2:] == [15.0, 14.0, 1.0, "1次"]
    assert lines["学生评价"][2:] == [15.0, 5.0, 10.0, "50个百分点"]
    assert lines["在线授课"][0] == ""
    assert all(math.isnan(v) for v in lines["在线授课"][3:5])
    assert lines["在线授课"][5] == "没有数据"
    other = explain(RULES.teacher, RULES, scorer, [*values[:6], BLANK, *values[7:10], 0.0])[6]
    assert other[1] == ""
    assert other[3:] == [15.0, 0.0, 15.0, ""]
