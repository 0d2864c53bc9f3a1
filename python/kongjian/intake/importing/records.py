"""导入记录 and 列名对应: the sheets that say what an import changed and what it asks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kongjian.base.grid import Cell, cell_number, letter, serial
from kongjian.engine.frame import Frame, texts
from kongjian.intake.column_names import ALL, NameRow
from kongjian.intake.importing.convert import Converted, ReadCell, words
from kongjian.intake.importing.landing import LandedSheet, Landing
from kongjian.intake.problem_list import short, word
from kongjian.intake.sheets import COLUMN_NAMES, RECORDS, Page
from kongjian.intake.values import show
from kongjian.rules.model import Rules
from kongjian.rules.model_importing import ImportingFile

_SHOWN_KINDS = 6


@dataclass(frozen=True)
class Line:
    """One line of 导入记录. `kind` says what is alike, so that many of a kind can be counted instead."""

    sheet: str
    cell: str
    found: str
    written: str
    note: str
    kind: str = ""


def change_lines(landing: Landing, outcome: LandedSheet, rules: Rules) -> list[Line]:
    """Every cell that was written otherwise than it stood in the file.

    Of a kind only the first ones and the last are worded, as `shown` shows no others: a log may have 150,000.
    """
    changed = [
        (f"{name}{_reason(reading)}", name, landed, reading)
        for landed in outcome.landed
        for name, reading in landed.readings.items()
        if reading.findings or reading.notes
    ]
    last = {kind: k for k, (kind, *_) in enumerate(changed)}
    unsaid = {kind: Line("", "", "", "", "", kind) for kind in last}
    counts: Counter[str] = Counter()
    lines = []
    for k, (kind, name, landed, reading) in enumerate(changed):
        counts[kind] += 1
        if counts[kind] > rules.importing.shown_per_kind and k != last[kind]:
            lines.append(unsaid[kind])
            continue
        cell = f"{letter(landing.columns[name])}{landed.row}"
        note = f"{'；'.join(words(reading, name, rules))}（文件第{landed.source_row}行）"
        found, written = short(show(reading.found)), short(show(reading.value))
        lines.append(Line(landing.sheet, cell, found, written, note, kind))
    return lines


def _reason(reading: ReadCell) -> str:
    if len(reading.findings) == 1:
        return reading.findings[0].code
    return "".join(sorted({f.code for f in reading.findings})) or "".join(reading.notes)[:4]


def conflict_lines(landing: Landing, outcome: LandedSheet, file: str) -> list[Line]:
    """Every row that was not written because its key is there with other values."""
    lines = []
    for conflict in outcome.conflicts:
        said = "；".join(
            f"{name}：文件里是“{short(show(found))}”，表里是“{short(show(there))}”"
            for name, found, there in conflict.differences
        )
        note = f"{file}第{conflict.source_row}行与{conflict.there}说的是同一个，但内容不同，没有写入。{said}"
        found = short("、".join(show(f) for _, f, _ in conflict.differences))
        cell = f"{letter(min(landing.columns.values()))}{conflict.row}"
        lines.append(Line(landing.sheet, cell, found, "", note, "冲突"))
    return lines


def left_out_lines(sheet: str, rows: Converted, rules: Rules) -> list[Line]:
    """Rows of the file that are no data: totals, remarks, repeated headers."""
    return [
        Line(sheet, "", "", "", f"文件第{f.row}行：{word(rules.problems[f.code].text, f)}", f.code)
        for f in rows.left_out
        if f.code != "blank_row"
    ]


def kinds_left_out(rows: Converted) -> list[str]:
    """The kinds of rows that are no data and how many there are of each, in one line."""
    kinds: Counter[str] = Counter()
    for finding in rows.left_out:
        if finding.code == "header_changed":
            return [f"第{finding.row}行起换了另一种表头，从那里起没有导入；请分成两个文件"]
        if finding.code != "blank_row":
            found = str(finding.params.get("found", "表头"))
            kinds["表头" if finding.code == "repeated_header" else found] += 1
    if not kinds:
        return []
    said = "、".join(f"“{short(kind)}”{count}行" for kind, count in kinds.most_common(_SHOWN_KINDS))
    return [f"不作为数据的行：{said}{'等' if len(kinds) > _SHOWN_KINDS else ''}"]


def shown(lines: Sequence[Line], rule: ImportingFile) -> list[Line]:
    """The lines, of each kind the first ones and then how many more there are."""
    counts: dict[str, int] = {}
    last: dict[str, Line] = {}
    out = []
    for line in lines:
        counts[line.kind] = counts.get(line.kind, 0) + 1
        last[line.kind] = line
        if not line.kind or counts[line.kind] <= rule.shown_per_kind:
            out.append(line)
    for kind, count in counts.items():
        if kind and count > rule.shown_per_kind:
            note = f"同样的另有{count - rule.shown_per_kind}处，没有列出；最后一处：{last[kind].note}"
            out.append(Line(last[kind].sheet, last[kind].cell, "", "", note))
    return out


def record_page(
    moment: dt.datetime,
    files: Iterable[tuple[str, list[Line]]],
    kept: Sequence[Sequence[Cell]],
    rule: ImportingFile,
) -> Page:
    """导入记录 with this import on top of the rows that are there."""
    rows: list[list[str]] = []
    for file, lines in files:
        for line in lines:
            rows.append([file, line.sheet, line.cell, line.found, line.written, line.note])
    if len(rows) > rule.shown_lines:
        more = f"这次导入另有{len(rows) - rule.shown_lines}行记录，没有列出"
        rows = [*rows[: rule.shown_lines], ["", "", "", "", "", more]]
    old = [[cell_number(row[0]), *map(show, row[1:])] for row in kept]
    times = [serial(moment)] * len(rows) + [row[0] for row in old]
    others = rows + [row[1:] for row in old]
    columns: dict[str, Any] = {"时间": np.array(times, dtype=np.float64)}
    columns |= {n: texts(str(row[k]) for row in others) for k, n in enumerate(RECORDS.names[1:])}
    return Page(RECORDS, Frame(columns), f"{moment:%Y-%m-%d %H:%M:%S} 导入 · 最近一次在最上面")


def names_page(there: Sequence[NameRow], asked: Sequence[NameRow]) -> Page:
    """列名对应 with what is asked for the first time below what is there, and one row to confirm all of a file."""
    known = {row.key for row in there}
    new = {row.key: row for row in asked if row.key not in known}
    files = Counter(row.file for row in asked if row.column)
    for_all = [NameRow(f"{n}处", ALL, "都按“对应列”", "", file) for file, n in files.items() if n > 1]
    rows = [*there, *new.values(), *for_all]
    fields = ("sheet", "found", "column", "answer", "file")
    frame = Frame(
        {n: texts(getattr(r, f) for r in rows) for n, f in zip(COLUMN_NAMES.names, fields, strict=True)}
    )
    hint = "在“确认”列写“是”或“否”，也可以改“对应列”；都对就只在“全部确认”那一行写“是”，然后再导入一次"
    return Page(COLUMN_NAMES, frame, hint)
