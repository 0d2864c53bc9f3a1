"""The template engine: marks, repeated rows and everything that has to follow them, in real workbooks; long because its templates are drawn here, mark by mark."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from xlsxwriter import Workbook

from kongjian.base.errors import KongjianError
from kongjian.engine.frame import Frame, texts
from kongjian.forms.file_names import LONGEST_SHEET, distinct, file_name, sheet_name
from kongjian.forms.template.filled_workbook import Sheet, Template
from kongjian.forms.template.placeholders import Formula, find, render
from kongjian.xlsx.references import Mover, RowMap
from package_lint import lint

Draw = Callable[[Workbook, Any], None]


def template(path: Path, draw: Draw) -> Template:
    """A template drawn with XlsxWriter on one sheet named 卡."""
    book = Workbook(path)
    draw(book, book.add_worksheet("卡"))
    book.close()
    return Template(path)


def fill(path: Path, draw: Draw, **context: Any) -> Any:
    """The one sheet, filled and opened again by another library."""
    out = path.with_name("out.xlsx")
    template(path, draw).write(out, [Sheet("卡", "卡", context)])
    return openpyxl.load_workbook(out)["卡"]


def people(*names: str, **columns: list[Any]) -> Frame:
    return Frame({"姓名": texts(names), **{k: np.array(v) for k, v in columns.items()}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "模板.xlsx"


def test_a_lone_mark_keeps_the_type_and_the_cells_format(path: Path) -> None:
    def draw(book: Workbook, sheet: Any) -> None:
        sheet.write("A1", "{{ 得分 }}", book.add_format({"num_format": "0.00", "bold": True}))
        sheet.write("A2", "{{日期}}", book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write("A3", "得分{{ 得分 }}分，{{ 校 }}")
        sheet.write("A4", "{{ 空 }}")
        sheet.write("A5", "｛｛ 校 ｝｝")

    sheet = fill(path, draw, 得分=91.5, 日期=dt.date(2021, 7, 25), 校="甲校", 空=float("nan"))
    assert (sheet["A1"].value, sheet["A1"].number_format, sheet["A1"].font.b) == (91.5, "0.00", True)
    assert sheet["A2"].value == dt.datetime(2021, 7, 25)
    assert [sheet[f"A{k}"].value for k in (3, 4, 5)] == ["得分91.5分，甲校", None, "甲校"]


def test_a_value_that_looks_like_a_formula_or_a_mark_stays_text(path: Path) -> None:
    sheet = fill(
        path,
        lambda _, s: s.write_row(0, 0, ["{{ 甲 }}", "{{ 乙 }}", "{{ 丙 }}"]),
        甲="=1+1", 乙="{{ 甲 }}", 丙="_x000D_",
    )  # fmt: skip
    assert [c.value for c in sheet[1]] == ["=1+1", "{{ 甲 }}", "_x000D_"]
    assert [c.data_type for c in sheet[1]] == ["s", "s", "s"]


def rows_template(book: Workbook, sheet: Any) -> None:
    style = book.add_format({"border": 1, "text_wrap": True})
    sheet.set_column(0, 4, 12)
    sheet.write_row(0, 0, ["组", "姓名", "分", "比", "说明"])
    sheet.write("A2", "{{ 人.组|合并 }}", style)
    sheet.write("B2", "{{ 人.姓名 }}", style)
    sheet.write("C2", "{{ 人.分 }}", style)
    sheet.write_formula("D2", "=C2/$C$3+SUM(C2:C2)", style)
    sheet.merge_range("E2:F2", "{{ 校 }}", style)
    sheet.write("B3", "合计")
    sheet.write_formula("C3", "=SUM(C2:C2)+C4+LEN(\"C2\")+'卡'!C2")
    sheet.write("C4", 5)
    sheet.merge_range("A5:B6", "签字", style)
    sheet.data_validation("C2:C2", {"validate": "decimal", "criteria": "<=", "value": "=$C$4"})
    sheet.conditional_format(
        "C2:C4", {"type": "cell", "criteria": ">", "value": "$C$4", "format": book.add_format()}
    )
    sheet.print_area("A1:F6")
    sheet.repeat_rows(0)
    sheet.set_h_pagebreaks([4])
    sheet.protect()
    book.define_name("Total", "=卡!$C$3")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=卡!$B$2:$B$2", "values": "=卡!$C$2:$C$2", "name": "=卡!$C$1"})
    sheet.insert_chart("A8", chart)


def test_a_row_comes_once_for_each_item_and_everything_follows(path: Path) -> None:
    crowd = people("甲", "乙", "丙", 组=["一", "一", "二"], 分=[1.0, 2.0, 4.0])
    crowd["组"] = texts(["一", "一", "二"])
    out = path.with_name("out.xlsx")
    template(path, rows_template).write(out, [Sheet("卡", "卡", {"人": crowd, "校": "甲校"})])
    sheet = openpyxl.load_workbook(out)["卡"]
    assert [[c.value for c in row[:3]] for row in sheet["A1:C4"]] == [
        ["组", "姓名", "分"], ["一", "甲", 1], [None, "乙", 2], ["二", "丙", 4],
    ]  # fmt: skip
    assert [sheet[f"D{k}"].value for k in (2, 3, 4)] == [f"=C{k}/$C$5+SUM(C{k}:C{k})" for k in (2, 3, 4)]
    assert sheet["C5"].value == "=SUM(C2:C4)+C6+LEN(\"C2\")+'卡'!C2"
    assert {str(m) for m in sheet.merged_cells.ranges} == {"A2:A3", "E2:F2", "E3:F3", "E4:F4", "A7:B8"}
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["C2:C4"]
    assert sheet.data_validations.dataValidation[0].formula1 == "$C$6"
    [(area, [rule])] = sheet.conditional_formatting._cf_rules.items()
    assert (str(area.sqref), rule.formula) == ("C2:C6", ["$C$6"])
    assert (sheet.print_area, sheet.print_title_rows) == ("'卡'!$A$1:$F$8", "$1:$1")
    assert [b.id for b in sheet.row_breaks.brk] == [6]
    assert sheet.parent.defined_names["Total"].attr_text == "'卡'!$C$5"
    with zipfile.ZipFile(out) as package:
        chart = package.read("xl/charts/chart1.xml").decode()
        drawing = package.read("xl/drawings/drawing1.xml").decode()
    assert all(ref in chart for ref in ("'卡'!$B$2:$B$4", "'卡'!$C$2:$C$4", "'卡'!$C$1"))
    assert "Cache" not in chart
    assert "<xdr:row>9</xdr:row>" in drawing
    assert lint(out) == []


def test_an_empty_list_leaves_its_row_blank(path: Path) -> None:
    nobody = people(组=[], 分=[]).having(组=texts([]), 分=np.array([]))
    sheet = fill(path, rows_template, 人=nobody, 校="甲校")
    assert [sheet[c].value for c in ("A2", "B2", "C2", "E2")] == [None, None, None, "甲校"]
    assert sheet["C3"].value == "=SUM(C2:C2)+C4+LEN(\"C2\")+'卡'!C2"


@pytest.mark.parametrize(("count", "left", "right"), [(1, "a", ""), (4, "ab", "cd"), (5, "abc", "de")])
def test_a_long_list_goes_into_two_columns(path: Path, count: int, left: str, right: str) -> None:
    sheet = fill(
        path, lambda _, s: s.write_row(0, 0, ["{{ 人.左.姓名 }}", "{{ 人.右.姓名 }}"]), 人=people(*"abcde"[:count])
    )  # fmt: skip
    assert "".join(sheet.cell(k, 1).value for k in range(1, len(left) + 1)) == left
    assert "".join(sheet.cell(k, 2).value or "" for k in range(1, len(left) + 1)) == right
    assert sheet.max_row == len(left)


def test_several_units_share_a_workbook(path: Path) -> None:
    book = template(path, rows_template)
    out = path.with_name("out.xlsx")
    crowd = people("甲", "乙", 分=[1.0, 2.0]).having(组=texts(["一", "二"]))
    units = [("学校甲", crowd.take(np.array([0]))), ("学校'乙", crowd)]
    book.write(out, [Sheet("卡", n, {"人": c, "校": n}) for n, c in units], {"Unit": 'school|"甲"'})
    made = openpyxl.load_workbook(out)
    assert made.sheetnames == ["学校甲", "学校'乙"]
    assert made["学校甲"]["C3"].value.endswith("+'学校甲'!C2")
    assert made["学校'乙"]["C4"].value.endswith("+'学校''乙'!C2")
    assert made["学校'乙"].print_area == "'学校''乙'!$A$1:$F$7"
    assert made.defined_names["Total"].attr_text == "'学校甲'!$C$3"
    assert made["学校'乙"].defined_names["Total"].attr_text == "'学校''乙'!$C$4"
    assert made.defined_names["Unit"].attr_text == '"school|""甲"""'
    with zipfile.ZipFile(out) as package:
        charts = {n: package.read(n).decode() for n in package.namelist() if "charts/chart" in n}
    assert ["'学校甲'!$C$2:$C$2" in charts["xl/charts/chart1.xml"], len(charts)] == [True, 2]
    assert "'学校''乙'!$C$2:$C$3" in charts["xl/charts/chart1_2.xml"]
    assert lint(out) == []


