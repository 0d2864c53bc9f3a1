"""The ladder of blanks rung by rung, and each sentence of 数据覆盖."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import Any

import numpy as np
import pytest

from kongjian.engine import coverage
from kongjian.engine.coverage import BY_READING, COVERED, FROM_LOG, MISSING, PASTED, Tally, climb, silence
from kongjian.engine.event_lines import role_behaviours
from kongjian.engine.event_log import Log, no_log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.engine.matching import NOT_FOUND, ROW
from kongjian.engine.scoring import BLOCK_ROWS
from kongjian.rules import Rules, resolve
from pinned_rules import pinned_rules

READINGS = list(product(("complete", "partial"), ("missing", "zero")))


def rules_of(log_coverage: str = "complete", blank_count: str = "missing") -> Rules:
    return resolve(pinned_rules(), {"log_coverage": log_coverage, "blank_count": blank_count})


RULES = rules_of()
ROLES = RULES.effective.roles
[(TEACHER, T_NAME, T_AT), *_] = [(k, name, b) for k, _, b, name in role_behaviours(RULES, "teacher")]
[(PUPIL, P_NAME, P_AT), *_] = [(k, name, b) for k, _, b, name in role_behaviours(RULES, "pupil")]


@pytest.mark.parametrize("readings", READINGS)
def test_every_value_stands_on_the_highest_rung_that_it_has(readings: tuple[str, str]) -> None:
    rules = rules_of(*readings)
    complete, zero = readings[0] == "complete", readings[1] == "zero"
    blank = (0.0, BY_READING) if zero else (None, MISSING)
    quiet = (0.0, COVERED) if complete else blank
    lines: list[tuple[float | None, float, bool, tuple[float | None, int]]] = [
        (5.0, 3.0, True, (5.0, PASTED)), (5.0, 0.0, False, (5.0, PASTED)), (0.0, 3.0, True, (0.0, PASTED)),
        (None, 3.0, True, (3.0, FROM_LOG)), (None, 1.0, False, (1.0, FROM_LOG)), (None, 0.0, True, quiet), (None, 0.0, False, blank),
    ]  # fmt: skip
    count = BLOCK_ROWS + 5  # beyond one block
    many = [lines[k % len(lines)] for k in range(count)]
    given = np.array([np.nan if g is None else g for g, *_ in many])
    value, rung = climb(
        given, np.array([c for _, c, *_ in many]), np.array([on for *_, on, _ in many]), rules
    )
    assert rung.tolist() == [r for *_, (_, r) in many]
    assert [None if v != v else v for v in value.tolist()] == [v for *_, (v, _) in many]
    assert silence(rules) == quiet[1]


def log_of(**changes: Any) -> Log:
    """A log of three schools that tells of everything everywhere, but for these."""
    empty = no_log(3, 0, RULES)
    full: dict[str, Any] = {
        "at_school": np.ones_like(empty.at_school), "anywhere": np.ones_like(empty.anywhere), "told": np.ones(3, bool), "known": np.ones(3, bool),
    }  # fmt: skip
    return dataclasses.replace(empty, **{**full, **changes})


def one_row(array: np.ndarray[Any, Any], *places: tuple[int, ...], value: Any) -> np.ndarray[Any, Any]:
    out = array.copy()
    for place in places:
        out[place] = value
    return out


def test_the_log_covers_what_has_a_line_at_the_school_and_anywhere() -> None:
    full = log_of()
    assert coverage.covered(full, TEACHER, T_AT).tolist() == [True] * 3
    none_there = log_of(at_school=one_row(full.at_school, (TEACHER, 1), value=False))
    assert coverage.covered(none_there, TEACHER, T_AT).tolist() == [True, False, True]
    assert coverage.covered(none_there, PUPIL, P_AT).tolist() == [True] * 3
    never = log_of(anywhere=one_row(full.anywhere, (T_AT,), value=False))
    assert coverage.covered(never, TEACHER, T_AT).tolist() == [False] * 3
    assert coverage.covered(never, PUPIL, P_AT).tolist() == [True] * 3


def test_strange_accounts_and_months_without_a_log_are_found() -> None:
    months = len(RULES.period.months())
    schools = Frame({ROW: np.array([4, 5, 6]), "学校名称": texts(["甲校", "乙校", "丙校"])})
    heard = np.ones(months, bool)
    passed = np.arange(months) < 4
    for log, expected in (
        (log_of(months=heard), []),
        (log_of(months=heard, known=np.array([True, False, True])), [("log_other_accounts", "schools", 5)]),
        (log_of(months=heard, told=np.zeros(3, bool), known=np.zeros(3, bool)), []),
        (log_of(months=one_row(heard, (1,), value=False)), [("log_gap", "events", 0)]),
        (no_log(3, 0, RULES), []),
    ):
        findings = Findings()
        coverage.report_log(log, passed, schools, RULES, findings)
        assert [(f.code, f.table, f.row) for f in findings] == expected
        assert all(f.params == {"months": "2021-01"} for f in findings if f.code == "log_gap")


def told(
    tally: Tally,
    log: Log | None = None,
    rules: Rules = RULES,
    short: tuple[bool, ...] = (False, False, False),
) -> list[list[Any]]:
    names = Frame({"学校名称": texts(["甲校", "乙校", "丙校"])})
    found = tally.table(names, log or log_of(), rules, np.array(short))
    assert list(found) == list(coverage.COLUMNS)
    assert [found[c].dtype.kind for c in found] == list("OOOffffffOO")
    return [list(row) for row in zip(*(found[c].tolist() for c in found), strict=True)]


def test_the_rungs_are_counted_by_school_for_whom_it_concerns() -> None:
    tally = Tally(3)
    school = np.array([0, 0, 0, 0, 0, 0, 2, 2, NOT_FOUND])
    rung = np.array(
        [PASTED, FROM_LOG, COVERED, BY_READING, MISSING, PASTED, MISSING, FROM_LOG, PASTED], dtype=np.int8
    )
    concerned = np.array([True] * 5 + [False] + [True] * 3)
    tally.add(TEACHER, T_AT, school, rung, concerned)
    label = ROLES[TEACHER].label
    assert [row[:10] for row in told(tally)] == [
        ["甲校", label, T_NAME, 5.0, 4.0, 1.0, 1.0, 2.0, 1.0, ""],
        ["丙校", label, T_NAME, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0, ""],
    ]
    assert told(Tally(3)) == []


def test_a_behaviour_that_concerns_nobody_at_a_school_has_no_row_there() -> None:
    tally = Tally(3)
    for behaviour, counts in ((T_AT, [0, 2, 0]), (T_AT + 1, [1, 0, 0])):
        tally.put(TEACHER, behaviour, {PASTED: np.array(counts)})
    assert [(row[0], row[2] == T_NAME) for row in told(tally)] == [("甲校", False), ("乙校", True)]


def test_counts_by_rung_and_what_is_pasted_elsewhere() -> None:
    tally = Tally(3)
    tally.put(PUPIL, P_AT, {FROM_LOG: np.array([3, 0, 1]), MISSING: np.array([0, 0, 2])})
    tally.given(PUPIL, P_AT, np.array([True, True, False]), "学校数据")
    tally.given(PUPIL, P_AT, np.array([True, True, True]), "班级数据")
    label = ROLES[PUPIL].label
    assert told(tally, short=(True, True, True)) == [
        ["甲校", label, P_NAME, 3.0, 3.0, 0.0, 3.0, 0.0, 0.0, "", "学校数据已给出，不由此推算"],
        ["丙校", label, P_NAME, 3.0, 1.0, 0.0, 1.0, 0.0, 2.0, "", "班级数据已给出，不由此推算"],
    ]


MISSED, ZEROS, READ = {MISSING: 1}, {COVERED: 2, FROM_LOG: 1}, {BY_READING: 1, PASTED: 1}
FULL = log_of()
SHORT = "教师数据的人数少于教师总数"
SAID: list[tuple[str, dict[int, int], Log, Rules, bool]] = [
    ("没有行为明细", MISSED, no_log(3, 0, RULES), RULES, False),
    ("行为明细里这所学校的账号不在教师数据里", MISSED, log_of(known=np.array([False, True, True])), RULES, False),
    ("没有账号，对不上行为明细", MISSED, log_of(known=np.array([True, False, False])), RULES, False),
    (f"行为明细没有这所学校的{ROLES[TEACHER].label}", MISSED, log_of(at_school=one_row(FULL.at_school, (TEACHER, 0), value=False)), RULES, False),
    ("行为明细里谁都没有这种行为", MISSED, log_of(anywhere=one_row(FULL.anywhere, (T_AT,), value=False)), RULES, False),
    ("行为明细是部分记录，没有记录不算0次", MISSED, FULL, rules_of("partial"), False),
    ("没有账号，对不上行为明细", MISSED, FULL, RULES, False),
    ("行为明细没有记录的按0次", ZEROS, FULL, RULES, False),
    ("空白按0次（口径）", READ, FULL, rules_of("partial", "zero"), False),
    (f"行为明细没有记录的按0次；空白按0次（口径）；{SHORT}", ZEROS | READ, FULL, RULES, True),
    ("", {PASTED: 3}, FULL, RULES, False),
    (SHORT, {PASTED: 3}, FULL, RULES, True),
]  # fmt: skip


@pytest.mark.parametrize("line", range(len(SAID)))
def test_why_something_is_missing_or_nought(line: int) -> None:
    said, counts, log, rules, short = SAID[line]
    tally = Tally(3)
    tally.put(TEACHER, T_AT, {rung: np.array([n, 0, 0]) for rung, n in counts.items()})
    [row] = told(tally, log, rules, (short, False, False))
    assert row[10] == said
    assert row[3:9] == [
        sum(counts.values()), sum(counts.values()) - counts.get(MISSING, 0), counts.get(PASTED, 0), counts.get(FROM_LOG, 0),
        counts.get(COVERED, 0) + counts.get(BY_READING, 0), counts.get(MISSING, 0),
    ]  # fmt: skip


def test_pupils_are_not_told_that_teachers_are_few() -> None:
    tally = Tally(3)
    tally.put(PUPIL, P_AT, {PASTED: np.array([1, 0, 0])})
    assert told(tally, short=(True, True, True))[0][10] == ""


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [(NOT_FOUND, NOT_FOUND, ""), (0, 0, "2020-12"), (2, 2, "2021-02"), (0, 3, "2020-12至2021-03")],
)
def test_between_which_months_the_log_tells(first: int, last: int, months: str) -> None:
    tally = Tally(3)
    tally.put(TEACHER, T_AT, {PASTED: np.array([0, 1, 0])})
    log = log_of(
        first=one_row(FULL.first, (TEACHER, 1), value=first),
        last=one_row(FULL.last, (TEACHER, 1), value=last),
    )
    assert told(tally, log)[0][9] == months
