"""Checks of awards.yaml: places that leave no rank out, groups, shares and least scores that can be, who grants what."""

from __future__ import annotations

from collections.abc import Iterator

from kongjian.rules import model
from kongjian.rules.ladders import following_faults, ladder_faults
from kongjian.rules.lint.common import Files, cited, twice
from kongjian.rules.objects import OBJECT_LABELS


def awards(files: Files) -> Iterator[str]:
    """Awards to the units themselves form one ladder per object; administrators' go with a step of it.

    Two awards of one ladder must not share a rank, or a unit would hold two titles of one kind; the
    administrators of the same schools may well hold several.
    """
    listed = files.awards.awards
    yield from twice("awards.yaml name", (a.name for a in listed))
    for award in listed:
        where = f"awards.yaml “{award.name}”"
        yield from cited(where, award.source, award.sentence, files)
        if not award.granted_by:
            yield f"{where}：没有 granted_by（授予单位）"
        elif award.granted_by not in files.text:
            yield f"{where} granted_by：方案原文里没有授予单位“{award.granted_by}”"
        yield from _award_places(where, award, files)
    for kind in OBJECT_LABELS:
        for name, fault in ladder_faults(listed, kind):
            yield f"awards.yaml “{name}” first：{fault}"
        for name, fault in following_faults(listed, kind):
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
