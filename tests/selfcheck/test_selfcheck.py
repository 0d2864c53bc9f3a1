"""The self-check: a calculated workbook passes every line; one thing made wrong fails that line and names the place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kongjian.selfcheck import (
    agreement,
    examine_book,
    fixed_texts,
    gaps,
    looked_up,
    points,
    scheme_cases,
    seen_on_screen,
    shipped_macros,
    untouched_results,
)
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND
from kongjian.workbook.recalculate import recalculate
from kongjian.xlsx.package import Package
from selfchecked import RULES, calculated, checked, edited, only, put, rule_cell
from where import GOLDEN
from workbooks import Parts, change, sheet_part, small_book

PASTED = GOLDEN / "pasted.xlsm"
SHOWN = [m.TITLE for m in (untouched_results, seen_on_screen, fixed_texts, looked_up, shipped_macros)]
OWN, NEXT = (RULES.school.indicator(n).points for n in ("组织机构", "应用考核"))
TITLES = [*(m.TITLE for m in (points, gaps, agreement, scheme_cases)), *SHOWN]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return calculated(tmp_path)


# A workbook in which all is well.


def test_a_calculated_workbook_passes_every_line_and_stays_as_it_is(book: Path) -> None:
    before = book.read_bytes()
    lines = checked(book)
    assert [(line.title, line.state) for line in lines] == [(t, GOOD) for t in TITLES], lines
    assert book.read_bytes() == before
    assert sorted(p.name for p in book.parent.iterdir()) == ["book.xlsm"]
    report = examine_book.word(lines, book.name).splitlines()
    assert report[0].endswith(" book.xlsm")
    assert report[-1] == f"自检通过：{'、'.join(TITLES)}"
    assert "学校5所、教师6名，按列和按行计算的181个指标分、总分相同；formualizer算出的" in lines[2].text


def test_pasted_data_full_of_problems_passes_too(tmp_path: Path) -> None:
    book = Path(shutil.copy(PASTED, tmp_path / "book.xlsm"))
    recalculate(book)
    assert {line.state for line in checked(book)} == {GOOD}


def test_a_second_calculation_over_other_data_passes(book: Path) -> None:
    edited(book, lambda b: b["学校数据"].delete_rows(5))
    recalculate(book)
    assert {line.state for line in checked(book)} == {GOOD}


def test_saved_by_another_program_it_passes(book: Path) -> None:
    assert {line.state for line in checked(edited(book, lambda _: None))} == {GOOD}


def test_what_staff_may_write_is_not_compared(book: Path) -> None:
    def write(found: openpyxl.Workbook) -> None:
        names = [c.value for c in found["运行记录"][3]]
        found["运行记录"].cell(4, names.index("用时秒") + 1, 3)
        found["学校得分"]["AF5"] = "我的备注"
        found["首页"]["L20"] = "我的备注"

    assert {line.state for line in checked(edited(book, write))} == {GOOD}


# 结果表没有人工改动


def _swap(sheet: Worksheet, first: int, second: int) -> None:
    for a, b in zip(sheet[first], sheet[second], strict=True):
        a.value, b.value = b.value, a.value


EDITS: dict[str, tuple[Callable[[openpyxl.Workbook], None], list[str]]] = {
    "a score": (put("学校得分", "C5", 5), ["学校得分!C5（应用考核）表里是5，应为0"]),
    "a total by one hundredth": (put("教师得分", "P5", 98.26), ["教师得分!P5（得分）表里是98.26，应为98.25"]),
    "a number as text": (put("教师得分", "P5", "98.25"), ["教师得分!P5（得分）表里是“98.25”，应为98.25"]),
    "a blank": (put("教师排名", "E6", None), ["教师排名!E6（得分）表里是空白，应为98"]),
    "TRUE for 1": (put("学校排名", "A4", True), ["学校排名!A4（名次）表里是“TRUE”，应为1"]),
    "a word": (put("资格审核", "E8", "达标"), ["资格审核!E8（是否达标）表里是“达标”，应为“未达标”"]),
    "a measure": (put("教师指标", "H4", 31), ["教师指标!H4（在线授课）表里是31，应为30"]),
    "a winner": (put("获奖名单", "D4", "王五"), ["获奖名单!D4（姓名）表里是“王五”，应为空白"]),
    "a count of the last run": (put("运行记录", "D4", 6), ["运行记录!D4（学校数）表里是6，应为5"]),
    "a header": (put("学校排名", "C3", "总分"), ["学校排名!C3的表头是“总分”，应为“得分”"]),
    "two rows swapped": (
        lambda b: _swap(b["教师排名"], 5, 6),
        ["行的次序变了，从这里起：教师排名!A5（名次）表里是3，应为2"],
    ),
    "a row deleted": (lambda b: b["教师得分"].delete_rows(6), ["教师得分!A6缺少一行：官塘驿镇中心小学 教师02"]),
    "a row added": (put("学校得分", "A9", "某小学"), ["学校得分!A9多出一行：某小学"]),
    "a sheet deleted": (lambda b: b.remove(b["资格审核"]), ["工作表“资格审核”被删除了"]),
    "a formula": (put("学校得分", "C5", "=5"), ["学校得分!C5（应用考核）是公式，表里是空白，应为0"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_change_by_hand_is_named_with_its_cell(name: str, book: Path) -> None:
    edit, said = EDITS[name]
    line = next(x for x in checked(edited(book, edit)) if x.title == untouched_results.TITLE)
    assert (line.state, line.text[:12]) == (BAD, "有1处和重新计算的不同：")
    for text in said:
        assert text in line.text


def test_only_the_first_twenty_are_listed_but_all_are_counted(book: Path) -> None:
    def edit(found: openpyxl.Workbook) -> None:
        for row in found["教师得分"]["D4:M9"]:
            for c in row:
                c.value = 77

    line = only(checked(edited(book, edit)), untouched_results.TITLE)
    assert line.text.startswith("有60处")
    assert line.text.count("应为") == 20
    assert line.text.endswith("……另有40处")


def _typed(sheet: str, old: bytes, new: bytes) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        part = sheet_part(parts, sheet)
        parts[part], done = re.subn(old, new, parts[part], count=1)
        assert done == 1

    return edit


def test_a_formula_over_a_right_value_counts(book: Path) -> None:
    change(book, _typed("教师得分", rb'(<c r="P5"[^>]*>)(<v>98.25</v>)', rb"\1<f>P4-0.25</f>\2"))
    line = only(checked(book), untouched_results.TITLE)
    assert line.text.endswith("教师得分!P5是公式，不是计算写的值（现在显示的值没有错）")


def test_an_error_value_is_named(book: Path) -> None:
    change(book, _typed("教师得分", rb'<c r="P5"([^>]*)><v>98.25</v>', rb'<c r="P5"\1 t="e"><v>#N/A</v>'))
    assert "教师得分!P5（得分）表里是“#N/A”，应为98.25" in only(checked(book), untouched_results.TITLE).text


def test_fifteen_digits_are_enough_and_fourteen_are_not(tmp_path: Path) -> None:
    third = {"学校名称": "甲小学", "教师姓名": "甲", "账号": "1", "任课": "是", "在线授课": 39 + 1 / 3}
    book = small_book(tmp_path / "book.xlsm", {"schools": [{"学校名称": "甲小学"}], "teachers": [third]})
    recalculate(book)
    exact = next(v for v in re.findall(r"19\.3333\d+", read_text(book, "教师得分")))
    assert len(exact) > 16
    for digits, state in ((15, GOOD), (13, BAD)):
        short = f"{float(exact):.{digits}g}"
        assert float(short) != float(exact)
        copy = Path(shutil.copy(book, tmp_path / f"{digits}.xlsm"))
        change(copy, _typed("教师得分", re.escape(exact).encode(), short.encode()))
        assert {x.title: x.state for x in checked(copy)}[SHOWN[0]] == state


def read_text(book: Path, sheet: str) -> str:
    with Package(book) as package:
        return package.read(package.sheets[sheet]).decode()


STALE = {
    "data": (
        put("教师数据", "H4", 12),
        "数据在上次计算以后改过，请先重新计算，结果表没有核对完；和现在的数据算出的有25处不同：",
    ),
    "the fingerprint alone": (
        put("运行记录", "C4", "0123456789ab"),
        "数据在上次计算以后改过，或者“运行记录”的数据指纹被改过；结果都和现在的相同",
    ),
    "rules": (
        put("运行记录", "B4", "1999"),
        "规则在上次计算以后改过，或者“运行记录”的规则版本被改过；结果都和现在的相同",
    ),
    "the record emptied": (lambda b: b["运行记录"].delete_rows(4), "“运行记录”里没有计算过的记录"),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_results_of_other_data_are_not_compared_but_told(name: str, book: Path) -> None:
    edit, said = STALE[name]
    lines = checked(edited(book, edit))
    assert only(lines, untouched_results.TITLE, MIND).text.startswith(said)
    assert examine_book.conclusion(lines).startswith("没有发现不对，但有1处没有核对完：结果表没有人工改动")


def test_without_the_record_of_runs_the_other_sheets_are_compared(book: Path) -> None:
    def edit(found: openpyxl.Workbook) -> None:
        del found["运行记录"]
        found["学校得分"]["C5"] = 5

    text = only(checked(edited(book, edit)), untouched_results.TITLE).text
    assert text.startswith("有2处")
    assert "学校得分!C5（" in text
    assert "工作表“运行记录”被删除了" in text


def test_a_workbook_never_calculated_is_told(tmp_path: Path) -> None:
    line = only(checked(small_book(tmp_path / "new.xlsm")), untouched_results.TITLE, MIND)
    assert "没有计算过的记录" in line.text


def test_a_workbook_without_data_is_not_said_to_agree(tmp_path: Path) -> None:
    book = small_book(tmp_path / "new.xlsm", {})
    recalculate(book)
    assert only(checked(book), agreement.TITLE, MIND).text == "还没有数据，没有核对"


# 分值合计


def test_points_that_do_not_add_up_are_named_and_the_cases_still_run(book: Path) -> None:
    place = rule_cell(book, "学校", "组织机构", "分值")
    lines = checked(edited(book, put("规则", place, OWN + 1)))
    states = {line.title: line.state for line in lines}
    assert states == dict(zip(TITLES, (BAD, MIND, MIND, GOOD, MIND, GOOD, GOOD, GOOD, GOOD), strict=True))
    assert (
        lines[0].text
        == f"学校各指标分值合计101，应为100，改过的格子：规则!{place}（组织机构由{OWN:g}改成{OWN + 1:g}）"
    )
    assert "没有核对" in lines[2].text
    assert "算例按没有改过的方案核对" in lines[3].text
    assert examine_book.conclusion(lines) == "有1处不对：分值合计；请按“怎么办”处理"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("分值", "五分", "组织机构的分值不是可用的数字"), ("分值", 0, "组织机构的分值不是可用的数字")],
)
def test_a_refused_cell_is_named(column: str, value: object, said: str, book: Path) -> None:
    place = rule_cell(book, "学校", "组织机构", column)
    lines = checked(edited(book, put("规则", place, value)))
    assert [line.state for line in lines] == [BAD, MIND, MIND, GOOD, MIND, GOOD, GOOD, GOOD, GOOD]
    if value:
        assert lines[0].text == f"规则页有用不了的格子，规则!{place}：{said}"
    else:
        assert f"规则!{place}（组织机构由{OWN:g}改成0）" in lines[0].text


def test_a_refused_band_is_named(book: Path) -> None:
    place = rule_cell(book, "学校", "课程学习", "分档")
    lines = checked(edited(book, put("规则", place, "≥80%→10；≥60%→8")))
    assert f"规则!{place}：" in lines[0].text
    assert "其余" in lines[0].text


def test_points_that_were_shifted_and_calculated_pass(book: Path) -> None:
    more, less = (rule_cell(book, "学校", n, "分值") for n in ("组织机构", "应用考核"))
    edited(book, lambda b: (put("规则", more, OWN + 1)(b), put("规则", less, NEXT - 1)(b)))  # type: ignore[func-returns-value]
    recalculate(book)
    lines = checked(book)
    assert {line.state for line in lines} == {GOOD}
    assert "本工作簿改过规则页" in lines[3].text
