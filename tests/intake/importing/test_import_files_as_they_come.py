"""What is odd about a file and no fault of its cells: names of parts, kinds of sheets, encodings, headers set apart; long because each odd file is made here."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kongjian.intake.importing.recognise as recognise_module
from import_files import RULES, TEACHERS, TEACHERS_LANDED, Line, landed, new_book, run_import, text_file, xlsx
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell
from kongjian.intake.importing.encodings import decode
from kongjian.intake.importing.source_sheet import Source
from kongjian.intake.importing.sources import read_source
from kongjian.xlsx.part_survey import Worksheet
from other_formats import (
    open_document,
    open_rows,
    package,
    renamed_parts,
    xlsb,
    xml_2003,
)
from workbooks import Parts, change, compound_file, read, replace

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
LIMITS = RULES.importing.limits


def source(path: Path) -> Source:
    return read_source(path, LIMITS)


def rows(path: Path) -> list[list[Cell]]:
    """The rows of the one sheet of a file."""
    [sheet] = source(path).sheets
    return [list(row) for row in sheet.grid.rows]


# ---- packages

MOVED: dict[str, dict[str, str]] = {
    "of the web": {BOOK: "xl/workbook2.xml", "xl/_rels/workbook.xml.rels": "xl/_rels/workbook2.xml.rels"},
    "in capitals": {BOOK: "xl/WorkBook.xml", "xl/sharedStrings.xml": "xl/SharedStrings.XML", "xl/_rels/workbook.xml.rels": "xl/_rels/WorkBook.xml.rels"},
    "sheets called otherwise": {SHEET: "xl/worksheets/导出表.xml"},
}  # fmt: skip


@pytest.mark.parametrize("case", MOVED)
def test_parts_are_found_whatever_they_are_called(case: str, tmp_path: Path) -> None:
    parts = read(xlsx(tmp_path / "教师.xlsx", TEACHERS))
    run_import(book := new_book(tmp_path), renamed_parts(tmp_path / "a.xlsx", parts, MOVED[case]))
    assert landed(book, "教师数据") == TEACHERS_LANDED


def test_parts_may_stand_at_the_root(tmp_path: Path) -> None:
    parts = read(xlsx(tmp_path / "教师.xlsx", TEACHERS))
    moved = {n.removeprefix("xl/"): c for n, c in parts.items()}
    moved["_rels/.rels"] = moved["_rels/.rels"].replace(b'"xl/workbook.xml"', b'"workbook.xml"')
    run_import(book := new_book(tmp_path), package(tmp_path / "a.xlsx", moved))
    assert landed(book, "教师数据") == TEACHERS_LANDED


def whole_columns(parts: Parts) -> None:
    parts[SHEET] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="1:4"', parts[SHEET])


def above_the_root(parts: Parts) -> None:
    replace(parts, "xl/_rels/workbook.xml.rels", b'"theme/theme1.xml"', b'"theme/x/../../../../../../1.txt"')


def macro_sheet(parts: Parts) -> None:
    replace(parts, BOOK, b"</sheets>", '<sheet name="宏1" sheetId="9" r:id="rId99"/></sheets>'.encode())
    related = b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/>'
    replace(parts, "xl/_rels/workbook.xml.rels", b"</Relationships>", related + b"</Relationships>")
    parts["xl/macrosheets/sheet1.xml"] = b"<xm:macrosheet"  # not even looked at


@pytest.mark.parametrize("edit", [whole_columns, macro_sheet])
def test_what_does_not_concern_the_cells_is_harmless(edit: Callable[[Parts], None], tmp_path: Path) -> None:
    run_import(book := new_book(tmp_path), change(xlsx(tmp_path / "教师.xlsx", TEACHERS), edit))
    assert landed(book, "教师数据") == TEACHERS_LANDED


def test_a_relationship_out_of_the_package_is_one_sentence(tmp_path: Path) -> None:
    file = change(xlsx(tmp_path / "教师.xlsx", TEACHERS), above_the_root)
    with pytest.raises(KongjianError, match="^教师.xlsx 已损坏，读不了；请从平台重新导出$"):
        run_import(new_book(tmp_path), file)


LACKING = {
    "a worksheet": (SHEET, "xl/worksheets/sheet1.xml"),
    "the workbook": (BOOK, "xl/workbook.xml"),
}


@pytest.mark.parametrize("case", LACKING)
def test_a_package_without_a_part_that_it_names(case: str, tmp_path: Path) -> None:
    part, named = LACKING[case]
    file = change(xlsx(tmp_path / "教师.xlsx", TEACHERS), lambda parts: parts.pop(part))
    wanted = f"教师.xlsx 不完整：缺少它自己列出的“{named}”，读不了；请从平台重新导出"
    with pytest.raises(KongjianError, match=re.escape(wanted)):
        source(file)


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = change(xlsx(tmp_path / "坏.xlsx", TEACHERS), lambda parts: parts.pop(SHEET))
    good = text_file(tmp_path / "好.csv", TEACHERS, "utf-8")
    done = run_import(book := new_book(tmp_path), bad, good)
    assert landed(book, "教师数据") == TEACHERS_LANDED
    assert done.lines[-1].startswith("没有导入：坏.xlsx 不完整")


def test_dates_of_1904_and_hidden_sheets_survive_the_bounded_copy(tmp_path: Path) -> None:
    def finish(book: Any, _: Any) -> None:
        book.add_worksheet("旧").hide()

    file = xlsx(tmp_path / "a.xlsx", [["日期"], [dt.datetime(2021, 3, 2)]], finish)
    change(file, lambda parts: replace(parts, BOOK, b"<workbookPr ", b'<workbookPr date1904="1" '))
    assert rows(file) == [["日期"], [dt.date(2025, 3, 3)]]  # 1,462 days later than written
    assert source(file).notes == ("隐藏的工作表“旧”没有导入",)


ROWS = {
    "in order": ('<row r="12"><c r="A12"><v>1</v></c><c r="C12"><v>1</v></c></row>', (1, 2, 12, 3)),
    "of another row": ('<row r="12"><c r="A12"><v>1</v></c><c r="A112"><v>1</v></c><c r="B12"><v>1</v></c></row>', (2, 3, 112, 2)),
    "far away": ('<row r="2"><c r="B2"/></row><row><c r="XFD1048576"><v>1</v></c></row>', (1, 1, 1_048_576, 16_384)),
    "without names": ('<row><c><v>1</v></c></row><row><c/><c><v>1</v></c></row>', (2, 2, 2, 2)),
    "with a number for a name": ('<row><c r="7"><v>1</v></c><c r="XFD7"><v>1</v></c></row>', (1, 2, 7, 16_384)),
    "blank": ('<row r="9"><c r="Z9" s="1"/></row>', (0, 0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_how_far_a_sheet_reaches_whatever_its_cells_say(case: str) -> None:
    given, wanted = ROWS[case]
    sheet = Worksheet()
    sheet.take(f"<worksheet><sheetData>{given}</sheetData></worksheet>".encode())
    sheet.close()
    assert (sheet.rows, sheet.filled, sheet.last_row, sheet.last_column) == wanted


# ---- sheets in XML throughout

PERCENT = '<table:table-row><table:table-cell office:value-type="percentage" office:value="0.85"/></table:table-row>'


def opened(tmp_path: Path, content: str) -> Source:
    return source(package(tmp_path / "a.ods", {"content.xml": content}))


def test_what_an_open_document_says_beside_its_values(tmp_path: Path) -> None:
    """Repeated rows and cells, percentages, dates, errors, notes, merged and hidden cells."""
    content = open_document(
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/></table:table-row>'
        '<table:table-row table:visibility="filter">'
        '<table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>甲<text:s text:c="2"/>乙</text:p><text:p>丙</text:p></table:table-cell>'
        '<table:table-cell table:number-rows-spanned="2" table:number-columns-spanned="1" office:value-type="date" office:date-value="2021-03-02T08:30:00"><text:p>3月2日</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="percentage" office:value="0.85"><office:annotation><text:p>批注</text:p></office:annotation><text:p>85%</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:covered-table-cell/></table:table-row>'
    )
    [sheet] = opened(tmp_path, content).sheets
    moment = dt.datetime(2021, 3, 2, 8, 30)
    assert [list(r) for r in sheet.grid.rows] == [
        ["", "", ""], ["", "", ""], ["甲  乙\n丙", "甲  乙\n丙", moment], [0.85, "", moment], [0.85, "", ""],
    ]  # fmt: skip
    assert sheet.grid.errors == {(4, 2): "#DIV/0!", (5, 2): "#DIV/0!"}
    assert list(sheet.grid.percents(1)) == [4, 5]
    assert sheet.notes == (
        "有1行在文件里是隐藏的（或被筛选掉了），也已读入",
        "有1处合并的单元格，合并区的每一行都按它的值读",
    )


def test_hidden_sheets_of_an_open_document(tmp_path: Path) -> None:
    style = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    content = open_document(open_rows(TEACHERS), style, ' table:style-name="ta2"')
    assert opened(tmp_path, content).notes == ("隐藏的工作表“导出”没有导入",)


@pytest.mark.parametrize("repeated", ["rows", "columns"])
def test_an_open_document_that_unfolds_is_refused(repeated: str, tmp_path: Path) -> None:
    cell = f'<table:table-cell table:number-columns-repeated="{9999 if repeated == "columns" else 1}" office:value-type="float" office:value="1"/>'
    content = open_document(f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>')
    with pytest.raises(KongjianError, match=r"a\.ods的工作表“导出”超过(20万行|400万格)，一次导入收不下"):
        opened(tmp_path, content)


def test_an_open_document_with_a_password(tmp_path: Path) -> None:
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    file = package(tmp_path / "a.ods", {"META-INF/manifest.xml": manifest, "content.xml": bytes(99)})
    with pytest.raises(KongjianError, match=r"a\.ods 有打开密码；请去掉密码再导入"):
        source(file)


def test_what_an_xml_spreadsheet_says_beside_its_values(tmp_path: Path) -> None:
    styles = '<Styles><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style></Styles>'
    file = xml_2003(tmp_path / "a.xls", [["甲", 0.85], ["", 0.5]], head=styles)
    text = file.read_text().replace(
        'ss:Index="2"><Data ss:Type="Number">0.8', 'ss:StyleID="p" ss:Index="2"><Data ss:Type="Number">0.8'
    )
    more = (
        '<Row ss:Index="4" ss:Hidden="1"><Cell ss:MergeDown="1"><Data ss:Type="DateTime">2021-03-02T08:30:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Error">#N/A</Data></Cell></Row><Row><Cell ss:Index="2"><Data ss:Type="Boolean">1</Data></Cell></Row></Table>'
    )
    file.write_text(text.replace("</Table>", more))
    [sheet] = source(file).sheets
    moment = dt.datetime(2021, 3, 2, 8, 30)
    assert [list(r) for r in sheet.grid.rows] == [
        ["甲", 0.85], ["", 0.5], ["", ""], [moment, ""], [moment, True],
    ]  # fmt: skip
    assert (sheet.grid.errors, list(sheet.grid.percents(2))) == ({(4, 2): "#N/A"}, [1])
    assert len(sheet.notes) == 2


# ---- pages

HEAD, FIRST = ["学校", "姓名", "账号", "课件"], ["某校", "李明", "a1", "5"]


def page(*tables: list[list[str]]) -> bytes:
    rows_of = ["".join(f"<tr>{''.join(f'<td>{c}</td>' for c in r)}</tr>" for r in t) for t in tables]
    return f"<html>{''.join(f'<table>{t}</table>' for t in rows_of)}</html>".encode()


@pytest.mark.parametrize(
    ("tables", "wanted"),
    [
        ([[HEAD], [FIRST, FIRST]], [[HEAD, FIRST, FIRST]]),
        ([[[*HEAD, ""]], [FIRST]], [[[*HEAD, ""], [*FIRST, ""]]]),
        ([[["教师导出"]], [HEAD], [FIRST]], [[["教师导出"]], [HEAD, FIRST]]),
        ([[HEAD], [HEAD, FIRST]], [[HEAD], [HEAD, FIRST]]),
        ([[HEAD, FIRST], [FIRST]], [[HEAD, FIRST], [FIRST]]),
        ([[HEAD], [FIRST[:3]]], [[HEAD], [FIRST[:3]]]),
    ],
    ids=["apart", "with a bar", "under a title", "has it twice", "rows of its own", "fewer columns"],
)
def test_a_header_in_a_table_of_its_own(
    tables: list[list[list[str]]], wanted: list[list[list[str]]], tmp_path: Path
) -> None:
    (file := tmp_path / "a.xls").write_bytes(page(*tables))
    assert [[list(r) for r in s.grid.rows] for s in source(file).sheets] == wanted


# ---- encodings and separators


def test_big_5(tmp_path: Path) -> None:
    lines: list[Line] = [
        ["學校名稱", "教師姓名", "登錄帳號"],
        *(["赤壁市實驗小學", "歐陽文博", f"a{k}"] for k in range(9)),
    ]
    file = text_file(tmp_path / "a.csv", lines, "big5")
    assert rows(file) == [list(line) for line in lines]
    assert source(file).sheets[0].notes == ("文字是繁体的 Big5 编码",)


LINES: list[Line] = [
    ["学校", "姓名", "账号"],
    *(["赤壁市第一小学", f"王雅琴{k}", f"a{k}"] for k in range(30)),
]
BAD: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a byte too many": ("gb18030", lambda d: d.replace("王雅琴4".encode("gb18030"), b"\xcd\xff" + "王雅琴4".encode("gb18030")[1:]), "?王雅琴4"),
    "a byte too few": ("gb18030", lambda d: d.replace("王雅琴4".encode("gb18030"), "王雅琴4".encode("gb18030")[1:]), "?雅琴4"),
    "another byte": ("gb18030", lambda d: d.replace("王雅琴4".encode("gb18030"), "王".encode("gb18030") + b"\xff" + "雅琴4".encode("gb18030")[1:]), "王?琴4"),
    "in UTF-8": ("utf-8", lambda d: d.replace("王雅琴4".encode(), "王雅".encode() + b"\xff4"), "王雅?4"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_byte_costs_its_cell_a_question_mark(case: str, tmp_path: Path) -> None:
    encoding, spoil, wanted = BAD[case]
    file = text_file(tmp_path / "a.csv", LINES, encoding)
    file.write_bytes(spoil(file.read_bytes()))
    expected = [list(line) for line in LINES]
    expected[5][1] = wanted
    assert rows(file) == expected
    assert source(file).sheets[0].notes == ("第6行有认不出的字，写成了“?”，请核对",)


def test_too_many_bad_bytes_are_no_text(tmp_path: Path) -> None:
    file = text_file(tmp_path / "a.csv", LINES, "gb18030")
    file.write_bytes(file.read_bytes().replace("王".encode("gb18030"), b"\xff"))
    with pytest.raises(KongjianError, match=r"a\.csv 里有认不出的文字编码"):
        source(file)
    assert decode(file.read_bytes(), "a.csv", 30)[1][0].startswith("第2行、第3行")


@pytest.mark.parametrize("separator", ",\t;|，")
def test_commas_within_cells_do_not_decide(separator: str, tmp_path: Path) -> None:
    lines: list[Line] = [
        ["学校", "账号", "说明"],
        *(["某校", f"a{k}", "一，二；三" * (k % 3)] for k in range(9)),
    ]
    assert rows(text_file(tmp_path / "a.csv", lines, "gb18030", separator)) == [list(x) for x in lines]


# ---- old and binary workbooks, read in a process of their own


def test_an_old_workbook_with_a_password(tmp_path: Path) -> None:
    from kongjian.intake.importing import compound

    records = b"\x09\x08\x10\x00" + bytes(16) + b"\x2f\x00\x04\x00" + bytes(4)
    (file := tmp_path / "a.xls").write_bytes(compound._compound_file("Workbook", records))
    with pytest.raises(KongjianError, match=r"^a\.xls 有打开密码；请在Excel里去掉密码"):
        source(file)


def test_a_chain_of_sectors_that_loops_is_one_sentence(tmp_path: Path) -> None:
    """Which made the reader ask for more memory than there is: the container never reaches it."""
    data = bytearray(compound_file("Workbook"))
    data[512:520] = (1).to_bytes(4, "little") * 2  # the directory's sector leads to itself
    (file := tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(KongjianError, match="^a.xls"):
        run_import(new_book(tmp_path), file)


def far(path: Path) -> Path:
    """A binary workbook with a cell in the far corner: 17 thousand million cells, if they are laid out."""
    file = xlsb(path, TEACHERS)
    row = b"\x00\x19" + (1_048_575).to_bytes(4, "little") + bytes(21)
    cell = b"\x05\x10" + (16_383).to_bytes(4, "little") + bytes(12)

    def edit(parts: Parts) -> None:
        replace(parts, "xl/worksheets/sheet1.bin", b"\x92\x01\x00", row + cell + b"\x92\x01\x00")

    return change(file, edit)


def test_a_workbook_that_fills_the_memory_ends_the_other_process_only(tmp_path: Path) -> None:
    with pytest.raises(KongjianError, match=r"^a\.xlsb 已损坏（或大得不正常），读不了"):
        source(far(tmp_path / "a.xlsb"))


def test_a_workbook_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = subprocess.Popen.wait
    at_once = [0.001]  # the first time that it is waited for
    monkeypatch.setattr(subprocess.Popen, "wait", lambda it, _=None: wait(it, *(at_once and [at_once.pop()])))
    with pytest.raises(KongjianError, match=r"^a\.xlsb 读了20秒还没有读完，已经停下"):
        source(xlsb(tmp_path / "a.xlsb", TEACHERS))


def test_where_no_other_process_may_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    with pytest.raises(
        KongjianError, match=r"^a\.xlsb 是旧格式，这台电脑上读不了（.*）；请用Excel另存为 \.xlsx"
    ):
        source(xlsb(tmp_path / "a.xlsb", TEACHERS))


def test_a_package_of_something_else(tmp_path: Path) -> None:
    file = package(tmp_path / "a.numbers", {"Index/Document.iwa": b""})
    with pytest.raises(KongjianError, match=r"a\.numbers 是 Numbers 表格"):
        source(file)


# ---- many columns


def test_a_header_is_compared_with_names_only_where_they_can_be_alike(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two thousand columns: what no name can resemble costs no comparison."""
    calls = 0
    plain = recognise_module.SequenceMatcher

    class Counted(plain):  # type: ignore[misc,valid-type,type-arg]
        def ratio(self) -> float:
            nonlocal calls
            calls += 1
            return super().ratio()

    monkeypatch.setattr(recognise_module, "SequenceMatcher", Counted)
    wide: list[Line] = [
        ["学校", "姓名", "账号", *(f"自定义字段{k}" for k in range(2000))],
        ["某校", "李明", "a1", *(f"字{k}" for k in range(2000))],
    ]
    run_import(book := new_book(tmp_path), text_file(tmp_path / "a.csv", wide, "gb18030"))
    assert landed(book, "教师数据") == [{"学校名称": "某校", "教师姓名": "李明", "账号": "a1"}]
    assert calls < 2000
