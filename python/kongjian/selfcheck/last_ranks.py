"""上次名次 and 与上次相比: what was written of a run that is gone must agree with itself, with 运行记录 and with today's ranks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kongjian.base.grid import Cell, letter
from kongjian.base.text import clean
from kongjian.engine.evidence.change_table import CAME, COLUMNS, DOWN, LEFT, SCORED, UP
from kongjian.engine.outcome import NAME_COLUMNS
from kongjian.intake.sheets import Sheets, header_row
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.selfcheck.checked_book import said
from kongjian.selfcheck.fresh_run import Record
from kongjian.selfcheck.result_sheets import Difference
from kongjian.workbook.layout import CHANGES
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import SUBTITLE_ROW

NOT_KEPT = "那次的变化没有记下来"
"""Stands in the subtitle where an older edition did not write 与上次相比."""
_BEFORE = "上次名次"
Key = tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """One row of a sheet by column, and the sheet's row and columns, from 1."""

    number: int
    columns: Mapping[str, int]
    cells: Mapping[str, Cell]

    def at(self, column: str) -> str:
        return f"{letter(self.columns[column])}{self.number}"


def last_ranks(run: Run, sheets: Sheets, history: Sequence[Record]) -> Iterator[Difference]:
    """What does not agree; `history` is 运行记录, newest first. Whether 变化 is that of 上次名次 is seen beside the fresh page."""
    same = next((k for k, r in enumerate(history) if r.state != history[0].state), len(history))
    first, before = history[same - 1], history[same] if same < len(history) else None
    changed = _rows(sheets, CHANGES, COLUMNS)
    yield from _subtitle(run, sheets, first, before, len(changed))
    if before is None:
        yield from _no_predecessor(sheets, changed)
        return
    if NOT_KEPT in _above(sheets):
        return
    for kind, label in OBJECT_LABELS.items():
        own = [row for row in changed if row.cells["类别"] == label]
        yield from _kind(run, sheets, kind, own)


def unknown(sheets: Sheets, history: Sequence[Record]) -> str:
    """Why the ranks of the run before cannot be checked at all, "" where they can."""
    other = any(r.state != history[0].state for r in history)
    if other and NOT_KEPT in _above(sheets):
        return f"“{CHANGES}”没有记下上次的变化，{_BEFORE}没有核对"
    if other and sheets.name(CHANGES) is None:
        return f"没有“{CHANGES}”，{_BEFORE}没有核对"
    return ""


def _subtitle(
    run: Run, sheets: Sheets, first: Record, before: Record | None, count: int
) -> Iterator[Difference]:
    """The line above 与上次相比, which names the two runs and counts the rows."""
    shown = _above(sheets)
    if sheets.grid(CHANGES) is None or NOT_KEPT in shown or not first.moment:
        return
    words = f"{first.moment:%Y-%m-%d %H:%M:%S} 计算"
    none = "第一次计算，没有上次可以比"
    if before is not None and before.moment:
        words += f"，与{before.moment:%Y-%m-%d %H:%M:%S}的结果相比"
        none = "名次和得分都没有变"
    right = " · ".join([words, f"规则版本 {run.results.version}", f"共{count}行" if count else none])
    if shown != right:
        text = f"{CHANGES}!A{SUBTITLE_ROW}（副标题）是{said(shown)}，按运行记录应为“{right}”"
        yield Difference(CHANGES, "", text)


def _no_predecessor(sheets: Sheets, changed: Sequence[_Row]) -> Iterator[Difference]:
    for row in changed:
        text = f"{CHANGES}!{row.at(COLUMNS[0])}不该有行：“运行记录”里没有更早的计算"
        yield Difference(CHANGES, "", text)
    for kind, label in OBJECT_LABELS.items():
        for row in _rows(sheets, f"{label}排名", [*NAME_COLUMNS[kind], _BEFORE]):
            if row.cells[_BEFORE] not in ("", None):
                where = f"{label}排名!{row.at(_BEFORE)}（{_BEFORE}）"
                text = f"{where}表里是{said(row.cells[_BEFORE])}，应为空白：“运行记录”里没有更早的计算"
                yield Difference(f"{label}排名", _BEFORE, text)


