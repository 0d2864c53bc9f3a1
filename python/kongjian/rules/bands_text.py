"""Bands as staff read and write them in one cell: `≥80%→10；≥60%→8；其余0`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from kongjian.base.errors import KongjianError
from kongjian.rules.model import Band

_NUMBER = r"(\d+(?:\.\d+)?)"
_ARROW = r"(?:→|->|=>|:|=|,|得)"
_STEP = re.compile(rf"(?:>=|=>|≥|≧)?{_NUMBER}(%?)(?:以上)?{_ARROW}{_NUMBER}分?$")
_REST = re.compile(rf"(?:其余|其他|否则|以下|else){_ARROW}?(?:{_NUMBER}分?|不得分)$")
# A comma ends a step where another step begins behind it; elsewhere it stands for the arrow.
_COMMA = re.compile(r",(?=[≥≧>=]|\d[\d.]*%?(?:以上)?(?:→|->|=|:|得)|其余|其他|否则|以下|else)")
_EXAMPLE = "写成“≥80%→10；≥60%→8；其余0”这样"


def format_bands(bands: Sequence[Band]) -> str:
    """The bands as text, highest first; the last one, from 0 on, is 其余."""
    steps = [f"≥{_plain(Decimal(repr(b.at_least)) * 100)}%→{_plain(b.points)}" for b in bands[:-1]]
    return "；".join([*steps, f"其余{_plain(bands[-1].points)}"])


def parse_bands(text: str) -> tuple[Band, ...]:
    """The bands written in a cell, highest first, the last from 0 on.

    Raises KongjianError when a step cannot be read, a bound comes twice, or a lower bound scores as much
    as a higher one.
    """
    steps, rest = [], []
    for piece in _pieces(text):
        if found := _STEP.match(piece):
            steps.append(_step(found, text))
        elif found := _REST.match(piece):
            rest.append(float(found[1] or 0))
        else:
            raise KongjianError(f"分档“{text}”里的“{piece}”看不懂，{_EXAMPLE}")
    bands = sorted(steps, key=lambda b: -b.at_least)
    if len(rest) == 1 and (not bands or bands[-1].at_least > 0):
        bands.append(Band(0.0, rest[0]))
    elif rest or not bands or bands[-1].at_least > 0:
        raise KongjianError(f"分档“{text}”要有且只有一个“其余”，{_EXAMPLE}")
    _check_falling(bands, text)
    return tuple(bands)


def _pieces(text: str) -> list[str]:
    """The steps of the text: full-width forms folded, spaces dropped, cut at separators."""
    folded = re.sub(r"[^\S\n]", "", unicodedata.normalize("NFKC", text)).lower()
    folded = _COMMA.sub(";", folded)
    return [piece for piece in re.split(r"[;、。\n]+", folded) if piece]


def _step(found: re.Match[str], text: str) -> Band:
    bound = Decimal(found[1]) / 100 if found[2] else Decimal(found[1])
    if bound > 1 and not found[2]:
        raise KongjianError(f"分档“{text}”里的“{found[1]}”大于1，请写成“{found[1]}%”或不大于1的小数")
    return Band(float(bound), float(found[3]))


def _check_falling(bands: Sequence[Band], text: str) -> None:
    for higher, lower in zip(bands, bands[1:], strict=False):
        bound = f"{_plain(Decimal(repr(lower.at_least)) * 100)}%"
        if higher.at_least == lower.at_least:
            raise KongjianError(f"分档“{text}”里{bound}出现了两次，请只留一个")
        if higher.points <= lower.points:
            raise KongjianError(f"分档“{text}”里{bound}一档的分应比上一档低")


def _plain(number: float | Decimal) -> str:
    """A number without an exponent or needless zeros."""
    text = f"{Decimal(repr(number)) if isinstance(number, float) else Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
