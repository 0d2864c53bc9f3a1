"""One worksheet of a template: its marks, its merged areas, its looks, and whether a context knows every mark."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.base.grid import letter
from kongjian.base.text import fold
from kongjian.forms.template import placeholders
from kongjian.forms.template.placeholders import Context, Placeholder
from kongjian.xlsx.cell_xml import PARSER, column_of, row_and_column, tag
from kongjian.xlsx.text_heights import CellStyle


@dataclass(frozen=True)
class MarkedCell:
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

    def says(self, text: str) -> bool:
        """Whether a cell holds this text, however it is spaced."""
        wanted = fold(text)
        return any(wanted in fold(self._text(c)) for c in self._data.iter(tag("c")))

    def _find_marked(self) -> Iterator[tuple[int, list[MarkedCell]]]:
        for row in self._data.iterfind(tag("row")):
            cells = []
            for c in row.iterfind(tag("c")):
                text = self._text(c)
                if "{{" in text or "}}" in text or "｛｛" in text:
                    cells.append(MarkedCell(column_of(c), text, tuple(placeholders.find(text))))
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
            out[row_and_column(first)] = row_and_column(last or first)
        return out

    def copy(self) -> etree._Element:
        """The worksheet, to be filled."""
        return copy.deepcopy(self._root)

    def marked(self, row: int) -> list[MarkedCell]:
        return self._marked.get(row, [])

    def last_cell(self, row: int, column: int) -> tuple[int, int]:
        return self._merged.get((row, column), (row, column))

    def merged_in_row(self, row: int) -> list[tuple[int, int]]:
        """The merged areas that lie within one row: first and last column."""
        return [(c, to) for (r, c), (last, to) in self._merged.items() if r == last == row]

    def style(self, c: etree._Element) -> CellStyle:
        number = int(c.get("s", "0"))
        return self._styles[number] if number < len(self._styles) else CellStyle()


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
