"""Turns the cells of a recognised sheet into the values that are written, by way of the intake's own reading."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from kongjian.base.grid import YES_NO, Cell, Grid, is_blank
from kongjian.base.text import fold
from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Bools
from kongjian.intake import number_cells, scales, values
from kongjian.intake.headers import Header
from kongjian.intake.importing import cell_forms
from kongjian.intake.problem_list import short, word
from kongjian.intake.tables import convert, data_rows, percent_formats
from kongjian.intake.values import Cells
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column, InputTable
from kongjian.rules.roles import Role
from kongjian.xlsx.strings import FORBIDDEN

Value = str | float | dt.datetime | None
"""What goes into a cell; None for a blank."""

MOST_CHARACTERS = 32_767
"""Of a cell, counted as Excel does: an emoji is two."""
_TIME = re.compile(r"[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*$")
_NOT_TOLD = frozenset({"unit_number", "long_text"})
DAMAGED, SUSPECT, UNTOLD_OF_TEXT = "account_rounded", "account_suspect", "text_number"


class ReadCell(NamedTuple):  # of which there may be a million: a tuple is made fastest
    """One value of a column: what stands in the file, what is written, and why they differ."""

    found: Cell
    value: Value
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def has(self, code: str) -> bool:
        return any(f.code == code for f in self.findings) if self.findings else False


@dataclass(frozen=True)
class Converted:
    """The data rows of a sheet: their rows in the file, each column's readings, what rows were left out and why."""

    rows: tuple[int, ...]
    columns: dict[str, list[ReadCell]]
    left_out: Findings

    def row(self, k: int) -> dict[str, ReadCell]:
        return {name: column[k] for name, column in self.columns.items()}


def converted(
    table: InputTable, grid: Grid, header: Header, rules: Rules, as_text: bool = False
) -> Converted:
    """Every data row below the header. Numbers of a file that knows only texts are no change worth telling."""
    body = grid.rows[header.row :]
    by_column: Sequence[Sequence[Cell]] = list(zip(*body, strict=True)) if body else [()] * grid.width
    left_out = Findings()
    kept = data_rows(table, grid, header, by_column, rules.words, left_out)
    rows = tuple(header.row + 1 + k for k in kept)
    columns, at = {}, np.array(rows, dtype=np.int64)
    for column in table.columns:
        place = header.columns.get(column.name)
        if place is not None:
            own = by_column[place - 1]
            cells = Cells(
                table.id, column, [own[k] for k in kept], at, {}, Findings(),
                str(grid.rows[header.row - 1][place - 1]), partial(percent_formats, grid, place, at),
                rules.most_points(table.id),
            )  # fmt: skip
            errors = {r: text for (r, c), text in grid.errors.items() if c == place}
            columns[column.name] = _column(cells, rules, as_text)
            for k, row in enumerate(rows) if errors else ():
                if row in errors:
                    note = f"单元格是错误值{errors[row]}，写成空白"
                    columns[column.name][k] = ReadCell(errors[row], None, notes=(note,))
    return _named(table, Converted(rows, columns, left_out))


def _named(table: InputTable, rows: Converted) -> Converted:
    """Without the rows that say of nobody what they hold: totals without a word for it."""
    roles = (Role.PERSON, Role.ACCOUNT) if table.by_role(Role.PERSON) else (Role.SCHOOL, Role.ACCOUNT)
    who = [c for role in roles if (c := table.by_role(role)) and c.name in rows.columns]
    named = [any(not is_blank(rows.columns[c.name][k].value) for c in who) for k in range(len(rows.rows))]
    if not who or all(named):
        return rows
    found = f"没有{'和'.join(c.name for c in who)}"
    for k, row in enumerate(rows.rows):
        if not named[k]:
            rows.left_out.add("total_row", table.id, row, found=found)
    columns = {n: [r for r, kept in zip(own, named, strict=True) if kept] for n, own in rows.columns.items()}
    return Converted(
        tuple(r for r, kept in zip(rows.rows, named, strict=True) if kept), columns, rows.left_out
    )


