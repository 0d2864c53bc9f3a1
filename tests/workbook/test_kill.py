"""A run that is killed at any moment leaves the old workbook or the new one, never half of either."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kongjian.workbook.recalculate import recalculate
from package_lint import lint
from workbooks import cells, column, schools, small_book, teachers

SCHOOLS = 300
SPREAD, DENSE = 7, 8  # kills over the whole run, and while the file is written
# Ends the process at one of the steps that put the new file in its place: os.<function>, its nth call
# on a file of the workbook's folder, before or after it is done.
STEP = """
import os, runpy, sys
name, nth, when, book = sys.argv[1:]
folder, count, plain = os.path.dirname(book), 0, getattr(os, name)
def stop(*args, **options):
    global count
    count += str(args[0]).startswith(folder)
    if count == int(nth) and when == "before":
        os.kill(os.getpid(), 9)
    out = plain(*args, **options)
    if count == int(nth):
        os.kill(os.getpid(), 9)
    return out
setattr(os, name, stop)
sys.argv[1:] = ["recalc", book]
runpy.run_module("kongjian", run_name="__main__")
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A workbook with results, over which the next run writes."""
    book = tmp_path_factory.mktemp("kill") / "评比.xlsm"
    small_book(book, {"schools": schools(SCHOOLS), "teachers": teachers(30)})
    recalculate(book)
    return book.read_bytes()


@pytest.fixture
def book(old: bytes, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "评比[一].xlsm"  # brackets mean something to glob
    path.write_bytes(old)
    yield path
    assert not leftovers(path)


def leftovers(book: Path) -> list[Path]:
    return [p for p in book.parent.iterdir() if p.name.startswith(".kongjian-")]


def start(book: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kongjian", "recalc", str(book)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def check_killed(book: Path, old: bytes) -> str:
    """The state after a kill; then a run over it must do, sweep up, and keep the replaced file as .bak."""
    left = leftovers(book)
    now = book.read_bytes()
    state = "old" if now == old else "new"
    backup = book.with_name(f"{book.name}.bak")
    if backup.exists():
        assert backup.read_bytes() == old
    check_complete(book, 1 if state == "old" else 2)
    assert state == "old" or backup.exists()
    recalculate(book)
    check_complete(book, 2 if state == "old" else 3)
    assert backup.read_bytes() == now
    assert not leftovers(book)
    book.write_bytes(old)
    backup.unlink()
    return f"{state} with leftovers" if left else state


def check_complete(book: Path, runs: int) -> None:
    with zipfile.ZipFile(book) as archive:
        assert archive.testzip() is None
    assert len(cells(book, "学校排名")) == SCHOOLS + 3
    assert column(book, "学校排名", "得分")[-1] == round(99.99 - (SCHOOLS - 1) / 100, 2)
    assert len(column(book, "运行记录", "时间")) == runs


def kill(process: subprocess.Popen[bytes]) -> bool:
    """Kills a run; tells whether it was still going."""
    process.send_signal(signal.SIGKILL)
    return process.wait(timeout=30) == -signal.SIGKILL


def test_killed_at_any_time(book: Path, old: bytes) -> None:
    begun = time.perf_counter()
    assert start(book).wait(timeout=60) == 0
    whole = time.perf_counter() - begun
    assert check_killed(book, old) == "new"
    killed = 0
    while killed < SPREAD:
        process = start(book)
        time.sleep(whole * (killed + 0.5) / SPREAD)
        if kill(process):
            killed += 1
        else:  # done already: the first run was slower than usual
            whole *= 0.9
        check_killed(book, old)


def test_killed_while_writing(book: Path, old: bytes) -> None:
    states = []
    for i in range(DENSE):
        process = start(book)
        while not leftovers(book) and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(0.003 * (i % 8))
        kill(process)
        states.append(check_killed(book, old))
    assert "old with leftovers" in states


@pytest.mark.parametrize(
    ("function", "nth", "when", "state"),
    [
        ("link", 1, "before", "old with leftovers"),
        ("link", 1, "after", "old with leftovers"),
        ("replace", 1, "before", "old with leftovers"),
        ("replace", 1, "after", "old with leftovers"),
        ("replace", 2, "before", "old with leftovers"),
        ("replace", 2, "after", "old with leftovers"),
        ("replace", 3, "before", "old with leftovers"),
        ("replace", 3, "after", "new"),
    ],
)
def test_killed_between_two_steps(
    function: str, nth: int, when: str, state: str, book: Path, old: bytes
) -> None:
    done = subprocess.run([sys.executable, "-c", STEP, function, str(nth), when, str(book)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert check_killed(book, old) == state


def test_two_runs_at_once_leave_a_whole_file(book: Path, old: bytes) -> None:
    one, two = start(book), start(book)
    assert {one.wait(timeout=60), two.wait(timeout=60)} <= {0, 2}  # the slower one may find the file changed
    assert book.read_bytes() != old
    assert lint(book) == []
