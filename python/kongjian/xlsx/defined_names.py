"""The defined names of a workbook that came back: texts that it carries, and cells by the names they were given."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from kongjian.base.grid import column_number
from kongjian.xlsx.cell_xml import PARSER
from kongjian.xlsx.package import Package

_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\"]+))!\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")

Area = tuple[int, int, int, int]
"""First row and column, last row and column, from 1."""


@dataclass(frozen=True)
class DefinedNames:
    """Texts by name, and by sheet the areas by name; names as they are written."""

    texts: dict[str, str] = field(default_factory=dict)
    areas: dict[str, dict[str, Area]] = field(default_factory=dict)


def defined_names(package: Package) -> DefinedNames:
    """The names of a workbook, whichever program saved it. Raises KongjianError when they cannot be read."""
    try:
        root = etree.fromstring(package.read(package.workbook), PARSER)
    except etree.XMLSyntaxError:
        raise package.damaged(package.workbook) from None
    out = DefinedNames()
    for element in root.iter("{*}definedName"):
        name, text = element.get("name", ""), (element.text or "").strip().removeprefix("=")
        if len(text) > 1 and text[0] == text[-1] == '"':
            out.texts.setdefault(name, text[1:-1].replace('""', '"'))
        elif found := _AREA.fullmatch(text.removeprefix("$")):
            sheet = (found[1] or found[2]).replace("''", "'")
            left, top = column_number(found[3]), int(found[4])
            right, bottom = column_number(found[5] or found[3]), int(found[6] or found[4])
            out.areas.setdefault(sheet, {}).setdefault(name, (top, left, bottom, right))
    return out
