"""A disk that is full, read-only or gone, a name that is too long: said as it is, on one line, and nothing is half."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from xlsxwriter.exceptions import FileCreateError

from kongjian.base import files
from kongjian.base.disk import behind, reason
from kongjian.base.errors import KongjianError
from kongjian.base.files import keep_error, replace_file
from kongjian.base.foreign import unreadable
from kongjian.base.scratch import scratch
from kongjian.entry.cli.main import cli, main
from kongjian.entry.plans.plan_model import ERROR, fault
from mounts import may_mount
from workbooks import SCHOOL_NAMES, schools, small_book, teachers

ROWS = {"schools": schools(3)}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "磁盘空间不够，没有写入 甲.xlsx；请腾出空间"),
        (errno.EDQUOT, "磁盘配额用完了，没有写入 甲.xlsx；请腾出空间，或请管理员加大配额"),
        (errno.EROFS, "磁盘是只读的，没有写入 甲.xlsx；请换一个能写的文件夹"),
        (errno.ENAMETOOLONG, "名字太长，没有写入 甲.xlsx；请改短"),
        (errno.EIO, "磁盘读写出错，没有写入 甲.xlsx"),
        (errno.EACCES, "没有权限写入 甲.xlsx；请换一个能写的文件夹"),
        (errno.ESTALE, "连不上这个磁盘，没有写入 甲.xlsx"),
        (errno.ENOEXEC, "写不了 甲.xlsx：系统错误8"),
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["plain", "inside XlsxWriter"])
def test_each_fault_of_the_disk(number: int, expected: str, inside: bool, tmp_path: Path) -> None:
    target = tmp_path / "甲.xlsx"
    target.write_bytes(b"old")

    def write(path: Path) -> None:
        path.write_bytes(b"half")
        error = OSError(number, os.strerror(number))
        if inside and number != errno.ENOEXEC:
            raise FileCreateError(error)
        raise error

    with pytest.raises(KongjianError) as told:
        replace_file(target, write)
    assert str(told.value).startswith(expected)
    assert str(told.value).endswith("原文件没有改动")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"甲.xlsx": b"old"}


def test_no_more_files_is_not_called_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        f_files, f_ffree = 1000, 0

    def write(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.statvfs", lambda _: Full)
    with pytest.raises(KongjianError, match="磁盘上的文件个数到了上限，没有写入 甲.xlsx；请删去不用的文件"):
        replace_file(tmp_path / "甲.xlsx", write)


def test_a_fault_anywhere_else_is_no_internal_one() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/盘/临时")
    assert fault(full, "文件").text == "磁盘空间不够：/盘/临时，没有做完；请腾出空间再试"
    assert fault(MemoryError(), "文件").text == "内存不够，没有做完；请关闭其他程序再试"
    copied = shutil.Error([("甲", "乙", str(OSError(errno.EDQUOT, "Disk quota exceeded")))])
    assert fault(copied, "文件").text == "磁盘配额用完了，没有做完；请腾出空间，或请管理员加大配额再试"
    assert reason(shutil.Error([("甲", "乙", "[WinError 112] 磁盘空间不足")])) == (
        "磁盘空间不够",
        "请腾出空间",
    )
    assert behind(KeyError("甲")) is None
    assert behind(OSError(errno.ENOENT, "No such file")) is None


def refused(*arguments: str, setup: str = "") -> str:
    """What the command says, in a mount of its own where `setup` makes one."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "kongjian",
        *arguments,
        "-q",
    ]  # no progress, however slow it is here
    if setup:
        script = f"{setup} || exit 99; exec " + " ".join(f"'{c}'" for c in command)
        command = ["unshare", "-rm", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr.count("\n") == 1, done.stderr
    assert "程序内部出错" not in done.stderr
    return done.stderr


MOUNTS: dict[str, tuple[str, Callable[[Path], list[str]], str]] = {
    "read-only": ("mount -t tmpfs tmpfs {disk} && cp {book} {disk}/评比.xlsm && mount -o remount,ro {disk}", lambda d: ["recalc", f"{d}/评比.xlsm"], "磁盘是只读的，没有写入 评比.xlsm"),
    "no inodes": ("mount -t tmpfs -o nr_inodes=2 tmpfs {disk} && cp {book} {disk}/评比.xlsm", lambda d: ["recalc", f"{d}/评比.xlsm"], "磁盘上的文件个数到了上限，没有写入 评比.xlsm"),
    "full for forms": ("mount -t tmpfs -o size=16k tmpfs {disk}", lambda d: ["forms", f"{d.parent}/评比.xlsm", "-o", f"{d}/表", "--anyway", "-q"], ""),
    "full for temporary files": ("mount -t tmpfs -o size=12k tmpfs {disk}; export TMPDIR={disk}", lambda d: ["forms", f"{d.parent}/评比.xlsm", "-o", f"{d.parent}/表", "--anyway", "-q"], "磁盘空间不够"),
}  # fmt: skip


@pytest.mark.skipif(not may_mount(), reason="no mounts here; the same errors are raised by hand above")
@pytest.mark.parametrize("kind", MOUNTS)
def test_on_a_disk_of_its_own(kind: str, tmp_path: Path) -> None:
    setup, arguments, expected = MOUNTS[kind]
    book, disk = small_book(tmp_path / "评比.xlsm", ROWS), tmp_path / "disk"
    disk.mkdir()
    made = setup.format(disk=disk, book=book)
    if kind == "full for forms":  # each form that finds no room is named, and the command ends with 2
        command = " ".join(f"'{c}'" for c in [sys.executable, "-B", "-m", "kongjian", *arguments(disk)])
        done = subprocess.run(["unshare", "-rm", "sh", "-c", f"{made} || exit 99; {command}"], capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert "磁盘空间不够，没有写入" in done.stdout
        assert done.stderr == ""
    else:
        assert expected in refused(*arguments(disk), setup=made)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("长" * 90 + ".xlsm", "名字太长"), ("甲\n乙.xlsm", "甲␤乙"), ("没有\n/结果.xlsm", "没有文件夹")],
)
def test_names_too_long_or_with_line_breaks(
    name: str,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    book = small_book(tmp_path / "评比.xlsm", ROWS)
    if "甲" in name:
        (tmp_path / name).mkdir()
    monkeypatch.setattr(sys, "argv", ["kongjian", "recalc", str(book), "-o", str(tmp_path / name)])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr().err
    assert stop.value.code == 2
    assert said.count("\n") == 1
    assert expected in said
    assert "程序内部出错" not in said


def test_the_record_of_an_error_is_the_users_own_and_quotes_no_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    log = tmp_path / "state" / "kongjian" / "错误记录.txt"
    log.parent.mkdir(parents=True)
    log.symlink_to(tmp_path / "outside")

    def read(cell: str) -> float:
        try:
            return float(cell)
        except ValueError as error:
            raise KeyError(cell) from error

    with pytest.raises(KeyError) as raised:
        read("张伟 421281199001011234")
    assert keep_error(raised.value) == f"记录在 {log}"
    text = log.read_text(encoding="utf-8")
    assert "KeyError" in text
    assert "ValueError" in text
    assert "return float(cell)" in text
    assert "张伟" not in text.replace('read("张伟', "")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert not (tmp_path / "outside").exists()
    monkeypatch.setenv("XDG_STATE_HOME", str(log))
    told = fault(ZeroDivisionError("张伟"), "文件")
    assert (told.text, told.mode) == ("程序内部出错，文件没有改动；记录没有写成，请发给技术人员", ERROR)


def test_scratch_files_are_not_counted_as_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = files.finished
    with scratch() as folder:
        replace_file(folder / "form.xlsx", lambda path: path.write_bytes(b"1") and None)
    replace_file(tmp_path / "表.xlsx", lambda path: path.write_bytes(b"1") and None)
    assert files.finished == before + 1


def test_what_a_foreign_file_does_is_one_line() -> None:
    path = Path("/收/换\n行.xlsx")
    assert (
        unreadable(path, KeyError("张伟"))
        == "换␤行.xlsx：读不了（内容不合格式，可能已损坏；请让对方重新保存再交）"
    )
    assert unreadable(path, RecursionError()) == "换␤行.xlsx：读不了（里面套得太深，不像正常的表格）"
    assert unreadable(path, KongjianError(f"{path.name} 已损坏")) == "换␤行.xlsx：读不了（已损坏）"
    again = unreadable(path, KongjianError(unreadable(path, MemoryError())))
    assert again == "换␤行.xlsx：读不了（太大，内存不够）"


def test_units_with_names_too_long_or_with_line_breaks_get_all_their_files(tmp_path: Path) -> None:
    long, broken, person = "长" * 120, "甲\n乙/小学", "名" * 100
    rows = {"schools": schools(3), "teachers": teachers(3)}
    called = dict(zip(SCHOOL_NAMES, (long, broken), strict=False))
    for row in (*rows["schools"], *rows["teachers"]):
        row["学校名称"] = called.get(str(row["学校名称"]), row["学校名称"])
    rows["teachers"][0]["教师姓名"] = person
    book = small_book(tmp_path / "评比.xlsm", rows)
    for command in (
        ["recalc", book],
        ["forms", book, "-o", tmp_path / "表格", "--anyway"],
        ["mail", book, "--by-school", "-o", tmp_path / "分发"],
        ["collect", tmp_path / "表格", "--book", book],
    ):
        done = CliRunner().invoke(cli, [str(part) for part in command])
        assert done.exit_code == 0, done.output
        assert "程序内部出错" not in done.output
    names = [path.name for path in tmp_path.rglob("*")]
    assert max(len(name.encode()) for name in names) <= 255
    assert not any("\n" in name for name in names)
    made = [
        path for path in (tmp_path / "分发").rglob("*.xlsx") if path.name.startswith(("长", "甲 乙_小学"))
    ]
    assert len(made) == 2, "each school's own copy, and no two under one name"
    assert len([n for n in names if n.startswith("附件3")]) == 6, "three in 表格, three in the packages"
