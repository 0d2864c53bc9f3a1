"""得分说明: where every point of every school and of the leading teachers comes from, row by row (附件1, 附件2)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.evidence.explain import explain, unit_values
from kongjian.engine.evidence.pass_mark import total_line, way_to_mark
from kongjian.engine.frame import Frame, Ints, texts
from kongjian.engine.measures import (
    BLANK_ZERO,
    FROM_EVENTS,
    FROM_PUPILS,
    NO_EVENTS,
    basis,
    should_rest_on,
)
from kongjian.engine.outcome import Outcome, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.row_scoring import RowScorer, compile_row
from kongjian.rules.model import Indicator, Rules
from kongjian.rules.roles import Role

COLUMNS = (
    "类别", "学校名称", "教师姓名", "账号", "指标", "条款", "取值", "来源", "规则", "分值", "得分", "扣分", "还差",
)  # fmt: skip
GIVEN, EVENTS, MISSING_VALUE = "粘贴的数", "行为明细统计", "缺"
_SAID = {
    0.0: GIVEN,
    FROM_EVENTS: EVENTS,
    NO_EVENTS: "行为明细没有记录，按0次",
    BLANK_ZERO: "空白，按口径算0次",
}
"""What a value rests on, by the code of its source."""
_NUMBERS = ("分值", "得分", "扣分")


def explanations(
    results: Results, rules: Rules, schools: Ints | None = None, teachers: Ints | None = None
) -> Frame:
    """One row per unit and indicator, and one for the total; the units by rank, those without a rank last.

    `schools`, `teachers` are positions in the input; by default every school and the teachers to `explained_ranks`.
    取值 is a number, 是/否, or "" for a blank; 得分 is NaN where the measure is missing.
    """
    chosen = {
        "school": by_rank(results.school) if schools is None else schools,
        "teacher": _leading(results.teacher, rules) if teachers is None else teachers,
    }
    scorers = {kind: compile_row(rules.object(kind), rules) for kind in chosen}
    lines = [
        line
        for kind, at in chosen.items()
        for i in at.tolist()
        for line in _unit(results, rules, kind, scorers[kind], i)
    ]
    columns = zip(*lines, strict=True) if lines else ([] for _ in COLUMNS)
    return Frame(
        {
            name: np.array(values, dtype=np.float64) if name in _NUMBERS else texts(values)
            for name, values in zip(COLUMNS, columns, strict=True)
        }
    )


def called(results: Results, who: str) -> tuple[Ints, Ints]:
    """The positions of the schools, and of the teachers by name or account, that are called so."""
    names = results.school.names["学校名称"], *(results.teacher.names[c] for c in ("教师姓名", "账号"))
    schools, people, accounts = ({k for k, n in enumerate(c) if fold(n) == fold(who)} for c in names)
    return np.array(sorted(schools), np.int64), np.array(sorted(people | accounts), np.int64)


def by_rank(outcome: Outcome) -> Ints:
    """Every unit's position, the ranked ones first and in their order."""
    return np.concatenate([outcome.order, np.flatnonzero(outcome.standing.rank == UNRANKED)])


def _leading(outcome: Outcome, rules: Rules) -> Ints:
    """The teachers to `explained_ranks`, or as far as an award reaches that staff have changed."""
    own = (a for a in rules.awards if a.object == outcome.kind and a.by_rank)
    lasts = [a.last for a in own if ("award", a.name) in rules.edits]
    last = max([rules.evidence.explained_ranks, *lasts])
    return outcome.order[outcome.standing.rank[outcome.order] <= last]


def _unit(
    results: Results, rules: Rules, kind: str, scorer: RowScorer, at: int
) -> Iterator[tuple[str | float, ...]]:
    of, scheme = results.of(kind), rules.object(kind)
    units = of.units
    values = unit_values(units, scorer, at)
    other = scorer.is_other(values)
    names = [scheme.label, *(of.names[c][at] if c in of.names else "" for c in COLUMNS[1:4])]
    lines = explain(scheme, rules, scorer, values)
    for indicator, (_, value, *rest) in zip(scheme.indicators, lines, strict=True):
        said = (
            f"不是{scorer.homeroom}"
            if other and indicator.homeroom_only
            else source_of(units, indicator, at, rules)
        )
        yield (*names, indicator.name, indicator.clause, value, said, *rest)
    way = way_to_mark(results, rules, kind, at)
    name, value, *rest = total_line(scheme, rules, scorer, values, way)
    yield (*names, name, scheme.source, value, used(results.of(kind), at), *rest)


def used(outcome: Outcome, at: int) -> str:
    """Which score the unit is ranked by, where the two differ: the platform's, or a sum of some of its and some computed."""
    if outcome.score_cents[at] == outcome.scores.cents[at]:
        return ""
    total, adopted = f"{outcome.score_cents[at] / 100:.2f}", outcome.adopted[:, at]
    if adopted.all():
        return f"采用平台得分{total}"
    return f"{int(adopted.sum())}项采用平台得分，其余采用计算得分，合计{total}"


def source_of(units: Frame, indicator: Indicator, at: int, rules: Rules) -> str:
    """Where a measure's value came from, in a few words."""
    column = indicator.column
    if np.isnan(units[column][at]):
        return MISSING_VALUE
    rests_on = basis(units, column, at)
    if rests_on in _SAID:
        return _SAID[rests_on]
    of = should_rest_on(units, column, at)
    if rests_on == FROM_PUPILS:
        return f"按{of:g}名学生的行为明细推算"
    # 3/5名: a mean over some is not a mean over all
    count = f"{rests_on:g}" if rests_on == of else f"{rests_on:g}/{of:g}"
    if any(rate.measure == column for rate in rules.measures.class_rates):
        return f"按{count}个班级推算"
    mean = next(m for m in rules.measures.teacher_means if m.measure == column)
    column_of = rules.table("teachers").name_of
    who = "教师"
    if mean.counted:
        who = column_of(mean.counted) + ("教师" if mean.counted is Role.TEACHING else "")
    how = "平均" if mean.how == "mean" else "中完整评价的比例"
    return f"按{count}名{who}{how}"
