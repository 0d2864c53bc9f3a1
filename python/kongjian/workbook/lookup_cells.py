"""The cells of 单位查询, each formula beside the value that it gives for the units chosen; long because both stand together.

The file holds both, a copy is proven by both, and two other programs are held to both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from kongjian.base.grid import letter
from kongjian.engine.evidence.one_unit import BY_MONTHS, BY_RANK, MONTHS, Lookup, key_of, plain
from kongjian.engine.frame import Frame
from kongjian.engine.rounding import round_score
from kongjian.rules.model import APART, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.wording import rule_words
from kongjian.workbook.lookup_sheet import (
    DATA,
    FACTS,
    ITEMS,
    LAST_COLUMN,
    LINES,
    LOOKUP,
    MONTH_COLUMNS,
    MONTH_NAMES,
    SELECTION,
    UNITS,
    WORK,
    Cell,
    Chosen,
    Layout,
    Refs,
    Row,
    Value,
    chosen_cell,
    work,
)
from kongjian.xlsx.table_parts import FIRST_ROW, SUBTITLE_ROW

_SCHOOL, _TEACHER = OBJECT_LABELS["school"], OBJECT_LABELS["teacher"]
_IS_TEACHER = f'{chosen_cell("LookupKind")}="{_TEACHER}"'
Working = tuple[str, *tuple[tuple[str, Value], ...]]
"""What it is, and by column its formula and its value."""
NO_RESULTS = "还没有结果：请先按“重新计算排名”，再在浅黄色的格子里选"
_NOT_IN = "教师太多，这名教师的各项得分没有放进本表：请用 kongjian explain 查"
UNAVAILABLE = "#N/A"
"""Draws no point of a curve; it stands in the hidden workings alone."""
_FULL_WIDTH = '{},"~","～"),"*","＊"),"?","？"),"|","｜")'


class LookupCells:
    """Both sheets' cells for the units chosen; `found` is None in a workbook without results."""

    def __init__(
        self, rules: Rules, found: Lookup | None, chosen: Chosen, subtitle: str, refs: Refs | None = None
    ) -> None:
        self.layout = Layout.of(rules)
        self._rules = rules
        self._found, self._chosen, self._subtitle = found, chosen, subtitle
        self._refs = refs or Refs()
        self._kind = next((k for k, label in OBJECT_LABELS.items() if label == chosen.kind), "")
        self._units = found.units if found else Frame()

    @property
    def chosen(self) -> Chosen:
        return self._chosen

    @property
    def _apart(self) -> bool:
        """Whether there are indicators without full points."""
        return any(i.kind in APART for kind in OBJECT_LABELS for i in self._rules.object(kind).indicators)

    @property
    def months(self) -> int:
        """How many months the chart of the months shows."""
        return min(len(self._rules.counted_months()), MONTHS)

    def words(self, kind: str, k: int) -> str:
        """The longest that 规则 says of an indicator."""
        return rule_words(self._rules.object(kind).indicators[k], self._rules)

    # what is chosen

    @cached_property
    def _keys(self) -> tuple[str, str]:
        kind, school, unit, compare = self._chosen
        if kind == _TEACHER:
            return key_of("teacher", school, unit), key_of("teacher", school, compare)
        return key_of("school", school), key_of("school", compare)

    @cached_property
    def _at(self) -> tuple[int, int]:
        """The places of both units among all, from 1; 0 for none."""
        _, school, unit, compare = self._chosen
        asked = (unit if self._chosen.kind == _TEACHER else school, compare)
        return (self._place(self._keys[0], asked[0]), self._place(self._keys[1], asked[1]))

    def _place(self, key: str, asked: str) -> int:
        if self._found is None or not asked or not self._kind:
            return 0
        if place := _match(key, self._units["键"]):
            return place
        return _match(plain(asked), self._units["账号"]) if self._kind == "teacher" else 0

    @cached_property
    def _first(self) -> tuple[int, int]:
        """Where their rows begin among the facts, from 1."""
        return (self._first_of(self._at[0]), self._first_of(self._at[1]))

    def _first_of(self, at: int) -> int:
        if not at or self._found is None:
            return 0
        found = np.flatnonzero(self._found.facts["单位"] == self._units["键"][at - 1])
        return int(found[0]) + 1 if len(found) else 0

    def _count(self, unit: int) -> int:
        return self.layout.items[self._kind] if self._first[unit] else 0

    @property
    def _base(self) -> int:
        return self.layout.items["school"] if self._chosen.kind == _TEACHER else 0

    # the workings

    def work_cells(self) -> Iterator[Cell]:
        """Every cell of the workings."""
        workings = (*self._of_units(), *self._of_lists())
        for row, (label, *both) in enumerate(workings, start=FIRST_ROW):
            yield Cell(row, WORK, label)
            for k, (formula, value) in enumerate(both, start=1):
                yield Cell(row, WORK + k, value, formula)
        yield from self._curves()
        yield from self._profiles()

    def _of_units(self) -> list[Working]:
        """Where the facts of the unit and of the one compared are."""
        kind, school, unit, compare = map(chosen_cell, SELECTION)
        teacher, layout, r = _IS_TEACHER, self.layout, self._refs
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
            ("键", (key(unit, school), self._keys[0]), (key(compare, compare), self._keys[1])),
            ("第几行", (at(asked, 1), self._at[0]), (at(compare, 2), self._at[1])),
            ("首行", (first(1), self._first[0]), (first(2), self._first[1])),
            ("项数", (count(1), self._count(0)), (count(2), self._count(1))),
        ]

    def _of_lists(self) -> list[Working]:
        """Where the lines of the unit's kind are, and the lists to choose from."""
        teacher, layout, r, lines = _IS_TEACHER, self.layout, self._refs, self.layout.lines
        keys, school = r.column(UNITS, "键"), chosen_cell("LookupSchool")
        home = f'IFERROR(MATCH("{_SCHOOL}|"&{_plain(school)},{keys},0),0)'
        behind = f"ROWS({keys})+1"
        listed = f"IF({work(Row.HOME)}=0,0,N(INDEX({r.column(UNITS, '教师数')},{work(Row.HOME)})))"
        begins = f"IF({work(Row.LISTED)}=0,{behind},INDEX({r.column(UNITS, '首位教师')},{work(Row.HOME)}))"
        return [
            ("项目起", (f"IF({teacher},{layout.items['school']},0)", self._base)),
            ("界线起", (f"IF({teacher},{lines['school']},0)", self._line_base)),
            ("界线数", (f"IF({work(Row.AT)}=0,0,IF({teacher},{lines['teacher']},{lines['school']}))", self._line_count)),
            ("本校行", (home, self._home)),
            ("名单起", (begins, self._list[0])),
            ("名单数", (listed, self._list[1])),
            ("学校数", (f"COUNT({r.column(UNITS, '教师数')})", self._schools)),
            ("对比起", (f"IF({teacher},{work(Row.LIST)},1)", self._list[0] if self._chosen.kind == _TEACHER else 1)),
            ("对比数", (f"IF({teacher},{work(Row.LISTED)},{work(Row.SCHOOLS)})", self._list[1] if self._chosen.kind == _TEACHER else self._schools)),
        ]  # fmt: skip

    @property
    def _line_base(self) -> int:
        return self.layout.lines["school"] if self._chosen.kind == _TEACHER else 0

    @property
    def _line_count(self) -> int:
        return self.layout.lines[self._kind] if self._at[0] else 0

    @cached_property
    def _home(self) -> int:
        return _match(key_of("school", self._chosen.school), self._units["键"]) if self._found else 0

    @cached_property
    def _list(self) -> tuple[int, int]:
        """Where the teachers of the chosen school begin, from 1, and how many there are."""
        count = _number(self._units["教师数"][self._home - 1]) if self._home else 0.0
        if not count:
            return max(self._units.height, 1) + 1, 0
        return int(self._units["首位教师"][self._home - 1]), int(count)

    @property
    def _schools(self) -> int:
        return int(np.isfinite(self._units["教师数"]).sum()) if self._found else 0

    def _curves(self) -> Iterator[Cell]:
        """The months of both units as the chart wants them: nothing at all where there is no score."""
        top = self.layout.work_months
        yield from self._heads(top - 1, ("月份", "本单位", "对比"))
        for k in range(MONTHS):
            yield self._copied(top + k, WORK, self.layout.months, k + 1, '{0}&""', str(self._month(k)))
            for unit in (0, 1):
                score = self._score(unit, MONTH_COLUMNS[k])
                value = UNAVAILABLE if score == "" else score
                yield self._copied(
                    top + k,
                    WORK + 1 + unit,
                    self.layout.months + 1 + unit,
                    k + 1,
                    'IF({0}="",NA(),{0})',
                    value,
                )

    def _profiles(self) -> Iterator[Cell]:
        """Shares of the full points: of a school one block of rows, of a teacher another, the other blank."""
        row = self.layout.work_profile
        yield from self._heads(row - 1, ("指标", "本单位", "全市中位", "对比"))
        for kind in OBJECT_LABELS:
            mine = self._kind == kind and self._first[0] > 0
            test = f'AND({chosen_cell("LookupKind")}="{OBJECT_LABELS[kind]}",{work(Row.FIRST)}>0)'
            for k in range(self.layout.items[kind] - 1):
                at, full = self.layout.head + 1 + k, f"'{LOOKUP}'!$F${self.layout.head + 1 + k}"
                name = self._item("项目", k) if mine else ""
                yield self._copied(row, WORK, at, 1, f'IF({test},{{0}},"")', name)
                for n, (column, value) in enumerate(((7, self._fact(0, "得分", k)), (10, self._item("全市中位", k)), (12, self._fact(1, "得分", k))), start=1):  # fmt: skip
                    blank = f'OR({{0}}="",{full}="")' if self._apart else '{0}=""'
                    share = f'IF({test},IF({blank},"",{{0}}/{full}),"")'
                    known = mine and value != "" and self._item("满分", k) != ""
                    yield self._copied(
                        row,
                        WORK + n,
                        at,
                        column,
                        share,
                        float(value) / float(self._item("满分", k)) if known else "",
                    )
                row += 1

    def _heads(self, row: int, heads: Sequence[str]) -> Iterator[Cell]:
        yield from (Cell(row, WORK + k, text) for k, text in enumerate(heads))

    def _copied(self, row: int, column: int, of_row: int, of_column: int, formula: str, value: Value) -> Cell:
        """A cell of the workings that reads one of the page."""
        return Cell(row, column, value, formula.format(f"'{LOOKUP}'!${letter(of_column)}${of_row}"))

    # the page

    def page_cells(self) -> Iterator[Cell]:
        """Every cell of the page that is no cell to choose in."""
        layout = self.layout
        yield Cell(1, 1, layout.title, look="title", to=LAST_COLUMN)
        above = f"'{DATA}'!$A${SUBTITLE_ROW}&\"\""
        yield Cell(2, 1, self._subtitle, above, "note", LAST_COLUMN)
        for column, label in ((1, "类别"), (3, "学校"), (6, "教师"), (10, "对比")):
            yield Cell(3, column, label, look="label")
        yield Cell(4, 1, self._message(), self._message_formula(), "message", LAST_COLUMN)
        yield from self._summary()
        yield from self._line_rows()
        yield from self._month_rows()
        yield from self._item_rows()
        yield Cell(layout.charts, 1, "各月得分（绿色：本单位；黄色：对比）", look="head", to=4)
        share = "各项得分占满分的比例（绿色：本单位；灰色：全市中位；黄色：对比）"
        yield Cell(layout.charts, 5, share, look="head", to=LAST_COLUMN)
        yield Cell(layout.last, 1, layout.source, look="note", to=LAST_COLUMN)

    def _message(self) -> str:
        kind, school, unit, compare = self._chosen
        asked = unit if kind == _TEACHER else school
        if self._found is None or not self._units.height:
            return NO_RESULTS
        if not self._kind:
            return f"请在“类别”里选{_SCHOOL}或{_TEACHER}"
        if not asked:
            return "请选一名教师；也可以只填账号" if kind == _TEACHER else "请选一所学校"
        if not self._at[0]:
            return f"没有找到“{asked}”：请从列表里选，或填完整的账号"
        if not self._first[0]:
            return _NOT_IN
        missed = f"；没有找到对比的“{compare}”" if compare and not self._at[1] else ""
        return self._named(0) + missed

    def _named(self, unit: int) -> str:
        """A unit in full: its school, and of a teacher the name and the account."""
        at = self._at[unit]
        if not at:
            return ""
        label = str(self._units["显示名"][at - 1])
        if self._kind == "school":
            return label
        account = str(self._units["账号"][at - 1])
        school = str(self._units["键"][at - 1]).split("|")[1]
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

    def _score(self, unit: int, name: str) -> Value:
        """A number of one of the units, "" for none."""
        at = self._at[unit]
        value = _number(self._units[name][at - 1]) if at else math.nan
        return "" if value != value else value

    def _text(self, unit: int, name: str) -> str:
        at = self._at[unit]
        return str(self._units[name][at - 1]) if at else ""

    def _summary(self) -> Iterator[Cell]:
        heads = ((1, "单位", 2), (3, "总分", 0), (4, "名次", 0), (5, "资格", 0), (6, "获奖", 9), (10, "月均得分", 0), (11, "说明", 12))  # fmt: skip
        for column, text, to in heads:
            yield Cell(5, column, text, look="head", to=to)
        for unit in (0, 1):
            row, column = 6 + unit, unit + 1
            blank = f'IF({work(Row.AT, column)}=0,"",{{}})'
            yield Cell(row, 1, self._named(unit), blank.format(self._named_formula(column)), "name", 2)
            for at, name, look in ((3, "总分", "score"), (4, "名次", "rank"), (10, BY_MONTHS, "score")):
                yield Cell(
                    row,
                    at,
                    self._score(unit, name),
                    blank.format(_or_blank(self._of_unit(name, column))),
                    look,
                )
            for at, name, to in ((5, "资格", 0), (6, "奖项", 9)):
                formula = blank.format(self._of_unit(name, column) + '&""')
                yield Cell(row, at, self._text(unit, name), formula, "long", to)
            total = f"{work(Row.FIRST, column)}+{work(Row.COUNT, column)}-1"
            said = f'IF({work(Row.FIRST, column)}=0,"",INDEX({self._refs.column(FACTS, "来源")},{total})&"")'
            note = self._fact(unit, "来源", self._count(unit) - 1) if self._count(unit) else ""
            yield Cell(row, 11, note, said, "long", 12)

    def _line_rows(self) -> Iterator[Cell]:
        top = self.layout.first_line
        for column, text, to in ((1, "界线", 4), (5, "界线分数", 0), (6, "本单位", 9), (10, "对比", 12)):
            yield Cell(top - 1, column, text, look="head", to=to)
        for k in range(max(self.layout.lines.values())):
            row, shown = top + k, k < self._line_count
            at = f"{work(Row.LINE_BASE)}+{k + 1}"
            within = f'IF({k + 1}>{work(Row.LINE_COUNT)},"",{{}})'
            line = f"INDEX({self._refs.column(LINES, '界线分数')},{at})"
            words, value = (self._line(column, k) if shown else "" for column in ("界线", "界线分数"))
            name = within.format(f"INDEX({self._refs.column(LINES, '界线')},{at})")
            yield Cell(row, 1, words, name, "long", 4)
            yield Cell(row, 5, value, within.format(_or_blank(line)), "score")
            for unit, (first, last) in enumerate(((6, 9), (10, 12))):
                said = self._distance(unit, k) if shown else ""
                yield Cell(
                    row, first, said, within.format(self._distance_formula(unit + 1, row, at)), "long", last
                )

    def _line(self, name: str, k: int) -> Value:
        assert self._found is not None
        value = self._found.lines[name][self._line_base + k]
        return "" if value != value else value if isinstance(value, str) else float(value)

    def _distance(self, unit: int, k: int) -> str:
        line = self._line("界线分数", k)
        own = self._score(unit, str(self._line("比较", k)))
        if isinstance(line, str) or isinstance(own, str):
            return ""
        more = float(round_score(np.array([own - line]))[0])
        if more < 0:
            return f"还差{-more:.2f}分"
        if self._line("比较", k) == BY_RANK and self._score(unit, "名次") == "":
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

    def _month_rows(self) -> Iterator[Cell]:
        top = self.layout.months
        yield Cell(top - 1, 1, "各月得分（上一行本单位，下一行对比）", look="head", to=LAST_COLUMN)
        for k in range(MONTHS):
            names = self._refs.column(MONTH_NAMES, "月份")
            named = f'IF({k + 1}>ROWS({names}),"",INDEX({names},{k + 1})&"")'
            yield Cell(top, k + 1, self._month(k), named, "label")
            for unit in (0, 1):
                name, column = MONTH_COLUMNS[k], unit + 1
                formula = f'IF({work(Row.AT, column)}=0,"",{_or_blank(self._of_unit(name, column))})'
                yield Cell(top + 1 + unit, k + 1, self._score(unit, name), formula, "score")

    def _month(self, k: int) -> str:
        names = self._found.months["月份"].tolist() if self._found else []
        return str(names[k]) if k < len(names) else ""

    def _item_rows(self) -> Iterator[Cell]:
        top = self.layout.head
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
            yield Cell(top, column, text, look="head")
        for k in range(max(self.layout.items.values())):
            yield from self._item_row(top + 1 + k, k)

    def _item_row(self, row: int, k: int) -> Iterator[Cell]:
        shown = k < self._count(0)
        at = f"{work(Row.BASE)}+{k + 1}"
        within = [f'IF({k + 1}>{work(Row.COUNT, c)},"",{{}})' for c in (1, 2)]
        for column, name, look in ((1, "项目", "name"), (2, "条款", "long"), (5, "规则", "long"), (6, "满分", "score"), (10, "全市中位", "score")):  # fmt: skip
            formula = within[0].format(_or_blank(f"INDEX({self._refs.column(ITEMS, name)},{at})"))
            yield Cell(row, column, self._item(name, k) if shown else "", formula, look)
        for unit, (value, points) in enumerate(((3, 7), (11, 12))):
            place = f"{work(Row.FIRST, unit + 1)}+{k}"
            given = f"INDEX({self._refs.column(FACTS, '取值')},{place})"
            percent = f"INDEX({self._refs.column(ITEMS, '百分数')},{at})=1"
            shown_as = f'IF(ISNUMBER({given}),IF({percent},TEXT({given},"0.0%"),ROUND({given},2)),{given}&"")'
            yield Cell(row, value, self._value(unit, k), within[unit].format(shown_as), "value")
            score = _or_blank(f"INDEX({self._refs.column(FACTS, '得分')},{place})")
            yield Cell(row, points, self._fact(unit, "得分", k), within[unit].format(score), "score")
        for column, name in ((4, "来源"), (9, "还差")):
            said = f'INDEX({self._refs.column(FACTS, name)},{work(Row.FIRST)}+{k})&""'
            yield Cell(row, column, self._fact(0, name, k), within[0].format(said), "long")
        got = self._fact(0, "得分", k)
        full = self._item("满分", k)
        lost = round(float(full) - float(got), 6) if got != "" and full != "" else ""
        blank = f'OR($F${row}="",$G${row}="")' if self._apart else f'$G${row}=""'
        yield Cell(row, 8, lost, f'IF({blank},"",ROUND($F${row}-$G${row},6))', "score")

    def _item(self, name: str, k: int) -> Value:
        """What is said of the k-th indicator of the chosen kind, "" for none."""
        if self._found is None or not k < self.layout.items.get(self._kind, 0):
            return ""
        value = self._found.items[name][self._base + k]
        return value if isinstance(value, str) else "" if value != value else float(value)

    def _fact(self, unit: int, name: str, k: int) -> Value:
        """One fact of a unit's k-th row, "" for none."""
        if not k < self._count(unit) or self._found is None:
            return ""
        value = self._found.facts[name][self._first[unit] - 1 + k]
        return value if isinstance(value, str) else "" if value != value else float(value)

    def _value(self, unit: int, k: int) -> Value:
        value = self._fact(unit, "取值", k)
        if isinstance(value, str):
            return value
        if self._item("百分数", k) == 1:
            return f"{math.floor(value * 1000 + 0.5 + 1e-7) / 10:.1f}%"
        return float(round_score(np.array([value]))[0])


def _match(text: str, column: np.ndarray) -> int:
    """The place of a text in a column, from 1, as MATCH finds it: case does not matter; 0 for none."""
    wanted = text.lower()
    return next((k for k, other in enumerate(column, start=1) if other.lower() == wanted), 0)


def _number(value: object) -> float:
    assert isinstance(value, float)
    return float(value)


def _or_blank(cell: str) -> str:
    """A cell's value, and of a blank nothing instead of 0."""
    return f'IF({cell}="","",{cell})'


def _plain(cell: str) -> str:
    """`plain` as a formula."""
    return "SUBSTITUTE(" * 4 + _FULL_WIDTH.format(cell)
