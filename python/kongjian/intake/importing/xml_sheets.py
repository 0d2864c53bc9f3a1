"""Sheets that are XML throughout: OpenDocument (.ods, .fods) and the XML spreadsheet of 2003 (.xml, often named .xls)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from kongjian.base.errors import KongjianError
from kongjian.base.grid import LAST_COLUMN, Area, Cell
from kongjian.intake.importing.calamine_sheets import FoundSheet
from kongjian.intake.importing.packages import Packed, damaged, declared
from kongjian.intake.importing.source_sheet import even, refuse_size
from kongjian.rules.model_importing import ImportLimits
from kongjian.xlsx.part_survey import DeclarationError, Part

_NO_DATE = dt.datetime(1899, 12, 31)
"""A moment that is only a time of day stands on this day in the XML spreadsheet."""


@dataclass
class Seen:
    """What stands in a sheet beside its values; errors by (row, column), percents column → rows, from 1."""

    hidden: int = 0
    unsaved: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    percents: dict[int, list[int]] = field(default_factory=dict)


class _Sheet:
    """One sheet as it fills. Its cells come in their order, from 1."""

    def __init__(self, name: str) -> None:
        self.name, self.hidden, self.seen = name, False, Seen()
        self.rows: list[list[Cell]] = []
        self.width = 0
        self.merged: list[Area] = []


class _Reader(Part):
    """What both kinds share: the sheet that is being read, its present place, the text of a cell."""

    def __init__(self, path: Path, limits: ImportLimits) -> None:
        super().__init__()
        self.sheets: list[_Sheet] = []
        self._path, self._limits = path, limits
        self._row = self._column = 0
        self._attributes: dict[str, str] = {}
        self._text: list[str] | None = None
        self._handlers: dict[str, tuple[Any, Any]] = {}
        self._parser.StartElementHandler = self._start_any
        self._parser.EndElementHandler = self._end_any
        self._parser.CharacterDataHandler = self._characters

    def _handler(self, name: str) -> tuple[Any, Any]:
        """What an element's beginning and end are handed to."""
        if name not in self._handlers:
            plain = name.rpartition(":")[2].replace("-", "_")
            self._handlers[name] = getattr(self, f"start_{plain}", None), getattr(self, f"end_{plain}", None)
        return self._handlers[name]

    def _start_any(self, name: str, attributes: dict[str, str]) -> None:
        if handler := self._handler(name)[0]:
            # an extension's word on a cell's type goes beside the standard's
            handler(
                {k if k.startswith("calcext:") else k.rpartition(":")[2]: v for k, v in attributes.items()}
            )

    def _end_any(self, name: str) -> None:
        if handler := self._handler(name)[1]:
            handler()

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def put(self, row: int, column: int, value: Cell) -> None:
        """A value in its place. Raises KongjianError beyond the limits."""
        sheet = self.sheets[-1]
        if row > len(sheet.rows) or column > sheet.width:
            sheet.width = max(sheet.width, column)
            refuse_size(self._path, f"的工作表“{sheet.name}”", row, row * sheet.width, self._limits)
            sheet.rows += ([] for _ in range(row - len(sheet.rows)))
        line = sheet.rows[row - 1]
        line += [""] * (column - len(line))
        line[column - 1] = value

    def found(self) -> tuple[list[FoundSheet], dict[str, Seen]]:
        out = [
            FoundSheet(s.name, True)
            if s.hidden
            else FoundSheet(s.name, False, len(s.rows), 0, tuple(even(s.rows)), tuple(s.merged))
            for s in self.sheets
        ]
        return out, {s.name: s.seen for s in self.sheets}


def _count(attributes: dict[str, str], name: str, least: int = 1) -> int:
    given = attributes.get(name, "")
    return max(int(given), least) if given.isascii() and given.isdigit() and len(given) < 9 else least


