"""The macro interpreter's Excel writes and clears a block as one thing, as Excel does.

By itself it looks, for each cell of a block, through all formulas of the workbook for those that read it, and through all
sheets for a check box that is linked to it: 15,000 cells took up to five seconds. And for the width of one column it measures
every row of the sheet, to compare it with others, of which there are none: up to a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pyopenvba.apps.excel import _controls, _dimensions
from pyopenvba.apps.excel._model import Range, Workbook


@contextmanager
def _at_its_end(area: Range) -> Iterator[None]:
    """Formulas that read cells of this block are told once, when all of it is written."""
    calculator = area.sheet.book.calculator
    calculator.build()
    calculator.wrote = lambda *_: None  # shadows the class's
    told = _controls.cell_changed
    if not _linked(area.sheet.book):
        _controls.cell_changed = lambda *_: None
    try:
        yield
    finally:
        _controls.cell_changed = told
        del calculator.wrote
        for one in area.areas:
            name = area.sheet.name.lower()
            own = {
                key: known
                for key, known in calculator.compiled.items()
                if key[0] == name and one.contains(*key[1:])
            }
            calculator.wrote_area(area.sheet.name, one)
            for key, known in own.items():  # it takes what it is told of for copied
                calculator._keep(key, known)


def _linked(book: Workbook) -> bool:
    shapes = (shape for sheet in book.sheets_ for shape in sheet.shapes_)
    return any(shape.control is not None and shape.control.linked_cell for shape in shapes)


def _whole(work: Callable[..., None]) -> Callable[..., None]:
    def done(area: Range, *given: Any, **named: Any) -> None:
        if area.sheet.spills:
            work(area, *given, **named)
            return
        with _at_its_end(area):
            work(area, *given, **named)

    return done


_compared = _dimensions._compared


def _of_lines(
    target: Range, along_rows: bool, size: Callable[[int], object], records: Iterable[int]
) -> object:
    area = target.first
    first, last = (area.top, area.bottom) if along_rows else (area.left, area.right)
    return size(first) if first == last else _compared(target, along_rows, size, records)


def as_one() -> None:
    """From here on, for every workbook."""
    _dimensions._compared = _of_lines
    for name in ("_write_array", "_clear_contents"):
        setattr(Range, name, _whole(getattr(Range, name)))
