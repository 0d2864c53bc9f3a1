"""与上次相比, through real workbooks: the cell, the rule or the others that moved a rank are named, and nothing else."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.entry.cli.show import changes as changes_command
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.mailing.strangers import found_in, strangers
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from remote import press
from remote import values as sheet_values
from workbooks import column, opened, school, small_book

RULES = load_rules()
NOW = dt.datetime(2021, 7, 20, 9, 30)
FIRST, SECOND, THIRD = "赤壁市第一小学", "赤壁市第二小学", "官塘驿镇中心小学"
COUNTS = {"制作课件": 5, "在线撰写教案": 40, "网络教研": 4, "作业管理": 1, "成绩管理": 2, "学生评价": 1}
PEOPLE = [(FIRST, "张明", "hb001"), (FIRST, "李静", "hb002"), (SECOND, "王芳", "hb003"), (SECOND, "刘洋", ""), (THIRD, "陈勇", "hb005")]  # fmt: skip
Book = openpyxl.Workbook
OTHERS = "得分没有变，别的教师变了"
STAYED = dict.fromkeys((name for _, name, _ in PEOPLE), "持平")


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
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook after its first calculation."""
    book = small_book(tmp_path_factory.mktemp("changes") / "base.xlsm", rows())
    recalculate(book, now=NOW)
    return book


@pytest.fixture
def book(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(base, tmp_path / "book.xlsm"))


def edit(path: Path, change: Callable[[Book], None]) -> None:
    """What staff do by hand between two calculations."""
    opened_book = opened(path, keep_vba=True)
    change(opened_book)
    opened_book.save(path)


def again(path: Path, change: Callable[[Book], None] | None = None) -> Run:
    if change:
        edit(path, change)
    return recalculate(path, now=NOW)


def put(sheet: str, **cells: object) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        for cell, value in cells.items():
            book[sheet][cell] = value

    return change


def reading(name: str, value: str) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        [row] = [r for r in book["规则"].iter_rows() if r[0].value == name]
        row[1].value = value

    return change


def parameter(kind: str, name: str, what: str, value: object) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        lines = list(book["规则"].iter_rows())
        [header] = [r for r in lines if r[0].value == "对象" and r[2].value == "指标"]
        at = {c.value: k for k, c in enumerate(header)}
        [row] = [r for r in lines if (r[0].value, r[at["指标"]].value) == (kind, name)]
        row[at[what]].value = value

    return change


def both(*changes: Callable[[Book], None]) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        for one in changes:
            one(book)

    return change


def words(path: Path, sheet: str = "教师排名") -> dict[str, str]:
    names = column(path, sheet, "教师姓名" if sheet == "教师排名" else "学校名称")
    return dict(zip(names, column(path, sheet, "变化"), strict=True))


def said(path: Path, *options: str) -> list[str]:
    """What `kongjian changes` prints; the workbook stays as it is."""
    before = path.read_bytes()
    result = CliRunner().invoke(changes_command, [str(path), *options])
    assert result.exit_code == 0, result.output
    assert path.read_bytes() == before
    return result.output.splitlines()


LESSONS_COUNT_MORE = (
    parameter("教师", "制作课件", "分值", 4),
    parameter("教师", "在线授课", "分值", 26),
)


def test_before_a_second_calculation_nothing_is_compared(book: Path) -> None:
    assert set(words(book).values()) == {""}
    assert said(book) == ["没有变化：数据、口径和规则都与上次计算相同"]
    never = small_book(book.with_name("never.xlsm"), rows())
    assert said(never) == ["这个工作簿还没有计算过，没有上次的结果可以比"]


