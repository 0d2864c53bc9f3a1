"""What 单位查询 shows of every unit is what 得分说明 says of it, worked out by columns, and no unit is mistaken for another."""

from __future__ import annotations

import numpy as np
import pytest

from kongjian.engine.evidence import one_unit
from kongjian.engine.evidence.explanations import explanations
from kongjian.engine.evidence.one_unit import TOTAL, Lookup, labels, lookup
from kongjian.engine.frame import Frame, texts
from kongjian.workbook.run import Run
from native_engines import Case, random_run
from pinned_rules import pinned_rules

RULES = pinned_rules()
CASES: list[Case] = [
    ({r.id: r.values[k % len(r.values)].id for r in RULES.readings}, 60 + k) for k in range(3)
]


def rows(found: Lookup, key: str) -> Frame:
    return found.facts.take(found.facts["单位"] == key)


@pytest.mark.parametrize("case", CASES)
def test_every_unit_s_rows_are_those_of_the_explanation(case: Case) -> None:
    run = random_run(case, 6, 60)
    found, everybody = lookup(run.results, run.rules), np.arange(60)
    for kind, label, at in (("school", "学校", np.arange(6)), ("teacher", "教师", everybody)):
        count = len(run.rules.object(kind).indicators) + 1
        for i in at.tolist():
            school, person = found.called(kind, i)
            own = rows(found, "|".join(filter(None, (label, one_unit.plain(school), one_unit.plain(person)))))
            one = np.array([i]) if kind == "school" else np.array([], dtype=np.int64)
            other = np.array([i]) if kind == "teacher" else np.array([], dtype=np.int64)
            said = explanations(run.results, run.rules, one, other)
            assert own["指标"].tolist() == said["指标"].tolist()
            assert own.height == count
            for column in ("取值", "来源", "还差"):
                assert own[column][:-1].tolist() == said[column][:-1].tolist(), (i, column)
            np.testing.assert_allclose(own["得分"][:-1], said["得分"][:-1])
            assert own["得分"][-1] == run.results.of(kind).scores.total[i]


def test_lines_medians_and_who_holds_what() -> None:
    run = random_run(CASES[0], 12, 80)
    found, school = lookup(run.results, run.rules), run.results.school
    line = dict(zip(found.lines["界线"], found.lines["界线分数"], strict=True))
    for award in run.rules.awards:
        name = next(n for n in line if award.name in n)
        of = run.results.of(award.object)
        held = of.standing.key[(of.standing.rank > 0) & (of.standing.rank <= award.last)]
        assert line[name] == pytest.approx(held.min() / 100) if len(held) else line[name] != line[name]
    k = run.rules.school.indicators[5]
    given = school.scores.of(k.name)[~school.scores.missing[5]]
    middle = found.items["全市中位"][found.items["项目"].tolist().index(k.name)]
    assert middle == round(float(np.median(given)), 2)
    holders = set(run.results.tables["Awards"]["奖项"])
    assert holders
    assert all(any(name in text for text in found.units["奖项"]) for name in holders)


def test_nothing_that_gives_another_school_away_where_it_must_not() -> None:
    run = random_run(CASES[0], 5, 20)
    found = lookup(run.results, run.rules, np.array([2]), np.array([], dtype=np.int64), lines=False)
    assert np.isnan(found.items["全市中位"]).all()
    assert [
        v
        for v, by in zip(found.lines["界线分数"], found.lines["比较"], strict=True)
        if by != "月均" and v == v
    ] == []
    assert len(set(found.facts["单位"])) == 1


def test_a_city_that_no_sheet_holds_leaves_the_teachers_indicators_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = random_run(CASES[0], 4, 30)
    monkeypatch.setattr(one_unit, "MOST_ROWS", 300)
    found = lookup(run.results, run.rules)
    assert {key.split("|")[0] for key in found.facts["单位"]} == {"学校"}
    assert found.units.height == 34


def test_a_run_without_anybody_has_tables_without_rows() -> None:
    run: Run = random_run(CASES[0], 1, 0)
    nobody = np.array([], dtype=np.int64)
    found = lookup(run.results, run.rules, nobody, nobody)
    assert (found.facts.height, found.units.height) == (0, 0)
    assert found.items["项目"].tolist().count(TOTAL) == 2


@pytest.mark.parametrize(
    ("names", "accounts", "shown"),
    [
        (["张伟", "李娜"], ["a1", "a2"], ["张伟", "李娜"]),
        (["张伟", "张伟"], ["hb420001", "hb420002"], ["张伟（…0001）", "张伟（…0002）"]),
        (["张伟", "张 伟"], ["hb11110001", "hb22220001"], ["张伟（…11110001）", "张 伟（…22220001）"]),
        (["张伟", "张伟"], ["", "hb420002"], ["张伟（第1行）", "张伟（…hb420002）"]),
        (["张伟", "张伟"], ["same", "same"], ["张伟（第1行）", "张伟（第2行）"]),
        (["", "李娜"], ["x9", "y"], ["无姓名（…x9）", "李娜"]),
    ],
)
def test_namesakes_of_a_school_are_told_apart(
    names: list[str], accounts: list[str], shown: list[str]
) -> None:
    columns = {"学校名称": texts(["甲校"] * len(names)), "教师姓名": texts(names), "账号": texts(accounts)}
    assert labels("teacher", Frame(columns)).tolist() == shown
