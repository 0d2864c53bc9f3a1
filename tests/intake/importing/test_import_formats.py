"""Every kind of file that the platform or staff hand over lands the same cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import office
from import_files import (
    TEACHERS,
    TEACHERS_LANDED,
    Line,
    at_row,
    html_xls,
    landed,
    new_book,
    openpyxl_xlsx,
    run_import,
    text_file,
    xlsx,
)
from kongjian.base.errors import KongjianError
from kongjian.intake.importing.encodings import decode
from other_formats import ods, web_archive, xls, xlsb, xml_2003
from workbooks import SCHOOL_NAMES

Maker = Callable[[Path, list[Line]], Path]
FORMATS: dict[str, tuple[str, Maker]] = {
    "xlsx": ("教师.xlsx", xlsx),
    "xlsx as xls": ("教师.xls", xlsx),
    "openpyxl": ("教师.xlsx", openpyxl_xlsx),
    "utf-8": ("教师.csv", lambda p, x: text_file(p, x, "utf-8")),
    "utf-8 with mark": ("教师.csv", lambda p, x: text_file(p, x, "utf-8-sig")),
    "gb18030": ("教师.csv", lambda p, x: text_file(p, x, "gb18030")),
    "utf-16": ("教师.txt", lambda p, x: text_file(p, x, "utf-16", "\t")),
    "tabs": ("教师.tsv", lambda p, x: text_file(p, x, "utf-8", "\t")),
    "tabs as xls": ("教师.xls", lambda p, x: text_file(p, x, "gb18030", "\t")),
    "semicolons": ("教师.csv", lambda p, x: text_file(p, x, "gb18030", ";")),
    "bars": ("教师.txt", lambda p, x: text_file(p, x, "gb18030", "|")),
    "wide commas": ("教师.csv", lambda p, x: text_file(p, x, "gb18030", "，")),
    "utf-16 without mark": ("教师.txt", lambda p, x: text_file(p, x, "utf-16-le", "\t")),
    "utf-16 the other way": ("教师.txt", lambda p, x: text_file(p, x, "utf-16-be")),
    "ods": ("教师.ods", ods),
    "xls": ("教师.xls", xls),
    "xlsb": ("教师.xlsb", xlsb),
    "XML of 2003": ("教师.xls", xml_2003),
    "XML of 2003 in utf-16": ("教师.xml", lambda p, x: xml_2003(p, x, "utf-16")),
    "XML of 2003 in gb18030": ("教师.xls", lambda p, x: xml_2003(p, x, "gb18030")),
    "web archive": ("教师.mht", lambda p, x: web_archive(p, html_xls(p, x))),
    "html": ("教师.xls", html_xls),
    "html in gb18030": ("教师.xls", lambda p, x: html_xls(p, x, "gb18030")),
    "html, a table only": ("教师.xls", lambda p, x: html_xls(p, x, bare=True)),
}

NAMES_ITS_SHEET = re.compile("^xls|openpyxl|ods|XML")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A workbook without teachers."""
    return new_book(tmp_path)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("row", [1, 10])
def test_every_format_lands_the_same_cells(kind: str, row: int, empty: Path, tmp_path: Path) -> None:
    name, make = FORMATS[kind]
    file = make(tmp_path / name, at_row(row, TEACHERS))
    done = run_import(empty, file, out=(out := tmp_path / "out.xlsm"))
    assert done.lines[0].startswith(
        f"{name} → 教师数据：新增3行" if not NAMES_ITS_SHEET.search(kind) else f"{name}“"
    )
    assert landed(out, "教师数据") == TEACHERS_LANDED


@pytest.mark.parametrize("row", range(1, 11))
def test_the_header_may_stand_in_any_of_the_first_ten_rows(row: int, empty: Path, tmp_path: Path) -> None:
    file = text_file(tmp_path / "教师.csv", at_row(row, TEACHERS), "gb18030")
    run_import(empty, file, out=(out := tmp_path / "out.xlsm"))
    assert landed(out, "教师数据") == TEACHERS_LANDED


def test_utf_8_goes_before_gb18030() -> None:
    """These bytes are good in either encoding."""
    data = "学校".encode()
    assert data.decode("gb18030") != "学校"
    assert decode(data, "x.csv") == ("学校", [])


def test_a_header_in_row_eleven_is_none(empty: Path, tmp_path: Path) -> None:
    file = text_file(tmp_path / "教师.csv", at_row(11, TEACHERS), "utf-8")
    with pytest.raises(KongjianError, match="教师.csv：前10行没有输入表的列名，没有导入"):
        run_import(empty, file)


def test_a_real_ods(empty: Path, tmp_path: Path) -> None:
    source = xlsx(tmp_path / "教师.xlsx", at_row(4, TEACHERS))
    run_import(empty, office.convert(source, "ods", tmp_path / "open"), out=(out := tmp_path / "out.xlsm"))
    assert landed(out, "教师数据") == TEACHERS_LANDED


def test_a_real_xls(empty: Path, tmp_path: Path) -> None:
    source = xlsx(tmp_path / "教师.xlsx", at_row(4, TEACHERS))
    old = office.convert(source, "xls", tmp_path / "old")
    assert old.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    run_import(empty, old, out=(out := tmp_path / "out.xlsm"))
    assert landed(out, "教师数据") == TEACHERS_LANDED


