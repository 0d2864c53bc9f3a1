"""Small pieces of a package edited as text: attributes, names, references, formats, each with what it becomes."""

from __future__ import annotations

from typing import cast

import pytest
from lxml import etree

from kongjian.xlsx import cell_xml, defined_names, strings, xml_text
from kongjian.xlsx.part_survey import DeclarationError, SharedTexts, Worksheet
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.references import Mover, RowMap
from kongjian.xlsx.styles import StylesPart

MAIN = xml_text.MAIN


def test_attributes_of_the_first_element() -> None:
    xml = '<?xml version="1.0"?><x:a b="1 > 0" c="2"><d b="3"/></x:a>'
    assert [xml_text.given(xml, name, "?") for name in ("b", "c", "d")] == ["1 > 0", "2", "?"]
    assert xml_text.given("text", "b", "?") == "?"
    assert (
        xml_text.with_attributes(xml, b=5, c=None, e="6")
        == '<?xml version="1.0"?><x:a b="5" e="6"><d b="3"/></x:a>'
    )
    assert xml_text.with_attributes("<a />", b=1) == '<a b="1"/>'
    assert xml_text.prefix_of(f'<a xmlns:q="{MAIN}" xmlns:r="o"/>', MAIN) == "q"
    assert xml_text.prefix_of(f'<a xmlns="{MAIN}"/>', MAIN) == ""
    assert xml_text.prefix_of("", MAIN) == ""
    assert xml_text.attribute('<"&') == "&lt;&quot;&amp;"


@pytest.mark.parametrize(
    ("xml", "becomes"),
    [
        ("<r><a><b/></a><a/></r>", "<r><a><b/><n/></a><a/></r>"),
        ('<r><a k="1" /><c/></r>', '<r><a k="1"><n/></a><c/></r>'),
        ('<x:r><x:a k="/"></x:a></x:r>', '<x:r><x:a k="/"><x:n/></x:a></x:r>'),
        ("<x:r><x:a/></x:r>", "<x:r><x:a><x:n/></x:a></x:r>"),
    ],
)
def test_items_go_to_the_end_of_an_element(xml: str, becomes: str) -> None:
    assert xml_text.appended(xml, "a", "<n/>") == becomes


@pytest.mark.parametrize(
    ("xml", "behind", "becomes"),
    [
        ("<r><a/><b>1</b><c/></r>", ["a", "b"], "<r><a/><b>1</b><n/><c/></r>"),
        ("<r><a/><c/></r>", ["a", "b"], "<r><a/><n/><c/></r>"),
        ("<r><c/></r>", ["a"], "<r><n/><c/></r>"),
        ("<r><c/></r>", [], "<r><n/><c/></r>"),
        ("<x:r><x:a></x:a><x:c/></x:r>", ["a"], "<x:r><x:a></x:a><x:n/><x:c/></x:r>"),
    ],
)
def test_an_element_goes_behind_others(xml: str, behind: list[str], becomes: str) -> None:
    assert xml_text.inserted(xml, "<n/>", behind) == becomes


CARRIED = [
    ('="甲"', "甲"),
    ('"说""好"', '说"好'),
    ('""', ""),
    ('"', ""),
    ("A1", ""),
    ("", ""),
    ('"甲', ""),
    ('"甲乙', ""),
    ('甲乙"', ""),
    ('甲"', ""),
    ('"a"', "a"),
]


@pytest.mark.parametrize(("refers", "text"), CARRIED)
def test_a_text_that_a_name_carries(refers: str, text: str) -> None:
    assert defined_names.carried_text(refers) == text
    made = defined_names.text_name("N", text, hidden="1")
    assert (made.name, dict(made.attributes)) == ("N", {"name": "N", "hidden": "1"})
    assert defined_names.carried_text(made.text) == text


