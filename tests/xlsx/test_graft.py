"""Sheets that move into another workbook: they look the same there, and what was there stays as it was."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openxml_audit import OpenXmlValidator

from filled_forms import draw_template, parts
from kongjian.base.errors import KongjianError
from kongjian.forms.design import draw_applications
from kongjian.rules import load_rules
from kongjian.xlsx.graft import graft
from package_lint import lint
from workbooks import change, prefixed


def base(folder: Path) -> Path:
    book = xlsxwriter.Workbook(folder / "base.xlsx")
    first, second = book.add_worksheet("甲"), book.add_worksheet("乙")
    red = book.add_format({"bold": True, "font_color": "red", "num_format": "0.000", "border": 2})
    first.write("A1", 1.5, red)
    first.write("A2", "同一句话")
    first.conditional_format("A1:A3", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format({"bg_color": "#00FF00"})})  # fmt: skip
    second.repeat_rows(0)
    second.write("A1", "=1+1", None, 2)
    book.close()
    return folder / "base.xlsx"


def guest(folder: Path, **extra: bool) -> Path:
    """A sheet with a bit of everything that may move, and on request what may not."""
    book = xlsxwriter.Workbook(folder / "guest.xlsx")
    sheet = book.add_worksheet("附件")
    look = book.add_format({"font_name": "仿宋", "font_size": 16, "bg_color": "#FFFBE6", "border": 1, "num_format": "0.0000", "locked": False, "align": "right"})  # fmt: skip
    sheet.merge_range("A1:C1", "标题", look)
    sheet.write("A2", 2.5, look)
    sheet.write("B2", "无格式")
    sheet.write_rich_string("A3", "一", book.add_format({"bold": True}), "二", "三")
    sheet.set_column("D:D", 20, look)
    sheet.data_validation("A2", {"validate": "list", "source": ["是", "否"]})
    sheet.conditional_format("A2", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format({"font_color": "#FF0000"})})  # fmt: skip
    sheet.print_area("A1:C3")
    book.define_name("FormX", "='附件'!$A$2")
    sheet.protect()
    if extra.get("table"):
        sheet.add_table("F1:G3")
    if extra.get("comment"):
        sheet.write_comment("A2", "话")
    if extra.get("link"):
        sheet.write_url("A9", "https://example.com")
    if extra.get("drawing"):
        sheet.insert_textbox("F1", "话")
    book.close()
    return folder / "guest.xlsx"


def same_look(
    left: openpyxl.worksheet.worksheet.Worksheet, right: openpyxl.worksheet.worksheet.Worksheet
) -> None:
    """Values, formats, merged cells, sizes, validation and print set-up of two sheets."""
    assert left.dimensions == right.dimensions
    for row in left.iter_rows():
        for cell in row:
            other = right[cell.coordinate]
            assert cell.value == other.value
            for part in ("font", "fill", "border", "alignment", "protection", "number_format"):
                assert repr(getattr(cell, part)) == repr(getattr(other, part)), (cell.coordinate, part)
    assert {str(r) for r in left.merged_cells.ranges} == {str(r) for r in right.merged_cells.ranges}
    assert {k: (d.width, d.hidden) for k, d in left.column_dimensions.items()} == {k: (d.width, d.hidden) for k, d in right.column_dimensions.items()}  # fmt: skip
    assert {k: d.height for k, d in left.row_dimensions.items()} == {k: d.height for k, d in right.row_dimensions.items()}  # fmt: skip
    rules = [[(str(v.sqref), v.type, v.formula1, v.prompt) for v in s.data_validations.dataValidation] for s in (left, right)]  # fmt: skip
    assert rules[0] == rules[1]
    marks = [
        [(str(a.sqref), [r.dxf for r in a.rules]) for a in s.conditional_formatting] for s in (left, right)
    ]
    assert marks[0] == marks[1]
    for name in ("page_setup", "page_margins", "print_options", "protection", "print_area", "row_breaks"):
        assert repr(getattr(left, name)) == repr(getattr(right, name)), name


@pytest.mark.parametrize("form", [False, True])
def test_the_sheet_looks_the_same_and_the_rest_is_untouched(tmp_path: Path, form: bool) -> None:
    old, new = base(tmp_path), tmp_path / "new.xlsx"
    rules = load_rules()
    given = (
        draw_template(draw_applications.draw_school, rules, tmp_path / "f.xlsx") if form else guest(tmp_path)
    )
    graft(old, [given], new, {"KongjianCopy": '学"校|abc'}, order=("甲",))
    assert lint(new) == []
    audit = OpenXmlValidator().validate(new)
    assert (audit.errors, audit.error_count, audit.warning_count) == ([], 0, 0)
    was, now, came = (openpyxl.load_workbook(p, rich_text=True) for p in (old, new, given))
    name = came.sheetnames[0]
    assert now.sheetnames == ["甲", "乙", name]
    same_look(came[name], now[name])
    for sheet in was.sheetnames:
        same_look(was[sheet], now[sheet])
        assert was[sheet].print_title_rows == now[sheet].print_title_rows
    for part in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        assert parts(old)[part] == parts(new)[part]
    assert now.defined_names["KongjianCopy"].attr_text == '"学""校|abc"'
    for field, defined in came.defined_names.items():
        assert now.defined_names[field].attr_text == defined.attr_text
    again = tmp_path / "again.xlsx"
    graft(old, [given], again, {"KongjianCopy": '学"校|abc'}, order=("甲",))
    assert again.read_bytes() == new.read_bytes()


@pytest.mark.parametrize("which", ["base", "guest"])
def test_either_side_may_be_written_with_a_prefix(tmp_path: Path, which: str) -> None:
    old, given, new = base(tmp_path), guest(tmp_path), tmp_path / "new.xlsx"
    came = openpyxl.load_workbook(given, rich_text=True)["附件"]
    change(old if which == "base" else given, prefixed)
    graft(old, [given], new, {"KongjianCopy": "abc"}, order=("附件",))
    assert lint(new) == []
    same_look(came, openpyxl.load_workbook(new, rich_text=True)["附件"])


def test_sheets_in_front_take_their_names_along(tmp_path: Path) -> None:
    new = tmp_path / "new.xlsx"
    graft(base(tmp_path), [guest(tmp_path)], new, order=("附件", "乙"))
    book = openpyxl.load_workbook(new)
    assert book.sheetnames == ["附件", "乙", "甲"]
    assert book["附件"].print_area == "'附件'!$A$1:$C$3"
    assert book["乙"].print_title_rows == "$1:$1"
    assert lint(new) == []


@pytest.mark.parametrize(("what", "said"), [("table", "表格"), ("comment", "批注|附带的内容"), ("link", "附带的内容|链接"), ("drawing", "图片或图表")])  # fmt: skip
def test_what_cannot_move_is_refused(tmp_path: Path, what: str, said: str) -> None:
    with pytest.raises(KongjianError, match=f"工作表“附件”里有({said})"):
        graft(base(tmp_path), [guest(tmp_path, **{what: True})], tmp_path / "new.xlsx")
    assert not (tmp_path / "new.xlsx").exists()


def test_what_is_there_already_is_refused(tmp_path: Path) -> None:
    old, given, new = base(tmp_path), guest(tmp_path), tmp_path / "new.xlsx"
    with pytest.raises(KongjianError, match="已经有名称“formx”"):
        graft(old, [given], new, {"formx": "1"})
    with pytest.raises(KongjianError, match="已经有工作表“附件”"):
        graft(old, [given, given], new)
    assert not new.exists()
