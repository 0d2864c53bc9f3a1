"""The least steps to a total: as found by trying every number of steps of every indicator, and no step too many."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.random import Generator

from filled_forms import city_run
from kongjian.engine.evidence.cheapest import Step, cheapest_steps
from kongjian.engine.evidence.explain import unit_values
from kongjian.engine.row_scoring import RowScorer, compile_row
from kongjian.rules import Rules, resolve
from kongjian.rules.model import Band, Indicator, ObjectScheme
from native_engines import random_run
from pinned_rules import pinned_rules

RULES = pinned_rules()
SHORTFALLS, OTHERS = ("exact", "whole", "started"), ("zero", "full", "rescale")


# small schemes, in which every combination can be tried


def small_indicator(name: str, column: str, rng: Generator) -> Indicator:
    """An indicator of few steps to its full points."""
    points = float(rng.choice([0.5, 1, 2, 2.5, 5]))
    plain = Indicator(name, "", "", "", points, "yes_no", "次", name)
    if column == "yes_no":
        return plain
    if column in ("share", "rate"):
        bands = tuple(Band(b, p) for b, p in ((0.5, points), (0.498, points / 2), (0.495, 0.25), (0, 0)))
        return dataclasses.replace(plain, kind="bands", bands=bands)
    if rng.random() < 0.3:
        return dataclasses.replace(plain, kind="threshold", target=3.0)
    per = float(rng.choice([0.5, 1, 2, 7.5]))
    none_is_zero = bool(rng.random() < 0.3)
    return dataclasses.replace(plain, kind="deduct", target=3.0, per=per, none_is_zero=none_is_zero)


def small_scheme(rules: Rules, kind: str, rng: Generator) -> Rules:
    """Four indicators over the table's own columns, one of them for homeroom teachers only where there are such."""
    columns = {c.name: c.kind for c in rules.table(f"{kind}s").columns}
    names = [i.column for i in rules.object(kind).indicators]
    drawn = rng.choice(names, 4, replace=False).tolist()
    indicators = [small_indicator(n, columns[n], rng) for n in drawn]
    if kind == "teacher":
        indicators[0] = dataclasses.replace(indicators[0], homeroom_only=True)
    scheme = ObjectScheme(
        kind,
        "",
        "",
        sum(i.points for i in indicators),
        "",
        tuple(indicators),  # type: ignore[arg-type]
    )
    return rules.replace(**{kind: scheme})


def small_values(rules: Rules, kind: str, rng: Generator) -> list[float]:
    """Values some steps short of the full points; means and shares with decimals of their own."""
    columns = rules.table(f"{kind}s")
    out = []
    for indicator in rules.object(kind).indicators:
        column = columns.column(indicator.column).kind
        if rng.random() < 0.05:
            out.append(math.nan)
        elif column == "yes_no":
            out.append(float(rng.integers(0, 2)))
        elif column in ("share", "rate"):
            out.append(0.5 - round(float(rng.random()) * 0.01, int(rng.integers(3, 8))))
        elif column == "count":
            out.append(float(rng.integers(0, 4)))
        else:  # at most forty steps short, and twice as many where a whole one costs nothing
            out.append(
                3 - round(float(rng.random()) * float(rng.choice([0.4, 1.1])), int(rng.integers(1, 8)))
            )
    return [*out, *([float(rng.integers(0, 2))] if kind == "teacher" else [])]


def steps_up(rules: Rules, kind: str, indicator: Indicator, value: float) -> tuple[float, float, int]:
    """The least step of a measure, what one costs, and how many there are to the full measure."""
    column = rules.table(f"{kind}s").column(indicator.column).kind
    step, cost = {
        "share": (0.0001, 0.01),
        "rate": (0.0001, 0.01),
        "yes_no": (1.0, 1.0),
        "count": (1.0, 1.0),
    }.get(column, (0.01, 0.01))
    full = indicator.bands[0].at_least if indicator.bands else indicator.target or 1.0
    assert isinstance(full, float)
    return step, cost, max(math.ceil(round((full - value) / step, 6)), 0)


