"""临界名单: nobody near is left out, and every distance, once closed, crosses its line; one step less does not."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from filled_forms import city_run, empty_run
from kongjian.engine.awards import standing
from kongjian.engine.calculate import calculate
from kongjian.engine.eligibility import eligibility
from kongjian.engine.evidence.explanations import explanations
from kongjian.engine.evidence.near_misses import COLUMNS, near_misses
from kongjian.engine.frame import Frame
from kongjian.engine.monthly import Monthly, Months, monthly
from kongjian.engine.outcome import Outcome
from kongjian.rules.model import Award, Condition, Rules
from kongjian.workbook.run import Run
from random_city import READINGS, RULES, SEEDS, random_city, shuffled

LABELS = {"school": "学校", "teacher": "教师"}
Row = dict[str, Any]


def rows_of(run: Run) -> list[Row]:
    frame = near_misses(run.results, run.rules)
    columns = [c.tolist() for c in frame.values()]
    return [dict(zip(frame, row, strict=True)) for row in zip(*columns, strict=True)]


def with_margins(run: Run, **margins: float) -> Run:
    """The same results, judged near by other margins."""
    near = dataclasses.replace(run.rules.evidence.near, **margins)  # type: ignore[arg-type]
    evidence = dataclasses.replace(run.rules.evidence, near=near)
    return dataclasses.replace(run, rules=run.rules.replace(evidence=evidence))


def unit_of(run: Run, row: Row) -> tuple[Outcome, int]:
    """The outcome and the position of a row's unit."""
    kind = "school" if row["类别"] == "学校" else "teacher"
    outcome = run.results.of(kind)
    name = "学校名称" if kind == "school" else "教师姓名"
    return outcome, outcome.units[name].tolist().index(row[name])


def line_of(run: Run, row: Row) -> Award | Condition:
    """The award or the condition that a row's line stands for."""
    kind = unit_of(run, row)[0].kind
    if rank := re.fullmatch(r"第(\d+)名", row["界线"]):
        return next(
            a for a in run.rules.awards if (a.object, a.recipient, a.last) == (kind, "unit", int(rank[1]))
        )
    (found,) = (c for c in run.rules.conditions_for(kind) if row["界线"].startswith(c.label) and c.at_least)
    return found


def cents(points: float) -> int:
    return round(points * 100)


def rank_if(outcome: Outcome, rules: Rules, at: int, key: int) -> int:
    """The unit's rank if what it is ranked by were another number, all else as it is."""
    keys = outcome.standing.key.copy()
    keys[at] = key
    return int(standing(keys, outcome.eligibility.eligible, outcome.scores, rules).rank[at])


@settings(max_examples=40, deadline=None)
@given(READINGS, SEEDS)
def test_a_closed_distance_to_a_rank_crosses_the_line(readings: dict[str, str], seed: int) -> None:
    run = with_margins(random_city(readings, seed), places=9)
    for row in rows_of(run):
        line, (outcome, at) = line_of(run, row), unit_of(run, row)
        if not isinstance(line, Award):
            continue
        key, gap = int(outcome.standing.key[at]), cents(row["差距"])
        inside = bool(outcome.standing.rank[at] <= line.last)
        if inside:
            assert gap >= 0
            assert rank_if(outcome, run.rules, at, key - gap - 1) > line.last, row
            if readings["ties"] == "include" or gap > 0:
                least = key - gap + (readings["ties"] == "order")
                assert rank_if(outcome, run.rules, at, least) <= line.last, row
        else:
            assert gap <= 0
            more = re.search(r"再多([\d.]+)分", row["说明"])
            needed = cents(float(more[1])) if more else -gap
            assert rank_if(outcome, run.rules, at, key + needed) <= line.last, row
            assert rank_if(outcome, run.rules, at, key + needed - 1) > line.last, row
            assert needed - (-gap) in (0, 1)


