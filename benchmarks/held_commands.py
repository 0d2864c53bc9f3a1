"""Whole commands over the demo city, each held to so many seconds: the self-check, the live copy with its proof, all forms.

Of the live copy the command's own processor time counts: LibreOffice, which works it out once more beside, takes its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from kongjian.demo.generate import demo_data
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from measure import Row, Times, at_most, without_own_settings

COMMAND = str(Path(sys.executable).with_name("kongjian"))
ROUNDS = 3
HELD = {
    "示范数据自检（命令）": (4.0, "selfcheck", "-q"),
    "示范数据分发版，连同核对（命令自己的处理器时间）": (5.0, "mail", "-q", "--anyway"),
    "示范数据全部申报表和评审表（命令）": (6.0, "forms", "-q", "--anyway"),
}
_OWN = (
    "import gc, sys, time; gc.disable(); from kongjian.entry.cli.main import cli\n"
    "try: cli.main(sys.argv[1:], standalone_mode=False)\nexcept SystemExit: pass\n"
    "print(time.process_time())"
)


def measure(folder: Path) -> list[Row]:
    rules, book = load_rules(), folder / "whole.xlsm"
    build(rules, book, demo_data(rules))
    recalculate(book)
    return [at_most(what, _times(book, *command), most) for what, (most, *command) in HELD.items()]


def _times(book: Path, *command: str) -> Times:
    seconds = _own if command[0] == "mail" else _clock
    return Times(tuple(seconds(*command, str(book)) for _ in range(ROUNDS)))


def _clock(*arguments: str) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    _done(COMMAND, *arguments)
    return time.perf_counter() - started


def _own(*arguments: str) -> float:
    """Seconds that one run itself takes of the processor."""
    return float(_done(sys.executable, "-c", _OWN, *arguments).split()[-1])


def _done(*command: str) -> str:
    """What a run says; 1 is what a command ends with that found something."""
    done = subprocess.run(command, env=without_own_settings(), capture_output=True, text=True)
    if done.returncode > 1:
        raise RuntimeError(done.stderr)
    return done.stdout


if __name__ == "__main__":
    import tempfile

    from measure import table

    with tempfile.TemporaryDirectory() as here:
        print(table(measure(Path(here))))
