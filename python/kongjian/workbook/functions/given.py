"""Rows handed to a worksheet function: which cell is which column, cleaned as the intake cleans pasted cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, is_blank
from kongjian.base.text import fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Floats, Frame
from kongjian.intake import number_cells, values
from kongjian.intake.headers import header_name
from kongjian.intake.values import Cells
from kongjian.rules.model_tables import Column, InputTable, Words

Row = Sequence[Cell]
_REMEMBERED = 4096
_BELOW_ONE = 0.999
"""A share up to here is one as it stands; nearer to 1 the intake looks twice."""
_PLAIN_UP_TO = {
    "count": values.MOST_COUNTED,
    "average": values.MOST_COUNTED,
    "score": 100.0,
    "rate": _BELOW_ONE,
    "share": _BELOW_ONE,
}


def is_error(cell: Cell) -> bool:
    """Whether it is an error value, which xlwings hands over as #N/A and the like."""
    return isinstance(cell, str) and cell.startswith("#")


def block(given: Any) -> list[Row]:
    """Rows of one width from what a range becomes: rows, a single row, or a single cell."""
    if not isinstance(given, list | tuple):
        given = [given]
    rows = list(given) if given and isinstance(given[0], list | tuple) else [given]
    if len({len(row) for row in rows}) != 1:
        raise KongjianError("各行的列数不同")
    return rows


def one_row(given: Any) -> Row:
    """The row, which may be handed over as a list within a list or as a single cell. Raises KongjianError for several."""
    rows = (
        given if isinstance(given, list | tuple) and given and isinstance(given[0], list | tuple) else [given]
    )
    if len(rows) != 1:
        raise KongjianError("只能给一行数据")
    row: Row = rows[0] if isinstance(rows[0], list | tuple) else [rows[0]]
    return row


class Given:
    """Reads rows of one input table, in its own order or as headers say; no score is over `most_points`."""

    def __init__(self, table: InputTable, words: Words, most_points: float) -> None:
        self.table, self._words, self._most = table, words, most_points
        self._columns = {c.name: c for c in table.columns}
        self._readers = {c.name: self._reader(c) for c in table.columns if not c.is_text}
        self._reader_under = lru_cache(maxsize=32)(self._reader)
        self._shares = frozenset(c.name for c in table.columns if c.kind == "share")
        self._order = {name: k for k, name in enumerate(table.names)}
        self._named = lru_cache(maxsize=32)(self._named_places)

    def places(self, width: int, headers: Any = None) -> dict[str, int]:
        """Where each column stands in rows of this width. Raises KongjianError where that cannot be told."""
        named = [] if headers is None else one_row(headers)
        if len(named) < 2 and all(is_blank(h) for h in named):  # an argument left out
            return self._own_order(width)
        if len(named) != width:
            raise KongjianError(f"标题有{len(named)}列，数据有{width}列")
        return self._named(tuple(named))

    def _own_order(self, width: int) -> dict[str, int]:
        needed = len(self.table.columns)
        while needed > width and self.table.columns[needed - 1].optional:
            needed -= 1
        if width != needed:
            raise KongjianError(f"{self.table.sheet}一行应有{len(self.table.columns)}列，给了{width}列")
        return self._order if needed == len(self._order) else dict(list(self._order.items())[:needed])

    def _named_places(self, headers: tuple[Cell, ...]) -> dict[str, int]:
        """By name or alias; of several the one that bears the name itself, else the first, as on a sheet."""
        out: dict[str, int] = {}
        exact = set()
        for k, header in enumerate(headers):
            name = None if is_blank(header) else header_name(self.table, header)
            if name is None:
                continue
            itself = fold(str(header)) == fold(name)
            if name not in out or (itself and name not in exact):
                out[name] = k
            if itself:
                exact.add(name)
        return out

    def where(self, places: dict[str, int], columns: Sequence[str]) -> list[int]:
        """The places of these columns, all of which must be there: a blank must not stand in unseen."""
        try:
            return [places[c] for c in columns]
        except KeyError:
            absent = "、".join(c for c in columns if c not in places)
            raise KongjianError(f"没有找到列：{absent}") from None

    def values(self, row: Row, columns: Sequence[str], at: Sequence[int], headers: Any = None) -> list[float]:
        """The cells of these columns as numbers; NaN for a blank and what cannot be used."""
        titles = self._titles(columns, at, headers)
        readers = self._readers
        return [
            (self._reader_under(self._columns[c], title) if title else readers[c])(row[k])
            for c, k, title in zip(columns, at, titles, strict=True)
        ]

    def frame(
        self, rows: Sequence[Row], columns: Sequence[str], at: Sequence[int], headers: Any = None
    ) -> Frame:
        """The same for many rows at once."""
        by_place = list(zip(*rows, strict=True))
        titles = self._titles(columns, at, headers)
        return Frame(
            {
                c: self._column(self._columns[c], by_place[k], title)
                for c, k, title in zip(columns, at, titles, strict=True)
            }
        )

    def _titles(self, columns: Sequence[str], at: Sequence[int], headers: Any) -> list[str]:
        """The headers of the columns whose header tells what their numbers are, "" for all others."""
        named = [] if headers is None else one_row(headers)
        if len(named) < 2:
            return [""] * len(columns)
        return [str(named[k]) if c in self._shares else "" for c, k in zip(columns, at, strict=True)]

    def numbers(self, kind: Literal["count", "score"], cells: Sequence[Cell]) -> Floats:
        """Cells that stand in no table's column."""
        return self._column(Column("", kind, ()), cells)

    def _column(self, column: Column, cells: Sequence[Cell], header: str = "") -> Floats:
        if any(issubclass(t, np.generic | Decimal) for t in set(map(type, cells))):
            cells = [_plain(c) for c in cells]
        given = Cells(
            self.table.id, column, cells, np.arange(len(cells)), {}, Findings(), header,
            most_points=self._most,
        )  # fmt: skip
        read = values.yes_no if column.kind == "yes_no" else number_cells.numbers
        out = read(given, self._words)
        if column.blank:
            bad = np.array([is_error(c) for c in cells])
            out = np.where(np.isnan(out) & ~bad, column.stand_in, out)
        return out

    def _reader(self, column: Column, header: str = "") -> Callable[[Cell], float]:
        """One cell of a column as a number: plain numbers at once, all others as the intake reads them."""

        @lru_cache(maxsize=_REMEMBERED, typed=True)
        def odd(cell: Cell) -> float:
            return float(self._column(column, [cell], header)[0])

        if column.kind == "yes_no":
            return odd
        highest = _PLAIN_UP_TO[column.kind]

        def read(cell: Cell) -> float:
            if (type(cell) is float or type(cell) is int) and 0 <= cell <= highest:
                return float(cell)
            return odd(cell)

        return read


def _plain(cell: Cell) -> Cell:
    """A currency cell reaches Python as Decimal, a number of a data frame as numpy's own."""
    if isinstance(cell, Decimal):
        return float(cell)
    return cell.item() if isinstance(cell, np.generic) else cell
