"""已确认保留: what staff accept stays accepted from check to check, and nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from filled_cells import filled, write_check
from kongjian.intake.problem_list import accepted_before
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from pasting import RULES
from remote import press
from workbooks import SCHOOL_NAMES, opened, school, small_book, teacher

ROWS = {
    "schools": [school(SCHOOL_NAMES[0], 90, 管理员姓名=""), school(SCHOOL_NAMES[1], 88, 管理员姓名="")],
    "teachers": [
        teacher(SCHOOL_NAMES[0], "甲", "a1", 90, 在线授课="约5"),
        teacher(SCHOOL_NAMES[1], "乙", "a2", 80, 在线授课="约5"),
    ],
}
FIRST, SECOND = (f"{SCHOOL_NAMES[0]} 甲", f"{SCHOOL_NAMES[1]} 乙")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = small_book(tmp_path / "book.xlsm", ROWS)
    recalculate(path)
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    cells = opened(path)["问题清单"].iter_rows(min_row=3, values_only=True)
    names = next(cells)
    return [dict(zip(names, row, strict=True)) for row in cells]


def answer(path: Path, subject: str, said: str) -> None:
    """Writes into 已确认保留 of the row about this teacher's 在线授课, as staff do."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["问题清单"]
    at = {c.value: c.column for c in sheet[3]}
    [row] = [
        r
        for r in range(4, sheet.max_row + 1)
        if [sheet.cell(r, at[n]).value for n in ("级别", "对象", "原值")] == ["错误", subject, "约5"]
    ]
    assert not sheet.cell(row, at["已确认保留"]).protection.locked
    sheet.cell(row, at["已确认保留"]).value = said
    book.save(path)


def said(path: Path) -> dict[str, Any]:
    return {r["对象"]: r["已确认保留"] for r in rows(path) if (r["级别"], r["原值"]) == ("错误", "约5")}


def change_input(path: Path, edit: Any) -> None:
    book = openpyxl.load_workbook(path, keep_vba=True)
    edit(book["教师数据"])
    book.save(path)


@pytest.mark.parametrize("again", [recalculate, write_check])
def test_an_accepted_oddity_stays_accepted_and_no_longer_counts(book: Path, again: Any) -> None:
    before = check(book).levels
    answer(book, FIRST, "是")
    run: Run = again(book)
    assert said(book) == {FIRST: "是", SECOND: None}
    # with the error goes the row that said his award is not certain because of it
    assert run.levels == {**before, "错误": before["错误"] - 1, "警告": before["警告"] - 1}
    assert rows(book)[-1]["对象"] == FIRST  # behind all that is still to do
    again(book)
    assert said(book) == {FIRST: "是", SECOND: None}
    assert filled(book)["教师数据", "H4"] == "警告"  # what follows from it: the indicator has no number
    assert filled(book)["教师数据", "H5"] == "错误"


def test_a_remark_accepts_and_is_kept_word_for_word_and_a_no_does_not(book: Path) -> None:
    answer(book, FIRST, "已电话核实 7月9日")
    answer(book, SECOND, "否")
    recalculate(book)
    assert said(book) == {FIRST: "已电话核实 7月9日", SECOND: None}


WHO = "是 张三 2021-08-01"


def test_who_accepted_and_when_is_kept_and_follows_the_row(book: Path) -> None:
    answer(book, FIRST, WHO)
    for again in (recalculate, write_check, recalculate):
        again(book)
        assert said(book) == {FIRST: WHO, SECOND: None}
    change_input(book, lambda sheet: swap(sheet, 4, 5))
    recalculate(book)
    assert said(book) == {FIRST: WHO, SECOND: None}
    assert press("recalculate", book).book["问题清单"].max_row == opened(book)["问题清单"].max_row


@pytest.mark.parametrize("no", ["否 张三 2021-08-01", "否，还要问学校", "没有（李四）"])
def test_a_no_accepts_nothing_whatever_follows_it(no: str, book: Path) -> None:
    before = check(book).levels
    answer(book, FIRST, no)
    assert check(book).levels == before


