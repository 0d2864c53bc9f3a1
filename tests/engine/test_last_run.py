"""What is kept of a run and what staff wrote beside it: whether the next one is the same, whose remark counts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from kongjian.engine.declined import Decline, of_units
from kongjian.engine.evidence.changes import Changes, name_of, once
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.engine.last_run import Previous, numbered, plain, table_code
from kongjian.rules.differences import readings_in_words
from kongjian.rules.roles import Role
from pinned_rules import pinned_rules

RULES = pinned_rules()
RANKS = {"school": {"甲": 1.0, "乙": 2.0}}
LAST = Previous("f", RULES.version, RANKS, readings=readings_in_words(RULES))
SILENT = dataclasses.replace(LAST, readings="")


@pytest.mark.parametrize(
    ("last", "changes", "ranks", "same"),
    [
        (LAST, {}, RANKS, True),
        (LAST, {}, {"school": {"甲": 2.0, "乙": 1.0}}, True),
        (LAST, {"fingerprint": "g"}, RANKS, False),
        (LAST, {"declined_since": True}, RANKS, False),
        (LAST, {"version": "1"}, RANKS, False),
        (LAST, {"readings": "没有这个口径"}, RANKS, False),
        (SILENT, {}, RANKS, True),
        (SILENT, {}, {"school": {"甲": 2.0, "乙": 1.0}}, False),
        (SILENT, {"version": "1"}, RANKS, False),
        (SILENT, {"ranks": {}}, {"teacher": {}}, True),
    ],
)
def test_a_run_over_the_same_data_and_rules_is_the_same(
    last: Previous, changes: dict[str, Any], ranks: dict[str, dict[str, float]], same: bool
) -> None:
    assert dataclasses.replace(last, **changes).is_same_run("f", RULES, ranks) is same


def test_rows_that_nothing_tells_apart_are_numbered() -> None:
    keys = ["a", "b", "a", "a", "b"]
    told = numbered(keys)
    assert [key.partition("\x1f")[2] for key in told] == ["", "", "2", "3", "2"]
    assert list(map(plain, told)) == keys


def test_the_code_of_a_table_follows_its_numbers_not_its_order() -> None:
    def code(keys: str, values: list[float]) -> str:
        return table_code(list(keys), Frame({"得分": np.array(values)}), ["得分"])

    assert code("ab", [1.0, np.nan]) == code("ba", [np.nan, 1.0]) != code("ab", [np.nan, 1.0])
    assert code("ab", [0.0, 1.0]) == code("ab", [-0.0, 1.0 + 1e-14])
    assert code("ab", [0.0, 1.0]) != code("ab", [0.01, 1.0])


@pytest.mark.parametrize(
    ("one", "code", "taken"),
    [
        ({"key": "k1", "word": "放弃"}, None, ["", "放弃"]),
        ({"key": "", "word": "放弃"}, None, ["放弃", ""]),
        ({"key": "k1", "word": ""}, "decline_unclear", None),
        ({"key": "k9", "word": "放弃"}, "decline_unknown", None),
        ({"key": "", "school": "丙校", "word": "放弃"}, "decline_unknown", None),
        ({"key": "", "school": "丙校", "word": ""}, "decline_unclear", None),
    ],
)
def test_a_remark_counts_for_the_unit_that_it_stands_beside(
    one: dict[str, str], code: str | None, taken: list[str] | None
) -> None:
    award = next(a.name for a in RULES.awards if a.object == "school")
    column = RULES.table("schools").name_of(Role.SCHOOL)
    units, findings = Frame({column: texts(["甲校", "乙校"])}), Findings()
    given = Decline(**{"award": award, "school": "甲 校", "person": "", "said": "放弃！", **one})
    words, said = of_units("school", ["k0", "k1"], units, [given], RULES, findings)
    assert [f.code for f in findings] == ([code] if code else [])
    assert {name: column.tolist() for name, column in words.items()} == ({award: taken} if taken else {})
    assert list(said) == list(words)


def test_of_a_first_run_nothing_is_said_to_be_as_it_was() -> None:
    nothing = Changes()
    assert (nothing.known, nothing.same, nothing.same_data) == (False, False, False)
    assert (nothing.rules, nothing.sides) == ((), {})


def test_units_as_lists_name_them() -> None:
    names = Frame(
        {"学校名称": texts(["甲校", "乙校"]), "教师姓名": texts(["子", "丑"]), "账号": texts(["a1", ""])}
    )
    assert [name_of("school", names, i) for i in range(2)] == ["甲校", "乙校"]
    assert [name_of("teacher", names, i) for i in range(2)] == ["甲校 子（a1）", "乙校 丑"]
    assert once(["a", "b", "a", ""]) == ["", "b", "", ""]
