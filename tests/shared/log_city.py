"""Random cities of a few schools with a log of events, as frames and as plain rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.random import Generator

from kongjian.engine.calculate import calculate
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules import load_rules, resolve
from plain_log import CHIEF, MONTHS, PUPIL, TEACHER

RULES = load_rules()
READINGS = st.fixed_dictionaries(
    {
        "log_coverage": st.sampled_from(["complete", "partial"]),
        "blank_count": st.sampled_from(["missing", "zero"]),
        "student_effective": st.sampled_from(["tallied", "once_a_month"]),
        "class_weight": st.sampled_from(["students", "classes"]),
    }
).map(dict[str, str])
SEEDS = st.integers(0, 2**32 - 1)
NAMES = ["甲校", "乙校", "丙校"]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class City:
    """Rows with None for a blank number; every table as the second reading takes it."""

    schools: Rows
    teachers: Rows
    classes: Rows
    events: Rows

    def results(self, readings: Mapping[str, str]) -> Results:
        tables = {t: frame_of(t, rows) for t, rows in vars(self).items()}
        return calculate(Inputs.of(rules := resolve(RULES, dict(readings)), **tables), rules)


def frame_of(table_id: str, rows: Rows) -> Frame:
    table = RULES.table(table_id)
    out = {}
    for column in table.columns:
        if any(column.name in row for row in rows):
            values = [row.get(column.name) for row in rows]
            if column.kind == "date":
                out[column.name] = np.array(values, dtype="datetime64[D]")
            elif column.is_text:
                out[column.name] = np.array([v or "" for v in values], dtype=object)
            else:
                out[column.name] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return Frame(out)


def random_city(rng: Generator) -> City:
    def number(most: int, blank: float) -> float | None:
        return None if rng.random() < blank else float(rng.integers(0, most))

    schools: Rows = [
        {
            "学校名称": name, "教师总数": number(5, 0.3), "适龄学生数": float(rng.integers(1, 9)),
            **{b: number(2, 0.6) for b in CHIEF}, **{b: number(50, 0.8) for b in TEACHER},
            **{column: number(2, 0.8) for column, _ in PUPIL.values()},
        }
        for name in NAMES
    ]  # fmt: skip
    teachers: Rows = [
        {
            "学校名称": str(rng.choice([*NAMES, "别的学校"])), "教师姓名": f"师{k}", "账号": "" if rng.random() < 0.1 else f"t{k}",
            "任课": float(rng.random() < 0.8), "班主任": float(rng.random() < 0.5),
            **{b: number(2 if b == "学生评价" else 45, 0.7) for b in TEACHER},
        }
        for k in range(int(rng.integers(1, 10)))
    ]  # fmt: skip
    classes: Rows = [
        {
            "学校名称": str(rng.choice(NAMES)), "年级": "三年级", "班级": f"{k}班", "学生数": float(rng.integers(1, 5)),
            **{column: number(2, 0.8) for column, _ in PUPIL.values()},
        }
        for k in range(int(rng.integers(0, 5)))
    ]  # fmt: skip
    events = [random_event(rng, teachers, classes) for _ in range(int(rng.integers(0, 60)))]
    # a log of which most lies outside the period is refused as another year's; one more may lie there
    inside = [e for e in events if is_inside(e)]
    outside = [e for e in events if not is_inside(e)]
    few = {id(e) for e in outside[: max(len(inside) - 1, 0)]}
    return City(schools, teachers, classes, [e for e in events if is_inside(e) or id(e) in few])


def is_inside(event: Mapping[str, Any]) -> bool:
    """Whether an event lies within the period."""
    return str(event["日期"])[:7] in MONTHS


def random_event(rng: Generator, teachers: Rows, classes: Rows) -> dict[str, Any]:
    day = dt.date(2020, 11, 20) + dt.timedelta(int(rng.choice([*range(0, 260, 26), *range(100, 104)])))
    role = str(rng.choice(["教师", "教师", "管理员", "学生", "家长"]))
    event = {
        "日期": day,
        "角色": role,
        "学校名称": str(rng.choice([*NAMES, "别的学校"])),
        "年级": "",
        "班级": "",
    }
    if role == "教师":
        teacher = teachers[int(rng.integers(len(teachers)))]
        account = teacher["账号"] if rng.random() < 0.9 else "t99"
        school = rng.choice([teacher["学校名称"], "", event["学校名称"]], p=[0.7, 0.2, 0.1])
        return {**event, "账号": account, "行为": str(rng.choice(TEACHER[:7])), "学校名称": str(school)}
    if role == "学生":
        pupil = int(rng.integers(8))
        own = classes[pupil % len(classes)] if classes and pupil % 3 else None
        place = {k: own[k] for k in ("学校名称", "年级", "班级")} if own else {"学校名称": NAMES[pupil % 3]}
        return {**event, "账号": f"x{pupil}", "行为": str(rng.choice(list(PUPIL))), **place}
    return {**event, "账号": str(rng.choice(["g1", "g2", ""])), "行为": str(rng.choice(CHIEF[:4]))}
