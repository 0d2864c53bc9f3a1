"""导入行为日志: logs larger than a sheet, counted beside the workbook, and their effective counts in 有效次数."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kongjian.entry.plans.plan_model import INFO, WARNING, Plan, Question, Told
from kongjian.intake.sheets import Page, Progress, Sheets
from kongjian.intake.tables import read_inputs
from kongjian.rules import Rules
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.pages import Writing
from kongjian.workbook.run import input_grids, own_rules

if TYPE_CHECKING:
    from kongjian.intake.events.log_index import How

_PATTERNS = "*.csv;*.tsv;*.txt;*.gz;*.zst;*.parquet;*.xlsx;*.xlsm;*.xls"
WHICH = Question("选行为日志（可以选几个）", f"行为日志,{_PATTERNS},所有文件,*.*")


def counts(
    paths: Sequence[Path],
    book: Path,
    sheets: Sheets,
    rules: Rules,
    now: dt.datetime,
    how: How,
    target: str = "",
    progress: Progress = lambda _: None,
) -> Plan:
    """The effective counts of all logs that the workbook (at `book`) was ever given, these among them."""
    from kongjian.engine.event_log import COUNTS_SHEET
    from kongjian.intake.events.import_logs import import_logs

    rules = own_rules(sheets, rules)
    inputs = read_inputs(input_grids(sheets, rules), rules).inputs
    found = import_logs(paths, book, sheets, inputs, rules, how, target, progress)

    def make(_: Progress) -> list[Told]:
        found.keep()
        return [Told("\n".join(found.lines), WARNING if found.doubtful else INFO)]

    if found.rows is None:
        return Plan(make=make)
    page = Page(
        output_sheet(rules, COUNTS_SHEET),
        found.rows,
        f"{now:%Y-%m-%d %H:%M:%S} 导入行为日志 · 共{found.rows.height}行",
    )
    return Plan(Writing("导入", pages=[page], again=False), make=make)
