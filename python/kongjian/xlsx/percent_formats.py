"""Which cells of a worksheet show a percentage: the sign is in their format, and a reader of values leaves it out."""

from __future__ import annotations

import re
from collections.abc import Collection
from xml.etree import ElementTree

from kongjian.base.grid import column_number
from kongjian.xlsx.xml_text import CELL_REF

_BUILT_IN = frozenset({"9", "10"})
_NO_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""What a format shows as it stands, and its conditions."""


def percent_styles(styles: bytes) -> frozenset[int]:
    """The numbers of the cell styles, of a styles part, that show a percentage."""
    try:
        parts = {e.tag.rpartition("}")[2]: e for e in ElementTree.fromstring(styles)}
    except ElementTree.ParseError:
        return frozenset()
    codes = {e.get("numFmtId"): e.get("formatCode", "") for e in parts.get("numFmts", ())}
    shown = _BUILT_IN | {number for number, code in codes.items() if "%" in _NO_CODE.sub("", code)}
    return frozenset(n for n, e in enumerate(parts.get("cellXfs", ())) if e.get("numFmtId") in shown)


def percent_cells(sheet: bytes, styles: Collection[int]) -> dict[int, list[int]]:
    """Column → rows of the cells of a worksheet part in one of these styles."""
    numbers = b"|".join(b"%d" % n for n in styles)
    out: dict[int, list[int]] = {}
    known: dict[bytes, list[int]] = {}
    for cell in re.findall(rb'<(?:\w+:)?c\b([^<>]*\bs="(?:%s)"[^<>]*)>' % numbers, sheet) if styles else ():
        if place := CELL_REF.search(cell):
            if place[1] not in known:
                known[place[1]] = out.setdefault(column_number(place[1]), [])
            known[place[1]].append(int(place[2]))
    return out
