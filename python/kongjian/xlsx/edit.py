"""Edits a workbook package in memory: sheets' tables, single cells, tables' ranges, missing sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from operator import add
from pathlib import Path
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.base.grid import letter
from kongjian.base.text import fold
from kongjian.xlsx import fill_marks
from kongjian.xlsx.defined_names import text_name
from kongjian.xlsx.fill_marks import Mark
from kongjian.xlsx.moved_columns import looks_of
from kongjian.xlsx.new_sheet import add_sheet
from kongjian.xlsx.package import Package
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.sheet_part import SheetPart
from kongjian.xlsx.strings import BLANK
from kongjian.xlsx.styles import StylesPart
from kongjian.xlsx.table_parts import (
    FIRST_ROW,
    HEADER_ROW,
    SUBTITLE_ROW,
    TITLE_ROW,
    OutputSheet,
    TablePart,
    add_table,
    find_table,
)
from kongjian.xlsx.table_rows import cell_content, row_heights, table_rows
from kongjian.xlsx.xml_text import with_prefix

_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData\b")


class Edit:
    """Changes to one package; nothing is written before `save`."""

    def __init__(self, package: Package) -> None:
        self.parts = Parts(package)
        self.strings = self.parts.strings()
        self.styles = StylesPart(self.parts)
        self._sheets: dict[str, SheetPart] = {}
        self._settled: dict[str, int] = {}  # by sheet the formulas that hold what they give now
        self._lost_formulas = False
        self._places = {
            n.name: (n.sheet, n.area)
            for n in self.parts.defined_names()
            if n.local is None and n.area and n.sheet in package.sheets
        }

    def _finish(self, name: str, sheet: SheetPart) -> None:
        self._lost_formulas |= sheet.lost_formulas
        self.parts.finish_part(self.parts.sheets[name], sheet.bytes())

    def sheet_name(self, sheet: str) -> str | None:
        return next((n for n in self.parts.sheets if fold(n) == fold(sheet)), None)

    def sheet(self, name: str) -> SheetPart:
        """A worksheet, taken apart once."""
        if name not in self._sheets:
            self._sheets[name] = SheetPart(self.parts.part(self.parts.sheets[name]), name)
        return self._sheets[name]

    def above_cells(self, name: str) -> str:
        """What a worksheet's part says above its cells."""
        if name in self._sheets:
            return self._sheets[name].head
        xml = self.parts.part(self.parts.sheets[name])
        return xml[: _cells_at(xml)].decode(errors="surrogateescape")

    def put_above_cells(self, name: str, head: str) -> None:
        """The same changed; the cells stay byte for byte."""
        if name in self._sheets:
            self._sheets[name].head = head
            return
        xml = self.parts.part(self.parts.sheets[name])
        self.parts.set_part(
            self.parts.sheets[name], head.encode(errors="surrogateescape") + xml[_cells_at(xml) :]
        )

    def put_text_name(self, name: str, text: str) -> None:
        """A defined name that carries a text, in place of any of the workbook's with the same name."""
        others = [n for n in self.parts.defined_names() if n.name != name or n.local is not None]
        self.parts.set_names([*others, text_name(name, text)])

    def put_name(self, name: str, value: object) -> None:
        """A value into the cell that a defined name points to; nothing where staff deleted the name."""
        self.put_block(name, [[value]])

    def put_block(self, name: str, values: Sequence[Sequence[Any]]) -> None:
        """Values into the cells from the first cell of a named area on; an area of several rows takes no more than it has."""
        if name in self._places:
            sheet, (top, left, bottom, _) = self._places[name]
            for row, line in enumerate(values[: bottom - top + 1] if bottom > top else values, start=top):
                cells = [(left + k, cell_content(value, self.strings), None) for k, value in enumerate(line)]
                self.sheet(sheet).put_cells(row, cells)

    def put_named_formulas(self, name: str, contents: Sequence[str]) -> None:
        """Formulas that hold what they give now, side by side from the first cell of a named area on."""
        if name in self._places:
            sheet, (row, left, *_) = self._places[name]
            self.put_formulas(sheet, [(row, left + k, content) for k, content in enumerate(contents)])

    def text_of(self, name: str) -> str:
        """The text in the cell that a defined name points to, "" for none."""
        if name not in self._places:
            return ""
        sheet, (row, column, *_) = self._places[name]
        return self.strings.text_of(self.sheet(sheet).cell(row, column))

    def put_table(
        self,
        spec: OutputSheet,
        frame: Mapping[str, Any],
        subtitle: str,
        yes_no: frozenset[str],
        folded: int | None = None,
    ) -> None:
        """Rebuilds one output sheet's table; the sheet is made when it is not there.

        From the row `folded` (from 0) on the rows are one outline group, collapsed.
        """
        part, table, last_row = self._table_of(spec)
        _refuse_notes(table, part, spec)
        header_row, first_column, width = table.header_row, table.first_column, len(spec.columns)
        letters = [letter(first_column + k) for k in range(width)]
        old = table.names
        looks = looks_of(old, spec.columns)
        styles, heads = (
            part.styles(header_row + below, [first_column + k for k in looks or range(width)])
            for below in (1, 0)
        )
        if looks:
            part.move_columns(first_column, looks, len(old))
        rows = table_rows(frame, spec.names, letters, styles, header_row + 1, self.strings, yes_no)
        part.replace_table(
            header_row,
            first_column,
            max(width, len(old)),
            last_row,
            [with_prefix(r, part.prefix) for r in rows],
            row_heights(spec, frame, header_row + 1),
            None if folded is None else header_row + 1 + folded,
        )
        names = [cell_content(column, self.strings) for column in spec.names]
        gone = [(BLANK, 0)] * (len(old) - width)
        header = enumerate([*zip(names, heads, strict=True), *gone], start=first_column)
        part.put_cells(header_row, [(column, content, style) for column, (content, style) in header])
        if header_row == HEADER_ROW:
            part.put(SUBTITLE_ROW, 1, cell_content(subtitle, self.strings))
        table.fit(spec, header_row + len(rows))

    def _table_of(self, spec: OutputSheet) -> tuple[SheetPart, TablePart, int]:
        """An output sheet's part and table, made where there are none, and the last row of what is to be replaced."""
        name = self.sheet_name(spec.sheet)
        if name is None:
            name = spec.sheet
            add_sheet(self.parts, self.styles, self.strings, spec)
        part = self.sheet(name)
        if table := find_table(self.parts, self.parts.sheets[name], spec.table):
            return part, table, table.last_row
        stale = part.last_of_block(FIRST_ROW)  # staff deleted the table, or made a plain range of it
        table = add_table(self.parts, self.parts.sheets[name], part, spec)
        return part, table, max(table.last_row, stale)

    def table_left(self, sheet: str, table: str) -> int:
        """The first column of a table, 1 where there is none."""
        found = find_table(self.parts, self.parts.sheets[sheet], table)
        return found.first_column if found else 1

    def put_tables(
        self,
        name: str,
        title: str,
        subtitle: str,
        tables: Sequence[tuple[OutputSheet, Mapping[str, Any]]],
        cells: Sequence[tuple[int, int, str]],
    ) -> None:
        """Rebuilds a whole sheet that only programs write: tables side by side, each where it stands, in their order.

        Further cells (row, column, content) stand right of the last table. Nothing is written where a table is gone.
        """
        found = [find_table(self.parts, self.parts.sheets[name], spec.table) for spec, _ in tables]
        places = [place for place in found if place is not None]
        if len(places) < len(tables):
            return
        above: dict[int, str] = dict.fromkeys((TITLE_ROW, SUBTITLE_ROW, HEADER_ROW), "")
        above[TITLE_ROW] = _cell(TITLE_ROW, 1, cell_content(title, self.strings))
        above[SUBTITLE_ROW] = _cell(SUBTITLE_ROW, 1, cell_content(subtitle, self.strings))
        body: list[str] = []
        for (spec, frame), place in zip(tables, places, strict=True):
            letters = [letter(place.first_column + k) for k in range(len(spec.columns))]
            for k, column in enumerate(spec.names):
                content = cell_content(column, self.strings)
                above[HEADER_ROW] += _cell(HEADER_ROW, place.first_column + k, content)
            rows = table_rows(
                frame, spec.names, letters, [0] * len(letters), FIRST_ROW, self.strings, filled_only=True
            )
            both = min(len(rows), len(body))
            body[:both] = map(add, body[:both], rows)
            body += rows[both:]
            place.fit(spec, HEADER_ROW + len(rows))
        body += [""] * (max((row for row, *_ in cells), default=0) - HEADER_ROW - len(body))
        for row, beside, content in cells:
            body[row - FIRST_ROW] += _cell(row, beside, content)
        part = self.sheet(name)
        part.replace_all([*above.values(), *body])
        self._settled[name] = _formulas_in(cells)
        self._finish(name, self._sheets.pop(name))

    def put_formulas(self, name: str, cells: Sequence[tuple[int, int, str]]) -> None:
        """Cells (row, column, content) of a sheet whose formulas all hold what they give now."""
        rows: dict[int, list[tuple[int, str, int | None]]] = {}
        for row, column, content in cells:
            rows.setdefault(row, []).append((column, content, None))
        for row, its in rows.items():
            self.sheet(name).put_cells(row, its)
        self._settled[name] = _formulas_in(cells)

    def extend_table(self, sheet: str, table: str, last_row: int) -> None:
        """Lets an input table reach down to this row; nothing where staff made a plain range of it."""
        if found := find_table(self.parts, self.parts.sheets[sheet], table):
            found.extend(sheet, last_row)

    def remove_rows(self, sheet: str, table: str, header_row: int, first_row: int, last_row: int) -> None:
        """Takes out the last rows of an input table, which keeps one blank row where none is left."""
        self.sheet(sheet).remove_rows(first_row, last_row)
        if found := find_table(self.parts, self.parts.sheets[sheet], table):
            found.shrink(max(first_row - 1, header_row + 1))

    def put_links(self, spec: OutputSheet, column: str, links: list[tuple[int, str]]) -> None:
        """Links from the rows of a table's column (0-based row, place) to places in the workbook."""
        name = self.sheet_name(spec.sheet)
        assert name is not None
        table = find_table(self.parts, self.parts.sheets[name], spec.table)
        header_row, first_column = (table.header_row, table.first_column) if table else (HEADER_ROW, 1)
        letters = letter(first_column + spec.names.index(column))
        self.sheet(name).replace_links(
            [(f"{letters}{header_row + 1 + i}", self._spelled(place)) for i, place in links],
            header_row,
            first_column,
            first_column + len(spec.columns) - 1,
        )

    def put_marks(self, marks: Mapping[str, Sequence[Mark]], colours: Mapping[str, str]) -> None:
        """The fills of cells to look at, by sheet; those of before go. Nothing else of a sheet changes.

        `colours` are those of the levels, six hexadecimal digits each.
        """
        sheets = {name: self.parts.sheets[found] for name in marks if (found := self.sheet_name(name))}
        fills: dict[str, int] = {}
        for part in sheets.values():
            own = fill_marks.levels_of(self.parts.part(part), colours)
            # earlier editions filled all levels like the first
            fills |= own if len(set(own.values())) == len(own) else {}
        if any(marks.values()) and set(fills) != set(colours):
            fills = self.styles.add_fills(colours) if self.styles else {}
        for name, part in sheets.items() if fills else ():
            old = self.parts.part(part)
            new = fill_marks.with_marks(old, marks[name], fills)
            if new != old:
                self.parts.finish_part(part, new)

    def _spelled(self, place: str) -> str:
        """A place whose sheet is named as this workbook spells it."""
        sheet, _, cell = place.rpartition("!")
        name = self.sheet_name(sheet.strip("'"))
        return f"'{name}'!{cell}" if name else place

    def save(
        self,
        target: Path,
        keep: Callable[[Path], None] = lambda _: None,
        verify: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """Writes the edited workbook, whole or not at all; `keep` and `verify` see Package.save."""
        for name, sheet in self._sheets.items():
            self._finish(name, sheet)
        self.parts.put_strings(self.strings)
        if self._lost_formulas:
            self.parts.drop_calculation_chain()
        # any other formula may read a result, and its stored value is of before
        if any(
            _formulas(self.parts.part(part)) > self._settled.get(n, 0)
            for n, part in self.parts.sheets.items()
        ):
            self.parts.calculate_on_load()
        self.parts.save(target, keep=keep, verify=verify)


def _refuse_notes(table: TablePart, part: SheetPart, spec: OutputSheet) -> None:
    """A table of an older edition that has to grow to the right must not run over what staff wrote there."""
    last = table.first_column + len(spec.columns) - 1
    if taken := part.first_filled(table.header_row, table.last_column + 1, last):
        raise KongjianError(
            f"工作表“{part.name}”的{taken}有您自己写的内容，结果表现在要用到{letter(last)}列；"
            f"请把它移到{letter(last)}列右边再算"
        )


def _cells_at(xml: bytes) -> int:
    found = _SHEET_DATA.search(xml)
    return found.start() if found else 0


def _cell(row: int, column: int, content: str) -> str:
    return f'<c r="{letter(column)}{row}"{content}'


def _formulas_in(cells: Sequence[tuple[int, int, str]]) -> int:
    return sum("<f>" in content for _, _, content in cells)


def _formulas(xml: bytes) -> int:
    """How often there is <f> or <f …> (not <formula1>), without taking the sheet apart."""
    plain = b"<worksheet" in xml[:1000]
    return len(re.findall(rb"<f[ />]" if plain else rb":f[ />]", xml))
