"""`kongjian import` as a program: Chinese output, exit 0 or 2, one line on stderr, the old file kept."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from import_files import TEACHERS, TEACHERS_LANDED, landed, new_book, text_file
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.chinese import ChineseGroup
from kongjian.entry.cli.import_data import import_


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path)


def run(*words: object) -> Result:
    group = ChineseGroup("kongjian", commands={"import": import_})
    return CliRunner().invoke(group, ["import", *map(str, words)], standalone_mode=False)


def test_in_place_with_a_backup(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    done = run(book, text_file(tmp_path / "教师.csv", TEACHERS, "gb18030"))
    assert (done.exit_code, done.exception) == (0, None)
    assert done.output.splitlines()[0] == "教师.csv → 教师数据：新增3行"
    assert done.output.splitlines()[-1] == f"已写入 {book}"
    assert landed(book, "教师数据") == TEACHERS_LANDED
    assert book.with_name("评比.xlsm.bak").read_bytes() == before


def test_into_another_file(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    out = tmp_path / "新.xlsm"
    run(book, text_file(tmp_path / "教师.csv", TEACHERS, "utf-8"), "-o", out, "--sheet", "Teachers")
    assert landed(out, "教师数据") == TEACHERS_LANDED
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["无.csv"], "找不到文件"),
        (["教师.csv", "--sheet", "老师"], "没有输入表“老师”；可以写学校数据、教师数据、班级数据、月度得分、行为明细"),
        (["教师.csv", "--sheet", "月度得分"], "教师.csv：像是月度得分，但没有“月份”列，没有导入"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(words: list[str], said: str, book: Path, tmp_path: Path) -> None:
    text_file(tmp_path / "教师.csv", TEACHERS, "utf-8")
    before = book.read_bytes()
    failed = run(book, *[tmp_path / w if w.endswith(".csv") else w for w in words])
    assert isinstance(failed.exception, KongjianError)
    assert said in str(failed.exception)
    assert book.read_bytes() == before


def test_it_needs_a_file(book: Path) -> None:
    assert isinstance(run(book).exception, click.UsageError)


def test_the_book_itself_must_be_a_workbook(tmp_path: Path) -> None:
    file = text_file(tmp_path / "教师.csv", TEACHERS, "utf-8")
    failed = run(file, file)
    assert str(failed.exception) == "教师.csv 不是 .xlsx 或 .xlsm 工作簿"
