"""撤消上次导入 takes back exactly what an import added, or nothing; a preview says what would land and writes nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from import_files import TEACHERS, Line, landed, new_book, text_file
from kongjian.entry.cli.chinese import ChineseGroup
from kongjian.entry.cli.import_data import import_, undo_import
from package_lint import lint
from remote import press
from workbooks import cells, table_ref

INPUTS = ("学校数据", "教师数据", "月度得分", "行为明细")


def run(*words: object) -> Result:
    group = ChineseGroup("kongjian", commands={"import": import_, "undo-import": undo_import})
    return CliRunner().invoke(group, list(map(str, words)), standalone_mode=False)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path, ".xlsx", teacher_count=2)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    month: list[Line] = [["类别", "学校", "年月", "得分"], ["学校", "某校", "2021年3月", "88.5"]]
    events: list[Line] = [
        ["时间", "学校", "账号", "身份", "操作"],
        ["2021-03-02 08:30:01", "某校", "a1", "教师", "备课"],
    ]
    lines = {"教师": TEACHERS, "月": month, "行为": events}
    return [text_file(tmp_path / f"{n}.csv", x, "utf-8") for n, x in lines.items()]


def held(book: Path) -> dict[str, list[list[object]]]:
    """What the input sheets hold, without blank rows."""
    return {
        n: [row for row in map(list, cells(book, n)) if any(c not in ("", None) for c in row)] for n in INPUTS
    }


def test_an_import_is_taken_back(book: Path, files: list[Path]) -> None:
    before, tables = held(book), [table_ref(book, t) for t in ("Teachers", "Monthly", "Events")]
    assert run("import", book, *files).exit_code == 0
    assert held(book) != before
    done = run("undo-import", book)
    assert "去掉了教师数据第6—8行、月度得分第4—4行、行为明细第4—4行" in done.output
    assert held(book) == before
    assert [table_ref(book, t) for t in ("Teachers", "Monthly", "Events")] == tables
    assert lint(book) == []
    again = run("undo-import", book)
    assert "没有可以撤消的导入" in str(again.exception)
    assert run("import", book, *files).exit_code == 0  # and can be imported again


def test_imports_are_taken_back_one_by_one(book: Path, files: list[Path]) -> None:
    states = [held(book)]
    for file in files:
        run("import", book, file)
        states.append(held(book))
        opened = openpyxl.load_workbook(book)  # two imports of the same second are one
        for row in opened["导入记录"].iter_rows(min_row=4, max_col=1):
            row[0].value = row[0].value.replace(year=row[0].value.year - 1)
        opened.save(book)
    for state in reversed(states[:-1]):
        assert run("undo-import", book).exception is None
        assert held(book) == state


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [("F6", 6, "教师数据第6—8行在导入以后改动过"), ("H6", None, "改动过"), ("R7", "看过", "改动过"), ("B9", "新人", "下面后来又有了内容")],
)  # fmt: skip
def test_rows_that_were_changed_stay(
    cell: str, value: object, said: str, book: Path, files: list[Path]
) -> None:
    run("import", book, files[0])
    opened = openpyxl.load_workbook(book)
    opened["教师数据"][cell].value = value
    opened.save(book)
    done = run("undo-import", book)
    assert said in str(done.exception)
    assert len(landed(book, "教师数据")) >= 5


def test_the_button_takes_back_what_the_button_imported(
    book: Path, files: list[Path], tmp_path: Path
) -> None:
    before = held(book)
    pressed = press("import_data", book, "\n".join(map(str, files)))
    pressed.book.save(imported := tmp_path / "一.xlsx")
    undone = press("undo_import", imported)
    [(text, _)] = undone.alerts
    assert text.endswith("去掉了教师数据第6—8行、月度得分第4—4行、行为明细第4—4行")
    undone.book.save(back := tmp_path / "二.xlsx")
    assert held(back) == before


def test_a_preview_says_what_would_land(book: Path, tmp_path: Path) -> None:
    lines: list[Line] = [
        ["学校", "姓名", "账号", "课件", "教案得分", "手机"],
        ["某校", "李", "'a1", "5次", 9, 1],
    ]
    file, before = text_file(tmp_path / "教师.csv", lines, "utf-8"), book.read_bytes()
    done = run("import", book, file, "--dry-run")
    assert book.read_bytes() == before
    assert done.output.splitlines()[:9] == [
        "教师.csv 是教师数据，表头在第1行，1行数据",
        "  A列“学校” → 学校名称",
        "  B列“姓名” → 教师姓名",
        "  C列“账号” → 账号",
        "  D列“课件” → 制作课件",
        "  E列“教案得分” → 平台给的得分，不写入",
        "  F列“手机” → 没有用到",
        "  留空的列：任课、班主任、在线撰写教案、在线授课、网络教研、作业管理、成绩管理、学生评价、通知公告、活动发布、参与活动",
        "教师数据会新增1行（第6—6行），前1行：",
    ]  # fmt: skip
    assert done.output.splitlines()[9] == "  学校名称 某校，教师姓名 李，账号 a1，制作课件 5"
    assert done.output.splitlines()[-1] == "这是预览，什么都没有写入"
    pressed = press("preview_import", book, str(file))
    assert pressed.written == set()
    [(text, _)] = pressed.alerts
    assert text.splitlines()[4] == "  D列“课件” → 制作课件"
