"""Workbooks that other programs or staff made, not the builder: results come out right and the file stays valid."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from kongjian.rules import load_rules
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.recalculate import recalculate
from kongjian.xlsx.strings import EMPTY
from office import convert
from package_lint import lint
from workbooks import (
    SCHOOL_NAMES,
    Parts,
    cells,
    change,
    column,
    everything,
    opened,
    prefixed,
    read,
    replace,
    school,
    schools,
    sheet_part,
    sheet_parts,
    small_book,
    table_part,
    table_ref,
    teachers,
    without_fills,
    write,
)

NOW = dt.datetime(2021, 7, 9, 16, 30, 5)
RULES = load_rules()
OUTPUTS = output_sheets(RULES)
RANKED = [*SCHOOL_NAMES[:4]]  # the fifth school of the handful has too few points


def typed_book(path: Path, rows: Mapping[str, list[dict[str, object]]]) -> Path:
    """Input sheets only, typed by the contract and saved by openpyxl: no tables, no formats."""
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for table in RULES.tables:
        sheet = book.create_sheet(table.sheet)
        sheet["A1"], sheet["A2"] = table.sheet, "从第4行起粘贴"
        for at, name in enumerate(table.names, start=1):
            sheet.cell(3, at, name)
        for row, values in enumerate(rows.get(table.id, []), start=4):
            for at, name in enumerate(table.names, start=1):
                sheet.cell(row, at, values.get(name)).data_type = (
                    "s" if isinstance(values.get(name), str) else "n"
                )
    book.save(path)
    return path


def calculated(path: Path) -> Path:
    """The workbook after a run that brought no fault into the package."""
    before = lint(path)
    recalculate(path, now=NOW)
    assert [fault for fault in lint(path) if fault not in before] == []
    return path


def ranking(path: Path) -> list[tuple[object, ...]]:
    """The schools with a rank; the others stand behind them."""
    return [tuple(row[:3]) for row in cells(path, "学校排名")[3:] if row[0]]


def check_handful(path: Path) -> None:
    """The handful of rows of `everything`, calculated."""
    assert ranking(path) == [(i, n, round(100 - i / 100, 2)) for i, n in enumerate(RANKED, start=1)]
    assert column(path, "教师排名", "得分") == [98.5, 98.25, 98.0, 97.75, 97.5, 97.25]
    awards = cells(path, "获奖名单")[3:]
    assert [row[2] for row in awards[:3]] == RANKED[:3]
    assert column(path, "资格审核", "是否达标") == [*["达标"] * 4, "未达标", *["达标"] * 6]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return small_book(tmp_path / "评比.xlsx")


def share_strings(parts: Parts) -> None:
    """Moves the inline strings, which openpyxl writes, to a part of their own."""
    items: list[bytes] = []

    def shared(found: re.Match[bytes]) -> bytes:
        items.append(b"<si>" + found[1] + b"</si>")
        return b't="s"><v>%d</v>' % (len(items) - 1)

    for name in sheet_parts(parts).values():
        parts[name] = re.sub(rb't="inlineStr"><is>(.*?)</is>', shared, parts[name], flags=re.DOTALL)
    parts["xl/sharedStrings.xml"] = EMPTY.replace(b"></sst>", b">" + b"".join(items) + b"</sst>")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    item = f'<Relationship Id="rIdS" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    replace(parts, "xl/_rels/workbook.xml.rels", b"</Relationships>", item.encode())
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    item = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    replace(parts, "[Content_Types].xml", b"</Types>", item.encode())


@pytest.mark.parametrize("shared", [False, True], ids=["inline strings", "shared strings"])
def test_a_book_typed_by_the_contract_gets_its_results(shared: bool, tmp_path: Path) -> None:
    path = typed_book(tmp_path / "typed.xlsx", everything())
    if shared:
        change(path, share_strings)
    before = read(path)
    check_handful(calculated(path))
    after = read(path)
    assert [n for n in sheet_parts(before).values() if before[n] != without_fills(after[n])] == []
    result = opened(path)
    made = {s.sheet: s for s in OUTPUTS if s.sheet in result.sheetnames}
    assert {
        "学校排名",
        "教师排名",
        "获奖名单",
        "资格审核",
        "学校得分",
        "教师得分",
        "问题清单",
        "运行记录",
    } <= set(made)
    assert len(result.sheetnames) == len(RULES.tables) + len(made)
    for sheet, spec in made.items():
        assert [c.name for c in result[sheet].tables[spec.table].tableColumns] == spec.names
    assert result["学校排名"]["C4"].number_format == "0.00"
    assert result["教师排名"]["D4"].number_format == "@"
    check_handful(calculated(path))


def test_only_the_two_required_sheets(tmp_path: Path) -> None:
    path = typed_book(tmp_path / "two.xlsx", {"schools": schools(3)})
    two = openpyxl.load_workbook(path)
    for table in RULES.tables[2:]:
        two.remove(two[table.sheet])
    two.save(path)
    assert [n for _, n, _ in ranking(calculated(path))] == list(SCHOOL_NAMES[:3])


def test_a_book_saved_by_libreoffice(book: Path, tmp_path: Path) -> None:
    recalculate(book, now=NOW)
    saved = calculated(convert(book, "xlsx", tmp_path / "office"))
    check_handful(saved)
    assert table_ref(saved, "SchoolRanking") == ("A3:G8", "A3:G8")
    assert len(column(saved, "运行记录", "时间")) == 2


def test_xml_with_a_namespace_prefix(book: Path) -> None:
    change(book, prefixed)
    assert b"<x:worksheet" in read(book)["xl/worksheets/sheet1.xml"]
    check_handful(calculated(book))
    check_handful(calculated(book))
    assert not re.search(rb"<(?:row|c|v)[ >]", read(book)[sheet_part(read(book), "学校排名")])


def without_references(xml: bytes) -> bytes:
    """A sheet whose rows and cells are told by their order alone, gaps filled with blank ones."""
    rows: dict[int, bytes] = {}
    for number, rest, inner in re.findall(rb'<row r="(\d+)"([^>]*[^/])>(.*?)</row>', xml, re.DOTALL):
        found = re.findall(rb'<c r="([A-Z]+)\d+"(.*?(?:/>|</c>))', inner, re.DOTALL)
        given = {openpyxl.utils.column_index_from_string(c.decode()): b"<c" + r for c, r in found}
        filled = b"".join(given.get(k, b"<c/>") for k in range(1, max(given) + 1))
        rows[int(number)] = b"<row" + rest + b">" + filled + b"</row>"
    body = b"".join(rows.get(k, b"<row/>") for k in range(1, max(rows) + 1))
    return re.sub(rb"(<sheetData>).*(?=</sheetData>)", lambda m: m[1] + body, xml, flags=re.DOTALL)


def test_rows_and_cells_without_references(book: Path) -> None:
    def anonymous(parts: Parts) -> None:
        for sheet in ("学校数据", "学校排名", "首页"):
            part = sheet_part(parts, sheet)
            parts[part] = without_references(parts[part])
            assert b' r="' not in parts[part]

    change(book, anonymous)
    recalculate(book, now=NOW)
    assert {fault.split("!")[0].split(":")[0] for fault in lint(book)} == {"学校数据", "table Schools"}
    check_handful(book)
    title = [row[:3] for row in cells(book, "学校排名")[:3]]
    assert [title[0][0], title[2]] == ["学校排名", ["名次", "学校名称", "得分"]]


def test_sheet_names_with_spaces(book: Path) -> None:
    def spaced(parts: Parts) -> None:
        for name in ("学校数据", "学校排名", "问题清单"):
            old = f'name="{name}"'.encode()
            replace(parts, "xl/workbook.xml", old, f'name=" {name[:2]} {name[2:]}"'.encode())

    change(book, spaced)
    recalculate(book, now=NOW)
    names = opened(book).sheetnames
    assert " 学校 排名" in names
    assert "学校排名" not in names
    assert [row[1] for row in cells(book, " 学校 排名")[3:] if row[0]] == RANKED
    links = [c.hyperlink.location for (c,) in opened(book)[" 问题 清单"]["D4:D9"] if c.hyperlink]
    assert {link.split("!")[0] for link in links} <= {"' 学校 数据'", "'教师数据'"}
    assert links


def drop_sheet(parts: Parts, name: str) -> None:
    """Takes a sheet and its table out of a workbook, as Excel does when staff delete it."""
    part = sheet_part(parts, name)
    rels = f"xl/worksheets/_rels/{part.rpartition('/')[2]}.rels"
    gone = [part, *(f"xl/{t.decode()[3:]}" for t in re.findall(rb'Target="([^"]+)"', parts.get(rels, b"")))]
    target = part.removeprefix("xl/")
    found = re.search(rb'<Relationship Id="(\w+)"[^<>]*Target="' + target.encode() + rb'"/>', parts["xl/_rels/workbook.xml.rels"])  # fmt: skip
    assert found is not None
    replace(parts, "xl/_rels/workbook.xml.rels", found[0], b"")
    parts["xl/workbook.xml"] = re.sub(rb'<sheet name="[^"]*" sheetId="\d+"(?: state="\w+")? r:id="' + found[1] + rb'"/>', b"", parts["xl/workbook.xml"])  # fmt: skip
    parts["xl/workbook.xml"] = re.sub(rb"<definedNames>.*</definedNames>", b"", parts["xl/workbook.xml"])
    parts.pop(rels, None)
    for one in gone:
        parts.pop(one, None)
        pattern = rb'<Override PartName="/' + re.escape(one.encode()) + rb'"[^<>]*/>'
        parts["[Content_Types].xml"] = re.sub(pattern, b"", parts["[Content_Types].xml"])


@pytest.mark.parametrize("sheet", ["学校排名", "运行记录", "问题清单", "首页"])
def test_a_deleted_sheet(sheet: str, book: Path) -> None:
    recalculate(book, now=NOW)
    change(book, lambda parts: drop_sheet(parts, sheet))
    assert sheet not in opened(book).sheetnames
    calculated(book)
    check_handful(book)
    assert (sheet in opened(book).sheetnames) == (sheet != "首页")
    check_handful(calculated(book))


def test_a_result_sheet_renamed_to_keep_it(book: Path) -> None:
    """The new sheet takes the table's name; two tables of one name would make Excel repair the file."""
    recalculate(book, now=NOW)
    change(
        book, lambda p: replace(p, "xl/workbook.xml", '"学校排名"'.encode(), '"学校排名(上学期)"'.encode())
    )
    parts = read(book)
    part = sheet_part(parts, "学校排名(上学期)")
    parts["xl/workbook.xml"] = re.sub(rb"<definedNames>.*</definedNames>", b"", parts["xl/workbook.xml"])
    write(book, parts)
    recalculate(book, now=NOW)
    after = opened(book)
    assert list(after["学校排名(上学期)"].tables) == ["SchoolRanking_1"]
    assert list(after["学校排名"].tables) == ["SchoolRanking"]
    assert read(book)[part] == parts[part]
    assert not [fault for fault in lint(book) if fault.startswith("table")]
    check_handful(book)


