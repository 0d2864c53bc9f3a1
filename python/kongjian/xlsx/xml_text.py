"""XML edited as text: what is not meant to change stays byte for byte, in whatever prefix another program wrote it."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CELL_REF = re.compile(rb'\br="([A-Z]+)(\d+)"')
"""Where a cell stands, in the attributes of its element as bytes: letters and row."""
_OPENING = re.compile(r'<[\w:]+(?:[^">/]|"[^"]*")*')


def attribute(text: str) -> str:
    """Text as the value of an attribute."""
    return html.escape(text, quote=False).replace('"', "&quot;")


def with_prefix(xml: str, prefix: str) -> str:
    """Elements that are written without a prefix, in this one."""
    return re.sub("<(/?)", rf"<\1{prefix}", xml) if prefix else xml


@functools.cache
def element(name: str) -> re.Pattern[str]:
    """An element that holds none of its own name: its prefix, attributes and content (None where it is closed at once)."""
    return re.compile(rf'<((?:\w+:)?){name}\b((?:[^">]|"[^"]*")*?)(?:/>|>(.*?)</\1{name}>)', re.DOTALL)


def given(xml: str, name: str, otherwise: str = "") -> str:
    """The value of an attribute of the first element, as it is written."""
    opening = _OPENING.search(xml)
    found = re.search(rf'\s{name}="([^"]*)"', opening[0]) if opening else None
    return found[1] if found else otherwise


def prefix_of(xml: str, namespace: str) -> str:
    """The prefix that the root gives a namespace, "" for none."""
    opening = _OPENING.search(xml)
    found = re.search(rf'\sxmlns:(\w+)="{namespace}"', opening[0]) if opening else None
    return found[1] if found else ""


def with_attributes(xml: str, **values: object) -> str:
    """XML with these attributes of its first element set; None takes one away."""
    found = _OPENING.search(xml)
    assert found is not None
    opening = found[0].rstrip()
    for name, value in values.items():
        shown = "" if value is None else f' {name}="{value}"'
        at = re.search(rf'\s{name}="[^"]*"', opening)
        start, end = at.span() if at else (len(opening), len(opening))
        opening = opening[:start] + shown + opening[end:]
    return xml[: found.start()] + opening + xml[found.end() :]


def appended(xml: str, name: str, items: str) -> str:
    """Items, written without a prefix, at the end of the first element of this name."""
    opening = re.search(rf'<((?:\w+:)?){name}\b(?:[^">]|"[^"]*")*>', xml)
    assert opening is not None
    items, closing = with_prefix(items, opening[1]), f"</{opening[1]}{name}>"
    if opening[0].endswith("/>"):
        return f"{xml[: opening.end() - 2].rstrip()}>{items}{closing}{xml[opening.end() :]}"
    at = xml.index(closing, opening.end())
    return xml[:at] + items + xml[at:]


def inserted(xml: str, new: str, behind: Sequence[str]) -> str:
    """An element, written without a prefix, behind the last of these, else behind the opening of the root."""
    ends = rf"<(/?)((?:\w+:)?)(?:{'|'.join(behind)})\b[^>]*?(/?)>"
    found = [m for m in re.finditer(ends, xml) if m[1] or m[3]] if behind else []
    at = found[-1] if found else re.search(r"<()((?:\w+:)?)\w[^>]*>", xml)
    assert at is not None
    return xml[: at.end()] + with_prefix(new, at[2]) + xml[at.end() :]
