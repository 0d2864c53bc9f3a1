"""The whole headless run: a pasted workbook in, the same workbook with its results out."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from kongjian.intake.marks import FILLS
from kongjian.intake.sheets import Page, Progress
from kongjian.rules import Rules, load_rules
from kongjian.workbook.last_run_sheets import previous_run
from kongjian.workbook.layout import HOME_DISTRIBUTION
from kongjian.workbook.pages import distribution, home_state, marks_by_sheet, pages, problem_page
from kongjian.workbook.run import Run, examine_sheets
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader


def examine(package: Package, rules: Rules, progress: Progress = lambda _: None) -> tuple[Run, Reader]:
    """Reads and calculates without writing anything."""
    reader = Reader(package)
    return examine_sheets(reader, rules, progress), reader


def check(book: Path, rules: Rules | None = None, progress: Progress = lambda _: None) -> Run:
    """What a calculation of this workbook would find. Raises KongjianError for an unreadable file."""
    with Package(book) as package:
        return examine(package, rules or load_rules(), progress)[0]


def check_with_fingerprint(book: Path, rules: Rules | None = None) -> tuple[Run, str]:
    """What a calculation would find, and the fingerprint of the data whose results the workbook shows."""
    with Package(book) as package:
        run, reader = examine(package, rules or load_rules())
        return run, previous_run(reader).fingerprint


def recalculate(
    book: Path,
    out: Path | None = None,
    rules: Rules | None = None,
    progress: Progress = lambda _: None,
    now: dt.datetime | None = None,
) -> Run:
    """Fills every output sheet of a workbook and leaves all the rest as it was.

    Writes to `out`, by default over `book`, whole or not at all; a file that was there is kept as .bak.
    Raises KongjianError with one plain sentence for anything that the user can mend.
    """
    started = time.perf_counter()
    with Package(book) as package:
        run, reader = examine(package, rules or load_rules(), progress)
        progress("正在写入结果…")
        edit = Edit(package)
        moment = (now or dt.datetime.now()).replace(microsecond=0)
        write(edit, run, reader, moment, time.perf_counter() - started)
        edit.save(out or book)
    return run


def write_check(
    book: Path,
    rules: Rules | None = None,
    progress: Progress = lambda _: None,
    now: dt.datetime | None = None,
) -> Run:
    """Writes the list of problems and the fills of the cells to look at, and nothing else, into a workbook."""
    with Package(book) as package:
        run, reader = examine(package, rules or load_rules(), progress)
        progress("正在写入问题清单…")
        edit = Edit(package)
        _put_page(edit, problem_page(run, reader, (now or dt.datetime.now()).replace(microsecond=0), "检查"))
        edit.put_marks(marks_by_sheet(run), FILLS)
        edit.save(book)
    return run


def _put_page(edit: Edit, page: Page) -> None:
    edit.put_table(page.spec, page.frame, page.subtitle, page.yes_no)
    if page.spec.table == "Problems":
        edit.put_links(page.spec, "单元格", [(i, f"'{sheet}'!{cell}") for i, sheet, cell in page.links])


def write(edit: Edit, run: Run, reader: Reader, moment: dt.datetime, seconds: float) -> None:
    """Puts a run's results into the output sheets and its state on 首页."""
    for page in pages(run, reader, moment, seconds):
        _put_page(edit, page)
    edit.put_marks(marks_by_sheet(run), FILLS)
    for name, value in home_state(run, moment).items():
        edit.put_name(name, value)
    edit.put_block(HOME_DISTRIBUTION, distribution(run))


__all__ = [
    "Progress",
    "Run",
    "check",
    "check_with_fingerprint",
    "examine",
    "recalculate",
    "write",
    "write_check",
]
