"""Headers that are only like a column's name are asked about once and remembered in the workbook."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from import_files import RULES, Line, landed, new_book, run_import, text_file, xlsx
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.column_names import COLUMNS, name_rows, turned_down, with_confirmed
from kongjian.intake.headers import header_name
from kongjian.intake.importing.recognise import likely_column
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from package_lint import lint
from workbooks import cells, table_ref

HEAD: Line = ["学校", "用户姓名", "教师账号", "课件资源数", "在线授课", "手机号"]
ROW: Line = ["某校", "李明", "a1", 3, 12, "13900000000"]
ASKED = "教师.csv 没有导入：3个列名拿不准（用户姓名、教师账号、课件资源数），已列在“列名对应”，请在“确认”列写“是”或“否”（也可以改“对应列”；都对就在“全部确认”写“是”），再导入一次"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path, ".xlsx")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return text_file(tmp_path / "教师.csv", [HEAD, ROW], "gb18030")


def answer(book: Path, *answers: str, columns: dict[int, str] | None = None) -> None:
    """What staff write into the sheet, in Excel."""
    opened = openpyxl.load_workbook(book)
    sheet = opened["列名对应"]
    assert not sheet.protection.sheet
    for row, text in enumerate(answers, start=4):
        sheet.cell(row, 4).value = text
    for row, column in (columns or {}).items():
        sheet.cell(row, 3).value = column
    opened.save(book)


def test_ask_confirm_import_and_remember(book: Path, file: Path, tmp_path: Path) -> None:
    done = run_import(book, file)
    assert (done.lines, done.rows, len(done.pages)) == ([ASKED], [], 2)
    assert landed(book, "教师数据") == []
    assert landed(book, "列名对应", keep_blank=True) == [
        dict(zip(COLUMNS, row, strict=True))
        for row in [
            ("教师数据", "用户姓名", "教师姓名", "", "教师.csv"),
            ("教师数据", "教师账号", "账号", "", "教师.csv"),
            ("教师数据", "课件资源数", "制作课件", "", "教师.csv"),
            ("3处", "全部确认", "都按“对应列”", "", "教师.csv"),
        ]
    ]
    assert table_ref(book, "ColumnNames")[0] == "A3:E7"
    assert lint(book) == []

    assert run_import(book, file).lines == [ASKED]  # no answer yet: asked again, listed once
    assert len(landed(book, "列名对应")) == 4

    answer(book, "是", "Y", "否")
    done = run_import(book, file)
    assert landed(book, "教师数据") == [
        {"学校名称": "某校", "教师姓名": "李明", "账号": "a1", "在线授课": 12.0}
    ]
    assert done.lines[0] == "教师.csv → 教师数据：新增1行"
    assert "  文件里的“课件资源数、手机号”没有用到，是不是上面空着的几项？" in done.lines

    other = xlsx(tmp_path / "五月.xlsx", [HEAD, ["某校", "王芳", "a2", 3, 1, ""]])
    assert run_import(book, other).lines[0] == "五月.xlsx“导出” → 教师数据：新增1行"
    assert [r[3] for r in cells(book, "列名对应")[3:]] == ["是", "Y", "否", ""]


def test_staff_may_name_another_column(book: Path, file: Path) -> None:
    run_import(book, file)
    answer(book, "是", "是", "是", columns={6: "网络教研"})
    run_import(book, file)
    assert landed(book, "教师数据")[0]["网络教研"] == 3.0
    assert "制作课件" not in landed(book, "教师数据")[0]


@pytest.mark.parametrize(
    ("answers", "columns", "said"),
    [
        (["也许"], {}, "列名对应第4行：“确认”列的“也许”认不出，请写“是”或“否”"),
        (["是"], {4: "姓氏"}, "列名对应第4行：教师数据没有“姓氏”列，请改“对应列”"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(
    answers: list[str], columns: dict[int, str], said: str, book: Path, file: Path
) -> None:
    run_import(book, file)
    answer(book, *answers, columns=columns)
    before = book.read_bytes()
    with pytest.raises(KongjianError) as error:
        run_import(book, file)
    assert str(error.value) == said
    assert book.read_bytes() == before


def test_the_other_sheets_of_a_file_are_imported_meanwhile(book: Path, file: Path, tmp_path: Path) -> None:
    months = text_file(tmp_path / "月.csv", [["学校", "月份", "得分"], ["某校", "2021-03", 88]], "utf-8")
    done = run_import(book, file, months)
    assert done.lines == [
        "月.csv → 月度得分：新增1行",
        "  按别名认的列：学校→学校名称",
        "写入的与文件逐格核对一致3格",
        ASKED,
    ]
    assert done.unfinished
    assert [landed(book, "月度得分")[0]["得分"], landed(book, "教师数据")] == [88.0, []]


def test_confirmed_names_are_aliases_for_pasted_data_too(book: Path, file: Path) -> None:
    run_import(book, file)
    answer(book, "是", "否", "是", columns={6: "在线授课"})
    with Package(book) as package:
        grid = Reader(package).grid("列名对应")
    rules = with_confirmed(RULES, name_rows(grid))
    teachers = rules.table("teachers")
    found = [header_name(teachers, h) for h in ("用户姓名", "教师账号", "课件资源数", "课件制作", "在线授课")]
    assert found == ["教师姓名", None, "在线授课", "制作课件", "在线授课"]
    assert header_name(rules.table("schools"), "课件资源数") is None
    assert turned_down(rules, name_rows(grid)) == {("教师数据", "教师账号")}
    assert with_confirmed(RULES, []) is RULES


def test_what_staff_confirm_goes_before_an_alias_but_not_before_a_name() -> None:
    rows = [["教师数据", "教研", "制作课件", "是", ""], ["教师数据", "在线授课", "作业管理", "是", ""]]
    teachers = with_confirmed(RULES, name_rows(Grid([list(COLUMNS), *rows]))).table("teachers")
    assert [header_name(teachers, h) for h in ("教研", "在线授课")] == ["制作课件", "在线授课"]


CASES = {
    "教师账号": "账号", "用户姓名": "教师姓名", "上学期在线授课": "在线授课", "网络撰写教案": "在线撰写教案",
    "作业批改次数": "作业管理", "上传课件总个数": "制作课件", "是否为班主任": "班主任",
    "身份证号": "", "手机号": "", "序号": "", "学校代码": "", "教师性别": "", "得分排名": "", "学校ID": "",
    "登录次数": "", "所在乡镇": "", "备注": "", "职称": "",
}  # fmt: skip


@pytest.mark.parametrize("header", CASES)
def test_what_is_near_enough_to_ask(header: str) -> None:
    assert likely_column(RULES.table("teachers"), header, (), RULES.importing) == CASES[header]


def test_a_column_that_has_its_header_is_not_asked_about(book: Path, tmp_path: Path) -> None:
    head: Line = ["学校", "姓名", "账号", "教师账号", "课件"]
    done = run_import(book, text_file(tmp_path / "教师.csv", [head, ["某校", "李", "x", "y", 1]], "utf-8"))
    assert landed(book, "教师数据")[0]["账号"] == "x"
    assert "  文件里的“教师账号”没有用到，是不是上面空着的几项？" in done.lines
