"""与上次相比, through real workbooks: the cell, the rule or the others that moved a rank are named, and nothing else; long because each way to move a rank is a case worked out by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from changed_books import SHEET, Book, both, edit, listed, numbers, parameter, put, reading, said, ways
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.mailing.strangers import Census, found_in
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from pinned_rules import pinned_beside, pinned_rules
from remote import press
from remote import values as sheet_values
from workbooks import column, opened, school, small_book

RULES = pinned_rules()
NOW = dt.datetime(2021, 7, 20, 9, 30)
FIRST, SECOND, THIRD = "赤壁市第一小学", "赤壁市第二小学", "官塘驿镇中心小学"
COUNTS = {"制作课件": 5, "在线撰写教案": 40, "网络教研": 4, "作业管理": 1, "成绩管理": 2, "学生评价": 1}
PEOPLE = [(FIRST, "张明", "hb001"), (FIRST, "李静", "hb002"), (SECOND, "王芳", "hb003"), (SECOND, "刘洋", ""), (THIRD, "陈勇", "hb005")]  # fmt: skip
LOST = "“教师指标”不在了或上次计算以后被改过，看不出改了哪一格"
SAME = "没有变化：数据、口径和规则都与上次计算相同"
STAYED = dict.fromkeys((name for _, name, _ in PEOPLE), "")


def rows() -> dict[str, list[dict[str, object]]]:
    """Three schools whose measures come from their teachers; every teacher two lessons below the one before."""
    people = [
        {
            "学校名称": s,
            "教师姓名": n,
            "账号": a,
            "任课": "是",
            "班主任": "是",
            **COUNTS,
            "在线授课": 38 - 2 * k,
        }
        for k, (s, n, a) in enumerate(PEOPLE)
    ]
    months = [
        {"类别": kind, "学校名称": s, "账号": a, "月份": "2021-03", "得分": 90}
        for kind, s, a in [*(("教师", s, a) for s, _, a in PEOPLE if a), *(("学校", s, "") for s in (FIRST, SECOND, THIRD))]
    ]  # fmt: skip
    people[3]["平台得分"] = 85.5  # who has no account has no months: the score stands in
    schools = [school(name, 0, 平台得分=None, 组织机构="是") for name in (FIRST, SECOND, THIRD)]
    return {"schools": schools, "teachers": people, "monthly": months}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook after its first calculation, its rules beside it."""
    book = small_book(pinned_beside(tmp_path_factory.mktemp("changes") / "base.xlsm"), rows(), RULES)
    recalculate(book, now=NOW)
    return book


@pytest.fixture
def book(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(first, pinned_beside(tmp_path / "book.xlsm")))


def again(path: Path, change: Callable[[Book], None] | None = None) -> Run:
    if change:
        edit(path, change)
    return recalculate(path, now=NOW)


H6_ROWS = [
    "学校名次和得分：",
    "  赤壁市第二小学 得分变 第2名 得分35.00→36.50：在线授课33.00→34.50（由教师数据推算）",
    "教师名次和得分：",
    "  赤壁市第二小学 王芳（hb003） 升 第3名→第2名 得分86.00→89.00：教师数据!H6 在线授课34→37",
    "  赤壁市第一小学 李静（hb002） 降 第2名→第3名：得分没有变，名次被王芳超过",
]
LESSONS_COUNT_MORE = (
    parameter("教师", "制作课件", "分值", 4),
    parameter("教师", "在线授课", "分值", 26),
)


def test_before_a_second_calculation_nothing_is_compared(book: Path) -> None:
    assert set(ways(book).values()) == {""}
    subtitle = "2021-07-20 09:30:00 计算 · 规则版本 2020.1 · 第一次计算，没有上次可以比"
    assert (listed(book), opened(book)[SHEET]["A2"].value) == ({}, subtitle)
    assert said(book) == [SAME, f"上次计算写下的变化：{subtitle}"]
    never = small_book(book.with_name("never.xlsm"), rows(), RULES)
    assert said(never) == ["这个工作簿还没有计算过，没有上次的结果可以比"]


