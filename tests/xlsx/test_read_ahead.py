"""Sheets that are laid out beside the other work are those that one read alone gives, whatever is asked for first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from kongjian.base.errors import KongjianError
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

NAMES = ("甲", "乙", "丙")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for k, name in enumerate(NAMES):
            workbook.add_worksheet(name).write_column(0, 0, [f"{name}{row}" for row in range(50 + k)])
    return path


@pytest.mark.parametrize("order", [*permutations(NAMES)])
def test_each_sheet_is_what_it_is_read_alone(book: Path, order: tuple[str, ...]) -> None:
    with Package(book) as package:
        alone, ahead = Reader(package), Reader(package)
        ahead.read_ahead(["甲", "没有", "丙"])
        for name in order:
            found, same = ahead.grid(name), alone.grid(name)
            assert found is not None
            assert same is not None
            assert found.rows == same.rows
            assert found.rows[-1] == [f"{name}{49 + NAMES.index(name)}"]


def test_what_cannot_be_laid_out_ahead_is_told_by_who_asks_for_it(book: Path) -> None:
    class Broken:
        def __init__(self, workbook: Any) -> None:
            self._workbook = workbook

        def get_sheet_by_name(self, name: str) -> Any:
            if name == "乙":
                raise BaseException("a panic")
            return self._workbook.get_sheet_by_name(name)

    with Package(book) as package:
        reader = Reader(package)
        reader._workbook = Broken(reader._workbook)
        reader.read_ahead(NAMES)
        with pytest.raises(KongjianError, match="乙”已损坏"):
            reader.grid("乙")
        heights = {name: len(grid.rows) for name in "丙甲" if (grid := reader.grid(name))}
        assert heights == {"丙": 52, "甲": 50}
