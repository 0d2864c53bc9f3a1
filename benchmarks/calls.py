"""Buttons as Excel sees them: how long each call into Python takes and what goes through it, over the demo city.

The macros' text runs in the interpreter, through xlwings' own CallUDF and Windows engine, over the interpreter's Excel
objects. What COM itself takes comes on top, for each question to Excel: they are counted. Of each call the processor's time
and the clock's, which others on this machine lengthen; it holds the thread's work, for which a call waits a second at most.
The workbook is opened once; each press has a process of its own that starts from there, so that one that hangs costs the
others nothing. `python benchmarks/calls.py [ENTRY …]` prints the table of these buttons.
"""

from __future__ import annotations

import gc
import multiprocessing
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "shared"))

import windows_side  # noqa: E402
from import_files import xlsx  # noqa: E402
from imports import events, teachers  # noqa: E402
from kongjian.demo.generate import demo_data  # noqa: E402
from kongjian.entry.excel.presses import PRESSES  # noqa: E402
from kongjian.rules import load_rules  # noqa: E402
from kongjian.workbook.recalculate import recalculate  # noqa: E402
from kongjian.workbook.shipped.build_workbook import build  # noqa: E402
from kongjian.workbook.shipped.commands import COMMANDS  # noqa: E402
from measure import Row, show  # noqa: E402
from vba_host import VbaHost  # noqa: E402

MOST = 2.0
"""Seconds of one call, by either."""
IMPORTS, EVENTS = ("import_data", "preview_import"), 20_000
"""Which get a file of 3,500 teachers; the import of logs gets one of so many rows."""
SOME = ("check_data", "recalculate", "send_values")
LONGEST = 60
"""Seconds after which a press is stopped by pressing again: by then its calls are all of a kind."""
GIVEN_UP = 90
"""Seconds after which its process is ended: what is being written is finished before, unless a call hangs."""
STOPPED, HUNG = "（到时再按了一次）", "（没有做完）"
IDLE = 0.05
"""Seconds for which Excel is idle between two calls, where it would be for a second."""
VARIANT = 16
"""Bytes of a value that COM hands over, its text apart."""


@dataclass(frozen=True)
class Call:
    """One call into Python: seconds of the processor and of the clock, bytes in and out; of what Python asked Excel

    meanwhile how often, and the bytes.
    """

    name: str
    busy: float
    clock: float
    through: int
    asked: int
    excel: int


@dataclass
class Seen:
    """The calls of one press; seconds of the whole, how it ended where not by itself, the last box that it showed."""

    calls: list[Call] = field(default_factory=list)
    whole: float = 0.0
    ended: str = ""
    said: str = ""

    @property
    def own(self) -> list[Call]:
        """Those that may touch Excel."""
        return [call for call in self.calls if call.name != "poll"]

    @property
    def polls(self) -> list[Call]:
        return [call for call in self.calls if call.name == "poll"]


def pressed(host: VbaHost, entry: str, tell: Callable[[object], None]) -> None:
    """One press until it is done; tells each call as it ends, then the seconds of the whole, its end and its last word."""
    ask, told, crosses = windows_side.call, windows_side._told, windows_side._crosses
    member, asked, excel = windows_side.Com.__getattr__, 0, 0

    def call(module: str, name: str, *given: object, **more: Any) -> Any:
        before, started, busy = (asked, excel), time.perf_counter(), time.thread_time()
        found = ask(module, name, *given, **more)
        spent = time.thread_time() - busy, time.perf_counter() - started
        tell(Call(name, *spent, size(given) + size(found), asked - before[0], excel - before[1]))
        return found

    def _crosses() -> None:
        nonlocal asked
        asked += 1
        crosses()

    def _told(work: Any, *given: Any) -> Any:
        nonlocal excel
        found = told(work, *given)
        excel += size(given) + size(found)
        return found

    def told_of(com: windows_side.Com, name: str) -> Any:
        nonlocal excel
        found = member(com, name)
        excel += size(found) if isinstance(found, tuple) else 0
        return found

    windows_side.call, windows_side._told, windows_side._crosses = call, _told, _crosses
    windows_side.Com.__getattr__ = told_of  # type: ignore[method-assign]
    command = next(c.id for c in COMMANDS if c.entry == entry)
    started, ended = time.perf_counter(), ""
    host.run(f"KongjianRun_{command}")
    while host.excel.pending:
        time.sleep(IDLE)
        host.turn()
        if time.perf_counter() - started > LONGEST and host.excel.pending and not ended:
            ended = STOPPED
            host.run(f"KongjianRun_{command}")
    tell((time.perf_counter() - started, ended, "".join(host.shown[-1:])))


