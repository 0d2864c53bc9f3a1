"""The styles of a workbook: what is added goes behind what is there, so that every number in use stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kongjian.xlsx.parts import Parts
from kongjian.xlsx.percent_formats import percent_styles
from kongjian.xlsx.xml_text import appended, element, given, inserted, with_attributes

_BLOCKS = {
    "numFmts": "numFmt", "fonts": "font", "fills": "fill", "borders": "border", "cellStyleXfs": "xf",
    "cellXfs": "xf", "cellStyles": "cellStyle", "dxfs": "dxf",
}  # fmt: skip
"""Counted lists in the order of the schema, and what each holds."""
_TEXT, _PERCENT = 49, 10
_BUILT_IN = {"General": 0, "0": 1, "0.00": 2, "@": _TEXT}
_FIRST_OWN_FORMAT = 164
"""Number formats below this are built in and mean the same in every file."""


class StylesPart:
    """The styles of a package; false where it has none."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._part = parts.related("styles")
        self._others: dict[tuple[int, int], int] = {}

    def __bool__(self) -> bool:
        return bool(self._part)

    def items(self, block: str) -> list[str]:
        """The items of a counted list, as they are but without a prefix."""
        found = element(block).search(self._parts.text(self._part)) if self else None
        if found is None:
            return []
        content = re.sub(f"<(/?){found[1]}", r"<\1", found[3] or "")
        return [m[0] for m in element(_BLOCKS[block]).finditer(content)]

    def add(self, block: str, items: Sequence[str]) -> int:
        """Items at the end of a counted list, which is made where it is not there; the number of the first."""
        count, xml = len(self.items(block)), self._parts.text(self._part)
        if not items:
            return count
        if element(block).search(xml) is None:
            before = list(_BLOCKS)[: list(_BLOCKS).index(block)]
            xml = inserted(xml, f'<{block} count="0"/>', before)
        xml = appended(xml, block, "".join(items))
        found = element(block).search(xml)
        assert found is not None
        counted = with_attributes(found[0], count=count + len(items))
        self._parts.set_part(self._part, xml[: found.start()] + counted + xml[found.end() :])
        return count

    def number_format(self, code: str) -> int:
        """The number of a number format, written as an attribute is; one that is not there is added."""
        if code in _BUILT_IN:
            return _BUILT_IN[code]
        known = {given(f, "formatCode"): int(given(f, "numFmtId")) for f in self.items("numFmts")}
        if code not in known:
            known[code] = max([_FIRST_OWN_FORMAT - 1, *known.values()]) + 1
            self.add("numFmts", [f'<numFmt numFmtId="{known[code]}" formatCode="{code}"/>'])
        return known[code]

    def cell_format(self, code: str) -> int:
        """A cell format that sets nothing but a number format; the workbook's usual one for General."""
        number = self.number_format(code) if self else 0
        xf = f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        return self.add("cellXfs", [xf]) if number else 0

    def as_text(self, cell_format: int) -> int:
        """The cell format that is like this one, but of the text format: what begins like a formula stays a text."""
        return self._like(cell_format, numFmtId=_TEXT, applyNumberFormat=1, quotePrefix=1)

    def as_percent(self, cell_format: int) -> int:
        """The cell format that is like this one, but of a percent format where it has none."""
        if self and cell_format in percent_styles(self._parts.part(self._part)):
            return cell_format
        return self._like(cell_format, numFmtId=_PERCENT, applyNumberFormat=1)

    def _like(self, cell_format: int, **attributes: int) -> int:
        key = cell_format, attributes["numFmtId"]
        if key not in self._others:
            formats, made = self.items("cellXfs"), cell_format
            if cell_format < len(formats) and given(formats[cell_format], "numFmtId") != str(key[1]):
                made = self.add("cellXfs", [with_attributes(formats[cell_format], **attributes)])
            self._others[key] = made
        return self._others[key]

    def add_fills(self, colours: Mapping[str, str]) -> dict[str, int]:
        """Fills for conditional formats by name, six hexadecimal digits each, and their numbers; with black letters, a header's are white."""
        first = self.add(
            "dxfs",
            [f'<dxf><font><color rgb="FF000000"/></font><fill><patternFill><bgColor rgb="FF{c}"/></patternFill></fill></dxf>' for c in colours.values()],
        )  # fmt: skip
        return {name: first + k for k, name in enumerate(colours)}
