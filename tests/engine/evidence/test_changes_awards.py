"""与上次相比 where awards change hands: who came, who left, and whether another overtook them or they no longer qualify."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from changed_books import SHEET, both, edit, listed, numbers, put, reading, said, ways
from kongjian.workbook.recalculate import recalculate
from pinned_rules import pinned_beside, pinned_rules
from workbooks import SCHOOL_NAMES, cells, column, school, small_book, teacher

NOW = dt.datetime(2021, 7, 20, 9, 30)
FIRST, SECOND, THIRD, FOURTH = SCHOOL_NAMES[:4]
MODEL, EXPERT, GOOD = "“网络学习空间应用示范校”等3项", "“网络学习空间应用专家”", "“网络学习空间应用优秀教师”"


def rows() -> dict[str, list[dict[str, Any]]]:
    """Four schools for three places; twelve teachers, ten of them experts; the platform's scores decide."""
    teachers = [teacher(FIRST, f"教师{k:02d}", f"hb{k:03d}", 99.0 - k) for k in range(12)]
    scores = zip(SCHOOL_NAMES, (95, 93, 91, 85), strict=False)
    return {"schools": [school(name, score) for name, score in scores], "teachers": teachers}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = small_book(pinned_beside(tmp_path_factory.mktemp("awards") / "base.xlsm"), rows(), pinned_rules())
    recalculate(book, now=NOW)
    return book


@pytest.fixture
def book(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(base, pinned_beside(tmp_path / "book.xlsm")))


def again(book: Path, *changes: Any) -> None:
    edit(book, both(*changes))
    recalculate(book, now=NOW)


def test_who_is_overtaken_and_loses_its_award_has_left(book: Path) -> None:
    edit(book, put("学校数据", AG7=92))
    why = f"得分没有变，名次被{FOURTH}超过；不再获{MODEL}"
    assert f"  {THIRD} 退出 第3名→第4名：{why}" in said(book)
    again(book)
    assert listed(book, "学校") == {
        FOURTH: f"新进：学校数据!AG7 平台得分85→92；新获{MODEL}",
        THIRD: f"退出：{why}",
    }
    assert (numbers(book, THIRD), numbers(book, FOURTH)) == ([3, 4, 91, 91], [4, 3, 85, 92])
    # the ranking says what became of the rank
    assert ways(book, "学校排名") == {FIRST: "", SECOND: "", FOURTH: "升1", THIRD: "降1"}


def test_who_loses_score_and_award_is_told_both(book: Path) -> None:
    again(book, put("学校数据", AG6=84))
    cell = "学校数据!AG6 平台得分91→84"
    assert listed(book, "学校") == {
        FOURTH: f"新进：得分没有变，{THIRD}不再排在前面；新获{MODEL}",
        THIRD: f"退出：名次被{FOURTH}超过；{cell}；不再获{MODEL}",
    }


def test_who_no_longer_qualifies_has_left_and_lets_the_next_in(book: Path) -> None:
    again(book, put("学校数据", AG6=79.5))
    assert listed(book, "学校") == {
        FOURTH: f"新进：得分没有变，{THIRD}不再排在前面；新获{MODEL}",
        THIRD: f"退出：不再达标：月均得分79.50分，低于80分；学校数据!AG6 平台得分91.00→79.50；不再获{MODEL}",
    }


def test_an_award_for_another_is_neither_come_nor_gone(book: Path) -> None:
    again(book, put("教师数据", P14=90.5))
    passed = "得分没有变，名次被教师10超过"
    assert listed(book) == {
        "教师10": f"升：教师数据!P14 平台得分89.00→90.50；由{GOOD}变为{EXPERT}",
        "教师09": f"降：{passed}；由{EXPERT}变为{GOOD}",
    }


def test_those_who_overtook_are_named_and_counted(book: Path) -> None:
    again(book, put("教师数据", P11=99.1, P12=99.2, P13=99.3, P14=99.4, P15=99.5))
    assert listed(book)["教师00"] == "降：得分没有变，名次被教师11、教师10、教师09等5名超过"
    assert (
        listed(book)["教师06"]
        == f"降：得分没有变，名次被教师11、教师10、教师09等5名超过；由{EXPERT}变为{GOOD}"
    )


def test_who_is_still_ranked_but_does_not_qualify_has_left(book: Path) -> None:
    again(book, reading("排名范围", "全部"))
    assert listed(book, "学校") == listed(book) == {}
    again(book, put("学校数据", C4="否"))
    why = f"不再达标：没有互联网接入；学校数据!C4 互联网接入是→否；不再获{MODEL}"
    assert listed(book, "学校") == {FIRST: f"退出：{why}"}
    assert numbers(book, FIRST) == [1, 1, 95, 95]
    again(book, reading("排名范围", "达标者"), put("学校数据", C4="是"))
    assert listed(book, "学校") == {FIRST: f"新进：学校数据!C4 互联网接入否→是；新获{MODEL}"}


def test_who_never_qualified_is_not_said_to_qualify_no_more(book: Path) -> None:
    again(book, reading("排名范围", "全部"), put("学校数据", C7="否"))
    again(book, reading("排名范围", "达标者"))
    why = "规则改了（口径“排名范围”由全部改为达标者）"
    assert listed(book, "学校") == {FOURTH: f"退出：未达标：没有互联网接入；{why}"}


def test_the_rows_come_by_kind_then_way_then_rank(book: Path) -> None:
    """教师00 no longer qualifies, so that all move up; 教师10 passes 教师09, who keeps the tenth rank with another score."""
    again(book, put("学校数据", AG4=94, AG7=92), put("教师数据", P4=79, P13=90.2, P14=90.5))
    teachers = ["教师00", *(f"教师{k:02d}" for k in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)), "教师09"]
    names = [row[2] or row[1] for row in cells(book, SHEET)[3:]]
    assert names == [FOURTH, THIRD, FIRST, *teachers]
    assert column(book, SHEET, "变化") == ["新进", "退出", "得分变", "退出", *["升"] * 10, "得分变"]
    assert [numbers(book, n)[:2] for n in ("教师00", "教师10", "教师09")] == [[1, ""], [11, 9], [10, 10]]


@pytest.mark.parametrize("sheet", ["获奖名单", "学校排名"])
def test_without_last_run_s_awards_nothing_is_said_of_them(book: Path, sheet: str) -> None:
    again(book, put("学校数据", AG7=92), lambda b: b.remove(b[sheet]))
    wanted = {
        "获奖名单": {FOURTH: "升：学校数据!AG7 平台得分85→92", THIRD: f"降：得分没有变，名次被{FOURTH}超过"},
        "学校排名": {FOURTH: "得分变：学校数据!AG7 平台得分85→92"},
    }
    assert listed(book, "学校") == wanted[sheet]


def test_without_last_run_s_eligibility_it_is_only_said_that_it_does_not_qualify(book: Path) -> None:
    again(book, put("学校数据", C7="否"), lambda b: b.remove(b["资格审核"]))
    why = "未达标：没有互联网接入；学校数据!C7 互联网接入是→否"
    assert listed(book, "学校") == {FOURTH: f"退出：{why}"}


def test_a_rule_that_takes_awards_away_is_named(book: Path) -> None:
    """By the computed score 30 lessons give 10 points and the homework 15."""
    again(book, reading("得分依据", "计算得分"))
    why = "规则改了（口径“得分依据”由平台优先改为计算得分）"
    out = f"退出：不再达标：月均得分25.00分，低于80分；{why}；不再获"
    wanted = {f"教师{k:02d}": out + (EXPERT if k < 10 else GOOD) for k in range(12)}
    assert listed(book) == wanted
