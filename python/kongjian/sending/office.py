"""LibreOffice, where it is installed, as an independent calculator of a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kongjian.errors import KongjianError

PATIENCE = 600
"""Seconds that LibreOffice may take; its first start with a new profile alone can take thirty."""
_USUAL_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
# OOXMLRecalcMode 0: calculate when a file is opened, whatever it holds
_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def find_office() -> str | None:
    """The command of an installed LibreOffice."""
    known = (shutil.which(name) for name in ("soffice", "libreoffice"))
    return next((found for found in (*known, *_USUAL_PLACES) if found and Path(found).is_file()), None)


def recalculated(copy: Path, folder: Path, office: str) -> Path:
    """The copy opened, calculated anew and saved into `folder`. Raises KongjianError when that fails."""
    return recalculate_all([copy], folder, office)[0]


def recalculate_all(copies: Sequence[Path], folder: Path, office: str) -> list[Path]:
    """The copies (each of another name) calculated anew in one start of LibreOffice, which takes longer than a copy."""
    profile, out = folder / "profile", folder / "out"
    if not profile.is_dir():
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_CALCULATE, encoding="utf-8")
    command = [office, f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx", "--outdir", str(out), *map(str, copies)]
    try:
        subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise KongjianError(
            f"LibreOffice {PATIENCE}秒没有算完 {copies[0].name}；请关闭其他程序再试"
        ) from None
    except OSError as error:
        raise KongjianError(f"LibreOffice 打不开：{error.strerror or error}") from None
    for copy in copies:
        if not (out / copy.name).is_file():
            raise KongjianError(f"LibreOffice 没有打开 {copy.name}")
    return [out / copy.name for copy in copies]


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for one calculation; LibreOffice may hold files in it a moment longer."""
    return tempfile.TemporaryDirectory(prefix=f"kongjian-{os.getpid()}-", ignore_cleanup_errors=True)
