"""Checks of the two files that say who is among the winners: conditions and awards."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from kongjian.rules import model
from kongjian.rules.ladders import following_faults, ladder_faults
from kongjian.rules.lint.common import Files, cited, template_faults, twice
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import BY_CONDITIONS


def conditions(files: Files) -> Iterator[str]:
    readings = {r.id: [v.id for v in r.values] for r in files.readings.readings}
    for key in ("id", "label"):
        yield from twice(f"eligibility.yaml {key}", (getattr(c, key) for c in files.eligibility.conditions))
    for condition in files.eligibility.conditions:
        where = f"eligibility.yaml “{condition.id}”"
        yield from cited(where, condition.source, condition.sentence, files)
        yield from template_faults(f"{where} reason", condition.reason, ("value", "at_least"))
        for reading_id, value_id in condition.when.items():
            if reading_id not in readings:
                yield f"{where} when：没有口径“{reading_id}”；可用：{'、'.join(readings)}"
            elif value_id not in readings[reading_id]:
                known = "、".join(readings[reading_id])
                yield f"{where} when：口径“{reading_id}”没有取值“{value_id}”；可用：{known}"
        columns = files.columns(f"{condition.object}s")
        for name in (*condition.columns, *condition.opened, *condition.total):
            if name not in columns:
                yield f"{where}：{OBJECT_LABELS[condition.object]}数据没有“{name}”列"
        if condition.kind == "veto":
            yield f"{where} kind：一票否决写成指标（school.yaml、teacher.yaml 里 kind: veto）"
        yield from _condition_shape(where, condition)
    for option in BY_CONDITIONS:
        yield from _conditions_for_all(option.reading_id, readings.get(option.reading_id, []), files)


def _conditions_for_all(reading_id: str, value_ids: list[str], files: Files) -> Iterator[str]:
    """No value of a reading that only conditions carry out may leave an object without them."""
    named = [(c.object, c.when[reading_id]) for c in files.eligibility.conditions if reading_id in c.when]
    for kind, label in OBJECT_LABELS.items():
        if not named or kind in dict(named):
            for value_id in value_ids:
                if (kind, value_id) not in named:
                    yield f"eligibility.yaml when：口径“{reading_id}”取“{value_id}”时，{label}没有条件"


def _condition_shape(where: str, condition: model.Condition) -> Iterator[str]:
    if (condition.kind == "rate") != bool(condition.accounts):
        yield f"{where} accounts：rate 要写开通的是什么，其他种类不用"
    if condition.kind == "yes_no":
        if len(condition.columns) != 1:
            yield f"{where} columns：yes_no 要有一列，现有{len(condition.columns)}列"
        return
    if not (isfinite(condition.at_least) and condition.at_least > 0):
        yield f"{where} at_least：{condition.at_least:g}不是大于0的数"
    else:
        yield from _unprintable(where, condition)
    if condition.kind == "rate" and (
        not condition.opened or len(condition.opened) != len(condition.total) or condition.at_least > 1
    ):
        yield f"{where}：rate 的 opened 与 total 要一一对应，at_least 不大于1"


def _unprintable(where: str, condition: model.Condition) -> Iterator[str]:
    """A bound with more decimals than the sheets print would read as another."""
    rate = condition.kind == "rate"
    steps = condition.at_least * (1000 if rate else 100)
    if abs(steps - round(steps)) > 1e-9 * max(1.0, steps):
        said, most = ("百分数", "一") if rate else ("分数", "两")
        shown = f"{condition.at_least * 100:.10g}%" if rate else f"{condition.at_least:.10g}"
        yield f"{where} at_least：{shown}写不全，{said}的界线最多{most}位小数"


def awards(files: Files) -> Iterator[str]:
    """Awards to the units themselves form one ladder per object; administrators' go with a step of it.

    Two awards of one ladder must not share a rank, or a unit would hold two titles of one kind; the
    administrators of the same schools may well hold several.
    """
    given = files.awards.awards
    yield from twice("awards.yaml name", (a.name for a in given))
    for award in given:
        where = f"awards.yaml “{award.name}”"
        yield from cited(where, award.source, award.sentence, files)
        if not award.granted_by:
            yield f"{where}：没有 granted_by（授予单位）"
        elif award.granted_by not in files.text:
            yield f"{where} granted_by：方案原文里没有授予单位“{award.granted_by}”"
        yield from _award_places(where, award, files)
    for kind in OBJECT_LABELS:
        for name, fault in ladder_faults(given, kind):
            yield f"awards.yaml “{name}” first：{fault}"
        for name, fault in following_faults(given, kind):
            yield f"awards.yaml “{name}”：{fault}"


def _award_places(where: str, award: model.Award, files: Files) -> Iterator[str]:
    """By ranks or by a share, each as it can be printed; the groups and the least score are possible."""
    if not award.share and not 1 <= award.first <= award.last:
        yield f"{where}：名次{award.first}至{award.last}不成区间"
    if award.share:
        if award.first or award.last:
            yield f"{where} share：按占比评的奖项不写 first、last，名次接在前一个奖项后面"
        if not 0 < award.share <= 1:
            yield f"{where} share：{award.share:g}不是大于0、不大于1的数"
        elif abs(award.share * 1000 - round(award.share * 1000)) > 1e-6:
            yield f"{where} share：{award.share * 100:.10g}%写不全，占比的百分数最多一位小数"
    sheet, columns = f"{OBJECT_LABELS[award.object]}数据", files.columns(f"{award.object}s")
    if award.group and award.group not in columns:
        yield f"{where} group：{sheet}没有“{award.group}”列"
    elif award.group and columns[award.group].kind not in ("text", "choice"):
        yield f"{where} group：分组列的 kind 应为 text 或 choice，“{award.group}”是 {columns[award.group].kind}"
    most = next(s.most for _, s in files.objects if s.object == award.object)
    if award.least and not 0 < award.least <= most:
        yield f"{where} least：最低分{award.least:g}应大于0、不大于{most:g}"
    elif abs(award.least * 100 - round(award.least * 100)) > 1e-6:
        yield f"{where} least：{award.least:.10g}写不全，分数最多两位小数"