def _column(given: Cells, rules: Rules, as_text: bool) -> list[ReadCell]:
    """Each distinct cell is read once; where the whole column decides what a number means, every cell is."""
    column, findings = given.column, Findings()
    has_scale = column.kind in scales.KINDS
    percents = _percents(given)
    known: dict[tuple[Any, bool, Cell], int] = {}
    at = [
        known.setdefault((k if has_scale else type(c), percent, c), len(known))
        for k, (c, percent) in enumerate(zip(given.values, percents.tolist(), strict=True))
    ]
    distinct = [cell for _, _, cell in known]
    read_as = [cell_forms.plain(cell, column.kind, percent) for _, percent, cell in known]
    plain, notes = zip(*read_as, strict=True) if read_as else ((), ())
    cells = replace(given, values=plain, rows=np.arange(len(plain), dtype=np.int64), findings=findings)
    if has_scale:
        read = number_cells.scaled(cells, rules.words)
        number_cells.within(cells, read)  # what is not possible is told here and lands as it is meant
    else:
        read = convert(cells, rules.words)[column.name]
    told: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.code not in _NOT_TOLD:
            told.setdefault(finding.row, []).append(finding)
    readings, meant = [], read.tolist()  # Python's own numbers and dates: faster one by one
    for k, cell in enumerate(distinct):
        value, more = _fitted(_value(column, plain[k], meant[k], rules))
        said = [f for f in told.get(k, []) if not (as_text and _is_the_same_number(f))]
        more = (*notes[k], *more)
        if not (said or more) and _is_other(plain[k], value):
            more = (f"按“{_written(value, has_scale)}”写入",)
        readings.append(ReadCell(cell, value, tuple(said), more))
    return [readings[k] for k in at]


def _percents(given: Cells) -> Bools:
    """Which cells have a percent format that is not theirs by nature: the scale of a column of rates is its own."""
    if given.percents is None or given.column.kind not in ("count", "average", "score"):
        return np.zeros(len(given.values), dtype=bool)
    return given.percents()


def _is_other(cell: Cell, value: Value) -> bool:
    """Whether what is written is not what the cell shows."""
    if isinstance(value, str):
        return values.show(cell) != value
    return isinstance(value, float) and _number(cell) != value


def _written(value: Value, has_scale: bool) -> str:
    return scales.shown(value) if has_scale and isinstance(value, float) else short(values.show(value))


def _is_the_same_number(finding: Finding) -> bool:
    return finding.code == UNTOLD_OF_TEXT and fold(str(finding.params["found"])) == finding.params["value"]


def _value(column: Column, cell: Cell, read: Any, rules: Rules) -> Value:
    """What is written: the clean value, or the cell as it stands where it cannot be read."""
    if is_blank(cell):
        return None
    if column.kind in ("text", "choice", "account", "month"):
        return str(read) or _as_it_stands(cell)
    if column.kind == "date":
        return _moment(cell, read)
    if read != read:
        return _as_it_stands(cell)
    if column.kind == "yes_no":
        return YES_NO[float(read)] if _is_word(cell, rules) else _number(cell)
    return float(read)


def _is_word(cell: Cell, rules: Rules) -> bool:
    """是 or 否 in some way; else it is a number of times that stands for 是, and the number says more."""
    words = values.folded(rules.words.yes) | values.folded(rules.words.no)
    return isinstance(cell, bool) or fold(values.show(cell)) in words


def _number(cell: Cell) -> Value:
    try:
        return float(fold(values.show(cell)))
    except ValueError:
        return _as_it_stands(cell)


def _as_it_stands(cell: Cell) -> Value:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, dt.datetime):
        return cell
    if isinstance(cell, dt.date):
        return dt.datetime.combine(cell, dt.time())
    return str(cell)


def _moment(cell: Cell, read: Any) -> Value:
    """The day, with the time of day where the cell has one."""
    if read is None:
        return _as_it_stands(cell)
    if isinstance(cell, dt.datetime):
        return cell
    day = dt.datetime.combine(read, dt.time())
    if isinstance(cell, float):
        return day + dt.timedelta(seconds=round(cell % 1 * 86_400)) if cell < 1e6 else day
    found = _TIME.search(cell) if isinstance(cell, str) else None
    hour, minute, second = (int(n or 0) for n in found.groups()) if found else (0, 0, 0)
    fits = hour < 24 and minute < 60 and second < 60
    return day + dt.timedelta(hours=hour, minutes=minute, seconds=second) if fits else day


def _fitted(value: Value) -> tuple[Value, tuple[str, ...]]:
    """A text without what no workbook can hold, and what had to go."""
    if not isinstance(value, str):
        return value, ()
    notes = []
    text = FORBIDDEN.sub("", value)
    if text != value:
        notes.append("去掉了工作簿存不下的控制字符")
    units = text.encode("utf-16-le")
    if len(units) > 2 * MOST_CHARACTERS:
        text = units[: 2 * MOST_CHARACTERS].decode("utf-16-le", "ignore")
        notes.append(f"超过{MOST_CHARACTERS}字，一格放不下，只写了前面的")
    return text or None, tuple(notes)


def words(reading: ReadCell, column: str, rules: Rules) -> Iterator[str]:
    """Why a value was changed or could not be read, as 问题清单 words it."""
    for finding in reading.findings:
        yield word(rules.problems[finding.code].text, replace(finding, column=column))
    yield from reading.notes
