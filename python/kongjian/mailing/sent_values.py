"""What a school was sent: the values of its copy, kept in the file itself, so that its own changes can be told from the book's.

They stand as plain texts in hidden defined names, which Excel, WPS and LibreOffice keep and which the search for other
schools' names reads like everything else. A fingerprint tells whether they are still what was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kongjian.base.grid import YES_NO
from kongjian.base.text import fold
from kongjian.engine.frame import Frame, texts
from kongjian.engine.measures import PLATFORM
from kongjian.engine.outcome import NAME_COLUMNS, own_names, shown_keys
from kongjian.rules.model_tables import InputTable
from kongjian.workbook.run import Run

Value = str | float
TABLES = {"school": "schools", "teacher": "teachers"}
_NAME = "KongjianSent"
"""The name that holds how many texts there are and their fingerprint; the texts are this name and a number."""
_LONGEST = 240
"""Excel takes a text of at most 255 characters in a name."""
_SAME = 1e-9
_SCORE = "得分"


@dataclass(frozen=True)
class SentRow:
    """A unit as it was sent: what it is called, and its values by item."""

    names: tuple[str, ...]
    values: Mapping[str, Value]


Sent = Mapping[str, Mapping[str, list[SentRow]]]
"""By kind and by the unit's key; more than one row where the book had a unit twice."""


class DamagedError(Exception):
    """The copy holds what was sent, but not as it was written."""


def same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _SAME
    return one == other


def value_of(frame: Frame, item: str, at: int, table: InputTable) -> Value:
    """What a unit has for an item: a number, a text, 是/否; "" for a blank."""
    part = PLATFORM + item.removesuffix(_SCORE)
    value = frame[item if item in frame else part][at]
    if isinstance(value, str):
        return value
    if np.isnan(value):
        return ""
    yes_no = item in frame and table.column(item).kind == "yes_no"
    return YES_NO.get(float(value), "") if yes_no else float(value)


def parts(frame: Frame) -> list[str]:
    """The platform's own scores of indicators, called as findings call them."""
    return [n.removeprefix(PLATFORM) + _SCORE for n in frame if n.startswith(PLATFORM)]


def items(kind: str, run: Run) -> list[str]:
    """What a school may correct of its units: every column but those that name them."""
    naming = own_names(kind, run.rules).values()
    columns = run.rules.table(TABLES[kind]).columns
    return [c.name for c in columns if c.name not in naming] + parts(run.results.of(kind).units)


def kept(run: Run, school: str, mark: str) -> dict[str, str]:
    """The names, each with its text, that keep what this school is sent; `mark` says whose copy it is and of which data."""
    chunks = [chunk for kind in TABLES for row in _rows(run, kind, school) for chunk in _chunks(row)]
    names = {f"{_NAME}{k}": chunk for k, chunk in enumerate(chunks, start=1)}
    return {_NAME: f"{len(chunks)}|{_fingerprint(mark, chunks)}", **names}


def _rows(run: Run, kind: str, school: str) -> Iterator[list[Value]]:
    """The items, then each of the school's units with its names and values; the kind first in every row."""
    outcome, table, wanted = run.results.of(kind), run.rules.table(TABLES[kind]), items(kind, run)
    yield [kind, *wanted]
    for at, name in enumerate(outcome.names["学校名称"]):
        if fold(name) == fold(school):
            names = [str(outcome.names[c][at]) for c in NAME_COLUMNS[kind]]
            yield [kind, *names, *(value_of(outcome.units, item, at, table) for item in wanted)]


def _chunks(row: list[Value]) -> Iterator[str]:
    """A row as texts that a name can hold, cut between values where these are short enough."""
    chunk = ""
    for k, value in enumerate(row):
        token = ("," if k else "[") + json.dumps(value, ensure_ascii=False)
        while len(chunk) + len(token.replace('"', '""')) + chunk.count('"') > _LONGEST:
            room = 0 if chunk else _LONGEST // 2
            yield chunk or token[:room]
            chunk, token = "", token[room:]
        chunk += token
    yield chunk + "]"


def _fingerprint(mark: str, chunks: list[str]) -> str:
    return hashlib.blake2b("\x1f".join([mark, *chunks]).encode(), digest_size=12).hexdigest()


def recalled(names: Mapping[str, str], mark: str) -> Sent | None:
    """What a copy with these names was sent; None for one of the first edition, which does not keep it.

    Raises DamagedError where it is not what was written.
    """
    if not any(name.startswith(_NAME) for name in names):
        return None
    count, _, fingerprint = names.get(_NAME, "").partition("|")
    chunks = [names.get(f"{_NAME}{k}", "") for k in range(1, int(count) + 1)] if count.isdecimal() else []
    if fingerprint != _fingerprint(mark, chunks):
        raise DamagedError
    out: dict[str, dict[str, list[SentRow]]] = {}
    headers: dict[str, list[str]] = {}
    for kind, *row in _read_rows("".join(chunks)):
        if kind not in headers:
            headers[kind], out[kind] = row, {}
            continue
        width = len(NAME_COLUMNS[kind])
        sent = SentRow(tuple(row[:width]), dict(zip(headers[kind], row[width:], strict=True)))
        out[kind].setdefault(key_of(kind, sent.names), []).append(sent)
    return out


def _read_rows(text: str) -> Iterator[list[Any]]:
    at, decoder = 0, json.JSONDecoder()
    while at < len(text):
        row, at = decoder.raw_decode(text, at)
        yield row


def key_of(kind: str, names: tuple[str, ...]) -> str:
    """What a unit of these names is found by."""
    shown = zip(NAME_COLUMNS[kind], names, strict=True)
    return shown_keys(kind, Frame({column: texts([name]) for column, name in shown}))[0]
