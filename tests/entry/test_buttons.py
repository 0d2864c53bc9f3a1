"""The buttons through xlwings' own remote engine: what they write equals the command's result, cell by cell."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.datetime import from_excel

from changed_books import edit, put
from kongjian.demo.generate import demo_data
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.clean_awards import doubts, judged_awards
from kongjian.engine.last_run import Previous
from kongjian.engine.result_tables import with_the_others
from kongjian.entry.excel.live_book import block
from kongjian.entry.plans.recalculation import state
from kongjian.intake.tables import read_inputs
from kongjian.rules import load_rules
from kongjian.workbook.layout import HOME_STATE, output_sheets
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, SELECTION, TABLES
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import input_grids
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from remote import press, values
from where import GOLDEN
from workbooks import opened, small_book

RULES = load_rules()
PASTED = GOLDEN / "pasted.xlsm"
WRITTEN = [s for s in output_sheets(RULES) if s.table not in ("Reconcile", "Explanations", "NearMisses", "ReadingEffects")]  # fmt: skip
INPUTS = [t.sheet for t in RULES.tables]


class Both:
    """One workbook through the button and through the command, at the same moment."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.source = source
        self.pressed = press("recalculate", source)
        shown = home(self.pressed.book)["HomeRunTime"]
        out = folder / "command.xlsm"
        recalculate(source, out, now=dt.datetime.fromisoformat(str(shown)))
        self.command = opened(out, data_only=True)


def home(book: openpyxl.Workbook) -> dict[str, Any]:
    """What the named cells of 首页 hold."""
    out = {}
    for name in HOME_STATE:
        [(sheet, cell)] = book.defined_names[name].destinations
        out[name] = book[sheet][cell.replace("$", "").partition(":")[0]].value
    return out


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The whole demo city."""
    folder = tmp_path_factory.mktemp("city")
    build(RULES, folder / "city.xlsm", demo_data(RULES))
    return Both(folder / "city.xlsm", folder)


@pytest.fixture(scope="module", params=["golden", "city", "again", "changed"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The golden workbook; the demo city; the golden one when it was calculated before, with the same data and others."""
    if request.param == "city":
        return request.getfixturevalue("city")
    folder = tmp_path_factory.mktemp(request.param)
    source = Path(shutil.copy(PASTED, folder / "book.xlsm"))
    if request.param in ("again", "changed"):
        recalculate(source, now=dt.datetime(2021, 7, 20, 9, 30, 1))
    if request.param == "changed":
        edit(source, put("学校数据", H6=90, T5="是"))
    return Both(source, folder)


@pytest.mark.parametrize("spec", WRITTEN, ids=lambda s: s.table)
def test_the_button_writes_what_the_command_writes(both: Both, spec: Any) -> None:
    mine, theirs = both.pressed.rows(spec.sheet), values(both.command, spec.sheet)
    # behind the first table 列名对应 has one that only staff write in
    assert mine[0][: len(spec.names)] == spec.names
    if spec.table == "Runs":
        mine[1][8] = theirs[1][8] = 0.0  # the seconds that it took
        mine[1:] = [[from_excel(row[0]), *row[1:]] for row in mine[1:]]
    assert mine == theirs
    assert both.pressed.book[spec.sheet]["A2"].value == both.command[spec.sheet]["A2"].value
    tables = [b[spec.sheet].tables[spec.table].ref for b in (both.pressed.book, both.command)]
    assert tables[0] == tables[1]


def test_the_look_up_has_the_same_facts_and_keeps_what_is_chosen(both: Both) -> None:
    for spec in TABLES:
        books = (both.pressed.book, both.command)
        refs = [book[DATA].tables[spec.table].ref for book in books]
        assert refs[0] == refs[1], spec.table
        mine, theirs = (
            [[cell.value for cell in row] for row in book[DATA][ref]]
            for book, ref in zip(books, refs, strict=True)
        )
        assert mine == theirs, spec.table
        assert mine[0] == spec.names
    mine, theirs = (
        [b[LOOKUP].cell(*place).value for place in SELECTION.values()]
        for b in (both.pressed.book, both.command)
    )
    assert mine == theirs
    assert mine[0] == "学校"
    assert mine[1]  # of nobody chosen the first
    assert mine[2:] == [None, None]


def test_the_home_sheet_shows_the_same_state(both: Both) -> None:
    assert home(both.pressed.book) == home(both.command)
    [(sheet, area)] = both.command.defined_names["HomeDistribution"].destinations
    counts = [[[c.value for c in row] for row in b[sheet][area]] for b in (both.pressed.book, both.command)]
    assert counts[0] == counts[1]
    assert sum(map(sum, counts[0])) > 0


