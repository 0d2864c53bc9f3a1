"""The same recalculation with every cell read and written by openpyxl: `python openpyxl_recalc.py BOOK OUT`.

Reading, writing and saving are openpyxl's; cleaning, scoring and wording are the program's own, so that both
sides fill the same cells.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter

from kongjian.base.grid import YES_NO, Grid
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.evidence_sheets import evidence
from kongjian.engine.frame import Frame
from kongjian.intake.problem_list import frame, lines
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.tables import read_inputs
from kongjian.rules import load_rules
from kongjian.workbook.layout import RULES, output_sheets
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, OutputSheet

MEASURES = ("SchoolMeasures", "TeacherMeasures")


def recalculate(source: Path, target: Path) -> None:
    rules = load_rules()
    book = openpyxl.load_workbook(source, keep_vba=True)
    rules = apply_rule_sheet(_grid(book[RULES]), rules)
    intake = read_inputs({t.id: _grid(book[t.sheet]) for t in rules.tables}, rules)
    results = calculate(intake.inputs, rules, None, intake.findings)
    found = frame(lines(results.findings, intake.where))
    tables = {**results.tables, **evidence(intake.inputs, results, rules), "Problems": found}
    flags = frozenset(c.name for t in rules.tables for c in t.columns if c.kind == "yes_no")
    for spec in output_sheets(rules):
        if spec.table in tables:
            _put(book[spec.sheet], spec, tables[spec.table], flags if spec.table in MEASURES else frozenset())
    book.save(target)


def _grid(sheet: Any) -> Grid:
    return Grid([["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)])


def _put(sheet: Any, spec: OutputSheet, frame: Frame, flags: frozenset[str]) -> None:
    columns = [_values(frame[n], n in flags) if n in frame else [None] * frame.height for n in spec.names]
    styles = [sheet.cell(FIRST_ROW, k + 1)._style for k in range(len(columns))]
    for row, cells in enumerate(zip(*columns, strict=True), start=FIRST_ROW):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(row, column)
            cell.value = value
            cell._style = styles[column - 1]
    sheet.cell(2, 1).value = f"{dt.datetime.now():%Y-%m-%d %H:%M:%S}"
    last = max(FIRST_ROW, HEADER_ROW + frame.height)
    area = f"A{HEADER_ROW}:{get_column_letter(len(spec.columns))}{last}"
    table = sheet.tables[spec.table]
    table.ref = area
    if table.autoFilter is not None:
        table.autoFilter.ref = area


def _values(column: np.ndarray[Any, Any], flag: bool) -> list[Any]:
    values = column.tolist()
    if flag:
        return [YES_NO.get(v) for v in values]
    return [None if v != v or v == "" else v for v in values]


if __name__ == "__main__":
    recalculate(Path(sys.argv[1]), Path(sys.argv[2]))
