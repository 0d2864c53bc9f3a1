"""The rows of one worksheet edited as text: cells, tables, columns, each with what it becomes."""

from __future__ import annotations

from collections import Counter

import pytest

from kongjian.base.errors import KongjianError
from kongjian.xlsx import xml_text
from kongjian.xlsx.sheet_part import SheetPart, inserted

HEAD = f'<worksheet xmlns="{xml_text.MAIN}"><dimension ref="A1:C9"/><cols><col min="1" max="2" width="9" style="4"/><col min="3" max="3" width="8"/></cols>'
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


def test_empty_rows_within_a_table_go_with_it() -> None:
    sheet = sheet_of('<row r="2" ht="30"/><row r="3"><c r="A3"><v>1</v></c></row><row r="9" ht="7"/>')
    sheet.replace_table(1, 1, 2, 3, ['<c r="A2"><v>9</v></c>'])
    assert rows_of(sheet) == '<row r="2"><c r="A2"><v>9</v></c></row><row r="9" ht="7"/>'
