"""The commands that print the evidence say what the sheets say, in Chinese, and write nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kongjian.entry.cli.main import main
from kongjian.workbook.recalculate import recalculate
from workbooks import SCHOOL_NAMES, cells, school, small_book, teacher

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, what is printed and what is complained of."""

    def done(*args: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kongjian", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            main()
        code = stop.value.code
        return code if isinstance(code, int) else 1, *capsys.readouterr()

    return done


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("show") / "book.xlsm"
    rows = {
        "schools": [school(SCHOOL_NAMES[0], 90.5, 在线授课=38), school(SCHOOL_NAMES[1], 79.5)],
        "teachers": [
            teacher(SCHOOL_NAMES[0], "张三", "t1", 85),
            teacher(SCHOOL_NAMES[1], "张三", "t2", 79.6, 在线授课=33),
        ],
    }
    recalculate(small_book(path, rows))
    return path


def table(path: Path, sheet: str) -> list[list[object]]:
    """The rows of an evidence sheet with a header of names."""
    return [row for row in cells(path, sheet)[2:] if any(c != "" for c in row)]


@pytest.mark.parametrize(
    ("command", "sheet"),
    [("near", "临界名单"), ("reconcile", "平台核对"), ("effects", "口径影响"), ("coverage", "数据覆盖")],
)
def test_a_sheet_is_printed_row_by_row(command: str, sheet: str, book: Path, run: Run) -> None:
    before = book.read_bytes()
    code, out, error = run(command, book)
    assert (code, error) == (0, "")
    header, *rows = table(book, sheet)
    lines = out.splitlines()
    assert lines[0] == f"{sheet}（共{len(rows)}）"
    assert rows
    for row, line in zip(rows, lines[2:], strict=False):
        shown = [str(c) for c in row if isinstance(c, str) and c]
        assert all(text in line for text in shown), line
        assert line.split()[0] == shown[0].split()[0]
    assert [name for name in lines[1].split() if name not in header] == []
    assert book.read_bytes() == before


def test_a_score_is_explained_by_name_or_account(book: Path, run: Run) -> None:
    header, *rows = table(book, "得分说明")
    at = {name: k for k, name in enumerate(header)}
    code, out, _ = run("explain", book, "--who", "t2")
    assert code == 0
    assert out.startswith(f"得分说明 {SCHOOL_NAMES[1]} 张三 t2（共11）\n")
    mine = [r for r in rows if r[at["账号"]] == "t2"]
    assert not mine  # below the mark: not among the leading teachers of the sheet, explained all the same
    [line] = [text for text in out.splitlines() if text.split()[:1] == ["在线授课"]]
    assert line.split()[1] == "33.00"
    assert line.split()[-3:] == ["13.00", "7.00", "7节次"]
    _, both, _ = run("explain", book, "--who", "张三")
    assert both.count("得分说明 ") == 2
    _, first, _ = run("explain", book)
    assert first.startswith(f"得分说明 {SCHOOL_NAMES[0]}（共23）\n")
    [lessons] = [
        r
        for r in rows
        if r[at["学校名称"]] == SCHOOL_NAMES[0] and r[at["指标"]] == "在线授课" and not r[at["账号"]]
    ]
    assert f"{lessons[at['得分']]:.2f}  {lessons[at['扣分']]:.2f}  {lessons[at['还差']]}" in first


def test_an_unknown_name_and_an_empty_workbook_are_told(book: Path, tmp_path: Path, run: Run) -> None:
    code, out, error = run("explain", book, "--who", "没有这个人")
    assert (code, out) == (2, "")
    assert error == "错误：没有叫“没有这个人”的学校或教师；请写完整的校名、姓名或账号\n"
    empty = small_book(tmp_path / "empty.xlsm", {})
    assert run("explain", empty)[0] == 2
    assert run("near", empty)[:2] == (0, "临界名单：没有\n")
