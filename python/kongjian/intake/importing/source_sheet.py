"""What a file becomes before anybody asks what it means: its sheets as grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid
from kongjian.rules.model_importing import ImportLimits


@dataclass(frozen=True)
class SourceSheet:
    """One sheet of a file. `notes` say what stands in it unseen; `as_text` that its numbers are texts by nature."""

    name: str
    grid: Grid
    notes: tuple[str, ...] = ()
    as_text: bool = False


@dataclass(frozen=True)
class Source:
    """A file that was read: its sheets, and what is said of the whole file."""

    path: Path
    sheets: tuple[SourceSheet, ...]
    notes: tuple[str, ...] = ()


def even(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The rows, all of the longest one's length."""
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _many(count: int) -> str:
    return f"{count // 10_000}万" if count % 10_000 == 0 else str(count)


def refuse_size(path: Path, what: str, rows: int, cells: int, limits: ImportLimits) -> None:
    """Raises KongjianError for a sheet that holds more than one import takes in."""
    if rows > limits.rows:
        raise KongjianError(
            f"{path.name}{what}超过{_many(limits.rows)}行，一次导入收不下；请在平台上按学校或月份分开导出再导入"
        )
    if cells > limits.cells:
        raise KongjianError(
            f"{path.name}{what}超过{_many(limits.cells)}格，一次导入收不下；请删去多余的行和列，或分开导出再导入"
        )
