"""导入行为日志 over a running Excel writes and says what the command writes and says."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from import_files import new_book
from kongjian.entry.excel import jobs
from kongjian.intake.events import import_logs
from kongjian.intake.events.line_accounts import Account
from kongjian.intake.events.partials import count_file
from pressed_book import even, shown
from remote import press, values
from spoilt_logs import LINES, run_import, text
from vba_host import VbaHost
from windows_side import real
from workbooks import opened

YES = 6


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path, teacher_count=2)


def test_the_button_writes_and_says_what_the_command_does(book: Path, tmp_path: Path) -> None:
    log = tmp_path / "日志.csv"
    log.write_text(text([*LINES, ["坏", *LINES[0][1:]]]), encoding="gb18030")
    pressed = press("import_logs", book, str(log), saved=True)
    code, said = run_import("-o", tmp_path / "out.xlsm", log, book)
    assert code == 1
    [(told, kind)] = pressed.alerts
    assert kind != "info"
    assert said == f"{told}\n已写入 {tmp_path / 'out.xlsm'}\n"
    assert "没有计入1行" in told
    assert len(values(pressed.book, "有效次数")) >= 3
    assert values(pressed.book, "有效次数") == values(
        opened(tmp_path / "out.xlsm", data_only=True), "有效次数"
    )
    assert pressed.written - {"首页"} == {"有效次数"}


def test_without_an_answer_it_asks_for_logs(book: Path) -> None:
    asked = press("import_logs", book, saved=True)
    _, (kind, words, patterns, _) = asked.said
    assert (kind, words) == ("files", "选行为日志（可以选几个）")
    assert "*.parquet" in patterns
    assert asked.written == set()


def test_a_stopped_import_keeps_what_it_has_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = new_book(tmp_path, teacher_count=2)
    host = real(VbaHost(book))
    for name, lines in {"a": LINES[:1], "b": LINES[1:4], "c": LINES[4:]}.items():
        (tmp_path / f"{name}.csv").write_text(text(lines), encoding="utf-8")
    host.excel.chosen = [str(tmp_path / f"{name}.csv") for name in "abc"]
    counting, go, counted = threading.Event(), threading.Event(), list[str]()

    def waits(path: Path, *rest: Any) -> Account:
        counted.append(path.name)
        if path.name == "b.csv":
            counting.set()
            assert go.wait(600)
        return count_file(path, *rest)

    monkeypatch.setattr(jobs, "AT_ONCE", 0.01)
    monkeypatch.setattr(import_logs, "count_file", waits)
    host.run("KongjianRun_ImportLogs")
    while not counting.wait(0.01) or "导入行为日志：正在数b.csv（2/3" not in str(host.excel.status_bar):
        host.turn()
    host.app.answer_dialogs(YES)
    host.run("KongjianRun_ImportLogs")
    assert host.shown[-1] == "“导入行为日志”停下了，没有做完；工作簿没有改动，已经写好的文件留着"
    assert host.excel.pending == []
    go.set()
    host.finish("KongjianRun_ImportLogs")
    assert counted == ["a.csv", "b.csv", "c.csv"]
    assert host.shown[-1].startswith("3个文件共8行：读入5行")
    _, command = run_import("-o", tmp_path / "out.xlsm", *host.excel.chosen, book)
    assert "3个文件共8行：读入5行" in command
    assert even(shown(host, "有效次数")) == even(
        values(opened(tmp_path / "out.xlsm", data_only=True), "有效次数")
    )
