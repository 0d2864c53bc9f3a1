"""Rates of files on different scales meet in one column, and an import means what a paste of the same cells means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from import_files import Line, landed, new_book, recorded, run_import, text_file, xlsx
from kongjian.base.grid import Cell
from kongjian.workbook.recalculate import check
from pasting import RULES, read, sheet


def teachers(header: str, *cells: Cell, first: str = "a") -> list[Line]:
    rows: list[Line] = [["赤壁市第一小学", f"某{n}", f"{first}{n}", "是", c] for n, c in enumerate(cells)]
    return [["学校", "姓名", "账号", "班主任", header], *rows]


def classes(*cells: Cell, name: str = "甲") -> list[Line]:
    rows: list[Line] = [
        ["赤壁市第一小学", "三年级", f"{name}{n}班", 40, cell] for n, cell in enumerate(cells)
    ]
    return [["学校", "年级", "班级", "人数", "作业完成率"], *rows]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path)


def measured(book: Path, table: str, column: str) -> list[Any]:
    """A column as a calculation reads it."""
    return getattr(check(book).inputs, table)[column].tolist()


def test_files_of_both_scales_meet_in_one_column(book: Path, tmp_path: Path) -> None:
    run_import(
        book,
        xlsx(tmp_path / "一.xlsx", classes(85.0, 90.0, 5.0, 120.0, 160.0)),
        text_file(tmp_path / "二.csv", classes("0.5", "1", "0.75", name="乙"), "utf-8"),
        xlsx(tmp_path / "三.xlsx", classes("70%", name="丙")),
    )
    values = [r["作业完成率"] for r in landed(book, "班级数据")]
    assert values == [0.85, 0.9, 0.05, 1.2, 1.6, 0.5, 1.0, 0.75, 0.7]
    run = check(book)
    assert run.inputs.classes["作业完成率"].tolist()[:4] == [0.85, 0.9, 0.05, 1.0]
    assert run.inputs.classes["作业完成率"].tolist()[5:] == [0.5, 1.0, 0.75, 0.7]
    told = [t for t in run.problems["内容"] if t.startswith("作业完成率“") or "读取" in t]
    assert told == [
        "作业完成率“1.6”是160%，超过150%，按空白处理",
        "作业完成率“1.2”是120%，超过100%，按100%计",
    ]


def test_cells_carry_their_scale_whatever_the_format_of_the_sheet(tmp_path: Path) -> None:
    plain = tmp_path / "平.xlsx"
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for table in RULES.tables:
        page = book.create_sheet(table.sheet)
        for column, name in enumerate(table.names, start=1):
            page.cell(3, column, name)
    book.save(plain)
    run_import(plain, xlsx(tmp_path / "一.xlsx", classes(85.0, 90.0, "未填")))
    cells = [openpyxl.load_workbook(plain)["班级数据"][f"F{row}"] for row in (4, 5, 6)]
    assert [(c.value, c.number_format) for c in cells] == [(0.85, "0.00%"), (0.9, "0.00%"), ("未填", "0.00%")]


def test_the_format_of_a_files_cells_counts(book: Path, tmp_path: Path) -> None:
    def formatted(made: Workbook, page: Any) -> None:
        used = made.add_format({"num_format": "0%"})
        for row in (1, 2, 3):
            page.write_number(row, 4, 0.5, used)

    run_import(book, xlsx(tmp_path / "一.xlsx", classes(0.5, 0.5, 0.5, 85.0), formatted))
    assert measured(book, "classes", "作业完成率") == [0.5, 0.5, 0.5, 0.85]


@pytest.mark.parametrize("header", ["学生评价（次）", "学生评价次数", "评价次数(次)"])
def test_numbers_of_times_land_as_evaluated(header: str, book: Path, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "次.xlsx", teachers(header, 1.0, 2.0, 9.0, 10.0, 12.0, 0.0))
    done = run_import(
        book, file, text_file(tmp_path / "比例.csv", teachers("评价率", "80", "95", first="b"), "utf-8")
    )
    assert done.lines[0] == "次.xlsx“导出” → 教师数据：新增6行，改写4格"
    assert [r["学生评价"] for r in landed(book, "教师数据")] == [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.8, 0.95]
    assert measured(book, "teachers", "学生评价") == [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.8, 0.95]
    notes = [(f, w, n) for f, w, n in recorded(book, "原值", "写入", "说明") if "文件第" in n]
    assert notes == [
        ("2", "1", "“学生评价”列按次数读，满1次就是评完全班（共4格）（文件第3行）"),
        ("9", "1", "按“100%”写入（文件第4行）"),
        ("10", "1", "按“100%”写入（文件第5行）"),
        ("12", "1", "按“100%”写入（文件第6行）"),
        ("80", "0.8", "“学生评价”列按百分数读，如“80”是80%（共2格）（文件第2行）"),
        ("95", "0.95", "按“95%”写入（文件第3行）"),
    ]
    again = run_import(book, file)
    assert again.lines[0] == "次.xlsx“导出” → 教师数据：新增0行，已有的6行跳过"


def test_what_is_there_as_percentages_is_the_same_as_a_file_of_fractions(book: Path, tmp_path: Path) -> None:
    run_import(book, xlsx(tmp_path / "一.xlsx", classes(0.85, 0.9)))
    again = run_import(book, xlsx(tmp_path / "二.xlsx", classes(85.0, 90.0)))
    assert again.lines[0] == "二.xlsx“导出” → 班级数据：新增0行，已有的2行跳过"
    other = run_import(book, xlsx(tmp_path / "三.xlsx", classes(86.0, 90.0)))
    assert other.lines[0].startswith("三.xlsx“导出” → 班级数据：新增0行，已有的1行跳过，与已有内容不同的1行")


def test_counts_in_words_and_with_units_land_as_numbers(book: Path, tmp_path: Path) -> None:
    run_import(book, xlsx(tmp_path / "一.xlsx", teachers("在线授课", "40节次", "1,200", "未开展", "—", "38")))
    assert [r["在线授课"] for r in landed(book, "教师数据")] == [40.0, 1200.0, 0.0, "—", 38.0]
    assert [n for n in recorded(book, "说明") if "文件第" in n] == [
        "按“40”写入（文件第2行）",
        "按“1200”写入（文件第3行）",
        "“在线授课”列的“未开展”按0读取（文件第4行）",
        "“—”当作空白（文件第5行）",
        "文本“38”按数字38读取（文件第6行）",
    ]


CELLS = st.one_of(
    st.integers(0, 100).map(float),
    st.integers(0, 100).map(lambda n: n / 100),
    st.integers(0, 170).map(lambda n: f"{n}%"),
    st.sampled_from(["", "2次", "-", "无", 1.2, 120.0, -3.0, "85"]),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(CELLS, min_size=1, max_size=7),
    st.sampled_from(["学生评价", "学生评价（次）", "学生评价率", "在线授课"]),
)
def test_an_import_means_what_a_paste_means(
    tmp_path_factory: pytest.TempPathFactory, cells: list[Cell], header: str
) -> None:
    folder = tmp_path_factory.mktemp("same")
    lines = teachers(header, *cells)
    pasted = read(teachers=sheet(["教师数据"], ["说明"], *lines))
    book = new_book(folder)
    run_import(book, xlsx(folder / "x.xlsx", lines), out=(out := folder / "out.xlsm"))
    column = "在线授课" if header == "在线授课" else "学生评价"
    landed_as = [None if v != v else v for v in measured(out, "teachers", column)]
    assert landed_as == pasted.column("teachers", column)
