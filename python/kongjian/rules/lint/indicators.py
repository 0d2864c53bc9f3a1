"""Checks of the two indicator files: points, parameters of each kind, bands, clauses, columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite

from kongjian.rules import model
from kongjian.rules.lint.common import Files, twice, verbatim

_CLAUSE = re.compile(r"([^/]+)/([^/]+)/(.+)")


def objects(files: Files) -> Iterator[str]:
    by_reading = _set_by_readings(files)
    for file, scheme in files.objects:
        total = sum(i.points for i in scheme.owed)
        if not abs(total - scheme.points) < 1e-9:
            yield f"{file} points：各指标分值合计{total:g}，应为{scheme.points:g}"
        if scheme.indicators[: len(scheme.owed)] != scheme.owed:
            yield f"{file} indicators：加分（bonus）和一票否决（veto）要写在其他指标后面"
        yield from twice(f"{file} indicators", (i.name for i in scheme.indicators))
        columns = {c.name: c for t in files.tables.tables if t.sheet == scheme.sheet for c in t.columns}
        if not columns:
            yield f"{file} sheet：tables.yaml 里没有工作表“{scheme.sheet}”"
        for indicator in scheme.indicators:
            where = f"{file} “{indicator.name}”"
            yield from _scoring(where, indicator, by_reading)
            yield from _clause(where, indicator, scheme, files)
            if not indicator.unit:
                yield f"{where}：没有 unit"
            column = columns.get(indicator.column)
            if columns and column is None:
                yield f"{where}：“{scheme.sheet}”没有它要的列“{indicator.column}”"
            elif column and indicator.kind == "veto" and column.kind != "yes_no":
                yield f"{where} kind：veto 只用于 yes_no 的列，“{column.name}”是 {column.kind}"
            elif column and indicator.kind == "bands" and column.kind not in ("rate", "share"):
                yield f"{where} kind：bands 只用于 rate、share 的列（分档按百分数写），“{column.name}”是 {column.kind}"


def _scoring(where: str, indicator: model.Indicator, by_reading: dict[str, bool]) -> Iterator[str]:
    """Each kind has exactly the parameters it needs, and they are possible numbers."""
    kind, target = indicator.kind, indicator.target
    if kind == "veto":
        if indicator.points:
            yield f"{where} points：veto（一票否决）不计分，要写 0"
    elif not (isfinite(indicator.points) and indicator.points > 0):
        yield f"{where} points：{indicator.points:g}不是大于0的分值"
    if kind in ("deduct", "threshold"):
        if target is None:
            yield f"{where}：{kind} 要有 target"
        elif target == "by_reading":
            if not by_reading.get(indicator.name):
                yield f"{where} target：readings.yaml 里没有哪个口径在每个取值下都给出它的 target"
        elif not (isfinite(float(target)) and float(target) > 0):
            yield f"{where} target：{target:g}不是大于0的数"
    elif target is not None:
        yield f"{where}：{kind} 不用 target"
    if kind in ("deduct", "bonus") and not (
        indicator.per is not None and isfinite(indicator.per) and indicator.per > 0
    ):
        yield f"{where}：{kind} 要有大于0的 per"
    if kind not in ("deduct", "bonus") and indicator.per is not None:
        yield f"{where}：{kind} 不用 per"
    if kind in model.APART and (indicator.homeroom_only or indicator.none_is_zero):
        yield f"{where}：{kind} 不用 homeroom_only、none_is_zero"
    if kind == "bands":
        yield from _bands(where, indicator)
    elif indicator.bands:
        yield f"{where}：{kind} 不用 bands"


def _bands(where: str, indicator: model.Indicator) -> Iterator[str]:
    """From the highest bound down to 0, points falling all the way.

    A band reaches from its bound up to the bound above it, so a falling list that ends at 0 can have
    neither gap nor overlap.
    """
    bands = indicator.bands
    if not bands:
        yield f"{where}：bands 是空的"
        return
    if not all(isfinite(b.at_least) and isfinite(b.points) for b in bands):
        yield f"{where} bands：界线和分值必须是数"
        return
    for above, below in pairwise(bands):
        if below.at_least == above.at_least:
            yield f"{where} bands：界线{below.at_least:g}重复"
        elif below.at_least > above.at_least:
            yield f"{where} bands：界线{below.at_least:g}写在{above.at_least:g}之后，各档要从高到低，否则重叠"
        if below.points >= above.points:
            yield f"{where} bands：{below.at_least:g}档得{below.points:g}分，不低于上一档的{above.points:g}分"
    if bands[-1].at_least != 0:
        yield f"{where} bands：最低一档从{bands[-1].at_least:g}起，再低的没有分档，要以0结尾"
    if bands[-1].points < 0:
        yield f"{where} bands：最低一档得{bands[-1].points:g}分，不能小于0"
    if bands[0].points != indicator.points:
        yield f"{where} bands：最高一档得{bands[0].points:g}分，应等于分值{indicator.points:g}"


def _clause(
    where: str, indicator: model.Indicator, scheme: model.ObjectScheme, files: Files
) -> Iterator[str]:
    match = _CLAUSE.fullmatch(indicator.clause)
    if match is None:
        yield f"{where} clause：“{indicator.clause}”不是“{scheme.source}/一级指标/二级指标”"
    else:
        annex, category, second = match.groups()
        if annex != scheme.source:
            yield f"{where} clause：{annex}不是本表的{scheme.source}"
        if category != indicator.category:
            yield f"{where} clause：一级指标“{category}”与 category“{indicator.category}”不同"
        if indicator.name not in second.split("/"):
            yield f"{where} clause：二级指标“{second}”里没有“{indicator.name}”"
        for key, title in (("一级指标", category), ("二级指标", second)):
            if title not in files.text:
                yield f"{where} clause：方案原文里没有{key}“{title}”"
    yield from verbatim(where, indicator.sentence, files)


def _set_by_readings(files: Files) -> dict[str, bool]:
    """Indicator → whether some reading sets its target, and in every one of its values."""
    out: dict[str, bool] = {}
    for reading in files.readings.readings:
        for name in {n for v in reading.values for n in v.indicators}:
            out[name] = out.get(name, False) or all(name in v.indicators for v in reading.values)
    return out
