"""How much room a text needs in a cell: whether a form cuts it off in print, how high a row of results must be."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kongjian.xlsx.xml_text import element, given

if TYPE_CHECKING:
    from lxml import etree

    from kongjian.xlsx.styles import StylesPart

_PIXELS_PER_POINT = 96 / 72
_PADDING = 8.0  # both inner edges of a cell
_LINE = 1.42  # of the font's size: 宋体 and 仿宋 take 1.3, what stands in for them elsewhere up to 1.45
_LINE_OF_ITS_FONT = 1.3
_INDENT = 9.0  # pixels of one step
_SLACK = 1.05  # fonts differ a little in width from one program to the next
HIGHEST = 409.0  # Excel's limit of a row
# what is not parted at a line's end: a number or Latin word, or one character; with the marks that belong to it
_PIECE = re.compile(r"[（“‘《【]*(?:[!-~≥≤±·—…]+|.)[，。；：、？！）”’》】%]*")
_DEFAULT_WIDTH = 9.14
_DEFAULT_HEIGHT = 15.0
LINE, MARGIN = 14.5, 4.0
ONE_LINE = LINE + MARGIN


@dataclass(frozen=True)
class CellStyle:
    """What of a cell's format decides how text fits: size in points."""

    size: float = 11.0
    wraps: bool = False
    shrinks: bool = False
    indent: int = 0


def cell_styles(styles: StylesPart) -> list[CellStyle]:
    """The styles that cells name by number."""
    sizes = [float(_of_child(font, "sz", "val") or 11) for font in styles.items("fonts")]
    return [
        CellStyle(
            sizes[int(given(xf, "fontId", "0"))],
            _of_child(xf, "alignment", "wrapText") in ("1", "true"),
            _of_child(xf, "alignment", "shrinkToFit") in ("1", "true"),
            int(_of_child(xf, "alignment", "indent") or 0),
        )
        for xf in styles.items("cellXfs")
    ]


def _of_child(item: str, child: str, name: str) -> str:
    found = element(child).search(item)
    return given(found[0], name) if found else ""


def pixels(width: float) -> float:
    """A column's width in pixels."""
    return width * 7 + 5


def text_pixels(text: str, size: float) -> float:
    """The width of one line of text."""
    em = size * _PIXELS_PER_POINT
    return sum(em if unicodedata.east_asian_width(c) in "WFA" else em * 0.55 for c in text)


def height_needed(text: str, width: float, style: CellStyle) -> float:
    """The height in points for a text in a cell of so many pixels, whatever program and font show it."""
    return _lines_of(text, width, style, _SLACK) * style.size * _LINE + 3


def height_printed(text: str, width: float, style: CellStyle) -> float:
    """The height that a text takes in its own font: what has less is cut off for certain."""
    return _lines_of(text, width, style, 1.0) * style.size * _LINE_OF_ITS_FONT


@lru_cache(maxsize=4096)
def _lines_of(text: str, width: float, style: CellStyle, slack: float) -> int:
    usable = max(width - _PADDING - _INDENT * style.indent, style.size) / slack
    return sum(wrapped(line, usable, style.size) for line in text.split("\n")) if style.wraps else 1


def wrapped(line: str, usable: float, size: float) -> int:
    """The number of lines that a text without breaks takes in so many pixels: words stay whole, marks with their word."""
    lines, used = 1, 0.0
    for piece in _PIECE.findall(line):
        needed = text_pixels(piece, size)
        if used and used + needed > usable:
            lines, used = lines + 1, 0.0
        lines += math.ceil(needed / usable) - 1 if needed > usable else 0
        used += needed % usable if needed > usable else needed
    return lines


def too_wide(text: str, width: float, style: CellStyle) -> bool:
    """Whether a text in one line runs over the cell's edge."""
    return (
        not style.wraps
        and not style.shrinks
        and text_pixels(text, style.size) > max(width - _PADDING, style.size)
    )


class Sizes:
    """Widths and heights of a worksheet's cells: widths in pixels, heights in points."""

    def __init__(self, root: etree._Element) -> None:
        space = {"m": root.tag[1:].partition("}")[0]}
        form = root.find("m:sheetFormatPr", space)
        given = {} if form is None else form.attrib
        self._width = float(given.get("defaultColWidth", _DEFAULT_WIDTH))
        self._height = float(given.get("defaultRowHeight", _DEFAULT_HEIGHT))
        self._columns = [
            (int(c.get("min")), int(c.get("max")), 0.0 if c.get("hidden") in ("1", "true") else float(c.get("width", self._width)))
            for c in root.iterfind("m:cols/m:col", space)
        ]  # fmt: skip

    def width(self, first: int, last: int) -> float:
        """The width of the columns from first to last, 1-based."""
        return sum(pixels(self._column(k)) for k in range(first, last + 1))

    def height(self, row: etree._Element) -> float:
        return float(row.get("ht", self._height))

    def _column(self, number: int) -> float:
        return next((w for first, last, w in self._columns if first <= number <= last), self._width)


def text_width(text: str) -> float:
    """The width of one line in column-width units: a Chinese character takes almost two."""
    return sum(1.92 if unicodedata.east_asian_width(c) in "WFA" else 1.0 for c in text)


def row_height(cells: Iterable[tuple[str, float]], smallest: float = ONE_LINE) -> float:
    """The height in points for wrapped texts, each with its column's width."""
    lines = max((_lines(text, width) for text, width in cells), default=1)
    return min(HIGHEST, max(smallest, lines * LINE + MARGIN))


@lru_cache(maxsize=1 << 14)
def _lines(text: str, width: float) -> int:
    usable = max(2.0, width - 1)  # the cell's own margins
    return sum(max(1, math.ceil(text_width(line) / usable)) for line in text.split("\n"))