def test_a_changed_cell_is_named(book: Path) -> None:
    edit(book, put("教师数据", H6=37))
    assert said(book) == [
        "规则：没有变化",
        "数据：",
        "  在线授课33.00→34.50（由教师数据推算）（赤壁市第二小学）",
        "  教师数据!H6 在线授课34→37（赤壁市第二小学 王芳（hb003））",
        *H6_ROWS,
    ]
    again(book)
    assert ways(book) == {**STAYED, "王芳": "升1", "李静": "降1"}
    assert ways(book, "学校排名") == dict.fromkeys((FIRST, SECOND, THIRD), "")
    assert listed(book) == {"王芳": "升：教师数据!H6 在线授课34→37", "李静": "降：得分没有变，名次被王芳超过"}
    assert listed(book, "学校") == {SECOND: "得分变：在线授课33.00→34.50（由教师数据推算）"}
    assert numbers(book, "王芳") == [3, 2, 86, 89]
    assert numbers(book, "李静") == [2, 3, 88, 88]
    assert numbers(book, SECOND) == [2, 2, 35, 36.5]


def test_the_sheet_stays_until_a_run_that_differs(book: Path) -> None:
    """Rows, and the line above them, which names the run that made them and the one before."""
    edit(book, put("教师数据", H6=37))
    recalculate(book, now=NOW.replace(day=21))
    subtitle = "2021-07-21 09:30:00 计算，与2021-07-20 09:30:00的结果相比 · 规则版本 2020.1 · 共3行"
    assert opened(book)[SHEET]["A2"].value == subtitle
    told = [SAME, f"上次计算写下的变化：{subtitle}", *H6_ROWS]
    assert said(book) == told
    seen = [sheet_values(opened(book), s) for s in (SHEET, "教师排名", "学校排名")]
    for day in (22, 23):
        recalculate(book, now=NOW.replace(day=day))
        assert [sheet_values(opened(book), s) for s in (SHEET, "教师排名", "学校排名")] == seen
        assert opened(book)[SHEET]["A2"].value == subtitle
        assert said(book) == told
    edit(book, put("教师数据", B6="王方"))  # a name: other data, but no other number
    recalculate(book, now=NOW.replace(day=24))
    subtitle = (
        "2021-07-24 09:30:00 计算，与2021-07-23 09:30:00的结果相比 · 规则版本 2020.1 · 名次和得分都没有变"
    )
    assert (listed(book), opened(book)[SHEET]["A2"].value) == ({}, subtitle)
    assert set(ways(book).values()) == {""}


def test_a_sheet_that_staff_deleted_is_said_to_be_lost(book: Path) -> None:
    again(book, put("教师数据", H6=37))
    edit(book, lambda b: b.remove(b[SHEET]))
    assert said(book) == [SAME]
    again(book)
    assert listed(book) == {}
    assert opened(book)[SHEET]["A2"].value.endswith("与上次计算相同，那次的变化没有记下来")


def test_blanks_and_more_cells_than_are_named(book: Path) -> None:
    again(book, put("教师数据", F5=None, G5=39.5, H5=10, I5=1))
    cells = "教师数据!F5 制作课件5→缺，G5 在线撰写教案40.00→39.50，H5 在线授课36→10等4处"
    assert listed(book)["李静"] == f"降：{cells}"
    means = "在线撰写教案40.00→39.75，在线授课37→24，网络教研4.00→2.50（由教师数据推算）"
    assert listed(book, "学校")[FIRST] == f"降：{means}"
    assert listed(book)["陈勇"] == "升：得分没有变，李静不再排在前面"


def test_answers_and_per_cents_look_as_in_the_sheet(book: Path) -> None:
    again(book, both(put("教师数据", L4=0.8), put("学校数据", K5=None)))
    assert listed(book)["张明"] == "降：教师数据!L4 学生评价100%→80%"
    assert listed(book, "学校")[SECOND] == "降：学校数据!K5 组织机构是→缺"
    assert listed(book, "学校")[THIRD] == f"升：得分没有变，{SECOND}不再排在前面"


