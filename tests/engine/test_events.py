"""From 行为明细 to effective counts, to 教师指标 and 学校指标, and what of the lines does not count; long because it follows a line all the way."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path

import openpyxl
import pytest

from kongjian.base.grid import Cell
from kongjian.engine.calculate import calculate
from kongjian.engine.outcome import Inputs
from kongjian.rules import resolve
from pasting import ACCOUNT, RULES, SCHOOL, Changes, Read, lines_of, read, recalculated, table, write_book

ADMINISTRATOR = {"账号": "xg01", "角色": "管理员"}
STUDENT = {"账号": "xs01", "角色": "学生", "行为": "完成作业"}


def day(month: int, number: int, year: int = 2021) -> dt.date:
    return dt.date(year, month, number)


def events(
    *changes: Changes, teacher: Changes | None = None, school: Changes | None = None, **readings: str
) -> Read:
    return read(
        resolve(RULES, readings),
        events=table("events", *changes),
        teachers=table("teachers", teacher or {}),
        schools=table("schools", school or {}),
    )


def counts(found: Read) -> list[tuple[str, str, str, str, float]]:
    """有效次数 as (账号, 角色, 行为, 月份, 有效次数)."""
    columns = ("账号", "角色", "行为", "月份", "有效次数")
    return list(zip(*(found.output("EffectiveCounts", c) for c in columns), strict=True))


def event_lines(found: Read) -> list[str]:
    """What is said of lines; what is said of the log as a whole has tests of its own."""
    return [line for line in found.all_lines if " 行为明细!" in line and "!A3 " not in line]


# how often a behaviour counts


def test_a_teacher_counts_once_a_day() -> None:
    found = events({}, {"日期": dt.datetime(2021, 3, 1, 22, 30)}, {"日期": day(3, 2)})
    assert counts(found) == [(ACCOUNT, "教师", "在线授课", "2021-03", 2.0)]
    assert event_lines(found) == ["提示 行为明细!E5 同一天重复的行为，按规定不再计次"]


def test_each_behaviour_counts_by_itself() -> None:
    found = events({}, {"行为": "网络教研"}, {"行为": "教研活动"})
    assert counts(found) == [
        (ACCOUNT, "教师", "在线授课", "2021-03", 1.0),
        (ACCOUNT, "教师", "网络教研", "2021-03", 1.0),
    ]


def test_each_month_has_its_row() -> None:
    found = events({"日期": day(4, 1)}, {"日期": day(3, 31)}, {"日期": day(3, 30)})
    assert counts(found) == [
        (ACCOUNT, "教师", "在线授课", "2021-03", 2.0),
        (ACCOUNT, "教师", "在线授课", "2021-04", 1.0),
    ]


def test_a_student_counts_once_a_month() -> None:
    days = [day(3, 1), day(3, 31), day(4, 1), day(4, 2)]
    found = events(*({**STUDENT, "日期": d} for d in days), student_effective="once_a_month")
    assert counts(found) == [
        ("", "学生", "完成作业", "2021-03", 1.0),
        ("", "学生", "完成作业", "2021-04", 1.0),
    ]
    assert event_lines(found) == ["提示 行为明细!E5、E7 同一个月重复的行为，按规定不再计次（共2行）"]


def test_by_default_every_line_of_a_student_counts() -> None:
    found = events(
        *({**STUDENT, "日期": day(3, d), "账号": a} for d, a in ((1, "xs01"), (1, "xs01"), (2, "xs02")))
    )
    assert counts(found) == [("", "学生", "完成作业", "2021-03", 3.0)]
    assert event_lines(found) == []


def test_students_are_shown_by_class() -> None:
    classes = ("一班", "二班", "二班")
    found = events(
        *({**STUDENT, "年级": "三年级", "班级": c, "账号": f"xs{k}"} for k, c in enumerate(classes))
    )
    assert counts(found) == [
        ("三年级一班", "学生", "完成作业", "2021-03", 1.0),
        ("三年级二班", "学生", "完成作业", "2021-03", 2.0),
    ]


@pytest.mark.parametrize(
    ("given", "pupils", "rate", "said"),
    [
        ("", 5.0, 1.0, ["提示 学校数据!AF4 由学生行为明细得出的作业完成率超过100%，按100%计"]),
        ("", 10_000.0, 0.001, []),
        (0.5, 5.0, 0.5, []),
    ],
)
def test_a_school_s_rate_is_told_to_be_capped_only_where_it_was(
    given: Cell, pupils: float, rate: float, said: list[str]
) -> None:
    found = read(
        events=table("events", *({**STUDENT, "账号": f"xs{k}"} for k in range(150))),
        schools=table("schools", {"作业完成率": given}),
        classes=table("classes", {"作业完成率": "", "学生数": pupils}),
    )
    assert found.output("SchoolMeasures", "作业完成率") == [rate]
    assert [line for line in found.all_lines if "作业完成率" in line] == said


def test_an_administrator_of_two_schools_counts_in_each() -> None:
    lines = [{**ADMINISTRATOR, "行为": "课程管理", "学校名称": s} for s in (SCHOOL, "另一小学", SCHOOL)]
    found = read(
        events=table("events", *lines),
        schools=table("schools", {"课程管理": ""}, {"学校名称": "另一小学", "课程管理": ""}),
    )
    assert found.output("SchoolMeasures", "课程管理") == [1.0, 1.0]
    assert event_lines(found) == ["提示 行为明细!E6 同一天重复的行为，按规定不再计次"]


def test_months_without_any_log_are_told() -> None:
    found = events({"日期": day(12, 5, 2020)}, {"日期": day(2, 3)})
    assert "警告 行为明细!A3 行为明细没有2021-01的任何记录，这些月份做过的没有计入" in found.all_lines


def test_a_teacher_named_with_two_schools_is_told_and_counts_once_a_day() -> None:
    found = events({}, {"学校名称": "另一小学"}, school={})
    assert counts(found) == [(ACCOUNT, "教师", "在线授课", "2021-03", 1.0)]


def test_an_administrator_counts_once_a_day() -> None:
    lines = [{**ADMINISTRATOR, "行为": "课程管理", "日期": day(3, d)} for d in (1, 1, 2)]
    found = events(*lines, school={"课程管理": ""})
    assert counts(found) == [("xg01", "管理员", "课程管理", "2021-03", 2.0)]
    assert found.output("SchoolMeasures", "课程管理") == [1.0]
    assert found.output("SchoolScores", "得分") == [100.0]


def test_reasons_of_repeats_are_told_apart() -> None:
    found = events({}, {}, {}, STUDENT, STUDENT, student_effective="once_a_month")
    assert event_lines(found) == [
        "提示 行为明细!E5:E6 同一天重复的行为，按规定不再计次（共2行）",
        "提示 行为明细!E8 同一个月重复的行为，按规定不再计次",
    ]


# lines that do not count


@pytest.mark.parametrize(
    ("date", "counted"), [(day(11, 30, 2020), 0), (day(12, 1, 2020), 1), (day(7, 31), 1), (day(8, 1), 0)]
)
def test_only_the_term_counts(date: dt.date, counted: int) -> None:
    found = events({"日期": date}, {"行为": "网络教研"})  # half of the lines at most may lie outside
    assert len(counts(found)) == counted + 1
    line = "提示 行为明细!A4 日期不在评选时间2020-12至2021-07内，这些行不计"
    assert event_lines(found) == ([] if counted else [line])


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"角色": "家长"}, "警告 行为明细!D4 角色“家长”不认识，这些行不计"),
        ({"角色": ""}, "警告 行为明细!D4 角色“空白”不认识，这些行不计"),
        ({"行为": "浏览首页"}, "警告 行为明细!E4 行为“浏览首页”不认识，这些行不计"),
        ({"行为": "学籍管理"}, "警告 行为明细!E4 行为“学籍管理”不是教师的行为，这些行不计"),
        ({"账号": "t9"}, "账号在教师数据里没有，这些行不计"),
        ({"账号": ""}, "账号空白，这些行不计"),
        ({"账号": "无"}, "账号空白，这些行不计"),
        ({"账号": "4.2E+17"}, "账号4.2E+17已被Excel改掉末尾几位，无法用来核对"),
    ],
)
def test_a_line_that_cannot_be_counted_says_why(change: Changes, line: str) -> None:
    found = events(change, {"行为": "通知公告"})
    assert counts(found) == [(ACCOUNT, "教师", "通知公告", "2021-03", 1.0)]
    assert any(told.endswith(line) for told in event_lines(found)), event_lines(found)


def test_lines_of_one_reason_make_one_row() -> None:
    found = events({"角色": "家长"}, {}, {"角色": "家长"}, {"角色": "教研员"})
    assert event_lines(found) == [
        "警告 行为明细!D4、D6:D7 角色“家长”不认识，这些行不计（不同的有2个，共3处）",
    ]


def test_a_line_is_rejected_for_its_first_reason_only() -> None:
    found = events({"角色": "家长", "行为": "浏览首页", "账号": "", "日期": day(8, 1)}, {})
    assert event_lines(found) == ["警告 行为明细!D4 角色“家长”不认识，这些行不计"]


@pytest.mark.parametrize("role", ["教师", "老师", "任课教师", "班主任", " 教 师 ", "teacher"])
@pytest.mark.parametrize("behaviour", ["在线授课", "授课", "线上授课", "在线 授课"])
def test_other_names_of_roles_and_behaviours(role: str, behaviour: str) -> None:
    found = events({"角色": role, "行为": behaviour})
    assert counts(found) == [(ACCOUNT, "教师", "在线授课", "2021-03", 1.0)]


def test_students_and_administrators_need_not_be_teachers() -> None:
    found = events(STUDENT, {**ADMINISTRATOR, "行为": "家长管理"})
    assert {row[1] for row in counts(found)} == {"学生", "管理员"}
    assert event_lines(found) == []


@pytest.mark.parametrize(("school", "shown"), [("撤并小学", "撤并小学"), ("", "空白")])
def test_an_administrator_of_no_school_is_told(school: str, shown: str) -> None:
    line: dict[str, Cell] = {**ADMINISTRATOR, "行为": "家长管理", "学校名称": school}
    found = events(line, school={"家长管理": ""})
    assert found.output("SchoolMeasures", "家长管理") == [None]
    assert event_lines(found) == [f"警告 行为明细!B4 管理员的学校“{shown}”在学校数据里没有，这些行不计"]


def test_an_administrator_who_teaches_brings_the_own_school() -> None:
    line = {"角色": "管理员", "行为": "家长管理", "学校名称": ""}
    found = events(line, school={"家长管理": ""})
    assert found.output("EffectiveCounts", "学校名称") == [SCHOOL]
    assert found.output("SchoolMeasures", "家长管理") == [1.0]
    assert event_lines(found) == []


# what the counts fill


def test_counts_fill_blanks_and_only_blanks() -> None:
    days = [{"日期": day(3, d)} for d in range(1, 31)]
    found = events(*days, {"行为": "网络教研"}, teacher={"在线授课": "", "网络教研": 3.0})
    assert found.output("TeacherMeasures", "在线授课") == [30.0]
    assert found.output("TeacherMeasures", "网络教研") == [3.0]
    assert found.output("TeacherScores", "在线授课") == [10.0]
    lines = [line for line in found.all_lines if " 教师数据!" in line]
    assert "提示 教师数据!H4 在线授课空白，用行为明细的有效次数" in lines
    assert "警告 教师数据!I4 网络教研给的是3，按行为明细应是1，用给的数" in lines


def test_equal_counts_are_not_worth_a_word() -> None:
    found = events({"行为": "通知公告"})
    assert not [line for line in found.all_lines if "按行为明细应是" in line]


def test_a_zero_is_given_and_stands() -> None:
    found = events({}, teacher={"在线授课": 0.0})
    assert found.output("TeacherMeasures", "在线授课") == [0.0]
    assert "警告 教师数据!H4 在线授课给的是0，按行为明细应是1，用给的数" in found.all_lines


def test_an_evaluation_once_is_the_whole_class() -> None:
    found = events(*({"行为": "学生评价", "日期": day(3, d)} for d in (1, 2, 3)), teacher={"学生评价": ""})
    assert found.output("TeacherMeasures", "学生评价") == [1.0]
    assert found.output("TeacherScores", "学生评价") == [15.0]


def test_filled_counts_reach_the_means_of_the_school() -> None:
    found = events({"行为": "成绩管理"}, teacher={"成绩管理": ""}, school={"成绩管理": ""})
    assert found.output("SchoolMeasures", "成绩管理") == [1.0]


def test_neighbours_filled_make_one_row() -> None:
    teachers = table("teachers", *({"账号": f"t{n}", "在线授课": ""} for n in range(3)))
    found = read(teachers=teachers, events=table("events", *({"账号": f"t{n}"} for n in range(3))))
    assert "提示 教师数据!H4:H6 在线授课空白，用行为明细的有效次数（共3处）" in found.all_lines


def test_a_rounded_account_is_not_counted_for_anybody() -> None:
    rounded = 421281199001011000.0
    found = events({"账号": rounded}, teacher={"账号": rounded, "在线授课": ""})
    assert counts(found) == []
    assert found.output("TeacherMeasures", "在线授课") == [None]


def test_readings_do_not_change_the_counts_of_teachers() -> None:
    given = table("events", {}, {"日期": day(3, 2)})
    other = read(resolve(RULES, {r.id: r.values[-1].id for r in RULES.readings}), events=given)
    assert counts(other) == counts(read(events=given))


# 有效次数


def test_the_sheet_is_ordered_and_the_order_of_lines_does_not_matter() -> None:
    lines: list[Changes] = [
        {"账号": "t2", "行为": "在线授课"},
        {"账号": "t1", "行为": "通知公告"},
        {"账号": "t1", "行为": "在线授课", "日期": day(4, 1)},
        {"账号": "t1", "行为": "在线授课"},
        {"账号": "t1", "行为": "制作课件"},
        {"账号": "t3", "行为": "在线授课", "学校名称": "另一小学"},
    ]
    teachers = table("teachers", *({"账号": f"t{n}"} for n in (1, 2, 3)))
    first, second = (
        read(events=table("events", *given), teachers=teachers) for given in (lines, lines[::-1])
    )
    assert [row[:1] + row[2:4] for row in counts(first)] == [
        ("t3", "在线授课", "2021-03"),
        ("t1", "制作课件", "2021-03"),
        ("t1", "在线授课", "2021-03"),
        ("t1", "在线授课", "2021-04"),
        ("t1", "通知公告", "2021-03"),
        ("t2", "在线授课", "2021-03"),
    ]
    assert counts(first) == counts(second)


def test_the_sheet_in_a_workbook(tmp_path: Path) -> None:
    book = write_book(
        tmp_path / "b.xlsx", {"events": lines_of("events", {}, {"日期": "2021年3月2日"}, STUDENT)}
    )
    recalculated(book)
    rows = list(openpyxl.load_workbook(book)["有效次数"].iter_rows(min_row=3, max_col=7, values_only=True))
    assert rows == [
        ("学校名称", "账号", "角色", "行为", "月份", "有效次数", "出处"),
        (SCHOOL, None, "学生", "完成作业", "2021-03", 1, "明细"),
        (SCHOOL, ACCOUNT, "教师", "在线授课", "2021-03", 2, "明细"),
    ]


def test_a_reason_of_very_many_lines_is_told_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [{}, *[{}] * 9, *[{"行为": "登录"}] * 6, {"行为": "登陆"}]
    usual = event_lines(events(*lines))
    monkeypatch.setattr("kongjian.engine.findings.Findings.most_rows", 4)
    found = events(*lines)
    codes = [f.code for f in found.results.findings]
    assert (codes.count("event_repeated"), codes.count("event_unknown_behaviour")) == (4, 5)
    # of very many only the first have their cells
    said = {re.sub(r"![A-Z0-9:、]+ ", " ", line) for line in event_lines(found)}
    assert said == {re.sub(r"![A-Z0-9:、]+ ", " ", line) for line in usual}
    assert "提示 行为明细 同一天重复的行为，按规定不再计次（共9行）" in said


def test_an_unknown_account_costs_no_more_in_a_longer_table() -> None:
    """Tables that come from no sheet have no rows: these were numbered anew for each account that nobody knows."""
    height = 200_000
    months = {
        "类别": ["教师"] * height, "账号": [f"x{k}" for k in range(height)], "月份": ["2020-12"] * height,
        "得分": [90.0] * height,
    }  # fmt: skip
    inputs = Inputs.of(
        RULES, teachers={"学校名称": [SCHOOL], "教师姓名": ["甲"], "账号": ["t"]}, monthly=months
    )
    started = time.process_time()
    found = calculate(inputs, RULES).findings
    assert sum(f.code == "unit_unknown" for f in found) == height
    assert time.process_time() - started < 6
