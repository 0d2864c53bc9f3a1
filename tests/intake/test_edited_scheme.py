"""What edits of 规则 do: to means, awards, functions, papers and the copy that is mailed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edited_scheme import (
    AWARDS,
    CONDITIONS,
    FIVE_PLACES,
    MONTHS,
    NOW,
    RULES,
    SCHEME,
    applied,
    built_grid,
    type_into,
    typed,
)
from kongjian.base import places
from kongjian.base.grid import Grid
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.evidence_sheets import evidence
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.forms.known import scheme_facts
from kongjian.forms.lists import certificates, issuer
from kongjian.forms.returned.checklist import OWED, expected
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.mailing.live_copy import live_copy
from kongjian.mailing.plan import month_names
from kongjian.mailing.proof import prove
from kongjian.rules import Rules
from kongjian.rules.differences import edits_in_words
from kongjian.workbook.functions import worksheet
from kongjian.workbook.functions.rules_text import rules_of
from kongjian.workbook.layout import INDICATORS_COLUMNS, READINGS_COLUMNS
from kongjian.workbook.recalculate import check
from pinned_rules import pinned_beside
from rules_texts import rules_text
from workbooks import cells, small_book


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    return built_grid(tmp_path_factory.mktemp("rules"))


def run_under(rules: Rules, **tables: Mapping[str, Any]) -> Results:
    return calculate(Inputs.of(rules, **tables), rules, Previous())


def teachers(*scores: float) -> Frame:
    n = len(scores)
    counts = {i.name: [0.0] * n for i in RULES.teacher.indicators}
    return Frame.of(
        {
            **counts,
            "学校名称": ["甲小学"] * n,
            "教师姓名": [f"师{k}" for k in range(n)],
            "账号": [f"a{k}" for k in range(n)],
            "平台得分": list(scores),
        }
    )


def monthly(*rows: tuple[str, str, float]) -> Mapping[str, Any]:
    accounts, months, scores = zip(*rows, strict=True)
    names = {"类别": ["教师"] * len(rows), "学校名称": ["甲小学"] * len(rows)}
    return {**names, "账号": list(accounts), "月份": list(months), "得分": list(scores)}


def test_a_month_that_does_not_count_is_left_out_of_the_mean(grid: Grid) -> None:
    rules = applied(grid, (MONTHS, "2021-02", "计入", "否"))
    assert rules.counted_months() == [m for m in RULES.period.months() if m != "2021-02"]
    rows = [("a0", m, 90.0) for m in RULES.period.months() if m != "2021-02"] + [("a0", "2021-02", 2.0)]
    counted, all_ = (run_under(r, teachers=teachers(85.0), monthly=monthly(*rows)) for r in (rules, RULES))
    assert counted.tables["TeacherScores"]["月均得分"].tolist() == [90.0]
    assert all_.tables["TeacherScores"]["月均得分"].tolist() == [79.0]  # (7 × 90 + 2) ÷ 8
    assert counted.tables["Eligibility"]["是否达标"].tolist() == ["达标"]
    assert [f.code for f in counted.findings if f.table == "monthly"] == []
    every = applied(grid, (MONTHS, "2021-02", "计入", "否"), (READINGS_COLUMNS, "月均", "取值", "每月都达"))
    assert run_under(
        every, teachers=teachers(85.0), monthly=monthly(*rows)
    ).teacher.monthly.lowest.tolist() == [9000]
    # the copy that is mailed shows the counted months alone
    assert [n for n in month_names(rules) if n.startswith("202")] == rules.counted_months()


def test_events_of_a_month_that_does_not_count_still_count(grid: Grid) -> None:
    rules = applied(grid, (MONTHS, "2021-02", "计入", "否"))
    events = {
        "日期": [dt.date(2021, 2, 3)], "学校名称": ["甲小学"], "账号": ["a0"], "角色": ["教师"], "行为": ["在线授课"],
    }  # fmt: skip
    frame = {k: v for k, v in events.items() if k != "日期"} | {
        "日期": Frame.of({"d": [0]})["d"].astype("datetime64[D]")
    }
    frame["日期"][:] = "2021-02-03"
    found = run_under(rules, teachers=teachers(85.0), events=frame)
    assert found.tables["EffectiveCounts"]["有效次数"].tolist() == [1.0]


def test_edited_bounds_and_ranks_reach_eligibility_awards_and_near_misses(grid: Grid) -> None:
    edits = [
        (CONDITIONS, "教师月均得分", "界线", 75),
        (AWARDS, "网络学习空间应用专家", "止名次", 1),
        (AWARDS, "网络学习空间应用优秀教师", "起名次", 2),
        (AWARDS, "网络学习空间应用优秀教师", "止名次", 2),
    ]
    rules = applied(grid, *edits)
    inputs = Inputs.of(rules, teachers=teachers(90.0, 75.0, 74.5))
    found = calculate(inputs, rules)
    assert found.tables["Eligibility"]["是否达标"].tolist() == ["达标", "达标", "未达标"]
    assert found.tables["Eligibility"]["未达标原因"][2] == "月均得分74.50分，低于75分"
    awarded = found.tables["Awards"]
    assert list(zip(awarded["奖项"], awarded["姓名"], strict=True)) == [
        ("网络学习空间应用专家", "师0"),
        ("网络学习空间应用优秀教师", "师1"),
    ]
    tables = evidence(inputs, found, rules)
    near = tables["NearMisses"]
    assert ("教师月均得分75分", "师2", -0.5) in list(
        zip(near["界线"], near["教师姓名"], near["差距"], strict=True)
    )
    said = dict(zip(near["教师姓名"], near["说明"], strict=True))
    assert said["师2"].startswith("差0.50分；")


def test_an_award_beyond_the_explained_ranks_is_explained(grid: Grid) -> None:
    rules = applied(grid, (AWARDS, "网络学习空间应用优秀教师", "止名次", 62))
    inputs = Inputs.of(rules, teachers=teachers(*(99.99 - k / 100 for k in range(70))))
    tables = evidence(inputs, calculate(inputs, rules), rules)
    assert len(set(tables["Explanations"]["账号"])) == 62


@pytest.fixture
def pinned_for_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own numbers in the user's own folder."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    pinned_beside(places.own_schemes())


@pytest.mark.usefixtures("pinned_for_functions")
def test_the_functions_go_by_the_edited_sheet(grid: Grid) -> None:
    changed = typed(
        grid,
        *FIVE_PLACES,
        (CONDITIONS, "学校月均得分", "界线", 70),
        (INDICATORS_COLUMNS, "作业管理", "目标", 15),
        (MONTHS, "2021-02", "计入", "否"),
    )
    text = rules_text(changed)
    assert rules_of(text) == apply_rule_sheet(changed, RULES)
    assert worksheet.AWARD("学校", 5, text) == "网络学习空间应用示范校"
    assert worksheet.AWARD("学校", 5, rules_text(grid)) == ""
    headers = [
        "互联网接入",
        "多媒体教学环境",
        "管理员实名认证",
        "教师总数",
        "教师开通空间数",
        "适龄学生数",
        "学生开通空间数",
    ]
    row = ["是", "是", "是", 10, 9, 100, 90]
    assert worksheet.SCHOOL_ELIGIBLE(row, headers, 70, text) == "达标"
    assert worksheet.SCHOOL_ELIGIBLE(row, headers, 70, rules_text(grid)) == "月均得分70.00分，低于80分"
    assert worksheet.SCHOOL_SCORE([1], ["作业管理"], "作业管理", text) == 0.0  # 14 short of 15
    assert worksheet.SCHOOL_SCORE([1], ["作业管理"], "作业管理", rules_text(grid)) == 5.0


@pytest.mark.usefixtures("pinned_for_functions")
def test_a_date_crosses_to_the_functions_as_its_number(grid: Grid) -> None:
    text = rules_text(
        typed(grid, (MONTHS, "2021-02", "月份", 44228.0), (SCHEME, "申报截止", "取值", 44408.0))
    )
    assert rules_of(text) == RULES


def test_the_copy_that_is_mailed_goes_by_the_edited_sheet(tmp_path: Path) -> None:
    edits = [
        *FIVE_PLACES,
        (CONDITIONS, "教师开通率", "界线", 0.925),
        (CONDITIONS, "学校月均得分", "界线", 79.5),
        (INDICATORS_COLUMNS, "作业管理", "目标", 15),
        (MONTHS, "2021-04", "计入", "否"),
    ]
    run = check(type_into(small_book(tmp_path / "book.xlsm"), edits))
    live_copy(run, tmp_path / "copy.xlsx")
    # opened by another reader and, where LibreOffice is there, calculated anew
    assert prove(tmp_path / "copy.xlsx", run, formulas=True).reasons == ()
    shown = [c for row in cells(tmp_path / "copy.xlsx", "规则") for c in row]
    assert [shown.count(v) for v in (0.925, 79.5, 5.0)][:2] == [1, 1]
    note = {row[0]: row[2] for row in cells(tmp_path / "copy.xlsx", "说明") if row[0]}
    assert note["规则修改"] == edits_in_words(run.rules)


def test_offices_days_and_names_reach_the_papers(tmp_path: Path) -> None:
    edits = [
        (SCHEME, "申报截止", "取值", "2021-08-15"),
        (SCHEME, "发文单位", "取值", "嘉鱼县教育局"),
        (SCHEME, "受理单位", "取值", "嘉鱼县电教馆"),
        (SCHEME, "名称", "取值", "嘉鱼县评比方案"),
        (AWARDS, "省平台信息化专家", "授予单位", "省电教馆"),
    ]
    run = check(type_into(small_book(tmp_path / "book.xlsm"), edits))
    facts = scheme_facts(run.rules, NOW.date())
    assert (facts["方案名称"], facts["主办单位"], facts["受理单位"]) == (
        "嘉鱼县评比方案",
        "嘉鱼县教育局",
        "嘉鱼县电教馆",
    )
    assert set(expected(run, run.rules)[OWED[5]]) == {"2021-08-15"}
    offices = dict(
        zip(certificates(run, NOW.date())["奖项"], certificates(run, NOW.date())["发证单位"], strict=True)
    )
    assert offices["省平台信息化专家"] == "省电教馆"
    assert offices["网络学习空间应用示范校"] == "嘉鱼县教育局"
    assert {issuer(a, RULES) for a in RULES.awards} == {"赤壁市教育局", "湖北教育云平台"}
