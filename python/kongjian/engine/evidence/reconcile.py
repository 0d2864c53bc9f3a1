"""平台核对: where the platform's scores differ from ours, by how much, why perhaps, and which number counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain

import numpy as np

from kongjian.engine.evidence.causes import Cause, Causes
from kongjian.engine.evidence.compared import Compared, Ways, compare, other_ways
from kongjian.engine.evidence.other_readings import Other
from kongjian.engine.frame import Frame, texts
from kongjian.engine.outcome import Inputs, Results, unit_keys
from kongjian.engine.rounding import MISSING, from_cents
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.wording import counting_score

COLUMNS = (
    "类别", "学校名称", "教师姓名", "账号", "指标", "计算得分", "平台得分", "差额", "可能原因", "采用",
)  # fmt: skip
TOTAL, SUMMARY = "合计", "小结"
"""What stands under 指标 in the row of a unit's total, and in a row about all units of a kind."""
_CENTS = ("计算得分", "平台得分", "差额")

Row = tuple[str | int, ...]
"""A row of 平台核对 by COLUMNS, scores in cents."""


def reconcile(results: Results, inputs: Inputs, rules: Rules, others: Sequence[Other]) -> Frame:
    """A row about each kind of unit, then every unit whose 平台得分 differs, the largest difference first,

    each followed by its indicators whose platform scores differ; units with one cause are one row when they are many.
    差额 is 平台得分 − 计算得分 (附件1 备注). `others` are what other readings give, see other_outcomes.
    """
    said = rules.reconcile.texts
    both = [compare(results, kind, rules) for kind in OBJECT_LABELS]
    if not any(c.differs.any() or c.parts_differ.any() for c in both):
        count = sum(int(((c.given != MISSING) | ~np.isnan(c.parts).all(axis=0)).sum()) for c in both)
        words = said.all_equal.format(count=count) if count else said.none_pasted
        return _frame([_summary_row("", words)])
    ways = other_ways(results, inputs, rules, others)
    summaries: list[Row] = []
    rows: list[Row] = []
    for compared in both:
        listed = _Listed(compared, ways, rules)
        rows += _together(list(listed.rows()), rules)
        summaries += listed.summary()
    return _frame([*summaries, *rows])


