"""The self-check as staff start it: the command with its exit codes, the button with its report."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kongjian.base.grid import Grid
from kongjian.entry.cli import main
from kongjian.entry.cli.selfcheck import selfcheck
from kongjian.entry.excel.live_cells import formula_places
from kongjian.entry.plans.examinations import SELFCHECK_REPORT
from kongjian.intake.sheets import APPEALS, COLUMN_NAMES, RECORDS
from kongjian.rules import load_rules
from kongjian.selfcheck import openpyxl_looks, scheme_cases, second_process
from kongjian.selfcheck.case_files import load_cases
from kongjian.selfcheck.openpyxl_looks import looks as looked
from kongjian.workbook.layout import output_sheets
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from remote import let_save, press
from selfchecked import CASES, calculated, edited, few_cases, put
from workbooks import Parts, change, sheet_part

NO_FORMULAS_SEEN = "这里看不到公式，没有查结果表里有没有公式"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scheme_cases, "folder_of", lambda _: few_cases())
    return calculated(tmp_path)


def command(*words: str | Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of the installed command."""
    monkeypatch.setitem(main.cli.commands, "selfcheck", selfcheck)
    monkeypatch.setattr(sys, "argv", ["kongjian", "selfcheck", *map(str, words)])
    try:
        with pytest.raises(SystemExit) as ended:
            main.main()
    finally:
        gc.enable()
    return int(str(ended.value.code))


def test_the_whole_command_with_all_cases_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = calculated(tmp_path)
    assert command(book, monkeypatch=monkeypatch) == 0
    said = capsys.readouterr()
    assert [line.split(" ")[0] for line in said.out.splitlines()[1:-1]] == ["正常"] * 9
    assert f"照方案手算的例子：{len(load_cases(CASES))}个算例全部相符" in said.out
    assert said.out.splitlines()[-1].startswith("自检通过：")
    assert said.err == ""


