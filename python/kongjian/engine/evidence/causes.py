"""Why a platform score differs from ours: each guess is put to the number, and only what fits it is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from kongjian.engine.evidence.compared import Compared, Ways
from kongjian.engine.evidence.other_counts import OtherCounts
from kongjian.engine.evidence.other_readings import Other
from kongjian.engine.frame import Bools, Floats, Ints
from kongjian.engine.measures import basis
from kongjian.engine.rounding import MISSING, TOLERANCE, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.model import Rules

T = TypeVar("T", Other, OtherCounts)


@dataclass(frozen=True)
class Cause:
    """What may explain a difference: its kind (a field of CauseLabels) and the sentence."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Fit(Generic[T]):
    """Another way of scoring, and where it gives the platform's number: totals by unit, parts as (indicators, units)."""

    way: T
    scores: Scores
    total: Bools
    parts: Bools

    def at(self, i: int, k: int | None) -> bool:
        """Whether it fits a unit's total, or its indicator k."""
        return bool(self.total[i] if k is None else self.parts[k, i])


def _fit(way: T, scores: Scores, compared: Compared) -> _Fit[T]:
    parts = compared.same(scores.by_indicator)
    return _Fit(way, scores, scores.cents == compared.given, parts)


class Causes:
    """The causes of the differences of one kind of unit."""

    def __init__(self, compared: Compared, ways: Ways, rules: Rules) -> None:
        self._of, self._rules = compared, rules
        self._scores, self._units = compared.outcome.scores, compared.outcome.units
        self._said, self._months = rules.reconcile.texts, rules.counted_months()
        kind = compared.kind
        self._readings = [_fit(o, s[kind], compared) for o, s in ways.readings if kind in s]
        self._counts = [_fit(o, o.scores[kind], compared) for o in ways.counts]
        self._indicators = rules.object(compared.kind).indicators
        exact = self._scores.by_indicator.sum(axis=0)
        # where other readings stretch the rest to 100 points the indicators do not add up to the total
        self._adds_up = to_cents(exact) == self._scores.cents
        self._most_rounded = round(rules.reconcile.rounding.at_most * 100)
        self._rounded = [
            (
                step.words,
                _rounded(self._scores.by_indicator, step.decimals),
                _rounded(self._scores.total, step.decimals),
            )
            for step in rules.reconcile.rounding.steps
        ]
        months = compared.outcome.monthly.by_month
        self._by_month = to_cents(months)
        self._over_all_months = to_cents(np.nan_to_num(months).sum(axis=1) / len(self._months))

    def of_total(self, i: int) -> list[Cause]:
        """What explains one unit's 平台得分."""
        given = int(self._of.given[i])
        short, everything = given - int(self._scores.cents[i]), range(len(self._indicators))
        found = [
            *self._cap(i, given / 100),
            *self._monthly(i, given),
            *self._reading(i, given / 100),
            *self._missing(i, short, everything),
            *self._rounding(i, given),
        ]
        return found or list(self._few(i, short, everything))

    def of_part(self, k: int, i: int) -> list[Cause]:
        """What explains the platform's score of one indicator of a unit."""
        score = float(self._of.parts[k, i])
        short = int(self._of.parts_cents[k, i] - self._of.own_cents[k, i])
        found = [
            *self._cap(i, score, k),
            *self._reading(i, score, k),
            *self._missing(i, short, [k]),
            *self._part_rounding(k, i),
        ]
        return found or list(self._few(i, short, [k]))

    def reading_counts(self) -> list[tuple[Other, int]]:
        """Each other value of a reading and how many differing totals it explains, the most first."""
        differs = self._of.differs
        counts = [(f.way, int((f.total & differs).sum())) for f in self._readings]
        return sorted(counts, key=lambda c: -c[1])

    def located(self, i: int) -> str:
        """Where the difference of a total lies, as far as the platform's indicator scores tell; "" when they do not."""
        parts, given = self._of.parts[:, i], int(self._of.given[i])
        total = float(parts.sum())
        if total == total and to_cents(np.array([total]))[0] != given:
            return self._said.parts_differ.format(sum=f"{total:.2f}", score=f"{given / 100:.2f}")
        at = np.flatnonzero(self._of.parts_differ[:, i])
        gaps = parts[at] - self._scores.by_indicator[at, i]
        if given == self._scores.cents[i]:
            return self._said.parts_only.format(parts=self._named([self._indicators[k].name for k in at]))
        rest = float(gaps.sum()) - (given - int(self._scores.cents[i])) / 100
        if not len(at) or abs(rest) > self._of.within + TOLERANCE:
            return ""
        told = [
            self._said.part.format(indicator=self._indicators[k].name, difference=f"{g:+.2f}")
            for k, g in zip(at.tolist(), gaps.tolist(), strict=True)
        ]
        return self._said.located.format(parts=self._named(told))

    def _cap(self, i: int, score: float, part: int | None = None) -> Iterator[Cause]:
        """每日上限: the platform counted every line, or we were given more than the effective count."""
        for fit in self._counts:
            if not fit.at(i, part):
                continue
            other = fit.way
            if self._of.kind == "school":
                text = {"uncapped": self._said.uncapped_school, "capped": self._said.capped_school}[other.id]
                yield Cause("cap", text.format(score=f"{score:.2f}"))
                continue
            text = {"uncapped": self._said.uncapped, "capped": self._said.capped}[other.id]
            moved = np.flatnonzero(fit.scores.by_indicator[:, i] != self._scores.by_indicator[:, i]).tolist()
            figures = [self._figure(other, k, i) for k in (moved if part is None else [part])]
            yield Cause("cap", text.format(figures=self._named(figures), score=f"{score:.2f}"))

    def _figure(self, other: OtherCounts, k: int, i: int) -> str:
        name = self._indicators[k].column
        given, counted = other.given[name][i], other.counted[name][i]
        return self._said.figure.format(behaviour=name, given=f"{given:g}", counted=f"{counted:g}")

    def _monthly(self, i: int, given: int) -> Iterator[Cause]:
        """The total is a mean of months, with or without those that are not there, or one month's score."""
        here = self._by_month[i] != MISSING
        count = int(here.sum())
        absent = "、".join(m for m, h in zip(self._months, here.tolist(), strict=True) if not h)
        if not count:
            return
        if self._of.outcome.monthly.average[i] == given:
            text = self._said.month_mean_short if absent else self._said.month_mean
            yield Cause("months", text.format(count=count, months=absent))
        elif self._over_all_months[i] == given:
            yield Cause("months", self._said.month_zero.format(count=len(self._months), months=absent))
        elif one := [self._months[m] for m in np.flatnonzero(self._by_month[i] == given).tolist()]:
            yield Cause("months", self._said.month_one.format(months=self._named(one)))

    def _reading(self, i: int, score: float, part: int | None = None) -> Iterator[Cause]:
        """其他口径: at most so many are told, the rest counted."""
        found = [fit.way for fit in self._readings if fit.at(i, part)]
        most = self._rules.reconcile.most_named
        told = [
            self._said.reading.format(reading=o.reading.label, value=o.value.label, score=f"{score:.2f}")
            for o in found[:most]
        ]
        if len(found) > most:
            told[-1] = self._said.reading_more.format(text=told[-1], count=len(found) - most)
        yield from (Cause("reading", text) for text in told)

    def _missing(self, i: int, short: int, among: Iterable[int]) -> Iterator[Cause]:
        """缺数据: what we have no value for could bring as much as the platform gave more."""
        blank = [self._indicators[k] for k in among if self._scores.missing[k, i]]
        points = sum(b.points for b in blank)
        if 0 < short <= round(points * 100):
            names = self._named([b.name for b in blank])
            yield Cause("missing", self._said.missing.format(indicators=names, points=f"{points:g}"))

    def _few(self, i: int, short: int, among: Iterable[int]) -> Iterator[Cause]:
        """School measures that rest on very few teachers, where they could make up the difference."""
        if self._of.kind != "school":
            return
        means = {m.measure for m in self._rules.measures.teacher_means}
        found: dict[int, list[int]] = {}
        for k in among:
            column = self._indicators[k].column
            count = int(basis(self._units, column, i))
            if column in means and 0 < count <= self._rules.reconcile.few_teachers:
                found.setdefault(count, []).append(k)
        for count, ks in sorted(found.items()):
            ours = self._scores.by_indicator[ks, i]
            room = ours if short < 0 else np.array([self._indicators[k].points for k in ks]) - ours
            if abs(short) <= round(float(room.sum()) * 100):
                measures = self._named([self._indicators[k].column for k in ks])
                yield Cause("missing", self._said.few.format(measures=measures, count=count))

    def _rounding(self, i: int, given: int) -> Iterator[Cause]:
        """四舍五入: the platform rounded each indicator, or the total, to fewer decimals."""
        ours, score = int(self._scores.cents[i]), f"{given / 100:.2f}"
        if abs(given - ours) > self._most_rounded:
            return
        for words, parts, total in self._rounded:
            if self._adds_up[i] and int(parts[:, i].sum()) == given:
                yield Cause("rounding", self._said.rounded_parts.format(words=words, score=score))
                return
            if total[i] == given:
                yield Cause("rounding", self._said.rounded.format(words=words, score=score))
                return

    def _part_rounding(self, k: int, i: int) -> Iterator[Cause]:
        theirs = self._of.parts[k, i]
        if round(abs(theirs - self._scores.by_indicator[k, i]) * 100, 6) > self._most_rounded:
            return
        for words, parts, _ in self._rounded:
            if parts[k, i] == self._of.parts_cents[k, i]:
                yield Cause("rounding", self._said.rounded.format(words=words, score=f"{theirs:.2f}"))
                return

    def _named(self, names: Sequence[str]) -> str:
        """A few names, and how many there are where there are more."""
        most = self._rules.reconcile.most_named
        shown = "、".join(names[:most])
        if len(names) <= most:
            return shown
        return self._said.and_more.format(names=shown, count=len(names))


def _rounded(values: Floats, decimals: int) -> Ints:
    """Scores rounded half up to so many decimals (at most two), in cents."""
    scale = 10**decimals
    return np.asarray(to_cents(values * scale / 100) * (100 // scale))
