"""Workbooks in the formats that neither XlsxWriter nor openpyxl writes, small and made by hand."""

from __future__ import annotations

import base64
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from import_files import Line
from kongjian.intake.importing import compound

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def package(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return path


def relationships(*related: tuple[str, str]) -> str:
    """(kind, target), numbered from rId1."""
    listed = "".join(
        f'<Relationship Id="rId{k}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for k, (kind, target) in enumerate(related, 1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'


def _record(kind: int, *content: bytes) -> bytes:
    """A record of a binary workbook: kind and length in groups of seven bits."""
    data = b"".join(content)
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(data)
    while size > 127:
        head, size = head + bytes([size & 127 | 128]), size >> 7
    return head + bytes([size]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def xlsb(path: Path, lines: Sequence[Line]) -> Path:
    """A binary workbook of one sheet."""
    rows = []
    for r, line in enumerate(lines):
        rows.append(_record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0, 0, 0)))
        for c, value in enumerate(line):
            place = struct.pack("<II", c, 0)
            if isinstance(value, str) and value:
                rows.append(_record(6, place, _wide(value)))
            elif not isinstance(value, str) and value is not None:
                rows.append(_record(5, place, struct.pack("<d", value)))
    width = max(map(len, lines))
    dimension = _record(148, struct.pack("<IIII", 0, len(lines) - 1, 0, width - 1))
    listed = _record(156, struct.pack("<II", 0, 1), _wide("rId1"), _wide("导出"))
    return package(path, {
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": relationships(("worksheet", "worksheets/sheet1.bin")),
        "xl/workbook.bin": _record(131) + _record(153, bytes(12)) + _record(143) + listed + _record(144) + _record(132),
        "xl/worksheets/sheet1.bin": _record(129) + dimension + _record(145) + b"".join(rows) + _record(146) + _record(130),
    })  # fmt: skip


def xls(path: Path, lines: Sequence[Line]) -> Path:
    """An old workbook of one sheet."""

    def record(kind: int, *content: bytes) -> bytes:
        data = b"".join(content)
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0, 6))

    def wide(text: str, length: str) -> bytes:
        units = text.encode("utf-16-le")
        return struct.pack(f"<{length}B", len(units) // 2, 1) + units

    sheet = begin(0x10)
    for r, line in enumerate(lines):
        for c, value in enumerate(line):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(value, str) and value:
                sheet += record(0x0204, place, wide(value, "H"))
            elif not isinstance(value, str) and value is not None:
                sheet += record(0x0203, place, struct.pack("<d", value))
    name, end = wide("导出", "B"), record(0x000A)
    at = len(begin(5)) + 4 + 6 + len(name) + len(end)
    stream = begin(5) + record(0x0085, struct.pack("<IBB", at, 0, 0), name) + end + sheet + end
    path.write_bytes(compound._compound_file("Workbook", stream))
    return path


def _open_cell(value: Any) -> str:
    if value in ("", None):
        return "<table:table-cell/>"
    if isinstance(value, float):
        return f'<table:table-cell office:value-type="float" office:value="{value:.17g}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def open_document(rows: str, styles: str = "", table: str = "") -> str:
    """content.xml around the rows of one sheet; `table` are its further attributes."""
    names = "".join(f' xmlns:{n}="{_OPEN}:{n}:1.0"' for n in ("office", "table", "text", "style"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} xmlns:calcext="urn:org:calcext">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="导出"{table}>{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )


def open_rows(lines: Sequence[Line]) -> str:
    return "".join(f"<table:table-row>{''.join(map(_open_cell, line))}</table:table-row>" for line in lines)


def ods(path: Path, lines: Sequence[Line]) -> Path:
    """An OpenDocument workbook, with the million of empty rows that follow in a real one."""
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    return package(path, {"mimetype": mime, "content.xml": open_document(open_rows(lines) + rest)})


def xml_2003(path: Path, lines: Sequence[Line], encoding: str = "utf-8", head: str = "") -> Path:
    """An XML spreadsheet as report servers write it; rows and cells that are left out are counted by their numbers."""
    rows = []
    for r, line in enumerate(lines, 1):
        cells = "".join(
            f'<Cell ss:Index="{c}"><Data ss:Type="{"Number" if isinstance(v, float) else "String"}">'
            f"{escape(f'{v:.17g}' if isinstance(v, float) else str(v))}</Data></Cell>"
            for c, v in enumerate(line, 1)
            if v not in ("", None)
        )
        rows += [f'<Row ss:Index="{r}">{cells}</Row>'] if cells else []
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}" xmlns:x="urn:schemas-microsoft-com:office:excel">{head}'
        f"<Worksheet ss:Name={quoteattr('导出')}><Table>{''.join(rows)}</Table></Worksheet></Workbook>"
    )
    path.write_bytes(text.encode(encoding))
    return path


def web_archive(path: Path, page: Path) -> Path:
    """A page as a "single file web page": its frame without a table, then the sheet."""
    parts = [
        b"<html><frameset><frame src=3D'sheet001.htm'></frameset></html>",
        base64.encodebytes(page.read_bytes()),
    ]
    text = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_Next"\r\n\r\n'
    for way, part in zip((b"quoted-printable", b"base64"), parts, strict=True):
        text += b'------=_Next\r\nContent-Transfer-Encoding: %s\r\nContent-Type: text/html; charset="utf-8"\r\n\r\n%s\r\n' % (way, part)  # fmt: skip
    path.write_bytes(text + b"------=_Next--\r\n")
    return path


def renamed_parts(path: Path, parts: Mapping[str, bytes], names: Mapping[str, str]) -> Path:
    """A package whose parts have other names, each with what leads there."""

    def moved(name: str, content: bytes) -> tuple[str, bytes]:
        for old, new in names.items():
            content = content.replace(old.rpartition("/")[2].encode(), new.rpartition("/")[2].encode())
        return names.get(name, name), content

    return package(path, dict(moved(n, c) for n, c in parts.items()))
