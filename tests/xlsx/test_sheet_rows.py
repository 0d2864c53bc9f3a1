"""A sheet's cells taken apart by row: as Excel writes them, and as other programs do."""

from __future__ import annotations

import pytest

from kongjian.xlsx import sheet_part

ROWS = {
    3: (b' r="3" spans="1:2" x14ac:dyDescent="0.25"', b'<c r="A3" s="1"><v>1</v></c><c r="B3"/>'),
    4: (b' r="4" hidden="1"', b""),
    5: (b' r="5" ht="20"', b'<c r="A5"><v>2</v></c>'),
    6: (b' r="6"', b'<c r="A6"/>'),
    9: (b" ht='20' r=\"9\"", b'<c s="2" r="B9"><v>4</v></c>'),
}


def test_rows_with_and_without_numbers_references_and_cells() -> None:
    body = (
        b'<row r="3" spans="1:2" x14ac:dyDescent="0.25"><c r="A3" s="1"><v>1</v></c><c r="B3"/></row>'
        b'<row r="4" hidden="1"/><row r="5" ht="20"><c><v>2</v></c></row>\n<row><c r="A6"/></row>'
        b'<row ht=\'20\' r="9"><c s="2" r="B9"><v>4</v></c></row>'
    )
    assert sheet_part._rows(body, b"") == ROWS


@pytest.mark.parametrize(
    "text", ['<row r="7"><c r="A7" t="s"><v>0</v></c></row>', '<row r="7"> <c r="A7"/></row>']
)
def test_a_prefix_changes_nothing_but_itself(text: str) -> None:
    with_prefix = text.replace("<", "<x:").replace("<x:/", "</x:")
    [(number, (attributes, cells))] = sheet_part._rows(with_prefix.encode(), b"x:").items()
    [(plain, (same, inner))] = sheet_part._rows(text.encode(), b"").items()
    assert (number, attributes) == (plain, same) == (7, b' r="7"')
    assert cells.replace(b"x:", b"") == inner
