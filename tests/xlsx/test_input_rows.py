"""Rows that are written into the table of a sheet: each cell in its column's style, all else as it was."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
import xlsxwriter

from kongjian.xlsx.edit import Edit
from kongjian.xlsx.input_writer import append
from kongjian.xlsx.package import Package
from kongjian.xlsx.table_parts import OutColumn, OutputSheet


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet, bold = book.add_worksheet("表"), book.add_format({"bold": True})
        sheet.add_table("A3:D5", {"name": "T", "columns": [{"header": c} for c in "甲乙丙丁"]})
        for row in (3, 4):
            sheet.write_row(row, 0, ["旧", row, row, 0.5])
        sheet.write(3, 2, 3, bold)
        sheet.write("F6", "旁注")
    return tmp_path / "book.xlsx"


def test_rows_come_below_those_that_are_there(path: Path) -> None:
    block = SimpleNamespace(
        sheet="表", table_name="T", header_row=3, first_row=6, last_row=7, columns=(1, 3, 4), percents={4},
        rows=[("新", 2, 0.25), ("=1+1", None, 0.75)],
    )  # fmt: skip
    with Package(path) as package:
        edit = Edit(package)
        append(edit, block)
        edit.save(path)
    made = openpyxl.load_workbook(path)["表"]
    assert [[c.value for c in row] for row in made["A5:F7"]] == [
        ["旧", 4, 4, 0.5, None, None],
        ["新", None, 2, 0.25, None, "旁注"],
        ["=1+1", None, None, 0.75, None, None],
    ]
    assert made["A7"].data_type == "s"
    assert [made[f"{c}6"].font.b for c in "ABCD"] == [False, False, True, False]
    assert [made[f"{c}7"].number_format for c in "ACD"] == ["@", "General", "0.00%"]
    assert made.tables["T"].ref == "A3:D7"
    assert made.max_column == 6


def test_a_row_is_as_high_as_its_longest_text(path: Path) -> None:
    columns = tuple(OutColumn(name, "text", 30) for name in "甲乙丙丁")
    texts = {n: np.array(["短", "长" * 40, "短"], dtype=object) for n in "甲丁"}
    with Package(path) as package:
        edit = Edit(package)
        edit.put_table(OutputSheet("表", "T", columns, "result", ""), texts, "副题", frozenset())
        edit.save(path)
    made = openpyxl.load_workbook(path)["表"]
    assert [[made[f"{c}{row}"].value for c in "AB"] for row in (2, 3, 4, 5, 6)] == [
        ["副题", None],
        ["甲", "乙"],
        ["短", None],
        ["长" * 40, None],
        ["短", None],
    ]
    heights = [made.row_dimensions[row].height or 0 for row in range(3, 8)]
    assert [height > 40 for height in heights] == [False, False, True, False, False]
