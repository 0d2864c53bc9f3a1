"""The whole calculation, from the five input tables to every output table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from kongjian.engine.another_year import refuse_another_year
from kongjian.engine.authority import counting
from kongjian.engine.award_places import NO_GROUP, groups_of
from kongjian.engine.awards import AWARD_COLUMNS, UNIT, awards, standing
from kongjian.engine.coverage import Tally, report_log
from kongjian.engine.declined import Decline, declined_rows, of_units
from kongjian.engine.effective import read_log
from kongjian.engine.eligibility import eligibility
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, Texts, texts
from kongjian.engine.last_run import Previous, numbered
from kongjian.engine.log_months import month_counts, months_of_log
from kongjian.engine.matching import rows
from kongjian.engine.measures import Below, partial, school_measures, teacher_measures
from kongjian.engine.monthly import Monthly, Months, in_period, monthly, monthly_scores, report_months
from kongjian.engine.outcome import Inputs, Outcome, Results, named, platform_cents, shown_keys
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.result_tables import eligibility_table, ranking_table, score_table, stacked
from kongjian.engine.rounding import MISSING
from kongjian.engine.scoring import Scores, score
from kongjian.rules.ladders import groups
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankBy
from kongjian.rules.roles import Role
from kongjian.rules.wording import counting_score

RANK_BY: dict[RankBy, Callable[[Ints, Monthly], Ints]] = {
    RankBy.TOTAL: lambda score_cents, _: score_cents,
    RankBy.MONTHLY_AVERAGE: lambda _, months: months.average,
}
_BY_MONTHS: dict[RankBy, Callable[[Monthly], Bools]] = {
    RankBy.TOTAL: lambda months: np.zeros_like(months.stood_in),
    RankBy.MONTHLY_AVERAGE: lambda months: ~months.stood_in,
}
"""Whose rank rests on the platform's monthly scores."""


