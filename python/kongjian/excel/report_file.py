"""Reports as text files beside the workbook, for staff to send on."""

from __future__ import annotations

import tempfile
from pathlib import Path

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text


def save_report(book: xw.Book, text: str, name: str) -> Path:
    """Saves a report beside the workbook, or with temporary files where that has no folder or cannot be written to."""
    try:
        place = Path(book.fullname)  # a book never saved, or one on a web server, has no folder
    except xw.XlwingsError:  # in a cloud folder that is not on this computer
        place = Path()
    temporary = Path(tempfile.gettempdir())
    folder = place.parent if place.is_absolute() else temporary
    try:
        save_text(folder / name, text)
    except KongjianError:
        folder = temporary
        save_text(folder / name, text)
    return folder / name
