"""What every check shares: the workbook that is examined, and the lines of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kongjian.base import files
from kongjian.base.check_lines import BAD, GOOD, MIND, Line
from kongjian.base.errors import KongjianError
from kongjian.intake.sheets import Sheets


class Book(Sheets, Protocol):
    """A workbook whose formulas can be found, too."""

    def formulas(self, sheet: str) -> frozenset[tuple[int, int]] | None:
        """The cells of a sheet (row, column, from 1) that hold formulas; None where nobody can tell."""


def line(title: str, check: Callable[[], Line]) -> Line:
    """One check's line; a report must come out whatever breaks in it."""
    try:
        return check()
    except KongjianError as error:
        return Line(BAD, title, str(error), "按上面说的处理，再自检")
    except Exception as error:
        return Line(BAD, title, f"核对时程序出错，{files.keep_error(error)}", "请把它和本报告发给技术人员")


def first_few(texts: Sequence[str], most: int) -> str:
    """The first of many findings, and how many more there are."""
    rest = len(texts) - most
    return "；".join(texts[:most]) + (f"；……另有{rest}处" if rest > 0 else "")


def said(value: object) -> str:
    """A cell's value as a report names it."""
    if value is None or value == "":
        return "空白"
    return f"{value:.15g}" if isinstance(value, float | int) else f"“{value}”"


__all__ = [
    "BAD",
    "GOOD",
    "MIND",
    "Book",
    "Line",
    "first_few",
    "line",
    "said",
]
