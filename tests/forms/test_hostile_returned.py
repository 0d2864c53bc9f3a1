"""A folder full of files that do harm: each is one line of the checklist, and the good form among them counts."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from application_forms import answered, rules
from kongjian.entry.cli.main import main
from kongjian.forms.applications import jobs
from kongjian.forms.returned import checklist
from kongjian.workbook.recalculate import check
from workbooks import Parts, change, compound_file, everything, sheet_parts, small_book

BOMB = 600 << 20
DAMAGED = "已损坏，打不开"
RELS = "xl/_rels/workbook.xml.rels"
Maker = Callable[[Path], object]
"""Turns a copy of a good form into a bad one, in place."""


def content(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data)


def edited(edit: Callable[[Parts], None]) -> Maker:
    return lambda path: change(path, edit)


def first_sheet(old: bytes, new: bytes) -> Maker:
    def edit(parts: Parts) -> None:
        part = next(iter(sheet_parts(parts).values()))
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new, 1)

    return edited(edit)


def part(name: str, old: bytes, new: bytes) -> Maker:
    def edit(parts: Parts) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return edited(edit)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-400])


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<a/>")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/x.xml", "w") as out:
        for _ in range(BOMB >> 24):
            out.write(bytes(1 << 24))


def lying_bomb(path: Path) -> None:
    """A part that unpacks to far more than the directory says."""
    name = b"xl/x.xml"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name.decode(), bytes(64 << 20))
    data = bytearray(path.read_bytes())
    for at in (data.find(name) - 30 + 22, data.rfind(name) - 46 + 24):
        data[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(data)


def locked(path: Path) -> None:
    """The mark of a password on every part."""
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    path.write_bytes(data)


def word_document(path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", b"<w/>")
    path.write_bytes(buffer.getvalue())


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + b"x" * 1000
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + k, b"&%c;" % (97 + k) * 40) for k in range(6))
    + b"]><x>&g;</x>"
)

HARMLESS = "有4个文件，用了最新的；另有 名称.xlsx、字太长.xlsx"
"""Two that can be read: with the good one the school has handed in three."""
HOSTILE: dict[str, tuple[Maker, str]] = {
    "空.xlsx": (content(b""), "空.xlsx：读不了（是空文件，不是工作簿）"),
    "文字.xlsx": (content("学校\n".encode()), "文字.xlsx：读不了（不是 .xlsx 或 .xlsm 工作簿）"),
    "密码.xlsx": (content(compound_file("EncryptedPackage")), "密码.xlsx：读不了（有打开密码；"),
    "旧的.xls": (content(compound_file("Workbook")), "旧的.xls：读不了（是旧的 .xls 格式；"),
    "文档.xlsx": (word_document, "文档.xlsx：读不了（已损坏（xl/workbook.xml）"),
    "截断.xlsx": (cut, f"截断.xlsx：读不了（{DAMAGED}"),
    "坏一位.xlsx": (flipped, f"坏一位.xlsx：读不了（{DAMAGED}"),
    "重名.xlsx": (twice, f"重名.xlsx：读不了（{DAMAGED}"),
    "加锁.xlsx": (locked, f"加锁.xlsx：读不了（{DAMAGED}"),
    "炸弹.xlsx": (bomb, "炸弹.xlsx：读不了（解开后超过400MB，"),
    "说小了.xlsx": (lying_bomb, f"说小了.xlsx：读不了（{DAMAGED}"),
    "笑.xlsx": (edited(lambda p: p.update({"xl/workbook.xml": LAUGHS})), f"笑.xlsx：读不了（{DAMAGED}"),
    "出包.xlsx": (part(RELS, b'Target="', b'Target="../../../'), "出包.xlsx：读不了（已损坏"),
    "没有工作表.xlsx": (edited(lambda p: [p.pop(n) for n in list(p) if "sheets/" in n]), "没有工作表.xlsx：读不了（已损坏"),
    "半张.xlsx": (first_sheet(b"</sheetData>", b""), "半张.xlsx：读不了（"),
    "远格.xlsx": (first_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'), "远格.xlsx：读不了（"),
    "行号.xlsx": (first_sheet(b'<row r="1"', b'<row r="99999999999"'), HARMLESS),
    "格名.xlsx": (first_sheet(b'r="A1"', b'r="ZZZZZZZ1"'), "格名.xlsx：读不了（工作表“赤壁市第一小学”有19行，在很远的ZZZZZZZ列也有内容，"),
    "串号.xlsx": (first_sheet(b"</sheetData>", b'<row r="90"><c r="A90" t="s"><v>99999</v></c></row></sheetData>'), "串号.xlsx：读不了（工作表“赤壁市第一小学”已损坏，"),
    "名称.xlsx": (part("xl/workbook.xml", b"$1", b"$99999999999999999999"), HARMLESS),
    "字太长.xlsx": (first_sheet(b"</t>", b"x" * 90_000 + b"</t>"), HARMLESS),
    "换\n行.xlsx": (content(b""), "换␤行.xlsx：读不了（是空文件"),
    f"{'长' * 80}.xlsx": (content(b""), f"{'长' * 80}.xlsx：读不了（"),
    "扫描.pdf": (content(b"%PDF"), "不是表格，请人工登记"),
}  # fmt: skip
"""Each file with its sentence."""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """The checklist after one collection of all of them: file → state and problem."""
    place = tmp_path_factory.mktemp("hostile")
    book = small_book(place / "评比.xlsm", everything())
    run, folder = check(book), place / "表格"
    folder.mkdir()
    owed = checklist.expected(run, rules())
    checklist.write(folder / checklist.FILE, owed, [], dt.date(2021, 7, 26), rules())
    (place / "自己").mkdir()
    good = answered(run, "school", place / "自己", 0, "好的")
    assert len(jobs(run, dt.date(2021, 7, 20))[0].documents) > 1
    for name, (make, _) in HOSTILE.items():
        shutil.copy(good, folder / name)
        make(folder / name)
    shutil.copy(good, folder / "好的.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["kongjian", "collect", str(folder), "--book", str(book)])
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code == 0
    sheet = openpyxl.load_workbook(folder / checklist.FILE).active
    rows = [[str(c.value or "") for c in row] for row in sheet.iter_rows(min_row=4)]
    return {row[8]: (row[6], row[7]) for row in rows} | {
        name: (row[6], row[7]) for row in rows for name in (*HOSTILE, "好的.xlsx") if name in row[7]
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_one_line(name: str, listed: dict[str, tuple[str, str]]) -> None:
    state, problem = listed[name.replace("\n", "␤")]
    expected = HOSTILE[name][1]
    assert state == ("已交齐" if expected == HARMLESS else "待处理")
    assert problem.startswith(expected)
    assert "\n" not in problem


def test_the_good_one_counts(listed: dict[str, tuple[str, str]]) -> None:
    assert "好的.xlsx" in listed
    assert [state for state, _ in listed.values() if state == "未交"] != []
