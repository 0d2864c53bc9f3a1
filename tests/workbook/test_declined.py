"""A winner declines: written into 备注 of 获奖名单, kept from run to run, the award goes to the next one everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.entry.cli.main import cli
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check, recalculate
from remote import press
from workbooks import MONTHS, SCHOOL_NAMES, cells, opened, settled, small_book, teacher

EXPERT, FINE = "网络学习空间应用专家", "网络学习空间应用优秀教师"
SCHOOL, CHIEF = "网络学习空间应用示范校", "网络学习空间应用优秀管理员"


pytestmark = pytest.mark.usefixtures("without_libreoffice")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = small_book(tmp_path / "评比.xlsm", settled(teacher_count=13))
    recalculate(path)
    return path


def rows(path: Path, sheet: str = "获奖名单") -> list[dict[str, Any]]:
    names, *found = cells(path, sheet)[2:]
    return [dict(zip(names, row, strict=True)) for row in found if any(row)]


def said(path: Path, award: str) -> list[tuple[int, str, str, str]]:
    """名次, who, 备注 and 状态 of an award's rows."""
    mine = [r for r in rows(path) if r["奖项"] == award]
    return [(int(r["名次"]), r["姓名"] or r["学校名称"], r["备注"], r["状态"]) for r in mine]