def test_the_same_filling_gives_the_same_bytes(path: Path) -> None:
    book = template(path, rows_template)
    crowd = people("甲", 分=[1.0]).having(组=texts(["一"]))
    made = []
    for name in ("one.xlsx", "two.xlsx"):
        book.write(path.with_name(name), [Sheet("卡", "卡", {"人": crowd, "校": "甲校"})])
        made.append(path.with_name(name).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("{{ 学校名 }}", "卡!B2 的 {{ 学校名 }} 不认识，是不是“学校名称”"),
        ("{{ 人.姓 }}", "卡!B2 的 {{ 人.姓 }} 不认识，是不是“人.姓名”"),
        ("{{ 人 }}", "卡!B2 的 {{ 人 }} 不认识"),
        ("{{ 学校名称.姓名 }}", "不认识"),
        ("{{ 学校名称 }", "卡!B2 的“{{ 学校名称 }”花括号不成对"),
        ("{{ }}", "卡!B2 的 {{  }} 不认识"),
        ("{{ 人.姓名 }}{{ 物.名 }}", "卡 第2行用了两个列表（人、物），一行只能用一个"),
    ],
)
def test_an_unknown_mark_is_refused_with_its_cell(path: Path, cell: str, said: str) -> None:
    book = template(path, lambda _, s: s.write("B2", cell))
    context = {"学校名称": "甲校", "人": people("甲"), "物": Frame({"名": texts(["乙"])})}
    out = path.with_name("out.xlsx")
    with pytest.raises(KongjianError, match="模板“模板.xlsx”要改：") as error:
        book.write(out, [Sheet("卡", "卡", context)])
    assert said in str(error.value)
    assert not out.exists()


