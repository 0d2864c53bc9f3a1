"""What cannot be calculated is refused in one Chinese line, and nothing in the folder changes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import main
from kongjian.workbook.recalculate import recalculate
from mounts import may_mount
from workbooks import Parts, change, compound_file, read, replace, schools, sheet_part, small_book, write

Maker = Callable[[Path], Path]
ROWS = {"schools": schools(3)}


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Every file and folder below, with its content."""
    found = sorted(folder.rglob("*"))
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in found}


def said(error: str) -> str:
    """The one line of a refusal, once it is seen to be plain Chinese."""
    assert error.count("\n") == 1, error
    assert error.endswith("\n")
    assert re.match(r"错误：|用法不对：", error), error
    assert "程序内部出错" not in error
    assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} ", error), error
    return error


def content(name: str, data: bytes) -> Maker:
    """A file with these bytes."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def edited(edit: Callable[[Parts], None]) -> Maker:
    """A good workbook, then edited."""
    return lambda folder: change(small_book(folder / "评比.xlsm", ROWS), edit)


def part_cut(find: Callable[[Parts], str]) -> Maker:
    """A workbook one of whose parts ends in the middle."""

    def cut(parts: Parts) -> None:
        name = find(parts)
        parts[name] = parts[name][: len(parts[name]) // 2]

    return edited(cut)


def truncated(share: float) -> Maker:
    def make(folder: Path) -> Path:
        path = small_book(folder / "评比.xlsm", ROWS)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        return path

    return make


def flipped(sheet: str) -> Maker:
    """A workbook with some bytes of one packed sheet changed, as a failing disk leaves it."""

    def make(folder: Path) -> Path:
        path = small_book(folder / "评比.xlsm", ROWS)
        data = bytearray(path.read_bytes())
        start = data.index(sheet_part(read(path), sheet).encode()) + 200
        for at in range(start, start + 40):
            data[at] ^= 0x5A
        path.write_bytes(data)
        return path

    return make


def in_rules(label: str, value: str) -> Maker:
    """A workbook whose 规则 sheet has another text or number behind a label in the same row."""

    def edit(parts: Parts) -> None:
        strings = re.findall(rb"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"], re.DOTALL)
        part = sheet_part(parts, "规则")
        cell = f't="s"><v>{strings.index(label.encode())}</v></c>'
        row = re.search(
            rb"<row [^>]*>(?:(?!</row>).)*" + cell.encode() + rb".*?</row>", parts[part], re.DOTALL
        )
        assert row is not None
        at = row[0].index(cell.encode()) + len(cell)
        kind = rb'(?<!t="s")><v>[0-9]+</v>' if value.isdigit() else rb't="s"><v>[0-9]+</v>'
        new = f"><v>{value}</v>" if value.isdigit() else f't="str"><v>{value}</v>'
        changed = row[0][:at] + re.sub(kind, new.encode(), row[0][at:], count=1)
        replace(parts, part, row[0], changed)

    return edited(edit)


def far_cell(parts: Parts) -> None:
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    replace(parts, sheet_part(parts, "学校数据"), b"</sheetData>", row)


def renamed(parts: Parts) -> None:
    replace(parts, "xl/workbook.xml", '"学校数据"'.encode(), '"学校数据表"'.encode())


def without(name: str) -> Maker:
    def drop(parts: Parts) -> None:
        del parts[name]

    return edited(drop)


def bomb(folder: Path) -> Path:
    """A small workbook one of whose parts is said to unpack to three gigabytes."""
    path = small_book(folder / "评比.xlsm", ROWS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet99.xml", b"<worksheet/>")
        archive.getinfo("xl/worksheets/sheet99.xml").file_size = 3 << 30
    return path


UNREADABLE: dict[str, tuple[Maker, str]] = {
    "no such file": (lambda folder: folder / "没有.xlsx", "找不到文件"),
    "a folder": (lambda folder: folder, "是文件夹，不是工作簿"),
    "an empty file": (content("空.xlsx", b""), "是空文件"),
    "a text file": (content("名单.xlsx", "学校名称,得分\n".encode()), "不是 .xlsx 或 .xlsm 工作簿"),
    "a picture": (content("图.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(60)), "不是 .xlsx 或 .xlsm 工作簿"),
    "an old .xls": (content("旧.xls", compound_file("Workbook")), "旧的 .xls 格式；请在Excel里另存为"),
    "a password": (content("密.xlsx", compound_file("EncryptedPackage")), "有打开密码；请在Excel里去掉密码"),
    "another package": (lambda f: write(f / "b.xlsx", {"content.xml": b"<a/>"}), "不是 .xlsx 或 .xlsm 工作簿"),
    "cut to a tenth": (truncated(0.1), "已损坏"),
    "cut at the end": (truncated(0.99), "已损坏"),
    "bytes of an input": (flipped("学校数据"), "已损坏"),
    "bytes of a result": (flipped("教师得分"), "已损坏"),
    "no workbook part": (without("xl/workbook.xml"), "已损坏（xl/workbook.xml）"),
    "no list of parts": (without("[Content_Types].xml"), "不是 .xlsx 或 .xlsm 工作簿"),
    "no sheet part": (without("xl/worksheets/sheet2.xml"), "已损坏"),
    "workbook part cut": (part_cut(lambda _: "xl/workbook.xml"), "已损坏"),
    "strings cut": (part_cut(lambda _: "xl/sharedStrings.xml"), "已损坏"),
    "input cut": (part_cut(lambda parts: sheet_part(parts, "学校数据")), "的工作表“学校数据”已损坏"),
    "result cut": (part_cut(lambda parts: sheet_part(parts, "学校得分")), "工作表“学校得分”的内容读不了"),
    "table cut": (part_cut(lambda _: "xl/tables/table6.xml"), "已损坏（xl/tables/table6.xml）"),
    "links cut": (part_cut(lambda _: "xl/worksheets/_rels/sheet7.xml.rels"), "已损坏"),
    "no required sheet": (edited(renamed), "工作簿里没有工作表“学校数据”"),
    "a bomb": (bomb, "解开后超过400MB，不像正常的工作簿"),
    "a stray cell": (edited(far_cell), "在很远的XFD列也有内容"),
    "a reading unknown": (in_rules("月均", "每天都达"), "口径“月均”没有“每天都达”，请选各月平均、每月都达"),
    "not 100 points": (in_rules("组织机构", "60"), "，应为100，改过的格子：规则!"),
}  # fmt: skip


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs the command in this process, which must refuse; gives what it says."""

    def refused(*args: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["kongjian", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            main()
        out, error = capsys.readouterr()
        assert (stop.value.code, out) == (2, "")
        return said(error)

    return refused


@pytest.mark.parametrize("fault", UNREADABLE)
def test_what_cannot_be_read(fault: str, tmp_path: Path, run: Callable[..., str]) -> None:
    make, expected = UNREADABLE[fault]
    path = make(tmp_path)
    before = snapshot(tmp_path)
    assert expected in run("recalc", path)
    if fault not in ("result cut", "table cut", "links cut", "bytes of a result"):  # `check` reads no results
        assert expected in run("check", path)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "lock", "said_of"),
    [("评比.xlsm", "~$评比.xlsm", "~$评比.xlsm"), ("评比.xlsm", ".~lock.评比.xlsm#", ".~lock.评比.xlsm#")],
    ids=["Excel", "LibreOffice"],
)
def test_a_workbook_that_is_open(
    name: str, lock: str, said_of: str, tmp_path: Path, run: Callable[..., str]
) -> None:
    book = small_book(tmp_path / name, ROWS)
    (tmp_path / lock).write_bytes(b"\x05staff")
    before = snapshot(tmp_path)
    error = run("recalc", book)
    assert "正在Excel中打开" in error
    assert said_of in error
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("没有/结果.xlsm", "没有文件夹"),
        ("有", "是文件夹"),
        ("结果.xlsx", "扩展名应是 .xlsm"),
        ("结果", "扩展名应是 .xlsm"),
        ("评比.xlsm/结果.xlsm", "没有文件夹 .*评比.xlsm；请先建好它"),
    ],
)
def test_an_output_that_cannot_be_written(
    out: str, expected: str, tmp_path: Path, run: Callable[..., str]
) -> None:
    book = small_book(tmp_path / "评比.xlsm", ROWS)
    (tmp_path / "有").mkdir()
    before = snapshot(tmp_path)
    assert re.search(expected, run("recalc", book, "-o", tmp_path / out))
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("at_once", [True, False], ids=["as Excel saves", "in place"])
def test_a_workbook_saved_by_another_program_during_the_run(at_once: bool, tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm", ROWS)
    newer = small_book(tmp_path / "新.xlsm", {"schools": schools(4)}).read_bytes()

    def save(step: str) -> None:
        if "排名" in step and at_once:
            (tmp_path / "新.xlsm").replace(book)
        elif "排名" in step:
            book.write_bytes(newer)

    with pytest.raises(KongjianError, match=r"计算时 评比\.xlsm 被别的程序改动了，没有写入；请再算一次"):
        recalculate(book, progress=save)
    assert book.read_bytes() == newer
    assert {p.name for p in tmp_path.iterdir()} <= {"新.xlsm", "评比.xlsm"}


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    book = small_book(tmp_path / "评比.xlsm", ROWS)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(KongjianError, match=r"打不开 .*评比\.xlsm：没有权限$"):
        recalculate(book)


def subprocess_refused(command: list[str], expected: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert expected in said(done.stderr)


def test_no_room_for_the_new_file(tmp_path: Path) -> None:
    """A limit on the size of files, which the kernel enforces with or without root."""
    book = small_book(tmp_path / "评比.xlsm", ROWS)
    before = snapshot(tmp_path)
    for limit in (0, 20_000, book.stat().st_size - 2000):
        limited = (
            f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); "
            f"sys.argv[1:] = ['recalc', '-q', {str(book)!r}]; runpy.run_module('kongjian', run_name='__main__')"
        )
        subprocess_refused(
            [sys.executable, "-B", "-c", limited], "文件超过了这个磁盘或系统允许的大小，没有写入 评比.xlsm"
        )
        assert snapshot(tmp_path) == before


@pytest.mark.skipif(not may_mount(), reason="no mounts here; the limit on file sizes is tested everywhere")
def test_a_full_disk(tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm", ROWS)
    disk = tmp_path / "disk"
    disk.mkdir()
    room = book.stat().st_size // 1024 + 40
    script = f"""
        mount -t tmpfs -o size={room}k tmpfs {disk} || exit 99
        cp {book} {disk}/评比.xlsm
        {sys.executable} -B -m kongjian recalc -q {disk}/评比.xlsm
        code=$?
        cmp {book} {disk}/评比.xlsm || exit 98
        test "$(ls -A {disk})" = 评比.xlsm || exit 97
        exit $code
    """
    subprocess_refused(["unshare", "-rm", "sh", "-c", script], "磁盘空间不够，没有写入 评比.xlsm")


def recalc_without_privilege(book: Path) -> list[str]:
    """The command; root writes anywhere until it gives up the capabilities to."""
    command = [sys.executable, "-B", "-m", "kongjian", "recalc", "-q", str(book)]
    if os.geteuid() != 0:
        return command
    drop = "import ctypes, os, sys; [ctypes.CDLL(None).prctl(24, c, 0, 0, 0) for c in (1, 2)]; "
    return [sys.executable, "-c", f"{drop}os.execv(sys.executable, {command!r})"]


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "只读"
    folder.mkdir()
    book = small_book(folder / "评比.xlsm", ROWS)
    before = snapshot(folder)
    folder.chmod(0o555)
    try:
        subprocess_refused(recalc_without_privilege(book), "没有权限写入 评比.xlsm；请换一个能写的文件夹")
    finally:
        folder.chmod(0o755)
    assert snapshot(folder) == before
