"""Digits that people wrote as one number, whatever they put between them, told from dates, amounts and lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

# spaces, hyphens, dots, brackets, commas, characters that nobody sees
GAP = r"[\s\-‐-―−_·•・.,、/|\\~()\[\]{}<>【】〔〕「」《》\u00ad\u200b-\u200f\u2060\ufeff]{1,6}"
_X = r"[Xx](?!\d)"
_PART = rf"(?:\d+(?:{_X})?|{_X})"
_RUN = re.compile(rf"\d+(?:{_X})?(?:{GAP}{_PART})*")
_PARTS = re.compile(_PART)
_LONGEST = 21
_DATE = r"(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
_SPAN = r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])-(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])"
_AMOUNT = r"\d{1,3}\.\d{1,2}(?![\d.])%?|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?%"
_AMOUNTS = re.compile(rf"(?<![\d.])(?:{_AMOUNT})(?!\d)|(?<!\d){_TIME}(?!\d)")
_DATES = re.compile(rf"(?<![\d.])(?:{_DATE}|{_SPAN})(?!\d)")
_WALL = "\x00"
_LOOSE = frozenset(" \t\r\n/,、")
_ADDRESS_PARTS, _LIST_PARTS, _LIST_DIGITS = 4, 8, 3


class Digits(NamedTuple):
    """Neighbouring parts of a run: the parts, what stands between them, and the place of every digit in the text."""

    parts: tuple[str, ...]
    gaps: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def all(self) -> str:
        return "".join(self.parts)

    @property
    def whole(self) -> bool:
        """Whether nothing stands between the digits."""
        return len(self.parts) == 1


def without_amounts(text: str) -> str:
    """The text with amounts, rates and times as characters that part what stands beside them."""
    return _AMOUNTS.sub(_wall, text)


def without_dates(text: str) -> str:
    """The text with dates and spans of months as such characters."""
    return _DATES.sub(_wall, text)


def _wall(found: re.Match[str]) -> str:
    return _WALL * len(found[0])


def runs(text: str) -> Iterator[Digits]:
    """Every run of digits, with all its parts."""
    for found in _RUN.finditer(text):
        yield _run(found)


def run_at(text: str, start: int) -> Digits | None:
    """The run that begins here."""
    found = _RUN.match(text, start)
    return _run(found) if found else None


def _run(found: re.Match[str]) -> Digits:
    pieces = [(p.start() + found.start(), p[0]) for p in _PARTS.finditer(found[0])]
    gaps = [
        found.string[at + len(part) : after]
        for (at, part), (after, _) in zip(pieces, pieces[1:], strict=False)
    ]
    places = tuple(at + k for at, part in pieces for k in range(len(part)))
    return Digits(tuple(part for _, part in pieces), tuple(gaps), places)


def windows(run: Digits, first: int = 0) -> Iterator[tuple[int, Digits]]:
    """Neighbouring parts from the given one on, the longest first, with the number of the part behind them."""
    before = sum(map(len, run.parts[:first]))
    for last in range(len(run.parts), first, -1):
        parts = run.parts[first:last]
        length = sum(map(len, parts))
        if last == first + 1 or length <= _LONGEST:
            yield last, Digits(parts, run.gaps[first : last - 1], run.places[before : before + length])


def several(found: Digits) -> bool:
    """Whether the parts read as numbers of their own: a decimal, an address of a computer, a list of small numbers."""
    parts, gaps = found.parts, found.gaps
    sizes = tuple(map(len, parts))
    if sizes == (3, 4, 4):
        return False
    if gaps == (".",) and (parts[0] == "0" or parts[0][0] != "0"):
        return sizes not in ((3, 8), (7, 4))
    if (
        set(gaps) == {"."}
        and len(parts) == _ADDRESS_PARTS
        and all(int(p) < 256 for p in parts if p.isdigit())
    ):
        return True
    if any(part[0] == "0" and len(part) > 1 for part in parts):
        return False
    between = set("".join(gaps))
    if between & set(",、"):
        return True
    return bool(between & _LOOSE) and len(parts) <= _LIST_PARTS and max(sizes) <= _LIST_DIGITS


def a_day(digits: str) -> bool:
    """Whether digits begin with the eight of a day of the last or this century."""
    try:
        return 1900 <= dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year < 2100
    except ValueError:
        return False