def test_names_are_put_in_place_of_those_that_there_are() -> None:
    book = f'<workbook xmlns="{MAIN}"><sheets><sheet/></sheets><definedNames><definedName name="旧">1</definedName></definedNames><calcPr/></workbook>'
    [old] = defined_names.read_names(book.encode())
    assert (old.name, old.text, old.local, old.sheet, old.area) == ("旧", "1", None, "", None)
    moved = defined_names.DefinedName({"name": "区"}, "'甲''乙'!$B$2:$C$9").moved(3)
    assert (moved.local, moved.sheet, moved.area) == (3, "甲'乙", (2, 2, 9, 3))
    with_two = defined_names.with_names(book, [moved, defined_names.text_name("字", "<&>")])
    assert [(n.name, n.text) for n in defined_names.read_names(with_two.encode())] == [
        ("区", moved.text),
        ("字", '"<&>"'),
    ]
    assert with_two.index("</sheets>") < with_two.index("<definedNames>") < with_two.index("<calcPr/>")
    assert "definedName" not in defined_names.with_names(with_two, [])


ROWS = RowMap({3: 4, 6: 0, 8: 1})
MOVED = [
    ("A2+A3+A4", "A2+A3+A7"), ("SUM(A3:A3)", "SUM(A3:A6)"), ("SUM(A2:B3)", "SUM(A2:B6)"), ("SUM(A3:A9)", "SUM(A3:A11)"), ("A7", "A9"), ("$A$4", "$A$7"),
    ("'甲''乙'!A4", "'丙''丁'!A7"), ("乙!A4", "乙!A4"), ("'甲''乙'!A1:B4", "'丙''丁'!A1:B7"), ('"A4"&A4', '"A4"&A7'), ("LOG10(A4)", "LOG10(A7)"), ("'甲''乙'!区", "'丙''丁'!区"), ("A4.5", "A4.5"), ("名A4", "名A4"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), MOVED)
def test_references_go_where_their_rows_went(before: str, after: str) -> None:
    assert Mover("甲'乙", {"甲'乙": ROWS}, {"甲'乙": "丙'丁"}).move(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [("B3*2", "B5*2"), ("B$3", "B$3"), ("SUM(B3:D3)", "SUM(B5:D5)"), ("SUM(B$3:D3)", "SUM(B$3:D6)"), ("SUM(B3:B4)", "SUM(B3:B7)"), ("B4", "B7"), ("乙!B3", "乙!B3")],
)  # fmt: skip
def test_what_is_in_the_row_itself_stays_in_it(before: str, after: str) -> None:
    assert Mover("甲", {"甲": ROWS, "乙": RowMap({})}).move(before, (3, 5)) == after


def test_areas_grow_with_their_rows() -> None:
    assert [ROWS.area(r) for r in ("B2", "B3", "B4:C8", "B3:C3", "甲")] == [
        "B2",
        "B3:B6",
        "B7:C10",
        "B3:C6",
        "甲",
    ]
    assert ROWS.areas("A1 A3") == "A1 A3:A6"
    assert [(ROWS.first(r), ROWS.last(r)) for r in (2, 3, 4, 7, 9)] == [
        (2, 2),
        (3, 6),
        (7, 7),
        (9, 9),
        (11, 11),
    ]


def survey(cells: str, lengths: tuple[int, ...] = (), form: str = "") -> Worksheet:
    sheet = Worksheet(lengths)
    for piece in (f'<worksheet xmlns="{MAIN}">{form}<sheetData>', cells, "</sheetData></worksheet>"):
        sheet.take(piece.encode())
    sheet.close()
    return sheet


def test_a_sheet_is_counted_before_it_is_read() -> None:
    found = survey(
        '<row r="2" hidden="1"><c r="A2"><v>1</v></c><c r="C2" t="inlineStr"><is><t>x</t></is></c></row><row><c><v>1</v></c><c/><c><v>2</v></c></row>'
        '<row r="9" hidden="true"><c r="AA9"/></row><row r="5"><c r="B7"><v>3</v></c></row>'
    )
    assert (found.filled, found.rows, found.hidden, found.last_row, found.last_column, found.cells) == (
        5,
        3,
        1,
        7,
        3,
        21,
    )
    assert survey("").cells == 0


