"""单位查询 and 查询数据: which tables and cells they have and where these stand, so that formulas can name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from kongjian.base.grid import Cell, letter
from kongjian.engine.evidence.one_unit import MONTHS, Lookup
from kongjian.engine.frame import Frame
from kongjian.intake.sheets import out_columns
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.xlsx.table_parts import FIRST_ROW, OutputSheet

LOOKUP, DATA = "单位查询", "查询数据"
FACTS, UNITS, ITEMS, LINES, MONTH_NAMES = (
    "LookupFacts", "LookupUnits", "LookupItems", "LookupLines", "LookupMonths",
)  # fmt: skip
MONTH_COLUMNS = [f"第{k + 1}月" for k in range(MONTHS)]
_COLUMNS = {
    FACTS: "单位:text:20 指标:text 取值:count 来源:text:20 得分:score 还差:text",
    UNITS: "键:text:20 显示名:text 账号:account 总分:score 名次:rank 排名分:score 月均:score 奖项:text:20 资格:text:20 "
    + " ".join(f"{name}:score" for name in MONTH_COLUMNS)
    + " 首位教师:count 教师数:count",
    ITEMS: "对象:text 项目:text 条款:text:20 规则:text:20 满分:score 全市中位:score 百分数:count",
    LINES: "获奖对象:text 界线:text:20 界线分数:score 比较:text",
    MONTH_NAMES: "月份:text",
}
TABLES = tuple(
    OutputSheet(DATA, table, out_columns(columns), "evidence", "单位查询用的数")
    for table, columns in _COLUMNS.items()
)
"""The tables of 查询数据, side by side with a free column between them; their columns have names of their own."""
PLACES: dict[str, int] = {}
_next = 1
for _spec in TABLES:
    PLACES[_spec.table] = _next
    _next += len(_spec.columns) + 1
WORK = _next
"""The first column (from 1) of the workings, right of the last table."""
SELECTION = {"LookupKind": (3, 2), "LookupSchool": (3, 4), "LookupUnit": (3, 7), "LookupCompare": (3, 11)}
"""The defined names of the cells to choose in, with row and column from 1."""
LAST_COLUMN = 12
Value = str | float


class Chosen(NamedTuple):
    """What stands in the cells to choose in."""

    kind: str = ""
    school: str = ""
    unit: str = ""
    compare: str = ""


def chosen_in(rows: Sequence[Sequence[Cell]]) -> Chosen:
    """What stands in the cells to choose in of the sheet whose rows these are."""
    found = [
        rows[r - 1][c - 1] if len(rows) >= r and len(rows[r - 1]) >= c else "" for r, c in SELECTION.values()
    ]
    return Chosen(*(f"{v:.15g}" if isinstance(v, float) else str(v) for v in found))


class LookupCell(NamedTuple):
    """One cell: row and column from 1, its value, its formula ("" for none), its look, and the last column that it covers."""

    row: int
    column: int
    value: Value
    formula: str = ""
    look: str = "text"
    to: int = 0


@dataclass(frozen=True)
class Layout:
    """How many rows each part of the page has: indicators (with the total) and lines of each kind."""

    items: Mapping[str, int]
    lines: Mapping[str, int]
    title: str
    source: str

    @classmethod
    def of(cls, rules: Rules) -> Layout:
        items = {kind: len(rules.object(kind).indicators) + 1 for kind in OBJECT_LABELS}
        awards = {kind: {a.places for a in rules.awards if a.object == kind} for kind in OBJECT_LABELS}
        scheme = rules.scheme
        source = f"依据：{scheme.document}；答复：{scheme.handled_by}"
        title = f"{scheme.name.removesuffix('方案')} 得分查询"
        return cls(items, {kind: len(found) + 1 for kind, found in awards.items()}, title, source)

    first_line = 9

    @property
    def months(self) -> int:
        """The row of the months' names; two rows of scores follow."""
        return self.first_line + max(self.lines.values()) + 1

    @property
    def head(self) -> int:
        """The header of the indicators."""
        return self.months + 3

    @property
    def charts(self) -> int:
        """The row above the charts, below the indicators."""
        return self.head + max(self.items.values()) + 1

    chart_rows = 13

    @property
    def last(self) -> int:
        return self.charts + self.chart_rows + 1

    @property
    def work_months(self) -> int:
        return FIRST_ROW + 14

    @property
    def work_profile(self) -> int:
        return self.work_months + MONTHS + 2


class Refs:
    """How formulas name the columns of 查询数据: by their tables, or by ranges over so many rows of each."""

    def __init__(self, rows: Mapping[str, int] | None = None) -> None:
        self._rows = rows

    def column(self, table: str, name: str) -> str:
        if self._rows is None:
            return f"{table}[{name}]"
        spec = next(s for s in TABLES if s.table == table)
        column = letter(PLACES[table] + spec.names.index(name))
        last = FIRST_ROW + max(self._rows[table], 1) - 1
        return f"'{DATA}'!${column}${FIRST_ROW}:${column}${last}"


def frames(found: Lookup | None) -> dict[str, Frame]:
    """The tables of 查询数据 by their names; without any results each is blank."""
    if found is None:
        return dict.fromkeys((FACTS, UNITS, ITEMS, LINES, MONTH_NAMES), Frame())
    return {
        FACTS: found.facts,
        UNITS: found.units,
        ITEMS: found.items,
        LINES: found.lines,
        MONTH_NAMES: found.months,
    }


def work(row: int, column: int = 1) -> str:
    """A cell of the workings as the formulas of either sheet name it."""
    return f"'{DATA}'!${letter(WORK + column)}${int(row)}"


def chosen_cell(name: str) -> str:
    row, column = SELECTION[name]
    return f"'{LOOKUP}'!${letter(column)}${row}"


class Row(IntEnum):
    """The rows of the workings: for the unit in their second column, for the one compared in their third."""

    KEY = FIRST_ROW
    AT = FIRST_ROW + 1
    FIRST = FIRST_ROW + 2
    COUNT = FIRST_ROW + 3
    BASE = FIRST_ROW + 4
    LINE_BASE = FIRST_ROW + 5
    LINE_COUNT = FIRST_ROW + 6
    HOME = FIRST_ROW + 7
    LIST = FIRST_ROW + 8
    LISTED = FIRST_ROW + 9
    SCHOOLS = FIRST_ROW + 10
    OTHERS = FIRST_ROW + 11
    OTHERED = FIRST_ROW + 12


_LISTS = {
    "LookupSchool": (None, Row.SCHOOLS),
    "LookupUnit": (Row.LIST, Row.LISTED),
    "LookupCompare": (Row.OTHERS, Row.OTHERED),
}


def source_of_list(name: str) -> str:
    """Where the drop-down list of a cell to choose in finds its names: so many from a place on, counted from 1."""
    start, count = _LISTS[name]
    labels = f"'{DATA}'!${letter(PLACES[UNITS] + 1)}${FIRST_ROW - 1}"
    return f"=OFFSET({labels},{work(start) if start else 1},0,MAX(1,{work(count)}),1)"
