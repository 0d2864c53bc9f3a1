"""The code knows columns by their roles: another scheme may name them otherwise, or do without some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kongjian.base.errors import RuleFileError
from kongjian.base.grid import Grid
from kongjian.demo.generate import demo_data
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.explanations import explanations
from kongjian.engine.evidence.near_misses import near_misses
from kongjian.engine.evidence.other_readings import other_outcomes
from kongjian.engine.evidence.reading_effects import reading_effects
from kongjian.engine.evidence.reconcile import reconcile
from kongjian.engine.frame import Frame, texts
from kongjian.engine.measures import OF, PARTIAL, SOURCE
from kongjian.engine.outcome import Inputs, Results
from kongjian.engine.rounding import MISSING
from kongjian.engine.row_scoring import compile_row
from kongjian.intake.headers import header_name
from kongjian.intake.tables import read_inputs
from kongjian.rules import Rules, load_rules, resolve
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role
from kongjian.rules.wording import rule_words
from kongjian.workbook.functions import computing
from other_scheme import OTHER, other_name, renamed, without_roles

RULES = load_rules()
NAMES = {n: other_name(n) for table in RULES.tables for n in table.names}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return renamed(tmp_path_factory.mktemp("renamed") / "rules")


def pasted(renames: dict[str, str], dirt: bool = True) -> dict[str, Grid | None]:
    """A thousand teachers and their city as pasted, headers under other names."""
    out: dict[str, Grid | None] = {}
    for table, given in demo_data(RULES, teachers=1000, dirt=dirt).items():
        own = RULES.table(table)
        rows = [
            # the dirt repeats a header among the rows
            [renames.get(header_name(own, c) or "", c) for c in row] if repeats(own, row) else [*row]
            for row in (given.headers or own.names, *given.rows)
        ]
        width = max(map(len, rows))
        out[table] = Grid([[*row, *[""] * (width - len(row))] for row in rows])
    return out


def repeats(table: InputTable, row: Sequence[object]) -> bool:
    return sum(bool(c) and header_name(table, c) is not None for c in row) > 3


def run(rules: Rules, renames: dict[str, str]) -> tuple[Inputs, Results]:
    read = read_inputs(pasted(renames), rules)
    return read.inputs, calculate(read.inputs, rules, findings=read.findings)


def same(one: Frame, two: Frame, renames: dict[str, str]) -> None:
    """Whether two tables hold the same, the second under other column names."""
    assert [renames.get(n, n) for n in one] == list(two)
    for name, column in one.items():
        np.testing.assert_array_equal(column, two[renames.get(name, name)], err_msg=name)


def in_our_words(text: Any) -> Any:
    """A sentence of the other scheme with our names for its columns."""
    if not isinstance(text, str):
        return text
    for ours, theirs in OTHER.items():
        text = text.replace(theirs, ours)
    return text.replace("本地", "")


def in_ours(table: Frame) -> Frame:
    """A table of the other scheme whose sentences have our names."""
    return Frame({n: texts(map(in_our_words, c)) if c.dtype == object else c for n, c in table.items()})


@pytest.mark.parametrize(
    "readings", [{}, {"non_homeroom": "rescale", "authority": "computed", "ties": "order"}]
)
def test_other_column_names_give_the_same_results(other: Rules, readings: dict[str, str]) -> None:
    ours, theirs = resolve(RULES, readings), resolve(other, readings)
    inputs, before = run(ours, {})
    others, after = run(theirs, NAMES)
    assert set(before.tables) == set(after.tables)
    measured = {f"{p}{k}": f"{p}{v}" for p in ("", SOURCE, OF, PARTIAL) for k, v in NAMES.items()}
    for name, table in before.tables.items():
        if name.endswith("Measures"):
            same(table, after.tables[name], measured)
        else:
            same(table, in_ours(after.tables[name]), {})
    # names spelled as the scheme spells them need no note of their alias
    known = [f for f in before.findings if f.code != "header_renamed"]
    found = [(f.code, f.table, f.row, NAMES.get(f.column, f.column)) for f in known]
    assert found == [(f.code, f.table, f.row, f.column) for f in after.findings]
    for one, two in zip(evidence(before, inputs, ours), evidence(after, others, theirs), strict=True):
        same(one, in_ours(two), {})


def evidence(results: Results, inputs: Inputs, rules: Rules) -> list[Frame]:
    others = other_outcomes(inputs, results, rules)
    return [
        explanations(results, rules),
        near_misses(results, rules),
        reconcile(results, inputs, rules, others),
        reading_effects(results, rules, others),
    ]


def test_who_has_no_class_is_said_in_the_schemes_own_word(other: Rules) -> None:
    _, results = run(other, NAMES)
    assert "不是导师" in explanations(results, other)["来源"].tolist()
    rescaled = resolve(other, {"non_homeroom": "rescale"})
    assert rule_words(rescaled.teacher.indicator("学生评价"), rescaled).endswith(
        "不是导师不计这一项，其余各项折算成满分"
    )


def test_a_row_scores_the_same_under_other_names(other: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "rules_of", {"ours": RULES, "theirs": other}.__getitem__)
    computing.ready_for.cache_clear()
    for kind, item in (("school", "组织机构"), ("teacher", "学生评价"), ("teacher", None)):
        grid = pasted({}, dirt=False)[f"{kind}s"]
        assert grid is not None
        ours, *rows = grid.rows
        theirs = [NAMES[name] for name in ours]
        for row in rows[:20]:
            found = computing.score(kind, row, ours, item, "ours")
            assert computing.score(kind, row, theirs, item, "theirs") == found
        np.testing.assert_array_equal(
            computing.scores(kind, rows, ours, "ours"), computing.scores(kind, rows, theirs, "theirs")
        )
        if kind == "school":
            months = [[85.0, 90.0]]
            found_out = [computing.eligible(row, ours, months, "ours") for row in rows]
            assert [computing.eligible(row, theirs, months, "theirs") for row in rows] == found_out
    computing.ready_for.cache_clear()


def test_a_scheme_may_lack_roles(tmp_path: Path) -> None:
    rules = without_roles(tmp_path / "rules")
    assert [
        rules.table("teachers").by_role(r) for r in (Role.HOMEROOM, Role.TEACHING, Role.PLATFORM_SCORE)
    ] == [None] * 3
    inputs, results = run(rules, {})
    assert results.teacher.order.size
    assert (results.school.platform == MISSING).all()
    assert (
        results.tables["SchoolScores"]["得分"].tolist() == results.tables["SchoolScores"]["计算得分"].tolist()
    )
    assert np.isnan(results.tables["SchoolScores"]["平台得分"]).all()
    for frame in evidence(results, inputs, rules)[:3]:
        assert "班主任" not in "".join(str(v) for c in frame.values() for v in c)
    scorer = compile_row(rules.teacher, resolve(rules, {"non_homeroom": "rescale"}))
    assert (scorer.homeroom, scorer.columns) == ("", scorer.names)
    assert scorer([40.0] * 10).cents == 10_000


def test_a_role_that_is_required_names_its_column_or_is_refused(other: Rules) -> None:
    assert other.table("teachers").name_of(Role.HOMEROOM) == "导师"
    with pytest.raises(RuleFileError, match="tables.yaml “月度得分”：没有 role 是 homeroom 的列"):
        RULES.table("monthly").name_of(Role.HOMEROOM)
