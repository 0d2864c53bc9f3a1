"""Accounts and names that cannot be matched, repeat each other or were damaged by Excel."""

from __future__ import annotations

import pytest

from kongjian.base.grid import Cell
from pasting import ACCOUNT, PERSON, SCHOOL, Read, read, table


def teacher(**changes: Cell) -> Read:
    return read(teachers=table("teachers", changes))


# accounts


@pytest.mark.parametrize(
    ("given", "account"),
    [
        ("hb42128101", "hb42128101"),
        ("00123", "00123"),
        ("421281199001011234", "421281199001011234"),
        ("42128119900101123X", "42128119900101123X"),
        (" hb4212 8101\u00a0", "hb42128101"),
        ("ＨＢ４２１２", "HB4212"),
        ("3e10", "3e10"),
        ("12.5", "12.5"),
        ("账号000", "账号000"),
        ("123000", "123000"),
    ],
)
def test_an_account_is_text(given: str, account: str) -> None:
    found = teacher(账号=given)
    assert found.output("TeacherScores", "账号") == [account]
    assert found.lines == []


@pytest.mark.parametrize(
    ("given", "account"),
    [(4212810001.0, "4212810001"), (123.0, "123"), (999999999999999.0, "999999999999999")],
)
def test_a_short_account_as_a_number_is_read_as_text(given: float, account: str) -> None:
    monthly = table("monthly", {"账号": account, "得分": 88.0})
    found = read(teachers=table("teachers", {"账号": given}), monthly=monthly)
    assert found.output("TeacherScores", "账号") == [account]
    assert found.output("TeacherScores", "月均得分") == [88.0]
    assert found.lines == [f"提示 教师数据!C4 账号{account}是数字格式，按文本读取"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (421281199001011234.0, "421281199001011000"),
        (421281199001011000.0, "421281199001011000"),
        (1e15, "1000000000000000"),
        ("4.21E+17", "4.21E+17"),
        ("4.21281e+17", "4.21281e+17"),
        ("4E+17", "4E+17"),
    ],
)
def test_an_account_that_excel_has_damaged_matches_nothing(given: Cell, shown: str) -> None:
    monthly = table("monthly", {"账号": "421281199001011000", "得分": 88.0})
    found = read(teachers=table("teachers", {"账号": given}), monthly=monthly)
    assert found.output("TeacherScores", "账号") == [shown]
    assert found.output("TeacherScores", "月均得分") == [100.0]
    assert f"错误 教师数据!C4 账号{shown}已被Excel改掉末尾几位，无法用来核对" in found.lines


def test_two_damaged_accounts_are_two_teachers() -> None:
    found = read(
        teachers=table("teachers", *[{"账号": 421281199001011000.0, "教师姓名": n} for n in ("张明", "李明")])
    )
    assert found.column("teachers", "教师姓名") == ["张明", "李明"]
    assert [line for line in found.lines if "重复" in line] == []


def test_a_text_of_eighteen_digits_ending_in_000_is_doubted_but_used() -> None:
    account = "421281199001011000"
    found = read(
        teachers=table("teachers", {"账号": account}),
        monthly=table("monthly", {"账号": account, "得分": 88.0}),
    )
    assert found.output("TeacherScores", "月均得分") == [88.0]
    warning = f"账号{account}以000结尾，可能已被Excel改掉末尾几位"
    assert found.lines == [f"警告 教师数据!C4 {warning}", f"警告 月度得分!C4 {warning}"]


@pytest.mark.parametrize("given", ["-", "无", "无数据", "——", "没有"])
def test_a_placeholder_is_no_account(given: str) -> None:
    rows = [{"账号": given, "教师姓名": name} for name in ("张明", "李明")]
    found = read(teachers=table("teachers", *rows))
    assert found.column("teachers", "账号") == ["", ""]
    assert found.lines == [
        f"警告 教师数据!C4:C5 “{given}”当作空白（共2处）",
        "警告 教师数据!C4:C5 账号空白，月度得分和行为明细无法对上（共2处）",
    ]


def test_blank_accounts() -> None:
    rows = [{"账号": "", "教师姓名": name} for name in ("张明", "李明", "王明")]
    found = read(teachers=table("teachers", *rows))
    assert sorted(found.output("TeacherRanking", "教师姓名")) == ["张明", "李明", "王明"]
    assert found.lines == ["警告 教师数据!C4:C6 账号空白，月度得分和行为明细无法对上（共3处）"]


