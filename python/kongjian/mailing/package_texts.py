"""Every text of a file, wherever it stands: cells, comments, properties, names, attributes, even binary parts."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Iterator
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
_USUAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""When a file was made, as its properties write it: the hour 12 is nobody's account."""
_FILTERS = {"filter", "customFilter"}
_WRITTEN = {
    "name", "displayName", "display", "tooltip", "prompt", "promptTitle", "error", "errorTitle", "title", "descr",
    "author", "location", "userName", "user", "comment", "v", "formatCode", "caption", "uniqueName",
    "totalsRowLabel", "description", "connection", "sourceFile", "href", "string",
}  # fmt: skip
"""Attributes that people write. Others hold words of the format, unless they are in another script."""
_WORDS_OF_THE_FORMAT = {"r", "s", "t", "ht", "customHeight", "spans", "ref"}
"""The most frequent of those."""
_PIECES = _WHOLE - _FORMULAS
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


def texts(path: Path, markup: bool = True, known: Collection[bytes] = ()) -> list[Text]:
    """Every text of a package, its parts' names and zip comments included; most of them are markup, which may be left out.

    So may parts that are `known` byte for byte, see `part_codes`.
    """
    out: list[Text] = []
    _archive(out, path.read_bytes(), "", _DEEPEST, markup, known)
    return out


def part_codes(path: Path) -> set[bytes]:
    """A code of each part of a package."""
    with zipfile.ZipFile(path) as archive:
        return {_code(archive.read(name)) for name in archive.namelist()}


def _code(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _archive(
    out: list[Text], data: bytes, within: str, depth: int, markup: bool, known: Collection[bytes]
) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        out.append(Text(f"{within}压缩包", "注释", _decoded(archive.comment), "text"))
        strings: list[str] = []
        for info in archive.infolist():
            if info.filename.endswith("sharedStrings.xml"):
                strings = _strings(archive.read(info))
        for info in archive.infolist():
            name = within + info.filename
            out.append(Text(name, "文件名", info.filename, "name"))
            out.append(Text(name, "注释", _decoded(info.comment), "text"))
            out.append(Text(name, "附加字段", _decoded(info.extra), "binary"))
            content = archive.read(info)
            if not known or _code(content) not in known:
                _part(out, name, content, strings, depth, markup)


def _part(out: list[Text], name: str, data: bytes, strings: list[str], depth: int, markup: bool) -> None:
    if data[:2] == b"PK" and depth:
        _archive(out, data, f"{name}/", depth - 1, markup, ())
        return
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    try:
        root = ElementTree.fromstring(data, ElementTree.XMLParser(target=builder))
    except (ElementTree.ParseError, ValueError, LookupError):
        out += _binary(name, data)
        return
    known: dict[object, str] = {}
    for element in root.iter():
        raw: object = element.tag
        tag = known.get(raw)
        if tag is None:
            tag = known[raw] = _local(element)
        if tag == "c" and (place := element.get("r")) is not None:
            _cell(out, name, place, element, strings)
        # numbers of cells are read with their cells; an index is no text
        elif tag == "v" and not element.tail and not element.keys():
            continue
        _element(out, name, element, tag, markup)


def _cell(out: list[Text], name: str, place: str, cell: ElementTree.Element, strings: list[str]) -> None:
    """What a cell of a sheet shows, with its place."""
    value = ""
    for child in cell:
        text = child.text
        if text and _local(child) == "v":
            value += text
    kind = cell.get("t", "n")
    if kind == "s" and value.strip().isdigit() and int(value) < len(strings):
        out.append(Text(name, place, strings[int(value)], "text"))
    elif kind == "n" and value:
        out.append(Text(name, place, _number(value), "number"))
    elif shown := value or "".join(_joined(inline) for inline in cell if _local(inline) == "is"):
        out.append(Text(name, place, unescaped(shown), "text"))


def _element(out: list[Text], name: str, element: ElementTree.Element, tag: str, markup: bool) -> None:
    text = element.text
    if text and tag != "v":
        kind = "formula" if tag in _FORMULAS else "markup" if _MOMENT.fullmatch(text) else "text"
        if markup or kind != "markup":
            out.append(Text(name, "", unescaped(text), kind))
    if element.tail:
        out.append(Text(name, "", unescaped(element.tail), "text"))
    if tag in _PIECES and len(element):
        out.append(Text(name, "", _joined(element), "text"))
    for key, value in element.items():
        if not markup and key in _WORDS_OF_THE_FORMAT and value.isascii():
            continue
        kind = _attribute(tag, key, value)
        if markup or kind != "markup":
            out.append(Text(name, key.rpartition("}")[2], unescaped(value), kind))


def _attribute(tag: str, key: str, value: str) -> str:
    if key == "Target":
        return "name"
    written = key.rpartition("}")[2] in _WRITTEN or not value.isascii() or (key == "val" and tag in _FILTERS)
    return "attribute" if written and tag not in _FORMATS else "markup"


def _local(element: ElementTree.Element) -> str:
    """An element's name; a comment or instruction has none."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


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
    if _USUAL.fullmatch(value):
        return value
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
