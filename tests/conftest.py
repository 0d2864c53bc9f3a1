"""For every test: commands say nothing of their progress, which depends on how fast this computer is; folders and books of one's own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kongjian.entry.cli import progress
from kongjian.workbook.recalculate import recalculate
from workbooks import small_book


@pytest.fixture(autouse=True, scope="session")
def _no_progress() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "PATIENCE", threading.TIMEOUT_MAX)
        yield


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of workbooks to work in, the user's own folder and the cache beside it."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    folder = tmp_path / "books"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def first(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the module's `rows()`, calculated at its NOW."""
    book = small_book(tmp_path_factory.mktemp("first") / "评比.xlsm", request.module.rows())
    recalculate(book, now=request.module.NOW)
    return book


@pytest.fixture
def book(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(first, tmp_path / first.name))
