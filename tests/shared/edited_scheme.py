"""规则 with cells typed over: what it then says, or why it is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, letter
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.scheme_tables import COLUMNS
from kongjian.rules import Rules
from kongjian.workbook.layout import INDICATORS_COLUMNS, SCHEME_NAME
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from pinned_rules import pinned_rules
from workbooks import cells, opened

RULES = pinned_rules()
SCHEME, MONTHS, CONDITIONS, AWARDS = COLUMNS.values()
NOW = dt.datetime(2021, 7, 20, 9, 30)
Edit = tuple[Sequence[str], str, str, Cell]
"""The columns of a table, the name of a row, a column, what is typed there."""


def sheet_of(path: Path) -> Grid:
    with Package(path) as package:
        found = Reader(package).grid(RULE_SHEET)
    assert found is not None
    return found


def built_grid(folder: Path) -> Grid:
    """规则 of a workbook as it is built."""
    build(RULES, folder / "book.xlsx")
    return sheet_of(folder / "book.xlsx")


def place(rows: Sequence[Sequence[Cell]], columns: Sequence[str], name: str, header: str) -> tuple[int, int]:
    """Row and column (from 0) of a cell: its table's columns, the name in its row, its header."""
    top, left = next(
        (r, c)
        for r, row in enumerate(rows)
        for c in range(len(row))
        if list(row[c : c + len(columns)]) == list(columns)
    )
    key = left + {"EligibilityRules": 1}.get(next((t for t, c in COLUMNS.items() if c == columns), ""), 0)
    if tuple(columns) == INDICATORS_COLUMNS:
        key = left + 2
    found = next(r for r in range(top + 1, len(rows)) if rows[r][key] == name)
    return found, left + list(columns).index(header)


def typed(grid: Grid, *edits: Edit) -> Grid:
    rows = [list(row) for row in grid.rows]
    for columns, name, header, value in edits:
        row, at = place(grid.rows, columns, name, header)
        rows[row][at] = value
    return Grid(rows)


def at(grid: Grid, columns: Sequence[str], name: str, header: str) -> str:
    row, found = place(grid.rows, columns, name, header)
    return f"规则!{letter(found + 1)}{row + 1}"


def applied(grid: Grid, *edits: Edit) -> Rules:
    return apply_rule_sheet(typed(grid, *edits), RULES)


def fault(grid: Grid, *edits: Edit, rules: Rules = RULES) -> str:
    with pytest.raises(KongjianError) as caught:
        apply_rule_sheet(typed(grid, *edits), rules)
    return str(caught.value)


def type_into(path: Path, edits: Sequence[Edit]) -> Path:
    """The workbook with these cells typed."""
    found = opened(path, keep_vba=True)
    grid = cells(path, "规则")
    for columns, name, header, value in edits:
        row, at_ = place(grid, columns, name, header)
        found["规则"].cell(row + 1, at_ + 1).value = value
    found.save(path)
    return path


def forget_scheme(book: openpyxl.Workbook) -> None:
    """规则 as workbooks of the first edition have it."""
    sheet = book["规则"]
    for name in COLUMNS:
        for row in sheet[sheet.tables[name].ref]:
            for cell in row:
                cell.value = None
        del sheet.tables[name]
    del book.defined_names[SCHEME_NAME]


BY_TEACHERS = "网络学习空间应用专家", "网络学习空间应用优秀教师"
FIVE_PLACES: list[Edit] = [
    (AWARDS, name, "止名次", 5.0)
    for name in ("网络学习空间应用示范校", "网络学习空间应用优秀管理员", "省平台信息化专家")
]
