"""The live copy calculated anew by LibreOffice and by IronCalc: every number must be the engine's; long because its random rules and data are drawn here.

Random rules of every kind, random readings, random data around the bounds. The stored results are made wrong first, so
that a number that nobody calculated cannot pass.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.random import Generator

from kongjian.engine.declined import Decline
from kongjian.engine.evidence.clean_awards import STATE, WHY
from kongjian.engine.last_run import Previous
from kongjian.engine.matching import school_keys
from kongjian.engine.measures import PLATFORM, partial
from kongjian.engine.outcome import Inputs
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.mailing.plan import SENT, SENT_HOLDER, SENT_SCORE, SENT_STATE, SENT_WHY, award_names
from kongjian.mailing.rule_cells import rule_sheet
from kongjian.rules import Rules, load_rules, resolve
from kongjian.workbook.run import Run
from kongjian.xlsx.finished_parts import read_parts, write_parts
from native_engines import (
    WRONG,
    Book,
    Case,
    differences,
    expected,
    iron_calc,
    libreoffice,
    random_previous,
    random_rules,
    random_tables,
    run_of,
    spoil,
    stored,
)

RULES = load_rules()
READINGS = st.fixed_dictionaries(
    {r.id: st.sampled_from([v.id for v in r.values]) for r in RULES.readings}
).map(dict[str, str])
CASES = st.tuples(READINGS, st.integers(0, 2**32 - 1))
# every value of every reading in at least one of three; the unrounded mean besides
EVERY_VALUE: list[Case] = [
    ({r.id: r.values[k % len(r.values)].id for r in RULES.readings}, 40 + k) for k in range(3)
]
EVERY_VALUE.append(({**EVERY_VALUE[0][0], "pass_mark": "exact"}, 43))
AWARD_NAMES = award_names(RULES, ranks=True)
RESULTS = ("学校排名", "教师排名", "获奖名单", "资格审核", "学校得分", "教师得分")


def rich_run(case: Case, schools: int = 8, teachers: int = 25) -> Run:
    """A random run with the platform's scores of some indicators, months to come, and averages a hair below a bound."""
    readings, seed = case
    rng = np.random.default_rng(seed)
    rules = random_rules(resolve(RULES, readings), rng)
    tables = random_tables(rules, rng, schools, teachers)
    previous = random_previous(tables, rng)
    for kind, height in (("school", schools), ("teacher", teachers)):
        for indicator in rules.object(kind).indicators:
            if rng.random() < 0.3:
                scores = np.round(rng.random(height) * indicator.points, 3)
                given = np.where(rng.random(height) < 0.6, scores, np.nan)
                tables[f"{kind}s"][PLATFORM + indicator.name] = given
    tables["monthly"] = months_to_come(rules, tables["monthly"], rng)
    declines = random_declines(rules, tables, rng)
    return run_of(tables, rules, dataclasses.replace(previous or Previous(), declines=declines))


def random_declines(rules: Rules, tables: Mapping[str, Any], rng: Generator) -> list[Decline]:
    """In half of the draws some of the units decline some of the awards."""
    keys = {
        "school": school_keys(tables["schools"]["学校名称"]),
        "teacher": [account for account in tables["teachers"]["账号"] if account],
    }
    often = 0.2 if rng.random() < 0.5 else 0
    return [
        Decline(award.name, "", "", key, said, said)
        for award in rules.awards
        for key in keys[award.object]
        for said in ("放弃", "取消")
        if rng.random() < often / 2
    ]


def months_to_come(rules: Rules, monthly: Mapping[str, Any], rng: Generator) -> dict[str, Any]:
    """Half of the time the last months of either kind are not there yet; some scores are a cent below the bound."""
    months = rules.period.months()
    bounds = [c.at_least for c in rules.conditions if c.kind == "monthly_average"]
    until = {label: int(rng.integers(2, 9)) if rng.random() < 0.5 else 8 for label in ("学校", "教师")}
    near = {key: rng.random() < 0.3 for key in zip(monthly["学校名称"], monthly["账号"], strict=True)}
    rows = []
    for label, school, account, month, score in zip(*monthly.values(), strict=True):
        if months.index(month) < until[label]:
            at = float(bounds[label == "教师"]) - (0.01 if month == months[0] else 0)
            rows.append((label, school, account, month, at if near[school, account] else score))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return dict(zip(monthly, map(list, columns), strict=True))


