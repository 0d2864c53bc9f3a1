"""Widths by what stands in a column: empty ones narrow, pasted ones by their headers, staff's own as they were."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kongjian.rules import load_rules
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from workbooks import everything, paste_again, pasted, small_book

NOW = dt.datetime(2021, 7, 9, 16, 30, 5)
PADDING = 5 / 7


def _widths(sheet: Worksheet) -> dict[str, float]:
    """Header → width; openpyxl gathers equal neighbours under the first of them."""
    out, last = {}, 0.0
    for cell in sheet[3]:
        held = sheet.column_dimensions
        if cell.column_letter in held:
            last = held[cell.column_letter].width - PADDING
        if cell.value:
            out[str(cell.value)] = round(last, 1)
    return out


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return small_book(tmp_path / "book.xlsm")


def test_empty_columns_of_a_result_are_narrow_until_something_stands_in_them(book: Path) -> None:
    usual = _widths(openpyxl.load_workbook(book)["学校排名"])
    recalculate(book, now=NOW)
    first = _widths(openpyxl.load_workbook(book)["学校排名"])
    assert first == usual | {"上次名次": 5.0} | ({"并列": 5.0} if first["并列"] == 5.0 else {})
    rows = everything()
    rows["schools"][0]["平台得分"] = 99.5
    paste_again(book, rows)
    recalculate(book, now=NOW + dt.timedelta(days=1))
    assert _widths(openpyxl.load_workbook(book)["学校排名"])["上次名次"] == usual["上次名次"]


def test_a_width_that_staff_chose_stays_also_of_an_empty_column(book: Path) -> None:
    own = openpyxl.load_workbook(book, keep_vba=True)
    own["学校排名"].column_dimensions["F"].width = 17 + PADDING
    own.save(book)
    recalculate(book, now=NOW)
    assert _widths(openpyxl.load_workbook(book)["学校排名"])["上次名次"] == 17


def test_pasted_headers_take_their_widths_and_what_stays_in_sight_along(tmp_path: Path) -> None:
    rules = load_rules()
    book, rows = tmp_path / "book.xlsm", pasted(rules, everything())
    build(rules, book, rows)
    before = openpyxl.load_workbook(book, keep_vba=True)
    usual, own = _widths(before["教师数据"]), 41 + PADDING
    sheet = before["教师数据"]
    names = [str(c.value) for c in sheet[3]]
    order = [2, 3, 0, 1, *range(4, len(names))]  # 账号 任课 学校名称 教师姓名 …
    for line in list(sheet.iter_rows(min_row=3, max_row=sheet.max_row)):
        values = [c.value for c in line]
        for cell, k in zip(line, order, strict=True):
            cell.value = values[k]
    sheet.column_dimensions["E"].width = own
    before.save(book)
    for _ in range(2):
        recalculate(book, now=NOW)
        after = openpyxl.load_workbook(book)["教师数据"]
        assert _widths(after) == pytest.approx(usual | {names[4]: 41.0}, abs=0.11)
        assert after.freeze_panes == "A4", "账号 comes first, which names nobody"
        assert [c.value for c in after[3]] == [names[k] for k in order]
