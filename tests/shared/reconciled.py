"""平台核对 of small tables: units with full points but for what is changed, and what is said of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.other_readings import other_outcomes
from kongjian.engine.evidence.reconcile import COLUMNS, SUMMARY, TOTAL, reconcile
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules import Rules
from pasting import SCORED
from pinned_rules import pinned_rules

RULES = pinned_rules()
EACH = dataclasses.replace(RULES, reconcile=dataclasses.replace(RULES.reconcile, listed_each=1_000_000))
"""The rules that list each unit by itself however many have one cause."""
SEEN = RULES.reconcile.texts
UNKNOWN = SEEN.unknown
YES = {c.name: 1.0 for c in RULES.table("schools").columns if c.kind == "yes_no"}
FULL_SCHOOL = {"学校名称": "甲校", **YES, **SCORED, "课程学习完成率": 0.9, "作业完成率": 0.9}
FULL_TEACHER = {"学校名称": "甲校", "教师姓名": "张三", "账号": "a1", "任课": 1.0, "班主任": 1.0, **SCORED}
BLANK = float("nan")
Table = Mapping[str, Any]


def rows_as_table(*rows: Mapping[str, Any]) -> Table:
    return {name: [row.get(name, BLANK) for row in rows] for name in {n for row in rows for n in row}}


def teachers(*changes: Mapping[str, Any]) -> Table:
    rows = [{**FULL_TEACHER, "账号": f"a{i}", **c} for i, c in enumerate(changes, 1)]
    return rows_as_table(*rows)


def schools(*changes: Mapping[str, Any]) -> Table:
    return rows_as_table(*({**FULL_SCHOOL, **c} for c in changes))


def events(*lines: tuple[str, str], account: str = "a1") -> Table:
    """(day, behaviour) of one teacher."""
    return {
        "日期": np.array([d for d, _ in lines], dtype="datetime64[D]"),
        "学校名称": ["甲校"] * len(lines),
        "账号": [account] * len(lines),
        "角色": ["教师"] * len(lines),
        "行为": [b for _, b in lines],
    }


def months(scores: Mapping[str, float], kind: str = "教师", account: str = "a1") -> Table:
    height = len(scores)
    return {
        "类别": [kind] * height,
        "学校名称": ["甲校"] * height,
        "账号": [account if kind == "教师" else ""] * height,
        "月份": list(scores),
        "得分": list(scores.values()),
    }


def reconciled(results: Results, inputs: Inputs, rules: Rules) -> Frame:
    return reconcile(results, inputs, rules, other_outcomes(inputs, results, rules))


def table_of(rules: Rules = RULES, **tables: Table) -> Frame:
    inputs = Inputs.of(rules, **tables)
    frame = reconciled(calculate(inputs, rules), inputs, rules)
    assert tuple(frame) == COLUMNS
    return frame


def lines(frame: Frame) -> list[dict[str, Any]]:
    return [dict(zip(frame, row, strict=True)) for row in zip(*frame.values(), strict=True)]


def units(frame: Frame) -> list[dict[str, Any]]:
    """The rows about units: all but those about a whole kind."""
    return [line for line in lines(frame) if line["指标"] != SUMMARY]


def why(rules: Rules = RULES, **tables: Table) -> str:
    """可能原因 of the only unit that differs."""
    (line,) = units(table_of(rules, **tables))
    assert line["指标"] == TOTAL
    return str(line["可能原因"])


FOUR_COURSEWARE = events(
    ("2021-03-01", "制作课件"), ("2021-03-01", "制作课件"), ("2021-03-02", "制作课件"), ("2021-03-03", "制作课件"),
)  # fmt: skip
