"""The output tables of a calculation, from what it found of each kind of unit."""

from __future__ import annotations

import numpy as np

from kongjian.engine.frame import Floats, Frame, Ints, texts
from kongjian.engine.last_run import Previous, numbered
from kongjian.engine.outcome import NAME_COLUMNS, Outcome, shown_keys
from kongjian.engine.ranking import TIED, UNRANKED
from kongjian.engine.rounding import from_cents
from kongjian.engine.scoring import scores_frame
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.wording import rank_in, shown_for


def score_table(kind: str, o: Outcome) -> Frame:
    return Frame(
        {
            **{c: o.names[c] for c in NAME_COLUMNS[kind]},
            **scores_frame(o.scores),
            "计算得分": o.scores.total,
            "平台得分": from_cents(o.platform),
            "得分": from_cents(o.score_cents),
            "月均得分": from_cents(o.monthly.average),
            "数据完整": texts("是" if c else "否" for c in o.complete),
        }
    )


def eligibility_table(kind: str, o: Outcome) -> Frame:
    blank = texts([""] * o.units.height)
    return Frame(
        {
            "类别": texts([OBJECT_LABELS[kind]] * o.units.height),
            **{c: o.names.get(c, blank) for c in NAME_COLUMNS["teacher"]},
            "是否达标": texts("达标" if e else "未达标" for e in o.eligibility.eligible),
            "未达标原因": o.eligibility.reasons,
        }
    )


NOT_QUALIFIED, NO_SCORE = "未达标", "没有得分"
"""Why a school has no rank."""


def ranking_table(kind: str, o: Outcome, previous: Previous, same_run: bool) -> Frame:
    names = o.names.take(o.order)
    keys, ranks = numbered(shown_keys(kind, names)), o.standing.rank[o.order].astype(np.float64)
    before = (previous.earlier if same_run else previous.ranks).get(kind)
    compared = before or (before is not None and previous.fingerprint and not same_run)
    last: Floats = np.array([(before or {}).get(k, np.nan) for k in keys], dtype=np.float64)
    words = [direction(*pair) if compared else "" for pair in zip(ranks, last, strict=True)]
    return Frame(
        {
            "名次": ranks,
            **{c: names[c] for c in NAME_COLUMNS[kind]},
            "得分": from_cents(o.score_cents[o.order]),
            "月均得分": from_cents(o.monthly.average[o.order]),
            TIED: texts(TIED if t else "" for t in o.standing.tied[o.order]),
            **_group_columns(o, o.order),
            "上次名次": last,
            "变化": texts(words),
        }
    )


def _group_columns(o: Outcome, at: Ints) -> dict[str, np.ndarray]:
    """Each column by which an award is given in groups, and the rank in the group; blank for who has none."""
    out: dict[str, np.ndarray] = {}
    for column, places in o.standing.by_column.items():
        own = places.own[at].astype(np.float64)
        made = {column: o.units[column][at], rank_in(column): np.where(own == UNRANKED, np.nan, own)}
        out |= {name: made[name] for name in shown_for(column)}
    return out


def with_the_others(ranking: Frame, o: Outcome) -> Frame:
    """A ranking of schools, and behind it those without a rank, best first; 变化 says why they have none."""
    others = np.flatnonzero(o.standing.rank == UNRANKED)
    scores = from_cents(o.score_cents)[others]
    order = np.lexsort((o.names["学校名称"][others].astype(str), -np.nan_to_num(scores, nan=-1.0)))
    others, scores = others[order], scores[order]
    none = np.full(len(others), np.nan)
    rows = {
        "名次": none,
        "学校名称": o.names["学校名称"][others],
        "得分": scores,
        "月均得分": from_cents(o.monthly.average[others]),
        TIED: texts([""] * len(others)),
        **_group_columns(o, others),
        "上次名次": none,
        "变化": texts(NO_SCORE if e else NOT_QUALIFIED for e in o.eligibility.eligible[others]),
    }
    return stacked([ranking, Frame(rows)])


def direction(now: float, before: float) -> str:
    """Which way a unit went: 升2, 降1, 新进 for one without an earlier rank (NaN), "" for one that stayed."""
    if before != before:
        return "新进"
    if now == before:
        return ""
    return f"升{before - now:g}" if now < before else f"降{now - before:g}"


def stacked(frames: list[Frame]) -> Frame:
    return (
        Frame({name: np.concatenate([f[name] for f in frames]) for name in frames[0]}) if frames else Frame()
    )
