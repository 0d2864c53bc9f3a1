"""References, names and formulas as they stand in the XML of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""

LAST_ROW, LAST_COLUMN = 1048576, 16384
# functions younger than the file format; stored without the prefix _xlfn. they show #NAME?
NEW_FUNCTIONS = {
    "CONCAT", "FILTER", "IFS", "LAMBDA", "LET", "MAXIFS", "MINIFS", "RANDARRAY", "SEQUENCE", "SORT", "SORTBY",
    "SWITCH", "TEXTJOIN", "UNIQUE", "XLOOKUP", "XMATCH",
}  # fmt: skip
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SHEET_QUOTED = re.compile(r"'(?:[^']|'')*'")
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!")
_NAME_START = re.compile(r"[^\W\d]|\\")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]|[Rr]\d*[Cc]\d*")


def is_name(text: str) -> bool:
    """Whether Excel takes the text as a defined name or a table's name."""
    allowed = _NAME_START.match(text) and not re.search(r"[^\w.\\?]", text)
    return bool(allowed) and not _CELL_LIKE.fullmatch(text)


def sheets_in(text: str) -> list[str]:
    """The sheets that a reference or formula names."""
    return [quoted.replace("''", "'") or plain for quoted, plain in _SHEET.findall(_QUOTED.sub("", text))]


def area(ref: str) -> Area | None:
    """First row, first column, last row, last column of a reference; None when it is not one."""
    first, _, last = ref.partition(":")
    one, two = position(first), position(last or first)
    if one is None or two is None or one[0] > two[0] or one[1] > two[1]:
        return None
    return (*one, *two)


def position(ref: str) -> tuple[int, int] | None:
    found = _CELL.fullmatch(ref)
    if not found:
        return None
    column = 0
    for one in found[1]:
        column = column * 26 + ord(one) - 64
    row = int(found[2])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def letter(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def overlap(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def formula_faults(formula: str) -> Iterator[str]:
    """What is wrong with a formula as it stands in a file."""
    if formula.startswith("="):
        yield "formula starts with ="
    if len(formula) > 8192:
        yield "formula longer than 8192 characters"
    bare = _QUOTED.sub('""', formula)
    if '"' in bare.replace('""', ""):
        yield f"formula with an open quote: {formula:.60}"
    bare = _SHEET_QUOTED.sub("s", bare)
    depth = 0
    for character in bare:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            break
    if depth:
        yield f"formula with unbalanced parentheses: {formula:.60}"
    for function in re.findall(r"(?<![\w.])([A-Z][A-Z0-9.]*)\(", bare.upper()):
        if function in NEW_FUNCTIONS:
            yield f"formula uses {function} without _xlfn."
