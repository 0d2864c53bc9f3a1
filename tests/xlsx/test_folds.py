"""Rows folded away at a table's end: one collapsed outline group, made anew by every writing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kongjian.workbook.recalculate import recalculate
from kongjian.xlsx.sheet_part import SheetPart
from workbooks import SCHOOL_NAMES, opened, school, small_book, teacher

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HINTS = {"在线授课": "40"}


def rows_of(sheet: Worksheet) -> list[tuple[str, bool, int]]:
    """级别, hidden and outline level of each row of 问题清单."""
    out = []
    for row in range(4, sheet.max_row + 1):
        look = sheet.row_dimensions[row]
        if sheet.cell(row, 1).value:
            out.append((str(sheet.cell(row, 1).value), bool(look.hidden), look.outlineLevel or 0))
    return out


def test_hints_and_what_is_accepted_are_one_collapsed_group(tmp_path: Path) -> None:
    people = [
        teacher(SCHOOL_NAMES[0], "甲", "a1", 90, 在线授课="约5"),
        teacher(SCHOOL_NAMES[0], "乙", "a2", 80, **HINTS),
    ]
    path = small_book(tmp_path / "b.xlsm", {"schools": [school(SCHOOL_NAMES[0], 90)], "teachers": people})
    recalculate(path)
    sheet = opened(path)["问题清单"]
    rows = rows_of(sheet)
    assert {(level, hidden, outline) for level, hidden, outline in rows} == {
        ("错误", False, 0), ("警告", False, 0), ("提示", True, 1),
    }  # fmt: skip
    below = sheet.row_dimensions[4 + len(rows)]
    assert below.collapsed
    assert not below.hidden
    assert sheet.sheet_format.outlineLevelRow == 1
    assert not sheet.protection.sheet  # Excel opens no group on a protected sheet
    shown = sum(not hidden for _, hidden, _ in rows)
    assert f"要处理{shown}行" in sheet["A2"].value
    assert f"提示和已确认的{len(rows) - shown}行收在末尾" in sheet["A2"].value

    book = openpyxl.load_workbook(path, keep_vba=True)
    answers = [c.value for c in book["问题清单"][3]].index("已确认保留") + 1
    book["问题清单"].cell(4, answers).value = "是"
    book.save(path)
    recalculate(path)
    again = rows_of(opened(path)["问题清单"])
    assert sum(not hidden for _, hidden, _ in again) < shown  # a list that is worked through shrinks
    assert ("错误", True, 1) in again


def test_the_mark_of_a_collapsed_group_goes_with_it(tmp_path: Path) -> None:
    people = [teacher(SCHOOL_NAMES[0], "甲", "a1", 90, **HINTS)]
    path = small_book(tmp_path / "b.xlsm", {"schools": [school(SCHOOL_NAMES[0], 90)], "teachers": people})
    recalculate(path)
    before = len(rows_of(opened(path)["问题清单"]))
    book = openpyxl.load_workbook(path, keep_vba=True)
    book["教师数据"].cell(4, 8).value = 40
    book.save(path)
    recalculate(path)
    sheet = opened(path)["问题清单"]
    assert len(rows_of(sheet)) == before - 1
    assert [r for r, look in sheet.row_dimensions.items() if look.collapsed] == [4 + before - 1]


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("", '<{}sheetFormatPr defaultRowHeight="15" outlineLevelRow="1"/>'),
        (
            '<{}sheetFormatPr defaultRowHeight="18"/>',
            '<{}sheetFormatPr defaultRowHeight="18" outlineLevelRow="1"/>',
        ),
        (
            '<{}sheetFormatPr outlineLevelRow="2" defaultRowHeight="18" />',
            '<{}sheetFormatPr defaultRowHeight="18" outlineLevelRow="1"/>',
        ),
        (
            '<{0}cols><{0}col min="1" max="1" width="9"/></{0}cols>',
            '<{0}sheetFormatPr defaultRowHeight="15" outlineLevelRow="1"/><{0}cols><{0}col min="1" max="1" width="9"/></{0}cols>',
        ),
    ],
)
def test_a_sheet_says_that_it_has_groups(head: str, wanted: str, prefix: str) -> None:
    name = f"xmlns{':x' if prefix else ''}"
    opening, closing = f'<{prefix}worksheet {name}="{MAIN}">', f"</{prefix}worksheet>"
    part = SheetPart(f"{opening}{head.format(prefix)}<{prefix}sheetData/>{closing}".encode(), "表")
    cells = [f'<{prefix}c r="A{r}"><{prefix}v>1</{prefix}v></{prefix}c>' for r in (2, 3, 4)]
    part.replace_table(1, 1, 1, 1, cells, folded_from=3)
    rows = (
        f'<{prefix}row r="2">{cells[0]}</{prefix}row>'
        f'<{prefix}row r="3" hidden="1" outlineLevel="1">{cells[1]}</{prefix}row>'
        f'<{prefix}row r="4" hidden="1" outlineLevel="1">{cells[2]}</{prefix}row><{prefix}row r="5" collapsed="1"/>'
    )
    sheet = f"{opening}{wanted.format(prefix)}<{prefix}sheetData>{rows}</{prefix}sheetData>{closing}"
    assert part.bytes().decode() == sheet
    part.replace_table(1, 1, 1, 4, cells)
    assert b"hidden" not in part.bytes()
    assert b"collapsed" not in part.bytes()
