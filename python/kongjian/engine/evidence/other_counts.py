"""What each unit would score if the daily cap (附件1、附件2 备注) were applied otherwise than it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kongjian.engine.coverage import Tally
from kongjian.engine.event_lines import role_behaviours
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats
from kongjian.engine.measures import Below, school_measures
from kongjian.engine.outcome import Inputs, Results
from kongjian.engine.rounding import TOLERANCE
from kongjian.engine.scoring import Scores, score
from kongjian.rules.model import Rules


@dataclass(frozen=True)
class OtherCounts:
    """Scores of both kinds under other counts of the teachers. `id` is "uncapped" or "capped".

    `given` and `counted` are the larger and the effective count of each teacher by column, where they
    were exchanged (NaN elsewhere).
    """

    id: str
    scores: Mapping[str, Scores]
    given: Mapping[str, Floats]
    counted: Mapping[str, Floats]


def other_counts(results: Results, inputs: Inputs, rules: Rules) -> list[OtherCounts]:
    """Every line counted where ours is the effective count; the effective count where a larger one was given.

    Empty where 行为明细 leads to no other count.
    """
    log, teachers = results.log, results.tables["TeacherMeasures"]
    uncapped, capped = _Exchange(), _Exchange()
    for _, role, b, name in role_behaviours(rules, "teacher") if not log.is_empty else ():
        if name in rules.effective.share_behaviours:
            continue
        effective = log.of_teachers[b]
        raw = effective + log.repeated[b]
        column = rules.filled_by(role, name)
        given = teachers[column]
        same = np.abs(given - effective) <= TOLERANCE
        uncapped.keep(column, same & (raw > effective), raw, effective, raw)
        over = (effective > 0) & (given > effective + TOLERANCE)
        capped.keep(column, over, given, effective, effective)
    found = (("uncapped", uncapped), ("capped", capped))
    return [_scored(i, e, results, inputs, rules) for i, e in found if e.used]


class _Exchange:
    """The counts that take the place of others."""

    def __init__(self) -> None:
        self.given: dict[str, Floats] = {}
        self.counted: dict[str, Floats] = {}
        self.used: dict[str, tuple[Bools, Floats]] = {}

    def keep(self, name: str, where: Bools, given: Floats, counted: Floats, used: Floats) -> None:
        if where.any():
            self.given[name] = np.where(where, given, np.nan)
            self.counted[name] = np.where(where, counted, np.nan)
            self.used[name] = (where, used)


def _scored(id_: str, exchange: _Exchange, results: Results, inputs: Inputs, rules: Rules) -> OtherCounts:
    teachers = results.tables["TeacherMeasures"]
    teachers = teachers.having(**{n: np.where(w, v, teachers[n]) for n, (w, v) in exchange.used.items()})
    below = Below.of(inputs.schools, teachers, inputs.classes, results.log, rules)
    schools = school_measures(inputs.schools, below, rules, Findings(), Tally(inputs.schools.height))
    scores = {
        "school": score(schools, rules.school, rules),
        "teacher": score(teachers, rules.teacher, rules),
    }
    return OtherCounts(id_, scores, exchange.given, exchange.counted)