def test_long_texts_count_as_often_as_they_are_named() -> None:
    texts = SharedTexts()
    texts.take(
        f'<sst xmlns="{MAIN}"><si><t>{"长" * 40_000}</t></si><si><r><t>ab</t></r><r><t>c</t></r></si><si/></sst>'.encode()
    )
    texts.close()
    assert texts.lengths == [40_000, 3, 0]
    named = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1"><v>0</v></c><c r="D1" t="s"><v>3</v></c><c r="E1" t="s"><f>0</f><v>2</v></c></row>'
    assert survey(named, tuple(texts.lengths)).texts == 40_003
    assert survey(named, (3, 4)).texts == 0


def test_a_part_that_declares_anything_is_refused() -> None:
    with pytest.raises(DeclarationError):
        Worksheet().take(b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')


class OnePart:
    """Just the styles of a package."""

    def __init__(self, xml: str) -> None:
        self.xml = xml

    def related(self, _: str) -> str:
        return "styles"

    def text(self, _: str) -> str:
        return self.xml

    def part(self, _: str) -> bytes:
        return self.xml.encode()

    def set_part(self, _: str, xml: str) -> None:
        self.xml = xml


def test_formats_are_added_once_and_only_where_they_are_not_there() -> None:
    part = OnePart(
        '<styleSheet><numFmts count="1"><numFmt numFmtId="170" formatCode="0.0"/></numFmts><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>'
    )
    styles = StylesPart(cast(Parts, part))
    assert [
        styles.number_format(code) for code in ("General", "0", "0.00", "@", "0.0", "0.000", "0.000")
    ] == [0, 1, 2, 49, 170, 171, 171]
    assert [styles.cell_format("General"), styles.cell_format("0.00")] == [0, 1]
    assert [styles.as_text(0), styles.as_text(0), styles.as_text(2)] == [2, 2, 2]
    assert part.xml == (
        '<styleSheet><numFmts count="2"><numFmt numFmtId="170" formatCode="0.0"/><numFmt numFmtId="171" formatCode="0.000"/></numFmts><cellXfs count="3"><xf numFmtId="0"/>'
        '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/></cellXfs></styleSheet>'
    )
    assert styles.add_fills({"红": "FF0000", "黄": "FFFF00"}) == {"红": 0, "黄": 1}


def test_a_percent_format_is_made_where_a_cell_has_none() -> None:
    formats = '<xf numFmtId="0" fontId="3"/><xf numFmtId="10"/>'
    part = OnePart(f'<styleSheet xmlns="{MAIN}"><cellXfs count="2">{formats}</cellXfs></styleSheet>')
    styles = StylesPart(cast(Parts, part))
    assert [styles.as_percent(0), styles.as_percent(1), styles.as_percent(0)] == [2, 1, 2]
    assert styles.items("cellXfs")[2] == '<xf numFmtId="10" fontId="3" applyNumberFormat="1"/>'


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A1" t="s"><v>1</v></c>', "a<b"),
        ('<x:c r="A1" t="str"><x:f>A2</x:f><x:v>甲&amp;乙</x:v></x:c>', "甲&乙"),
        ('<c r="A1"><v>1</v></c>', "1"),
        ('<c r="A1" t="inlineStr"><is><r><t>丙</t></r><r><t>丁</t></r></is></c>', "丙丁"),
        ('<c r="A1"/>', ""),
    ],
)
def test_the_text_that_a_cell_shows(cell: str, text: str) -> None:
    held = strings.SharedStrings(b"<sst><si><t>x</t></si><si><t>a&lt;b</t></si></sst>")
    assert held.text_of(cell.encode()) == text


@pytest.mark.parametrize(
    ("place", "row", "column"), [("A1", 1, 1), ("AB12", 12, 28), ("XFD1048576", 1048576, 16384)]
)
def test_where_a_cell_stands(place: str, row: int, column: int) -> None:
    assert cell_xml.row_and_column(place) == (row, column)
    assert cell_xml.column_of(etree.Element("c", r=place)) == column
