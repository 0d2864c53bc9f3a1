"""临界名单: who is tied at a line or near it, on either side, and what would close the distance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kongjian.engine.awards import standing
from kongjian.engine.evidence.near_lines import NearLine, near_bounds, near_least, near_rank
from kongjian.engine.frame import Floats, Frame, Ints, texts
from kongjian.engine.outcome import NAME_COLUMNS, Outcome, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.rules.ladders import ladder
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankMethod

COLUMNS = (
    "类别", "学校名称", "教师姓名", "账号", "界线", "数值", "差距", "竞赛名次", "中国式名次", "说明",
)  # fmt: skip
_METHODS = {RankMethod.COMPETITION: "竞赛名次", RankMethod.DENSE: "中国式名次"}
_NUMBERS = ("数值", "差距", *_METHODS.values())


def near_misses(results: Results, rules: Rules) -> Frame:
    """One row per line and unit near it: schools first, by line (last award ranks, then bounds), highest value first.

    数值 and 差距 are points, for an opening rate per cent; 差距 is negative below the line. Both ranks are NaN
    for who is not ranked. How near is near stands in rules/evidence.yaml.
    """
    parts = [
        _rows(line, results.of(kind), rules)
        for kind in OBJECT_LABELS
        for line in _lines(kind, results, rules)
    ]
    return Frame(
        {name: np.concatenate([p[name] for p in parts]) if parts else _column(name, []) for name in COLUMNS}
    )


def _lines(kind: str, results: Results, rules: Rules) -> Iterator[NearLine]:
    outcome = results.of(kind)
    for award in ladder(rules.awards, kind):
        for name, own, place in outcome.standing.parts(award):
            part = replace(outcome, standing=place)
            if line := near_rank(own, part, rules, name):
                yield line
            if line := near_least(own, part, rules, name):
                yield line
    yield from near_bounds(kind, results, rules)


def _rows(line: NearLine, outcome: Outcome, rules: Rules) -> Frame:
    order = _by_value(line, outcome)
    at = line.at[order]
    names, blank = outcome.names.take(at), [""] * len(at)
    columns = {
        "类别": [OBJECT_LABELS[outcome.kind]] * len(at),
        **{name: names.get(name, blank) for name in NAME_COLUMNS["teacher"]},
        "界线": [line.label] * len(at),
        "数值": line.value[order],
        "差距": line.gap[order],
        **{name: _ranks(outcome, rules, method)[at] for method, name in _METHODS.items()},
        "说明": [line.say(i) for i in at.tolist()],
    }
    return Frame({name: _column(name, values) for name, values in columns.items()})


def _by_value(line: NearLine, outcome: Outcome) -> Ints:
    """The highest value first; equal ones by rank, then by school and name, whatever the order of the input."""
    names, rank = outcome.names.take(line.at), outcome.standing.rank[line.at]
    own = [names[c].astype(str) for c in ("账号", "教师姓名") if c in names]
    last = np.where(rank == UNRANKED, np.iinfo(np.int64).max, rank)
    return np.lexsort((*own, names["学校名称"].astype(str), last, -line.value))


def _ranks(outcome: Outcome, rules: Rules, method: RankMethod) -> Floats:
    """The ranks by one method, all other readings as they are in force; NaN for who is not ranked."""
    chosen = rules.replace(chosen={**rules.chosen, RankMethod.reading_id: method.value})
    rank = standing(outcome.standing.key, outcome.eligibility.eligible, outcome.scores, chosen).rank
    return np.where(rank == UNRANKED, np.nan, rank)


def _column(name: str, values: Floats | list[str]) -> np.ndarray:
    return np.asarray(values, dtype=np.float64) if name in _NUMBERS else texts(values)
