"""影响: what each finding can still change, worked out by whom and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kongjian.base.grid import Cell
from kongjian.engine.last_run import Previous
from kongjian.intake.problem_list import LEVELS
from kongjian.workbook.run import Run, calculate_grids
from pasting import RULES, table

MONTHS = RULES.period.months()
EFFECTS = ["获奖", "达标", "得分", "无"]
City = dict[str, list[dict[str, Cell]]]
WINNERS, LAST = 50, 59
"""Teachers who win; after them come some who qualify and some who do not."""


def city() -> City:
    """Five schools, of which the last lacks the internet; sixty teachers with fewer and fewer lessons.

    The months of the last five lie far below the line, those of the five before just below it.
    """
    schools = [f"第{k}小学" for k in range(5)]
    people = [(f"师{k:02d}", f"hb{k:02d}", schools[4]) for k in range(LAST + 1)]
    months: list[dict[str, Cell]] = [
        {"类别": "学校", "学校名称": n, "账号": "", "月份": m, "得分": 90.0} for n in schools for m in MONTHS
    ]
    for k, (_, account, school) in enumerate(people):
        score = 40.0 if k > LAST - 5 else 79.0 if k > LAST - 10 else 90.0
        months += [
            {"类别": "教师", "学校名称": school, "账号": account, "月份": m, "得分": score} for m in MONTHS
        ]
    return {
        "schools": [
            {"学校名称": n, "通知公告": 1 - k / 10, "互联网接入": "否" if k == 4 else "是"}
            for k, n in enumerate(schools)
        ],
        "teachers": [
            {"学校名称": s, "教师姓名": n, "账号": a, "在线授课": 40.0 - k / 4}
            for k, (n, a, s) in enumerate(people)
        ],
        "classes": [{"学校名称": n} for n in schools],
        "monthly": months,
        "events": [],
    }


def run(data: City) -> Run:
    return calculate_grids({t: table(t, *rows) for t, rows in data.items()}, RULES, Previous())


def told(data: City) -> list[tuple[str, str, str]]:
    """影响, 工作表 and 内容 of each row but the reasons against awards."""
    found = run(data).problems
    rows = zip(found["影响"], found["工作表"], found["内容"], strict=True)
    return [row for row in rows if "待核实：" not in row[2]]


def month(data: City, who: str, which: str) -> dict[str, Cell]:
    return next(r for r in data["monthly"] if r["账号"] == who and r["月份"] == which)


def teacher(k: int, **cells: Cell) -> Callable[[City], Any]:
    return lambda data: data["teachers"][k].update(cells)


def school(k: int, **cells: Cell) -> Callable[[City], Any]:
    return lambda data: data["schools"][k].update(cells)


def score_of_month(k: int, score: Cell) -> Callable[[City], Any]:
    return lambda data: month(data, f"hb{k:02d}", MONTHS[3]).update(得分=score)


def no_month(k: int) -> Callable[[City], Any]:
    return lambda data: data["monthly"].remove(month(data, f"hb{k:02d}", MONTHS[3]))


# what is wrong → how it is made, what it can change, a piece of the row
CASES: dict[str, tuple[Callable[[City], Any], str, str]] = {
    "a winner's number": (teacher(0, 在线授课="约5"), "获奖", "不是数字"),
    "the number of one behind the awards": (teacher(52, 在线授课="约5"), "得分", "不是数字"),
    "that number beside a platform's total": (teacher(52, 在线授课="约5", 平台得分=88.0), "无", "不是数字"),
    "a platform's total": (teacher(52, 平台得分=101.0), "得分", "超出0到100"),
    "a winner's months": (no_month(0), "获奖", "月度得分缺"),
    "a month of one just below the line": (no_month(51), "达标", "月度得分缺"),
    "a month of one far below the line": (no_month(58), "得分", "月度得分缺"),
    "a score of one just below the line": (score_of_month(51, 101.0), "达标", "超出0到100"),
    "a score of one far below the line": (score_of_month(58, 101.0), "得分", "超出0到100"),
    "the internet of a school": (school(3, 互联网接入=""), "达标", "互联网接入空白"),
    "the internet of a winner": (school(0, 互联网接入=""), "达标", "互联网接入空白"),
    "another condition of one without internet": (school(4, 多媒体教学环境=""), "无", "多媒体教学环境空白"),
    "an indicator of one without internet": (school(4, 组织机构="?"), "得分", "不是“是”或“否”"),
    "the administrator of a winner": (school(0, 管理员姓名=""), "获奖", "管理员姓名空白，获奖名单里会缺姓名"),
    "the administrator of another": (school(4, 管理员姓名=""), "无", "管理员姓名空白，获奖名单里会缺姓名"),
    "an account twice": (lambda d: d["teachers"].append({**d["teachers"][52]}), "得分", "重复，这一行不计"),
    "a winner's account twice": (lambda d: d["teachers"].append({**d["teachers"][0]}), "获奖", "重复，这一行不计"),
    "a row of nobody": (lambda d: d["teachers"].append({"学校名称": "", "账号": "x"}), "达标", "学校名称空白"),
    "classes on which a school's score rests": (
        lambda d: (d["schools"][3].update(作业完成率=""), d["classes"][3].update(作业完成率="三")), "得分", "“三”不是数字",
    ),
    "classes on which a winner's score rests": (
        lambda d: (d["schools"][0].update(作业完成率=""), d["classes"][0].update(作业完成率="三")), "获奖", "“三”不是数字",
    ),
    "classes on which nothing rests": (lambda d: d["classes"][3].update(作业完成率="三"), "无", "“三”不是数字"),
    "a hint": (teacher(0, 在线授课="40"), "无", "按数字40读取"),
    "the log where nothing rests on it": (
        lambda d: d["events"].append({"学校名称": "第3小学", "账号": "hb52", "行为": "打牌"}), "无", "行为“打牌”不认识",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_says_what_a_finding_can_still_change(name: str) -> None:
    change, effect, piece = CASES[name]
    data = city()
    assert not [row for row in told(data) if piece in row[2]]
    change(data)
    assert [row[0] for row in told(data) if piece in row[2]] == [effect]


def test_what_could_still_come_before_a_winner_touches_the_award() -> None:
    """The fifty-first lacks an indicator; with full points he would push the fiftieth out."""
    data = city()
    data["teachers"][50].update(在线授课="", 通知公告=3.0)
    for rows in (data["monthly"],):
        for row in rows:
            if row["账号"] == "hb50":
                row["得分"] = 90.0
    found = run(data)
    listed = list(zip(found.problems["影响"], found.problems["对象"], found.problems["内容"], strict=True))
    assert ("获奖", "第4小学 师49") in [(e, who) for e, who, text in listed if "师50等1个单位" in text]
    assert ("获奖", "第4小学 师50") in [(e, who) for e, who, text in listed if "推算不出" in text]


def test_errors_of_winners_stand_alone_and_those_of_others_are_one_line() -> None:
    data = city()
    for k in (0, 1, 52, 53, 54):
        data["teachers"][k].update(在线授课="约5")
    found = run(data).problems
    rows = zip(found["级别"], found["影响"], found["单元格"], found["对象"], strict=True)
    assert [row for row in rows if row[0] == "错误"] == [
        ("错误", "获奖", "H4", "第4小学 师00"),
        ("错误", "获奖", "H5", "第4小学 师01"),
        ("错误", "得分", "H56:H58", "第4小学 师52 等3行"),
    ]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(sorted(CASES)), min_size=1, max_size=8, unique=True))
def test_what_touches_awards_comes_first_and_hints_last(names: list[str]) -> None:
    data = city()
    for name in names:
        if name not in (
            "a winner's months",
            "a month of one just below the line",
            "a month of one far below the line",
        ):
            CASES[name][0](data)
    found = run(data).problems
    order = [(EFFECTS.index(e), LEVELS.index(v)) for e, v in zip(found["影响"], found["级别"], strict=True)]
    assert order == sorted(order)
    hints = [v == "提示" for v in found["级别"]]
    assert hints == sorted(hints)
