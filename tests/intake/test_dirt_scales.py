"""Rates and 学生评价: the scale of a whole column, whatever mark single cells carry, and what is beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from kongjian.base.grid import Cell
from pasting import Read, lines_of, read, recalculated, table, write_book

RATE, SHARE = "作业完成率", "学生评价"


def rates(*cells: Cell, percents: Sequence[int] = ()) -> Read:
    """Classes with these completion rates; the cells of the rows `percents`, from 0, have a percent format."""
    rows = [{"班级": f"{n + 1}班", RATE: cell} for n, cell in enumerate(cells)]
    grid = replace(table("classes", *rows), percents=lambda c: [4 + n for n in percents] if c == 6 else [])
    return read(classes=grid)


def shares(*cells: Cell, header: str = SHARE) -> Read:
    """Teachers with these values of 学生评价 under this header."""
    lines = lines_of("teachers", *({"账号": f"t{n}", SHARE: cell} for n, cell in enumerate(cells)))
    lines[2] = [header if name == SHARE else name for name in lines[2]]
    return read(teachers=replace(table("teachers"), rows=lines))


def percent_column(column: str, cell: str, found: str, value: str, count: int) -> str:
    return f"提示 {cell} “{column}”列按百分数读，如“{found}”是{value}（共{count}格）"


# rates


@pytest.mark.parametrize(
    ("cells", "values", "lines"),
    [
        ([0.85, 0.9, 1.0, 0.0], [0.85, 0.9, 1.0, 0.0], []),
        ([1.0000000000000002], [1.0], []),
        ([85.0], [0.85], [percent_column(RATE, "班级数据!F4", "85", "85%", 1)]),
        ([85.0, 58.3, 0.0, 100.0], [0.85, 0.583, 0.0, 1.0], [percent_column(RATE, "班级数据!F4", "85", "85%", 3)]),
        ([85.0, 5.0, 1.2], [0.85, 0.05, 0.012], [percent_column(RATE, "班级数据!F4", "85", "85%", 3)]),
        (["85%", "９０％"], [0.85, 0.9], ["提示 班级数据!F4:F5 “85%”按0.85读取；“９０％”按0.9读取（共2处）"]),
        (
            ["85"], [0.85],
            ["提示 班级数据!F4 文本“85”按数字85读取", percent_column(RATE, "班级数据!F4", "85", "85%", 1)],
        ),
    ],
)  # fmt: skip
def test_the_scale_of_a_column(cells: list[Cell], values: list[float], lines: list[str]) -> None:
    found = rates(*cells)
    assert found.column("classes", RATE) == values
    assert found.lines == lines


def test_a_fraction_among_percentages_is_told_with_both_readings() -> None:
    found = rates(85.0, 0.9, 90.0, 1.0, "70%", 95.0)
    assert found.column("classes", RATE) == [0.85, 0.9, 0.9, 1.0, 0.7, 0.95]
    assert found.lines == [
        "警告 班级数据!F5、F7 “0.9”按90%读取；要是百分数，就是0.9%（共2处）",
        percent_column(RATE, "班级数据!F4", "85", "85%", 3),
        "提示 班级数据!F8 “70%”按0.7读取",
    ]


def test_a_percentage_among_fractions_is_no_number_that_can_be_used() -> None:
    found = rates(0.85, 85.0)
    assert found.column("classes", RATE) == [0.85, None]
    assert found.lines == [f"错误 班级数据!F5 {RATE}“85”是8500%，超过150%，按空白处理"]


def test_cells_with_a_mark_and_zeros_have_no_say() -> None:
    found = rates("10%", "20%", "30%", 0.0, 0.0, 0.0, 85.0)
    assert found.column("classes", RATE) == [0.1, 0.2, 0.3, 0.0, 0.0, 0.0, 0.85]
    assert percent_column(RATE, "班级数据!F10", "85", "85%", 1) in found.lines


@pytest.mark.parametrize(
    ("cells", "shown"),
    [([1.5], "150%"), ([1.01], "101%"), (["120%"], "120%"), ([90.0, 150.0], "150%"), ([90.0, 101.0], "101%")],
)
def test_up_to_150_percent_is_100_percent(cells: list[Cell], shown: str) -> None:
    found = rates(*cells)
    assert found.column("classes", RATE)[-1] == 1.0
    *_, said = (line for line in found.lines if line.startswith("警告"))
    assert said.endswith(f"是{shown}，超过100%，按100%计")


@pytest.mark.parametrize(
    ("cells", "shown"),
    [([0.9, 1.51], "151%"), (["151%"], "151%"), ([90.0, 151.0], "151%"), ([90.0, 5000.0], "5000%"), ([0.1, 1e9], "1e+11%")],
)  # fmt: skip
def test_more_than_150_percent_is_blank(cells: list[Cell], shown: str) -> None:
    found = rates(*cells)
    assert found.column("classes", RATE)[-1] is None
    assert any(f"是{shown}，超过150%，按空白处理" in line for line in found.lines)


@pytest.mark.parametrize("cell", [-0.5, "-50%", -50.0])
def test_a_negative_rate_is_blank(cell: Cell) -> None:
    found = rates(0.9, cell)
    assert found.column("classes", RATE) == [0.9, None]
    assert any("是负数" in line for line in found.lines)


# the percent sign that is in a cell's format


def test_a_cell_with_a_percent_format_has_no_say_either() -> None:
    found = rates(0.85, 0.9, 0.95, 85.0, 1.0, percents=[0, 1, 2, 4])
    assert found.column("classes", RATE) == [0.85, 0.9, 0.95, 0.85, 1.0]
    assert found.lines == [percent_column(RATE, "班级数据!F7", "85", "85%", 1)]


def test_a_cell_that_shows_160_percent_is_no_number_that_can_be_used() -> None:
    found = rates(1.6, percents=[0])
    assert found.column("classes", RATE) == [None]


def test_percentages_pasted_into_the_percent_cells_of_the_sheet_are_percentages() -> None:
    found = rates(85.0, 90.0, 5.0, 0.9, percents=range(4))
    assert found.column("classes", RATE) == [0.85, 0.9, 0.05, 0.9]
    assert "警告 班级数据!F7 “0.9”按90%读取；要是百分数，就是0.9%" in found.lines


FORMATS = {
    "0%": True,
    "0.00%": True,
    "0.0%": True,
    '0"%"': False,
    "0\\%": False,
    "[>1]0%;0": True,
    "0.00": False,
}


@pytest.mark.parametrize("code", FORMATS)
def test_a_file_tells_the_formats_of_its_cells(code: str, tmp_path: Path) -> None:
    cells = [0.5, 0.6, 0.7, 85.0]

    def formatted(book: Workbook) -> None:
        page, used = book.get_worksheet_by_name("班级数据"), book.add_format({"num_format": code})
        for n, cell in enumerate(cells[:3]):
            page.write_number(3 + n, 5, cell, used)

    lines = lines_of("classes", *({"班级": f"{n}班", RATE: cell} for n, cell in enumerate(cells)))
    run, problems = recalculated(write_book(tmp_path / "book.xlsx", {"classes": lines}, formatted))
    read_as = run.inputs.classes[RATE].tolist()
    assert read_as[:3] == cells[:3]
    assert (read_as[3] == 0.85) == FORMATS[code]
    assert any("“85”是8500%" in line for line in problems) != FORMATS[code]


# 学生评价


@pytest.mark.parametrize("header", ["学生评价（次）", "学生评价次数", "评价次数", "学生评价(次/学期)"])
def test_under_a_header_of_times_every_number_is_one(header: str) -> None:
    found = shares(1.0, 2.0, 9.0, 10.0, 40.0, 0.0, "", "3次", header=header)
    assert found.column("teachers", SHARE) == [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, None, 1.0]
    assert [line for line in found.lines if "列名" not in line] == [
        "提示 教师数据!L5 “学生评价”列按次数读，满1次就是评完全班（共5格）"
    ]


@pytest.mark.parametrize("header", ["学生评价率", "学生评价率(%)", "学生评价（%）", "学生评价%", "评价率"])
def test_under_a_header_of_shares_no_number_is_a_number_of_times(header: str) -> None:
    found = shares(5.0, 20.0, 0.0, header=header)
    assert found.column("teachers", SHARE) == [0.05, 0.2, 0.0]
    assert percent_column(SHARE, "教师数据!L4", "5", "5%", 2) in found.lines


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([0.0, 1.0], [0.0, 1.0]),
        ([0.0, 1.0, 2.0], [0.0, 1.0, 1.0]),
        ([9.0, 10.0], [1.0, 1.0]),
        ([20.0, 3.0], [1.0, 1.0]),
        ([21.0, 3.0], [0.21, 0.03]),
        ([5.0, 80.0], [0.05, 0.8]),
        ([2.5, 3.0], [0.025, 0.03]),
        ([0.5, 2.0, 1.0], [0.5, None, 1.0]),
        ([0.8, 1.0, 1.2], [0.8, 1.0, 1.0]),
        (["85%", 2.0, 3.0], [0.85, 0.02, 0.03]),
        (["85%", "2次", "0次"], [0.85, 1.0, 0.0]),
        (["2次", 85.0, 90.0], [1.0, 0.85, 0.9]),
        (["30次", 2.0, 3.0], [1.0, 1.0, 1.0]),
        ([0.8, "1次"], [0.8, 1.0]),
    ],
)
def test_without_a_word_in_the_header_the_numbers_tell(cells: list[Cell], values: list[float]) -> None:
    assert shares(*cells).column("teachers", SHARE) == values


def test_an_account_in_a_column_of_times_is_blank() -> None:
    found = shares(420281199001011.0, 1.0, header="学生评价（次）")
    assert found.column("teachers", SHARE) == [None, 1.0]


def test_what_a_column_means_decides_the_score() -> None:
    assert shares(9.0, 10.0).output("TeacherScores", SHARE) == [15.0, 15.0]
    assert shares(9.0, 100.0).output("TeacherScores", SHARE) == [0.0, 15.0]


def test_one_event_of_evaluation_is_a_class_evaluated_and_is_told_once() -> None:
    names = [{"账号": f"t{n}", SHARE: "" if n else 0.5} for n in range(4)]
    events = table("events", *({"账号": f"t{n}", "行为": SHARE} for n in range(3)))
    found = read(teachers=table("teachers", *names), events=events)
    assert found.output("TeacherScores", SHARE) == [5.0, 15.0, 15.0, 0.0]
    told_of = [line for line in found.all_lines if "评价过一次按完整评价计" in line]
    assert told_of == ["提示 教师数据!L3 2名教师的学生评价由行为明细得出：评价过一次按完整评价计"]


# whatever the numbers

SURE = st.lists(st.integers(2, 100).map(lambda n: n / 100), min_size=1, max_size=12)
"""Fractions that are percentages above 1.5 when they are multiplied by 100."""


@settings(max_examples=60, deadline=None)
@given(SURE, st.sampled_from(["作业完成率", "课程学习完成率"]))
def test_a_column_times_100_is_the_same_column(values: list[float], column: str) -> None:
    rows = [[{"班级": f"{n}班", column: v * by} for n, v in enumerate(values)] for by in (1, 100)]
    fractions, percentages = (read(classes=table("classes", *r)).column("classes", column) for r in rows)
    assert percentages == fractions == values


NUMBERS = st.one_of(
    st.floats(0, 2),
    st.floats(0, 200),
    st.integers(0, 100).map(float),
    st.integers(0, 200).map(lambda n: f"{n}%"),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=8), st.sampled_from([RATE, SHARE]))
def test_no_number_changes_or_is_lost_in_silence(cells: list[Cell], column: str) -> None:
    found = rates(*cells) if column == RATE else shares(*cells)
    out = found.column("classes" if column == RATE else "teachers", column)
    about = [f for f in found.intake.findings if f.column == column]
    for row, (cell, value) in enumerate(zip(cells, out, strict=True), start=4):
        assert value is None or 0 <= value <= 1
        assert value is not None or any(f.row == row for f in about)
        assert value is None or value == pytest.approx(cell) or about
