"""Defined names of the open workbook: the cells that they point to, the texts that they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import xlwings as xw

from kongjian.entry.excel.session import NOT_THERE
from kongjian.xlsx.defined_names import carried_text


def cells(book: xw.Book, beginning: str) -> dict[str, xw.Range]:
    """The cells by those names that begin so."""
    names = [n for n in book.names if n.name.startswith(beginning)]
    return {n.name: n.refers_to_range for n in names if "#REF!" not in (n.refers_to or "#REF!")}


def carried(book: xw.Book, name: str) -> str:
    """The text that a defined name carries, "" for none."""
    return next((carried_text(str(n.refers_to or "")) for n in book.names if n.name == name), "")


def put_texts(book: xw.Book, names: Mapping[str, str]) -> None:
    """Names that carry these texts, where the engine can define any."""
    for name, text in names.items():
        with suppress(*NOT_THERE):
            book.names.add(name, f'="{text}"')


def put_blocks(book: xw.Book, blocks: Mapping[str, Sequence[Sequence[str | float]]]) -> None:
    """Cells from that on which a defined name points to; nothing where staff deleted the name. Texts stay texts."""
    for name, rows in blocks.items():
        if place := cells(book, name).get(name):
            rows = rows[: place.shape[0]] if place.shape[0] > 1 else rows
            area = place[0, 0].resize(len(rows), len(rows[0]))
            several = rows if len(rows) > 1 else []  # a single cell is one that staff fill: it has its format
            for k, row in enumerate(several):
                if _texts(row):
                    area[k, :].number_format = "@"
            for k, column in enumerate(zip(*several, strict=True)):
                if _texts(column):
                    area[:, k].number_format = "@"
            area.value = rows


def _texts(cells: Sequence[str | float]) -> bool:
    """Whether Excel would have to guess what cells mean; numbers below them need their own format."""
    return any(cells) and all(isinstance(cell, str) for cell in cells)
