"""Effective counts that an import has counted: as good as the lines that they come from, and what of them is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kongjian.base.grid import Cell
from kongjian.engine.calculate import calculate
from kongjian.engine.frame import Frame, texts
from kongjian.engine.outcome import Inputs, Results
from kongjian.intake.effective_rows import COUNTS, imported_counts
from kongjian.rules import resolve
from log_city import READINGS, SEEDS, City, frame_of, is_inside, random_city
from pasting import ACCOUNT, RULES, SCHOOL, Read, lines_of, read, recalculated, sheet, table, write_book
from plain_counts import COLUMNS, plain_counts

CLASS = "三年级1班"


def frame(rows: list[dict[str, Any]]) -> Frame:
    numbers = (*COLUMNS[7:], "有效次数")
    return Frame(
        {
            c: np.array([np.nan if r[c] is None else r[c] for r in rows], dtype=float)
            if c in numbers
            else texts(r[c] for r in rows)
            for c in COLUMNS
        }
        if rows
        else {}
    )


def results(city: City, counts: Frame, readings: dict[str, str]) -> Results:
    rules = resolve(RULES, readings)
    tables = {t: frame_of(t, rows) for t, rows in vars(city).items()}
    return calculate(Inputs.of(rules, **tables, **({"counts": counts} if counts else {})), rules)


@settings(max_examples=60, deadline=None)
@given(READINGS, SEEDS, st.sampled_from(["none", "all", "some"]))
def test_pasted_or_imported_as_counts_the_same_events_give_the_same_results(
    readings: dict[str, str], seed: int, pasted: str
) -> None:
    city = random_city(np.random.default_rng(seed))
    counts = frame(plain_counts(city.events, readings["student_effective"]))
    kept = {
        "none": [],
        "all": city.events,
        "some": [e for e in city.events[::2] if is_inside(e)],
    }[pasted]
    one, other = results(city, Frame(), readings), results(replace(city, events=kept), counts, readings)
    for name in ("TeacherMeasures", "SchoolMeasures", "SchoolScores", "TeacherScores", "Coverage", "Awards"):
        a, b = one.tables[name], other.tables[name]
        assert list(a) == list(b)
        for column in a:
            assert np.array_equal(a[column], b[column], equal_nan=a[column].dtype.kind == "f"), (name, column)
    for field in ("of_teachers", "of_schools", "at_school", "anywhere", "first", "last", "months", "strange"):
        assert np.array_equal(getattr(one.log, field), getattr(other.log, field)), field
    if pasted == "none":
        assert np.array_equal(one.log.repeated, other.log.repeated)


def imported(*rows: dict[str, Cell]) -> list[list[Cell]]:
    usual: dict[str, Cell] = {
        "学校名称": SCHOOL, "账号": ACCOUNT, "角色": "教师", "行为": "在线授课", "月份": "2021-03", "有效次数": 3.0,
        "出处": "导入", "记录数": 5.0,
    }  # fmt: skip
    return [
        ["有效次数"],
        ["说明"],
        list(COLUMNS),
        *([{**usual, **row}.get(c, "") for c in COLUMNS] for row in rows),
    ]


def with_counts(*rows: dict[str, Cell], **grids: Any) -> Read:
    blank = table("teachers", {"在线授课": ""})
    return read(**{"teachers": blank, COUNTS: sheet(*imported(*rows)), **grids})


def test_the_rows_stay_as_they_are_below_what_was_counted_now() -> None:
    lines = table("events", {"行为": "网络教研"})
    found = with_counts(
        {}, {"出处": "明细", "有效次数": 9.0}, {"账号": "别人", "有效次数": 1.0}, events=lines
    )
    columns = (found.output("EffectiveCounts", c) for c in ("账号", "行为", "有效次数", "出处", "记录数"))
    assert list(zip(*columns, strict=True)) == [
        (ACCOUNT, "网络教研", 1.0, "明细", None),
        (ACCOUNT, "在线授课", 3.0, "导入", 5.0),
        ("别人", "在线授课", 1.0, "导入", 5.0),
    ]
    assert found.output("TeacherMeasures", "在线授课") == [3.0]
    assert found.results.log.repeated.sum() == 2


def test_where_both_exist_the_imported_count_stands_and_that_is_told() -> None:
    lines = table("events", {}, {"日期": "2021-04-01"})
    found = with_counts({}, events=lines)
    assert found.output("TeacherMeasures", "在线授课") == [4.0]
    said = (
        "提示 行为明细!A3 行为明细有1行是导入过的账号、行为和月份（从第4行起），用导入的次数，这些行不再计次"
    )
    assert said in found.all_lines


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"行为": "登录"}, "错误 行为明细!A3 有效次数里导入的1行用不了（从第4行“登录”起）：角色、行为、月份或次数不对，没有计入"),
        ({"有效次数": "三"}, "错误 行为明细!A3 有效次数里导入的1行用不了（从第4行“在线授课”起）：角色、行为、月份或次数不对，没有计入"),
        (
            {"角色": "学生", "行为": "完成作业", "账号": CLASS, "每人上限": 4.0, "计入次数": 3.0, "计入月数": 1.0},
            "错误 行为明细!A3 有效次数里导入的1行学生次数是按每人最多4次数的，和现在的规则不同，没有计入（从第4行起）",
        ),
        ({"账号": "别人"}, "提示 行为明细!A3 有效次数里导入的1行是教师数据里没有的账号，没有计入（共1个账号，如第4行“别人”）"),
        (
            {"角色": "管理员", "行为": "学籍管理", "学校名称": "别校"},
            "警告 行为明细!A3 有效次数里导入的1行是学校数据里没有的学校，没有计入（共1所，如第4行“别校”）",
        ),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_told_and_counts_for_nobody(row: dict[str, Cell], said: str) -> None:
    found = with_counts(row)
    assert said in found.all_lines
    assert found.results.log.of_teachers.sum() == found.results.log.of_schools.sum() == 0
    assert not found.results.log.pupils.done.size


def test_in_a_workbook_they_survive_calculations_and_count_again(tmp_path: Path) -> None:
    book = write_book(
        tmp_path / "b.xlsx",
        {"teachers": lines_of("teachers", {"在线授课": ""})},
        lambda made: [
            page.write_row(r, 0, line)
            for page in [made.add_worksheet("有效次数")]
            for r, line in enumerate(imported({}))
        ],
    )
    for _ in range(2):
        run, _ = recalculated(book)
        assert run.results.tables["TeacherMeasures"]["在线授课"].tolist() == [3.0]
        rows = list(
            openpyxl.load_workbook(book)["有效次数"].iter_rows(min_row=3, max_col=8, values_only=True)
        )
        assert rows == [COLUMNS[:8], (SCHOOL, ACCOUNT, "教师", "在线授课", "2021-03", 3, "导入", 5)]


def test_a_book_of_the_edition_before_has_no_rows_of_an_import() -> None:
    old = [line[:7] if k >= 2 else line for k, line in enumerate(imported({"出处": "明细"}))]
    assert not imported_counts(sheet(*old))
    assert not imported_counts(None)
