"""One import, whoever asks for it: files in, new rows, questions and a record out; nothing is written here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kongjian.base.errors import KongjianError
from kongjian.base.grid import is_blank
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.intake.column_names import (
    ALIKE,
    COLUMN_NAMES_SHEET,
    LISTED,
    SCHOOL,
    NameRow,
    answers,
    is_header,
    name_rows,
    settled,
    turned_down,
    with_confirmed,
)  # fmt: skip
from kongjian.intake.headers import find_header
from kongjian.intake.importing import records
from kongjian.intake.importing.damaged import refuse_damaged
from kongjian.intake.importing.gather import FileSheet, Gathered, Known, gather
from kongjian.intake.importing.landed_check import compared
from kongjian.intake.importing.landing import Block, LandedSheet, Landing
from kongjian.intake.importing.preview import preview_lines
from kongjian.intake.importing.questions import apart
from kongjian.intake.importing.records import Line
from kongjian.intake.importing.undo import added_line
from kongjian.intake.importing.unused_columns import empty_columns, is_score
from kongjian.intake.problem_list import word
from kongjian.intake.sheets import RECORDS, Page, Progress, Sheets, no_sheet, rows_below_header
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role

_NAMED = 3
"""So many of the headers in question are named at once; all stand on their sheet."""
_NOTHING_NEW = "没有写入任何一行"
_ALL_THERE = "这些行都已经有了，没有新增"
_SHOWN_CONFLICTS = 5
"""Of a file, in what is said at the end; 导入记录 has more of them."""


class InputSheets(Sheets, Protocol):
    """A workbook whose input sheets are to take rows."""

    def last_row(self, sheet: str) -> int:
        """The last row of an input sheet (as the workbook spells it) that holds anything."""


@dataclass(frozen=True)
class Import:
    """What is said of an import, the new rows of input sheets, and the sheets of the import itself.

    `unfinished` says that it waits for an answer, or that of some file nothing is in the workbook,
    `preview` where the columns go and what the first rows would be.
    """

    lines: list[str]
    rows: list[Block]
    pages: list[Page]
    unfinished: bool = False
    preview: Sequence[str] = ()


def import_files(
    paths: Sequence[Path],
    sheets: InputSheets,
    rules: Rules,
    now: dt.datetime,
    sheet: str = "",
    progress: Progress = lambda _: None,
) -> Import:
    """Finds the files' rows their places in the input sheets; `sheet` names the one that all of them belong to.

    A file that cannot be read is told of and the others are imported. Raises KongjianError where an account is
    damaged, where no file can be imported, or where the workbook cannot take them.
    """
    names, all_confirmed = settled(rules, name_rows(sheets.grid(COLUMN_NAMES_SHEET)))
    rules = with_confirmed(rules, names)
    answered = answers(rules, names)
    known = Known(rules, turned_down(rules, names), _forced(sheet, rules), answered, _schools(sheets, rules))
    gathered = gather(paths, known, progress)
    refuse_damaged([(p.name, p.found, p.rows) for p in gathered.parts], rules.importing)
    if not gathered.parts and not gathered.asked:
        raise KongjianError("；".join(gathered.refused) or "没有选文件")
    land = _land(gathered.parts, sheets, known)
    if count := sum(map(compared, land.rows)):
        land.checked = f"写入的与文件逐格核对一致{count}格"
        land.said.append(land.checked)
    elif not gathered.asked:
        land.said.append(_NOTHING_NEW if land.unfinished else _ALL_THERE)
    said = land.said
    pages = [_record(gathered, land, sheets, rules, now)]
    if gathered.asked or all_confirmed:
        pages.append(records.names_page(names, gathered.asked))
    if gathered.asked:
        files = "、".join(dict.fromkeys(row.file for row in gathered.asked))
        said.append(
            f"{files} 没有导入：{_counted(gathered.asked)}，已列在“{COLUMN_NAMES_SHEET}”，"
            "请在“确认”列写“是”或“否”（也可以改“对应列”；都对就在“全部确认”写“是”），再导入一次"
        )
    said += [f"没有导入：{reason}" for reason in gathered.refused]
    unfinished = bool(land.unfinished or gathered.asked or gathered.refused)
    return Import(said, land.rows, pages, unfinished, preview_lines(gathered.parts, land.rows))


def _counted(asked: Sequence[NameRow]) -> str:
    """How much is asked, of what kind."""
    schools = [
        f"“{r.found.removeprefix(SCHOOL)}”是不是“{r.column}”？" for r in asked if r.found.startswith(SCHOOL)
    ]
    headers = sum(map(is_header, asked))
    alike = sum(r.found.startswith(ALIKE) for r in asked)
    named = "、".join([r.found for r in asked if is_header(r)][:_NAMED]) + "……" * (headers > _NAMED)
    said = [f"{headers}个列名拿不准（{named}）"] if headers else []
    said += [f"{len(schools)}个校名拿不准（{schools[0]}）"] if schools else []
    said += [f"{alike}处同校同名又没有账号，分不清是不是同一个人"] if alike else []
    said += ["只有姓名和单位，不知道是不是教师名单"] if any(r.found.startswith(LISTED) for r in asked) else []
    return "、".join(said)


def _forced(sheet: str, rules: Rules) -> InputTable | None:
    if not sheet:
        return None
    for table in rules.tables:
        if fold(sheet) in (fold(table.sheet), fold(table.name), fold(table.id)):
            return table
    raise KongjianError(f"没有输入表“{sheet}”；可以写{'、'.join(t.sheet for t in rules.tables)}")


def _schools(sheets: InputSheets, rules: Rules) -> tuple[str, ...]:
    """The schools of 学校数据 as it spells them."""
    table = rules.table("schools")
    grid = sheets.grid(table.sheet)
    header = find_header(table, grid, Findings()) if grid else None
    if grid is None or header is None:
        return ()
    at = header.columns[table.name_of(Role.SCHOOL)] - 1
    return tuple(
        dict.fromkeys(clean(str(row[at])) for row in grid.rows[header.row :] if not is_blank(row[at]))
    )


@dataclass
class _Land:
    """What became of all the files: what is said, the record's lines of each file, the new rows of each sheet."""

    said: list[str] = field(default_factory=list)
    told: dict[Path, list[Line]] = field(default_factory=dict)
    rows: list[Block] = field(default_factory=list)
    unfinished: bool = False
    checked: str = ""


