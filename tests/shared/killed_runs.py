"""A process that has everything imported, forks a run of the command for each line it is sent, and kills it.

A line is JSON: the arguments, the seconds before the signal, the signal, the file from which they count, where to put what is said,
and a disk that takes no more. It answers with the exit status and the seconds that the run took. Forking saves the imports, so that hundreds of kills take a minute.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from full_disk import limit

KILL, TERM, INT = signal.SIGKILL, signal.SIGTERM, signal.SIGINT


@dataclass(frozen=True)
class Ended:
    """How a run ended (negative: by that signal), after how long, and what it said."""

    status: int
    seconds: float
    said: str


class Killer:
    """The caller's side."""

    def __init__(self, temporary: Path, environment: Mapping[str, str] | None = None) -> None:
        self.temporary = temporary
        temporary.mkdir(exist_ok=True)
        self._said = temporary.with_name(f"{temporary.name}.said")
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary), **(environment or {})},
        )

    def run(
        self,
        *arguments: str | Path,
        after: float | None = None,
        by: int = KILL,
        first: str = "",
        full: tuple[str, int, int] | None = None,
    ) -> Ended:
        """One run, killed after so many seconds, counted from the first file below `first` where that is given.

        `full`: a folder, how many bytes may be written below it, and which error comes then.
        """
        assert self._process.stdin
        assert self._process.stdout
        line = [[str(a) for a in arguments], after, int(by), first, str(self._said), full]
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        status, seconds = json.loads(self._process.stdout.readline())
        return Ended(status, seconds, self._said.read_text(encoding="utf-8"))

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=30)


def serve() -> None:
    _imports()
    for line in sys.stdin:
        arguments, after, number, first, said, full = json.loads(line)
        begun = time.perf_counter()
        signal.pthread_sigmask(signal.SIG_BLOCK, (INT, TERM))
        pid = os.fork()
        if pid == 0:
            _child(arguments, said, full)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (INT, TERM))
        print(json.dumps(_ended(pid, after, number, first, begun)), flush=True)


def _ended(pid: int, after: float | None, number: int, first: str, begun: float) -> tuple[int, float]:
    due = None if after is None or first else begun + after
    killed = False
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        now = time.perf_counter()
        if done:
            return os.waitstatus_to_exitcode(status), now - begun
        if due is None and after is not None and _any(first):
            due = now + after
        if due is not None and now >= due and not killed:
            os.kill(pid, number)
            killed = True
        time.sleep(0.0003)


def _any(pattern: str) -> bool:
    folder, _, start = pattern.rpartition("/")
    return any(name.startswith(start) for name in os.listdir(folder))  # noqa: PTH208


def _child(arguments: list[str], said: str, full: tuple[str, int, int] | None) -> None:
    from kongjian import __main__ as command
    from kongjian.entry.cli import progress

    progress.PATIENCE = threading.TIMEOUT_MAX  # what is said of a stop is all that is said

    for number in (INT, TERM):  # before the command has its own: ended without a word
        signal.signal(number, signal.SIG_DFL)
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (INT, TERM))
    tempfile.tempdir = None
    if full:
        limit(Path(full[0]), *full[1:])
    sys.argv = ["kongjian", *arguments]
    status = 0
    try:
        command.main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 0
    except BaseException:
        import traceback

        traceback.print_exc()
        status = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _imports() -> None:
    import importlib

    for name in (
        "psutil", "lxml.etree", "xlsxwriter", "kongjian.__main__", "kongjian.entry.cli.main",
        "kongjian.entry.cli.file_book", "kongjian.entry.plans.copies", "kongjian.entry.plans.papers",
        "kongjian.entry.plans.recalculation", "kongjian.entry.plans.file_import", "kongjian.forms.produce",
        "kongjian.entry.plans.log_import", "kongjian.entry.plans.restoring", "kongjian.entry.plans.robust",
        "kongjian.entry.plans.new_scheme", "kongjian.workbook.shipped.build_lookup", "kongjian.demo.generate", "duckdb",
        "kongjian.base.libreoffice", "kongjian.engine.evidence.evidence_sheets",
    ):  # fmt: skip
        importlib.import_module(name)
    from kongjian.rules import load_rules

    load_rules()


if __name__ == "__main__":
    serve()
