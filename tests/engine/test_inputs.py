"""Inputs of the engine as other programs hand them over, and the wording of what comes out."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kongjian.base.errors import KongjianError
from kongjian.engine.calculate import calculate
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs
from kongjian.rules import resolve
from pinned_rules import pinned_rules

RULES = pinned_rules()
FULL = {"制作课件": 5, "在线撰写教案": 40, "在线授课": 40, "网络教研": 4, "作业管理": 1, "成绩管理": 2}
FULL |= {"学生评价": 1, "通知公告": 1, "活动发布": 1, "参与活动": 1, "班主任": 1}


def teachers(**columns: list[object]) -> dict[str, list[object]]:
    """Two teachers with full scores, except for the columns given."""
    given = {"学校名称": ["甲校", "甲校"], "教师姓名": ["子", "丑"], "账号": ["a", "b"]}
    return {**given, **{k: [v, v] for k, v in FULL.items()}, **columns}


def test_none_and_blank_text_among_numbers_are_blanks() -> None:
    results = calculate(Inputs.of(RULES, teachers=teachers(制作课件=[5, None], 网络教研=["", ""])), RULES)
    table = results.tables["TeacherScores"]
    assert table["制作课件"].tolist() == [10, 0]
    assert table["计算得分"].tolist() == [92, 82]
    assert table["数据完整"].tolist() == ["否", "否"]


def test_accounts_given_as_numbers_become_text() -> None:
    table = calculate(Inputs.of(RULES, teachers=teachers(账号=[12, 13])), RULES).tables["TeacherRanking"]
    assert table["账号"].tolist() == ["12", "13"]


def test_the_result_is_a_pandas_frame_as_it_is() -> None:
    table = calculate(Inputs.of(RULES, teachers=pd.DataFrame(teachers())), RULES).tables["TeacherRanking"]
    frame = pd.DataFrame(table)
    assert frame[["名次", "得分"]].to_numpy().tolist() == [[1, 100], [1, 100]]


def test_an_event_without_a_date_is_not_counted() -> None:
    events = {"学校名称": ["甲校"], "账号": ["a"], "角色": ["教师"], "行为": ["制作课件"]}
    results = calculate(Inputs.of(RULES, teachers=teachers(), events=events), RULES)
    assert results.tables["EffectiveCounts"].height == 0
    assert [f.code for f in results.findings if f.table == "events"] == ["bad_date"]


@pytest.mark.parametrize(("school", "counted"), [("甲校", 1), ("乙校", 0), ("", 0)])
def test_an_administrators_event_counts_for_a_known_school_only(school: str, counted: int) -> None:
    events = {
        "日期": ["2021-03-01"],
        "学校名称": [school],
        "账号": ["g"],
        "角色": ["管理员"],
        "行为": ["学籍管理"],
    }
    results = calculate(Inputs.of(RULES, schools={"学校名称": ["甲校"]}, events=events), RULES)
    assert results.tables["EffectiveCounts"].height == counted
    assert results.tables["SchoolScores"]["学籍管理"].tolist() == [2 * counted]
    assert ("event_unknown_school" in {f.code for f in results.findings}) == (counted == 0)


def test_an_edited_target_may_be_a_whole_number() -> None:
    rules = resolve(RULES, {}, {("teacher", "制作课件"): {"target": 6}})
    assert calculate(Inputs.of(rules, teachers=teachers()), rules).tables["TeacherScores"]["制作课件"][0] == 8


def test_points_of_a_banded_indicator_cannot_leave_its_highest_band_behind() -> None:
    edits = {("teacher", "学生评价"): {"points": 16}, ("teacher", "制作课件"): {"points": 9}}
    with pytest.raises(KongjianError, match="学生评价最高一档15分，应等于分值16"):
        resolve(RULES, {}, edits)


@pytest.mark.parametrize(
    ("scores", "method", "notes"),
    [
        ([95, 90, 90, 85], "competition", ["", "并列第2名", "并列第2名"]),
        ([95, 90, 90, 90], "competition", ["", *["并列第2名，一并入选"] * 3]),
        ([95, 93, 90, 90], "competition", ["", "", *["并列第3名，一并入选"] * 2]),
        ([95, 90, 90, 85], "dense", ["", "并列第2名", "并列第2名", ""]),
        ([95, 93, 90, 90], "dense", ["", "", *["并列第3名，一并入选"] * 2]),
    ],
)
def test_a_tie_is_named_and_an_edge_said_to_be_one(
    scores: list[float], method: str, notes: list[str]
) -> None:
    rules = resolve(RULES, {"rank_method": method})
    yes = dict.fromkeys(("互联网接入", "多媒体教学环境", "管理员实名认证"), [1] * 4)
    counts = dict.fromkeys(("教师总数", "教师开通空间数", "适龄学生数", "学生开通空间数"), [10] * 4)
    schools = {"学校名称": list("甲乙丙丁"), "平台得分": scores, **yes, **counts}
    awards = calculate(Inputs.of(rules, schools=schools), rules).tables["Awards"]
    mine = awards["奖项"] == "网络学习空间应用示范校"
    assert awards["备注"][mine].tolist() == notes


def test_the_ranks_of_the_last_run_are_compared_and_kept_while_nothing_changes() -> None:
    inputs = Inputs.of(RULES, teachers=teachers(制作课件=[5, 4]))
    first = calculate(inputs, RULES)
    assert first.tables["TeacherRanking"]["变化"].tolist() == ["", ""]
    before = Previous("other", RULES.version, {"teacher": {"a": 2.0}}, {"teacher": {"a": 1.0}})
    moved = calculate(inputs, RULES, before).tables["TeacherRanking"]
    assert moved["变化"].tolist() == ["升1", "新进"]
    assert np.array_equal(moved["上次名次"], [2.0, np.nan], equal_nan=True)
    ranks, last = {"teacher": {"a": 1.0, "b": 2.0}}, {"teacher": {"a": 2.0}}
    same = Previous(first.fingerprint, RULES.version, ranks, last, "全部默认")
    for earlier in (same, dataclasses.replace(same, readings="")):
        again = calculate(inputs, RULES, earlier).tables["TeacherRanking"]
        assert again["变化"].tolist() == ["升1", "新进"]
        assert np.array_equal(again["上次名次"], moved["上次名次"], equal_nan=True)


@pytest.mark.parametrize(
    "other",
    [
        {"fingerprint": "other"},
        {"version": "other"},
        {"readings": "作业管理=目标15次"},
        {"edits": "教师 制作课件 目标5→4"},
        {"readings": "", "ranks": {"teacher": {"a": 2.0, "b": 1.0}}},
    ],
)
def test_other_data_rules_readings_or_edits_are_another_run(other: dict[str, Any]) -> None:
    inputs = Inputs.of(RULES, teachers=teachers(制作课件=[5, 4]))
    ranks = {"teacher": {"a": 1.0, "b": 2.0}}
    same = Previous(calculate(inputs, RULES).fingerprint, RULES.version, ranks, readings="全部默认")
    assert calculate(inputs, RULES, same).same_run
    assert not calculate(inputs, RULES, dataclasses.replace(same, **other)).same_run
