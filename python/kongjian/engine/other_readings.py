"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping

from kongjian.engine.calculate import Inputs, Outcome, Results, outcome
from kongjian.engine.findings import Findings
from kongjian.engine.measures import school_measures
from kongjian.rules.model import Rules


def outcomes_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> Mapping[str, Outcome]:
    """Both kinds' outcomes under `rules`, which differ from `now`, the rules of `results`, in readings only.

    Effective counts and 教师指标 rest on no reading; 学校指标 only on how classes are weighted.
    """
    quiet = Findings()
    teachers, schools = results.tables["TeacherMeasures"], results.tables["SchoolMeasures"]
    if rules.chosen["class_weight"] != now.chosen["class_weight"]:
        counts = results.tables["EffectiveCounts"]
        schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, quiet)
    return {
        "school": outcome("school", schools, inputs, rules, quiet),
        "teacher": outcome("teacher", teachers, inputs, rules, quiet),
    }
