"""A pasted sheet that can still be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Row = list[object]


@dataclass
class Sheet:
    """Headers and rows of cells; columns are found by their canonical names until they are renamed."""

    headers: list[str]
    rows: list[Row]

    def at(self, name: str) -> int:
        return self.headers.index(name)

    def put(self, rows: Sequence[int], name: str, values: Sequence[object]) -> None:
        """Writes values into one column, one for each row."""
        column = self.at(name)
        for row, value in zip(rows, values, strict=True):
            self.rows[row][column] = value

    def get(self, row: int, name: str) -> object:
        return self.rows[row][self.at(name)]

    def rename(self, names: dict[str, str]) -> None:
        """Gives columns other headers."""
        self.headers[:] = [names.get(h, h) for h in self.headers]

    def reorder(self, first: Sequence[str]) -> None:
        """Moves these columns to the left, in this order."""
        order = [self.at(n) for n in first] + [k for k, h in enumerate(self.headers) if h not in first]
        self.headers[:] = [self.headers[k] for k in order]
        for row in self.rows:
            row[:] = [row[k] for k in order]

    def drop(self, name: str) -> None:
        """Takes a column away."""
        column = self.at(name)
        del self.headers[column]
        for row in self.rows:
            del row[column]

    def add_column(self, header: str, values: Sequence[object]) -> None:
        """Adds a last column."""
        self.headers.append(header)
        for row, value in zip(self.rows, values, strict=True):
            row.append(value)

    def insert_blank(self, before: int, count: int) -> None:
        """Blank rows within the data."""
        self.rows[before:before] = [[None] * len(self.headers) for _ in range(count)]
