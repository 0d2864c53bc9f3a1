"""Every text of a file, wherever it stands: cells, comments, properties, names, attributes, even binary parts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from html import unescape
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_READING_AID = "rPh"
# what holds one text in pieces, each with its own format
_WHOLE = {"si", "is", "text", "p", "txBody", "f", "v"}
_FORMULAS = {"f", "formula", "formula1", "formula2", "definedName"}
_FORMATS = {
    "name",
    "rFont",
    "font",
    "latin",
    "ea",
    "cs",
    "sym",
    "cellStyle",
    "clrScheme",
    "fontScheme",
    "fmtScheme",
    "theme",
}
"""Elements of styles, themes and rich text whose attributes are names of fonts, styles and colours."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""When a file was made, as its properties write it: the hour 12 is nobody's account."""
_FILTERS = {"filter", "customFilter"}
_WRITTEN = {
    "name", "displayName", "display", "tooltip", "prompt", "promptTitle", "error", "errorTitle", "title", "descr",
    "author", "location", "userName", "user", "comment", "v", "formatCode", "caption", "uniqueName",
    "totalsRowLabel", "description", "connection", "sourceFile", "href", "string",
}  # fmt: skip
"""Attributes that people write. Others hold words of the format, unless they are in another script."""
_CODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_DEEPEST = 3


class Text(NamedTuple):
    """A text, the part that holds it, the cell (or other place) in it, and what it is.

    `kind`: text; number (of a cell); attribute (a name or another text that people write); formula; markup (a word,
    reference or number of the file format itself, such as the name of a font); name (of a part, or what leads to one); binary.
    """

    part: str
    place: str
    text: str
    kind: str


def texts(path: Path) -> list[Text]:
    """Every text of a package, its parts' names and zip comments included."""
    return list(_archive(path.read_bytes(), "", _DEEPEST))


def _archive(data: bytes, within: str, depth: int) -> Iterator[Text]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield Text(f"{within}压缩包", "注释", _decoded(archive.comment), "text")
        strings: list[str] = []
        for info in archive.infolist():
            if info.filename.endswith("sharedStrings.xml"):
                strings = _strings(archive.read(info))
        for info in archive.infolist():
            name = within + info.filename
            yield Text(name, "文件名", info.filename, "name")
            yield Text(name, "注释", _decoded(info.comment), "text")
            yield Text(name, "附加字段", _decoded(info.extra), "binary")
            yield from _part(name, archive.read(info), strings, depth)


def _part(name: str, data: bytes, strings: list[str], depth: int) -> Iterator[Text]:
    if data[:2] == b"PK" and depth:
        yield from _archive(data, f"{name}/", depth - 1)
        return
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    try:
        root = ElementTree.fromstring(data, ElementTree.XMLParser(target=builder))
    except (ElementTree.ParseError, ValueError, LookupError):
        yield from _binary(name, data)
        return
    yield from _cells(name, root, strings)
    for element in root.iter():
        yield from _element(name, element)


def _cells(name: str, root: ElementTree.Element, strings: list[str]) -> Iterator[Text]:
    """What the cells of a sheet show, with their places."""
    for cell in root.iter():
        if _local(cell) != "c" or "r" not in cell.attrib:
            continue
        value = "".join(v.text or "" for v in cell if _local(v) == "v")
        kind = cell.get("t", "n")
        if kind == "s" and value.strip().isdigit() and int(value) < len(strings):
            yield Text(name, cell.attrib["r"], strings[int(value)], "text")
        elif kind == "n" and value:
            yield Text(name, cell.attrib["r"], _number(value), "number")
        elif shown := value or "".join(_joined(inline) for inline in cell if _local(inline) == "is"):
            yield Text(name, cell.attrib["r"], unescaped(shown), "text")


def _element(name: str, element: ElementTree.Element) -> Iterator[Text]:
    tag = _local(element)
    # numbers of cells are read with their cells; an index is no text
    if tag != "v" and element.text:
        kind = "formula" if tag in _FORMULAS else "markup" if _MOMENT.fullmatch(element.text) else "text"
        yield Text(name, "", unescaped(element.text), kind)
    if element.tail:
        yield Text(name, "", unescaped(element.tail), "text")
    if tag in _WHOLE - _FORMULAS and len(element):
        yield Text(name, "", _joined(element), "text")
    for key, value in element.attrib.items():
        yield Text(name, key.rpartition("}")[2], unescaped(value), _attribute(tag, key, value))


def _attribute(tag: str, key: str, value: str) -> str:
    if key == "Target":
        return "name"
    written = key.rpartition("}")[2] in _WRITTEN or not value.isascii() or (key == "val" and tag in _FILTERS)
    return "attribute" if written and tag not in _FORMATS else "markup"


def _local(element: ElementTree.Element) -> str:
    """An element's name; a comment or instruction has none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _joined(element: ElementTree.Element) -> str:
    """All text inside an element, whatever formats it is cut into, but for reading aids."""
    pieces = [element.text or ""]
    for child in element:
        if _local(child) not in ("", _READING_AID):
            pieces.append(_joined(child))
        pieces.append(child.tail or "")
    return unescaped("".join(pieces))


def _strings(data: bytes) -> list[str]:
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return []
    return [_joined(item) for item in root if _local(item) == "si"]


def _number(value: str) -> str:
    """A number as its digits: 4.2128119900101E+17 is an ID number, too."""
    try:
        number = Decimal(value)
        return f"{number:.0f}" if number == number.to_integral_value() else value
    except (InvalidOperation, ValueError):
        return value


def unescaped(text: str) -> str:
    """Text with Excel's _xHHHH_ and entities that were escaped twice as characters."""
    if "&" not in text and "_x" not in text:  # the usual case
        return text
    return unescape(_ESCAPED.sub(lambda m: chr(int(m[1], 16)), text))


def _binary(name: str, data: bytes) -> Iterator[Text]:
    """The readings of a part that is no XML: of one and of two bytes to a character, at both offsets."""
    for coding in _CODINGS:
        for offset in (0, 1) if coding.startswith("utf-16") else (0,):
            yield Text(name, coding, unescape(data[offset:].decode(coding, "replace")), "binary")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")