def apart(host: VbaHost, entry: str) -> Seen:
    """One press in a process of its own."""
    seen, started = Seen(), time.perf_counter()
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=pressed, args=(host, entry, theirs.send), daemon=True)
    process.start()
    theirs.close()
    with suppress(EOFError):
        while ours.poll(max(0.0, started + GIVEN_UP - time.perf_counter())):
            found = ours.recv()
            if isinstance(found, Call):
                seen.calls.append(found)
            else:
                seen.whole, seen.ended, seen.said = found
                break
    if not seen.whole:
        process.kill()
        seen.whole, seen.ended = time.perf_counter() - started, HUNG
    process.join()
    return seen


def size(value: object) -> int:
    """Bytes of a value as COM hands it over."""
    if isinstance(value, str):
        return VARIANT + 2 * len(value)
    if isinstance(value, tuple | list):
        return sum(map(size, value))
    items = getattr(value, "items", None)
    return sum(map(size, items)) if isinstance(items, list) else VARIANT


def files(folder: Path, entry: str) -> list[str]:
    """What is chosen in the dialog of a press that asks for files."""
    if entry in IMPORTS:
        return [str(xlsx(folder / "教师.xlsx", teachers()))]
    return [str(xlsx(folder / "日志.xlsx", events()[: EVENTS + 1]))] if entry == "import_logs" else []


def measure(folder: Path, entries: Sequence[str] = tuple(PRESSES)) -> list[Row]:
    rules = load_rules()
    city = folder / "city" / "city.xlsm"
    city.parent.mkdir()
    build(rules, city, demo_data(rules))
    recalculate(city)
    host = windows_side.real(VbaHost(city))
    host.app.answer_dialogs(*[6] * 9)
    gc.freeze()  # what is there is not walked through, and so not copied, in each process
    out = []
    for entry in entries:
        own = folder / entry
        own.mkdir()
        shutil.copy(city, own)
        host.app.workbook.path, host.excel.chosen = str(own), files(own, entry) or None
        out.append(row(entry, apart(host, entry)))
        print(*out[-1].cells, file=sys.stderr, flush=True)
    return out


def row(entry: str, seen: Seen) -> Row:
    """A press that did not end, or did not begin, is not met, whatever its calls took."""
    label, own = next(c.label for c in COMMANDS if c.entry == entry), seen.own
    longest, clock = (max((getattr(c, what) for c in own), default=0.0) for what in ("busy", "clock"))
    first = f"第一次{show(own[0].busy)}（钟上{show(own[0].clock)}），" if own else ""
    polls = show(max((c.busy for c in seen.polls), default=0.0))
    through, excel = (sum(getattr(c, what) for c in seen.calls) for what in ("through", "excel"))
    asked = f"问Excel {sum(c.asked for c in own)}次，一次调用里最多{max((c.asked for c in own), default=0)}次"
    return Row(
        f"按钮“{label}”的调用",
        f"{first}最长{show(longest)}（钟上{show(clock)}），问进度{polls}",
        f"{len(own)}次和问进度{len(seen.polls)}次，整个{show(seen.whole)}{seen.ended}；经过调用{through / 1024:.1f} KB；"
        f"{asked}，读写{excel / 2**20:.1f} MB",
        f"{longest / MOST:.2f}（钟上{clock / MOST:.2f}）",
        1.0,
        bool(own) and seen.ended != HUNG and max(longest, clock) <= MOST,
    )


if __name__ == "__main__":
    from measure import table

    assert threading.current_thread() is threading.main_thread()
    with tempfile.TemporaryDirectory() as here:
        print(table(measure(Path(here), sys.argv[1:] or tuple(PRESSES))))