@settings(max_examples=25, deadline=None)
@given(READINGS, SEEDS)
def test_a_closed_distance_to_a_bound_crosses_it(readings: dict[str, str], seed: int) -> None:
    run = with_margins(random_city(readings, seed), mark_points=30, opening_points=50)
    for row in rows_of(run):
        line, (outcome, at) = line_of(run, row), unit_of(run, row)
        if isinstance(line, Award):
            continue
        met = bool(outcome.eligibility.conditions[line.id][at])
        barred = line.kind != "rate" and bool(outcome.monthly.barred[at])
        assert met == (row["差距"] >= 0 and not barred), row
        assert met or "刚好达到" not in row["说明"], row
        assert barred == ("月度得分，不达标" in row["说明"]), row
        if line.kind == "rate":
            _accounts_cross(outcome, at, line, row)
        else:
            gap = cents(row["差距"])
            for move, wanted in ((-gap, True), (-gap - 1, False)):
                moved = moved_by(move, outcome, run.rules)
                judged = eligibility(outcome.units, moved, outcome.kind, run.rules).conditions[line.id][at]
                assert judged == (wanted and not barred), row


def moved_by(move: int, outcome: Outcome, rules: Rules) -> Monthly:
    """Every month, or what stands in for it, moved by so many cents; a month that counts as 0 moves as well."""
    months = outcome.monthly.months
    zero = rules.chosen["missing_months"] == "zero"
    by_month = np.where(months.lacking, 0.0, months.by_month) if zero else months.by_month
    stood_in = outcome.monthly.exact + move / 100
    moved = Months(by_month + move / 100, months.passed)
    return monthly(moved, outcome.score_cents + move, stood_in, rules)


def _accounts_cross(outcome: Outcome, at: int, line: Condition, row: Row) -> None:
    """The accounts that the row names, added or taken away, cross the bound; one less does not."""
    opened, total = (sum(int(outcome.units[c][at]) for c in columns) for columns in (line.opened, line.total))
    bound = Fraction(str(line.at_least))
    more, fewer = (re.search(rf"{word}(\d+)个{line.accounts}", row["说明"]) for word in ("再开通", "再少"))
    if row["差距"] < 0:
        assert more
        assert Fraction(opened + int(more[1]), total) >= bound > Fraction(opened + int(more[1]) - 1, total)
    else:
        assert fewer
        assert Fraction(opened - int(fewer[1]), total) < bound <= Fraction(opened - int(fewer[1]) + 1, total)


def plain_near(run: Run) -> Iterator[tuple[str, str, str, int, int]]:
    """Who is near, by loops over the output tables: 类别, 界线, name, value and gap in hundredths."""
    near, rules = run.rules.evidence.near, run.rules
    by_average, exact = rules.chosen["rank_by"] == "monthly_average", rules.chosen["pass_mark"] == "exact"
    for kind, label in LABELS.items():
        name = "学校名称" if kind == "school" else "教师姓名"
        table = run.results.tables["SchoolRanking" if kind == "school" else "TeacherRanking"]
        values = table["月均得分" if by_average else "得分"]
        ranked = [
            (n, int(r), cents(v))
            for n, r, v in zip(table[name], table["名次"].tolist(), values.tolist(), strict=True)
        ]
        for award in rules.awards:
            if (award.object, award.recipient) == (kind, "unit"):
                for n, value, gap in _plain_ranks(ranked, award.last, rules.chosen["rank_method"], near):
                    yield label, f"第{award.last}名", n, value, gap
        outcome = run.results.of(kind)
        for condition in rules.conditions_for(kind):
            for i, n in enumerate(outcome.units[name].tolist()):
                for value, counted, bound, margin in _plain_bound(condition, outcome, i, near, exact):
                    if abs(counted - bound) <= margin:
                        shown = (
                            f"{condition.at_least * 100:g}%"
                            if condition.kind == "rate"
                            else f"{bound / 100:g}分"
                        )
                        yield label, condition.label + shown, n, value, counted - bound


