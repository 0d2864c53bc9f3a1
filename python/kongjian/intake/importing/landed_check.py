"""Compares the cells that landed with those of the file, value by value, by eyes of its own.

Nothing of what turned the file's cells into values is used here: what it got wrong must not look right.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, cell_number, is_blank, letter
from kongjian.intake.importing.convert import ReadCell
from kongjian.intake.importing.landing import Block

_NUMBER = re.compile(r"[-+]?\d[\d ,]*(?:\.\d+)?|[-+]?\.\d+")
_SIGNS = "`'‘’′=\""
_NEAR = 1e-9
_SHOWN = 3
_LEAP_DAY = 60


def compared(block: Block, grid: Grid | None = None) -> int:
    """How many cells of the block hold what the file holds: as they are to be written, or as they stand in `grid`.

    Raises KongjianError naming cells that do not.
    """
    count, wrong = 0, []
    kinds = [c.kind for c in block.kinds]
    for k, (readings, values) in enumerate(zip(block.readings, block.rows, strict=True)):
        row = block.first_row + k
        cells = values if grid is None else _there(grid, row, block.columns)
        for c, (reading, landed) in enumerate(zip(readings, cells, strict=True)):
            if reading is None:
                continue
            count += not is_blank(landed)
            found = reading.found
            if type(found) is type(landed) and found == landed:  # most cells
                continue
            if not _agrees(reading, landed, kinds[c]):
                wrong.append(f"{letter(block.columns[c])}{row}")
    if wrong:
        places = "、".join(wrong[:_SHOWN]) + ("等" if len(wrong) > _SHOWN else "")
        raise KongjianError(
            f"{block.sheet}有{len(wrong)}格与文件核对不一致（{places}），没有导入；请把这些文件发给技术人员"
        )
    return count


def _there(grid: Grid, row: int, columns: Sequence[int]) -> list[Cell]:
    """What stands in these columns of a row of the sheet."""
    cells = grid.rows[row - 1] if row <= len(grid.rows) else ()
    return [cells[c - 1] if c <= len(cells) else "" for c in columns]


def _agrees(reading: ReadCell, landed: Cell, kind: str) -> bool:
    found = reading.found
    told = bool(reading.findings or reading.notes)
    if is_blank(landed):
        return told or is_blank(found)
    if kind in ("text", "choice", "account", "month", "date"):
        return told or _same_moment(found, landed) or _bare(found) == _bare(landed)
    there = _number(landed)
    if there is None or isinstance(landed, str):  # a word, or what no column of numbers takes for one
        return told or _bare(found) == _bare(landed)
    number = _number(found)
    if number is None:
        return told and there == 0
    if _near(number, there):
        return True
    of_scale = kind in ("rate", "share") and (_near(number / 100, there) or (told and there == 1 < number))
    return of_scale or (told and kind == "yes_no")


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR * max(1.0, abs(one))


def _number(cell: Cell) -> float | None:
    """The number that a cell shows or holds under its format."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds() / 86_400
    if isinstance(cell, dt.time):
        return (cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6) / 86_400
    if isinstance(cell, dt.date):
        number = cell_number(cell)
        return round(number - 1 if number <= _LEAP_DAY else number, 6)
    if isinstance(cell, str) and cell.isascii() and cell.isdigit():
        return float(cell)
    text = unicodedata.normalize("NFKC", str(cell or "")).strip().lstrip(_SIGNS)
    found = _NUMBER.match(text)
    if not found:
        return None
    value = float(found[0].replace(",", "").replace(" ", ""))
    return value / 100 if text[found.end() :].lstrip().startswith("%") else value


def _same_moment(found: Cell, landed: Cell) -> bool:
    return (
        isinstance(found, dt.date)
        and isinstance(landed, dt.date)
        and cell_number(found) == cell_number(landed)
    )


def _bare(cell: Cell) -> str:
    """A text without what nobody sees and without the marks around it."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unicodedata.normalize("NFKC", "" if cell is None else str(cell))
    return (
        "".join(c for c in text if c.isalnum() or (c.isprintable() and not c.isspace())).strip(_SIGNS).upper()
    )
