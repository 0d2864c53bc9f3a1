"""One import, whoever asks for it: files in, new rows, questions and a record out. Command and button share it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kongjian.errors import KongjianError
from kongjian.importing import records
from kongjian.importing.convert import Converted, converted
from kongjian.importing.damaged import refuse_damaged
from kongjian.importing.landing import Block, Landing
from kongjian.importing.recognise import Recognised, recognise
from kongjian.importing.records import Line
from kongjian.importing.sheet import SourceSheet
from kongjian.importing.sources import read_source
from kongjian.intake.column_names import SHEET, NameRow, name_rows, turned_down, with_confirmed
from kongjian.intake.report import word
from kongjian.rules.model import InputTable, Rules
from kongjian.run import Page, Progress
from kongjian.sheets import Sheets, rows_below_header
from kongjian.text import fold
from kongjian.workbook.layout import RECORDS


class Writer(Protocol):
    """What puts an import into a workbook, a file or one that is open in Excel."""

    def last_row(self, sheet: str) -> int:
        """The last row of an input sheet (as the workbook spells it) that holds anything."""

    def write(self, blocks: Sequence[Block], pages: Sequence[Page]) -> None:
        """New rows of input sheets, and the sheets of the import itself; whole or not at all."""


@dataclass(frozen=True)
class Imported:
    """What is said of an import, and whether it brought new rows or questions."""

    lines: list[str]
    changed: bool


@dataclass
class _Part:
    """One sheet of a file that is to be landed."""

    file: str
    sheet: SourceSheet
    found: Recognised
    rows: Converted

    @property
    def name(self) -> str:
        return f"{self.file}“{self.sheet.name}”" if self.sheet.name else self.file


@dataclass
class _Job:
    """All that an import gathers before anything is written."""

    parts: list[_Part] = field(default_factory=list)
    asked: list[NameRow] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lines: dict[str, list[Line]] = field(default_factory=dict)

    def note(self, file: str, text: str) -> None:
        self.lines.setdefault(file, []).append(Line("", "", "", "", text))


def import_files(
    paths: Sequence[Path],
    sheets: Sheets,
    rules: Rules,
    writer: Writer,
    now: dt.datetime,
    sheet: str = "",
    progress: Progress = lambda _: None,
) -> Imported:
    """Lands the files' rows in the input sheets; `sheet` names the one that all of them belong to.

    A file that cannot be read is told of and the others are imported. Raises KongjianError, and nothing is
    written, where an account is damaged, where no file can be imported, or where the workbook cannot take them.
    """
    grid = sheets.grid(SHEET)
    forced = _forced(sheet, rules)
    rules = with_confirmed(rules, grid)
    forced = rules.table(forced.id) if forced else None
    job = _Job()
    for path in dict.fromkeys(paths):
        progress(f"正在读取{path.name}…")
        _read(path, job, rules, turned_down(rules, grid), forced)
    refuse_damaged([(p.name, p.found, p.rows) for p in job.parts], rules.importing)
    if not job.parts and not job.asked:
        raise KongjianError("；".join(job.refused) or "没有选文件")
    blocks = _land(job, sheets, rules, writer)
    progress("正在写入…")
    writer.write(blocks, _pages(job, sheets, name_rows(grid), rules, now))
    if job.asked:
        job.said.append(
            f"{len(job.asked)}个列名拿不准，已列在“{SHEET}”，请在“确认”列写“是”或“否”（也可以改“对应列”），再导入一次"
        )
    return Imported(job.said + [f"没有导入：{r}" for r in job.refused], bool(blocks or job.asked))


def _forced(sheet: str, rules: Rules) -> InputTable | None:
    if not sheet:
        return None
    for table in rules.tables:
        if fold(sheet) in (fold(table.sheet), fold(table.name), fold(table.id)):
            return table
    raise KongjianError(f"没有输入表“{sheet}”；可以写{'、'.join(t.sheet for t in rules.tables)}")


def _read(
    path: Path, job: _Job, rules: Rules, refused: set[tuple[str, str]], forced: InputTable | None
) -> None:
    """A file's sheets into the job; why not, where it cannot be."""
    try:
        source = read_source(path, rules.importing.limits)
        used = [_take(path, s, job, rules, refused, forced) for s in source.sheets]
    except KongjianError as error:
        said = str(error)
        job.refused.append(
            said if said.startswith((path.name, str(path))) or str(path) in said else f"{path.name}：{said}"
        )
        job.parts = [p for p in job.parts if p.file != path.name]
        return
    for note in source.notes:
        job.note(path.name, note)
    if any(not reason for reason in used):
        for s, reason in zip(source.sheets, used, strict=True):
            if reason:
                job.note(path.name, f"工作表“{s.name}”：{reason}")
        return
    reasons = dict.fromkeys(
        f"工作表“{s.name}”{r}" if s.name else r for s, r in zip(source.sheets, used, strict=True)
    )
    job.refused.append(f"{path.name}：{'；'.join(reasons) or '没有可以导入的工作表'}")


