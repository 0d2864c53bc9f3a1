"""openpyxl's part of the self-check in a process of its own: it is Python throughout, and the rest goes on meanwhile.

The two processes talk through files, as a process without a console has nothing else.
"""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kongjian.base import other_python
from kongjian.base.scratch import scratch

if TYPE_CHECKING:
    from kongjian.base.check_lines import Line
    from kongjian.intake.sheets import Progress
    from kongjian.rules import Rules

_STEP = "正在核对看到的和格子里的…"
_SECONDS = 0.05
"""Between two looks at whether the other process has said something, or somebody wants to stop."""


class Apart:
    """The checks of one file, under way; `process` is None where no second one could be started."""

    def __init__(self, folder: Path, asked: tuple[Path, Rules | None, Path | None]) -> None:
        self.folder, self._asked = folder, asked
        question = folder / "asked"
        question.write_bytes(pickle.dumps(asked))
        self.process = started(question)

    @cached_property
    def _here(self) -> list[Any]:
        """All that the other process should have said."""
        from kongjian.selfcheck.openpyxl_looks import looks

        return list(looks(*self._asked))

    def names(self, progress: Progress) -> tuple[Mapping[str, str] | None, str]:
        """The workbook's defined names; None and why where openpyxl cannot read the file."""
        found: tuple[Mapping[str, str] | None, str] = self._said(0, progress)
        return found

    def lines(self, progress: Progress) -> list[Line]:
        """A line for each check that openpyxl makes."""
        found: list[Line] = self._said(1, progress)
        return found

    def _said(self, number: int, progress: Progress) -> Any:
        """What the other process says; where it failed it is found out here, and its fault is this one's."""
        said = self.folder / str(number)
        while self.process and not said.exists() and self.process.poll() is None:
            progress(_STEP)
            try:
                self.process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        if said.exists():
            return pickle.loads(said.read_bytes())
        return self._here[number]


@contextmanager
def begun(file: Path, rules: Rules | None = None, shipped: Path | None = None) -> Iterator[Apart]:
    """The checks of a file, begun; ended where nobody waits for them any more. For the arguments see `looks`."""
    with scratch() as folder:
        apart = Apart(folder, (file.absolute(), rules, shipped))
        try:
            yield apart
        finally:
            if apart.process:
                apart.process.kill()
                apart.process.wait()


def started(question: Path) -> subprocess.Popen[bytes] | None:
    """The other process; None where this computer starts none."""
    try:
        return other_python.started("kongjian.selfcheck.openpyxl_looks", str(question))
    except OSError:
        return None
