"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kongjian.engine.calculate import judged
from kongjian.engine.coverage import Tally
from kongjian.engine.effective import read_log
from kongjian.engine.findings import Findings
from kongjian.engine.measures import Below, school_measures, teacher_measures
from kongjian.engine.monthly import monthly_scores
from kongjian.engine.outcome import Inputs, Outcome, Results
from kongjian.engine.scoring import score
from kongjian.rules.choices import alternatives
from kongjian.rules.model import Rules
from kongjian.rules.readings import (
    BlankCount,
    ClassWeight,
    LogCoverage,
    Option,
    Reading,
    ReadingValue,
    StudentEffective,
)

_MEASURED: tuple[type[Option], ...] = (ClassWeight, LogCoverage, BlankCount, StudentEffective)
"""The readings on which measures rest; the months' scores rest on none."""


@dataclass(frozen=True)
class Other:
    """One reading at a value that is not in force, and both kinds' outcomes under it."""

    reading: Reading
    value: ReadingValue
    outcomes: Mapping[str, Outcome]


def other_outcomes(inputs: Inputs, results: Results, rules: Rules) -> list[Other]:
    """Every other value of every reading, each in one pass over all units; `rules` are those of `results`."""
    return [
        Other(a.reading, a.value, outcomes_under(a.rules, inputs, results, rules))
        for a in alternatives(rules)
    ]


def outcomes_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> Mapping[str, Outcome]:
    """Both kinds' outcomes under `rules`, which differ from `now`, the rules of `results`, in readings or edits only.

    Of the edits measures rest on the period alone, the months' scores on which months count.
    """
    log, teachers, schools = results.log, results.tables["TeacherMeasures"], results.tables["SchoolMeasures"]
    silent, nowhere = Findings(), Tally(inputs.schools.height)
    changed = {option for option in _MEASURED if rules.choice(option) != now.choice(option)}
    moved = rules.period != now.period
    if moved or (StudentEffective in changed and log.pupils.count.size):
        log = read_log(inputs.events, inputs.schools, inputs.teachers, rules, silent)
    if moved or changed & {LogCoverage, BlankCount}:
        teachers = teacher_measures(inputs.teachers, inputs.schools, log, rules, silent, nowhere)
    if moved or changed:
        below = Below.of(inputs.schools, teachers, inputs.classes, log, rules)
        schools = school_measures(inputs.schools, below, rules, silent, nowhere)
    out = {}
    for kind, units in (("school", schools), ("teacher", teachers)):
        scores, months = score(units, rules.object(kind), rules), results.of(kind).monthly.months
        if rules.counted_months() != now.counted_months():
            months = monthly_scores(units, inputs.monthly, kind, rules, silent)
        out[kind] = judged(kind, units, scores, months, rules, results.of(kind).standing.declined)
    return out
