"""The completion rates that the log of pupils' events gives, class by class or school by school (附件1 课程学习、完成作业)."""

from __future__ import annotations

import numpy as np

from kongjian.engine.coverage import FROM_LOG, MISSING, Tally, covered, silence
from kongjian.engine.event_lines import class_keys, once_per
from kongjian.engine.event_log import Log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import NOT_FOUND, locate
from kongjian.engine.rounding import TOLERANCE
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import ClassRate
from kongjian.rules.roles import Role


def report_target(rate: ClassRate, role: int, rules: Rules, findings: Findings) -> None:
    """A target that no pupil can reach, since a month counts once, is said."""
    months = len(rules.period.months())
    if once_per(role, rules) == "month" and rate.per_student > months:
        findings.add(
            "target_unreachable",
            "events",
            count=months,
            behaviour=rate.behaviour,
            target=f"{rate.per_student:g}",
        )


class PupilRates:
    """The completion rates that the pupils' events of one behaviour give.

    By school: `known` is how many pupils the log tells of, of `everybody`; `partly` where a rate is that of those only.
    """

    def __init__(
        self, rate: ClassRate, role: int, behaviour: int, schools: Frame, classes: Frame, class_school: Ints, log: Log,
        rules: Rules,
    ) -> None:  # fmt: skip
        self._rate, self._role, self._behaviour, self._rules = rate, role, behaviour, rules
        self._height, self._class_school = schools.height, class_school
        pupils = log.pupils
        self._mine = pupils.behaviour == behaviour
        self.seen = bool(self._mine.any())
        self._school, self._class = pupils.school[self._mine], pupils.class_key[self._mine]
        self._person, self._people = pupils.person[self._mine], pupils.people[self._mine]
        self._count, self._given = pupils.count[self._mine], pupils.done[self._mine]
        self._all = silence(rules) != MISSING
        self._covered = covered(log, role, behaviour)
        table = rules.table("classes")
        self._students = np.nan_to_num(classes[table.name_of(Role.STUDENTS)])
        columns = [c.name for r in (Role.GRADE, Role.CLASS_NAME) if (c := table.by_role(r))]
        keys = class_keys(classes, columns)
        rows_of = [f"{s}/{k}" for s, k in zip(class_school.tolist(), keys, strict=True)]
        own = [f"{s}/{k}" if k else "" for s, k in zip(self._school.tolist(), self._class, strict=True)]
        self._at = locate(own, rows_of)
        whole = rules.table("schools").by_role(Role.PUPILS)
        known = class_school != NOT_FOUND
        weights = self._students[known]
        in_classes = np.bincount(class_school[known], weights=weights, minlength=schools.height)
        all_pupils = np.nan_to_num(schools[whole.name]) if whole else np.zeros(schools.height)
        self.everybody = np.where(in_classes > 0, in_classes, all_pupils)
        self._by_class = np.zeros(schools.height, dtype=bool)
        self._by_class[self._school[self._at != NOT_FOUND]] = True
        self.known, self._done = self._of_school()
        self.partly = (self.known < self.everybody) & (not self._all)

    def _of_school(self) -> tuple[Floats, Floats]:
        """How many pupils each school's log knows, and what they did, each up to the target."""
        lowest = int(self._person.min(initial=0))
        people = self._school * (int(self._person.max(initial=0)) - lowest + 1) + self._person - lowest
        _, first, whose = np.unique(people, return_index=True, return_inverse=True)
        done = self._up_to_target(
            np.bincount(whose, weights=self._count).astype(np.float64), self._given[first]
        )
        at = self._school[first]
        return (
            np.bincount(at, weights=self._people[first], minlength=self._height).astype(np.float64),
            np.bincount(at, weights=done, minlength=self._height).astype(np.float64),
        )

    def _up_to_target(self, count: Floats, given: Floats) -> Floats:
        """What counts: of one pupil up to the target, of several what was given."""
        return np.where(np.isnan(given), np.minimum(count, self._rate.per_student), given)

    def by_class(self) -> tuple[Floats, Bools]:
        """The rate of each class, uncapped; NaN where the log does not tell. And whether it is that of some pupils only."""
        found = self._at != NOT_FOUND
        height = len(self._students)
        if not self._height:
            return np.full(height, np.nan), np.zeros(height, dtype=bool)
        done = self._up_to_target(self._count[found], self._given[found])
        seen = np.bincount(self._at[found], weights=self._people[found], minlength=height).astype(np.float64)
        pupils = self._students if self._all else seen
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.bincount(self._at[found], weights=done, minlength=height) / (
                pupils * self._rate.per_student
            )
        school = self._class_school
        told = (school != NOT_FOUND) & self._by_class[school] & self._covered[school] & (pupils > 0)
        return np.where(told, rate, np.nan), (seen < self._students) & (not self._all)

    def by_school(self) -> tuple[Floats, Floats, Bools]:
        """The rate of each school whose log does not say the classes, capped; of how many pupils; where it was capped."""
        pupils = self.everybody if self._all else self.known
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = self._done / (pupils * self._rate.per_student)
        told = self._covered & ~self._by_class & (pupils > 0)
        capped = told & (rate > 1 + TOLERANCE)
        return np.where(told, np.minimum(rate, 1.0), np.nan), pupils, capped

    def tally(self, tally: Tally) -> None:
        """The pupils of schools that the log covers: those with events, and those without."""
        everybody = np.where(self._covered, self.everybody, 0).astype(np.int64)
        seen = np.minimum(self.known, everybody).astype(np.int64)
        tally.put(self._role, self._behaviour, {FROM_LOG: seen, silence(self._rules): everybody - seen})

    def strangers(self) -> Ints:
        """How many pupils of each school are in a class that 班级数据 lacks, where its other classes are told apart."""
        lost = (
            (self._at == NOT_FOUND) & self._by_class[self._school] if len(self._at) else self._at == NOT_FOUND
        )
        return np.bincount(self._school[lost], weights=self._people[lost], minlength=self._height).astype(
            np.int64
        )
