"""Looks through the XML of a worksheet before a reader lays out its cells: how far it reaches, what is hidden.

expat reads it as any reader would, so that no spelling of the XML gets past: entities and declarations stop it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.parsers import expat

from kongjian.base.grid import column_number

_UNSAVED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
LONG = 200
"""Characters of a shared text from which on it counts how often it is named."""


class DeclarationError(Exception):
    """A part declares a document type or entities, which no export does."""


class Part:
    """A part of XML, checked piece by piece."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse

    def take(self, piece: bytes) -> None:
        """The next bytes. Raises DeclarationError, or ExpatError where it is no XML."""
        self._parser.Parse(piece, False)

    def close(self) -> None:
        """After the last bytes."""
        self._parser.Parse(b"", True)


def _refuse(*_: object) -> None:
    raise DeclarationError


class SharedTexts(Part):
    """The shared texts: how long each is, in characters."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []
        self._parser.StartElementHandler = self._start
        self._parser.CharacterDataHandler = self._text

    def _start(self, name: str, _: object) -> None:
        if _local(name) == "si":
            self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class Worksheet(Part):
    """One worksheet: its filled cells and hidden rows, and how much text a reader makes of it."""

    def __init__(self, lengths: Sequence[int] = ()) -> None:
        super().__init__()
        self.filled = self.last_row = self.last_column = self.unsaved = self.texts = 0
        self.errors: dict[tuple[int, int], str] = {}
        self.percents: dict[int, list[int]] = {}
        self._rows: set[int] = set()
        self._hidden: set[int] = set()
        self._row = self._own_row = self._column = self._filled_row = self._letters_end = 0
        self._row_text = "?"
        self._named = self._is_value = False
        self._lengths = lengths
        self._columns: dict[str, int] = {}
        self._parser.StartElementHandler = self._start
        if any(length > LONG for length in lengths):
            self._parser.CharacterDataHandler = self._text

    @property
    def rows(self) -> int:
        """Rows that hold anything."""
        return len(self._rows)

    @property
    def hidden(self) -> int:
        """Hidden rows that hold anything."""
        return len(self._hidden & self._rows)

    @property
    def cells(self) -> int:
        """The cells that a reader lays out: the rectangle down to the last filled one."""
        return max(self.filled, self.last_row * self.last_column)

    def take(self, piece: bytes) -> None:
        super().take(piece)
        if b"<f" in piece or b":f" in piece:
            self.unsaved += len(_UNSAVED.findall(piece))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name) if ":" in name else name
        if tag == "c":
            self._is_value = False
            self._named = attributes.get("t") == "s"
            place = attributes.get("r", "")
            column = self._columns.get(place[: self._letters_end]) if place.endswith(self._row_text) else None
            if column is None:
                self._cell(place)
            else:  # nearly always: a column that came before, in the row where the cell stands
                self._column, self._row = column, self._own_row
        elif tag == "v" or tag == "is":
            self._is_value = tag == "v"
            self.filled += 1
            if self._row != self._filled_row:
                self._filled_row = self._row
                self._rows.add(self._row)
                self.last_row = max(self.last_row, self._row)
            if self._column > self.last_column:
                self.last_column = self._column
        elif tag == "row":
            given = attributes.get("r", "")
            self._own_row = self._row = int(given) if given.isdecimal() else self._row + 1
            self._row_text, self._letters_end = given if given.isdecimal() else "?", -len(given)
            self._column = 0
            if attributes.get("hidden") in ("1", "true"):
                self._hidden.add(self._row)
        else:
            self._is_value = False

    def _cell(self, place: str) -> None:
        letters = place.rstrip("0123456789")
        if letters == place:
            self._column += 1
        else:
            if letters not in self._columns:
                self._columns[letters] = column_number(letters)
            self._column, self._row = self._columns[letters], int(place[len(letters) :])

    def _text(self, text: str) -> None:
        if self._named and self._is_value and text.isdecimal() and int(text) < len(self._lengths):
            self.texts += self._lengths[int(text)]


def _local(name: str) -> str:
    return name[name.find(":") + 1 :]
