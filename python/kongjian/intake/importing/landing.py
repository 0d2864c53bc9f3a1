"""Where the rows of files go in one input sheet: below what is there, without repeating or contradicting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from kongjian.base.errors import KongjianError
from kongjian.base.grid import LAST_ROW, Grid
from kongjian.base.text import fold
from kongjian.engine.findings import Findings
from kongjian.intake import scales
from kongjian.intake.checks import guessed_kind
from kongjian.intake.headers import find_header
from kongjian.intake.importing.convert import Converted, ReadCell, Value, converted
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column, InputTable
from kongjian.rules.roles import Role

Row = Mapping[str, Value]
Key = tuple[Value, ...]
_DIGITS = 9
"""Numbers that are equal to so many decimals are the same: files write 0.1 + 0.2 in more than one way."""


@dataclass(frozen=True)
class Block:
    """New rows of one input sheet (named as the workbook spells it); `columns` are the worksheet's, from 1.

    `readings` say of each cell whence it is, None where the file has no such column.
    """

    table: InputTable
    sheet: str
    header_row: int
    first_row: int
    columns: tuple[int, ...]
    kinds: tuple[Column, ...]
    rows: list[list[Value]]
    readings: list[list[ReadCell | None]]

    @property
    def table_name(self) -> str:
        return self.table.name

    @property
    def percents(self) -> frozenset[int]:
        """The columns whose cells carry their scale: 0.85 lands as 85 %, whatever else stands in the column."""
        return frozenset(
            c for c, kind in zip(self.columns, self.kinds, strict=True) if kind.kind in scales.KINDS
        )

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1


@dataclass(frozen=True)
class Landed:
    """A row of a file that is written: its row in the file and in the sheet."""

    source_row: int
    row: int
    readings: Mapping[str, ReadCell]


@dataclass(frozen=True)
class Conflict:
    """A row of a file whose key is there with other values: that row, whence it is, (column, in the file, there)."""

    source_row: int
    row: int
    there: str
    differences: tuple[tuple[str, Value, Value], ...]


@dataclass
class LandedSheet:
    """What became of the rows of one sheet of a file."""

    landed: list[Landed] = field(default_factory=list)
    same: int = 0
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    row: Row
    at: int
    there: str
    best: bool  # whether it has the table's first key


class Landing:
    """One input sheet as it fills."""

    def __init__(self, table: InputTable, sheet: str, grid: Grid, last_row: int, rules: Rules) -> None:
        header = find_header(table, grid, Findings())
        if header is None:
            names = "、".join(c.name for c in table.columns if c.key)
            raise KongjianError(f"工作表“{sheet}”没有认出表头（要有{names}）；请把列名放回第3行再导入")
        self.table, self.sheet, self.columns = table, sheet, header.columns
        self._header_row = header.row
        self._first_row = max(last_row, header.row) + 1
        self._kinds = {c.name: c for c in table.columns}
        self._keys = rules.importing.keys[table.id]
        self._index: list[dict[Key, list[_Known]]] = [{} for _ in self._keys]
        self._all: list[Row] = []
        self._new: list[Mapping[str, ReadCell]] = []
        there = converted(table, grid, header, rules)
        for k, row in enumerate(there.rows):
            self._know({n: r.value for n, r in there.row(k).items()}, row, f"{sheet}第{row}行")

    def add(self, rows: Converted, file: str, apart: Collection[tuple[str, str]] = ()) -> LandedSheet:
        """Takes the rows of one sheet of a file; those of its columns that the sheet lacks are not written.

        `apart` are the (folded school, folded name) of several people of one name.
        """
        out = LandedSheet()
        before = len(self._all)
        names = [n for n in rows.columns if n in self.columns]
        repeats = self._repeats(names)
        columns = [rows.columns[n] for n in names]
        for source_row, *cells in zip(rows.rows, *columns, strict=True):
            readings = dict(zip(names, cells, strict=True))
            row = {n: r.value for n, r in readings.items()}
            known = self._find(row) if self._keys else None
            alone = bool(apart) and self._who(row) in apart
            if known and alone and not self._is_one_of(row, before):
                known = None
            differences = self._differences(row, known.row) if known else ()
            if known and differences:
                out.conflicts.append(Conflict(source_row, known.at, known.there, differences))
            elif known or (not alone and repeats(row)):
                out.same += 1
            else:
                at = self._first_row + len(self._new)
                out.landed.append(Landed(source_row, at, readings))
                self._new.append(readings)
                self._know(row, at, f"{file}第{source_row}行")
        return out

    def _repeats(self, names: list[str]) -> Callable[[Row], bool]:
        """Tells of a row without key whether it was there; what one file repeats within itself is real."""
        before: Counter[Key] | None = None

        def repeats(row: Row) -> bool:
            nonlocal before
            if any(self._keys_of(row)):
                return False
            if before is None:  # the first such row: none of this file has joined yet
                before = Counter(self._whole(r, names) for r in self._all)
            if not before:
                return False
            whole = self._whole(row, names)
            before[whole] -= 1
            return before[whole] >= 0

        return repeats

    def block(self) -> Block | None:
        """The rows to be written, None without any."""
        if not self._new:
            return None
        names = sorted(self.columns, key=self.columns.__getitem__)
        block = Block(
            self.table,
            self.sheet,
            self._header_row,
            self._first_row,
            tuple(self.columns[n] for n in names),
            tuple(self._kinds[n] for n in names),
            [[row[n].value if n in row else None for n in names] for row in self._new],
            [[row.get(n) for n in names] for row in self._new],
        )
        if block.last_row > LAST_ROW:
            raise KongjianError(
                f"工作表“{self.sheet}”放不下：导入后有{block.last_row}行，Excel最多{LAST_ROW}行；"
                "行为日志请用“导入行为日志”，别的表请按学校分成几本，或用 kongjian score"
            )
        return block

    def _know(self, row: Row, at: int, there: str) -> None:
        self._all.append(row)
        if not self._keys:  # a log, where only whole rows are the same
            return
        keys = dict(self._keys_of(row))
        known = _Known(row, at, there, 0 in keys)
        for k, key in keys.items():
            self._index[k].setdefault(key, []).append(known)

    def _who(self, row: Row) -> tuple[str, str]:
        """(folded school, folded name), blank where the table has no people."""
        person = self.table.by_role(Role.PERSON)
        school = row.get(self.table.name_of(Role.SCHOOL))
        return fold(str(school or "")), fold(str(row.get(person.name) or "")) if person else ""

    def _is_one_of(self, row: Row, before: int) -> bool:
        """Whether one of the rows that were there before this file says all that this one says."""
        who = self._who(row)
        return any(self._who(r) == who and not self._differences(row, r) for r in self._all[:before])

    def _find(self, row: Row) -> _Known | None:
        """The row that is there with the same key; a second-best key counts where one of the two lacks the best."""
        keys = dict(self._keys_of(row))
        for k, key in keys.items():
            found = [n for n in self._index[k].get(key, ()) if k == 0 or 0 not in keys or not n.best]
            if found:  # of several people of one name the one that this row is about
                return next((n for n in found if not self._differences(row, n.row)), found[0])
        return None

    def _keys_of(self, row: Row) -> Iterator[tuple[int, Key]]:
        """The row's complete keys by their number, the best first."""
        for k, names in enumerate(self._keys):
            key = tuple(self._key_part(row, name) for name in names)
            if all(part not in (None, "") for part in key):
                yield k, key

    def _key_part(self, row: Row, name: str) -> Value:
        column = self._kinds[name]
        value = row.get(name)
        if value is None and column.role is Role.KIND:
            value = guessed_kind(column.choices, row.get(self.table.name_of(Role.ACCOUNT)))
        return self._plain(name, value)

    def _differences(self, row: Row, there: Row) -> tuple[tuple[str, Value, Value], ...]:
        """Where the file says something else; what it leaves blank it does not say."""
        return tuple(
            (name, value, there.get(name))
            for name, value in row.items()
            if value is not None and self._plain(name, value) != self._plain(name, there.get(name))
        )

    def _whole(self, row: Row, names: list[str]) -> Key:
        return tuple(self._plain(n, row.get(n)) for n in names)

    def _plain(self, name: str, value: Value) -> Value:
        """A value as it compares."""
        if isinstance(value, str):
            return fold(value) if self._kinds[name].kind in ("text", "choice") else value
        return round(value, _DIGITS) if isinstance(value, float) else value
