"""Why a platform score differs from ours: each guess is put to the number, and only what fits it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.engine.compared import Compared, Ways
from kongjian.engine.frame import Floats, Ints
from kongjian.engine.measures import SOURCE
from kongjian.engine.other_counts import OtherCounts
from kongjian.engine.rounding import TOLERANCE, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.choices import Alternative
from kongjian.rules.model import Rules


@dataclass(frozen=True)
class Cause:
    """What may explain a difference: its kind (a field of CauseLabels) and the sentence."""

    kind: str
    text: str


class Causes:
    """The causes of the differences of one kind of unit."""

    def __init__(self, compared: Compared, ways: Ways, rules: Rules) -> None:
        self._of, self._rules = compared, rules
        self._scores, self._units = compared.outcome.scores, compared.outcome.units
        self._said, self._all_months = rules.reconcile.texts, rules.period.months()
        self._readings = [(o, s[compared.kind]) for o, s in ways.readings if compared.kind in s]
        self._counts = ways.counts
        self._indicators = rules.object(compared.kind).indicators
        exact = self._scores.by_indicator.sum(axis=0)
        # where other readings stretch the rest to 100 points the indicators do not add up to the total
        self._adds_up = to_cents(exact) == self._scores.cents
        self._most_rounded = round(rules.reconcile.rounding.at_most * 100)
        self._rounded = [
            (step, _rounded(self._scores.by_indicator, step.decimals))
            for step in rules.reconcile.rounding.steps
        ]

    def of_total(self, i: int) -> list[Cause]:
        """What explains one unit's 平台得分."""
        given = int(self._of.given[i])
        found = [
            *self._cap(i, lambda s: bool(s.cents[i] == given), given / 100),
            *self._monthly(i, given),
            *self._reading(lambda s: bool(s.cents[i] == given), given / 100),
            *self._missing(i, given - int(self._scores.cents[i]), range(len(self._indicators))),
            *self._rounding(i, given),
        ]
        return found or list(self._few(i, given - int(self._scores.cents[i]), range(len(self._indicators))))

    def of_part(self, k: int, i: int) -> list[Cause]:
        """What explains the platform's score of one indicator of a unit."""
        at = (slice(k, k + 1), i)
        theirs, ours = self._of.parts[at], self._scores.by_indicator[at]

        def fits(other: Scores) -> bool:
            return bool(self._of.same(other.by_indicator[at], theirs).all())

        short = int((to_cents(theirs) - to_cents(ours))[0])
        score = float(theirs[0])
        found = [
            *self._cap(i, fits, score, k),
            *self._reading(fits, score),
            *self._missing(i, short, [k]),
            *self._part_rounding(k, i),
        ]
        return found or list(self._few(i, short, [k]))

    def reading_counts(self) -> list[tuple[Alternative, int]]:
        """Each other value of a reading and how many differing totals it explains, the most first."""
        differs, given = self._of.differs, self._of.given
        counts = [(o, int(((s.cents == given) & differs).sum())) for o, s in self._readings]
        return sorted(counts, key=lambda c: -c[1])

    def located(self, i: int) -> str:
        """Where the difference of a total lies, as far as the platform's indicator scores tell; "" when they do not."""
        parts, given = self._of.parts[:, i], int(self._of.given[i])
        total = float(parts.sum())
        if not np.isnan(total) and to_cents(np.array([total]))[0] != given:
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

    def _cap(
        self, i: int, fits: Callable[[Scores], bool], score: float, part: int | None = None
    ) -> Iterator[Cause]:
        """每日上限: the platform counted every line, or we were given more than the effective count."""
        for other in self._counts:
            scores = other.scores[self._of.kind]
            if not fits(scores):
                continue
            if self._of.kind == "school":
                text = {"uncapped": self._said.uncapped_school, "capped": self._said.capped_school}[other.id]
                yield Cause("cap", text.format(score=f"{score:.2f}"))
                continue
            text = {"uncapped": self._said.uncapped, "capped": self._said.capped}[other.id]
            moved = np.flatnonzero(scores.by_indicator[:, i] != self._scores.by_indicator[:, i]).tolist()
            figures = [self._figure(other, k, i) for k in (moved if part is None else [part])]
            yield Cause("cap", text.format(figures=self._named(figures), score=f"{score:.2f}"))

    def _figure(self, other: OtherCounts, k: int, i: int) -> str:
        name = self._indicators[k].column
        given, counted = other.given[name][i], other.counted[name][i]
        return self._said.figure.format(behaviour=name, given=f"{given:g}", counted=f"{counted:g}")

    def _monthly(self, i: int, given: int) -> Iterator[Cause]:
        """The total is a mean of months, with or without those that are not there, or one month's score."""
        scores, months = self._of.outcome.monthly.by_month[i], self._all_months
        here = ~np.isnan(scores)
        count = int(here.sum())
        if not count:
            return
        absent = "、".join(m for m, h in zip(months, here, strict=True) if not h)
        if self._of.outcome.monthly.average[i] == given:
            text = self._said.month_mean_short if absent else self._said.month_mean
            yield Cause("months", text.format(count=count, months=absent))
        elif absent and to_cents(np.array([scores[here].sum() / len(months)]))[0] == given:
            yield Cause("months", self._said.month_zero.format(count=len(months), months=absent))
        else:
            one = [months[m] for m in np.flatnonzero(to_cents(scores) == given).tolist()]
            if one:
                yield Cause("months", self._said.month_one.format(months=self._named(one)))

    def _reading(self, fits: Callable[[Scores], bool], score: float) -> Iterator[Cause]:
        """其他口径: at most so many are told, the rest counted."""
        found = [other for other, scores in self._readings if fits(scores)]
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
        means = (
            {m.measure for m in self._rules.measures.teacher_means} if self._of.kind == "school" else set()
        )
        found: dict[int, list[int]] = {}
        for k in among:
            column = self._indicators[k].column
            count = int(self._units[SOURCE + column][i]) if SOURCE + column in self._units else 0
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
        for step, parts in self._rounded:
            if self._adds_up[i] and int(parts[:, i].sum()) == given:
                yield Cause("rounding", self._said.rounded_parts.format(words=step.words, score=score))
                return
            if _rounded(np.array([ours / 100]), step.decimals)[0] == given:
                yield Cause("rounding", self._said.rounded.format(words=step.words, score=score))
                return

    def _part_rounding(self, k: int, i: int) -> Iterator[Cause]:
        theirs = self._of.parts[k, i]
        if round(abs(theirs - self._scores.by_indicator[k, i]) * 100, 6) > self._most_rounded:
            return
        for step, parts in self._rounded:
            if parts[k, i] == to_cents(np.array([theirs]))[0]:
                yield Cause("rounding", self._said.rounded.format(words=step.words, score=f"{theirs:.2f}"))
                return

    def _named(self, names: Sequence[str]) -> str:
        most = self._rules.reconcile.most_named
        shown = "、".join(names[:most])
        if len(names) <= most:
            return shown
        return self._said.and_more.format(names=shown, count=len(names))


def _rounded(values: Floats, decimals: int) -> Ints:
    """Scores rounded half up to so many decimals (at most two), in cents."""
    scale = 10**decimals
    return np.asarray(to_cents(values * scale / 100) * (100 // scale))
