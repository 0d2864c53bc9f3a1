"""Dirt in number cells: the value that is used, what it scores and what 问题清单 says."""

from __future__ import annotations

import datetime as dt

import pytest

from kongjian.base.grid import Cell
from pasting import Read, lines_of, read, sheet, table

NBSP, WIDE = "\u00a0", "\u3000"


def teacher(**changes: Cell) -> Read:
    return read(teachers=table("teachers", changes))


def school(**changes: Cell) -> Read:
    return read(schools=table("schools", changes))


def test_a_clean_paste_has_no_findings_and_full_points() -> None:
    found = read()
    assert found.lines == []
    assert found.output("SchoolScores", "得分") == [100.0]
    assert found.output("TeacherScores", "得分") == [100.0]


@pytest.mark.parametrize(
    ("given", "shown", "value", "score"),
    [
        ("40", "40", 40.0, 100.0),
        ("  38 ", "38", 38.0, 98.0),
        (f"{NBSP}38{NBSP}", "38", 38.0, 98.0),
        (f"{WIDE}38", "38", 38.0, 98.0),
        ("３８", "３８", 38.0, 98.0),
        ("３８．５", "３８．５", 38.5, 98.5),
        ("\u200b38\ufeff", "38", 38.0, 98.0),
        ("+38", "+38", 38.0, 98.0),
        (".5", ".5", 0.5, 80.0),
    ],
)
def test_a_number_as_text_counts(given: str, shown: str, value: float, score: float) -> None:
    found = teacher(在线授课=given)
    assert found.column("teachers", "在线授课") == [value]
    assert found.output("TeacherScores", "得分") == [score]
    assert found.lines == [f"提示 教师数据!H4 文本“{shown}”按数字{value:g}读取"]


@pytest.mark.parametrize(
    ("given", "shown", "value"),
    [
        ("1,240", "1,240", 1240.0),
        ("1，240", "1，240", 1240.0),
        ("38节次", "38节次", 38.0),
        ("38 次", "38 次", 38.0),
        ("５个", "５个", 5.0),
        ("1,200 人次", "1,200 人次", 1200.0),
    ],
)
def test_units_and_separators_are_told_once_for_a_column(given: str, shown: str, value: float) -> None:
    rows = [{"账号": f"t{n}", "在线授课": v} for n, v in enumerate([40.0, given, 38.0, "12节"])]
    found = read(teachers=table("teachers", *rows))
    assert found.column("teachers", "在线授课") == [40.0, value, 38.0, 12.0]
    told = f"“在线授课”列有带单位或分隔符的数，如“{shown}”按{value:g}读取（共2格）"
    assert found.lines == [f"提示 教师数据!H5 {told}"]


@pytest.mark.parametrize("given", ["无", "没有", "零", " 未开展 "])
def test_none_in_words_is_zero_where_something_is_counted(given: str) -> None:
    found = read(
        teachers=table(
            "teachers", *({"账号": a, "在线授课": given, "学生评价": given} for a in ("t1", "t2"))
        ),
        schools=table("schools", {"在线授课": given, "家长管理": given, "课程学习完成率": given}),
    )
    word = given.strip()
    assert found.column("teachers", "在线授课") == [0.0, 0.0]
    assert found.column("teachers", "学生评价") == [0.0, 0.0]
    assert found.column("schools", "在线授课") == found.column("schools", "家长管理") == [0.0]
    assert found.lines == [
        f"错误 学校数据!AE4 “{word}”不是数字，按空白处理",
        f"提示 学校数据!W4 “在线授课”列的“{word}”按0读取",
        f"提示 教师数据!H4:H5、L4:L5 “在线授课”列的“{word}”按0读取；“学生评价”列的“{word}”按0读取（共4处）",
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("约5", "约5"), ("五", "五"), ("5个多", "5个多"), ("3/5", "3/5"), ("1e5", "1e5"), ("12,34", "12,34"),
        ("#N/A", "#N/A"), ("100%", "100%"), (True, "TRUE"), (dt.date(2021, 3, 5), "2021-03-05"),
        (dt.datetime(2021, 3, 5, 8), "2021-03-05 08:00:00"), (dt.time(8, 30), "08:30:00"), ("字" * 30_000, "字" * 30),
    ],
)  # fmt: skip
def test_what_is_no_number_is_blank(given: Cell, shown: str) -> None:
    found = teacher(在线授课=given)
    assert found.column("teachers", "在线授课") == [None]
    assert found.output("TeacherScores", "得分") == [80.0]
    assert found.output("TeacherScores", "数据完整") == ["否"]
    assert found.lines == [f"错误 教师数据!H4 “{shown}”不是数字，按空白处理"]


@pytest.mark.parametrize("given", ["-", "－", "——", "/", "暂无", "无数据", "N/A", "null", "NaN", " 未统计 "])
def test_a_placeholder_is_blank_not_zero(given: str) -> None:
    found = teacher(在线授课=given)
    assert found.column("teachers", "在线授课") == [None]
    assert found.lines == [f"警告 教师数据!H4 “{given.strip()}”当作空白"]
    missing = "警告 教师数据!H4 在线授课没有数据也推算不出，这一项得0分，数据不完整"
    assert missing in found.all_lines


