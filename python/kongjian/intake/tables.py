"""Reads one input sheet: its rows below the header, cleaned column by column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress
from typing import Any

import numpy as np

from kongjian.base.grid import LAST_ROW, Cell, Grid, is_blank, letter
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints
from kongjian.engine.matching import ACCOUNT, ROW
from kongjian.engine.measures import PLATFORM
from kongjian.engine.outcome import Inputs
from kongjian.intake import number_cells, values
from kongjian.intake.checks import check
from kongjian.intake.effective_rows import COUNTS, imported_counts
from kongjian.intake.headers import (
    Header,
    find_header,
    header_name,
    is_header_like,
    repeats_header,
    score_columns,
)
from kongjian.intake.row_kinds import CODES_WITHIN, is_codes, maybe_remark, remark
from kongjian.intake.school_names import renamed
from kongjian.intake.values import Cells
from kongjian.intake.where import Where
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column, InputTable, Words
from kongjian.rules.roles import Role

_AFTER_TOTAL = re.compile(r"[:(\[,\d].*$")
_REMARK = re.compile(r"[:,;。!?]")


@dataclass(frozen=True)
class Intake:
    """Clean inputs, what was found on the way, and where it stands."""

    inputs: Inputs
    findings: Findings
    where: Where

    @property
    def places(self) -> Mapping[str, Mapping[str, str]]:
        """Where each table's columns stand: table id → name → letters."""
        return self.where.places

    @property
    def header_rows(self) -> Mapping[str, int]:
        return self.where.header_rows


def read_inputs(grids: Mapping[str, Grid | None], rules: Rules) -> Intake:
    """The five input tables from their sheets' grids (table id → grid, None where the sheet is not there).

    Under COUNTS the sheet 有效次数, of which the rows 导入 are an input, too.
    """
    findings = Findings()
    frames: dict[str, Frame] = {}
    places: dict[str, dict[str, str]] = {}
    header_rows: dict[str, int] = {}
    for table in rules.tables:
        grid = grids.get(table.id)
        header = None
        if grid is None:
            findings.add("sheet_missing", table.id, sheet=table.sheet)
        else:
            header = find_header(table, grid, findings, _derived(table, rules))
        if grid is not None and header is not None:
            scores = _score_columns(table, grid, header, rules)
            columns = header.columns | {score_name(i): c for i, c in scores.items()}
            places[table.id] = {name: letter(c) for name, c in columns.items()}
            header_rows[table.id] = header.row
            frames[table.id] = _read(table, grid, header, scores, rules, findings)
            if len(grid.rows) >= LAST_ROW:
                findings.add("sheet_full", table.id, len(grid.rows), sheet=table.sheet)
            if table.required and frames[table.id].height == 0:
                findings.add("sheet_empty", table.id, sheet=table.sheet)
    tables = renamed(frames, rules, findings)
    if counts := imported_counts(grids.get(COUNTS)):
        tables = {**tables, COUNTS: counts}
    inputs = check(Inputs.of(rules, **tables), rules, findings)
    return Intake(inputs, findings, Where(rules, grids, places, header_rows))


def _derived(table: InputTable, rules: Rules) -> dict[str, str]:
    """By what a blank column of a table is worked out: the log, a class's counts, a school's teachers and classes."""
    by = {c.name: rules.table("events").sheet for c in table.columns if c.derivable}
    if table.id == "classes":
        by |= {r.measure: r.count for r in rules.measures.class_rates}
    if table.id == "schools":
        by |= {m.measure: rules.table("teachers").sheet for m in rules.measures.teacher_means}
        by |= {r.measure: rules.table("classes").sheet for r in rules.measures.class_rates}
    return by


def _score_columns(table: InputTable, grid: Grid, header: Header, rules: Rules) -> dict[str, int]:
    """The platform's scores of single indicators, where the sheet has any: indicator → worksheet column."""
    scheme = next((s for s in (rules.school, rules.teacher) if s.sheet == table.sheet), None)
    return score_columns(table, scheme, grid.rows[header.row - 1]) if scheme else {}


def score_name(indicator: str) -> str:
    """What findings call such a column."""
    return f"{indicator}得分"


