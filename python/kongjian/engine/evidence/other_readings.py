"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kongjian.engine.calculate import judged
from kongjian.engine.effective import effective_counts
from kongjian.engine.findings import Findings
from kongjian.engine.measures import school_measures, teacher_measures
from kongjian.engine.monthly import monthly_scores
from kongjian.engine.outcome import Inputs, Outcome, Results
from kongjian.engine.scoring import score
from kongjian.rules.choices import alternatives
from kongjian.rules.model import Rules
from kongjian.rules.readings import Reading, ReadingValue


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

    Effective counts and 教师指标 rest on the period alone, 学校指标 also on how classes are weighted, the months'
    scores on which months count.
    """
    teachers, schools = results.tables["TeacherMeasures"], results.tables["SchoolMeasures"]
    counts, said = results.tables["EffectiveCounts"], Findings()
    if rules.period != now.period:
        counts = effective_counts(inputs.events, inputs.schools, inputs.teachers, rules, said)
        teachers = teacher_measures(inputs.teachers, counts, rules, said)
    if rules.period != now.period or rules.chosen["class_weight"] != now.chosen["class_weight"]:
        schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, said)
    out = {}
    for kind, units in (("school", schools), ("teacher", teachers)):
        scores, by_month = score(units, rules.object(kind), rules), results.of(kind).monthly.by_month
        if rules.counted_months() != now.counted_months():
            by_month = monthly_scores(units, inputs.monthly, kind, rules, said)
        out[kind] = judged(kind, units, scores, by_month, rules)
    return out
