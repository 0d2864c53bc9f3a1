"""A formula all the way: the workbook's own VBA text, xlwings' converters, the engine, and the cell again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyopenvba.interpreter._values import EMPTY, MISSING, VBAArray, error

from excel_caller import call
from kongjian.base.errors import KongjianError
from kongjian.workbook.recalculate import recalculate
from vba_host import NA, VbaHost
from workbooks import column, everything, small_book

MEASURES = {"在线撰写教案": 38.4, "网络教研": 3.5, "成绩管理": 2, "通知公告": 1, "活动发布": 1, "参与活动": 0}
NOW = dt.datetime(2021, 7, 9, 16, 30, 5)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = everything()
    rows["teachers"] = [{**row, **MEASURES, "制作课件": 2 + k / 3} for k, row in enumerate(rows["teachers"])]
    path = small_book(tmp_path_factory.mktemp("whole") / "book.xlsm", rows)
    recalculate(path, now=NOW)
    return path


@pytest.fixture
def host(book: Path) -> VbaHost:
    host = VbaHost(book)
    host.answer = in_python
    return host


def in_python(name: str, given: Sequence[Any]) -> object:
    """What xlwings makes of the values, as the server gives it back to VBA."""
    try:
        found = call(name, *map(_argument, given))
    except KongjianError as fault:
        raise error(-2147467259, str(fault)) from fault
    if len(found) == 1 and len(found[0]) == 1:
        return found[0][0]
    made = VBAArray([(0, len(found) - 1), (0, len(found[0]) - 1)])
    made.items = [row[k] for k in range(len(found[0])) for row in found]
    return made


def _argument(given: object) -> Any:
    if isinstance(given, VBAArray):
        (top, bottom), (left, right) = given.bounds
        return [[_cell(given.get([r, c])) for c in range(left, right + 1)] for r in range(top, bottom + 1)]
    return None if given is MISSING else _cell(given)


def _cell(value: object) -> Any:
    return "" if value is EMPTY else value


def typed(host: VbaHost, sheet: str, last: str, count: int, name: str) -> list[object]:
    """A function over the first rows of a sheet, one call each."""
    return [host.run(name, host.range(sheet, f"A{r}:{last}{r}")) for r in range(4, 4 + count)]


def test_functions_in_cells_give_the_scores_of_the_sheets(book: Path, host: VbaHost) -> None:
    teachers = column(book, "教师得分", "计算得分")
    assert typed(host, "教师指标", "P", len(teachers), "TEACHER_SCORE") == teachers
    one = host.run("TEACHER_SCORE", host.range("教师指标", "A4:P4"), MISSING, "在线授课")
    assert one == column(book, "教师得分", "在线授课")[0]


def test_the_array_function_gives_the_same(book: Path, host: VbaHost) -> None:
    teachers = column(book, "教师得分", "计算得分")
    found = host.run("TEACHER_SCORES", host.range("教师指标", f"A4:P{3 + len(teachers)}"))
    assert [found.get([row, 10]) for row in range(len(teachers))] == teachers


def test_a_school_with_a_measure_missing_is_not_available(host: VbaHost) -> None:
    assert host.run("SCHOOL_SCORE", host.range("学校数据", "A4:AG4")) == NA


def test_the_functions_obey_the_sheet_of_rules_at_once(host: VbaHost) -> None:
    before = typed(host, "教师指标", "P", 2, "TEACHER_SCORE")
    host.type("规则", "B4", "目标15次")  # each teacher set two of the fifteen
    after = typed(host, "教师指标", "P", 2, "TEACHER_SCORE")
    assert [round(b - a, 2) for b, a in zip(before, after, strict=True)] == [13.0, 13.0]  # type: ignore[operator]
    assert host.run("AWARD", "教师", 1.0) == "网络学习空间应用专家"