class _OpenDocument(_Reader):
    """content.xml: rows and cells that say how often they are repeated, values as attributes, texts as paragraphs."""

    def __init__(self, path: Path, limits: ImportLimits) -> None:
        super().__init__(path, limits)
        self._cell: dict[str, str] = {}
        self._unseen: set[str] = set()
        self._style = ""
        self._more = 1
        self._line: list[tuple[int, Cell, str]] = []
        self._kept: list[str] | None = None

    def start_style(self, attributes: dict[str, str]) -> None:
        self._style = attributes.get("name", "")

    def start_table_properties(self, attributes: dict[str, str]) -> None:
        if attributes.get("display") == "false":
            self._unseen.add(self._style)

    def start_table(self, attributes: dict[str, str]) -> None:
        self.sheets.append(_Sheet(attributes.get("name", "")))
        self.sheets[-1].hidden = attributes.get("style-name") in self._unseen
        self._row = 0

    def start_table_row(self, attributes: dict[str, str]) -> None:
        self._more = _count(attributes, "number-rows-repeated")
        self._row, self._column, self._line = self._row + 1, 0, []
        self._attributes = attributes

    def end_table_row(self) -> None:
        if not self.sheets:
            return
        seen = self.sheets[-1].seen
        if self._line and self._attributes.get("visibility") in ("collapse", "filter"):
            seen.hidden += self._more
        for row in range(self._row, self._row + self._more) if self._line else ():
            for column, value, kind in self._line:
                if kind == "error":
                    seen.errors[row, column] = str(value)
                elif kind == "percentage":
                    seen.percents.setdefault(column, []).append(row)
                self.put(row, column, "" if kind == "error" else value)
        self._row += self._more - 1

    def start_table_cell(self, attributes: dict[str, str]) -> None:
        self._cell, self._text = attributes, []

    start_covered_table_cell = start_table_cell

    def start_annotation(self, _: dict[str, str]) -> None:
        self._kept, self._text = self._text, None

    def end_annotation(self) -> None:
        self._text = self._kept

    def start_p(self, _: dict[str, str]) -> None:
        if self._text:
            self._text.append("\n")

    def start_s(self, attributes: dict[str, str]) -> None:
        self._characters(" " * min(_count(attributes, "c"), 1000))

    def start_line_break(self, _: dict[str, str]) -> None:
        self._characters("\n")

    def end_table_cell(self) -> None:
        self._end_cell(is_covered=False)

    def end_covered_table_cell(self) -> None:
        self._end_cell(is_covered=True)

    def _end_cell(self, is_covered: bool) -> None:
        given, text = self._cell, "".join(self._text or ())
        self._text = None
        more, first = min(_count(given, "number-columns-repeated"), LAST_COLUMN), self._column + 1
        self._column += more
        value = "" if is_covered else self._value(given, text)
        if value == "" or not self.sheets:
            return
        kind = given.get("calcext:value-type", given.get("value-type", ""))
        value = text if kind == "error" else value
        self._line += ((column, value, kind) for column in range(first, min(first + more, LAST_COLUMN + 1)))
        if (down := _count(given, "number-rows-spanned")) > 1:
            across = _count(given, "number-columns-spanned")
            self.sheets[-1].merged.append(
                (self._row - 1, first - 1, self._row + down - 2, first + across - 2)
            )

    @staticmethod
    def _value(given: dict[str, str], text: str) -> Cell:
        kind = given.get("value-type", "")
        if kind in ("float", "currency", "percentage"):
            return float(given.get("value", ""))
        if kind == "date":
            return _moment(given.get("date-value", ""), text)
        if kind == "boolean":
            return given.get("boolean-value") == "true"
        return given.get("string-value") or text


