"""Reports as text files that old Windows reads, too."""

from __future__ import annotations

from pathlib import Path

from kongjian.errors import KongjianError


def save_text(path: Path, text: str) -> None:
    """Writes a report. Raises KongjianError where nothing can be written."""
    try:
        path.write_text(text, encoding="utf-8-sig")  # the mark lets Notepad on old Windows read it
    except OSError as error:
        raise KongjianError(f"写不了 {path}：{error.strerror or error}") from None
