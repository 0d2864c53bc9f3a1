"""Buttons as Excel sees them: how long each call into Python takes and what goes through it, over the demo city.

The macros' text runs in the interpreter, through xlwings' own CallUDF and Windows engine, over the interpreter's Excel
objects; what COM itself takes comes on top. Of each call the processor's time and the clock's, which others on this machine
lengthen; it holds the thread's work, for which a call waits a second at most. `python benchmarks/calls.py [ENTRY …]` prints the
table of these buttons.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
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
VARIANT = 16
"""Bytes of a value that COM hands over, its text apart."""


@dataclass
class Seen:
    """The calls of one press: seconds of the processor and of the clock of each, those of `poll` apart; bytes in and

    out, bytes that Excel was asked for and given meanwhile.
    """

    own: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    asks: list[float] = field(default_factory=list)
    through: int = 0
    excel: int = 0
    whole: float = 0.0
    stopped: bool = False


def pressed(book: Path, entry: str, idle: float = 0.05, chosen: Sequence[str] = ()) -> Seen:
    """One press until it is done; Excel is idle for so long between two calls, where it would be for a second."""
    seen, host = Seen(), windows_side.real(VbaHost(book))
    host.app.answer_dialogs(*[6] * 9)
    host.excel.chosen = chosen or None
    ask, told, member = windows_side.call, windows_side._told, windows_side.Com.__getattr__

    def call(module: str, name: str, *given: object, **more: Any) -> Any:
        started, busy = time.perf_counter(), time.thread_time()
        found = ask(module, name, *given, **more)
        (seen.asks if name == "poll" else seen.own).append(time.thread_time() - busy)
        if name != "poll":
            seen.clock.append(time.perf_counter() - started)
        seen.through += size(given) + size(found)
        return found

    def _told(work: Any, *given: Any) -> Any:
        found = told(work, *given)
        seen.excel += size(given) + size(found)
        return found

    def told_of(com: windows_side.Com, name: str) -> Any:
        found = member(com, name)
        seen.excel += size(found) if isinstance(found, tuple) else 0
        return found

    windows_side.call, windows_side._told = call, _told
    windows_side.Com.__getattr__ = told_of  # type: ignore[method-assign]
    command = next(c.id for c in COMMANDS if c.entry == entry)
    started = time.perf_counter()
    try:
        host.run(f"KongjianRun_{command}")
        while host.excel.pending:
            time.sleep(idle)
            host.turn()
            if time.perf_counter() - started > LONGEST and host.excel.pending and not seen.stopped:
                seen.stopped = True
                host.run(f"KongjianRun_{command}")
    finally:
        windows_side.call, windows_side._told = ask, told
        windows_side.Com.__getattr__ = member  # type: ignore[method-assign]
    seen.whole = time.perf_counter() - started
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
    out = []
    for entry in entries:
        own = folder / entry / city.name
        own.parent.mkdir()
        shutil.copy(city, own)
        seen = pressed(own, entry, chosen=files(own.parent, entry))
        label = next(c.label for c in COMMANDS if c.entry == entry)
        longest, clock = max(seen.own), max(seen.clock)
        calls = f"第一次{show(seen.own[0])}（钟上{show(seen.clock[0])}），最长{show(longest)}（钟上{show(clock)}），问进度{show(max(seen.asks, default=0.0))}"
        whole = f"{len(seen.own)}次和问进度{len(seen.asks)}次，整个{show(seen.whole)}{'（到时再按了一次）' * seen.stopped}"
        through = f"经过调用{seen.through / 1024:.1f} KB，读写Excel {seen.excel / 2**20:.1f} MB"
        out.append(
            Row(
                f"按钮“{label}”的调用",
                calls,
                f"{whole}；{through}",
                f"{longest / MOST:.2f}（钟上{clock / MOST:.2f}）",
                1.0,
                max(longest, clock) <= MOST,
            )
        )
        print(*out[-1].cells, file=sys.stderr, flush=True)
    return out


if __name__ == "__main__":
    from measure import table

    assert threading.current_thread() is threading.main_thread()
    with tempfile.TemporaryDirectory() as here:
        print(table(measure(Path(here), sys.argv[1:] or tuple(PRESSES))))
