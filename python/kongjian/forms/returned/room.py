"""Whether the texts of a form that came back are printed whole: a row of it is as high as the program that saved it left it."""

from __future__ import annotations

from lxml import etree

from kongjian.base.grid import Area, Grid, letter
from kongjian.forms.returned.field_checks import length
from kongjian.xlsx.cell_xml import PARSER, column_of, row_and_column, tag
from kongjian.xlsx.package import Package
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.styles import StylesPart
from kongjian.xlsx.text_heights import HIGHEST, CellStyle, Sizes, cell_styles, height_printed


class Room:
    """The cells of one sheet of a package. Raises XMLSyntaxError for a damaged one."""

    def __init__(self, package: Package, sheet: str) -> None:
        root = etree.fromstring(package.read(package.sheets[sheet]), PARSER)
        self._sizes = Sizes(root)
        self._looks = cell_styles(StylesPart(Parts(package)))
        self._rows = {
            int(r.get("r")): r for r in root.iterfind(f"{tag('sheetData')}/{tag('row')}") if r.get("r")
        }
        self._ends: dict[tuple[int, int], tuple[int, int]] = {}
        for merged in root.iterfind(f"{tag('mergeCells')}/{tag('mergeCell')}"):
            first, _, last = merged.get("ref").partition(":")
            self._ends[row_and_column(first)] = row_and_column(last or first)

    def cut(self, grid: Grid, area: Area) -> dict[str, str]:
        """The cells of a field, whose values the grid has, that do not print their text whole, and what is said of each."""
        top, left, bottom, right = area
        texts = {
            (r, c): cell
            for r, cells in enumerate(grid.rows[top - 1 : bottom], start=top)
            for c, cell in enumerate(cells[left - 1 : right], start=left)
            if isinstance(cell, str)
        }
        said = {f"{letter(c)}{r}": self._cut(r, c, text.strip()) for (r, c), text in texts.items()}
        return {cell: why for cell, why in said.items() if why}

    def _cut(self, row: int, column: int, text: str) -> str:
        """What is said of a cell's text that its area does not print whole, "" where it does."""
        last_row, last_column = self._ends.get((row, column), (row, column))
        width, look = self._sizes.width(column, last_column), self._look(row, column)
        have = sum(self._height(r) for r in range(row, last_row + 1))
        needed = height_printed(text, width, look)
        if needed <= have:
            return ""
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = height_printed(text[:middle], width, look) <= have
            low, high = (middle, high) if fits else (low, middle - 1)
        higher = "把这一行拉高，或" if needed <= HIGHEST * (last_row - row + 1) else ""
        return f"写不下，约多出{length(text[low:])}字打印不出来；请{higher}删减后再交"

    def _look(self, row: int, column: int) -> CellStyle:
        cells = self._rows[row].iterfind(tag("c")) if row in self._rows else ()
        number = next((int(c.get("s", "0")) for c in cells if column_of(c) == column), 0)
        return self._looks[number] if number < len(self._looks) else CellStyle()

    def _height(self, row: int) -> float:
        """A row without a height of its own grows with its text, as far as rows go."""
        found = self._rows.get(row)
        return HIGHEST if found is None or found.get("ht") is None else self._sizes.height(found)
