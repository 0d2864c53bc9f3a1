"""Column widths in a running Excel: by what stands in a column, as the file's route sets them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import xlwings as xw

from kongjian.intake.sheets import Page
from kongjian.workbook.widths import Headers, emptied, moved


def fit_result(sheet: xw.Sheet, page: Page, left: int) -> None:
    """Columns of a result in which nothing stands become narrow, and wide again when something does."""
    columns = range(left, left + len(page.spec.columns))
    with suppress(Exception):  # as good a result with other widths
        now = [_width(sheet, column) for column in columns]
        for k, width in emptied(page.spec, page.frame, now).items():
            sheet.range((1, left + k)).column_width = width


def fit_inputs(pasted: Iterable[tuple[xw.Sheet, Headers]]) -> None:
    """Widths and frozen columns of input sheets go with the headers that were pasted in another order."""
    for sheet, headers in pasted:
        with suppress(Exception):
            _fit_input(sheet, headers)


def _fit_input(sheet: xw.Sheet, headers: Headers) -> None:
    now = [_width(sheet, column) for column in range(1, len(headers.cells) + 1)]
    if not moved(headers, now, None)[0]:
        return
    sheet.activate()  # a window tells of the sheet alone that it shows; the press brings the user back
    window = sheet.book.app.api.ActiveWindow
    frozen = int(window.SplitColumn) if window.FreezePanes else None
    wanted, keep = moved(headers, now, frozen)
    for k, width in wanted.items():
        sheet.range((1, k + 1)).column_width = width
    if keep is not None:
        window.FreezePanes = False
        window.SplitColumn = keep
        window.FreezePanes = True


def _width(sheet: xw.Sheet, column: int) -> float | None:
    width = sheet.range((1, column)).column_width
    return float(width) if width is not None else None