@pytest.mark.parametrize("given", ["", None, " ", NBSP, WIDE, "\u200b", "\u202e\u2066"])
def test_a_cell_that_looks_blank_is_blank(given: Cell) -> None:
    found = teacher(在线授课=given)
    assert found.column("teachers", "在线授课") == [None]
    assert found.lines == []


def test_a_zero_stays_a_zero() -> None:
    found = teacher(在线授课=0.0)
    assert found.column("teachers", "在线授课") == [0.0]
    assert found.output("TeacherScores", "数据完整") == ["是"]
    assert found.lines == []


@pytest.mark.parametrize(("given", "shown"), [(-3.0, "-3"), ("-3", "-3"), ("－３", "-3")])
def test_a_negative_count_is_blank(given: Cell, shown: str) -> None:
    found = teacher(在线授课=given)
    assert found.column("teachers", "在线授课") == [None]
    assert f"错误 教师数据!H4 在线授课是负数{shown}，按空白处理" in found.lines


@pytest.mark.parametrize(("given", "shown"), [(420281199001011.0, "420281199001011"), ("9" * 400, "inf")])
def test_an_account_in_a_column_of_counts_is_blank(given: Cell, shown: str) -> None:
    found = teacher(在线授课=given)
    assert found.column("teachers", "在线授课") == [None]
    assert f"错误 教师数据!H4 在线授课{shown}超出0到1000000，按空白处理" in found.lines


# scores and head counts


@pytest.mark.parametrize("given", [100.5, 1000.0, "101分"])
def test_a_platform_score_out_of_range_is_not_used(given: Cell) -> None:
    found = teacher(平台得分=given)
    assert found.column("teachers", "平台得分") == [None]
    assert found.output("TeacherScores", "得分") == [100.0]
    number = f"{given}".removesuffix("分").removesuffix(".0")
    assert f"错误 教师数据!P4 平台得分{number}超出0到100，按空白处理" in found.lines


def test_a_percentage_is_no_score() -> None:
    found = school(平台得分="85%")
    assert found.output("SchoolScores", "得分") == [100.0]
    assert found.lines == ["错误 学校数据!AG4 “85%”不是数字，按空白处理"]


def test_more_opened_than_there_are_cannot_be_judged() -> None:
    found = school(教师开通空间数=53.0)
    assert found.lines == ["错误 学校数据!H4 教师开通空间数53大于教师总数50，开通率无法计算"]
    assert found.output("Eligibility", "未达标原因")[0] == "教师开通率无法计算"
    assert found.output("SchoolScores", "得分") == [100.0]


def test_nobody_there_cannot_be_judged() -> None:
    found = school(适龄学生数=0.0, 学生开通空间数=0.0)
    assert found.lines == ["警告 学校数据!I4 适龄学生数是0，开通率无法计算"]
    assert found.output("Eligibility", "未达标原因")[0] == "学生开通率无法计算"


def test_a_blank_head_count_cannot_be_judged() -> None:
    found = school(教师总数="")
    assert found.lines == ["警告 学校数据!G4 教师总数空白，这个达标条件无法判断，按未达标"]
    assert found.output("Eligibility", "是否达标")[0] == "未达标"


# error cells and grouping


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?"])
def test_an_error_cell_is_blank(error: str) -> None:
    lines = lines_of("teachers", {"在线授课": ""})
    found = read(teachers=sheet(*lines, errors={(4, 8): error}))
    assert found.column("teachers", "在线授课") == [None]
    assert found.lines == [f"错误 教师数据!H4 单元格是错误值{error}，按空白处理"]


def test_an_error_cell_in_every_kind_of_column() -> None:
    blank = {"教师姓名": "", "账号": "", "任课": "", "在线授课": ""}
    errors = {(4, 2): "#N/A", (4, 3): "#N/A", (4, 4): "#N/A", (4, 8): "#N/A"}
    found = read(teachers=sheet(*lines_of("teachers", blank), errors=errors))
    assert found.intake.inputs.teachers.height == 0
    cells = sorted(line.split()[1] for line in found.lines if "错误值#N/A" in line)
    assert cells == ["教师数据!B4", "教师数据!C4", "教师数据!D4", "教师数据!H4"]
    assert "错误 教师数据!B4 教师姓名空白，这一行不用" in found.lines


def test_hints_of_one_sheet_make_one_row_that_names_its_cells() -> None:
    given = ["38", "39", 40.0, "37"]
    rows = [{"账号": f"t{n}", "在线授课": v} for n, v in enumerate(given)]
    rows[0]["网络教研"] = "4"
    assert read(teachers=table("teachers", *rows)).lines == [
        "提示 教师数据!H4:H5、H7…… 文本“38”按数字38读取；文本“39”按数字39读取；文本“37”按数字37读取……（共4处：第4、5、7行）"
    ]
