"""What tests of imported logs share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pasting import lines_of, write_book


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "b.xlsx", {"teachers": lines_of("teachers", {"在线授课": ""})})