def _take(
    path: Path,
    sheet: SourceSheet,
    job: _Job,
    rules: Rules,
    refused: set[tuple[str, str]],
    forced: InputTable | None,
) -> str:
    """One sheet of a file; returns why it is left out, "" where it is not."""
    found = recognise(sheet.grid, rules, refused, forced)
    if isinstance(found, str):
        return found
    if found.unsure:
        job.asked += [
            NameRow(found.table.sheet, name, column, "", path.name) for name, column in found.unsure
        ]
        job.note(path.name, f"{found.table.sheet}：{len(found.unsure)}个列名拿不准，这张表没有导入")
        return ""
    if found.header is None:
        return "没有认出表头"
    rows = converted(found.table, sheet.grid, found.header, rules, sheet.as_text)
    job.parts.append(_Part(path.name, sheet, found, rows))
    return ""


def _land(job: _Job, sheets: Sheets, rules: Rules, writer: Writer) -> list[Block]:
    """Finds each row its place; tells what became of every file."""
    landings: dict[str, Landing] = {}
    for part in job.parts:
        table = part.found.table
        if table.id not in landings:
            landings[table.id] = _landing(table, sheets, rules, writer)
        landing = landings[table.id]
        outcome = landing.add(part.rows, part.name)
        changes = records.change_lines(landing, outcome, rules)
        said = f"{part.name} → {landing.sheet}：新增{len(outcome.landed)}行"
        said += f"，已有的{outcome.same}行跳过" if outcome.same else ""
        said += f"，与已有内容不同的{len(outcome.conflicts)}行没有写入" if outcome.conflicts else ""
        said += f"，改写{len(changes)}格" if changes else ""
        job.said.append(said)
        lines = job.lines.setdefault(part.file, [])
        lines.append(Line(landing.sheet, "", "", "", said))
        for note in (*part.sheet.notes, *_header_notes(part, landing, rules)):
            job.note(part.file, note)
            job.said.append(f"  {note}")
        lines += records.shown(records.left_out_lines(landing.sheet, part.rows, rules), rules.importing)
        conflicts = records.conflict_lines(landing, outcome, part.name)
        lines += records.shown(conflicts, rules.importing) + records.shown(changes, rules.importing)
        job.said += [f"  {line.note}" for line in conflicts[:_SHOWN_CONFLICTS]]
    return [b for landing in landings.values() if (b := landing.block())]


_SHOWN_CONFLICTS = 5


def _landing(table: InputTable, sheets: Sheets, rules: Rules, writer: Writer) -> Landing:
    name, grid = sheets.name(table.sheet), sheets.grid(table.sheet)
    if name is None or grid is None:
        raise KongjianError(
            f"工作簿里没有工作表“{table.sheet}”；请用 kongjian.xlsm，或把这张表的名字改回“{table.sheet}”"
        )
    return Landing(table, name, grid, writer.last_row(name), rules)


def _header_notes(part: _Part, landing: Landing, rules: Rules) -> list[str]:
    """What is told of the headers: other names, names twice, columns that are not taken over."""
    found = part.found.findings
    renamed = [f"{f.params['found']}→{f.params['name']}" for f in found if f.code == "header_renamed"]
    notes = [word(rules.problems[f.code].text, f) for f in found if f.code != "header_renamed"]
    if renamed:
        notes.append(f"按别名认的列：{'、'.join(renamed)}")
    if part.found.ignored:
        notes.append(f"没有用到的列：{'、'.join(part.found.ignored)}")
    absent = [n for n in part.rows.columns if n not in landing.columns]
    if absent:
        notes.append(f"{landing.sheet}没有这些列，没有写入：{'、'.join(absent)}")
    return notes


def _pages(job: _Job, sheets: Sheets, there: list[NameRow], rules: Rules, now: dt.datetime) -> list[Page]:
    """The record of this import and, where anything is asked, the sheet that asks."""
    kept = rows_below_header(sheets, RECORDS.sheet, RECORDS.names)
    for reason in job.refused:
        job.note("", f"没有导入：{reason}")
    pages = [records.record_page(now, job.lines.items(), kept, rules.importing)]
    if job.asked:
        known = {row.key for row in there}
        new = {row.key: row for row in job.asked if row.key not in known}
        pages.append(records.names_page([*there, *new.values()]))
    return pages
