"""Which cells of a worksheet part hold formulas and which errors, whatever prefix and spacing a program writes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from kongjian.xlsx.package import MAIN
from kongjian.xlsx.reader import error_cells, formula_cells

ROWS = (
    '<{p}row r="4"><{p}c r="A4" s="1"/><{p}c r="B4"><{p}f>1+1</{p}f><{p}v>2</{p}v></{p}c>'
    '<{p}c r="C4" t="str"><{p}f t="shared" si="0"/><{p}v>甲</{p}v></{p}c><{p}c r="D4" t="s"><{p}v>7</{p}v></{p}c></{p}row>'
    '<{p}row r="15"><{p}c r="AA15" t="e">\n<{p}f\n>1/0</{p}f><{p}v>#DIV/0!</{p}v></{p}c>'
    '<{p}c r="AB15" s="3" t="e"><{p}v>#N/A</{p}v></{p}c><{p}c r="AC15"><{p}f/><{p}v>1</{p}v></{p}c></{p}row>'
)
RULE = '<{p}conditionalFormatting sqref="A1"><{p}cfRule type="expression"><{p}formula>t="e"</{p}formula></{p}cfRule></{p}conditionalFormatting>'


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formulas_and_errors_are_those_that_a_parser_finds(prefix: str) -> None:
    name = "xmlns:x" if prefix else "xmlns"
    body = f"<{{p}}sheetData>{ROWS}</{{p}}sheetData>{RULE}".format(p=prefix)
    xml = f'<{prefix}worksheet {name}="{MAIN[1:-1]}">{body}</{prefix}worksheet>'.encode()
    cells = list(ElementTree.fromstring(xml).iter(f"{MAIN}c"))
    with_formula = [c.get("r") for c in cells if c.find(f"{MAIN}f") is not None]
    assert with_formula == ["B4", "C4", "AA15", "AC15"]
    assert formula_cells(xml) == {(4, 2), (4, 3), (15, 27), (15, 29)}
    assert error_cells(xml) == {(15, 27): "#DIV/0!", (15, 28): "#N/A"}
