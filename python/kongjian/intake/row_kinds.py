"""Rows between the data that are no data: lines of codes below a header, sign-offs, titles of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kongjian.base.grid import Cell, is_blank
from kongjian.base.text import fold
from kongjian.intake.headers import Header
from kongjian.intake.values import folded
from kongjian.rules.model_tables import InputTable, Words

CODES_WITHIN = 3
"""Below a header codes stand within so many rows."""
_CODE = re.compile(r"[A-Z_][A-Z0-9_.]*")
_COUNTED = re.compile(r"[(（]?(\d{1,3})[)）]?")
_HEAD = re.compile(r"[:：\s(（].*$")
_PAGE = re.compile(r"-?第?\d+页?[,，/共]*(?:\d+)?页-?$")
_TITLE = ("表", "统计", "汇总", "名单", "明细", "情况", "一览", "报表")
_LEAST = 3


def is_codes(table: InputTable, header: Header, cells: Sequence[Cell]) -> bool:
    """schoolName, teacherName, courseware …, or 1, 2, 3 …: a name or a number for each column instead of a value."""
    filled = {
        name: fold(str(cells[c - 1])) for name, c in header.columns.items() if not is_blank(cells[c - 1])
    }
    if len(filled) < _LEAST:
        return False
    numbers = [n for n in filled if not table.column(n).is_text and table.column(n).kind != "yes_no"]
    if all(map(_CODE.fullmatch, filled.values())):
        return bool(numbers)
    return len(numbers) >= _LEAST and _are_counted(list(filled.values()))


def _are_counted(texts: Sequence[str]) -> bool:
    """Whether they are 1, 2, 3 … from the first or, behind words of one character, from a later one on."""
    while texts and len(texts[0]) == 1 and not texts[0].isdecimal():  # 甲, 乙, 1, 2 …
        texts = texts[1:]
    found = [_COUNTED.fullmatch(t.removesuffix(".0")) for t in texts]
    numbers = [int(m[1]) for m in found if m]
    return len(numbers) == len(texts) >= _LEAST and numbers == list(range(1, len(numbers) + 1))


def remark(table: InputTable, cells: Sequence[Cell], words: Words) -> str:
    """The first text of a row that is a sign-off, the number of a page or a title; "" for any other row."""
    filled = [c for c in cells if not is_blank(c)]
    first = filled[0] if filled else ""
    if not isinstance(first, str):
        return ""
    head = _HEAD.sub("", fold(first))
    if head in folded(words.remark_row) or _PAGE.fullmatch(fold(first)):
        return first
    keys = sum(c.key for c in table.columns)
    texts = set(map(str, filled))
    return first if keys > 1 and len(texts) == 1 and fold(first).endswith(_TITLE) else ""


def maybe_remark(text: str, words: Words) -> bool:
    """Whether a row that begins with this text, as it compares, is worth a look."""
    return (
        _HEAD.sub("", text) in folded(words.remark_row)
        or bool(_PAGE.fullmatch(text))
        or text.endswith(_TITLE)
    )
