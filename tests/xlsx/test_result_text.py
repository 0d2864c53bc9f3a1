"""What results become in a sheet: shared strings, cells, rows as high as their texts, each with what it becomes."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from lxml import etree

from kongjian.xlsx import strings, table_parts, table_rows, text_heights, xml_text
from kongjian.xlsx.text_heights import CellStyle


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
        f'<worksheet xmlns="{xml_text.MAIN}"><sheetFormatPr defaultColWidth="10" defaultRowHeight="20"/><cols><col min="2" max="3" width="20"/>'
        '<col min="4" max="4" width="9" hidden="1"/><col min="5" max="5"/></cols><sheetData><row r="1" ht="33"/><row r="2"/></sheetData></worksheet>'
    )
    sizes = text_heights.Sizes(root)
    assert [sizes.width(k, k) for k in (1, 2, 3, 4, 5, 6)] == [75, 145, 145, 5, 75, 75]
    assert sizes.width(1, 3) == 365
    assert [sizes.height(row) for row in root.iter("{*}row")] == [33, 20]
    plain = text_heights.Sizes(etree.fromstring(f'<worksheet xmlns="{xml_text.MAIN}"/>'))
    assert plain.width(1, 1) == pytest.approx(9.14 * 7 + 5)
    assert plain.height(etree.fromstring("<row/>")) == 15
