"""The button 重新计算排名 in this process, through xlwings' remote engine, against the calculation alone.

The blocks that the button reads and writes are timed by themselves: what they take belongs to xlwings and Excel.
"""

from __future__ import annotations

import copy
import datetime as dt
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "shared"))

import xlwings as xw  # noqa: E402

import remote  # noqa: E402
from kongjian.demo.generate import demo_data  # noqa: E402
from kongjian.engine.evidence.evidence_sheets import evidence  # noqa: E402
from kongjian.entry.excel import presses  # noqa: E402
from kongjian.entry.excel.live_book import LiveBook, block  # noqa: E402
from kongjian.rules import load_rules  # noqa: E402
from kongjian.workbook.last_run_sheets import previous_run  # noqa: E402
from kongjian.workbook.pages import pages  # noqa: E402
from kongjian.workbook.run import RULE_SHEET, calculate_grids, input_grids  # noqa: E402
from kongjian.workbook.shipped.build_workbook import build  # noqa: E402
from measure import Row, compare, in_turn  # noqa: E402
from workbooks import opened  # noqa: E402

ROUNDS = 5


def measure(folder: Path) -> list[Row]:
    """The button less its blocks against the calculation alone, and the whole button against both."""
    rules = load_rules()
    path = folder / "city.xlsm"
    build(rules, path, demo_data(rules))
    given = remote.payload(opened(path, data_only=True), path.name, "首页", "A1")
    live = LiveBook(_open(given), rules)
    grids, previous = input_grids(live, rules), previous_run(live)
    run = calculate_grids(grids, rules, previous)
    moment = dt.datetime(2021, 7, 20, 9, 30)
    blocks = [(p.spec.sheet, block(p.spec, p.frame, p.yes_no)) for p in pages(run, live, moment, 0.0)]

    def button() -> float:
        book = _open(given)
        return _spent(lambda: presses.press(book, "recalculate"))

    def engine_and_blocks() -> float:
        book = _open(given)

        def work() -> None:
            for sheet in (
                RULE_SHEET,
                *(t.sheet for t in rules.tables),
                "学校排名",
                "教师排名",
                "运行记录",
                "问题清单",
                "列名对应",
            ):
                book.sheets[sheet].used_range.options(ndim=2).value  # noqa: B018 — the reading is what counts
            found = calculate_grids(grids, rules, previous)
            evidence(found.inputs, found.results, rules)
            for sheet, rows in blocks:
                book.sheets[sheet].range((4, 1), (3 + len(rows), len(rows[0]))).value = rows

        return _spent(work)

    mine, others = in_turn(button, engine_and_blocks, ROUNDS)
    return [compare("示范数据重新计算（按钮）", mine, "计算加读写区块", others, 1.3)]


def _open(given: dict[str, Any]) -> xw.Book:
    """The book as it is before a press; its cells are shared, for nothing changes them."""
    sheets = [{**s, "tables": copy.deepcopy(s["tables"])} for s in given["sheets"]]
    return xw.Book(json={**given, "book": dict(given["book"]), "sheets": sheets})


def _spent(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    import tempfile

    from measure import table

    with tempfile.TemporaryDirectory() as here:
        print(table(measure(Path(here))))
