"""Checks a workbook file as `check --write` does, and which cells are under the light fill, read by openpyxl."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl

from kongjian.entry.cli.file_book import file_book
from kongjian.entry.plans.plan_model import carry_out
from kongjian.entry.plans.recalculation import problems
from kongjian.intake.marks import FILLS
from kongjian.rules import load_rules
from kongjian.workbook.run import Run, examine_sheets
from kongjian.xlsx.fill_marks import SIGN


def write_check(path: Path, now: dt.datetime = dt.datetime(2021, 7, 9)) -> Run:
    """Writes the list of problems and the fills."""
    with file_book(path) as held:
        run = examine_sheets(held, load_rules())
        carry_out(problems(run, held, now), held)
    return run


def filled(path: Path) -> dict[tuple[str, str], str]:
    """(sheet, cell) → level of every cell under a rule of ours that can hold."""
    out = {}
    for sheet in openpyxl.load_workbook(path):
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                for level in FILLS:
                    if SIGN + level in "".join(rule.formula) and not rule.formula[0].endswith(",FALSE)"):
                        cells = [c for part in area.sqref.ranges for row in part.rows for c in row]
                        out |= {(sheet.title, f"{letters(c)}{r}"): level for r, c in cells}
    return out


def letters(column: int) -> str:
    return openpyxl.utils.get_column_letter(column)
