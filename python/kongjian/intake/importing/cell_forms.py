"""A cell as it was meant before an export or a format went round it: marks taken off, numbers from under their format."""

from __future__ import annotations

import datetime as dt
import re

from kongjian.base.grid import DAY_ZERO, Cell, is_blank

_AS_FORMULA = re.compile(r'="([^"]*)"')
_MARK = re.compile(r"\s*[`'‘’′]\s*(?=\w)")
"""What Excel and exports put before a text of digits so that it stays a text."""
_NO_NUMBER = frozenset({"text", "choice", "month", "date"})
_CERTAIN_BEFORE = dt.datetime(1904, 1, 1)
"""Excel counts days from 1900 or from 1904; a day before can only be counted from 1900."""
_LEAP_DAY = dt.datetime(1900, 3, 1)
"""Excel has a 29 February 1900, so that days before count one less."""
_TWO_NUMBERS = dt.date(1900, 2, 28)
"""Readers give this day for 59 and for 60."""
_DAY = 86_400
_DECIMALS = 6
_MILLISECONDS = 2e-8  # of a day, what a reader of moments rounds

Notes = tuple[str, ...]


def unwrapped(cell: Cell) -> tuple[Cell, Notes]:
    """Without ="…" around it and ' or ` before it, and what was taken off."""
    if not isinstance(cell, str) or cell[:1].isalnum():
        return cell, ()
    notes: Notes = ()
    if found := _AS_FORMULA.fullmatch(cell.strip()):
        cell, notes = found[1], ('去掉了公式写法 ="…"',)
    if mark := _MARK.match(cell):
        return cell[mark.end() :], (*notes, f"去掉了前面的 {mark[0].strip()}")
    return cell, notes


def plain(cell: Cell, kind: str, is_percent: bool = False) -> tuple[Cell, Notes]:
    """The cell of a column of this kind without marks and without a format that makes something else of a number.

    A number that cannot be told for certain becomes the text that the file shows, which no column takes for a number.
    """
    cell, notes = unwrapped(cell)
    if kind in _NO_NUMBER or is_blank(cell):
        return cell, notes
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        number = number_under(cell)
        if number is None:  # a wrong account is worse than none
            return "" if kind == "account" else shown(cell), (
                *notes,
                "单元格是日期或时间，看不出原来的数，没有当作数",
            )
        return number, (*notes, f"单元格是日期或时间格式，它的数是{number:.15g}")
    if kind in ("count", "average", "score") and _is_number(cell) and is_percent:
        if kind != "score" and cell >= 1 and float(cell).is_integer():
            return cell, (*notes, f"单元格是百分比格式（显示{cell * 100:.15g}%），它的数是{cell:.15g}")
        return f"{cell * 100:.12g}%", notes
    return cell, notes


def number_under(cell: dt.date | dt.time | dt.timedelta) -> float | None:
    """Excel's own number of a day or a time; None where it may be more than one number."""
    if isinstance(cell, dt.timedelta):
        return _exactly(cell)
    if isinstance(cell, dt.time):
        return _exactly(dt.datetime.combine(DAY_ZERO, cell) - DAY_ZERO)
    moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
    if moment.date() == _TWO_NUMBERS or moment >= _CERTAIN_BEFORE:
        return None
    number = _exactly(moment - DAY_ZERO)
    return None if number is None else number - (moment < _LEAP_DAY)


def _exactly(passed: dt.timedelta) -> float | None:
    """Days, where so many decimals say all; None where the reader has rounded."""
    number = passed.total_seconds() / _DAY
    short = round(number, _DECIMALS)
    return short if abs(short - number) < _MILLISECONDS else None


def shown(cell: dt.date | dt.time | dt.timedelta) -> str:
    """A day or a time as a text."""
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else str(cell)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