def test_a_wrong_cell_gives_one_and_the_report_is_saved(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(book, put("学校得分", "C5", 5))
    before = book.read_bytes()
    out = book.with_name("报告.txt")
    assert command(book, "--out", out, monkeypatch=monkeypatch) == 1
    said = capsys.readouterr().out
    assert said == out.read_text(encoding="utf-8-sig")
    assert out.read_bytes().startswith("\ufeff".encode())
    assert (
        "不对 结果表没有人工改动：有1处和重新计算的不同：学校得分!C5（应用考核）表里是5，应为0。怎么办："
        in said
    )
    assert said.splitlines()[-1] == "有1处不对：结果表没有人工改动；请按“怎么办”处理"
    assert book.read_bytes() == before


@pytest.mark.parametrize("second", ["works", "fails", "cannot start"])
def test_the_screen_is_looked_at_whatever_becomes_of_the_second_process(
    second: str,
    book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    edited(book, lambda made: made["学校得分"].column_dimensions.__getitem__("D").__setattr__("hidden", True))
    here: list[Path] = []

    def looks(file: Path, *given: object) -> Iterator[object]:
        here.append(file)
        yield from looked(file, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(openpyxl_looks, "looks", looks)
    if second != "works":
        no_python = tmp_path / "python" if second == "cannot start" else "/bin/false"
        monkeypatch.setattr(sys, "executable", str(no_python))
    assert command(book, monkeypatch=monkeypatch) == 1
    assert "不对 看到的就是格子里的：有1处：学校得分!D列：列被隐藏" in capsys.readouterr().out
    assert here == ([] if second == "works" else [book])


def test_whoever_stops_while_the_second_process_looks_ends_it(book: Path) -> None:
    class Enough(BaseException):
        pass

    def progress(_: str) -> None:
        raise Enough

    with second_process.begun(book, load_rules()) as screen:
        assert screen.process is not None
        assert screen.process.poll() is None
        with pytest.raises(Enough):
            screen.lines(progress)
    assert screen.process.returncode not in (None, 0)
    assert not screen.folder.exists()


def test_what_was_not_compared_gives_one_and_is_told(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(book, put("教师数据", "H4", 12))
    assert command(book, monkeypatch=monkeypatch) == 1
    said = capsys.readouterr().out
    assert "注意 结果表没有人工改动：数据在上次计算以后改过，请先重新计算，结果表没有核对完" in said
    assert said.splitlines()[-1].startswith("没有发现不对，但有1处没有核对完")


def test_what_cannot_be_read_gives_two(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(book.with_name("没有.xlsm"), monkeypatch=monkeypatch) == 2
    assert "找不到文件" in capsys.readouterr().err
    book.write_bytes(b"PK not a workbook")
    assert command(book, monkeypatch=monkeypatch) == 2
    said = capsys.readouterr()
    assert "已损坏" in said.err
    assert said.out == ""


def test_a_report_that_cannot_be_written_is_told(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(book, "--out", book.parent, monkeypatch=monkeypatch) == 2
    assert f"写不了 {book.parent}" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [False, True])
def test_the_button_says_what_the_command_says(
    wrong: bool, book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if wrong:
        edited(book, lambda b: (put("学校得分", "C5", 5)(b), b["教师排名"].delete_rows(6)))
    assert command(book, monkeypatch=monkeypatch) == int(wrong)
    told = capsys.readouterr().out.splitlines()[1:]
    let_save(monkeypatch, book)
    pressed = press("selfcheck", book, saved=True)
    saved = book.with_name(SELFCHECK_REPORT)
    lines = saved.read_text(encoding="utf-8-sig").splitlines()[1:]
    assert lines == told
    [(said, mode)] = pressed.alerts
    assert said == f"{told[-1]}\n报告在 {saved}"
    assert mode == ("warning" if wrong else "info")
    assert {a["func"] for a in pressed.actions} <= {"setScreenUpdating", "setCalculation"}


def test_a_button_that_cannot_save_a_copy_says_what_it_does_not_see(book: Path) -> None:
    pressed = press("selfcheck", book, saved=True)
    said, mode = pressed.alerts[0]
    assert mode == "warning"
    assert said.startswith("没有发现不对，但有5处没有核对完：结果表没有人工改动、看到的就是格子里的、")
    report = book.with_name(SELFCHECK_REPORT).read_text(encoding="utf-8-sig")
    calculated = set(output_sheets(load_rules())) - {RECORDS, COLUMN_NAMES, APPEALS}
    assert f"{len(calculated)}张结果表" in report
    assert NO_FORMULAS_SEEN in report
    assert "看不到名称，没有核对首页的数" in report
    assert report.count("这里看不到工作簿的文件，没有核对") == 4


def test_a_button_in_a_book_without_folder_saves_with_temporary_files(
    book: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    press("selfcheck", book)
    assert (temporary / SELFCHECK_REPORT).is_file()


def test_formulas_of_a_running_excel_are_told_from_texts_that_look_like_one() -> None:
    grid = Grid([["得分", "备注", "名"], [95.0, "=1+1", ""], [3.0, "甲", ""]])
    written = (("得分", "备注", "名"), ("=90+5", "=1+1", ""), ("3", "甲", '=""'))
    assert formula_places(written, grid) == {(2, 1), (3, 3)}
    assert formula_places("=1", Grid([[1.0]])) == {(1, 1)}


def test_formulas_of_a_file_are_found_whatever_their_form(book: Path) -> None:
    """Own, shared, array formulas; with a prefix; a blank cell before one and a condition's formula are none."""

    def edit(parts: Parts) -> None:
        cells = (
            '<x:row r="40"><x:c r="A40" s="1"/><x:c r="B40"><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c r="C40"><x:v>2</x:v></x:c>'
            '<x:c r="D40" t="str"><x:f t="shared" si="0"/><x:v>甲</x:v></x:c><x:c r="E40">\n<x:f t="array" ref="E40">1</x:f></x:c></x:row>'
        )
        part = sheet_part(parts, "学校得分")
        plain = cells.replace("x:", "").replace("40", "41")
        parts[part] = parts[part].replace(b"</sheetData>", f"{cells}{plain}</sheetData>".encode())

    with Package(change(book, edit)) as package:
        found = Reader(package).formulas("学校得分")
    assert found == {(row, column) for row in (40, 41) for column in (2, 4, 5)}
