"""The defined names of a workbook: texts that it carries, and cells by the names they were given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree

from kongjian.base.grid import Area, column_number
from kongjian.xlsx.package import Package
from kongjian.xlsx.xml_text import attribute, element, inserted, with_attributes

_SHEET = r"=?\$?(?:'((?:[^']|'')+)'|([^'!\"]+))!"
_AREA = re.compile(_SHEET + r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


@dataclass(frozen=True)
class DefinedName:
    """One name as the workbook has it: `localSheetId` among its attributes counts the sheet whose own it is."""

    attributes: Mapping[str, str]
    text: str

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def local(self) -> int | None:
        """The position of the sheet whose own name it is, None for the workbook's."""
        number = self.attributes.get("localSheetId")
        return None if number is None else int(number)

    @property
    def sheet(self) -> str:
        """The sheet that it points to, "" for a constant."""
        found = re.match(_SHEET, self.text)
        return (found[1] or found[2]).replace("''", "'") if found else ""

    @property
    def area(self) -> Area | None:
        """The cells that it points to, where that is one area."""
        found = _AREA.fullmatch(self.text)
        if found is None:
            return None
        left, top = column_number(found[3]), int(found[4])
        return top, left, int(found[6] or top), column_number(found[5] or found[3])

    def moved(self, sheet: int) -> DefinedName:
        """The same name, of the sheet at this position."""
        return DefinedName({**self.attributes, "localSheetId": str(sheet)}, self.text)


def text_name(name: str, text: str, **attributes: str) -> DefinedName:
    """A name that carries a text."""
    escaped = text.replace('"', '""')
    return DefinedName({"name": name, **attributes}, f'"{escaped}"')


def carried_text(refers_to: str) -> str:
    """The text that a name carries which refers to this, "" where that is no text."""
    text = refers_to.removeprefix("=")
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else ""


def read_names(workbook: bytes) -> list[DefinedName]:
    """The names in a workbook's part, whichever program saved it. Raises ParseError."""
    return [
        DefinedName(dict(e.attrib), (e.text or "").strip())
        for e in ElementTree.fromstring(workbook).iter()
        if e.tag.endswith("}definedName")
    ]


def with_names(workbook: str, names: Iterable[DefinedName]) -> str:
    """A workbook's part with these names in place of its own."""
    items = "".join(
        with_attributes("<definedName>", **{k: attribute(v) for k, v in name.attributes.items()})
        + f"{escape(name.text, quote=False)}</definedName>"
        for name in names
    )
    bare = element("definedNames").sub("", workbook)
    block = f"<definedNames>{items}</definedNames>"
    return inserted(bare, block, ["sheets", "functionGroups", "externalReferences"]) if items else bare


@dataclass(frozen=True)
class DefinedNames:
    """Texts by name, by sheet the areas by name, and every name whatever it refers to; as they are written."""

    texts: dict[str, str] = field(default_factory=dict)
    areas: dict[str, dict[str, Area]] = field(default_factory=dict)
    all: frozenset[str] = frozenset()


def defined_names(package: Package) -> DefinedNames:
    """The texts and areas of a workbook. Raises KongjianError when they cannot be read."""
    try:
        names = read_names(package.read(package.workbook))
    except ElementTree.ParseError:
        raise package.damaged(package.workbook) from None
    out = DefinedNames(all=frozenset(name.name for name in names))
    for name in names:
        if (text := carried_text(name.text)) or name.text.removeprefix("=") == '""':
            out.texts.setdefault(name.name, text)
        elif (area := name.area) is not None:
            out.areas.setdefault(name.sheet, {}).setdefault(name.name, area)
    return out
