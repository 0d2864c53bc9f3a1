"""Imports of logs that are killed, or meet another one: the workbook is the old one or the new one, and nothing is counted twice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.base.errors import KongjianError
from kongjian.base.one_writer import alone_in
from kongjian.entry.cli.main import cli
from kongjian.intake.events import import_logs as importing
from kongjian.intake.events.line_accounts import Account
from kongjian.intake.events.log_index import Index
from kongjian.intake.events.partials import count_file
from spoilt_logs import LINES, ROWS, rows, text
from spoilt_logs import run_import as run


def test_a_killed_import_goes_on_where_it_stopped(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(4):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k : k + 1 if k < 3 else 5]), encoding="utf-8")
    counted: list[str] = []

    def stops(path: Path, *rest: object) -> Account:
        counted.append(path.name)
        if len(counted) == 3:
            (tmp_path / "行为日志" / "缓存" / "half.1.tmp").write_bytes(b"half")
            raise KeyboardInterrupt
        return count_file(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "count_file", stops)
    before = book.read_bytes()
    with pytest.raises(BaseException):  # noqa: B017
        CliRunner().invoke(
            cli,
            ["import-events", str(tmp_path / "*.csv"), str(book)],
            catch_exceptions=False,
            standalone_mode=False,
        )
    assert book.read_bytes() == before
    run(tmp_path / "*.csv", book)
    assert counted == ["0.csv", "1.csv", "2.csv", "2.csv", "3.csv"]
    assert rows(book) == ROWS
    assert not list((tmp_path / "行为日志").rglob("*.tmp"))


def test_killed_at_any_renaming_the_book_is_the_old_one_or_the_new_one(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(3):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k::3]), encoding="utf-8")
    before, real, killed = rows_or_none(book), Path.replace, 0

    class Killed(BaseException):
        pass

    for moment in range(1, 40):
        left = moment

        def replace(self: Path, target: Path) -> Path:
            nonlocal left
            left -= 1
            if not left:
                raise Killed
            return real(self, target)

        shutil.rmtree(tmp_path / "行为日志", ignore_errors=True)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", replace)
            try:
                run("--anew", tmp_path / "?.csv", book)
            except Killed:
                killed += 1
            else:
                break
        assert rows_or_none(book) in (before, ROWS)
        run("--anew", tmp_path / "?.csv", book)
        assert rows(book) == ROWS
    assert killed >= 10


def rows_or_none(book: Path) -> list[tuple[object, ...]] | None:
    return rows(book) if "有效次数" in openpyxl.load_workbook(book).sheetnames else None


def test_two_imports_at_once_do_not_meet(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    (tmp_path / "行为日志").mkdir()
    monkeypatch.setattr("kongjian.base.one_writer._PATIENCE", 0.05)
    with alone_in(tmp_path / "行为日志"), pytest.raises(KongjianError, match="另一个程序正在写"):
        run(tmp_path / "a.csv", book)


def test_two_imports_at_once_both_end_in_the_same_counts(book: Path, tmp_path: Path) -> None:
    for k in range(2):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k::2]), encoding="utf-8")
    command = [sys.executable, "-m", "kongjian", "import-events", str(tmp_path / "?.csv"), str(book)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    said = [one.communicate()[0].decode() for one in both]
    codes = [one.returncode for one in both]
    assert 0 in codes, said
    assert all(code == 0 or "Traceback" not in words for code, words in zip(codes, said, strict=True)), said
    assert rows(book) == ROWS
    assert "没有变化" in run("--verify", tmp_path / "?.csv", book)[1]


def test_what_two_runs_know_of_files_and_workbooks_is_kept_together(tmp_path: Path) -> None:
    (tmp_path / "缓存").mkdir()
    one, other = (Index.at(tmp_path / "目录.json") for _ in range(2))
    one.files["a.csv"], other.files["b.csv"] = [1, 2, 3, "x"], [4, 5, 6, "y"]
    one.save(books={"一.xlsm": {"x": "a.csv"}})
    other.save(states={"二.xlsm": [7]})
    one.save(books={"一.xlsm": {"z": "c.csv"}})
    found = Index.at(tmp_path / "目录.json")
    assert found.files == one.files | other.files
    assert (found.books, found.states) == ({"一.xlsm": {"z": "c.csv"}}, {"二.xlsm": [7]})
