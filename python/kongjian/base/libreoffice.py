"""LibreOffice, where it is installed: finding it and having it convert files."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.base.scratch import end_programs, scratch

PATIENCE = 900
"""Seconds that LibreOffice may take; its first start with a new profile alone can take thirty."""
COPIES_PATIENCE = 600
"""Seconds for one copy, of a whole city perhaps."""
_ROOM = 4 << 20
"""Bytes that must be free for a file to be missing for another reason than a full disk."""
_APART: dict[str, Any] = {
    "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
    **({"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)} if os.name == "nt" else {"start_new_session": True}),
}  # fmt: skip
"""A group of its own: Ctrl+C reaches the command alone, which then ends LibreOffice with all that it started."""
# OOXMLRecalcMode 0: calculate when a file is opened, whatever it holds
_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
_USUAL_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)


def find_office() -> str | None:
    """The command of an installed LibreOffice, None where there is none."""
    known = (shutil.which(name) for name in ("soffice", "libreoffice"))
    return next((found for found in (*known, *_USUAL_PLACES) if found and Path(found).is_file()), None)


class Conversion:
    """LibreOffice at work, in one start, on files that are to be saved as another kind into `folder`/out.

    The files have each another name. The profile in `folder` is its own, so that a LibreOffice that is open does not
    matter; `settings` is its registry. `folder` is of a `scratch`, which ends what LibreOffice started.
    """

    def __init__(
        self,
        office: str,
        files: Sequence[Path],
        kind: str,
        folder: Path,
        settings: str = "",
        patience: float = PATIENCE,
    ) -> None:
        profile, self._out = folder / "profile", folder / "out"
        if not profile.is_dir():
            (profile / "user").mkdir(parents=True)
            if settings:
                (profile / "user" / "registrymodifications.xcu").write_text(settings, encoding="utf-8")
        command = [office, f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", kind, "--outdir", str(self._out), *map(str, files)]
        self._folder, self._kind, self._patience = folder, kind, patience
        own = folder / "tmp"  # what it leaves when it is killed goes with the folder
        own.mkdir(exist_ok=True)
        places = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(own.resolve()))
        self._until = time.monotonic() + patience
        self._refused: OSError | None = None
        try:
            self._process = subprocess.Popen(command, env=os.environ | places, **_APART)
        except OSError as error:
            self._refused = error

    def of(self, file: Path) -> Path:
        """Waits for what became of one of the files.

        Raises KongjianError when LibreOffice does not start, takes too long, leaves the file out or finds no room on
        the disk.
        """
        if self._refused:
            raise KongjianError(f"LibreOffice 打不开：{disk.said(self._refused)}")
        try:
            self._process.wait(max(0.0, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.end()
            raise KongjianError(
                f"LibreOffice {self._patience:g}秒没有算完 {file.name}；请关闭其他程序再试"
            ) from None
        result = self._out / f"{file.stem}.{self._kind}"
        if not result.is_file():
            if shutil.disk_usage(self._folder).free < _ROOM:
                raise KongjianError(
                    f"磁盘空间不够，LibreOffice 没有写成 {file.name}；请腾出空间（{self._folder.parent}）再试"
                )
            raise KongjianError(f"LibreOffice 没有打开 {file.name}")
        return result

    def end(self) -> None:
        """Ends LibreOffice where it is still at work."""
        if not self._refused and self._process.poll() is None:
            end_programs(self._folder)
            self._process.kill()
            self._process.wait()


def convert(office: str, files: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """The files saved as another kind, see `Conversion`. Raises KongjianError."""
    return _done(Conversion(office, files, kind, folder), files)


def recalculated(copy: Path, folder: Path, office: str) -> Path:
    """The copy opened, calculated anew and saved into `folder`. Raises KongjianError when that fails."""
    return _done(_calculation([copy], folder, office), [copy])[0]


def _done(work: Conversion, files: Sequence[Path]) -> list[Path]:
    try:
        return [work.of(file) for file in files]
    finally:
        work.end()


def _calculation(copies: Sequence[Path], folder: Path, office: str) -> Conversion:
    return Conversion(office, copies, "xlsx", folder, _CALCULATE, COPIES_PATIENCE * len(copies))


@contextmanager
def calculating(copies: Sequence[Path], office: str) -> Iterator[Callable[[Path], Path]]:
    """LibreOffice calculates the copies anew while the caller does something else.

    Yields what waits for the result of one copy, see `Conversion.of`; whoever leaves without waiting wants none.
    """
    with scratch() as folder:
        work = _calculation(copies, folder, office)
        try:
            yield work.of
        finally:
            work.end()


def to_pdf(book: Path, target: Path) -> None:
    """Prints a workbook into a PDF file. Raises KongjianError where LibreOffice is missing or fails."""
    office = find_office()
    if office is None:
        raise KongjianError("没有找到 LibreOffice，生成不了 PDF；请安装它，或在Excel里打开工作簿另存为 PDF")
    with scratch() as folder:
        [printed] = convert(office, [book], "pdf", folder)
        shutil.copyfile(printed, target)