def calculate(
    inputs: Inputs,
    rules: Rules,
    previous: Previous | None = None,
    findings: Findings | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Results:
    """Scores, eligibility, rankings and awards of all schools and teachers.

    `findings` made while reading are kept in front. `progress` is told in Chinese what is being done. Raises
    KongjianError for data of another year.
    """
    refuse_another_year(inputs, rules)
    findings = Findings() if findings is None else findings
    previous = previous or Previous()
    progress("正在统计有效次数…")
    log = read_log(inputs, rules, findings)
    tally = Tally(inputs.schools.height)
    progress("正在计算教师得分…")
    teachers = teacher_measures(inputs.teachers, inputs.schools, log, rules, findings, tally)
    counts = functools.cache(lambda: month_counts(inputs, rules))
    of_log = functools.partial(
        months_of_log, counts=counts, inputs=inputs, log=log, rules=rules, findings=findings
    )
    teacher, teachers_said = outcome("teacher", teachers, inputs, rules, findings, previous.declines, of_log)
    progress("正在计算学校得分…")
    below = Below.of(inputs.schools, teachers, inputs.classes, log, rules)
    schools = school_measures(inputs.schools, below, rules, findings, tally)
    school, schools_said = outcome("school", schools, inputs, rules, findings, previous.declines, of_log)
    passed = school.monthly.months.passed | teacher.monthly.months.passed
    report_log(log, in_period(passed, rules), inputs.schools, rules, findings)
    progress("正在排名…")
    fingerprint = inputs.fingerprint()
    same = previous.is_same_run(fingerprint, rules, {o.kind: _ranks(o) for o in (school, teacher)})
    tables = {
        **_of_units(school, teacher, previous, same),
        "Awards": _awards((school, teacher), rules, findings),
        "SchoolMeasures": schools,
        "TeacherMeasures": teachers,
        "EffectiveCounts": log.counts,
        "Coverage": tally.table(school.names, log, rules, below.short),
    }
    declined = _declined(((school, schools_said), (teacher, teachers_said)), rules)
    return Results(tables, findings, school, teacher, log, fingerprint, rules.version, same, declined)


def outcome(
    kind: str,
    units: Frame,
    inputs: Inputs,
    rules: Rules,
    findings: Findings,
    declines: Sequence[Decline] = (),
    of_log: Callable[[str, Months], Months] = lambda _, months: months,
) -> tuple[Outcome, dict[str, Texts]]:
    """Scores, months, eligibility and ranks of one kind of unit, and by award what staff wrote of who declines it.

    `units` are its measures; `of_log` gives months where the platform gave none.
    """
    scores = score(units, rules.object(kind), rules)
    _report_scores(kind, units, scores, rules, findings)
    months = of_log(kind, monthly_scores(units, inputs.monthly, kind, rules, findings))
    names = named(kind, units, rules)
    words: dict[str, Texts] = {}
    said: dict[str, Texts] = {}
    if declines:
        words, said = of_units(kind, shown_keys(kind, names), units, declines, rules, findings)
    out = judged(kind, units, scores, months, rules, words)
    report_months(units, out.monthly, out.score_cents, kind, rules, findings)
    _report_two_sources(kind, out, rules, findings)
    _report_no_group(kind, out, rules, findings)
    return out, said


def judged(
    kind: str, units: Frame, scores: Scores, months: Months, rules: Rules, declined: Mapping[str, Texts]
) -> Outcome:
    """What follows from scores and months; it finds nothing and words nothing, so that a further reading costs little."""
    scheme, platform = rules.object(kind), platform_cents(kind, units, rules)
    counted = counting(units, platform, scores, scheme, rules)
    average = monthly(months, counted.cents, counted.exact, rules)
    found = eligibility(units, average, kind, rules)
    key = RANK_BY[rules.choice(RankBy)](counted.cents, average)
    place = standing(key, found.eligible, scores, rules, declined, groups_of(kind, units, rules))
    partly = np.vstack([partial(units, i.column) for i in scheme.indicators])
    unsettled = (scores.missing | partly) & ~counted.adopted
    return Outcome(
        kind, units, named(kind, units, rules), platform, scores, counted.cents, counted.adopted, unsettled,
        average, found, place,
    )  # fmt: skip


def _report_scores(kind: str, units: Frame, scores: Scores, rules: Rules, findings: Findings) -> None:
    """Finds measures that are missing and platform scores that differ from what the rules give."""
    indicators, at = rules.object(kind).indicators, rows(units)
    for indicator, missing in zip(indicators, scores.missing, strict=True):
        findings.add_rows("measure_missing", f"{kind}s", at[missing], indicator.column)
    for indicator in indicators:
        if indicator.kind == "veto":
            blank = np.isnan(units[indicator.column])
            findings.add_rows("veto_blank", f"{kind}s", at[blank], indicator.column)
    column = rules.table(f"{kind}s").by_role(Role.PLATFORM_SCORE)
    if column is None:
        return
    platform = platform_cents(kind, units, rules)
    used = counting_score(rules)
    differs = (platform != MISSING) & (platform != scores.cents)
    findings.add_rows("score_differs", f"{kind}s", at[differs], column.name, used=used)


def _report_two_sources(kind: str, o: Outcome, rules: Rules, findings: Findings) -> None:
    """Finds that some of those ranked stand there by the platform's number and others by a computed one."""
    by_platform = o.adopted.all(axis=0) | _BY_MONTHS[rules.choice(RankBy)](o.monthly)
    ranked = o.standing.rank != UNRANKED
    count, whole = int(ranked.sum()), int((ranked & by_platform).sum())
    if 0 < whole < count:
        kinds = OBJECT_LABELS[kind]
        findings.add("score_sources_mixed", f"{kind}s", kind=kinds, platform=whole, computed=count - whole)


def _report_no_group(kind: str, o: Outcome, rules: Rules, findings: Findings) -> None:
    """Finds who qualifies and stands in none of the groups by which an award is given."""
    for column in groups(rules.awards, kind):
        named = [a.name for a in rules.awards if (a.object, a.group) == (kind, column)]
        outside = o.standing.places[named[0]].groups.of == NO_GROUP
        for i in np.flatnonzero(outside & o.eligibility.eligible):
            findings.add("group_blank", f"{kind}s", rows(o.units)[i], column, awards="、".join(named))


def _ranks(o: Outcome) -> dict[str, float]:
    keys = numbered(shown_keys(o.kind, o.names.take(o.order)))
    return dict(zip(keys, o.standing.rank[o.order].astype(float).tolist(), strict=True))


def _of_units(school: Outcome, teacher: Outcome, previous: Previous, same: bool) -> dict[str, Frame]:
    """Scores, who qualifies and the rankings."""
    return {
        "SchoolScores": score_table("school", school),
        "TeacherScores": score_table("teacher", teacher),
        "Eligibility": stacked([eligibility_table("school", school), eligibility_table("teacher", teacher)]),
        "SchoolRanking": ranking_table("school", school, previous, same),
        "TeacherRanking": ranking_table("teacher", teacher, previous, same),
    }


def _awards(outcomes: Sequence[Outcome], rules: Rules, findings: Findings) -> Frame:
    """The awards of all kinds of units, schools' first."""
    tables = [
        a
        for o in outcomes
        for a in awards(
            o.kind, o.units, o.standing, o.order, o.score_cents, o.eligibility.eligible, rules, findings
        )
    ]
    return stacked(tables) or Frame({c: texts([]) for c in (*AWARD_COLUMNS, UNIT)})


def _declined(outcomes: Sequence[tuple[Outcome, dict[str, Texts]]], rules: Rules) -> Frame:
    """Who declines which award, by what staff wrote of each kind's awards."""
    return stacked(
        [
            declined_rows(award, o.units, o.standing, o.score_cents, said, rules)
            for o, said in outcomes
            for award in rules.awards
            if award.object == o.kind
        ]
    )
