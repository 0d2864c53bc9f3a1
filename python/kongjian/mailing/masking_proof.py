"""Reads a finished text for what must not be published, by itself: it shares neither code nor patterns with masking.

`masking` puts runs of digits together; here every digit may be followed by any signs, and what reads as dates, amounts
or lists of numbers is taken out. What one of them misses, the other has to miss in another way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

_SIGN = r"[^0-9A-Za-z\u3007\u4e00-\u9fff*=:;!?%+\x00。；：！？]{0,6}"
"""What may stand between two digits of a number: signs and spaces, but no letter, no end of a sentence."""
_NO_DIGIT = r"(?![0-9])"


def _spread(first: str, *rest: str) -> str:
    """Digits, each a class of its own, with signs between."""
    return _SIGN.join((first, *rest))


def _times(count: int) -> list[str]:
    return ["[0-9]"] * count


_INNOCENT = (
    re.compile(r"(?<![0-9.])[0-9]{1,3}\.[0-9]{1,2}(?![0-9.])"),
    re.compile(r"(?<![0-9.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])"),
    re.compile(r"(?<![0-9])[012]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?![0-9])"),
)
_DAY = re.compile(r"(?<![0-9.])(?:19|20)[0-9]{2}([-./])[01]?[0-9]\1[0-3]?[0-9](?![0-9])")
_MONTHS = re.compile(
    r"(?<![0-9.])((?:19|20)[0-9]{2}[-./][01]?[0-9])-((?:19|20)[0-9]{2}[-./][01]?[0-9])(?![0-9])"
)
_LONE = r"(?<![0-9A-Za-z])"
_CITY = r"(?:1[0]|2[0-9]|[3-9][0-9][0-9])"


def _any_number_of_few_parts(text: str) -> bool:
    """Whether signs part the digits so that they read as one number, not as a decimal, an address or several numbers."""
    parts = re.findall(r"[0-9]+", text)
    signs = "".join(re.findall(r"[^0-9Xx]+", text))
    if [len(p) for p in parts] == [3, 4, 4]:
        return True
    if len(parts) == 2 and signs == ".":
        return [len(p) for p in parts] in ([3, 8], [7, 4]) or re.match(r"0[0-9]", parts[0]) is not None
    if len(parts) == 4 and set(signs) == {"."} and all(p == str(int(p)) and int(p) <= 255 for p in parts):
        return False
    if any(re.match(r"0[0-9]", p) for p in parts):
        return True
    if "," in signs or "、" in signs:
        return False
    small = 4 <= len(parts) <= 8 and all(int(p) < 1000 for p in parts)
    return not (small and re.search(r"[\s/]", signs))


def _born(day: str) -> bool:
    month, of_month = int(day[-4:-2]), int(day[-2:])
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not (1 <= month <= 12 and 1 <= of_month <= lengths[month - 1]):
        return False
    leap = int(day[:-4]) % 4 == 0 and day[:-4] not in ("1900", "00")
    return (len(day) == 6 or day[:2] in ("19", "20")) and (day[-4:] != "0229" or leap)


def _in_a_province(digits: str) -> bool:
    return digits[:2] >= "11" and digits[:2] not in _NO_PROVINCE


_NO_PROVINCE = {f"{tens}{unit}" for tens, units in (("1", "6789"), ("2", "0456789"), ("3", "089"), ("4", "0789"), ("5", "56789"), ("6", "06789")) for unit in units}  # fmt: skip


def _paper(text: str) -> bool:
    """Eighteen digits: in one piece, or with a province, a day of birth and no date or list that they are made of."""
    digits = re.sub(r"[^0-9]", "", text)
    parts = re.findall(r"[0-9]+[Xx]?|[Xx]", text)
    if len(parts) == 1:
        return True
    if not (_in_a_province(digits) and _born(digits[6:14])):
        return False
    if _DAY.search(text) or _MONTHS.search(text):
        return len(parts[0]) == 6 and len(parts[-1]) == 4
    return len(parts) < 4 or not re.search("[,、]", text)


def _old_paper(text: str) -> bool:
    digits = re.sub(r"[^0-9]", "", text)
    return _in_a_province(digits) and _born(digits[6:12]) and _any_number_of_few_parts(text)


def _card(text: str) -> bool:
    digits = re.sub(r"[^0-9]", "", text)
    if digits == text:
        return not (len(text) < 18 and text[:2] in ("19", "20") and _born(text[:8]))
    weights = [int(d) for d in digits[::-1]]
    check = sum(weights[::2]) + sum(sum(divmod(2 * d, 10)) for d in weights[1::2])
    good = digits[:2] == "62" or (check % 10 == 0 and digits[0] in "34569")
    return good and _any_number_of_few_parts(text)


def _hong_kong(text: str) -> bool:
    code = re.sub(r"[^0-9A-Z]", "", text.upper()).rjust(9, " ")
    values = [36 if c == " " else int(c, 36) for c in code]
    return sum(v * (9 - k) for k, v in enumerate(values)) % 11 == 0


def _taiwan(text: str) -> bool:
    if text.isalnum():
        return True
    code = re.sub(r"[^0-9A-Z]", "", text.upper())
    n = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))[code[0]]
    digits = [int(d) for d in code[1:]]
    return (n // 10 + n % 10 * 9 + sum(d * (8 - k) for k, d in enumerate(digits[:8])) + digits[8]) % 10 == 0


def _pass(text: str) -> bool:
    digits = re.sub(r"[^0-9]", "", text)
    return not (len(digits) == 8 and digits[:2] in ("19", "20") and _born(digits))


def _yes(_: str) -> bool:
    return True


_PHONE = r"(?:电话|手机|座机|固话|传真|联系方式|mobile|phone|tel|fax)(?:号码|号)?"
_CHAT = r"(?<![A-Za-z])(?:微信|WeChat|VX|WX|V信)"
_AFTER = r"(?:\([^()0-9]{1,6}\))?[\s:是为-]{0,4}\(?"
Kind = tuple[str, str, Callable[[str], bool]]
# the kind, how it looks (the group `it`, or all), and what tells it from other numbers; before dates are taken out
_WITH_DATES: tuple[Kind, ...] = (
    ("身份证号", rf"(?<![0-9]){_spread(*_times(17), '[0-9Xx]')}(?![0-9])", _paper),
)
_WITHOUT: tuple[Kind, ...] = (
    ("身份证号", rf"(?<![0-9]){_spread(*_times(15))}{_NO_DIGIT}", _old_paper),
    ("手机号", rf"(?<![0-9])(?:(?:00)?86{_SIGN}|0{_SIGN}|086{_SIGN})?(?P<it>{_spread('1', '[3-9]', *_times(9))}){_NO_DIGIT}", _any_number_of_few_parts),
    ("电话", rf"(?<![0-9])0{_SIGN}{_spread(*'10')}{_SIGN}{_spread('[2-8]', *_times(6))}(?:{_SIGN}[0-9])?{_NO_DIGIT}", _any_number_of_few_parts),
    ("电话", rf"(?<![0-9])0{_SIGN}{_spread('2', '[0-9]')}{_SIGN}{_spread('[2-8]', *_times(6))}(?:{_SIGN}[0-9])?{_NO_DIGIT}", _any_number_of_few_parts),
    ("电话", rf"(?<![0-9])0{_SIGN}{_spread('[3-9]', *_times(2))}{_SIGN}{_spread('[2-8]', *_times(6))}(?:{_SIGN}[0-9])?{_NO_DIGIT}", _any_number_of_few_parts),
    ("电话", rf"(?:\+|(?<![0-9])00)86{_SIGN}{_CITY}{_SIGN}{_spread('[2-8]', *_times(6))}(?:{_SIGN}[0-9])?{_NO_DIGIT}", _any_number_of_few_parts),
    ("电话", rf"{_PHONE}{_AFTER}{_spread('[2-8]', *_times(6))}(?:{_SIGN}[0-9])?{_NO_DIGIT}", _yes),
    ("电话", rf"{_PHONE}{_AFTER}{_spread('[48]', '0', '0', *_times(7))}{_NO_DIGIT}", _yes),
    ("电话", rf"{_PHONE}{_AFTER}{_spread('1', '[3-9]', *_times(9))}{_NO_DIGIT}", _yes),
    ("银行卡号", r"(?<![0-9])(?<![0-9]\.)[0-9]{16,}(?![0-9])", _card),
    *(("银行卡号", rf"(?<![0-9])(?<![0-9]\.){_spread(*_times(n))}{_NO_DIGIT}", _card) for n in (16, 17, 18, 19)),
    ("银行卡号", rf"(?:(?:银行)?卡|(?:银行|开户)[账帐])号{_AFTER}{_spread(*_times(8))}", _yes),
    ("QQ或微信号", rf"(?<![A-Za-z])QQ(?:号码|号|群号|群)?{_AFTER}{_spread('[1-9]', *_times(4))}", _yes),
    ("QQ或微信号", rf"{_CHAT}(?:号码|号|账号|帐号)?{_AFTER}{_spread(*_times(5))}", _yes),
    ("QQ或微信号", rf"{_CHAT}(?:(?:号码?|账号|帐号)[\s:是为]{{0,3}}|\s?:\s?)[A-Za-z][A-Za-z0-9_-]{{5}}", _yes),
    ("证件号", rf"(?:身份证|证件|护照|通行证|台胞证|回乡证|居住证|居留证)(?:号码|号)?{_AFTER}[A-Z]{{0,2}}[\s-]?{_spread(*_times(6))}", _yes),
    ("证件号", rf"{_LONE}[A-Z]{{1,2}}[\s-]?[0-9]{{3}}[\s-]?[0-9]{{3}}[\s-]?[(\[][0-9A][)\]]", _yes),
    ("证件号", rf"{_LONE}[A-Z]{{1,2}}[\s-]?[0-9]{{6}}[\s-]?[0-9A](?![0-9A-Za-z])", _hong_kong),
    ("证件号", rf"{_LONE}[157](?:[0-9]{{6}}[(\[][0-9][)\]]|/?[0-9]{{6}}/[0-9](?![0-9A-Za-z]))", _yes),
    ("证件号", rf"{_LONE}[A-Z][\s-]?[1289](?:[\s-]?[0-9]){{8}}(?![0-9A-Za-z])", _taiwan),
    ("证件号", rf"{_LONE}(?:E[A-Z][\s-]?[0-9]{{3}}[\s-]?[0-9]{{4}}|[HMCWEG](?:[\s-]?[0-9]{{4}}){{2}}(?:[\s-]?[0-9]{{2}})?)(?![0-9A-Za-z])", _pass),
    ("电子邮箱", r"[A-Za-z0-9._%+-]{0,3}[A-Za-z0-9_%+-]\s*(?:@|[(\[]at[)\]])\s*[\w-]+(?:\s{0,2}[.。]\s{0,2}[\w-]+)*\s{0,2}[.。]\s{0,2}[^\W\d_]", _yes),
)  # fmt: skip


def _overlapping(kinds: Iterable[Kind]) -> tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]:
    return tuple(
        (kind, re.compile(f"(?=(?P<all>{look}))", re.IGNORECASE), told) for kind, look, told in kinds
    )


_READ_FIRST, _READ_THEN = _overlapping(_WITH_DATES), _overlapping(_WITHOUT)


def left_in(text: str, accounts: frozenset[str] = frozenset()) -> list[str]:
    """The kinds of what must not be published that a text still holds; `accounts` are folded and held as they are."""
    plain = unicodedata.normalize("NFKC", text)
    readings = dict.fromkeys((plain, "".join(map(_spoken, plain))))
    found = dict.fromkeys(kind for reading in readings for kind in _kinds(reading))
    if accounts and not accounts.isdisjoint(re.findall(r"[0-9A-Z]{5,}", plain.upper())):
        found["账号"] = None
    return list(found)


def _spoken(character: str) -> str:
    """A Chinese digit as a plain one; 十 and what is more are none."""
    value = unicodedata.numeric(character, -1.0)
    return str(int(value)) if not character.isascii() and value in range(10) else character


def _kinds(reading: str) -> Iterator[str]:
    for innocent in _INNOCENT:
        reading = innocent.sub("\x00", reading)
    yield from _seen(_READ_FIRST, reading)
    yield from _seen(_READ_THEN, _MONTHS.sub("\x00", _DAY.sub("\x00", reading)))


def _seen(kinds: Iterable[tuple[str, re.Pattern[str], Callable[[str], bool]]], reading: str) -> Iterator[str]:
    for kind, look, told in kinds:
        for found in look.finditer(reading):
            if told(found["it"] if "it" in look.groupindex else found["all"]):
                yield kind
                break
