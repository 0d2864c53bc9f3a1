"""Unpacks an .xlsx or .xlsb within bounds before any reader sees it: what is declared, what is there, what is hidden.

Its parts are found by their relationships, whatever they are called, and handed on under the usual names: the list of
sheets, the worksheets, shared texts and formats. Macros, links, pictures and embedded files never are.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from kongjian.base.errors import KongjianError
from kongjian.intake.importing.source_sheet import refuse_size
from kongjian.rules.model_importing import ImportLimits
from kongjian.xlsx.package import read_relationships, relationships_part
from kongjian.xlsx.part_survey import DeclarationError, Part, SharedTexts, Worksheet
from kongjian.xlsx.percent_formats import percent_cells, percent_styles
from kongjian.xlsx.reader import error_cells
from kongjian.xlsx.xml_text import MAIN, OFFICE

_CHUNK = _MEGABYTE = 1 << 20
_USUAL = ("xl/workbook.xml", "xl/workbook.bin")
"""Where the workbook stands when no relationship says so."""
_DIMENSION = re.compile(rb'(<(?:\w+:)?dimension\b[^>]*?\bref=")[^"]*"')
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, NotImplementedError, ValueError,
    ElementTree.ParseError, expat.ExpatError,
)  # fmt: skip
_OTHERS = (
    ("word/document.xml", "是 Word 文档，不是表格；请从平台重新导出"),
    ("ppt/presentation.xml", "是演示文稿，不是表格；请从平台重新导出"),
    ("index/document.iwa", "是 Numbers 表格，读不了；请在 Numbers 里导出为 Excel 再导入"),
)

Relations = list[tuple[str, str, str]]
"""(id, the last word of the type, part)."""


@dataclass
class Unpacked:
    """The parts that hold cells, stored without compression; of an .xlsx what was seen of each worksheet by its name."""

    data: io.BytesIO = field(default_factory=io.BytesIO)
    sheets: dict[str, Worksheet] = field(default_factory=dict)
    is_binary: bool = False


class Packed:
    """A zip file whose members are found in any case, and read within bounds."""

    def __init__(self, path: Path, file: zipfile.ZipFile, limits: ImportLimits) -> None:
        self.path, self.limits = path, limits
        self._file = file
        self._members = {i.filename.replace("\\", "/").lower(): i for i in file.infolist()}
        self._left = limits.unpacked_megabytes * _MEGABYTE

    def find(self, name: str) -> str:
        """The member of this name as `pieces` takes it, "" for none."""
        return next((n for n in (name.lower(), unquote(name).lower()) if n in self._members), "")

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member's bytes. zipfile never reads more of one than it declares."""
        info = self._members[self.find(name)]
        self._left -= info.file_size
        if self._left < 0:
            raise too_large(self.path, self.limits)
        with self._file.open(info) as source:
            yield from iter(lambda: source.read(_CHUNK), b"")

    def xml(self, name: str, part: Part) -> Iterator[bytes]:
        """The bytes of a member in XML, looked through by `part` as they pass."""
        for k, piece in enumerate(self.pieces(name)):
            if k == 0 and (piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in piece[:200]):
                raise KongjianError(
                    f"{self.path.name} 的内部编码不是UTF-8，没有读；请用Excel另存为 .xlsx 再导入"
                )
            part.take(piece)
            yield piece
        part.close()

    def relations(self, part: str) -> Relations:
        """The relationships of a part ("" for the package), none where it has none."""
        name = relationships_part(part)
        if not self.find(name):
            return []
        found = read_relationships(b"".join(self.xml(name, Part())), part)
        return [(id_, kind.rpartition("/")[2], target) for id_, kind, target in found]

    def incomplete(self, part: str) -> KongjianError:
        """What to say of a part that the package names and lacks."""
        return KongjianError(f"{self.path.name} 不完整：缺少它自己列出的“{part}”，读不了；请从平台重新导出")


def unpack(packed: Packed) -> Unpacked:
    """The parts that hold cells. Raises KongjianError for what is no workbook, or would not stay within the limits."""
    named = next((t for _, kind, t in packed.relations("") if kind == "officeDocument"), "")
    workbook = next((w for w in (named, *_USUAL) if w and packed.find(w)), "")
    other = next((said for part, said in _OTHERS if packed.find(part)), "")
    if named and not workbook:
        raise packed.incomplete(named)
    if other or not workbook:
        raise KongjianError(f"{packed.path.name} {other or '是压缩包，不是表格；请先解压，再导入里面的文件'}")
    return _binary(packed, workbook) if workbook.lower().endswith(".bin") else _xml(packed, workbook)


@contextmanager
def opened(path: Path, limits: ImportLimits) -> Iterator[Packed]:
    """Opens a package; within it every fault of a damaged or hostile one becomes a KongjianError."""
    try:
        with zipfile.ZipFile(path) as file:
            yield Packed(path, file, limits)
    except DeclarationError:
        raise declared(path) from None
    except _BROKEN:
        raise damaged(path) from None
    except RuntimeError:  # a password on the parts themselves
        raise KongjianError(f"{path.name} 有密码；请去掉密码再导入") from None


def declared(path: Path) -> KongjianError:
    return KongjianError(
        f"{path.name} 里有外部实体或类型声明，正常的导出文件没有这些，没有读；请从平台重新导出"
    )


def damaged(path: Path) -> KongjianError:
    return KongjianError(f"{path.name} 已损坏，读不了；请从平台重新导出")


