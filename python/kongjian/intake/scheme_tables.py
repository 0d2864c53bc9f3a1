"""The tables of 规则 with which a workbook carries its whole scheme: Scheme, Months, EligibilityRules, AwardRules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.base.grid import YES, Cell, Grid
from kongjian.base.text import clean, fold
from kongjian.intake.rule_rows import (
    RULE_SHEET,
    RuleRow,
    day,
    find_columns,
    matched,
    month,
    number,
    rule_rows,
    share,
)
from kongjian.intake.values import folded
from kongjian.rules.identity import fingerprint
from kongjian.rules.ladders import following_faults, ladder_faults
from kongjian.rules.model import Award, Condition, Edits, ObjectScheme, Rules
from kongjian.rules.model_scheme import Period
from kongjian.rules.objects import OBJECT_BY_NAME, OBJECT_LABELS
from kongjian.rules.parameters import FACTS, MAY_LACK, items, with_edits

SCHEME, MONTHS, CONDITIONS, AWARDS = "Scheme", "Months", "EligibilityRules", "AwardRules"
COLUMNS: dict[str, tuple[str, ...]] = {
    SCHEME: ("项目", "取值"),
    MONTHS: ("月份", "计入"),
    CONDITIONS: ("对象", "条件", "界线", "出处"),
    AWARDS: ("奖项", "对象", "获奖人", "起名次", "止名次", "占比", "分组列", "最低分", "授予单位", "出处"),
}
ID, FINGERPRINT = "方案编号", "方案指纹"
"""The items of Scheme that no workbook may change."""
MOST_MONTHS = 36
"""A longer period is a mistyped year."""
_KEYS = {SCHEME: "项目", MONTHS: "月份", CONDITIONS: "条件", AWARDS: "奖项"}
_READERS: dict[str, Callable[[Cell], Any]] = {"number": number, "month": month, "day": day}


def _example(kind: str, rules: Rules) -> str:
    """How a value of this kind is to be written, by the scheme's own."""
    examples = {"month": rules.period.start, "day": rules.scheme.apply_by}
    return f"请写成 {examples[kind]} 这样" if kind in examples else "应为大于0的数字"


def carries_scheme(grid: Grid) -> bool:
    """Whether this is the 规则 of a workbook that carries its whole scheme; those of the first edition do not."""
    return any(find_columns(grid, columns) for columns in COLUMNS.values())


def named_scheme(grid: Grid) -> tuple[str, str]:
    """The id of the workbook's scheme and its cell; ("", "") where the sheet names none."""
    for row in rule_rows(grid, COLUMNS[SCHEME], _KEYS[SCHEME], []) or ():
        if row.text("项目") == ID and not row.blank("取值"):
            return row.text("取值"), row.where("取值")
    return "", ""


def check_definitions(grid: Grid, rules: Rules) -> None:
    """Raises KongjianError where the sheet says that its scheme is defined otherwise than in these rules."""
    for row in rule_rows(grid, COLUMNS[SCHEME], _KEYS[SCHEME], []) or ():
        if row.text("项目") == FINGERPRINT and not row.blank("取值"):
            _same_definitions(row, rules)


def _same_definitions(row: RuleRow, rules: Rules) -> None:
    if fold(row.text("取值")) != fold(fingerprint(rules)):
        raise KongjianError(
            f"{row.where('取值')}：装的方案“{rules.scheme.id}”与本簿的在指标、推算办法、有效数据、达标条件或同分先后上不同，"
            "不能用来重算；请用生成本簿的那一版程序，或把数据粘贴到新的 kongjian.xlsm"
        )


def check_scheme(grid: Grid, rules: Rules) -> None:
    """Raises KongjianError where the workbook's scheme is not the one that is installed, or is defined otherwise."""
    rows = {row.text("项目"): row for row in _rows(grid, SCHEME, [])}
    for name in (ID, FINGERPRINT):
        if name not in rows:
            raise KongjianError(f"{RULE_SHEET}：缺“{name}”这一项，请从原来的工作簿补上这一行")
    given, ours = rows[ID].text("取值"), rules.scheme.id
    if fold(given) != fold(ours):
        raise KongjianError(
            f"{rows[ID].where('取值')}：本簿的方案是“{given}”，这台电脑装的是“{ours}”（{rules.scheme.name}）；"
            f"请用装有“{given}”的电脑打开，写错了就改回“{ours}”"
        )
    _same_definitions(rows[FINGERPRINT], rules)


def full_points(grid: Grid, scheme: ObjectScheme) -> tuple[float, list[str]]:
    """An object's full points as the sheet has them, and the cell, in a list, where it changes them."""
    name = f"{scheme.label}满分"
    for row in rule_rows(grid, COLUMNS[SCHEME], "项目", []) or ():
        given = number(row["取值"]) if row.text("项目") == name else None
        if given is not None and given != scheme.points:
            return given, [f"{row.where('取值')}（{name}由{scheme.points:g}改成{given:g}）"]
    return scheme.points, []


