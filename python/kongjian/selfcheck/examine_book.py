"""The whole self-check of one workbook, whoever holds it: one line for each question. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from kongjian.base import files
from kongjian.base.errors import KongjianError
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.selfcheck import (
    agreement,
    calculators,
    final_results,
    fixed_texts,
    gaps,
    looked_up,
    points,
    scheme_cases,
    screen_apart,
    seen_on_screen,
    shipped_macros,
    untouched_results,
)
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Calculator, Evaluator, Line
from kongjian.selfcheck.empty_book import empty_book, of_scheme
from kongjian.selfcheck.fresh_run import fresh_run
from kongjian.selfcheck.second_reader import SecondReader
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
) -> list[Line]:
    """The lines of the report. `rules` are those of the installation, `calculator` works out native formulas.

    `file` is the workbook's file, without which nobody can tell formats, names and macros; `shipped` the empty workbook
    of the scheme, which is found or made. Raises KongjianError for a workbook without the sheets or columns that a calculation needs.
    """
    progress("正在核对规则…")
    refused, own = None, rules
    try:
        own = own_rules(book, rules)
    except KongjianError as error:
        refused = error
    lines = [_line(points.TITLE, lambda: points.points(book.grid(RULE_SHEET), own, refused))]
    with ExitStack() as held:
        empty = shipped or held.enter_context(of_scheme(rules))
        screen = held.enter_context(screen_apart.begun(file, own, empty)) if file else None
        run = None if refused else fresh_run(book, own, progress)
        lines.append(_line(gaps.TITLE, lambda: _unusable(gaps.TITLE) if refused else gaps.gaps(own)))
        # formulas are worked out outside Python, which does the rest meanwhile
        beside = held.enter_context(ThreadPoolExecutor(1))
        agreeing = beside.submit(_line, agreement.TITLE, lambda: _agreement(run, by_row, calculator))
        progress("正在核对结果表…")
        second, blind = _second_reader(file, held)
        untouched, *others = _shown(book, own, run, second, blind, file, empty, progress)
        progress("正在核对手算的例子…")
        folder = cases or scheme_cases.folder_of(rules)
        edited = bool(refused or own.edits)
        worked = _line(scheme_cases.TITLE, lambda: scheme_cases.scheme_cases(folder, rules, edited))
        seen = _by(screen if second else None, blind, seen_on_screen.TITLE, lambda it: it.line(progress))
        progress("正在用三种方法计算…")
        return [*lines, agreeing.result(), worked, untouched, seen, *others]


def _shown(
    book: Book,
    rules: Rules,
    run: Run | None,
    second: SecondReader | None,
    blind: str,
    file: Path | None,
    shipped: Path,
    progress: Progress,
) -> list[Line]:
    """Whether what the workbook shows is what a calculation writes: values, texts, macros."""
    names = second.names if second else None
    lines = [
        _line(
            untouched_results.TITLE,
            lambda: (
                untouched_results.untouched_results(run, rules, book, names, progress)
                if run
                else _unusable(untouched_results.TITLE)
            ),
        ),
        _by(
            second,
            blind,
            fixed_texts.TITLE,
            lambda it: fixed_texts.fixed_texts(book, it.names, empty_book(shipped)),
        ),
        _by(file, blind, looked_up.TITLE, lambda path: looked_up.lookup_formulas(rules, book, path)),
        _by(file, blind, shipped_macros.TITLE, lambda path: shipped_macros.shipped_macros(path, shipped)),
    ]
    if names and (final := names.get(FINAL_NAME, "")):
        kept = carried_text(final)
        lines.append(_line(final_results.TITLE, lambda: final_results.final_results(book, rules, kept)))
    return lines


def _second_reader(file: Path | None, after: ExitStack) -> tuple[SecondReader | None, str]:
    """The workbook's file as another program reads it, open until `after`; None and why where it cannot be."""
    if file is None:
        return None, "这里看不到工作簿的文件"
    try:
        return after.enter_context(SecondReader(file)), ""
    except Exception as error:  # whatever openpyxl raises of a file that it cannot read
        return None, f"用另一个程序读不了这个文件（{type(error).__name__}）"


def _by(sees: T | None, blind: str, title: str, check: Callable[[T], Line]) -> Line:
    """A check by somebody who sees the file; why it was not made where nobody does."""
    return _unseen(title, blind) if sees is None else _line(title, lambda: check(sees))


def _agreement(run: Run | None, by_row: Evaluator, calculator: tuple[str, Calculator] | None) -> Line:
    if run is None:
        return _unusable(agreement.TITLE)
    return agreement.agreement(run, by_row, calculator or calculators.available())


def _unusable(title: str) -> Line:
    return Line(MIND, title, "规则页有错，不能计算，没有核对", f"先改好“{points.TITLE}”说的格子")


def _unseen(title: str, why: str) -> Line:
    return Line(MIND, title, f"{why}，没有核对", "保存工作簿，用 kongjian selfcheck 文件 核对")


def _line(title: str, check: Callable[[], Line]) -> Line:
    """One check's line; a report must come out whatever breaks in it."""
    try:
        return check()
    except KongjianError as error:
        return Line(BAD, title, str(error), "按上面说的处理，再自检")
    except Exception as error:
        return Line(BAD, title, f"核对时程序出错，{files.keep_error(error)}", "请把它和本报告发给技术人员")


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
