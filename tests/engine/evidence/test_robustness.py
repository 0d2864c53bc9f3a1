"""名次稳健性: what it says of each unit is what whole calculations under those readings give."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import log_city
from filled_forms import empty_run
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.other_readings import Passes
from kongjian.engine.evidence.robustness import COLUMNS, robustness
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules import Rules, resolve
from kongjian.rules.choices import combinations
from kongjian.rules.readings import Reading
from kongjian.workbook.run import calculate_grids
from native_engines import run_of
from random_city import READINGS, RULES, SEEDS, random_city
from small_scheme import small_grids, small_rules

KINDS = {"school": "学校", "teacher": "教师"}
Unit = tuple[str, str, str, str]
Stands = dict[Unit, tuple[int, str]]
"""The rank and the award of each unit that has one of them, by the output tables."""


def plain_combinations(readings: tuple[Reading, ...], chosen: Mapping[str, str]) -> list[dict[str, str]]:
    """Every other value, and every pair of other values of two readings."""
    one = [(r.id, v.id) for r in readings for v in r.values if v.id != chosen[r.id]]
    two = [dict(pair) for pair in itertools.combinations(one, 2) if pair[0][0] != pair[1][0]]
    return [dict([other]) for other in one] + two


def stands(results: Results, rules: Rules) -> Stands:
    out: Stands = {}
    for kind, label in KINDS.items():
        table = results.tables["SchoolRanking" if kind == "school" else "TeacherRanking"]
        blank = [""] * table.height
        who = [table.get(c, blank) for c in ("教师姓名", "账号")]
        rows = list(zip(table["名次"], table["学校名称"], *who, strict=True))
        awarded = {}
        listed = results.tables["Awards"]
        own = {a.name for a in rules.awards if a.object == kind and a.recipient == "unit"}
        for award, school, person in zip(*(listed[c] for c in ("奖项", "学校名称", "姓名")), strict=True):
            if award in own:
                awarded[school, person if kind == "teacher" else ""] = award
        for rank, school, person, account in rows:
            out[label, school, person, account] = int(rank), awarded.get((school, person), "")
    return out


def units(results: Results) -> list[Unit]:
    table = results.tables["Eligibility"]
    return list(zip(*(table[c].tolist() for c in COLUMNS[:4]), strict=True))


def expected(inputs: Inputs, results: Results, rules: Rules) -> dict[Unit, tuple[Any, ...]]:
    """Each unit's line without its remark, by a whole calculation for each combination."""
    under = [
        stands(calculate(inputs, resolve(rules, {**rules.chosen, **c}, rules.edits)), rules)
        for c in plain_combinations(rules.readings, rules.chosen)
    ]
    now, out = stands(results, rules), {}
    for unit in units(results):
        ranks = [s[unit][0] for s in (now, *under) if unit in s]
        held = [s.get(unit, (0, ""))[1] for s in under]
        if unit[0] == "教师" and not any([*held, now.get(unit, (0, ""))[1]]):
            continue
        numbers = now.get(unit, (None, ""))[0], min(ranks, default=None), max(ranks, default=None)
        out[unit] = (*numbers, sum(map(bool, held)), len(under))
    return out


def told(frame: Frame) -> dict[Unit, tuple[Any, ...]]:
    rows = zip(*(frame[c].tolist() for c in COLUMNS[:-1]), strict=True)
    return {row[:4]: tuple(None if v != v else int(v) for v in row[4:]) for row in rows}


@settings(max_examples=2, deadline=None)
@given(READINGS, SEEDS)
def test_every_number_is_that_of_whole_calculations(readings: dict[str, str], seed: int) -> None:
    run = random_city(readings, seed, schools=6, teachers=18)
    frame = robustness(run.inputs, run.results, run.rules)
    assert told(frame) == expected(run.inputs, run.results, run.rules)
    assert frame.height == len(told(frame))


@pytest.mark.parametrize("edits", [{}, {("school", "共建"): {"target": 12.0}}])
def test_the_same_in_another_scheme(edits: dict[tuple[str, str], dict[str, Any]]) -> None:
    rules = resolve(small_rules(), {"missing_months": "zero"}, edits)
    run = calculate_grids(small_grids(rules), rules, Previous())
    assert told(robustness(run.inputs, run.results, rules)) == expected(run.inputs, run.results, rules)


def same_stands(results: Results, passes: Passes, rules: Rules) -> None:
    """One pass gives the ranks, scores and eligibility of a whole calculation."""
    for kind, outcome in passes.outcomes(rules).items():
        whole = results.of(kind)
        for mine, theirs in (
            (outcome.standing.rank, whole.standing.rank),
            (outcome.score_cents, whole.score_cents),
            (outcome.eligibility.eligible, whole.eligibility.eligible),
            (outcome.monthly.average, whole.monthly.average),
        ):
            assert mine.tolist() == theirs.tolist()


