"""The light fill of cells to look at in a running Excel: conditional formats, as the file's route writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import xlwings as xw

from kongjian.base.grid import Area, reference
from kongjian.intake.marks import FILLS
from kongjian.xlsx.fill_marks import SIGN, Mark, formula

_BY_FORMULA = 2  # XlFormatConditionType.xlExpression
_R1C1 = -4150  # XlReferenceStyle.xlR1C1
_LONGEST_ADDRESS = 250  # Excel takes an address of at most 255 characters


def put_marks(sheet: xw.Sheet, marks: Sequence[Mark]) -> None:
    """Puts these marks in place of those that the sheet has; nothing where the engine knows no conditional formats.

    Nothing either while no cell is active (a chart sheet is shown): the marks of before compare with what was there then.
    """
    api = sheet.api
    if not hasattr(api, "Cells") or not (judged := _judged(api.Application)):
        return
    _remove_ours(api.Cells.FormatConditions)
    for mark in marks:
        for address in addresses(mark.areas):
            rule = api.Range(address).FormatConditions.Add(
                Type=_BY_FORMULA, Formula1="=" + formula(mark.level, mark.condition, judged)
            )
            rule.Interior.Color = _colour(FILLS[mark.level])
            rule.Font.Color = 0  # a header's letters are white
            rule.StopIfTrue = False


def _judged(excel: Any) -> str:
    """The relative reference to the cell that a rule judges: Excel counts from the active cell, wherever the rule stands."""
    if excel.ActiveCell is None:
        return ""
    return "RC" if excel.ReferenceStyle == _R1C1 else str(excel.ActiveCell.Address).replace("$", "")


def _remove_ours(rules: Any) -> None:
    for k in range(rules.Count, 0, -1):
        rule = rules.Item(k)
        if rule.Type == _BY_FORMULA and SIGN in rule.Formula1:
            rule.Delete()


def addresses(areas: Sequence[Area]) -> Iterator[str]:
    """The areas as addresses that Excel takes, as few as possible."""
    held: list[str] = []
    for area in map(reference, areas):
        if held and len(",".join([*held, area])) > _LONGEST_ADDRESS:
            yield ",".join(held)
            held = []
        held.append(area)
    if held:
        yield ",".join(held)


def _colour(code: str) -> int:
    """RRGGBB as Excel counts colours: red is the lowest byte."""
    red, green, blue = (int(code[k : k + 2], 16) for k in (0, 2, 4))
    return red + green * 256 + blue * 65536
