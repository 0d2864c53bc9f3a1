"""Reads sheets as raw grids with calamine, the fastest reader, and adds what it leaves out: error cells."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable
from functools import cached_property, partial
from queue import SimpleQueue
from xml.parsers.expat import ExpatError

import python_calamine as calamine

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid, column_number, letter
from kongjian.base.text import fold
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from kongjian.xlsx.percent_formats import percent_cells, percent_styles
from kongjian.xlsx.sheet_bounds import MOST_BYTES, Lengths, memory, reach, text_lengths
from kongjian.xlsx.xml_text import CELL_REF

_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\b([^<>]*\bt="e"[^<>]*)>\s*(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]*)<'
)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*[^<>/])>\s*<(?:\w+:)?f\b")
_ANY_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_ERROR = b't="e"'


class Reader:
    """The sheets of one workbook as grids. A sheet is read at most once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._grids: dict[str, Grid] = {}
        self._coming: list[str] = []  # what is being laid out ahead, in turn
        self._come = SimpleQueue[calamine.CalamineSheet | None]()
        self._ahead: dict[str, calamine.CalamineSheet | None] = {}
        self._bytes = 0
        self._looked_over: set[str] = set()
        self._percent_cells: dict[str, dict[int, list[int]]] = {}
        self._formula_cells: dict[str, frozenset[tuple[int, int]]] = {}
        self._names = {fold(name): name for name in package.sheets}
        try:
            self._workbook = calamine.CalamineWorkbook.from_filelike(package.unpacked())
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # calamine panics on some damaged files, and a panic is no Exception
            raise KongjianError(
                f"{package.path.name} 已损坏，打不开；请用上一份备份（.bak）或重新导出"
            ) from None

    def name(self, sheet: str) -> str | None:
        """The sheet's name as the workbook spells it, None where there is no such sheet."""
        return self._names.get(fold(sheet))

    def carried(self, name: str) -> str:
        """The text that a defined name carries, "" for none."""
        return defined_names(self._package).texts.get(name, "")

    def has_name(self, name: str) -> bool:
        """Whether there is such a name, whatever it refers to."""
        return name in defined_names(self._package).all

    def grid(self, sheet: str) -> Grid | None:
        """A sheet from A1 to its last cell; None where there is no such sheet."""
        name = self.name(sheet)
        if name is None:
            return None
        if name not in self._grids:
            self._refuse_more(name)
            try:
                found = self._laid_out(name)
                cells = found.to_python(skip_empty_area=False)
                merged = tuple(
                    (a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in found.merged_cell_ranges or ()
                )
            except (KeyboardInterrupt, SystemExit, MemoryError):
                raise
            except BaseException:
                raise self._damaged(name) from None
            self._grids[name] = Grid(cells, self._errors(name), merged, partial(self._percents, name))
        return self._grids[name]

    def read_ahead(self, sheets: Iterable[str]) -> None:
        """Begins to lay out those of these sheets that are there, beside the other work: calamine leaves Python to it meanwhile.

        What it cannot lay out is left to `grid` to tell.
        """
        waiting = SimpleQueue[str | None]()

        def lay_out() -> None:
            while name := waiting.get():
                found = None
                with contextlib.suppress(BaseException):  # a panic of calamine, too
                    found = self._workbook.get_sheet_by_name(name)
                self._come.put(found)

        threading.Thread(target=lay_out).start()
        try:
            for name in filter(None, map(self.name, sheets)):
                if name not in self._grids:
                    self._refuse_more(name)
                    self._coming.append(name)
                    waiting.put(name)
        finally:
            waiting.put(None)

    def _laid_out(self, name: str) -> calamine.CalamineSheet:
        """A sheet that was laid out ahead, or one that is now: after all the others, as calamine does one thing at a time."""
        while self._coming and not self._ahead.get(name):
            self._ahead[self._coming.pop(0)] = self._come.get()
        return self._ahead.pop(name, None) or self._workbook.get_sheet_by_name(name)

    def formulas(self, sheet: str) -> frozenset[tuple[int, int]]:
        """The cells of a sheet (row, column) that hold formulas."""
        name = self.name(sheet)
        if name is None:
            return frozenset()
        if name not in self._formula_cells:
            self._formula_cells[name] = formula_cells(self._package.read(self._package.sheets[name]))
        return self._formula_cells[name]

    @cached_property
    def _lengths(self) -> Lengths:
        strings = self._package.related(self._package.workbook, "sharedStrings")
        return text_lengths(self._package.read(strings[0]) if strings else b"")

    def _refuse_more(self, name: str) -> None:
        """A stray cell in the far corner, or too many in all, would end the process."""
        if name in self._looked_over:
            return
        self._looked_over.add(name)
        package = self._package
        xml = package.read(package.sheets[name])
        try:
            self._bytes += memory(xml, self._lengths)
            rows, columns = reach(xml) if self._bytes > MOST_BYTES else (0, 0)
        except (ExpatError, ValueError):
            raise self._damaged(name) from None
        if rows * columns * 10 > MOST_BYTES and columns > 50:
            raise KongjianError(
                f"工作表“{name}”有{rows}行，在很远的{letter(columns)}列也有内容，读不了；请删去多余的行和列再试"
            )
        if self._bytes > MOST_BYTES:
            raise KongjianError(
                f"{package.path.name} 的工作表“{name}”内容太多，读不了；请删去多余的行和列，或分成几个工作簿"
            )

    def _damaged(self, name: str) -> KongjianError:
        return KongjianError(
            f"{self._package.path.name} 的工作表“{name}”已损坏，读不了；请用上一份备份（.bak）或重新导出"
        )

    def _percents(self, name: str, column: int) -> list[int]:
        """The rows of a column whose cells show a percentage."""
        if name not in self._percent_cells:
            package = self._package
            parts = package.related(package.workbook, "styles")
            styles = percent_styles(package.read(parts[0])) if parts else ()
            self._percent_cells[name] = percent_cells(package.read(package.sheets[name]), styles)
        return self._percent_cells[name].get(column, [])

    def _errors(self, name: str) -> dict[tuple[int, int], str]:
        return error_cells(self._package.read(self._package.sheets[name]))


def formula_cells(xml: bytes) -> frozenset[tuple[int, int]]:
    """(row, column) of the cells of a worksheet part that hold formulas."""
    if xml.count(b"<f") == xml.count(b"<formula") and b":f" not in xml:  # most sheets have none
        return frozenset()
    starts = (xml.rfind(b"<", 0, m.start()) for m in _ANY_FORMULA.finditer(xml))
    cells = (_FORMULA_CELL.match(xml, start) for start in starts if start >= 0)
    found = (CELL_REF.search(cell[1]) for cell in cells if cell)
    return frozenset((int(p[2]), column_number(p[1].decode())) for p in found if p)


def error_cells(xml: bytes) -> dict[tuple[int, int], str]:
    """(row, column) → text of the error cells of a worksheet part, which calamine gives as blanks."""
    out = {}
    at = xml.find(_ERROR)
    while at >= 0:  # few sheets have any
        cell = _ERROR_CELL.match(xml, xml.rfind(b"<", 0, at))
        if cell and (place := CELL_REF.search(cell[1])):
            out[int(place[2]), column_number(place[1].decode())] = cell[2].decode()
        at = xml.find(_ERROR, at + 1)
    return out
