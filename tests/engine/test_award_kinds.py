"""Awards in groups, by a share, with a least score; a bonus on top of the full points, a veto: held against plain lists."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kongjian.base.grid import Grid
from kongjian.engine.award_places import groups_of
from kongjian.engine.awards import holders, standing
from kongjian.engine.calculate import calculate
from kongjian.engine.declined import own_remark
from kongjian.engine.frame import Frame, texts
from kongjian.engine.outcome import Inputs
from kongjian.engine.row_scoring import compile_row
from kongjian.engine.scoring import Scores, exact_totals, score
from kongjian.intake.tables import read_inputs
from kongjian.rules import Rules, resolve
from kongjian.rules.model import Award
from kongjian.selfcheck.case_files import Case, load_cases
from kongjian.selfcheck.worked_cases import run_case
from kongjian.workbook.layout import output_sheet
from small_scheme import SMALL, small_grids, small_rows, small_rules

RULES = small_rules()
FIRST = RULES.awards[0]
COLUMN = "乡镇"


@pytest.mark.parametrize("case", load_cases(SMALL / "cases"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert run_case(case, RULES) == []


UNITS = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.sampled_from(["", "东", "西", " 东"])),
    min_size=1,
    max_size=14,
)
"""Score in points, whether it qualifies, its group; few values, so that many are tied."""
LADDERS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), st.integers(1, 3)), min_size=1, max_size=3
)
"""Of each award in turn its share, or 0.0 and how many places it has."""


def awards_of(steps: list[tuple[float, int]], group: str, least: float) -> tuple[Award, ...]:
    """A ladder of these steps: those by rank come first."""
    out, due = [], 1
    for k, (share, places) in enumerate(sorted(steps, key=lambda s: bool(s[0]))):
        ranks = {} if share else {"first": due, "last": due + places - 1}
        plain = replace(FIRST, name=f"奖{k}", group=group, least=least, first=0, last=0, share=share)
        out.append(replace(plain, **ranks))
        due += 0 if share else places
    # of two alike nobody could say which comes first
    return tuple({a.places: a for a in out}.values())


def plain_winners(
    units: list[tuple[int, bool, str]], awards: tuple[Award, ...], dense: bool, everybody: bool
) -> dict[str, set[int]]:
    """The same by going through the list: who is better in the group, and where each award ends."""
    out: dict[str, set[int]] = {}
    grouped = bool(awards[0].group)
    groups = {u[2].strip() for u in units} - {""} if grouped else {""}
    for award in awards:
        out[award.name] = set()
    for group in groups:
        mine = [k for k, u in enumerate(units) if not grouped or u[2].strip() == group]
        ranked = [k for k in mine if everybody or units[k][1]]
        size = sum(units[k][1] for k in ranked)
        last = 0
        for award in awards:
            first, last = (award.first, award.last) if not award.share else (last + 1, last)
            if award.share:
                last = first - 1 + (max(1, math.floor(award.share * size + 1e-9)) if size else 0)
            for k in ranked:
                better = [units[j][0] for j in ranked if units[j][0] > units[k][0]]
                rank = 1 + len(set(better) if dense else better)
                if units[k][1] and first <= rank <= last and units[k][0] >= award.least:
                    out[award.name].add(k)
    return out


@settings(max_examples=180, deadline=None)
@given(
    UNITS, LADDERS, st.sampled_from(["", COLUMN]), st.sampled_from([0.0, 3.0]), st.booleans(), st.booleans()
)
def test_winners_are_those_of_a_plain_list(
    units: list[tuple[int, bool, str]],
    steps: list[tuple[float, int]],
    group: str,
    least: float,
    dense: bool,
    everybody: bool,
) -> None:
    awards = awards_of(steps, group, least)
    readings = {
        "rank_method": "dense" if dense else "competition",
        "rank_among": "all" if everybody else "eligible",
    }
    rules = resolve(RULES, readings).replace(awards=awards)
    frame = Frame({COLUMN: texts(u[2] for u in units)})
    key, eligible = np.array([100 * u[0] for u in units]), np.array([u[1] for u in units])
    nothing = Scores([], np.zeros((0, len(units))), np.zeros((0, len(units)), dtype=bool), key)
    place = standing(key, eligible, nothing, rules, groups=groups_of("school", frame, rules))
    wanted = plain_winners(units, awards, dense, everybody)
    for award in awards:
        assert set(np.flatnonzero(holders(award, place, eligible)).tolist()) == wanted[award.name], award
        parts = list(place.parts(award))
        each = [set(np.flatnonzero(holders(own, within, eligible)).tolist()) for _, own, within in parts]
        assert set().union(*each) == wanted[award.name], "group by group"
        assert sum(map(len, each)) == len(wanted[award.name])


def with_bonus(rules: Rules, readings: dict[str, str]) -> Rules:
    """A homeroom teacher's indicator, a bonus and a veto among the teachers', the rest scaled up for others."""
    scheme = rules.teacher
    first, *rest = scheme.indicators
    bonus = replace(first, name="加", kind="bonus", measure="家访", points=3.0, per=0.5, target=None)
    veto = replace(first, name="否", kind="veto", measure="直播", points=0.0, per=None, target=None)
    return resolve(rules.replace(teacher=replace(scheme, indicators=(first, *rest, bonus, veto))), readings)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.one_of(st.just(math.nan), st.integers(0, 30).map(lambda n: n / 4))] * 4),
        min_size=1,
        max_size=6,
    )
)
def test_a_bonus_is_added_to_the_total_last_and_a_veto_scores_nothing(rows: list[tuple[float, ...]]) -> None:
    rules = with_bonus(RULES, {})
    names = [i.column for i in RULES.teacher.indicators]
    frame = Frame({n: np.array([r[k] for r in rows]) for k, n in enumerate(names)})
    base, found = score(frame, RULES.teacher, RULES), score(frame, rules.teacher, rules)
    visits = np.nan_to_num(frame["家访"])
    extra = np.minimum(visits * 0.5, 3.0)
    np.testing.assert_allclose(found.of("加"), extra)
    assert not found.of("否").any()
    assert not found.missing[-1].any()
    assert (found.missing[-2] == np.isnan(frame["家访"])).all()
    np.testing.assert_allclose(
        found.total, np.floor((base.by_indicator.sum(0) + extra) * 100 + 0.5 + 1e-7) / 100
    )
    np.testing.assert_allclose(
        exact_totals(found.by_indicator, frame, rules.teacher, rules), base.by_indicator.sum(0) + extra
    )
    scorer = compile_row(rules.teacher, rules)
    for k in range(len(rows)):
        row = scorer([float(frame[c][k]) for c in scorer.columns])
        assert (row.cents, row.missing) == (found.cents[k], found.missing[:, k].tolist())
        assert row.by_indicator == found.by_indicator[:, k].tolist()


def test_a_group_is_one_however_it_is_spelled_and_none_where_it_is_blank() -> None:
    award = replace(FIRST, name="各乡镇", group=COLUMN)
    rules = RULES.replace(awards=(award,))
    found = groups_of("school", Frame({COLUMN: texts(["Ａ镇", "", "a镇", " B镇"])}), rules)["各乡镇"]
    assert found.of.tolist() == [0, -1, 0, 1]
    assert found.names == ("Ａ镇", " B镇")


@pytest.mark.parametrize(
    ("table", "column", "points", "most"),
    [
        ("schools", "平台积分", 65, 65),
        ("teachers", "平台积分", 60, 60),
        ("monthly", "得分", 65, 65),
        ("monthly", "教师得分", 60, 60),
    ],
)
def test_a_platform_s_score_is_held_against_the_scheme_s_points(
    table: str, column: str, points: float, most: float
) -> None:
    """60 points, a school's bonus of 5: what is over them is not used, and told with the bound."""
    for typed, refused in ((points, []), (points + 0.5, [f"0到{most:g}"])):
        grids = small_grids(RULES)
        grid = grids[table]
        assert grid is not None
        at = list(grid.rows[0]).index(column.removeprefix("教师"))
        rows = [list(row) for row in grid.rows]
        rows[-1 if column.startswith("教师") else 1][at] = typed
        found = read_inputs({**grids, table: Grid(rows)}, RULES).findings
        told = [f"{f.params['low']}到{f.params['high']}" for f in found if f.code == "out_of_range"]
        assert told == refused