def test_the_problems_link_to_the_same_cells(both: Both) -> None:
    def links(book: openpyxl.Workbook) -> dict[str, str]:
        return {
            c.coordinate: c.hyperlink.location
            for row in book["问题清单"].iter_rows()
            for c in row
            if c.hyperlink and c.value is not None  # this engine leaves the links below a shorter list
        }

    mine, theirs = links(both.pressed.book), links(both.command)
    assert mine
    assert {k: v.replace("'", "") for k, v in mine.items()} == {
        k: v.replace("'", "") for k, v in theirs.items()
    }


def test_inputs_and_rules_are_not_written(both: Both) -> None:
    assert both.pressed.written.isdisjoint({*INPUTS, "规则", "帮助"})


def test_settings_are_put_back_and_the_place_is_kept(both: Both) -> None:
    settings = both.pressed.settings
    assert [v for k, v in settings if k == "setScreenUpdating"] == [False, True]
    assert [v for k, v in settings if k == "setCalculation"] == ["Manual", "Automatic"]
    assert not [k for k, _ in settings if k == "activateSheet"]
    assert both.pressed.alerts == []


def test_button_command_and_engine_agree_over_the_city(city: Both) -> None:
    with Package(city.source) as package:
        intake = read_inputs(input_grids(Reader(package), RULES), RULES)
    results = calculate(intake.inputs, RULES, Previous(), intake.findings)
    errors = [f for f in results.findings if RULES.problems[f.code].level == "错误"]  # none is accepted
    results = judged_awards(results, doubts(results, intake.inputs, RULES, errors), [], RULES)
    yes_no = frozenset(c.name for t in RULES.tables for c in t.columns if c.kind == "yes_no")
    compared = 0
    for spec in output_sheets(RULES):
        if spec.table in results.tables:
            frame = results.tables[spec.table]
            if spec.table == "SchoolRanking":
                frame = with_the_others(frame, results.school)
            rows = block(spec, frame, yes_no if spec.table.endswith("Measures") else frozenset())
            assert city.pressed.rows(spec.sheet)[1:] == [r for r in rows if any(v is not None for v in r)], (
                spec.sheet
            )
            compared += len(rows)
    assert compared > 10_000
    assert np.isfinite(results.teacher.scores.total).any()