def _xml(packed: Packed, workbook: str) -> Unpacked:
    """An .xlsx. Sheets of other kinds (charts, dialogs, old macros) have no cells to import and are left out."""
    out, lengths, styles = Unpacked(), list[int](), frozenset[int]()
    relations = packed.relations(workbook)
    with zipfile.ZipFile(out.data, "w", zipfile.ZIP_STORED) as stored:
        if part := _related(packed, relations, "sharedStrings"):
            texts = SharedTexts()
            _store(stored, "xl/sharedStrings.xml", packed.xml(part, texts))
            lengths = texts.lengths
        if part := _related(packed, relations, "styles"):
            xml = b"".join(packed.xml(part, Part()))
            stored.writestr("xl/styles.xml", xml)
            styles = percent_styles(xml)
        root = ElementTree.fromstring(b"".join(packed.xml(workbook, Part())))
        listed = []
        for number, (name, state, part) in enumerate(_worksheets(packed, root, relations), 1):
            sheet = Worksheet(lengths)
            xml = b"".join(_bounded(packed, part, sheet))
            sheet.errors, sheet.percents = error_cells(xml), percent_cells(xml, styles)
            out.sheets[name] = sheet
            stored.writestr(f"xl/worksheets/sheet{number}.xml", _DIMENSION.sub(rb'\1A1"', xml, count=1))
            listed.append((name, state))
        _list_sheets(stored, root, listed)
    out.data.seek(0)
    return out


def _binary(packed: Packed, workbook: str) -> Unpacked:
    """An .xlsb: its list of sheets as it is, with its relationships leading to the new names."""
    out, relations = Unpacked(is_binary=True), []
    with zipfile.ZipFile(out.data, "w", zipfile.ZIP_STORED) as stored:
        _store(stored, _USUAL[1], packed.pieces(workbook))
        for number, (id_, kind, part) in enumerate(packed.relations(workbook), 1):
            name = f"worksheets/sheet{number}.bin" if kind == "worksheet" else f"{kind}.bin"
            if kind == "worksheet" and not packed.find(part):
                raise packed.incomplete(part)
            if kind in ("worksheet", "sharedStrings", "styles") and packed.find(part):
                _store(stored, f"xl/{name}", packed.pieces(part))
                relations.append((id_, kind, name))
        _relate(stored, _USUAL[1], relations)
    out.data.seek(0)
    return out


def _related(packed: Packed, relations: Relations, kind: str) -> str:
    """The part of a kind; a package that names one and lacks it has no cells that need it, or is damaged."""
    return next((part for _, k, part in relations if k == kind and packed.find(part)), "")


def _worksheets(
    packed: Packed, root: ElementTree.Element, relations: Relations
) -> Iterator[tuple[str, str, str]]:
    """(name, state, part) of the worksheets that the workbook lists."""
    targets = {id_: (kind, part) for id_, kind, part in relations}
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            id_ = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            kind, part = targets.get(id_, ("worksheet", id_))
            if kind == "worksheet" and not packed.find(part):
                raise packed.incomplete(part)
            if kind == "worksheet":
                yield element.get("name", ""), element.get("state", "visible"), part


def _bounded(packed: Packed, part: str, sheet: Worksheet) -> Iterator[bytes]:
    """A worksheet's bytes while it stays within the limits."""
    path, limits = packed.path, packed.limits
    for piece in packed.xml(part, sheet):
        refuse_size(path, "", sheet.rows, sheet.cells, limits)
        if sheet.texts > limits.unpacked_megabytes * _MEGABYTE:  # one text that many cells name
            raise too_large(path, limits)
        yield piece


def _store(stored: zipfile.ZipFile, name: str, pieces: Iterator[bytes]) -> None:
    with stored.open(zipfile.ZipInfo(name), "w") as out:
        for piece in pieces:
            out.write(piece)


def _list_sheets(stored: zipfile.ZipFile, root: ElementTree.Element, listed: list[tuple[str, str]]) -> None:
    """A workbook part that says what a reader of cells needs: the sheets, and from which year dates count."""
    about = next((e for e in root.iter() if e.tag.rpartition("}")[2] == "workbookPr"), None)
    since = "" if about is None else about.get("date1904", "")
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{k}" state={quoteattr(state)} r:id="rId{k}"/>'
        for k, (name, state) in enumerate(listed, 1)
    )
    stored.writestr(
        _USUAL[0],
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"<workbookPr date1904={quoteattr(since or '0')}/><sheets>{sheets}</sheets></workbook>",
    )
    relations = [(f"rId{k}", "worksheet", f"worksheets/sheet{k}.xml") for k in range(1, len(listed) + 1)]
    _relate(stored, _USUAL[0], relations)


def _relate(stored: zipfile.ZipFile, workbook: str, relations: Relations) -> None:
    """The relationships that lead from the package to the workbook and from there to its parts."""
    for part, found in (("", [("rId1", "officeDocument", workbook)]), (workbook, relations)):
        listed = "".join(
            f'<Relationship Id={quoteattr(id_)} Type="{OFFICE}/{kind}" Target={quoteattr(target)}/>'
            for id_, kind, target in found
        )
        stored.writestr(
            relationships_part(part),
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>',
        )


def too_large(path: Path, limits: ImportLimits) -> KongjianError:
    return KongjianError(
        f"{path.name} 解开后超过{limits.unpacked_megabytes}MB，可能不是正常的导出文件，没有读；"
        "请从平台重新导出，或按学校、月份分开导出"
    )
