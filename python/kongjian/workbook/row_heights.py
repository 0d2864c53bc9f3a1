"""How high a row must be for its wrapped text; not every program that opens the file works it out itself."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

LINE, MARGIN = 14.5, 4.0
ONE_LINE = LINE + MARGIN
HIGHEST = 409.0  # Excel's limit


def text_width(text: str) -> float:
    """The width of one line in column-width units: a Chinese character takes almost two."""
    return sum(1.92 if unicodedata.east_asian_width(c) in "WFA" else 1.0 for c in text)


def row_height(cells: Iterable[tuple[str, float]], smallest: float = ONE_LINE) -> float:
    """The height in points for wrapped texts, each with its column's width."""
    lines = max((_lines(text, width) for text, width in cells), default=1)
    return min(HIGHEST, max(smallest, lines * LINE + MARGIN))


def _lines(text: str, width: float) -> int:
    usable = max(2.0, width - 1)  # the cell's own margins
    return sum(max(1, math.ceil(text_width(line) / usable)) for line in text.split("\n"))
