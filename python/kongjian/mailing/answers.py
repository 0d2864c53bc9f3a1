"""By when and to whom a letter or a mail is answered: what the scheme and 规则 say, and what they do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kongjian.rules.model_scheme import SchemeFile


def due_day(scheme: SchemeFile) -> str:
    """The day by which applications and mended files are back, as a letter writes it."""
    due = dt.date.fromisoformat(scheme.apply_by)
    return f"{due.year}年{due.month}月{due.day}日"


def contact_line(scheme: SchemeFile) -> str:
    """Whom to ask, a line of its own; "" where neither a name nor a telephone number is known."""
    known = (("联系人", scheme.contact), ("联系电话", scheme.phone))
    return "，".join(f"{label}：{value}" for label, value in known if value)


def untold(scheme: SchemeFile, today: dt.date | None, letters: bool = False) -> Iterator[str]:
    """What staff have to look at before such mail, or `letters` with it, goes out; without `today` where it names no day."""
    where = "信和邮件" if letters else "邮件"
    lacking = [n for n, value in (("联系人", scheme.contact), ("联系电话", scheme.phone)) if not value]
    if lacking:
        yield f"{where}里没有写{'、'.join(lacking)}：“规则”的“方案”里空着，填上再生成就会写"
    if today and today > dt.date.fromisoformat(scheme.apply_by):
        yield f"{where}里写的期限{due_day(scheme)}已经过了；要改就改“规则”里的“申报截止”再生成"