def test_the_platform_s_score_comes_first_where_it_decides(book: Path) -> None:
    again(book, put("教师数据", F5=3, G5=30, H5=30, P5=95))
    cells = "教师数据!P5 平台得分缺→95，F5 制作课件5→3，G5 在线撰写教案40→30等4处"
    assert listed(book)["李静"] == f"升：{cells}"


def test_months_are_told_by_their_average(book: Path) -> None:
    def other_months(book: Book) -> None:
        for row in book["月度得分"].iter_rows(min_row=4):
            row[4].value = 82 if row[2].value == "hb002" else row[4].value

    edit(book, other_months)
    assert "  月均90.00→82.00（月度得分）（赤壁市第一小学 李静（hb002））" in said(book)
    again(book)
    assert listed(book) == {"李静": "得分变：月均90.00→82.00（月度得分）"}
    assert ways(book) == STAYED


def test_a_reading_is_named_where_it_changed_the_unit_s_score(book: Path) -> None:
    again(book, put("教师数据", J5=15, J6=15))
    again(book, reading("作业管理", "目标15次"))
    why = "规则改了（口径“作业管理”由按原文改为目标15次）"
    others = "升：得分没有变，张明不再排在前面"
    assert listed(book) == {
        **dict.fromkeys(("李静", "王芳", "刘洋"), others),
        "张明": f"降：{why}",
        "陈勇": f"得分变：{why}",
    }
    assert numbers(book, "陈勇") == [5, 5, 82, 68]
    assert column(book, "运行记录", "口径")[:3] == ["作业管理=目标15次", "全部默认", "全部默认"]
    kept = listed(book)
    again(book)
    assert listed(book) == kept
    again(book, reading("作业管理", None))
    assert "口径“作业管理”由目标15次改为按原文" in listed(book)["张明"]


def test_a_reading_of_ranks_is_named_where_it_moves_a_rank(book: Path) -> None:
    again(book, put("教师数据", H5=38))
    again(book, reading("名次算法", "中国式"))
    why = "升：规则改了（口径“名次算法”由竞赛名次改为中国式）"
    assert listed(book) == {"王芳": why, "刘洋": why, "陈勇": why}


def test_a_parameter_is_named_for_whom_it_concerns(book: Path) -> None:
    again(book, put("教师数据", F4=3))
    again(book, both(*LESSONS_COUNT_MORE))
    assert column(book, "运行记录", "规则修改")[:2] == [
        "教师 制作课件 分值10→4；教师 在线授课 分值20→26",
        "",
    ]
    assert "王芳" not in listed(book)  # six points less for one, six more for the other
    assert listed(book, "学校") == {}
    again(book, parameter("教师", "在线授课", "目标", 34))
    why = "规则改了（教师“在线授课”目标40→34）"
    assert listed(book) == {
        "李静": f"得分变：{why}",
        "王芳": f"升：{why}",
        "张明": f"降：名次被王芳超过；{why}",
        "陈勇": f"升：{why}",
        "刘洋": "降：得分没有变，名次被陈勇超过",
    }


def test_data_and_rules_are_both_named(book: Path) -> None:
    homework = reading("作业管理", "目标15次")
    again(book, both(put("教师数据", H6=40), *LESSONS_COUNT_MORE, homework))
    why = "规则改了（口径“作业管理”由按原文改为目标15次）"
    assert listed(book)["王芳"] == f"升：张明、李静不再排在前面；教师数据!H6 在线授课34→40；{why}"
    assert listed(book)["张明"] == f"降：{why}"
    assert listed(book)["刘洋"] == "升：得分没有变，张明、李静、王芳不再排在前面"


