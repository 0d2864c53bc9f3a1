"""Small pieces of a package edited as text: attributes, names, references, strings, rows, each with what it becomes."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import cast

import numpy as np
import pytest
from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.xlsx import cell_xml, defined_names, strings, table_parts, table_rows, text_heights, xml_text
from kongjian.xlsx.part_survey import DeclarationError, SharedTexts, Worksheet
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.references import Mover, RowMap
from kongjian.xlsx.sheet_part import SheetPart, inserted
from kongjian.xlsx.styles import Styles
from kongjian.xlsx.text_heights import CellStyle

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


@pytest.mark.parametrize("p", ["", "x:"])
def test_strings_are_reused_and_new_ones_come_last(p: str) -> None:
    xml = f'<{p}sst count="9" uniqueCount="3"><{p}si><{p}t>甲</{p}t></{p}si><{p}si><{p}r><{p}t>粗</{p}t></{p}r></{p}si><{p}si/><{p}si><{p}t>甲</{p}t></{p}si></{p}sst>'.encode()
    held = strings.SharedStrings(xml)
    assert held.contents() == ["<t>甲</t>", "<r><t>粗</t></r>", "", "<t>甲</t>"]
    assert held.xml() == xml
    assert [held.index(t) for t in ("甲", "粗", " 乙", "粗", "a<b\n")] == [0, 4, 5, 4, 6]
    assert held.add("<t>丙</t>") == 7
    new = f'<{p}si><{p}t>粗</{p}t></{p}si><{p}si><{p}t xml:space="preserve"> 乙</{p}t></{p}si><{p}si><{p}t xml:space="preserve">a&lt;b\n</{p}t></{p}si><{p}si><{p}t>丙</{p}t></{p}si></{p}sst>'
    assert held.xml().decode() == xml.decode().replace(' count="9" uniqueCount="3"', "").replace(
        f"</{p}sst>", new
    )


def test_a_part_of_strings_that_is_closed_at_once() -> None:
    held = strings.SharedStrings(b'<x:sst count="0"/>')
    assert held.index("甲") == 0
    assert held.xml() == "<x:sst><x:si><x:t>甲</x:t></x:si></x:sst>".encode()
    assert strings.SharedStrings(strings.EMPTY).index("甲") == 0


def test_what_xml_forbids_is_left_out() -> None:
    assert [strings.escape(t) for t in ("甲", "a\x00b", "_x0041_", "_x_", "\r", "<&>")] == [
        "甲",
        "ab",
        "_x005F_x0041_",
        "_x_",
        "_x000D_",
        "&lt;&amp;&gt;",
    ]


class Known(strings.SharedStrings):
    def __init__(self) -> None:
        super().__init__(strings.EMPTY)


def test_cells_of_results() -> None:
    held = Known()
    assert table_rows.column_contents(np.array([1.0, 2.5, math.nan, 1e15]), held) == [
        "><v>1</v></c>",
        "><v>2.5</v></c>",
        "/>",
        "><v>1000000000000000.0</v></c>",
    ]
    assert table_rows.column_contents(np.array([1.0, 0.0, math.nan]), held, yes_no=True) == [
        ' t="s"><v>0</v></c>',
        ' t="s"><v>1</v></c>',
        "/>",
    ]
    assert table_rows.column_contents(["甲", "", None, 3], held) == [
        ' t="s"><v>2</v></c>',
        "/>",
        "/>",
        "><v>3</v></c>",
    ]
    assert table_rows.column_contents(np.array(["甲"], dtype=object), held) == [' t="s"><v>2</v></c>']
    assert table_rows.cell_content(dt.datetime(2020, 1, 1, 12), held) == "><v>43831.5</v></c>"
    assert table_rows.formula_content("A1<2", "<") == ' t="str"><f>A1&lt;2</f><v>&lt;</v></c>'
    assert table_rows.formula_content("1/0", "#DIV/0!") == ' t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    assert table_rows.formula_content("1+1", 2) == "><f>1+1</f><v>2</v></c>"


def test_rows_of_results() -> None:
    frame = {"名": np.array(["甲", ""], dtype=object), "分": np.array([1.0, math.nan])}
    names, letters, styles = ["名", "分", "空"], ["A", "B", "C"], [0, 7, 0]
    assert table_rows.table_rows(frame, names, letters, styles, 4, Known()) == [
        '<c r="A4" t="s"><v>0</v></c><c r="B4" s="7"><v>1</v></c><c r="C4"/>',
        '<c r="A5"/><c r="B5" s="7"/><c r="C5"/>',
    ]
    assert table_rows.table_rows(frame, names, letters, styles, 4, Known(), filled_only=True) == [
        '<c r="A4" t="s"><v>0</v></c><c r="B4" s="7"><v>1</v></c>',
        "",
    ]
    assert table_rows.table_rows({}, names, letters, styles, 4, Known()) == [
        '<c r="A4"/><c r="B4" s="7"/><c r="C4"/>'
    ]


def column(
    name: str, width: float, kind: table_parts.ColumnKind = "text", folds: bool = False
) -> table_parts.OutColumn:
    return table_parts.OutColumn(name, kind, width, folds)


SPEC = table_parts.OutputSheet("表", "T", (column("说明", 28), column("窄", 27), column("折", 10, folds=True), column("分", 40, "score")), "result", "")  # fmt: skip


def test_which_columns_go_on_in_a_further_line() -> None:
    assert [c.wraps for c in SPEC.columns] == [True, False, True, False]
    assert SPEC.names == ["说明", "窄", "折", "分"]


def test_rows_are_as_high_as_their_longest_text() -> None:
    texts = ["短", "字" * 14, "字" * 15, "字" * 40, "a\nb"]
    frame = {
        "说明": np.array(texts, dtype=object),
        "窄": np.array(["字" * 90] * 5, dtype=object),
        "折": np.array(["", "", "", "", "字" * 30], dtype=object),
    }
    heights = table_rows.row_heights(SPEC, frame, 4)
    assert heights == {6: 33.0, 7: 47.5, 8: 105.5}
    assert table_rows.row_heights(SPEC, {"说明": np.array(["短"], dtype=object)}, 4) == {}


def test_rows_as_excel_takes_them() -> None:
    frame = {
        "说明": np.array(["甲", ""], dtype=object),
        "窄": np.array([1.0, math.nan]),
        "分": np.array([0.0, math.nan]),
    }
    assert table_rows.block(SPEC, frame, frozenset({"窄"})) == [
        ["甲", "是", None, 0.0],
        [None, None, None, None],
    ]
    assert table_rows.block(SPEC, {}, frozenset()) == [[None] * 4]


def test_how_many_lines_a_text_takes() -> None:
    size = 12.0  # a Chinese character takes 16 pixels, another one 8.8
    assert text_heights.text_pixels("字a", size) == pytest.approx(24.8)
    for line, lines in (
        ("字字", 1),
        ("字字字", 2),
        ("字" * 4, 2),
        ("字，字", 2),
        ("字字，", 2),
        ("12345", 2),
        ("字12", 2),
        ("1234567 字", 3),
        ("字" * 5, 3),
        ("12345字", 2),
        ("", 1),
    ):
        assert text_heights.wrapped(line, 32, size) == lines, line
    assert text_heights.wrapped("1234567字", 32, size) == 3  # of 61.6 pixels 29.6 are in the second line
    assert text_heights.wrapped("1234567a", 71, size) == 1
    style = CellStyle(size, wraps=True)
    assert text_heights.height_printed("字字字\n字", 40, style) == pytest.approx(3 * 12 * 1.3)
    assert text_heights.height_printed("字字字\n字", 40, CellStyle(size)) == pytest.approx(12 * 1.3)
    assert text_heights.height_printed("字字", 49, CellStyle(size, True, indent=1)) == pytest.approx(12 * 1.3)
    assert text_heights.height_printed("字字", 48, CellStyle(size, True, indent=1)) == pytest.approx(
        2 * 12 * 1.3
    )
    assert text_heights.height_needed("字字", 40, style) == pytest.approx(2 * 12 * 1.42 + 3)
    assert text_heights.height_needed("字字", 42, style) == pytest.approx(12 * 1.42 + 3)
    assert [text_heights.too_wide("字字", w, CellStyle(size)) for w in (39, 40)] == [True, False]
    assert not text_heights.too_wide("字字", 10, style)
    assert not text_heights.too_wide("字字", 10, CellStyle(size, shrinks=True))
    assert not text_heights.too_wide("a", 0, CellStyle(size))


def test_how_high_a_row_of_results_is() -> None:
    assert text_heights.text_width("字a") == pytest.approx(2.92)
    assert text_heights.row_height([]) == 18.5
    assert text_heights.row_height([("字" * 5, 10.6)]) == 18.5
    assert text_heights.row_height([("字" * 5, 10.5), ("a", 9)]) == 33.0
    assert text_heights.row_height([("a\n\nb", 9)], 20) == 47.5
    assert text_heights.row_height([("a", 9)], 20) == 20
    assert text_heights.row_height([("字" * 900, 3)]) == 409


def test_widths_and_heights_of_a_sheet() -> None:
    root = etree.fromstring(
        f'<worksheet xmlns="{MAIN}"><sheetFormatPr defaultColWidth="10" defaultRowHeight="20"/><cols><col min="2" max="3" width="20"/>'
        '<col min="4" max="4" width="9" hidden="1"/><col min="5" max="5"/></cols><sheetData><row r="1" ht="33"/><row r="2"/></sheetData></worksheet>'
    )
    sizes = text_heights.Sizes(root)
    assert [sizes.width(k, k) for k in (1, 2, 3, 4, 5, 6)] == [75, 145, 145, 5, 75, 75]
    assert sizes.width(1, 3) == 365
    assert [sizes.height(row) for row in root.iter("{*}row")] == [33, 20]
    plain = text_heights.Sizes(etree.fromstring(f'<worksheet xmlns="{MAIN}"/>'))
    assert plain.width(1, 1) == pytest.approx(9.14 * 7 + 5)
    assert plain.height(etree.fromstring("<row/>")) == 15


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


HEAD = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:C9"/><cols><col min="1" max="2" width="9" style="4"/><col min="3" max="3" width="8"/></cols>'
TAIL = '<autoFilter ref="A1"/><hyperlinks><hyperlink ref="A5" location="甲"/><hyperlink ref="D5" location="乙"/></hyperlinks><pageMargins/></worksheet>'
BODY = (
    '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><v>1</v></c></row><row r="4" ht="30" spans="1:3"><c r="A4" s="2"><v>1</v></c><c r="B4"><f>A4</f><v>1</v></c><c r="D4"><v>9</v></c></row>'
    '<row r="5"><c r="B5" s="3"/></row><row r="7"><c r="A7"><v>7</v></c></row>'
)  # fmt: skip


def sheet_of(body: str = BODY, tail: str = TAIL) -> SheetPart:
    return SheetPart(f"{HEAD}<sheetData>{body}</sheetData>{tail}".encode(), "表")


def rows_of(sheet: SheetPart) -> str:
    return sheet.bytes().decode().partition("<sheetData>")[2].partition("</sheetData>")[0]


def test_what_a_sheet_holds() -> None:
    sheet = sheet_of()
    assert (sheet.last_row(), sheet_of("").last_row()) == (7, 0)
    assert [sheet.last_of_block(r) for r in (3, 4, 5, 7)] == [4, 4, 4, 7]
    assert [
        sheet.first_filled(*a)
        for a in ((3, 1, 9), (4, 2, 3), (5, 1, 9), (4, 4, 4), (8, 1, 9), (3, 2, 1), (4, 4, 9))
    ] == ["A3", "B4", "A7", "D4", "", "", "D4"]
    assert [sheet.style(r, c) for r, c in ((4, 1), (4, 2), (5, 2), (5, 1), (5, 3), (5, 9), (99, 2))] == [
        2,
        0,
        3,
        4,
        0,
        0,
        4,
    ]
    assert b"<dimension" not in sheet.bytes()
    with pytest.raises(KongjianError, match="工作表“表”的内容读不了"):
        SheetPart(b"<worksheet/>", "表")
    with pytest.raises(KongjianError, match="读不了"):
        sheet_of(tail="</a>")


def test_one_cell_is_put_in_its_place() -> None:
    sheet = sheet_of('<row r="3" spans="1:2"><c r="A3"/><c r="C3"><v>3</v></c></row>')
    for at, content in (
        ((3, 2), "><v>2</v></c>"),
        ((3, 3), "/>"),
        ((3, 4), "><v>4</v></c>"),
        ((9, 3), "><v>5</v></c>"),
    ):
        sheet.put(*at, content)
    assert not sheet.lost_formulas
    assert (
        rows_of(sheet)
        == '<row r="3"><c r="A3"/><c r="B3" s="4"><v>2</v></c><c r="C3"/><c r="D3"><v>4</v></c></row><row r="9"><c r="C9"><v>5</v></c></row>'
    )
    other = sheet_of()
    other.put(4, 2, "/>", style=8)
    assert other.lost_formulas
    assert '<c r="B4" s="8"/>' in rows_of(other)


def test_a_table_is_replaced_and_what_stands_beside_stays() -> None:
    sheet = sheet_of()
    sheet.replace_table(
        3, 1, 2, 5, ['<c r="A4"><v>5</v></c>', '<c r="A5"/>', '<c r="A6"/>'], {5: 33.0}, folded_from=6
    )
    assert sheet.lost_formulas
    assert rows_of(sheet) == (
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><v>1</v></c></row><row r="4"><c r="A4"><v>5</v></c><c r="D4"><v>9</v></c></row>'
        '<row r="5" ht="33" customHeight="1"><c r="A5"/></row><row r="6" hidden="1" outlineLevel="1"><c r="A6"/></row><row r="7" collapsed="1"><c r="A7"><v>7</v></c></row>'
    )
    assert 'outlineLevelRow="1"' in sheet.head
    sheet.replace_links([("B4", "'甲'!A1")], 3, 1, 2)
    text = sheet.bytes().decode()
    assert (
        '<hyperlinks><hyperlink ref="D5" location="乙"/><hyperlink ref="B4" location="\'甲\'!A1" display="B4"/></hyperlinks><pageMargins/>'
        in text
    )


@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_a_table_away_from_the_first_column(first: int) -> None:
    """Cells left and right of it stay, in the first and the last of its rows, too."""
    body = "".join(
        f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="C{r}"><v>3</v></c><c r="E{r}"><v>5</v></c></row>'
        for r in (3, 4, 5, 6, 7)
    )
    sheet = sheet_of(body)
    sheet.replace_table(4, first, 5 - first, 6, [])
    assert not sheet.lost_formulas
    left = "".join(
        f'<c r="{c}%d"><v>{v}</v></c>' for c, v in (("A", 1), ("C", 3)) if (1 if c == "A" else 3) < first
    )
    kept = f'{left}<c r="E%d"><v>5</v></c>'
    expected = [kept.replace("%d", str(r)) for r in (5, 6)]
    for r, cells in zip((5, 6), expected, strict=True):
        assert f'<row r="{r}">{cells}</row>' in rows_of(sheet)
    for r in (3, 4, 7):
        assert (
            f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="C{r}"><v>3</v></c><c r="E{r}"><v>5</v></c></row>'
            in rows_of(sheet)
        )


def test_rows_are_taken_out_and_whole_sheets_written_anew() -> None:
    sheet = sheet_of()
    sheet.remove_rows(5, 7)
    assert not sheet.lost_formulas
    assert [r in rows_of(sheet) for r in ('r="3"', 'r="4"', 'r="5"', 'r="7"')] == [True, True, False, False]
    sheet.remove_rows(4, 4)
    assert sheet.lost_formulas
    whole = sheet_of()
    whole.replace_all(['<c r="A1"/>', "", '<c r="A3"/>'])
    assert (rows_of(whole), whole.lost_formulas) == (
        '<row r="1"><c r="A1"/></row><row r="3"><c r="A3"/></row>',
        True,
    )


def test_columns_take_their_looks_along() -> None:
    sheet = sheet_of()
    sheet.move_columns(2, [1, 0], 1)
    assert (
        '<cols><col min="1" max="1" width="9" style="4"/><col min="2" max="2" width="8"/><col min="3" max="3" width="9" style="4"/></cols>'
        in sheet.head
    )
    sheet.move_columns(1, [], 3)
    assert "<col" not in sheet.head


def test_where_the_schema_wants_a_block() -> None:
    tail = b'<mergeCells><mergeCell ref="A1"/></mergeCells><extLst><pageMargins/></extLst></worksheet>'
    assert inserted(tail, b"<n/>", "hyperlinks") == tail.replace(b"<extLst>", b"<n/><extLst>")
    assert inserted(b"</worksheet>", b"<n/>", "hyperlinks") == b"<n/></worksheet>"
    assert inserted(b"<pageMargins/></worksheet>", b"<n/>", "tableParts") == b"<pageMargins/><n/></worksheet>"
    sheet = sheet_of(tail="</worksheet>")
    for relationship in ("rId1", "rId2"):
        sheet.add_table_part(relationship)
    assert Counter(sheet.bytes().decode().split('"'))["rId1"] == 1
    assert sheet.bytes().decode().count("<tableParts>") == 1


def test_rows_without_numbers_are_counted_from_the_first() -> None:
    sheet = sheet_of("<row><c><v>1</v></c></row><row/><row><c/><c><v>3</v></c></row>")
    assert (sheet.last_row(), sheet.first_filled(1, 1, 9), sheet.first_filled(2, 1, 9)) == (3, "A1", "B3")


def test_a_table_without_rows_leaves_none() -> None:
    rows = "".join(
        f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="B{r}"><v>2</v></c></row>' for r in range(3, 8)
    )
    sheet = sheet_of(rows)
    sheet.replace_table(3, 1, 2, 6, [])
    assert [f'r="{r}"' in rows_of(sheet) for r in range(3, 8)] == [True, False, False, False, True]


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
    styles = Styles(cast(Parts, part))
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
    styles = Styles(cast(Parts, part))
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


def test_empty_rows_within_a_table_go_with_it() -> None:
    sheet = sheet_of('<row r="2" ht="30"/><row r="3"><c r="A3"><v>1</v></c></row><row r="9" ht="7"/>')
    sheet.replace_table(1, 1, 2, 3, ['<c r="A2"><v>9</v></c>'])
    assert rows_of(sheet) == '<row r="2"><c r="A2"><v>9</v></c></row><row r="9" ht="7"/>'
