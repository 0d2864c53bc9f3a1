"""Unpacks an .xlsx within bounds before any reader sees it: what is declared, what is really there, what is hidden.

Only the parts that hold cells are handed on; macros, links, pictures and embedded files never are.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from kongjian.base.errors import KongjianError
from kongjian.intake.importing.source_sheet import refuse_size
from kongjian.rules.model_importing import ImportLimits
from kongjian.xlsx.package import resolve
from kongjian.xlsx.part_survey import DeclarationError, Part, SharedTexts, Worksheet
from kongjian.xlsx.percent_formats import percent_cells, percent_styles
from kongjian.xlsx.reader import error_cells

_CHUNK = _MEGABYTE = 1 << 20
_WORKBOOK = "xl/workbook.xml"
_SHARED = "/sharedStrings.xml"
_NOT_CELLS = re.compile(
    r"/(?:docProps|customXml|drawings|charts|chartsheets|media|embeddings|theme|externalLinks|queryTables|pivot\w+|ctrlProps|activeX)/"
)
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError, ValueError,
    ElementTree.ParseError, expat.ExpatError,
)  # fmt: skip
_OTHERS = (
    ("xl/workbook.bin", "是 .xlsb 工作簿，读不了；请在Excel里另存为 .xlsx 再导入"),
    ("content.xml", "是 OpenDocument 文件，读不了；请另存为 .xlsx 再导入"),
    ("word/document.xml", "是 Word 文档，不是表格；请从平台重新导出"),
    ("ppt/presentation.xml", "是演示文稿，不是表格；请从平台重新导出"),
)


@dataclass(frozen=True)
class Unpacked:
    """The parts that hold cells, stored without compression, and what was seen of each worksheet by its name."""

    data: io.BytesIO
    sheets: dict[str, Worksheet]


def unpack(path: Path, limits: ImportLimits) -> Unpacked:
    """Raises KongjianError for what is no workbook, is damaged, or would not stay within the limits."""
    try:
        return _unpack(path, limits)
    except DeclarationError:
        raise KongjianError(
            f"{path.name} 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"
        ) from None
    except _BROKEN:
        raise damaged(path) from None
    except RuntimeError:  # a password on the parts themselves
        raise KongjianError(f"{path.name} 有密码；请去掉密码再导入") from None


def damaged(path: Path) -> KongjianError:
    return KongjianError(f"{path.name} 已损坏，读不了；请从平台重新导出")


def _unpack(path: Path, limits: ImportLimits) -> Unpacked:
    data = io.BytesIO()
    seen: dict[str, Worksheet] = {}
    lengths: list[int] = []
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as out:
        for name, info in _members(path, packed, limits).items():
            part = _part(name, lengths)
            with packed.open(info) as source, out.open(zipfile.ZipInfo(name), "w") as stored:
                _copy(path, source, stored, part, limits)
            if isinstance(part, SharedTexts):
                lengths = part.lengths
            elif isinstance(part, Worksheet):
                seen[name] = part
    with zipfile.ZipFile(data) as stored_parts:
        sheets = {name: seen[part] for name, part in _sheet_parts(stored_parts).items() if part in seen}
        name = next((n for n in stored_parts.namelist() if n.lower().endswith("/styles.xml")), "")
        styles = percent_styles(stored_parts.read(name)) if name else ()
        for part_name, sheet in seen.items():
            xml = stored_parts.read(part_name)
            sheet.errors, sheet.percents = error_cells(xml), percent_cells(xml, styles)
    data.seek(0)
    return Unpacked(data, sheets)


def _members(path: Path, packed: zipfile.ZipFile, limits: ImportLimits) -> dict[str, zipfile.ZipInfo]:
    """The parts to hand on, shared texts first; zipfile never reads more of one than it declares."""
    found = {info.filename.replace("\\", "/"): info for info in packed.infolist()}
    if _WORKBOOK not in found:
        other = next((said for part, said in _OTHERS if part in found), "")
        raise KongjianError(f"{path.name} {other or '是压缩包，不是表格；请先解压，再导入里面的文件'}")
    wanted = [n for n in found if n.endswith((".xml", ".rels")) and not _NOT_CELLS.search(f"/{n}")]
    if sum(found[n].file_size for n in wanted) > limits.unpacked_megabytes * _MEGABYTE:
        raise _too_large(path, limits)
    return {n: found[n] for n in sorted(wanted, key=lambda n: not n.endswith(_SHARED))}


def _part(name: str, lengths: list[int]) -> Part:
    if name.endswith(_SHARED):
        return SharedTexts()
    is_sheet = "/worksheets/" in name and name.endswith(".xml")
    return Worksheet(lengths) if is_sheet else Part()


def _copy(path: Path, source: IO[bytes], target: IO[bytes], part: Part, limits: ImportLimits) -> None:
    """A part's bytes, looked through as they pass."""
    first = True
    while piece := source.read(_CHUNK):
        if first and (piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in piece[:200]):
            raise KongjianError(f"{path.name} 的内部编码不是UTF-8，没有读；请用Excel另存为 .xlsx 再导入")
        first = False
        part.take(piece)
        target.write(piece)
        if isinstance(part, Worksheet):
            refuse_size(path, "", part.rows, part.cells, limits)
            if part.texts > limits.unpacked_megabytes * _MEGABYTE:  # one text that many cells name
                raise _too_large(path, limits)
    part.close()


def _too_large(path: Path, limits: ImportLimits) -> KongjianError:
    return KongjianError(
        f"{path.name} 解开后超过{limits.unpacked_megabytes}MB，可能不是正常的导出文件，没有读；"
        "请从平台重新导出，或按学校、月份分开导出"
    )


def _sheet_parts(stored: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part."""
    relations = ElementTree.fromstring(stored.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): resolve(_WORKBOOK, r.get("Target", "")) for r in relations}
    out = {}
    for element in ElementTree.fromstring(stored.read(_WORKBOOK)).iter():
        if element.tag.endswith("}sheet"):
            relation = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            out[element.get("name", "")] = targets.get(relation, "")
    return out
