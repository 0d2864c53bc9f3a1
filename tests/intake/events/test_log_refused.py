"""Logs that cannot be counted as they are: named and refused, and nothing is written."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
import zstandard
from test_import_logs import as_parquet

from kongjian.base.errors import KongjianError
from kongjian.intake.events import import_logs as importing
from kongjian.intake.events.log_files import Seen, as_lines, look_at
from kongjian.intake.events.partials import count_file
from pasting import RULES
from spoilt_logs import LINES, ROWS, rows, text
from spoilt_logs import run_import as run


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def parquet() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        as_parquet(Path(folder) / "a.parquet")
        return (Path(folder) / "a.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("a.csv.gz", lambda: truncated(gzip.compress(text().encode())), "a.csv.gz 不完整，解压不到末尾"),
        (
            "a.csv.zst",
            lambda: truncated(zstandard.compress(text().encode())),
            "a.csv.zst 不完整，解压不到末尾",
        ),
        ("a.parquet", lambda: b"PAR1" + bytes(50), "a.parquet 不完整或不是 Parquet"),
        ("a.parquet", lambda: truncated(parquet()), "a.parquet 不完整或不是 Parquet"),
        ("a.csv", lambda: text(delimiter="#").encode(), "a.csv 前10行里没有找到列名“日期”“账号”“角色”“行为”"),
        ("a.csv", lambda: b"", "a.csv 前10行里没有找到列名"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(
    name: str, spoil: Callable[[], bytes], said: str, book: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / name).write_bytes(spoil())
    (folder / "good.csv").write_text(text(), encoding="utf-8")
    before = book.read_bytes()
    with pytest.raises(KongjianError) as error:
        run(folder, book)
    assert said in str(error.value)
    assert "什么都没有写入，数完的下次不用再数" in str(error.value)
    assert book.read_bytes() == before
    (folder / name).unlink()
    run(folder, book)
    assert rows(book) == ROWS


def test_lines_of_another_encoding_are_rejected_not_guessed(book: Path, tmp_path: Path) -> None:
    lines = text().splitlines()
    data = b"\n".join(line.encode("gb18030" if k == 3 else "utf-8") for k, line in enumerate(lines))
    (tmp_path / "a.csv").write_bytes(data)
    code, said = run(tmp_path / "a.csv", book)
    assert code == 1
    assert "a.csv：有认不出的字、控制字符或太长1行（从第4行起）" in said


def test_a_file_that_changes_while_it_is_read_is_refused(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a.csv"
    place.write_text(text(), encoding="utf-8")

    def grows(path: Path, folder: Path, seen: Seen | None) -> object:
        found = as_lines(path, folder, seen)
        with path.open("a", encoding="utf-8") as out:
            out.write("\n")
        return found

    monkeypatch.setattr("kongjian.intake.events.partials.as_lines", grows)
    with pytest.raises(KongjianError, match="读的时候还在变"):
        run(place, book)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_and_leaves_no_partial(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    monkeypatch.setattr("kongjian.intake.events.partials.own_place", lambda _: nullcontext(Path("/dev/full")))
    with pytest.raises(KongjianError, match="请腾出空间再试"):
        run(tmp_path / "a.csv", book)
    assert not list((tmp_path / "行为日志" / "缓存").glob("*.parquet"))


def test_bounds_that_make_no_sense_are_told(book: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    with pytest.raises(KongjianError, match="内存上限“许多”看不懂"):
        run("--memory", "许多", tmp_path / "a.csv", book)
    with pytest.raises(KongjianError, match="找不到行为日志"):
        run(tmp_path / "none*.csv", book)
    assert os.listdir(tmp_path / "行为日志" / "缓存") == []  # noqa: PTH208


def test_a_file_that_is_another_since_it_was_looked_at_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_text(text(), encoding="utf-8")
    seen = look_at(place)
    place.write_text(text(LINES[:3]), encoding="utf-8")
    with pytest.raises(KongjianError, match="读的时候还在变"):
        count_file(place, tmp_path / "p.parquet", tmp_path, RULES, "200MB", seen)
    assert not (tmp_path / "p.parquet").exists()


def test_counts_that_no_sheet_holds_are_refused_with_what_to_do(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    monkeypatch.setattr(importing, "MOST_ROWS", 1)
    before = book.read_bytes()
    with pytest.raises(KongjianError, match="有效次数有3行，一张工作表放不下，没有写入；.*kongjian score"):
        run(tmp_path / "a.csv", book)
    assert book.read_bytes() == before
