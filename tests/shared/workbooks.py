"""Small test workbooks: plain ones as they are built, and one with everything that staff and other steps add."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import python_calamine

from kongjian.rules import Rules, load_rules
from kongjian.workbook.shipped.build_workbook import Pasted, build

Parts = dict[str, bytes]

REQUIREMENTS = {"互联网接入": "是", "多媒体教学环境": "是", "管理员实名认证": "是"}
OPENED = {"教师总数": 20, "教师开通空间数": 20, "适龄学生数": 300, "学生开通空间数": 290}
SCHOOL_NAMES = ("赤壁市第一小学", "赤壁市第二小学", "官塘驿镇中心小学", "车埠镇初级中学", "神山镇教学点")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def school(name: str, score: float, **given: object) -> dict[str, object]:
    """A school that qualifies, with the platform's score: what it is ranked by."""
    return {"学校名称": name, **REQUIREMENTS, **OPENED, "管理员姓名": "李明", "平台得分": score, **given}


def teacher(school_name: str, name: str, account: str, score: float, **given: object) -> dict[str, object]:
    row = {"学校名称": school_name, "教师姓名": name, "账号": account, "任课": "是", "班主任": "否"}
    return {**row, "在线授课": 30, "作业管理": 2, "平台得分": score, **given}


def schools(count: int) -> list[dict[str, object]]:
    """That many schools with scores 99.99, 99.98 and so on: their ranks are their order."""
    known = [*SCHOOL_NAMES[:count], *(f"村小{i:03d}" for i in range(len(SCHOOL_NAMES), count))]
    return [school(name, round(99.99 - i / 100, 2)) for i, name in enumerate(known)]


def teachers(count: int) -> list[dict[str, object]]:
    return [
        teacher(SCHOOL_NAMES[i % 3], f"教师{i:02d}", f"42128119900101{i:04d}", round(98.5 - i / 4, 2))
        for i in range(count)
    ]


def everything() -> dict[str, list[dict[str, object]]]:
    """A handful of rows for each input sheet."""
    first = SCHOOL_NAMES[0]
    account = "421281199001010000"
    return {
        "schools": [*schools(4), school(SCHOOL_NAMES[4], 79.5)],
        "teachers": teachers(6),
        "classes": [
            {"学校名称": first, "年级": "三年级", "班级": "1班", "学生数": 40, "课程学习完成率": 0.9, "作业完成率": 0.75}
        ],
        "monthly": [{"类别": "学校", "学校名称": first, "月份": f"2021-0{m}", "得分": 90 + m} for m in (3, 4, 5)],
        "events": [
            {"日期": f"2021-03-{d:02d}", "学校名称": first, "账号": account, "角色": "教师", "行为": "制作课件"}
            for d in (1, 2, 2)
        ],
    }  # fmt: skip


MONTHS = ("2020-12", *(f"2021-0{m}" for m in range(1, 8)))


def settled(school_count: int = 4, teacher_count: int = 6) -> dict[str, list[dict[str, object]]]:
    """Rows of which nothing is open: the platform's scores for all, and every month's."""
    rows = {"schools": schools(school_count), "teachers": teachers(teacher_count)}
    monthly = [
        {"类别": label, "学校名称": row["学校名称"], "账号": row.get("账号", ""), "月份": month, "得分": row["平台得分"]}
        for label, units in zip(("学校", "教师"), rows.values(), strict=True)
        for row in units
        for month in MONTHS
    ]  # fmt: skip
    return {**rows, "monthly": monthly}


def pasted(rules: Rules, rows: Mapping[str, Iterable[Mapping[str, object]]]) -> dict[str, Pasted]:
    """Rows by column name as the builder takes them."""
    return {
        table.id: Pasted([], [[row.get(n) for n in table.names] for row in rows.get(table.id, [])])
        for table in rules.tables
    }


def small_book(
    path: Path, rows: Mapping[str, Iterable[Mapping[str, object]]] | None = None, rules: Rules | None = None
) -> Path:
    """A workbook as the project builds it, never calculated, with these rows (or a handful) pasted."""
    rules = rules or load_rules()
    build(rules, path, pasted(rules, everything() if rows is None else rows))
    return path


