"""Whole commands over the demo city, each held to so many seconds: the self-check, the live copy with its proof, all forms."""

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
    "示范数据分发版，连同核对（命令）": (5.0, "mail", "-q", "--anyway"),
    "示范数据全部申报表和评审表（命令）": (6.0, "forms", "-q", "--anyway"),
}


def measure(folder: Path) -> list[Row]:
    rules, book = load_rules(), folder / "whole.xlsm"
    build(rules, book, demo_data(rules))
    recalculate(book)
    return [
        at_most(what, Times(tuple(_seconds([*command, str(book)]) for _ in range(ROUNDS))), most)
        for what, (most, *command) in HELD.items()
    ]


def _seconds(arguments: list[str]) -> float:
    """Of one run; 1 is what a command ends with that has something to say."""
    started = time.perf_counter()
    done = subprocess.run([COMMAND, *arguments], env=without_own_settings(), capture_output=True, text=True)
    if done.returncode > 1:
        raise RuntimeError(done.stderr)
    return time.perf_counter() - started


if __name__ == "__main__":
    import tempfile

    from measure import table

    with tempfile.TemporaryDirectory() as here:
        print(table(measure(Path(here))))
