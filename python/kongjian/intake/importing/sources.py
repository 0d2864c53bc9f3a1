"""Opens a file by what is in it, not by its name: the platform calls HTML .xls, and staff rename what they like."""

from __future__ import annotations

import re
from pathlib import Path

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.intake.importing.html_tables import read_html
from kongjian.intake.importing.plain_text import decode, read_text
from kongjian.intake.importing.source_sheet import Source
from kongjian.intake.importing.spreadsheets import read_old, read_package
from kongjian.rules.model_importing import ImportLimits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
)
_NEVER_IN_TEXT = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_TOO_STRANGE = 0.1
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|meta|body|table|div)\b", re.IGNORECASE)
_SAVE_AS = "读不了；请用Excel打开它，另存为 .xlsx 再导入"


def read_source(path: Path, limits: ImportLimits) -> Source:
    """A file's sheets. Raises KongjianError with one sentence for a file that holds no table to be read."""
    data = _bytes(path, limits)
    if data.startswith(b"PK"):
        sheets, notes = read_package(path, limits)
        return Source(path, tuple(sheets), tuple(notes))
    if data.startswith(_OLE):
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
    text = decode(data, path.name)
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if len(_NEVER_IN_TEXT.findall(head)) > _TOO_STRANGE * len(head):
        raise KongjianError(f"{path.name} 不是表格文件；请从平台重新导出")
    if head.startswith("<"):
        if "urn:schemas-microsoft-com:office:spreadsheet" in head:
            raise KongjianError(f"{path.name} 是“XML 电子表格”，{_SAVE_AS}")
        if not _HTML.search(head):
            raise KongjianError(f"{path.name} 是 XML 文件，不是表格；请从平台导出表格文件")
        sheets = read_html(path, text, limits)
        if not sheets:
            raise KongjianError(f"{path.name} 里没有表格；请从平台重新导出")
        return Source(path, tuple(sheets))
    if re.match(r"(?:MIME-Version|From):", head, re.IGNORECASE):
        raise KongjianError(f"{path.name} 是“单个文件网页”，{_SAVE_AS}")
    return Source(path, (read_text(path, text, limits),))
