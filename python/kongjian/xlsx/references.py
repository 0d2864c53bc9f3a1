"""Moving references when rows of a template come more than once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_REF = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'  # text within a formula
    rf"|((?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?(?<![\w$.])({_REF})(?::({_REF}))?(?![\w(.])"
    r"|((?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)"
)
_PARTS = re.compile(r"(\$?[A-Z]{1,3})(\$?)(\d+)")
_AREA = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")


@dataclass
class RowMap:
    """Where the rows of a template went: row → how many rows it became, where that is not one."""

    counts: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = sorted(self.counts)
        self._shift = [0]
        for row in self._rows:
            self._shift.append(self._shift[-1] + self.counts[row] - 1)

    def first(self, row: int) -> int:
        """The first row that a template's row became."""
        return row + self._shift[bisect_left(self._rows, row)]

    def last(self, row: int) -> int:
        return self.first(row) + self.counts.get(row, 1) - 1

    def area(self, ref: str) -> str:
        """A reference of XML such as B4 or B4:D9, grown with its rows."""
        found = _AREA.fullmatch(ref)
        if found is None:
            return ref
        column, row, to_column, to_row = found.groups()
        start, end = self.first(int(row)), self.last(int(to_row or row))
        if to_row is None and start == end:
            return f"{column}{start}"
        return f"{column}{start}:{to_column or column}{end}"

    def areas(self, refs: str) -> str:
        """Several references with spaces between."""
        return " ".join(self.area(r) for r in refs.split())


@dataclass(frozen=True)
class Mover:
    """Moves the references of formulas: `maps` and `names` by the template's sheet, `own` the formula's sheet."""

    own: str
    maps: Mapping[str, RowMap]
    names: Mapping[str, str] = field(default_factory=dict)

    def move(self, formula: str, row: tuple[int, int] | None = None) -> str:
        """A formula with its references where they belong.

        `row` is the formula's own row before and now: references to that row alone stay in it, other
        single references to a row that came several times become the first, areas take all of them in.
        """

        def replaced(m: re.Match[str]) -> str:
            if m[4]:
                return self._sheet(m[4])[0]
            if not m[2]:
                return m[0]
            written, sheet = self._sheet(m[1] or "")
            rows = self.maps.get(sheet)
            if rows is None:
                return written + m[0][len(m[1] or "") :]
            own = row if sheet == self.own else None
            if m[3] is None:
                return written + _at(m[2], lambda r, fixed: _single(r, fixed, rows, own))
            same_row = own is not None and _row(m[2]) == _row(m[3]) == own[0] and "$" not in m[2][1:]
            if same_row:
                return f"{written}{_at(m[2], lambda *_: own[1])}:{_at(m[3], lambda *_: own[1])}"  # type: ignore[index]
            return f"{written}{_at(m[2], lambda r, _: rows.first(r))}:{_at(m[3], lambda r, _: rows.last(r))}"

        return _TOKEN.sub(replaced, formula)

    def _sheet(self, written: str) -> tuple[str, str]:
        """A sheet's name before a reference, as it is written now and as the template calls it."""
        if not written:
            return "", self.own
        name = written[:-1]
        if name.startswith("'"):
            name = name[1:-1].replace("''", "'")
        return f"{quoted(self.names[name])}!" if name in self.names else written, name


def quoted(sheet: str) -> str:
    """A sheet's name as a formula needs it."""
    return "'" + sheet.replace("'", "''") + "'"


def _single(row: int, fixed: bool, rows: RowMap, own: tuple[int, int] | None) -> int:
    return own[1] if own and row == own[0] and not fixed else rows.first(row)


def _row(ref: str) -> int:
    found = _PARTS.fullmatch(ref)
    assert found is not None
    return int(found[3])


def _at(ref: str, where: Callable[[int, bool], int]) -> str:
    found = _PARTS.fullmatch(ref)
    assert found is not None
    return f"{found[1]}{found[2]}{where(int(found[3]), bool(found[2]))}"
