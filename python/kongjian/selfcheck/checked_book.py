"""What every check shares: the workbook that is examined, the evaluators, and the lines of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kongjian.base.check_lines import BAD, GOOD, MIND, Line
from kongjian.engine.frame import Floats
from kongjian.intake.sheets import Sheets
from kongjian.mailing.copy_sheets import Value
from kongjian.mailing.live_copy import Contents
from kongjian.workbook.run import Run

Scored = Mapping[str, Floats]
"""By object an array (indicators + 1, units) in points: every indicator's score, then the total."""
Evaluator = Callable[[Run], Scored]
Calculated = Mapping[str, Sequence[Sequence[Value]]]
"""By sheet of the live copy the values of each column that its formulas give; [] for a column without any."""
Calculator = Callable[[Run, Contents], Calculated]
"""Works out the live copy's formulas without looking at the results that are stored beside them."""


class Book(Sheets, Protocol):
    """A workbook whose formulas can be found, too."""

    def formulas(self, sheet: str) -> frozenset[tuple[int, int]] | None:
        """The cells of a sheet (row, column, from 1) that hold formulas; None where nobody can tell."""


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
    "Calculated",
    "Calculator",
    "Evaluator",
    "Line",
    "Scored",
    "first_few",
    "said",
]
