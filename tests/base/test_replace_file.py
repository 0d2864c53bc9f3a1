"""How a written file takes the place of the old one: names, links, modes, and what lies beside it."""

from __future__ import annotations

import codecs
import os
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kongjian.base.errors import KongjianError
from kongjian.base.files import own_place, replace_file, save_text, settle
from kongjian.intake.events.line_accounts import table_of_lines
from kongjian.workbook.recalculate import recalculate
from workbooks import column, schools, small_book


def put(target: Path, data: bytes) -> None:
    replace_file(target, lambda path: path.write_bytes(data) and None)


def temporary(target: Path, pid: int, kind: str) -> Path:
    """What a run of this process leaves beside the target when it is killed."""
    return target.with_name(f".kongjian-{zlib.crc32(os.fsencode(target.name)):08x}.{pid}.{kind}")


def test_the_old_file_is_kept_as_bak_and_its_mode_passes_on(tmp_path: Path) -> None:
    target = tmp_path / "结果.xlsx"
    put(target, b"1")
    assert [p.name for p in tmp_path.iterdir()] == ["结果.xlsx"]
    target.chmod(0o640)
    put(target, b"2")
    put(target, b"3")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"结果.xlsx": b"3", "结果.xlsx.bak": b"2"}
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    target = tmp_path / "结果.xlsx"
    target.write_bytes(b"1")
    monkeypatch.setattr("kongjian.base.files.os.link", refuse)
    put(target, b"2")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"结果.xlsx": b"2", "结果.xlsx.bak": b"1"}


def test_the_file_behind_a_link_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "盘" / "结果.xlsx", tmp_path / "桌面.xlsx"
    real.parent.mkdir()
    real.write_bytes(b"1")
    link.symlink_to(real)
    put(link, b"2")
    assert link.is_symlink()
    assert (real.read_bytes(), real.with_name("结果.xlsx.bak").read_bytes()) == (b"2", b"1")
    real.with_name("~$结果.xlsx").touch()
    with pytest.raises(KongjianError, match=r"结果\.xlsx 正在Excel中打开"):
        put(link, b"3")


def test_a_name_as_long_as_a_folder_takes(tmp_path: Path) -> None:
    book = small_book(tmp_path / "短.xlsm", {"schools": schools(2)}).rename(tmp_path / f"{'评' * 82}.xlsm")
    recalculate(book)
    assert column(book, "学校排名", "名次") == [1, 2]
    assert len(list(tmp_path.iterdir())) == 2


def test_only_what_dead_runs_left_of_this_file_is_swept(tmp_path: Path) -> None:
    target, other = tmp_path / "甲*.xlsx", tmp_path / "乙.xlsx"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = [temporary(target, gone.pid, "tmp"), temporary(target, gone.pid, "bak")]
    kept = [temporary(target, os.getppid(), "tmp"), temporary(other, gone.pid, "tmp")]
    for path in dead + kept:
        path.touch()
    half = temporary(target, gone.pid, "folder")
    half.mkdir()
    (half / "part-0.parquet").touch()
    put(target, b"1")
    assert set(tmp_path.iterdir()) == {target, *kept}


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "结果.xlsx"
    target.write_bytes(b"1")

    def interrupted(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(target, interrupted)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"结果.xlsx": b"1"}


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = tmp_path / "报告.txt"
    save_text(report, "旧的")
    assert report.read_bytes() == "\ufeff旧的".encode()
    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(KongjianError, match="写不了 .*报告.txt"):
        save_text(report, "新的")
    monkeypatch.undo()
    assert [(p.name, p.read_text("utf-8-sig")) for p in tmp_path.iterdir()] == [("报告.txt", "旧的")]
    own = tmp_path / "自己看.txt"
    save_text(own, "名单", private=True)
    assert own.stat().st_mode & 0o077 == 0


def fails(*_: object) -> None:
    raise OSError(28, "No space left on device")


def as_table(target: Path, data: bytes) -> None:
    with table_of_lines(target) as out:
        out.write(data.decode())


def as_copy(target: Path, data: bytes) -> None:
    with own_place(target) as own:
        own.write_bytes(data)
        settle(own, target)


@pytest.mark.parametrize("write", [put, as_table, as_copy, lambda to, data: save_text(to, data.decode())])
def test_whatever_is_written_is_on_the_disk_and_keeps_its_mode(
    write: Callable[[Path, bytes], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut the folder names the new file, not the one that is gone."""
    target, seen, real = tmp_path / "结果.xlsx", [], os.fsync

    def look(number: int) -> None:
        folder = stat.S_ISDIR(os.fstat(number).st_mode)
        seen.append(("folder" if folder else "file", target.read_bytes().removeprefix(codecs.BOM_UTF8)))
        real(number)

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write(target, b"1")
    target.chmod(0o640)
    temporary(target, gone.pid, "tmp").touch()
    monkeypatch.setattr(os, "fsync", look)
    write(target, b"2")
    assert seen == [("file", b"1"), ("folder", b"2")]
    assert target.stat().st_mode & 0o777 == 0o640
    assert {p.name for p in tmp_path.iterdir()} <= {target.name, f"{target.name}.bak"}
