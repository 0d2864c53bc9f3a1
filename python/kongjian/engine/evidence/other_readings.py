"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kongjian.engine.calculate import judged
from kongjian.engine.findings import Findings
from kongjian.engine.measures import school_measures
from kongjian.engine.outcome import Inputs, Outcome, Results
from kongjian.engine.scoring import score
from kongjian.rules.choices import alternatives
from kongjian.rules.model import Rules
from kongjian.rules.readings import ClassWeight, Reading, ReadingValue


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
    """Both kinds' outcomes under `rules`, which differ from `now`, the rules of `results`, in readings only.

    Effective counts, 教师指标 and the months' scores rest on no reading; 学校指标 only on how classes are weighted.
    """
    teachers, schools = results.tables["TeacherMeasures"], results.tables["SchoolMeasures"]
    if rules.choice(ClassWeight) != now.choice(ClassWeight):
        counts = results.tables["EffectiveCounts"]
        schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, Findings())
    out = {}
    for kind, units in (("school", schools), ("teacher", teachers)):
        scores = score(units, rules.object(kind), rules)
        out[kind] = judged(kind, units, scores, results.of(kind).monthly.by_month, rules)
    return out
