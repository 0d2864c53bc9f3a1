"""One worksheet of a template, filled: rows of lists come once for each item, everything below moves down."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lxml import etree

from kongjian.engine.frame import Frame
from kongjian.errors import KongjianError
from kongjian.forms import placeholders
from kongjian.forms.placeholders import SIDES, Context, Formula, Placeholder
from kongjian.forms.references import Mover, RowMap
from kongjian.forms.text_fit import HIGHEST, CellStyle, Sizes, height_needed, too_wide
from kongjian.intake.grid import letter
from kongjian.workbook.sheet_part import column_number
from kongjian.workbook.strings import SharedStrings

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_PLACE = re.compile(r"([A-Z]+)(\d+)")
# what the schema wants in front of a sheet's merged areas
_BEFORE_MERGES = frozenset(
    "sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState dataConsolidate "
    "customSheetViews".split()
)
_EPOCH = dt.date(1899, 12, 30)
_ADDRESS = re.compile(r"(?:'((?:[^']|'')+)'!)?\{\{ (@?)([^{}]+?) \}\}")


def tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


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


@dataclass(frozen=True)
class _Cell:
    """A cell of the template with placeholders."""

    column: int
    text: str
    placeholders: tuple[Placeholder, ...]


class SheetTemplate:
    """A worksheet with placeholders. `strings` are the template's shared strings by number."""

    def __init__(self, xml: bytes, name: str, strings: Sequence[str], styles: Sequence[CellStyle]) -> None:
        try:
            self._root = etree.fromstring(xml, PARSER)
        except etree.XMLSyntaxError:
            raise KongjianError(f"模板的工作表“{name}”读不了；请用Excel另存一次再试") from None
        self.name = name
        self._strings = strings
        self._styles = styles
        self._data = self._root.find(tag("sheetData"))
        self._marked = dict(self._find_marked())
        self._merged = self._merged_cells()

    def marks(self) -> Iterator[tuple[int, int, str, tuple[Placeholder, ...]]]:
        """Row, column, text and placeholders of every cell that has braces in it."""
        for row, cells in self._marked.items():
            for cell in cells:
                yield row, cell.column, cell.text, cell.placeholders

    def _find_marked(self) -> Iterator[tuple[int, list[_Cell]]]:
        for row in self._data.iterfind(tag("row")):
            cells = []
            for c in row.iterfind(tag("c")):
                text = self._text(c)
                if "{{" in text or "}}" in text or "｛｛" in text:
                    cells.append(_Cell(_column(c), text, tuple(placeholders.find(text))))
            if cells:
                yield int(row.get("r")), cells

    def _text(self, c: etree._Element) -> str:
        if c.get("t") == "s":
            return self._strings[int(c.findtext(tag("v"), "0"))]
        if c.get("t") == "inlineStr":
            return "".join(t.text or "" for t in c.iter(tag("t")))
        return ""

    def _merged_cells(self) -> dict[tuple[int, int], tuple[int, int]]:
        """First cell (row, column) → last cell of every merged area."""
        out = {}
        for m in self._root.iterfind(f"{tag('mergeCells')}/{tag('mergeCell')}"):
            first, _, last = m.get("ref").partition(":")
            out[_at(first)] = _at(last or first)
        return out

    def fill(self, context: Context, strings: SharedStrings) -> Filled:
        """The sheet with a context's values. Every placeholder must be known to the context."""
        root = copy.deepcopy(self._root)
        work = _Filling(self, root, context, strings)
        for row in list(root.find(tag("sheetData"))):
            work.row(row)
        return work.finish()

    # what a filling needs of its template
    def marked(self, row: int) -> list[_Cell]:
        return self._marked.get(row, [])

    def last_cell(self, row: int, column: int) -> tuple[int, int]:
        return self._merged.get((row, column), (row, column))

    def merged_in_row(self, row: int) -> list[tuple[int, int]]:
        """The merged areas that lie within one row: first and last column."""
        return [(c, to) for (r, c), (last, to) in self._merged.items() if r == last == row]

    def style(self, c: etree._Element) -> CellStyle:
        number = int(c.get("s", "0"))
        return self._styles[number] if number < len(self._styles) else CellStyle()


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
        for c in row.iterfind(tag("c")):
            c.set("r", f"{letter(_column(c))}{now}")
            f = c.find(tag("f"))
            if f is not None:
                self._filled.moved.append((f, before, now))
                for stale in c.findall(tag("v")):  # the value of before
                    c.remove(stale)
                c.attrib.pop("t", None)

    def _write(self, row: etree._Element, cells: Sequence[_Cell], value_of: Any, number: int) -> None:
        found = {_column(c): c for c in row.iterfind(tag("c"))}
        for cell in cells:
            values = {p.shown: value_of(p) for p in cell.placeholders}
            value = placeholders.render(cell.text, values)
            c = found[cell.column]
            put(c, value, self._strings)
            if isinstance(value, Formula) and "{{" in value.text:
                self._filled.given.append((c.find(tag("f")), int(row.get("r"))))
            if isinstance(value, str) and not _merging(cell):
                self._fit(row, c, value, number)

    def _fit(self, row: etree._Element, c: etree._Element, text: str, number: int) -> None:
        """Makes the row as high as its text needs; what does not fit however high is noted."""
        column = _column(c)
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
        self, copies: list[etree._Element], cells: Sequence[_Cell], items: Frame, number: int, two: bool
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
                    put(next(c for c in row if _column(c) == cell.column), None, self._strings)
        for first, last in self._template.merged_in_row(number):
            if first not in joined:
                self._merges += [f"{letter(first)}{r.get('r')}:{letter(last)}{r.get('r')}" for r in copies]

    def _fit_joined(self, rows: list[etree._Element], column: int, value: Any, number: int) -> None:
        """Makes the first of the rows that share one cell higher where the text needs it."""
        c = next(c for c in rows[0] if _column(c) == column)
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
                if _at(first)[0] == _at(last or first)[0] and _at(first)[0] in self._counts:
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


