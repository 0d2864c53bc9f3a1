"""An award's line is one in all of a school's copy, also where somebody declines the award or it has a least score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kongjian.engine.declined import Decline
from kongjian.engine.last_run import Previous
from kongjian.engine.matching import school_keys
from kongjian.mailing.by_school import school_copies
from native_engines import run_of
from pinned_rules import pinned_rules

RULES = pinned_rules()
SCHOOLS = {"东校": 99.0, "西校": 95.5, "南校": 91.0, "北校": 88.0, "中校": 85.0}
TEACHERS = {"师甲": 98.0, "师乙": 94.0, "师丙": 90.0, "师丁": 86.0}
LAST = "中校"
UNIT, *OTHERS = (a.name for a in RULES.awards if a.object == "school")
EXPERT, GOOD = (a.name for a in RULES.awards if a.object == "teacher")
BEST_SCHOOL, BEST_TEACHER = (UNIT, school_keys(["东校"])[0]), (EXPERT, "a0")
THREE, BOTH = "前3名的获奖线", "、".join(OTHERS)


def copy_of(folder: Path, declined: list[tuple[str, str]], least: Mapping[str, float]) -> Any:
    """The copy of the last school; its city has places for 3 schools, 2 teachers and one more."""
    school: dict[str, Any] = {"学校名称": list(SCHOOLS), "平台得分": list(SCHOOLS.values())}
    school |= {c: [1.0] * 5 for c in ("互联网接入", "多媒体教学环境", "管理员实名认证")}
    counts = ("教师总数", "教师开通空间数", "适龄学生数", "学生开通空间数")
    school |= {c: [20.0] * 5 for c in counts} | {"管理员姓名": [f"管{k}" for k in range(5)]}
    teacher = {
        "学校名称": [LAST] * 4,
        "教师姓名": list(TEACHERS),
        "账号": [f"a{k}" for k in range(4)],
        "平台得分": list(TEACHERS.values()),
    }
    ranks = {EXPERT: {"last": 2}, GOOD: {"first": 3, "last": 3}}
    awards = [replace(a, least=least.get(a.name, 0.0), **ranks.get(a.name, {})) for a in RULES.awards]
    evidence = replace(RULES.evidence, schools_to_show_lines=5)
    rules = RULES.replace(awards=tuple(awards), evidence=evidence)
    declines = [Decline(award, "", "", key, "放弃", "放弃") for award, key in declined]
    run = run_of({"schools": school, "teachers": teacher}, rules, Previous(declines=declines))
    [copy] = school_copies(run, folder, schools=[LAST], recalculate=False)
    return openpyxl.load_workbook(copy.path, data_only=True)


# by hand: whoever declines holds no place, so the fourth school (88) and the third teacher (90) move up
CASES: dict[str, tuple[list[tuple[str, str]], dict[str, float], dict[str, float], list[tuple[Any, ...]]]] = {
    "nothing": (
        [], {}, {UNIT: 91.0, OTHERS[0]: 91.0, OTHERS[1]: 91.0, EXPERT: 94.0, GOOD: 90.0},
        [(THREE, 91.0, 6.0, "第3名的得分91.00")],
    ),
    "the first declines": (
        [BEST_SCHOOL, BEST_TEACHER], {},
        {UNIT: 88.0, OTHERS[0]: 91.0, OTHERS[1]: 91.0, EXPERT: 90.0, GOOD: 86.0},
        [
            (f"前3名（{UNIT}）的获奖线", 88.0, 3.0, "递补后第3名的得分88.00"),
            (f"前3名（{BOTH}）的获奖线", 91.0, 6.0, "第3名的得分91.00"),
        ],
    ),
    "a least score above the last rank's": (
        [], {UNIT: 93.0, GOOD: 91.5}, {UNIT: 93.0, OTHERS[0]: 91.0, OTHERS[1]: 91.0, EXPERT: 94.0, GOOD: 91.5},
        [
            (f"前3名（{UNIT}）的获奖线", 93.0, 8.0, "最低分93.00"),
            (f"前3名（{BOTH}）的获奖线", 91.0, 6.0, "第3名的得分91.00"),
        ],
    ),
    "a least score that nobody feels": (
        [], {UNIT: 90.0}, {UNIT: 91.0, OTHERS[0]: 91.0, OTHERS[1]: 91.0, EXPERT: 94.0, GOOD: 90.0},
        [(THREE, 91.0, 6.0, "第3名的得分91.00")],
    ),
    "both": (
        [BEST_SCHOOL], {UNIT: 90.0}, {UNIT: 90.0, OTHERS[0]: 91.0, OTHERS[1]: 91.0, EXPERT: 94.0, GOOD: 90.0},
        [
            (f"前3名（{UNIT}）的获奖线", 90.0, 5.0, "最低分90.00"),
            (f"前3名（{BOTH}）的获奖线", 91.0, 6.0, "第3名的得分91.00"),
        ],
    ),
    "nobody has the least score": (
        [], dict.fromkeys((UNIT, *OTHERS), 99.5),
        {UNIT: 99.5, OTHERS[0]: 99.5, OTHERS[1]: 99.5, EXPERT: 94.0, GOOD: 90.0},
        [(THREE, 99.5, 14.5, "最低分99.50")],
    ),
}  # fmt: skip


def looked_up(book: Any) -> dict[str, float]:
    """What the look-up compares with, by award: the row's number, or the line that its words name."""
    out: dict[str, float] = {}
    for row in book["查询数据"].iter_rows(values_only=True):
        for text, number in pairwise(row):
            if str(text).startswith("第") and "：" in str(text):
                head, *others = text.partition("：")[2].split("；")
                out |= dict.fromkeys(head.split("、"), number)
                for other in others:
                    names, line = other.split("的界线是")
                    out |= dict.fromkeys(names.split("、"), float(line))
    return out


@pytest.mark.parametrize("case", CASES)
def test_a_copy_has_one_line_for_an_award(case: str, tmp_path: Path) -> None:
    declined, least, wanted, position = CASES[case]
    book = copy_of(tmp_path, declined, least)
    note = [row[:3] for row in book["说明"].iter_rows(values_only=True)]
    assert {r[2]: float(r[1]) for r in note if str(r[0]).endswith("名的获奖线")} == wanted
    rows = list(book["本校位置"].iter_rows(values_only=True))
    ours = [(r[0], r[2], r[6], r[7]) for r in rows if str(r[0]).endswith("的获奖线")]
    assert ours[:-2] == position
    assert [r[1] for r in ours[-2:]] == [wanted[EXPERT], wanted[GOOD]]
    assert looked_up(book) == wanted


def test_a_look_up_says_where_awards_of_the_same_places_differ(tmp_path: Path) -> None:
    book = copy_of(tmp_path, [BEST_SCHOOL], {})
    words = [c for row in book["查询数据"].iter_rows(values_only=True) for c in row if UNIT in str(c)]
    assert f"第1–3名：{UNIT}；{BOTH}的界线是91.00" in words
