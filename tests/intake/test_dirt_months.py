"""Months, dates and kinds of 月度得分 and 行为明细, however they are written."""

from __future__ import annotations

import datetime as dt

import pytest

from kongjian.base.grid import Cell
from pasting import ACCOUNT, SCHOOL, Read, read, table

MONTHS = ["2020-12", *(f"2021-0{m}" for m in range(1, 8))]


def month(given: Cell, **changes: Cell) -> Read:
    return read(monthly=table("monthly", {"月份": given, **changes}))


@pytest.mark.parametrize(
    "given",
    [
        "2020-12",
        dt.date(2020, 12, 1),
        dt.datetime(2020, 12, 31, 23, 59),
        202012.0,
        202012,
        44166.0,
        44196,
        20201231.0,
    ],
)
def test_a_month_as_it_should_be(given: Cell) -> None:
    found = month(given)
    assert found.column("monthly", "月份") == ["2020-12"]
    assert found.output("TeacherScores", "月均得分") == [90.0]
    assert found.lines == []


@pytest.mark.parametrize(
    "given",
    [
        "2020/12", "2020.12", "2020_12", "2020年12月", "2020年12月份", "2020 年 12 月", "202012", "２０２０－１２",
        "2020-12-01", "2020/12/31", "2020年12月1日", "2020-12-01 00:00:00", "20201201", "2020-12 ", "\u200e2020-12",
    ],
)  # fmt: skip
def test_a_month_as_text(given: str) -> None:
    found = month(given)
    assert found.column("monthly", "月份") == ["2020-12"]
    assert found.output("TeacherScores", "月均得分") == [90.0]
    assert found.lines == [f"提示 月度得分!D4 月份“{given.strip(chr(0x200E)).strip()}”按2020-12读取"]


def test_a_month_of_one_digit() -> None:
    assert month("2021-3").column("monthly", "月份") == ["2021-03"]
    assert month("2021年3月").column("monthly", "月份") == ["2021-03"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("上学期", "上学期"), ("12月", "12月"), ("2020-13", "2020-13"), ("2020-00", "2020-00"), ("20-12", "20-12"),
        ("2020", "2020"), (2020.12, "2020.12"), (12.0, "12"), (True, "TRUE"), ("", "空白"), ("  ", "空白"),
        (dt.time(12, 20), "12:20:00"), ("月" * 30_000, "月" * 30),
    ],
)  # fmt: skip
def test_a_month_that_cannot_be_read_is_not_used(given: Cell, shown: str) -> None:
    found = month(given)
    assert found.column("monthly", "月份") == []
    assert found.output("TeacherScores", "月均得分") == [100.0]
    assert found.lines == [f"错误 月度得分!D4 月份“{shown}”认不出，这一行不用"]


@pytest.mark.parametrize("given", ["2020-11", "2021-08", "2019-12", 44135.0])
def test_a_month_outside_the_term_is_not_used(given: Cell) -> None:
    found = read(monthly=table("monthly", {"月份": given, "得分": 10.0}, {"得分": 90.0}))
    read_as = found.column("monthly", "月份")[0]
    assert found.output("TeacherScores", "月均得分") == [90.0]
    assert f"提示 月度得分!D4 月份{read_as}不在评选时间2020-12至2021-07内，这一行不用" in found.all_lines


def test_the_first_and_the_last_month_of_the_term_count() -> None:
    found = read(monthly=table("monthly", {"得分": 70.0}, {"月份": "2021-07", "得分": 91.0}))
    assert found.output("TeacherScores", "月均得分") == [80.5]
    missing = (
        "警告 教师数据!A4 月度得分缺2021-01、2021-02、2021-03、2021-04、2021-05、2021-06，月均按有的2个月算"
    )
    assert missing in found.all_lines


def test_of_a_month_twice_the_first_counts() -> None:
    rows = [{"得分": 80.0}, {"得分": 96.0, "月份": "2020年12月"}, {"月份": "2021-01", "得分": 90.0}]
    found = read(monthly=table("monthly", *rows))
    assert found.output("TeacherScores", "月均得分") == [85.0]
    assert f"错误 月度得分!E5 {ACCOUNT} 2020-12的得分与第4行重复，只用第4行" in found.all_lines


def test_a_blank_score_leaves_the_month_to_the_next_row() -> None:
    found = read(monthly=table("monthly", {"得分": ""}, {"得分": 96.0}))
    assert found.output("TeacherScores", "月均得分") == [96.0]
    assert [line for line in found.all_lines if "重复" in line] == []


