"""One writer at a time: while a run puts files into their places in a folder, the others wait."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kongjian.base.errors import KongjianError

_PATIENCE = 30.0
"""Seconds; putting a finished file into its place takes a fraction of one."""
_PAUSE = 0.01
_CANNOT = -1


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other run is within this for the folder. Raises KongjianError after half a minute.

    Where the system cannot lock, nobody waits: who reads what it replaces still has to look whether it is the same.
    """
    end = time.monotonic() + _PATIENCE
    while (held := _lock(folder)) is None:
        if time.monotonic() > end:
            raise KongjianError(f"另一个程序正在写 {folder.resolve()} 里的文件；请等它写完再试")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        if held != _CANNOT:
            os.close(held)


if sys.platform == "win32":

    def _lock(folder: Path) -> int | None:
        """The lock; None while another run has it. The file goes when it is closed, also by the end of a killed run."""
        place = folder / ".kongjian-lock"
        try:
            return os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY)
        except OSError:
            return None if os.path.lexists(place) else _CANNOT

    def sync_folder(folder: Path) -> None:
        """Nothing: the system keeps the names of a folder by itself."""

else:
    import fcntl

    def _lock(folder: Path) -> int | None:
        """The lock on the folder itself, which leaves nothing behind; None while another run has it."""
        try:
            held = os.open(folder, os.O_RDONLY)
        except OSError:
            return _CANNOT
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(held)
            return None if isinstance(error, BlockingIOError) else _CANNOT
        return held

    def sync_folder(folder: Path) -> None:
        """Has the disk know the names in a folder, where the system can: after a power cut the renamed file is there."""
        try:
            opened = os.open(folder, os.O_RDONLY)
        except OSError:
            return
        try:
            os.fsync(opened)
        except OSError:
            pass
        finally:
            os.close(opened)
