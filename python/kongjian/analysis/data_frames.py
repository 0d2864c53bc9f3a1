"""pandas tables from the engine's frames, and sheets of cells from pandas tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kongjian.base.errors import KongjianError
from kongjian.base.grid import DAY_ZERO, YES_NO, Cell, Grid
from kongjian.engine.event_log import COUNTS_SHEET
from kongjian.engine.frame import Frame
from kongjian.engine.matching import ROW
from kongjian.engine.measures import PLATFORM
from kongjian.engine.outcome import Inputs
from kongjian.intake.sheets import Page
from kongjian.intake.tables import score_name
from kongjian.rules import Rules

HEADER_ROW = 3
"""Where the workbook has its headers: the row that a problem of a table names is the position plus this and 1."""


def inputs_by_sheet(inputs: Inputs, rules: Rules) -> dict[str, pd.DataFrame]:
    """The clean input tables by their sheets; the index has the worksheet rows."""
    out = {}
    for table in rules.tables:
        frame: Frame = getattr(inputs, table.id)
        yes_no = {c.name for c in table.columns if c.kind == "yes_no"}
        columns = {c.name: _column(frame[c.name], c.name in yes_no) for c in table.columns}
        scores = [name for name in frame if name.startswith(PLATFORM)]
        columns |= {score_name(name.removeprefix(PLATFORM)): frame[name] for name in scores}
        out[table.sheet] = pd.DataFrame(columns, index=_rows(frame))
    if inputs.counts.height:
        counted = {name: column for name, column in inputs.counts.items() if name != ROW}
        out[COUNTS_SHEET] = pd.DataFrame(counted, index=_rows(inputs.counts))
    return out


def page_table(page: Page) -> pd.DataFrame:
    """An output table with the columns of its sheet: ranks as whole numbers, times as times, 是/否 of measures as true/false."""
    columns = {}
    for column in page.spec.columns:
        if column.name not in page.frame:
            continue
        values: Any = _column(page.frame[column.name], column.name in page.yes_no)
        if column.kind == "rank" and values.dtype.kind == "f":
            values = pd.array(values, dtype="Int64")
        elif column.kind == "time":
            values = pd.to_datetime(values, unit="D", origin=pd.Timestamp(DAY_ZERO)).round("s")
        columns[column.name] = values
    return pd.DataFrame(columns)


def grids(frames: Mapping[str, pd.DataFrame], rules: Rules) -> dict[str, Grid]:
    """Each table as the sheet that staff would have pasted. Raises KongjianError for a name that is no input sheet."""
    known = [*(t.sheet for t in rules.tables), COUNTS_SHEET]
    if unknown := [name for name in frames if name not in known]:
        raise KongjianError(f"没有输入表“{'”“'.join(map(str, unknown))}”；可用：{'、'.join(known)}")
    return {name: _grid(frame) for name, frame in frames.items()}


def _grid(frame: pd.DataFrame) -> Grid:
    columns = [[_cell(v) for v in frame.iloc[:, k].tolist()] for k in range(frame.shape[1])]
    head: list[list[Cell]] = [[""] * len(columns) for _ in range(HEADER_ROW - 1)]
    return Grid([*head, [str(c) for c in frame.columns], *map(list, zip(*columns, strict=True))])


def _cell(value: Any) -> Cell:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, str | int | float | dt.date):
        return value
    return str(value)


def _column(values: Any, yes_no: bool) -> Any:
    """Yes and no as pandas' own true, false and missing; all else as it is."""
    if not yes_no or values.dtype.kind != "f":
        return values
    return pd.array([pd.NA if v != v else v != 0 for v in values.tolist()], dtype="boolean")


def _rows(frame: Frame) -> pd.Index[Any]:
    at = frame.get(ROW)
    return pd.RangeIndex(frame.height) if at is None else pd.Index(at, name="行")
