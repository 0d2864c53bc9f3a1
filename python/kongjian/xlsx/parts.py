"""The parts of a package while they are changed: relationships, content types, the workbook part, new parts and old ones.

What is edited here is edited as text, so that what other programs put beside it stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.parsers import expat

from kongjian.xlsx.defined_names import DefinedName, read_names, with_names
from kongjian.xlsx.package import CONTENT_TYPES, Package, read_relationships, relationships_part, resolve
from kongjian.xlsx.packing import Packing
from kongjian.xlsx.strings import EMPTY, SharedStrings
from kongjian.xlsx.xml_text import (
    OFFICE,
    appended,
    attribute,
    element,
    given,
    inserted,
    prefix_of,
    with_attributes,
)

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NO_RELATIONSHIPS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)
_ID = r'\sId="rIdS(\d+)"'


class Parts:
    """The parts of one package as they now stand; nothing is written before `save`."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.workbook = package.workbook
        self.sheets = dict(package.sheets)
        """Sheet name → part, in order."""
        self._parts: dict[str, bytes | str] = {}
        self._removed: set[str] = set()
        self._packing = Packing()

    def part(self, name: str) -> bytes:
        """A part as it now stands."""
        data = self._parts.get(name)
        if data is None:
            return self.package.read(name)
        return data.encode() if isinstance(data, str) else data

    def text(self, name: str) -> str:
        """A part of XML as it now stands. Raises KongjianError when it is damaged."""
        data = self._parts.get(name)
        if isinstance(data, str):
            return data
        try:
            data = self.part(name)
            expat.ParserCreate().Parse(data, True)
            return data.decode()
        except (expat.ExpatError, UnicodeDecodeError):
            raise self.package.damaged(name) from None

    def set_part(self, name: str, data: bytes | str) -> None:
        """A changed or new part; text is XML that was edited as such."""
        self._removed.discard(name)
        self._parts[name] = data

    def finish_part(self, name: str, data: bytes) -> None:
        """A changed part that will hardly change again, so that it can be packed beside the other work."""
        self.set_part(name, data)
        self._packing.begin(name, data)

    def taken(self, name: str) -> bool:
        """Whether there is a part of this name now."""
        return name in self._parts or (name in self.package.names and name not in self._removed)

    @property
    def names(self) -> list[str]:
        """The parts that there are now."""
        return [n for n in dict.fromkeys([*self.package.names, *self._parts]) if self.taken(n)]

    def free(self, pattern: str) -> str:
        """A name for a new part beside the workbook's, with the first number that is free in place of #."""
        before, _, behind = resolve(self.workbook, pattern).partition("#")
        number = 1
        while self.taken(name := f"{before}{number}{behind}"):
            number += 1
        return name

    def remove(self, part: str) -> None:
        """Takes out a part that nothing but the workbook refers to, and what it says that it refers to."""
        rels, xml = relationships_part(self.workbook), self.text(CONTENT_TYPES)
        self.set_part(CONTENT_TYPES, _without(xml, "Override", "PartName", f"/{part}"))
        for id_, _, target in self.relationships(self.workbook):
            if target == part:
                self.set_part(rels, _without(self.text(rels), "Relationship", "Id", id_))
        for gone in (part, relationships_part(part)):
            self._parts.pop(gone, None)
            self._removed.add(gone)

    def relationships(self, part: str) -> list[tuple[str, str, str]]:
        """(id, type, target part) of every internal relationship of a part."""
        name = relationships_part(part)
        return read_relationships(self.text(name), part) if self.taken(name) else []

    def related(self, kind: str) -> str:
        """The part of a kind (the last word of the relationship's type) that the workbook refers to; "" for none."""
        return next((p for _, k, p in self.relationships(self.workbook) if k.rsplit("/", 1)[-1] == kind), "")

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new part of SpreadsheetML to which another one refers: its content type and the relationship, whose id it returns."""
        name = relationships_part(part)
        xml = self.text(name) if self.taken(name) else _NO_RELATIONSHIPS
        id_ = f"rIdS{max(map(int, re.findall(_ID, xml)), default=0) + 1}"
        item = f'<Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="/{attribute(target)}"/>'
        self.set_part(name, appended(xml, "Relationships", item))
        self._add_type(target, f"{_SPREADSHEET}.{kind}+xml")
        return id_

    def copy_relationships(self, part: str, copy: str, targets: Mapping[str, str]) -> None:
        """Gives a copy what its part in the package refers to, with other targets by the relationships' ids."""

        def moved(found: re.Match[str]) -> str:
            target = targets.get(given(found[0], "Id"))
            return with_attributes(found[0], Target=f"/{attribute(target)}") if target else found[0]

        name = relationships_part(part)
        xml = self.package.read(name).decode() if name in self.package.names else _NO_RELATIONSHIPS
        self.set_part(relationships_part(copy), element("Relationship").sub(moved, xml))

    def copy_type(self, part: str, copy: str) -> None:
        """Gives a copy the content type of its part."""
        for found in element("Override").finditer(self.text(CONTENT_TYPES)):
            if given(found[0], "PartName") == f"/{part}":
                self._add_type(copy, given(found[0], "ContentType"))

    def _add_type(self, part: str, content: str) -> None:
        item = f'<Override PartName="/{part}" ContentType="{content}"/>'
        self.set_part(CONTENT_TYPES, appended(self.text(CONTENT_TYPES), "Types", item))

    def add_sheet(self, name: str, xml: bytes) -> str:
        """A new sheet behind the others; its part's name."""
        part = self.sheets[name] = self.free("worksheets/sheet#.xml")
        self.set_part(part, xml)
        id_ = self.relate(self.workbook, "worksheet", part)
        book = self.text(self.workbook)
        number = max(map(int, re.findall(r'\bsheetId="(\d+)"', book)), default=0) + 1
        prefix = prefix_of(book, OFFICE)
        id_ = f'{prefix}:id="{id_}"' if prefix else f'xmlns:r="{OFFICE}" r:id="{id_}"'
        item = f'<sheet name="{attribute(name)}" sheetId="{number}" {id_}/>'
        self.set_part(self.workbook, appended(book, "sheets", item))
        return part

    def remove_sheets(self) -> None:
        """Takes out every sheet; which of them is shown first is no longer said."""
        for part in self.sheets.values():
            self.remove(part)
        self.sheets = {}
        xml = element("sheet").sub("", self.text(self.workbook))
        xml = element("workbookView").sub(
            lambda m: with_attributes(m[0], activeTab=None, firstSheet=None), xml
        )
        self.set_part(self.workbook, xml)

    def defined_names(self) -> list[DefinedName]:
        return read_names(self.text(self.workbook).encode())

    def set_names(self, names: Sequence[DefinedName]) -> None:
        self.set_part(self.workbook, with_names(self.text(self.workbook), names))

    def strings(self) -> SharedStrings:
        """The workbook's shared strings, to be added to and put back."""
        part = self.related("sharedStrings")
        return SharedStrings(self.part(part) if part else EMPTY)

    def put_strings(self, strings: SharedStrings) -> None:
        """The shared strings into their part, which is made when there is none."""
        part = self.related("sharedStrings")
        if not part:
            part = resolve(self.workbook, "sharedStrings.xml")
            self.relate(self.workbook, "sharedStrings", part)
        self.set_part(part, strings.xml())

    def drop_calculation_chain(self) -> None:
        """A list of formula cells that names cells without a formula would make Excel repair the file."""
        if chain := self.related("calcChain"):
            self.remove(chain)

    def calculate_on_load(self, asked: bool = True) -> None:
        """Whether Excel is asked to work out all formulas when it opens the file."""
        xml = self.text(self.workbook)
        if found := element("calcPr").search(xml):
            item = with_attributes(found[0], fullCalcOnLoad=1 if asked else None)
            self.set_part(self.workbook, xml[: found.start()] + item + xml[found.end() :])
        elif asked:
            places = ["sheets", "functionGroups", "externalReferences", "definedNames"]
            self.set_part(self.workbook, inserted(xml, '<calcPr fullCalcOnLoad="1"/>', places))

    def forget_sheet_list(self) -> None:
        """Takes the list of sheet names, which would be that of before, out of the document's properties."""
        for part in self.package.related("", "extended-properties"):
            xml = self.text(part)
            for name in ("HeadingPairs", "TitlesOfParts"):
                xml = element(name).sub("", xml)
            self.set_part(part, xml)

    def drop_unreached(self) -> None:
        """Takes out the parts to which nothing refers any longer."""
        seen, waiting = {CONTENT_TYPES}, [""]
        while waiting:
            part = waiting.pop()
            seen |= {part, relationships_part(part)}
            waiting += [target for _, _, target in self.relationships(part) if target not in seen]
        for name in self.names:
            if name not in seen:
                self.remove(name)

    def save(
        self,
        target: Path,
        finish: Callable[[str], bytes] = str.encode,
        keep: Callable[[Path], None] = lambda _: None,
        verify: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """Writes the package as it now stands, whole or not at all; `finish` makes the bytes of a part edited as text.

        `keep` and `verify` see Package.save.
        """
        parts = {name: finish(data) if isinstance(data, str) else data for name, data in self._parts.items()}
        old = set(self.package.names)
        changed = {name: data for name, data in parts.items() if name in old}
        added = {name: data for name, data in parts.items() if name not in old}
        self.package.save(target, changed, self._removed, added, keep, verify, self._packing)


def _without(xml: str, name: str, key: str, value: str) -> str:
    """XML without the elements of a name that say this."""
    return element(name).sub(lambda m: "" if given(m[0], key) == attribute(value) else m[0], xml)
