"""单位查询 as another program shows it after units were chosen, beside what it should show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import ironcalc

from kongjian.workbook.lookup_sheet import LOOKUP, SELECTION, Chosen
from kongjian.xlsx.finished_parts import read_parts, write_parts


def wrong(wanted: Mapping[tuple[int, int], str | float], shown: Sequence[Sequence[object]]) -> list[str]:
    """Cells (row and column from 1) that show something else."""
    out = []
    for (row, column), value in wanted.items():
        found = shown[row - 1][column - 1]
        found = "" if found is None else found
        same = found == value
        if isinstance(value, float) and isinstance(found, float | int):
            same = abs(value - found) < 1e-9
        if not same:
            out.append(f"{row}/{column}: {found!r} is not {value!r}")
    return out


def by_iron_calc(path: Path, chosen: Sequence[Chosen]) -> list[list[list[object]]]:
    """The page for each choice, as IronCalc works it out."""
    parts = read_parts(path.read_bytes())
    marks = rb"<conditionalFormatting.*</conditionalFormatting>"  # worked out for every row down to the last
    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(marks, b"", parts[name], flags=re.DOTALL)
    plain = path.with_name("plain.xlsx")
    write_parts(parts, plain)
    model = ironcalc.load_from_xlsx(str(plain), "en", "UTC", "en")
    sheet = [s["name"] for s in model.get_worksheets_properties()].index(LOOKUP)
    out = []
    for one in chosen:
        for (row, column), text in zip(SELECTION.values(), one, strict=True):
            # as text, or it reads =1+1 and long digits
            model.set_user_input(sheet, row, column, f"'{text}" if text else "")
        model.evaluate()
        out.append([[model.get_cell_value(sheet, r, c) for c in range(1, 13)] for r in range(1, 61)])
    return out
