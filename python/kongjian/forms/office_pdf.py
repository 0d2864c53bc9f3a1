"""PDF files through LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kongjian.errors import KongjianError

_PATIENCE = 900  # seconds; a thousand pages and the first start of a new profile
_USUAL = (
    "{ProgramFiles}/LibreOffice/program/soffice.exe",
    "{ProgramFiles(x86)}/LibreOffice/program/soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)


def find_office() -> str | None:
    """LibreOffice's program, None where it is not installed."""
    usual = (u.format_map(_Environment()) for u in _USUAL)
    return shutil.which("soffice") or next((u for u in usual if Path(u).is_file()), None)


def to_pdf(book: Path, target: Path) -> None:
    """Prints a workbook into a PDF file. Raises KongjianError where LibreOffice is missing or fails."""
    office = find_office()
    if office is None:
        raise KongjianError("没有找到 LibreOffice，生成不了 PDF；请安装它，或在Excel里打开工作簿另存为 PDF")
    with tempfile.TemporaryDirectory(prefix="kongjian-") as folder:
        # an own profile: LibreOffice may be open already
        command = [office, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless"]
        command += ["--norestore", "--convert-to", "pdf", "--outdir", folder, str(book)]
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired):
            raise KongjianError(f"LibreOffice 没有在{_PATIENCE // 60}分钟内生成 PDF；请分批生成") from None
        printed = Path(folder) / f"{book.stem}.pdf"
        if not printed.is_file():
            raise KongjianError("LibreOffice 没有生成 PDF；请先试着用它打开一个工作簿")
        shutil.copyfile(printed, target)


class _Environment(dict[str, str]):
    """Environment variables by name, "" for those that are not set."""

    def __missing__(self, key: str) -> str:
        return os.environ.get(key, "")