def test_a_changed_cell_is_named(book: Path) -> None:
    edit(book, put("教师数据", H6=37))
    assert said(book) == [
        "规则：没有变化",
        "数据：",
        "  在线授课33.00→34.50（由教师数据推算）（赤壁市第二小学）",
        "  教师数据!H6 在线授课34→37（赤壁市第二小学 王芳（hb003））",
        "学校名次：没有变化",
        "教师名次：",
        "  赤壁市第二小学 王芳（hb003） 第3名→第2名，升1：教师数据!H6 在线授课34→37",
        f"  赤壁市第一小学 李静（hb002） 第2名→第3名，降1：{OTHERS}",
    ]
    again(book)
    moved = {"王芳": "升1：教师数据!H6 在线授课34→37", "李静": f"降1：{OTHERS}"}
    assert words(book) == {**STAYED, **moved}
    assert words(book, "学校排名") == {
        FIRST: "持平",
        SECOND: "持平：得分35.00→36.50，在线授课33.00→34.50（由教师数据推算）",
        THIRD: "持平",
    }


def test_unchanged_data_keep_every_word(book: Path) -> None:
    again(book, put("教师数据", H6=37))
    seen = [sheet_values(opened(book), s) for s in ("教师排名", "学校排名")]
    for _ in range(2):
        again(book)
        assert [sheet_values(opened(book), s) for s in ("教师排名", "学校排名")] == seen
        assert said(book) == ["没有变化：数据、口径和规则都与上次计算相同"]


def test_blanks_and_more_cells_than_are_named(book: Path) -> None:
    again(book, put("教师数据", F5=None, G5=39.5, H5=10, I5=1))
    cells = "教师数据!F5 制作课件5→缺，G5 在线撰写教案40.00→39.50，H5 在线授课36→10等4处"
    assert words(book)["李静"] == f"降3：{cells}"
    means = "在线撰写教案40.00→39.75，在线授课37→24，网络教研4.00→2.50（由教师数据推算）"
    assert words(book, "学校排名")[FIRST] == f"降2：{means}"


def test_answers_and_per_cents_look_as_in_the_sheet(book: Path) -> None:
    again(book, both(put("教师数据", L4=0.8), put("学校数据", K5=None)))
    assert words(book)["张明"] == "降3：教师数据!L4 学生评价100%→80%"
    assert words(book, "学校排名")[SECOND] == "降1：学校数据!K5 组织机构是→缺"
    assert words(book, "学校排名")[THIRD] == "升1：得分没有变，别的学校变了"


def test_the_platform_s_score_comes_first_where_it_decides(book: Path) -> None:
    again(book, put("教师数据", F5=3, G5=30, H5=30, P5=95))
    cells = "教师数据!P5 平台得分缺→95，F5 制作课件5→3，G5 在线撰写教案40→30等4处"
    assert words(book)["李静"] == f"升1：{cells}"


def test_months_are_told_by_their_average(book: Path) -> None:
    def other_months(book: Book) -> None:
        for row in book["月度得分"].iter_rows(min_row=4):
            row[4].value = 82 if row[2].value == "hb002" else row[4].value

    edit(book, other_months)
    assert "  月均90.00→82.00（月度得分）（赤壁市第一小学 李静（hb002））" in said(book)
    again(book)
    assert words(book) == {**STAYED, "李静": "持平：月均90.00→82.00（月度得分）"}


def test_a_reading_is_named_where_it_changed_the_unit_s_score(book: Path) -> None:
    again(book, put("教师数据", J5=15, J6=15))
    again(book, reading("作业管理", "目标15次"))
    why = "规则改了（口径“作业管理”由按原文改为目标15次）"
    assert words(book) == {
        "李静": f"升1：{OTHERS}",
        "王芳": f"升1：{OTHERS}",
        "刘洋": f"升1：{OTHERS}",
        "张明": f"降3：{why}",
        "陈勇": f"持平：得分82.00→68.00；{why}",
    }
    assert column(book, "运行记录", "口径")[:3] == ["作业管理=目标15次", "全部默认", "全部默认"]
    kept = words(book)
    again(book)
    assert words(book) == kept
    again(book, reading("作业管理", None))
    assert "口径“作业管理”由目标15次改为按原文" in words(book)["张明"]


