"""HTML saved as .xls: its tables as grids. Nothing that the page names is fetched and no script runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree, html

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.importing.source_sheet import SourceSheet, even, refuse_size
from kongjian.rules.model_importing import ImportLimits

_WIDEST = 16_384
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
    return [_table(path, f"表{k}" if len(tables) > 1 else "", t, limits) for k, t in enumerate(tables, 1)]


def _table(path: Path, name: str, table: Any, limits: ImportLimits) -> SourceSheet:
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
        refuse_size(path, name, len(rows), max(cells, widest * len(rows)), limits)
    notes = [f"有{hidden}行在网页里是隐藏的，也已读入"] if hidden else []
    notes += [f"有{spanned}处合并的单元格，合并区的每一行都按它的值读"] if spanned else []
    return SourceSheet(name, Grid(even(rows)), tuple(notes), as_text=True)


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
        wide, deep = _span(cell, "colspan", _WIDEST), _span(cell, "rowspan", limits.rows)
        spans += deep > 1
        texts = [_text(cell), *[""] * (wide - 1)]
        below |= {len(row) + k: (deep - 1, t) for k, t in enumerate(texts) if deep > 1}
        row += texts
        if len(row) > _WIDEST:
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
