"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping

from kongjian.engine.calculate import Inputs, Outcome, Results, judged
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame
from kongjian.engine.measures import school_measures
from kongjian.engine.scoring import score
from kongjian.rules.model import Rules


def outcomes_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> Mapping[str, Outcome]:
    """Both kinds' outcomes under `rules`, which differ from `now`, the rules of `results`, in readings only.

    Effective counts, 教师指标 and the months' scores rest on no reading; 学校指标 only on how classes are weighted.
    """
    teachers, schools = results.tables["TeacherMeasures"], results.tables["SchoolMeasures"]
    if rules.chosen["class_weight"] != now.chosen["class_weight"]:
        counts = results.tables["EffectiveCounts"]
        schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, Findings())
    return {
        kind: _outcome(kind, units, results, rules)
        for kind, units in (("school", schools), ("teacher", teachers))
    }


def _outcome(kind: str, units: Frame, results: Results, rules: Rules) -> Outcome:
    scores = score(units, rules.object(kind), rules)
    return judged(kind, units, scores, results.of(kind).monthly.by_month, rules)
