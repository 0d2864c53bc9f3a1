"""A disk that is full while logs are counted: where DuckDB spills, where lines are copied, beside the book, for the book."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from mounts import may_mount
from pasting import lines_of, write_book
from spoilt_logs import HEADER, ROWS, rows, text


def many_groups(place: Path, lines: int = 400_000) -> None:
    """Lines, each of an account of its own: of so many more than 25 MB hold."""
    line = "select '2021-03-01 08:00:00' as 日期, '甲校' as 学校名称, 'account' || i as 账号, '教师' as 角色, '在线授课' as 行为"
    duckdb.sql(f"copy ({line} from range({lines}) t(i)) to '{place}' (format csv, header)")


def few(place: Path) -> None:
    place.write_text(text(), encoding="utf-8")


def to_copy(place: Path) -> None:
    """In GB18030, so that it is copied before it is counted."""
    lines = "\n".join([",".join(HEADER), *["2021-03-01,甲校,a,教师,在线授课,,"] * 3000])
    place.write_bytes(lines.encode("gb18030"))


CASES = {
    "where it spills": (many_groups, "export TMPDIR={disk}", 300, ["--memory", "25MB"], "临时文件夹满了，没有数完"),
    "where lines are copied": (to_copy, "export TMPDIR={disk}", 20, [], "磁盘空间不够"),
    "beside the book": (lambda p: many_groups(p, 20_000), "cp {book} {disk}/评比.xlsx", 24, [], "磁盘空间不够，没有做完"),
    "for its tables": (lambda p: many_groups(p, 20_000), "cp {book} {disk}/评比.xlsx", 400, [], "磁盘空间不够，没有做完"),
    "for the book": (lambda p: many_groups(p, 20_000), "cp {book} {disk}/评比.xlsx", 1200, [], "磁盘空间不够，没有写入 评比.xlsx"),
}  # fmt: skip


@pytest.mark.skipif(not may_mount(), reason="no mounts here; test_import_logs raises the same errors by hand")
@pytest.mark.parametrize("where", CASES)
def test_a_full_disk_is_told_in_a_sentence_and_the_book_stays(where: str, tmp_path: Path) -> None:
    make, setup, room, more, expected = CASES[where]
    book, log, disk = tmp_path / "评比.xlsx", tmp_path / "a.csv", tmp_path / "disk"
    write_book(book, {"teachers": lines_of("teachers", {"在线授课": ""})})
    make(log)
    disk.mkdir()
    before = book.read_bytes()
    used = disk / book.name if setup.startswith("cp") else book
    room += len(before) // 1024 if used != book else 0
    script = f"""
        mount -t tmpfs -o size={room}k tmpfs {disk} || exit 99
        {setup.format(disk=disk, book=book)} || exit 98
        {sys.executable} -B -m kongjian import-events -q {" ".join(more)} {log} {used}
        code=$?
        cmp {book} {used} || exit 97
        find {disk} -name '*.tmp' -o -name 'kongjian-*' | grep . && exit 96
        exit $code
    """
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.count("\n") == 1, done.stderr
    assert expected in done.stderr
    assert book.read_bytes() == before


def test_what_was_not_written_for_want_of_room_is_there_the_next_time(tmp_path: Path) -> None:
    book = write_book(tmp_path / "评比.xlsx", {"teachers": lines_of("teachers", {"在线授课": ""})})
    few(tmp_path / "a.csv")
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); sys.argv[1:] = "
        f"['import-events', '-q', {str(tmp_path / 'a.csv')!r}, {str(book)!r}]; runpy.run_module('kongjian', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-B", "-c", limited], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    command = [sys.executable, "-B", "-m", "kongjian", "import-events", str(tmp_path / "a.csv"), str(book)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert rows(book) == ROWS
