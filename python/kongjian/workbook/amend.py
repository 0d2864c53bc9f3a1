"""Writes single cells of the input sheets of a workbook file: what staff accepted, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from kongjian.workbook.cells import cell_content
from kongjian.workbook.edit import Edit
from kongjian.workbook.package import Package


class CellChange(Protocol):
    """A cell, counted from 1, and its new value; the sheet as the workbook spells it."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def value(self) -> str | float: ...


def amend(package: Package, changes: Sequence[CellChange], target: Path) -> None:
    """Puts the values into their cells, which keep their formats; the file that was there is kept as .bak."""
    edit = Edit(package)
    for change in changes:
        edit.sheet(change.sheet).put(change.row, change.column, cell_content(change.value, edit.strings))
    edit.save(target)
