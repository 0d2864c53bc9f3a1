"""The live copy of the demo city, but for 单位查询: writing it against writing the same cells as values; LibreOffice

over the whole copy against the engine.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

from kongjian.base.grid import Grid
from kongjian.base.libreoffice import find_office, recalculated, scratch
from kongjian.demo.generate import demo_data
from kongjian.engine.last_run import Previous
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.mailing import live_copy as writer
from kongjian.mailing.live_copy import Contents, live_copy
from kongjian.rules import Rules, load_rules
from kongjian.workbook.last_run_sheets import previous_run
from kongjian.workbook.run import Run, calculate_grids, input_grids
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.finished_parts import write_parts
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from measure import Row, compare, in_turn

ROUNDS = 5
OFFICE_ROUNDS = 3


def measure(folder: Path) -> list[Row]:
    rules = load_rules()
    book, copy, other = folder / "pasted.xlsx", folder / "live.xlsx", folder / "values.xlsx"
    build(rules, book, demo_data(rules))
    run, grids, rules = _calculated(book, rules)
    live, values = in_turn(
        lambda: _written(dataclasses.replace(writer.contents(run), lookup=None), folder / "formulas.xlsx"),
        partial(_written, _as_values(run), other),
        ROUNDS,
    )
    rows = [compare("示范数据分发版写出", live, "同样的格子写成数", values, 3)]
    office = find_office()
    if office is None:
        return rows
    live_copy(run, copy)
    with scratch() as name:
        ours, theirs = in_turn(
            partial(_engine, grids, rules), partial(recalculated, copy, Path(name), office), OFFICE_ROUNDS
        )
    return [*rows, compare("示范数据计算（已读入内存）", ours, "LibreOffice打开、重算、另存分发版", theirs)]


def _calculated(book: Path, rules: Rules) -> tuple[Run, dict[str, Grid | None], Rules]:
    with Package(book) as package:
        reader = Reader(package)
        rules = apply_rule_sheet(reader.grid(RULE_SHEET), rules)
        grids = input_grids(reader, rules)
        run = calculate_grids(grids, rules, previous_run(reader))
    return run, grids, rules


def _engine(grids: dict[str, Grid | None], rules: Rules) -> Run:
    return calculate_grids(grids, rules, Previous())


def _as_values(run: Run) -> Contents:
    """Every cell of the live copy, its formulas left out."""
    found = writer.contents(run)
    sheets = tuple(
        dataclasses.replace(s, columns=tuple(dataclasses.replace(c, formulas=()) for c in s.columns))
        for s in found.sheets
    )
    note, rules = (tuple(e._replace(formula="") for e in cells) for cells in (found.note, found.rules))
    return Contents(found.plan, sheets, note, rules)


def _written(found: Contents, target: Path) -> None:
    write_parts(writer.finished(found), target)