def wrapped(width: float, **row: float) -> Draw:
    def draw(book: Workbook, sheet: Any) -> None:
        sheet.set_column(0, 0, width)
        style = book.add_format({"text_wrap": True, "font_size": 12})
        sheet.write("A1", "{{ 文 }}", style)
        if row:
            sheet.set_row(0, row["height"])

    return draw


def test_a_row_grows_with_its_text(path: Path) -> None:
    short, long = (fill(path, wrapped(20), 文="字" * n).row_dimensions[1].height for n in (8, 90))
    assert short < 25
    # 20 characters wide are 145 pixels: 8 characters of 16 pixels a line
    assert 12 * 12 * 1.25 < long < 13 * 12 * 1.45
    assert fill(path, wrapped(20, height=300), 文="字" * 8).row_dimensions[1].height == 300


def test_a_text_that_fits_no_row_is_noted_and_not_cut(path: Path) -> None:
    book = template(path, wrapped(20))
    out = path.with_name("out.xlsx")
    [note] = book.write(out, [Sheet("卡", "甲校", {"文": "字" * 2000})])
    assert (note.sheet, note.cell) == ("甲校", "A1")
    assert "2000个字" in note.text
    assert openpyxl.load_workbook(out)["甲校"]["A1"].value == "字" * 2000


def test_a_text_wider_than_its_cell_is_noted(path: Path) -> None:
    book = template(path, lambda _, s: s.write("A1", "{{ 文 }}"))
    [note] = book.write(path.with_name("out.xlsx"), [Sheet("卡", "卡", {"文": "这一段文字比格子宽"})])
    assert "比格子宽" in note.text
    assert book.write(path.with_name("out.xlsx"), [Sheet("卡", "卡", {"文": "短"})]) == []


def test_a_formula_brings_its_value(path: Path) -> None:
    sheet = fill(path, lambda _, s: s.write("A1", "{{ 式 }}"), 式=Formula("1+1", 2.0))
    assert sheet["A1"].value == "=1+1"
    shown = openpyxl.load_workbook(path.with_name("out.xlsx"), data_only=True)["卡"]
    assert shown["A1"].value == 2


def test_a_template_saved_by_another_program_still_fills(path: Path) -> None:
    """openpyxl writes other XML than Excel; rich text and inline strings come from elsewhere."""
    template(path, rows_template).close()
    book = openpyxl.load_workbook(path)
    book["卡"]["B3"] = "合计（{{ 校 }}）"
    book.save(path)
    crowd = people("甲", "乙", 分=[1.0, 2.0]).having(组=texts(["一", "二"]))
    out = path.with_name("out.xlsx")
    Template(path).write(out, [Sheet("卡", "卡", {"人": crowd, "校": "甲校"})])
    assert openpyxl.load_workbook(out)["卡"]["B4"].value == "合计（甲校）"


