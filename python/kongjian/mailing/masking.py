"""Covers what must not be published: ID numbers, telephone numbers, e-mail addresses and accounts in any text."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ID, MOBILE, LANDLINE, EMAIL, ACCOUNT = "身份证号", "手机号", "电话", "电子邮箱", "账号"
# what people and programs put between digits: spaces, hyphens, dots, characters that nobody sees
_BETWEEN = r"[\s\-‐-―−_·./\u00ad\u200b-\u200f\u2060\ufeff]{1,3}"
_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
# usual groups only: "1.10 0.00 2000-01-01" are scores and a date
_ID_GROUPS = (
    (6, 8, 4),
    (6, 4, 4, 4),
    (6, 4, 2, 2, 4),
    (4, 4, 4, 4, 2),
    (3,) * 6,
    (6, 6, 6),
    (6, 12),
    (14, 4),
    (1,) * 18,
)
_SPACED_IDS = (
    _BETWEEN.join([*(rf"\d{{{n}}}" for n in groups[:-1]), rf"\d{{{groups[-1] - 1}}}[\dXx]"])
    for groups in _ID_GROUPS
)
_SPACED_ID = re.compile(rf"(?<!\d)(?:{'|'.join(_SPACED_IDS)})(?![\dXx])")
_LONG = re.compile(r"(?<!\d)(?<!\d\.)\d{19,}(?!\d)")
# usual groups only: "138 2020-12-01" is a number and a date
_GROUPS = ((11,), (3, 8), (3, 4, 4), (3, 3, 5), (3, 5, 3), (4, 4, 3), (4, 3, 4), (4, 7), (5, 6), (6, 5), (7, 4), (1,) * 11)  # fmt: skip
_SPACED = (_BETWEEN.join(rf"\d{{{n}}}" for n in groups) for groups in _GROUPS)
_MOBILE = re.compile(rf"(?<!\d)(?=1(?:{_BETWEEN})?[3-9])(?:{'|'.join(_SPACED)})(?!\d)")
_ABROAD = re.compile(r"(?:(?<!\d86)(?<=86)|(?<=0086))1[3-9]\d{9}(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)(?:0\d{{2,3}}(?:{_BETWEEN})?[2-9]\d{{6,7}})(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]*[A-Za-z0-9_%+\-]@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|[789]\d")


class Secret(NamedTuple):
    """Something to be covered: what it is and where it stands in the text."""

    kind: str
    start: int
    end: int


def mask(text: str, accounts: Iterable[str] = ()) -> str:
    """The text with every secret covered: 138****5678, 4212**********1234, z***@x.com; else unchanged.

    `accounts` are texts that are covered wherever they stand, whatever they look like.
    """
    out = _without(text, accounts)
    while found := next(secrets(out, _ALL), None):  # covering one may set another apart
        value = plain(out)[found.start : found.end]
        out = out[: found.start] + covered(found.kind, value) + out[found.end :]
    return out


def secrets(text: str, kinds: Iterable[str] = (ID, MOBILE, EMAIL)) -> Iterator[Secret]:
    """What of these kinds stands in a text, full-width digits and separators between them included."""
    read = plain(text)
    wanted = set(kinds)
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(read) if kind in wanted else ():
            if pattern is not _SPACED_ID or _like_an_id(found[0]):
                yield Secret(kind, found.start(), found.end())


def covered(kind: str, text: str) -> str:
    """One secret with its middle or, of a mail address, its name covered."""
    if kind == EMAIL:
        name, _, domain = text.partition("@")
        return f"{name[0]}***@{domain}"
    letters = re.sub(r"[^0-9A-Za-z]", "", text)
    if kind == ACCOUNT and len(letters) < 9:
        return f"{text[:1]}***"
    first = {MOBILE: 3, LANDLINE: 4}.get(kind, 4)
    last = {LANDLINE: 3}.get(kind, 4)
    return letters[:first] + "*" * (len(letters) - first - last) + letters[-last:]


def _without(text: str, accounts: Iterable[str]) -> str:
    """Known accounts covered where they stand by themselves."""
    there = {a for a in accounts if a and a in text}  # a pattern for each of thousands would take a minute
    for account in sorted(there, key=len, reverse=True):
        alone = rf"(?<![0-9A-Za-z]){re.escape(account)}(?![0-9A-Za-z])"
        text = re.sub(alone, lambda m: covered(ACCOUNT, m[0]), text)
    return text


def plain(text: str) -> str:
    """The text, character by character, with full-width and other forms of digits and letters as plain ones."""
    return text if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _like_an_id(text: str) -> bool:
    """Whether separated digits are an ID number: a province in front, a day of birth in the middle."""
    digits = re.sub(r"[^0-9Xx]", "", text)
    if not _PROVINCES.match(digits):
        return False
    try:
        return 1900 <= dt.date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])).year <= 2100
    except ValueError:
        return False


_PATTERNS = (
    (ID, _ID),
    (ID, _SPACED_ID),
    (EMAIL, _EMAIL),
    (MOBILE, _MOBILE),
    (MOBILE, _ABROAD),
    (LANDLINE, _LANDLINE),
    (ACCOUNT, _LONG),
)
_ALL = tuple(dict.fromkeys(kind for kind, _ in _PATTERNS))