def tried(rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float], cents: int) -> float:
    """The least cost of all combinations of steps that reach the total; infinite for none."""
    other = scorer.is_other(values)
    points, costs = np.zeros(1), np.zeros(1)
    for k, indicator in enumerate(rules.object(kind).indicators):
        more = [0]
        now = scorer(values).by_indicator[k]
        if not (math.isnan(values[k]) or (other and indicator.homeroom_only)):
            step, cost, most = steps_up(rules, kind, indicator, values[k])
            more = list(range(most + 1))
            given = np.array([scorer.points(k, values[k] + n * step) for n in more])
            costs = (costs[:, None] + np.array(more) * cost).ravel()
        else:
            given = np.array([now])
        points = (points[:, None] + given).ravel()
    scale = 1.0
    if other and rules.chosen["non_homeroom"] == "rescale":
        scheme = rules.object(kind)
        scale = scheme.points / (scheme.points - sum(i.points for i in scheme.indicators if i.homeroom_only))
    reached = np.floor(points * scale * 100 + 0.5 + 1e-7) >= cents
    return float(costs[reached].min()) if reached.any() else math.inf


def cost_of(rules: Rules, kind: str, steps: Sequence[Step]) -> float:
    """The sum of the amounts as they are read."""
    columns = rules.table(f"{kind}s")
    percent = [columns.column(s.indicator.column).kind in ("share", "rate") for s in steps]
    return sum(s.more * (100 if p else 1) for s, p in zip(steps, percent, strict=True))


def carried_out(rules: Rules, kind: str, values: Sequence[float], steps: Sequence[Step]) -> list[float]:
    names = [i.name for i in rules.object(kind).indicators]
    out = list(values)
    for step in steps:
        out[names.index(step.indicator.name)] += step.more
    return out


def assert_just_enough(
    rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float], steps: Sequence[Step], cents: int
) -> None:
    """Carried out they reach the total; with one step less of any of them they do not."""
    assert scorer(carried_out(rules, kind, values, steps)).cents >= cents
    for n, taken in enumerate(steps):
        at = [i.name for i in rules.object(kind).indicators].index(taken.indicator.name)
        step, _, _ = steps_up(rules, kind, taken.indicator, values[at])
        if step == 1.0 and values[at] != int(values[at]):
            step = 0.01
        fewer = [*steps[:n], Step(taken.indicator, taken.more - step), *steps[n + 1 :]]
        assert scorer(carried_out(rules, kind, values, fewer)).cents < cents


@pytest.mark.parametrize("shortfall", SHORTFALLS)
@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_the_steps_are_the_least_of_all_combinations(kind: str, shortfall: str) -> None:
    rng, found, none = np.random.default_rng(len(shortfall)), 0, 0
    for _ in range(150):
        readings = {"shortfall": shortfall, "non_homeroom": str(rng.choice(OTHERS))}
        rules = small_scheme(resolve(RULES, readings), kind, rng)
        scheme, values = rules.object(kind), small_values(rules, kind, rng)
        scorer = compile_row(scheme, rules)
        now = scorer(values).cents
        cents = now + int(rng.integers(1, max(round(scheme.points * 100) - now, 1) + 30))
        steps = cheapest_steps(scheme, rules, scorer, values, cents)
        least = tried(rules, kind, scorer, values, cents)
        if not steps:
            assert least == math.inf
            none += 1
            continue
        assert cost_of(rules, kind, steps) == pytest.approx(least, abs=1e-6)
        assert_just_enough(rules, kind, scorer, values, steps, cents)
        found += 1
    assert found > 40
    assert none > 5


# whole schemes: every number of steps of one indicator after the other, keeping the best points for each cost


