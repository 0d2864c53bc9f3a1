"""The light fill of cells to look at, as conditional formats of an input sheet: the only thing that a run changes there.

Cells, their formats and the user's own conditional formats stay byte for byte. Our rules are known by a word in their formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from kongjian.base.grid import Area, letter, reference
from kongjian.xlsx.sheet_part import inserted
from kongjian.xlsx.xml_text import with_prefix

SIGN = "空间评比·"
NEVER = "FALSE"
_RULE = re.compile(
    rb"<((?:\w+:)?)conditionalFormatting\b[^>]*>(?:(?!</\1conditionalFormatting>).)*?"
    rb"</\1conditionalFormatting>",
    re.DOTALL,
)
_EACH = re.compile(rb"<((?:\w+:)?)cfRule\b.*?</\1cfRule>", re.DOTALL)
_DXF = re.compile(rb'\bdxfId="(\d+)"')
_PRIORITY = re.compile(rb'\bpriority="(\d+)"')
ALWAYS = "TRUE"
SELF = "\x01"
"""In a condition the cell that is judged; no text that a condition compares with has such a character."""


@dataclass(frozen=True)
class Mark:
    """Cells of one input sheet that are filled as long as the condition, a formula, holds.

    Where it names the cell that is judged, the areas stand in one column, the topmost first: programs differ in whether a
    relative reference counts from the first area or from the corner of them all.
    """

    table: str
    level: str
    condition: str
    areas: tuple[Area, ...]


def formula(level: str, condition: str, judged: str = "") -> str:
    """The formula of a rule, `judged` being the relative reference to the cell; the word is what it is known by."""
    return f'AND(LEN("{SIGN}{level}")>0,{condition.replace(SELF, judged)})'


def levels_of(xml: bytes, levels: Iterable[str]) -> dict[str, int]:
    """The fills that a sheet's own rules of ours use: level → dxfId."""
    out = {}
    for block in _ours(xml[_behind_cells(xml) :]):
        for rule in _EACH.finditer(block[0]):  # the rules of one cell stand in one block
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
    prefix = re.search(rb"<((?:\w+:)?)worksheet\b", xml)
    first = max((int(n) for n in _PRIORITY.findall(tail)), default=0) + 1
    block = "".join(
        _rule(mark, fills[mark.level], first + k) for k, mark in enumerate(_with_rests(marks, fills))
    )
    new = with_prefix(block, prefix[1].decode() if prefix else "").encode()
    return xml[:cut] + inserted(tail, new, "conditionalFormatting")


def _behind_cells(xml: bytes) -> int:
    """Where a sheet's cells end: its conditional formats stand behind them."""
    return xml.rfind(b"sheetData")


def _with_rests(marks: Sequence[Mark], fills: Mapping[str, int]) -> list[Mark]:
    used = {m.level for m in marks}
    table = marks[0].table if marks else ""
    rests = [Mark(table, level, NEVER, ((2, 1, 2, 1),)) for level in fills if level not in used]
    return [*marks, *rests]


def _rule(mark: Mark, fill: int, priority: int) -> str:
    area = " ".join(map(reference, mark.areas))
    top, left, *_ = mark.areas[0]
    text = escape(formula(mark.level, mark.condition, f"{letter(left)}{top}"), quote=False)
    return (
        f'<conditionalFormatting sqref="{area}"><cfRule type="expression" dxfId="{fill}" priority="{priority}">'
        f"<formula>{text}</formula></cfRule></conditionalFormatting>"
    )


def _ours(tail: bytes) -> list[re.Match[bytes]]:
    """Our own rules in what stands behind the cells of a sheet."""
    sign = SIGN.encode()
    return [m for m in _RULE.finditer(tail) if sign in m[0]] if sign in tail else []