@settings(max_examples=10, deadline=None)
@given(READINGS, SEEDS)
def test_a_pass_after_others_is_a_whole_calculation(readings: dict[str, str], seed: int) -> None:
    run, rng = random_city(readings, seed), np.random.default_rng(seed)
    tried, passes = list(combinations(run.rules)), Passes(run.inputs, run.results, run.rules)
    for k in rng.choice(len(tried), 12, replace=False).tolist():
        same_stands(calculate(run.inputs, tried[k].rules), passes, tried[k].rules)


@settings(max_examples=8, deadline=None)
@given(log_city.READINGS, log_city.SEEDS)
def test_so_it_is_where_a_log_fills_the_blanks(readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = vars(log_city.random_city(rng))
    rules = resolve(RULES, readings)
    inputs = Inputs.of(rules, **{t: log_city.frame_of(t, own) for t, own in rows.items()})
    tried, passes = list(combinations(rules)), Passes(inputs, calculate(inputs, rules), rules)
    for k in rng.choice(len(tried), 12, replace=False).tolist():
        same_stands(calculate(inputs, tried[k].rules), passes, tried[k].rules)


def city(last: tuple[float, float]) -> Frame:
    """The lines of the last two of 51 teachers, by their lessons; the 49 others have full marks."""
    height = 51
    teachers = {
        "学校名称": ["甲校"] * height,
        "教师姓名": [f"师{k}" for k in range(height)],
        "账号": [f"t{k:03d}" for k in range(height)],
        **{i.name: np.full(height, 50.0) for i in RULES.teacher.indicators},
        "任课": np.ones(height),
        "班主任": np.array([1.0] * 49 + [0.0, 1.0]),
        "在线授课": np.array([40.0] * 49 + list(last)),
        "学生评价": np.ones(height),
    }
    run = run_of({"schools": {"学校名称": ["甲校"]}, "teachers": teachers}, RULES)
    return robustness(run.inputs, run.results, run.rules).take(np.array([50, 51]))


def test_the_remark_says_what_is_held_what_else_and_by_which_change() -> None:
    """师49 loses the 15 points of who has no class and is the 50th: full marks or the scaled rest lift it to the top."""
    frame, total = city((40.0, 22.0)), len(plain_combinations(RULES.readings, RULES.chosen))
    assert frame["教师姓名"].tolist() == ["师49", "师50"]
    assert frame["名次"].tolist() == [50, 51]
    own, follows = "网络学习空间应用专家", "现获网络学习空间应用优秀教师"
    counts = frame["仍获奖的口径组合"].astype(int).tolist()
    assert counts[0] == total > counts[1] > 0
    first, second = frame["说明"]
    assert re.fullmatch(rf"{follows}；{total}种组合都获奖；\d+种组合获{own}", first)
    dense = "只改一个就会：名次算法改为“中国式”"
    assert second == f"现在没有获奖；{counts[1]}种组合获{own}，{dense}"


def test_what_two_changes_do_together_is_told_where_neither_does_it_alone() -> None:
    """戊校 is the fifth by platform and by points, where it is the third of three different ones."""
    names = [f"{n}校" for n in "甲乙丙丁戊"]
    yes = {c: np.ones(5) for c in ("互联网接入", "多媒体教学环境", "管理员实名认证")}
    full = {c: np.full(5, 10.0) for c in ("教师总数", "教师开通空间数", "适龄学生数", "学生开通空间数")}
    schools = {
        "学校名称": names, **yes, **full, "组织机构": np.array([1.0, 1, 1, 1, 0]),
        "应用考核": np.array([1.0, 1, 0, 0, 0]), "平台得分": np.array([99.0, 98, 97, 96, 95]),
    }  # fmt: skip
    monthly = {
        "类别": ["学校"] * 5, "学校名称": names, "月份": [RULES.period.start] * 5,
        "得分": np.array([95.0, 94, 93, 92, 91]),
    }  # fmt: skip
    run = run_of({"schools": schools, "monthly": monthly}, RULES)
    frame = robustness(run.inputs, run.results, run.rules)
    assert frame["学校名称"].tolist() == names
    assert frame["说明"][4] == (
        "现在没有获奖；1种组合获网络学习空间应用示范校，"
        "要同时改两个：得分依据改为“计算得分”并且名次算法改为“中国式”"
    )
    assert [frame[c][4] for c in ("名次", "最好名次", "最差名次", "仍获奖的口径组合")] == [5, 3, 5, 1]


def test_without_data_there_is_no_row() -> None:
    run = empty_run(RULES)
    frame = robustness(run.inputs, run.results, run.rules)
    assert (tuple(frame), frame.height) == (COLUMNS, 0)
