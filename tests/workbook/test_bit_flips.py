"""A finished workbook with one bit flipped: a right result, or one sentence and no byte of the folder changed."""

from __future__ import annotations

import os
import random
import struct
import zipfile
from pathlib import Path

import pytest

from kongjian.base.errors import KongjianError
from kongjian.workbook.recalculate import recalculate
from kongjian.xlsx.package import Package
from workbooks import cells, read, schools, small_book, teachers

FLIPS = 300
TABLES = ("学校排名", "教师排名", "学校得分", "教师得分", "学校数据", "教师数据", "规则")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, object]]:
    book = tmp_path_factory.mktemp("flips") / "评比.xlsm"
    small_book(book, {"schools": schools(6), "teachers": teachers(20)})
    recalculate(book)
    data = book.read_bytes()
    recalculate(book)
    return data, shown(book)


def places(data: bytes, seed: int) -> list[int]:
    """Half of the bits anywhere, half in the directory and the headers, which no checksum covers."""
    draw = random.Random(seed)
    (start,) = struct.unpack("<I", data[-6:-2])
    headers = [h for h in range(len(data) - 30) if data[h : h + 4] == b"PK\x03\x04"]
    out = []
    for k in range(FLIPS):
        kind = k % 4
        if kind < 2:
            at = draw.randrange(len(data))
        elif kind == 2:
            at = draw.randrange(start, len(data))
        else:
            at = draw.choice(headers) + draw.randrange(46)
        out.append(at * 8 + draw.randrange(8))
    return out


@pytest.mark.parametrize("part", range(3))
def test_one_bit_flipped(part: int, finished: tuple[bytes, dict[str, object]], tmp_path: Path) -> None:
    whole, expected = finished
    book = tmp_path / "评比.xlsm"
    right = told = 0
    for bit in places(whole, 20260726)[part::3]:
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        book.write_bytes(data)
        error = said(book)
        if error:
            assert "\n" not in error
            assert error.startswith("评比.xlsm"), (bit, error)
            assert [p.name for p in tmp_path.iterdir()] == [book.name], bit
            assert book.read_bytes() == data, bit
            told += 1
        else:
            assert shown(book) == expected, bit
            right += 1
            book.with_name("评比.xlsm.bak").unlink()
    assert right + told == FLIPS // 3
    assert min(right, told) > 5


def said(book: Path) -> str:
    try:
        recalculate(book)
    except KongjianError as error:
        return str(error)
    return ""


def shown(book: Path) -> dict[str, object]:
    """The tables without the line that tells the moment, and the parts that there are."""
    tables = {sheet: cells(book, sheet) for sheet in TABLES}
    return {sheet: rows[:1] + rows[2:] for sheet, rows in tables.items()} | {"": sorted(read(book))}


def test_a_part_that_rots_after_the_workbook_was_opened_is_not_copied_on(tmp_path: Path) -> None:
    """One bit, with the file's size and times as they were: only the checksum of what is copied tells."""
    book, out = small_book(tmp_path / "评比.xlsm", {"schools": schools(3)}), tmp_path / "新.xlsm"
    state = book.stat()
    with Package(book) as package:
        part = "xl/styles.xml"
        with zipfile.ZipFile(book) as archive:
            info = archive.getinfo(part)
        data = bytearray(book.read_bytes())
        data[info.header_offset + 30 + len(part) + info.compress_size // 2] ^= 4
        with book.open("rb+") as held:
            held.write(data)
        os.utime(book, ns=(state.st_atime_ns, state.st_mtime_ns))
        with pytest.raises(KongjianError, match=r"已损坏（xl/styles.xml）"):
            package.save(out, {})
    assert not out.exists()