def paste_again(book: Path, rows: Mapping[str, list[dict[str, object]]]) -> None:
    """Replaces what is pasted in a workbook, its results left as they are, as staff do next term."""
    fresh = read(small_book(book.with_name(f"fresh-{book.name}"), rows))
    parts = read(book)
    for sheet in ("学校数据", "教师数据"):
        inline = _inlined(fresh[sheet_part(fresh, sheet)], fresh["xl/sharedStrings.xml"])
        part = sheet_part(parts, sheet)
        styles = re.compile(rb' s="\d+"')
        data = re.search(rb"<sheetData>.*</sheetData>", styles.sub(b"", inline), re.DOTALL)
        assert data is not None
        parts[part] = re.sub(
            rb"<sheetData>.*</sheetData>", lambda _, d=data[0]: d, parts[part], flags=re.DOTALL
        )
    write(book, parts)


def _inlined(sheet: bytes, strings: bytes) -> bytes:
    items = re.findall(rb"<si>(.*?)</si>", strings, re.DOTALL)

    def cell(found: re.Match[bytes]) -> bytes:
        return b't="inlineStr"><is>' + items[int(found[1])] + b"</is></c>"

    return re.sub(rb't="s"><v>(\d+)</v></c>', cell, sheet)


def read(path: Path) -> Parts:
    """Every part of a package, unpacked."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, parts: Mapping[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path


def change(path: Path, edit: Callable[[Parts], None]) -> Path:
    """A workbook with its parts edited in place."""
    parts = read(path)
    edit(parts)
    return write(path, parts)


def replace(parts: Parts, part: str, old: bytes, new: bytes) -> None:
    """Puts one text in the place of another that must be there."""
    assert old in parts[part], (part, old)
    parts[part] = parts[part].replace(old, new, 1)


def prefixed(parts: Parts) -> None:
    """Writes the elements of every part of SpreadsheetML with a prefix, as some programs do."""
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    for name, data in parts.items():
        if main in data:
            data = re.sub(rb"<(/?)([A-Za-z]\w*)(?=[\s/>])", rb"<\1x:\2", data)
            parts[name] = data.replace(main, main.replace(b"xmlns", b"xmlns:x"), 1)


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Sheet name → part."""
    rels = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {r.get("Id"): r.get("Target", "") for r in rels}
    out = {}
    for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet"):
        id_ = next(v for k, v in sheet.attrib.items() if k.endswith("}id"))
        target = targets[id_]
        out[sheet.attrib["name"]] = target[1:] if target.startswith("/") else f"xl/{target}"
    return out


def sheet_part(parts: Mapping[str, bytes], sheet: str) -> str:
    return sheet_parts(parts)[sheet]


def table_part(parts: Mapping[str, bytes], table: str) -> str:
    """The part of the one table of this name."""
    marked = f'displayName="{table}"'.encode()
    found = [n for n, data in parts.items() if "/tables/" in n and marked in data]
    assert len(found) == 1, (table, found)
    return found[0]


def table_ref(path: Path, table: str) -> tuple[str, str]:
    """Where a table and its filter stand."""
    parts = read(path)
    root = ElementTree.fromstring(parts[table_part(parts, table)])
    filtered = root.find(f"{MAIN}autoFilter")
    return root.attrib["ref"], "" if filtered is None else filtered.attrib["ref"]


def cells(path: Path, sheet: str) -> list[list[Any]]:
    """A sheet's cells from A1 as calamine reads them."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


_FILLS = re.compile(
    rb"<conditionalFormatting (?:(?!</conditionalFormatting>).)*"
    + "空间评比·".encode()
    + rb"(?:(?!</conditionalFormatting>).)*</conditionalFormatting>",
    re.DOTALL,
)


def without_fills(sheet: bytes) -> bytes:
    """A sheet part without the fills of cells to look at."""
    return _FILLS.sub(b"", sheet)


def column(path: Path, sheet: str, header: str) -> list[Any]:
    """A table's column below its header in row 3, down to the sheet's last row."""
    rows = cells(path, sheet)
    return [row[rows[2].index(header)] for row in rows[3:]]


def opened(path: Path, **options: Any) -> openpyxl.Workbook:
    """A workbook as openpyxl reads it, which warns of every extension that it would lose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, **options)


def compound_file(stream: str) -> bytes:
    """A minimal OLE file: a header, one sector of allocations, one of directory entries."""
    header = _OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    sectors = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE)
    entries = b""
    for name, kind, child in (("Root Entry", 5, 1), (stream, 2, 0xFFFFFFFF)):
        text = name.encode("utf-16-le") + b"\0\0"
        entries += text.ljust(64, b"\0") + struct.pack(
            "<HBB3I", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child
        )
        entries += bytes(48)
    return header.ljust(512, b"\xff") + sectors.ljust(512, b"\xff") + entries.ljust(512, b"\0")
