"""Parts of a package while they are changed: relationships, content types, what is new."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from kongjian.xlsx.package import CONTENT_TYPES, Package, relationships_part

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Parts:
    """The parts of one package as they now stand; nothing is written before `save`."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._changed: dict[str, bytes] = {}
        self._added: dict[str, bytes] = {}
        self._removed: set[str] = set()

    def part(self, name: str) -> bytes:
        """A part as it now stands."""
        if name in self._added:
            return self._added[name]
        return self._changed[name] if name in self._changed else self.package.read(name)

    def text(self, name: str) -> str:
        """A part of XML as it now stands. Raises KongjianError when it is damaged."""
        try:
            data = self.part(name)
            expat.ParserCreate().Parse(data, True)
            return data.decode()
        except (expat.ExpatError, UnicodeDecodeError):
            raise self.package.damaged(name) from None

    def set_part(self, name: str, data: bytes) -> None:
        """A changed or new part."""
        if name in self.package.names:
            self._changed[name] = data
        else:
            self._added[name] = data

    def add_relationship(self, part: str, kind: str, target: str) -> str:
        """A new relationship of a part to another one (absolute part name); returns its id."""
        name = relationships_part(part)
        exists = name in self.package.names or name in self._added
        xml = self.text(name) if exists else (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        )  # fmt: skip
        number = 1
        while f'"rIdK{number}"' in xml:
            number += 1
        item = f'<Relationship Id="rIdK{number}" Type="{OFFICE}/{kind}" Target="/{target}"/>'
        self.set_part(name, _insert_before_end(xml, "Relationships", item).encode())
        return f"rIdK{number}"

    def add_content_type(self, part: str, kind: str) -> None:
        xml = self.text(CONTENT_TYPES)
        item = f'<Override PartName="/{part}" ContentType="{SPREADSHEET}.{kind}+xml"/>'
        self.set_part(CONTENT_TYPES, _insert_before_end(xml, "Types", item).encode())

    def taken(self, part: str) -> bool:
        """Whether a part of this name exists."""
        return part in self.package.names or part in self._added

    def remove(self, part: str, kind: str) -> None:
        """Takes out a part that the workbook refers to as this kind."""
        self._removed.add(part)
        rels = relationships_part(self.package.workbook)
        self.set_part(rels, re.sub(rb'<[^<>]*%s"[^<>]*/>' % kind.encode(), b"", self.part(rels)))
        override = rb'<[^<>]*PartName="/' + re.escape(part.encode()) + rb'"[^<>]*/>'
        self.set_part(CONTENT_TYPES, re.sub(override, b"", self.part(CONTENT_TYPES)))

    def related(self, kind: str) -> str:
        """The part of a kind (the last word of the relationship's type) that the workbook refers to; "" for none."""
        found = self.package.related(self.package.workbook, kind)
        return found[0] if found else ""

    def save(self, target: Path) -> None:
        """Writes the package as it now stands, whole or not at all."""
        self.package.save(target, self._changed, self._removed, self._added)


def _insert_before_end(xml: str, tag: str, item: str) -> str:
    empty = re.search(rf"<{tag}\b([^>]*)/>\s*$", xml)
    if empty:
        return f"{xml[: empty.start()]}<{tag}{empty[1]}>{item}</{tag}>"
    at = xml.rindex(f"</{tag}>")
    return xml[:at] + item + xml[at:]
