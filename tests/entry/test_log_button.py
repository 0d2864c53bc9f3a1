"""导入行为日志 over a running Excel writes and says what the command writes and says."""

from __future__ import annotations

from pathlib import Path

import pytest

from import_files import new_book
from remote import press, values
from spoilt_logs import LINES, run_import, text
from workbooks import opened


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
