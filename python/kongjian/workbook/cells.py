"""Columns of results as finished cells of worksheet XML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from kongjian.engine.frame import Floats, Frame
from kongjian.workbook.layout import ColumnKind
from kongjian.workbook.strings import SharedStrings

_EPOCH = dt.datetime(1899, 12, 30)
YES_NO = {1.0: "是", 0.0: "否"}


def serial(moment: dt.datetime) -> float:
    """A moment as Excel's day number."""
    return round((moment - _EPOCH).total_seconds() / 86400, 8)


def number_texts(values: Floats) -> list[str]:
    """Numbers as Excel writes them: the shortest text that reads back the same; "" for a blank."""
    blank = np.isnan(values)
    filled = np.where(blank, 0.0, values)
    if (filled == np.floor(filled)).all() and (np.abs(filled) < 1e15).all():
        out = [str(v) for v in filled.astype(np.int64).tolist()]
    else:
        memo: dict[float, str] = {}
        get = memo.get
        out = [get(v) or memo.setdefault(v, _shortest(v)) for v in filled.tolist()]
    for i in np.flatnonzero(blank):
        out[i] = ""
    return out


def _shortest(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def column_cells(
    values: Any, letters: str, style: int, first_row: int, strings: SharedStrings, yes_no: bool = False
) -> list[str]:
    """The cells of one column from `first_row` down: texts as shared strings, blanks with their format."""
    shown = f' s="{style}"' if style else ""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        if yes_no:
            values = [YES_NO.get(v, "") for v in values.tolist()]
        else:
            return [
                f'<c r="{letters}{row}"{shown}><v>{text}</v></c>'
                if text
                else f'<c r="{letters}{row}"{shown}/>'
                for row, text in enumerate(number_texts(values), start=first_row)
            ]
    if isinstance(values, np.ndarray):
        values = values.tolist()
    return [
        f'<c r="{letters}{row}"{shown} t="s"><v>{index}</v></c>'
        if text
        else f'<c r="{letters}{row}"{shown}/>'
        for row, (text, index) in enumerate(
            zip(values, strings.indexes(values), strict=True), start=first_row
        )
    ]


def cell_content(value: str | float | int | dt.datetime | None, strings: SharedStrings) -> str:
    """One cell's XML behind its reference and style."""
    if value is None or value == "":
        return "/>"
    if isinstance(value, str):
        return f' t="s"><v>{strings.index(value)}</v></c>'
    if isinstance(value, dt.datetime):
        value = serial(value)
    return f"><v>{_shortest(float(value))}</v></c>"


def table_rows(
    frame: Frame,
    columns: Sequence[tuple[str, ColumnKind]],
    letters: Sequence[str],
    styles: Sequence[int],
    first_row: int,
    strings: SharedStrings,
    yes_no: frozenset[str] = frozenset(),
) -> list[str]:
    """The finished rows of a table; one blank row where there is no data, as a table needs one."""
    height = max(frame.height, 1)
    finished = []
    for (name, _), letter, style in zip(columns, letters, styles, strict=True):
        given = frame.get(name)
        values = [""] * height if given is None or len(given) == 0 else given
        finished.append(column_cells(values, letter, style, first_row, strings, name in yes_no))
    return ["".join(cells) for cells in zip(*finished, strict=True)]