def written(case: Case, target: Path) -> Book:
    """A copy with every stored result made wrong; the engine's values."""
    run = rich_run(case)
    counts = live_copy(run, target)
    assert spoil(target) == counts.formulas
    return expected(contents(run))


def check(cases: Sequence[Case], office: bool = True) -> None:
    with TemporaryDirectory(prefix="kongjian-engines-") as name:
        folder = Path(name)
        books = [folder / f"{k}.xlsx" for k in range(len(cases))]
        wanted = [written(case, book) for case, book in zip(cases, books, strict=True)]
        for case, book, values in zip(cases, books, wanted, strict=True):
            assert differences(values, iron_calc(book)) == [], ("IronCalc", case)
        if office:
            for case, found, values in zip(cases, libreoffice(books, folder / "out"), wanted, strict=True):
                assert differences(values, found) == [], ("LibreOffice", case)


def test_every_value_of_every_reading() -> None:
    for r in RULES.readings:
        assert {case[0][r.id] for case in EVERY_VALUE} == {v.id for v in r.values}
    check(EVERY_VALUE)


@settings(max_examples=2, deadline=None, phases=[Phase.generate], database=None)
@given(st.lists(CASES, min_size=8, max_size=8))
def test_random_rules_and_data_in_both_engines(cases: list[Case]) -> None:
    check(cases)


@settings(max_examples=25, deadline=None, phases=[Phase.generate], database=None)
@given(CASES)
def test_random_rules_and_data_in_the_faster_engine(case: Case) -> None:
    check([case], office=False)


def test_the_random_cases_are_worth_the_work() -> None:
    """All kinds of scoring, ties, awards and reasons occur in a handful of draws; long because there are many kinds."""
    runs = [rich_run(case) for case in EVERY_VALUE]
    runs += [rich_run((EVERY_VALUE[seed % 4][0], seed)) for seed in range(60)]
    kinds = {i.kind for run in runs for s in (run.rules.school, run.rules.teacher) for i in s.indicators}
    assert kinds == {"yes_no", "deduct", "threshold", "bands"}
    assert any(i.none_is_zero for run in runs for i in run.rules.school.indicators)
    for prefix in ("School", "Teacher"):
        tables = [run.results.tables[f"{prefix}Ranking"] for run in runs]
        assert sum(t.height for t in tables) > 20
        assert {"并列", ""} <= {w for t in tables for w in t["并列"]}
        changes = {w for t in tables for w in t["变化"]}
        assert {"新进", ""} <= changes
        assert {"升", "降"} <= {w[:1] for w in changes}
    awards = [run.results.tables["Awards"] for run in runs]
    assert sum(len(t["备注"]) for t in awards) > 30
    assert any("一并入选" in note for t in awards for note in t["备注"])
    moved_up = {note for t in awards for note in t["备注"] if note.startswith("递补，原第")}
    assert {"、" in note for note in moved_up} == {True, False}
    reasons = "；".join(r for run in runs for r in run.results.tables["Eligibility"]["未达标原因"])
    for words in (
        "无法计算",
        "未填",
        "月均得分",
        "最低的一个月",
        "教师开通率",
        "师生合并开通率",
        "没有互联网接入",
        "缺2020-12",
    ):
        assert words in reasons
    assert re.search(r"月均得分\d+\.\d{4}分", reasons)
    outcomes = [run.results.of(kind) for run in runs for kind in ("school", "teacher")]
    assert any((o.adopted.any(axis=0) & ~o.adopted.all(axis=0)).any() for o in outcomes)
    assert any(
        partial(o.units, i.column).any()
        for run in runs
        for o in [run.results.school]
        for i in run.rules.school.indicators
    )
    assert {w for run in runs for w in run.results.tables["SchoolScores"]["数据完整"]} == {"是", "否"}
    assert any(not o.monthly.months.passed.all() for o in outcomes)


MOVED_UP = {
    # rank 2 declines, the two of rank 4 share the place that it leaves; of the two of rank 11 one moves up, one declines
    "competition": {"递补，原第2名放弃；并列第4名，一并入选": 2, "递补，原第3名取消；并列第11名": 1},
    # rank 10 is held by two: who is left of them keeps it, and only rank 3 leaves a place
    "dense": {"递补，原第2名放弃；并列第4名，一并入选": 2, "递补，原第3名取消、第10名放弃；并列第11名，一并入选": 2},
}  # fmt: skip


