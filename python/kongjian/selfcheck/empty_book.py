"""The empty workbook that this installation ships: what is fixed in every workbook made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kongjian.base import places
from kongjian.base.grid import Grid
from kongjian.base.scratch import scratch
from kongjian.rules import Rules
from kongjian.selfcheck.second_reader import Rule, SecondReader
from kongjian.workbook.layout import HELP, HOME, RULES, TEXTS
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader


@dataclass(frozen=True)
class EmptyBook:
    """Its defined names, the states of its sheets, and the sheets whose texts are fixed."""

    names: Mapping[str, str]
    states: Mapping[str, str]
    grids: Mapping[str, Grid | None]
    file: Path

    def grid(self, sheet: str) -> Grid | None:
        return self.grids.get(sheet)

    def rules(self, sheet: str) -> Collection[Rule]:
        """The conditional formats of one of its sheets."""
        with SecondReader(self.file) as second:
            seen = second.sheet(sheet)
        return seen.rules if seen else ()


@contextmanager
def of_scheme(rules: Rules) -> Iterator[Path]:
    """The empty workbook of a scheme: the one that this installation ships, or one made for the moment."""
    if rules.folder == places.rules():
        yield places.shipped_workbook()
        return
    with scratch() as folder:
        build(rules, folder / places.BOOK)
        yield folder / places.BOOK


def empty_book(path: Path | None = None) -> EmptyBook:
    """That of this installation unless another is given. Raises KongjianError where there is none."""
    file = path or places.shipped_workbook()
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _: int) -> EmptyBook:
    with Package(path) as package, SecondReader(path) as second:
        reader = Reader(package)
        grids = {sheet: reader.grid(sheet) for sheet in (HOME, RULES, HELP, TEXTS)}
        return EmptyBook(second.names, second.states, grids, path)
