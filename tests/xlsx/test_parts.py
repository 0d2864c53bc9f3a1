"""What is added to a package and taken out of it: it stays a clean package, in whatever way it was written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openxml_audit import OpenXmlValidator

from kongjian.base.errors import KongjianError
from kongjian.xlsx import package as package_file
from kongjian.xlsx.defined_names import DefinedName, defined_names, text_name, with_names
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.package import Package
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.styles import StylesPart
from kongjian.xlsx.table_parts import OutColumn, OutputSheet, TablePart
from kongjian.xlsx.xml_text import MAIN, inserted
from package_lint import lint
from workbooks import change, prefixed, read, replace

SHEET = (
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two sheets with a chart each, the second one shown; a name of the workbook, and the same name of the second sheet."""
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        for name in ("甲", "乙"):
            sheet = book.add_worksheet(name)
            sheet.activate()
            sheet.write_column("A1", [1, 2, 3])
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": f"={name}!$A$1:$A$3"})
            sheet.insert_chart("C1", chart)
        book.define_name("Place", "=甲!$B$2:$B$4")
        book.define_name("乙!Place", "=乙!$B$2")
    return tmp_path / "book.xlsx"


def clean(path: Path) -> bool:
    audit = OpenXmlValidator().validate(path)
    return lint(path) == [] and (audit.errors, audit.warning_count) == ([], 0)