def _plain_ranks(
    ranked: list[tuple[str, int, int]], last: int, method: str, near: Any
) -> Iterator[tuple[str, int, int]]:
    """One by one: what each could lose, or needs, were it alone to move among all the others."""
    for k, (name, rank, key) in enumerate(ranked):
        others = [(r, v) for j, (_, r, v) in enumerate(ranked) if j != k]
        # the first key of those at whose place somebody holds the award's last place among the others
        steps = sorted({r for r, _ in others}) if method == "dense" else sorted(r for r, _ in others)
        if len(steps) < last:
            continue
        against = next(v for r, v in others if r == steps[last - 1])
        if rank <= last:
            between = sum(rank < r <= last for r, _ in others)
        else:
            between = sum(last < r < rank for r, _ in others)
        if between < near.places or abs(key - against) <= cents(near.rank_points):
            yield name, key, key - against


def _plain_bound(
    condition: Condition, outcome: Outcome, i: int, near: Any, exact: bool
) -> Iterator[tuple[int, int, int, int]]:
    """What is shown, what is compared, the bound and the margin, in hundredths."""
    if condition.kind == "rate":
        parts = [
            (outcome.units[o][i], outcome.units[t][i])
            for o, t in zip(condition.opened, condition.total, strict=True)
        ]
        total = sum(t for _, t in parts)
        if not any(o != o or t != t or o > t for o, t in parts) and total > 0:
            rate = Fraction(int(sum(o for o, _ in parts)), int(total))
            shown = math.floor(rate * 10_000 + Fraction(1, 2))
            if rate < Fraction(str(condition.at_least)) <= Fraction(shown, 10_000):
                shown = math.floor(rate * 10_000)
            yield shown, shown, cents(condition.at_least * 100), cents(near.opening_points)
    elif condition.kind != "yes_no":
        months = outcome.monthly
        value = int((months.lowest if condition.kind == "every_month" else months.average)[i])
        counted = value
        if exact and condition.kind != "every_month":
            # a thousand-millionth below still reaches: the noise of a mean
            counted = math.floor((Fraction(float(months.exact[i])) + Fraction(1, 10**9)) * 100)
        yield value, counted, cents(condition.at_least), cents(near.mark_points)


@settings(max_examples=40, deadline=None)
@given(READINGS, SEEDS)
def test_nobody_near_is_left_out(readings: dict[str, str], seed: int) -> None:
    run = random_city(readings, seed)
    rng = np.random.default_rng(seed)
    run = with_margins(
        run,
        places=int(rng.integers(1, 6)),
        rank_points=float(rng.choice([0, 0.01, 2, 15])),
        mark_points=float(rng.choice([0, 0.01, 3, 50])),
        opening_points=float(rng.choice([0, 5, 10, 30])),
    )
    found = [
        (
            r["类别"],
            r["界线"],
            r["学校名称" if r["类别"] == "学校" else "教师姓名"],
            cents(r["数值"]),
            cents(r["差距"]),
        )
        for r in rows_of(run)
    ]
    assert sorted(found) == sorted(plain_near(run))
    lines = list(dict.fromkeys((kind, line) for kind, line, *_ in found))
    awards = [(LABELS[a.object], f"第{a.last}名") for a in run.rules.awards if a.recipient == "unit"]
    assert [line for line in lines if line in awards] == [a for a in awards if a in lines]
    assert lines == sorted(
        lines, key=lambda x: (x[0] == "教师", x not in awards)
    )  # stable: by line within a kind
    for line in lines:
        values = [f[3] for f in found if f[:2] == line]
        assert values == sorted(values, reverse=True)


@settings(max_examples=10, deadline=None)
@given(READINGS, SEEDS)
def test_both_ranks_stand_beside_each_other(readings: dict[str, str], seed: int) -> None:
    run = random_city(readings, seed)
    ranks = {}
    for method, column in (("competition", "竞赛名次"), ("dense", "中国式名次")):
        rules = run.rules.replace(chosen={**run.rules.chosen, "rank_method": method})
        results = calculate(run.inputs, rules)
        for kind, label in LABELS.items():
            name = "学校名称" if kind == "school" else "教师姓名"
            outcome = results.of(kind)
            for n, rank in zip(outcome.units[name], outcome.standing.rank.tolist(), strict=True):
                ranks[label, n, column] = rank
    for row in rows_of(run):
        name = row["学校名称" if row["类别"] == "学校" else "教师姓名"]
        for column in ("竞赛名次", "中国式名次"):
            wanted = ranks[row["类别"], name, column]
            assert row[column] == wanted or (wanted == 0 and row[column] != row[column])


