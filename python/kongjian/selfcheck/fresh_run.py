"""What a calculation of this workbook would write now, made comparable with what its last one wrote."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from kongjian.base.grid import Cell, Grid, from_serial, is_blank
from kongjian.intake import problem_list
from kongjian.intake.sheets import Page, Progress, Sheets, header_row, rows_below_header
from kongjian.rules import Rules
from kongjian.rules.differences import edits_in_words, readings_in_words
from kongjian.workbook import robustness_page
from kongjian.workbook.last_run_sheets import RUNS, previous_run
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.pages import RULE_WORDS, RUN_COLUMNS, pages
from kongjian.workbook.run import Run, acceptances, calculate_grids, input_grids
from kongjian.xlsx.table_parts import SUBTITLE_ROW

STATE = ("规则版本", "数据指纹", "口径", "规则修改")
"""The columns of 运行记录 that tell which data and rules a calculation was about."""
_COUNTED = ("错误", "警告")
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) 计算")
_MOST_TRIED = 3
"""Acceptances that fit the counts: rows of 提示 are in none of them."""


@dataclass(frozen=True)
class Record:
    """One row of 运行记录 by column."""

    cells: Mapping[str, Cell]

    @property
    def state(self) -> tuple[str, ...]:
        return tuple(str(self.cells[c] or "") for c in STATE)

    @property
    def moment(self) -> dt.datetime | None:
        """When it was; None where the cell holds no time."""
        cell = self.cells["时间"]
        if isinstance(cell, int | float) and not isinstance(cell, bool) and 0 < cell < 2_958_466:
            cell = from_serial(float(cell))
        if not isinstance(cell, dt.datetime):
            return None
        return (cell + dt.timedelta(seconds=0.5)).replace(microsecond=0)  # days have eight decimals


def records(sheets: Sheets) -> list[Record]:
    """The calculations that 运行记录 tells of, newest first."""
    names = (*RUN_COLUMNS, *RULE_WORDS)
    rows = rows_below_header(sheets, RUNS, RUN_COLUMNS, RULE_WORDS)
    return [Record(dict(zip(names, row, strict=True))) for row in rows]


def state_now(run: Run) -> tuple[str, ...]:
    """What STATE would say of this run."""
    results = run.results
    return results.version, results.fingerprint, readings_in_words(run.rules), edits_in_words(run.rules)


def fresh_run(
    sheets: Sheets, rules: Rules, progress: Progress, accepted: Mapping[problem_list.Key, str] | None = None
) -> Run:
    """A run over the inputs as they stand; what the workbook says of the run before it is taken over.

    Whether that was about other data is not asked: the record that says so may be what was altered.
    `accepted` are oddities that staff want to keep, those of the list as it stands unless given.
    """
    grids, previous = input_grids(sheets, rules), previous_run(sheets, rules)
    kept = acceptances(sheets, rules) if accepted is None else accepted
    run = calculate_grids(grids, rules, previous, progress, kept)
    if run.results.same_run or not any(previous.ranks.values()):
        return run
    version, fingerprint, readings, edits = state_now(run)
    same = replace(previous, fingerprint=fingerprint, version=version, readings=readings, edits=edits)
    return calculate_grids(grids, rules, same, progress, kept)


def fresh_pages(run: Run, sheets: Sheets, last: Record) -> list[Page]:
    """The pages as the last calculation, that of the newest row of 运行记录, would have written them.

    名次稳健性 as its button would, where it was pressed for these data and rules.
    """
    moment = last.moment or _moment_above(sheets, run.rules)
    asked = robustness_page.checked(run, sheets, moment)
    made = pages(run, _BeforeLast(sheets), moment, 0.0)
    return [asked if page.spec.table == asked.spec.table else page for page in made]


def _moment_above(sheets: Sheets, rules: Rules) -> dt.datetime:
    """When the results were written by the first subtitle that says so, for a workbook without 运行记录."""
    for spec in output_sheets(rules):
        grid = sheets.grid(spec.sheet)
        above = (
            "".join(str(row[0]) for row in grid.rows[SUBTITLE_ROW - 1 : SUBTITLE_ROW] if row) if grid else ""
        )
        if found := _WRITTEN.match(above):
            with suppress(ValueError):
                return dt.datetime.fromisoformat(found[1])
    return dt.datetime.now()


class _BeforeLast:
    """The sheets with 运行记录 as it was before its newest row."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self.name = sheets.name

    def grid(self, sheet: str) -> Grid | None:
        grid = self._sheets.grid(sheet)
        found = header_row(grid, RUN_COLUMNS) if grid and sheet == RUNS else None
        if grid is None or found is None:
            return grid
        below = grid.rows[found[0] :]
        newest = next((k for k, row in enumerate(below) if not all(map(is_blank, row))), len(below))
        return Grid([*grid.rows[: found[0]], *below[newest + 1 :]])


def earlier_acceptances(sheets: Sheets, rules: Rules, last: Record) -> list[dict[problem_list.Key, str]]:
    """What staff may have accepted before the last calculation, where that is not what they accept now.

    A calculation puts what is accepted last and leaves it out of its counts: the rows at the end that fit both.
    """
    rows = rows_below_header(sheets, problem_list.SHEET, ["级别", *problem_list.KEY_COLUMNS])
    now = acceptances(sheets, rules)
    places = [[i for i, row in enumerate(rows) if row[0] == level] for level in _COUNTED]
    out: list[dict[problem_list.Key, str]] = []
    for start in range(len(rows), -1, -1):
        counts = [sum(i < start for i in own) for own in places]
        if all(last.cells[c] == n for c, n in zip(_COUNTED, counts, strict=True)):
            marked = [[*row[1:-1], "是"] for row in rows[start:]]
            then = problem_list.accepted_before(marked, rules.words)
            if then.keys() != now.keys() and then not in out:
                out.append(then)
    return out[:_MOST_TRIED]
