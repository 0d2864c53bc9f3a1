"""Columns of a file that no column of the table takes: which of them look like accounts or counts that the table lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.intake.headers import Header, header_name
from kongjian.intake.importing.cell_forms import unwrapped
from kongjian.intake.values import folded, quantity, show
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column, InputTable

_COUNTED = ("count", "average", "share", "rate")
_MOST = 0.8
_LEAST_CODES = 3
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z_@.\-]{3,32}")
_LOOKED_AT = 2000
_CHOSEN_BY_DIGITS = 7
"""Numbers of so many digits are no counts."""


def is_score(table: InputTable, text: str) -> bool:
    """Whether a header is the platform's score of something: 制作课件得分, 制作课件（得分）, 制作课件·得分."""
    return fold(text).rstrip(")]").endswith(tuple(fold(s) for s in table.score_suffixes or ("得分", "分数")))


def is_score_of_indicator(table: InputTable, text: str) -> bool:
    """Whether it is the score of what a column of the table counts."""
    text = fold(text).rstrip(")]")
    ends = sorted(map(fold, table.score_suffixes), key=len, reverse=True)
    end = next((s for s in ends if text.endswith(s)), "")
    return bool(end) and header_name(table, text.removesuffix(end).rstrip("([·-_: ")) is not None


def doubtful(table: InputTable, grid: Grid, header: Header, rules: Rules) -> Iterator[tuple[str, str]]:
    """(header, column that it may be, "" where none is near) of each column that must not be left out unasked."""
    absent = [c for c in table.columns if c.name not in header.columns]
    account = next((c.name for c in absent if c.kind == "account" and not c.optional), "")
    counts = [c for c in absent if c.kind in _COUNTED and not c.optional]
    others = folded(rules.importing.other_headers)
    for place, cell in enumerate(grid.rows[header.row - 1]):
        text = clean(str(cell))
        if is_blank(cell) or header_name(table, cell) or fold(text) in others or is_score(table, text):
            continue
        values = [
            unwrapped(v)[0]
            for row in grid.rows[header.row : header.row + _LOOKED_AT]
            if not is_blank(v := row[place])
        ]
        if account and (fold(text) in folded(rules.importing.account_headers) or _are_codes(values)):
            yield text, account
            account = ""
        elif counts and _are_counts(values, rules):
            yield text, ""


def _are_codes(values: Sequence[Cell]) -> bool:
    """Whether each is another text of letters and digits, such as accounts are; 1, 2, 3 … only number the rows."""
    texts = [show(v).strip() for v in values]
    if len(texts) < _LEAST_CODES or len(set(texts)) < len(texts) or _number_rows(texts):
        return False
    long = sum(len(t) >= _CHOSEN_BY_DIGITS or not t.replace(".", "").isdigit() for t in texts)
    return all(map(_CODE.fullmatch, texts)) and long >= _MOST * len(texts)


def _are_counts(values: Sequence[Cell], rules: Rules) -> bool:
    texts = [show(v).strip() for v in values]
    numbers = [
        t for t in texts if (read := quantity(fold(t), rules.words)) and read[0] < 10**_CHOSEN_BY_DIGITS
    ]
    return bool(texts) and len(numbers) >= _MOST * len(texts) and not _number_rows(texts)


def _number_rows(texts: Sequence[str]) -> bool:
    numbers = [int(t) for t in texts if t.isdecimal()]
    return len(numbers) == len(texts) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def empty_columns(table: InputTable, header: Header) -> list[Column]:
    """The columns of the table that the file does not have, those that are needed."""
    return [c for c in table.columns if c.name not in header.columns and c.is_needed and not c.optional]
