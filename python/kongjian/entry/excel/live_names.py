"""Defined names of the open workbook that carry texts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import xlwings as xw

from kongjian.entry.excel.session import NOT_THERE
from kongjian.xlsx.defined_names import carried_text


def carried(book: xw.Book, name: str) -> str:
    """The text that a defined name carries, "" for none."""
    return next((carried_text(str(n.refers_to or "")) for n in book.names if n.name == name), "")


def put_texts(book: xw.Book, names: Mapping[str, str]) -> None:
    """Names that carry these texts, where the engine can define any."""
    for name, text in names.items():
        with suppress(*NOT_THERE):
            book.names.add(name, f'="{text}"')
