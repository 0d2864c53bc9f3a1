"""Turns the raw cells of one column into clean values, saying what was changed and what could not be read."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from kongjian.base.grid import Cell, day
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Ints, Texts, texts
from kongjian.rules.model_tables import Column, Words

_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)(.*)$")
_MONTH = re.compile(
    r"(\d{4})\s*[-/.年_]\s*(\d{1,2})(?:\s*月?份?|\s*[-/.月]\s*\d{1,2}\s*日?)(?:\s+\d{1,2}:.*)?$"
)
_MONTH_DIGITS = re.compile(r"(20\d\d)(0[1-9]|1[0-2])$")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?$")
_DATE_DIGITS = re.compile(r"(20\d\d)(\d\d)(\d\d)(?:\d{6})?$")  # the time of day may follow
SERIALS = (36526, 73050)  # the days of 2000 to 2099 as Excel counts them

EXACT_DIGITS = 1e15
"""From here on Excel has kept only fifteen digits of a number."""
LONG_TEXT = 255
MOST_COUNTED = 1_000_000
"""Nobody does anything more often in a term: more than this is an account or a code in the wrong column."""
_NO_ACCOUNT = frozenset({"无", "没有"})
_ID_DIGITS = 18
"""Of an identity number: more than Excel keeps."""


@dataclass(frozen=True)
class Cells:
    """One column of a table: raw cells of the kept rows and their worksheet rows.

    `header` is the header as the sheet spells it; `percents` tells which of the cells have a percent format;
    `most_points` is what a score can be at most.
    """

    table: str
    column: Column
    values: Sequence[Cell]
    rows: Ints
    errors: dict[int, str]  # worksheet row → error text such as #N/A
    findings: Findings
    header: str = ""
    percents: Callable[[], Bools] | None = (
        None  # a call, as a sheet is looked through only where that decides
    )
    most_points: float = math.inf

    def say(self, i: int | np.integer[Any], code: str, **params: Any) -> None:
        self.findings.add(code, self.table, self.rows[i], self.column.name, **params)

    def shown(self, i: int | np.integer[Any]) -> str:
        """What a cell holds, as people see it."""
        return show(self.values[int(i)])

    def say_errors(self) -> None:
        """Every cell with an error value."""
        for i, row in enumerate(self.rows) if self.errors else ():
            if int(row) in self.errors:
                self.say(i, "error_cell", found=self.errors[int(row)])


def quantity(text: str, words: Words) -> tuple[float, str] | None:
    """The number that a folded text is and the unit behind it, "%" and "" included; None where it is none."""
    match = _NUMBER.match(text)
    if not match or not match[1].strip("+-") or (match[2] not in ("", "%", *folded(words.units))):
        return None
    return float(match[1].replace(",", "")), match[2]


def yes_no(cells: Cells, words: Words) -> Floats:
    """1 for yes, 0 for no, NaN for blank or unreadable. Where `counts`, a count of 1 or more is yes."""
    memo: dict[Cell, float | str] = {True: 1.0, False: 0.0, "": float("nan")}
    out = np.full(len(cells.values), np.nan)
    for i, cell in enumerate(cells.values):
        if cell is None:
            continue
        if cell not in memo:
            memo[cell] = _one_yes_no(cell, words, cells.column.counts)
        answer = memo[cell]
        if isinstance(answer, str):
            cells.say(i, answer, found=show(cell))
        else:
            out[i] = answer
    cells.say_errors()
    return out


def _one_yes_no(cell: Cell, words: Words, counts: bool) -> float | str:
    text = fold(f"{cell:g}" if isinstance(cell, float) else str(cell))
    if text in folded(words.yes):
        return 1.0
    if text in folded(words.no) or (counts and text in folded(words.zero)):
        return 0.0
    if counts and (read := quantity(text, words)) and read[1] != "%":
        return "not_yes_no" if read[0] < 0 else float(read[0] >= 1)
    if text == "":
        return float("nan")
    return "placeholder" if text in folded(words.blank) else "not_yes_no"


def names(cells: Cells) -> Texts:
    """Trimmed texts; numbers as people see them."""
    read = {v: clean(v if isinstance(v, str) else show(v)) for v in set(cells.values) if not _is_plain(v)}
    trimmed = {v for v, text in read.items() if isinstance(v, str) and text and text != v}
    long = {v for v, text in read.items() if len(text) > LONG_TEXT}
    for i, cell in enumerate(cells.values) if trimmed or long else ():
        if cell in trimmed:
            cells.say(i, "name_trimmed", value=read[cell])
        if cell in long:
            cells.say(i, "long_text", length=len(read[cell]))
    cells.say_errors()
    return _read_as(cells.values, read)


def _is_plain(cell: Cell) -> bool:
    """Whether a cell is a short text of letters and digits only, which nothing is to be done about."""
    return isinstance(cell, str) and cell.isalnum() and len(cell) <= LONG_TEXT


def _read_as(cells: Sequence[Cell], read: Mapping[Any, str]) -> Texts:
    """The cells, those that are read otherwise as they are read."""
    other = {v: text for v, text in read.items() if text != v}
    return texts(map(other.get, cells, cells) if other else cells)


def accounts(cells: Cells, words: Words) -> tuple[Texts, Texts]:
    """Accounts as text, and those of them that can be trusted ("" where Excel has damaged the digits)."""
    none = folded(words.blank) | _NO_ACCOUNT
    read = {
        v: ("", "placeholder") if isinstance(v, str) and fold(v) in none else _account(v)
        for v in set(cells.values)
        if not (
            _is_plain(v) and str(v).isascii() and len(str(v)) != _ID_DIGITS and str(v).upper() not in none
        )
    }
    doubted = {v for v, (_, code) in read.items() if code}
    for i, cell in enumerate(cells.values) if doubted else ():
        if cell in doubted:
            text, code = read[cell]
            cells.say(i, code, found=text or clean(cell))
    cells.say_errors()
    shown = {v: text for v, (text, _) in read.items()}
    trusted = {v: "" if code == "account_rounded" else text for v, (text, code) in read.items()}
    return _read_as(cells.values, shown), _read_as(cells.values, trusted)


def _account(cell: Cell) -> tuple[str, str]:
    """An account's text and the code of what is doubtful about it."""
    if isinstance(cell, str):
        # letters and digits of ASCII: nothing to fold
        plain = cell.isascii() and cell.isalnum()
        text = cell if plain else "".join(unicodedata.normalize("NFKC", clean(cell)).split())
        if not plain and _in_scientific(text):
            return text, "account_rounded"
        return text, "account_suspect" if len(text) == _ID_DIGITS and text.isdigit() and text.endswith(
            "000"
        ) else ""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        # the fifteen digits that Excel has kept and shows, not those of the binary number
        text = f"{Decimal(f'{cell:.15g}'):f}"
        return text, "account_rounded" if abs(cell) >= EXACT_DIGITS else "account_number"
    return show(cell), ""


