"""A whole recalculation of the demo city: against openpyxl, and against bare reading and writing."""

from __future__ import annotations

import gc
import pickle
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import bare
import openpyxl_recalc
from kongjian.demo.generate import demo_data
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import examine, recalculate
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from measure import ROUNDS, Row, compare, in_turn, process, python

COMMAND = Path(sys.executable).with_name("kongjian")
HERE = Path(__file__).parent


def measure(folder: Path) -> list[Row]:
    """Both sides without garbage collection, as the command and the buttons run."""
    rules = load_rules()
    book, out, other = folder / "city.xlsm", folder / "out.xlsm", folder / "other.xlsm"
    build(rules, book, demo_data(rules))
    recalculate(book, out)
    with Package(book) as package:
        read = list(examine(package, rules)[1]._grids)
    ready = bare.ready(book, out, read, {t.sheet for t in rules.tables})
    kept = folder / "ready.pickle"
    kept.write_bytes(pickle.dumps(ready))

    warm = partial(recalculate, book, out)
    cold = process(str(COMMAND), "recalc", "-q", str(book), "-o", str(out))
    slow = python(str(HERE / "openpyxl_recalc.py"), str(book), str(other))
    least = f"import sys; sys.path.insert(0, {str(HERE)!r}); import bare; bare.main(*sys.argv[1:])"
    bare_command = python("-c", least, str(book), str(kept), str(other))
    gc.disable()
    try:
        return [
            _row(
                "进程内", warm, "openpyxl读写", partial(openpyxl_recalc.recalculate, book, other), 1 / 10, 3
            ),
            _row("命令", cold, "openpyxl读写", slow, 1 / 10, 3),
            _row("进程内", warm, "只读写", partial(bare.run, book, ready, other), 1.5, 2 * ROUNDS),
            _row("命令", cold, "只读写", bare_command, 1.5, 2 * ROUNDS),
        ]
    finally:
        gc.enable()


def _row(
    how: str,
    ours: Callable[[], object],
    name: str,
    other: Callable[[], object],
    aim: float,
    rounds: int = ROUNDS,
) -> Row:
    mine, others = in_turn(ours, other, rounds)
    return compare(f"示范数据重新计算（{how}）", mine, name, others, aim)
