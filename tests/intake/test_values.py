"""Single cells at the edges of what can be read, without the tables around them."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from kongjian.base.grid import Cell
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.intake import number_cells, values
from kongjian.intake.grades import _column, _is_limited, grade_of
from kongjian.intake.values import Cells
from kongjian.rules.roles import Role
from pasting import read, table
from pinned_rules import pinned_rules

RULES = pinned_rules()


def cells(
    kind: str,
    *given: Cell,
    errors: dict[int, str] | None = None,
    most_points: float = math.inf,
    **fits: object,
) -> Cells:
    """A column of this kind from row 4 on."""
    column = next(
        c
        for t in RULES.tables
        for c in t.columns
        if c.kind == kind and all(getattr(c, k) == v for k, v in fits.items())
    )
    return Cells(
        "表",
        column,
        given,
        np.arange(4, 4 + len(given)),
        errors or {},
        Findings(),
        column.name,
        None,
        most_points,
    )


def told(column: Cells) -> list[tuple[int, str]]:
    return [(int(f.row), f.code) for f in column.findings]


MONTHS: list[tuple[Cell, str]] = [
    (36526, "2000-01"), (36525, ""), (73050, "2099-12"), (73051, ""), (73050.5, ""), (44196.9, "2020-12"), (202012, "2020-12"), (202012.5, ""),
    (202013, ""), (200001, "2000-01"), (199912, ""), (True, ""), (20201231.0, "2020-12"), (20201301, ""), (dt.date(2020, 1, 31), "2020-01"),
    ("2020-0", ""), ("2020-1", "2020-01"), ("2020-12", "2020-12"), ("2020-13", ""), ("2020-00", ""), ("20201231235959", "2020-12"), ("2020年3月份", "2020-03"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("given", "month"), MONTHS)
def test_a_month(given: Cell, month: str) -> None:
    column = cells("month", given)
    assert values.months(column).tolist() == [month]
    expected = (
        "bad_month" if month == "" else "month_as_text" if isinstance(given, str) and given != month else ""
    )
    assert told(column) == [(4, expected)] * bool(expected)


DAYS: list[tuple[Cell, str | None]] = [
    (36526, "2000-01-01"), (36525, None), (73050, "2099-12-31"), (73051, None), (44196.9, "2020-12-31"), (20201231, "2020-12-31"), (20201231.0, "2020-12-31"),
    (20201231.5, None), (20201232, None), (True, None), (dt.datetime(2020, 12, 31, 23, 59), "2020-12-31"), (dt.date(2020, 12, 31), "2020-12-31"),
    ("2020-2-30", None), ("2020年12月31日", "2020-12-31"), ("2020/1/5 08:00", "2020-01-05"), ("20201231", "2020-12-31"), ("20201231235959", "2020-12-31"),
    ("2020123123", None), ("12-31", None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "day"), DAYS)
def test_a_day(given: Cell, day: str | None) -> None:
    column = cells("date", given)
    [found] = values.dates(column)
    assert (None if np.isnat(found) else str(found)) == day
    expected = "bad_date" if day is None else "date_as_text" if isinstance(given, str) else ""
    assert told(column) == [(4, expected)] * bool(expected)


def test_what_cannot_be_read_is_shown_cut_and_an_error_value_is_told_as_one() -> None:
    column = cells("date", "日" * 31, None, "", "2020-1-1", errors={6: "#N/A"})
    assert np.isnat(values.dates(column)).tolist() == [True, True, True, False]
    assert told(column) == [(4, "bad_date"), (5, "bad_date"), (7, "date_as_text"), (6, "error_cell")]
    first, blank, read, error = column.findings
    assert (first.params["found"], blank.params["found"]) == ("日" * 30, "空白")
    assert read.params == {"found": "2020-1-1", "value": "2020-01-01"}
    assert error.params == {"found": "#N/A"}


ACCOUNTS: list[tuple[Cell, str, str, str]] = [
    (999_999_999_999_999.0, "999999999999999", "999999999999999", "account_number"),
    (1e15, "1000000000000000", "", "account_rounded"),
    (-1e15, "-1000000000000000", "", "account_rounded"),
    (12, "12", "12", "account_number"),
    ("421281199001011000", "421281199001011000", "421281199001011000", "account_suspect"),
    ("42128119900101100", "42128119900101100", "42128119900101100", ""),
    ("421281199001011001", "421281199001011001", "421281199001011001", ""),
    ("42128119900101X000", "42128119900101X000", "42128119900101X000", ""),
    ("4.21281E+17", "4.21281E+17", "", "account_rounded"),
    ("4E+17", "4E+17", "", "account_rounded"),
    ("3e10", "3e10", "3e10", ""),
    ("ａb 12", "ab12", "ab12", ""),
    ("无", "", "", "placeholder"),
    ("没有", "", "", "placeholder"),
    (True, "TRUE", "TRUE", ""),
]  # fmt: skip


@pytest.mark.parametrize(("given", "shown", "trusted", "code"), ACCOUNTS)
def test_an_account(given: Cell, shown: str, trusted: str, code: str) -> None:
    column = cells("account", given)
    found = values.accounts(column, RULES.words)
    assert [f.tolist() for f in found] == [[shown], [trusted]]
    assert told(column) == [(4, code)] * bool(code)


def test_a_name() -> None:
    long, longer = "长 " + "a" * 253, "长 " + "a" * 254
    assert (len(long), len(longer)) == (255, 256)
    column = cells("text", long, longer, " 张 明 ", "张明", 12.0, None, errors={9: "#REF!"})
    assert values.names(column).tolist() == [long, longer, "张 明", "张明", "12", ""]
    assert told(column) == [(5, "long_text"), (6, "name_trimmed"), (9, "error_cell")]
    assert [f.params for f in column.findings] == [{"length": 256}, {"value": "张 明"}, {"found": "#REF!"}]


@pytest.mark.parametrize(
    ("given", "counts", "answer", "code"),
    [
        (True, False, 1.0, ""), (False, False, 0.0, ""), ("", False, None, ""), (None, False, None, ""), ("  ", False, None, ""), ("是", False, 1.0, ""),
        ("否", False, 0.0, ""), ("3次", False, None, "not_yes_no"), ("3次", True, 1.0, ""), (1.0, True, 1.0, ""), (0.5, True, 0.0, ""), ("0", True, 0.0, ""),
        (-1.0, True, None, "not_yes_no"), ("90%", True, None, "not_yes_no"), ("待定", False, None, "not_yes_no"), ("未填", False, None, "placeholder"), ("大概", False, None, "not_yes_no"),
        ("1次", True, 1.0, ""), ("0次", True, 0.0, ""), ("0.5次", True, 0.0, ""), ("-1次", True, None, "not_yes_no"),
    ],
)  # fmt: skip
def test_yes_or_no(given: Cell, counts: bool, answer: float | None, code: str) -> None:
    column = cells("yes_no", given, counts=counts)
    [found] = values.yes_no(column, RULES.words)
    assert (None if math.isnan(found) else found) == answer
    assert told(column) == [(4, code)] * bool(code)


@pytest.mark.parametrize(
    ("kind", "given", "number", "code"),
    [
        ("count", 1_000_000, 1_000_000.0, ""), ("count", 1_000_001, None, "out_of_range"), ("count", 0, 0.0, ""), ("count", -1, None, "negative"),
        ("count", True, None, "not_a_number"), ("count", "无", 0.0, "zero_word"), ("average", "无", 0.0, "zero_word"), ("score", "无", None, "not_a_number"), ("count", "未填", None, "placeholder"), ("count", "3%", None, "not_a_number"), ("count", "1,000", 1000.0, "unit_number"),
        ("count", "5次", 5.0, "unit_number"), ("count", "12", 12.0, "text_number"), ("count", "1,00", None, "not_a_number"), ("count", "+-3", None, "not_a_number"),
        ("count", dt.date(2020, 1, 1), None, "not_a_number"), ("count", " ", None, ""), ("count", None, None, ""),
        ("score", 100, 100.0, ""), ("score", 100.01, None, "out_of_range"),
    ],
)  # fmt: skip
def test_a_number(kind: str, given: Cell, number: float | None, code: str) -> None:
    column = cells(kind, given, most_points=100)
    [found] = number_cells.numbers(column, RULES.words)
    assert (None if math.isnan(found) else found) == number
    assert told(column) == [(4, code)] * bool(code)


def test_units_are_told_once_with_how_many() -> None:
    column = cells("count", "7", "3次", 4, "5次", "1,000", "")
    assert number_cells.numbers(column, RULES.words).tolist()[:5] == [7.0, 3.0, 4.0, 5.0, 1000.0]
    assert told(column) == [(4, "text_number"), (5, "unit_number")]
    assert column.findings[1].params == {"found": "3次", "value": "3", "count": 3}


@pytest.mark.parametrize(
    ("cell", "shown"),
    [(None, ""), (True, "TRUE"), (False, "FALSE"), (0.1 + 0.2, "0.3"), (123456789012345.0, "123456789012345"), (12.0, "12"), (3, "3"), ("甲", "甲"),
     (dt.datetime(2020, 1, 2, 3, 4), "2020-01-02 03:04:00"), (dt.date(2020, 1, 2), "2020-01-02")],
)  # fmt: skip
def test_what_people_see(cell: Cell, shown: str) -> None:
    assert values.show(cell) == shown


GRADES = """
一年级|1  三年级|3  小学1年级|1  初中一年级|7  初中部七年级|7  初中部八年级|8  高中三年级|12  高一年级|10  第三年级|3  六年2班|6  十年级|10  十一年级|11  十二年级|12
小四(1)班|4  初一|7  初四|10  初五(1)班|5  高二3班|11  小一班|-  一(2)班|1  1(2)|1  九(12)班|9  三(100)班|-  1.2班|1  一-2班|1  一-123班|-  一2班|1  一23班|1  102|1  112班|1  139|1  149|-  100|-
01年级|1  09年级|9  00年级|-  13年级|-  大班|-  2018级|-
""".split()  # fmt: skip


@pytest.mark.parametrize("line", GRADES)
def test_a_grade_in_the_name_of_a_class(line: str) -> None:
    text, grade = line.split("|")
    assert grade_of("", text) == (None if grade == "-" else int(grade))
    assert grade_of(text, "五年级") == (5 if grade == "-" else int(grade)), (
        "the grade's own column counts first"
    )


@pytest.mark.parametrize(
    ("grade", "number"),
    [("一", 1), ("七", 7), ("3", 3), ("12级", 12), ("十", 10), ("十二", 12), ("13", None)],
)
def test_a_number_alone_is_a_grade_only_where_a_grade_is_asked_for(grade: str, number: int | None) -> None:
    assert grade_of(grade, "") == number
    assert grade_of("", grade) is None


def test_which_stages_have_classes_below_the_first_grade() -> None:
    limit = RULES.measures.grades
    assert limit is not None
    levels = ("小学", "初中", "高中")
    assert [_is_limited(s, limit, levels) for s in ("", "小学", "中心小学", "初中", "高级初中", "职业")] == [
        True,
        True,
        True,
        False,
        False,
        None,
    ]


def test_pupils_below_the_first_grade_do_not_count() -> None:
    pupil = {"角色": "学生", "账号": "s1"}
    lines = [
        {**pupil, "年级": "二年级"},
        {**pupil, "年级": "三年级"},
        {**pupil, "班级": "大班"},
        {"年级": "一年级"},
    ]
    found = read(events=table("events", *lines))
    assert found.column("events", "年级") == ["三年级", "", "一年级"], (
        "a teacher's grade does not matter, nor one that cannot be read"
    )
    assert [line for line in found.lines if "以下学生" in line] == [
        "提示 行为明细!A4 三年级以下学生的行为不计"
    ]


def test_a_column_of_numbers_and_other_things_is_read_cell_by_cell() -> None:
    column = cells("count", 1, 2.5, "3次", None, "大概")
    assert number_cells.scaled(column, RULES.words).tolist()[:3] == [1, 2.5, 3]
    assert sorted(row for row, _ in told(column)) == [6, 8]


def test_a_column_that_is_not_there_is_blank() -> None:
    table_ = RULES.table("schools")
    name = table_.name_of(Role.STAGE)
    frame = Frame({table_.name_of(Role.SCHOOL): texts(["甲校", "乙校"])})
    assert _column(frame, table_, Role.STAGE).tolist() == ["", ""]
    assert _column(Frame({name: texts(["小学"])}), table_, Role.STAGE).tolist() == ["小学"]
