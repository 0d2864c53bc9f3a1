"""The sheet 规则 of a copy: every parameter in a cell of its own, so that the formulas can refer to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_col_to_name

from kongjian.mailing.copy_sheets import Entry
from kongjian.mailing.formulas import SHADE, IndicatorCells, rest_is_scaled
from kongjian.rules.model import KIND_LABELS, Award, Condition, Indicator, ObjectScheme, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.wording import rule_words
from kongjian.workbook.layout import RULES
from kongjian.xlsx.table_parts import HEADER_ROW

_LEADING = ("对象", "一级指标", "指标", "分值", "计分方式", "单位", "目标", "每少扣分")
_OBJECT, _CATEGORY, _NAME, _POINTS, _KIND, _UNIT, _TARGET, _PER = range(1, len(_LEADING) + 1)
_CONDITIONS = ("对象", "", "达标条件", "下限")
_MORE = ("占比", "最低分", "分组列")
_AWARDS = ("对象", "授予", "奖项", "名次自", "名次至", "人数", "前面各奖人数", "名次靠前的达标数")
WIDTHS = (9.0, 22.0, 30.0, 9.0, 11.0, 9.0, 13.0, 13.0)
BAND_WIDTH, WORDS_WIDTH = 7.5, 60.0
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class AwardCells:
    """Absolute ranges over the awards' rows, one column each, in the order in which the awards are listed."""

    kind: str
    recipient: str
    name: str
    first: str
    last: str
    count: str
    before: str
    ahead: str


@dataclass(frozen=True)
class RuleSheet:
    """Where everything stands on 规则. Rows and columns count from 1."""

    rules: Rules
    bands: int
    awards: tuple[Award, ...]

    @property
    def words_column(self) -> int:
        return len(_LEADING) + 2 * self.bands + 1

    @property
    def _schemes(self) -> tuple[ObjectScheme, ObjectScheme]:
        return self.rules.school, self.rules.teacher

    @property
    def indicators(self) -> list[tuple[ObjectScheme, Indicator]]:
        return [(scheme, i) for scheme in self._schemes for i in scheme.indicators]

    @property
    def conditions(self) -> list[Condition]:
        return [c for scheme in self._schemes for c in self.rules.conditions_for(scheme.object)]

    @property
    def totals_top(self) -> int:
        return HEADER_ROW + len(self.indicators) + 1

    @property
    def conditions_top(self) -> int:
        """The header row of the conditions, a blank row below the totals."""
        return self.totals_top + len(self._schemes) + 1

    @property
    def awards_top(self) -> int:
        return self.conditions_top + len(self.conditions) + 2

    def indicator(self, kind: str, name: str) -> IndicatorCells:
        """An indicator's parameter cells as formulas of other sheets name them."""
        at = next(
            n
            for n, (s, i) in enumerate(self.indicators, HEADER_ROW + 1)
            if (s.object, i.name) == (kind, name)
        )
        bands = self.rules.object(kind).indicator(name).bands
        first = len(_LEADING) + 1
        pairs = [(_at(at, first + 2 * k), _at(at, first + 2 * k + 1)) for k in range(len(bands))]
        return IndicatorCells(_at(at, _POINTS), _at(at, _TARGET), _at(at, _PER), tuple(pairs))

    def full(self, kind: str) -> str:
        """The cell with the points of all indicators together."""
        return _at(self.totals_top + (0 if kind == self._schemes[0].object else 1), _UNIT)

    def bounds(self) -> dict[str, str]:
        """The cell with each condition's bound, by the condition's id."""
        return {c.id: _at(n, _POINTS) for n, c in enumerate(self.conditions, self.conditions_top + 1)}

    def award_ranges(self) -> AwardCells:
        return AwardCells(*(self._awards_range(column) for column in (1, 2, 3, 4, 5, 6, 7, 8)))

    def award_first(self, number: int) -> str:
        return _at(self.awards_top + 1 + number, 4)

    def award_last(self, number: int) -> str:
        return _at(self.awards_top + 1 + number, 5)

    def award_share(self, number: int) -> str:
        return _at(self.awards_top + 1 + number, len(_AWARDS) + 1)

    def award_least(self, number: int) -> str:
        return _at(self.awards_top + 1 + number, len(_AWARDS) + 2)

    def _awards_range(self, column: int) -> str:
        letter = xl_col_to_name(column - 1)
        last = self.awards_top + max(len(self.awards), 1)
        return f"'{RULES}'!${letter}${self.awards_top + 1}:${letter}${last}"


def rule_sheet(rules: Rules) -> RuleSheet:
    bands = max((len(i.bands) for s in (rules.school, rules.teacher) for i in s.indicators), default=0)
    awards = tuple(a for kind in ("school", "teacher") for a in rules.awards if a.object == kind)
    return RuleSheet(rules, bands, awards)


def full_rest(sheet: RuleSheet, kind: str) -> list[str]:
    """The points cells that a teacher without a class does not owe, where the reading scales up the rest."""
    if not rest_is_scaled(sheet.rules):
        return []
    only = [i for i in sheet.rules.object(kind).indicators if i.homeroom_only]
    return [sheet.indicator(kind, i.name).points for i in only]


def rule_entries(sheet: RuleSheet, award_counts: Sequence[Sequence[Entry]]) -> list[Entry]:
    """Every cell of 规则 below its subtitle. `award_counts` are the cells right of each award's ranks."""
    out = [Entry(HEADER_ROW, n, name, look="header") for n, name in enumerate(_headers(sheet), 1)]
    for row, (scheme, indicator) in enumerate(sheet.indicators, HEADER_ROW + 1):
        out += _indicator_entries(sheet, row, scheme, indicator)
    out += _total_entries(sheet)
    out += _condition_entries(sheet)
    return out + _award_entries(sheet, award_counts)


