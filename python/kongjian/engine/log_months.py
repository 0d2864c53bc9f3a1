"""Monthly scores from the log, where the platform gives none and the reading says so: targets pro-rated over the months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kongjian.engine.coverage import Tally
from kongjian.engine.effective import read_log
from kongjian.engine.event_lines import role_behaviours
from kongjian.engine.event_log import Log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Floats, Frame
from kongjian.engine.imported_counts import UNTIL
from kongjian.engine.measures import Below, partial, school_measures, teacher_measures
from kongjian.engine.monthly import Months
from kongjian.engine.outcome import Inputs
from kongjian.engine.scoring import score
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import LogMonths
from kongjian.rules.roles import Role
from kongjian.rules.wording import named_months

_FROM_LOG: dict[LogMonths, bool] = {LogMonths.NONE: False, LogMonths.PRORATED: True}
"""Whether the log stands in for monthly scores."""
MonthCounts = Callable[[], Floats]
"""Teachers' effective counts by counted month: (months, behaviours, teachers)."""


def are_from_log(rules: Rules) -> bool:
    """Whether months without the platform's scores are worked out."""
    return _FROM_LOG[rules.choice(LogMonths)]


def month_counts(inputs: Inputs, rules: Rules) -> Floats:
    """See MonthCounts."""
    day = inputs.events[rules.table("events").name_of(Role.DATE)].astype("datetime64[M]")
    said = inputs.counts.get("月份")
    out = []
    for month in rules.counted_months():
        here: dict[str, Frame] = {"events": inputs.events.take(day == np.datetime64(month, "M"))}
        if said is not None:
            here["counts"] = inputs.counts.take(said == month)
        out.append(read_log(replace(inputs, **here), rules, Findings()).of_teachers)
    return np.array(out)


def months_of_log(
    kind: str, months: Months, counts: MonthCounts, inputs: Inputs, log: Log, rules: Rules, findings: Findings
) -> Months:
    """The months as they are; worked out of the log where the reading says so and nobody of this kind has any score.

    A month's counts of teachers are taken times the number of counted months and scored like the term's: a month's target
    is its part of the term's. What no counts are (answers, rates, shares) is the term's. A month of which the log has no
    line, and a unit of which anything is missing, get no score; nobody does where imported counts are of several months.
    """
    if not are_from_log(rules) or log.is_empty or not np.isnan(months.by_month).all():
        return months
    if inputs.counts.height and any(UNTIL in str(month) for month in inputs.counts["月份"]):
        return months  # of what was added up over months nobody knows the months
    period, counted = rules.period.months(), rules.counted_months()
    told = np.array([log.months[period.index(month)] for month in counted], dtype=bool)
    if not told.any():
        return months
    by_month = np.full(months.by_month.shape, np.nan)
    for m in np.flatnonzero(told):
        by_month[:, m] = _of_month(kind, counts()[m] * len(counted), inputs, log, rules)
    if np.isnan(by_month).all():
        return months
    findings.add(
        "months_from_log", "monthly", kind=OBJECT_LABELS[kind], months=named_months(told, counted), count=len(counted)
    )  # fmt: skip
    last = int(np.flatnonzero(told)[-1])
    return Months(by_month, np.arange(len(counted)) <= last)


def _of_month(kind: str, of_teachers: Floats, inputs: Inputs, log: Log, rules: Rules) -> Floats:
    """Each unit's score by these counts of teachers, NaN where anything is missing."""
    teachers, schools = Frame(inputs.teachers), Frame(inputs.schools)
    silent, nowhere = Findings(), Tally(schools.height)
    for _, role, b, name in role_behaviours(rules, "teacher"):
        if name in rules.effective.share_behaviours:
            of_teachers[b] = log.of_teachers[b]
            continue
        column = rules.filled_by(role, name)
        for frame in (teachers, schools):  # what is pasted is the whole term's
            if column in frame:
                frame[column] = np.full(frame.height, np.nan)
    month = replace(log, of_teachers=of_teachers)
    units = teacher_measures(teachers, schools, month, rules, silent, nowhere)
    if kind == "school":
        below = Below.of(schools, units, inputs.classes, month, rules)
        units = school_measures(schools, below, rules, silent, nowhere)
    scheme = rules.object(kind)
    scores = score(units, scheme, rules)
    missing = np.asarray(scores.missing.any(axis=0))
    for indicator in scheme.indicators:
        missing |= partial(units, indicator.column)
    return np.where(missing, np.nan, scores.total)
