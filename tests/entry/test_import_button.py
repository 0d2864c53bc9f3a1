"""The button over a running Excel (xlwings' remote engine) writes what the command writes, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from import_files import FORMULAS, TEACHERS, Line, injected, landed, new_book, run_import, text_file, xlsx
from remote import Applied, press, values
from workbooks import opened

Sheets = dict[str, list[list[Any]]]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path, teacher_count=2)


def imported(path: Path, *files: Path) -> Applied:
    return press("import_data", path, "\n".join(map(str, files)))


def said(pressed: Applied) -> str:
    [(text, _)] = pressed.alerts
    return text


def test_the_button_writes_what_the_command_writes(book: Path, tmp_path: Path) -> None:
    month: list[Line] = [["类别", "学校", "年月", "得分"], ["学校", "某校", "2021年3月", "88.5"]]
    events: list[Line] = [
        ["时间", "学校", "账号", "身份", "操作"],
        ["2021-03-02 08:30:01", "某校", "a1", "教师", "备课"],
    ]
    files = [
        xlsx(tmp_path / "教师.xlsx", TEACHERS),
        text_file(tmp_path / "月.csv", month, "gb18030"),
        text_file(tmp_path / "行为.csv", events, "utf-8"),
    ]
    pressed = imported(book, *files)
    done = run_import(book, *files, out=(out := tmp_path / "out.xlsm"))
    command = opened(out, data_only=True)
    for sheet in ("学校数据", "教师数据", "班级数据", "月度得分", "行为明细"):
        assert values(pressed.book, sheet) == values(command, sheet), sheet
    assert [t.ref for t in pressed.book["教师数据"].tables.values()] == ["A3:P8"]
    assert [row[1:] for row in pressed.rows("导入记录")] == [row[1:] for row in values(command, "导入记录")]
    assert said(pressed) == "\n".join([*done.lines, "改了什么见“导入记录”"])
    assert pressed.written - {"首页"} == {"教师数据", "月度得分", "行为明细", "导入记录"}


def test_rates_land_as_cells_that_carry_their_scale(book: Path, tmp_path: Path) -> None:
    lines: list[Line] = [
        ["学校", "姓名", "账号", "学生评价"],
        ["某校", "甲", "a1", 85],
        ["某校", "乙", "a2", "缺考"],
    ]
    sheet = imported(book, xlsx(tmp_path / "教师.xlsx", lines)).book["教师数据"]
    cells = [sheet[f"L{row}"] for row in (6, 7)]
    assert [(c.value, c.number_format) for c in cells] == [(0.85, "0.0%"), ("缺考", "@")]


def test_texts_that_begin_like_formulas_stay_texts(book: Path, tmp_path: Path) -> None:
    pressed = imported(book, injected(tmp_path))
    sheet = pressed.book["教师数据"]
    for row, text in enumerate(FORMULAS, start=6):
        for column, wanted in (("B", text), ("E", "=1+1"), ("F", "=2*3")):
            cell = sheet[f"{column}{row}"]
            assert (cell.value, cell.data_type, cell.number_format) == (wanted, "s", "@"), cell.coordinate
    kinds = {c.data_type for line in pressed.book["导入记录"].iter_rows() for c in line}
    assert "f" not in kinds


def test_doubtful_names_are_asked_on_a_sheet_and_remembered(book: Path, tmp_path: Path) -> None:
    file = text_file(
        tmp_path / "教师.csv", [["学校", "姓名", "教师账号"], ["某校", "李明", "421281199001011234"]], "utf-8"
    )
    pressed = imported(book, file)
    assert said(pressed).startswith("教师.csv 没有导入：1个列名拿不准（教师账号），已列在“列名对应”")
    assert pressed.rows("列名对应")[1][:5] == ["教师数据", "教师账号", "账号", None, "教师.csv"]
    assert "教师数据" not in pressed.written
    pressed.book["列名对应"]["D4"].value = "是"
    pressed.book.save(answered := tmp_path / "答.xlsx")
    again = imported(answered, file)
    assert again.rows("教师数据")[-1][:3] == ["某校", "李明", "421281199001011234"]


def test_a_refusal_is_told_and_nothing_is_written(book: Path, tmp_path: Path) -> None:
    file = text_file(
        tmp_path / "教师.csv", [["学校", "姓名", "账号"], ["某校", "李", "4.21281E+17"]], "utf-8"
    )
    pressed = imported(book, file)
    assert said(pressed).startswith("教师.csv有1个账号末尾几位已被Excel改掉：C2（4.21281E+17）")
    assert pressed.written == set()


def test_without_an_answer_it_asks_and_nothing_is_written(book: Path) -> None:
    asked = press("import_data", book)
    title, (kind, text, patterns, _) = asked.said
    assert (title[0], kind, text) == ("title", "files", "选平台导出的文件（可以选几个）")
    assert len(patterns.split(",")) % 2 == 0  # pairs of a label and its patterns
    assert asked.written == set()


def test_an_import_that_breaks_off_says_not_to_save(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.entry.excel.live_append._extend", lambda *_: 1 / 0)
    pressed = imported(book, xlsx(tmp_path / "教师.xlsx", TEACHERS))
    [(text, kind)] = pressed.alerts
    assert text == "导入没有写完（division by zero）；请关闭工作簿，不要保存，重新打开再试"
    assert kind == "error"
    assert pressed.settings[-1] == ("setScreenUpdating", True)


def test_a_second_import_finds_what_the_first_left(book: Path, tmp_path: Path) -> None:
    file = xlsx(tmp_path / "教师.xlsx", TEACHERS)
    pressed = imported(book, file)
    pressed.book.save(first := tmp_path / "一.xlsx")
    assert said(imported(first, file)).startswith("教师.xlsx“导出” → 教师数据：新增0行，已有的3行跳过")
    assert len(landed(first, "教师数据")) == 5
    assert openpyxl.load_workbook(first)["教师数据"]["C6"].data_type == "s"
