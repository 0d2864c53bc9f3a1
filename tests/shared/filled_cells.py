"""Which cells of a workbook are under the light fill, read by openpyxl."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from kongjian.intake.marks import FILLS
from kongjian.xlsx.fill_marks import SIGN


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
