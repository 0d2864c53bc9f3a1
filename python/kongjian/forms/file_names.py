"""File and sheet names that Windows and Excel take, whatever stands in a unit's name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kongjian.base.text import clean

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)
_NOT_IN_SHEETS = re.compile(r"[\\/:*?\[\]\x00-\x1f]")
LONGEST_FILE = 80  # with a folder and an extension it stays clear of Windows' 260
LONGEST_SHEET = 31


def file_name(text: str) -> str:
    """A name for a file, without extension: forbidden characters become _, ends are trimmed."""
    name = _FORBIDDEN.sub("_", clean(text))[:LONGEST_FILE].strip(" .")
    if not name:
        return "未命名"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def sheet_name(text: str) -> str:
    """A name for a worksheet."""
    name = _NOT_IN_SHEETS.sub("_", clean(text))[:LONGEST_SHEET].strip("' ")
    return name if name and name.lower() != "history" else "未命名"


def distinct(names: Iterable[str], longest: int) -> list[str]:
    """The names, those that differ in nothing but case numbered: 张三, 张三(2)."""
    used: set[str] = set()
    out = []
    for name in names:
        made, number = name, 1
        while made.casefold() in used:
            number += 1
            mark = f"({number})"
            made = name[: longest - len(mark)] + mark
        used.add(made.casefold())
        out.append(made)
    return out
