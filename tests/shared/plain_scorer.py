"""A second scorer for one row, written from the scheme's tables in plain Python and exact fractions.

It shares nothing with the engine or the rule files: where the two disagree, one of them misreads the scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Row = Mapping[str, str]
"""Values as decimal text, "" for a blank."""

YES_NO = {
    "组织机构": 5, "应用考核": 5, "应用推进": 5, "学籍管理": 2, "部门管理": 2, "家长管理": 2,
    "教职工管理": 2, "教师管理": 2, "教材管理": 2, "课程管理": 3,
}  # fmt: skip
SCHOOL_DEDUCT = {  # points, target, per
    "制作课件": (4, 5, 1), "在线撰写教案": (10, 40, 1), "在线授课": (10, 40, 1), "网络教研": (4, 4, 1),
    "作业管理": (5, 0, 1), "成绩管理": (2, 2, 1), "通知公告": (1, 1, 1), "活动发布": (1, 1, 1),
}  # fmt: skip
SCHOOL_THRESHOLD = {"学生评价": 2, "参与活动": 1}
SCHOOL_BANDS = {
    "课程学习": ("课程学习完成率", [("0.8", 10), ("0.6", 8), ("0.4", 5)]),
    "完成作业": ("作业完成率", [("0.8", 20), ("0.6", 15), ("0.4", 10)]),
}
TEACHER_DEDUCT = {
    "制作课件": (10, 5, 2), "在线撰写教案": (20, 40, 1), "在线授课": (20, 40, 1), "网络教研": (8, 4, 2),
    "作业管理": (15, 0, 1), "成绩管理": (4, 2, 2),
}  # fmt: skip
TEACHER_THRESHOLD = {"通知公告": 2, "活动发布": 3, "参与活动": 3}
EVALUATION = [("1", 15), ("0.8", 10), ("0.6", 8), ("0.4", 5)]
HOMEWORK_TARGET = {"literal": 1, "none_is_zero": 1, "fifteen": 15}


def score_school(row: Row, readings: Mapping[str, str]) -> tuple[dict[str, Fraction], Decimal]:
    """Each indicator's exact score and the rounded total."""
    out = {name: _at_least(row[name], "1", points) for name, points in YES_NO.items()}
    out |= {name: _deduct(row, name, SCHOOL_DEDUCT, readings) for name in SCHOOL_DEDUCT}
    out |= {name: _at_least(row[name], "1", points) for name, points in SCHOOL_THRESHOLD.items()}
    out |= {name: _banded(row[column], bands) for name, (column, bands) in SCHOOL_BANDS.items()}
    return out, half_up(sum(out.values(), Fraction(0)))


def score_teacher(row: Row, readings: Mapping[str, str]) -> tuple[dict[str, Fraction], Decimal]:
    """Each indicator's exact score and the rounded total; 班主任 is "1" or not."""
    out = {name: _deduct(row, name, TEACHER_DEDUCT, readings) for name in TEACHER_DEDUCT}
    out |= {name: _at_least(row[name], "1", points) for name, points in TEACHER_THRESHOLD.items()}
    total = sum(out.values(), Fraction(0))
    if row["班主任"] == "1":
        out["学生评价"] = _banded(row["学生评价"], EVALUATION)
    else:
        out["学生评价"] = Fraction(15 if readings["non_homeroom"] == "full" else 0)
        if readings["non_homeroom"] == "rescale":
            total *= Fraction(100, 85)
    return out, half_up(total + out["学生评价"])


def half_up(value: Fraction) -> Decimal:
    """Two decimals, half away from zero."""
    cents = abs(value) * 100 + Fraction(1, 2)
    whole = cents.numerator // cents.denominator
    return (Decimal(whole) * (1 if value >= 0 else -1)).scaleb(-2)


def half_up_text(text: str) -> Decimal:
    """The same for a number given as decimal text, by the decimal module."""
    return Decimal(text).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _deduct(
    row: Row, name: str, table: Mapping[str, tuple[int, int, int]], readings: Mapping[str, str]
) -> Fraction:
    points, target, per = table[name]
    if row[name] == "":
        return Fraction(0)
    value = Fraction(row[name])
    if name == "作业管理":
        target = HOMEWORK_TARGET[readings["homework"]]
        if readings["homework"] == "none_is_zero" and value == 0:
            return Fraction(0)
    if value >= target:
        return Fraction(points)
    short = target - value
    if readings["shortfall"] == "whole":
        short = Fraction(short.numerator // short.denominator)
    elif readings["shortfall"] == "started":
        short = Fraction(-(-short.numerator // short.denominator))
    return max(Fraction(0), points - per * short)


def _at_least(text: str, bound: str, points: int) -> Fraction:
    return Fraction(points if text != "" and Fraction(text) >= Fraction(bound) else 0)


def _banded(text: str, bands: list[tuple[str, int]]) -> Fraction:
    if text != "":
        for bound, points in bands:
            if Fraction(text) >= Fraction(bound):
                return Fraction(points)
    return Fraction(0)
