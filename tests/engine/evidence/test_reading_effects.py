"""口径影响: every row says what a whole calculation under that reading would give, and nothing else changes."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from filled_forms import city_run, empty_run
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.award_changes import Names
from kongjian.engine.evidence.other_readings import other_outcomes
from kongjian.engine.evidence.reading_effects import columns, reading_effects
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules import Rules, resolve
from kongjian.workbook.run import Run
from native_engines import random_run, run_of
from random_city import EDITS, EVERYBODY, READINGS, RULES, SEEDS, city_tables, random_city, shuffled, uncapped

CHANGES = {"school": ["示范校变化"], "teacher": ["专家变化", "优秀教师变化"]}
NOTHING = ("没有变化", "没有数据")
Ranks = dict[str, int]


def effects_of(run: Run) -> Frame:
    return effects(run.inputs, run.results, run.rules)


def effects(inputs: Inputs, results: Results, rules: Rules) -> Frame:
    return reading_effects(results, rules, other_outcomes(inputs, results, rules))


def ranks_of(results: Results, award: str, kind: str) -> Ranks:
    """Who holds an award at which rank, by 获奖名单."""
    table = results.tables["Awards"]
    mine = table["奖项"] == award
    names = table["学校名称" if kind == "school" else "姓名"][mine].tolist()
    return dict(zip(names, map(int, table["名次"][mine]), strict=True))


def read(text: str) -> tuple[Ranks, Ranks, dict[str, tuple[int, int]]]:
    """Who joins at which rank, who leaves which, who moves from which to which, as the sentence says it."""
    joined: Ranks = {}
    left: Ranks = {}
    moved: dict[str, tuple[int, int]] = {}
    for part in [] if text in NOTHING else text.split("；"):
        head, _, rest = part.partition("：") if "：" in part else ("", "", part)
        for item in rest.split("、"):
            if swap := re.fullmatch(r"第(\d+)名由(.+)变为(.+)", item):
                left[swap[2]], joined[swap[3]] = int(swap[1]), int(swap[1])
            elif head == "增加":
                name, rank = re.fullmatch(r"(.+)（第(\d+)名(?:，并列)?）", item).groups()  # type: ignore[union-attr]
                joined[name] = int(rank)
            elif head == "退出":
                name, rank = re.fullmatch(r"(.+)（原第(\d+)名，.+）", item).groups()  # type: ignore[union-attr]
                left[name] = int(rank)
            else:
                assert head == "名次变化", part
                name, a, b = re.fullmatch(r"(.+)由第(\d+)名变为第(\d+)名", item).groups()  # type: ignore[union-attr]
                moved[name] = (int(a), int(b))
    return joined, left, moved


def counts_between(before: Results, after: Results, kind: str, label: str) -> dict[str, int]:
    """How many units differ, by the output tables alone."""
    prefix = {"school": "School", "teacher": "Teacher"}[kind]
    name = "学校名称" if kind == "school" else "教师姓名"

    def column(results: Results, table: str, value: str) -> dict[str, Any]:
        frame = results.tables[table]
        mine = frame["类别"] == label if "类别" in frame else np.ones(frame.height, dtype=bool)
        return dict(zip(frame[name][mine], frame[value][mine].tolist(), strict=True))

    judged = [column(r, "Eligibility", "是否达标") for r in (before, after)]
    out = {
        "新达标": sum(judged[0][u] == "未达标" and judged[1][u] == "达标" for u in judged[0]),
        "不再达标": sum(judged[0][u] == "达标" and judged[1][u] == "未达标" for u in judged[0]),
    }
    tables = (
        ("得分变了", "Scores", "得分"),
        ("名次变了", "Ranking", "名次"),
    )
    for key, table, value in tables:
        a, b = (column(r, prefix + table, value) for r in (before, after))
        out[key] = sum(a.get(u) != b.get(u) for u in {*a, *b})
    return {key: count for key, count in out.items() if count}


@settings(max_examples=15, deadline=None)
@given(READINGS, SEEDS)
def test_every_row_says_what_a_whole_calculation_gives(readings: dict[str, str], seed: int) -> None:
    run = random_city(readings, seed)
    frame, rules = effects_of(run), run.rules
    others = [(r, v) for r in rules.readings for v in r.values if v.id != rules.chosen[r.id]]
    assert list(zip(frame["口径"], frame["取值"], strict=True)) == [(r.label, v.label) for r, v in others]
    for row, (reading, value) in enumerate(others):
        changed = resolve(rules, {**rules.chosen, reading.id: value.id}, rules.edits)
        after = calculate(run.inputs, changed)
        for kind, named in CHANGES.items():
            own = [a for a in rules.awards if a.object == kind and a.recipient == "unit"]
            for award, column in zip(own, named, strict=True):
                a, b = (ranks_of(r, award.name, kind) for r in (run.results, after))
                joined, left, moved = read(frame[column][row])
                assert joined == {u: r for u, r in b.items() if u not in a}
                assert left == {u: r for u, r in a.items() if u not in b}
                assert moved == {u: (a[u], b[u]) for u in a if u in b and a[u] != b[u]}
            label, word = {"school": ("学校", "所"), "teacher": ("教师", "名")}[kind]
            told = frame["说明"][row].partition(f"。{label}：")[2].partition("。")[0]
            counts = counts_between(run.results, after, kind, label)
            assert told == ("、".join(f"{n}{word}{k}" for k, n in counts.items()) or "没有变化")
        held = [{*ranks_of(r, run.rules.awards[0].name, "school")} for r in (run.results, after)]
        follows = "网络学习空间应用优秀管理员" in frame["说明"][row]
        same = {(a.first, a.last) for a in rules.awards[:2]}  # of the schools and of their administrators
        assert follows == (held[0] != held[1] and len(same) == 1)


def test_the_rules_now_in_force_and_the_results_stay_as_they_are() -> None:
    run = random_city({r.id: r.values[-1].id for r in RULES.readings}, 7)
    before = {t: {c: v.tolist() for c, v in f.items()} for t, f in run.results.tables.items()}
    found = len(run.results.findings)
    first, again = effects_of(run), effects_of(run)
    assert {n: c.tolist() for n, c in first.items()} == {n: c.tolist() for n, c in again.items()}
    after = {t: {c: v.tolist() for c, v in f.items()} for t, f in run.results.tables.items()}
    assert (str(before), found) == (str(after), len(run.results.findings))


@settings(max_examples=5, deadline=None)
@given(READINGS, SEEDS)
def test_the_order_of_rows_changes_nothing(readings: dict[str, str], seed: int) -> None:
    run, rng = random_city(readings, seed), np.random.default_rng(seed)
    inputs = shuffled(run.inputs, rng)
    found = effects(inputs, calculate(inputs, run.rules), run.rules)
    assert {n: c.tolist() for n, c in found.items()} == {n: c.tolist() for n, c in effects_of(run).items()}


def test_without_data_every_row_says_so() -> None:
    frame = effects_of(empty_run(RULES))
    assert tuple(frame) == columns(RULES)
    assert frame.height == sum(len(r.values) - 1 for r in RULES.readings)
    for column in ("示范校变化", "专家变化", "优秀教师变化"):
        assert set(frame[column]) == {"没有数据"}
    assert all(t.endswith("学校：没有数据。教师：没有数据") for t in frame["说明"])


def test_long_lists_end_with_how_many_there_are() -> None:
    run = city_run(RULES)
    capped, whole = (effects(run.inputs, run.results, uncapped(RULES, n)) for n in (3, EVERYBODY))
    at = list(whole["取值"]).index("给满分")
    joined = [
        f["专家变化"][at].partition("增加：")[2].partition("；")[0].split("、") for f in (capped, whole)
    ]
    assert len(joined[1]) > 3
    assert joined[0] == [*joined[1][:2], f"{joined[1][2]}等{len(joined[1])}名"]
    exactly = effects(run.inputs, run.results, uncapped(RULES, len(joined[1])))
    assert exactly["专家变化"][at] == whole["专家变化"][at]


@pytest.mark.parametrize("seed", range(4))
def test_no_two_units_go_by_one_name(seed: int) -> None:
    run = random_run(({r.id: r.values[0].id for r in RULES.readings}, seed))
    teacher = run.results.teacher
    assert max(Counter(teacher.units["教师姓名"]).values()) > 1
    names = [Names(teacher)(i) for i in range(run.teachers)]
    assert len(set(names)) == run.teachers


def test_a_name_says_no_more_than_it_must() -> None:
    rows = [
        ("甲校", "张三", "a1"), ("甲校", "李四", "a2"), ("乙校", "李四", "a3"), ("甲校", "王五", "a4"),
        ("甲校", "王五", "a5"), ("甲校", "赵六", ""), ("甲校", "赵六", ""),
    ]  # fmt: skip
    columns = dict(zip(("学校名称", "教师姓名", "账号"), zip(*rows, strict=True), strict=True))
    teachers = {name: list(values) for name, values in columns.items()}
    schools = {"学校名称": ["甲校（东区）", "乙校", "乙校"]}
    results = calculate(Inputs.of(RULES, teachers=teachers, schools=schools), RULES)
    assert [Names(results.teacher)(i) for i in range(7)] == [
        "张三", "李四（甲校）", "李四（乙校）", "王五（甲校，账号a4）", "王五（甲校，账号a5）",
        "赵六（甲校，第6行）", "赵六（甲校，第7行）",
    ]  # fmt: skip
    assert [Names(results.school)(i) for i in range(2)] == ["甲校（东区）", "乙校（第2行）"]
    assert [Names(results.school)(i, "第3名") for i in range(2)] == [
        "甲校（东区）（第3名）",
        "乙校（第2行，第3名）",
    ]


def with_awards(rules: Rules, *lasts: tuple[str, str, int, int]) -> Rules:
    """Rules with unit awards of these names, objects and ranks."""
    pattern = rules.awards[0]
    return rules.replace(
        awards=tuple(
            dataclasses.replace(pattern, short="", name=n, object=o, first=f, last=t)  # type: ignore[arg-type]
            for n, o, f, t in lasts
        )
    )


def test_every_award_to_units_has_its_column_by_rank() -> None:
    rng = np.random.default_rng(3)
    rules = with_awards(RULES, ("二等", "school", 2, 3), ("优秀", "teacher", 1, 2), ("一等", "school", 1, 1))
    schools = {
        "学校名称": ["甲", "乙", "丙"],
        **{c: [1.0] * 3 for c in ("互联网接入", "多媒体教学环境", "管理员实名认证")},
        "教师总数": [10.0] * 3, "教师开通空间数": [10.0] * 3, "适龄学生数": [10.0] * 3, "学生开通空间数": [10.0] * 3,
        "平台得分": [95.0, 94.0, 93.0],
    }  # fmt: skip
    monthly = {"类别": ["学校"], "学校名称": ["甲"], "月份": ["2021-03"], "得分": [93.5]}
    frame = effects_of(run_of({"schools": schools, "monthly": monthly}, rules))
    at = list(frame["取值"]).index("月均")
    assert list(frame) == ["口径", "取值", "一等变化", "二等变化", "优秀变化", "说明"]
    assert frame["一等变化"][at] == "第1名由甲变为乙"
    assert (frame["二等变化"][at], frame["优秀变化"][at]) == ("第2名由乙变为甲", "没有数据")
    assert "管理员" not in frame["说明"][at]
    none = effects_of(run_of(city_tables(RULES, rng, 4, 6), with_awards(RULES)))
    assert list(none) == ["口径", "取值", "说明"]


def test_edited_parameters_stay_in_force_under_every_other_reading() -> None:
    """A target typed by staff wins over the reading, so that the reading changes no teacher's score."""
    teachers = {"学校名称": ["甲"] * 2, "教师姓名": ["张", "李"], "账号": ["a", "b"], "作业管理": [2.0, 14.0]}
    inputs = {"teachers": teachers}
    plain = effects_of(run_of(inputs, RULES))
    edited = effects_of(run_of(inputs, resolve(RULES, {}, EDITS)))
    at = list(plain["取值"]).index("目标15次")
    assert "教师：2名得分变了" in plain["说明"][at]
    assert edited["说明"][at].endswith("教师：没有变化。获奖名单不变")
