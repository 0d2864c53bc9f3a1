"""HTML saved as .xls, also within a web archive: its tables as grids. Nothing is fetched and no script runs."""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree, html

from kongjian.base.errors import KongjianError
from kongjian.base.grid import LAST_COLUMN, Grid
from kongjian.intake.importing.encodings import decode
from kongjian.intake.importing.source_sheet import SourceSheet, even, refuse_size
from kongjian.rules.model_importing import ImportLimits

_HEAD_ROWS = 3
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_UNSEEN = ("script", "style", "head", "template")

Below = dict[int, tuple[int, str]]
"""What reaches into the next row: column (from 0) → how many rows more, and the text."""


def read_html(path: Path, text: str, limits: ImportLimits) -> list[SourceSheet]:
    """Every innermost table of the page."""
    # lxml refuses a text that names its own encoding
    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=False)
    try:
        page = html.document_fromstring(_DECLARATION.sub("", text), parser=parser)
    except (etree.LxmlError, ValueError):
        raise KongjianError(f"{path.name} 里没有表格；请从平台重新导出") from None
    tables = [t for t in page.iter("table") if t.find(".//table") is None]
    if not tables:
        raise KongjianError(f"{path.name} 里没有表格；请从平台重新导出")
    return _numbered(_joined([_table(path, t, limits) for t in tables]))


def read_archive(path: Path, data: bytes, limits: ImportLimits) -> list[SourceSheet]:
    """The tables of the pages in a web archive ("single file web page"), one page for each sheet of a workbook."""
    sheets: list[SourceSheet] = []
    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            page, _ = decode(bytes(part.get_payload(decode=True) or b""), path.name, limits.bad_bytes)
            if "<table" in page.lower():
                sheets += read_html(path, page, limits)
    if not sheets:
        raise KongjianError(f"{path.name} 里没有表格；请从平台重新导出")
    return _numbered(sheets)


def _numbered(sheets: Sequence[SourceSheet]) -> list[SourceSheet]:
    return [replace(s, name=f"表{k}" if len(sheets) > 1 else "") for k, s in enumerate(sheets, 1)]


def _joined(tables: Iterable[SourceSheet]) -> list[SourceSheet]:
    """The tables; a header in a table of its own, as pages with a fixed header have it, joins the rows below."""
    out: list[SourceSheet] = []
    head: SourceSheet | None = None
    for table in tables:
        if head and _is_head(head.grid, table.grid):
            rows = even([*head.grid.rows, *table.grid.rows])
            out[-1], head = replace(table, grid=Grid(rows), notes=(*head.notes, *table.notes)), None
        else:
            out.append(table)
            head = table
    return out


def _is_head(head: Grid, body: Grid) -> bool:
    """Whether a table of words alone stands over one of the same columns that does not have it; a last blank cell may

    stand over the bar by which the rows are moved.
    """
    if not 1 <= len(head.rows) <= _HEAD_ROWS or not body.rows:
        return False
    last = [*head.rows[-1]]
    while len(last) > body.width and last[-1] == "":
        last.pop()
    words = [cell for row in head.rows for cell in row if cell]
    plain = not any(re.search(r"\d{3}|^[\d.%]+$", cell) for cell in words)
    return plain and len(last) == body.width > 1 and [*body.rows[0]] != last


def _table(path: Path, table: Any, limits: ImportLimits) -> SourceSheet:
    """A table's cells in their places; a cell over several rows stands in each of them, as on the page."""
    rows: list[list[str]] = []
    below: Below = {}
    cells = widest = hidden = spanned = 0
    for line in table.iter("tr"):
        row, below, spans = _row(line, below, limits)
        hidden += bool(_HIDDEN.search(line.get("style", "")))
        spanned += spans
        cells, widest = cells + len(row), max(widest, len(row))
        rows.append(row)
        refuse_size(path, "", len(rows), max(cells, widest * len(rows)), limits)
    notes = [f"有{hidden}行在网页里是隐藏的，也已读入"] if hidden else []
    notes += [f"有{spanned}处合并的单元格，合并区的每一行都按它的值读"] if spanned else []
    return SourceSheet("", Grid(even(rows)), tuple(notes), as_text=True)


def _row(line: Any, above: Below, limits: ImportLimits) -> tuple[list[str], Below, int]:
    """A row, what of it reaches further down, and how many of its cells do."""
    row: list[str] = []
    below: Below = {}
    spans = 0

    def take_over() -> None:
        more, text = above[len(row)]
        if more > 1:
            below[len(row)] = more - 1, text
        row.append(text)

    for cell in line.iterchildren("td", "th"):
        while len(row) in above:
            take_over()
        wide, deep = _span(cell, "colspan", LAST_COLUMN), _span(cell, "rowspan", limits.rows)
        spans += deep > 1
        texts = [_text(cell), *[""] * (wide - 1)]
        below |= {len(row) + k: (deep - 1, t) for k, t in enumerate(texts) if deep > 1}
        row += texts
        if len(row) > LAST_COLUMN:
            break
    for column in range(len(row), max(above, default=-1) + 1):
        if column in above:
            take_over()
        else:
            row.append("")
    return row, below, spans


def _span(cell: Any, name: str, most: int) -> int:
    found = re.match(r"\s*(\d{1,9})", cell.get(name, ""))
    return min(max(int(found[1]), 1), most) if found else 1


def _text(cell: Any) -> str:
    """What the page shows of a cell."""
    if not len(cell):  # the usual case: nothing but text
        return _SPACES.sub(" ", cell.text or "").strip()
    parts: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            if element.tag == "br":
                parts.append(" ")
            if element.tag not in _UNSEEN:
                parts.append(element.text or "")
        elif element is not cell:
            parts.append(element.tail or "")
    return _SPACES.sub(" ", "".join(parts)).strip()
