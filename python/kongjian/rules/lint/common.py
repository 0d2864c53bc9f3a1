"""What every check of the rule files needs: the files together, and the faults that any of them can have."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kongjian.base.text import fold
from kongjian.rules import (
    model,
    model_evidence,
    model_forms,
    model_importing,
    model_measures,
    model_scheme,
    model_tables,
)
from kongjian.rules.readings import ReadingsFile

_PLACEHOLDER = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Files:
    """The rule files as they are written, before any reading is applied, and the scheme's text."""

    scheme: model_scheme.SchemeFile
    school: model.ObjectScheme
    teacher: model.ObjectScheme
    readings: ReadingsFile
    eligibility: model.EligibilityFile
    awards: model.AwardsFile
    measures: model_measures.MeasuresFile
    effective: model_measures.EffectiveFile
    tables: model_tables.TablesFile
    problems: model_tables.ProblemsFile
    forms: model_forms.FormsFile
    evidence: model_evidence.EvidenceFile
    reconcile: model_evidence.ReconcileFile
    importing: model_importing.ImportingFile
    text: str

    @property
    def objects(self) -> tuple[tuple[str, model.ObjectScheme], ...]:
        return ("school.yaml", self.school), ("teacher.yaml", self.teacher)

    def columns(self, table_id: str) -> dict[str, model_tables.Column]:
        """The columns of one input table by name; empty when there is no such table."""
        return {c.name: c for t in self.tables.tables if t.id == table_id for c in t.columns}


def cited(where: str, source: str, sentence: str, files: Files) -> Iterator[str]:
    if not source:
        yield f"{where}：没有 source"
    elif source.split("/")[0] not in files.text:
        yield f"{where} source：方案原文里没有“{source.split('/')[0]}”"
    yield from verbatim(where, sentence, files)


def verbatim(where: str, sentence: str, files: Files) -> Iterator[str]:
    if not sentence:
        yield f"{where}：没有 sentence"
    elif sentence not in files.text:
        yield f"{where} sentence：方案原文里没有这句话“{sentence}”"


def day_faults(where: str, day: str) -> Iterator[str]:
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        yield f"{where}：“{day}”不是“年-月-日”那样的日期，如 2031-07-31"


def template_faults(where: str, template: str, allowed: tuple[str, ...] = ()) -> Iterator[str]:
    if not template:
        yield f"{where}：是空的"
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        yield f"{where}：“{template}”里的花括号不成对（{error}）"
        return
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if spec or conversion or not _PLACEHOLDER.fullmatch(name):
            yield f"{where}：“{{{name}}}”不是可以填入的名字"
        elif allowed and name not in allowed:
            yield f"{where}：不认识“{{{name}}}”；可用：{'、'.join(allowed)}"


def below_one(where: str, numbers: Mapping[str, float]) -> Iterator[str]:
    """The keys whose number is below the least that makes sense."""
    for key, number in numbers.items():
        if number < 1:
            yield f"{where} {key}：{number}小于1"


def twice(where: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{where}：“{name}”出现{count}次"


def collisions(where: str, owners: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Two names that read the same once folded, within one owner or between two."""
    first: dict[str, tuple[str, str]] = {}
    for owner, aliases in owners.items():
        for name in (owner, *aliases):
            known = first.setdefault(fold(name), (owner, name))
            if known != (owner, name) or (owner, *aliases).count(name) > 1:
                yield f"{where}：“{owner}”的“{name}”与“{known[0]}”的“{known[1]}”相同"
