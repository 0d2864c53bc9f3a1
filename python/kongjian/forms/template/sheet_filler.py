"""One worksheet of a template, filled: rows of lists come once for each item, everything below moves down."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from kongjian.base.grid import cell_number, letter
from kongjian.engine.frame import Frame
from kongjian.forms.template import placeholders
from kongjian.forms.template.placeholders import SIDES, Context, Formula, Placeholder
from kongjian.forms.template.sheet_template import MarkedCell, SheetTemplate
from kongjian.xlsx.cell_xml import column_of, row_and_column, tag
from kongjian.xlsx.references import RowMap
from kongjian.xlsx.sheet_part import ORDER
from kongjian.xlsx.strings import SharedStrings
from kongjian.xlsx.text_heights import HIGHEST, Sizes, height_needed, too_wide

_CELL, _FORMULA = tag("c"), tag("f")
# what the schema wants in front of a sheet's merged areas
_BEFORE_MERGES = frozenset(ORDER[: ORDER.index("mergeCells")])


@dataclass(frozen=True)
class Note:
    """What the writer of a form should look at: a cell and what is odd about it."""

    sheet: str
    cell: str
    text: str


@dataclass
class Filled:
    """A filled worksheet, its references not yet moved."""

    root: etree._Element
    rows: RowMap
    moved: list[tuple[etree._Element, int, int]] = field(default_factory=list)
    """Formulas of cells with their row before and now."""
    given: list[tuple[etree._Element, int]] = field(default_factory=list)
    """Formulas that came as values with marks in them, and their row now."""
    places: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Where each mark's values are now: column, first row, last row."""
    notes: list[Note] = field(default_factory=list)


def fill(template: SheetTemplate, context: Context, strings: SharedStrings) -> Filled:
    """The sheet with a context's values. Every placeholder must be known to the context."""
    root = template.copy()
    work = _Filling(template, root, context, strings)
    for row in list(root.find(tag("sheetData"))):
        work.row(row)
    return work.finish()