def move_places(filled: Filled, mover: Mover) -> None:
    """Moves formulas, validations, formats, links and page breaks of a filled sheet."""
    rows, root = filled.rows, filled.root
    for f, before, now in filled.moved:
        f.text = mover.move(f.text or "", (before, now))
        if f.get("ref"):
            f.set("ref", rows.area(f.get("ref")))
    for element in root.iter():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name == "sheetProtection" or name in ("c", "row", "mergeCell", "f"):
            continue
        if element.get("sqref"):
            element.set("sqref", rows.areas(element.get("sqref")))
        if name in ("hyperlink", "autoFilter") and element.get("ref"):
            element.set("ref", rows.area(element.get("ref")))
        if name in ("formula1", "formula2", "formula") and element.text:
            element.text = mover.move(element.text)
        if name == "brk" and element.getparent().tag == tag("rowBreaks"):
            element.set("id", str(rows.last(int(element.get("id")))))


def name_cells(filled: Filled, others: Mapping[str, Filled]) -> None:
    """Addresses for the marks in formulas that came as values.

    {{ 指标.得分 }} is all of its cells, {{ @指标.得分 }} the one in the formula's own row,
    '专家1'!{{ 单位.评审分 }} cells of another sheet. Raises KongjianError where the template has no such mark.
    """

    def address(row: int, m: re.Match[str]) -> str:
        sheet = others[m[1].replace("''", "'")] if m[1] else filled
        if m[3] not in sheet.places:
            raise KongjianError(f"模板里没有 {{{{ {m[3]} }}}}，公式要用到它；请补上，或用原来的模板")
        column, first, last = sheet.places[m[3]]
        if m[2]:
            return f"{letter(column)}{row}"
        area = f"${letter(column)}${first}" + (f":${letter(column)}${last}" if last > first else "")
        return f"'{m[1]}'!{area}" if m[1] else area

    for f, row in filled.given:
        f.text = _ADDRESS.sub(partial(address, row), f.text)


def hide_columns(filled: Filled, marks: Sequence[str]) -> None:
    """Hides the columns in which these marks stand."""
    hidden = sorted({filled.places[m][0] for m in marks if m in filled.places})
    cols = filled.root.find(tag("cols"))
    if cols is None:
        cols = etree.Element(tag("cols"))
        filled.root.find(tag("sheetData")).addprevious(cols)
    for number in hidden:
        near = [c for c in cols if int(c.get("min")) <= number <= int(c.get("max"))]
        given = dict(near[0].attrib) if near else {"min": str(number), "max": str(number), "width": "9"}
        low, high = int(given["min"]), int(given["max"])
        for first, last in ((low, number - 1), (number, number), (number + 1, high)):
            if first <= last:
                own = {"hidden": "1"} if first == number else {}
                etree.SubElement(cols, tag("col"), {**given, "min": str(first), "max": str(last), **own})
        for c in near:
            cols.remove(c)
    cols[:] = sorted(cols, key=lambda c: int(c.get("min")))
    if not len(cols):
        filled.root.remove(cols)


def put(c: etree._Element, value: Any, strings: SharedStrings) -> None:
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
        v.text = str((dt.date(value.year, value.month, value.day) - _EPOCH).days)
    else:
        v.text = str(int(value)) if float(value).is_integer() else repr(float(value))


def faults(sheet: SheetTemplate, context: Context) -> Iterator[str]:
    """Every placeholder of a sheet that is unknown to the context or cannot be read, with its cell."""
    lists: dict[int, set[str]] = {}
    for row, column, text, found in sheet.marks():
        where = f"{sheet.name}!{letter(column)}{row}"
        if placeholders.half_marks(text):
            yield f"{where} 的“{text[:30]}”花括号不成对"
        lists.setdefault(row, set()).update(p.items for p in found if p.items)
        for p in found:
            if not placeholders.known(p, context):
                near = placeholders.nearest(p, context)
                hint = f"，是不是“{near}”" if near else ""
                yield f"{where} 的 {{{{ {p.shown} }}}} 不认识{hint}"
    for row, used in lists.items():
        if len(used) > 1:
            yield f"{sheet.name} 第{row}行用了两个列表（{'、'.join(sorted(used))}），一行只能用一个"


def _merging(cell: _Cell) -> bool:
    return any(p.merge and p.items and not p.side for p in cell.placeholders)


def _runs(values: list[Any]) -> Iterator[tuple[int, int]]:
    """First and last position of every run of equal values."""
    start = 0
    for k in range(1, len(values) + 1):
        if k == len(values) or values[k] != values[start]:
            yield start, k - 1
            start = k


def _column(c: etree._Element) -> int:
    found = _PLACE.match(c.get("r"))
    assert found is not None
    return column_number(found[1])


def _at(ref: str) -> tuple[int, int]:
    """A cell's row and column."""
    found = _PLACE.fullmatch(ref)
    assert found is not None
    return int(found[2]), column_number(found[1])
