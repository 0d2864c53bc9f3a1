"""What has changed since the last run, line by line, for whoever asks before anything is written."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kongjian.engine.evidence.changes import BECAUSE, STAYED, Changes, name_of
from kongjian.engine.outcome import Results
from kongjian.rules.objects import OBJECT_LABELS

MOST_LINES = 30
_NOTHING = "没有变化"


def change_list(results: Results, changes: Changes, most: int | None = MOST_LINES) -> list[str]:
    """The rules, the data and the ranks that are not as they were, under a heading each.

    No more than `most` lines under a heading, all of them for None.
    """
    if not changes.known:
        return ["这个工作簿还没有计算过，没有上次的结果可以比"]
    if changes.same:
        return [f"{_NOTHING}：数据、口径和规则都与上次计算相同"]
    rules = (
        ["看不出：上次的运行记录里没有写口径"] if changes.rules is None else [c.text for c in changes.rules]
    )
    data = [_NOTHING] if changes.same_data else list(_data(results, changes))
    out = _section("规则", rules, most) + _section("数据", data, most)
    for kind, label in OBJECT_LABELS.items():
        out += _section(f"{label}名次", list(_ranks(results, changes, kind)), most)
    return out


def _section(title: str, lines: list[str], most: int | None) -> list[str]:
    shown = lines if most is None else lines[:most]
    rest = len(lines) - len(shown)
    more = [f"  ……另有{rest}处"] if rest else []
    if len(lines) <= 1 and (not lines or lines == [_NOTHING]):
        return [f"{title}：{_NOTHING}"]
    return [f"{title}：", *(f"  {line}" for line in shown), *more]


def _data(results: Results, changes: Changes) -> Iterator[str]:
    lines = list(_data_lines(results, changes))
    yield from lines or ["有改动（例如姓名、行的次序），但没有改变用来计分的数"]


def _data_lines(results: Results, changes: Changes) -> Iterator[str]:
    for kind, label in OBJECT_LABELS.items():
        units = results.of(kind).units
        yield from (f"新增{label} {name_of(kind, units, i)}" for i in changes.added.get(kind, ()))
        yield from (f"去掉{label} {name}" for name in changes.gone.get(kind, ()))
        for change in sorted(changes.data.get(kind, ()), key=lambda c: c.unit):
            yield f"{change.text}（{name_of(kind, units, change.unit)}）"
    for sheet in changes.touched:
        yield f"“{sheet}”不在了或上次计算以后被改过，看不出那里原来的数"


def _ranks(results: Results, changes: Changes, kind: str) -> Iterator[str]:
    table, o = results.tables[f"{kind.capitalize()}Ranking"], results.of(kind)
    for unit, now, before, words in zip(
        o.order.tolist(), table["名次"], table["上次名次"], table["变化"], strict=True
    ):
        if words.partition(BECAUSE)[0] in ("", STAYED):
            continue
        was = f"第{before:g}名→" if not np.isnan(before) else ""
        yield f"{name_of(kind, o.units, unit)} {was}第{now:g}名，{words}"
    for unit in changes.left.get(kind, ()):
        why = str(o.eligibility.reasons[unit])
        yield f"{name_of(kind, o.units, unit)} 不再有名次" + (f"：{why}" if why else "")
