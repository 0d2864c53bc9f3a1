"""What each unit would score if the daily cap (附件1、附件2 备注) were applied otherwise than it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kongjian.engine.effective import repeats_not_counted, totals
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame
from kongjian.engine.matching import accounts
from kongjian.engine.measures import school_measures
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
    counts = results.tables["EffectiveCounts"]
    if counts.height == 0:
        return []
    repeats = repeats_not_counted(inputs.events, inputs.schools, inputs.teachers, rules)
    teachers = results.tables["TeacherMeasures"]
    keys = accounts(teachers)
    uncapped, capped = _Exchange(), _Exchange()
    for role in rules.effective.roles:
        mine = counts.take(counts["角色"] == role.label) if role.fills == "teacher" else Frame()
        for name in role.behaviours if mine.height else ():
            if name in rules.effective.share_behaviours:
                continue
            effective = totals(mine, role, name, keys, "账号").astype(np.float64)
            raw = effective + totals(repeats, role, name, keys, "账号")
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
    counts = results.tables["EffectiveCounts"]
    own = [r.label for r in rules.effective.roles if r.fills == "school"]
    counts = counts.take(np.isin(counts["角色"].astype(str), own))
    schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, Findings())
    scores = {
        "school": score(schools, rules.school, rules),
        "teacher": score(teachers, rules.teacher, rules),
    }
    return OtherCounts(id_, scores, exchange.given, exchange.counted)