@pytest.mark.parametrize("written", ["as usual", "with a prefix"])
def test_what_is_added_is_in_the_way_of_its_part(path: Path, written: str) -> None:
    change(
        path, lambda p: replace(p, "xl/workbook.xml", b'<calcPr calcId="124519" fullCalcOnLoad="1"/>', b"")
    )
    if written == "with a prefix":
        change(path, prefixed)
    with Package(path) as package:
        parts = Parts(package)
        styles = StylesPart(parts)
        assert [parts.add_sheet(name, SHEET.encode()) for name in ('a&"b', "丙")] == ["xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml"]  # fmt: skip
        parts.set_names([*parts.defined_names(), text_name("Text", '说"好"<&')])
        assert [styles.number_format(code) for code in ("0.0%", "@", "0.000", "0.0%")] == [164, 49, 165, 164]
        assert styles.as_text(0) == styles.as_text(0) == styles.as_text(1) == 1
        assert styles.add_fills({"错误": "FF0000", "警告": "00FF00"}) == {"错误": 0, "警告": 1}
        parts.calculate_on_load()
        parts.save(path)
    assert clean(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["甲", "乙", 'a&"b', "丙"]
    assert book.active.title == "乙"
    assert book["丙"]["A1"].value == 7
    assert book["乙"].defined_names["Place"].attr_text == "乙!$B$2"
    assert book.calculation.fullCalcOnLoad
    with Package(path) as package:
        assert defined_names(package).texts == {"Text": '说"好"<&'}


def test_sheets_that_go_take_along_what_only_they_used(path: Path) -> None:
    with Package(path) as package:
        parts = Parts(package)
        parts.remove_sheets()
        parts.add_sheet("丙", SHEET.encode())
        parts.set_names([])
        parts.forget_sheet_list()
        parts.drop_unreached()
        parts.save(path)
    assert [name for name in read(path) if "chart" in name or "drawing" in name] == []
    assert clean(path)
    assert openpyxl.load_workbook(path).sheetnames == ["丙"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_is_that_of_the_workbook_not_that_of_a_copied_sheet(path: Path, order: int) -> None:
    with Package(path) as package:
        parts = Parts(package)
        parts.set_names(parts.defined_names()[::order])
        parts.save(path)
    with Package(path) as package:
        edit = Edit(package)
        edit.put_block("Place", [[5], [6]])
        edit.put_name("Gone", 5)
        edit.save(path)
    book = openpyxl.load_workbook(path)
    assert [book["甲"][f"B{row}"].value for row in (2, 3)] == [5, 6]
    assert book["乙"]["B2"].value is None


@pytest.mark.parametrize(
    ("text", "sheet", "area"),
    [
        ("'甲 ''1'''!$B$2:$D$9", "甲 '1'", (2, 2, 9, 4)),
        ("甲!$AA$3", "甲", (3, 27, 3, 27)),
        ("$甲.$A$1", "", None),
        ("$甲!A1", "甲", (1, 1, 1, 1)),
        ("甲!$5:$5", "甲", None),
        ("甲!$A$1,甲!$C$1", "甲", None),
        ('"甲!$A$1"', "", None),
        ("0.5", "", None),
    ],
)
def test_where_a_name_points(text: str, sheet: str, area: tuple[int, ...] | None) -> None:
    name = DefinedName({"name": "x"}, text)
    assert (name.sheet, name.area) == (sheet, area)


@pytest.mark.parametrize("target", ["xl/drawings/neu.xml", ""])
def test_a_copy_refers_to_other_parts_only_where_there_are_others(path: Path, target: str) -> None:
    with Package(path) as package:
        parts = Parts(package)
        [(id_, kind, old)] = parts.relationships("xl/worksheets/sheet1.xml")
        parts.copy_relationships(
            "xl/worksheets/sheet1.xml", "xl/worksheets/copy.xml", {id_: target} if target else {"other": "x"}
        )
        assert parts.relationships("xl/worksheets/copy.xml") == [(id_, kind, target or old)]


def test_a_package_may_hold_so_much_and_no_more(path: Path) -> None:
    half, one = zipfile.ZipInfo("half"), zipfile.ZipInfo("one")
    half.file_size, one.file_size = 200 << 20, 1
    package_file._refuse_swollen(path, [half, half])
    with pytest.raises(KongjianError, match=r"book\.xlsx 解开后超过400MB"):
        package_file._refuse_swollen(path, [half, half, one])


TABLE = (
    f'<x:table xmlns:x="{MAIN}" id="1" displayName="T" ref="B3:C5"><x:autoFilter ref="B3:C5"><x:filterColumn colId="0"/>'
    '</x:autoFilter><x:sortState ref="B4:C5"><x:sortCondition ref="B4"/></x:sortState><x:tableColumns count="2">'
    '<x:tableColumn id="1" name="甲"/><x:tableColumn id="2" name="旧"/></x:tableColumns></x:table>'
)


def test_a_table_fits_its_rows_and_columns(path: Path) -> None:
    columns = tuple(OutColumn(name, "text", 9) for name in ("甲", "乙", "丙"))
    with Package(path) as package:
        parts = Parts(package)
        parts.set_part("table", TABLE)
        TablePart(parts, "table").extend("表", 4)
        assert parts.text("table") == TABLE
        TablePart(parts, "table").extend("表", 7)
        assert parts.text("table") == TABLE.replace('ref="B3:C5"', 'ref="B3:C7"')
        TablePart(parts, "table").fit(OutputSheet("表", "T", columns, "result", ""), 9)
        assert parts.text("table") == (
            f'<x:table xmlns:x="{MAIN}" id="1" displayName="T" ref="B3:D9"><x:autoFilter ref="B3:D9"/>'
            '<x:tableColumns count="3"><x:tableColumn id="1" name="甲"/><x:tableColumn id="2" name="乙"/>'
            '<x:tableColumn id="3" name="丙"/></x:tableColumns></x:table>'
        )
        parts.set_part("table", TABLE.replace('id="1" displayName', 'id="1" totalsRowCount="1" displayName'))
        with pytest.raises(KongjianError, match="工作表“表”的表格末尾有汇总行"):
            TablePart(parts, "table").extend("表", 7)


def test_an_element_goes_behind_the_last_of_those_that_the_schema_wants_in_front() -> None:
    behind = ["sheets", "externalReferences"]
    for before in ("<w><sheets/>", "<w><sheets><sheet/></sheets><externalReferences/>"):
        assert inserted(f"{before}<calcPr/></w>", "<n/>", behind) == f"{before}<n/><calcPr/></w>"
        named = with_names(f"{before}<calcPr/></w>", [text_name("x", "y")])
        assert named.endswith("</definedName></definedNames><calcPr/></w>")
        assert with_names(named, []) == f"{before}<calcPr/></w>"
    assert inserted("<?xml ?><x:w a='1'><x:b/></x:w>", "<n/>", []) == "<?xml ?><x:w a='1'><x:n/><x:b/></x:w>"