class _Filling:
    """One filling of one sheet, row by row."""

    def __init__(
        self, template: SheetTemplate, root: etree._Element, context: Context, strings: SharedStrings
    ) -> None:
        self._template = template
        self._context = context
        self._strings = strings
        self._root = root
        self._sizes = Sizes(root)
        self._shift = 0
        self._counts: dict[int, int] = {}
        self._merges: list[str] = []
        self._filled = Filled(root, RowMap())

    def row(self, row: etree._Element) -> None:
        """Fills one row of the template, or puts its copies in its place."""
        number = int(row.get("r"))
        cells = self._template.marked(number)
        lists = placeholders.columns_of(p for cell in cells for p in cell.placeholders)
        if not lists:
            self._settle(row, number, number + self._shift)
            self._write(row, cells, lambda p: self._context[p.name], number)
            return
        name = lists.pop()
        items = self._context[name]
        assert isinstance(items, Frame)
        two = any(p.side for cell in cells for p in cell.placeholders)
        half = (items.height + 1) // 2
        count = max(half if two else items.height, 1)
        pattern = copy.deepcopy(row)
        copies = [row, *(copy.deepcopy(pattern) for _ in range(count - 1))]
        parent, at = row.getparent(), row.getparent().index(row)
        for k, one in enumerate(copies):
            if k:
                parent.insert(at + k, one)
            self._settle(one, number, number + self._shift + k)
            self._write(one, cells, lambda p, k=k: self._item(items, p, k, half), number)
        self._counts[number] = count
        self._join_equals(copies, cells, items, number, two)
        self._shift += count - 1

    def _item(self, items: Frame, p: Placeholder, k: int, half: int) -> Any:
        """An item's value; single values may stand in the same row."""
        if not p.items:
            return self._context[p.name]
        index = k + half if p.side == SIDES[1] else k
        return items[p.name][index] if index < items.height else None

    def _settle(self, row: etree._Element, before: int, now: int) -> None:
        """Numbers a row and its cells anew and remembers its formulas."""
        row.set("r", str(now))
        row.attrib.pop("spans", None)
        for c in row.iterfind(_CELL):
            if before != now:
                c.set("r", f"{letter(column_of(c))}{now}")
            f = c.find(_FORMULA)
            if f is not None:
                self._filled.moved.append((f, before, now))
                for stale in c.findall(tag("v")):  # the value of before
                    c.remove(stale)
                c.attrib.pop("t", None)

    def _write(self, row: etree._Element, cells: Sequence[MarkedCell], value_of: Any, number: int) -> None:
        found = {column_of(c): c for c in row.iterfind(_CELL)} if cells else {}
        texts: dict[str, str] = {}
        for cell in cells:
            values = {p.shown: value_of(p) for p in cell.placeholders}
            value = placeholders.render(cell.text, values)
            c = found[cell.column]
            put_value(c, value, self._strings)
            if isinstance(value, Formula) and "{{" in value.text:
                self._filled.given.append((c.find(tag("f")), int(row.get("r"))))
            if isinstance(value, str) and not _merging(cell):
                self._fit(row, c, value, number)
            texts[letter(cell.column)] = value if isinstance(value, str) else ""
        for f in list(row.iter(tag("f"))):
            if mirrored := re.fullmatch(rf"([A-Z]+){number}", f.text or ""):
                # a cell that does nothing but name another one of its row is there for the row to grow with that text
                row.attrib.pop("customHeight", None)
                text = texts.get(mirrored[1], "")
                etree.SubElement(f.getparent(), tag("v")).text = (
                    text or "0"
                )  # as Excel has it for a blank cell
                if text:
                    f.getparent().set("t", "str")

    def _fit(self, row: etree._Element, c: etree._Element, text: str, number: int) -> None:
        """Makes the row as high as its text needs; what does not fit however high is noted."""
        column = column_of(c)
        last_row, last_column = self._template.last_cell(number, column)
        style, width = self._template.style(c), self._sizes.width(column, last_column)
        if too_wide(text, width, style):
            self._note(c, f"“{text[:20]}”比格子宽，打印时会被挡住；请在模板里把这一格设成自动换行或加宽")
            return
        others = sum(
            self._sizes.height(r)
            for r in row.itersiblings(tag("row"))
            if number < int(r.get("r")) <= last_row  # rows below still have the template's numbers
        )
        needed = height_needed(text, width, style) - others
        if needed > HIGHEST:
            self._note(c, f"文字有{len(text)}个字，一页放不下，后面的部分打印不出来；请缩短或在模板里加高")
        if needed > self._sizes.height(row):
            row.set("ht", f"{min(needed, HIGHEST):.4g}")
            row.set("customHeight", "1")

    def _note(self, c: etree._Element, text: str) -> None:
        self._filled.notes.append(Note(self._template.name, c.get("r"), text))

    def _join_equals(
        self, copies: list[etree._Element], cells: Sequence[MarkedCell], items: Frame, number: int, two: bool
    ) -> None:
        """Merged areas of a repeated row: one in each copy, or one over equal neighbours of a |合并 column."""
        joined = set()
        for cell in cells:
            mark = next((p for p in cell.placeholders if p.merge and p.items), None)
            if mark is None or two:
                continue
            joined.add(cell.column)
            _, last_column = self._template.last_cell(number, cell.column)
            for first, last in _runs(items[mark.name].tolist()):
                self._fit_joined(copies[first : last + 1], cell.column, items[mark.name][first], number)
                top, bottom = copies[first].get("r"), copies[last].get("r")
                if (top, cell.column) != (bottom, last_column):
                    self._merges.append(f"{letter(cell.column)}{top}:{letter(last_column)}{bottom}")
                for row in copies[first + 1 : last + 1]:
                    put_value(next(c for c in row if column_of(c) == cell.column), None, self._strings)
        for first, last in self._template.merged_in_row(number):
            if first not in joined:
                self._merges += [f"{letter(first)}{r.get('r')}:{letter(last)}{r.get('r')}" for r in copies]

    def _fit_joined(self, rows: list[etree._Element], column: int, value: Any, number: int) -> None:
        """Makes the first of the rows that share one cell higher where the text needs it."""
        c = next(c for c in rows[0] if column_of(c) == column)
        width = self._sizes.width(column, self._template.last_cell(number, column)[1])
        have = sum(self._sizes.height(r) for r in rows)
        needed = height_needed(placeholders.words(value), width, self._template.style(c))
        if needed > have:
            height = self._sizes.height(rows[0]) + needed - have
            rows[0].set("ht", f"{min(height, HIGHEST):.4g}")
            rows[0].set("customHeight", "1")

    def finish(self) -> Filled:
        """The filled sheet with its merged areas and places where they belong now."""
        rows = self._filled.rows = RowMap(self._counts)
        for row, column, _, found in self._template.marks():
            for p in found:
                self._filled.places.setdefault(p.shown, (column, rows.first(row), rows.last(row)))
        for stale in self._root.findall(tag("dimension")):
            self._root.remove(stale)
        block = self._root.find(tag("mergeCells"))
        if block is not None:
            for m in list(block):
                first, _, last = m.get("ref").partition(":")
                if (
                    row_and_column(first)[0] == row_and_column(last or first)[0]
                    and row_and_column(first)[0] in self._counts
                ):
                    block.remove(m)
                else:
                    m.set("ref", rows.area(m.get("ref")))
        elif self._merges:
            block = etree.Element(tag("mergeCells"))
            before = [e for e in self._root if etree.QName(e).localname in _BEFORE_MERGES]
            before[-1].addnext(block)
        for ref in self._merges:
            etree.SubElement(block, tag("mergeCell"), ref=ref)
        if block is not None:
            block.set("count", str(len(block)))
            if not len(block):
                self._root.remove(block)
        return self._filled


def _merging(cell: MarkedCell) -> bool:
    return any(p.merge and p.items and not p.side for p in cell.placeholders)


def _runs(values: list[Any]) -> Iterator[tuple[int, int]]:
    """First and last position of every run of equal values."""
    start = 0
    for k in range(1, len(values) + 1):
        if k == len(values) or values[k] != values[start]:
            yield start, k - 1
            start = k


def put_value(c: etree._Element, value: Any, strings: SharedStrings) -> None:
    """A value into a cell, which keeps its format."""
    for child in list(c):
        c.remove(child)
    c.attrib.pop("t", None)
    if isinstance(value, Formula):
        etree.SubElement(c, tag("f")).text = value.text
        value, is_formula = placeholders.plain(value.value), True
    else:
        is_formula = False
    if value is None or (value == "" and not is_formula):
        return
    v = etree.SubElement(c, tag("v"))
    if isinstance(value, str):
        c.set("t", "str" if is_formula else "s")
        v.text = value if is_formula else str(strings.index(value))
    elif isinstance(value, dt.date):
        v.text = str(int(cell_number(value)))
    else:
        v.text = str(int(value)) if float(value).is_integer() else repr(float(value))
