"""Edits a workbook package in memory: sheets' tables, single cells, tables' ranges, missing sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

from kongjian.base.errors import KongjianError
from kongjian.base.grid import column_number, letter
from kongjian.base.text import fold
from kongjian.xlsx import fill_marks, new_sheet
from kongjian.xlsx.fill_marks import Mark
from kongjian.xlsx.package import Package, relationships_part, resolve
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.sheet_part import SheetPart, with_prefix
from kongjian.xlsx.strings import EMPTY, SharedStrings, escape
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, SUBTITLE_ROW, OutputSheet
from kongjian.xlsx.table_rows import cell_content, table_rows
from kongjian.xlsx.text_heights import ONE_LINE, row_height

_NAME = re.compile(rb"<(?:\w+:)?definedName\b([^>]*)>([^<]*)</(?:\w+:)?definedName>")
_TABLE_REF = re.compile(r'(<(?:\w+:)?table\b[^>]*?\sref=")([A-Z]+)(\d+):([A-Z]+)(\d+)(")')
_TABLE_END = re.compile(r'(<(?:\w+:)?table\b[^>]*?\sref="[A-Z]+\d+:[A-Z]+)\d+(")')
_FILTER_END = re.compile(r'(<(?:\w+:)?autoFilter\b[^>]*?\sref="[A-Z]+\d+:[A-Z]+)\d+(")')
_AUTO_FILTER = re.compile(r"<((?:\w+:)?)autoFilter\b[^>]*?(?:/>|>.*?</(?:\w+:)?autoFilter>)", re.DOTALL)
_SORT_STATE = re.compile(r"<(?:\w+:)?sortState\b[^>]*?(?:/>|>.*?</(?:\w+:)?sortState>)", re.DOTALL)
_TOTALS = re.compile(r'\stotalsRowCount="\d*"')
_BEFORE_CALC = re.compile(rb"</((?:\w+:)?)(?:sheets|functionGroups|externalReferences|definedNames)>")
_CALC = re.compile(rb"<(?:\w+:)?calcPr\b[^>]*?/?>")


class Edit:
    """Changes to one package; nothing is written before `save`."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.parts = Parts(package)
        self._sheets: dict[str, SheetPart] = {}
        self._sheet_parts = dict(package.sheets)
        self._strings_part = self.parts.related("sharedStrings")
        self.strings = SharedStrings(package.read(self._strings_part) if self._strings_part else EMPTY)
        self._names = self._defined_names()

    def sheet_name(self, sheet: str) -> str | None:
        return next((n for n in self._sheet_parts if fold(n) == fold(sheet)), None)

    def sheet(self, name: str) -> SheetPart:
        """A worksheet, taken apart once."""
        if name not in self._sheets:
            self._sheets[name] = SheetPart(self.parts.part(self._sheet_parts[name]), name)
        return self._sheets[name]

    def put_name(self, name: str, value: object) -> None:
        """A value into the cell that a defined name points to; nothing where staff deleted the name."""
        place = self._names.get(name)
        if place is not None:
            sheet, column, row = place
            self.sheet(sheet).put(row, column, cell_content(value, self.strings))  # type: ignore[arg-type]

    def put_block(self, name: str, values: list[list[float]]) -> None:
        """Numbers into the cells from the first cell of a named area on."""
        place = self._names.get(name)
        if place is not None:
            sheet, column, row = place
            for i, line in enumerate(values):
                for k, value in enumerate(line):
                    self.sheet(sheet).put(row + i, column + k, cell_content(value, self.strings))

    def put_table(
        self, spec: OutputSheet, frame: Mapping[str, Any], subtitle: str, yes_no: frozenset[str]
    ) -> None:
        """Rebuilds one output sheet's table; the sheet is made when it is not there."""
        name = self.sheet_name(spec.sheet)
        if name is None:
            name = spec.sheet
            self._sheet_parts[name] = new_sheet.add_sheet(self.parts, self.strings, spec)
        part = self.sheet(name)
        table = self._table_named(name, spec.table)
        stale = 0
        if table is None:  # staff deleted it, or made a plain range of it
            stale = part.last_of_block(FIRST_ROW)
            table = new_sheet.add_table(self.parts, self._sheet_parts[name], part, spec)
        header_row, first_column, old_last_row = self._table_place(table)
        old_last_row = max(old_last_row, stale)
        width = len(spec.columns)
        self._refuse_notes(table, part, spec)
        letters = [letter(first_column + k) for k in range(width)]
        styles = [part.style(header_row + 1, first_column + k) for k in range(width)]
        columns = [(c.name, c.kind) for c in spec.columns]
        rows = table_rows(frame, columns, letters, styles, header_row + 1, self.strings, yes_no)
        heights = _heights(spec, frame, header_row + 1)
        part.replace_table(
            header_row,
            first_column,
            width,
            old_last_row,
            [with_prefix(r, part.prefix) for r in rows],
            heights,
        )
        for k, column in enumerate(spec.columns):
            part.put(header_row, first_column + k, cell_content(column.name, self.strings))
        if header_row == HEADER_ROW:
            part.put(SUBTITLE_ROW, 1, cell_content(subtitle, self.strings))
        self._fit_table(table, spec, header_row, first_column, header_row + len(rows))

    def _refuse_notes(self, table: str, part: SheetPart, spec: OutputSheet) -> None:
        """A table of an older edition that has to grow to the right must not run over what staff wrote there."""
        found = _TABLE_REF.search(self.parts.text(table))
        assert found is not None
        first, last = column_number(found[4]) + 1, column_number(found[2]) + len(spec.columns) - 1
        if taken := part.first_filled(int(found[3]), first, last):
            raise KongjianError(
                f"工作表“{part.name}”的{taken}有您自己写的内容，结果表现在要用到{letter(last)}列；"
                f"请把它移到{letter(last)}列右边再算"
            )

    def extend_table(self, sheet: str, table: str, last_row: int) -> None:
        """Lets an input table reach down to this row; its columns and its filter's choices stay as they are.

        Nothing where staff made a plain range of it. Raises KongjianError where it ends in a row of totals.
        """
        part = self._table_named(sheet, table)
        if part is None or self._table_place(part)[2] >= last_row:
            return
        xml = self.parts.text(part)
        if _TOTALS.search(xml) and 'totalsRowCount="0"' not in xml:
            raise KongjianError(totals_row(sheet))

        def lower(ref: re.Match[str]) -> str:
            return f"{ref[1]}{last_row}{ref[2]}"

        xml = _TABLE_END.sub(lower, xml, count=1)
        self.parts.set_part(part, _FILTER_END.sub(lower, xml, count=1).encode())

    def put_links(self, spec: OutputSheet, column: str, links: list[tuple[int, str]]) -> None:
        """Links from the rows of a table's column (0-based row, place) to places in the workbook."""
        name = self.sheet_name(spec.sheet)
        assert name is not None
        table = self._table_named(name, spec.table)
        header_row, first_column, _ = self._table_place(table) if table else (HEADER_ROW, 1, 0)
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
        parts = {name: self._sheet_parts[found] for name in marks if (found := self.sheet_name(name))}
        fills: dict[str, int] = {}
        for part in parts.values():
            fills.update(fill_marks.levels_of(self.parts.part(part), colours))
        if any(marks.values()) and set(fills) != set(colours):
            fills = self._add_fills(colours)
        for name, part in parts.items() if fills else ():
            old = self.parts.part(part)
            new = fill_marks.with_marks(old, marks[name], fills)
            if new != old:
                self.parts.set_part(part, new)

    def _add_fills(self, colours: Mapping[str, str]) -> dict[str, int]:
        """Our fills in a workbook that has none yet; {} where it has no styles at all."""
        part = self.parts.related("styles")
        if not part:
            return {}
        styles, fills = fill_marks.with_fills(self.parts.part(part), colours)
        self.parts.set_part(part, styles)
        return fills

    def _spelled(self, place: str) -> str:
        """A place whose sheet is named as this workbook spells it."""
        sheet, _, cell = place.rpartition("!")
        name = self.sheet_name(sheet.strip("'"))
        return f"'{name}'!{cell}" if name else place

    def save(self, target: Path) -> None:
        """Writes the edited workbook, whole or not at all."""
        for name, sheet in self._sheets.items():
            self.parts.set_part(self._sheet_parts[name], sheet.bytes())
        self._save_strings()
        if any(p.lost_formulas for p in self._sheets.values()):
            self._drop_calculation_chain()
        if self._has_formulas():
            self._recalculate_on_load()
        self.parts.save(target)

    def _defined_names(self) -> dict[str, tuple[str, int, int]]:
        """Workbook-level names that point to a cell or area: name → sheet, first column, first row."""
        out = {}
        for attributes, text in _NAME.findall(self._package.read(self._package.workbook)):
            name = re.search(rb'\bname="([^"]+)"', attributes)
            place = re.match(r"(?:'(.+)'|([^'!]+))!\$([A-Z]+)\$(\d+)", unescape(text.decode()))
            if name and place and b"localSheetId" not in attributes:
                sheet = (place[1] or place[2]).replace("''", "'")
                if sheet in self._sheet_parts:
                    out[name[1].decode()] = (sheet, column_number(place[3]), int(place[4]))
        return out

    def _table_named(self, sheet: str, table: str) -> str | None:
        """The part of the sheet's table of this name."""
        part = self._sheet_parts[sheet]
        rels = relationships_part(part)
        if not self.parts.taken(rels):
            return None
        targets = re.findall(r'Target="([^"]+)"', self.parts.text(rels))
        for target in targets:
            if "table" in target.lower():
                name = resolve(part, target)
                if self.parts.taken(name) and re.search(
                    rf'\bdisplayName="{re.escape(table)}"', self.parts.text(name), re.IGNORECASE
                ):
                    return name
        return None

    def _table_place(self, table: str) -> tuple[int, int, int]:
        """Header row, first column and last row of a table."""
        found = _TABLE_REF.search(self.parts.text(table))
        if found is None:
            raise self._package.damaged(table)
        return int(found[3]), column_number(found[2]), int(found[5])

    def _fit_table(
        self, table: str, spec: OutputSheet, header_row: int, first_column: int, last_row: int
    ) -> None:
        """Range, filter and columns of a table as the new rows need them; a filter's choices are cleared."""
        xml = _TOTALS.sub("", self.parts.text(table))
        last = letter(first_column + len(spec.columns) - 1)
        ref = f"{letter(first_column)}{header_row}:{last}{last_row}"
        found = _TABLE_REF.search(xml)
        assert found is not None
        xml = f"{xml[: found.start()]}{found[1]}{ref}{found[6]}{xml[found.end() :]}"
        xml = _AUTO_FILTER.sub(lambda m: f'<{m[1]}autoFilter ref="{ref}"/>', xml, count=1)
        xml = _SORT_STATE.sub("", xml)
        names = re.findall(r'<(?:\w+:)?tableColumn\b[^>]*?\bname="([^"]*)"', xml)
        if names != [escape(n) for n in spec.names]:
            xml = re.sub(
                r"<((?:\w+:)?)tableColumns\b.*?</(?:\w+:)?tableColumns>",
                lambda m: new_sheet.table_columns(spec, m[1]),
                xml,
                count=1,
                flags=re.DOTALL,
            )
        self.parts.set_part(table, xml.encode())

    def _save_strings(self) -> None:
        if not self._strings_part:
            folder = self._package.workbook.rpartition("/")[0]
            self._strings_part = f"{folder}/sharedStrings.xml" if folder else "sharedStrings.xml"
            self.parts.add_relationship(self._package.workbook, "sharedStrings", self._strings_part)
            self.parts.add_content_type(self._strings_part, "sharedStrings")
        self.parts.set_part(self._strings_part, self.strings.xml())

    def _drop_calculation_chain(self) -> None:
        """A list of formula cells that names cells we replaced would make Excel repair the file."""
        for part in self._package.related(self._package.workbook, "calcChain"):
            self.parts.remove(part, "calcChain")

    def _has_formulas(self) -> bool:
        """Whether any cell holds a formula: it may read a result, and its stored value is of before."""
        return any(_holds_formula(self.parts.part(part)) for part in self._sheet_parts.values())

    def _recalculate_on_load(self) -> None:
        """Asks Excel to work out the user's own formulas when it opens the file."""
        xml = self.parts.part(self._package.workbook)
        if found := _CALC.search(xml):
            kept = re.sub(rb'\sfullCalcOnLoad="[^"]*"', b"", found[0])
            end = b"/>" if kept.endswith(b"/>") else b">"
            kept = kept[: -len(end)].rstrip() + b' fullCalcOnLoad="1"' + end
            self.parts.set_part(self._package.workbook, xml[: found.start()] + kept + xml[found.end() :])
        elif places := list(_BEFORE_CALC.finditer(xml)):
            at = places[-1].end()
            asked = b"<" + places[-1][1] + b'calcPr fullCalcOnLoad="1"/>'
            self.parts.set_part(self._package.workbook, xml[:at] + asked + xml[at:])


def totals_row(sheet: str) -> str:
    """What is said of an input table to which no row can be added."""
    return f"工作表“{sheet}”的表格末尾有汇总行；请取消汇总行（表设计-汇总行）再试"


def _heights(spec: OutputSheet, frame: Mapping[str, Any], first_row: int) -> dict[int, float]:
    """The rows whose wrapped texts need more than one line; not every program grows them by itself."""
    out: dict[int, float] = {}
    for column in (c for c in spec.columns if c.wraps and c.name in frame):
        texts = frame[column.name].tolist()
        # most texts are short enough for one line however wide their characters are
        long = {t for t in texts if 2 * len(t) > column.width - 1 or "\n" in t}
        known = {text: row_height([(text, column.width)]) for text in long}
        for row, text in enumerate(texts, start=first_row) if long else ():
            if known.get(text, ONE_LINE) > ONE_LINE:
                out[row] = max(known[text], out.get(row, 0.0))
    return out


def _holds_formula(xml: bytes) -> bool:
    """Looks for <f> or <f …> (not <formula1>) without taking the sheet apart."""
    plain = b"<worksheet" in xml[:1000]
    return re.search(rb"<f[ />]" if plain else rb":f[ />]", xml) is not None
