"""The dated copies of a workbook: one before every write, whose bytes come back, ten at most, of this book only."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kongjian.base import backups as kept
from kongjian.base.backups import MOST, backups, keep
from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_bytes
from kongjian.base.one_writer import alone_in


def write(book: Path, data: bytes) -> None:
    replace_bytes(book, data, keep)


def contents(book: Path) -> list[bytes]:
    return [one.path.read_bytes() for one in backups(book)]


def test_each_write_leaves_the_bytes_before_it_ten_at_most_newest_first(tmp_path: Path) -> None:
    book = tmp_path / "评比.xlsm"
    write(book, b"0")
    assert not (tmp_path / kept.FOLDER).exists(), "a new book needs none"
    for k in range(1, 14):  # all within a second or two
        write(book, b"%d" % k)
        assert contents(book) == [b"%d" % n for n in range(k - 1, max(k - 1 - MOST, -1), -1)]
    assert len(list((tmp_path / kept.FOLDER).iterdir())) == MOST


def test_the_same_bytes_are_kept_once_and_the_clock_may_be_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "评比.xlsm"
    book.write_bytes(b"1")
    keep(book)
    keep(book)
    assert contents(book) == [b"1"]

    class Earlier(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Earlier:
            return cls(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr("kongjian.base.backups.dt.datetime", Earlier)
    book.write_bytes(b"2")
    keep(book)
    assert contents(book) == [b"2", b"1"]


def test_books_of_like_names_do_not_share_copies(tmp_path: Path) -> None:
    names = [
        "评比.xlsm",
        "评比.xlsx",
        "评比 2.xlsm",
        "评.比[1].xlsm",
        "评*.xlsm",
        f"{'评' * 82}.xlsm",
        f"{'评' * 81}价.xlsm",
    ]
    for name in names:
        book = tmp_path / name
        book.write_bytes(b"old")
        write(book, name.encode())
        write(book, b"new")
    for name in names:
        assert contents(tmp_path / name) == [name.encode(), b"old"], name


def test_a_copy_keeps_mode_and_time_and_is_no_link(tmp_path: Path) -> None:
    book = tmp_path / "评比.xlsm"
    book.write_bytes(b"1")
    book.chmod(0o640)
    os.utime(book, (1_600_000_000,) * 2)
    keep(book)
    [one] = backups(book)
    found = one.path.stat()
    assert (found.st_mode & 0o777, found.st_mtime, found.st_nlink) == (0o640, 1_600_000_000, 1)
    assert abs((one.moment - dt.datetime.now()).total_seconds()) < 60


def test_the_copies_of_a_book_behind_a_link_lie_beside_the_book(tmp_path: Path) -> None:
    real, link = tmp_path / "盘" / "评比.xlsm", tmp_path / "桌面.xlsm"
    real.parent.mkdir()
    real.write_bytes(b"1")
    link.symlink_to(real)
    write(link, b"2")
    assert contents(link) == contents(real) == [b"1"]
    assert not (tmp_path / kept.FOLDER).exists()


@pytest.mark.parametrize("fault", ["full", "taken"])
def test_without_a_copy_nothing_is_written(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tmp_path / "评比.xlsm"
    book.write_bytes(b"1")
    if fault == "taken":
        (tmp_path / kept.FOLDER).write_bytes(b"a file")
    else:

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(
        KongjianError,
        match="备份没有做成（.+），所以没有写入 评比.xlsm，原文件没有改动；请看 .*备份 能不能写",
    ):
        write(book, b"2")
    assert book.read_bytes() == b"1"
    assert not [p for p in tmp_path.rglob("*") if "kongjian-" in p.name or p.suffix == ".bak"]


def test_what_a_killed_run_left_is_swept_and_is_no_copy(tmp_path: Path) -> None:
    book = tmp_path / "评比.xlsm"
    book.write_bytes(b"1")
    (tmp_path / kept.FOLDER).mkdir()
    (tmp_path / kept.FOLDER / ".kongjian-1.tmp").write_bytes(b"half")
    assert backups(book) == []
    keep(book)
    assert len(list((tmp_path / kept.FOLDER).iterdir())) == 1


def test_who_comes_second_waits_and_a_dead_one_holds_nobody_up(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from kongjian.base.one_writer import alone_in\n"
        "with alone_in(Path(sys.argv[1])): print('in', flush=True); time.sleep(float(sys.argv[2]))"
    )

    def other(seconds: str) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), seconds], stdout=subprocess.PIPE, text=True
        )
        assert started.stdout is not None
        assert started.stdout.readline() == "in\n"
        return started

    first, begun = other("0.4"), time.monotonic()
    with alone_in(tmp_path):
        assert time.monotonic() - begun > 0.2
    first.communicate()
    dead = other("60")
    dead.kill()
    with alone_in(tmp_path):
        dead.communicate()
    assert list(tmp_path.iterdir()) == []


def test_who_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kongjian.base.one_writer._PATIENCE", 0.05)
    book = tmp_path / "评比.xlsm"
    book.write_bytes(b"1")
    with alone_in(tmp_path), pytest.raises(KongjianError, match="另一个程序正在写"):
        write(book, b"2")
    assert book.read_bytes() == b"1"