@settings(max_examples=6, deadline=None)
@given(READINGS, SEEDS)
def test_the_order_of_rows_changes_nothing(readings: dict[str, str], seed: int) -> None:
    run, rng = random_city(readings, seed), np.random.default_rng(seed)
    again = calculate(shuffled(run.inputs, rng), run.rules)
    assert str(rows_of(dataclasses.replace(run, results=again))) == str(rows_of(run))


def test_accounts_opened_in_the_sheet_itself_make_a_school_qualify() -> None:
    """The whole way: type the accounts that a row asks for, calculate again, and the condition is met."""
    tried = 0
    for readings in ("each", "combined"):
        for seed in range(4):
            base = {r.id: r.values[0].id for r in RULES.readings} | {"opening_rate": readings}
            run = with_margins(random_city(base, seed), opening_points=20)
            for row in rows_of(run):
                line, (_, at) = line_of(run, row), unit_of(run, row)
                if not isinstance(line, Condition) or line.kind != "rate" or row["差距"] >= 0:
                    continue
                asked = int(re.search(r"再开通(\d+)个", row["说明"])[1])  # type: ignore[index]
                for more, wanted in ((asked, True), (asked - 1, False)):
                    schools = _opened(run.inputs.schools, line, at, more)
                    results = calculate(dataclasses.replace(run.inputs, schools=schools), run.rules)
                    assert results.school.eligibility.conditions[line.id][at] == wanted, row
                    tried += 1
    assert tried > 4


def _opened(schools: Frame, line: Condition, at: int, more: int) -> Frame:
    """The schools with so many accounts more, where there is still somebody without one."""
    out = Frame({name: column.copy() for name, column in schools.items()})
    for opened, total in zip(line.opened, line.total, strict=True):
        step = min(more, int(out[total][at] - out[opened][at]))
        out[opened][at] += step
        more -= step
    assert more == 0
    return out


def test_without_data_there_is_nobody() -> None:
    run = empty_run(RULES)
    frame = near_misses(run.results, RULES)
    assert (tuple(frame), frame.height) == (COLUMNS, 0)
    assert [frame[c].dtype.kind for c in ("数值", "差距", "竞赛名次", "中国式名次", "说明")] == list("ffffO")
    nothing = near_misses(run.results, RULES.replace(awards=(), conditions=()))
    assert (tuple(nothing), nothing.height) == (COLUMNS, 0)


@pytest.fixture(scope="module")
def city() -> Run:
    return city_run(RULES)


def test_the_demo_city_has_its_ties_and_near_misses(city: Run) -> None:
    rows = rows_of(city)
    tied = [r["学校名称"] for r in rows if (r["类别"], r["界线"], r["差距"]) == ("学校", "第3名", 0)]
    assert tied == ["车埠镇初级中学", "黄盖湖镇中心学校"]
    edge = [
        (r["数值"], r["差距"]) for r in rows if r["界线"] == "教师月均得分80分" and abs(r["差距"]) < 0.015
    ]
    assert edge[:2] == [(80, 0), (80, 0)]
    assert (79.99, -0.01) in edge
    below = [r for r in rows if r["界线"] == "教师月均得分80分" and r["差距"] < 0]
    assert below
    assert all("8个月的得分都有了，月均不会再变，无法达到80分" in r["说明"] for r in below)
    assert len(rows) < 300


def test_how_many_ranks_are_explained_stands_in_the_rules(city: Run) -> None:
    for ranks in (5, 60):
        evidence = dataclasses.replace(RULES.evidence, explained_ranks=ranks)
        frame = explanations(city.results, RULES.replace(evidence=evidence))
        leading = int((city.results.teacher.standing.rank[city.results.teacher.order] <= ranks).sum())
        assert (frame["类别"] == "教师").sum() == 11 * leading
