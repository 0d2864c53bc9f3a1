"""Opens a file by what is in it, not by its name: the platform calls HTML .xls, and staff rename what they like."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.intake.importing.encodings import decode
from kongjian.intake.importing.html_tables import read_archive, read_html
from kongjian.intake.importing.plain_text import read_text
from kongjian.intake.importing.source_sheet import Source, SourceSheet
from kongjian.intake.importing.spreadsheets import read_old, read_package, read_xml
from kongjian.rules.model_importing import ImportLimits
from kongjian.xlsx.package import OLE

_BEFORE_1995 = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_FOREIGN = (
    (b"%PDF", "是 PDF，不是表格；请从平台导出表格文件"),
    (b"\x89PNG", "是图片，不是表格；请从平台导出表格文件"),
    (b"\xff\xd8\xff", "是图片，不是表格；请从平台导出表格文件"),
    (b"GIF8", "是图片，不是表格；请从平台导出表格文件"),
    (b"BM", "是图片，不是表格；请从平台导出表格文件"),
    (b"{\\rtf", "是写字板文档，不是表格；请从平台导出表格文件"),
    (b"Rar!", "是压缩包，不是表格；请先解压，再导入里面的文件"),
    (b"7z\xbc\xaf", "是压缩包，不是表格；请先解压，再导入里面的文件"),
    (b"\x1f\x8b", "是压缩包，不是表格；请先解压，再导入里面的文件"),
    *(
        (begin, "是Excel 4.0或更早的格式，读不了；请用Excel打开它，另存为 .xlsx 再导入")
        for begin in _BEFORE_1995
    ),
)
_NEVER_IN_TEXT = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_TOO_STRANGE = 0.1
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|meta|body|table|div)\b", re.IGNORECASE)
_ARCHIVE = re.compile(r"(?:MIME-Version|From):", re.IGNORECASE)
_XML_SHEETS = re.compile(
    r"<(?:\w+:)?(?:Workbook|document)\b[^>]*urn:(?:schemas-microsoft-com:office:spreadsheet|oasis:)"
)
_DECLARATION = re.compile(r"^\s*\ufeff?<\?xml[^>]*\?>")


def read_source(path: Path, limits: ImportLimits) -> Source:
    """A file's sheets. Raises KongjianError with one sentence for a file that holds no table to be read."""
    data = _bytes(path, limits)
    if data.startswith(b"PK"):
        sheets, notes = read_package(path, limits)
        return Source(path, tuple(sheets), tuple(notes))
    if data.startswith(OLE):
        sheets, notes = read_old(path, data, limits)
        return Source(path, tuple(sheets), tuple(notes))
    for start, said in _FOREIGN:
        if data.startswith(start):
            raise KongjianError(f"{path.name} {said}")
    return _text(path, data, limits)


def _bytes(path: Path, limits: ImportLimits) -> bytes:
    if path.is_dir():
        raise KongjianError(f"{path} 是文件夹；请选里面的文件")
    try:
        if path.stat().st_size > limits.file_megabytes << 20:
            raise KongjianError(
                f"{path.name} 超过{limits.file_megabytes}MB，一次导入收不下；请按学校或月份分开导出再导入"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise KongjianError(f"找不到文件 {path}") from None
    except OSError as error:
        raise KongjianError(f"打不开 {path}：{disk.said(error)}") from None
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise KongjianError(f"{path.name} 是空文件；请从平台重新导出")
    return data


def _text(path: Path, data: bytes, limits: ImportLimits) -> Source:
    text, notes = decode(data, path.name, limits.bad_bytes)
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if len(_NEVER_IN_TEXT.findall(head)) > _TOO_STRANGE * len(head):
        raise KongjianError(f"{path.name} 不是表格文件；请从平台重新导出")
    if _ARCHIVE.match(head):
        return Source(path, tuple(read_archive(path, data, limits)))
    if not head.startswith("<"):
        return Source(path, (_noted(read_text(path, text, limits), notes),))
    if _XML_SHEETS.search(head) and not head.lower().startswith("<html"):
        sheets, more = read_xml(path, _DECLARATION.sub("", text), limits)
        return Source(path, tuple(_noted(s, notes) for s in sheets), tuple(more))
    if not _HTML.search(head):
        raise KongjianError(f"{path.name} 是 XML 文件，不是表格；请从平台导出表格文件")
    return Source(path, tuple(_noted(s, notes) for s in read_html(path, text, limits)))


def _noted(sheet: SourceSheet, notes: list[str]) -> SourceSheet:
    return replace(sheet, notes=(*notes, *sheet.notes))