def test_a_page_with_cells_over_several_rows_and_columns(empty: Path, tmp_path: Path) -> None:
    page = """<html><head><script>document.write('x')</script></head><body>
    <table><tr><td>导航</td></tr></table>
    <table><tr><th rowspan=2>学校</th><th rowspan="2">姓名</th><th colspan="2">应用&nbsp;情况</th><th rowspan=2>账号</th></tr>
    <tr><th>制作课件</th><th>在线<br>授课</th></tr>
    <tr><td rowspan="3">赤壁市第一小学</td><td>李<b>明</b></td><td>5</td><td rowspan=2>12</td><td>a1</td></tr>
    <tr style="DISPLAY: none"><td>王芳</td><td>6</td><td>a2</td></tr>
    <tr><td>陈静</td><td>7</td><td>8</td><td>a3</td></tr>
    <tr><td colspan=5>说明：数据截至7月。</td></tr></table></body></html>"""
    file = tmp_path / "教师.xls"
    file.write_bytes(page.encode("gb18030"))
    done = run_import(empty, file, out=(out := tmp_path / "out.xlsm"))
    assert [tuple(r.values()) for r in landed(out, "教师数据")] == [
        ("赤壁市第一小学", "李明", "a1", 5.0, 12.0),
        ("赤壁市第一小学", "王芳", "a2", 6.0, 12.0),
        ("赤壁市第一小学", "陈静", "a3", 7.0, 8.0),
    ]
    assert "  有1行在网页里是隐藏的，也已读入" in done.lines
    assert any("合并" in line and "5处" in line for line in done.lines)


def test_merged_cells_of_a_workbook_count_for_each_of_their_rows(empty: Path, tmp_path: Path) -> None:
    def merge(_: object, page: object) -> None:
        page.merge_range(2, 0, 4, 0, SCHOOL_NAMES[0])  # type: ignore[attr-defined]
        page.merge_range(0, 0, 0, 3, "教师导出")  # type: ignore[attr-defined]

    rows: list[Line] = [
        [],
        ["学校", "姓名", "账号", "课件"],
        *(["", f"教师{k}", f"a{k}", 1.0] for k in range(3)),
    ]
    run_import(empty, xlsx(tmp_path / "教师.xlsx", rows, merge), out=(out := tmp_path / "out.xlsm"))
    assert [r["学校名称"] for r in landed(out, "教师数据")] == [SCHOOL_NAMES[0]] * 3


TABLES: dict[str, list[Line]] = {
    "学校数据": [["单位名称", "学段", "教师数", "学生数", "互联网"], ["某镇小学", "小学", 20.0, 300.0, "有"]],
    "教师数据": [["所在学校", "姓名", "备课"], ["某镇小学", "李明", 7.0]],
    "班级数据": [["学校", "年级", "班级", "班额", "课程完成率"], ["某镇小学", "三年级", "1班", 41.0, "85%"]],
    "月度得分": [["学校", "姓名", "用户名", "年月", "得分"], ["某镇小学", "李明", "a1", "2021年3月", 88.0]],
    "行为明细": [["操作时间", "学校", "用户名", "身份", "操作"], ["2021-03-02 08:30:00", "某镇小学", "a1", "教师", "备课"]],
}  # fmt: skip


def test_several_files_each_find_their_sheet(empty: Path, tmp_path: Path) -> None:
    files = [text_file(tmp_path / f"{k}.csv", lines, "utf-8") for k, lines in enumerate(TABLES.values())]
    done = run_import(empty, *files, out=(out := tmp_path / "out.xlsm"))
    *firsts, checked = [line for line in done.lines if not line.startswith(" ")]
    assert checked == "写入的与文件逐格核对一致22格"
    assert firsts == [
        f"{k}.csv → {sheet}：新增1行{changed}"
        for k, (sheet, changed) in enumerate(
            zip(TABLES, ["，改写1格", "", "，改写1格", "，改写1格", "，改写1格"], strict=True)
        )
    ]
    assert landed(out, "学校数据")[3] == {
        "学校名称": "某镇小学",
        "学段": "小学",
        "教师总数": 20.0,
        "适龄学生数": 300.0,
        "互联网接入": "是",
    }
    assert landed(out, "班级数据")[0]["课程学习完成率"] == 0.85
    assert landed(out, "月度得分")[0]["月份"] == "2021-03"
    assert str(landed(out, "行为明细")[0]["日期"]) == "2021-03-02 08:30:00"
    assert landed(out, "行为明细")[0]["行为"] == "备课"


def test_a_file_that_may_be_either_of_two_tables_is_asked_about(empty: Path, tmp_path: Path) -> None:
    file = text_file(tmp_path / "人数.csv", [["学校", "学生数"], ["某镇小学", 41]], "utf-8")
    with pytest.raises(
        KongjianError, match="人数.csv：分不清是学校数据、班级数据中的哪一张；请用 --sheet 写明"
    ):
        run_import(empty, file)
    run_import(empty, file, sheet="班级数据", out=(out := tmp_path / "out.xlsm"))
    assert landed(out, "班级数据") == [{"学校名称": "某镇小学", "学生数": 41.0}]


def test_sheets_that_are_no_table_are_told_of_and_hidden_ones_left_out(empty: Path, tmp_path: Path) -> None:
    def more(book: object, _: object) -> None:
        book.add_worksheet("说明").write("A1", "填表说明")  # type: ignore[attr-defined]
        hidden = book.add_worksheet("旧数据")  # type: ignore[attr-defined]
        for r, line in enumerate(TEACHERS):
            hidden.write_row(r, 0, line)
        hidden.hide()

    file = xlsx(tmp_path / "教师.xlsx", TEACHERS, more)
    run_import(empty, file, out=(out := tmp_path / "out.xlsm"))
    notes = [r["说明"] for r in landed(out, "导入记录") if r.get("文件") == "教师.xlsx"]
    assert landed(out, "教师数据") == TEACHERS_LANDED
    assert "隐藏的工作表“旧数据”没有导入" in notes
    assert "工作表“说明”：前10行没有输入表的列名，没有导入" in notes
