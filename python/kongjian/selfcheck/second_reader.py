"""openpyxl, the second pair of eyes: a sheet as another program reads it, with what decides how it looks on the screen."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

from kongjian.base.grid import Area
from kongjian.base.text import fold

if TYPE_CHECKING:
    from openpyxl.worksheet._reader import WorkSheetParser

WHITE, BLACK = "FFFFFF", "000000"
VISIBLE, VERY_HIDDEN = "visible", "veryHidden"
_SMALLEST = 0.3
"""A row of fewer points or a column of fewer characters shows nothing."""
_ROW, _COLUMN = itemgetter(0), itemgetter(1)
_THEME = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


class Cell(NamedTuple):
    """A cell as openpyxl has it: type n, s, b, d, e, or f for a formula; `style` counts the workbook's cell styles."""

    value: Any
    type: str
    style: int


@dataclass(frozen=True)
class Look:
    """How a cell style or a conditional format looks; None where it says nothing."""

    number_format: str | None = None
    ink: str | None = None
    fill: str | None = None
    font: str | None = None
    size: float | None = None
    strike: bool = False


@dataclass(frozen=True)
class Rule:
    """A conditional format: where, what it makes of a cell, and whether it shows something in place of the value."""

    place: str
    look: Look
    hides_value: bool
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """One sheet; rows and columns from 1."""

    state: str
    cells: Mapping[tuple[int, int], Cell]
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Area, ...] = ()
    rules: tuple[Rule, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    drawn: bool = False
    no_zeros: bool = False
    frozen_away: bool = False
    """Whether a frozen pane starts below the first row or right of the first column: nobody can scroll there."""
    unread: bool = False
    """Whether it has conditional formats of the newer kind, which openpyxl does not read."""

    @cached_property
    def reach(self) -> tuple[int, int]:
        """The last row and the last column that hold anything, 0 for none."""
        return max(map(_ROW, self.cells), default=0), max(map(_COLUMN, self.cells), default=0)


class SecondReader:
    """One workbook file. Whatever openpyxl cannot read raises an exception of its own kind."""

    def __init__(self, path: Path) -> None:
        # where it finds defusedxml it reads with a parser in Python, at a fifth of the speed; expat itself stops what grows
        os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")
        from openpyxl import load_workbook  # slow to start

        with _quiet(), _unmeasured():
            self._book = load_workbook(path, read_only=True, keep_links=False, rich_text=True)
        self._seen: dict[str, Seen] = {}
        self._looks: dict[int, Look] = {}

    def close(self) -> None:
        self._book.close()

    def __enter__(self) -> SecondReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def names(self) -> Mapping[str, str]:
        """The workbook's own defined names and what they refer to."""
        return {name: str(given.attr_text) for name, given in self._book.defined_names.items()}

    @property
    def states(self) -> Mapping[str, str]:
        """Each sheet with visible, hidden or veryHidden."""
        return {sheet.title: str(sheet.sheet_state) for sheet in self._book._sheets}

    def sheet(self, name: str) -> Seen | None:
        """A sheet of this name, however spelled; None where there is none."""
        found = next((s for s in self._book.worksheets if fold(s.title) == fold(name)), None)
        if found is None:
            return None
        if found.title not in self._seen:
            with _quiet() as warned:
                seen = self._look_at(found)
            unread = any("Conditional Formatting" in str(w.message) for w in warned)
            self._seen[found.title] = replace(seen, unread=unread)
        return self._seen[found.title]

    def look(self, style: int) -> Look:
        """How a cell style looks."""
        from openpyxl.cell.read_only import ReadOnlyCell

        if style not in self._looks:
            cell = ReadOnlyCell(self._book.worksheets[0], 1, 1, None, "n", style)
            font, fill = cell.font, cell.fill
            ground = self._colour(fill.fgColor) if fill.fill_type == "solid" else None
            self._looks[style] = Look(
                str(cell.number_format),
                self._colour(font.color),
                ground,
                font.name,
                font.sz,
                bool(font.strike),
            )
        return self._looks[style]

    def runs(self, cell: Cell) -> list[Look]:
        """How the pieces of a text look that have a look of their own."""
        if not isinstance(cell.value, list):
            return []
        fonts = [piece.font for piece in cell.value if hasattr(piece, "font")]
        return [
            Look(None, self._colour(f.color), None, f.rFont, f.sz, bool(f.strike))
            for f in fonts
            if f is not None
        ]

    def _look_at(self, sheet: Any) -> Seen:
        from openpyxl.worksheet._reader import WorkSheetParser

        with sheet._get_source() as source:
            parser = WorkSheetParser(
                source,
                sheet._shared_strings,
                epoch=self._book.epoch,
                date_formats=self._book._date_formats,
                timedelta_formats=self._book._timedelta_formats,
                rich_text=True,
            )
            cell = partial(tuple.__new__, Cell)  # half a million of them
            cells = {
                (c["row"], c["column"]): cell((c["value"], c["data_type"], c["style_id"]))
                for _, row in parser.parse()
                for c in row
                if c["value"] is not None or c["data_type"] == "f"
            }
        related = self._related(sheet._worksheet_path)
        view = (
            parser.views.sheetView[0] if getattr(parser, "views", None) and parser.views.sheetView else None
        )
        usual = getattr(parser, "sheet_format", None)
        merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
        return Seen(
            str(sheet.sheet_state),
            cells,
            tuple(_hidden_rows(parser, bool(usual and usual.zeroHeight))),
            tuple(_hidden_columns(parser)),
            tuple((m.min_row, m.min_col, m.max_row, m.max_col) for m in merged),
            tuple(self._rules(parser)),
            self._comments(related),
            self._tables(related),
            any(kind == "drawing" for kind, _ in related),
            bool(view and view.showZeros is False),
            bool(view and view.pane and view.pane.state == "frozen" and view.topLeftCell not in (None, "A1")),
        )

    def _related(self, part: str) -> list[tuple[str, str]]:
        """Kind (the last word of the relationship's type) and part of what a sheet refers to."""
        from openpyxl.packaging.relationship import get_dependents, get_rels_path

        rels = get_rels_path(part)
        if rels not in self._book._archive.namelist():
            return []
        return [(r.Type.rpartition("/")[2], r.target) for r in get_dependents(self._book._archive, rels)]

    def _xml(self, part: str) -> Any:
        from openpyxl.xml.functions import fromstring

        return fromstring(self._book._archive.read(part))

    def _comments(self, related: list[tuple[str, str]]) -> dict[str, str]:
        from openpyxl.comments.comment_sheet import CommentSheet

        sheets = (CommentSheet.from_tree(self._xml(part)) for kind, part in related if kind == "comments")
        return {cell: str(comment.text) for sheet in sheets for cell, comment in sheet.comments}

    def _tables(self, related: list[tuple[str, str]]) -> dict[str, str]:
        from openpyxl.worksheet.table import Table

        tables = (Table.from_tree(self._xml(part)) for kind, part in related if kind == "table")
        return {str(table.displayName): str(table.ref) for table in tables}

    def _rules(self, parser: WorkSheetParser) -> Iterator[Rule]:
        for found in parser.formatting:
            for rule in found.rules:
                bars = [b for b in (rule.dataBar, rule.iconSet) if b is not None]
                hides = any(bar.showValue is False for bar in bars)
                formulas = tuple(str(text).replace(" ", "") for text in rule.formula)
                yield Rule(str(found.sqref), self._difference(rule.dxfId), hides, formulas)

    def _difference(self, number: int | None) -> Look:
        """What a conditional format makes of a cell."""
        if number is None:
            return Look()
        found = self._book._differential_styles[number]
        font, fill = found.font, found.fill
        # a solid fill of a difference stands in bgColor
        ground = self._colour(fill.bgColor or fill.fgColor) if fill else None
        return Look(
            found.numFmt.formatCode if found.numFmt else None,
            self._colour(font.color) if font else None,
            ground,
            font.name if font else None,
            font.sz if font else None,
            bool(font and font.strike),
        )

    def _colour(self, colour: Any) -> str | None:
        """Six hexadecimal digits; None for what is the usual one."""
        from openpyxl.styles.colors import COLOR_INDEX

        if colour is None:
            return None
        if colour.type == "theme":
            base = self._theme[colour.theme] if colour.theme < len(self._theme) else BLACK
            return _tinted(base, colour.tint)
        if colour.type == "indexed":
            return COLOR_INDEX[colour.indexed][-6:] if colour.indexed < len(COLOR_INDEX) else None
        return str(colour.rgb)[-6:] if colour.type == "rgb" else None

    @cached_property
    def _theme(self) -> list[str]:
        """The theme's colours in the order in which cells count them: light before dark."""
        if not self._book.loaded_theme:
            return [WHITE, BLACK]
        scheme = ElementTree.fromstring(self._book.loaded_theme).find(f".//{_THEME}clrScheme")
        found = [next(iter(e)) for e in scheme] if scheme is not None else []
        colours = [str(e.get("lastClr") or e.get("val", BLACK)) for e in found]
        return [*colours[1::-1], *colours[3:1:-1], *colours[4:]] or [WHITE, BLACK]


def _hidden_rows(parser: WorkSheetParser, all_of_them: bool) -> Iterator[int]:
    """The rows that are hidden or too low to show anything; `all_of_them` unless a row says otherwise."""
    for number, given in parser.row_dimensions.items():
        hidden = given.get("hidden", "1" if all_of_them and "ht" not in given else "0")
        if hidden in ("1", "true") or float(given.get("ht", 15)) < _SMALLEST * 10:
            yield int(number)


def _hidden_columns(parser: WorkSheetParser) -> Iterator[int]:
    for given in parser.column_dimensions.values():
        if given.get("hidden") in ("1", "true") or float(given.get("width", 10)) < _SMALLEST:
            yield from range(int(given["min"]), min(int(given["max"]), 16_384) + 1)


def _tinted(colour: str, tint: float) -> str:
    """A colour made lighter (towards 1) or darker (towards -1)."""
    parts = [int(colour[k : k + 2], 16) for k in (0, 2, 4)]
    lighter = [round(p + (255 - p) * tint) if tint > 0 else round(p * (1 + tint)) for p in parts]
    return "".join(f"{p:02X}" for p in lighter)


@contextmanager
def _quiet() -> Iterator[list[warnings.WarningMessage]]:
    """openpyxl warns of every extension that it does not read: of what it warned."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield warned


@contextmanager
def _unmeasured() -> Iterator[None]:
    """Sheets that do not say how large they are would be read once for that alone, which nobody asks here."""
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    measure = ReadOnlyWorksheet._get_size
    ReadOnlyWorksheet._get_size = lambda _: None
    try:
        yield
    finally:
        ReadOnlyWorksheet._get_size = measure
