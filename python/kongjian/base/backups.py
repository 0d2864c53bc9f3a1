"""Dated copies of a workbook in the folder 备份 beside it: one before every write, the newest ten kept."""

from __future__ import annotations

import datetime as dt
import filecmp
import os
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.base.files import TEMPORARY, behind_link, own_place, settle

FOLDER = "备份"
MOST = 10
_STAMP = "%Y-%m-%d %H-%M-%S"
_LONGEST = 180
"""Bytes of a book's name within a backup's: with the date it fits the 255 that a folder takes."""


@dataclass(frozen=True, order=True)
class Backup:
    """A copy: when it was made, which of those made within one second, and the file."""

    moment: dt.datetime
    count: int
    path: Path


def backups(book: Path) -> list[Backup]:
    """The copies that there are of a workbook, the newest first."""
    book = behind_link(book)
    named = re.compile(rf"{re.escape(_label(book))} (\d{{4}}-\d\d-\d\d \d\d-\d\d-\d\d)(?:_(\d+))?")
    out = []
    for path in _folder(book).glob("*"):
        found = named.fullmatch(path.stem)
        if found and path.suffix == book.suffix and path.is_file():
            out.append(Backup(dt.datetime.strptime(found[1], _STAMP), int(found[2] or 1), path))
    return sorted(out, reverse=True)


def keep(book: Path) -> None:
    """Copies the workbook as it is on the disk, whole; nothing where there is none yet or the newest copy is the same.

    Raises KongjianError where that cannot be done: then nothing is to be written over the book.
    """
    book = behind_link(book)
    if not book.is_file():
        return
    there = backups(book)
    try:
        if there and filecmp.cmp(there[0].path, book, shallow=False):
            return
        _copy(book, there[0] if there else None)
    except OSError as error:
        reason, folder = disk.said(error), _folder(book.resolve())
        raise KongjianError(
            f"备份没有做成（{reason}），所以没有写入 {book.name}，原文件没有改动；"
            f"请看 {folder} 能不能写、磁盘有没有空间，或把工作簿放到别的文件夹再试"
        ) from None
    for old in backups(book)[MOST:]:
        old.path.unlink(missing_ok=True)


def _copy(book: Path, newest: Backup | None) -> None:
    """A copy of its own, not a link: some programs write into the file that they have opened."""
    folder = _folder(book)
    folder.mkdir(exist_ok=True)
    for left in folder.glob(f"{TEMPORARY}*"):  # of a run that was killed; who is at work here is alone
        left.unlink(missing_ok=True)
    moment, count = dt.datetime.now().replace(microsecond=0), 1
    if newest and newest.moment >= moment:  # within one second, or the clock was put back
        moment, count = newest.moment, newest.count + 1
    copy = folder / f"{_label(book)} {moment.strftime(_STAMP)}{f'_{count}' if count > 1 else ''}{book.suffix}"
    with own_place(copy) as own:
        shutil.copy2(book, own)
        settle(own, copy)


def _folder(book: Path) -> Path:
    return book.parent / FOLDER


def _label(book: Path) -> str:
    """The book's name in its copies' names; a very long one is cut, with a number that tells it from another one."""
    name = os.fsencode(book.stem)
    if len(name) <= _LONGEST:
        return book.stem
    return f"{name[:_LONGEST].decode(errors='ignore')}~{zlib.crc32(name):08x}"