def test_who_joins_and_who_leaves(book: Path) -> None:
    def exchange(book: Book) -> None:
        sheet = book["教师数据"]
        for k, value in enumerate((THIRD, "周梅", "hb009", "是", "是", 5, 40, 39, 4, 1, 2, 1), start=1):
            sheet.cell(9, k, value)
        sheet.delete_rows(4)

    edit(book, exchange)
    told = said(book)
    assert "  新增教师 官塘驿镇中心小学 周梅（hb009）" in told
    assert "  去掉教师 赤壁市第一小学 张明（hb001）" in told
    again(book)
    assert ways(book) == {**{k: w for k, w in STAYED.items() if k != "张明"}, "周梅": "新进"}
    assert listed(book) == {  # and nobody else, though every row has moved up
        "周梅": "新进：“教师数据”第8行是新增的；新获“网络学习空间应用专家”",
        "张明": "退出：“教师数据”里没有了；不再获“网络学习空间应用专家”",
    }
    assert numbers(book, "周梅") == ["", 1, "", 91]
    assert numbers(book, "张明") == [1, "", 90, ""]


def test_who_comes_to_qualify_is_told_why(book: Path) -> None:
    edit(book, put("学校数据", C4="否"))
    why = "不再达标：没有互联网接入；学校数据!C4 互联网接入是→否；不再获“网络学习空间应用示范校”等3项"
    assert f"  赤壁市第一小学 退出 原第1名：{why}" in said(book)
    again(book)
    up = "升：得分没有变，赤壁市第一小学不再排在前面"
    assert listed(book, "学校") == {FIRST: f"退出：{why}", SECOND: up, THIRD: up}
    assert numbers(book, FIRST) == [1, "", 39, 39]
    again(book, put("学校数据", C4="是"))
    down = "降：得分没有变，名次被赤壁市第一小学超过"
    why = "新进：学校数据!C4 互联网接入否→是；新获“网络学习空间应用示范校”等3项"
    assert listed(book, "学校") == {FIRST: why, SECOND: down, THIRD: down}
    assert ways(book, "学校排名") == {FIRST: "新进", SECOND: "降1", THIRD: "降1"}


def test_rows_in_another_order_are_no_change(book: Path) -> None:
    def turn(book: Book) -> None:
        sheet = book["教师数据"]
        data = [[c.value for c in row] for row in sheet.iter_rows(min_row=4, max_row=8)]
        for row, values in zip(sheet.iter_rows(min_row=4, max_row=8), reversed(data), strict=True):
            for cell, value in zip(row, values, strict=True):
                cell.value = value

    edit(book, turn)
    assert said(book)[1:3] == [
        "数据：",
        "  有改动（例如姓名、行的次序），但没有改变用来计分的数",
    ]
    again(book)
    assert (ways(book), listed(book)) == (STAYED, {})
    again(book, both(turn, put("教师数据", H6=37)))
    assert listed(book)["王芳"] == "升：教师数据!H6 在线授课34→37"


def test_columns_in_another_order_are_named_as_they_are_now(book: Path) -> None:
    def turn(book: Book) -> None:
        sheet = book["教师数据"]
        for row in sheet.iter_rows(min_row=3, max_row=8):
            row[5].value, row[7].value = row[7].value, row[5].value
        sheet["F6"] = 37

    again(book, turn)
    assert listed(book)["王芳"] == "升：教师数据!F6 在线授课34→37"


def test_who_has_no_account_is_found_by_school_and_name(book: Path) -> None:
    again(book, put("教师数据", P7=89))
    assert listed(book)["刘洋"] == "升：教师数据!P7 平台得分85.50→89.00"


def test_a_workbook_without_the_new_columns(book: Path) -> None:
    def older(book: Book) -> None:
        book["运行记录"].delete_cols(10, 2)
        book["运行记录"].tables["Runs"].ref = "A3:I4"
        for column_ in book["运行记录"].tables["Runs"].tableColumns[9:]:
            book["运行记录"].tables["Runs"].tableColumns.remove(column_)

    edit(book, older)
    assert said(book)[0] == SAME
    again(book, put("教师数据", H6=37))
    assert listed(book)["王芳"] == "升：教师数据!H6 在线授课34→37"
    assert listed(book)["李静"] == "降：得分没有变，名次被王芳超过"
    assert column(book, "运行记录", "口径") == ["全部默认", ""]
    assert len(column(book, "运行记录", "数据指纹")) == 2