class _XmlSpreadsheet(_Reader):
    """The XML spreadsheet: rows and cells that may say their number, data with a type."""

    def __init__(self, path: Path, limits: ImportLimits) -> None:
        super().__init__(path, limits)
        self._cell: dict[str, str] = {}
        self._percent: set[str] = set()
        self._style = self._type = ""

    def start_Style(self, attributes: dict[str, str]) -> None:  # noqa: N802
        self._style = attributes.get("ID", "")

    def start_NumberFormat(self, attributes: dict[str, str]) -> None:  # noqa: N802
        if attributes.get("Format") == "Percent" or "%" in attributes.get("Format", ""):
            self._percent.add(self._style)

    def start_Worksheet(self, attributes: dict[str, str]) -> None:  # noqa: N802
        self.sheets.append(_Sheet(attributes.get("Name", "")))
        self._row = 0

    def start_Row(self, attributes: dict[str, str]) -> None:  # noqa: N802
        self._row = _count(attributes, "Index", self._row + 1)
        self._column, self._attributes = 0, attributes

    def end_Row(self) -> None:  # noqa: N802
        if self.sheets:
            self.sheets[-1].seen.hidden += bool(self._column and self._attributes.get("Hidden") == "1")
        self._row += _count(self._attributes, "Span", 0)

    def start_Cell(self, attributes: dict[str, str]) -> None:  # noqa: N802
        self._column = _count(attributes, "Index", self._column + 1)
        self._cell = attributes
        down, across = _count(attributes, "MergeDown", 0), _count(attributes, "MergeAcross", 0)
        if down and self.sheets:
            row, column = self._row - 1, self._column - 1
            self.sheets[-1].merged.append((row, column, row + down, column + across))

    def end_Cell(self) -> None:  # noqa: N802
        self._column += _count(self._cell, "MergeAcross", 0)

    def start_Data(self, attributes: dict[str, str]) -> None:  # noqa: N802
        self._type, self._text = attributes.get("Type", "String"), []

    def end_Data(self) -> None:  # noqa: N802
        text, self._text = "".join(self._text or ()), None
        if not text or not self.sheets or not self._row or self._column > LAST_COLUMN:
            return
        seen = self.sheets[-1].seen
        if self._type == "Error":
            seen.errors[self._row, self._column] = text
        elif self._type == "Number" and self._cell.get("StyleID") in self._percent:
            seen.percents.setdefault(self._column, []).append(self._row)
        self.put(self._row, self._column, self._value(text))

    def _value(self, text: str) -> Cell:
        if self._type == "Number":
            return float(text)
        if self._type == "DateTime":
            return _moment(text, text)
        if self._type == "Boolean":
            return text.strip() == "1"
        return "" if self._type == "Error" else text

    def start_Visible(self, _: dict[str, str]) -> None:  # noqa: N802
        self._text = []

    def end_Visible(self) -> None:  # noqa: N802
        hidden, self._text = "".join(self._text or ()).strip(), None
        if self.sheets and hidden in ("SheetHidden", "SheetVeryHidden"):
            self.sheets[-1].hidden = True


def _moment(given: str, text: str) -> Cell:
    """A moment, or the text where it is only a time of day or none at all."""
    try:
        found = dt.datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        return text
    return text if found.date() <= _NO_DATE.date() else found


Found = tuple[list[FoundSheet], dict[str, Seen]]


def read_open_document(packed: Packed) -> Found:
    """The sheets of an .ods. Raises KongjianError, and what a damaged package raises."""
    encrypted = packed.find("META-INF/manifest.xml")
    if encrypted and b"encryption-data" in b"".join(packed.pieces(encrypted)):
        raise KongjianError(f"{packed.path.name} 有打开密码；请去掉密码再导入")
    reader = _OpenDocument(packed.path, packed.limits)
    for _ in packed.xml("content.xml", reader):
        pass
    return reader.found()


def read_xml_text(path: Path, text: str, limits: ImportLimits) -> Found:
    """The sheets of an XML spreadsheet or a flat OpenDocument file, which a text holds without its declaration."""
    is_2003 = "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096]
    reader = (_XmlSpreadsheet if is_2003 else _OpenDocument)(path, limits)
    try:
        reader.take(text.encode())
        reader.close()
    except DeclarationError:
        raise declared(path) from None
    except (expat.ExpatError, LookupError, ValueError):
        raise damaged(path) from None
    return reader.found()
