"""Reads out of a workbook what its last calculation left in it, before the next one writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from kongjian.base.grid import YES_NO, Cell, Grid, is_blank
from kongjian.base.text import clean
from kongjian.engine.frame import Frame, texts
from kongjian.engine.last_run import KEY, Earlier, Previous, numbered, table_code
from kongjian.engine.outcome import NAME_COLUMNS, own_names, shown_keys
from kongjian.intake.sheets import Sheets, header_row, rows_below_header
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.layout import output_sheets
from kongjian.xlsx.table_parts import OutputSheet

CODE = "核对码"
_CODE = re.compile(rf"{CODE} ([0-9a-f]+)")
_KINDS = {"学校指标": "school", "教师指标": "teacher", "学校得分": "school", "教师得分": "teacher"}
_WORDS = {word: value for value, word in YES_NO.items()}
_TEXTS = ("text", "account", "time", "link")


def previous_run(sheets: Sheets, rules: Rules | None = None) -> Previous:
    """The ranks that the workbook shows now and the run that they came from.

    With `rules` the numbers behind the ranks can be asked for, too.
    """
    ranks: dict[str, dict[str, float]] = {}
    earlier: dict[str, dict[str, float]] = {}
    words: dict[str, dict[str, str]] = {}
    for kind, label in OBJECT_LABELS.items():
        names = NAME_COLUMNS[kind]
        rows = rows_below_header(sheets, f"{label}排名", ["名次", "上次名次", "变化", *names])
        keys = numbered(shown_keys(kind, _names(kind, [row[3:] for row in rows])))
        at = dict(zip(keys, rows, strict=True))
        ranks[kind] = {k: float(row[0]) for k, row in at.items() if isinstance(row[0], int | float)}
        earlier[kind] = {k: float(row[1]) for k, row in at.items() if isinstance(row[1], int | float)}
        words[kind] = {k: str(row[2]) for k, row in at.items()}
    runs = rows_below_header(sheets, "运行记录", ["数据指纹", "规则版本"], ["口径", "规则修改"])
    last = [clean(str(c)) for c in runs[0]] if runs else [""] * 4
    tables = partial(earlier_tables, sheets, rules) if rules else dict
    return Previous(last[0], last[1], ranks, earlier, words, last[2], last[3], tables)


def earlier_tables(sheets: Sheets, rules: Rules) -> dict[str, Earlier]:
    """指标 and 得分 of each kind as the last run wrote them; None for a sheet that a hand has changed since."""
    found = {}
    for spec in output_sheets(rules):
        if spec.sheet in _KINDS:
            found[spec.sheet] = _earlier(sheets.grid(spec.sheet), spec, rules)
    return {
        kind: Earlier(found[f"{label}指标"], found[f"{label}得分"]) for kind, label in OBJECT_LABELS.items()
    }


def code_of(spec: OutputSheet, frame: Frame, rules: Rules) -> str:
    """The words that go into the subtitle of a table that the next run reads back; "" for other tables."""
    kind = _KINDS.get(spec.sheet, "")
    if not kind:
        return ""
    names = Frame({name: frame[column] for name, column in _name_columns(spec, rules).items()})
    return f"{CODE} {table_code(shown_keys(kind, names), frame, _numbers(spec, rules))}"


def _name_columns(spec: OutputSheet, rules: Rules) -> dict[str, str]:
    """What names a unit → the sheet's own column: 指标 has the names of the scheme's input tables."""
    kind = _KINDS[spec.sheet]
    return own_names(kind, rules) if _is_measures(spec) else {name: name for name in NAME_COLUMNS[kind]}


def _is_measures(spec: OutputSheet) -> bool:
    return spec.table.endswith("Measures")


def _numbers(spec: OutputSheet, rules: Rules) -> list[str]:
    """The columns that hold numbers or 是/否."""
    answers = {c.name for t in rules.tables for c in t.columns if c.kind == "yes_no"}
    return [
        c.name for c in spec.columns if c.kind not in _TEXTS or (_is_measures(spec) and c.name in answers)
    ]


def _earlier(grid: Grid | None, spec: OutputSheet, rules: Rules) -> Frame | None:
    columns, named = _numbers(spec, rules), list(_name_columns(spec, rules).values())
    found = header_row(grid, [*named, *columns]) if grid else None
    if grid is None or found is None:
        return None
    top, header = found
    rows = [row for row in grid.rows[top:] if not all(is_blank(c) for c in row)]
    names = _names(_KINDS[spec.sheet], [[row[header[n]] for n in named] for row in rows])
    frame = _frame(names.having(**{KEY: texts(shown_keys(_KINDS[spec.sheet], names))}), columns, rows, header)
    return frame if frame and _is_untouched(grid.rows[: top - 1], frame, columns) else None


def _frame(
    frame: Frame, columns: Sequence[str], rows: Sequence[Sequence[Cell]], header: Mapping[str, int]
) -> Frame | None:
    """The names of the units with their numbers; None where a cell holds what no calculation writes."""
    for name in columns:
        cells = [row[header[name]] for row in rows]
        known = {cell: _number(cell) for cell in set(cells)}
        if None in known.values():
            return None
        frame[name] = np.array([known[cell] for cell in cells], dtype=np.float64)
    return frame


def _is_untouched(above: Sequence[Sequence[Cell]], frame: Frame, columns: Sequence[str]) -> bool:
    """Whether the numbers are still those of the code above them; older workbooks have none."""
    text = " ".join(str(c) for row in above for c in row)
    code = _CODE.search(text)
    return code is None or code[1] == table_code(frame[KEY].tolist(), frame, columns)


def _number(cell: Cell) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if is_blank(cell):
        return float("nan")
    return _WORDS.get(cell) if isinstance(cell, str) else None


def _names(kind: str, rows: Sequence[Sequence[Cell]]) -> Frame:
    columns = zip(*rows, strict=True) if rows else [()] * len(NAME_COLUMNS[kind])
    named = zip(NAME_COLUMNS[kind], columns, strict=True)
    return Frame({name: texts(clean(str(c)) for c in column) for name, column in named})
