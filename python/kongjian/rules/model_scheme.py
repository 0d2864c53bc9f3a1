"""What scheme.yaml says: which scheme it is, of whom, in which months, and by when applications are due."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kongjian.rules.objects import STRICT

MONTH_FORM = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """The months in which the scheme holds, both included, as YYYY-MM (方案 二、评选时间)."""

    start: str
    end: str
    source: str
    sentence: str
    __pydantic_config__ = STRICT

    def months(self) -> list[str]:
        """Every month of the period in order, as YYYY-MM."""
        year, month = map(int, self.start.split("-"))
        out = []
        while (text := f"{year:04d}-{month:02d}") <= self.end:
            out.append(text)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return out


@dataclass(frozen=True)
class SchemeFile:
    """rules/scheme.yaml. `apply_by` is the day when applications are due; `issued_by` signs, `handled_by` takes them in.

    `contact` and `phone` are who answers there; "" where the scheme does not say.
    """

    id: str
    name: str
    city: str
    version: str
    document: str
    text_file: str
    checked: str
    apply_by: str
    issued_by: str
    handled_by: str
    contact: str
    phone: str
    period: Period
    __pydantic_config__ = STRICT
