"""A workbook file as the plans see it: its sheets, and what puts a plan into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kongjian.intake.sheets import Progress
from kongjian.workbook.identity import book_rules
from kongjian.workbook.layout import sheets_read
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

if TYPE_CHECKING:
    from kongjian.intake.importing.landing import Block
    from kongjian.rules import Rules
    from kongjian.workbook.pages import Writing
    from kongjian.workbook.run import Run
    from kongjian.xlsx.edit import Edit


class FileBook(Reader):
    """Read as sheets; written to `target` whole or not at all, a file that was there copied into 备份 and kept as .bak."""

    def __init__(self, package: Package, target: Path) -> None:
        super().__init__(package)
        self._target = target

    @cached_property
    def _edit(self) -> Edit:
        from kongjian.xlsx.edit import Edit

        return Edit(self._package)

    def last_row(self, sheet: str) -> int:
        """The last row of a sheet with a value or a formula, whatever it shows."""
        return self._edit.sheet(sheet).last_row()

    def write(self, writing: Writing, progress: Progress = lambda _: None) -> None:
        from kongjian.base import backups
        from kongjian.workbook import recalculate

        progress(f"正在写入{writing.name}…")
        recalculate.write(self._edit, writing)
        self._edit.save(self._target, backups.keep, lambda made: _compare(made, writing.rows))


def _compare(made: Path, rows: Sequence[Block]) -> None:
    """The written file is read again and its new rows compared with those they come from before it takes its place."""
    if not rows:
        return
    from kongjian.intake.importing.landed_check import compared

    with Package(made) as package:
        written = Reader(package)
        for block in rows:
            compared(block, written.grid(block.sheet))


@contextmanager
def file_book(path: Path, out: Path | None = None) -> Iterator[FileBook]:
    """The workbook of this path, written over itself unless `out` says where."""
    with Package(path) as package:
        yield FileBook(package, out or path)


@contextmanager
def examined(
    path: Path, out: Path | None = None, progress: Progress = lambda _: None
) -> Iterator[tuple[FileBook, Run]]:
    """The same with what a calculation of it would find."""
    with file_book(path, out) as held:
        rules = begun(held, path)
        from kongjian.workbook.run import examine_sheets

        yield held, examine_sheets(held, rules, progress)


def begun(held: FileBook, path: Path) -> Rules:
    """The rules of a workbook whose input sheets are laid out from now on; what calculates is best imported meanwhile."""
    rules = book_rules(held, path.resolve().parent)
    held.read_ahead(sheets_read(rules))
    return rules
