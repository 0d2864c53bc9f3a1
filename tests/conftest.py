"""For every test: commands say nothing of their progress, which depends on how fast this computer is."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kongjian.entry.cli import progress


@pytest.fixture(autouse=True, scope="session")
def _no_progress() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "PATIENCE", threading.TIMEOUT_MAX)
        yield