@pytest.mark.parametrize(("group", "shown"), [(COLUMN, [COLUMN]), ("学校名称", [])])
def test_a_ranking_shows_the_groups_and_no_column_twice(group: str, shown: list[str]) -> None:
    rules = RULES.replace(awards=(replace(FIRST, group=group),))
    names = output_sheet(rules, "学校排名").names
    assert [n for n in names if n not in output_sheet(RULES.replace(awards=()), "学校排名").names] == [
        *shown, f"{group}内名次",
    ]  # fmt: skip
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("note", "own"),
    [
        ("组内第1名（南湖镇）", ""),
        ("组内并列第12名（南湖（东）镇），一并入选", ""),
        ("递补，原第1名放弃；组内第2名（南湖镇）", ""),
        ("组内第1名（南湖镇）；放弃", "放弃"),
        ("组内第1名（南湖镇）（放弃）", "（放弃）"),
        ("并列第3名（放弃）", "（放弃）"),
        ("组内第1名（放弃）", "（放弃）"),
    ],
)
def test_what_staff_write_beside_a_group_s_rank_stays_theirs(note: str, own: str) -> None:
    assert own_remark(note, RULES.words) == own


def test_vetoed_units_are_out_of_every_count() -> None:
    rows = small_rows()
    rows["schools"][0]["安全事故"] = "是"
    tables = {
        name: {c: [r.get(c) for r in some] for c in {k for r in some for k in r}}
        for name, some in rows.items()
        if some
    }
    for table in tables.values():
        for column, values in table.items():
            table[column] = [{"是": 1.0, "否": 0.0}.get(v, math.nan if v is None else v) for v in values]  # type: ignore[call-overload]
    results = calculate(Inputs.of(RULES, schools=tables["schools"]), RULES)
    assert not results.school.eligibility.eligible[0]
    assert results.school.standing.rank[0] == 0
    assert results.school.eligibility.reasons[0] == "安全，一票否决"