def best_for_less(
    rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float], hundredths: int
) -> int:
    """The most cents that a row can reach for less than so many hundredths."""
    scored, most = scorer(values), hundredths - 1
    other = scorer.is_other(values)
    best = np.full(most + 1, sum(scored.by_indicator))
    for k, indicator in enumerate(rules.object(kind).indicators):
        if scored.missing[k] or (other and indicator.homeroom_only):
            continue
        step, cost, steps = steps_up(rules, kind, indicator, values[k])
        if step == 1.0 and values[k] != int(values[k]):
            step, cost, steps = 0.01, 0.01, steps * 100
        with_it = best.copy()
        for n in range(1, steps + 1):
            price = round(n * cost * 100)
            if price > most:
                break
            gain = scorer.points(k, values[k] + n * step) - scored.by_indicator[k]
            if gain:
                np.maximum(with_it[price:], best[: most + 1 - price] + gain, out=with_it[price:])
        best = with_it
    scale = 1.0
    if other and rules.chosen["non_homeroom"] == "rescale":
        scheme = rules.object(kind)
        scale = scheme.points / (scheme.points - sum(i.points for i in scheme.indicators if i.homeroom_only))
    return math.floor(best[-1] * scale * 100 + 0.5 + 1e-7)


def rows_below(rules: Rules, seed: int) -> Iterator[tuple[str, RowScorer, list[float]]]:
    """Units of the demo city that do not reach 80 points."""
    run, rng = city_run(RULES), np.random.default_rng(seed)
    for kind, count in (("school", 6), ("teacher", 25)):
        units, scorer = run.results.of(kind).units, compile_row(rules.object(kind), rules)
        rows = [unit_values(units, scorer, at) for at in rng.permutation(units.height)[:200].tolist()]
        below = [values for values in rows if scorer(values).cents < 8000]
        yield from ((kind, scorer, values) for values in below[:count])


@pytest.mark.parametrize("shortfall", SHORTFALLS)
def test_nothing_cheaper_reaches_80_in_the_demo_city(shortfall: str) -> None:
    other = OTHERS[SHORTFALLS.index(shortfall)]
    readings = {"shortfall": shortfall, "non_homeroom": other, "homework": "fifteen"}
    rules, compared = resolve(RULES, readings), 0
    for kind, scorer, values in rows_below(rules, len(shortfall)):
        steps = cheapest_steps(rules.object(kind), rules, scorer, values, 8000)
        assert steps
        assert_just_enough(rules, kind, scorer, values, steps, 8000)
        hundredths = round(cost_of(rules, kind, steps) * 100)
        assert best_for_less(rules, kind, scorer, values, hundredths) < 8000
        compared += 1
    assert compared > 20


def test_nothing_cheaper_reaches_it_under_random_rules() -> None:
    compared = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        readings = {r.id: str(rng.choice([v.id for v in r.values])) for r in RULES.readings}
        run = random_run((readings, seed), 2, 4)
        for kind in ("school", "teacher"):
            scheme, units = run.rules.object(kind), run.results.of(kind).units
            scorer = compile_row(scheme, run.rules)
            if any(a.points < b.points for i in scheme.indicators for a, b in pairwise(i.bands)):
                continue  # random bands may fall where the rules would be refused
            for at in range(units.height):
                values = unit_values(units, scorer, at)
                cents = scorer(values).cents + int(rng.integers(1, 1500))
                steps = cheapest_steps(scheme, run.rules, scorer, values, cents)
                if not steps or cost_of(run.rules, kind, steps) > 40:
                    continue
                assert_just_enough(run.rules, kind, scorer, values, steps, cents)
                hundredths = round(cost_of(run.rules, kind, steps) * 100)
                assert best_for_less(run.rules, kind, scorer, values, hundredths) < cents
                compared += 1
    assert compared > 150


def test_the_least_is_not_what_gains_most_for_each_unit() -> None:
    """Three percentage points of 完成作业 gain five points; only one is wanting, and one 节次 gains it."""
    scheme, scorer = RULES.school, compile_row(RULES.school, RULES)
    values = [1.0] * 10 + [5.0, 25.0, 39.0, 4.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.77]
    assert scorer(values).cents == 7900
    steps = cheapest_steps(scheme, RULES, scorer, values, 8000)
    assert [(s.indicator.name, s.more) for s in steps] == [("在线授课", 1.0)]
    steps = cheapest_steps(scheme, RULES, scorer, values, 8300)
    assert [(s.indicator.name, s.more) for s in steps] == [("完成作业", 0.03)]
    assert cheapest_steps(scheme, RULES, scorer, values, 7900) == []
    assert cheapest_steps(scheme, RULES, scorer, values, 10_001) == []
