"""The way to the pass mark speaks of what decides, and what it promises comes true when it is carried out."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings

from kongjian.engine.evidence.cheapest import cheapest_steps
from kongjian.engine.evidence.explain import unit_values
from kongjian.engine.evidence.pass_mark import WITHOUT_MONTHS, pass_mark, way_to_mark
from kongjian.engine.monthly import Monthly, Months, monthly
from kongjian.engine.outcome import Outcome, Results
from kongjian.engine.row_scoring import compile_row
from kongjian.rules import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.run import Run
from pinned_rules import pinned_rules
from random_city import READINGS, SEEDS, random_city

RULES = pinned_rules()
NEEDED = re.compile(r"平均(至少|要)(\d+\.\d\d)分")


def passed_in(by_month: np.ndarray, rules: Rules) -> np.ndarray:
    """The months up to the last of which enough units have a score."""
    enough = (~np.isnan(by_month)).mean(axis=0) >= rules.evidence.month_passed_share
    return np.arange(by_month.shape[1]) < sum(np.flatnonzero(enough)[-1:] + 1)


def with_months(outcome: Outcome, by_month: np.ndarray, passed: np.ndarray, rules: Rules) -> Monthly:
    """What these months come to."""
    return monthly(Months(by_month, passed), outcome.score_cents, outcome.score_cents / 100, rules)


def up_to(run: Run, kind: str, months: int) -> Results:
    """The results as they are after so many months of the period: of what comes later nothing is known."""
    outcome = run.results.of(kind)
    by_month = outcome.monthly.months.by_month.copy()
    by_month[:, months:] = np.nan
    found = with_months(outcome, by_month, passed_in(by_month, run.rules), run.rules)
    return dataclasses.replace(run.results, **{kind: dataclasses.replace(outcome, monthly=found)})


def met(outcome: Outcome, rules: Rules, at: int, by_month: np.ndarray) -> bool:
    """Whether a unit with these months reaches the mark, and none that keeps it out is lacking."""
    found = with_months(outcome, by_month, outcome.monthly.months.passed, rules)
    if rules.chosen["monthly_rule"] == "every_month":
        cents = found.lowest[at]
    elif rules.chosen["pass_mark"] == "exact":
        cents = np.floor(found.exact[at] * 100 + 1e-7)
    else:
        cents = found.average[at]
    return bool(cents >= round(pass_mark(rules, outcome.kind) * 100) and not found.barred[at])


@settings(max_examples=40, deadline=None)
@given(READINGS, SEEDS)
def test_what_it_asks_of_the_months_is_enough_and_a_cent_less_is_not(
    readings: dict[str, str], seed: int
) -> None:
    run, months = random_city(readings, seed), 1 + seed % 8
    for kind in OBJECT_LABELS:
        results, full = up_to(run, kind, months), run.rules.object(kind).points
        outcome = results.of(kind)
        for at in np.flatnonzero(~outcome.monthly.stood_in).tolist():
            by_month = outcome.monthly.by_month
            way = way_to_mark(results, run.rules, kind, at)
            assert bool(way) != met(outcome, run.rules, at, by_month)
            if not way:
                continue
            assert WITHOUT_MONTHS not in way
            open_ = np.isnan(by_month[at])
            promised = NEEDED.search(way)
            if way.endswith("，补上才达标"):
                mark = pass_mark(run.rules, kind)
                assert met(outcome, run.rules, at, np.where(np.isnan(by_month), mark, by_month))
                continue
            if not promised:
                # nothing that may come changes it
                assert way.endswith(("无法达到", f"无法达到{pass_mark(run.rules, kind):g}分"))
                assert not met(outcome, run.rules, at, np.where(np.isnan(by_month), full, by_month))
                continue
            cents = round(float(promised[2]) * 100)
            assert (promised[1] == "要") == (cents > round(full * 100)) == way.endswith("无法达到")
            for given_cents, wanted in ((cents, True), (cents - 1, False)):
                filled = by_month.copy()
                filled[at, open_] = given_cents / 100
                assert met(outcome, run.rules, at, filled) == wanted, way
            passed = int(passed_in(outcome.monthly.months.by_month, run.rules).sum())
            to_come = int(open_[passed:].sum())
            assert (f"余下{to_come}个月" in way) == (to_come > 0)
            absent = [m for m, o in zip(run.rules.counted_months()[:passed], open_, strict=False) if o]
            assert "、".join(absent) in way
            assert ("缺的" in way) == bool(absent)


@settings(max_examples=30, deadline=None)
@given(READINGS, SEEDS)
def test_steps_of_the_indicators_are_named_only_where_they_decide(
    readings: dict[str, str], seed: int
) -> None:
    run = random_city(readings, seed)
    for kind in OBJECT_LABELS:
        outcome, scheme = run.results.of(kind), run.rules.object(kind)
        mark, scorer = round(pass_mark(run.rules, kind) * 100), compile_row(scheme, run.rules)
        for at in np.flatnonzero(outcome.monthly.stood_in).tolist():
            way = way_to_mark(run.results, run.rules, kind, at)
            values = unit_values(outcome.units, scorer, at)
            by_platform = run.rules.chosen["authority"] != "computed" and outcome.units["平台得分"][at] >= 0
            if outcome.score_cents[at] >= mark:
                assert not way
                continue
            assert way.startswith(WITHOUT_MONTHS)
            assert ("要平台重新统计才会变" in way) == by_platform
            assert ("请与平台核对" in way) == (by_platform and scorer(values).cents >= mark)
            steps = cheapest_steps(scheme, run.rules, scorer, values, mark)
            assert ("最省力的做法" in way) == (not by_platform and bool(steps))
            if not by_platform:
                assert all(s.indicator.name in way for s in steps)
                assert ("先补上缺的数" in way) == (True in scorer(values).missing)


@pytest.mark.parametrize(("share", "said"), [(0.1, "缺的2021-01和余下5个月"), (0.4, "余下6个月")])
def test_how_many_must_have_a_month_for_it_to_have_passed_stands_in_the_rules(
    share: float, said: str
) -> None:
    """One of three has a score of 2021-02, nobody of a later month."""
    rules = RULES.replace(evidence=dataclasses.replace(RULES.evidence, month_passed_share=share))
    by_month = np.full((3, 8), np.nan)
    by_month[0, [0, 2]] = 70.0
    run = random_city({r.id: r.values[0].id for r in RULES.readings}, 1, teachers=3)
    outcome = run.results.teacher
    found = with_months(outcome, by_month, passed_in(by_month, rules), rules)
    changed = dataclasses.replace(outcome, monthly=found)
    way = way_to_mark(dataclasses.replace(run.results, teacher=changed), rules, "teacher", 0)
    assert way == f"{said}平均至少83.33分就到80分"