def _land(parts: Sequence[FileSheet], sheets: InputSheets, known: Known) -> _Land:
    """Finds each row its place."""
    landings: dict[str, Landing] = {}
    rules = known.rules
    out = _Land()
    for part in parts:
        table = part.found.table
        if table.id not in landings:
            landings[table.id] = _landing(table, sheets, rules)
        landing = landings[table.id]
        outcome = landing.add(part.rows, part.name, apart(table, part.rows, known.answers))
        out.told.setdefault(part.path, []).extend(_tell(part, landing, outcome, rules, out.said))
        out.unfinished |= not outcome.landed and (not outcome.same or bool(outcome.conflicts))
    out.rows = [b for landing in landings.values() if (b := landing.block())]
    return out


def _landing(table: InputTable, sheets: InputSheets, rules: Rules) -> Landing:
    name, grid = sheets.name(table.sheet), sheets.grid(table.sheet)
    if name is None or grid is None:
        raise no_sheet(table.sheet)
    return Landing(table, name, grid, sheets.last_row(name), rules)


def _tell(
    part: FileSheet, landing: Landing, outcome: LandedSheet, rules: Rules, said: list[str]
) -> list[Line]:
    """The record's lines of one sheet of a file; `said` gets what is worth a look at once."""
    changes = records.change_lines(landing, outcome, rules)
    conflicts = records.conflict_lines(landing, outcome, part.name)
    total = f"{part.name} → {landing.sheet}：新增{len(outcome.landed)}行"
    total += f"，已有的{outcome.same}行跳过" if outcome.same else ""
    total += (
        f"，与已有内容不同的{len(conflicts)}行没有写入（要用文件里的，先删去表里那几行再导入）"
        if conflicts
        else ""
    )
    total += f"，改写{len(changes)}格" if changes else ""
    notes = [*part.sheet.notes, *_header_notes(part, landing, rules), *records.kinds_left_out(part.rows)]
    said += [total, *(f"  {n}" for n in notes), *(f"  {c.note}" for c in conflicts[:_SHOWN_CONFLICTS])]
    lines = [Line(landing.sheet, "", "", "", total), *(Line("", "", "", "", n) for n in notes)]
    for more in (records.left_out_lines(landing.sheet, part.rows, rules), conflicts, changes):
        lines += records.shown(more, rules.importing)
    return lines


def _header_notes(part: FileSheet, landing: Landing, rules: Rules) -> list[str]:
    """What is told of the headers: other names, names twice, columns that are not taken over."""
    found = part.found.findings
    renamed = [f"{f.params['found']}→{f.params['name']}" for f in found if f.code == "header_renamed"]
    notes = [word(rules.problems[f.code].text, f) for f in found if f.code != "header_renamed"]
    if renamed:
        notes.append(f"按别名认的列：{'、'.join(renamed)}")
    notes += _columns_told(part)
    absent = [n for n in part.rows.columns if n not in landing.columns]
    if absent:
        notes.append(f"{landing.sheet}没有这些列，没有写入：{'、'.join(absent)}")
    return notes


def _columns_told(part: FileSheet) -> list[str]:
    """Which columns stay empty, which of the file are not used, which are scores that have no place."""
    table, header = part.found.table, part.found.header
    assert header is not None
    scores = [t for t in part.found.ignored if is_score(table, t)]
    unused = [t for t in part.found.ignored if t not in scores]
    empty = [c.name for c in empty_columns(table, header)]
    out = [f"文件里没有“{'、'.join(empty)}”，这几项空着"] if empty else []
    asked = "，是不是上面空着的几项？" if empty else ""
    out += [f"文件里的“{'、'.join(unused)}”没有用到{asked}"] if unused else []
    out += [f"“{'、'.join(scores)}”是平台给的得分，不是次数，没有写入"] if scores else []
    return out


def _record(gathered: Gathered, land: _Land, sheets: Sheets, rules: Rules, now: dt.datetime) -> Page:
    """导入记录 with this import on top: file by file, then what was refused."""
    names = "、".join(path.name for path in gathered.notes)
    added = [added_line(block, block.table.sheet) for block in land.rows]
    files: list[tuple[str, list[Line]]] = [(names, added)] if added else []
    files += [
        (path.name, [*land.told.get(path, []), *(Line("", "", "", "", note) for note in notes)])
        for path, notes in gathered.notes.items()
    ]
    checked = [Line("", "", "", "", land.checked)] if land.checked else []
    files.append(("", checked + [Line("", "", "", "", f"没有导入：{reason}") for reason in gathered.refused]))
    kept = rows_below_header(sheets, RECORDS.sheet, RECORDS.names)
    return records.record_page(now, files, kept, rules.importing)
