"""For every test: commands say nothing of their progress, which depends on how fast this computer is, and folders of one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kongjian.entry.cli import progress
from pinned_rules import pinned_default


@pytest.fixture(autouse=True, scope="session")
def _no_progress() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "PATIENCE", threading.TIMEOUT_MAX)
        yield


@pytest.fixture(scope="module")
def own_numbers() -> Iterator[None]:
    """For modules whose numbers were worked out by hand: the scheme's, as they were then, hold where nobody names another."""
    with pinned_default():
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


@pytest.fixture
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LibreOffice makes of a copy is tested with the proof itself."""
    from kongjian.base import libreoffice
    from kongjian.mailing import by_school, proof

    for module in (proof, by_school, libreoffice):
        monkeypatch.setattr(module, "find_office", lambda: None)
