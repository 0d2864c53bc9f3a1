"""The whole headless run: a pasted workbook in, the same workbook with its results out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

from kongjian.intake.marks import FILLS
from kongjian.intake.sheets import Page, Progress
from kongjian.rules import Rules
from kongjian.workbook import widths
from kongjian.workbook.identity import book_rules
from kongjian.workbook.layout import CHOSEN_CURVE, CURVE_OF, MONTH_CURVES, sheets_read
from kongjian.workbook.lookup_cells import LookupCells
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, LookupCell
from kongjian.workbook.month_curves import chosen_line
from kongjian.workbook.pages import Writing, results
from kongjian.workbook.run import Run, examine_sheets
from kongjian.xlsx import column_widths
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.input_writer import append, put_cells
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from kongjian.xlsx.table_rows import cell_content, formula_content


def examine(
    package: Package, rules: Rules | None = None, progress: Progress = lambda _: None
) -> tuple[Run, Reader]:
    """Reads and calculates without writing anything, by the rules of the workbook's scheme unless others are given."""
    reader = Reader(package)
    rules = rules or book_rules(reader, package.path.resolve().parent)
    reader.read_ahead(sheets_read(rules))
    return examine_sheets(reader, rules, progress), reader


def check(book: Path, rules: Rules | None = None, progress: Progress = lambda _: None) -> Run:
    """What a calculation of this workbook would find. Raises KongjianError for an unreadable file."""
    with Package(book) as package:
        return examine(package, rules, progress)[0]


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
        run, reader = examine(package, rules, progress)
        progress("正在写入结果…")
        edit = Edit(package)
        moment = (now or dt.datetime.now()).replace(microsecond=0)
        write(edit, results(run, reader, moment, time.perf_counter() - started))
        edit.save(out or book)
    return run


def write(edit: Edit, writing: Writing) -> None:
    """Puts into a file what a work writes; saving it is left to the caller."""
    for block in writing.rows:
        append(edit, block)
    for gone in writing.removed:
        edit.remove_rows(gone.sheet, gone.table_name, gone.header_row, gone.first_row, gone.last_row)
    put_cells(edit, writing.cells)
    for headers in writing.headers:
        _fit_input(edit, headers)
    edit.put_marks(writing.marks, FILLS)
    looked = [page for page in writing.pages if page.spec.sheet == DATA]
    if writing.lookup and looked:
        _put_lookup(edit, looked, writing.lookup)
    for page in writing.pages:
        if page.spec.sheet == DATA:
            continue
        edit.put_table(page.spec, page.frame, page.subtitle, page.yes_no, page.folded)
        if page.spec.table == "Problems":
            edit.put_links(page.spec, "单元格", [(i, f"'{sheet}'!{cell}") for i, sheet, cell in page.links])
        _fit_result(edit, page)
    for name, value in writing.home.items():
        edit.put_name(name, value)
    for name, text in writing.names.items():
        edit.put_text_name(name, text)
    for name, rows in writing.blocks.items():
        edit.put_block(name, rows)
    if lines := writing.blocks.get(MONTH_CURVES):
        chosen = chosen_line(lines, edit.text_of(CURVE_OF), len(lines[0]) - 1)
        edit.put_named_formulas(CHOSEN_CURVE, [formula_content(*worked) for worked in chosen])


def _fit_result(edit: Edit, page: Page) -> None:
    """Columns in which nothing stands become narrow, and wide again when something does."""
    name = edit.sheet_name(page.spec.sheet)
    assert name is not None
    left = edit.table_left(name, page.spec.table)
    head = edit.above_cells(name)
    now = column_widths.widths(head, range(left, left + len(page.spec.columns)))
    wanted = {left + k: width for k, width in widths.emptied(page.spec, page.frame, now).items()}
    if wanted:
        edit.put_above_cells(name, column_widths.with_widths(head, wanted))


def _fit_input(edit: Edit, headers: widths.Headers) -> None:
    """Widths and frozen columns go with the headers that were pasted."""
    name = edit.sheet_name(headers.table.sheet)
    assert name is not None
    head = edit.above_cells(name)
    now = column_widths.widths(head, range(1, len(headers.cells) + 1))
    wanted, frozen = widths.moved(headers, now, column_widths.frozen(head))
    new = column_widths.with_widths(head, {k + 1: width for k, width in wanted.items()})
    new = new if frozen is None else column_widths.with_frozen(new, frozen)
    if new != head:
        edit.put_above_cells(name, new)


def _put_lookup(edit: Edit, pages: Sequence[Page], cells: LookupCells) -> None:
    """查询数据 whole, and the formulas of 单位查询 with what they give: not every program calculates a file that it opens."""
    data, page = edit.sheet_name(DATA), edit.sheet_name(LOOKUP)
    assert data is not None
    assert page is not None
    tables = [(p.spec, p.frame) for p in pages]
    workings = [(c.row, c.column, _content(c, edit)) for c in cells.work_cells()]
    edit.put_tables(data, DATA, pages[0].subtitle, tables, workings)
    edit.put_formulas(page, [(c.row, c.column, _content(c, edit)) for c in cells.page_cells()])


def _content(cell: LookupCell, edit: Edit) -> str:
    return (
        formula_content(cell.formula, cell.value) if cell.formula else cell_content(cell.value, edit.strings)
    )


__all__ = ["Progress", "Run", "check", "examine", "recalculate", "write"]
