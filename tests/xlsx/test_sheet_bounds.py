"""What a sheet takes in memory is known before a reader lays it out, however its cells are spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kongjian.base.grid import letter
from kongjian.xlsx.sheet_bounds import MOST_BYTES, memory, reach, text_lengths

HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def sheet(cells: list[tuple[int, int]]) -> bytes:
    """One row for each cell, in the order given."""
    rows = (f'<row r="{r}"><c r="{letter(c)}{r}"><v>1</v></c></row>' for r, c in cells)
    return HEAD + "".join(rows).encode() + TAIL


@given(st.lists(st.tuples(st.integers(1, 1_048_576), st.integers(1, 16_384)), min_size=1, max_size=8))
def test_plain_cells_give_the_last_row_and_column(cells: list[tuple[int, int]]) -> None:
    assert reach(sheet(cells)) == (max(r for r, _ in cells), max(c for _, c in cells))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (b'<row r="1"><c r="C7"><v>1</v></c></row>', (7, 3)),  # not in its row
        (b"<row><c><v>1</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row>", (2, 2)),
        (b"<row r='3'><c r='B3'><v>1</v></c></row>", (3, 2)),
        (b'<row r="2"><c s="1" r="D2"><v>1</v></c></row>', (2, 4)),
        (b'<row r="1"><c\nr="B1"><v>1</v></c></row>', (1, 2)),
        (b'<row r="1"><c r="A99999999999"><v>1</v></c></row>', (99999999999, 1)),
        (b"", (0, 1)),
    ],
)
def test_unusual_cells_too(cells: bytes, expected: tuple[int, int]) -> None:
    assert reach(HEAD + cells + TAIL) == expected


def test_prefixed_cells_too() -> None:
    xml = b'<x:worksheet xmlns:x="m"><x:row r="2"><x:c r="E2"><x:v>1</x:v></x:c></x:row></x:worksheet>'
    assert reach(xml) == (2, 5)


def test_one_long_text_named_often_counts_each_time() -> None:
    strings = text_lengths(b"<sst><si><t>" + b"x" * 30_000 + b"</t></si><si><t>y</t></si></sst>")
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>%d</v></c></row>' for r in range(1, 20_001))
    assert memory(HEAD + (cells % ((0,) * 20_000)).encode() + TAIL, strings) > MOST_BYTES
    assert memory(HEAD + (cells % ((1,) * 20_000)).encode() + TAIL, strings) < MOST_BYTES // 50


def test_how_many_cells_are_allowed() -> None:
    """Nearly fourteen million: what they take is measured by benchmarks/opening.py."""
    none = text_lengths(b"")
    assert memory(sheet([(279_620, 50)]), none) <= MOST_BYTES < memory(sheet([(279_621, 50)]), none)
