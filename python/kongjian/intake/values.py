"""Turns the raw cells of one column into clean values, saying what was changed and what could not be read."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from kongjian.base.grid import Cell, day
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Ints, Texts, texts
from kongjian.rules.model_tables import Column, Words

_NUMBER = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)(%|个|次|节次|节|人|名|分)?$")
_MONTH = re.compile(
    r"(\d{4})\s*[-/.年_]\s*(\d{1,2})(?:\s*月?份?|\s*[-/.月]\s*\d{1,2}\s*日?)(?:\s+\d{1,2}:.*)?$"
)
_MONTH_DIGITS = re.compile(r"(20\d\d)(0[1-9]|1[0-2])$")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s].*)?$")
_DATE_DIGITS = re.compile(r"(20\d\d)(\d\d)(\d\d)(?:\d{6})?$")  # the time of day may follow
_SERIALS = (36526, 73050)  # the days of 2000 to 2099 as Excel counts them

EXACT_DIGITS = 1e15
"""From here on Excel has kept only fifteen digits of a number."""
PERCENT_SHARE_FROM = 10
"""A share of a class from here on is a percentage; below it is a number of times."""
LONG_TEXT = 255
MOST_COUNTED = 1_000_000
"""Nobody does anything more often in a term: more than this is an account or a code in the wrong column."""
_NOISE = 1e-9  # what formulas leave beside a whole 100 %
_NO_ACCOUNT = frozenset({"无", "没有"})


@dataclass(frozen=True)
class Cells:
    """One column of a table: raw cells of the kept rows and their worksheet rows."""

    table: str
    column: Column
    values: Sequence[Cell]
    rows: Ints
    errors: dict[int, str]  # worksheet row → error text such as #N/A
    findings: Findings

    def say(self, i: int | np.integer[Any], code: str, **params: Any) -> None:
        self.findings.add(code, self.table, self.rows[i], self.column.name, **params)


def numbers(cells: Cells, words: Words) -> Floats:
    """A float column for every numeric kind; blanks and what cannot be used are NaN."""
    out = _plain_numbers(cells.values)
    odd: list[int] = []
    if out is None:
        out = np.full(len(cells.values), np.nan)
        for i, cell in enumerate(cells.values):
            if type(cell) is float or type(cell) is int:
                out[i] = cell
            elif cell != "" and cell is not None:
                odd.append(i)
    from_percent = np.zeros(len(out), dtype=bool)
    for i in odd:
        out[i], from_percent[i] = _odd_number(cells, i, words)
    _error_cells(cells)
    return _checked(cells, out, from_percent)


def _plain_numbers(values: Sequence[Cell]) -> Floats | None:
    """The whole column at once when it holds nothing but numbers."""
    if set(map(type, values)) <= {float, int}:
        return np.array(values, dtype=np.float64)
    return None


def _odd_number(cells: Cells, i: int, words: Words) -> tuple[float, bool]:
    """A number written as something else, and whether it carried a percent sign."""
    cell = cells.values[i]
    nan = float("nan")
    if not isinstance(cell, str):
        cells.say(i, "not_a_number", found=show(cell))
        return nan, False
    text = fold(cell)
    if text == "":
        return nan, False
    if text in folded(words.blank):
        cells.say(i, "placeholder", found=clean(cell))
        return nan, False
    match = _NUMBER.match(text)
    if not match or not match[1].strip("+-"):
        cells.say(i, "not_a_number", found=clean(cell)[:30])
        return nan, False
    value = float(match[1].replace(",", ""))
    if match[2] == "%":
        if cells.column.kind not in ("rate", "share"):
            cells.say(i, "not_a_number", found=clean(cell)[:30])
            return nan, False
        value = float(f"{value / 100:.12g}")
        cells.say(i, "percent_text", found=clean(cell), value=f"{value:g}")
        return value, True
    cells.say(i, "text_number", found=clean(cell), value=f"{value:g}")
    return value, False


def _checked(cells: Cells, out: Floats, from_percent: Bools) -> Floats:
    kind = cells.column.kind
    if kind in ("rate", "share"):
        out = _percentages(cells, out, from_percent)
    for i in np.flatnonzero(out < 0):
        cells.say(i, "negative", found=f"{out[i]:g}")
        out[i] = np.nan
    high, shown = _HIGHEST[kind]
    for i in np.flatnonzero(out > high):
        cells.say(
            i,
            "out_of_range",
            found=f"{out[i]:.4g}" if kind == "rate" else f"{out[i]:.15g}",
            low=0,
            high=shown,
        )
        out[i] = np.nan
    return out


_HIGHEST = {
    "rate": (1.0, "1（100%）"),
    "share": (PERCENT_SHARE_FROM, f"{PERCENT_SHARE_FROM}"),
    "score": (100.0, "100"),
    "count": (MOST_COUNTED, f"{MOST_COUNTED}"),
    "average": (MOST_COUNTED, f"{MOST_COUNTED}"),
}


def _percentages(cells: Cells, out: Floats, from_percent: Bools) -> Floats:
    """85 in a column of rates is 85 %. A share may also be a number of times: only from 10 on is it a percentage."""
    rate = cells.column.kind == "rate"
    out = np.where(np.abs(out - 1.0) < _NOISE, 1.0, out)
    whole = ~from_percent & (out > 1.0 if rate else out >= PERCENT_SHARE_FROM)
    if not whole.any():
        return out
    for i in np.flatnonzero(whole):
        value = float(f"{out[i] / 100:.12g}")
        cells.say(i, "percent_number", found=f"{out[i]:g}", value=f"{value:g}")
        out[i] = value
    if (~whole & ~from_percent & (out > 0)).any():
        bound = "大于1" if rate else f"不小于{PERCENT_SHARE_FROM}"
        cells.say(int(np.flatnonzero(whole)[0]), "mixed_percent", bound=bound)
    return out


def yes_no(cells: Cells, words: Words) -> Floats:
    """1 for yes, 0 for no, NaN for blank or unreadable. Where `counts`, a count of 1 or more is yes."""
    yes, no, blank = folded(words.yes), folded(words.no), folded(words.blank)
    memo: dict[Cell, float | str] = {True: 1.0, False: 0.0, "": float("nan")}
    out = np.full(len(cells.values), np.nan)
    for i, cell in enumerate(cells.values):
        if cell is None:
            continue
        if cell not in memo:
            memo[cell] = _one_yes_no(cell, yes, no, blank, cells.column.counts)
        answer = memo[cell]
        if isinstance(answer, str):
            cells.say(i, answer, found=show(cell))
        else:
            out[i] = answer
    _error_cells(cells)
    return out


def _one_yes_no(
    cell: Cell, yes: frozenset[str], no: frozenset[str], blank: frozenset[str], counts: bool
) -> float | str:
    text = fold(f"{cell:g}" if isinstance(cell, float) else str(cell))
    if text in yes:
        return 1.0
    if text in no:
        return 0.0
    if counts and (match := _NUMBER.match(text)) and match[1].strip("+-") and match[2] != "%":
        count = float(match[1].replace(",", ""))
        return "not_yes_no" if count < 0 else float(count >= 1)
    if text == "":
        return float("nan")
    return "placeholder" if text in blank else "not_yes_no"


def names(cells: Cells) -> Texts:
    """Trimmed texts; numbers as people see them."""
    read = {v: clean(v if isinstance(v, str) else show(v)) for v in set(cells.values)}
    trimmed = {v for v, text in read.items() if isinstance(v, str) and text and text != v}
    long = {v for v, text in read.items() if len(text) > LONG_TEXT}
    for i, cell in enumerate(cells.values) if trimmed or long else ():
        if cell in trimmed:
            cells.say(i, "name_trimmed", value=read[cell])
        if cell in long:
            cells.say(i, "long_text", length=len(read[cell]))
    _error_cells(cells)
    return texts(map(read.__getitem__, cells.values))


def accounts(cells: Cells, words: Words) -> tuple[Texts, Texts]:
    """Accounts as text, and those of them that can be trusted ("" where Excel has damaged the digits)."""
    none = folded(words.blank) | _NO_ACCOUNT
    read = {
        v: ("", "placeholder") if isinstance(v, str) and fold(v) in none else _account(v)
        for v in set(cells.values)
    }
    doubted = {v for v, (_, code) in read.items() if code}
    for i, cell in enumerate(cells.values) if doubted else ():
        if cell in doubted:
            text, code = read[cell]
            cells.say(i, code, found=text or clean(cell))
    _error_cells(cells)
    shown = {v: text for v, (text, _) in read.items()}
    trusted = {v: "" if code == "account_rounded" else text for v, (text, code) in read.items()}
    return texts(map(shown.__getitem__, cells.values)), texts(map(trusted.__getitem__, cells.values))


def _account(cell: Cell) -> tuple[str, str]:
    """An account's text and the code of what is doubtful about it."""
    if isinstance(cell, str):
        # letters and digits of ASCII: nothing to fold
        plain = cell.isascii() and cell.isalnum()
        text = cell if plain else "".join(unicodedata.normalize("NFKC", clean(cell)).split())
        if not plain and _in_scientific(text):
            return text, "account_rounded"
        return text, "account_suspect" if len(text) == 18 and text.isdigit() and text.endswith("000") else ""
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
    _error_cells(cells)
    return list(map(known.__getitem__, cells.values))


def _month(cell: Cell) -> str:
    if isinstance(cell, dt.date):
        return f"{cell.year:04d}-{cell.month:02d}"
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if _SERIALS[0] <= cell <= _SERIALS[1]:
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
        if _SERIALS[0] <= cell <= _SERIALS[1]:
            return day(cell).isoformat()
        cell = f"{cell:.0f}" if float(cell).is_integer() else ""
    text = unicodedata.normalize("NFKC", clean(str(cell)))
    match = _DATE.match(text) or _DATE_DIGITS.match(text)
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else ""
    except ValueError:
        return ""


def _error_cells(cells: Cells) -> None:
    for i, row in enumerate(cells.rows) if cells.errors else ():
        if int(row) in cells.errors:
            cells.say(i, "error_cell", found=cells.errors[int(row)])


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
