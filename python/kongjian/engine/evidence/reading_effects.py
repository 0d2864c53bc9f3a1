"""口径影响: what every other value of every reading would change, award by award."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kongjian.engine.evidence.award_changes import NO_CHANGE, NO_DATA, Change, Names, change, counter, said
from kongjian.engine.evidence.other_readings import Other
from kongjian.engine.frame import Frame, texts
from kongjian.engine.outcome import Outcome, Results
from kongjian.rules.ladders import change_columns, ladder
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS


def columns(rules: Rules) -> tuple[str, ...]:
    """The columns of the sheet; those of changes are of the awards to units, the schools' first, by rank."""
    return "口径", "取值", *change_columns(rules.awards).values(), "说明"


def reading_effects(results: Results, rules: Rules, others: Sequence[Other]) -> Frame:
    """One row per reading and value that is not in force (`others`, see other_outcomes), all else as it is; only texts."""
    names = {kind: Names(results.of(kind)) for kind in OBJECT_LABELS}
    lines = [_line(o, results, names, rules) for o in others]
    named = columns(rules)
    found = zip(*lines, strict=True) if lines else ([] for _ in named)
    return Frame({name: texts(values) for name, values in zip(named, found, strict=True)})


def _line(other: Other, results: Results, names: Mapping[str, Names], rules: Rules) -> tuple[str, ...]:
    after = other.outcomes
    changes = [
        change(a, results.of(kind), after[kind]) for kind in OBJECT_LABELS for a in ladder(rules.awards, kind)
    ]
    shown = [said(c, names[c.award.object], rules) for c in changes]
    told = (
        _meaning(other, rules),
        *(_counts(kind, results.of(kind), after[kind], rules) for kind in OBJECT_LABELS),
        *_awards_stay(changes, results),
        *_administrators(changes, rules),
    )
    return other.reading.label, other.value.label, *shown, "。".join(told)


def _meaning(other: Other, rules: Rules) -> str:
    """What is in force, and what this value means, in the rules' own words."""
    now = rules.taken(other.reading)
    return f"现用“{now.label}”：{now.text}。改为“{other.value.label}”：{other.value.text}"


def _counts(kind: str, before: Outcome, after: Outcome, rules: Rules) -> str:
    """How many units score, qualify or rank otherwise."""
    label, word = OBJECT_LABELS[kind], counter(kind, rules)
    if not before.units.height:
        return f"{label}：{NO_DATA}"
    now, then = before.eligibility.eligible, after.eligibility.eligible
    counted = (
        ("新达标", then & ~now),
        ("不再达标", now & ~then),
        ("得分变了", before.score_cents != after.score_cents),
        ("名次变了", before.standing.rank != after.standing.rank),
    )
    parts = [f"{np.count_nonzero(which)}{word}{what}" for what, which in counted if which.any()]
    return f"{label}：{'、'.join(parts) or NO_CHANGE}"


def _awards_stay(changes: list[Change], results: Results) -> list[str]:
    """Said where nobody gains or loses an award, if there is anybody."""
    anybody = any(results.of(kind).units.height for kind in OBJECT_LABELS)
    return ["获奖名单不变"] if anybody and not any(c.holders_change for c in changes) else []


def _administrators(changes: list[Change], rules: Rules) -> list[str]:
    """The awards that go with a unit's: whoever runs the schools' spaces gains or loses them with the school."""
    places = {c.award.places for c in changes if c.holders_change}
    following = [a.name for a in rules.awards if a.to_person and a.places in places]
    return [f"{'、'.join(following)}随学校变化"] if following else []
