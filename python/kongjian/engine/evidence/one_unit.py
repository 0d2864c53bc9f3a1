"""What 单位查询 shows of every school and every teacher: tables that a worksheet's own formulas look one unit up in.

Worked out by columns: a city's teachers have tens of thousands of rows. What is the same for all units of a kind stands
once, in a row for each indicator, each award's line and each month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.awards import NOTE_JOIN, STATE, UNIT
from kongjian.engine.evidence.explain import is_percent
from kongjian.engine.evidence.explanations import measured, used, woven
from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.engine.frame import Floats, Frame, Ints, Texts, texts
from kongjian.engine.matching import rows, school_keys
from kongjian.engine.outcome import Outcome, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import MISSING, from_cents
from kongjian.rules.model import APART, ObjectScheme, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.wording import place_words, rule_words

TOTAL = "合计"
ADDED = "各项相加，四舍五入到两位小数"
BY_RANK, BY_MONTHS = "排名分", "月均"
"""What is compared with a line."""
MONTHS = 12
"""A unit's months: the last ones, where the scheme counts more."""
MOST_ROWS = 1_000_000
"""A sheet takes little more; a city with more leaves the teachers' indicators out."""
_NAMELESS = "无姓名"
_END = 4
"""Digits of an account that tell namesakes apart, where they do."""
_WILD = str.maketrans("~*?|", "～＊？｜")
"""A worksheet's MATCH takes the half-width ones for patterns, and the last one parts a key."""


@dataclass(frozen=True)
class Lookup:
    """The tables, by the columns of the sheet: see `workbook.lookup_sheet` for where they stand.

    `facts`: a row per unit and indicator and one for its total, by school. `units`: schools, then teachers by school.
    `items`: a row per indicator of each kind and its total. `lines`: each award's and the pass mark. `months`: the counted ones.
    """

    facts: Frame
    units: Frame
    items: Frame
    lines: Frame
    months: Frame
    order: dict[str, Ints]
    """By kind the positions in the input of its rows of `units`."""

    def called(self, kind: str, at: int) -> tuple[str, str]:
        """By which school and which label the unit at this position of the input is chosen."""
        before = 0 if kind == "school" else len(self.order["school"])
        row = before + int(np.flatnonzero(self.order[kind] == at)[0])
        label = str(self.units["显示名"][row])
        return (label, "") if kind == "school" else (str(self.units["键"][row]).split("|")[1], label)


def key_of(kind: str, school: str, person: str = "") -> str:
    """What a unit's rows are found by: a text without characters that mean something to a worksheet's search."""
    parts = [OBJECT_LABELS[kind], school, *([person] if kind == "teacher" else [])]
    return "|".join(plain(part) for part in parts)


def plain(text: str) -> str:
    """A text as it is looked for: case does not matter to a worksheet."""
    return text.translate(_WILD)


def lookup(
    results: Results,
    rules: Rules,
    schools: Ints | None = None,
    teachers: Ints | None = None,
    lines: bool = True,
) -> Lookup:
    """The tables of a run, of all units or those at these positions of the input.

    `lines` is false where a median or an award's line would give another school's score away: then both are blank.
    """
    some = {
        "school": np.arange(results.school.units.height) if schools is None else schools,
        "teacher": np.arange(results.teacher.units.height) if teachers is None else teachers,
    }
    order, school_of, called = _by_school(results, some)
    known = {kind: _Kind(results.of(kind), rules, order[kind], school_of[kind], called) for kind in order}
    held = {kind: _held(results, rules, kind) for kind in order}
    parts = [known[kind].facts() for kind in order if known[kind].fits]
    at = np.concatenate([known[kind].turns(n) for n, kind in enumerate(order) if known[kind].fits])
    facts = Frame({c: np.concatenate([p[c] for p in parts])[np.argsort(at, kind="stable")] for c in parts[0]})
    units = [known[kind].units(held[kind]) for kind in order]
    first, count = _theirs(school_of, len(order["school"]))
    blank = np.full(len(order["teacher"]), np.nan)
    return Lookup(
        facts,
        Frame(
            {c: np.concatenate([u[c] for u in units]) for c in units[0]}
            | {"首位教师": np.concatenate([first, blank]), "教师数": np.concatenate([count, blank])}
        ),
        _stacked([_items(results.of(kind), rules, lines) for kind in order]),
        _stacked([_lines(results.of(kind), rules, lines) for kind in order]),
        Frame({"月份": texts(rules.counted_months()[-MONTHS:])}),
        order,
    )


