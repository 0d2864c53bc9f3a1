"""How far a worksheet reaches and what a reader makes of it in memory, told before one lays it out.

A reader in Rust ends the whole process where it asks for more memory than there is, so nothing hostile may reach it.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from kongjian.base.grid import column_number, letter
from kongjian.xlsx.part_survey import Worksheet

Lengths = NDArray[np.int64]
MOST_BYTES = 1_000 << 20
"""What the cells of all sheets that are read may take; with the parts themselves it is to stay below 1.5 GB (benchmarks/opening.py)."""
_CELL, _TEXT, _LETTER = 75, 90, 2
"""Bytes in the reader and in Python together: for a place, a text in it, a byte of that text."""
_FIRST = 50_000
_REFERENCE = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"')
_PREFIXED = re.compile(rb":c[ />\t\r\n]")
_NAMED = re.compile(rb't="s"[^<>]*><v>(\d{1,9})<')


def reach(xml: bytes) -> tuple[int, int]:
    """The last row and column of a worksheet part, or bounds above them. Raises ExpatError or ValueError for what is none."""
    if _PREFIXED.search(xml):
        return _surveyed(xml)
    # the last cell mostly stands in the last row; where it does not, one beyond it is found below
    end = _REFERENCE.match(xml, max(xml.rfind(b"<c "), 0))
    last, at = int(end[2]) if end else 0, 0
    # the first rows mostly have a cell in every column, and each further column costs a pattern of its own
    first = {letters for letters, row in _REFERENCE.findall(xml[:_FIRST]) if int(row) <= last}
    column = max(map(column_number, first), default=1)
    while odd := _beyond(last, column).search(xml, at):
        found = _REFERENCE.match(xml, odd.start())
        if found is None or int(found[2]) > last:
            return _surveyed(xml)
        column, at = column_number(found[1]), odd.end()
    return last, column


def text_lengths(strings: bytes) -> Lengths:
    """How many bytes each of a workbook's shared strings has."""
    return np.array([len(item) for item in strings.split(b"</si>")], dtype=np.int64)


def memory(xml: bytes, lengths: Lengths) -> int:
    """About the bytes that reading a part takes, `lengths` being those of the shared strings."""
    rows, columns = reach(xml)
    texts = xml.count(b't="s"') + xml.count(b"t='s'")
    return rows * columns * _CELL + texts * _TEXT + _named(xml, lengths, texts) * _LETTER


def _named(xml: bytes, lengths: Lengths, texts: int) -> int:
    """The bytes of the shared texts as often as cells name them: one long text can be named a million times."""
    longest = int(lengths.max())
    if longest * texts * _LETTER < MOST_BYTES // 10:
        return longest * texts
    named = np.array(_NAMED.findall(xml), dtype=np.int64)
    known = named[named < len(lengths)]
    return int(lengths[known].sum()) + longest * (texts - len(known))


def _surveyed(xml: bytes) -> tuple[int, int]:
    """The same by reading every element, where the cells are spelled in an unusual way."""
    sheet = Worksheet()
    sheet.take(xml)
    sheet.close()
    return sheet.last_row, sheet.last_column


def _beyond(row: int, column: int) -> re.Pattern[bytes]:
    """Finds the next cell that is not plainly within these."""
    rows = _at_most(str(row), "0", "9", "1")
    columns = _at_most(letter(column), "A", "Z", "A")
    return re.compile(rf'<c(?=[\s/>])(?! r="(?:{columns})(?:{rows})")'.encode())


def _at_most(limit: str, low: str, high: str, first: str) -> str:
    """What matches the numbers, or the columns, up to one: the longest first, as most cells of a long sheet have them."""
    out = []
    for k, character in enumerate(limit):
        lowest = low if k else first
        if character > lowest:
            rest = len(limit) - k - 1
            out.append(f"{limit[:k]}[{lowest}-{chr(ord(character) - 1)}][{low}-{high}]{{{rest}}}")
    shorter = [f"[{first}-{high}][{low}-{high}]{{0,{len(limit) - 2}}}"] if len(limit) > 1 else []
    return "|".join([*out, limit, *shorter])
