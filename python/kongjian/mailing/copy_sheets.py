"""What a copy consists of, before anything is written: sheets of columns, each with values and formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlsxwriter.utility import xl_col_to_name

from kongjian.engine.frame import Bools, Ints
from kongjian.workbook.look.build_styles import SheetRole
from kongjian.xlsx.table_parts import FIRST_ROW

Value = str | float | None
"""A cell's value; None is a blank."""


@dataclass(frozen=True)
class Place:
    """Where a sheet's columns stand, so that the formulas of other sheets can name its cells."""

    sheet: str
    names: tuple[str, ...]
    rows: int

    def cell(self, name: str, row: str = "{r}") -> str:
        """One cell; without a row it stands in the row of the formula itself, see `filled`."""
        return f"'{self.sheet}'!{self.own(name, row)}"

    def own(self, name: str, row: str = "{r}") -> str:
        """One cell as the sheet's own formulas name it."""
        return f"{self.letter(name)}{row}"

    def range(self, name: str) -> str:
        """A whole column of data cells."""
        letter, last = self.letter(name), FIRST_ROW + max(self.rows, 1) - 1
        return f"'{self.sheet}'!${letter}${FIRST_ROW}:${letter}${last}"

    def letter(self, name: str) -> str:
        return str(xl_col_to_name(self.names.index(name)))


@dataclass(frozen=True)
class CopyColumn:
    """One column: its look, the engine's values, and the formula of each row ("" for a plain value).

    A helper column serves formulas of others and stands at the right end of its sheet.
    """

    name: str
    kind: str
    width: float
    values: Sequence[Value]
    formulas: Sequence[str] = ()
    helper: bool = False
    wraps: bool = False


@dataclass(frozen=True)
class CopySheet:
    """One sheet with one table. `filtered` is false where sorting would part rows that belong together."""

    place: Place
    table: str
    role: SheetRole
    purpose: str
    columns: tuple[CopyColumn, ...]
    filtered: bool = True
    used: int | None = None
    """How many rows hold something now, the only ones printed; None where all do."""


class Entry(NamedTuple):
    """One cell of a free sheet (规则, 说明): 1-based row and column, what it holds and how it looks."""

    row: int
    column: int
    value: Value
    formula: str = ""
    look: str = "text"


def filled(template: str, rows: int, shift: int = 0) -> list[str]:
    """A formula for each unit.

    In the template {r} is the unit's row on the sheets of its own kind, {s} its row on those that hold schools and
    teachers (`shift` lower), {above} and {below} are the neighbours of {r}.
    """
    put = template.format
    return [put(r=r, s=r + shift, above=r - 1, below=r + 1) for r in range(FIRST_ROW, FIRST_ROW + rows)]


def numbers(values: Ints | Bools) -> list[Value]:
    """Counts and flags as cells hold them."""
    return [float(v) for v in values.tolist()]


def as_shown(values: Iterable[Value]) -> list[Value]:
    """Values as formulas give them: one that shows nothing gives an empty text."""
    return ["" if v is None else v for v in values]


def padded(values: list[Value], height: int) -> list[Value]:
    """Values with an empty text in each row below them, down to this height."""
    return values + [""] * (height - len(values))


def quoted(text: str) -> str:
    """A text inside a formula's template."""
    return '"' + text.replace('"', '""').replace("{", "{{").replace("}", "}}") + '"'