def _by_school(results: Results, some: dict[str, Ints]) -> tuple[dict[str, Ints], dict[str, Ints], list[str]]:
    """The units in the order of 学校数据, teachers by school; the place of each one's school, and what it is called there.

    Schools that are not in 学校数据 come last.
    """
    names = {kind: results.of(kind).names["学校名称"][at].tolist() for kind, at in some.items()}
    keys = {kind: school_keys(names[kind]) for kind in some}
    place: dict[str, int] = {}
    called: list[str] = []
    for kind in some:
        for key, name in zip(keys[kind], names[kind], strict=True):
            if place.setdefault(key, len(place)) == len(called):
                called.append(name)
    at = {kind: np.array([place[key] for key in keys[kind]], dtype=np.int64) for kind in some}
    order = {kind: np.argsort(at[kind], kind="stable") for kind in some}
    sorted_ = {kind: some[kind][order[kind]] for kind in some}
    return sorted_, {kind: at[kind][order[kind]] for kind in some}, called


def _theirs(school_of: dict[str, Ints], schools: int) -> tuple[Floats, Floats]:
    """Where each school's teachers begin among all units, counted from 1, and how many there are."""
    own, theirs = school_of["school"], school_of["teacher"]
    first = np.searchsorted(theirs, own, side="left") + schools + 1
    count = np.searchsorted(theirs, own, side="right") - np.searchsorted(theirs, own, side="left")
    return first.astype(np.float64), count.astype(np.float64)


def _held(results: Results, rules: Rules, kind: str) -> dict[int, str]:
    """The awards of each unit by its position, each with its state."""
    of = {a.name for a in rules.awards if a.object == kind}
    table, out = results.tables["Awards"], dict[int, list[str]]()
    for name, state, unit in zip(table["奖项"], table[STATE], table[UNIT].tolist(), strict=True):
        if name in of:
            out.setdefault(int(unit), []).append(f"{name}（{state}）" if state else name)
    return {unit: NOTE_JOIN.join(names) for unit, names in out.items()}


class _Kind:
    """The schools or the teachers: `at` are their positions in the input, `school` the place of each one's school."""

    def __init__(self, of: Outcome, rules: Rules, at: Ints, school: Ints, called: Sequence[str]) -> None:
        self._of, self._rules, self._at, self._school = of, rules, at, school
        self._scheme: ObjectScheme = rules.object(of.kind)
        self._own = of.units.take(at)
        self._names = of.names.take(at)
        self._labels = labels(of.kind, self._names)
        if of.kind == "school":
            keys = (key_of("school", label) for label in self._labels)
        else:
            keys = (key_of("teacher", called[k], p) for k, p in zip(school, self._labels, strict=True))
        self._keys = texts(keys)
        self.fits = of.kind == "school" or len(at) * (len(self._scheme.indicators) + 1) <= MOST_ROWS

    def turns(self, kind: int) -> Ints:
        """The turn of each row of `facts`: by school, its own before its teachers'."""
        return np.repeat(2 * self._school + kind, len(self._scheme.indicators) + 1)

    def facts(self) -> Frame:
        scheme, scores = self._scheme, self._of.scores
        lines = [measured(self._own, i, self._of.kind, self._rules) for i in scheme.indicators]
        columns = list(zip(*lines, strict=True))
        blank, total = texts([""] * len(self._at)), scores.total[self._at]
        count = scores.missing[:, self._at].sum(axis=0)
        notes = texts(self._note(int(i), int(n)) for i, n in zip(self._at, count, strict=True))
        names = [*(i.name for i in scheme.indicators), TOTAL]
        return Frame(
            {
                "单位": np.repeat(self._keys, len(names)),
                "指标": texts(names * len(self._at)),
                "取值": woven([*columns[0], blank]),
                "来源": woven([*columns[1], notes]),
                "得分": woven([*scores.of_units(self._at), total]),
                "还差": woven([*columns[2], blank]),
            }
        )

    def _note(self, at: int, missing: int) -> str:
        """What is to be known of a unit's total."""
        gone = f"{missing}项没有数据，按0分计" if missing else ""
        return NOTE_JOIN.join(filter(None, (used(self._of, at), gone)))

    def units(self, held: dict[int, str]) -> Frame:
        of, at = self._of, self._at
        rank = of.standing.rank[at].astype(np.float64)
        months = of.monthly.by_month[at][:, -MONTHS:]
        width = months.shape[1]
        blank = np.full(len(at), np.nan)
        judged = of.eligibility
        return Frame(
            {
                "键": self._keys,
                "显示名": self._labels,
                "账号": texts(map(plain, self._names["账号"]))
                if of.kind == "teacher"
                else texts([""] * len(at)),
                "总分": from_cents(of.score_cents[at]),
                "名次": np.where(rank == UNRANKED, np.nan, rank),
                BY_RANK: from_cents(of.standing.key[at]),
                BY_MONTHS: from_cents(of.monthly.average[at]),
                "奖项": texts(held.get(i, "") for i in at.tolist()),
                "资格": texts(
                    "达标" if judged.eligible[i] else f"未达标：{judged.reasons[i]}" for i in at.tolist()
                ),
                **{f"第{k + 1}月": months[:, k] if k < width else blank for k in range(MONTHS)},
            }
        )


