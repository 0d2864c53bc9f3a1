"""异议登记: a sheet that no calculation writes, and the record that is printed and signed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.entry.cli.main import cli
from kongjian.intake.sheets import APPEALS
from workbooks import opened, settled, small_book

ROWS = [
    [dt.date(2021, 8, 3), "张三", "0715-5330001", "第一小学", "", "得分和平台上的不同。" * 20, "核对后维持。", "否", dt.date(2021, 8, 5), "李四"],
    ["8月4日", "王五", "", "第二小学", "赵六", "在线授课少算了", "补登记，重新计算", "是", "8月6日", "李四"],
]  # fmt: skip


def made(path: Path) -> list[list[object]]:
    """The rows of the printed list between its headers and the lines to sign."""
    done = CliRunner().invoke(cli, ["forms", str(path), "--kind", "异议登记"])
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(path.parent / "表格" / "异议登记表.xlsx")["异议登记表"]
    assert [c.value for c in sheet[3]] == ["序号", *APPEALS.names]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=4)]
    return rows[: next(k for k, row in enumerate(rows) if str(row[0]).startswith("经办人")) - 1]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = small_book(tmp_path / "评比.xlsm", settled())
    book = opened(path)
    for r, row in enumerate(ROWS, start=4):
        for c, value in enumerate(row, start=1):
            book["异议登记"].cell(r, c).value = value
    book.save(path)
    return path


def test_a_calculation_leaves_every_cell_and_staff_may_write(kept: Path) -> None:
    before = [[c.value for c in row] for row in openpyxl.load_workbook(kept)["异议登记"].iter_rows()]
    assert CliRunner().invoke(cli, ["recalc", str(kept), "-q"]).exit_code == 0
    sheet = openpyxl.load_workbook(kept)["异议登记"]
    assert [[c.value for c in row] for row in sheet.iter_rows()] == before
    assert not sheet.protection.sheet
    assert APPEALS.table in sheet.tables


def test_the_record_lists_them_with_days_as_people_write_them(kept: Path) -> None:
    first, second = made(kept)
    assert first[1:6] == ["2021-08-03", "张三", "0715-5330001", "第一小学", None]
    assert (first[6], first[8:]) == (ROWS[0][5], ["否", "2021-08-05", "李四"])
    assert [second[0], *second[1:4]] == [2, "8月4日", "王五", None]
    sheet = openpyxl.load_workbook(kept.parent / "表格" / "异议登记表.xlsx")["异议登记表"]
    assert sheet.row_dimensions[4].height > 3 * sheet.row_dimensions[5].height, "grows with the text"
    assert "共2件" in sheet["A2"].value


def test_without_any_the_record_is_blank_and_all_forms_leave_it_out(tmp_path: Path) -> None:
    path = small_book(tmp_path / "评比.xlsm", settled())
    rows = made(path)
    assert (len(rows), {v for row in rows for v in row[1:]}) == (8, {None})
    (tmp_path / "表格" / "异议登记表.xlsx").unlink()
    assert CliRunner().invoke(cli, ["forms", str(path), "--anyway", "-q"]).exit_code == 0
    assert not (tmp_path / "表格" / "异议登记表.xlsx").exists()
