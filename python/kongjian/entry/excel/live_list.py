"""问题清单 in an open Excel: links to the cells, and the rows at its end that are folded away."""

from __future__ import annotations

from contextlib import suppress

import xlwings as xw

from kongjian.entry.excel.session import NOT_THERE
from kongjian.intake.sheets import Page

MOST_LINKS = 2_000
"""Each link is a question to Excel of its own; the first ones are those that matter."""


def put_links(body: xw.Range, page: Page) -> None:
    """Leads from the rows of a table to the cells that they are about."""
    column = page.spec.names.index("单元格")
    for row, sheet, cell in page.links[:MOST_LINKS]:
        quoted = sheet.replace("'", "''")
        text = str(page.frame["单元格"][row])
        body[row, column].add_hyperlink(f"#'{quoted}'!{cell}", text, f"转到 {sheet}!{cell}")


def fold(body: xw.Range, first: int) -> None:
    """Makes one collapsed group of a table's rows from `first` (from 0) on; after their heights, which shows rows again.

    An engine that knows of no outline shows them all.
    """
    with suppress(*NOT_THERE):
        body[first:, :].api.EntireRow.Group()
        body.sheet.api.Outline.ShowLevels(RowLevels=1)


def unfold(body: xw.Range) -> None:
    """Shows the rows that the last writing folded: Excel keeps groups when their cells are cleared."""
    with suppress(*NOT_THERE):
        body.api.EntireRow.Hidden = False
        body.api.EntireRow.ClearOutline()
