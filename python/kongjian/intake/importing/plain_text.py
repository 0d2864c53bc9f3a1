"""CSV and TSV files: the separator found by counting."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.importing.source_sheet import SourceSheet, even, refuse_size
from kongjian.rules.model_importing import ImportLimits

_SEPARATORS = ",\t;|，"
_LOOKED_AT = 20
_LONGEST = 1 << 24
"""Of one field, in characters; more than that is a quotation mark that was never closed."""


def read_text(path: Path, text: str, limits: ImportLimits) -> SourceSheet:
    """The one sheet of a text file; every cell is a text as the file writes it."""
    separator = _separator(text)
    csv.field_size_limit(_LONGEST)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            cells += len(row)
            refuse_size(path, "", len(rows) + 1, cells, limits)
            rows.append(row)
    except csv.Error:
        raise KongjianError(
            f"{path.name} 第{len(rows) + 1}行起读不了（引号不成对）；请从平台重新导出"
        ) from None
    return SourceSheet("", Grid(even(rows)), as_text=True)


def _separator(text: str) -> str:
    """The separator that cuts the most lines into the same, large number of cells."""
    head = [line for line in text[: 1 << 16].splitlines() if line.strip()][:_LOOKED_AT]

    def cut(separator: str) -> int:
        try:
            widths = Counter(len(row) for row in csv.reader(head, delimiter=separator))
        except csv.Error:
            return 0
        return max(((width - 1) * count for width, count in widths.items()), default=0)

    return max(_SEPARATORS, key=cut)
