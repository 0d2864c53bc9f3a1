"""月度跟踪 in a workbook: its columns follow the counted months, and so do looks, marks and the chart's numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from changed_books import edit, put
from kongjian.rules import load_rules
from kongjian.selfcheck.fresh_run import fresh_run
from kongjian.selfcheck.second_reader import SecondReader
from kongjian.selfcheck.untouched_results import untouched_results
from kongjian.workbook.layout import MONTH_CURVES, MONTHS, output_sheet
from kongjian.workbook.month_curves import HEIGHT, curves
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import own_rules
from kongjian.xlsx.moved_columns import looks_of
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from kongjian.xlsx.table_parts import OutColumn
from package_lint import lint
from remote import press
from workbooks import everything, opened

RULES = load_rules()
FIRST, SECOND, THIRD = (dt.datetime(2021, 7, day, 9, 30) for day in (20, 21, 22))
NOW, rows = FIRST, everything
NAMES = ["类别", "学校名称", "教师姓名", "账号"]
BEHIND = ["月均得分", "已有月数", "还剩月数", "余下每月至少", "状态"]
PERIOD = RULES.period.months()
Book = openpyxl.Workbook


def counted(month: str, word: str) -> Callable[[Book], None]:
    """Writes into 计入 of a month on 规则."""

    def change(book: Book) -> None:
        beside = (c.offset(column=1) for row in book["规则"].iter_rows() for c in row if c.value == month)
        [cell] = [c for c in beside if c.value in ("是", "否")]
        cell.value = word

    return change


def looks(path: Path) -> dict[str, tuple[str, str, float]]:
    """Number format, alignment and width of each column by its name."""
    sheet = opened(path)[MONTHS]
    return {
        str(c.value): (
            sheet.cell(4, c.column).number_format,
            str(sheet.cell(4, c.column).alignment.horizontal),
            next(d.width for d in sheet.column_dimensions.values() if d.min <= c.column <= d.max),
        )
        for c in sheet[3]
        if c.value is not None
    }


def test_the_columns_follow_the_counted_months_and_take_their_looks_along(book: Path) -> None:
    before = looks(book)
    assert list(before) == [*NAMES, *PERIOD, *BEHIND]
    assert before["状态"][:2] == ("General", "center")
    assert before["2021-03"][0] == before["余下每月至少"][0] == "0.00"
    assert before["账号"] == ("@", "left", before["账号"][2])
    edit(book, counted("2021-02", "否"))
    recalculate(book, now=SECOND)
    less = looks(book)
    assert list(less) == [*NAMES, *(m for m in PERIOD if m != "2021-02"), *BEHIND]
    assert {n: look for n, look in before.items() if n != "2021-02"} == less
    sheet = opened(book)[MONTHS]
    assert sheet.tables["MonthTracking"].ref == f"A3:P{sheet.tables['MonthTracking'].ref.split('P')[1]}"
    assert {c.value for row in sheet.iter_rows(min_row=3, min_col=17, max_col=17) for c in row} == {None}
    assert lint(book) == []
    edit(book, counted("2021-02", "是"))
    recalculate(book, now=THIRD)
    assert looks(book) == before
    assert lint(book) == []


def test_the_marks_ask_each_cell_about_itself(first: Path) -> None:
    sheet = opened(first)[MONTHS]
    found = {str(f.sqref): [r.formula[0] for r in f.rules] for f in sheet.conditional_formatting}
    assert found == {"E4:AC1048576": [f'E4="{word}"' for word in ("已达标", "难达", "无法达到")]}


def test_the_button_lays_the_columns_out_as_the_command_does(book: Path, tmp_path: Path) -> None:
    edit(book, counted("2021-02", "否"))
    pressed = press("recalculate", book)
    shown = str(pressed.book["首页"][_home(pressed.book)].value)
    recalculate(book, tmp_path / "out.xlsm", now=dt.datetime.fromisoformat(shown))
    theirs = opened(tmp_path / "out.xlsm")[MONTHS]
    mine = pressed.book[MONTHS]
    assert pressed.alerts == []
    for row in range(2, theirs.max_row + 1):
        for column in range(1, theirs.max_column + 1):
            one, other = mine.cell(row, column), theirs.cell(row, column)
            assert (one.value or None) == (other.value or None), one.coordinate
            if row > 3 and column <= 16:  # texts are kept as texts in a running Excel
                assert one.number_format.replace("@", "General") == other.number_format.replace(
                    "@", "General"
                )
    assert mine.tables["MonthTracking"].ref == theirs.tables["MonthTracking"].ref
    wide = {a["start_column"]: a["args"][0] for a in pressed.actions if a["func"] == "setColumnWidth"}
    assert wide == {k: c.width for k, c in enumerate(output_sheet(check(book).rules, MONTHS).columns)}


def _home(book: Book) -> str:
    ((_, cell),) = book.defined_names["HomeRunTime"].destinations
    return cell.replace("$", "").partition(":")[0]


def test_the_chart_draws_the_schools_nearest_to_the_mark(first: Path) -> None:
    run = check(first)
    block = curves(run)
    monthly = run.results.school.monthly
    assert block[0] == ["", *PERIOD]
    assert block[1] == ["达标线80分", *[80] * 8]
    assert len(block) == HEIGHT
    names = run.results.school.names["学校名称"].tolist()
    known = [k for k in range(len(names)) if not monthly.stood_in[k]]
    known.sort(key=lambda k: (abs(monthly.average[k] - 8000), names[k]))
    assert [line[0] for line in block[3:]] == [names[k] for k in known[:8]] + [""] * (8 - len(known))
    for line, k in zip(block[3:], known, strict=False):
        assert line[1:] == ["" if v != v else v for v in monthly.by_month[k].tolist()]
    [(sheet, place)] = opened(first).defined_names[MONTH_CURVES].destinations
    shown = [["" if c.value is None else c.value for c in row] for row in opened(first)[sheet][place]]
    assert shown == block


def test_a_month_that_no_longer_counts_leaves_the_chart(book: Path) -> None:
    edit(book, counted("2021-07", "否"))
    recalculate(book, now=SECOND)
    [(sheet, place)] = opened(book).defined_names[MONTH_CURVES].destinations
    rows = [[c.value for c in row] for row in opened(book)[sheet][place]]
    assert rows[0][1:] == [*PERIOD[:-1], None]
    assert all(row[-1] is None for row in rows)


def test_a_number_of_the_chart_that_a_hand_altered_is_found(book: Path) -> None:
    [(sheet, place)] = opened(book).defined_names[MONTH_CURVES].destinations
    cell = opened(book)[sheet][place][1][3].coordinate
    edit(book, put(MONTHS, **{cell: 60}))
    with Package(book) as package, SecondReader(book) as second:
        reader = Reader(package)
        rules = own_rules(reader, RULES)
        run = fresh_run(reader, rules, lambda _: None)
        line = untouched_results(run, rules, reader, second.names, lambda _: None)
    assert re.search(rf"{MONTHS}!{cell}（折线图的数）表里是60，应为80", line.text)


def column(name: str, kind: Any = "score") -> OutColumn:
    return OutColumn(name, kind, 9)


@pytest.mark.parametrize(
    ("old", "new", "looks"),
    [
        (["a", "b"], [column("a"), column("b")], None),
        (["a", "m1", "m2", "z"], [column("a"), column("m2"), column("z")], [0, 2, 3]),
        (["t", "m1", "z"], [column("t", "text"), column("m0"), column("m1"), column("z", "text")], [0, 1, 1, 2]),
        (["t", "z"], [column("t", "text"), column("m", "score"), column("z", "text")], [0, 1, 1]),
        (["x"], [column("a"), column("b")], [0, 0]),
        (["a", "a", "b"], [column("b"), column("a")], [2, 0]),
    ],
)  # fmt: skip
def test_each_column_takes_the_looks_of_its_name_or_of_its_kin(
    old: list[str], new: list[OutColumn], looks: list[int] | None
) -> None:
    assert looks_of(old, new) == looks
