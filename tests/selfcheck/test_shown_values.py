"""What a number format and a font make of a cell, beside what it holds; what openpyxl, acceptance or a sheet leaves unseen."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from kongjian.selfcheck import examine_book, fixed_texts, seen_on_screen, untouched_results
from kongjian.selfcheck.checked_book import GOOD, MIND
from kongjian.selfcheck.second_reader import Look, SecondReader
from kongjian.selfcheck.shown_values import contrast, hidden_by, replaces_value, shows_other
from kongjian.workbook.recalculate import recalculate
from selfchecked import calculated, checked, edited, only
from workbooks import everything, opened, small_book, teacher

MOMENT = "yyyy-mm-dd hh:mm:ss"
# format, value, the column's own format, whether another number may be seen
FORMATS = [
    ("0.00", 95.96, "0.00", False),
    ("0", 95.96, "0.00", True),
    ("0", 95, "0.00", False),
    ("0.0", 95.96, "0.00", True),
    ("0.0", 95.9, "0.00", False),
    ("0.000", 95.123456, "0.00", False),
    ("#,##0.00", 95.5, "0.00", False),
    ("0.00_ ", 95.5, "0.00", False),
    ('0.00"分"', 95, "0.00", False),
    ('0.00"5"', 95, "0.00", True),
    ('0.00"五"', 95, "0.00", True),
    ('"98.00"', 95, "0.00", True),
    ("\\9\\8", 95, "0.00", True),
    (";;;", 95, "0.00", True),
    ("0.00;-0.00;;@", 0, "0.00", True),
    ("0.00;-0.00;;@", 5, "0.00", False),
    ("0_);(0)", -3, "General", False),
    ("0,", 95_000, "General", True),
    ("[White]0.00", 95, "0.00", True),
    ("[>90]0.00;0.0", 95, "0.00", True),
    ("[$-804]0.00", 1.5, "0.00", False),
    ("0.00E+00", 95.5, "0.00", True),
    ("# ?/?", 95.5, "0.00", True),
    ("0.0%", 95, "0.00", True),
    ("0%", 0.95, "0.0%", False),
    ("0%", 0.955, "0.0%", True),
    ("0.00", 0.955, "0.0%", True),
    ("yyyy-mm-dd", 95, "0.00", True),
    ("yyyy", 44_000.5, MOMENT, True),
    ("yyyy\\-mm\\-dd\\ hh:mm:ss", 44_000.5, MOMENT, False),
    ("yyyy/m/d h:mm:ss", 44_000.5, MOMENT, False),
    ("0.00", "甲", "General", False),
    (';;;"一等奖"', "甲", "General", True),
    ('@"奖"', "甲", "General", True),
    ("0;0;0;@", "甲", "General", False),
]


@pytest.mark.parametrize(("code", "value", "usual", "other"), FORMATS)
def test_a_format_that_may_show_another_number_is_known(
    code: str, value: object, usual: str, other: bool
) -> None:
    assert shows_other(code, value, usual) == other


def test_an_input_may_be_rounded_but_not_replaced() -> None:
    assert not replaces_value("0", 95.96)
    assert not replaces_value("yyyy-mm-dd", 44_000)
    assert replaces_value('"40"', 12)
    assert replaces_value("0,", 95_000)


def test_ink_is_seen_by_its_contrast() -> None:
    assert contrast("FFFFFF", "000000") == pytest.approx(21)
    assert hidden_by(Look(ink="FEFEFE")) == hidden_by(Look(ink="000000", fill="101010")) != ""
    assert hidden_by(Look(ink="FFFFFF", fill="2F5F98")) == hidden_by(Look(ink="6B7280")) == ""
    assert hidden_by(Look(ink="FFFFFF"), "FFFFEE") != ""


# What cannot be checked is said.


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return calculated(tmp_path)


def test_what_openpyxl_cannot_read_is_said(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise TypeError("no")

    monkeypatch.setattr(openpyxl, "load_workbook", broken)
    lines = {line.title: line for line in checked(book)}
    for title in (seen_on_screen.TITLE, fixed_texts.TITLE):
        assert (lines[title].state, lines[title].text) == (
            MIND,
            "用另一个程序读不了这个文件（TypeError），没有核对",
        )
    assert "看不到名称，没有核对首页的数" in lines[untouched_results.TITLE].text
    assert examine_book.conclusion(list(lines.values())).startswith("没有发现不对，但有3处没有核对完")


def test_sheets_that_are_not_there_are_said(book: Path) -> None:
    def edit(found: openpyxl.Workbook) -> None:
        for sheet in ("首页", "帮助"):
            del found[sheet]
        for name, place in list(found.defined_names.items()):
            if "首页" in place.attr_text or "帮助" in place.attr_text:
                del found.defined_names[name]

    lines = {line.title: line for line in checked(edited(book, edit))}
    assert lines[untouched_results.TITLE].state == MIND
    assert lines[untouched_results.TITLE].text.endswith("没有工作表“首页”，没有核对它的数")
    assert "没有工作表“首页”，没有核对它的文字；没有工作表“帮助”" in lines[fixed_texts.TITLE].text


@pytest.mark.parametrize("level", ["错误", "提示"])
def test_what_staff_accept_after_a_calculation_is_told_as_that(level: str, tmp_path: Path) -> None:
    rows = everything()
    rows["teachers"].append(teacher("没有这所学校", "某人", "421281199001019999", 90.0))
    path = small_book(tmp_path / "book.xlsm", rows)
    recalculate(path)
    assert {line.state for line in checked(path)} == {GOOD}

    def accept(found: openpyxl.Workbook) -> None:
        names = [c.value for c in found["问题清单"][3]]
        row = next(r for r in found["问题清单"].iter_rows(min_row=4) if r[0].value == level)
        row[names.index("已确认保留")].value = "是"

    lines = checked(edited(path, accept))
    said = only(lines, untouched_results.TITLE, MIND).text
    assert said.startswith("“已确认保留”在上次计算以后改过，请先重新计算")
    recalculate(path)
    assert {line.state for line in checked(path)} == {GOOD}
    found = opened(path)["问题清单"]
    kept = [c.value for c in found[3]].index("已确认保留")
    assert any(row[kept].value == "是" for row in found.iter_rows(min_row=4))


def test_no_sheet_is_read_before_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl would go through every sheet that does not say its size, as the result sheets do not."""
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet._reader import WorkSheetParser

    def refuse(_: WorkSheetParser) -> None:
        raise AssertionError("a sheet is measured")

    path = tmp_path / "book.xlsx"
    openpyxl.Workbook().save(path)
    monkeypatch.setattr(WorkSheetParser, "parse_dimensions", refuse)
    measure = ReadOnlyWorksheet._get_size
    with SecondReader(path) as second:
        assert second.sheet("Sheet") is not None
    assert ReadOnlyWorksheet._get_size is measure


def test_a_format_that_the_program_does_not_ship_is_told_where_it_ships_another(tmp_path: Path) -> None:
    book = calculated(tmp_path)
    assert {line.state for line in checked(book)} == {GOOD}

    def shown_otherwise(made: openpyxl.Workbook) -> None:
        for rules in made["得分说明"].conditional_formatting:
            for rule in rules.rules:
                if rule.dxf and rule.dxf.numFmt:
                    rule.formula = ["TRUE"]

    edited(book, shown_otherwise)
    assert "得分说明!" in only(checked(book), seen_on_screen.TITLE).text