@pytest.mark.parametrize(("given", "shown"), [(105.0, "105"), (1000.0, "1000")])
def test_a_monthly_score_out_of_range_is_not_used(given: Cell, shown: str) -> None:
    found = month("2020-12", 得分=given)
    assert found.output("TeacherScores", "月均得分") == [100.0]
    assert found.lines == [f"错误 月度得分!E4 得分{shown}超出0到100，按空白处理"]


# kinds


@pytest.mark.parametrize("given", ["教师", " 教师\u3000", "学校"])
def test_a_kind(given: str) -> None:
    found = month("2020-12", 类别=given)
    assert found.column("monthly", "类别") == [given.strip()]


@pytest.mark.parametrize(("account", "kind", "line"), [(ACCOUNT, "教师", "教师"), ("", "学校", "学校")])
def test_a_blank_kind_is_told_by_the_account(account: str, kind: str, line: str) -> None:
    found = month("2020-12", 类别="", 账号=account)
    assert found.column("monthly", "类别") == [kind]
    output = "TeacherScores" if kind == "教师" else "SchoolScores"
    assert found.output(output, "月均得分") == [90.0]
    assert found.lines == [f"提示 月度得分!A4 类别空白，按“{line}”读取"]


@pytest.mark.parametrize("given", ["学生", "管理员", "全体"])
def test_an_unknown_kind_is_not_used(given: str) -> None:
    found = month("2020-12", 类别=given)
    assert found.column("monthly", "得分") == []
    assert found.lines == [f"错误 月度得分!A4 类别“{given}”不认识，这一行不用"]
    assert found.problems["建议"][0] == "填学校、教师之一"


# dates of events


@pytest.mark.parametrize(
    "given", [dt.date(2021, 3, 16), dt.datetime(2021, 3, 16, 23, 59, 59), 44271.0, 44271.9, 20210316.0]
)
def test_a_date_as_it_should_be(given: Cell) -> None:
    found = read(events=table("events", {"日期": given}))
    assert [str(d) for d in found.intake.inputs.events["日期"]] == ["2021-03-16"]
    assert found.lines == []


@pytest.mark.parametrize(
    "given",
    ["2021-03-16", "2021/3/16", "2021.3.16", "2021年3月16日", "２０２１－０３－１６", "20210316", "20210316102231",
     "2021-03-16 10:22:31", "2021-03-16T10:22:31Z", "2021/3/16 上午10:22", " 2021-3-16\u00a0"],
)  # fmt: skip
def test_a_date_as_text(given: str) -> None:
    found = read(events=table("events", {"日期": given}))
    assert [str(d) for d in found.intake.inputs.events["日期"]] == ["2021-03-16"]
    assert found.lines == ["提示 行为明细!A4 日期是文本，按日期读取"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [("三月", "三月"), ("2021-02-30", "2021-02-30"), ("2021-13-01", "2021-13-01"), ("03/16/2021", "03/16/2021"),
     ("2021-03", "2021-03"), (7.0, "7"), (dt.time(10, 2), "10:02:00"), ("", "空白"), (20211301.0, "20211301")],
)  # fmt: skip
def test_a_date_that_cannot_be_read_is_not_used(given: Cell, shown: str) -> None:
    found = read(events=table("events", {"日期": given}))
    assert found.intake.inputs.events.height == 0
    assert found.lines == [f"错误 行为明细!A4 日期“{shown}”认不出，这一行不用"]


def test_dates_as_text_are_one_row() -> None:
    rows = [{"日期": f"2021-03-{day:02d}"} for day in range(1, 31)]
    [line] = read(events=table("events", *rows)).lines
    assert line == "提示 行为明细!A4:A33 日期是文本，按日期读取（共30处）"


def test_every_month_of_both_kinds() -> None:
    rows = [{"月份": m} for m in MONTHS] + [
        {"月份": m, "类别": "学校", "账号": "", "得分": 85.0} for m in MONTHS
    ]
    found = read(monthly=table("monthly", *rows))
    assert found.output("TeacherScores", "月均得分") == [90.0]
    assert found.output("SchoolScores", "月均得分") == [85.0]
    assert found.column("monthly", "学校名称") == [SCHOOL] * 16
    assert [line for line in found.all_lines if "月度" in line] == []
