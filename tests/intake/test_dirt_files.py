"""The same dirt in real workbook files: what Excel itself does to cells, and that nothing pasted is changed."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter import Workbook

from kongjian.base.errors import KongjianError
from kongjian.workbook.recalculate import Run, check, recalculate
from kongjian.workbook.shipped.build_workbook import Pasted, build
from pasting import ACCOUNT, PERSON, RULES, SCHOOL, Formula, lines_of, recalculated, told, write_book
from pinned_rules import pinned_beside
from workbooks import without_fills

ERRORS = ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"]


def only(lines: list[str], sheet: str) -> list[str]:
    """The rows about one sheet that are more than notes about missing months and awards."""
    usual = ("没有月度得分", "达标的只有")
    return [line for line in lines if f" {sheet}!" in line and not any(u in line for u in usual)]


def column(run: Run, output: str, name: str) -> list[object]:
    return list(run.results.tables[output][name])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return pinned_beside(tmp_path / "book.xlsx")


def test_a_clean_file(book: Path) -> None:
    run, lines = recalculated(write_book(book, {}))
    # without monthly scores no award is certain: 3 of the school, 1 of the teacher
    awards = [line for line in lines if "待核实：没有月度得分，月均用得分代替" in line]
    assert (run.levels["错误"], run.levels["警告"], len(awards)) == (0, 2, 2)
    assert only(lines, "学校数据") == only(lines, "教师数据") == []
    assert column(run, "TeacherScores", "得分") == [100.0]


def test_formula_cells_with_errors(book: Path) -> None:
    rows = [{"账号": f"t{n}", "在线授课": Formula("=NA()", error)} for n, error in enumerate(ERRORS)]
    run, lines = recalculated(write_book(book, {"teachers": lines_of("teachers", *rows)}))
    wanted = [
        f"错误 教师数据!H{row} 单元格是错误值{error}，按空白处理" for row, error in enumerate(ERRORS, start=4)
    ]
    assert only(lines, "教师数据")[: len(ERRORS)] == wanted
    assert column(run, "TeacherScores", "在线授课") == [0.0] * len(ERRORS)
    assert run.levels["错误"] == len(ERRORS)


def test_error_values_pasted_as_values(book: Path) -> None:
    write_book(book, {"teachers": lines_of("teachers", {})})
    opened = openpyxl.load_workbook(book)
    page = opened["教师数据"]
    page["H4"].value, page["A4"].value, page["E4"].value = "#DIV/0!", "#REF!", "#N/A"
    assert page["H4"].data_type == "e"
    opened.save(book)
    _, lines = recalculated(book)
    assert only(lines, "教师数据") == [
        "错误 教师数据!A4 单元格是错误值#REF!，按空白处理",
        "错误 教师数据!A4 学校名称空白，这一行不用",
        "错误 教师数据!E4 单元格是错误值#N/A，按空白处理",
        "错误 教师数据!H4 单元格是错误值#DIV/0!，按空白处理",
        "提示 教师数据!E4 班主任空白，按“否”计算",
    ]


def test_formula_cells_count_by_their_kept_value(book: Path) -> None:
    row = {
        "在线授课": Formula("=19+19", 38),
        "教师姓名": Formula('="张"&"明"', PERSON),
        "学生评价": Formula("=17/20", 0.85),
    }
    run, lines = recalculated(write_book(book, {"teachers": lines_of("teachers", row)}))
    assert column(run, "TeacherMeasures", "在线授课") == [38.0]
    assert column(run, "TeacherMeasures", "教师姓名") == [PERSON]
    assert column(run, "TeacherScores", "学生评价") == [10.0]
    assert only(lines, "教师数据") == []


def test_real_cell_types(book: Path) -> None:
    rows = [
        {
            "账号": 421281199001011234,
            "任课": True,
            "班主任": False,
            "在线授课": dt.date(2021, 3, 5),
            "学生评价": "",
        }
    ]
    monthly = [{"月份": dt.date(2020, 12, 1)}, {"月份": 202101}, {"月份": "2021年2月"}]
    sheets = {"teachers": lines_of("teachers", *rows), "monthly": lines_of("monthly", *monthly)}
    run, lines = recalculated(write_book(book, sheets))
    assert only(lines, "教师数据") == [
        "错误 教师数据!C4 账号421281199001011000已被Excel改掉末尾几位，无法用来核对",
        "错误 教师数据!H4 “2021-03-05”不是数字，按空白处理",
        "警告 教师数据!H4 在线授课没有数据也推算不出，这一项得0分，数据不完整",
    ]
    assert column(run, "TeacherMeasures", "班主任") == [0.0]
    assert only(lines, "月度得分") == [
        f"警告 月度得分!C4:C6 教师“{ACCOUNT}”在教师数据里没有，这些行不用（共3处）",
        "提示 月度得分!D6 月份“2021年2月”按2021-02读取",
    ]


def hide_and_filter(book: Workbook) -> None:
    page = book.get_worksheet_by_name("教师数据")
    assert page is not None
    page.autofilter(2, 0, 6, 15)
    page.filter_column(1, "x == 甲")
    for row in (3, 4):
        page.set_row(row, None, None, {"hidden": True})
    page.set_column(7, 7, None, None, {"hidden": True})


def test_hidden_and_filtered_rows_are_read(book: Path) -> None:
    rows = [{"账号": f"t{n}", "在线授课": 37.0 + n} for n in range(4)]
    run, _ = recalculated(write_book(book, {"teachers": lines_of("teachers", *rows)}, hide_and_filter))
    assert column(run, "TeacherMeasures", "在线授课") == [37.0, 38.0, 39.0, 40.0]


def merge(book: Workbook) -> None:
    page = book.get_worksheet_by_name("教师数据")
    assert page is not None
    page.merge_range("A1:P1", "教师数据")
    page.merge_range("A5:A6", SCHOOL)


def test_merged_titles_and_merged_data(book: Path) -> None:
    rows = [{"账号": "t0"}, {"账号": "t1"}, {"账号": "t2", "学校名称": ""}]
    run, lines = recalculated(write_book(book, {"teachers": lines_of("teachers", *rows)}, merge))
    assert column(run, "TeacherMeasures", "账号") == ["t0", "t1"]
    assert only(lines, "教师数据") == [
        "警告 教师数据!A5 数据区有合并单元格，只有左上角一格有值",  # of a row that wins
        "错误 教师数据!A6 学校名称空白，这一行不用",
    ]


def test_rows_below_the_table_are_read(book: Path) -> None:
    def small_table(made: Workbook) -> None:
        page = made.get_worksheet_by_name("教师数据")
        assert page is not None
        headers = [{"header": str(h)} for h in lines_of("teachers")[2]]
        page.add_table(2, 0, 3, 15, {"name": "Teachers", "columns": headers})

    rows = [{"账号": f"t{n}", "在线授课": 37.0 + n} for n in range(3)]
    lines = [*lines_of("teachers", *rows), [], [SCHOOL, "王强", "t9", "是", "是", "五"]]
    run, told_lines = recalculated(write_book(book, {"teachers": lines}, small_table))
    assert column(run, "TeacherMeasures", "账号") == ["t0", "t1", "t2", "t9"]
    assert "错误 教师数据!F8 “五”不是数字，按空白处理" in told_lines


def test_texts_that_could_break_a_file(book: Path) -> None:
    names = ["=HYPERLINK(1)", "𬭎😀", "a\x07b", "<&>\"'", "李\u202e明", "长" * 30_000, "行\n二"]
    rows = [{"教师姓名": name, "账号": f"t{n}", "任课": "否" * 5000} for n, name in enumerate(names)]
    recalculated(write_book(book, {"teachers": lines_of("teachers", *rows)}))
    page = openpyxl.load_workbook(book)["教师得分"]
    shown = {row[2].value: (row[1].value, row[1].data_type) for row in page.iter_rows(min_row=4)}
    wanted = ["=HYPERLINK(1)", "𬭎😀", "ab", "<&>\"'", "李明", "长" * 30_000, "行 二"]
    assert shown == {f"t{n}": (name, "s") for n, name in enumerate(wanted)}
    listed = openpyxl.load_workbook(book)["问题清单"]
    assert max(len(str(c.value)) for row in listed.iter_rows(min_row=4) for c in row) < 300


def test_the_problem_list_links_to_its_cells(book: Path) -> None:
    recalculated(write_book(book, {"teachers": lines_of("teachers", {"在线授课": "三"})}))
    page = openpyxl.load_workbook(book)["问题清单"]
    first = next(page.iter_rows(min_row=4))
    assert [cell.value for cell in first] == [
        "错误",
        "获奖",
        "教师数据",
        "H4",
        f"{SCHOOL} 张明",
        "三",
        "“三”不是数字，按空白处理",
        "改成数字",
        None,
        "附件2/空间应用（100分）/在线授课",
    ]
    assert first[3].hyperlink is not None
    assert first[3].hyperlink.location == "'教师数据'!H4"


def input_parts(path: Path) -> dict[str, bytes]:
    """The sheet parts of the five input sheets, without the fills of cells to look at."""
    with zipfile.ZipFile(path) as package:
        return {
            n: without_fills(package.read(n))
            for n in package.namelist()
            if n in {f"xl/worksheets/sheet{k}.xml" for k in range(2, 7)}
        }


def test_nothing_pasted_is_changed(tmp_path: Path) -> None:
    path, out = pinned_beside(tmp_path / "book.xlsm"), tmp_path / "out.xlsm"
    dirty = [
        [SCHOOL + "\u00a0", " 张 明", 421281199001011234, True, "√", "５", "-", -3, "85%"],
        ["合计"],
        [],
        ["注：完"],
    ]
    build(
        RULES, path, {"teachers": Pasted([], dirty), "schools": Pasted(["单位", "互联网"], [[SCHOOL, "有"]])}
    )
    before, whole = input_parts(path), path.read_bytes()
    assert any("教师".encode() not in part for part in before.values())
    run = recalculate(path, out)
    assert run.levels["错误"] > 0
    assert len(before) == 5
    assert input_parts(out) == before
    assert path.read_bytes() == whole
    recalculate(path)
    assert input_parts(path) == before


def test_checking_writes_nothing_and_finds_the_same(book: Path) -> None:
    write_book(book, {"teachers": lines_of("teachers", {"在线授课": "三"})})
    before = book.read_bytes()
    found = told(check(book).problems)
    assert book.read_bytes() == before
    assert recalculated(book)[1] == found


@pytest.mark.parametrize("sheet", ["学校数据", "教师数据"])
def test_without_a_required_sheet_there_is_one_clear_sentence(book: Path, sheet: str) -> None:
    write_book(book, {})
    opened = openpyxl.load_workbook(book)
    del opened[sheet]
    opened.save(book)
    with pytest.raises(KongjianError, match=f"工作簿里没有工作表“{sheet}”"):
        recalculate(book)


def test_without_an_optional_sheet_the_rest_is_calculated(book: Path) -> None:
    write_book(book, {})
    opened = openpyxl.load_workbook(book)
    del opened["月度得分"]
    opened.save(book)
    run, lines = recalculated(book)
    assert "提示 月度得分!A3 没有工作表“月度得分”，按没有数据计算" in lines
    assert column(run, "SchoolScores", "得分") == [100.0]