def write(path: Path, award: str, rank: int, text: str, who: str = "") -> None:
    """Writes into 备注 of one row, as staff do."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["获奖名单"]
    at = {c.value: c.column for c in sheet[3]}
    [row] = [
        r
        for r in range(4, sheet.max_row + 1)
        if (sheet.cell(r, at["奖项"]).value, sheet.cell(r, at["名次"]).value) == (award, rank)
        and who in ("", sheet.cell(r, at["姓名"]).value)
    ]
    cell = sheet.cell(row, at["备注"])
    assert not cell.protection.locked
    cell.value = text
    book.save(path)


def changed(path: Path, sheet: str, cell: str, value: object) -> None:
    book = openpyxl.load_workbook(path, keep_vba=True)
    book[sheet][cell] = value
    book.save(path)


def run(*words: object) -> str:
    done = CliRunner().invoke(cli, [*map(str, words)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_the_award_goes_to_the_next_and_the_list_says_so_from_run_to_run(book: Path) -> None:
    before = said(book, EXPERT)
    assert [r for r, *_ in said(book, FINE)] == [11, 12, 13]
    write(book, EXPERT, 3, "本人放弃，2021-09-01")
    for _ in range(3):
        recalculate(book)
        assert said(book, EXPERT) == [
            *before[:2],
            (3, "教师02", "本人放弃，2021-09-01", "放弃"),
            *before[3:],
            (11, "教师10", "递补，原第3名放弃", "确定"),
        ]
        assert [(r, note) for r, _, note, _ in said(book, FINE)] == [(12, ""), (13, "")]
    assert [int(r["名次"]) for r in rows(book, "教师排名")] == list(range(1, 14))


def test_it_is_undone_by_deleting_the_word(book: Path) -> None:
    before = rows(book)
    write(book, EXPERT, 3, "放弃")
    recalculate(book)
    assert rows(book) != before
    write(book, EXPERT, 3, "")
    recalculate(book)
    assert rows(book) == before


@pytest.mark.parametrize("text", ["取消", "递补，原第3名放弃；取消", "递补，原第3名放弃，取消"])
def test_the_one_who_moved_up_may_decline_too(text: str, book: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    recalculate(book)
    write(book, EXPERT, 11, text)
    recalculate(book)
    assert said(book, EXPERT)[-2:] == [
        (11, "教师10", "取消", "取消"),
        (12, "教师11", "递补，原第3名放弃、第11名取消", "确定"),
    ]


def test_what_a_calculation_wrote_itself_is_no_decline(book: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    recalculate(book)
    write(book, EXPERT, 3, "")
    recalculate(book)  # 教师10 stood there with 递补，原第3名放弃
    assert [r for r, *_ in said(book, FINE)] == [11, 12, 13]


def test_the_word_follows_its_unit_when_ranks_move_and_rows_are_sorted(book: Path) -> None:
    """By award and account: the rank that stood beside the word is that of the last run."""
    write(book, EXPERT, 3, "放弃")
    changed(book, "教师数据", "P6", 80.5)  # 教师02 is the last now
    recalculate(book)
    assert [r for r, *_ in said(book, EXPERT)] == [*range(1, 11), 13]
    assert said(book, EXPERT)[-1] == (13, "教师02", "放弃", "放弃")
    changed(book, "教师数据", "P6", 98.6)  # and the first
    recalculate(book)
    assert said(book, EXPERT)[0] == (1, "教师02", "放弃", "放弃")
    assert said(book, EXPERT)[-1] == (11, "教师10", "递补，原第1名放弃", "确定")


def test_of_two_of_one_name_in_one_school_the_account_decides(tmp_path: Path) -> None:
    rows_ = settled(teacher_count=13)
    rows_["teachers"] += [teacher(SCHOOL_NAMES[0], "教师00", "hb42128190009", 97.6)]
    rows_["monthly"] += [
        {"类别": "教师", "学校名称": SCHOOL_NAMES[0], "账号": "hb42128190009", "月份": m, "得分": 97.6} for m in MONTHS
    ]  # fmt: skip
    book = small_book(tmp_path / "评比.xlsm", rows_)
    recalculate(book)
    assert [(r, who) for r, who, *_ in said(book, EXPERT) if who == "教师00"] == [
        (1, "教师00"),
        (5, "教师00"),
    ]
    write(book, EXPERT, 5, "放弃")
    recalculate(book)
    assert [(r, state) for r, who, _, state in said(book, EXPERT) if who == "教师00"] == [
        (1, "确定"),
        (5, "放弃"),
    ]


def test_who_is_gone_from_the_data_is_told(book: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    recalculate(book)
    for column in "ABCDEHJP":
        changed(book, "教师数据", f"{column}6", None)
    found = [r for r in check(book).problems["内容"] if "写了“放弃”" in r]
    assert found == [
        f"获奖名单{EXPERT}“官塘驿镇中心小学 教师02”写了“放弃”，现在的数据里对应不到唯一的一个，没有按放弃处理"
    ]


def test_a_school_and_its_administrator_decline_each_for_itself(book: Path) -> None:
    write(book, SCHOOL, 2, "放弃")
    recalculate(book)
    assert [r for r, *_ in said(book, SCHOOL)] == [1, 2, 3, 4]
    assert [r for r, *_ in said(book, CHIEF)] == [1, 2, 3]
    state = opened(book)
    [(sheet, cell)] = state.defined_names["HomeSchoolWinners"].destinations
    each = str(state[sheet][cell.replace("$", "")].value).split("；")
    assert (
        each[0] == f"{SCHOOL}（3名：确定3，待核实0）：{SCHOOL_NAMES[0]}、{SCHOOL_NAMES[2]}、{SCHOOL_NAMES[3]}"
    )
    awards = [a.name for a in load_rules().awards if a.object == "school"]
    assert [one.partition("（")[0] for one in each] == awards, (
        "who gets one by the school's rank is named, too"
    )


def test_papers_and_copies_for_others_do_not_name_who_declined(book: Path, tmp_path: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    recalculate(book)
    run("forms", book, "-o", tmp_path / "表格", "--kind", "公示名单", "--kind", "表彰名单")
    run("mail", book, "-o", tmp_path / "分发", "--values", "--public")
    run("mail", book, "-o", tmp_path / "分发")
    listed = ("表格/公示名单", "表格/表彰名单", "分发/评比-公示版", "分发/评比-数值版", "分发/评比-分发版")
    for name in listed:
        shown = opened(tmp_path / f"{name}.xlsx", data_only=True)
        sheets = [s for s in shown if s.title in ("公示名单", "表彰名单", "证书数据", "获奖名单")]
        words = [str(c.value) for s in sheets for row in s.iter_rows() for c in row if c.value]
        assert "教师02" not in words, name
        assert {"教师10", "教师12"} <= set(words), name
        assert any("递补" in w for w in words), name


def test_the_sheet_of_changes_says_who_declined_and_who_moved_up(book: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    recalculate(book)
    found = {r["教师姓名"]: (r["变化"], r["原因"]) for r in rows(book, "与上次相比")}
    assert found == {
        "教师02": ("退出", f"放弃；不再获“{EXPERT}”"),
        "教师10": ("新进", f"递补，原第3名放弃；由“{FINE}”变为“{EXPERT}”"),
    }
    recalculate(book)  # nothing has changed since: it stays
    assert {r["教师姓名"] for r in rows(book, "与上次相比")} == {"教师02", "教师10"}


def test_a_word_that_was_written_since_waits_for_a_calculation(book: Path, tmp_path: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    refused = CliRunner().invoke(cli, ["mail", str(book), "-o", str(tmp_path / "分发")])
    assert "名次是按以前的数据算的" in str(refused.exception)


def test_excel_and_the_command_list_the_same(book: Path) -> None:
    write(book, EXPERT, 3, "放弃")
    pressed = press("recalculate", book)
    recalculate(book)
    names, *found = pressed.rows("获奖名单")
    shown = [tuple("" if v is None else v for v in row) for row in found]
    assert shown == [tuple(r[n] for n in names) for r in rows(book)]
