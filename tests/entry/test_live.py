"""The open workbook as grids and blocks: dates, errors, far cells, protection told as the reader of files tells them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kongjian.base.errors import KongjianError
from kongjian.base.grid import is_blank
from kongjian.engine.frame import Frame, texts
from kongjian.entry.excel.live_book import LiveBook, block, text_runs
from kongjian.entry.excel.live_cells import as_grid, percent_rows
from kongjian.rules import load_rules
from kongjian.workbook.layout import output_sheet, output_sheets
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from remote import press, remote_book
from workbooks import opened, small_book

RULES = load_rules()


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A workbook with a date, a moment, a time, a yes, an error value and long digits below the data."""
    path = small_book(tmp_path / "book.xlsm")
    book = opened(path)
    sheet = book["教师数据"]
    moment = dt.datetime(2021, 3, 1, 10, 30)
    for column, value in enumerate((dt.datetime(2021, 3, 1), moment, True, 5, 0.1, "421281199001010000"), 1):
        sheet.cell(12, column, value)
    sheet.cell(12, 7, "#N/A").data_type = "e"
    book.save(path)
    return path


def test_cells_are_read_as_from_the_file(odd: Path) -> None:
    live = LiveBook(remote_book(odd), RULES)
    with Package(odd) as package:
        reader = Reader(package)
        for sheet in ("学校数据", "教师数据", "班级数据", "月度得分", "行为明细", "规则"):
            mine, theirs = live.grid(sheet), reader.grid(sheet)
            assert mine is not None
            assert theirs is not None
            height = len(theirs.rows)
            cells = [list(row[: theirs.width]) for row in mine.rows]
            assert cells[:height] == [list(row) for row in theirs.rows]
            assert all(is_blank(c) for row in cells[height:] for c in row)
            assert mine.errors == theirs.errors
    assert live.grid("教师数据").errors == {(12, 7): "#N/A"}  # type: ignore[union-attr]


def test_a_sheet_is_known_by_its_own_name_too(odd: Path) -> None:
    live = LiveBook(remote_book(odd), RULES)
    assert live.name("首页") == "首页"
    assert live.name("没有") is None
    assert live.grid("没有") is None


def test_what_only_excel_on_windows_hands_over() -> None:
    grid = as_grid([[Decimal("12.5"), -2146826246, None], [-2146826245, 7.0, "#N/A"]])
    assert grid.rows == [[12.5, "", ""], ["", 7.0, ""]]
    assert grid.errors == {(1, 2): "#错误", (2, 1): "#错误", (2, 3): "#N/A"}


class Formats:
    """A sheet of which Excel tells the format of one column, None for cells of several formats."""

    def __init__(self, *rows: str) -> None:
        self.rows, self.asked = rows, 0

    def range(self, first: tuple[int, int], last: tuple[int, int]) -> Any:
        self.asked += 1
        found = set(self.rows[first[0] - 1 : last[0]])
        return SimpleNamespace(number_format=found.pop() if len(found) == 1 else None)


def test_the_rows_that_show_a_percentage_are_asked_for_by_halves() -> None:
    column = ["@", "@", "General", *["0.0%"] * 300, "0.00", "0%", *["0.00"] * 200]
    sheet: Any = Formats(*column)
    assert percent_rows(sheet, len(column), 6) == {*range(4, 304), 305}
    assert sheet.asked < 60
    mixed: Any = Formats(*["0%", "0.00"] * 2000)
    assert (percent_rows(mixed, 4000, 6), mixed.asked) == (set(), 500)


def test_an_engine_without_formats_knows_of_none(odd: Path) -> None:
    grid = LiveBook(remote_book(odd), RULES).grid("教师数据")
    assert grid is not None
    assert set(grid.percents(12)) == set()


def test_a_sheet_with_a_far_cell_is_refused(tmp_path: Path) -> None:
    book = remote_book(small_book(tmp_path / "book.xlsm"))
    sheet: dict[str, Any] = next(s for s in book.impl.api["sheets"] if s["name"] == "教师数据")
    sheet["used_range_address"] = "A1:XFD1048576"
    with pytest.raises(KongjianError, match="工作表“教师数据”有1048576行16384列，读不了"):
        LiveBook(book, RULES).grid("教师数据")


def test_texts_are_marked_before_values_in_every_table(tmp_path: Path) -> None:
    path = small_book(tmp_path / "book.xlsm")
    after = press("recalculate", path)
    marked: set[tuple[int, int]] = set()
    checked = 0
    for action in after.actions:
        place = action["sheet_position"]
        columns = range(
            action["start_column"] or 0, (action["start_column"] or 0) + (action["column_count"] or 0)
        )
        if action["func"] == "setNumberFormat" and action["args"] == ["@"]:
            marked |= {(place, c) for c in columns}
        elif action["func"] == "setValues":
            for row in action["values"]:
                for value, column in zip(row, columns, strict=True):
                    if isinstance(value, str) and value[:1] in tuple("=+-@0123456789") and " · " not in value:
                        assert (place, column) in marked, (place, value)
                        checked += 1
    assert checked > 10
    assert after.alerts == []


def test_blanks_and_yes_no_in_a_block() -> None:
    spec = output_sheet(RULES, "学校指标")
    frame = Frame(
        {
            "学校名称": texts(["甲", ""]),
            "互联网接入": np.array([1.0, np.nan]),
            "教师总数": np.array([2.0, np.nan]),
        }
    )
    rows = block(spec, frame, frozenset({"互联网接入"}))
    at = [spec.names.index(n) for n in ("学校名称", "互联网接入", "教师总数", "学段")]
    assert [[row[k] for k in at] for row in rows] == [["甲", "是", 2.0, None], [None, None, None, None]]


def test_an_empty_table_has_one_blank_row() -> None:
    spec = output_sheet(RULES, "获奖名单")
    assert block(spec, Frame({n: texts([]) for n in spec.names}), frozenset()) == [[None] * 8]


def test_text_columns_are_taken_together() -> None:
    ranking = output_sheet(RULES, "教师排名")
    assert text_runs(ranking) == [(1, 3), (6, 6), (8, 8)]
    assert all(text_runs(s) for s in output_sheets(RULES))
