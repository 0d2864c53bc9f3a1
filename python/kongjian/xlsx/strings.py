"""The workbook's shared strings: known ones are reused, new ones are added at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TypeVar

from kongjian.xlsx.xml_text import MAIN, with_prefix

_ITEM = re.compile(rb"<((?:\w+:)?)si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_PLAIN = re.compile(rb'<(?:\w+:)?t(?: xml:space="preserve")?>([^<]*)</(?:\w+:)?t>')
_ROOT = re.compile(rb"<((?:\w+:)?)sst\b[^>]*?(/?)>")
_COUNTS = re.compile(rb'\s(?:uniqueCount|count)="\d*"')
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_TAGS = re.compile(r"<[^>]*>")
BLANK = "/>"
"""A cell without a value, behind its reference and style."""
EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{MAIN}"></sst>'.encode()


T = TypeVar("T")


class Made(dict[T, str]):
    """Texts by what each is made from, the first time that it is asked for."""

    def __init__(self, make: Callable[[T], str], blank: T) -> None:
        super().__init__({blank: BLANK})
        self._make = make

    def __missing__(self, key: T) -> str:
        made = self[key] = self._make(key)
        return made


def escape(text: str) -> str:
    """Text as XML content, without the characters that XML forbids; what looks like one of Excel's _xHHHH_ is kept."""
    if text.isalnum():
        return text
    text = _LIKE_ESCAPED.sub("_x005F_", FORBIDDEN.sub("", text)).replace("\r", "_x000D_")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortest(value: float) -> str:
    """A number as a cell keeps it."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _plain(content: str) -> str:
    return unescape(_TAGS.sub("", content))


class SharedStrings:
    """xl/sharedStrings.xml as it was read, plus what a calculation adds."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._known: dict[str, int] = {}
        self._added: list[str] = []
        count = 0
        for count, item in enumerate(_ITEM.finditer(xml), start=1):
            plain = _PLAIN.fullmatch(item[2] or b"")
            if plain:
                self._known.setdefault(plain[1].decode(), count - 1)
        self._count = count
        self._cells = Made[str](lambda text: f' t="s"><v>{self.index(text)}</v></c>', "")
        self.numbers = Made[float](lambda value: f"><v>{shortest(value)}</v></c>", float("inf"))
        """Cells that show numbers, kept beside those that show texts: the same scores stand on many sheets."""

    def index(self, text: str) -> int:
        """The number of a string, added when it is new."""
        return self._index(escape(text))

    def cell(self, text: str) -> str:
        """A cell that shows a text, behind its reference and style; blank for ""."""
        return self._cells[text]

    def cells(self, texts: list[str]) -> list[str]:
        """The same of a column; each distinct text is looked at once."""
        return list(map(self._cells.__getitem__, texts))

    def add(self, content: str) -> int:
        """The number of a new string with this content, elements without a prefix."""
        self._added.append(content)
        return self._count + len(self._added) - 1

    def contents(self) -> list[str]:
        """What the strings hold that were there at first, formats of parts included, in elements without a prefix."""
        return [
            re.sub(rf"<(/?){m[1].decode()}", r"<\1", (m[2] or b"").decode())
            for m in _ITEM.finditer(self._xml)
        ]

    def text_of(self, cell: bytes) -> str:
        """The text that a cell of the file shows, its own or one of those that were there at first."""
        value = _VALUE.search(cell)
        if value and b't="s"' in cell[: cell.index(b">")]:
            return _plain(self.contents()[int(value[1])])
        return _plain((value[1] if value else b"".join(_PLAIN.findall(cell))).decode())

    def _index(self, escaped: str) -> int:
        found = self._known.get(escaped)
        if found is None:
            space = ' xml:space="preserve"' if escaped != escaped.strip() or "\n" in escaped else ""
            found = self._known[escaped] = self.add(f"<t{space}>{escaped}</t>")
        return found

    def xml(self) -> bytes:
        """The part with the added strings; its counts left out where they would no longer hold."""
        if not self._added:
            return self._xml
        root = _ROOT.search(self._xml)
        assert root is not None
        prefix = root[1].decode()
        items = with_prefix("".join(f"<si>{t}</si>" for t in self._added), prefix).encode()
        opening = _COUNTS.sub(b"", root[0])
        if root[2]:
            opening = opening[:-2] + b">"
            return self._xml[: root.start()] + opening + items + f"</{prefix}sst>".encode()
        closing = f"</{prefix}sst>".encode()
        end = self._xml.rindex(closing)
        return self._xml[: root.start()] + opening + self._xml[root.end() : end] + items + closing
