"""Start-up: what a user waits for before anything happens, against Python itself and against numpy's import."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import ROUNDS, Row, compare, in_turn, process, python

COMMAND = str(Path(sys.executable).with_name("kongjian"))


def measure() -> list[Row]:
    version = process(COMMAND, "--version")
    calculation = python("-c", "import kongjian.workbook.recalculate")
    against = {"python -c pass": python("-c", "pass"), "import numpy": python("-c", "import numpy")}
    rows = []
    for what, ours in (
        ("kongjian --version", version),
        ("import kongjian.workbook.recalculate", calculation),
    ):
        for name, other in against.items():
            mine, others = in_turn(ours, other, 2 * ROUNDS)
            rows.append(compare(what, mine, name, others))
    return rows