def test_a_result_table_made_a_plain_range_leaves_no_stale_rows(book: Path) -> None:
    recalculate(book, now=NOW)

    def plain(parts: Parts) -> None:
        sheet, table = sheet_part(parts, "学校得分"), table_part(parts, "SchoolScores")
        del parts[table], parts[f"xl/worksheets/_rels/{sheet.rpartition('/')[2]}.rels"]
        replace(parts, "[Content_Types].xml", b"".join(re.findall(rb'<Override PartName="/%b"[^<>]*/>' % table.encode(), parts["[Content_Types].xml"])), b"")  # fmt: skip
        parts[sheet] = re.sub(rb"<tableParts.*</tableParts>", b"", parts[sheet])
        source = sheet_part(parts, "学校数据")
        parts[source] = re.sub(rb'<row r="[678]".*?</row>', b"", parts[source])

    change(book, plain)
    assert len(cells(book, "学校得分")) == 8
    calculated(book)
    assert column(book, "学校得分", "学校名称") == list(SCHOOL_NAMES[:2])
    assert table_ref(book, "SchoolScores") == ("A3:AB5", "A3:AB5")


ODD = {
    "markup": "<b>&amp;\"'小学", "leading": "  两边空格  ", "lines": "上\n下", "emoji": "小学😀", "rare": "𬭎𠮷小学",
    "direction": "\u200f右\u202e左", "control": "铃\x07响", "looks escaped": "A_x000D_B", "command": "=cmd|'/c calc'!A1",
    "plus": "+1", "minus": "-1", "at": "@x", "return": "一\r\n二", "number": "007", "tab": "三\t四",
}  # fmt: skip
SEEN = {
    **ODD, "leading": "两边空格", "lines": "上 下", "direction": "右左", "control": "铃响", "return": "一 二", "tab": "三 四"
}  # fmt: skip