def labels(kind: str, names: Frame) -> Texts:
    """What each unit is called in a list to choose from: namesakes of a school with the end of their accounts."""
    column = "学校名称" if kind == "school" else "教师姓名"
    own = [name or _NAMELESS for name in names[column].tolist()]
    schools = [""] * len(own) if kind == "school" else school_keys(names["学校名称"])
    accounts = names["账号"].tolist() if kind == "teacher" else [""] * len(own)
    same: dict[tuple[str, str], list[int]] = {}
    for i, pair in enumerate(zip(schools, map(fold, own), strict=True)):
        same.setdefault(pair, []).append(i)
    out, numbers = list(own), rows(names)
    for group in same.values():
        if len(group) > 1 or own[group[0]] == _NAMELESS:
            ends = _ends([accounts[i] for i in group])
            for i, end in zip(group, ends, strict=True):
                out[i] = f"{own[i]}（{f'…{end}' if end else f'第{numbers[i]}行'}）"
    return texts(out)


def _ends(accounts: Sequence[str]) -> list[str]:
    """The shortest ends by which all of these accounts differ; "" for one that none tells apart."""
    for length in range(_END, max(map(len, accounts)) + _END, _END):
        ends = [fold(a[-length:]) for a in accounts]
        if len(set(ends)) == len(ends) and all(ends):
            return [a[-length:] for a in accounts]
    folded = [fold(a) for a in accounts]
    return [a if a and folded.count(f) == 1 else "" for a, f in zip(accounts, folded, strict=True)]


def _items(of: Outcome, rules: Rules, lines: bool) -> Frame:
    """A row per indicator and one for the total: clause, rule, points, and the median of all who have the measure."""
    scheme, scores = rules.object(of.kind), of.scores
    middles = [_median(s[~m], lines) for s, m in zip(scores.by_indicator, scores.missing, strict=True)]
    each = scheme.indicators
    return Frame(
        {
            "对象": texts([scheme.label] * (len(each) + 1)),
            "项目": texts([*(i.name for i in each), TOTAL]),
            "条款": texts([*(i.clause for i in each), scheme.source]),
            "规则": texts([*(rule_words(i, rules) for i in each), ADDED]),
            "满分": np.array([*(np.nan if i.kind in APART else i.points for i in each), scheme.points]),
            "全市中位": np.array([*middles, _median(scores.total, lines)]),
            "百分数": np.array([*(float(is_percent(i, of.kind, rules)) for i in each), 0.0]),
        }
    )


def _median(values: Floats, shown: bool) -> float:
    return round(float(np.median(values)), 2) if shown and len(values) else float("nan")


def _lines(of: Outcome, rules: Rules, lines: bool) -> Frame:
    """The pass mark and the line of the awards for the same places; of those that differ by who declines, the first one's."""
    alike: dict[tuple[Any, ...], dict[int | None, list[str]]] = {}
    words: dict[tuple[Any, ...], str] = {}
    for award in rules.awards:
        if award.object == of.kind:
            line = of.standing.line_of(award) if lines else None
            alike.setdefault(award.places, {}).setdefault(line, []).append(award.name)
            words[award.places] = place_words(award)
    said = [f"{words[places]}：{_named(by_line)}" for places, by_line in alike.items()]
    firsts = [next(iter(by_line)) for by_line in alike.values()]
    cents = [MISSING if line is None else line for line in firsts]
    return Frame(
        {
            "获奖对象": texts([rules.object(of.kind).label] * (len(alike) + 1)),
            "界线": texts(["达标线（月均得分）", *said]),
            "界线分数": np.array([pass_mark(rules, of.kind), *from_cents(np.array(cents, dtype=np.int64))]),
            "比较": texts([BY_MONTHS, *[BY_RANK] * len(alike)]),
        }
    )


def _named(by_line: dict[int | None, list[str]]) -> str:
    """The awards of one row; those that have another line than the first with it."""
    (_, first), *others = by_line.items()
    apart = [
        f"{'、'.join(names)}{'没有界线' if line is None else f'的界线是{line / 100:.2f}'}"
        for line, names in others
    ]
    return "；".join(["、".join(first), *apart])


def _stacked(frames: Iterable[Frame]) -> Frame:
    some = list(frames)
    return Frame({c: np.concatenate([f[c] for f in some]) for c in some[0]})
