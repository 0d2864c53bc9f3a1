"""LibreOffice, where it is installed: finding it and having it convert files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
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


def convert(
    office: str,
    files: Sequence[Path],
    kind: str,
    folder: Path,
    settings: str = "",
    patience: float = PATIENCE,
) -> list[Path]:
    """The files (each of another name) saved as another kind into `folder`/out, in one start.

    The profile in `folder` is its own, so that a LibreOffice that is open does not matter; `settings` is its
    registry. `folder` is of a `scratch`, which ends what LibreOffice started. Raises KongjianError when it does not
    start, takes too long, leaves a file out or finds no room on the disk.
    """
    profile, out = folder / "profile", folder / "out"
    if not profile.is_dir():
        (profile / "user").mkdir(parents=True)
        if settings:
            (profile / "user" / "registrymodifications.xcu").write_text(settings, encoding="utf-8")
    command = [office, f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", kind, "--outdir", str(out), *map(str, files)]
    try:
        subprocess.run(command, timeout=patience, check=False, **_APART)
    except subprocess.TimeoutExpired:
        end_programs(folder)
        raise KongjianError(
            f"LibreOffice {patience:g}秒没有算完 {files[0].name}；请关闭其他程序再试"
        ) from None
    except OSError as error:
        raise KongjianError(f"LibreOffice 打不开：{disk.said(error)}") from None
    made = [out / f"{file.stem}.{kind}" for file in files]
    for file, result in zip(files, made, strict=True):
        if not result.is_file():
            if shutil.disk_usage(folder).free < _ROOM:
                raise KongjianError(
                    f"磁盘空间不够，LibreOffice 没有写成 {file.name}；请腾出空间（{folder.parent}）再试"
                )
            raise KongjianError(f"LibreOffice 没有打开 {file.name}")
    return made


def recalculated(copy: Path, folder: Path, office: str) -> Path:
    """The copy opened, calculated anew and saved into `folder`. Raises KongjianError when that fails."""
    return convert(office, [copy], "xlsx", folder, _CALCULATE, COPIES_PATIENCE)[0]


def to_pdf(book: Path, target: Path) -> None:
    """Prints a workbook into a PDF file. Raises KongjianError where LibreOffice is missing or fails."""
    office = find_office()
    if office is None:
        raise KongjianError("没有找到 LibreOffice，生成不了 PDF；请安装它，或在Excel里打开工作簿另存为 PDF")
    with scratch() as folder:
        [printed] = convert(office, [book], "pdf", folder)
        shutil.copyfile(printed, target)
