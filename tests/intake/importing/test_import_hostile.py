"""Damaged and hostile files: refused in one Chinese sentence with the workbook as it was, or harmless; long because each hostile file is made here."""

from __future__ import annotations

import dataclasses
import io
import re
import resource
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from import_files import (
    FORMULAS,
    RULES,
    TEACHERS,
    TEACHERS_LANDED,
    Line,
    html_xls,
    injected,
    landed,
    new_book,
    recorded,
    run_import,
    text_file,
    xlsx,
)
from kongjian.base.errors import KongjianError
from kongjian.rules import Rules
from kongjian.workbook.recalculate import recalculate
from package_lint import lint
from workbooks import change, compound_file, opened, read, replace, schools, sheet_part, small_book, write

Maker = Callable[[Path], Path]
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1 << 20


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path)


def refused(book: Path, *files: Path, rules: Rules = RULES) -> str:
    """What an import says that is refused; the folder is as it was."""
    before = {p: p.read_bytes() for p in book.parent.iterdir() if p.is_file()}
    with pytest.raises(KongjianError) as error:
        run_import(book, *files, rules=rules)
    assert {p: p.read_bytes() for p in book.parent.iterdir() if p.is_file()} == before
    assert "\n" not in str(error.value)
    return str(error.value)


def limited(**limits: int) -> Rules:
    """Rules by which a file need not be large to be too large."""
    kept = dataclasses.replace(RULES.importing.limits, **limits)
    return RULES.replace(importing=dataclasses.replace(RULES.importing, limits=kept))


SMALL, FEW = limited(unpacked_megabytes=20), limited(rows=20_000, cells=400_000)


def data(name: str, content: bytes) -> Maker:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def edited(edit: Callable[[dict[str, bytes]], None]) -> Maker:
    """A good export whose parts were changed."""
    return lambda folder: change(xlsx(folder / "教师.xlsx", TEACHERS), edit)


def truncated(folder: Path) -> Path:
    path = xlsx(folder / "教师.xlsx", TEACHERS)
    path.write_bytes(path.read_bytes()[:-400])
    return path


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def declared(parts: dict[str, bytes]) -> None:
    replace(parts, SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet')


def external(parts: dict[str, bytes]) -> None:
    head = b'<!DOCTYPE sst [<!ENTITY f SYSTEM "file:///etc/hostname">]><sst'
    replace(parts, "xl/sharedStrings.xml", b"<sst", head)
    replace(parts, "xl/sharedStrings.xml", "李明".encode(), b"&f;")


def laughs(parts: dict[str, bytes]) -> None:
    entities = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10 if k else "ha"}">' for k in range(10))
    replace(parts, "xl/workbook.xml", b"<workbook", f"<!DOCTYPE w [{entities}]><workbook".encode())
    replace(parts, "xl/workbook.xml", "导出".encode(), b"&l9;")


def behind_a_long_comment(parts: dict[str, bytes]) -> None:
    replace(parts, SHEET, b"<worksheet", b"<!--" + b"x" * 3 * MEGABYTE + b"--><!DOCTYPE x><worksheet")


def in_utf_16(parts: dict[str, bytes]) -> None:
    parts[SHEET] = parts[SHEET].decode().replace('encoding="UTF-8"', "").encode("utf-16")


def named_too_often(parts: dict[str, bytes]) -> None:
    """A text of a million characters that 2,000 cells name: two gigabytes of texts in a small file."""
    replace(parts, "xl/sharedStrings.xml", "李明".encode(), "李明".encode() + b"x" * MEGABYTE)
    number = re.findall(rb"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"])
    k = next(i for i, t in enumerate(number) if t.startswith("李明".encode()))
    rows = "".join(f'<row r="{r}"><c r="B{r}" t="s"><v>{k}</v></c></row>' for r in range(9, 2009))
    replace(parts, SHEET, b"</sheetData>", rows.encode() + b"</sheetData>")


def far_cell(parts: dict[str, bytes]) -> None:
    replace(
        parts, SHEET, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )


REFUSED: dict[str, tuple[Maker, str]] = {
    "empty": (data("教师.csv", b""), "教师.csv 是空文件；请从平台重新导出"),
    "only a mark": (data("教师.csv", b"\xef\xbb\xbf\r\n"), "教师.csv 是空文件；请从平台重新导出"),
    "a picture": (data("教师.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(99)), "教师.xlsx 是图片，不是表格；请从平台导出表格文件"),
    "a PDF": (data("教师.xls", b"%PDF-1.4 ..."), "教师.xls 是 PDF，不是表格；请从平台导出表格文件"),
    "an old document": (lambda f: data("教师.xls", compound_file("WordDocument"))(f), "教师.xls 是 Word 文档，不是表格；请从平台重新导出"),
    "an old file with a password": (data("教师.xlsx", compound_file("EncryptedPackage")), "教师.xlsx 有打开密码；请在Excel里去掉密码（文件-信息-保护工作簿）再导入"),
    "an old file of nothing": (data("教师.xls", compound_file("Contents")), "教师.xls 不是表格文件；请从平台重新导出"),
    "an old workbook, damaged": (data("教师.xls", compound_file("Workbook")), "教师.xls：没有可以导入的工作表"),
    "a document": (data("教师.xlsx", zipped(**{"word__document.xml": b"<w/>"})), "教师.xlsx 是 Word 文档，不是表格；请从平台重新导出"),
    "an archive": (data("教师.zip", zipped(a=b"1")), "教师.zip 是压缩包，不是表格；请先解压，再导入里面的文件"),
    "an OpenDocument file": (data("教师.ods", zipped(**{"content.xml": b"<a/>"})), "教师.ods：没有可以导入的工作表"),
    "a binary workbook": (data("教师.xlsb", zipped(**{"xl__workbook.bin": b""})), "教师.xlsb 已损坏（或大得不正常），读不了；请从平台重新导出，或用Excel打开它，另存为 .xlsx 再导入"),
    "an XML spreadsheet": (data("教师.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'), "教师.xls：没有可以导入的工作表"),
    "some XML": (data("教师.xls", b'<?xml version="1.0"?><a/>'), "教师.xls 是 XML 文件，不是表格；请从平台导出表格文件"),
    "a web archive": (data("教师.xls", b"MIME-Version: 1.0\r\n"), "教师.xls 里没有表格；请从平台重新导出"),
    "a page without a table": (data("教师.xls", b"<html><body>no</body></html>"), "教师.xls 里没有表格；请从平台重新导出"),
    "a page too deep": (data("教师.xls", b"<div>" * 5000 + "<table><tr><td>学校<td>姓名</table>".encode()), "教师.xls 里没有表格；请从平台重新导出"),
    "bytes": (data("教师.csv", b"\xff\x80,\r\n" * 99), "教师.csv 里有认不出的文字编码；请从平台重新导出，或用Excel另存为 .xlsx 再导入"),
    "control characters": (data("教师.csv", bytes(range(1, 32)) * 99), "教师.csv 不是表格文件；请从平台重新导出"),
    "an open quotation": (data("教师.csv", b'a,b\r\n"' + b"x" * (17 * MEGABYTE)), "教师.csv 第2行起读不了（引号不成对）；请从平台重新导出"),
    "cut off": (truncated, "教师.xlsx 已损坏，读不了；请从平台重新导出"),
    "a sheet cut off": (edited(lambda p: p.update({"xl/workbook.xml": p["xl/workbook.xml"][:300]})), "教师.xlsx 已损坏，读不了；请从平台重新导出"),
    "a declaration": (edited(declared), "教师.xlsx 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"),
    "an external entity": (edited(external), "教师.xlsx 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"),
    "a billion laughs": (edited(laughs), "教师.xlsx 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"),
    "a hidden declaration": (edited(behind_a_long_comment), "教师.xlsx 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"),
    "another encoding": (edited(in_utf_16), "教师.xlsx 的内部编码不是UTF-8，没有读；请用Excel另存为 .xlsx 再导入"),
    "one text named often": (edited(named_too_often), "教师.xlsx 解开后超过400MB，可能不是正常的导出文件，没有读；请从平台重新导出，或按学校、月份分开导出"),
    "a far cell": (edited(far_cell), "教师.xlsx超过400万格，一次导入收不下；请删去多余的行和列，或分开导出再导入"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_and_how(case: str, book: Path, tmp_path: Path) -> None:
    make, said = REFUSED[case]
    folder = tmp_path / "导出"
    folder.mkdir()
    assert refused(book, make(folder)) == said


def test_a_folder_and_a_missing_file(book: Path, tmp_path: Path) -> None:
    assert refused(book, tmp_path) == f"{tmp_path} 是文件夹；请选里面的文件"
    assert refused(book, tmp_path / "无.csv") == f"找不到文件 {tmp_path / '无.csv'}"


PAGES = {
    "entities": (
        '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
        "<table><tr><td>学校</td><td>姓名</td><td>账号</td></tr><tr><td>某校</td><td>&b;&f;</td><td>a1</td></tr></table>"
    ),
    "scripts": (
        "<html><script>document.title=1</script><table><tr><td>学校<td>姓名<td>账号</tr>"
        "<tr onclick='x()'><td>某校<td>李<script>alert(1)</script><img src='http://127.0.0.1:9/x' onerror=y()><td>a1</table>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_what_a_page_brings_along_does_nothing(case: str, book: Path, tmp_path: Path) -> None:
    run_import(book, data("教师.xls", PAGES[case].encode())(tmp_path))
    [row] = landed(book, "教师数据")
    assert (row["学校名称"], row["账号"]) == ("某校", "a1")
    assert "ha" not in row.get("教师姓名", "")
    assert row.get("教师姓名", "") == {"entities": "&b;&f;", "scripts": "李"}[case]


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td rowspan=999999 colspan=99999>x</td></tr>" + "<tr></tr>" * 1_000 + "</table>",
        "<table><tr>" + "<td colspan=16384>" * 500 + "</table>",
        "<table>" + "<tr><td>x" * 30_000 + "</table>",
    ],
)
def test_a_page_that_unfolds_is_refused(page: str, book: Path, tmp_path: Path) -> None:
    (tmp_path / "导出").mkdir()
    said = refused(book, data("教师.xls", page.encode())(tmp_path / "导出"), rules=FEW)
    assert re.search("一次导入收不下|没有输入表的列名", said)


# ---- zip bombs


def bomb(path: Path, size: int, lie: bool) -> Path:
    """An export whose sheet unpacks to this many bytes; a lying one declares only what the good one had."""
    parts = read(xlsx(path, TEACHERS))
    good = parts[SHEET]
    head, _, tail = good.partition(b"</sheetData>")
    parts[SHEET] = head + b"</sheetData>" + b" " * size + tail
    write(path, parts)
    if lie:
        old, new = struct.pack("<I", len(parts[SHEET])), struct.pack("<I", len(good))
        assert path.read_bytes().count(old) == 2
        path.write_bytes(path.read_bytes().replace(old, new))
    return path


@pytest.mark.parametrize("lie", [False, True])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(lie: bool, book: Path, tmp_path: Path) -> None:
    (tmp_path / "导出").mkdir()
    file = bomb(tmp_path / "导出" / "教师.xlsx", 40 * MEGABYTE, lie)
    assert file.stat().st_size < MEGABYTE
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = refused(book, file, rules=SMALL)
    assert said.startswith("教师.xlsx 已损坏" if lie else "教师.xlsx 解开后超过20MB，可能不是正常的导出文件")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


# ---- a million rows


def million(path: Path) -> Path:
    """A sheet of so many events, as a program writes it that leaves out what it may."""
    parts = read(xlsx(path, [["日期", "学校", "账号", "角色", "行为"]]))
    head, _, tail = parts[SHEET].partition(b"</sheetData>")
    texts = "".join(f'<c t="inlineStr"><is><t>{t}</t></is></c>' for t in ("某校", "a1", "教师", "备课"))
    rows = f"<row><c><v>44256</v></c>{texts}</row>".encode() * 1_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, content in parts.items():
            out.writestr(name, head + rows + b"</sheetData>" + tail if name == SHEET else content)
    return path


def test_a_million_rows_are_refused_before_they_are_read(book: Path, tmp_path: Path) -> None:
    (tmp_path / "导出").mkdir()
    file = million(tmp_path / "导出" / "行为.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wanted = "行为.xlsx超过2万行，一次导入收不下；请在平台上按学校或月份分开导出再导入"
    assert refused(book, file, rules=FEW) == wanted
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_a_million_lines_of_text_are_refused(book: Path, tmp_path: Path) -> None:
    (tmp_path / "导出").mkdir()
    file = tmp_path / "导出" / "行为.csv"
    file.write_text(
        "日期,学校,账号,角色,行为\n" + "2021-03-01,某校,a1,教师,备课\n" * 1_000_000, encoding="utf-8"
    )
    assert "行为.csv超过20万行" in refused(book, file)


# ---- accounts that Excel has damaged

DAMAGED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a number": (lambda f: xlsx(f / "教师.xlsx", [["学校", "姓名", "账号"], ["某校", "李", 421281199001011234.0]]), "教师.xlsx“导出”有1个账号末尾几位已被Excel改掉：C2（4.21281199001011e+17）"),
    "scientific": (lambda f: text_file(f / "教师.csv", [["学校", "姓名", "账号"], ["某校", "李", "4.21281E+17"]], "gb18030"), "教师.csv有1个账号末尾几位已被Excel改掉：C2（4.21281E+17）"),
    "scientific on a page": (lambda f: html_xls(f / "教师.xls", [["学校", "姓名", "账号"], ["某校", "李", "4.21281E+17"]]), "教师.xls有1个账号末尾几位已被Excel改掉：C2（4.21281E+17）"),
    "most end in 000": (lambda f: text_file(f / "教师.csv", [["学校", "姓名", "账号"], *(["某校", f"李{k}", f"42128119900101{k}000"] for k in range(1, 6))], "utf-8"), "教师.csv有5个账号末尾几位已被Excel改掉：C2（421281199001011000）、C3（421281199001012000）、C4（421281199001013000）等"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_accounts_stop_every_file(case: str, book: Path, tmp_path: Path) -> None:
    (tmp_path / "导出").mkdir()
    make, said = DAMAGED[case]
    bad = make(tmp_path / "导出")
    good = text_file(tmp_path / "导出" / "好.csv", TEACHERS, "utf-8")
    wanted = f"{said}。所有文件都没有导入；请从平台重新导出，直接导入，不要先用Excel打开再保存"
    assert refused(book, good, bad) == wanted


def test_one_text_id_that_ends_in_000_is_a_warning(book: Path, tmp_path: Path) -> None:
    rows: list[Line] = [
        ["某校", "李", "421281199001011000"],
        *(["某校", f"王{k}", f"42128119900101{k}23X"] for k in range(5)),
    ]
    run_import(book, text_file(tmp_path / "教师.csv", [["学校", "姓名", "账号"], *rows], "utf-8"))
    assert len(landed(book, "教师数据")) == 6
    assert "账号421281199001011000以000结尾，可能已被Excel改掉末尾几位（文件第2行）" in recorded(book, "说明")


# ---- what is harmless


def test_texts_that_begin_like_formulas_stay_texts(book: Path, tmp_path: Path) -> None:
    run_import(book, injected(tmp_path))
    sheet = opened(book)["教师数据"]
    for row, text in enumerate(FORMULAS, start=4):
        for column, wanted in (
            ("A", f"{text}校"),
            ("B", text),
            ("C", f"{text}x".replace(" ", "")),
            ("E", "=1+1"),
            ("F", "=2*3"),
        ):
            cell = sheet[f"{column}{row}"]
            assert (cell.value, cell.data_type, cell.number_format) == (wanted, "s", "@"), cell.coordinate
    parts = read(book)
    for name in ("教师数据", "导入记录"):
        assert re.search(rb"<f[ />]", parts[sheet_part(parts, name)]) is None
    assert [f for f in lint(book) if "has no module" not in f] == []
    recalculate(book)
    results = opened(book)
    for name in ("教师得分", "教师指标", "问题清单", "教师排名", "获奖名单"):
        kinds = {c.data_type for line in results[name].iter_rows(min_row=4) for c in line}
        assert "f" not in kinds, name


def test_macros_of_a_file_are_never_taken_over(book: Path, tmp_path: Path) -> None:
    """A workbook with macros is read for its cells alone."""
    before = read(book)["xl/vbaProject.bin"]
    (tmp_path / "导出").mkdir()
    source = small_book(tmp_path / "导出" / "教师.xlsm", {"schools": schools(2), "teachers": []})
    parts = read(source)
    assert b"CreateObject" not in before
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 not a project at all"
    write(source, parts)
    done = run_import(book, source)
    assert done.lines[0] == "教师.xlsm“学校数据” → 学校数据：新增0行，已有的2行跳过"
    assert read(book)["xl/vbaProject.bin"] == before
    assert not [n for n in read(book) if "教师" in n or "external" in n.lower()]


def test_hidden_and_filtered_rows_come_in_and_are_counted(book: Path, tmp_path: Path) -> None:
    def hide(_: Any, page: Any) -> None:
        page.autofilter(0, 0, 3, 15)
        page.filter_column(1, "x == 李明")
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(3, None, None, {"hidden": True})
        page.set_row(50, None, None, {"hidden": True})
        page.set_column(7, 7, None, None, {"hidden": True})

    done = run_import(book, xlsx(tmp_path / "教师.xlsx", TEACHERS, hide))
    assert landed(book, "教师数据") == TEACHERS_LANDED
    assert "  有2行在文件里是隐藏的（或被筛选掉了），也已读入" in done.lines


def test_error_cells_and_formulas_without_a_result_are_told(book: Path, tmp_path: Path) -> None:
    def spoil(_: Any, page: Any) -> None:
        page.write_formula(1, 5, "=1/0", None, "#DIV/0!")
        page.write_formula(2, 5, "=1+2", None, "")

    file = xlsx(tmp_path / "教师.xlsx", TEACHERS, spoil)
    change(file, lambda p: p.update({SHEET: re.sub(rb"(<f>1\+2</f>)<v></v>", rb"\1", p[SHEET])}))
    done = run_import(book, file)
    assert ("F4", "#DIV/0!", "", "单元格是错误值#DIV/0!，写成空白（文件第2行）") in recorded(
        book, "单元格", "原值", "写入", "说明"
    )
    assert "  有1个公式没有存下结果，按空白读；请用Excel打开并保存后再导入" in done.lines


LONG = "长" * 30_000
STRANGE = {
    "thirty thousand characters": (LONG, LONG),
    "emoji": ("李😀明👨\u200d👩\u200d👧", "李😀明👨👩👧"),
    "a rare character": ("𬭎𠮷", "𬭎𠮷"),
    "right to left": ("\u202e明李\u202c\u200f", "明李"),
    "what XML cannot hold": ("李\x0b明\ufffe", "李 明"),
    "what looks like an escape": ("_x0041_李", "_x0041_李"),
    "markup": ("<b>&amp;李</b>]]>", "<b>&amp;李</b>]]>"),
    "more than a cell takes": ("长" * 40_000, "长" * 32_767),
    "emoji at the end of a cell": ("长" * 32_766 + "😀", "长" * 32_766),
}


@pytest.mark.parametrize("case", STRANGE)
def test_strange_texts_survive_or_are_cleaned_as_pasted_ones(case: str, book: Path, tmp_path: Path) -> None:
    given, wanted = STRANGE[case]
    file = text_file(tmp_path / "教师.csv", [["学校", "姓名", "账号"], ["某校", given, "a1"]], "utf-8")
    run_import(book, file)
    assert landed(book, "教师数据")[0]["教师姓名"] == wanted
    told = [note for cell, note in recorded(book, "单元格", "说明") if cell == "B4"]
    assert bool(told) == (given != wanted)
    assert [f for f in lint(book) if "has no module" not in f] == []
    again = run_import(book, file)
    assert again.lines[0].endswith("新增0行，已有的1行跳过")


def test_the_limits_are_those_of_the_rules() -> None:
    limits = RULES.importing.limits
    assert (limits.rows, limits.cells, limits.unpacked_megabytes) == (200_000, 4_000_000, 400)


# ---- the same tricks in the workbook itself


def trick(entity: str, part: str, root: bytes, old: bytes) -> Callable[[dict[str, bytes]], None]:
    """A part whose text is an entity that a careless reader would look up or blow up."""

    def edit(parts: dict[str, bytes]) -> None:
        many = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10 if k else "ha"}">' for k in range(10))
        head = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">{many}]>'.encode()
        replace(parts, part, root, head + root)
        replace(parts, part, old, f"&{entity};".encode())

    return edit


@pytest.mark.parametrize("entity", ["f", "l9"])
@pytest.mark.parametrize(
    ("part", "root", "old"),
    [
        ("xl/workbook.xml", b"<workbook", "班级数据".encode()),
        ("xl/sharedStrings.xml", b"<sst", "李明".encode()),
    ],
    ids=["workbook", "texts"],
)
def test_entities_in_the_workbook_are_refused(
    entity: str, part: str, root: bytes, old: bytes, tmp_path: Path
) -> None:
    book = change(new_book(tmp_path, ".xlsx"), trick(entity, part, root, old))
    before = book.read_bytes()
    with pytest.raises(KongjianError, match="评比.xlsx 已损坏，打不开"):
        recalculate(book)
    assert book.read_bytes() == before
