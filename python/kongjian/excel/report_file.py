"""Reports as text files beside the workbook, for staff to send on."""

from __future__ import annotations

import tempfile
from pathlib import Path

import xlwings as xw


def save_report(book: xw.Book, text: str, name: str) -> Path:
    """Saves a report beside the workbook, or with temporary files where that has no folder or cannot be written to."""
    place = Path(book.fullname)  # a book never saved, or one on a web server, has no folder
    temporary = Path(tempfile.gettempdir())
    folder = place.parent if place.is_absolute() else temporary
    try:
        (folder / name).write_text(text, encoding="utf-8-sig")  # the mark lets Notepad read it
    except OSError:
        folder = temporary
        (folder / name).write_text(text, encoding="utf-8-sig")
    return folder / name
