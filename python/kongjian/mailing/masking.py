"""Covers what must not be published in any text: numbers of papers, telephones, cards and chats, mail addresses, accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kongjian.mailing.digit_runs import (
    Digits,
    a_day,
    run_at,
    runs,
    several,
    windows,
    without_amounts,
    without_dates,
)

ID, PERMIT, CARD, MOBILE, LANDLINE = "身份证号", "证件号", "银行卡号", "手机号", "电话"
EMAIL, CHAT, ACCOUNT = "电子邮箱", "QQ或微信号", "账号"
SHORT_ACCOUNT = 5
"""Shorter accounts are covered only where the text calls them an account; "12" stands in many a number."""
_SHOWN = {ID: (4, 4), PERMIT: (2, 1), CARD: (4, 4), MOBILE: (3, 4), LANDLINE: (4, 3), ACCOUNT: (4, 4)}
"""How many characters stay visible in front and at the end."""
_LEAST = 3
"""How many characters are hidden at least."""

_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|[789]\d")
_ANY_ID = re.compile(r"\d{17}[\dXx]")
_MOBILE = re.compile(r"(?P<prefix>0|0?86|0086)?1[3-9]\d{9}")
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LANDLINE = re.compile(rf"0{_AREA}[2-8]\d{{6,7}}|0086{_AREA}[2-8]\d{{6,7}}")
_ABROAD = re.compile(rf"86{_AREA}[2-8]\d{{6,7}}")
_LOCAL = re.compile(rf"[2-8]\d{{6,7}}|[48]00\d{{7}}|{_MOBILE.pattern}|{_LANDLINE.pattern}|{_ABROAD.pattern}")
# further numbers of the same office, and extensions
_TAIL = re.compile(
    r"(?:\s{0,2}(?:转|分机号?|ext\.?|#|-{1,2})\s{0,2}:?\s{0,2}\d{1,6}(?!\d)|\s?[/、,;或]\s?(?:[2-8]\d{6,7}|\d{1,4})(?![\d.]))+",
    re.IGNORECASE,
)
_NOTE = r"(?:\([^()\d]{1,6}\))?[\s:是为\-]{0,4}\(?"
_BEFORE = r"(?<![A-Za-z])"
# a word in front says what digits are that could be anything: kind, the word, what the digits may be
_LABELLED = tuple(
    (kind, re.compile(_BEFORE + label + _NOTE, re.IGNORECASE), re.compile(digits) if isinstance(digits, str) else digits)
    for kind, label, digits in (
        (LANDLINE, "(?:电话|手机|座机|固话|传真|联系方式|mobile|phone|tel|fax)(?:号码|号)?", _LOCAL),
        (CHAT, "QQ(?:号码|号|群号|群)?", r"[1-9]\d{4,}"),
        (CHAT, "(?:微信|WeChat|VX|WX|V信)(?:号码|号|账号|帐号)?", r"\d{5,}"),
        (CARD, "(?:银行卡|卡|银行账|银行帐|开户账|开户帐)号", r"\d{8,}"),
        (PERMIT, "(?:身份证|证件|护照|通行证|台胞证|回乡证|居住证|居留证)(?:号码|号)?", r"\d{6,}[Xx]?"),
    )
)  # fmt: skip
_GAP = r"[\s\-]?"
_ALONE, _ENDS = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_HONG_KONG_BRACKETS = rf"{_ALONE}[A-Z]{{1,2}}{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}[(\[][0-9A][)\]]"
_HONG_KONG = rf"{_ALONE}[A-Z]{{1,2}}{_GAP}\d{{6}}{_GAP}[0-9A]{_ENDS}"
_MACAU = rf"{_ALONE}[157](?:\d{{6}}[(\[]\d[)\]]|/\d{{6}}/\d{_ENDS}|\d{{6}}/\d{_ENDS})"
_TAIWAN = rf"{_ALONE}[A-Z]{_GAP}[1289](?:{_GAP}\d){{8}}{_ENDS}"
_PASS = rf"{_ALONE}(?:[HMCWEG]|E[A-Z](?=\d{{7}}{_ENDS})){_GAP}\d{{3,4}}{_GAP}\d{{4}}(?:{_GAP}\d{{2}})?{_ENDS}"
_LABELLED_PASS = rf"(?:证件|护照|通行证|台胞证|回乡证|居住证|居留证)(?:号码|号)?{_NOTE}(?P<number>[A-Z]{{1,2}}{_GAP}\d{{6,10}})"
_EMAIL = (
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]*[A-Za-z0-9_%+\-]\s*(?:@|[(\[]at[)\]])\s*[\w\-]+"
    r"(?:\s{0,2}[.。]\s{0,2}[\w\-]+)*\s{0,2}[.。]\s{0,2}[^\W\d_][\w\-]*"
)
_CHAT_NAME = (
    rf"{_BEFORE}(?:微信|WeChat|VX|WX|V信)(?:(?:号码|号|账号|帐号)[\s:是为]{{0,3}}|\s?:\s?)"
    r"(?P<number>[A-Za-z][A-Za-z0-9_\-]{5,})"
)
_CHINESE = {
    c: str(unicodedata.numeric(c)).partition(".")[0] for c in "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
}


class Secret(NamedTuple):
    """Something to be covered: what it is and where it stands in the text; behind `last` are only extensions."""

    kind: str
    start: int
    last: int
    end: int


def mask(text: str, accounts: Iterable[str] = ()) -> str:
    """The text with every secret covered: 138****5678, 4212**********1234, z***@x.com; else unchanged.

    `accounts` are texts that are covered wherever they stand, whatever they look like.
    """
    out = _without(text, accounts)
    while found := next(secrets(out), None):  # covering one may set another apart
        value = _digits_read(plain(out))[found.start : found.last]
        out = out[: found.start] + covered(found.kind, value) + out[found.end :]
    return out


def secrets(text: str) -> Iterator[Secret]:
    """What stands in a text: with full-width and Chinese digits, and with whatever separates them."""
    read = plain(text)
    for kind, pattern, counts in _PATTERNS:
        for found in pattern.finditer(read):
            if counts(found[0].upper()):
                name = "number" if "number" in pattern.groupindex else 0
                yield Secret(kind, found.start(name), found.end(name), found.end(name))
    yield from _in_digits(read)
    spoken = _digits_read(read)
    if spoken != read:
        yield from _in_digits(spoken)


def covered(kind: str, text: str) -> str:
    """One secret with its middle or, of a mail address or a chat, its name covered."""
    if kind == EMAIL:
        name, domain = re.split(r"\s*(?:@|[(\[]at[)\]])\s*", text, flags=re.IGNORECASE)
        return f"{name[0]}***@{''.join(domain.split())}"
    letters = re.sub(r"[^0-9A-Za-z]", "", text)
    if kind == CHAT or (kind == ACCOUNT and len(letters) < 9):
        return f"{text[:1]}***"
    first, last = _SHOWN[kind]
    if len(letters) < first + last + _LEAST:
        first = last = 1
    return letters[:first] + "*" * (len(letters) - first - last) + letters[-last:]


def _without(text: str, accounts: Iterable[str]) -> str:
    """Known accounts covered where they stand by themselves, in full-width letters, too."""
    read = plain(text).lower()
    there = {a for a in map(str.lower, map(plain, accounts)) if a and a in read}
    for account in sorted(there, key=len, reverse=True):
        label = "" if len(account) >= SHORT_ACCOUNT else r"[账帐]号[\s:是为]{0,3}"
        alone = re.compile(rf"{label}(?P<account>(?<![0-9a-z]){re.escape(account)}(?![0-9a-z]))")
        while found := alone.search(plain(text).lower()):
            start, end = found.span("account")
            text = text[:start] + covered(ACCOUNT, text[start:end]) + text[end:]
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
    return "X" if character == "×" else folded if len(folded) == 1 else character


def _digits_read(text: str) -> str:
    """The text with Chinese digits as plain ones."""
    return "".join(_CHINESE.get(c, c) for c in text)


def _in_digits(read: str) -> Iterator[Secret]:
    """Numbers told by their digits, and those that a word in front makes one."""
    read = without_amounts(read)
    for run in runs(read):  # before dates are set apart: an ID number has one inside
        yield from _told(run, read, _paper)
    apart = without_dates(read)
    for run in runs(apart):
        yield from _told(run, apart, _number)
    for kind, label, digits in _LABELLED:
        for named in label.finditer(apart):
            if (after := run_at(apart, named.end())) is not None:
                found = next((w for _, w in windows(after) if digits.fullmatch(w.all)), None)
                if found:
                    yield _secret(kind, found, apart)


def _told(run: Digits, read: str, what: Callable[[Digits, str], tuple[str, int] | None]) -> Iterator[Secret]:
    """The secrets of a run, from its first part on, the longest first."""
    first = 0
    while first < len(run.parts):
        for last, window in windows(run, first):
            if told := what(window, read):
                kind, skipped = told
                yield _secret(kind, window, read, skipped)
                first = last - 1
                break
        first += 1


def _secret(kind: str, found: Digits, read: str, skipped: int = 0) -> Secret:
    """A number without so many of its digits in front, with an extension or a second number of the same office."""
    last = found.places[-1] + 1
    tail = _TAIL.match(read, last) if kind == LANDLINE else None
    return Secret(kind, found.places[skipped], last, tail.end() if tail else last)


def _paper(found: Digits, read: str) -> tuple[str, int] | None:
    """Whether digits are an ID number of eighteen: without gaps always, else with a day of birth inside.

    "110 101 2000-01-01 12 34" are numbers and a date.
    """
    if not _ANY_ID.fullmatch(found.all):
        return None
    text = read[found.places[0] : found.places[-1]]
    dated = without_dates(text) != text and (len(found.parts[0]), len(found.parts[-1])) != (6, 4)
    listed = len(found.parts) > 3 and bool(set(",、") & set("".join(found.gaps)))
    return (ID, 0) if found.whole or (_like_an_id(found.all) and not dated and not listed) else None


def _number(found: Digits, read: str) -> tuple[str, int] | None:
    """What digits are by themselves, and how many of them in front do not belong to it."""
    digits = found.all
    if not digits.isdigit() or several(found):
        return None
    if len(digits) == 15 and _PROVINCES.match(digits) and a_day(f"19{digits[6:]}"):
        return ID, 0
    if _like_a_card(found, read):
        return CARD, 0
    if mobile := _MOBILE.fullmatch(digits):
        return MOBILE, len(mobile["prefix"] or "")
    if _LANDLINE.fullmatch(digits) or (
        _ABROAD.fullmatch(digits) and read[found.places[0] - 1 : found.places[0]] == "+"
    ):
        return LANDLINE, 0
    return None


def _like_a_card(found: Digits, read: str) -> bool:
    """Whether digits are a bank card, or too many for anything that may be shown; not the decimals of a number."""
    digits, start = found.all, found.places[0]
    if found.whole:
        stamp = len(digits) < 18 and a_day(digits)
        return len(digits) > 15 and not stamp and not re.search(r"\d\.$", read[:start])
    return 16 <= len(digits) <= 19 and digits[0] in "34569" and (digits.startswith("62") or _luhn(digits))


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + k % 2) for k, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def _like_an_id(digits: str) -> bool:
    """Whether digits are an ID number: a province in front, a day of birth in the middle."""
    return bool(_PROVINCES.match(digits)) and a_day(digits[6:])


def _hong_kong(text: str) -> bool:
    """Whether the check digit is right, which tells it from other codes."""
    values = [int(c, 36) for c in re.sub(r"[^0-9A-Z]", "", text)]
    values = [36] * (9 - len(values)) + values  # one letter counts as a blank and a letter
    return sum(v * w for v, w in zip(values, range(9, 0, -1), strict=True)) % 11 == 0


def _taiwan(text: str) -> bool:
    """Written in one piece always; with gaps where the check digit is right."""
    code = re.sub(r"[^0-9A-Z]", "", text)
    if code == text:
        return True
    area = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(code[0]) + 10
    values = [area // 10, area % 10, *map(int, code[1:])]
    return sum(v * w for v, w in zip(values, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def _no_day(text: str) -> bool:
    """H20201201 is a day's code, no permit."""
    return not a_day(re.sub(r"\D", "", text))


def _always(_: str) -> bool:
    return True


_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), counts)
    for kind, pattern, counts in (
        (EMAIL, _EMAIL, _always),
        (CHAT, _CHAT_NAME, _always),
        (PERMIT, _LABELLED_PASS, _always),
        (PERMIT, _HONG_KONG_BRACKETS, _always),
        (PERMIT, _HONG_KONG, _hong_kong),
        (PERMIT, _MACAU, _always),
        (PERMIT, _TAIWAN, _taiwan),
        (PERMIT, _PASS, _no_day),
    )
)
