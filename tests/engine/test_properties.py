"""What must hold for any data: monotone scores, order of rows, rounding, ranks, and a second scorer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kongjian.engine.awards import UNIT
from kongjian.engine.calculate import calculate
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, Results
from kongjian.engine.ranking import rank, rank_in_order
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.engine.scoring import BLOCK_ROWS, Scores, score
from kongjian.rules import Rules, resolve
from pinned_rules import pinned_rules
from plain_scorer import half_up_text, score_school, score_teacher

RULES = pinned_rules()
KINDS = st.sampled_from(["school", "teacher"])
SEEDS = st.integers(0, 2**32 - 1)
READINGS = st.fixed_dictionaries(
    {r.id: st.sampled_from([v.id for v in r.values]) for r in RULES.readings}
).map(dict[str, str])
BOUNDS = {"count": [0, 1, 2, 4, 5, 15, 30, 39, 40, 41], "rate": [0, 0.4, 0.6, 0.8, 1]}
SLOW = settings(max_examples=50, deadline=None)


def random_texts(kind: str, height: int, rng: np.random.Generator) -> dict[str, list[str]]:
    """Random measures as decimal text, thick around the bounds; one in eight is blank."""
    columns = {c.name: c.kind for c in RULES.table(f"{kind}s").columns}
    out = {}
    for name in [i.column for i in RULES.object(kind).indicators]:
        if columns[name] == "yes_no":
            values = [str(v) for v in rng.integers(0, 2, height)]
        else:
            bounds = BOUNDS["rate" if columns[name] in ("rate", "share") else "count"]
            decimals = rng.choice([0, 1, 2, 4], height)
            near = rng.choice(bounds, height) + rng.choice([-1, -0.01, -0.0001, 0, 0.0001, 0.5], height)
            spread = np.where(rng.random(height) < 0.5, near, rng.random(height) * bounds[-1] * 1.2)
            values = [f"{max(v, 0):.{d}f}" for v, d in zip(spread, decimals, strict=True)]
        out[name] = ["" if blank else v for v, blank in zip(values, rng.random(height) < 1 / 8, strict=True)]
    if kind == "teacher":
        out["班主任"] = [str(v) for v in rng.integers(0, 2, height)]
    return out


def numbers_of(columns: dict[str, list[str]]) -> Frame:
    return Frame.of({name: [float(v or "nan") for v in values] for name, values in columns.items()})


def scores_of(frame: Frame, kind: str, rules: Rules) -> Scores:
    return score(frame, rules.object(kind), rules)


@SLOW
@given(KINDS, READINGS, SEEDS)
def test_a_second_scorer_gives_the_same(kind: str, readings: dict[str, str], seed: int) -> None:
    height = 40
    columns = random_texts(kind, height, np.random.default_rng(seed))
    found = scores_of(numbers_of(columns), kind, resolve(RULES, readings))
    plain = score_school if kind == "school" else score_teacher
    for i in range(height):
        row = {name: values[i] for name, values in columns.items()}
        by_indicator, total = plain(row, readings)
        assert set(by_indicator) == set(found.names)
        for name, points in by_indicator.items():
            assert found.of(name)[i] == pytest.approx(float(points), abs=1e-9), (name, row)
        assert found.cents[i] == total * 100, row


@SLOW
@given(KINDS, READINGS, SEEDS)
def test_more_activity_never_lowers_a_score(kind: str, readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = resolve(RULES, readings)
    before = numbers_of(random_texts(kind, 200, rng))
    name = str(rng.choice([i.column for i in rules.object(kind).indicators]))
    more = rng.choice([1e-4, 0.01, 0.2, 1, 7], 200)
    blank = np.isnan(before[name])
    after = before.having(**{name: np.where(blank, more, before[name] + more)})
    first, second = scores_of(before, kind, rules), scores_of(after, kind, rules)
    assert (second.by_indicator >= first.by_indicator - 1e-12).all()
    assert (second.cents >= first.cents).all()


@SLOW
@given(KINDS, READINGS, SEEDS)
def test_totals_lie_between_0_and_100(kind: str, readings: dict[str, str], seed: int) -> None:
    rules = resolve(RULES, readings)
    found = scores_of(numbers_of(random_texts(kind, 300, np.random.default_rng(seed))), kind, rules)
    points = np.array([[i.points] for i in rules.object(kind).indicators])
    assert found.cents.min() >= 0
    assert found.cents.max() <= 10_000
    assert (found.by_indicator >= 0).all()
    assert (found.by_indicator <= points).all()


@SLOW
@given(KINDS, READINGS, SEEDS)
def test_a_blank_never_scores(kind: str, readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = resolve(RULES, readings)
    frame = numbers_of(random_texts(kind, 200, rng))
    found = scores_of(frame, kind, rules)
    for k, indicator in enumerate(rules.object(kind).indicators):
        blank = np.isnan(frame[indicator.column])
        if indicator.homeroom_only:
            blank &= frame["班主任"] == 1
        assert (found.by_indicator[k][blank] == 0).all(), indicator.name
        assert (found.missing[k] == blank).all(), indicator.name
    nothing = Frame({name: np.full(3, np.nan) for name in frame}).having(班主任=np.ones(3))
    assert scores_of(nothing, kind, rules).cents.tolist() == [0, 0, 0]


def test_blocks_of_rows_join_without_a_seam() -> None:
    rng = np.random.default_rng(7)
    few = numbers_of(random_texts("teacher", 1000, rng))
    height = BLOCK_ROWS + 1234
    many = few.take(np.arange(height) % 1000)
    found, wanted = scores_of(many, "teacher", RULES), scores_of(few, "teacher", RULES)
    assert (found.cents == wanted.cents[np.arange(height) % 1000]).all()
    assert (found.missing == wanted.missing[:, np.arange(height) % 1000]).all()


@settings(max_examples=240, deadline=None)
@given(st.integers(0, 8).flatmap(lambda p: st.decimals(-10_000, 10_000, places=p)).map(str))
@example("2.675")
@example("1.005")
@example("0.285")
@example("79.995")
@example("-0.005")
@example("79.99499999")
def test_rounding_is_half_up_on_the_decimal_text(text: str) -> None:
    assert to_cents(np.array([float(text)]))[0] == half_up_text(text) * 100


@given(st.lists(st.one_of(st.none(), st.integers(-10_000, 10_000)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_cents_survive_being_shown(cents: list[int | None]) -> None:
    given_cents = np.array([MISSING if c is None else c for c in cents], dtype=np.int64)
    assert to_cents(from_cents(given_cents)).tolist() == given_cents.tolist()


CENTS = st.one_of(st.integers(0, 12), st.integers(0, 10_000), st.integers(-(10**12), 10**12))


@settings(max_examples=90, deadline=None)
@given(st.lists(CENTS, max_size=60))
def test_ranks_are_those_of_pandas(cents: list[int]) -> None:
    series = pd.Series(cents, dtype="int64")
    for method, theirs in (("competition", "min"), ("dense", "dense")):
        wanted = series.rank(method=theirs, ascending=False).astype(int)
        assert rank(np.array(cents, dtype=np.int64), method).tolist() == wanted.tolist()


@settings(max_examples=90, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), max_size=40))
def test_ranks_in_order_are_those_of_sorted_tuples(rows: list[tuple[int, int, int, int]]) -> None:
    keys = [np.array([row[k] for row in rows], dtype=np.int64) for k in range(4)]
    best_first = sorted(rows, reverse=True)
    distinct = sorted(set(rows), reverse=True)
    assert rank_in_order(keys, "competition").tolist() == [best_first.index(r) + 1 for r in rows]
    assert rank_in_order(keys, "dense").tolist() == [distinct.index(r) + 1 for r in rows]


def random_tables(rng: np.random.Generator) -> dict[str, Frame]:
    """A small city: every table filled, names and accounts unique, some blanks, some platform scores."""
    schools, teachers, classes, events = 6, 40, 18, 150
    names = [f"第{n}小学" for n in range(schools)]
    pupils, staff = (rng.integers(*of, schools).astype(float) for of in ((50, 400), (8, 40)))
    school = numbers_of(random_texts("school", schools, rng))
    for column in ("互联网接入", "多媒体教学环境", "管理员实名认证"):
        school[column] = (rng.random(schools) < 0.9).astype(float)
    school |= {"适龄学生数": pupils, "学生开通空间数": np.floor(pupils * rng.uniform(0.85, 1, schools))}
    school |= {"教师总数": staff, "教师开通空间数": np.floor(staff * rng.uniform(0.85, 1, schools))}
    for i in RULES.object("school").indicators[-12:]:
        school[i.column][rng.random(schools) < 0.5] = np.nan
    teacher = numbers_of(random_texts("teacher", teachers, rng))
    accounts = [f"a{n:03d}" for n in range(teachers)]
    monthly = _monthly(accounts, rng)
    acted = rng.integers(0, teachers, events)
    days = np.datetime64("2020-11-20") + rng.integers(0, 270, events)
    return {
        "schools": Frame.of({"学校名称": names, "平台得分": _platform(schools, rng), **school}),
        "teachers": Frame.of(
            {
                "学校名称": [names[n % schools] for n in range(teachers)],
                "教师姓名": [f"教师{n}" for n in range(teachers)],
                "账号": accounts,
                "任课": rng.integers(0, 2, teachers).astype(float),
                "平台得分": _platform(teachers, rng),
                **teacher,
            }
        ),
        "classes": _classes([names[n % schools] for n in range(classes)], rng),
        "monthly": monthly,
        "events": Frame.of(
            {
                "日期": [str(d) for d in days],
                "学校名称": [names[a % schools] for a in acted],
                "账号": [accounts[a] for a in acted],
                "角色": ["教师"] * events,
                "行为": [str(b) for b in rng.choice(RULES.effective.roles[1].behaviours, events)],
            }
        ),
    }


def _monthly(accounts: list[str], rng: np.random.Generator) -> Frame:
    """Some of the teachers' months."""
    months, some = RULES.period.months(), 120
    pairs = rng.permutation(len(accounts) * len(months))[:some]
    return Frame.of(
        {
            "学校名称": ["第0小学"] * some,
            "类别": ["教师"] * some,
            "账号": [accounts[p // len(months)] for p in pairs],
            "月份": [months[p % len(months)] for p in pairs],
            "得分": rng.integers(7500, 10_000, some) / 100,
        }
    )


def _classes(schools: list[str], rng: np.random.Generator) -> Frame:
    """A class of each of these schools; half give the rate themselves."""
    count = len(schools)
    return Frame.of(
        {
            "学校名称": schools,
            "学生数": rng.integers(0, 60, count).astype(float),
            "课程学习完成率": np.where(rng.random(count) < 0.5, np.nan, rng.random(count)),
            "课程学习次数": rng.integers(0, 300, count).astype(float),
            "作业完成次数": rng.integers(0, 900, count).astype(float),
        }
    )


def _platform(height: int, rng: np.random.Generator) -> np.ndarray:
    """Platform scores on a coarse grid, so that many are equal; half are blank."""
    return np.where(rng.random(height) < 0.5, np.nan, rng.integers(78, 96, height).astype(float))


RANKED = ("SchoolRanking", "TeacherRanking", "Awards", "EffectiveCounts")
BY_UNIT = ("SchoolScores", "TeacherScores", "Eligibility", "SchoolMeasures", "TeacherMeasures")


def rows_of(results: Results, table: str) -> list[tuple[Any, ...]]:
    """A table's rows as plain values, blanks comparable; not by which rows of the input they are about."""
    columns = [results.tables[table][c].tolist() for c in sorted(results.tables[table]) if c != UNIT]
    return [tuple("空" if v != v else v for v in row) for row in zip(*columns, strict=True)]


def assert_same_results(found: Results, wanted: Results) -> None:
    for table in RANKED:
        assert rows_of(found, table) == rows_of(wanted, table), table
    for table in BY_UNIT:
        assert sorted(map(str, rows_of(found, table))) == sorted(map(str, rows_of(wanted, table))), table
    codes = [sorted(f.code for f in r.findings) for r in (found, wanted)]
    assert codes[0] == codes[1]


@SLOW
@given(READINGS, SEEDS)
def test_the_order_of_rows_changes_nothing(readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = resolve(RULES, readings)
    tables = random_tables(rng)
    shuffled = {name: t.take(rng.permutation(t.height)) for name, t in tables.items()}
    wanted = calculate(Inputs.of(rules, **tables), rules)
    found = calculate(Inputs.of(rules, **shuffled), rules)
    assert_same_results(found, wanted)


@SLOW
@given(READINGS, SEEDS)
def test_a_pandas_data_frame_gives_the_same(readings: dict[str, str], seed: int) -> None:
    rules = resolve(RULES, readings)
    tables = random_tables(np.random.default_rng(seed))
    frames = {name: pd.DataFrame(dict(t)) for name, t in tables.items()}
    frames["events"]["日期"] = pd.to_datetime(frames["events"]["日期"])
    found = calculate(Inputs.of(rules, **frames), rules)
    assert_same_results(found, calculate(Inputs.of(rules, **tables), rules))
    assert pd.DataFrame(found.tables["SchoolScores"]).shape == (6, 28)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_pandas_dates_of_any_precision_are_the_same_days(unit: str) -> None:
    teachers = {"学校名称": ["甲"], "教师姓名": ["张三"], "账号": ["a1"]}
    days = pd.Series(pd.to_datetime(["2021-03-01 08:00", "2021-03-01 17:30", "2021-03-02 00:00"]))
    events = {"学校名称": ["甲"] * 3, "账号": ["a1"] * 3, "角色": ["教师"] * 3, "行为": ["在线授课"] * 3}
    frame = pd.DataFrame({"日期": days.astype(f"datetime64[{unit}]"), **events})
    found = calculate(Inputs.of(RULES, teachers=teachers, events=frame), RULES)
    assert found.tables["TeacherMeasures"]["在线授课"].tolist() == [2.0]


@SLOW
@given(READINGS, SEEDS)
def test_awards_go_to_those_who_qualify_by_rank(readings: dict[str, str], seed: int) -> None:
    rules = resolve(RULES, readings)
    found = calculate(Inputs.of(rules, **random_tables(np.random.default_rng(seed))), rules)
    awards = found.tables["Awards"]
    for award in rules.awards:
        outcome = found.school if award.object == "school" else found.teacher
        within = (outcome.standing.rank >= award.first) & (outcome.standing.rank <= award.last)
        wanted = outcome.standing.rank[within & outcome.eligibility.eligible]
        mine = awards["奖项"] == award.name
        assert awards["名次"][mine].tolist() == sorted(wanted.tolist())
    for outcome in (found.school, found.teacher):
        reasons = outcome.eligibility.reasons
        assert [r == "" for r in reasons] == outcome.eligibility.eligible.tolist()