def test_odd_names_stay_what_people_see(tmp_path: Path) -> None:
    rows = {"schools": [school(name, round(99 - i / 10, 1)) for i, name in enumerate(ODD.values())]}
    path = calculated(small_book(tmp_path / "odd.xlsm", rows))
    assert column(path, "学校排名", "学校名称") == list(SEEN.values())
    sheet = opened(path)["学校排名"]
    assert {c.data_type for (c,) in sheet.iter_rows(min_row=4, min_col=2, max_col=2)} == {"s"}
    assert not re.search(rb"<f[ >]", read(path)[sheet_part(read(path), "学校排名")])
    recalculate(path, now=NOW)
    assert column(path, "学校排名", "学校名称") == list(SEEN.values())


@pytest.mark.parametrize(
    ("rows", "ranked"),
    [({}, ([], [])), ({"teachers": teachers(5)}, ([], [98.5, 98.25, 98.0, 97.75, 97.5]))],
    ids=["nothing", "only teachers"],
)
def test_missing_data(rows: dict[str, list[dict[str, object]]], ranked: tuple[list[object], list[object]], tmp_path: Path) -> None:  # fmt: skip
    makers: list[Callable[..., Path]] = [small_book, typed_book]
    for maker in makers:
        path = calculated(maker(tmp_path / f"{maker.__name__}.xlsx", rows))
        assert (column(path, "学校排名", "得分"), column(path, "教师排名", "得分")) == ranked
        assert table_ref(path, "SchoolRanking") == ("A3:G4", "A3:G4")
        assert column(path, "运行记录", "学校数") == [0]


def test_formulas_of_ones_own_are_recalculated_even_without_calculation_settings(tmp_path: Path) -> None:
    path = typed_book(tmp_path / "own.xlsx", {"schools": schools(2)})
    own = openpyxl.load_workbook(path)
    own["学校数据"]["AJ4"] = "=LEN(A4)"
    own.save(path)
    change(
        path, lambda p: p.update({"xl/workbook.xml": re.sub(rb"<calcPr[^>]*/>", b"", p["xl/workbook.xml"])})
    )
    calculated(path)
    assert b'<calcPr fullCalcOnLoad="1"/>' in read(path)["xl/workbook.xml"]
    assert opened(path)["学校数据"]["AJ4"].value == "=LEN(A4)"
