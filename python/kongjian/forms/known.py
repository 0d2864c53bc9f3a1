"""What a run knows that forms show: the scheme, the qualified units in their order, one unit's own data."""

from __future__ import annotations

import datetime as dt

import numpy as np

from kongjian.engine.frame import Ints
from kongjian.engine.outcome import NAME_COLUMNS, Outcome, unit_keys
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import from_cents
from kongjian.forms.template.placeholders import Scalar
from kongjian.rules import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.run import Run

UNIT_NAME = "KongjianUnit"
"""The defined name by which a returned file says whose it is."""


def outcome(run: Run, kind: str) -> Outcome:
    return run.results.of(kind)


def qualified(run: Run, kind: str) -> Ints:
    """Positions of the units that qualify (方案 三、评选奖项), by rank; those without a score last."""
    o = outcome(run, kind)
    ranked = o.order[o.eligibility.eligible[o.order]]
    others = np.flatnonzero(o.eligibility.eligible & (o.standing.rank == UNRANKED))
    return np.concatenate([ranked, others])


def unit_key(run: Run, kind: str, at: int) -> str:
    """What names a unit in a file that comes back: its kind, then the school or the account."""
    return f"{kind}|{unit_keys(kind, outcome(run, kind).names.take(np.array([at])))[0]}"


def scheme_facts(rules: Rules, today: dt.date) -> dict[str, Scalar]:
    """The scheme and the day, for headings and date lines."""
    start, end = (m.split("-") for m in (rules.period.start, rules.period.end))
    return {
        "方案名称": rules.scheme.name,
        "城市": rules.scheme.city,
        "主办单位": rules.scheme.issued_by,
        "受理单位": rules.scheme.handled_by,
        "评选时间": f"{start[0]}年{int(start[1])}月至{end[0]}年{int(end[1])}月",
        "规则版本": rules.version,
        "日期": f"{today.year}年{today.month}月{today.day}日",
    }


def unit_facts(run: Run, kind: str, at: int) -> dict[str, Scalar]:
    """One unit's names, scores, rank and eligibility; scores in points, a rank that it has not is blank."""
    o = outcome(run, kind)
    rank = int(o.standing.rank[at])
    facts: dict[str, Scalar] = {name: o.names[name][at] for name in NAME_COLUMNS[kind]}
    return facts | {
        "类别": OBJECT_LABELS[kind],
        "计算得分": float(o.scores.total[at]),
        "平台得分": float(from_cents(o.platform[at : at + 1])[0]),
        "得分": float(from_cents(o.score_cents)[at]),
        "月均得分": float(from_cents(o.monthly.average)[at]),
        "名次": rank if rank != UNRANKED else None,
        "是否达标": "达标" if o.eligibility.eligible[at] else "未达标",
        "未达标原因": o.eligibility.reasons[at],
        "数据完整": "是" if o.complete[at] else "否",
    }