def test_a_reason_against_an_award_falls_with_who_and_when(book: Path) -> None:
    """And it is that reason's own row: the award is 待核实 still while another stands."""
    answers = openpyxl.load_workbook(book, keep_vba=True)
    sheet = answers["问题清单"]
    at = {c.value: c.column for c in sheet[3]}
    mine = [
        r
        for r in range(4, sheet.max_row + 1)
        if "待核实" in str(sheet.cell(r, at["内容"]).value) and sheet.cell(r, at["对象"]).value == FIRST
    ]
    assert len(mine) > 1
    for k, row in enumerate(mine, start=1):
        sheet.cell(row, at["已确认保留"]).value = WHO
        if k < len(mine):
            assert state(answers, book) == "待核实"
    assert state(answers, book) == "确定"
    answers.save(book)
    recalculate(book)
    kept = [r["已确认保留"] for r in rows(book) if "待核实" in r["内容"] and r["对象"] == FIRST]
    assert kept == [WHO] * len(mine)


def state(answers: openpyxl.Workbook, book: Path) -> str:
    """状态 of the first teacher's award once these answers are calculated."""
    copy = book.with_name("copy.xlsm")
    answers.save(copy)
    awards = check(copy).results.tables["Awards"]
    [found] = awards["状态"][awards["姓名"] == FIRST.split()[1]]
    return str(found)


def test_it_follows_its_row_and_not_its_place(book: Path) -> None:
    answer(book, FIRST, "是")
    change_input(book, lambda sheet: swap(sheet, 4, 5))
    recalculate(book)
    assert said(book) == {FIRST: "是", SECOND: None}
    assert [r["单元格"] for r in rows(book) if (r["级别"], r["对象"]) == ("错误", FIRST)] == ["H5"]


def swap(sheet: Any, one: int, other: int) -> None:
    for column in range(1, sheet.max_column + 1):
        a, b = sheet.cell(one, column), sheet.cell(other, column)
        a.value, b.value = b.value, a.value


def test_another_value_in_the_cell_is_another_oddity(book: Path) -> None:
    answer(book, FIRST, "是")
    change_input(book, lambda sheet: setattr(sheet["H4"], "value", "约6"))
    recalculate(book)
    [row] = [r for r in rows(book) if (r["级别"], r["原值"]) == ("错误", "约6")]
    assert row["已确认保留"] is None
    change_input(book, lambda sheet: setattr(sheet["H4"], "value", "约5"))
    recalculate(book)
    assert said(book)[FIRST] is None  # it was mended in between: asked again


def test_the_button_keeps_it_as_the_command_does(book: Path) -> None:
    answer(book, FIRST, "是")
    pressed = press("check_data", book)
    shown = pressed.rows("问题清单")
    write_check(book)
    theirs = [list(r.values()) for r in rows(book)]
    assert [[v or None for v in line] for line in shown[1:]] == theirs
    assert theirs[-1][4] == FIRST


def test_everything_accepted_says_so(tmp_path: Path) -> None:
    one = {"schools": [school(SCHOOL_NAMES[0], 90)], "teachers": [ROWS["teachers"][0]]}
    path = small_book(tmp_path / "one.xlsm", one)
    assert recalculate(path).message.startswith("有1个错误")
    answer(path, FIRST, "是")
    assert "错误" not in recalculate(path).message.partition("，")[0]


def test_a_line_of_several_rows_stays_accepted_where_they_move_and_not_where_there_is_one_more() -> None:
    def key(cells: str, text: str) -> Any:
        [only] = accepted_before([["教师数据", cells, "甲校 张 等4行", "约5", text, "是"]], RULES.words)
        return only

    text = "“约5”不是数字，按空白处理（共4处：第4、9、17、30行）"
    moved = "“约5”不是数字，按空白处理（共4处：第5、10、18、31……行）"
    assert key("H4、H9……", text) == key("H5、H10……", moved)
    assert key("H4:H7", text) == key("H9", text)
    assert key("H4、H9……", text) != key("G4、G9……", text)
    assert key("H4、H9……", text) != key("H4、H9……", text.replace("共4处", "共5处"))