def _kind(run: Run, sheets: Sheets, kind: str, changed: Sequence[_Row]) -> Iterator[Difference]:
    sheet = f"{OBJECT_LABELS[kind]}排名"
    shown = _rows(sheets, sheet, [*NAME_COLUMNS[kind], "名次", _BEFORE])
    ranking = [row for row in shown if row.cells["名次"] not in ("", None)]  # the others stand behind them
    ranked, told = _by_unit(kind, ranking), _by_unit(kind, changed)
    scores = _scores(run, kind)
    for key, row in ranked.items():
        right = told[key].cells[_BEFORE] if key in told else row.cells["名次"]
        if not _same(row.cells[_BEFORE], right):
            text = f"{sheet}!{row.at(_BEFORE)}（{_BEFORE}）表里是{said(row.cells[_BEFORE])}，按“{CHANGES}”应为{said(right)}"
            yield Difference(sheet, _BEFORE, text)
    for key, row in told.items():
        expected = {
            "本次名次": ranked[key].cells["名次"] if key in ranked else "",
            "本次得分": scores.get(key, ""),
        }
        for column, right in expected.items():
            if not _same(row.cells[column], right):
                yield _wrong(row, column, f"应为{said(right)}")
        if not _fits(row):
            yield _wrong(row, "变化", "和前后的名次、得分不符")


def _wrong(row: _Row, column: str, right: str) -> Difference:
    return Difference(
        CHANGES, column, f"{CHANGES}!{row.at(column)}（{column}）表里是{said(row.cells[column])}，{right}"
    )


def _fits(row: _Row) -> bool:
    """Whether the way in which a unit changed is one that its two ranks allow."""
    first, then = (_number(row.cells[c]) for c in (_BEFORE, "本次名次"))
    way = row.cells["变化"]
    if way in (UP, DOWN):
        return first is not None and then is not None and first != then and (then < first) == (way == UP)
    if way == SCORED:
        return first == then
    # into or out of the awards, too: whoever holds none any more may still be ranked
    return (way == CAME and then is not None) or (way == LEFT and first is not None)


def _above(sheets: Sheets) -> str:
    grid = sheets.grid(CHANGES)
    rows = grid.rows if grid else ()
    return str(rows[SUBTITLE_ROW - 1][0]) if len(rows) >= SUBTITLE_ROW and rows[SUBTITLE_ROW - 1] else ""


def _rows(sheets: Sheets, sheet: str, columns: Sequence[str]) -> list[_Row]:
    """The rows below the header that hold anything in these columns."""
    grid = sheets.grid(sheet)
    found = header_row(grid, columns) if grid else None
    if grid is None or found is None:
        return []
    top, header = found
    at = {name: header[name] + 1 for name in columns}
    rows = (
        _Row(number, at, {name: cells[k - 1] for name, k in at.items()})
        for number, cells in enumerate(grid.rows[top:], start=top + 1)
    )
    return [row for row in rows if any(c not in ("", None) for c in row.cells.values())]


def _by_unit(kind: str, rows: Sequence[_Row]) -> dict[Key, _Row]:
    """The rows by their unit's names; those of people whom nothing tells apart are left out."""
    keys = [tuple(clean(str(row.cells[c])) for c in NAME_COLUMNS[kind]) for row in rows]
    count = Counter(keys)
    return {key: row for key, row in zip(keys, rows, strict=True) if count[key] == 1}


def _scores(run: Run, kind: str) -> dict[Key, float]:
    outcome = run.results.of(kind)
    names = zip(*(outcome.names[c].tolist() for c in NAME_COLUMNS[kind]), strict=True)
    scores = (outcome.score_cents / 100).tolist()
    return {tuple(map(clean, key)): score for key, score in zip(names, scores, strict=True)}


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None


def _same(first: Cell, second: Cell) -> bool:
    a, b = _number(first), _number(second)
    if a is None or b is None:
        return first in ("", None) and second in ("", None)
    return math.isclose(a, b, abs_tol=1e-9)
