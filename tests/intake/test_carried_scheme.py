"""A workbook carries its scheme: whose it is, and that a finished one keeps its result."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from edited_scheme import (
    CONDITIONS,
    FIVE_PLACES,
    NOW,
    RULES,
    SCHEME,
    Edit,
    applied,
    at,
    built_grid,
    fault,
    forget_scheme,
    type_into,
    typed,
)
from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.rules import Rules, resolve
from kongjian.rules.differences import edits_in_words, readings_in_words, rule_changes
from kongjian.rules.identity import fingerprint
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.shipped.build_workbook import build
from pinned_rules import pinned_beside
from workbooks import cells, column, everything, opened, small_book


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    return built_grid(tmp_path_factory.mktemp("rules"))


# whose scheme it is


def test_another_scheme_is_refused_with_the_way_out(grid: Grid) -> None:
    where = at(grid, SCHEME, "方案编号", "取值")
    assert fault(grid, (SCHEME, "方案编号", "取值", "xianning-2022")) == (
        f"{where}：本簿的方案是“xianning-2022”，这台电脑装的是“chibi-2020”（赤壁市中小学“网络学习空间”应用评比方案）；"
        "请用装有“xianning-2022”的电脑打开，写错了就改回“chibi-2020”"
    )


def other_measure(rules: Rules) -> Rules:
    first, *rest = rules.measures.teacher_means
    means = (dataclasses.replace(first, over="everyone"), *rest)
    return rules.replace(measures=dataclasses.replace(rules.measures, teacher_means=means))


def other_effective(rules: Rules) -> Rules:
    first, *rest = rules.effective.roles
    roles = (dataclasses.replace(first, once_per="month"), *rest)
    return rules.replace(effective=dataclasses.replace(rules.effective, roles=roles))


def other_condition(rules: Rules) -> Rules:
    first, *rest = rules.conditions
    return rules.replace(conditions=(dataclasses.replace(first, columns=("多媒体教学环境",)), *rest))


def other_breakers(rules: Rules) -> Rules:
    last = dataclasses.replace(rules.reading("ties"), tie_breakers=("制作课件",))
    return rules.replace(readings=(*(r for r in rules.readings if r.id != "ties"), last))


def other_target(rules: Rules) -> Rules:
    """A reading sets another target: no cell of 规则 holds that number."""
    first = rules.reading("homework")
    change = dataclasses.replace(first.values[2].indicators["作业管理"], target=20.0)
    values = (*first.values[:2], dataclasses.replace(first.values[2], indicators={"作业管理": change}))
    return rules.replace(
        readings=tuple(dataclasses.replace(r, values=values) if r is first else r for r in rules.readings)
    )


@pytest.mark.parametrize(
    "other", [other_measure, other_effective, other_condition, other_breakers, other_target]
)
def test_a_package_that_defines_the_scheme_otherwise_is_refused(other: Any, grid: Grid) -> None:
    found = fault(grid, rules=other(RULES))
    assert found == (
        f"{at(grid, SCHEME, '方案指纹', '取值')}：装的方案“chibi-2020”与本簿的在指标、推算办法、有效数据、达标条件或同分先后上不同，"
        "不能用来重算；请用生成本簿的那一版程序，或把数据粘贴到新的 kongjian.xlsm"
    )


def test_the_fingerprint_leaves_out_what_the_sheet_tells() -> None:
    edits = {("scheme", "评选结束"): {"value": "2021-09"}, ("condition", "教师开通率"): {"at_least": 0.5}}
    for readings in ({}, {"homework": "none_is_zero", "ties": "order"}):
        assert fingerprint(resolve(RULES, readings, edits)) == fingerprint(RULES)
    assert fingerprint(later_package()) == fingerprint(RULES)


# a finished workbook keeps its result


def later_package(points: bool = True) -> Rules:
    """The scheme as a later package has it: every number that the sheet tells is another."""
    school = [
        dataclasses.replace(i, points=7.0) if i.name == "组织机构" else i for i in RULES.school.indicators
    ]
    teacher = [
        dataclasses.replace(i, target=30.0) if i.name == "在线授课" else i for i in RULES.teacher.indicators
    ]
    period = dataclasses.replace(RULES.period, start="2021-09", end="2022-06")
    ranks = {1: (1, 1), 3: (1, 1), 10: (1, 2), 50: (3, 4)}
    changed = RULES.replace(
        scheme=dataclasses.replace(RULES.scheme, version="2021.1", name="另一年的方案", period=period),
        conditions=tuple(
            dataclasses.replace(c, at_least=c.at_least * 0.9) if c.at_least else c for c in RULES.conditions
        ),
        awards=tuple(
            dataclasses.replace(a, first=ranks[a.last][0], last=ranks[a.last][1], granted_by="省厅")
            for a in RULES.awards
        ),
        teacher=dataclasses.replace(RULES.teacher, indicators=tuple(teacher)),
    )
    if not points:
        return changed
    return changed.replace(school=dataclasses.replace(RULES.school, points=102.0, indicators=tuple(school)))


RESULTS = (
    "学校排名 教师排名 获奖名单 资格审核 学校得分 教师得分 问题清单 学校指标 教师指标 有效次数 平台核对 得分说明 临界名单 口径影响"
).split()


def results(path: Path) -> dict[str, list[list[Any]]]:
    """Every result sheet below its subtitle."""
    return {name: cells(path, name)[2:] for name in RESULTS}


@pytest.mark.parametrize(
    "edits", [[], [*FIVE_PLACES, (CONDITIONS, "学校月均得分", "界线", 79)]], ids=["untouched", "edited"]
)
def test_a_finished_workbook_recalculates_to_the_same_result(edits: list[Edit], tmp_path: Path) -> None:
    book = type_into(small_book(tmp_path / "book.xlsm"), edits)
    recalculate(book, now=NOW)
    before, later = results(book), later_package()
    recalculate(book, tmp_path / "later.xlsm", later, now=NOW)
    assert results(tmp_path / "later.xlsm") == before
    assert [len(before[n]) > 2 for n in ("学校排名", "获奖名单", "得分说明")] == [True] * 3
    version, words = (column(tmp_path / "later.xlsm", "运行记录", c)[0] for c in ("规则版本", "规则修改"))
    assert version == "2020.1+本簿修改"
    assert "方案 版本 取值2021.1→2020.1" in words
    assert ("止名次1→5" if edits else "止名次1→3") in words
    # and a workbook that the later package has made gives another result
    build(later, tmp_path / "new.xlsm")
    assert check(tmp_path / "new.xlsm", later).rules == later


def test_a_workbook_of_the_first_edition_works_by_the_installed_rules(tmp_path: Path) -> None:
    book = pinned_beside(tmp_path / "book.xlsm")
    small_book(book, {**everything(), "monthly": [], "events": []}, RULES)
    found = opened(book, keep_vba=True)
    forget_scheme(found)
    found.save(book)
    assert check(book).rules == RULES
    later = later_package(points=False)
    run = check(book, later)
    assert (run.rules.conditions, run.rules.awards, run.rules.scheme) == (
        later.conditions,
        later.awards,
        later.scheme,
    )
    # readings and indicators are the sheet's, as ever
    assert run.rules.teacher == RULES.teacher
    assert edits_in_words(run.rules) == "教师 在线授课 目标30→40"


def test_the_same_rules_under_another_package_are_no_change(grid: Grid) -> None:
    then = applied(grid, (CONDITIONS, "学校月均得分", "界线", 79))
    told = (then.version, readings_in_words(then), edits_in_words(then))
    later = apply_rule_sheet(typed(grid, (CONDITIONS, "学校月均得分", "界线", 79)), later_package())
    assert rule_changes(*told, later) == ()
    moved = apply_rule_sheet(typed(grid, (CONDITIONS, "学校月均得分", "界线", 78)), later_package())
    assert [c.text for c in rule_changes(*told, moved) or ()] == ["达标条件“学校月均得分”界线79→78"]
    back = apply_rule_sheet(typed(grid, (CONDITIONS, "学校月均得分", "界线", 72)), later_package())
    assert [c.text for c in rule_changes(*told, back) or ()] == ["达标条件“学校月均得分”界线79→72"]


def test_words_that_name_no_parameter_tell_nothing() -> None:
    for words in ("月份 2021-02 分值1→2", "方案 地区 界线（甲）→（乙）", "奖项 甲奖 止名次三→五"):
        assert rule_changes("2020.1", "全部默认", words, RULES) is None
