"""What a field of a returned form must look like (rules/forms.yaml `kind`), and what to say when it does not."""

from __future__ import annotations

import datetime as dt
import re

from kongjian.base.grid import day
from kongjian.base.text import fold
from kongjian.rules.model_forms import FormField

_MOBILE = re.compile(r"(?:\+?86-?)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3}-?|\(0\d{2,3}\))[2-9]\d{6,7}(?:[-转]\d{1,6})?")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}", re.ASCII)
_DATE = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?")
_DASHES = str.maketrans("－—–−", "----")
_DAY_NUMBERS = (10_000, 80_000)  # 1927 to 2119, where a date has lost its format


def length(text: str) -> int:
    """The characters of a text as 字数 counts them: none of the blank ones."""
    return len("".join(text.split()))


def written(field: FormField, text: str, sent: re.Pattern[str]) -> str:
    """What the unit itself has written into a field: no facts that the form was sent with, no empty date line."""
    if field.kind == "date":
        return text if re.search(r"\d", fold(text)) else ""
    if field.kind == "long_text":
        text = "\n".join(line for line in text.split("\n") if not sent.fullmatch(line))
    return text.strip()


def date_of(text: str) -> dt.date | None:
    """The day that a text names: 2021年7月25日, 2021-7-25, 2021.7.25, Excel's number of a day; None for no day."""
    plain = fold(text)
    try:
        if found := _DATE.fullmatch(plain):
            return dt.date(*(int(part) for part in found.groups()))
        number = float(plain)
    except ValueError:
        return None
    low, high = _DAY_NUMBERS
    return day(number) if low <= number <= high else None


def fault(field: FormField, text: str, sent: re.Pattern[str]) -> str:
    """What is wrong with a field's content, "" for nothing; to be read behind the field's label.

    `sent` matches the lines that the form was sent with.
    """
    own = written(field, text, sent)
    if not own:
        if not field.required:
            return ""
        return "只有预填的数据，请补充填写" if text.strip() and field.kind == "long_text" else "没有填"
    if field.kind == "phone":
        phone = fold(own).translate(_DASHES)
        return "" if _MOBILE.fullmatch(phone) or _LANDLINE.fullmatch(phone) else _wrong(own, "电话号码")
    if field.kind == "postcode":
        return "" if re.fullmatch(r"\d{6}", fold(own), re.ASCII) else _wrong(own, f"6位数字的{field.label}")
    if field.kind == "email":
        return "" if _EMAIL.fullmatch(fold(own)) else _wrong(own, "电子邮箱")
    if field.kind == "date":
        return "" if date_of(own) else _wrong(own, "完整的年月日")
    if field.longest and length(own) > field.longest:
        return f"有{length(own)}字，超过{field.longest}字"
    return ""


def _wrong(text: str, wanted: str) -> str:
    return f"“{text.strip()[:20]}”不是{wanted}"
