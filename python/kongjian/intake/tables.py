"""Reads one input sheet: its rows below the header, cleaned column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kongjian.engine.calculate import Inputs
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, Ints
from kongjian.engine.matching import ACCOUNT, ROW
from kongjian.intake import values
from kongjian.intake.checks import check
from kongjian.intake.grid import Cell, Grid, is_blank, letter
from kongjian.intake.headers import Header, find_header, header_name
from kongjian.intake.values import Cells
from kongjian.rules.model import InputTable, Rules, Words
from kongjian.text import fold


@dataclass(frozen=True)
class Intake:
    """Clean inputs, what was found on the way, and where each table's columns stand (name → letters)."""

    inputs: Inputs
    findings: Findings
    places: dict[str, dict[str, str]]
    header_rows: dict[str, int]


def read_inputs(grids: Mapping[str, Grid | None], rules: Rules) -> Intake:
    """The five input tables from their sheets' grids (table id → grid, None where the sheet is not there)."""
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
            header = find_header(table, grid, findings)
        if grid is not None and header is not None:
            places[table.id] = {name: letter(c) for name, c in header.columns.items()}
            header_rows[table.id] = header.row
            frames[table.id] = _read(table, grid, header, rules, findings)
    inputs = check(Inputs.of(rules, **frames), rules, findings)
    return Intake(inputs, findings, places, header_rows)


def _read(table: InputTable, grid: Grid, header: Header, rules: Rules, findings: Findings) -> Frame:
    body = grid.rows[header.row :]
    by_column = list(zip(*body, strict=True)) if body else [()] * grid.width
    kept = _data_rows(table, grid, header, by_column, rules.words, findings)
    if len(kept) < len(body):
        by_column = list(zip(*(body[k] for k in kept), strict=True)) or [()] * grid.width
    at = np.array(kept, dtype=np.int64) + header.row + 1
    _merged_cells(table, grid, header, at, findings)
    errors: dict[int, dict[int, str]] = {}
    for (row, number), text in grid.errors.items():
        errors.setdefault(number, {})[row] = text
    out = Frame({ROW: at})
    for column in table.columns:
        place = header.columns.get(column.name)
        if place is not None:
            cells = Cells(table.id, column, by_column[place - 1], at, errors.get(place, {}), findings)
            out.update(_convert(cells, rules.words))
    return _stand_ins(table, out, findings)


def _convert(cells: Cells, words: Words) -> dict[str, np.ndarray[Any, Any]]:
    column = cells.column
    if column.kind in ("text", "choice"):
        return {column.name: values.names(cells)}
    if column.kind == "account":
        shown, trusted = values.accounts(cells)
        return {column.name: shown, ACCOUNT: trusted}
    if column.kind == "month":
        return {column.name: values.months(cells)}
    if column.kind == "date":
        return {column.name: values.dates(cells)}
    if column.kind == "yes_no":
        return {column.name: values.yes_no(cells, words)}
    return {column.name: values.numbers(cells, words)}


_BLANK_CODES = {"任课": "teaching_blank", "班主任": "homeroom_blank"}


def _stand_ins(table: InputTable, frame: Frame, findings: Findings) -> Frame:
    """是/否 cells that may be blank get the value that then holds, each with a note."""
    for column in table.columns:
        if column.blank and column.name in frame:
            value = frame[column.name]
            blank = np.isnan(value)
            for i in np.flatnonzero(blank):
                findings.add(_BLANK_CODES[column.name], table.id, frame[ROW][i], column.name)
            frame[column.name] = np.where(blank, 1.0 if column.blank == "是" else 0.0, value)
    return frame


def _data_rows(
    table: InputTable,
    grid: Grid,
    header: Header,
    by_column: Sequence[Sequence[Cell]],
    words: Words,
    findings: Findings,
) -> list[int]:
    """Which rows below the header (from 0) hold data: no blank rows, totals or header rows among them."""
    body = grid.rows[header.row :]
    errors = {row - header.row - 1 for row, _ in grid.errors}
    blank, dropped = [], set()
    for k in _doubtful_rows(table, header, by_column, words):
        cells = body[k]
        first = _first_text(header, cells)
        if _is_blank_row(header, cells) and k not in errors:
            blank.append(k)
            dropped.add(k)
        elif first and fold(first) in _total_words(words):
            findings.add("total_row", table.id, header.row + 1 + k, found=first.strip())
            dropped.add(k)
        elif first and header_name(table, first) and _repeats_header(table, header, cells):
            findings.add("repeated_header", table.id, header.row + 1 + k)
            dropped.add(k)
    kept = [k for k in range(len(body)) if k not in dropped] if dropped else list(range(len(body)))
    for k in blank:
        if kept and k < kept[-1]:
            findings.add("blank_row", table.id, header.row + 1 + k)
    return kept


def _doubtful_rows(
    table: InputTable, header: Header, by_column: Sequence[Sequence[Cell]], words: Words
) -> list[int]:
    """The rows whose leading or key cell is blank, a total's word or a header: the others hold data."""
    looked = {c.name for c in table.columns if c.key} | {min(header.columns, key=header.columns.__getitem__)}
    doubtful: set[int] = set()
    for name in looked & set(header.columns):
        column = by_column[header.columns[name] - 1]
        odd = {
            v
            for v in set(column)
            if is_blank(v)
            or (isinstance(v, str) and (fold(v) in _total_words(words) or header_name(table, v)))
        }
        if odd:
            doubtful.update(k for k, v in enumerate(column) if v in odd)
    return sorted(doubtful)


def _total_words(words: Words) -> frozenset[str]:
    return values.folded(words.total_row)


def _is_blank_row(header: Header, cells: Sequence[Cell]) -> bool:
    return all(is_blank(cells[c - 1]) for c in header.columns.values())


def _first_text(header: Header, cells: Sequence[Cell]) -> str:
    """The row's first text, in a named column or before them."""
    last = max(header.columns.values())
    return next((c for c in cells[:last] if isinstance(c, str) and c.strip()), "")


def _repeats_header(table: InputTable, header: Header, cells: Sequence[Cell]) -> bool:
    same = sum(
        isinstance(cells[c - 1], str) and header_name(table, cells[c - 1]) == name
        for name, c in header.columns.items()
    )
    return same * 2 >= len(header.columns)


def _merged_cells(table: InputTable, grid: Grid, header: Header, at: Ints, findings: Findings) -> None:
    last = int(at[-1]) if len(at) else 0
    for first_row, first_column, last_row, _ in grid.merged:
        if last_row > header.row and first_row <= last:
            findings.add("merged_cells", table.id, first_row, f"={letter(first_column)}")