ROWS = st.integers(1, 40)


@given(counts=st.dictionaries(ROWS, st.integers(1, 9), max_size=6), row=ROWS)
def test_rows_move_as_if_written_out(counts: dict[int, int], row: int) -> None:
    """Against the plain way: every row of the template written out as many times as it comes."""
    written = [r for r in range(1, 60) for _ in range(counts.get(r, 1))]
    rows = RowMap(counts)
    assert rows.first(row) == written.index(row) + 1
    assert rows.last(row) == len(written) - written[::-1].index(row)


@settings(max_examples=40)
@given(counts=st.dictionaries(ROWS, st.integers(1, 5), max_size=4), first=ROWS, span=st.integers(0, 9))
def test_a_formulas_area_takes_in_exactly_its_rows(counts: dict[int, int], first: int, span: int) -> None:
    rows = RowMap(counts)
    moved = Mover("卡", {"卡": rows}).move(f'IF(A$1="A{first}",SUM($B{first}:C{first + span}),卡!D{first})')
    assert moved == (
        f'IF(A${rows.first(1)}="A{first}",SUM($B{rows.first(first)}:C{rows.last(first + span)}),卡!D{rows.first(first)})'
    )


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("SUM(A2:A2)", "SUM(A2:A4)"),
        ("LOG10(A3)+A2B+_A3+A3(1)", "LOG10(A5)+A2B+_A3+A3(1)"),
        ("'别 的'!A3+另!A3", "'别 的'!A3+另!A3"),
        ("Sheet1!A3", "Sheet1!A3"),
        ('"A3"&"""A3"""&A3', '"A3"&"""A3"""&A5'),
        ("SUM(A:A)+SUM(3:3)", "SUM(A:A)+SUM(3:3)"),
        ("[1]外!A3", "[1]外!A3"),
    ],
)
def test_only_references_of_the_sheet_move(formula: str, moved: str) -> None:
    assert Mover("卡", {"卡": RowMap({2: 3})}).move(formula) == moved


@given(st.text(max_size=120))
def test_every_name_is_one_that_windows_and_excel_take(text: str) -> None:
    name = file_name(text)
    assert name == name.strip(" .")
    assert 0 < len(name) <= 81
    assert not set(name) & set('\\/:*?"<>|\r\n\t\0')
    sheet = sheet_name(text)
    assert 0 < len(sheet) <= LONGEST_SHEET
    assert not set(sheet) & set("\\/:*?[]\0")
    assert not sheet.startswith("'")
    assert not sheet.endswith("'")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CON", "_CON"),
        ("com1.x", "_com1.x"),
        ("a/b", "a_b"),
        (" 甲. ", "甲"),
        ("", "未命名"),
        ("Ⅰ\u200b班", "Ⅰ班"),
    ],
)
def test_file_names(text: str, name: str) -> None:
    assert file_name(text) == name


@given(st.lists(st.sampled_from(["a", "A", "a(2)", "字" * 31, "b"]), max_size=12))
def test_names_become_distinct_whatever_their_case(names: list[str]) -> None:
    made = distinct(names, LONGEST_SHEET)
    assert len({n.casefold() for n in made}) == len(names)
    assert all(len(n) <= LONGEST_SHEET for n in made)


def test_marks_are_read_as_they_are_typed() -> None:
    [one, two, three] = find("{{人.左.姓名}} 和 {{ 人.组 | 合并 }}、{{得分}}")
    assert (one.items, one.side, one.name) == ("人", "左", "姓名")
    assert (two.items, two.name, two.merge) == ("人", "组", True)
    assert (three.items, three.name) == ("", "得分")
    assert render("{{ 得分 }}分", {"得分": 3.0}) == "3分"


def test_a_damaged_sheet_is_told_in_chinese(path: Path) -> None:
    template(path, rows_template).close()
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    with pytest.raises(KongjianError, match="工作表“卡”读不了"):
        Template(path)


def test_outside_entities_are_not_followed(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("机密", encoding="utf-8")
    template(path, lambda _, s: s.write("A1", "{{ 校 }}")).close()
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    strings = parts["xl/sharedStrings.xml"]
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    at = strings.index(b"<sst")
    parts["xl/sharedStrings.xml"] = strings[:at] + doctype + strings[at:].replace(b"<t>", b"<t>&e;", 1)
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    out = path.with_name("out.xlsx")
    try:
        Template(path).write(out, [Sheet("卡", "卡", {"校": "甲校"})])
    except (KongjianError, etree.XMLSyntaxError):
        return
    with zipfile.ZipFile(out) as made:
        assert all("机密".encode() not in made.read(n) for n in made.namelist())