class _Listed:
    """The rows about one kind of unit."""

    def __init__(self, compared: Compared, ways: Ways, rules: Rules) -> None:
        self._of, self._rules = compared, rules
        self._causes = Causes(compared, ways, rules)
        self._kinds: Counter[str] = Counter()

    def rows(self) -> Iterator[list[Row]]:
        """The units that differ, each with its indicators; what explains the totals is counted on the way."""
        for i in self._order():
            parts, rows = self._parts(i), []
            if self._of.given[i] != MISSING:
                rows.append(self._total(i, [causes for _, causes in parts]))
            for k, causes in parts:
                ours, theirs = int(self._of.own_cents[k, i]), int(self._of.parts_cents[k, i])
                rows.append(
                    self._row(i, self._of.outcome.scores.names[k], ours, theirs, self._joined(causes))
                )
            yield rows

    def summary(self) -> Iterator[Row]:
        """How many units have a 平台得分, how many differ, and what explains them; after `rows` only."""
        said, labels = self._rules.reconcile.texts, self._rules.reconcile.labels
        label = OBJECT_LABELS[self._of.kind]
        given, differing = int((self._of.given != MISSING).sum()), int(self._of.differs.sum())
        if not given:
            return
        if not differing:
            yield _summary_row(label, said.all_equal.format(count=given))
            return
        # the most frequent first, equals in the rules' order, the unexplained last
        kinds = sorted(asdict(labels), key=lambda k: (k == "unknown", -self._kinds[k]))
        counted = "、".join(f"{getattr(labels, k)}{self._kinds[k]}个" for k in kinds if self._kinds[k])
        text = said.summary.format(given=given, differing=differing, causes=counted)
        yield _summary_row(label, self._with_reading(text, differing))

    def _with_reading(self, text: str, differing: int) -> str:
        """The sentence and, where one other reading explains most of the differences, which."""
        said, counts = self._rules.reconcile.texts, self._causes.reading_counts()
        if not counts or counts[0][1] * 2 <= differing:
            return text
        other, count = counts[0]
        wording = said.summary_all if count == differing else said.summary_most
        return wording.format(text=text, count=count, reading=other.reading.label, value=other.value.label)

    def _order(self) -> list[int]:
        """Units with any difference: by the size of that of the total, then by what names them."""
        cents, given = self._of.outcome.scores.cents, self._of.given
        some = np.flatnonzero(self._of.differs | self._of.parts_differ.any(axis=0))
        size = np.where(given[some] == MISSING, 0, np.abs(given[some] - cents[some]))
        keys = np.array(unit_keys(self._of.kind, self._of.outcome.names.take(some)), dtype=str)
        return [int(i) for i in some[np.lexsort((keys, -size))]]

    def _parts(self, i: int) -> list[tuple[int, list[Cause]]]:
        at = np.flatnonzero(self._of.parts_differ[:, i]).tolist()
        return [(k, self._causes.of_part(k, i)) for k in at]

    def _total(self, i: int, parts: Sequence[list[Cause]]) -> Row:
        ours, theirs = int(self._of.outcome.scores.cents[i]), int(self._of.given[i])
        where = self._causes.located(i)
        if ours == theirs:
            return self._row(i, TOTAL, ours, theirs, where)
        causes = self._causes.of_total(i)
        explained = causes or [c for part in parts for c in part]
        told = bool(causes) or (where != "" and bool(parts) and all(parts))
        self._kinds.update({c.kind for c in explained} if told else {"unknown"})
        words = self._joined(causes) if causes or not told else ""
        return self._row(i, TOTAL, ours, theirs, "；".join(filter(None, (where, words))))

    def _joined(self, causes: Sequence[Cause]) -> str:
        return "；".join(c.text for c in causes) or self._rules.reconcile.texts.unknown

    def _row(self, i: int, name: str, ours: int, theirs: int, why: str) -> Row:
        names = self._of.outcome.names
        named = [str(names[c][i]) if c in names else "" for c in COLUMNS[1:4]]
        used = counting_score(self._rules)
        return (OBJECT_LABELS[self._of.kind], *named, name, ours, theirs, theirs - ours, why, used)


def _together(units: Sequence[list[Row]], rules: Rules) -> Iterator[Row]:
    """The units' rows; of units with one row each and one cause, where they are many, that of the largest difference."""
    said = rules.reconcile
    size, why = COLUMNS.index("差额"), COLUMNS.index("可能原因")
    alike: dict[tuple[str | int, ...], list[Row]] = {}
    for rows in units:
        for row in rows if len(rows) == 1 else ():
            alike.setdefault((row[COLUMNS.index("指标")], row[why]), []).append(row)
    many = [some for some in alike.values() if len(some) > said.listed_each]
    largest = {id(max(some, key=lambda r: abs(int(r[size])))): len(some) for some in many}
    left_out = {id(row) for some in many for row in some} - largest.keys()
    for row in chain.from_iterable(units):
        if count := largest.get(id(row)):
            text = said.texts.together.format(text=row[why], count=count)
            yield (*row[:why], text, *row[why + 1 :])
        elif id(row) not in left_out:
            yield row


def _summary_row(label: str, text: str) -> Row:
    return (label, "", "", "", SUMMARY, MISSING, MISSING, MISSING, text, "")


def _frame(rows: Sequence[Row]) -> Frame:
    columns = zip(*rows, strict=True)
    return Frame(
        {
            name: from_cents(np.array(values, dtype=np.int64)) if name in _CENTS else texts(map(str, values))
            for name, values in zip(COLUMNS, columns, strict=True)
        }
    )
