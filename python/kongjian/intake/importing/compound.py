"""Old .xls files: the workbook is taken out of its compound file and handed on in a plain, sound one.

olefile reads the container (chains that loop, names in any case); a reader of cells never sees the original.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import olefile

from kongjian.base.errors import KongjianError
from kongjian.xlsx.package import OLE

_OTHERS = (
    ("EncryptedPackage", "有打开密码；请在Excel里去掉密码（文件-信息-保护工作簿）再导入"),
    ("WordDocument", "是 Word 文档，不是表格；请从平台重新导出"),
    ("PowerPoint Document", "是演示文稿，不是表格；请从平台重新导出"),
)
_BEGIN, _PASSWORD, _END = 0x0809, 0x002F, 0x000A
_SECTOR = 4096
_FREE, _LAST, _OF_THE_TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def sound_copy(path: Path, data: bytes) -> bytes:
    """A compound file with nothing but the workbook. Raises KongjianError where there is none that can be read."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            for other, said in _OTHERS:
                if container.exists(other):
                    raise KongjianError(f"{path.name} {said}")
            name = next((n for n in ("Workbook", "Book") if container.exists(n)), "")
            if not name:
                raise KongjianError(f"{path.name} 不是表格文件；请从平台重新导出")
            stream = container.openstream(name).read()
    except KongjianError:
        raise
    except Exception:  # whatever a damaged container leads to
        raise KongjianError(f"{path.name} 已损坏，读不了；请从平台重新导出") from None
    if _has_password(stream):
        raise KongjianError(
            f"{path.name} 有打开密码；请在Excel里去掉密码（文件-信息-保护工作簿），另存后再导入"
        )
    return _compound_file(name, stream)


def _has_password(stream: bytes) -> bool:
    """Whether the first records, those of the workbook itself, say that the others are encrypted."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _PASSWORD:
            return True
        if kind == _END or (at == 0 and kind != _BEGIN):
            return False
        at += 4 + length
    return False


def _compound_file(name: str, stream: bytes) -> bytes:
    """A compound file of one stream: table of sectors, directory, no short streams, the stream; sectors of 4 kB."""
    stream = stream.ljust(_SECTOR, b"\0")  # a shorter one would belong elsewhere
    sectors = -(-len(stream) // _SECTOR)
    tables = 1
    while tables * _SECTOR // 4 < tables + 2 + sectors:
        tables += 1
    first = tables + 2
    table = [_OF_THE_TABLE] * tables + [_LAST, _LAST] + [*range(first + 1, first + sectors), _LAST]
    table += [_FREE] * (tables * _SECTOR // 4 - len(table))
    header = OLE + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<9I", 1, tables, tables, 0, _SECTOR, _LAST, 0, _LAST, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, 1, tables + 1, 0) + _entry(name, 2, _FREE, first, len(stream))
    return b"".join(
        (header.ljust(_SECTOR, b"\0"), struct.pack(f"<{len(table)}I", *table),
         directory.ljust(2 * _SECTOR, b"\0"), stream.ljust(sectors * _SECTOR, b"\0"))
    )  # fmt: skip


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text), kind, 1, _FREE, _FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", first, size)
