"""PDF files through LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from kongjian.errors import KongjianError
from kongjian.office import convert, find_office, scratch


def to_pdf(book: Path, target: Path) -> None:
    """Prints a workbook into a PDF file. Raises KongjianError where LibreOffice is missing or fails."""
    office = find_office()
    if office is None:
        raise KongjianError("没有找到 LibreOffice，生成不了 PDF；请安装它，或在Excel里打开工作簿另存为 PDF")
    with scratch() as folder:
        [printed] = convert(office, [book], "pdf", Path(folder))
        shutil.copyfile(printed, target)


__all__ = ["find_office", "to_pdf"]
