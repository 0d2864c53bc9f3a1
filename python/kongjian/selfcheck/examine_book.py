"""The whole self-check of one workbook, whoever holds it: one line for each question. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from kongjian.base.errors import KongjianError
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.selfcheck import (
    agreement,
    calculators,
    final_results,
    gaps,
    looked_up,
    openpyxl_looks,
    points,
    scheme_cases,
    second_process,
    shipped_macros,
    untouched_results,
)
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Line, line
from kongjian.selfcheck.empty_book import of_scheme
from kongjian.selfcheck.evaluators import Calculator, Evaluator
from kongjian.selfcheck.fresh_run import fresh_run
from kongjian.workbook.finalised import FINAL_NAME
from kongjian.workbook.run import Run, own_rules
from kongjian.xlsx.defined_names import carried_text

T = TypeVar("T")


def selfcheck(
    book: Book,
    rules: Rules,
    by_row: Evaluator = agreement.by_row,
    calculator: tuple[str, Calculator] | None = None,
    cases: Path | None = None,
    progress: Progress = lambda _: None,
    file: Path | None = None,
    shipped: Path | None = None,
    apart: second_process.Apart | None = None,
) -> list[Line]:
    """The lines of the report. `rules` are those of the installation, `calculator` works out native formulas.

    `file` is the workbook's file, without which nobody can tell formats, names and macros; `shipped` the empty workbook
    of the scheme, which is found or made; `apart` are the checks of the file where they were begun before. Raises KongjianError for a workbook without the sheets or columns that a calculation needs.
    """
    progress("正在核对规则…")
    refused, own = None, rules
    try:
        own = own_rules(book, rules)
    except KongjianError as error:
        refused = error
    lines = [line(points.TITLE, lambda: points.points(book.grid(RULE_SHEET), own, refused))]
    with ExitStack() as held:
        if file and apart is None:
            apart = held.enter_context(second_process.begun(file, rules, shipped))
        empty = shipped or held.enter_context(of_scheme(rules))
        run = None if refused else fresh_run(book, own, progress)
        lines.append(line(gaps.TITLE, lambda: _unusable(gaps.TITLE) if refused else gaps.gaps(own)))
        # formulas are worked out outside Python, which does the rest meanwhile
        beside = held.enter_context(ThreadPoolExecutor(1))
        agreeing = beside.submit(line, agreement.TITLE, lambda: _agreement(run, by_row, calculator))
        progress("正在核对手算的例子…")
        folder, edited = cases or scheme_cases.folder_of(rules), bool(refused or own.edits)
        worked = line(scheme_cases.TITLE, lambda: scheme_cases.scheme_cases(folder, rules, edited))
        progress("正在核对结果表…")
        names, blind = apart.names(progress) if apart else (None, "这里看不到工作簿的文件")
        untouched = line(untouched_results.TITLE, lambda: _untouched(run, own, book, names, progress))
        others = [*_of_file(file, blind, book, own, empty), *_of_final(names or {}, book, own)]
        seen = [_unseen(title, blind) for title in openpyxl_looks.TITLES]
        if apart and names is not None:
            seen = apart.lines(progress)
        progress("正在用三种方法计算…")
        return [*lines, agreeing.result(), worked, untouched, *seen, *others]


def _untouched(
    run: Run | None, rules: Rules, book: Book, names: Mapping[str, str] | None, progress: Progress
) -> Line:
    if run is None:
        return _unusable(untouched_results.TITLE)
    return untouched_results.untouched_results(run, rules, book, names, progress)


def _of_file(file: Path | None, blind: str, book: Book, rules: Rules, shipped: Path) -> list[Line]:
    """Formulas and macros, which only the file shows."""
    return [
        _by(file, blind, looked_up.TITLE, lambda path: looked_up.lookup_formulas(rules, book, path)),
        _by(file, blind, shipped_macros.TITLE, lambda path: shipped_macros.shipped_macros(path, shipped)),
    ]


def _of_final(names: Mapping[str, str], book: Book, rules: Rules) -> list[Line]:
    """Of results that were made final, whether they still are what was."""
    if not (final := names.get(FINAL_NAME, "")):
        return []
    kept = carried_text(final)
    return [line(final_results.TITLE, lambda: final_results.final_results(book, rules, kept))]


def _by(sees: T | None, blind: str, title: str, check: Callable[[T], Line]) -> Line:
    """A check by somebody who sees the file; why it was not made where nobody does."""
    return _unseen(title, blind) if sees is None else line(title, lambda: check(sees))


def _agreement(run: Run | None, by_row: Evaluator, calculator: tuple[str, Calculator] | None) -> Line:
    if run is None:
        return _unusable(agreement.TITLE)
    return agreement.agreement(run, by_row, calculator or calculators.available())


def _unusable(title: str) -> Line:
    return Line(MIND, title, "规则页有错，不能计算，没有核对", f"先改好“{points.TITLE}”说的格子")


def _unseen(title: str, why: str) -> Line:
    return Line(MIND, title, f"{why}，没有核对", "保存工作簿，用 kongjian selfcheck 文件 核对")


def word(lines: list[Line], book: str) -> str:
    """The report as text: a heading, one line for each check, the conclusion."""
    heading = f"kongjian 自检报告 {dt.datetime.now():%Y-%m-%d %H:%M} {book}"
    return "\n".join([heading, *map(str, lines), conclusion(lines)]) + "\n"


def conclusion(lines: list[Line]) -> str:
    """The last line: passed only when every check was made and found nothing."""
    bad, mind = ([line.title for line in lines if line.state == state] for state in (BAD, MIND))
    if bad:
        return f"有{len(bad)}处不对：{'、'.join(bad)}；请按“怎么办”处理"
    if mind:
        return f"没有发现不对，但有{len(mind)}处没有核对完：{'、'.join(mind)}；请按“怎么办”处理后再自检"
    return f"自检通过：{'、'.join(line.title for line in lines if line.state == GOOD)}"
