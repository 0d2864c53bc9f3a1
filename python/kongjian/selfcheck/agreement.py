"""三种方法算得一样: columns, single rows and native formulas give the workbook's own schools and teachers the same scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kongjian.base.grid import letter
from kongjian.engine.row_scoring import compile_row
from kongjian.engine.scoring import score
from kongjian.mailing.copy_sheets import Value
from kongjian.mailing.live_copy import Contents, contents
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Line, first_few, said
from kongjian.selfcheck.evaluators import Calculator, Evaluator, Scored
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import FIRST_ROW

TITLE = "三种方法算得一样"
_LAST_DIGIT = 1e-9
"""Noise in a double's last bits is below it, any digit that a cell shows is far above."""
_MOST = 5


def agreement(run: Run, by_row: Evaluator, calculator: tuple[str, Calculator] | None) -> Line:
    """Compares every indicator score and total of every unit, and with formulas all that the live copy works out."""
    if run.schools + run.teachers == 0:
        return Line(MIND, TITLE, "还没有数据，没有核对", "粘贴数据，重新计算排名后再自检")
    columns = by_columns(run)
    scores = sum(part.size for part in columns.values())
    who = f"学校{run.schools}所、教师{run.teachers}名"
    wrong = list(_rows_differ(run, columns, by_row(run)))
    formulas = 0
    if calculator:
        formulas, native = _native(run, contents(run), calculator[1])
        wrong += native
    if wrong:
        text = f"{who}有{len(wrong)}处不同：{first_few(wrong, _MOST)}"
        return Line(BAD, TITLE, text, "程序有错，请把本报告发给技术人员，先不要公布结果")
    same = f"{who}，按列和按行计算的{scores}个指标分、总分相同"
    if calculator is None:
        advice = "运行 pip install formualizer，或安装 LibreOffice，再自检"
        return Line(MIND, TITLE, f"{same}；没有能算公式的程序，Excel公式没有核对", advice)
    name = calculator[0]
    return Line(GOOD, TITLE, f"{same}；{name}算出的{formulas}个Excel公式（得分、达标、名次、获奖）也都相同")


def _rows_differ(run: Run, columns: Scored, rows: Scored) -> Iterator[str]:
    for kind in OBJECT_LABELS:
        sheet = output_sheet(run.rules, f"{OBJECT_LABELS[kind]}得分")
        names = [*(i.name for i in run.rules.object(kind).indicators), "计算得分"]
        first, second = columns[kind], rows[kind]
        if first.shape != second.shape:
            yield f"{sheet.sheet}：按列算得{first.shape}，按行算得{second.shape}"
            continue
        for k, unit in zip(*np.nonzero(~(np.abs(first - second) < _LAST_DIGIT)), strict=True):
            cell = f"{letter(sheet.names.index(names[k]) + 1)}{FIRST_ROW + unit}"
            yield f"{sheet.sheet}!{cell}（{names[k]}）按列{said(first[k, unit])}、按行{said(second[k, unit])}"


def _native(run: Run, found: Contents, calculator: Calculator) -> tuple[int, list[str]]:
    """How many formulas were worked out, and where they give something else than the engine."""
    calculated = calculator(run, found)
    count, wrong = 0, list[str]()
    for sheet in found.sheets:
        name = sheet.place.sheet
        for at, column in enumerate(sheet.columns):
            given = calculated[name][at]
            count += len(given)
            if len(given) != len(column.formulas):
                wrong.append(f"{name}“{column.name}”有{len(column.formulas)}个公式，只算出{len(given)}个")
            for row, (value, other) in enumerate(zip(column.values, given, strict=False), start=FIRST_ROW):
                if not _same(value, other):
                    where = f"{name}!{letter(at + 1)}{row}（{column.name}）"
                    wrong.append(f"{where}按列{said(value)}、按公式{said(other)}")
    return count, wrong


def _same(value: Value, other: Value) -> bool:
    if isinstance(value, float | int) and isinstance(other, float | int):
        return abs(value - other) < _LAST_DIGIT
    return (value or "") == (other or "")


def by_columns(run: Run) -> Scored:
    """The vectorised engine, whose scores the sheets show."""
    out = {}
    for kind in OBJECT_LABELS:
        scored = score(run.results.of(kind).units, run.rules.object(kind), run.rules)
        out[kind] = np.vstack([scored.by_indicator, scored.total])
    return out


def by_row(run: Run) -> Scored:
    """The precompiled scorer of single rows, which the worksheet functions use."""
    out = {}
    for kind in OBJECT_LABELS:
        units, scorer = run.results.of(kind).units, compile_row(run.rules.object(kind), run.rules)
        scored = map(scorer, zip(*(units[c].tolist() for c in scorer.columns), strict=True))
        rows = [[*s.by_indicator, s.total] for s in scored]
        out[kind] = np.array(rows, dtype=np.float64).reshape(len(rows), len(scorer.names) + 1).T
    return out
