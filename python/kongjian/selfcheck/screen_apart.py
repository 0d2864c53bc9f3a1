"""看到的就是格子里的 in a process of its own: openpyxl is Python throughout, and everything else goes on meanwhile.

The two processes talk through files, as a process without a console has nothing else.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kongjian.base.scratch import scratch
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.selfcheck.checked_book import Line
from kongjian.selfcheck.empty_book import empty_book
from kongjian.selfcheck.second_reader import SecondReader
from kongjian.selfcheck.seen_on_screen import seen_on_screen
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

_STEP = "正在核对看到的和格子里的…"
_SECONDS = 0.2
"""Between two looks at whether somebody wants to stop."""


@dataclass(frozen=True)
class Apart:
    """The check of one file, under way; None where no second process could be started."""

    file: Path
    rules: Rules
    shipped: Path
    process: subprocess.Popen[bytes] | None
    found: Path

    def line(self, progress: Progress) -> Line:
        """What it found. Where the other process failed the check is made here, and its fault is this one's."""
        while self.process and self.process.poll() is None:
            progress(_STEP)
            try:
                self.process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        if self.process and self.process.returncode == 0:
            found: Line = pickle.loads(self.found.read_bytes())
            return found
        return checked(self.file, self.rules, self.shipped)


@contextmanager
def begun(file: Path, rules: Rules, shipped: Path) -> Iterator[Apart]:
    """The check of a file, begun; ended where nobody waits for it any more."""
    with scratch() as folder:
        given, found = folder / "in", folder / "out"
        given.write_bytes(pickle.dumps((file.absolute(), rules, shipped)))
        process = started(given, found)
        try:
            yield Apart(file, rules, shipped, process, found)
        finally:
            if process:
                process.kill()
                process.wait()


def started(given: Path, found: Path) -> subprocess.Popen[bytes] | None:
    """The other process; None where this computer starts none."""
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(given), str(found)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except OSError:
        return None


def checked(file: Path, rules: Rules, shipped: Path) -> Line:
    """The check itself; `shipped` is the empty workbook of the scheme. Raises what openpyxl raises of a file it cannot read."""
    with Package(file) as package, SecondReader(file) as second:
        reader = Reader(package)
        reader.read_ahead(package.sheets)
        return seen_on_screen(reader, second, empty_book(shipped).states, rules)


if __name__ == "__main__":
    import gc

    gc.disable()  # this process ends before there is anything to collect
    *_, source, target = sys.argv
    Path(target).write_bytes(pickle.dumps(checked(*pickle.loads(Path(source).read_bytes()))))
