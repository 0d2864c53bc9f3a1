"""Dirt in 是/否 cells and in names: what they are read as, and what 问题清单 says."""

from __future__ import annotations

import pytest

from kongjian.base.grid import Cell
from pasting import PERSON, SCHOOL, Read, read, table

BUILDING = {
    "学籍管理": "N", "部门管理": "O", "家长管理": "P", "教职工管理": "Q", "教师管理": "R",
    "教材管理": "S", "课程管理": "T",
}  # fmt: skip


def school(**changes: Cell) -> Read:
    return read(schools=table("schools", changes))


def teacher(**changes: Cell) -> Read:
    return read(teachers=table("teachers", changes))


YES = [
    "是",
    " 是 ",
    "有",
    "Y",
    "y",
    "Ｙ",
    "yes",
    "TRUE",
    "true",
    True,
    "1",
    1,
    1.0,
    "１",
    "√",
    "✓",
    "对",
    "已完成",
    "是\u200b",
]
NO = ["否", "无", "N", "n", "no", "FALSE", False, "0", 0, 0.0, "×", "✗", "X", "x", "没有", "未完成", "\u3000否"]  # fmt: skip


@pytest.mark.parametrize("given", YES)
def test_yes_in_other_words(given: Cell) -> None:
    found = school(组织机构=given)
    assert found.column("schools", "组织机构") == [1.0]
    assert found.output("SchoolScores", "组织机构") == [5.0]
    assert found.lines == []


@pytest.mark.parametrize("given", NO)
def test_no_in_other_words(given: Cell) -> None:
    found = school(组织机构=given)
    assert found.column("schools", "组织机构") == [0.0]
    assert found.output("SchoolScores", "组织机构") == [0.0]
    assert found.output("SchoolScores", "数据完整") == ["是"]
    assert found.lines == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [("进行中", "进行中"), ("是的吧", "是的吧"), (2.0, "2"), (-1.0, "-1"), ("?", "?"), (0.5, "0.5")],
)
def test_neither_yes_nor_no_is_blank(given: Cell, shown: str) -> None:
    found = school(组织机构=given)
    assert found.column("schools", "组织机构") == [None]
    assert found.output("SchoolScores", "得分") == [95.0]
    assert found.lines == [f"错误 学校数据!K4 “{shown}”不是“是”或“否”，按空白处理"]
    assert "警告 学校数据!K4 组织机构没有数据也推算不出，这一项得0分，数据不完整" in found.all_lines


def test_a_long_text_is_shown_cut() -> None:
    [line] = school(组织机构="长" * 30_000).lines
    assert len(line) < 250
    assert line.endswith("…”不是“是”或“否”，按空白处理")


def test_a_placeholder_among_yes_and_no() -> None:
    found = school(组织机构="-")
    assert found.column("schools", "组织机构") == [None]
    assert found.lines == ["警告 学校数据!K4 “-”当作空白"]


@pytest.mark.parametrize("column", BUILDING)
@pytest.mark.parametrize(("given", "answer"), [(12.0, 1.0), ("3次", 1.0), (1, 1.0), (0.0, 0.0), (0.4, 0.0)])
def test_a_count_answers_for_the_building_of_the_space(column: str, given: Cell, answer: float) -> None:
    found = school(**{column: given})
    assert found.column("schools", column) == [answer]
    points = 3.0 if column == "课程管理" else 2.0
    assert found.output("SchoolScores", column) == [points * answer]
    assert found.lines == []


@pytest.mark.parametrize("given", [-2.0, "-2", "很多", "50%"])
def test_what_is_no_count_does_not_answer(given: Cell) -> None:
    found = school(学籍管理=given)
    assert found.column("schools", "学籍管理") == [None]
    shown = f"{given:g}" if isinstance(given, float) else given
    assert found.lines == [f"错误 学校数据!N4 “{shown}”不是“是”或“否”，按空白处理"]


@pytest.mark.parametrize("column", ["互联网接入", "多媒体教学环境", "管理员实名认证"])
def test_a_blank_condition_is_not_met(column: str) -> None:
    found = school(**{column: ""})
    cell = {"互联网接入": "C4", "多媒体教学环境": "D4", "管理员实名认证": "F4"}[column]
    assert found.lines == [f"警告 学校数据!{cell} {column}空白，这个达标条件无法判断，按未达标"]
    assert found.output("Eligibility", "是否达标")[0] == "未达标"
    assert found.output("Eligibility", "未达标原因")[0] == f"{column}未填"


