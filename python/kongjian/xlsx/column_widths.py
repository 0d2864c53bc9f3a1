"""How wide a sheet's columns are and which stay in sight: read and changed in what its part says above the cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kongjian.base.grid import letter
from kongjian.xlsx.xml_text import given, with_attributes

PADDING = 5 / 7
"""A column of so many characters is stored as that many and its cells' own margins."""
_COL = re.compile(r'<(?:\w+:)?col\b(?:[^">]|"[^"]*")*>(?:</(?:\w+:)?col>)?')
_PANE = re.compile(
    r'<((?:\w+:)?)pane\b(?:[^">]|"[^"]*")*>(?:\s*<(?:\w+:)?selection\b(?:[^">]|"[^"]*")*>(?:</(?:\w+:)?selection>)?)*'
)
_ROW = re.compile(r"\d+$")


def widths(head: str, columns: Sequence[int]) -> list[float | None]:
    """The width of each column (1-based) in characters; None where the sheet does not say."""
    said = [(_bounds(col[0]), col[0]) for col in _COL.finditer(head)]
    found = (next((col for (first, last), col in said if first <= k <= last), "") for k in columns)
    return [float(width) - PADDING if (width := given(col, "width")) else None for col in found]


def with_widths(head: str, wanted: Mapping[int, float]) -> str:
    """These columns (1-based) as wide as that; the others keep theirs, and every column its style."""
    if not wanted:
        return head

    def split(found: re.Match[str]) -> str:
        first, last = _bounds(found[0])
        out, at = [], first
        for column in sorted(c for c in wanted if first <= c <= last):
            if at < column:
                out.append(with_attributes(found[0], min=at, max=column - 1))
            width = f"{wanted[column] + PADDING:.10g}"
            out.append(with_attributes(found[0], min=column, max=column, width=width, customWidth=1))
            at = column + 1
        if at <= last:
            out.append(with_attributes(found[0], min=at, max=last))
        return "".join(out)

    return _COL.sub(split, head)


def frozen(head: str) -> int | None:
    """How many columns stay in sight beside frozen rows; None where no rows are frozen."""
    pane = _PANE.search(head)
    if pane is None or given(pane[0], "state") != "frozen" or not given(pane[0], "ySplit"):
        return None
    return int(float(given(pane[0], "xSplit", "0")))


def with_frozen(head: str, columns: int) -> str:
    """So many columns kept in sight beside the rows that are frozen."""

    def pane(found: re.Match[str]) -> str:
        p, rows = found[1], given(found[0], "ySplit")
        row = _ROW.search(given(found[0], "topLeftCell"))
        below, top = row[0] if row else str(int(rows) + 1), letter(columns + 1)
        area, split = ("bottomRight", f' xSplit="{columns}"') if columns else ("bottomLeft", "")
        others = f'<{p}selection pane="topRight"/><{p}selection pane="bottomLeft"/>' if columns else ""
        return (
            f'<{p}pane{split} ySplit="{rows}" topLeftCell="{top}{below}" activePane="{area}" state="frozen"/>'
            f'{others}<{p}selection pane="{area}" activeCell="A{below}" sqref="A{below}"/>'
        )

    return _PANE.sub(pane, head, count=1)


def _bounds(col: str) -> tuple[int, int]:
    return int(given(col, "min", "0")), int(given(col, "max", "0"))
