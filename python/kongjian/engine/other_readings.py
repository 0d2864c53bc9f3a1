"""What each unit would score and where it would stand under another reading: one lean pass, no tables."""

from __future__ import annotations

from collections.abc import Mapping

from kongjian.engine.calculate import Inputs, Outcome, Results, judged
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame
from kongjian.engine.measures import school_measures
from kongjian.engine.scoring import Scores, score
from kongjian.rules.model import Rules


def outcomes_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> Mapping[str, Outcome]:
    """Both kinds' outcomes under `rules`, which differ from `now`, the rules of `results`, in readings only.

    The months' scores rest on no reading either.
    """
    out = {}
    for kind, units in _measures_under(rules, inputs, results, now).items():
        scores = score(units, rules.object(kind), rules)
        out[kind] = judged(kind, units, scores, results.of(kind).monthly.by_month, rules)
    return out


def scores_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> Mapping[str, Scores]:
    """Both kinds' scores alone, where nobody asks for months and ranks."""
    measures = _measures_under(rules, inputs, results, now)
    return {kind: score(units, rules.object(kind), rules) for kind, units in measures.items()}


def _measures_under(rules: Rules, inputs: Inputs, results: Results, now: Rules) -> dict[str, Frame]:
    """Effective counts and 教师指标 rest on no reading; 学校指标 only on how classes are weighted."""
    teachers, schools = results.tables["TeacherMeasures"], results.tables["SchoolMeasures"]
    if rules.chosen["class_weight"] != now.chosen["class_weight"]:
        counts = results.tables["EffectiveCounts"]
        schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, Findings())
    return {"school": schools, "teacher": teachers}
