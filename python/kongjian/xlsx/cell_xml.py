"""The XML of a package: where cells stand, a value put into one, a part as it is written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from kongjian.base.grid import column_number
from kongjian.xlsx.xml_text import MAIN

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_PLACE = re.compile(r"([A-Z]+)(\d+)")


def xml_bytes(root: Any) -> bytes:
    """A part as it is written into the package."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def read_again(xml: str) -> bytes:
    """A part that was edited as text, as it is written: a fault in it comes out here, not in Excel."""
    return xml_bytes(etree.fromstring(xml.encode(), PARSER))


def tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


def column_of(c: etree._Element) -> int:
    """The number of a cell's column, from 1."""
    return _column(c.get("r"))


@lru_cache(maxsize=4096)
def _column(ref: str) -> int:
    found = _PLACE.match(ref)
    assert found is not None
    return column_number(found[1])


def row_and_column(ref: str) -> tuple[int, int]:
    """Both from 1. The text is one cell, without dollars."""
    found = _PLACE.fullmatch(ref)
    assert found is not None
    return int(found[2]), column_number(found[1])
