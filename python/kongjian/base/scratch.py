"""The one place for files that live no longer than a run, and the sweep of what a killed run left there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = re.compile(r"kongjian-(\d+)-(\d+)-\w+")
_FORMER = re.compile(r"kongjian-(?:\d+-)?\w{8}")
"""How editions before the sweep named theirs; a day old, no run is at work in it."""
_DAY = 86_400
_STARTING = 0.1
"""Seconds in which a program that was just started may have no command line yet that could be read."""
_OWN = ("-env:UserInstallation=", "kongjian.")
"""How an argument begins of a LibreOffice, and of a Python, that this program has started."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for this user alone, gone at the end with every program at work in it, however the end comes."""
    folder = Path(tempfile.mkdtemp(prefix=f"kongjian-{os.getpid()}-{_begun(os.getpid())}-", dir=_place()))
    try:
        yield folder
    except BaseException:
        end_programs(folder)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # LibreOffice may hold files a moment longer: the sweep's


def _place() -> str:
    """The folder for temporary files, found without the trial file that `gettempdir` writes and a kill would leave."""
    usual = (os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP"))
    known = (
        place for place in (*usual, "/tmp") if place and Path(place).is_dir() and os.access(place, os.W_OK)
    )
    return tempfile.tempdir or next(known, "") or tempfile.gettempdir()


def sweep(ending: bool = False) -> None:
    """Ends and removes what runs of this user left behind that were killed; when this one is `ending`, its own, too."""
    with suppress(OSError), os.scandir(_place()) as entries:
        for entry in [e for e in entries if e.name.startswith("kongjian-")]:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False) and _left(entry, ending):
                    end_programs(Path(entry.path))
                    shutil.rmtree(entry.path, ignore_errors=True)


def holds(path: Path) -> bool:
    """Whether a file lives no longer than its run."""
    return any(_NAME.fullmatch(parent.name) for parent in path.parents)


def _left(entry: os.DirEntry[str], ending: bool) -> bool:
    """Whether a folder is of this program and user, and nobody's who is still alive."""
    state = entry.stat(follow_symlinks=False)
    if hasattr(os, "getuid") and state.st_uid != os.getuid():
        return False
    if found := _NAME.fullmatch(entry.name):
        pid = int(found[1])
        return pid == os.getpid() if ending else _begun(pid) != int(found[2])
    return bool(_FORMER.fullmatch(entry.name)) and time.time() - state.st_mtime > _DAY


def _begun(pid: int) -> int:
    """When a process began, in hundredths of a second: its number is given again, its number and moment are not."""
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 100)
    except psutil.AccessDenied:  # somebody's who may not be asked: alive, as it seems
        return -1
    except psutil.Error:
        return 0


def end_programs(folder: Path) -> None:
    """Ends every LibreOffice and reading process that works in the folder: they outlive the run that started them."""
    import psutil

    quiet = 0
    for _ in range(8):  # one may start another while it is looked for
        found = [p for p in psutil.process_iter(["cmdline"]) if _works_in(p.info["cmdline"], folder.name)]
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=5)
        quiet = 0 if found else quiet + 1
        if quiet == 2:
            return
        time.sleep(_STARTING)


def _works_in(command: list[str] | None, folder: str) -> bool:
    parts = [part.replace("\\", "/") for part in command or ()]
    return any(f"/{folder}/" in part for part in parts) and any(part.startswith(_OWN) for part in parts)
