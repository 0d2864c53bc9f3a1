"""CSV and TSV files: the encoding found by trying, the separator by counting."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.importing.source_sheet import SourceSheet, even, refuse_size
from kongjian.rules.model_importing import ImportLimits

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SEPARATORS = ",\t;"
_LOOKED_AT = 20
_LONGEST = 1 << 24
"""Of one field, in characters; more than that is a quotation mark that was never closed."""


def decode(data: bytes, name: str) -> str:
    """The text, by its byte-order mark, else as strict UTF-8, else as strict GB18030."""
    encodings = [e for mark, e in _MARKS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise KongjianError(f"{name} 里有认不出的文字编码；请从平台重新导出，或用Excel另存为 .xlsx 再导入")


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
    """The separator that cuts the first lines into the most cells."""
    head = [line for line in text[: 1 << 16].splitlines() if line.strip()][:_LOOKED_AT]

    def cut(separator: str) -> int:
        try:
            return sum(len(row) for row in csv.reader(head, delimiter=separator))
        except csv.Error:
            return 0

    return max(_SEPARATORS, key=cut)
