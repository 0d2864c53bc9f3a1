"""The open workbook as the calculation sees it: grids out of its sheets, result tables into them.

Sheets are found by the ASCII names of their tables, so that a renamed one still works, else by their own names.
Everything goes through the object model of xlwings in blocks: one call reads a sheet, a few write a table.
Merged cells are not looked for: asking Excel takes a call for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from itertools import groupby

import xlwings as xw
from xlwings.main import Table

from kongjian.base.errors import KongjianError
from kongjian.base.grid import YES_NO, Grid
from kongjian.base.text import fold
from kongjian.entry.excel import (
    lent,
    live_append,
    live_columns,
    live_list,
    live_marks,
    live_names,
    live_protection,
    live_widths,
)
from kongjian.entry.excel.live_cells import (
    as_grid,
    changed_cell,
    formula_places,
    last_cell,
    moment,
    percent_rows,
    put,
    slices,
)
from kongjian.entry.excel.session import NOT_THERE
from kongjian.entry.plans.plan_model import UnfinishedError
from kongjian.intake.column_names import COLUMN_NAMES_SHEET
from kongjian.intake.importing.landing import Block
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.sheets import Page, Progress
from kongjian.rules import Rules
from kongjian.workbook.last_run_sheets import BEING_WRITTEN, RUNS
from kongjian.workbook.layout import HOME_MESSAGE, READINGS_TABLE, output_sheets
from kongjian.workbook.lookup_sheet import DATA
from kongjian.workbook.pages import Writing
from kongjian.xlsx.fill_marks import Mark
from kongjian.xlsx.input_writer import CellChange
from kongjian.xlsx.table_parts import HEADER_ROW, SUBTITLE_ROW, OutputSheet
from kongjian.xlsx.table_rows import block

TEXT_KINDS = ("text", "account", "link", "answer")
_OF_STAFF = (RULE_SHEET, COLUMN_NAMES_SHEET, "问题清单", "获奖名单")
"""Further sheets in which staff write."""


class LiveBook:
    """One open workbook. A sheet is read at most once."""

    def __init__(self, book: xw.Book, rules: Rules) -> None:
        self._book = book
        self._grids: dict[str, Grid] = {}
        self._by_name = {fold(s.name): s for s in book.sheets}
        self._tables = {t.name: (s, t) for s in self._by_name.values() for t in s.tables}
        specs = {s.sheet: s.table for s in output_sheets(rules)}
        own = {t.sheet: t.name for t in rules.tables} | specs | {RULE_SHEET: READINGS_TABLE}
        self._own = {fold(sheet): table for sheet, table in own.items()}

    def sheet(self, sheet: str) -> xw.Sheet | None:
        """A sheet by the name that the layout gives it or that it now has; None where there is none."""
        table = self._own.get(fold(sheet), "")
        return self._tables[table][0] if table in self._tables else self._by_name.get(fold(sheet))

    def name(self, sheet: str) -> str | None:
        """The sheet's name as the workbook spells it, None where there is no such sheet."""
        return found.name if (found := self.sheet(sheet)) else None

    def carried(self, name: str) -> str:
        """The text that a defined name carries, "" for none."""
        return live_names.carried(self._book, name)

    def has_name(self, name: str) -> bool:
        """Whether there is such a name, whatever it refers to."""
        return any(n.name == name for n in self._book.names)

    def grid(self, sheet: str) -> Grid | None:
        """A sheet from A1 to its last cell; None where there is no such sheet."""
        found = self.sheet(sheet)
        if found is None:
            return None
        if found.name not in self._grids:
            area = found.range((1, 1), last_cell(found))
            # dates, blanks and errors as the reader of files gives them
            values = area.options(ndim=2, dates=moment, empty="", err_to_str=True).value
            self._grids[found.name] = as_grid(values, partial(percent_rows, found, len(values)))
        return self._grids[found.name]

    def hold(self, sheets: Iterable[str]) -> None:
        """Reads these sheets, and what staff write elsewhere, where the workbook can change while a press works."""
        with lent.together(self._book):
            for sheet in (*sheets, *_OF_STAFF) if lent.is_lent(self._book) else ():
                self.grid(sheet)

    def _refuse_changed(self) -> None:
        """Raises KongjianError where a sheet that was read is not as it was."""
        read, self._grids = self._grids, {}
        for name, grid in read.items():
            now = self.grid(name)
            if now is None or now.rows != grid.rows or now.errors != grid.errors:
                raise KongjianError(
                    f"“{name}”在计算期间改动过{changed_cell(grid, now)}，没有写入；请再按一次"
                )

    def formulas(self, sheet: str) -> frozenset[tuple[int, int]] | None:
        """The cells of a sheet (row, column) that hold formulas; None where the engine cannot tell."""
        found, grid = self.sheet(sheet), self.grid(sheet)
        if found is None or grid is None:
            return frozenset()
        try:
            written = found.range((1, 1), (len(grid.rows), max(grid.width, 1))).formula
        except NOT_THERE:
            return None
        return formula_places(written, grid)

    def last_row(self, sheet: str) -> int:
        """The last row of a sheet that shows anything."""
        grid = self.grid(sheet)
        assert grid is not None
        return live_append.last_row(grid)

    def write(self, writing: Writing, progress: Progress = lambda _: None) -> None:
        """Raises KongjianError before the first cell is written; what breaks off later is said by `writing.again`."""
        if lent.is_lent(self._book):
            self._refuse_changed()
        rows = [(self._by_name[fold(b.sheet)], b) for b in writing.rows]
        cells = [(self._by_name[fold(c.sheet)], c) for c in writing.cells]
        gone = [(self._by_name[fold(r.sheet)], r) for r in writing.removed]
        for sheet, new in rows:
            live_append.refuse_totals(sheet, new)
        sheets = [s for p in writing.pages if (s := self.sheet(p.spec.sheet))]
        places = live_names.cells(self._book, "Home") if writing.home else {}
        sheets += [place.sheet for place in places.values()]
        sheets += [sheet for sheet, _ in (*rows, *cells, *gone)]
        begun = False
        try:
            with ExitStack() as after:
                lent.no_return(self._book)
                after.enter_context(live_protection.lifted(self._book, sheets))
                begun = True
                for sheet, removal in gone:
                    live_append.remove(sheet, removal)
                self._put(writing, rows, cells, progress)
        except Exception as error:
            if isinstance(error, KongjianError) and not begun:
                raise
            if writing.again:
                raise UnfinishedError(writing.name) from error
            mend = "请关闭工作簿，不要保存，重新打开再试"
            raise KongjianError(f"{writing.name}没有写完（{error}）；{mend}") from error
        self._put_marks(writing.marks)
        live_widths.fit_inputs([(s, h) for h in writing.headers if (s := self.sheet(h.table.sheet))])

    def _put(
        self,
        writing: Writing,
        rows: Sequence[tuple[xw.Sheet, Block]],
        cells: Sequence[tuple[xw.Sheet, CellChange]],
        progress: Progress,
    ) -> None:
        for sheet, new in rows:
            live_append.append(sheet, new)
        for sheet, change in cells:
            cell = sheet.range((change.row, change.column))
            if isinstance(change.value, str) and change.value not in ("", *YES_NO.values()):
                cell.number_format = "@"  # before the value, or Excel reads "=1+1" and long digits
            cell.value = change.value
        pages = sorted(
            (p for p in writing.pages if p.spec.sheet != DATA or p.spec.table in self._tables),
            key=lambda page: page.spec.sheet == RUNS,
        )
        whole = any(page.spec.sheet == RUNS for page in pages)
        if whole:
            self._put_home({HOME_MESSAGE: BEING_WRITTEN})
            for page in reversed(pages):
                if page.spec.table in self._tables:
                    self._put_subtitle(page.spec, BEING_WRITTEN)
        for k, page in enumerate(pages, start=1):
            progress(f"正在写入{page.spec.sheet}（{k}/{len(pages)}）…")
            if page.spec.sheet == RUNS:  # the last, which says by being there that all else is
                live_names.put_blocks(self._book, writing.blocks)
                self._put_home(writing.home)
            self._put_page(page)
        if not whole:
            self._put_home(writing.home)
        live_names.put_texts(self._book, writing.names)

    def _put_subtitle(self, spec: OutputSheet, text: str) -> None:
        sheet, table = self._table(spec)
        if _shape(table)[0].row == HEADER_ROW:
            sheet.range((SUBTITLE_ROW, 1)).value = text

    def _put_page(self, page: Page) -> None:
        """Rebuilds one output table; what stood in it before is cleared, formats are kept."""
        sheet, table = self._table(page.spec)
        header, old = _shape(table)
        if table.show_totals:
            table.show_totals = False
        if table.show_autofilter:  # Excel does not write into rows that a filter hides
            table.autofilter.clear()
        if old is not None:
            if page.spec.table == "Problems":
                live_list.unfold(old)
            for rows in slices(sheet, *old.shape):
                old[rows, :].clear_contents()
            with suppress(*NOT_THERE):
                old.api.ClearHyperlinks()
        self._put_rows(sheet, table, header, page, old.shape[0] if old is not None else 1)
        self._put_subtitle(page.spec, page.subtitle)

    def _put_rows(self, sheet: xw.Sheet, table: Table, header: xw.Range, page: Page, known: int) -> None:
        rows = block(page.spec, page.frame, page.yes_no)
        moved = live_columns.put_names(header, page.spec)
        top, left, last = header.row, header.column, header.column + len(page.spec.columns) - 1
        body = sheet.range((top + 1, left), (top + len(rows), last))
        table.resize(sheet.range((top, left), (top + len(rows), last)))
        if len(rows) > known:  # new rows only: each filling adds to the sheet's conditional formats
            body[known - 1, :].autofill(body[known - 1 :, :], "fill_formats")
        if moved:
            live_columns.put_looks(body, page.spec)
        for first, last in text_runs(page.spec):  # before the values, or Excel reads "=1+1" and long digits
            sheet.range((top + 1, left + first), (top + len(rows), left + last)).number_format = "@"
        for some in slices(sheet, len(rows), len(page.spec.columns)):
            part = body[some, :]
            put(part, rows[some])
            if any(c.wraps for c in page.spec.columns):
                part.rows.autofit()
        if page.links:
            live_list.put_links(body, page)
        if page.folded is not None:
            live_list.fold(body, page.folded)
        live_widths.fit_result(sheet, page, left)

    def _put_marks(self, marks: Mapping[str, Sequence[Mark]]) -> None:
        """The fills of cells to look at, by sheet; a result without them is as good, so no fault of theirs stops it."""
        for name, own in marks.items():
            with suppress(Exception):
                if sheet := self.sheet(name):
                    live_marks.put_marks(sheet, own)

    def _put_home(self, state: Mapping[str, str | int]) -> None:
        """The state of the last run into the named cells of 首页; nothing where staff deleted a name."""
        places = live_names.cells(self._book, "Home") if state else {}
        for name, value in state.items():
            if name in places:
                cell = places[name][0, 0]
                if isinstance(value, str):  # a version such as 1.0 is no number
                    cell.number_format = "@"
                cell.value = value

    def _table(self, spec: OutputSheet) -> tuple[xw.Sheet, Table]:
        """The table with its sheet; made again where staff deleted it."""
        if spec.table not in self._tables:
            sheet = self.sheet(spec.sheet)
            if sheet is None:
                sheet = self._book.sheets.add(spec.sheet, after=self._book.sheets[len(self._book.sheets) - 1])
                sheet.range((1, 1)).value = spec.sheet
            else:  # a plain range is left of it
                sheet.range((HEADER_ROW, 1), last_cell(sheet, HEADER_ROW + 1)).clear_contents()
            source = sheet.range((HEADER_ROW, 1)).resize(2, len(spec.columns))
            source[0, :].value = [spec.names]
            self._tables[spec.table] = sheet, sheet.tables.add(source=source, name=spec.table)
        return self._tables[spec.table]


def _shape(table: Table) -> tuple[xw.Range, xw.Range | None]:
    """The table's header row and everything below it."""
    area = table.range
    height = area.shape[0]
    return area[0, :], area[1:, :] if height > 1 else None


def text_runs(spec: OutputSheet) -> list[tuple[int, int]]:
    """Neighbouring columns that hold texts: first and last position."""
    out = []
    at = groupby(range(len(spec.columns)), key=lambda k: spec.columns[k].kind in TEXT_KINDS)
    for is_text, group in at:
        positions = list(group)
        if is_text:
            out.append((positions[0], positions[-1]))
    return out
