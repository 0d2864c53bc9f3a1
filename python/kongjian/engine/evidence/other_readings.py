"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kongjian.engine.calculate import judged
from kongjian.engine.coverage import Tally
from kongjian.engine.effective import read_log
from kongjian.engine.event_lines import event_roles
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Floats, Frame
from kongjian.engine.log_months import are_from_log, month_counts, months_of_log
from kongjian.engine.matching import NOT_FOUND
from kongjian.engine.measures import Below, school_measures, teacher_measures
from kongjian.engine.monthly import Months, monthly_scores
from kongjian.engine.outcome import Inputs, Outcome, Results
from kongjian.engine.scoring import Scores, score
from kongjian.rules.choices import alternatives
from kongjian.rules.model import Rules
from kongjian.rules.readings import (
    BlankCount,
    ClassWeight,
    LogCoverage,
    NonHomeroom,
    Option,
    Reading,
    ReadingValue,
    Shortfall,
    StudentEffective,
)

_MEASURED: tuple[type[Option], ...] = (ClassWeight, LogCoverage, BlankCount, StudentEffective)
"""The readings on which measures rest; the platform's scores of months rest on none."""


@dataclass(frozen=True)
class Other:
    """One reading at a value that is not in force, and both kinds' outcomes under it."""

    reading: Reading
    value: ReadingValue
    outcomes: Mapping[str, Outcome]


def other_outcomes(inputs: Inputs, results: Results, rules: Rules) -> list[Other]:
    """Every other value of every reading, each in one pass over all units; `rules` are those of `results`."""
    passes = Passes(inputs, results, rules)
    return [Other(a.reading, a.value, passes.outcomes(a.rules)) for a in alternatives(rules)]


def outcomes_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> Mapping[str, Outcome]:
    """Both kinds' outcomes under `rules`, see Passes."""
    return Passes(inputs, results, now).outcomes(rules)


class Passes:
    """Passes over the units of one run, whose rules are `now`, under others that differ in readings or edits only.

    Of the edits measures rest on the period alone, the months' scores on which months count. Measures and scores that
    rest on the same readings are worked out once for all passes.
    """

    def __init__(self, inputs: Inputs, results: Results, now: Rules) -> None:
        self._inputs, self._results, self._now = inputs, results, now
        tables = results.tables
        self._measured: dict[Any, Mapping[str, Frame]] = {
            self._measures_rest_on(now): {
                "school": tables["SchoolMeasures"],
                "teacher": tables["TeacherMeasures"],
            }
        }
        self._scored: dict[Any, Scores] = {}
        self._counts: dict[Any, Floats] = {}
        self._below: Below | None = None

    def outcomes(self, rules: Rules) -> Mapping[str, Outcome]:
        """Both kinds' outcomes under these rules."""
        measures, out = self._measures(rules), {}
        for kind, units in measures.items():
            known = self._results.of(kind)
            months, scores = self._months(kind, units, rules), self._scores(kind, units, rules)
            out[kind] = judged(kind, units, scores, months, rules, known.standing.declined)
        return out

    def _months(self, kind: str, units: Frame, rules: Rules) -> Months:
        """The months: the platform's under what counts as one, or those of the log, which rest on every reading."""
        months = self._results.of(kind).monthly.months
        if are_from_log(self._now) or rules.counted_months() != self._now.counted_months():
            months = monthly_scores(units, self._inputs.monthly, kind, rules, Findings())
        if not are_from_log(rules):
            return months
        log = (
            self._results.log
            if rules.period == self._now.period
            else read_log(self._inputs, rules, Findings())
        )
        key = rules.period, *rules.counted_months()

        def counts() -> Floats:
            if key not in self._counts:
                self._counts[key] = month_counts(self._inputs, rules)
            return self._counts[key]

        return months_of_log(kind, months, counts, self._inputs, log, rules, Findings())

    @staticmethod
    def _measures_rest_on(rules: Rules) -> tuple[Any, ...]:
        return rules.period, *(rules.choice(option) for option in _MEASURED)

    def _measures(self, rules: Rules) -> Mapping[str, Frame]:
        key = self._measures_rest_on(rules)
        if key not in self._measured:
            self._measured[key] = self._measured_anew(rules)
        return self._measured[key]

    def _measured_anew(self, rules: Rules) -> Mapping[str, Frame]:
        inputs, now, log = self._inputs, self._now, self._results.log
        teachers = self._results.tables["TeacherMeasures"]
        silent, nowhere = Findings(), Tally(inputs.schools.height)
        changed = {option for option in _MEASURED if rules.choice(option) != now.choice(option)}
        moved = rules.period != now.period
        if moved:
            log = read_log(inputs, rules, silent)
        elif StudentEffective in changed and log.pupils.count.size:
            log = replace(log, pupils=read_log(_of_pupils(inputs, rules), rules, silent).pupils)
        if moved or changed & {LogCoverage, BlankCount}:
            teachers = teacher_measures(inputs.teachers, inputs.schools, log, rules, silent, nowhere)
        if self._below is None:
            self._below = Below.of(inputs.schools, teachers, inputs.classes, log, rules)
        # who belongs where rests on no reading
        below = replace(self._below, teachers=teachers, log=log)
        return {
            "school": school_measures(inputs.schools, below, rules, silent, nowhere),
            "teacher": teachers,
        }

    def _scores(self, kind: str, units: Frame, rules: Rules) -> Scores:
        scheme = rules.object(kind)
        key = id(units), scheme, rules.choice(Shortfall), rules.choice(NonHomeroom)
        if key not in self._scored:
            self._scored[key] = score(units, scheme, rules)
        return self._scored[key]


def _of_pupils(inputs: Inputs, rules: Rules) -> Inputs:
    """The inputs with the events of pupils alone: what counts as one of theirs changes nothing else of a log."""
    roles = event_roles(inputs.events, rules)
    pupil = np.array([r.fills == "pupil" for r in rules.effective.roles])[roles] & (roles != NOT_FOUND)
    return replace(inputs, events=inputs.events.take(pupil))
