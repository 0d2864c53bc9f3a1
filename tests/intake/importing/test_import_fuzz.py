"""Small files of every kind with bytes changed at random, the same on every run: each is read or refused in one sentence.

FUZZ says how many changes of each file (`make fuzz`: 200, two thousand in all).
"""

from __future__ import annotations

import os
import random
import re
import resource
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from import_files import RULES, TEACHERS, Line, html_xls, openpyxl_xlsx, text_file, xlsx
from kongjian.intake.column_names import Answers
from kongjian.intake.importing.gather import Known, gather
from other_formats import ods, web_archive, xls, xlsb, xml_2003
from workbooks import read, write

CHANGES = int(os.environ.get("FUZZ", "25"))
LIMITS = RULES.importing.limits
LINES: list[Line] = TEACHERS
FILES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "xlsx": ("教师.xlsx", lambda p: xlsx(p, LINES)),
    "openpyxl": ("教师.xlsm", lambda p: openpyxl_xlsx(p, LINES)),
    "xls": ("教师.xls", lambda p: xls(p, LINES)),
    "xlsb": ("教师.xlsb", lambda p: xlsb(p, LINES)),
    "ods": ("教师.ods", lambda p: ods(p, LINES)),
    "XML of 2003": ("教师.xml", lambda p: xml_2003(p, LINES)),
    "html": ("教师.htm", lambda p: html_xls(p, LINES)),
    "web archive": ("教师.mht", lambda p: web_archive(p, html_xls(p, LINES))),
    "gb18030": ("教师.csv", lambda p: text_file(p, LINES, "gb18030")),
    "utf-16": ("教师.txt", lambda p: text_file(p, LINES, "utf-16", "\t")),
}


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one or several of them changed, cut out, doubled or added."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, size = chance.randrange(len(out) + 1), chance.choice((1, 2, 4, 40))
        match chance.randrange(6):
            case 0:
                out[at : at + size] = chance.randbytes(size)
            case 1:
                out[at : at + size] = b"\xff" * size
            case 2:
                out[at : at + size] = b"\0" * size
            case 3:
                del out[at : at + size]
            case 4:
                out[at:at] = out[at : at + size]
            case 5:
                numbers = list(re.finditer(rb"\d+", out))
                one = chance.choice(numbers) if numbers else None
                out[one.start() if one else at : one.end() if one else at] = b"%d" % 2 ** chance.randrange(64)
    return bytes(out[: chance.randrange(len(out) + 1)]) if chance.random() < 0.1 else bytes(out)


def spoil(file: Path, parts: dict[str, bytes], plain: bytes, chance: random.Random) -> None:
    """Changes the file, or what is packed in it: a changed package itself seldom gets beyond its checksums."""
    if parts and chance.random() < 0.8:
        name = chance.choice(sorted(parts))
        write(file, parts | {name: spoiled(parts[name], chance)})
    else:
        file.write_bytes(spoiled(plain, chance))


@pytest.mark.parametrize("kind", FILES)
def test_changed_bytes_are_read_or_refused_in_one_sentence(kind: str, tmp_path: Path) -> None:
    name, make = FILES[kind]
    file = make(tmp_path / name)
    plain = file.read_bytes()
    parts = read(file) if plain.startswith(b"PK") else {}
    known, chance = Known(RULES, (), None, Answers({})), random.Random(zlib.crc32(kind.encode()))
    was_read = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for change in range(CHANGES):
        spoil(file, parts, plain, chance)
        began = time.monotonic()
        found = gather([file], known, lambda _: None)
        was_read += bool(found.parts)
        for said in found.refused:
            assert re.fullmatch(rf"{name}[^\n]*[一-龥][^\n]*", said), change
            assert "按常规存" not in said, change  # nothing unforeseen
        assert time.monotonic() - began < 3 * LIMITS.seconds, change  # far from it; a loop without end is not
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert max(grown, most) <= 1 << 20  # kilobytes
    assert was_read > 0
