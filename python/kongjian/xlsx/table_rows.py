"""Columns of results as finished cells of worksheet XML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.base.grid import YES_NO, serial
from kongjian.xlsx.strings import BLANK, SharedStrings, escape, shortest
from kongjian.xlsx.table_parts import OutputSheet
from kongjian.xlsx.text_heights import ONE_LINE, row_height


def column_contents(values: Any, strings: SharedStrings, yes_no: bool = False) -> list[str]:
    """One column's cells behind their reference and style; each distinct value is written once."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        if not yes_no:
            return _number_contents(values, strings.numbers)
        values = [YES_NO.get(v, "") for v in values.tolist()]
    elif isinstance(values, np.ndarray):
        values = values.tolist()
    if set(map(type, values)) <= {str}:
        return strings.cells(values)
    known = {value: cell_content(value, strings) for value in dict.fromkeys(values)}
    return list(map(known.__getitem__, values))


def _number_contents(values: NDArray[np.float64], known: dict[float, str]) -> list[str]:
    # NaN is unequal to itself and so cannot be looked up; the infinite one stands for it among those that are known
    return list(map(known.__getitem__, np.where(np.isnan(values), np.inf, values).tolist()))


def cell_content(value: str | float | int | dt.datetime | None, strings: SharedStrings) -> str:
    """One cell's XML behind its reference and style."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, str):
        return strings.cell(value)
    if isinstance(value, dt.datetime):
        value = serial(value)
    return f"><v>{shortest(float(value))}</v></c>"


def formula_content(formula: str, value: str | float) -> str:
    """A cell that calculates, with what it gives now, behind its reference and style; "#…" is an error."""
    kind = "" if not isinstance(value, str) else ' t="e"' if value.startswith("#") else ' t="str"'
    shown = escape(value) if isinstance(value, str) else shortest(float(value))
    return f"{kind}><f>{escape(formula)}</f><v>{shown}</v></c>"


def table_rows(
    frame: Mapping[str, Any],
    columns: Sequence[str],
    letters: Sequence[str],
    styles: Sequence[int],
    first_row: int,
    strings: SharedStrings,
    yes_no: frozenset[str] = frozenset(),
    filled_only: bool = False,
) -> list[str]:
    """The finished rows of a table; one blank row where there is no data, as a table needs one.

    `filled_only` leaves blank cells out, which only a look would need.
    """
    height = max(_height(frame), 1)
    contents = []
    for name in columns:
        given = frame.get(name)
        values = [""] * height if given is None or len(given) == 0 else given
        contents.append(column_contents(values, strings, name in yes_no))
    shown = [f' s="{style}"' if style else "" for style in styles]
    if filled_only:
        for k, (letter, style) in enumerate(zip(letters, shown, strict=True)):
            head = f'<c r="{letter}#"{style}'
            known = {cell: head + cell for cell in set(contents[k])} | {BLANK: ""}
            contents[k] = list(map(known.__getitem__, contents[k]))
        return [
            "".join(cells).replace("#", str(row))
            for row, cells in enumerate(zip(*contents, strict=True), start=first_row)
        ]
    # a row's cells with its number left open as #
    pattern = "".join(f'<c r="{letter}#"{style}%s' for letter, style in zip(letters, shown, strict=True))
    return [
        pattern.replace("#", str(row)) % cells
        for row, cells in enumerate(zip(*contents, strict=True), start=first_row)
    ]


def row_heights(spec: OutputSheet, frame: Mapping[str, Any], first_row: int) -> dict[int, float]:
    """The rows whose wrapped texts need more than one line; not every program grows them by itself."""
    out: dict[int, float] = {}
    for column in (c for c in spec.columns if c.wraps and c.name in frame):
        texts = frame[column.name].tolist()
        # most texts are short enough for one line however wide their characters are
        long = {t for t in texts if 2 * len(t) > column.width - 1 or "\n" in t}
        known = {text: row_height([(text, column.width)]) for text in long}
        for row, text in enumerate(texts, start=first_row) if long else ():
            if known.get(text, ONE_LINE) > ONE_LINE:
                out[row] = max(known[text], out.get(row, 0.0))
    return out


def block(
    spec: OutputSheet, frame: Mapping[str, Any], yes_no: frozenset[str]
) -> list[list[str | float | None]]:
    """A table's rows, blanks as None; one blank row where there is no data, as a table needs one."""
    return [list(row) for row in zip(*block_columns(spec, frame, yes_no), strict=True)]


def block_columns(
    spec: OutputSheet, frame: Mapping[str, Any], yes_no: frozenset[str]
) -> list[list[str | float | None]]:
    """The rows of `block` column by column."""
    height = max(_height(frame), 1)
    columns: list[list[Any]] = []
    for column in spec.columns:
        given = frame.get(column.name)
        if given is None or len(given) == 0:
            columns.append([None] * height)
        elif given.dtype.kind != "f":
            columns.append([v if v != "" else None for v in given.tolist()])
        elif column.name in yes_no:
            columns.append([YES_NO.get(v) for v in given.tolist()])
        else:
            columns.append([v if v == v else None for v in given.tolist()])
    return columns


def _height(columns: Mapping[str, Any]) -> int:
    return len(next(iter(columns.values()))) if columns else 0