@pytest.mark.parametrize("method", MOVED_UP)
def test_equals_move_up_together_in_both_engines(method: str, tmp_path: Path) -> None:
    run = with_declines(resolve(RULES, {"rank_method": method}), method)
    notes = Counter(n for n in run.results.tables["Awards"]["备注"] if n.startswith("递补"))
    assert notes == MOVED_UP[method]
    book = tmp_path / "a.xlsx"
    assert live_copy(run, book).formulas == spoil(book)
    wanted = expected(contents(run))
    assert differences(wanted, iron_calc(book)) == []
    assert differences(wanted, libreoffice([book], tmp_path / "out")[0]) == []


def with_declines(rules: Rules, method: str) -> Run:
    """Schools and teachers with equal scores, of whom one school and two teachers decline."""
    counts = {"教师总数": 10, "教师开通空间数": 10, "适龄学生数": 10, "学生开通空间数": 10}
    yes = {c: 1.0 for condition in rules.conditions for c in condition.columns}
    schools = [
        {"学校名称": f"学校{k}", "平台得分": s, **counts, **yes}
        for k, s in enumerate((95, 90, 88, 85, 85, 81))
    ]
    scores = (
        99,
        98,
        97,
        96,
        95,
        94,
        93,
        92,
        91,
        *((90, 89, 89) if method == "competition" else (90, 90, 89, 89)),
        88,
    )
    teachers = [
        {"账号": f"t{k}", "教师姓名": f"教师{k}", "平台得分": s} for k, s in enumerate(scores, start=1)
    ]
    tables = {
        name: {column: [row[column] for row in rows] for column in rows[0]}
        for name, rows in (("schools", schools), ("teachers", teachers))
    }
    first, *_, expert, _ = (a.name for a in rules.awards)
    declines = [
        Decline(award, "", "", key, word, word)
        for award, key, word in (
            (first, school_keys(["学校1"])[0], "放弃"),
            (expert, "t3", "取消"),
            (expert, "t11", "放弃"),
        )
    ]
    return run_of(tables, rules, Previous(declines=declines))


RATES = {
    (27, 31): "87.10%", (26, 30): "86.67%", (17771, 20_000): "88.86%", (22_499, 25_000): "89.996%",
    (89_995, 100_000): "89.995%", (899_999, 1_000_000): "89.999%",
}  # fmt: skip


def test_a_rate_is_rounded_but_never_reads_as_the_bound_below_which_it_is(tmp_path: Path) -> None:
    opened, total = (list(map(float, counts)) for counts in zip(*RATES, strict=True))
    columns = {"教师开通空间数": opened, "教师总数": total}
    run = run_of({"schools": {"学校名称": [f"{o:g}÷{t:g}" for o, t in RATES], **columns}}, RULES)
    reasons = run.results.tables["Eligibility"]["未达标原因"].tolist()
    for said, rate in zip(reasons, RATES.values(), strict=True):
        assert f"教师开通率{rate}，低于90%" in said
    book = tmp_path / "a.xlsx"
    assert live_copy(run, book).formulas == spoil(book)
    wanted = expected(contents(run))
    assert differences(wanted, iron_calc(book)) == []
    assert differences(wanted, libreoffice([book], tmp_path / "out")[0]) == []


def test_a_wrong_formula_is_found(tmp_path: Path) -> None:
    """The comparison itself: one step taken for another must show in both engines."""
    wanted = written(EVERY_VALUE[0], tmp_path / "a.xlsx")
    parts = read_parts((tmp_path / "a.xlsx").read_bytes())
    part = next(n for n, b in parts.items() if "worksheets/sheet" in n and b"<f>ROUND(SUM(" in b)
    parts[part] = parts[part].replace(b"<f>ROUND(SUM(", b"<f>1+ROUND(SUM(")
    write_parts(parts, tmp_path / "a.xlsx")
    assert any("学校得分" in d for d in differences(wanted, iron_calc(tmp_path / "a.xlsx")))
    found = libreoffice([tmp_path / "a.xlsx"], tmp_path / "out")[0]
    assert any("学校得分" in d for d in differences(wanted, found))


