"""月度跟踪: the least that the months to come must bring just passes the engine's own test, a hundredth less does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filled_forms import empty_run
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.month_tracking import STATES, month_tracking
from kongjian.engine.frame import Frame, texts
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs
from kongjian.rules import Rules, resolve
from kongjian.workbook.run import Run, calculate_grids
from native_engines import random_rules, run_of
from random_city import READINGS, RULES, SEEDS, city_tables
from small_scheme import MONTHS, small_grids, small_rules

KINDS = {"学校": "school", "教师": "teacher"}
Unit = tuple[str, str, str]
"""类别, 学校名称, 账号."""


def city_so_far(readings: dict[str, str], seed: int, months: int) -> Run:
    """A random city of which only the first so many months are known, to two decimals."""
    rng = np.random.default_rng(seed)
    rules = random_rules(resolve(RULES, readings), rng)
    tables = city_tables(rules, rng, schools=7, teachers=20)
    known = set(rules.period.months()[:months])
    monthly = {k: np.asarray(v, dtype=object) for k, v in tables["monthly"].items()}
    keep = np.array([m in known for m in monthly["月份"]], dtype=bool)
    tables["monthly"] = {k: v[keep].tolist() for k, v in monthly.items()}
    tables["monthly"]["得分"] = np.array(
        [round(float(v), 2) for v in tables["monthly"]["得分"]], dtype=np.float64
    )
    return run_of(tables, rules)


def lines(frame: Frame) -> list[dict[str, Any]]:
    return [
        dict(zip(frame, row, strict=True)) for row in zip(*(c.tolist() for c in frame.values()), strict=True)
    ]


def unit(line: dict[str, Any]) -> Unit:
    return line["类别"], line["学校名称"], line["账号"]


def met_with(
    run: Run, found: list[dict[str, Any]], bring: Callable[[dict[str, Any]], float]
) -> dict[Unit, bool]:
    """Who meets the conditions on months by a whole calculation in which each month to come brings what is said."""
    rules, passed = run.rules, {k: run.results.of(k).monthly.months.passed for k in KINDS.values()}
    rows = []
    for line in found:
        months = zip(rules.counted_months(), passed[KINDS[line["类别"]]], strict=True)
        for month, over in months:
            if not over and line[month] != line[month]:
                rows.append((*unit(line)[:2], unit(line)[2], month, bring(line)))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    monthly = run.inputs.monthly
    more = dict(zip(("类别", "学校名称", "账号", "月份", "得分"), columns, strict=True))
    added = {
        name: np.concatenate(
            [column, np.array(more[name], dtype=np.float64) if name == "得分" else texts(more[name])]
        )
        for name, column in monthly.items()
        if name in more
    }
    inputs = dataclasses.replace(run.inputs, monthly=Inputs.of(rules, monthly=added).monthly)
    results = calculate(inputs, rules)
    out = {}
    for label, kind in KINDS.items():
        outcome = results.of(kind)
        conditions = [
            c.id for c in rules.conditions_for(kind) if c.kind in ("monthly_average", "every_month")
        ]
        met = np.logical_and.reduce([outcome.eligibility.conditions[c] for c in conditions])
        names = outcome.names
        accounts = names["账号"] if kind == "teacher" else [""] * len(met)
        for school, account, so in zip(names["学校名称"], accounts, met.tolist(), strict=True):
            out[label, school, account] = so
    return out


def with_months(frame: Frame) -> list[dict[str, Any]]:
    """The lines of those whose months can be told: a teacher without an account has none."""
    return [line for line in lines(frame) if line["类别"] == "学校" or line["账号"]]


def most(rules: Rules, line: dict[str, Any]) -> float:
    return rules.object(KINDS[line["类别"]]).most


def check(run: Run) -> None:
    found = with_months(month_tracking(run.results, run.rules))
    least = {unit(line): line["余下每月至少"] for line in found}
    enough = met_with(run, found, lambda line: np.nan_to_num(line["余下每月至少"]))
    short = met_with(run, found, lambda line: np.nan_to_num(line["余下每月至少"]) - 0.01)
    nothing = met_with(run, found, lambda _: 0.0)
    # more than full points in every month cannot come
    everything = met_with(run, found, lambda line: most(run.rules, line) * len(run.rules.counted_months()))
    for line in found:
        key, state = unit(line), line["状态"]
        full = most(run.rules, line)
        scores = [line[m] for m in run.rules.counted_months() if line[m] == line[m]]
        if line["还剩月数"] == 0 or least[key] != least[key]:
            assert state == ("已达标" if nothing[key] else "无法达到")
            assert nothing[key] or not everything[key] or line["还剩月数"] == 0
            assert least[key] != least[key]
            continue
        assert enough[key]
        assert least[key] == 0 or not short[key]
        hard = scores and least[key] > max(scores)
        wanted = "无法达到" if least[key] > full else "难达" if hard else "可达"
        assert state == ("已达标" if nothing[key] else wanted)
        assert (least[key] == 0) == nothing[key]


@settings(max_examples=20, deadline=None)
@given(READINGS, SEEDS, st.integers(0, 8))
def test_the_least_just_passes_and_a_hundredth_less_does_not(
    readings: dict[str, str], seed: int, months: int
) -> None:
    check(city_so_far(readings, seed, months))


@pytest.mark.parametrize("chosen", [{}, {"pass_mark": "exact", "missing_months": "zero"}])
def test_so_it_is_in_another_scheme(chosen: dict[str, str]) -> None:
    rules: Rules = resolve(small_rules(), chosen)
    grids = small_grids(rules)
    rows = grids["monthly"].rows  # type: ignore[union-attr]
    rows[:] = [row for row in rows if row[rows[0].index("月份")] not in MONTHS[2:]]
    run = calculate_grids(grids, rules, Previous())
    check(run)
    frame = month_tracking(run.results, run.rules)
    assert list(frame)[4:8] == list(MONTHS)
    assert set(frame["状态"]) <= set(STATES)
    assert len(set(frame["状态"])) >= 2


def test_each_kind_stands_by_state_then_by_average() -> None:
    run = city_so_far({}, 5, 5)
    found = lines(month_tracking(run.results, run.rules))
    order = [(list(KINDS).index(x["类别"]), STATES.index(x["状态"]), -x["月均得分"]) for x in found]
    assert order == sorted(order)
    assert len(found) == 27


def test_without_data_there_is_no_row_but_every_column() -> None:
    run = empty_run(RULES)
    frame = month_tracking(run.results, run.rules)
    assert frame.height == 0
    assert list(frame) == [
        "类别", "学校名称", "教师姓名", "账号", *RULES.counted_months(), "月均得分", "已有月数", "还剩月数",
        "余下每月至少", "状态",
    ]  # fmt: skip
