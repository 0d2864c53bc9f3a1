"""The cells of 单位查询, each formula beside the value that it gives for the units chosen.

The file holds both, a copy is proven by both, and two other programs are held to both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kongjian.engine.evidence.one_unit import BY_MONTHS, BY_RANK, MONTHS, Lookup
from kongjian.engine.rounding import round_score
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.wording import rule_words
from kongjian.workbook.lookup_sheet import (
    DATA,
    FACTS,
    ITEMS,
    LAST_COLUMN,
    LINES,
    MONTH_COLUMNS,
    MONTH_NAMES,
    SELECTION,
    UNITS,
    Chosen,
    Layout,
    LookupCell,
    Refs,
    Row,
    Value,
    chosen_cell,
    work,
)
from kongjian.workbook.lookup_units import Picked
from kongjian.workbook.lookup_work import LookupWork
from kongjian.xlsx.table_parts import SUBTITLE_ROW

_SCHOOL, _TEACHER = OBJECT_LABELS["school"], OBJECT_LABELS["teacher"]
NO_RESULTS = "还没有结果：请先按“重新计算排名”，再在浅黄色的格子里选"
_NOT_IN = "教师太多，这名教师的各项得分没有放进本表：请用 kongjian explain 查"


class LookupCells:
    """Both sheets' cells for the units chosen; `found` is None in a workbook without results."""

    def __init__(
        self, rules: Rules, found: Lookup | None, chosen: Chosen, subtitle: str, refs: Refs | None = None
    ) -> None:
        self._picked = Picked(rules, found, chosen)
        self._rules, self._subtitle = rules, subtitle
        self._refs = refs or Refs()

    @property
    def layout(self) -> Layout:
        return self._picked.layout

    @property
    def chosen(self) -> Chosen:
        return self._picked.chosen

    @property
    def months(self) -> int:
        """How many months the chart of the months shows."""
        return min(len(self._rules.counted_months()), MONTHS)

    def words(self, kind: str, k: int) -> str:
        """The longest that 规则 says of an indicator."""
        return rule_words(self._rules.object(kind).indicators[k], self._rules)

    def work_cells(self) -> Iterator[LookupCell]:
        """Every cell of the workings."""
        return LookupWork(self._picked, self._refs).cells()

    def page_cells(self) -> Iterator[LookupCell]:
        """Every cell of the page that is no cell to choose in."""
        layout = self._picked.layout
        yield LookupCell(1, 1, layout.title, look="title", to=LAST_COLUMN)
        above = f"'{DATA}'!$A${SUBTITLE_ROW}&\"\""
        yield LookupCell(2, 1, self._subtitle, above, "note", LAST_COLUMN)
        for column, label in ((1, "类别"), (3, "学校"), (6, "教师"), (10, "对比")):
            yield LookupCell(3, column, label, look="label")
        yield LookupCell(4, 1, self._message(), self._message_formula(), "message", LAST_COLUMN)
        yield from self._summary()
        yield from self._line_rows()
        yield from self._month_rows()
        yield from self._item_rows()
        yield LookupCell(layout.charts, 1, "各月得分（绿色：本单位；黄色：对比）", look="head", to=4)
        share = "各项得分占满分的比例（绿色：本单位；灰色：全市中位；黄色：对比）"
        yield LookupCell(layout.charts, 5, share, look="head", to=LAST_COLUMN)
        yield LookupCell(layout.last, 1, layout.source, look="note", to=LAST_COLUMN)

    def _message(self) -> str:
        kind, school, unit, compare = self._picked.chosen
        asked = unit if kind == _TEACHER else school
        if self._picked.found is None or not self._picked.units.height:
            return NO_RESULTS
        if not self._picked.kind:
            return f"请在“类别”里选{_SCHOOL}或{_TEACHER}"
        if not asked:
            return "请选一名教师；也可以只填账号" if kind == _TEACHER else "请选一所学校"
        if not self._picked.at[0]:
            return f"没有找到“{asked}”：请从列表里选，或填完整的账号"
        if not self._picked.first[0]:
            return _NOT_IN
        missed = f"；没有找到对比的“{compare}”" if compare and not self._picked.at[1] else ""
        return self._named(0) + missed

    def _named(self, unit: int) -> str:
        """A unit in full: its school, and of a teacher the name and the account."""
        at = self._picked.at[unit]
        if not at:
            return ""
        label = str(self._picked.units["显示名"][at - 1])
        if self._picked.kind == "school":
            return label
        account = str(self._picked.units["账号"][at - 1])
        school = str(self._picked.units["键"][at - 1]).split("|")[1]
        return f"{school} {label}" + (f"，账号 {account}" if account else "")

    def _named_formula(self, column: int) -> str:
        key = f"INDEX({self._refs.column(UNITS, '键')},{work(Row.AT, column)})"
        label, account = (self._of_unit(name, column) for name in ("显示名", "账号"))
        start = len(_TEACHER) + 2
        school = f'MID({key},{start},FIND("|",{key},{start})-{start})'
        named = f'{school}&" "&{label}&IF({account}="","","，账号 "&{account})'
        return f'IF({chosen_cell("LookupKind")}="{_TEACHER}",{named},{label}&"")'

    def _message_formula(self) -> str:
        kind, school, unit, compare = map(chosen_cell, SELECTION)
        teacher = f'{kind}="{_TEACHER}"'
        asked = f"IF({teacher},{unit},{school})"
        steps = [
            (f'INDEX({self._refs.column(UNITS, "键")},1)=""', f'"{NO_RESULTS}"'),
            (f'AND({kind}<>"{_SCHOOL}",{kind}<>"{_TEACHER}")', f'"请在“类别”里选{_SCHOOL}或{_TEACHER}"'),
            (f'{asked}=""', f'IF({teacher},"请选一名教师；也可以只填账号","请选一所学校")'),
            (f"{work(Row.AT)}=0", f'"没有找到“"&{asked}&"”：请从列表里选，或填完整的账号"'),
            (f"{work(Row.FIRST)}=0", f'"{_NOT_IN}"'),
        ]
        missed = f'IF(AND({compare}<>"",{work(Row.AT, 2)}=0),"；没有找到对比的“"&{compare}&"”","")'
        return (
            "".join(f"IF({test},{said}," for test, said in steps)
            + f"{self._named_formula(1)}&{missed}"
            + ")" * 5
        )

    def _of_unit(self, name: str, column: int) -> str:
        return f"INDEX({self._refs.column(UNITS, name)},{work(Row.AT, column)})"

    def _summary(self) -> Iterator[LookupCell]:
        heads = ((1, "单位", 2), (3, "总分", 0), (4, "名次", 0), (5, "资格", 0), (6, "获奖", 9), (10, "月均得分", 0), (11, "说明", 12))  # fmt: skip
        for column, text, to in heads:
            yield LookupCell(5, column, text, look="head", to=to)
        for unit in (0, 1):
            row, column = 6 + unit, unit + 1
            blank = f'IF({work(Row.AT, column)}=0,"",{{}})'
            yield LookupCell(row, 1, self._named(unit), blank.format(self._named_formula(column)), "name", 2)
            for at, name, look in ((3, "总分", "score"), (4, "名次", "rank"), (10, BY_MONTHS, "score")):
                yield LookupCell(
                    row,
                    at,
                    self._picked.score(unit, name),
                    blank.format(_or_blank(self._of_unit(name, column))),
                    look,
                )
            for at, name, to in ((5, "资格", 0), (6, "奖项", 9)):
                formula = blank.format(self._of_unit(name, column) + '&""')
                yield LookupCell(row, at, self._picked.text(unit, name), formula, "long", to)
            total = f"{work(Row.FIRST, column)}+{work(Row.COUNT, column)}-1"
            said = f'IF({work(Row.FIRST, column)}=0,"",INDEX({self._refs.column(FACTS, "来源")},{total})&"")'
            note = (
                self._picked.fact(unit, "来源", self._picked.count(unit) - 1)
                if self._picked.count(unit)
                else ""
            )
            yield LookupCell(row, 11, note, said, "long", 12)

    def _line_rows(self) -> Iterator[LookupCell]:
        top = self._picked.layout.first_line
        for column, text, to in ((1, "界线", 4), (5, "界线分数", 0), (6, "本单位", 9), (10, "对比", 12)):
            yield LookupCell(top - 1, column, text, look="head", to=to)
        for k in range(max(self._picked.layout.lines.values())):
            row, shown = top + k, k < self._picked.line_count
            at = f"{work(Row.LINE_BASE)}+{k + 1}"
            within = f'IF({k + 1}>{work(Row.LINE_COUNT)},"",{{}})'
            line = f"INDEX({self._refs.column(LINES, '界线分数')},{at})"
            words, value = (self._picked.line(column, k) if shown else "" for column in ("界线", "界线分数"))
            name = within.format(f"INDEX({self._refs.column(LINES, '界线')},{at})")
            yield LookupCell(row, 1, words, name, "long", 4)
            yield LookupCell(row, 5, value, within.format(_or_blank(line)), "score")
            for unit, (first, last) in enumerate(((6, 9), (10, 12))):
                said = self._distance(unit, k) if shown else ""
                yield LookupCell(
                    row, first, said, within.format(self._distance_formula(unit + 1, row, at)), "long", last
                )

    def _distance(self, unit: int, k: int) -> str:
        line = self._picked.line("界线分数", k)
        own = self._picked.score(unit, str(self._picked.line("比较", k)))
        if isinstance(line, str) or isinstance(own, str):
            return ""
        more = float(round_score(np.array([own - line]))[0])
        if more < 0:
            return f"还差{-more:.2f}分"
        if self._picked.line("比较", k) == BY_RANK and self._picked.score(unit, "名次") == "":
            return "分数够，没有排名"
        return f"高出{more:.2f}分" if more > 0 else "正好在线上"

    def _distance_formula(self, column: int, row: int, at: str) -> str:
        by = f'INDEX({self._refs.column(LINES, "比较")},{at})="{BY_RANK}"'
        own = f"IF({by},{self._of_unit(BY_RANK, column)},{self._of_unit(BY_MONTHS, column)})"
        line = f"$E${row}"
        more = f"ROUND({own}-{line},2)"
        ranked = f'IF(AND({by},{self._of_unit("名次", column)}=""),"分数够，没有排名",IF({more}>0,"高出"&TEXT({more},"0.00")&"分","正好在线上"))'
        known = f'IF({more}<0,"还差"&TEXT(-{more},"0.00")&"分",{ranked})'
        return f'IF({work(Row.AT, column)}=0,"",IF(OR({line}="",{own}=""),"",{known}))'

    def _month_rows(self) -> Iterator[LookupCell]:
        top = self._picked.layout.months
        yield LookupCell(top - 1, 1, "各月得分（上一行本单位，下一行对比）", look="head", to=LAST_COLUMN)
        for k in range(MONTHS):
            names = self._refs.column(MONTH_NAMES, "月份")
            named = f'IF({k + 1}>ROWS({names}),"",INDEX({names},{k + 1})&"")'
            yield LookupCell(top, k + 1, self._picked.month(k), named, "label")
            for unit in (0, 1):
                name, column = MONTH_COLUMNS[k], unit + 1
                formula = f'IF({work(Row.AT, column)}=0,"",{_or_blank(self._of_unit(name, column))})'
                yield LookupCell(top + 1 + unit, k + 1, self._picked.score(unit, name), formula, "score")

    def _item_rows(self) -> Iterator[LookupCell]:
        top = self._picked.layout.head
        heads = (
            "指标",
            "条款",
            "取值",
            "来源",
            "规则",
            "分值",
            "得分",
            "扣分",
            "还差",
            "全市中位",
            "对比取值",
            "对比得分",
        )
        for column, text in enumerate(heads, start=1):
            yield LookupCell(top, column, text, look="head")
        for k in range(max(self._picked.layout.items.values())):
            yield from self._item_row(top + 1 + k, k)

    def _item_row(self, row: int, k: int) -> Iterator[LookupCell]:
        shown = k < self._picked.count(0)
        at = f"{work(Row.BASE)}+{k + 1}"
        within = [f'IF({k + 1}>{work(Row.COUNT, c)},"",{{}})' for c in (1, 2)]
        for column, name, look in ((1, "项目", "name"), (2, "条款", "long"), (5, "规则", "long"), (6, "满分", "score"), (10, "全市中位", "score")):  # fmt: skip
            formula = within[0].format(_or_blank(f"INDEX({self._refs.column(ITEMS, name)},{at})"))
            yield LookupCell(row, column, self._picked.item(name, k) if shown else "", formula, look)
        for unit, (value, points) in enumerate(((3, 7), (11, 12))):
            place = f"{work(Row.FIRST, unit + 1)}+{k}"
            given = f"INDEX({self._refs.column(FACTS, '取值')},{place})"
            percent = f"INDEX({self._refs.column(ITEMS, '百分数')},{at})=1"
            shown_as = f'IF(ISNUMBER({given}),IF({percent},TEXT({given},"0.0%"),ROUND({given},2)),{given}&"")'
            yield LookupCell(row, value, self._value(unit, k), within[unit].format(shown_as), "value")
            score = _or_blank(f"INDEX({self._refs.column(FACTS, '得分')},{place})")
            yield LookupCell(
                row, points, self._picked.fact(unit, "得分", k), within[unit].format(score), "score"
            )
        for column, name in ((4, "来源"), (9, "还差")):
            said = f'INDEX({self._refs.column(FACTS, name)},{work(Row.FIRST)}+{k})&""'
            yield LookupCell(row, column, self._picked.fact(0, name, k), within[0].format(said), "long")
        got = self._picked.fact(0, "得分", k)
        full = self._picked.item("满分", k)
        lost = round(float(full) - float(got), 6) if got != "" and full != "" else ""
        blank = f'OR($F${row}="",$G${row}="")' if self._picked.apart else f'$G${row}=""'
        yield LookupCell(row, 8, lost, f'IF({blank},"",ROUND($F${row}-$G${row},6))', "score")

    def _value(self, unit: int, k: int) -> Value:
        value = self._picked.fact(unit, "取值", k)
        if isinstance(value, str):
            return value
        if self._picked.item("百分数", k) == 1:
            return f"{math.floor(value * 1000 + 0.5 + 1e-7) / 10:.1f}%"
        return float(round_score(np.array([value]))[0])


def _or_blank(cell: str) -> str:
    """A cell's value, and of a blank nothing instead of 0."""
    return f'IF({cell}="","",{cell})'
