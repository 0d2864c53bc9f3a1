"""The workbook file as a package of parts: opened with every fault named, saved whole or not at all.

Parts that did not change are copied as they are, still compressed, so that nothing in them can be lost.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from xml.etree import ElementTree

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_file
from kongjian.xlsx.packing import LEVEL, Packing

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT_MAIN = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
CONTENT_TYPES = "[Content_Types].xml"
MOST_MEGABYTES = 400
"""Unpacked, as of an import: what is more was made to fill the memory, or no longer opens in time."""
_MOST_TWICE = 64 << 20
"""Bytes up to which the parts may stand in the memory twice."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an .xls file begins, and an .xlsx file with a password."""


class Package:
    """An .xlsx or .xlsm file, read only; `save` writes another one with some parts changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _refuse(path)
        self._state = _state(path)
        try:
            self._zip = zipfile.ZipFile(path)
            _refuse_swollen(path, self._zip.infolist())
            self.names = self._zip.namelist()
            found = {info.filename: _checked(self._zip, info) for info in self._zip.infolist()}
            self._packed = {name: sum_ for name, (sum_, _) in found.items()}
            self._parts = {name: data for name, (_, data) in found.items()}
            if len(self._packed) < len(self.names):
                raise zipfile.BadZipFile("two parts of one name")
            self.workbook = self._workbook_part()
            self.sheets = self._sheet_parts()
        except KongjianError:
            raise
        except OSError as error:
            self.close()
            raise KongjianError(_unopened(path, error)) from None
        except Exception:  # a flipped bit of the directory or the first parts can raise anything
            self.close()
            raise KongjianError(f"{path.name} 已损坏，打不开；请用上一份备份（.bak）或重新导出") from None
        if not self.sheets:
            raise KongjianError(f"{path.name} 不是 .xlsx 或 .xlsm 工作簿；请在Excel里另存为这两种格式再试")

    def close(self) -> None:
        if hasattr(self, "_zip"):
            self._zip.close()

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, name: str) -> bytes:
        """One part's bytes, unpacked when the file was opened. Raises KongjianError where there is no such part."""
        if name not in self._parts:
            raise self.damaged(name)
        return self._parts[name]

    def unpacked(self) -> BinaryIO:
        """The package as a file whose parts are not packed, for a reader that would unpack them once more; a large one as it is."""
        if sum(map(len, self._parts.values())) > _MOST_TWICE:
            return io.BytesIO(self.path.read_bytes())
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as out:
            for info in self._zip.infolist():
                copy = zipfile.ZipInfo(info.filename, info.date_time)
                copy.CRC, copy.compress_size, copy.file_size = info.CRC, info.file_size, info.file_size
                _put(out, copy, self._parts[info.filename])
        file.seek(0)
        return file

    def damaged(self, name: str) -> KongjianError:
        """What to say of a part that cannot be read."""
        if _state(self.path) != self._state:
            return self._overtaken()
        return KongjianError(f"{self.path.name} 已损坏（{name}），打不开；请用上一份备份（.bak）或重新导出")

    def relationships(self, part: str) -> list[tuple[str, str, str]]:
        """(id, type, target part) of every internal relationship of a part."""
        name = relationships_part(part)
        try:
            return read_relationships(self.read(name), part) if name in self.names else []
        except (ElementTree.ParseError, ValueError):
            raise self.damaged(name) from None

    def related(self, part: str, kind: str) -> list[str]:
        """The parts of one kind (the last word of the relationship's type) that a part refers to."""
        return [target for _, type_, target in self.relationships(part) if type_.rsplit("/", 1)[-1] == kind]

    def _workbook_part(self) -> str:
        found = self.related("", "officeDocument")
        return found[0] if found else "xl/workbook.xml"

    def _sheet_parts(self) -> dict[str, str]:
        if not self.workbook.endswith(".xml") or CONTENT_TYPES not in self.names:  # .xlsb, .ods
            return {}
        root = ElementTree.fromstring(self.read(self.workbook))
        targets = {id_: target for id_, _, target in self.relationships(self.workbook)}
        out = {}
        for sheet in root.iter():
            if sheet.tag in (f"{MAIN}sheet", f"{STRICT_MAIN}sheet"):
                id_ = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
                out[sheet.attrib["name"]] = targets[id_]
        return out

    def save(
        self,
        target: Path,
        changed: Mapping[str, bytes],
        removed: Iterable[str] = (),
        added: Mapping[str, bytes] | None = None,
        keep: Callable[[Path], None] = lambda _: None,
        verify: Callable[[Path], None] = lambda _: None,
        packing: Packing | None = None,
    ) -> None:
        """Writes the package with these parts changed, dropped and added; atomically, the old file kept as .bak.

        `keep` is called with the file that is going to be replaced, `verify` before with the one that is to replace it;
        `packing` may have begun with parts that change. No other user of the computer may read a new file that could
        not read this one.
        """
        new, packing = {**changed, **(added or {})}, packing or Packing()
        for name, data in new.items():
            packing.begin(name, data)

        def write(temporary: Path) -> None:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as out:
                for info in self._zip.infolist():
                    if info.filename in changed:
                        _put_packed(out, info, new[info.filename], packing)
                    elif info.filename not in removed:
                        self._copy(info, out)
                for name, data in (added or {}).items():
                    _put_packed(out, zipfile.ZipInfo(name), data, packing)
            temporary.chmod(temporary.stat().st_mode & (self.path.stat().st_mode | 0o600))
            verify(temporary)

        def last(replaced: Path) -> None:
            if _state(self.path) != self._state:
                raise self._overtaken()
            keep(replaced)

        self._refuse_other_kind(target, changed)
        if _state(self.path) != self._state:
            raise self._overtaken()
        replace_file(target, write, last)

    def _copy(self, info: zipfile.ZipInfo, out: zipfile.ZipFile) -> None:
        """Moves one member over without unpacking it, as it was checked when the file was opened."""
        data = _packed(self._zip, info)
        if zlib.crc32(data) != self._packed[info.filename]:
            raise self.damaged(info.filename)
        copy = zipfile.ZipInfo(info.filename, info.date_time)
        for attribute in (
            "compress_type",
            "external_attr",
            "create_system",
            "CRC",
            "compress_size",
            "file_size",
        ):
            setattr(copy, attribute, getattr(info, attribute))
        copy.flag_bits = info.flag_bits & ~0x08  # sizes stand in the header: no descriptor follows
        _put(out, copy, data)

    def _overtaken(self) -> KongjianError:
        return KongjianError(f"计算时 {self.path.name} 被别的程序改动了，没有写入；请再算一次")

    def _refuse_other_kind(self, target: Path, changed: Mapping[str, bytes]) -> None:
        """Excel opens no file whose name and content differ about macros."""
        if target.suffix.lower() == self.path.suffix.lower() or target.is_dir():
            return
        types = changed[CONTENT_TYPES] if CONTENT_TYPES in changed else self.read(CONTENT_TYPES)
        suffix = ".xlsm" if b".sheet.macroEnabled." in types else ".xlsx"
        if target.suffix.lower() != suffix:
            raise KongjianError(f"输出文件 {target.name} 的扩展名应是 {suffix}，否则Excel打不开")


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes when another program writes the file; None when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def relationships_part(part: str) -> str:
    path = PurePosixPath(part)
    return str(path.parent / "_rels" / f"{path.name}.rels") if part else "_rels/.rels"


