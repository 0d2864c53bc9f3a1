"""导入平台数据: which files, their new rows, and what is told of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kongjian.entry.plans.plan_model import INFO, WARNING, Plan, Question, Told
from kongjian.intake.importing.import_files import Import, InputSheets, import_files
from kongjian.intake.importing.undo import undo_last
from kongjian.intake.sheets import Progress, Sheets
from kongjian.rules import Rules
from kongjian.workbook.next_step import NEXT_NAME, imported
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
    writing = _pending(Writing("导入", rows=found.rows, pages=found.pages, again=False))
    return Plan(writing, (_told(found, found.lines),))


def previewed(
    paths: Sequence[Path],
    sheets: InputSheets,
    rules: Rules,
    now: dt.datetime,
    sheet: str = "",
    progress: Progress = lambda _: None,
) -> Plan:
    """What the same import would do; nothing is written."""
    found = import_files(paths, sheets, rules, now, sheet, progress)
    said = [line for line in found.lines if not line.startswith("写入的")]
    return Plan(told=(_told(found, [*found.preview, *said, "这是预览，什么都没有写入"]),))


def _told(found: Import, lines: Sequence[str]) -> Told:
    return Told("\n".join(lines), WARNING if found.unfinished else INFO)


def undone(sheets: Sheets, rules: Rules, now: dt.datetime) -> Plan:
    """The rows of the last import out of the input sheets again."""
    found = undo_last(sheets, rules, now)
    writing = _pending(Writing("撤消导入", removed=found.removed, pages=[found.page], again=False))
    return Plan(writing, (Told(found.line),))


def _pending(writing: Writing) -> Writing:
    """With what 首页 says once rows came or went; nothing of it where none did."""
    if not (writing.rows or writing.removed):
        return writing
    now = imported()
    return replace(writing, home={**now.home, "HomeMessage": now.said}, names={NEXT_NAME: now.command})
