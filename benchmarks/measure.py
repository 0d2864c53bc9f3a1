"""Measures two ways of doing the same thing side by side, in turn, so that a busy machine treats both alike."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROUNDS = 7
HEADINGS = ("项目 what", "本程序 ours", "对照 compared with", "比值 ratio", "目标 aim", "达到 met")


@dataclass(frozen=True)
class Times:
    """Seconds of several runs of one thing."""

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def middle(self) -> float:
        return median(self.seconds)

    def scaled(self, factor: float) -> Times:
        return Times(tuple(s * factor for s in self.seconds))

    def __str__(self) -> str:
        return f"{show(self.best)} ({show(self.middle)})"


@dataclass(frozen=True)
class Row:
    """One line of the table. The aim is an upper bound of the ratio; without one the line only informs."""

    what: str
    ours: str
    compared: str
    ratio: str
    aim: float | None = None
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        aim = "" if self.aim is None else f"≤ {fraction(self.aim)}"
        met = "" if self.met is None else "是 yes" if self.met else "否 no"
        return self.what, self.ours, self.compared, self.ratio, aim, met


def in_turn(
    ours: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS
) -> tuple[Times, Times]:
    """Runs A B A B … after one run of each that does not count."""
    ours()
    other()
    pairs = [(timed(ours), timed(other)) for _ in range(rounds)]
    return Times(tuple(a for a, _ in pairs)), Times(tuple(b for _, b in pairs))


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes by its own account, else by the clock; what went before leaves no litter."""
    gc.collect()
    started = time.perf_counter()
    told = work()
    return told if isinstance(told, float) else time.perf_counter() - started


def compare(what: str, ours: Times, name: str, other: Times, aim: float | None = None) -> Row:
    """Ratios of the smallest and, in brackets, of the middle times; the smallest decide."""
    ratio = ours.best / other.best
    shown = f"{fraction(ratio)} ({fraction(ours.middle / other.middle)})"
    return Row(what, str(ours), f"{name} {other}", shown, aim, None if aim is None else ratio <= aim)


def at_most(what: str, ours: Times, seconds: float, of: str = "") -> Row:
    """A time that is held to so many seconds, whatever else takes how long; the smallest decides."""
    met = ours.best <= seconds
    return Row(what, str(ours), f"{show(seconds)}{of}", fraction(ours.best / seconds), 1.0, met)


def process(*command: str) -> Callable[[], float]:
    """A run of a command as a process of its own, as on a user's machine: with compiled files kept."""
    environment = without_own_settings()

    def run() -> float:
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        spent = time.perf_counter() - started
        # a process that has to fetch its material first tells how long that took
        told = done.stdout.partition("preparation ")[2]
        return spent - float(told) if told else spent

    return run


def without_own_settings() -> dict[str, str]:
    """The environment of a user, who keeps compiled files."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def peak() -> float:
    """The most megabytes that this process held; getrusage would also count what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def python(*arguments: str) -> Callable[[], float]:
    return process(sys.executable, *arguments)


def show(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def fraction(ratio: float) -> str:
    if ratio > 0.5:
        return f"{ratio:.2f}"
    times = 1 / ratio
    return f"1/{times:,.0f}" if times >= 100 else f"1/{times:.3g}"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table that lines up in a terminal."""
    lines = [HEADINGS, *(r.cells for r in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    out = [
        "| " + " | ".join(_padded(c, w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    out.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(out)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
