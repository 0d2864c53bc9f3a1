"""The whole self-check of one workbook, whoever holds it: one line for each question. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from kongjian.base import files, places
from kongjian.base.errors import KongjianError
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.selfcheck import agreement, calculators, gaps, points, result_sheets, scheme_cases
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Calculator, Evaluator, Line
from kongjian.workbook.pages import pages
from kongjian.workbook.run import Run, calculate_sheets, own_rules


def selfcheck(
    book: Book,
    rules: Rules,
    by_row: Evaluator = agreement.by_row,
    calculator: tuple[str, Calculator] | None = None,
    cases: Path | None = None,
    progress: Progress = lambda _: None,
) -> list[Line]:
    """The lines of the report. `rules` are those of the installation, `calculator` works out native formulas.

    Raises KongjianError for a workbook without the sheets or columns that a calculation needs.
    """
    progress("正在核对规则…")
    refused, own = None, rules
    try:
        own = own_rules(book, rules)
    except KongjianError as error:
        refused = error
    lines = [_line(points.TITLE, lambda: points.points(book.grid(RULE_SHEET), rules, refused))]
    run = None if refused else calculate_sheets(book, own, progress)
    lines.append(_line(gaps.TITLE, lambda: _unusable(gaps.TITLE) if refused else gaps.gaps(own)))
    progress("正在核对三种算法…")
    lines.append(_line(agreement.TITLE, lambda: _agreement(run, by_row, calculator)))
    progress("正在核对方案算例…")
    folder = cases or places.cases()
    edited = bool(refused or own.edits)
    lines.append(_line(scheme_cases.TITLE, lambda: scheme_cases.scheme_cases(folder, rules, edited)))
    progress("正在核对结果表…")
    lines.append(_line(result_sheets.TITLE, lambda: _results(run, book)))
    return lines


def _agreement(run: Run | None, by_row: Evaluator, calculator: tuple[str, Calculator] | None) -> Line:
    if run is None:
        return _unusable(agreement.TITLE)
    return agreement.agreement(run, by_row, calculator or calculators.available())


def _results(run: Run | None, book: Book) -> Line:
    if run is None:
        return _unusable(result_sheets.TITLE)
    return result_sheets.result_sheets(pages(run, book, dt.datetime.now(), 0.0), book)


def _unusable(title: str) -> Line:
    return Line(MIND, title, "规则页有错，不能计算，没有核对", f"先改好“{points.TITLE}”说的格子")


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
        return f"没有发现不对，但有{len(mind)}处没有核对：{'、'.join(mind)}；请按“怎么办”处理后再自检"
    return f"自检通过：{'、'.join(line.title for line in lines if line.state == GOOD)}"
