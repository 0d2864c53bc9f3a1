"""得分说明: where every point of every school and of the leading teachers comes from, row by row (附件1, 附件2)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kongjian.engine.calculate import Outcome, Results
from kongjian.engine.explain import explain
from kongjian.engine.frame import Frame, Ints, texts
from kongjian.engine.measures import FROM_EVENTS, SOURCE
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.row import compile_row
from kongjian.engine.scoring import HOMEROOM
from kongjian.rules.model import Indicator, Rules

COLUMNS = (
    "类别", "学校名称", "教师姓名", "账号", "指标", "条款", "取值", "来源", "规则", "分值", "得分", "扣分", "还差",
)  # fmt: skip
PERCENT = ("share", "rate")
"""The kinds of columns whose values are read as per cent."""
GIVEN, EVENTS, MISSING_VALUE, NOT_OWED = "粘贴的数", "行为明细统计", "缺", "不是班主任"
_NUMBERS = ("分值", "得分", "扣分")


def explanations(
    results: Results, rules: Rules, schools: Ints | None = None, teachers: Ints | None = None
) -> Frame:
    """One row per unit and indicator; the units by rank, those without a rank last.

    `schools`, `teachers` are positions in the input; by default every school and the teachers to `explained_ranks`.
    取值 is a number, 是/否, or "" for a blank; 得分 is NaN where the measure is missing.
    """
    chosen = {
        "school": by_rank(results.school) if schools is None else schools,
        "teacher": _leading(results.teacher, rules) if teachers is None else teachers,
    }
    lines = [
        line for kind, at in chosen.items() for i in at.tolist() for line in _unit(results, rules, kind, i)
    ]
    columns = zip(*lines, strict=True) if lines else ([] for _ in COLUMNS)
    return Frame(
        {
            name: np.array(values, dtype=np.float64) if name in _NUMBERS else texts(values)
            for name, values in zip(COLUMNS, columns, strict=True)
        }
    )


def by_rank(outcome: Outcome) -> Ints:
    """Every unit's position, the ranked ones first and in their order."""
    return np.concatenate([outcome.order, np.flatnonzero(outcome.standing.rank == UNRANKED)])


def _leading(outcome: Outcome, rules: Rules) -> Ints:
    return outcome.order[outcome.standing.rank[outcome.order] <= rules.evidence.explained_ranks]


def unit_values(results: Results, rules: Rules, kind: str, at: int) -> list[float]:
    """One unit's measures as a row scorer wants them."""
    units = results.of(kind).units
    return [float(units[c][at]) for c in compile_row(rules.object(kind), rules).columns]


def _unit(results: Results, rules: Rules, kind: str, at: int) -> Iterator[tuple[str | float, ...]]:
    units, scheme = results.of(kind).units, rules.object(kind)
    scorer = compile_row(scheme, rules)
    values = unit_values(results, rules, kind, at)
    other = scorer.columns[-1] == HOMEROOM and values[-1] != 1
    names = [scheme.label, *(units[c][at] if c in units else "" for c in COLUMNS[1:4])]
    lines = explain(scheme, rules, scorer, values)
    for indicator, line in zip(scheme.indicators, lines, strict=True):
        _, value, rule, points, scored, lost, short = line
        said = NOT_OWED if other and indicator.homeroom_only else _source(units, indicator, at, rules)
        wanted = amount(indicator, float(short), kind, rules)
        yield (*names, indicator.name, indicator.clause, value, said, rule, points, scored, lost, wanted)


def _source(units: Frame, indicator: Indicator, at: int, rules: Rules) -> str:
    """Where a measure's value came from, in a few words."""
    column = indicator.column
    if np.isnan(units[column][at]):
        return MISSING_VALUE
    basis = float(units[SOURCE + column][at]) if SOURCE + column in units else 0.0
    if basis == 0:
        return GIVEN
    if basis == FROM_EVENTS:
        return EVENTS
    if any(rate.measure == column for rate in rules.measures.class_rates):
        return f"按{basis:g}个班级推算"
    mean = next(m for m in rules.measures.teacher_means if m.measure == column)
    who = {"teaching": "任课教师", "everyone": "教师", "homeroom": "班主任"}[mean.over]
    how = "平均" if mean.how == "mean" else "中完整评价的比例"
    return f"按{basis:g}名{who}{how}"


def amount(indicator: Indicator, more: float, kind: str, rules: Rules) -> str:
    """An amount of a measure in its own unit, never rounded down; "" for nothing or unknown."""
    if not more > 0:
        return ""
    if indicator.kind == "yes_no":
        return "做到“是”"
    percent = is_percent(indicator, kind, rules)
    number = math.ceil(round(more * (100 if percent else 1), 8) * 100) / 100
    return f"{number:.2f}".rstrip("0").rstrip(".") + ("个百分点" if percent else indicator.unit)


def is_percent(indicator: Indicator, kind: str, rules: Rules) -> bool:
    return rules.table(f"{kind}s").column(indicator.column).kind in PERCENT
