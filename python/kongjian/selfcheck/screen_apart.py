"""What openpyxl has to say of the file, in a process of its own: it is Python throughout, and the rest goes on meanwhile.

The two processes talk through files, as a process without a console has nothing else.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kongjian.base.scratch import scratch
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.selfcheck import fixed_texts, seen_on_screen
from kongjian.selfcheck.checked_book import Line, line
from kongjian.selfcheck.empty_book import empty_book
from kongjian.selfcheck.second_reader import SecondReader
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

TITLES = (seen_on_screen.TITLE, fixed_texts.TITLE)
_STEP = "正在核对看到的和格子里的…"
_SECONDS = 0.05
"""Between two looks at whether the other process has said something, or somebody wants to stop."""


class Apart:
    """The checks of one file, under way; `process` is None where no second one could be started."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes] | None, here: Iterator[object]) -> None:
        self.folder, self.process = folder, process
        self._here, self._found = here, list[Any]()

    def names(self, progress: Progress) -> tuple[Mapping[str, str] | None, str]:
        """The workbook's defined names; None and why where openpyxl cannot read the file."""
        found: tuple[Mapping[str, str] | None, str] = self._said(0, progress)
        return found

    def lines(self, progress: Progress) -> list[Line]:
        """One line for each of TITLES."""
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
        while len(self._found) <= number:
            self._found.append(next(self._here))
        return self._found[number]


@contextmanager
def begun(file: Path, rules: Rules, shipped: Path) -> Iterator[Apart]:
    """The checks of a file, begun; ended where nobody waits for them any more."""
    with scratch() as folder:
        (folder / "asked").write_bytes(pickle.dumps((file.absolute(), rules, shipped)))
        process = started(folder)
        try:
            yield Apart(folder, process, looks(file, rules, shipped))
        finally:
            if process:
                process.kill()
                process.wait()


def started(folder: Path) -> subprocess.Popen[bytes] | None:
    """The other process; None where this computer starts none."""
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except OSError:
        return None


def looks(file: Path, rules: Rules, shipped: Path) -> Iterator[object]:
    """What `Apart.names` gives, then what `Apart.lines` gives; `shipped` is the empty workbook of the scheme."""
    try:
        second = SecondReader(file)
    except Exception as error:  # whatever openpyxl raises of a file that it cannot read
        yield None, f"用另一个程序读不了这个文件（{type(error).__name__}）"
        return
    with second, Package(file) as package:
        yield second.names, ""
        reader = Reader(package)
        reader.read_ahead(package.sheets)
        checks = (
            lambda: seen_on_screen.seen_on_screen(reader, second, empty_book(shipped).states, rules),
            lambda: fixed_texts.fixed_texts(reader, second.names, empty_book(shipped)),
        )
        yield [line(title, check) for title, check in zip(TITLES, checks, strict=True)]


def _answer(folder: Path) -> None:
    for number, said in enumerate(looks(*pickle.loads((folder / "asked").read_bytes()))):
        whole = folder / "being written"
        whole.write_bytes(pickle.dumps(said))
        whole.rename(folder / str(number))


if __name__ == "__main__":
    import gc

    gc.disable()  # this process ends before there is anything to collect
    _answer(Path(sys.argv[-1]))
