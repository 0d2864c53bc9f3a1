"""The functions' VBA text, run: what it hands to Python, what it remembers, when it forgets, what it shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pyopenvba.interpreter._values import EMPTY, MISSING, VBAArray, VBAErrorValue, error

from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.scheme_tables import COLUMNS
from kongjian.rules import load_rules
from kongjian.workbook.functions.rules_text import rules_of
from kongjian.workbook.functions.worksheet import FUNCTIONS
from kongjian.workbook.layout import INDICATORS_COLUMNS, READINGS_COLUMNS
from vba_host import ADDIN, NA, SERVER, VbaHost, block
from workbooks import cells, opened, small_book

DATA = "学校数据"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_book(tmp_path_factory.mktemp("vba") / "book.xlsm")


@pytest.fixture
def host(book: Path) -> VbaHost:
    return VbaHost(book)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_passes_its_arguments_and_the_rules(name: str, host: VbaHost) -> None:
    arguments = [float(k) for k, _ in enumerate(FUNCTIONS[name].arguments)]
    assert host.run(name, *arguments) == 88.5
    ((called, given),) = host.crossings
    assert (called, given[:-1]) == (name, arguments)
    assert given[-1] == host.run("KongjianRules")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_missing_argument_stays_missing(name: str, host: VbaHost) -> None:
    needed = [a for a in FUNCTIONS[name].arguments if not a.optional]
    assert host.run(name, *[1.0] * len(needed)) == 88.5
    left_out = len(FUNCTIONS[name].arguments) - len(needed)
    assert host.crossings[0][1][:-1] == [1.0] * len(needed) + [MISSING] * left_out


def test_a_range_is_handed_over_as_its_values(host: VbaHost) -> None:
    host.run("SCHOOL_SCORE", host.range(DATA, "A4:C5"), host.range(DATA, "A3"), "在线授课")
    row, headers, item, _ = host.crossings[0][1]
    assert row.bounds == [(1, 2), (1, 3)]
    assert [row.get([1, 1]), row.get([2, 1]), row.get([1, 3])] == ["赤壁市第一小学", "赤壁市第二小学", "是"]
    assert (headers, item) == ("学校名称", "在线授课")


def test_the_rules_are_those_of_the_sheet_whatever_it_is_called(book: Path, host: VbaHost) -> None:
    sheet = apply_rule_sheet(Grid(cells(book, "规则")), load_rules())
    assert rules_of(host.run("KongjianRules")) == sheet
    host.app.workbook.sheet_named("规则").vba_set("Name", "细则2021")
    host.run("KongjianForget")
    assert rules_of(host.run("KongjianRules")) == sheet


def test_numbers_and_broken_lines_in_the_rules(book: Path, host: VbaHost) -> None:
    top = next(n for n, row in enumerate(cells(book, "规则"), 1) if row[2] == "组织机构")
    for k, value in enumerate((0.5, 1234567.25, -0.25)):
        host.type("规则", f"E{top + k}", value)
    host.type("规则", "D4", "\n一\n\n\n二\r\n\n")
    text = host.run("KongjianRules")
    assert [f"\v{t}\v" in text for t in ("0.5", "1234567.25", "-0.25")] == [True] * 3
    assert "\v一\n二\v" in text
    assert text.count("\n\n") == len(TABLES)


TABLES = ("Readings", "Scheme", "Months", "EligibilityRules", "AwardRules", "Indicators")


def test_every_table_of_the_rules_crosses(book: Path, host: VbaHost) -> None:
    *tables, names = host.run("KongjianRules").split("\n\n")
    wanted = (READINGS_COLUMNS, *COLUMNS.values(), INDICATORS_COLUMNS)
    assert [text.split("\n")[0] for text in tables] == ["\v".join(columns) for columns in wanted]
    scheme, folder = (line.split("\v") for line in names.split("\n"))
    assert scheme[0] == "KongjianScheme"
    assert re.fullmatch(r"='?规则'?!\$B\$\d+", scheme[1])
    assert folder == ["KongjianFolder", str(book.parent)]
    assert set(TABLES) == set(opened(book)["规则"].tables)


@pytest.mark.parametrize("table", TABLES)
def test_a_change_in_any_table_of_the_rules_is_noticed(table: str, book: Path, host: VbaHost) -> None:
    first, _, last = opened(book)["规则"].tables[table].ref.partition(":")
    place = f"{last[0]}{int(first[1:]) + 1}"
    before = host.run("KongjianRules")
    host.type("规则", place, "改过")
    assert host.run("KongjianRules") != before


def test_what_was_seen_does_not_cross_again(host: VbaHost) -> None:
    row = host.range(DATA, "A4:AG4")
    assert [host.run("SCHOOL_SCORE", row) for _ in range(3)] == [88.5] * 3
    assert len(host.crossings) == 1
    assert host.started == 1
    host.run("SCHOOL_SCORE", host.range(DATA, "A5:AG5"))
    host.run("TEACHER_SCORE", row)
    host.run("SCHOOL_SCORE", row, MISSING, "在线授课")
    assert len(host.crossings) == 4
    assert host.started == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, "1"),
        (1.0, True),
        ("", EMPTY),
        (0.1 + 0.2, 0.3),
        ("1;5:1:2", "1"),
        (EMPTY, 0.0),
        (VBAErrorValue(2042), "Error 2042"),
    ],
    ids=str,
)
def test_values_that_read_alike_are_told_apart(one: object, other: object, host: VbaHost) -> None:
    for value in (one, other, one, other):
        host.run("AWARD", "学校", value)
    assert len(host.crossings) == 2


def test_the_shape_of_a_block_counts(host: VbaHost) -> None:
    for address in ("A4:B5", "A4:D4", "A4:A7", "A4:B5"):
        host.run("RANK_SCORES", host.range("班级数据", address))
    assert len(host.crossings) == 3


def test_a_large_block_is_not_remembered(host: VbaHost) -> None:
    for rows in (200, 200, 201, 201):
        host.run("SCHOOL_SCORES", block([[1.0] * 10] * rows))
    assert len(host.crossings) == 3


def test_a_change_of_the_rules_forgets_and_recalculates_the_functions(host: VbaHost) -> None:
    host.range("首页", "L1").vba_set("Formula", "=SCHOOL_SCORE(学校数据!A4:AG4)")
    host.range("首页", "L2").vba_set("Formula", "=1+1")
    host.range("首页", "L3").vba_set("Formula", '=IF(1,award("学校",1),"")')
    before = host.run("KongjianRules")
    host.run("SCHOOL_SCORE", 1.0)
    host.type("规则", "B4", "零次零分")
    assert host.excel.marked == ["$L$1", "$L$3"]
    assert host.excel.calculated == 1
    host.run("SCHOOL_SCORE", 1.0)
    assert len(host.crossings) == 2
    assert host.crossings[1][1][-1] == before.replace("\v按原文\v", "\v零次零分\v", 1)
    host.run("SCHOOL_SCORE", 1.0)
    assert len(host.crossings) == 2


def test_in_manual_calculation_the_cells_wait(host: VbaHost) -> None:
    host.range("首页", "L1").vba_set("Formula", "=SCHOOL_SCORE(学校数据!A4:AG4)")
    host.excel.vba_set("Calculation", -4135)
    host.type("规则", "B4", "零次零分")
    assert (host.excel.marked, host.excel.calculated) == (["$L$1"], 0)


def test_other_sheets_leave_what_is_remembered(host: VbaHost) -> None:
    host.run("SCHOOL_SCORE", 1.0)
    for sheet in ("首页", DATA, "班级数据", "帮助"):
        host.type(sheet, "A1", "改")
    host.run("SCHOOL_SCORE", 1.0)
    assert (len(host.crossings), host.excel.marked, host.excel.calculated) == (1, [], 0)


def fail(*_: object) -> Any:
    raise error(-2147467259, "ValueError: missing")


def test_a_failure_in_python_shows_not_available_and_is_not_remembered(host: VbaHost) -> None:
    host.answer = fail
    assert host.run("SCHOOL_SCORE", 1.0) == NA
    host.answer = lambda _, __: 70.0
    assert host.run("SCHOOL_SCORE", 1.0) == 70.0
    assert (host.started, host.shown) == (1, [])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_without_the_server_every_function_shows_not_available(name: str, book: Path) -> None:
    host = VbaHost(book, server=False)
    assert host.run(name, *[1.0] * len(FUNCTIONS[name].arguments)) == NA
    assert host.shown == []


def test_a_python_started_anew_is_asked_once_more(host: VbaHost) -> None:
    host.run("SCHOOL_SCORE", 1.0)
    deaths = [462, -2147023174]

    def die(*_: object) -> object:
        if deaths:
            raise error(deaths.pop(0), "The remote server machine does not exist")
        return 60.0

    host.answer = die
    assert host.run("SCHOOL_SCORE", 2.0) == NA, "the new one is dead, too"
    assert host.run("SCHOOL_SCORE", 2.0) == 60.0
    assert host.started == 2
    deaths.append(462)
    assert host.run("SCHOOL_SCORE", 3.0) == 60.0
    assert host.started == 3


def test_the_add_in_stands_in_where_our_own_server_is_not_registered(book: Path) -> None:
    host = VbaHost(book, server=False, addin=True)
    assert host.run("SCHOOL_SCORE", 1.0) == 88.5
    assert host.created == [f"{ADDIN}XLPy"]
    host = VbaHost(book, addin=True)
    host.run("SCHOOL_SCORE", 1.0)
    assert host.created == [SERVER]


def test_a_server_that_was_just_ending_is_started_again(host: VbaHost) -> None:
    host.refusals = [-2146959352]  # CO_E_SERVER_STOPPING
    assert host.run("SCHOOL_SCORE", 1.0) == 88.5
    assert host.created == [SERVER]


def test_a_server_that_does_not_start_is_not_tried_by_every_cell(host: VbaHost) -> None:
    tries = 5
    host.refusals = [-2146959355] * tries
    assert [host.run("SCHOOL_SCORE", float(k)) for k in range(20)] == [NA] * 20
    assert len(host.refusals) == tries - 1
    host.run("KongjianTryAgain")  # a button
    assert host.run("SCHOOL_SCORE", 1.0) == NA
    assert len(host.refusals) == tries - 2
    host.refusals = []
    host.run("KongjianTryAgain")
    assert host.run("SCHOOL_SCORE", 1.0) == 88.5


def test_the_cells_of_an_array_that_cannot_be_computed(host: VbaHost) -> None:
    host.answer = lambda _, __: block([[1.5, "#N/A"], [EMPTY, "达标"]])
    found = host.run("SCHOOL_SCORES", host.range(DATA, "A4:AG5"))
    shown = [found.get([k, n]) for k in (0, 1) for n in (0, 1)]
    assert isinstance(shown[1], VBAErrorValue)
    assert (shown[0], shown[1].number, shown[2], shown[3]) == (1.5, NA, "", "达标")


def test_a_single_row_comes_back_flat(host: VbaHost) -> None:
    host.answer = lambda _, __: VBAArray([(0, 2)], items=[1.5, "#N/A", EMPTY])
    one, two, three = host.run("SCHOOL_SCORES", host.range(DATA, "A4:AG4")).items
    assert (one, two.number, three) == (1.5, NA, "")


def test_areas_apart_are_refused(host: VbaHost) -> None:
    host.run("SCHOOL_SCORE", host.range(DATA, "A4:C4,E4:F4"))
    assert isinstance(host.crossings[0][1][0], VBAErrorValue)


def test_without_a_dictionary_nothing_is_remembered(host: VbaHost, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = host.app.interpreter.create_com

    def refuse(name: str) -> object:
        if name == "Scripting.Dictionary":
            raise error(429)
        return whole(name)

    monkeypatch.setattr(host.app.interpreter, "create_com", refuse)
    assert [host.run("SCHOOL_SCORE", 1.0) for _ in range(2)] == [88.5, 88.5]
    assert len(host.crossings) == 2
