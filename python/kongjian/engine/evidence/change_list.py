"""What has changed since the last run, line by line, for whoever asks on the command line."""

from __future__ import annotations

from collections.abc import Iterator

from kongjian.engine.evidence.changes import Changes, name_of
from kongjian.engine.evidence.data_changes import scores
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import ChangeSheet
from kongjian.engine.outcome import Results
from kongjian.rules.objects import OBJECT_LABELS

MOST_LINES = 30
_NOTHING = "没有变化"


def change_list(
    results: Results, changes: Changes, sheet: ChangeSheet, most: int | None = MOST_LINES
) -> list[str]:
    """Before a calculation the rules, the data and the rows that it would write, after one the rows that it wrote.

    No more than `most` lines under a heading, all of them for None.
    """
    if not changes.known:
        return ["这个工作簿还没有计算过，没有上次的结果可以比"]
    rows = [
        _section(f"{label}名次和得分", list(_rows(sheet.rows, kind)), most)
        for kind, label in OBJECT_LABELS.items()
    ]
    if changes.same:
        wrote = [f"上次计算写下的变化：{sheet.subtitle}"] if sheet.subtitle else []
        return [
            f"{_NOTHING}：数据、口径和规则都与上次计算相同",
            *wrote,
            *sum(rows if sheet.rows.height else [], []),
        ]
    rules = (
        ["看不出：上次的运行记录里没有写口径"] if changes.rules is None else [c.text for c in changes.rules]
    )
    data = [_NOTHING] if changes.same_data else list(_data(results, changes))
    return _section("规则", rules, most) + _section("数据", data, most) + sum(rows, [])


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
    for kind, side in changes.sides.items():
        units = results.of(kind).units
        yield from (f"新增{side.label} {name_of(kind, units, i)}" for i in side.added)
        yield from (f"去掉{side.label} {name}" for name in side.gone)
        for change in sorted(side.data, key=lambda c: c.unit):
            yield f"{change.text}（{name_of(kind, units, change.unit)}）"
    for side in changes.sides.values():
        yield from (f"“{sheet}”不在了或上次计算以后被改过，看不出那里原来的数" for sheet in side.touched)


def _rows(table: Frame, kind: str) -> Iterator[str]:
    """The rows of one kind: 赤壁市第一小学 降 第2名→第3名 得分90.00→85.00：学校数据!K4 组织机构是→否."""
    for i in range(table.height):
        if table["类别"][i] != OBJECT_LABELS[kind]:
            continue
        first, then = (float(table[c][i]) for c in ("上次名次", "本次名次"))
        before, now = (float(table[c][i]) for c in ("上次得分", "本次得分"))
        ranks = "→".join(f"第{rank:g}名" for rank in dict.fromkeys((first, then)) if rank == rank)
        was = "原" if ranks and then != then else ""
        score = f"得分{scores(before, now)}" if before != now and (before == before or now == now) else ""
        words = (name_of(kind, table, i), str(table["变化"][i]), was + ranks, score)
        yield f"{' '.join(filter(None, words))}：{table['原因'][i]}"
