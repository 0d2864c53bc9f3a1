"""What is said of a unit in words: to the cent of a line, and how its total came about."""

from __future__ import annotations

import dataclasses
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from kongjian.engine.effective import _mix
from kongjian.engine.evidence import near_lines, pass_mark
from kongjian.engine.evidence.causes import Causes
from kongjian.engine.evidence.change_table import _Kind
from kongjian.engine.evidence.data_changes import _moved
from kongjian.engine.evidence.explain import amount
from kongjian.engine.matching import nearest_school
from kongjian.engine.monthly import Months, monthly
from kongjian.engine.ranking import UNRANKED
from kongjian.rules import resolve
from kongjian.rules.model_tables import Column
from kongjian.rules.roles import Role
from kongjian.workbook.run import Run
from random_city import RULES, random_city
from small_scheme import small_rules

READINGS = {r.id: r.values[0].id for r in RULES.readings} | {
    "pass_mark": "exact",
    "missing_months": "not_eligible",
}


@pytest.fixture(scope="module")
def run() -> Run:
    return random_city(READINGS, 2)


def test_a_mean_that_only_rounds_up_to_the_mark_says_so_before_what_else_is_wrong(run: Run) -> None:
    outcome = run.results.school
    [condition] = [c for c in run.rules.conditions_for("school") if c.kind == "monthly_average"]
    by_month = np.full_like(outcome.monthly.by_month, condition.at_least - 0.004)
    by_month[:, 0] = np.nan
    months = Months(by_month, np.ones(by_month.shape[1], dtype=bool))
    found = monthly(months, outcome.score_cents, outcome.monthly.exact, run.rules)
    results = dataclasses.replace(run.results, school=dataclasses.replace(outcome, monthly=found))
    line = near_lines._mark(condition, results, run.rules)
    assert line.at.tolist() == list(range(outcome.units.height))
    absent = f"{found.absent(0, run.rules)}，不达标"
    assert line.say(0).startswith(f"差0.01分；四舍五入以前不到；{absent}")


@pytest.mark.parametrize(
    ("gap", "words"), [(-1, "差0.01分就够甲的最低分"), (0, "刚好到最低分"), (1, "比最低分高0.01分")]
)
def test_a_cent_from_the_least_score_of_an_award(gap: int, words: str, run: Run) -> None:
    outcome = run.results.school
    at = int(np.flatnonzero(outcome.standing.rank != UNRANKED)[0])
    least = (int(outcome.standing.key[at]) - gap) / 100
    award = dataclasses.replace(
        run.rules.awards[0], name="甲", object="school", first=1, last=outcome.units.height, least=least
    )
    line = near_lines.near_least(award, outcome, run.rules)
    assert line is not None
    assert at in line.at.tolist()
    assert line.say(at).partition("；")[0] == words


@pytest.mark.parametrize(
    ("opened", "total", "short", "spare"),
    [(8, 10, 0, 0), (9, 10, 0, 1), (10, 10, 0, 2), (7, 10, 1, -1), (79, 100, 1, -1)],
)
def test_accounts_to_the_bound(opened: int, total: int, short: int, spare: int) -> None:
    assert near_lines.accounts_short(opened, total, 0.8) == short
    assert near_lines.accounts_spare(opened, total, 0.8) == spare


def test_how_a_total_is_added_up() -> None:
    plain, homeroom = "各项相加，四舍五入到两位小数", RULES.table("teachers").by_role(Role.HOMEROOM)
    assert homeroom is not None
    for reading, scaled in (("zero", ""), ("full", ""), ("rescale", f"；不是{homeroom.name}的先折算")):
        rules = resolve(RULES, READINGS | {"non_homeroom": reading})
        assert pass_mark._addition(rules.teacher, rules, [False]) == plain + scaled
    small = small_rules()
    said = f"{plain}；加分另加；有2项没有数据，得分表里按0分计"
    assert pass_mark._addition(small.school, small, [True, False, True]) == said


@pytest.mark.parametrize(
    ("kind", "before", "now", "said"),
    [
        ("count", 3.0, 4.0, "3→4"),
        ("count", 3.0, 4.25, "3.00→4.25"),
        ("count", 3.001, 3.002, "3.0010→3.0020"),
        ("count", np.nan, 4.0, "缺→4"),
        ("rate", 0.5, 0.55, "50%→55%"),
        ("rate", 0.5, 0.5525, "50.00%→55.25%"),
        ("yes_no", 0.0, 1.0, "否→是"),
    ],
)
def test_a_number_that_changed_is_told_with_as_many_decimals_as_show_it(
    kind: str, before: float, now: float, said: str
) -> None:
    assert _moved(before, now, Column("甲", kind, ())) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("赤壁一小", "赤壁市第一小学"),
        ("赤壁二小", ""),
        ("赤壁市第一小学校", "赤壁市第一小学"),
        ("南湖中学", ""),
    ],
)
def test_which_school_a_name_may_mean(name: str, meant: str) -> None:
    assert nearest_school(name, ["赤壁市第一小学", "蒲圻第三初级中学"]) == meant


def test_an_amount_is_told_in_its_own_unit_and_never_rounded_down() -> None:
    answer = next(i for i in RULES.school.indicators if i.kind == "yes_no")
    count = next(i for i in RULES.teacher.indicators if i.kind == "deduct")
    rate = next(i for i in RULES.school.indicators if i.kind == "bands")
    assert amount(answer, 1.0, "school", RULES) == "做到“是”"
    assert amount(count, 2.0, "teacher", RULES) == f"2{count.unit}"
    assert amount(count, 0.001, "teacher", RULES) == f"0.01{count.unit}"
    assert amount(rate, 0.125, "school", RULES) == "12.5个百分点"
    assert [amount(i, 0.0, "school", RULES) for i in (answer, rate)] == ["", ""]
    assert pass_mark._cents(80.25) == 8025


@pytest.mark.parametrize(
    ("fits", "said"),
    [(1, ["甲=乙：80.00"]), (2, ["甲=乙：80.00"] * 2), (4, ["甲=乙：80.00", "甲=乙：80.00等2"])],
)
def test_other_readings_that_explain_a_score_are_told_up_to_so_many(fits: int, said: list[str]) -> None:
    way = SimpleNamespace(reading=SimpleNamespace(label="甲"), value=SimpleNamespace(label="乙"))
    texts = SimpleNamespace(reading="{reading}={value}：{score}", reading_more="{text}等{count}")
    held = SimpleNamespace(
        _readings=[SimpleNamespace(at=lambda *_: True, way=way)] * fits,
        _rules=SimpleNamespace(reconcile=SimpleNamespace(most_named=2)),
        _said=texts,
    )
    assert [cause.text for cause in Causes._reading(held, 0, 80.0)] == said  # type: ignore[arg-type]


def test_every_combination_has_a_number_of_its_own_in_the_order_of_its_parts() -> None:
    parts = np.array(list(product(range(3), (5, 9), range(4)))).T
    assert (np.diff(_mix(*parts)) > 0).all()


def test_who_held_an_award_or_is_known_to_have_qualified_did_qualify() -> None:
    side = SimpleNamespace(keys=["a", "b", "c"], earlier=SimpleNamespace(qualified={"b"}))
    held = SimpleNamespace(_units=SimpleNamespace(awards=[("甲", ""), ("", ""), ("", "")]), _side=side)
    assert [_Kind._qualified(held, u) for u in range(3)] == [True, True, False]  # type: ignore[arg-type]
