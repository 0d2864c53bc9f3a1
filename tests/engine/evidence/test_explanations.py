"""得分说明: its numbers are the results', it says where a value came from, and the function says the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from filled_forms import city_run
from kongjian.engine.evidence.explain import COLUMNS as EXPLAIN_COLUMNS
from kongjian.engine.evidence.explanations import COLUMNS, by_rank, explanations
from kongjian.engine.evidence.pass_mark import WITHOUT_MONTHS
from kongjian.rules import resolve
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.functions import computing
from native_engines import random_run, random_tables, run_of
from pinned_rules import pinned_rules

RULES = pinned_rules()
FIRST = {r.id: r.values[0].id for r in RULES.readings}
LAST = {r.id: r.values[-1].id for r in RULES.readings}


@pytest.mark.parametrize(("readings", "seed"), [(FIRST, 1), (LAST, 2), (FIRST, 3), (LAST, 4)])
def test_its_numbers_are_the_results_to_the_last_digit(readings: dict[str, str], seed: int) -> None:
    run = random_run((readings, seed))
    for kind in ("school", "teacher"):
        o = run.results.of(kind)
        everyone, none = np.arange(o.units.height), np.zeros(0, dtype=np.int64)
        chosen = (everyone, none) if kind == "school" else (none, everyone)
        frame = explanations(run.results, run.rules, *chosen)
        assert tuple(frame) == COLUMNS
        count = len(o.scores.names) + 1  # and the total
        scored, total = np.split(frame["得分"].reshape(-1, count).T, [count - 1])
        missing = o.scores.missing
        assert np.array_equal(total[0], np.where(o.scores.complete, o.scores.total, np.nan), equal_nan=True)
        assert (np.array(frame["指标"]).reshape(-1, count)[:, -1] == "合计").all()
        assert np.array_equal(np.isnan(scored), missing)
        assert np.array_equal(scored[~missing], o.scores.by_indicator[~missing])
        assert (np.array(frame["来源"]).reshape(-1, count).T[:-1][missing] == "缺").all()
        lost = frame["扣分"][~np.isnan(frame["得分"])]
        assert np.array_equal(lost, (frame["分值"] - frame["得分"])[~np.isnan(frame["得分"])])


def test_schools_all_and_teachers_to_rank_sixty_by_rank() -> None:
    run = city_run(RULES)
    frame = explanations(run.results, run.rules)
    school, teacher = run.results.school, run.results.teacher
    assert (frame["类别"] == "学校").sum() == 23 * run.schools
    leading = int(((teacher.standing.rank > 0) & (teacher.standing.rank <= 60)).sum())
    assert leading >= 60
    assert (frame["类别"] == "教师").sum() == 11 * leading
    assert frame["学校名称"][0] == school.units["学校名称"][school.order[0]]
    assert len(by_rank(school)) == run.schools


def test_it_says_where_each_value_came_from() -> None:
    teachers = {
        "学校名称": ["甲校"] * 3,
        "教师姓名": ["张三", "李四", "王五"],
        "账号": ["a1", "a2", "a3"],
        "任课": [1.0, 1.0, 0.0],
        "班主任": [1.0, 1.0, 0.0],
        "制作课件": [5.0, np.nan, 3.0],
        "网络教研": [4.0, 4.0, 4.0],
        "学生评价": [1.0, 0.5, np.nan],
    }
    tables = {
        "schools": {"学校名称": ["甲校"], "在线授课": [40.0]},
        "teachers": teachers,
        "classes": {"学校名称": ["甲校"] * 2, "学生数": [40.0, 50.0], "课程学习完成率": [0.9, 0.8]},
        "events": {"日期": np.array(["2021-03-01", "2021-03-01"], dtype="datetime64[D]"), "学校名称": ["甲校"] * 2,
                   "账号": ["a2", "a2"], "角色": ["教师"] * 2, "行为": ["制作课件", "在线授课"]},
    }  # fmt: skip
    run = run_of(tables, RULES)
    frame = explanations(run.results, run.rules, None, np.arange(3))
    said = dict(zip(zip(frame["教师姓名"], frame["指标"], strict=True), frame["来源"], strict=True))
    assert said["", "在线授课"] == "粘贴的数"
    assert said["", "制作课件"] == "按2名任课教师平均"
    assert said["", "网络教研"] == "按3名教师平均"
    assert said["", "学生评价"] == "按2名班主任中完整评价的比例"
    assert said["", "课程学习"] == "按2个班级推算"
    assert said["", "组织机构"] == "缺"
    assert said["张三", "制作课件"] == "粘贴的数"
    assert said["李四", "制作课件"] == "行为明细统计"
    assert said["王五", "学生评价"] == "不是班主任"


@pytest.mark.parametrize(("readings", "seed"), [(FIRST, 5), (LAST, 6)])
def test_the_function_says_what_the_sheet_says(
    readings: dict[str, str], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """=SCORE_EXPLAIN over a row of 学校指标 or 教师指标, to the last digit and word."""
    rules = resolve(RULES, readings)
    monkeypatch.setattr(computing, "rules_of", {"these": rules}.__getitem__)
    computing.ready_for.cache_clear()
    tables = random_tables(rules, np.random.default_rng(seed), 8, 25)
    for table in tables.values():  # a larger number in these columns is read as per cent from a cell
        for name in {"学生评价", "课程学习完成率", "作业完成率"} & set(table):
            table[name] = np.minimum(table[name], 1)
    run = run_of(tables, rules)
    compared, ways = 0, 0
    for kind, label in OBJECT_LABELS.items():
        o, names = run.results.of(kind), RULES.table(f"{kind}s").names
        everyone, none = np.arange(o.units.height), np.zeros(0, dtype=np.int64)
        frame = explanations(
            run.results, rules, *((everyone, none) if kind == "school" else (none, everyone))
        )
        lines = list(zip(*(frame[c].tolist() for c in EXPLAIN_COLUMNS), strict=True))
        count = len(o.scores.names) + 1
        for at in range(o.units.height):
            row = [cell(o.units[n][at]) for n in names]
            said = computing.explained(label, [row], None, "these")[1:]
            for mine, theirs in zip(lines[at * count : (at + 1) * count], said, strict=True):
                assert mine[0] == theirs[0]
                assert mine[1] == theirs[1] or abs(mine[1] - theirs[1]) < 1e-9  # noise beside 100 %
                assert same(mine[2:6], theirs[2:6])
                if mine[0] == "合计" and not o.monthly.stood_in[at]:
                    # the function does not see the months, and says so
                    assert str(theirs[6]).startswith(WITHOUT_MONTHS) or not theirs[6]
                    assert WITHOUT_MONTHS not in mine[6]
                else:
                    assert mine[6] == theirs[6]
                    ways += str(mine[6]).startswith(WITHOUT_MONTHS)
                compared += 1
    computing.ready_for.cache_clear()
    assert compared > 300
    assert ways > 2


def cell(value: object) -> object:
    return "" if value != value else value


def same(mine: Sequence[object], theirs: Sequence[object]) -> bool:
    return all(a == b or (a != a and b != b) for a, b in zip(mine, theirs, strict=True))
