"""Rows that are no data, and how many rows of 问题清单 come of many faults."""

from __future__ import annotations

import pytest

from kongjian.base.grid import Cell
from pasting import RULES, Line, lines_of, read, sheet, table

HEADERS = RULES.table("teachers").names


def teachers(count: int) -> list[Line]:
    return lines_of("teachers", *({"账号": f"t{n}"} for n in range(1, count + 1)))


def total(column: int, word: str, table_id: str = "teachers") -> Line:
    """A row of sums with its word in this column (from 0)."""
    line: list[Cell] = [""] * len(RULES.table(table_id).columns)
    line[column] = word
    line[-4] = 99.0
    return line


@pytest.mark.parametrize(
    "word",
    [*RULES.words.total_row, " 合 计 ", "合计：", "总计:35", "合计（人）", "赤壁市合计", "第一小学小计"],
)
@pytest.mark.parametrize("column", [0, 1], ids=["学校名称", "教师姓名"])
def test_a_total_is_no_teacher(word: str, column: int) -> None:
    found = read(teachers=sheet(*teachers(2), total(column, word)))
    assert found.column("teachers", "账号") == ["t1", "t2"]
    shown = " ".join(word.split())
    assert found.lines == [f"提示 教师数据!A6 “{shown}”行不作为数据"]


def test_a_total_beside_the_name_of_the_school() -> None:
    line = [*total(1, "小计")]
    line[0] = "赤壁市第一小学"
    found = read(teachers=sheet(*teachers(2), line))
    assert found.column("teachers", "教师姓名") == ["张明", "张明"]
    assert found.lines == ["提示 教师数据!A6 “小计”行不作为数据"]


def test_a_total_in_a_column_of_numbers_in_front() -> None:
    numbered = [[n, *line] for n, line in zip(["", "", "序号", 1.0, 2.0], teachers(2), strict=True)]
    found = read(teachers=sheet(*numbered, ["合计", *total(5, "")]))
    assert found.column("teachers", "账号") == ["t1", "t2"]
    assert found.lines == ["提示 教师数据!A6 “合计”行不作为数据"]


@pytest.mark.parametrize(("column", "school"), [(0, "合计"), (1, "赤壁市第一小学"), (2, "赤壁市第一小学")])
def test_a_total_is_no_class(column: int, school: str) -> None:
    line = [*total(column, "合计", "classes")]
    line[0] = school
    found = read(classes=sheet(*lines_of("classes", {}), line))
    assert found.column("classes", "学生数") == [40.0]
    assert found.lines == ["提示 班级数据!A5 “合计”行不作为数据"]


@pytest.mark.parametrize("name", ["平均祥", "合计明", "全市第一中学", "汇总楼小学"])
def test_a_name_that_begins_like_a_total_stays(name: str) -> None:
    found = read(teachers=table("teachers", {"教师姓名": name}))
    assert found.column("teachers", "教师姓名") == [name]
    assert found.lines == []


@pytest.mark.parametrize(
    "note",
    [
        "注：数据截至7月31日",
        "备注: 以上为有效次数",
        "制表人：李静，审核：王强",
        "1．以上数据来自平台；2．单位为次",
    ],
)
def test_a_note_under_the_table_is_no_school(note: str) -> None:
    found = read(schools=sheet(*lines_of("schools", {}), [], [note]))
    assert len(found.column("schools", "学校名称")) == 1
    assert found.lines == [f"提示 学校数据!A6 “{note}”这一行只有文字，不作为数据"]


def test_a_school_with_nothing_but_its_name_is_a_school() -> None:
    found = read(schools=sheet(*lines_of("schools", {}), ["赤壁市第二小学"]))
    assert found.column("schools", "学校名称") == ["赤壁市第一小学", "赤壁市第二小学"]
    assert "警告 学校数据!C5 互联网接入空白，这个达标条件无法判断，按未达标" in found.lines


def test_blank_rows_between_and_below() -> None:
    lines = teachers(3)
    found = read(teachers=sheet(*lines[:4], [], ["", "\u00a0"], *lines[4:5], [], lines[5], [], [], []))
    assert found.column("teachers", "账号") == ["t1", "t2", "t3"]
    assert found.lines == [
        "提示 教师数据!A5:A6、A8 数据中间有空行，已跳过（共3处）",
    ]


def test_rows_keep_their_places_behind_skipped_ones() -> None:
    lines = lines_of("teachers", {"账号": "t1"}, {"账号": "t2", "在线授课": "三"})
    found = read(teachers=sheet(*lines[:4], [], lines[4]))
    assert "错误 教师数据!H6 “三”不是数字，按空白处理" in found.lines


