"""Who holds an award and what is said beside it: small standings by hand, under each reading. The scheme's own cases are in its folder."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from kongjian.engine.awards import (
    Standing,
    _before,
    _note,
    _report_few,
    awards,
    handed_on,
    holders,
    more_than_places,
    passed,
    ranking_order,
    standing,
)
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.engine.rounding import MISSING
from kongjian.engine.scoring import Scores
from kongjian.rules import resolve
from kongjian.rules.model import Award
from kongjian.rules.readings import RankMethod
from kongjian.rules.roles import Role
from pinned_rules import pinned_rules

RULES = pinned_rules()
COMPETITION, DENSE = RankMethod.COMPETITION, RankMethod.DENSE


def award(name: str, first: int, last: int, kind: str = "school", recipient: str = "unit") -> Award:
    return replace(RULES.awards[0], name=name, first=first, last=last, object=kind, recipient=recipient)  # type: ignore[arg-type]


GOLD, SILVER, BRONZE = award("金", 1, 2), award("银", 3, 4), award("铜", 5, 6)
LEADER = award("带头人", 1, 2, recipient="administrator")
OTHERS = award("教师奖", 1, 1, "teacher")
LADDER = replace(RULES, awards=(OTHERS, GOLD, SILVER, BRONZE, LEADER))
READINGS = {"rank_among": "all", "ties": "include", "rank_method": "competition"}


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def yes(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)


def place(ranks: tuple[int, ...], **more: object) -> Standing:
    return Standing(ints(*ranks), yes(*(ranks.count(r) > 1 for r in ranks)), ints(*ranks), **more)  # type: ignore[arg-type]


def stood(key: tuple[int, ...], eligible: np.ndarray, readings: dict[str, str], **more: object) -> Standing:
    names = list(RULES.tie_breakers)
    points = np.tile(np.arange(len(key), dtype=float)[::-1], (len(names), 1))
    scores = Scores(names, points, np.zeros_like(points, dtype=bool), ints(*key))
    return standing(ints(*key), eligible, scores, resolve(LADDER, {**READINGS, **readings}), **more)  # type: ignore[arg-type]


def test_who_is_ranked_and_how_equals_stand() -> None:
    key, some = (90, 95, MISSING, 90, 95), yes(1, 1, 1, 0, 1)
    for readings, ranks in (
        ({}, [3, 1, 0, 3, 1]),
        ({"rank_method": "dense"}, [2, 1, 0, 2, 1]),
        ({"rank_among": "eligible"}, [3, 1, 0, 0, 1]),
        ({"ties": "order"}, [3, 1, 0, 4, 2]),
        ({"ties": "order", "rank_among": "eligible"}, [3, 1, 0, 0, 2]),
    ):
        found = stood(key, some, readings)
        assert found.rank.tolist() == ranks, readings
        assert found.tied.tolist() == [r > 0 and ranks.count(r) > 1 for r in ranks], readings
        assert found.key.tolist() == list(key)
        assert found.moved == {}
    with pytest.raises(FrozenInstanceError):
        found.rank = found.key  # type: ignore[misc]


def test_an_award_is_handed_on_past_those_who_decline_it_or_a_better_one_of_its_ladder() -> None:
    declined = {"金": texts(["", "放弃", "", "", ""]), "银": texts(["", "", "", "取消", ""])}
    found = stood((95, 94, 93, 92, 91), yes(1, 1, 1, 1, 1), {}, declined=declined)
    assert {name: ranks.tolist() for name, ranks in found.moved.items()} == {
        "金": [1, 0, 2, 3, 4],
        "银": [1, 0, 2, 0, 3],
        "铜": [1, 0, 2, 0, 3],
    }  # the administrators' and the teachers' awards are others' ladders
    assert found.ranks_for(LEADER).tolist() == [1, 2, 3, 4, 5]
    held = {
        a.name: np.flatnonzero(holders(a, found, yes(1, 1, 1, 1, 1))).tolist() for a in (GOLD, SILVER, BRONZE)
    }
    assert held == {"金": [0, 2], "银": [4], "铜": []}
    assert handed_on(GOLD, found, 0) == ""
    assert handed_on(GOLD, found, 2) == "递补，原第2名放弃"
    assert handed_on(SILVER, found, 4) == "递补，原第2名放弃、第4名取消"
    assert passed(SILVER, found) == [(1, "放弃"), (3, "取消")]


def test_an_award_whose_ranks_overlap_is_no_better_one_of_the_ladder() -> None:
    rules = resolve(replace(RULES, awards=(GOLD, award("并", 2, 5), award("后", 3, 5))), READINGS)
    declined = {"金": texts(["放弃", ""])}
    found = standing(
        ints(95, 94), yes(1, 1), Scores([], np.zeros((0, 2)), yes(), ints(95, 94)), rules, declined
    )
    assert list(found.moved) == ["金", "后"]


def test_as_many_as_an_award_has_places_are_enough() -> None:
    table, findings = RULES.table("schools"), Findings()
    units = Frame({c.name: texts(["甲", "乙", "丙"]) for c in table.columns})
    rules = resolve(replace(RULES, awards=(award("三", 1, 3), award("四", 1, 4))), READINGS)
    awards("school", units, place((1, 2, 3)), ints(0, 1, 2), ints(3, 2, 1), yes(1, 1, 1), rules, findings)
    assert [g.params["award"] for g in findings] == ["四"]


def test_the_first_and_the_last_rank_belong_to_an_award_and_only_who_qualifies_holds_it() -> None:
    ranks = place((1, 2, 3, 4, 5, 6, 7, 0))
    assert np.flatnonzero(holders(SILVER, ranks, yes(*[1] * 8))).tolist() == [2, 3]
    assert np.flatnonzero(holders(SILVER, ranks, yes(1, 1, 0, 1, 1, 1, 1, 1))).tolist() == [3]


def test_who_declines_comes_by_rank_and_the_unranked_last_with_the_words_of_this_award_first() -> None:
    gone = yes(1, 0, 1, 1)
    own, other = texts(["放弃", "", "", ""]), texts(["取消", "", "退出", "取消"])
    ranks = place((0, 1, 3, 2), passed={"金": gone}, declined={"金": own, "银": other})
    assert passed(GOLD, ranks) == [(3, "取消"), (2, "退出"), (0, "放弃")]
    alone = place((0, 1, 3, 2), passed={"铜": gone}, declined={"银": other})
    assert passed(BRONZE, alone) == [(3, "取消"), (2, "退出"), (0, "取消")]
    # only those ahead are named, and nobody's who had no rank
    assert (
        handed_on(award("金", 7, 8), replace(ranks, rank=ints(0, 4, 3, 2)), 1)
        == "递补，原第2名取消、第3名退出"
    )
    assert handed_on(award("金", 1, 1), replace(ranks, rank=ints(2, 2, 3, 1)), 0) == "递补，原第1名取消"


OVERFULL = [  # the ranks, the rank that is asked about, under competition ranks, under dense ranks
    ((1, 1, 1), 1, True, False),
    ((1, 1, 3), 1, False, False),
    ((1, 2, 2), 2, True, True),
    ((1, 2, 3), 2, False, False),
]


@pytest.mark.parametrize(("ranks", "position", "competition", "dense"), OVERFULL)
def test_more_than_an_award_has_places_for(
    ranks: tuple[int, ...], position: int, competition: bool, dense: bool
) -> None:
    every, first_alone = yes(*[1] * len(ranks)), yes(1, *[0] * (len(ranks) - 1))
    for method, wanted in ((COMPETITION, competition), (DENSE, dense)):
        assert more_than_places(GOLD, place(ranks), every, position, method) is wanted
        assert not more_than_places(GOLD, place(ranks), first_alone, position, method)


def test_the_order_of_a_ranking_is_by_rank_then_school_then_name() -> None:
    found = ranking_order(
        place((2, 1, 0, 1, 1)), texts(["甲", "乙", "丙", "甲", "乙"]), texts(["a", "b", "c", "d", "a"])
    )
    assert found.tolist() == [4, 1, 3, 0]


def rows(frames: list[Frame]) -> list[tuple[object, ...]]:
    return [
        tuple(f[c][i] for c in ("奖项", "名次", "姓名", "得分", "备注"))
        for f in frames
        for i in range(f.height)
    ]


def test_the_rows_of_the_awards_of_one_kind() -> None:
    table = RULES.table("schools")
    person = table.by_role(Role.ADMINISTRATOR)
    assert person is not None
    units = Frame(
        {table.name_of(Role.SCHOOL): texts(["甲", "乙", "丙"]), person.name: texts(["管甲", "管乙", "管丙"])}
    )
    rules, findings = resolve(LADDER, READINGS), Findings()
    ranks, every = place((1, 2, 2)), yes(1, 1, 1)
    found = awards("school", units, ranks, ints(0, 1, 2), ints(9500, 9000, 9000), every, rules, findings)
    assert [f.height for f in found] == [3, 0, 0, 3]  # none of the teachers' award
    both = "并列第2名，一并入选"
    assert rows(found) == [
        ("金", 1.0, "", 95.0, ""), ("金", 2.0, "", 90.0, both), ("金", 2.0, "", 90.0, both),
        ("带头人", 1.0, "管甲", 95.0, ""), ("带头人", 2.0, "管乙", 90.0, both), ("带头人", 2.0, "管丙", 90.0, both),
    ]  # fmt: skip
    assert found[0]["#unit"].tolist() == [0, 1, 2]
    assert [f["状态"].tolist() for f in found[:1]] == [["", "", ""]]
    # three qualify: gold's two ranks are reached, silver's third and bronze's not; the administrators' are not asked
    said = [
        (g.params["award"], g.params["last"], g.params["count"])
        for g in findings
        if g.code == "no_award_place"
    ]
    assert said == [("银", 4, 3), ("铜", 6, 3)]


def test_nothing_is_said_of_places_where_there_is_nobody() -> None:
    table, findings = RULES.table("schools"), Findings()
    nobody = Frame({c.name: texts([]) for c in table.columns})
    found = awards("school", nobody, place(()), ints(), ints(), yes(), resolve(LADDER, READINGS), findings)
    assert [f.height for f in found] == [0, 0, 0, 0]
    assert list(findings) == []


def test_the_last_rank_of_an_award_is_that_of_its_places_where_it_has_any() -> None:
    all_ = Standing(np.array([1, 2]), np.array([False, False]), np.array([9, 8]))
    assert all_.last_for(SILVER).tolist() == [4, 4]
    places = SimpleNamespace(last=np.array([3, 7]))
    assert replace(all_, places={SILVER.name: places}).last_for(SILVER).tolist() == [3, 7]  # type: ignore[dict-item]


def test_an_award_by_share_comes_behind_those_named_before_it() -> None:
    shares = [replace(award(name, 0, 0), share=0.1) for name in "甲乙丙"]
    rules = RULES.replace(awards=(GOLD, *shares, LEADER))
    assert [[a.name for a in _before(of, rules)] for of in (GOLD, *shares)] == [
        ["金"],
        ["金", "甲"],
        ["金", "甲", "乙"],
        ["金", "甲", "乙", "丙"],
    ]
    assert [a.name for a in _before(GOLD, RULES.replace(awards=(shares[0], GOLD)))] == ["金"]


def test_a_group_in_which_too_few_qualify_is_told() -> None:
    members = np.array([[True, True, False, False], [False, False, True, True]])
    places = SimpleNamespace(groups=SimpleNamespace(names=["东", "西"]), members=members.__getitem__)
    place = SimpleNamespace(places={GOLD.name: places})
    findings = Findings()
    _report_few(GOLD, place, np.array([True, True, True, False]), "school", findings)  # type: ignore[arg-type]
    assert [f.params for f in findings] == [{"award": "金（西）", "last": 2, "count": 1}]


@pytest.mark.parametrize(("overfull", "said"), [(False, "并列第1名"), (True, "并列第1名，一并入选")])
def test_of_a_tie_it_is_told_where_it_takes_more_in_than_there_are_places(overfull: bool, said: str) -> None:
    place = Standing(np.array([1, 1]), np.array([True, True]), np.array([9, 9]))
    assert _note(replace(GOLD, group=""), place, 0, lambda _: overfull, Frame()) == said


@pytest.mark.parametrize(
    ("last", "least", "group", "line"),
    [
        (2, 0.0, "", 9_300),
        (3, 0.0, "", 9_100),
        (3, 92.0, "", 9_200),  # below the least score nobody is given it
        (3, 91.0, "", 9_100),
        (9, 0.0, "", 8_800),  # all that are ranked
        (0, 0.0, "", None),
        (2, 0.0, "学段", None),
    ],
)
def test_an_awards_line_is_the_score_of_its_last_rank_or_its_least_one(
    last: int, least: float, group: str, line: int | None
) -> None:
    made = Standing(ints(1, 2, 3, 4, 0), yes(*[False] * 5), ints(9_500, 9_300, 9_100, 8_800, 1_000))
    assert made.line_of(replace(award("甲奖", 1, last), least=least, group=group)) == line
