"""The worksheet of copies against the library's own: the same bytes for whatever cells, looks and rows."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.mailing.copy_writer import CopyWriter
from kongjian.xlsx.finished_parts import read_parts, texts_of_formulas

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15)
WORDS = st.text(st.sampled_from("甲 <&>\"'\n#N/A_x0041_"), max_size=6)
RESULTS = NUMBERS | WORDS | st.booleans() | st.sampled_from(["", "#N/A", "#DIV/0!"])
CELLS = st.one_of(
    st.tuples(st.just("number"), NUMBERS),
    st.tuples(st.just("string"), WORDS),
    st.tuples(st.just("blank"), st.none()),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.just("formula"), RESULTS),
)
PLACES = st.tuples(st.integers(0, 40), st.integers(0, 30))


@settings(max_examples=90, deadline=None)
@given(
    st.dictionaries(PLACES, st.tuples(CELLS, st.booleans()), max_size=30),
    st.sets(st.integers(0, 45), max_size=4),
    st.sets(st.integers(0, 30), max_size=3),
)
def test_a_copys_sheet_is_the_librarys_byte_for_byte(
    cells: dict[tuple[int, int], tuple[tuple[str, object], bool]], heights: set[int], columns: set[int]
) -> None:
    assert _sheet(CopyWriter, cells, heights, columns) == _sheet(Worksheet, cells, heights, columns)


def _sheet(
    kind: type[Worksheet],
    cells: dict[tuple[int, int], tuple[tuple[str, object], bool]],
    heights: set[int],
    columns: set[int],
) -> bytes:
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表", worksheet_class=kind)
        look, usual = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
        for column in columns:
            sheet.set_column(column, column, 12, usual)
        for row in heights:
            sheet.set_row(row, 30)
        for (row, column), ((what, value), looks) in cells.items():
            style = look if looks else None
            if what == "formula":
                sheet.write_formula(row, column, '="<"&B1', style, value)
            else:
                getattr(sheet, f"write_{what}")(row, column, value, style)
    parts = read_parts(buffer.getvalue())
    texts_of_formulas(parts)  # as the rest of the program has them
    return b"".join(part for name, part in parts.items() if "docProps" not in name)