def test_blank_teaching_is_yes_and_blank_homeroom_is_no() -> None:
    rows = [{"账号": f"t{n}", "任课": "", "班主任": "", "学生评价": ""} for n in range(3)]
    found = read(teachers=table("teachers", *rows))
    assert found.column("teachers", "任课") == [1.0] * 3
    assert found.column("teachers", "班主任") == [0.0] * 3
    assert found.lines == [
        "提示 教师数据!D4:D6 任课空白，按“是”计算（共3处）",
        "提示 教师数据!E4:E6 班主任空白，按“否”计算（共3处）",
    ]


def test_an_unreadable_homeroom_is_no_and_an_error() -> None:
    found = teacher(班主任="副")
    assert found.column("teachers", "班主任") == [0.0]
    assert found.output("TeacherScores", "得分") == [85.0]
    assert found.lines == [
        "错误 教师数据!E4 “副”不是“是”或“否”，按空白处理",
        "提示 教师数据!E4 班主任空白，按“否”计算",
        "提示 教师数据!L4 不是班主任却有学生评价，按口径“非班主任的学生评价”处理",
    ]


# names


@pytest.mark.parametrize("given", [f"{PERSON} ", f"\u3000{PERSON}", f"{PERSON}\u00a0", "张\u200b明", "\u202e张明\u202c", "张明\x07"])  # fmt: skip
def test_a_name_is_cleaned(given: str) -> None:
    found = teacher(教师姓名=given)
    assert found.column("teachers", "教师姓名") == [PERSON]
    assert found.lines == [f"提示 教师数据!B4 名称里有多余的空格或看不见的字符，按“{PERSON}”读取"]


def test_a_space_inside_a_name_is_made_single() -> None:
    found = teacher(教师姓名="张\u3000 明")
    assert found.column("teachers", "教师姓名") == ["张 明"]
    assert found.lines == ["提示 教师数据!B4 名称里有多余的空格或看不见的字符，按“张 明”读取"]


@pytest.mark.parametrize(
    "name", ["𬭎𬬭", "李😀", "=1+1", "+86", "@张", "Anna-Lena O'Neill", "买买提·艾力", "<b>&amp;"]
)
def test_a_rare_name_is_kept_as_it_is(name: str) -> None:
    found = teacher(教师姓名=name)
    assert found.output("TeacherScores", "教师姓名") == [name]
    assert found.lines == []


def test_a_school_is_found_in_any_spelling() -> None:
    spelt = "赤壁市 第一小学\u00a0"
    found = read(teachers=table("teachers", {"学校名称": spelt}))
    assert found.lines == ["提示 教师数据!A4 名称里有多余的空格或看不见的字符，按“赤壁市 第一小学”读取"]
    half_width = read(
        schools=table("schools", {"学校名称": f"{SCHOOL}（北）"}),
        teachers=table("teachers", {"学校名称": f"{SCHOOL}(北)"}),
    )
    assert half_width.lines == []


def test_a_text_of_thirty_thousand_characters() -> None:
    found = teacher(教师姓名="长" * 30_000)
    assert found.output("TeacherScores", "教师姓名") == ["长" * 30_000]
    assert found.lines == ["警告 教师数据!B4 文字长达30000字"]


def test_a_number_for_a_name_reads_as_people_see_it() -> None:
    found = read(classes=table("classes", {"年级": 3.0, "班级": 301.0}))
    assert found.column("classes", "年级") + found.column("classes", "班级") == ["3", "301"]
    assert found.lines == []


def test_no_administrator() -> None:
    rows = [{"学校名称": f"第{n}小学", "管理员姓名": ""} for n in range(3)]
    found = read(schools=table("schools", *rows), teachers=table("teachers", {"学校名称": "第0小学"}))
    assert found.lines == ["警告 学校数据!E4:E6 管理员姓名空白，获奖名单里会缺姓名（共3处）"]
    names = found.output("Awards", "姓名")
    assert [
        n for n, award in zip(names, found.output("Awards", "奖项"), strict=True) if "管理员" in award
    ] == ["", "", ""]
