"""班级数据 counts from a grade on: how grades are written, in which schools it holds, what is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kongjian.intake.grades import grade_of
from pasting import RULES, Read, read, table

BELOW = "小学三年级以下的班级不计"


def classes(*given: tuple[str, str], stage: str = "小学") -> Read:
    """Classes of one school of this stage, by 年级 and 班级; the first one's rates are 10 %."""
    rows = [{"年级": g, "班级": c, "作业完成率": 0.9 if n else 0.1} for n, (g, c) in enumerate(given)]
    return read(schools=table("schools", {"学段": stage, "作业完成率": ""}), classes=table("classes", *rows))


@pytest.mark.parametrize(
    ("grade", "name"),
    [
        ("一年级", "1班"), ("1年级", ""), ("二年级", ""), ("小一", ""), ("小学二年级", ""), ("小学部一年级", ""), ("一", "3班"), ("2", ""), (2.0, ""),
        ("", "一（2）班"), ("", "一(2)班"), ("", "2（1）班"), ("", "102"), ("", "102班"), (102.0, ""), ("", "一年级3班"), ("", "1年2班"),
        ("", "一2班"), ("", "1.2班"), ("2020级", "一（1）班"), ("一年级（上）", ""), (" 二 年级 ", ""),
    ],
)  # fmt: skip
def test_the_first_two_grades_are_left_out_however_they_are_written(grade: str, name: str) -> None:
    found = classes((grade, name), ("三年级", "1班"))
    assert found.column("classes", "作业完成率") == [0.9]
    assert f"提示 班级数据!B4 {BELOW}" in found.lines
    assert found.output("SchoolMeasures", "作业完成率") == [0.9]


@pytest.mark.parametrize(
    ("grade", "name"),
    [("三年级", "1班"), ("3", ""), ("", "302"), ("", "三（2）班"), ("六年级", ""), ("初一", ""), ("初中一年级", ""), ("初中部七年级", ""), ("初中部一年级", ""), ("七年级", ""), ("高一", ""), ("十一年级", "")],
)  # fmt: skip
def test_the_other_grades_count(grade: str, name: str) -> None:
    found = classes((grade, name), stage="九年一贯制学校")
    assert found.column("classes", "作业完成率") == [0.1]
    assert found.lines == []


@pytest.mark.parametrize(
    ("grade", "name", "shown"),
    [("2018级", "1班", "2018级"), ("", "1班", "空白"), ("", "一班", "空白"), ("", "", "空白"), ("", "小一班", "空白"), ("一、二年级", "", "一、二年级"), ("", "1801班", "空白")],
)  # fmt: skip
def test_a_grade_that_cannot_be_read_counts_and_is_told(grade: str, name: str, shown: str) -> None:
    found = classes((grade, name))
    assert found.column("classes", "作业完成率") == [0.1]
    assert found.lines == [f"警告 班级数据!B4 年级“{shown}”认不出，这些班级照样计入"]


@pytest.mark.parametrize(
    "stage", ["小学", "九年一贯制学校", "特殊教育学校", "教学点", "", "中心小学", "九年一贯制", " 小 学 "]
)
def test_it_holds_for_schools_with_the_first_grades(stage: str) -> None:
    found = classes(("一年级", "1班"), ("二年级", "1班"), ("三年级", "1班"), stage=stage)
    assert found.column("classes", "作业完成率") == [0.9]
    assert f"提示 班级数据!B4:B5 {BELOW}（共2处）" in found.lines


@pytest.mark.parametrize("stage", ["初中", "高中", "完全中学", "中职"])
def test_elsewhere_the_first_grade_is_the_stages_own(stage: str) -> None:
    found = classes(("一年级", "1班"), ("", "随便"), stage=stage)
    assert found.column("classes", "作业完成率") == [0.1, 0.9]
    assert found.lines == []


def test_in_a_school_of_no_known_stage_they_count_and_are_told() -> None:
    found = classes(("一年级", "1班"), ("二年级", "1班"), ("三年级", "1班"), stage="初级中学")
    assert found.column("classes", "作业完成率") == [0.1, 0.9, 0.9]
    assert found.lines == ["警告 班级数据!B4:B5 学段“初级中学”认不出，三年级以下的班级照样计入（共2处）"]


def test_a_class_that_is_left_out_is_asked_for_nothing_else() -> None:
    found = read(classes=table("classes", {"年级": "一年级", "学生数": ""}, {"年级": "一年级"}))
    assert found.lines == [f"提示 班级数据!B4:B5 {BELOW}（共2处）"]


def test_the_grade_is_the_schemes_and_a_scheme_may_have_none() -> None:
    limit = RULES.measures.grades
    assert limit is not None
    two, none = (
        replace(RULES, measures=replace(RULES.measures, grades=g))
        for g in (replace(limit, min_grade=2), None)
    )
    grid = table("classes", {"年级": "一年级"}, {"年级": "二年级"})
    assert read(two, classes=grid).lines == ["提示 班级数据!B4 小学二年级以下的班级不计"]
    assert read(none, classes=grid).lines == []


def test_what_names_a_grade() -> None:
    known = {
        "一年级": 1,
        "小六": 6,
        "初二": 8,
        "高三": 12,
        "九(3)班": 9,
        "初中部七年级": 7,
        "小学六年级": 6,
        "十(1)班": 10,
        "12年级": 12,
        "812": 8,
    }
    assert {text: grade_of("", text) for text in known} == known
    assert [
        grade_of("", t) for t in ("1", "一", "十班", "二十班", "20210301", "一二年级", "年级", "0班")
    ] == [None] * 8