def _in_scientific(text: str) -> bool:
    """Excel's own way: 4.21281E+17; an account such as 3e10 has no plus sign."""
    return re.fullmatch(r"\d(\.\d+)?[Ee]\+\d+", text) is not None


def months(cells: Cells) -> Texts:
    """Months as YYYY-MM; "" where the cell cannot be read (found, so that the row is not used)."""
    return texts(_each(cells, _month, "bad_month", "month_as_text", re.compile(r"\d{4}-\d\d")))


def dates(cells: Cells) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """Days as datetime64[D]; NaT where the cell cannot be read."""
    found = _each(cells, _date, "bad_date", "date_as_text", None)
    return np.array([d or "NaT" for d in found], dtype="datetime64[D]")


def _each(
    cells: Cells,
    read: Callable[[Cell], str],
    bad: str,
    converted: str,
    usual: re.Pattern[str] | None,
) -> list[str]:
    known = {v: read(v) for v in set(cells.values)}
    unread = {v for v, text in known.items() if text == ""}
    changed = {
        v for v, text in known.items() if text and isinstance(v, str) and not (usual and usual.fullmatch(v))
    }
    for i, cell in enumerate(cells.values) if unread or changed else ():
        if cell in changed:
            cells.say(i, converted, found=clean(cell), value=known[cell])
        elif cell in unread and int(cells.rows[i]) not in cells.errors:
            cells.say(i, bad, found=clean(show(cell))[:30] or "空白")
    cells.say_errors()
    return list(map(known.__getitem__, cells.values))


def _month(cell: Cell) -> str:
    if isinstance(cell, dt.date):
        return f"{cell.year:04d}-{cell.month:02d}"
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if SERIALS[0] <= cell <= SERIALS[1]:
            return f"{day(cell):%Y-%m}"
        cell = f"{cell:.0f}" if float(cell).is_integer() else ""
    text = unicodedata.normalize("NFKC", clean(str(cell)))
    match = _MONTH_DIGITS.match(text) or _MONTH.match(text) or _DATE_DIGITS.match(text)
    return f"{match[1]}-{int(match[2]):02d}" if match and 1 <= int(match[2]) <= 12 else ""


def _date(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if SERIALS[0] <= cell <= SERIALS[1]:
            return day(cell).isoformat()
        cell = f"{cell:.0f}" if float(cell).is_integer() else ""
    text = unicodedata.normalize("NFKC", clean(str(cell)))
    match = _DATE.match(text) or _DATE_DIGITS.match(text)
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else ""
    except ValueError:
        return ""


_FOLDED: dict[tuple[str, ...], frozenset[str]] = {}


def folded(words: tuple[str, ...]) -> frozenset[str]:
    """Words as they compare."""
    return _FOLDED.get(words) or _FOLDED.setdefault(words, frozenset(fold(w) for w in words))


def show(cell: Cell) -> str:
    """A cell as people see it, without a number format."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