@pytest.mark.parametrize(
    "sheet", ["教师指标", "教师得分", "教师排名", "学校得分", "运行记录", "获奖名单", "资格审核"]
)
def test_sheets_that_staff_deleted_claim_nothing(book: Path, sheet: str) -> None:
    again(book, both(lambda b: b.remove(b[sheet]), put("教师数据", H6=37)))
    named, passed = "教师数据!H6 在线授课34→37", "名次被王芳超过"
    wanted = {
        "教师指标": {"王芳": f"升：{LOST}", "李静": f"降：得分没有变，{passed}"},
        "教师得分": {"王芳": f"升：李静不再排在前面；{named}", "李静": f"降：{passed}"},
        "教师排名": {"王芳": f"得分变：{named}"},
    }
    assert listed(book) == wanted.get(sheet, {"王芳": f"升：{named}", "李静": f"降：得分没有变，{passed}"})
    assert ways(book)["王芳"] == ("" if sheet == "教师排名" else "升1")


def test_a_number_that_a_hand_changed_in_the_results_is_no_change_of_the_data(book: Path) -> None:
    """The last run wrote 38 for 张明; a hand made it 20, which must not read as 20→38."""
    edit(book, both(put("教师指标", H4=20), put("教师数据", H6=37)))
    told = said(book)
    assert "  “教师指标”不在了或上次计算以后被改过，看不出那里原来的数" in told
    assert not any("张明" in line for line in told)
    again(book)
    assert listed(book) == {"王芳": f"升：{LOST}", "李静": "降：得分没有变，名次被王芳超过"}


def test_results_that_staff_sorted_are_still_read(book: Path) -> None:
    def turn(book: Book) -> None:
        for name in ("教师指标", "教师得分", "教师排名", "获奖名单"):
            sheet = book[name]
            data = [[c.value for c in row] for row in sheet.iter_rows(min_row=4, max_row=8)]
            for row, values in zip(sheet.iter_rows(min_row=4, max_row=8), reversed(data), strict=True):
                for cell, value in zip(row, values, strict=True):
                    cell.value = value

    again(book, both(turn, put("教师数据", H6=37)))
    assert listed(book) == {"王芳": "升：教师数据!H6 在线授课34→37", "李静": "降：得分没有变，名次被王芳超过"}
    assert listed(book, "学校") == {SECOND: "得分变：在线授课33.00→34.50（由教师数据推算）"}


def test_the_button_says_what_the_command_says(book: Path) -> None:
    edit(book, both(put("教师数据", H6=37), reading("作业管理", "目标15次")))
    mine = press("recalculate", book, saved=True)
    again(book)
    for sheet in ("教师排名", "学校排名", SHEET):
        assert mine.rows(sheet) == sheet_values(opened(book), sheet)
        assert mine.book[sheet]["A2"].value.split(" · ")[1:] == opened(book)[sheet]["A2"].value.split(" · ")[1:]  # fmt: skip
    assert "H6" in listed(book)["王芳"]
    mine = press("recalculate", book, saved=True)
    assert mine.rows(SHEET) == sheet_values(opened(book), SHEET)
    assert mine.book[SHEET]["A2"].value == opened(book)[SHEET]["A2"].value


def test_copies_show_the_way_and_name_nobody_else(book: Path, tmp_path: Path) -> None:
    edit(book, both(put("教师数据", H6=37), put("学校数据", K5=None)))
    run = check(book)

    def shown(**how: Any) -> list[Any]:
        [sheet] = [s for s in contents(run, **how).sheets if s.place.sheet == "教师排名"]
        [found] = [c for c in sheet.columns if c.name == "变化"]
        return [v for v in found.values if v]

    assert shown() == shown(formulas=False) == ["升1", "降1"]
    assert shown(only_school=SECOND) == ["升1"]
    census = Census(run)
    for name in (FIRST, SECOND, THIRD):
        live_copy(run, tmp_path / "copy.xlsx", only_school=name)
        assert found_in(tmp_path / "copy.xlsx", census.strangers(name)) == []