def test_namesakes_without_accounts_cannot_be_told_apart() -> None:
    rows = [{"账号": ""}, {"账号": "", "教师姓名": "张 明"}, {"账号": "t3"}]
    found = read(teachers=table("teachers", *rows))
    assert len(found.column("teachers", "账号")) == 3
    assert "警告 教师数据!B5 同校有同名教师“张 明”且账号空白（与第4行），无法区分" in found.lines


def test_namesakes_with_accounts_or_in_two_schools_are_fine() -> None:
    schools = table("schools", {}, {"学校名称": "赤壁市第二小学"})
    rows = [{}, {"账号": "t2"}]
    assert read(schools=schools, teachers=table("teachers", *rows)).lines == []
    apart = [{"账号": ""}, {"账号": "", "学校名称": "赤壁市第二小学"}]
    found = read(schools=schools, teachers=table("teachers", *apart))
    assert [line for line in found.lines if "同名" in line] == []


def test_an_account_twice_counts_once() -> None:
    rows = [{"在线授课": 38.0}, {"账号": "t2"}, {"账号": f" {ACCOUNT}", "在线授课": 12.0}]
    found = read(teachers=table("teachers", *rows))
    assert found.column("teachers", "在线授课") == [38.0, 40.0]
    assert found.lines == [f"错误 教师数据!C6 账号{ACCOUNT}与第4行重复，这一行不计"]


# schools


def test_a_school_twice_counts_once() -> None:
    rows = [{}, {"学校名称": "赤壁市 第一小学", "组织机构": "否"}]
    found = read(schools=table("schools", *rows))
    assert found.output("SchoolScores", "得分") == [100.0]
    assert "错误 学校数据!A5 学校“赤壁市 第一小学”与第4行重复，这一行不计" in found.lines


@pytest.mark.parametrize("table_id", ["teachers", "classes"])
def test_a_school_that_the_schools_lack(table_id: str) -> None:
    rows = [{}, {"学校名称": "撤并小学", "账号": "t2", "班级": "2班"}]
    found = read(**{table_id: table(table_id, *rows)})
    page = {"teachers": "教师数据", "classes": "班级数据"}[table_id]
    assert found.lines == [f"错误 {page}!A5 学校“撤并小学”在学校数据里没有"]
    assert len(found.column(table_id, "学校名称")) == 2
    assert found.output("SchoolScores", "学校名称") == [SCHOOL]


def test_without_any_school_none_is_unknown() -> None:
    found = read(schools=table("schools"))
    assert found.lines == ["提示 学校数据!A3 学校数据没有数据"]
    assert found.output("TeacherScores", "教师姓名") == [PERSON]


def test_months_of_units_that_are_not_there() -> None:
    rows = [
        {"账号": "t9"},
        {"账号": "t9", "月份": "2021-01"},
        {"类别": "学校", "账号": "", "学校名称": "撤并小学"},
        {"类别": "学校", "账号": "", "学校名称": ""},
    ]
    found = read(monthly=table("monthly", *rows))
    assert found.lines == []
    unknown = [line for line in found.all_lines if "月度得分!" in line]
    assert sorted(unknown) == [
        "警告 月度得分!B6:B7 学校“撤并小学”在学校数据里没有，这些行不用（共2处）",
        "警告 月度得分!C4:C5 教师“t9”在教师数据里没有，这些行不用（共2处）",
    ]
    assert found.output("TeacherScores", "月均得分") == [100.0]


# classes


@pytest.mark.parametrize("given", ["", 0.0, "暂无"])
def test_a_class_without_pupils_has_no_weight(given: Cell) -> None:
    classes = table("classes", {"学生数": given, "课程学习完成率": 0.1}, {"班级": "2班"})
    schools = table("schools", {"课程学习完成率": ""})
    found = read(schools=schools, classes=classes)
    assert found.output("SchoolMeasures", "课程学习完成率") == [0.9]
    assert "警告 班级数据!D4 学生数空白或为0，这个班不计入按学生的平均" in found.lines


def test_a_class_twice_counts_twice() -> None:
    found = read(classes=table("classes", {}, {}))
    assert found.column("classes", "学生数") == [40.0, 40.0]
    assert found.lines == [f"警告 班级数据!C5 班级“{SCHOOL}三年级1班”与第4行重复，两行都计"]


def test_a_rate_from_counts_is_said() -> None:
    rows = [{"班级": f"{n}班", "课程学习完成率": "", "课程学习次数": 80.0} for n in (1, 2)]
    found = read(schools=table("schools", {"课程学习完成率": ""}), classes=table("classes", *rows))
    assert found.output("SchoolMeasures", "课程学习完成率") == [0.5]
    assert "提示 班级数据!E4:E5 课程学习完成率由次数推算（共2处）" in found.all_lines
