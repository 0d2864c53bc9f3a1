"""The command as its users call it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kill_world import World
from kongjian.entry.cli.main import main


@pytest.fixture
def ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the installed command: exit code, what is printed and what is complained of."""

    def done(*args: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kongjian", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            main()
        code = stop.value.code
        return code if isinstance(code, int) else 1, *capsys.readouterr()

    return done


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small city with every file that a command needs."""
    made = World(tmp_path_factory.mktemp("of") / "world", teacher_count=3)
    yield made
    made.close()
