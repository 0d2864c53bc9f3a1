"""Worksheet functions in Python, without Excel: one call against the bare rule, one array call against many calls."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import scoring
from kongjian.rules import load_rules
from kongjian.workbook.functions import worksheet
from measure import ROUNDS, Row, compare, in_turn

TEACHERS = 5_000
CALLS = 5_000
MOST_SECONDS = 100e-6
_EDGE = 1e-9
_YES_NO = {
    "组织机构": 5, "应用考核": 5, "应用推进": 5, "学籍管理": 2, "部门管理": 2, "家长管理": 2,
    "教职工管理": 2, "教师管理": 2, "教材管理": 2, "课程管理": 3,
}  # fmt: skip
_DEDUCT = {
    "制作课件": (4, 5), "在线撰写教案": (10, 40), "在线授课": (10, 40), "网络教研": (4, 4),
    "作业管理": (5, 1), "成绩管理": (2, 2), "通知公告": (1, 1), "活动发布": (1, 1),
}  # fmt: skip
_THRESHOLD = {"学生评价": (2, 1), "参与活动": (1, 1)}
_BANDS = {
    "课程学习完成率": ((0.8, 10), (0.6, 8), (0.4, 5)),
    "作业完成率": ((0.8, 20), (0.6, 15), (0.4, 10)),
}


def bare_school(names: list[str]) -> Callable[[list[Any]], float]:
    """The 22 rules of 附件1 written out once more, over a row of clean cells: 是/否 and numbers."""
    at = {name: k for k, name in enumerate(names)}
    yes = [(at[n], float(p)) for n, p in _YES_NO.items()]
    deduct = [(at[n], float(p), float(t)) for n, (p, t) in _DEDUCT.items()]
    enough = [(at[n], float(p), t - _EDGE) for n, (p, t) in _THRESHOLD.items()]
    bands = [(at[n], [(b - _EDGE, float(p)) for b, p in steps]) for n, steps in _BANDS.items()]

    def total(row: list[Any]) -> float:
        out = 0.0
        for k, points in yes:
            out += points if row[k] == "是" else 0.0
        for k, points, target in deduct:
            short = target - row[k]
            out += points if short <= 0 else max(points - short, 0.0)
        for k, points, bound in enough:
            out += points if row[k] >= bound else 0.0
        for k, steps in bands:
            for bound, points in steps:
                if row[k] >= bound:
                    out += points
                    break
        return math.floor(out * 100 + 0.5 + 1e-7) / 100

    return total


def school_row(names: list[str]) -> list[Any]:
    given = {**dict.fromkeys(_YES_NO, "是"), **{n: t * 0.93 for n, (_, t) in _DEDUCT.items()}}
    given |= {"组织机构": "否", "学生评价": 0.97, "参与活动": 1.2, "课程学习完成率": 0.65, "作业完成率": 0.9}
    return [given.get(name, "") for name in names]


def teacher_rows(names: list[str]) -> list[list[Any]]:
    frame = scoring.teachers(TEACHERS)
    columns = [frame[n].tolist() if n in frame else [""] * TEACHERS for n in names]
    home = names.index("班主任")
    columns[home] = ["是" if v else "否" for v in columns[home]]
    return [[0.0 if v != v else v for v in line] for line in zip(*columns, strict=True)]


def measure() -> list[Row]:
    return [*_one_row(), *_many_rows(), *_conversion()]


def _one_row() -> list[Row]:
    names = load_rules().table("schools").names
    row, bare = school_row(names), bare_school(names)
    assert worksheet.SCHOOL_SCORE(row) == bare(row), "the two do not score alike"

    def ours() -> None:
        for _ in range(CALLS):
            worksheet.SCHOOL_SCORE(row)

    def by_hand() -> None:
        for _ in range(CALLS):
            bare(row)

    mine, hand = (t.scaled(1 / CALLS) for t in in_turn(ours, by_hand))
    by_rule = compare("SCHOOL_SCORE一次", mine, "手写规则", hand, 20.0)
    limit = Row(
        "SCHOOL_SCORE一次，微秒",
        f"{mine.best * 1e6:.1f}",
        f"{MOST_SECONDS * 1e6:.0f}",
        f"{mine.best / MOST_SECONDS:.2f}",
        1.0,
        mine.best <= MOST_SECONDS,
    )
    return [by_rule, limit]


def _many_rows() -> list[Row]:
    rows = teacher_rows(load_rules().table("teachers").names)
    assert [line[-1] for line in worksheet.TEACHER_SCORES(rows)] == [
        worksheet.TEACHER_SCORE(row) for row in rows
    ]
    together, one_by_one = in_turn(
        lambda: worksheet.TEACHER_SCORES(rows), lambda: [worksheet.TEACHER_SCORE(row) for row in rows]
    )
    what = f"TEACHER_SCORES，{TEACHERS:,}行一次"
    return [compare(what, together, f"TEACHER_SCORE {TEACHERS:,}次", one_by_one)]


def _conversion() -> list[Row]:
    """xlwings' own conversion of 5,000 rows there and back, in a process with the key for noncommercial use."""
    done = subprocess.run(
        [sys.executable, __file__],
        env={**os.environ, "XLWINGS_LICENSE_KEY": "noncommercial", "XLWINGS_ON_SERVER": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    with_xlwings, alone = map(float, done.stdout.split())
    what = f"TEACHER_SCORES，{TEACHERS:,}行，连同xlwings转换"
    shown = (f"{with_xlwings * 1000:.0f} ms", f"不转换 {alone * 1000:.0f} ms", f"{with_xlwings / alone:.2f}")
    return [Row(what, *shown)]


def converted() -> None:
    """Prints the smallest seconds of the array function through xlwings' caller and without it."""
    sys.modules["pyodide.ffi"] = None  # type: ignore[assignment]  # xlwings would look for it at every cell
    import xlwings as xw
    from xlwings.pro import custom_functions_call

    rows = teacher_rows(load_rules().table("teachers").names)
    data = {"func_name": "TEACHER_SCORES", "version": xw.__version__, "client": "Office.js", "runtime": "1.4"}

    def through_xlwings() -> None:
        asyncio.run(custom_functions_call({**data, "args": [rows, None, None]}, worksheet))

    times = in_turn(through_xlwings, lambda: worksheet.TEACHER_SCORES(rows), ROUNDS)
    print(*(t.best for t in times))


if __name__ == "__main__":
    converted()