def test_a_smaller_result_leaves_nothing_of_the_larger(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    recalculate(book)
    before = opened(book)["教师排名"].tables["TeacherRanking"].ref
    sheet = opened(book)
    for row in sheet["教师数据"].iter_rows(min_row=5):
        for cell in row:
            cell.value = None
    sheet.save(book)
    after = press("recalculate", book)
    assert before == "A3:I9"
    assert after.book["教师排名"].tables["TeacherRanking"].ref == "A3:I4"
    assert len(after.rows("教师排名")) == 2


def test_long_digits_and_formula_like_texts_stay_texts(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    changed = opened(book)
    cells = changed["教师数据"]
    header = [c.value for c in cells[3]]
    for row, name in zip((4, 5, 6), ("=1+1", "+2", "@home"), strict=True):
        cell = cells.cell(row, header.index("教师姓名") + 1, name)
        cell.data_type = "s"
    changed.save(book)
    after = press("recalculate", book)
    rows = after.rows("教师得分")
    at = {name: k for k, name in enumerate(rows[0])}
    assert [r[at["教师姓名"]] for r in rows[1:4]] == ["=1+1", "+2", "@home"]
    assert rows[1][at["账号"]] == "421281199001010000"
    sheet = after.book["教师得分"]
    assert {sheet.cell(4 + k, at["教师姓名"] + 1).data_type for k in range(3)} == {"s"}


def test_a_broken_rule_sheet_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    changed = opened(book)
    cell = next(c for row in changed["规则"].iter_rows() for c in row if c.value == "取值")
    cell.offset(row=1).value = "随便"
    changed.save(book)
    for entry in ("recalculate", "check_data"):
        after = press(entry, book)
        [(text, mode)] = after.alerts
        assert text.startswith("规则!")
        assert "没有“随便”" in text
        assert mode == "error"
        assert after.written == set()
        assert after.settings[-1] == ("setScreenUpdating", True)


def test_a_missing_sheet_is_told(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    changed = opened(book)
    changed.remove(changed["学校数据"])
    changed.save(book)
    after = press("recalculate", book)
    assert [text[:15] for text, _ in after.alerts] == ["工作簿里没有工作表“学校数据”"]
    assert after.written == set()


def test_an_internal_fault_is_one_sentence_and_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("kongjian.workbook.run.calculate", lambda *_: 1 / 0)
    after = press("recalculate", small_book(tmp_path / "book.xlsm"))
    log = tmp_path / "kongjian" / "错误记录.txt"
    assert after.alerts == [(f"程序内部出错，工作簿没有改动；记录在 {log}，请发给技术人员", "error")]
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert after.written == set()
    assert after.settings[-2:] == [("setCalculation", "Automatic"), ("setScreenUpdating", True)]


def test_a_fault_while_writing_asks_to_press_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("kongjian.entry.excel.live_book.LiveBook._put_home", lambda *_: 1 / 0)
    after = press("recalculate", small_book(tmp_path / "book.xlsm"))
    log = tmp_path / "kongjian" / "错误记录.txt"
    assert [t for t, _ in after.alerts] == [
        f"结果没有写完，请再按一次；还是这样，请发给技术人员（记录在 {log}）。输入表没有改动"
    ]
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert after.written.isdisjoint(INPUTS)
    assert after.settings[-1] == ("setScreenUpdating", True)


def test_checking_writes_the_problems_and_the_steps_only(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    after = press("check_data", book, active="教师数据", selection="C7")
    assert after.written == {"问题清单", "首页"}
    assert " 检查 · 规则版本" in str(after.book["问题清单"]["A2"].value)
    expected = recalculate(book, tmp_path / "out.xlsm")
    assert after.rows("问题清单") == values(opened(tmp_path / "out.xlsm"), "问题清单")
    mode = "warning" if expected.levels["错误"] else "info"
    assert after.alerts == [(state(expected, home(after.book)["HomeMessage"]), mode)]
    assert after.autofitted == {"问题清单"}


def test_the_report_is_saved_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    looked = []
    monkeypatch.setattr("kongjian.entry.setup.doctor.examine", lambda book: looked.append(book) or [])
    monkeypatch.setattr("kongjian.entry.setup.doctor.word", lambda _: "标题\n结论：可以使用\n")
    book = small_book(tmp_path / "book.xlsm")
    after = press("diagnose", book)
    saved = tmp_path / "kongjian-诊断报告.txt"
    assert after.alerts == [(f"结论：可以使用\n报告在 {saved}", "info")]
    assert saved.read_text(encoding="utf-8-sig") == "标题\n结论：可以使用\n"
    assert after.written == set()
    press("diagnose", book, saved=True)
    assert looked == [None, book]


def test_a_renamed_sheet_is_found_by_its_table(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    shutil.copy(book, tmp_path / "renamed.xlsm")
    changed = opened(book)
    changed["教师数据"].title, changed["学校得分"].title = "我的教师", "得分（校）"
    changed.save(tmp_path / "renamed.xlsm")
    after = press("recalculate", tmp_path / "renamed.xlsm")
    plain = press("recalculate", book)
    assert after.alerts == []
    assert after.rows("得分（校）") == plain.rows("学校得分")
    assert after.rows("教师得分") == plain.rows("教师得分")
    assert len(after.rows("教师得分")) == 7


def test_a_deleted_table_and_a_deleted_sheet_are_made_again(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    plain = press("recalculate", book)
    changed = opened(book)
    changed.remove(changed["获奖名单"])
    del changed["教师得分"].tables["TeacherScores"]
    changed["教师得分"]["A9"] = "旧"
    changed.save(book)
    after = press("recalculate", book, active="学校数据")
    for spec in WRITTEN:
        if spec.table in ("Awards", "TeacherScores"):
            assert after.rows(spec.sheet) == plain.rows(spec.sheet)
            assert spec.table in after.book[spec.sheet].tables
    assert after.settings[-1] == ("activateSheet", after.book.sheetnames.index("学校数据"))


def test_new_rows_look_as_the_first_and_old_ones_are_left(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    first = press("recalculate", book)
    formats = [first.book["教师排名"].cell(row, 5).number_format for row in (4, 9)]
    assert formats == ["0.00", "0.00"]
    recalculate(book)
    again = press("recalculate", book)
    filled = [a["sheet_position"] for a in again.actions if a["func"] == "rangeAutofill"]
    runs = opened(book).sheetnames.index("运行记录")
    assert filled == [runs]  # the only table that grew