def _headers(sheet: RuleSheet) -> list[str]:
    bands = [f"{_NUMERALS[k]}档{what}" for k in range(sheet.bands) for what in ("起", "分")]
    return [*_LEADING, *bands, "发出时的规则"]


def _indicator_entries(sheet: RuleSheet, row: int, scheme: ObjectScheme, indicator: Indicator) -> list[Entry]:
    deducts, scored = indicator.kind in ("deduct", "bonus"), indicator.kind != "veto"
    target = indicator.target if indicator.kind in ("deduct", "threshold") else None
    assert not isinstance(target, str)
    out = [
        Entry(row, _OBJECT, scheme.label, look="word"),
        Entry(row, _CATEGORY, indicator.category),
        Entry(row, _NAME, indicator.name, look="name"),
        Entry(row, _POINTS, indicator.points if scored else None, look="input" if scored else "fixed"),
        Entry(row, _KIND, KIND_LABELS[indicator.kind], look="word"),
        Entry(row, _UNIT, "" if indicator.kind == "bands" else indicator.unit, look="word"),
        Entry(row, _TARGET, target, look="fixed" if target is None else "input"),
        Entry(row, _PER, indicator.per if deducts else None, look="input" if deducts else "fixed"),
        Entry(row, sheet.words_column, rule_words(indicator, sheet.rules), look="long"),
    ]
    cells = sheet.indicator(scheme.object, indicator.name)
    for k in range(sheet.bands):
        at = len(_LEADING) + 1 + 2 * k
        if k >= len(indicator.bands):
            out += [Entry(row, at, None, look="fixed"), Entry(row, at + 1, None, look="fixed")]
            continue
        band = indicator.bands[k]
        out.append(Entry(row, at, band.at_least, look="input"))
        # the highest band gives the indicator's points
        formula, look = (f"{cells.points}", "fixed") if k == 0 else ("", "input")
        out.append(Entry(row, at + 1, band.points, formula, look))
    return out


def _total_entries(sheet: RuleSheet) -> list[Entry]:
    out, first = [], HEADER_ROW + 1
    for row, scheme in enumerate(sheet._schemes, sheet.totals_top):
        last = first + len(scheme.owed) - 1
        points = sum(i.points for i in scheme.owed)
        wrong = f'IF(ABS({_own(row, _POINTS)}-{_own(row, _UNIT)})<{SHADE},"","合计不等于满分，请改分值")'
        out += [
            Entry(row, _OBJECT, scheme.label, look="word"),
            Entry(row, _NAME, "分值合计", look="name"),
            Entry(row, _POINTS, points, f"SUM({_own(first, _POINTS)}:{_own(last, _POINTS)})", "number"),
            Entry(row, _KIND, "满分", look="word"),
            Entry(row, _UNIT, scheme.points, look="number"),
            Entry(row, _TARGET, "", wrong, "warning"),
        ]
        first += len(scheme.indicators)
    return out


def _condition_entries(sheet: RuleSheet) -> list[Entry]:
    top = sheet.conditions_top
    out = [Entry(top, n, name, look="header") for n, name in enumerate(_CONDITIONS, 1)]
    for row, condition in enumerate(sheet.conditions, top + 1):
        given = {"yes_no": "是", "veto": "否"}.get(condition.kind)
        look = "word" if given else "input_rate" if condition.kind == "rate" else "input"
        out += [
            Entry(row, _OBJECT, OBJECT_LABELS[condition.object], look="word"),
            Entry(row, _NAME, condition.label, look="name"),
            Entry(row, _POINTS, given or condition.at_least, look=look),
        ]
    return out


def _award_entries(sheet: RuleSheet, counts: Sequence[Sequence[Entry]]) -> list[Entry]:
    columns = _AWARDS if counts else _AWARDS[:5]
    out = [Entry(sheet.awards_top, n, name, look="header") for n, name in enumerate(columns, 1)]
    for row, award in enumerate(sheet.awards, sheet.awards_top + 1):
        out += [
            Entry(row, 1, OBJECT_LABELS[award.object], look="word"),
            Entry(row, 2, award.winner, look="word"),
            Entry(row, 3, award.name, look="name"),
            Entry(row, 4, award.first or None, look="input_rank" if award.first else "fixed"),
            Entry(row, 5, award.last or None, look="input_rank" if award.last else "fixed"),
        ]
    if any(a.least or not a.by_rank for a in sheet.awards):
        out += _more_entries(sheet)
    return out + [entry for entries in counts for entry in entries]


def _more_entries(sheet: RuleSheet) -> list[Entry]:
    """Shares, least scores and the columns of groups, right of the counts."""
    left = len(_AWARDS) + 1
    out = [Entry(sheet.awards_top, left + n, name, look="header") for n, name in enumerate(_MORE)]
    for row, award in enumerate(sheet.awards, sheet.awards_top + 1):
        out += [
            Entry(row, left, award.share or None, look="input_rate" if award.share else "fixed"),
            Entry(row, left + 1, award.least or None, look="input" if award.least else "fixed"),
            Entry(row, left + 2, award.group, look="word"),
        ]
    return out


def _own(row: int, column: int) -> str:
    return f"{xl_col_to_name(column - 1)}{row}"


def _at(row: int, column: int) -> str:
    """A cell of this sheet, absolute, as other sheets name it."""
    return f"'{RULES}'!${xl_col_to_name(column - 1)}${row}"