def read_relationships(xml: bytes | str, part: str) -> list[tuple[str, str, str]]:
    """(id, type, target part) of the internal ones among a part's relationships."""
    return [
        (r.get("Id", ""), r.get("Type", ""), resolve(part, r.get("Target", "")))
        for r in ElementTree.fromstring(xml)
        if r.get("TargetMode") != "External"
    ]


def resolve(part: str, target: str) -> str:
    """A relationship's target as a part name."""
    if target.startswith("/"):
        return target[1:]
    parts: list[str] = list(PurePosixPath(part).parent.parts) if part else []
    for piece in PurePosixPath(target).parts:
        if piece == "..":
            if not parts:
                raise ValueError(f"{target} is outside the package")
            parts.pop()
        else:
            parts.append(piece)
    return "/".join(parts)


def _unopened(path: Path, error: OSError) -> str:
    return f"打不开 {path}：{disk.said(error)}"


def _refuse(path: Path) -> None:
    """Names the usual reasons why a file is not a workbook that can be opened."""
    if path.is_dir():
        raise KongjianError(f"{path} 是文件夹，不是工作簿")
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise KongjianError(f"找不到文件 {path}") from None
    except OSError as error:
        raise KongjianError(_unopened(path, error)) from None
    if head == OLE:
        encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        if encrypted:
            raise KongjianError(f"{path.name} 有打开密码；请在Excel里去掉密码（文件-信息-保护工作簿）再试")
        raise KongjianError(f"{path.name} 是旧的 .xls 格式；请在Excel里另存为 .xlsx 或 .xlsm 再试")
    if not head:
        raise KongjianError(f"{path.name} 是空文件，不是工作簿")
    if head[:2] != b"PK":
        raise KongjianError(f"{path.name} 不是 .xlsx 或 .xlsm 工作簿")