def test_help_formulas_beside_and_below_the_data_do_no_harm() -> None:
    lines = [[*line, ""] for line in teachers(2)]
    errors = {(row, len(HEADERS) + 1): "#N/A" for row in range(4, 40)}
    found = read(teachers=sheet(*lines, *([""] for _ in range(34)), errors=errors))
    assert found.column("teachers", "账号") == ["t1", "t2"]
    assert found.lines == []


def test_a_row_without_a_name_is_not_used() -> None:
    lines = lines_of(
        "teachers",
        {},
        {"教师姓名": "", "账号": "t2"},
        {"教师姓名": " ", "账号": "t3"},
        {"学校名称": "", "账号": "t4"},
    )
    found = read(teachers=sheet(*lines))
    assert found.column("teachers", "账号") == ["hb42128101"]
    assert found.lines == [
        "错误 教师数据!B5:B6 教师姓名空白，这一行不用（共2处）",
        "错误 教师数据!A7 学校名称空白，这一行不用",
    ]


# merged cells


def test_merged_cells_above_the_data_are_titles() -> None:
    found = read(teachers=sheet(*teachers(2), merged=[(1, 1, 1, 16), (2, 1, 2, 16), (3, 1, 3, 2)]))
    assert found.lines == []


def test_merged_names_leave_rows_without_a_name() -> None:
    lines = lines_of("teachers", {}, {"学校名称": "", "账号": "t2"}, {"学校名称": "", "账号": "t3"})
    found = read(teachers=sheet(*lines, merged=[(4, 1, 6, 1)]))
    assert found.column("teachers", "账号") == ["hb42128101"]
    assert found.lines == [
        "错误 教师数据!A5:A6 学校名称空白，这一行不用（共2处）",
        "警告 教师数据!A4 数据区有合并单元格，只有左上角一格有值",
    ]


def test_a_merged_total_below_the_data() -> None:
    found = read(teachers=sheet(*teachers(2), total(0, "合计"), merged=[(6, 1, 6, 3)]))
    assert found.lines == ["提示 教师数据!A6 “合计”行不作为数据"]


# many


def test_one_bad_cell_near_the_end_of_twenty_thousand_rows() -> None:
    rows = [{"账号": f"t{n}"} for n in range(20_000)]
    rows[19_990] = {"账号": "t19990", "在线授课": "四十"}
    found = read(teachers=table("teachers", *rows))
    assert len(found.column("teachers", "账号")) == 20_000
    assert found.lines == ["错误 教师数据!H19994 “四十”不是数字，按空白处理"]


def test_faults_beyond_the_cap_are_counted() -> None:
    rows = [{"账号": f"t{n}", "学校名称": f"第{n}学校"} for n in range(1, 1204)]
    lines = read(teachers=table("teachers", *rows)).lines
    assert len(lines) == 1001
    assert lines[0] == "错误 教师数据!A4 学校“第1学校”在学校数据里没有"
    assert lines[-1] == "错误 教师数据!A1004 同类问题还有203处，没有列出"


def test_values_that_all_differ_are_one_cause() -> None:
    rows = [{"账号": f"t{n}", "在线授课": f"第{n // 2}" if n % 5 else 9.0} for n in range(1, 31)]
    assert read(teachers=table("teachers", *rows)).lines == [
        "错误 教师数据!H4:H7、H9:H12…… “第0”不是数字，按空白处理（不同的有15个，共24处：第4、5、6、7、9、10、11、12、14、15、16、17……行）"
    ]


def test_one_reason_makes_one_row_with_the_first_dozen_rows() -> None:
    rows = [{"账号": f"t{n}", "学校名称": "撤并小学"} for n in range(14)]
    assert read(teachers=table("teachers", *rows)).lines == [
        "错误 教师数据!A4:A17 学校“撤并小学”在学校数据里没有（共14行）"
    ]


def test_all_findings_come_at_once_worst_first() -> None:
    found = read(
        schools=table("schools", {"教师总数": "５０", "组织机构": "?"}),
        teachers=table("teachers", {"在线授课": "三", "账号": ""}),
        monthly=table("monthly", {"月份": "上学期"}),
        events=table("events", {"日期": "某天"}),
    )
    assert found.lines == [
        "错误 学校数据!K4 “?”不是“是”或“否”，按空白处理",
        "错误 教师数据!H4 “三”不是数字，按空白处理",
        "错误 月度得分!D4 月份“上学期”认不出，这一行不用",
        "错误 行为明细!A4 日期“某天”认不出，这一行不用",
        "警告 教师数据!C4 账号空白，月度得分和行为明细无法对上",
        "提示 学校数据!G4 文本“５０”按数字50读取",
    ]
