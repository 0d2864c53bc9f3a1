"""The workings of 单位查询 beside the tables of 查询数据: where the units chosen stand, and what the charts draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kongjian.base.grid import letter
from kongjian.engine.evidence.one_unit import MONTHS
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.lookup_sheet import (
    FACTS,
    LOOKUP,
    MONTH_COLUMNS,
    SELECTION,
    UNITS,
    WORK,
    LookupCell,
    Refs,
    Row,
    Value,
    chosen_cell,
    work,
)
from kongjian.workbook.lookup_units import Picked
from kongjian.xlsx.table_parts import FIRST_ROW

_SCHOOL, _TEACHER = OBJECT_LABELS["school"], OBJECT_LABELS["teacher"]
_IS_TEACHER = f'{chosen_cell("LookupKind")}="{_TEACHER}"'
Working = tuple[str, *tuple[tuple[str, Value], ...]]
"""What it is, and by column its formula and its value."""
UNAVAILABLE = "#N/A"
"""Draws no point of a curve; it stands in the hidden workings alone."""
_FULL_WIDTH = '{},"~","～"),"*","＊"),"?","？"),"|","｜")'


class LookupWork:
    """Every cell of the workings, each formula beside the value that it gives."""

    def __init__(self, picked: Picked, refs: Refs) -> None:
        self._picked, self._refs = picked, refs

    def cells(self) -> Iterator[LookupCell]:
        """Every cell of the workings."""
        workings = (*self._of_units(), *self._of_lists())
        for row, (label, *both) in enumerate(workings, start=FIRST_ROW):
            yield LookupCell(row, WORK, label)
            for k, (formula, value) in enumerate(both, start=1):
                yield LookupCell(row, WORK + k, value, formula)
        yield from self._curves()
        yield from self._profiles()

    def _of_units(self) -> list[Working]:
        """Where the facts of the unit and of the one compared are."""
        kind, school, unit, compare = map(chosen_cell, SELECTION)
        teacher, layout, r = _IS_TEACHER, self._picked.layout, self._refs
        keys, accounts = r.column(UNITS, "键"), r.column(UNITS, "账号")

        def key(asked: str, own: str) -> str:
            return (
                f'IF({teacher},"{_TEACHER}|"&{_plain(school)}&"|"&{_plain(asked)},"{_SCHOOL}|"&{_plain(own)})'
            )

        def at(asked: str, column: int) -> str:
            account = f"IF({teacher},IFERROR(MATCH({_plain(asked)},{accounts},0),0),0)"
            known = f'OR({teacher},{kind}="{_SCHOOL}")'
            return (
                f'IF(AND({asked}<>"",{known}),IFERROR(MATCH({work(Row.KEY, column)},{keys},0),{account}),0)'
            )

        def first(column: int) -> str:
            place = f"INDEX({keys},{work(Row.AT, column)})"
            return f"IF({work(Row.AT, column)}=0,0,IFERROR(MATCH({place},{r.column(FACTS, '单位')},0),0))"

        def count(column: int) -> str:
            items = layout.items
            return f"IF({work(Row.FIRST, column)}=0,0,IF({teacher},{items['teacher']},{items['school']}))"

        asked = f"IF({teacher},{unit},{school})"
        return [
            ("键", (key(unit, school), self._picked.keys[0]), (key(compare, compare), self._picked.keys[1])),
            ("第几行", (at(asked, 1), self._picked.at[0]), (at(compare, 2), self._picked.at[1])),
            ("首行", (first(1), self._picked.first[0]), (first(2), self._picked.first[1])),
            ("项数", (count(1), self._picked.count(0)), (count(2), self._picked.count(1))),
        ]

    def _of_lists(self) -> list[Working]:
        """Where the lines of the unit's kind are, and the lists to choose from."""
        teacher, layout, r, lines = _IS_TEACHER, self._picked.layout, self._refs, self._picked.layout.lines
        keys, school = r.column(UNITS, "键"), chosen_cell("LookupSchool")
        home = f'IFERROR(MATCH("{_SCHOOL}|"&{_plain(school)},{keys},0),0)'
        behind = f"ROWS({keys})+1"
        listed = f"IF({work(Row.HOME)}=0,0,N(INDEX({r.column(UNITS, '教师数')},{work(Row.HOME)})))"
        begins = f"IF({work(Row.LISTED)}=0,{behind},INDEX({r.column(UNITS, '首位教师')},{work(Row.HOME)}))"
        return [
            ("项目起", (f"IF({teacher},{layout.items['school']},0)", self._picked.base)),
            ("界线起", (f"IF({teacher},{lines['school']},0)", self._picked.line_base)),
            ("界线数", (f"IF({work(Row.AT)}=0,0,IF({teacher},{lines['teacher']},{lines['school']}))", self._picked.line_count)),
            ("本校行", (home, self._picked.home)),
            ("名单起", (begins, self._picked.listed[0])),
            ("名单数", (listed, self._picked.listed[1])),
            ("学校数", (f"COUNT({r.column(UNITS, '教师数')})", self._picked.schools)),
            ("对比起", (f"IF({teacher},{work(Row.LIST)},1)", self._picked.listed[0] if self._picked.chosen.kind == _TEACHER else 1)),
            ("对比数", (f"IF({teacher},{work(Row.LISTED)},{work(Row.SCHOOLS)})", self._picked.listed[1] if self._picked.chosen.kind == _TEACHER else self._picked.schools)),
        ]  # fmt: skip

    def _curves(self) -> Iterator[LookupCell]:
        """The months of both units as the chart wants them: nothing at all where there is no score."""
        top = self._picked.layout.work_months
        yield from self._heads(top - 1, ("月份", "本单位", "对比"))
        for k in range(MONTHS):
            yield self._copied(
                top + k, WORK, self._picked.layout.months, k + 1, '{0}&""', str(self._picked.month(k))
            )
            for unit in (0, 1):
                score = self._picked.score(unit, MONTH_COLUMNS[k])
                value = UNAVAILABLE if score == "" else score
                yield self._copied(
                    top + k,
                    WORK + 1 + unit,
                    self._picked.layout.months + 1 + unit,
                    k + 1,
                    'IF({0}="",NA(),{0})',
                    value,
                )

    def _profiles(self) -> Iterator[LookupCell]:
        """Shares of the full points: of a school one block of rows, of a teacher another, the other blank."""
        row = self._picked.layout.work_profile
        yield from self._heads(row - 1, ("指标", "本单位", "全市中位", "对比"))
        for kind in OBJECT_LABELS:
            mine = self._picked.kind == kind and self._picked.first[0] > 0
            test = f'AND({chosen_cell("LookupKind")}="{OBJECT_LABELS[kind]}",{work(Row.FIRST)}>0)'
            for k in range(self._picked.layout.items[kind] - 1):
                at, full = (
                    self._picked.layout.head + 1 + k,
                    f"'{LOOKUP}'!$F${self._picked.layout.head + 1 + k}",
                )
                name = self._picked.item("项目", k) if mine else ""
                yield self._copied(row, WORK, at, 1, f'IF({test},{{0}},"")', name)
                for n, (column, value) in enumerate(((7, self._picked.fact(0, "得分", k)), (10, self._picked.item("全市中位", k)), (12, self._picked.fact(1, "得分", k))), start=1):  # fmt: skip
                    blank = f'OR({{0}}="",{full}="")' if self._picked.apart else '{0}=""'
                    share = f'IF({test},IF({blank},"",{{0}}/{full}),"")'
                    known = mine and value != "" and self._picked.item("满分", k) != ""
                    yield self._copied(
                        row,
                        WORK + n,
                        at,
                        column,
                        share,
                        float(value) / float(self._picked.item("满分", k)) if known else "",
                    )
                row += 1

    def _heads(self, row: int, heads: Sequence[str]) -> Iterator[LookupCell]:
        yield from (LookupCell(row, WORK + k, text) for k, text in enumerate(heads))

    def _copied(
        self, row: int, column: int, of_row: int, of_column: int, formula: str, value: Value
    ) -> LookupCell:
        """A cell of the workings that reads one of the page."""
        return LookupCell(row, column, value, formula.format(f"'{LOOKUP}'!${letter(of_column)}${of_row}"))


def _plain(cell: str) -> str:
    """`plain` as a formula."""
    return "SUBSTITUTE(" * 4 + _FULL_WIDTH.format(cell)