def test_a_reading_of_ranks_is_named_where_it_moves_a_rank(book: Path) -> None:
    again(book, put("教师数据", H5=38))
    again(book, reading("名次算法", "中国式"))
    why = "升1：规则改了（口径“名次算法”由竞赛名次改为中国式）"
    assert words(book) == {**STAYED, "王芳": why, "刘洋": why, "陈勇": why}


def test_a_parameter_is_named_for_whom_it_concerns(book: Path) -> None:
    again(book, put("教师数据", F4=3))
    again(book, both(*LESSONS_COUNT_MORE))
    assert column(book, "运行记录", "规则修改")[:2] == [
        "教师 制作课件 分值10→4；教师 在线授课 分值20→26",
        "",
    ]
    assert words(book)["王芳"] == "持平"  # six points less for one, six more for the other
    assert set(words(book, "学校排名").values()) == {"持平"}
    again(book, parameter("教师", "在线授课", "目标", 34))
    why = "规则改了（教师“在线授课”目标40→34）"
    assert words(book) == {
        "李静": f"持平：得分88.00→92.00；{why}",
        "王芳": f"升1：{why}",
        "张明": f"降1：{why}",
        "陈勇": f"升2：{why}",
        "刘洋": f"降1：{OTHERS}",
    }


def test_data_and_rules_are_both_named(book: Path) -> None:
    homework = reading("作业管理", "目标15次")
    again(book, both(put("教师数据", H6=40), *LESSONS_COUNT_MORE, homework))
    why = "规则改了（口径“作业管理”由按原文改为目标15次）"
    assert words(book)["王芳"] == f"升1：教师数据!H6 在线授课34→40；{why}"
    assert words(book)["张明"] == f"降2：{why}"
    assert words(book)["刘洋"] == f"升3：{OTHERS}"


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
    assert words(book)["周梅"] == "新进"
    others = {k: w for k, w in words(book).items() if k != "周梅"}
    assert others == {k: w for k, w in STAYED.items() if k != "张明"}  # though every row has moved up


def test_who_comes_to_qualify_is_told_why(book: Path) -> None:
    again(book, put("学校数据", C4="否"))
    assert words(book, "学校排名")[SECOND] == "升1：得分没有变，别的学校变了"
    edit(book, put("学校数据", C4="是"))
    again(book)
    assert words(book, "学校排名")[FIRST] == "新进：学校数据!C4 互联网接入否→是"
    edit(book, put("学校数据", C4="否"))
    assert any(line.startswith("  赤壁市第一小学 不再有名次：没有互联网接入") for line in said(book))


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
    assert words(book) == STAYED
    again(book, both(turn, put("教师数据", H6=37)))
    assert words(book)["王芳"] == "升1：教师数据!H6 在线授课34→37"


def test_columns_in_another_order_are_named_as_they_are_now(book: Path) -> None:
    def turn(book: Book) -> None:
        sheet = book["教师数据"]
        for row in sheet.iter_rows(min_row=3, max_row=8):
            row[5].value, row[7].value = row[7].value, row[5].value
        sheet["F6"] = 37

    again(book, turn)
    assert words(book)["王芳"] == "升1：教师数据!F6 在线授课34→37"


def test_who_has_no_account_is_found_by_school_and_name(book: Path) -> None:
    again(book, put("教师数据", P7=89))
    assert words(book)["刘洋"] == "升2：教师数据!P7 平台得分85.50→89.00"


def test_a_workbook_without_the_new_columns(book: Path) -> None:
    def older(book: Book) -> None:
        book["运行记录"].delete_cols(10, 2)
        book["运行记录"].tables["Runs"].ref = "A3:I4"
        for column_ in book["运行记录"].tables["Runs"].tableColumns[9:]:
            book["运行记录"].tables["Runs"].tableColumns.remove(column_)

    edit(book, older)
    assert said(book) == ["没有变化：数据、口径和规则都与上次计算相同"]
    again(book, put("教师数据", H6=37))
    assert words(book)["王芳"] == "升1：教师数据!H6 在线授课34→37"
    assert words(book)["李静"] == "降1"  # whether a reading was another then, nobody knows
    assert column(book, "运行记录", "口径") == ["全部默认", ""]
    assert len(column(book, "运行记录", "数据指纹")) == 2


