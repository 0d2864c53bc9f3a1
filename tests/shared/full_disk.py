"""A disk that takes no more, at the lowest level that Python has: beyond so many bytes each write fails as the kernel would say it.

A real quota needs a kernel that knows them and a user that is not root; real full disks are tested with mounts (test_true_sentences).
What libraries write by themselves, past Python, is bounded by the kernel: EFBIG.
"""

from __future__ import annotations

import _io
import builtins
import errno
import io
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

_open, _os_open, _mkdir = io.open, os.open, os.mkdir
_write, _sendfile = os.write, os.sendfile
_CHANGES = os.O_WRONLY | os.O_RDWR


class Disk:
    """What may still be written below a folder."""

    def __init__(self, folder: Path, most: int, number: int) -> None:
        self._folder, self._left, self._number = f"{folder.resolve()}/", most, number

    def holds(self, place: object) -> bool:
        """Whether a path or an open file's number lies below the folder."""
        if isinstance(place, int):
            place = Path(f"/proc/self/fd/{place}").readlink()
        return isinstance(place, (str, bytes, os.PathLike)) and str(
            Path(os.fsdecode(place)).absolute()
        ).startswith(self._folder)

    def room(self, wanted: int) -> int:
        """How many of these bytes still fit. Raises OSError where none does."""
        if self._left <= 0:
            raise OSError(self._number, os.strerror(self._number))
        taken = min(wanted, self._left)
        self._left -= taken
        return taken

    def create(self, path: object) -> None:
        """Raises OSError for a new file or folder where not even that is allowed (less than 0 bytes)."""
        if self._left < 0 and self.holds(path) and not os.path.lexists(path):
            raise OSError(self._number, os.strerror(self._number), path)


def limit(folder: Path, most: int, number: int) -> None:
    """From now on this process may write `most` bytes below the folder; long because every way to write is closed.

    -1: not even make a file. `number` is the error's. With EFBIG it is the kernel that refuses, files of more than so many bytes, one by one.
    """
    if number == errno.EFBIG:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        return
    disk = Disk(folder, most, number)

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            view = memoryview(data).cast("B")
            return super().write(view[: disk.room(len(view))]) if len(view) else 0

    def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, errors: str | None = None,
               newline: str | None = None, closefd: bool = True, opener: Callable[..., int] | None = None) -> Any:  # fmt: skip
        if not set(mode) & set("wax+") or not disk.holds(file):
            return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        disk.create(file)
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        buffer = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
        return buffer if "b" in mode else io.TextIOWrapper(buffer, encoding, errors, newline)

    def os_open(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            disk.create(path)
        return _os_open(path, flags, *rest, **named)

    def mkdir(path: Any, *rest: Any, **named: Any) -> None:
        disk.create(path)
        _mkdir(path, *rest, **named)

    def write(number: int, data: bytes) -> int:
        return _write(number, data[: disk.room(len(data))] if disk.holds(number) else data)

    def sendfile(out: int, from_: int, offset: int, count: int) -> int:
        size = os.fstat(from_).st_size - offset
        return _sendfile(
            out, from_, offset, disk.room(min(count, size)) if size > 0 and disk.holds(out) else count
        )

    builtins.open = io.open = _io.open = opened
    os.open, os.mkdir, os.write, os.sendfile = os_open, mkdir, write, sendfile