def test_without_a_calculation_nothing_passes(tmp_path: Path) -> None:
    wanted = written(EVERY_VALUE[0], tmp_path / "a.xlsx")
    assert sum(v == WRONG for cells in stored(tmp_path / "a.xlsx").values() for v in cells.values()) > 1500
    assert len(differences(wanted, stored(tmp_path / "a.xlsx"))) > 1000


# What a reader may change on 规则: how the rules change, and the cells that take the new values.
def _more_lessons(rules: Rules) -> tuple[Rules, dict[str, float]]:
    cells = rule_sheet(rules).indicator("teacher", "在线授课")
    return _replaced(rules, "teacher", "在线授课", target=3.0, per=2.5), {cells.target: 3.0, cells.per: 2.5}


def _other_points(rules: Rules) -> tuple[Rules, dict[str, float]]:
    one, two = (rules.school.indicator(n) for n in ("组织机构", "应用考核"))
    new = _replaced(rules, "school", one.name, points=one.points + 2)
    new = _replaced(new, "school", two.name, points=two.points - 2)
    cells = (rule_sheet(rules).indicator("school", n).points for n in (one.name, two.name))
    return new, dict(zip(cells, (one.points + 2, two.points - 2), strict=True))


def _other_band(rules: Rules) -> tuple[Rules, dict[str, float]]:
    cells = rule_sheet(rules).indicator("school", "完成作业")
    bands = rules.school.indicator("完成作业").bands
    new = (bands[0], dataclasses.replace(bands[1], at_least=0.3, points=11.0), *bands[2:])
    return _replaced(rules, "school", "完成作业", bands=new), {
        cells.bands[1][0]: 0.3,
        cells.bands[1][1]: 11.0,
    }


def _lower_bound(rules: Rules) -> tuple[Rules, dict[str, float]]:
    bounds = rule_sheet(rules).bounds()
    new = tuple(
        dataclasses.replace(c, at_least={"rate": 0.5}.get(c.kind, 30.0)) if c.at_least else c
        for c in rules.conditions
    )
    inside = {c.id: c.at_least for c in new if c.id in bounds and c.at_least}
    return rules.replace(conditions=new), {bounds[i]: v for i, v in inside.items()}


def _more_awards(rules: Rules) -> tuple[Rules, dict[str, float]]:
    sheet = rule_sheet(rules)
    last = len(sheet.awards) - 1
    new = dataclasses.replace(sheet.awards[-1], first=4, last=14)
    return rules.replace(awards=(*rules.awards[:-1], new)), {
        sheet.award_first(last): 4.0,
        sheet.award_last(last): 14.0,
    }


def _replaced(rules: Rules, kind: str, name: str, **changes: object) -> Rules:
    scheme = rules.object(kind)
    indicators = tuple(
        dataclasses.replace(i, **changes) if i.name == name else i  # type: ignore[arg-type]
        for i in scheme.indicators
    )
    changed = dataclasses.replace(scheme, indicators=indicators)
    return rules.replace(school=changed) if kind == "school" else rules.replace(teacher=changed)


def city(rules: Rules, seed: int) -> Run:
    tables = random_tables(RULES, np.random.default_rng(seed), 8, 25)
    for table in ("schools", "teachers"):
        tables[table].pop("平台得分")
    return run_of(tables, rules)


def typed(book: Path, cells: dict[str, float]) -> None:
    """Overwrites number cells of 规则, named as formulas name them."""
    parts = read_parts(book.read_bytes())
    # the last but the hidden facts of the look-up
    part = f"xl/worksheets/sheet{len([n for n in parts if n.startswith('xl/worksheets/sheet')]) - 1}.xml"
    for reference, value in cells.items():
        at = reference.split("!")[1].replace("$", "").encode()
        parts[part], done = re.subn(
            rb'(<c r="%s"[^>]*><v>)[^<]*(</v>)' % at, rb"\g<1>%r\g<2>" % value, parts[part]
        )
        assert done == 1, reference
    write_parts(parts, book)


def results_of(book: Book) -> Book:
    """The result sheets without 上次名次, which a copy cannot know of who was not ranked when it was made, and without

    what was said of the awards when it was made.
    """
    sent = {AWARD_NAMES.index(n) for n in (STATE, WHY, SENT, SENT_HOLDER, SENT_SCORE, SENT_STATE, SENT_WHY)}
    without = {"学校排名": {5}, "教师排名": {7}, "获奖名单": sent}
    return {
        s: {k: v for k, v in book[s].items() if k[0] >= 3 and k[1] not in without.get(s, ())} for s in RESULTS
    }


