"""Keeps the details of an unforeseen fault where a technician finds them."""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path


def keep(error: BaseException) -> Path:
    """Writes the error with its trace to a file in the folder for temporary files; returns its path."""
    log = Path(tempfile.gettempdir()) / "kongjian-错误记录.txt"
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return log