@pytest.mark.parametrize("sheet", ["教师指标", "教师得分", "教师排名", "学校得分", "运行记录"])
def test_sheets_that_staff_deleted_claim_nothing(book: Path, sheet: str) -> None:
    again(book, both(lambda b: b.remove(b[sheet]), put("教师数据", H6=37)))
    named = "教师数据!H6 在线授课34→37"
    wanted = {
        "教师指标": ("升1：得分86.00→89.00", f"降1：{OTHERS}"),
        "教师得分": (f"升1：{named}", "降1"),
        "教师排名": ("", ""),
        "学校得分": (f"升1：{named}", f"降1：{OTHERS}"),
        "运行记录": (f"升1：{named}", "降1"),
    }
    assert (words(book)["王芳"], words(book)["李静"]) == wanted[sheet]


def test_a_number_that_a_hand_changed_in_the_results_is_no_change_of_the_data(book: Path) -> None:
    """The last run wrote 38 for 张明; a hand made it 20, which must not read as 20→38."""
    edit(book, both(put("教师指标", H4=20), put("教师数据", H6=37)))
    told = said(book)
    assert "  “教师指标”不在了或上次计算以后被改过，看不出那里原来的数" in told
    assert not any("张明" in line for line in told)
    again(book)
    assert words(book) == {
        **STAYED,
        "王芳": "升1：得分86.00→89.00",
        "李静": f"降1：{OTHERS}",
    }


def test_results_that_staff_sorted_are_still_read(book: Path) -> None:
    def turn(book: Book) -> None:
        for name in ("教师指标", "教师得分", "教师排名"):
            sheet = book[name]
            data = [[c.value for c in row] for row in sheet.iter_rows(min_row=4, max_row=8)]
            for row, values in zip(sheet.iter_rows(min_row=4, max_row=8), reversed(data), strict=True):
                for cell, value in zip(row, values, strict=True):
                    cell.value = value

    again(book, both(turn, put("教师数据", H6=37)))
    assert words(book) == {
        **STAYED,
        "王芳": "升1：教师数据!H6 在线授课34→37",
        "李静": f"降1：{OTHERS}",
    }


def test_the_button_says_what_the_command_says(book: Path) -> None:
    edit(book, both(put("教师数据", H6=37), reading("作业管理", "目标15次")))
    mine = press("recalculate", book)
    again(book)
    for sheet in ("教师排名", "学校排名"):
        assert mine.rows(sheet) == sheet_values(opened(book), sheet)
        assert mine.book[sheet]["A2"].value.split(" · ")[1:] == opened(book)[sheet]["A2"].value.split(" · ")[1:]  # fmt: skip
    assert "H6" in words(book)["王芳"]


def test_copies_show_the_way_and_plain_values_the_reason(book: Path, tmp_path: Path) -> None:
    edit(book, both(put("教师数据", H6=37), put("学校数据", K5=None)))
    run = check(book)

    def shown(**how: Any) -> list[Any]:
        [sheet] = [s for s in contents(run, **how).sheets if s.place.sheet == "教师排名"]
        [found] = [c for c in sheet.columns if c.name == "变化"]
        return [v for v in found.values if v]

    assert shown() == ["持平", "升1", "降1", "持平", "持平"]
    full = ["持平", "升1：教师数据!H6 在线授课34→37", f"降1：{OTHERS}", "持平", "持平"]
    assert shown(formulas=False) == full
    assert shown(only_school=SECOND) == [full[1], "持平"]
    for name in (FIRST, SECOND, THIRD):
        live_copy(run, tmp_path / "copy.xlsx", only_school=name)
        assert found_in(tmp_path / "copy.xlsx", strangers(run, name)) == []
