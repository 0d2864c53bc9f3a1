"""The XML of a package: where cells stand, a value put into one, a part as it is written."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from kongjian.base.grid import column_number

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_PLACE = re.compile(r"([A-Z]+)(\d+)")


def xml_bytes(root: Any) -> bytes:
    """A part as it is written into the package."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def drop_sheet_names(properties: Any) -> None:
    """Takes the list of sheet names, which would be that of before, out of the document's properties."""
    for element in list(properties):
        if etree.QName(element).localname in ("HeadingPairs", "TitlesOfParts"):
            properties.remove(element)


def tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


def column_of(c: etree._Element) -> int:
    """The number of a cell's column, from 1."""
    found = _PLACE.match(c.get("r"))
    assert found is not None
    return column_number(found[1])


def row_and_column(ref: str) -> tuple[int, int]:
    """A cell's row and column."""
    found = _PLACE.fullmatch(ref)
    assert found is not None
    return int(found[2]), column_number(found[1])