def scheme_edits(grid: Grid, rules: Rules, faults: list[str]) -> Edits:
    """What the four tables change; whatever cannot be used goes to the faults, each with its cell."""
    return _Tables(grid, rules, faults).edits()


def _rows(grid: Grid, table: str, faults: list[str]) -> list[RuleRow]:
    """The rows of one of the four tables, which must all be there."""
    rows = rule_rows(grid, COLUMNS[table], _KEYS[table], faults)
    if rows is None:
        columns = "、".join(COLUMNS[table])
        raise KongjianError(f"{RULE_SHEET}：找不到有“{columns}”这些列的表，请从原来的工作簿补上")
    return rows


class _Tables:
    """The four tables of one workbook."""

    def __init__(self, grid: Grid, rules: Rules, faults: list[str]) -> None:
        self._rules, self._faults = rules, faults
        self._rows = {table: _rows(grid, table, faults) for table in COLUMNS}
        self._edits: dict[tuple[str, str], dict[str, Any]] = {}

    def edits(self) -> Edits:
        before = len(self._faults)
        self._facts()
        if len(self._faults) == before:  # months and bounds are held against them
            edited = with_edits(self._rules, self._edits)
            self._months(edited.period)
            self._conditions(edited)
            self._awards(edited)
        return self._edits

    def _fault(self, row: RuleRow, column: str, text: str) -> None:
        self._faults.append(f"{row.where(column)}：{text}")

    def _change(self, item: tuple[str, str], parameter: str, value: object, now: object) -> None:
        if value != now:
            self._edits.setdefault(item, {})[parameter] = value

    def _facts(self) -> None:
        there = {row.text("项目") for row in self._rows[SCHEME]}
        known = {fold(n): n for n in (ID, *FACTS, FINGERPRINT) if n in there or n not in MAY_LACK}
        now, found = dict(items(self._rules)), {}
        for name, row in matched(
            self._rows[SCHEME], "项目", "项目", known, lambda r: r.folded("项目"), self._faults
        ):
            if name in FACTS:
                found[name] = row
                value = self._fact(name, row)
                kept = now["scheme", name]
                self._change(("scheme", name), "value", value, clean(kept) if isinstance(kept, str) else kept)
        period = with_edits(self._rules, self._edits).period
        if self._faults:
            return
        if period.start > period.end:
            self._fault(found["评选结束"], "取值", f"评选结束{period.end}早于评选开始{period.start}")
        elif len(period.months()) > MOST_MONTHS:
            said = f"{period.start}至{period.end}超过{MOST_MONTHS}个月"
            self._fault(found["评选结束"], "取值", f"{said}，请核对评选开始和评选结束")

    def _fact(self, name: str, row: RuleRow) -> Any:
        kind = FACTS[name][1]
        if row.blank("取值"):
            if name not in MAY_LACK:
                self._fault(row, "取值", f"{name}空白，请填写")
            return ""
        if kind == "text":
            return row.text("取值")
        value = _READERS[kind](row["取值"])
        if not value or (kind == "number" and value < 0):
            self._fault(row, "取值", f"{name}“{row.text('取值')}”不能用，{_example(kind, self._rules)}")
        return value

    def _months(self, period: Period) -> None:
        """Months lists exactly the period."""
        due, before = period.months(), len(self._faults)
        yes, no = (folded(w) for w in (self._rules.words.yes, self._rules.words.no))
        listed: dict[str, bool] = {}
        for row in self._rows[MONTHS]:
            name = month(row["月份"])
            if not name:
                self._fault(row, "月份", f"月份“{row.text('月份')}”认不出，{_example('month', self._rules)}")
            elif name not in due:
                outside = f"{name}不在评选开始到评选结束（{period.start}至{period.end}）之内"
                self._fault(row, "月份", f"{outside}，请删去这一行，或改评选开始、评选结束")
            elif name in listed:
                self._fault(row, "月份", f"{name}有两行，请只留一行")
            elif row.folded("计入") not in yes | no:
                self._fault(row, "计入", f"{name}计入“{row.text('计入')}”不能用，请填“是”或“否”")
            else:
                listed[name] = row.folded("计入") in yes
                self._change(("month", name), "counted", listed[name], name not in self._rules.uncounted)
        if len(self._faults) > before:
            return
        last = self._rows[MONTHS][-1] if self._rows[MONTHS] else self._rows[SCHEME][-1]
        if lacking := "、".join(m for m in due if m not in listed):
            self._fault(last, "月份", f"还缺{lacking}；请在下面补上，“月份”要正好是评选开始到评选结束的各月")
        elif not any(listed.values()):
            self._fault(last, "计入", "至少要有一个月计入")

    def _conditions(self, edited: Rules) -> None:
        known: dict[tuple[str, str], Condition] = {(c.object, fold(c.label)): c for c in edited.conditions}
        for condition, row in matched(
            self._rows[CONDITIONS],
            "条件",
            "达标条件",
            known,
            lambda r: object_and_name(r, "条件"),
            self._faults,
        ):
            item = "condition", condition.label
            bound = self._bound(condition, row, edited.object(condition.object).points)
            if bound is not None:
                self._change(item, "at_least", bound, condition.at_least)
            self._text(item, "source", row, "出处", condition.source)

    def _bound(self, condition: Condition, row: RuleRow, full: float) -> float | None:
        """The bound as the engine takes it; None for none."""
        name, said = condition.label, row.text("界线")
        if condition.kind == "yes_no":
            if row.folded("界线") not in folded(self._rules.words.yes):
                self._fault(row, "界线", f"{name}“{said}”不能用，只能是“{YES}”")
            return None
        rate = condition.kind == "rate"
        value, most = share(row["界线"]) if rate else number(row["界线"]), 1.0 if rate else full
        if value is None or not 0 < value <= most:
            allowed = "大于0%、不大于100%" if rate else f"大于0、不大于满分{full:g}"
            self._fault(row, "界线", f"{name}的界线“{said}”不能用，应{allowed}")
            return None
        return value

    def _awards(self, edited: Rules) -> None:
        before = len(self._faults)
        known = {fold(a.name): a for a in edited.awards}
        at: dict[str, RuleRow] = {}
        for award, row in matched(
            self._rows[AWARDS], "奖项", "奖项", known, lambda r: r.folded("奖项"), self._faults
        ):
            at[award.name] = row
            self._award(award, row)
        if len(self._faults) > before:
            return
        awards = with_edits(edited, self._edits).awards
        for kind in OBJECT_LABELS:
            for name, fault in (*ladder_faults(awards, kind), *following_faults(awards, kind)):
                self._fault(at[name], "起名次", f"{name}{fault}")

    def _award(self, award: Award, row: RuleRow) -> None:
        for column, wanted in (("对象", OBJECT_LABELS[award.object]), ("获奖人", award.winner)):
            if row.folded(column) != fold(wanted):
                self._fault(row, column, f"{award.name}的{column}由方案定，应为“{wanted}”")
        item = "award", award.name
        if row.blank("占比"):
            self._ranks(award, row)
        else:
            for column in ("起名次", "止名次"):
                if not row.blank(column):
                    self._fault(row, column, f"{award.name}按占比评，名次接在前一个奖项后面，请清空{column}")
            self._change(item, "first", 0, award.first)
            self._change(item, "last", 0, award.last)
        self._change(item, "share", self._share(award, row), award.share)
        self._change(item, "group", self._group(award, row), award.group)
        self._change(item, "least", self._least(award, row), award.least)
        self._text(item, "granted_by", row, "授予单位", award.granted_by)
        self._text(item, "source", row, "出处", award.source)

    def _ranks(self, award: Award, row: RuleRow) -> None:
        first, last = (number(row[c]) for c in ("起名次", "止名次"))
        for column, value in (("起名次", first), ("止名次", last)):
            if value is None or value < 1 or value != int(value):
                said = row.text(column)
                self._fault(row, column, f"{award.name}的{column}“{said}”不能用，应为1、2、3……")
                return
        assert first is not None
        assert last is not None
        if first > last:
            self._fault(row, "止名次", f"{award.name}的止名次{last:g}小于起名次{first:g}")
        self._change(("award", award.name), "first", int(first), award.first)
        self._change(("award", award.name), "last", int(last), award.last)

    def _share(self, award: Award, row: RuleRow) -> float:
        value = None if row.blank("占比") else share(row["占比"])
        if value is None and row.blank("占比"):
            return 0.0
        if value is None or not 0 < value <= 1:
            self._fault(row, "占比", f"{award.name}的占比“{row.text('占比')}”不能用，应大于0%、不大于100%")
        return value or 0.0

    def _group(self, award: Award, row: RuleRow) -> str:
        if row.blank("分组列"):
            return ""
        columns = self._rules.table(f"{award.object}s").columns
        known = {fold(c.name): c.name for c in columns if c.kind in ("text", "choice")}
        if row.folded("分组列") not in known:
            said = (
                f"{award.name}的分组列“{row.text('分组列')}”不是{OBJECT_LABELS[award.object]}数据里写文字的列"
            )
            self._fault(row, "分组列", f"{said}，可用：{'、'.join(known.values())}")
        return known.get(row.folded("分组列"), "")

    def _least(self, award: Award, row: RuleRow) -> float:
        most = self._rules.object(award.object).most
        value = number(row["最低分"])
        if row.blank("最低分"):
            return 0.0
        if value is None or not 0 < value <= most or abs(value * 100 - round(value * 100)) > 1e-6:
            said = f"{award.name}的最低分“{row.text('最低分')}”不能用"
            self._fault(row, "最低分", f"{said}，应大于0、不大于{most:g}，最多两位小数")
        return value or 0.0

    def _text(self, item: tuple[str, str], parameter: str, row: RuleRow, column: str, now: str) -> None:
        if row.blank(column):
            self._fault(row, column, f"{item[1]}的{column}空白，请填写")
        else:
            self._change(item, parameter, row.text(column), clean(now))


def object_and_name(row: RuleRow, column: str) -> tuple[str, str]:
    """The kind of unit that a row is about, and what its column names."""
    return OBJECT_BY_NAME.get(row.folded("对象"), ""), row.folded(column)