def _read(
    table: InputTable, grid: Grid, header: Header, scores: dict[str, int], rules: Rules, findings: Findings
) -> Frame:
    body = grid.rows[header.row :]
    by_column = list(zip(*body, strict=True)) if body else [()] * grid.width
    kept = data_rows(table, grid, header, by_column, rules.words, findings)
    if len(kept) < len(body):
        data = set(kept)
        some = [k in data for k in range(len(body))]
        by_column = [tuple(compress(cells, some)) for cells in by_column]
    at = np.array(kept, dtype=np.int64) + header.row + 1
    _merged_cells(table, grid, header, at, findings)
    errors: dict[int, dict[int, str]] = {}
    for (row, number), text in grid.errors.items():
        errors.setdefault(number, {})[row] = text
    out, most = Frame({ROW: at}), rules.most_points(table.id)
    for column in table.columns:
        place = header.columns.get(column.name)
        if place is not None:
            own = by_column[place - 1]
            header_cell = str(grid.rows[header.row - 1][place - 1])
            formats = partial(percent_formats, grid, place, at)
            cells = Cells(
                table.id, column, own, at, errors.get(place, {}), findings, header_cell, formats, most
            )
            out.update(convert(cells, rules.words))
    for indicator, place in scores.items():
        column = Column(score_name(indicator), "score", ())
        cells = Cells(
            table.id, column, by_column[place - 1], at, errors.get(place, {}), findings, most_points=most
        )
        out[PLATFORM + indicator] = number_cells.numbers(cells, rules.words)
    return _stand_ins(table, out, findings)


def percent_formats(grid: Grid, place: int, rows: Ints) -> Bools:
    """Which of these rows' cells in a worksheet column have a percent format."""
    return np.isin(rows, np.fromiter(grid.percents(place), dtype=np.int64))


def convert(cells: Cells, words: Words) -> dict[str, np.ndarray[Any, Any]]:
    """A column's cells as clean values, by its name; of accounts also those that can be trusted."""
    column = cells.column
    if column.kind in ("text", "choice"):
        return {column.name: values.names(cells)}
    if column.kind == "account":
        shown, trusted = values.accounts(cells, words)
        return {column.name: shown, ACCOUNT: trusted}
    if column.kind == "month":
        return {column.name: values.months(cells)}
    if column.kind == "date":
        return {column.name: values.dates(cells)}
    if column.kind == "yes_no":
        return {column.name: values.yes_no(cells, words)}
    return {column.name: number_cells.numbers(cells, words)}


_BLANK_CODES: dict[Role | None, str] = {Role.TEACHING: "teaching_blank", Role.HOMEROOM: "homeroom_blank"}


def _stand_ins(table: InputTable, frame: Frame, findings: Findings) -> Frame:
    """是/否 cells that may be blank get the value that then holds, each with a note."""
    for column in table.columns:
        if column.blank and column.name in frame:
            value = frame[column.name]
            blank = np.isnan(value)
            for i in np.flatnonzero(blank):
                findings.add(_BLANK_CODES[column.role], table.id, frame[ROW][i], column.name)
            frame[column.name] = np.where(blank, column.stand_in, value)
    return frame


def data_rows(
    table: InputTable,
    grid: Grid,
    header: Header,
    by_column: Sequence[Sequence[Cell]],
    words: Words,
    findings: Findings,
) -> list[int]:
    """Which rows below the header (from 0) hold data: no blank rows, totals or header rows among them."""
    body = grid.rows[header.row :]
    columns = set(header.columns.values())
    errors = {row - header.row - 1 for row, column in grid.errors if column in columns}
    blank: list[int] = []
    dropped = {k for k in range(min(CODES_WITHIN, len(body))) if is_codes(table, header, body[k])}
    for k in sorted(dropped):
        codes = next(c for c in body[k] if not is_blank(c))
        findings.add("total_row", table.id, header.row + 1 + k, found=clean(values.show(codes)))
    for k in _doubtful_rows(table, header, by_column, words):
        cells, row = body[k], header.row + 1 + k
        if k in dropped:
            continue
        if _is_blank_row(header, cells):
            if k not in errors:
                blank.append(k)
                dropped.add(k)
            continue
        found = _no_data(table, header, cells, words)
        if found is None:
            continue
        code, said = found
        findings.add(code, table.id, row, **said)
        if code == "header_changed":
            dropped.update(range(k, len(body)))
            break
        dropped.add(k)
    kept = [k for k in range(len(body)) if k not in dropped] if dropped else list(range(len(body)))
    for k in blank:
        if kept and k < kept[-1]:
            findings.add("blank_row", table.id, header.row + 1 + k)
    return kept


