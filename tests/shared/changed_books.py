"""Workbooks that staff change by hand between two calculations, and what 与上次相比 then says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner

from kongjian.entry.cli.show import changes as changes_command
from workbooks import cells, column, opened

Book = openpyxl.Workbook
SHEET = "与上次相比"


def edit(path: Path, change: Callable[[Book], None]) -> None:
    """What staff do by hand between two calculations."""
    opened_book = opened(path, keep_vba=True)
    change(opened_book)
    opened_book.save(path)


def put(sheet: str, **cells: object) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        for cell, value in cells.items():
            book[sheet][cell] = value

    return change


def reading(name: str, value: str) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        [row] = [r for r in book["规则"].iter_rows() if r[0].value == name]
        row[1].value = value

    return change


def parameter(kind: str, name: str, what: str, value: object) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        lines = list(book["规则"].iter_rows())
        [header] = [r for r in lines if r[0].value == "对象" and r[2].value == "指标"]
        at = {c.value: k for k, c in enumerate(header)}
        [row] = [r for r in lines if (r[0].value, r[at["指标"]].value) == (kind, name)]
        row[at[what]].value = value

    return change


def both(*changes: Callable[[Book], None]) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        for one in changes:
            one(book)

    return change


def ways(path: Path, sheet: str = "教师排名") -> dict[str, str]:
    """变化 of a ranking."""
    who = "教师姓名" if sheet == "教师排名" else "学校名称"
    rows = zip(*(column(path, sheet, name) for name in ("名次", who, "变化")), strict=True)
    return {name: way for rank, name, way in rows if rank}


def listed(path: Path, kind: str = "教师") -> dict[str, str]:
    """变化 and 原因 of one kind of unit in the sheet, by name."""
    rows = [row for row in cells(path, SHEET)[3:] if row[0] == kind]
    return {row[2] or row[1]: f"{row[8]}：{row[9]}" for row in rows}


def numbers(path: Path, name: str) -> list[Any]:
    """上次名次, 本次名次, 上次得分 and 本次得分 of a unit in the sheet."""
    [row] = [row[4:8] for row in cells(path, SHEET)[3:] if (row[2] or row[1]) == name]
    return row


def said(path: Path, *options: str) -> list[str]:
    """What `kongjian changes` prints; the workbook stays as it is."""
    before = path.read_bytes()
    result = CliRunner().invoke(changes_command, [str(path), *options])
    assert result.exit_code == 0, result.output
    assert path.read_bytes() == before
    return result.output.splitlines()
