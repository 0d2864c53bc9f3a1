"""导入平台数据: which files, their new rows, and what is told of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from kongjian.entry.plans.plan_model import Plan, Question, Told
from kongjian.intake.importing.import_files import InputSheets, import_files
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.workbook.pages import Writing

_PATTERNS = "*.xlsx;*.xlsm;*.xls;*.xlsb;*.ods;*.csv;*.tsv;*.txt;*.htm;*.html;*.mht;*.mhtml;*.xml"
WHICH = Question("选平台导出的文件（可以选几个）", f"平台导出的文件,{_PATTERNS},所有文件,*.*")


def rows(
    paths: Sequence[Path],
    sheets: InputSheets,
    rules: Rules,
    now: dt.datetime,
    sheet: str = "",
    progress: Progress = lambda _: None,
) -> Plan:
    """The files' rows below those that the input sheets have; `sheet` names the one that all of them belong to."""
    found = import_files(paths, sheets, rules, now, sheet, progress)
    writing = Writing("导入", rows=found.rows, pages=found.pages, again=False)
    return Plan(writing, (Told("\n".join(found.lines)),))