def _no_data(
    table: InputTable, header: Header, cells: Sequence[Cell], words: Words
) -> tuple[str, dict[str, Any]] | None:
    """Why a row that holds something is none of the data: the finding's code and parameters."""
    if total := _total_text(table, header, cells, words):
        return "total_row", {"found": clean(total)}
    if repeats_header(table, header, cells):
        return "repeated_header", {}
    if is_header_like(table, cells):
        # what follows stands in other columns: not read at all rather than read wrongly
        return "header_changed", {"first": header.row}
    if note := _note(header, cells) or remark(table, cells, words):
        return "note_row", {"found": clean(note)}
    return None


def _doubtful_rows(
    table: InputTable, header: Header, by_column: Sequence[Sequence[Cell]], words: Words
) -> list[int]:
    """The rows with a total's word in a text, or whose leading or key cell is blank, a header or a remark."""
    leading = min(header.columns, key=header.columns.__getitem__)
    doubtful: set[int] = set()
    for column in table.columns:
        looked, text = column.key or column.name == leading, column.kind == "text"
        if column.name not in header.columns or not (looked or text):
            continue
        cells = by_column[header.columns[column.name] - 1]
        distinct = set(cells)
        odd = {v for v in distinct if is_blank(v)} if looked else set()
        if text:
            odd |= {v for v in distinct if isinstance(v, str) and _is_odd(table, v, looked, words)}
        if odd:
            doubtful.update(k for k, v in enumerate(cells) if v in odd)
    return sorted(doubtful)


def _is_odd(table: InputTable, text: str, looked: bool, words: Words) -> bool:
    folded = fold(text)
    if _ends_in_total(folded, words):
        return True
    return looked and bool(
        _REMARK.search(folded) or maybe_remark(folded, words) or header_name(table, folded)
    )


def _is_total(cell: Cell, words: Words) -> bool:
    """合计, 赤壁市合计, 总计：35, but no name that merely begins with such a word."""
    return isinstance(cell, str) and bool(cell) and _ends_in_total(fold(cell), words)


def _ends_in_total(text: str, words: Words) -> bool:
    totals = values.folded(words.total_row)
    if not any(total in text for total in totals):
        return False
    return _AFTER_TOTAL.sub("", text).endswith(tuple(totals))


def _total_text(table: InputTable, header: Header, cells: Sequence[Cell], words: Words) -> str:
    """The total's word: the row's first text, or any text of a text column."""
    named = [cells[header.columns[c.name] - 1] for c in table.columns if _is_named_text(c, header)]
    return next((c for c in (_first_text(header, cells), *named) if _is_total(c, words)), "")


def _is_named_text(column: Column, header: Header) -> bool:
    return column.kind == "text" and column.name in header.columns


def _note(header: Header, cells: Sequence[Cell]) -> str:
    """The text of a row that holds nothing but a remark: one text, with the marks of a sentence."""
    filled = [cells[c - 1] for c in header.columns.values() if not is_blank(cells[c - 1])]
    alone = len(filled) == 1 and isinstance(filled[0], str)
    return filled[0] if alone and _REMARK.search(fold(filled[0])) else ""


def _is_blank_row(header: Header, cells: Sequence[Cell]) -> bool:
    return all(is_blank(cells[c - 1]) for c in header.columns.values())


def _first_text(header: Header, cells: Sequence[Cell]) -> str:
    """The row's first text, in a named column or before them."""
    last = max(header.columns.values())
    return next((c for c in cells[:last] if isinstance(c, str) and c.strip()), "")


def _merged_cells(table: InputTable, grid: Grid, header: Header, at: Ints, findings: Findings) -> None:
    last = int(at[-1]) if len(at) else 0
    for first_row, first_column, last_row, _ in grid.merged:
        if last_row > header.row and first_row <= last:
            findings.add("merged_cells", table.id, first_row, f"={letter(first_column)}")
