"""分校包 of the demo city's sixty schools against its one live copy: both commands whole, proofs and LibreOffice included."""

from __future__ import annotations

import resource
import subprocess
import time
from functools import partial
from pathlib import Path

from held_commands import COMMAND
from kongjian.demo.generate import demo_data
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from measure import Row, Times, at_most, compare, in_turn, without_own_settings

ROUNDS = 2


def measure(folder: Path) -> list[Row]:
    rules = load_rules()
    book = folder / "packages.xlsx"
    build(rules, book, demo_data(rules))
    schools = recalculate(book).schools
    waited: list[float] = []
    ours, one = in_turn(
        partial(_mailed, book, folder / "schools", waited, "--by-school"),
        partial(_mailed, book, folder / "live", [], "--anyway"),
        ROUNDS,
    )
    what = f"示范数据分校包（{schools}所学校）"
    return [
        compare(what, ours, "一份分发版（都是处理器时间，含LibreOffice）", one, 3.0),
        at_most(f"{what}接到管道时第一行", Times(tuple(waited)), 1.0),
    ]


def _mailed(book: Path, out: Path, waited: list[float], *options: str) -> float:
    """Processor seconds of the command and what it starts; `waited` takes the seconds until its first line."""
    before, started = _spent(), time.perf_counter()
    command = [COMMAND, "mail", str(book), "-o", str(out), *options]
    with subprocess.Popen(
        command, env=without_own_settings(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as run:
        assert run.stderr is not None
        run.stderr.readline()
        waited.append(time.perf_counter() - started)
        run.stderr.read()
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: {run.returncode}")
    return _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    import tempfile

    from measure import table

    with tempfile.TemporaryDirectory() as name:
        print(table(measure(Path(name))))