CHANGES = [_more_lessons, _other_points, _other_band, _lower_bound, _more_awards]


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c.__name__)
def test_a_change_on_the_rules_sheet_moves_the_results_as_the_engine_says(
    change: Callable[[Rules], tuple[Rules, dict[str, float]]], tmp_path: Path
) -> None:
    rules = resolve(RULES, {"authority": "computed", "rank_among": "all"})
    few = tuple(dataclasses.replace(c, at_least=60.0) if c.at_least > 1 else c for c in rules.conditions)
    rules = rules.replace(conditions=few)
    run = city(rules, 3)
    new_rules, cells = change(rules)
    live_copy(run, tmp_path / "a.xlsx")
    typed(tmp_path / "a.xlsx", cells)
    new_run = city(new_rules, 3)
    before, wanted = (
        results_of(expected(contents(run))),
        results_of(expected(contents(new_run))),
    )
    assert before != wanted, "a change that changes nothing would show nothing"
    assert differences(wanted, results_of(iron_calc(tmp_path / "a.xlsx"))) == []
    if change is _more_lessons:
        moved = {k for k in wanted["教师排名"] if wanted["教师排名"][k] != before["教师排名"].get(k)}
        assert moved
        found = libreoffice([tmp_path / "a.xlsx"], tmp_path / "out")[0]
        assert differences(wanted, results_of(found)) == []


def test_points_that_do_not_add_up_are_said(tmp_path: Path) -> None:
    run = city(RULES if RULES.chosen else resolve(RULES, {}), 3)
    live_copy(run, tmp_path / "a.xlsx")
    sheet = rule_sheet(run.rules)
    said = [v for v in iron_calc(tmp_path / "a.xlsx")["规则"].values() if "合计不等于满分" in str(v)]
    assert said == []
    typed(tmp_path / "a.xlsx", {sheet.indicator("school", "组织机构").points: 6.0})
    said = [v for v in iron_calc(tmp_path / "a.xlsx")["规则"].values() if "合计不等于满分" in str(v)]
    assert said == ["合计不等于满分，请改分值"]


def test_rows_that_were_parted_are_said(tmp_path: Path) -> None:
    run = city(resolve(RULES, {}), 3)
    live_copy(run, tmp_path / "a.xlsx")
    assert "请用原件" not in iron_calc(tmp_path / "a.xlsx")["说明"].values()
    parts = read_parts((tmp_path / "a.xlsx").read_bytes())
    strings = parts["xl/sharedStrings.xml"]
    monthly = parts["xl/worksheets/sheet10.xml"]
    first = re.search(rb'<c r="B4"[^>]*><v>(\d+)</v>', monthly)
    other = re.search(rb'<c r="B5"[^>]*><v>(\d+)</v>', monthly)
    assert first and other and b"<si>" in strings  # noqa: PT018
    parts["xl/worksheets/sheet10.xml"] = monthly.replace(
        first[0], first[0].replace(b"<v>%s<" % first[1], b"<v>%s<" % other[1])
    )
    write_parts(parts, tmp_path / "a.xlsx")
    assert "请用原件" in iron_calc(tmp_path / "a.xlsx")["说明"].values()


@pytest.mark.parametrize("case", EVERY_VALUE)
def test_a_school_s_copy_calculates_to_the_engine_s_values(case: Case, tmp_path: Path) -> None:
    run = rich_run(case)
    school = str(run.results.school.units["学校名称"][1])
    counts = live_copy(run, tmp_path / "a.xlsx", only_school=school)
    assert spoil(tmp_path / "a.xlsx") == counts.formulas > 50
    wanted = expected(contents(run, only_school=school))
    assert differences(wanted, iron_calc(tmp_path / "a.xlsx")) == []


def test_the_inputs_of_the_random_city_are_complete() -> None:
    tables = random_tables(RULES, np.random.default_rng(1), 8, 25)
    assert set(tables) == {"schools", "teachers", "monthly"}
    assert (
        Inputs.of(random_rules(resolve(RULES, {}), np.random.default_rng(1)), **tables).teachers.height == 25
    )
