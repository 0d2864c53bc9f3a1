"""Unpacks an .xlsx within bounds before any reader sees it: what is declared, what is really there, what is hidden.

Only the parts that hold cells are handed on; macros, links, pictures and embedded files never are.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import numpy as np

from kongjian.errors import KongjianError
from kongjian.importing.sheet import refuse_size
from kongjian.rules.model import ImportLimits
from kongjian.workbook.package import resolve
from kongjian.workbook.reader import error_cells
from kongjian.workbook.sheet_part import column_number

_CHUNK = 1 << 20
_MEGABYTE = 1 << 20
_LONGEST_PIECE = 16 * _MEGABYTE
_LONG_STRING = 200
_WORKBOOK = "xl/workbook.xml"
_NOT_CELLS = re.compile(
    r"/(?:drawings|charts|chartsheets|media|embeddings|theme|externalLinks|queryTables|pivot\w+|ctrlProps|activeX)/"
)
_MARKUP = (b"<!DOCTYPE", b"<!ENTITY")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = re.compile(rb'\br="(\d+)"')
_FILLED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/>])?>|<(?:\w+:)?c(?:\s(?![^>]*\br=")[^>]*[^/>])?>'
)
_UNSAVED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_ITEM = re.compile(rb"<(?:\w+:)?si\b")
_NAMED_STRING = re.compile(rb'\bt="s"[^>]*><(?:\w+:)?v>(\d{1,9})<')
_OTHERS = (
    ("xl/workbook.bin", "是 .xlsb 工作簿，读不了；请在Excel里另存为 .xlsx 再导入"),
    ("content.xml", "是 OpenDocument 文件，读不了；请另存为 .xlsx 再导入"),
    ("word/document.xml", "是 Word 文档，不是表格；请从平台重新导出"),
    ("ppt/presentation.xml", "是演示文稿，不是表格；请从平台重新导出"),
)


@dataclass
class Survey:
    """What was seen of one worksheet while it was unpacked."""

    filled: int = 0
    rows: set[bytes] = field(default_factory=set)
    letters: set[bytes] = field(default_factory=set)
    openings: int = 0
    hidden_rows: set[bytes] = field(default_factory=set)
    unsaved: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def hidden(self) -> int:
        """Hidden rows that hold anything."""
        return len(self.hidden_rows & self.rows)

    def take(self, xml: bytes) -> None:
        """Counts a piece that ends before the opening of a tag."""
        for attributes in _ROW.findall(xml):
            self.openings += 1
            if b"hidden" in attributes and _HIDDEN.search(attributes) and (r := _NUMBER.search(attributes)):
                self.hidden_rows.add(r[1])
        found = _FILLED.findall(xml)
        self.filled += len(found)
        self.letters.update(letters for letters, _ in found)
        self.rows.update(row for _, row in found)
        if b"<f" in xml or b":f" in xml:
            self.unsaved += len(_UNSAVED.findall(xml))

    def bounds(self) -> tuple[int, int]:
        """How many rows hold anything, and how many cells a reader would lay out."""
        last = max((int(r) for r in self.rows if r), default=self.openings)
        width = max((column_number(c) for c in self.letters if c), default=1)
        return max(len(self.rows), 1), max(self.filled, last * width)


@dataclass(frozen=True)
class Unpacked:
    """The parts that hold cells, stored without compression, and what was seen of each worksheet."""

    data: io.BytesIO
    surveys: dict[str, Survey]


def unpack(path: Path, limits: ImportLimits) -> Unpacked:
    """Raises KongjianError for what is no workbook, is damaged, or would not stay within the limits."""
    data = io.BytesIO()
    surveys: dict[str, Survey] = {}
    try:
        with zipfile.ZipFile(path) as packed, zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as out:
            members = _members(path, packed, limits)
            for info in members:
                with packed.open(info) as part, out.open(zipfile.ZipInfo(_name(info)), "w") as stored:
                    survey = (
                        Survey() if "/worksheets/" in _name(info) and info.filename.endswith(".xml") else None
                    )
                    for piece in _pieces(path, part):
                        stored.write(piece)
                        if survey:
                            survey.take(piece)
                            refuse_size(path, "", *survey.bounds(), limits)
                    if survey:
                        surveys[_name(info)] = survey
        _refuse_repeated_strings(path, data, surveys, limits)
        found = _by_sheet(data, surveys)
        data.seek(0)
        return Unpacked(data, found)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        KeyError,
        NotImplementedError,
        ValueError,
        ElementTree.ParseError,
    ):
        raise damaged(path) from None
    except RuntimeError:  # a password on the parts themselves
        raise KongjianError(f"{path.name} 有密码；请去掉密码再导入") from None


def damaged(path: Path) -> KongjianError:
    return KongjianError(f"{path.name} 已损坏，读不了；请从平台重新导出")


def _too_large(path: Path, limits: ImportLimits) -> KongjianError:
    return KongjianError(
        f"{path.name} 解开后超过{limits.unpacked_megabytes}MB，可能不是正常的导出文件，没有读；请从平台重新导出，或按学校、月份分开导出"
    )


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _members(path: Path, packed: zipfile.ZipFile, limits: ImportLimits) -> list[zipfile.ZipInfo]:
    """The parts to hand on; their declared sizes are within the limit, and reading never goes past those."""
    names = {_name(i) for i in packed.infolist()}
    if _WORKBOOK not in names:
        said = next(
            (s for part, s in _OTHERS if part in names), "是压缩包，不是表格；请先解压，再导入里面的文件"
        )
        raise KongjianError(f"{path.name} {said}")
    wanted: dict[str, zipfile.ZipInfo] = {}
    for info in packed.infolist():
        if _name(info).endswith((".xml", ".rels")) and not _NOT_CELLS.search(f"/{_name(info)}"):
            wanted[_name(info)] = info
    if sum(i.file_size for i in wanted.values()) > limits.unpacked_megabytes * _MEGABYTE:
        raise _too_large(path, limits)
    return list(wanted.values())


def _pieces(path: Path, part: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that end between cells. Raises KongjianError for declarations, which no export has."""
    kept = b""
    first = True
    while chunk := part.read(_CHUNK):
        kept += chunk
        if first and (kept[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in kept[:200]):
            raise KongjianError(f"{path.name} 的内部编码不是UTF-8，没有读；请用Excel另存为 .xlsx 再导入")
        first = False
        if any(mark in kept for mark in _MARKUP):
            raise KongjianError(
                f"{path.name} 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"
            )
        cut = max(kept.rfind(b"</row>"), kept.rfind(b":row>"))
        cut = kept.find(b">", cut) + 1 if cut >= 0 else kept.rfind(b"<")
        if cut <= 0 and len(kept) > _LONGEST_PIECE:
            raise damaged(path)
        if cut > 0:
            yield kept[:cut]
            kept = kept[cut:]
    if kept:
        yield kept


def _refuse_repeated_strings(
    path: Path, data: io.BytesIO, surveys: dict[str, Survey], limits: ImportLimits
) -> None:
    """A reader copies a shared string for every cell that names it: a long one named often is a bomb, too."""
    with zipfile.ZipFile(data) as stored:
        shared = next((n for n in stored.namelist() if n.endswith("/sharedStrings.xml")), "")
        xml = stored.read(shared) if shared else b""
        starts = [m.start() for m in _ITEM.finditer(xml)]
        lengths = np.diff(np.array([*starts, len(xml)], dtype=np.int64))
        if not (lengths > _LONG_STRING).any():
            return
        total = 0
        for part in surveys:
            named = np.array([int(n) for n in _NAMED_STRING.findall(stored.read(part))], dtype=np.int64)
            total += int(lengths[named[named < len(lengths)]].sum())
        if total > limits.unpacked_megabytes * _MEGABYTE:
            raise _too_large(path, limits)


def _by_sheet(data: io.BytesIO, surveys: dict[str, Survey]) -> dict[str, Survey]:
    """Sheet name → what was seen of it, its error cells among that."""
    with zipfile.ZipFile(data) as stored:
        relations = ElementTree.fromstring(stored.read("xl/_rels/workbook.xml.rels"))
        targets = {r.get("Id"): resolve(_WORKBOOK, r.get("Target", "")) for r in relations}
        out = {}
        for element in ElementTree.fromstring(stored.read(_WORKBOOK)).iter():
            if not element.tag.endswith("}sheet"):
                continue
            part = targets.get(next((v for k, v in element.attrib.items() if k.endswith("}id")), ""), "")
            if part in surveys:
                out[element.get("name", "")] = surveys[part]
                surveys[part].errors = error_cells(stored.read(part))
        return out
