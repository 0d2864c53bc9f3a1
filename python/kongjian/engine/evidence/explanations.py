"""得分说明: where every point of every school and of the leading teachers comes from, row by row (附件1, 附件2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.base.text import fold
from kongjian.engine.evidence.explain import MISSING_VALUE, is_percent, shortfalls, unit_values
from kongjian.engine.evidence.pass_mark import total_line, way_to_mark
from kongjian.engine.frame import Frame, Ints, Texts, texts
from kongjian.engine.measures import (
    BLANK_ZERO,
    FROM_EVENTS,
    FROM_PUPILS,
    NO_EVENTS,
    OF,
    SOURCE,
    basis,
    should_rest_on,
)
from kongjian.engine.outcome import Outcome, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.row_scoring import compile_row
from kongjian.rules.model import APART, Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role
from kongjian.rules.wording import rule_words

COLUMNS = (
    "类别", "学校名称", "教师姓名", "账号", "指标", "条款", "取值", "来源", "规则", "分值", "得分", "扣分", "还差",
)  # fmt: skip
GIVEN, EVENTS = "粘贴的数", "行为明细统计"
_SAID = {
    0.0: GIVEN,
    FROM_EVENTS: EVENTS,
    NO_EVENTS: "行为明细没有记录，按0次",
    BLANK_ZERO: "空白，按口径算0次",
}
"""What a value rests on, by the code of its source."""


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
    parts = [_of_kind(results, rules, kind, at) for kind, at in chosen.items()]
    return Frame({name: np.concatenate([part[name] for part in parts]) for name in COLUMNS})


def percents(rules: Rules) -> set[tuple[str, str]]:
    """类别 and 指标 of the rows whose 取值 is read as per cent."""
    return {
        (label, i.name)
        for kind, label in OBJECT_LABELS.items()
        for i in rules.object(kind).indicators
        if is_percent(i, kind, rules)
    }


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


def _of_kind(results: Results, rules: Rules, kind: str, at: Ints) -> Frame:
    """The rows of the units of one kind at these positions: their indicators, then the total."""
    of, scheme, own = results.of(kind), rules.object(kind), results.of(kind).units.take(at)
    each, scorer, count = scheme.indicators, compile_row(scheme, rules), len(at)
    totals = [
        total_line(
            scheme, rules, scorer, unit_values(of.units, scorer, i), way_to_mark(results, rules, kind, i)
        )
        for i in at.tolist()
    ]
    name, shown, rule, full, got, short, way = zip(*totals, strict=True) if totals else [()] * 7
    told = list(zip(*(measured(own, i, kind, rules) for i in each), strict=True))
    points = of.scores.of_units(at)
    wanting = [
        np.zeros(count) if i.kind in APART else i.points - p for i, p in zip(each, points, strict=True)
    ]

    def alike(values: Iterable[str]) -> list[Texts]:
        return [texts([value] * count) for value in values]

    names = [of.names[c][at] if c in of.names else texts([""] * count) for c in COLUMNS[1:4]]
    columns = [
        *([column] * (len(each) + 1) for column in (texts([scheme.label] * count), *names)),
        [*alike(i.name for i in each), texts(name)],
        alike([*(i.clause for i in each), scheme.source]),
        [*told[0], texts(shown)],
        [*told[1], texts(used(of, i) for i in at.tolist())],
        [*alike(rule_words(i, rules) for i in each), texts(rule)],
        [*(np.full(count, i.points) for i in each), np.array(full)],
        [*points, np.array(got)],
        [*wanting, np.array(short)],
        [*told[2], texts(way)],
    ]
    return Frame({name: woven(column) for name, column in zip(COLUMNS, columns, strict=True)})


def woven(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Columns over the units, one below another for each unit."""
    return np.stack(columns, axis=1).reshape(-1)


def measured(own: Frame, indicator: Indicator, kind: str, rules: Rules) -> tuple[Texts, Texts, Texts]:
    """取值, 来源 and 还差 of one indicator of the units whose measures these are, as `explain` and `source_of` say them of one."""
    values = own[indicator.column]
    shown = values.astype(object)
    if indicator.is_answer:
        shown = np.where(values == 1, "是", "否").astype(object)
    shown[np.isnan(values)] = ""
    said, short = _sources(own, indicator, rules), shortfalls(indicator, values, kind, rules)
    homeroom = rules.table(f"{kind}s").by_role(Role.HOMEROOM)
    if indicator.homeroom_only and homeroom:
        other = own[homeroom.name] != 1
        said, short = np.where(other, f"不是{homeroom.name}", said), np.where(other, "", short)
    return shown, said, short


def _sources(own: Frame, indicator: Indicator, rules: Rules) -> Texts:
    """来源 of a whole column; the same words for all that rest on the same."""
    column, values = indicator.column, own[indicator.column]
    none = np.zeros(len(values))
    rests = own.get(SOURCE + column, none) + 1j * own.get(OF + column, none)
    given = np.flatnonzero(~np.isnan(values))
    _, first, back = np.unique(rests[given], return_index=True, return_inverse=True)
    out = texts([MISSING_VALUE] * len(values))
    out[given] = texts(source_of(own, indicator, int(i), rules) for i in given[first])[back]
    return out


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
