"""The light fill of cells to look at, as conditional formats of an input sheet: the only thing that a run changes there.

Cells, their formats and the user's own conditional formats stay byte for byte. Our rules are known by a word in their formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from kongjian.base.grid import letter

SIGN = "空间评比·"
NEVER = "FALSE"
_RULE = re.compile(
    rb"<((?:\w+:)?)conditionalFormatting\b[^>]*>(?:(?!</\1conditionalFormatting>).)*?"
    rb"</\1conditionalFormatting>",
    re.DOTALL,
)
_DXF = re.compile(rb'\bdxfId="(\d+)"')
_PRIORITY = re.compile(rb'\bpriority="(\d+)"')
# what may stand behind the conditional formats of a worksheet, by the schema
_BEHIND = re.compile(
    rb"<(?:\w+:)?(?:dataValidations|hyperlinks|printOptions|pageMargins|pageSetup|headerFooter|rowBreaks|colBreaks|"
    rb"customProperties|cellWatches|ignoredErrors|smartTags|drawing|legacyDrawing|legacyDrawingHF|drawingHF|picture|"
    rb"oleObjects|controls|webPublishItems|tableParts|extLst)\b|<mc:AlternateContent\b|</(?:\w+:)?worksheet>"
)
_DXFS = re.compile(rb"<((?:\w+:)?)dxfs\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?dxfs>)", re.DOTALL)
_BEFORE_DXFS = re.compile(rb"</((?:\w+:)?)(?:cellStyles|cellXfs)>")
ALWAYS = "TRUE"
SELF = "INDIRECT(ADDRESS(ROW(),COLUMN()))"
"""The cell itself, wherever the rule starts: programs differ in what a relative reference counts from."""
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""


def formula(level: str, condition: str) -> str:
    """The formula of a rule: its condition, and the word by which it is known."""
    return f'AND(LEN("{SIGN}{level}")>0,{condition})'


def levels_of(xml: bytes, levels: Iterable[str]) -> dict[str, int]:
    """The fills that a sheet's own rules of ours use: level → dxfId."""
    out = {}
    for rule in _ours(xml[_behind_cells(xml) :]):
        for level in levels:
            if (SIGN + level).encode() in rule[0] and (found := _DXF.search(rule[0])):
                out[level] = int(found[1])
    return out


def with_marks(xml: bytes, marks: Sequence[Mark], fills: Mapping[str, int]) -> bytes:
    """The sheet with these marks in place of those that it has; byte for byte the same when they are the same.

    `fills` names the dxf of each level. A level without marks keeps a rule that never holds, so that its fill is kept.
    """
    cut = _behind_cells(xml)  # the cells may be many megabytes
    tail = xml[cut:]
    old = _ours(tail)
    resting = f",{NEVER})".encode()
    if not marks and all(rule[0].count(SIGN.encode()) == rule[0].count(resting) for rule in old):
        return xml
    for rule in reversed(old):
        tail = tail[: rule.start()] + tail[rule.end() :]
    found = _BEHIND.search(tail)
    assert found is not None  # a worksheet ends
    prefix = re.search(rb"<((?:\w+:)?)worksheet\b", xml)
    p = prefix[1].decode() if prefix else ""
    first = max((int(n) for n in _PRIORITY.findall(tail)), default=0) + 1
    block = "".join(
        _rule(mark, fills[mark.level], first + k, p) for k, mark in enumerate(_with_rests(marks, fills))
    )
    return b"".join((xml[:cut], tail[: found.start()], block.encode(), tail[found.start() :]))


def _behind_cells(xml: bytes) -> int:
    """Where a sheet's cells end: its conditional formats stand behind them."""
    return xml.rfind(b"sheetData")


def _with_rests(marks: Sequence[Mark], fills: Mapping[str, int]) -> list[Mark]:
    used = {m.level for m in marks}
    table = marks[0].table if marks else ""
    rests = [Mark(table, level, NEVER, ((2, 1, 2, 1),)) for level in fills if level not in used]
    return [*marks, *rests]


def _rule(mark: Mark, fill: int, priority: int, p: str) -> str:
    area = " ".join(map(reference, mark.areas))
    return (
        f'<{p}conditionalFormatting sqref="{area}"><{p}cfRule type="expression" dxfId="{fill}" '
        f'priority="{priority}"><{p}formula>{escape(formula(mark.level, mark.condition))}</{p}formula></{p}cfRule>'
        f"</{p}conditionalFormatting>"
    )


def reference(area: Area) -> str:
    """An area as A1 or A1:B2."""
    first, last = f"{letter(area[1])}{area[0]}", f"{letter(area[3])}{area[2]}"
    return first if first == last else f"{first}:{last}"


def _ours(tail: bytes) -> list[re.Match[bytes]]:
    """Our own rules in what stands behind the cells of a sheet."""
    sign = SIGN.encode()
    return [m for m in _RULE.finditer(tail) if sign in m[0]] if sign in tail else []


def with_fills(styles: bytes, colours: Mapping[str, str]) -> tuple[bytes, dict[str, int]]:
    """A workbook's styles with our fills (level → colour) behind its own conditional formats' styles, and where they stand."""
    found = _DXFS.search(styles)
    if found is None:
        place = list(_BEFORE_DXFS.finditer(styles))[-1]
        p, attributes, items, start, end = place[1].decode(), b"", b"", place.end(), place.end()
    else:
        p, attributes, items = found[1].decode(), found[2], found[3] or b""
        start, end = found.span()
    count = len(re.findall(rb"<(?:\w+:)?dxf\b", items))
    new = "".join(
        f'<{p}dxf><{p}fill><{p}patternFill><{p}bgColor rgb="FF{colour}"/></{p}patternFill></{p}fill></{p}dxf>'
        for colour in colours.values()
    )
    attributes = re.sub(rb'\s*count="\d*"', b"", attributes)
    opening = f'<{p}dxfs count="{count + len(colours)}"'.encode() + attributes + b">"
    block = opening + items + new.encode() + f"</{p}dxfs>".encode()
    return styles[:start] + block + styles[end:], {level: count + k for k, level in enumerate(colours)}


__all__ = ["formula", "levels_of", "reference", "with_fills", "with_marks"]


@dataclass(frozen=True)
class Mark:
    """Cells of one input sheet that are filled as long as the condition, a formula, holds."""

    table: str
    level: str
    condition: str
    areas: tuple[Area, ...]
