"""A formula all the way: the workbook's own VBA text, xlwings' own COM server, the engine, and the cell again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pyopenvba.interpreter._values import EMPTY, MISSING, VBAErrorValue

from kongjian.workbook.recalculate import recalculate
from vba_host import NA, VbaHost
from windows_side import real
from workbooks import column, everything, small_book

MEASURES = {"在线撰写教案": 38.4, "网络教研": 3.5, "成绩管理": 2, "通知公告": 1, "活动发布": 1, "参与活动": 0}
UNCOUNTED = {"学校名称", "教师姓名", "账号", "任课", "平台得分", "备注"}
"""A fault in these changes no score; nor does one in 学生评价 of a teacher without a class."""
NOW = dt.datetime(2021, 7, 9, 16, 30, 5)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = everything()
    rows["teachers"] = [{**row, **MEASURES, "制作课件": 2 + k / 3} for k, row in enumerate(rows["teachers"])]
    path = small_book(tmp_path_factory.mktemp("whole") / "book.xlsm", rows)
    recalculate(path, now=NOW)
    return path


@pytest.fixture
def host(book: Path) -> VbaHost:
    return real(VbaHost(book))


def typed(host: VbaHost, sheet: str, last: str, count: int, name: str) -> list[object]:
    """A function over the first rows of a sheet, one call each."""
    return [host.run(name, host.range(sheet, f"A{r}:{last}{r}")) for r in range(4, 4 + count)]


def test_functions_in_cells_give_the_scores_of_the_sheets(book: Path, host: VbaHost) -> None:
    teachers = column(book, "教师得分", "计算得分")
    assert typed(host, "教师指标", "P", len(teachers), "TEACHER_SCORE") == teachers
    one = host.run("TEACHER_SCORE", host.range("教师指标", "A4:P4"), MISSING, "在线授课")
    assert one == column(book, "教师得分", "在线授课")[0]


def test_the_array_function_gives_the_same(book: Path, host: VbaHost) -> None:
    teachers = column(book, "教师得分", "计算得分")
    found = host.run("TEACHER_SCORES", host.range("教师指标", f"A4:P{3 + len(teachers)}"))
    assert [found.get([row, 10]) for row in range(len(teachers))] == teachers


def test_a_school_with_a_measure_missing_is_not_available(host: VbaHost) -> None:
    assert host.run("SCHOOL_SCORE", host.range("学校数据", "A4:AG4")) == NA


def test_the_functions_obey_the_sheet_of_rules_at_once(host: VbaHost) -> None:
    before = typed(host, "教师指标", "P", 2, "TEACHER_SCORE")
    host.type("规则", "B4", "目标15次")  # each teacher set two of the fifteen
    after = typed(host, "教师指标", "P", 2, "TEACHER_SCORE")
    assert [round(b - a, 2) for b, a in zip(before, after, strict=True)] == [13.0, 13.0]  # type: ignore[operator]
    assert host.run("AWARD", "教师", 1.0) == "网络学习空间应用专家"


def test_a_whole_column_is_cut_to_what_is_there_before_it_crosses(book: Path, host: VbaHost) -> None:
    teachers = column(book, "教师得分", "计算得分")
    found = host.run("TEACHER_SCORES", host.range("教师指标", "A:P"))
    title, below = 3, len(teachers)
    assert found.bounds[0] == (0, title + below - 1)
    assert [found.get([title + k, 10]) for k in range(below)] == teachers
    assert isinstance(found.get([0, 10]), VBAErrorValue)


def test_whole_columns_of_two_sheets_stay_equally_long(host: VbaHost) -> None:
    for row, (score, qualified) in enumerate([(90.0, "达标"), (EMPTY, "达标"), (80.0, "达标")], start=1):
        host.type("首页", f"M{row}", score)
        host.type("帮助", f"M{row}", qualified)
    shown = host.run("RANK_SCORES", host.range("首页", "M:M"), host.range("帮助", "M:M"))
    height = shown.bounds[0][1] + 1
    assert height < 200
    assert [shown.get([k, 0]) for k in range(height)] == [1.0, "", 2.0, *[""] * (height - 3)]


def test_a_range_to_the_last_row_below_all_cells_is_one_blank_row(host: VbaHost) -> None:
    assert host.run("RANK_SCORES", host.range("首页", "M5000:M1048576")) == ""


@pytest.mark.parametrize("number", [2007, 2042, 2043, 2045, 2046, 2047, 2048, 2049, 2050, 2051, 2052])
def test_no_error_value_counts_as_a_number(number: int, host: VbaHost) -> None:
    """2043 #GETTING_DATA, 2045 #SPILL!, 2046 #CONNECT!, 2047 #BLOCKED!, 2049 #FIELD!, 2050 #CALC!, 2051 #BUSY!, 2052 #PYTHON!"""
    fault = VBAErrorValue(number)
    row = host.range("教师指标", "A4:P4").vba_get("Value2")
    for place, header in enumerate(host.range("教师指标", "A3:P3").vba_get("Value2").items, start=1):
        kept = row.get([1, place])
        row.set([1, place], fault)
        found = host.run("TEACHER_SCORE", row)
        row.set([1, place], kept)
        assert found == NA or header in {*UNCOUNTED, "学生评价"}, header
    assert host.run("AWARD", "教师", fault) == NA
    assert host.run("AWARD", fault, 1.0) == NA
    assert host.run("TEACHER_SCORE", row, MISSING, fault) == NA
