"""Which cells show a percentage, read from the parts themselves however they are spelt."""

from __future__ import annotations

import pytest

from kongjian.xlsx.percent_formats import percent_cells, percent_styles

STYLES = """<{p}styleSheet {ns}="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<{p}numFmts count="4"><{p}numFmt numFmtId="164" formatCode="0.0%"/><{p}numFmt formatCode="0&quot;%&quot;" numFmtId="165"/>
<{p}numFmt numFmtId="166" formatCode="0\\%"/><{p}numFmt numFmtId="167" formatCode="[Red][&gt;1]0.00%;0%"/></{p}numFmts>
<{p}cellStyleXfs><{p}xf numFmtId="9"/></{p}cellStyleXfs>
<{p}cellXfs>{xfs}</{p}cellXfs><{p}dxfs><{p}dxf><{p}numFmt numFmtId="0" formatCode="0%"/></{p}dxf></{p}dxfs></{p}styleSheet>"""
NUMBERS = (0, 9, 10, 49, 164, 165, 166, 167)


@pytest.mark.parametrize(("prefix", "ns"), [("", "xmlns"), ("x:", "xmlns:x")])
def test_built_in_and_own_formats(prefix: str, ns: str) -> None:
    xfs = "".join(f'<{prefix}xf numFmtId="{n}"/>' for n in NUMBERS)
    shown = percent_styles(STYLES.format(p=prefix, ns=ns, xfs=xfs).encode())
    assert [NUMBERS[k] for k in sorted(shown)] == [9, 10, 164, 167]


def test_a_part_that_is_no_xml_has_none() -> None:
    assert percent_styles(b"<styleSheet>") == frozenset()


def test_cells_by_column() -> None:
    sheet = b"""<sheetData><row r="4" s="1"><c r="A4" s="1"><v>1</v></c><c r="B4" t="n" s="12"/><c s="2" r="AA4"><v>0</v></c>
    <x:c r="A5" s="2"/><c r="A6"><v>1</v></c><col s="1" r="A7"/></row></sheetData>"""
    assert percent_cells(sheet, {1, 2}) == {1: [4, 5], 27: [4]}
    assert percent_cells(sheet, ()) == {}