def _refuse_swollen(path: Path, parts: Iterable[zipfile.ZipInfo]) -> None:
    """A small file can unpack to more than any computer holds."""
    if sum(part.file_size for part in parts) > MOST_MEGABYTES << 20:
        raise KongjianError(
            f"{path.name} 解开后超过{MOST_MEGABYTES}MB，不像正常的工作簿，没有打开；请用上一份备份（.bak）或重新导出"
        )


def _put_packed(out: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes, packing: Packing) -> None:
    """Adds a member with new bytes under the name, time and rights of this one."""
    fresh = zipfile.ZipInfo(info.filename, info.date_time)
    fresh.compress_type = zipfile.ZIP_DEFLATED
    fresh.external_attr = info.external_attr or 0o600 << 16
    packed = packing.take(info.filename, data)
    fresh.CRC, fresh.file_size, fresh.compress_size = zlib.crc32(data), len(data), len(packed)
    _put(out, fresh, packed)


def _put(out: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> None:
    """Adds a member whose bytes are already as they are to stand in the file."""
    assert out.fp is not None
    info.header_offset = out.fp.tell()
    out.fp.write(info.FileHeader())
    out.fp.write(data)
    out.filelist.append(info)
    out.NameToInfo[info.filename] = info
    out.start_dir = out.fp.tell()


def _packed(source: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member's bytes as they stand in the file. Raises BadZipFile where there are none."""
    file = source.fp
    assert file is not None
    file.seek(info.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04" or info.flag_bits & 1:
        raise zipfile.BadZipFile(info.filename)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    name = file.read(name_length).decode("utf-8" if info.flag_bits & 0x800 else "cp437")
    if name != info.orig_filename:
        raise zipfile.BadZipFile(info.filename)
    file.seek(extra_length, 1)
    data = file.read(info.compress_size)
    if len(data) < info.compress_size:
        raise zipfile.BadZipFile(info.filename)
    return data


def _checked(source: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, bytes]:
    """The checksum of a member's packed bytes and what they unpack to, which is seen to be what the directory says and no more.

    Every reader that opens the file after this one unpacks as much as is declared. Raises BadZipFile.
    """
    data = _packed(source, info)
    sum_ = zlib.crc32(data)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        unpacking = zlib.decompressobj(-15)
        plain = unpacking.decompress(data, info.file_size + 1)
        if not unpacking.eof or unpacking.unused_data or unpacking.unconsumed_tail:
            raise zipfile.BadZipFile(info.filename)
    elif info.compress_type == zipfile.ZIP_STORED:
        plain = data
    else:
        raise zipfile.BadZipFile(info.filename)
    if (len(plain), zlib.crc32(plain)) != (info.file_size, info.CRC):
        raise zipfile.BadZipFile(info.filename)
    return sum_, plain
