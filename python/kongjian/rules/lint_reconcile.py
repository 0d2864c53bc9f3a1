"""Checks of rules/reconcile.yaml: its bounds, its sentences and what may stand in their braces."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from math import isfinite

from kongjian.rules.lint_common import Files, cited, template_faults, twice

_FILLED: dict[str, tuple[str, ...]] = {
    "all_equal": ("count",),
    "summary": ("given", "differing", "causes"),
    "summary_all": ("text", "count", "reading", "value"),
    "summary_most": ("text", "count", "reading", "value"),
    "located": ("parts",),
    "part": ("indicator", "difference"),
    "parts_only": ("parts",),
    "parts_differ": ("sum", "score"),
    "and_more": ("names", "count"),
    "uncapped": ("figures", "score"),
    "uncapped_school": ("score",),
    "capped": ("figures", "score"),
    "capped_school": ("score",),
    "figure": ("behaviour", "given", "counted"),
    "month_mean": ("count",),
    "month_mean_short": ("count", "months"),
    "month_zero": ("count", "months"),
    "month_one": ("months",),
    "reading": ("reading", "value", "score"),
    "reading_more": ("text", "count"),
    "missing": ("indicators", "points"),
    "few": ("measures", "count"),
    "rounded_parts": ("words", "score"),
    "rounded": ("words", "score"),
}
"""What the program gives each sentence; the others stand as they are."""


def reconcile(files: Files) -> Iterator[str]:
    rules = files.reconcile
    yield from cited("reconcile.yaml", rules.source, rules.sentence, files)
    for key, value in (("same_within", rules.same_within), ("rounding.at_most", rules.rounding.at_most)):
        if not (isfinite(value) and value > 0):
            yield f"reconcile.yaml {key}：{value:g}不是大于0的数"
    for key, number in (("most_named", rules.most_named), ("few_teachers", rules.few_teachers)):
        if number < 1:
            yield f"reconcile.yaml {key}：{number}小于1"
    for step in rules.rounding.steps:
        if not 0 <= step.decimals <= 2:
            yield f"reconcile.yaml rounding.steps：{step.decimals}位小数不在0到2位之间"
    yield from twice("reconcile.yaml rounding.steps", (str(s.decimals) for s in rules.rounding.steps))
    yield from twice("reconcile.yaml labels", dataclasses.asdict(rules.labels).values())
    for key, text in dataclasses.asdict(rules.texts).items():
        # a sentence that is given nothing may hold no braces at all
        yield from template_faults(f"reconcile.yaml texts.{key}", text, _FILLED.get(key, ("",)))
