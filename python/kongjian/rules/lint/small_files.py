"""The checks of the small rule files: forms, evidence, importing, reconcile."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from math import isfinite

from kongjian.rules import model_forms
from kongjian.rules.lint.common import Files, below_one, cited, day_faults, template_faults, twice, verbatim
from kongjian.rules.lint.sentences import due_faults

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_FILLED: dict[str, tuple[str, ...]] = {
    "all_equal": ("count",),
    "summary": ("given", "differing", "causes"),
    "summary_all": ("text", "count", "reading", "value"),
    "together": ("text", "count"),
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


def forms(files: Files) -> Iterator[str]:
    yield from twice("forms.yaml id", (f.id for f in files.forms.forms))
    yield from twice("forms.yaml template", (f.template for f in files.forms.forms))
    for form in files.forms.forms:
        where = f"forms.yaml “{form.id}”"
        yield from cited(where, form.source, form.sentence, files)
        yield from verbatim(f"{where} title", form.title, files)
        yield from twice(f"{where} fields", (f.name for f in form.fields))
        for field in form.fields:
            if not _NAME.fullmatch(field.name):
                yield f"{where} fields：“{field.name}”不是英文字母和数字的名称"
            if field.longest < 0 or (field.longest and field.kind != "long_text"):
                yield f"{where} “{field.label}” longest：{field.longest}只能写在 long_text 上，且大于0"
    yield from _review(files.forms.review, files)
    yield from twice("forms.yaml monthly object", (one.object for one in files.forms.monthly))
    for one in files.forms.monthly:
        if one.ranks < 0:
            yield f"forms.yaml monthly “{one.title}” ranks：{one.ranks}小于0"
    yield from _letter(files.forms.letter)


_LETTER_WORDS = dict.fromkeys(
    ("school", "person", "name", "office", "due", "copy", "errors", "warnings", "who", "count", "open"), ""
)


def _letter(letter: model_forms.Letter) -> Iterator[str]:
    for name, text in vars(letter).items():
        if isinstance(text, str):
            try:
                text.format(**_LETTER_WORDS)
            except (KeyError, ValueError, IndexError):
                yield f"forms.yaml letter {name}：大括号里只能写 {'、'.join(_LETTER_WORDS)}"


def _review(review: model_forms.Review, files: Files) -> Iterator[str]:
    where = "forms.yaml review"
    yield from cited(where, review.source, review.sentence, files)
    yield from day_faults(f"{where} due", review.due)
    yield from due_faults(f"{where} due", review.due, review.sentence)
    yield from below_one(where, {"experts": review.experts})
    if review.lowest >= review.highest:
        yield f"{where}：最低分{review.lowest:g}不小于最高分{review.highest:g}"
    if review.drop_extremes_from < 3:
        yield f"{where} drop_extremes_from：{review.drop_extremes_from}小于3，去掉最高最低就没有分数了"


def evidence(files: Files) -> Iterator[str]:
    given, near = files.evidence, files.evidence.near
    last = max((a.last for a in files.awards.awards if a.object == "teacher"), default=1)
    if given.explained_ranks < last:
        yield f"evidence.yaml explained_ranks：{given.explained_ranks}小于最后一个获奖的教师名次{last}"
    named = {key: getattr(given, key) for key in ("named_at_most", "schools_to_show_lines")}
    yield from below_one("evidence.yaml", named | {"near.places": near.places})
    if not 0 < given.month_passed_share <= 1:
        yield f"evidence.yaml month_passed_share：{given.month_passed_share:g}不在0到1之间"
    for key in ("rank_points", "mark_points", "opening_points"):
        if not 0 <= (margin := getattr(near, key)) <= 100:
            yield f"evidence.yaml near.{key}：{margin:g}不在0到100之间"


def importing(files: Files) -> Iterator[str]:
    rule = files.importing
    for key in ("similarity", "damaged_share"):
        if not 0 < getattr(rule, key) <= 1:
            yield f"importing.yaml {key}：{getattr(rule, key):g}不在0到1之间"
    least = {
        key: getattr(rule, key) for key in ("head_from", "damaged_from", "shown_per_kind", "shown_lines")
    }
    yield from below_one("importing.yaml", least | dataclasses.asdict(rule.limits))
    yield from _keys(files)


def _keys(files: Files) -> Iterator[str]:
    tables = {t.id for t in files.tables.tables}
    for table in sorted(tables ^ set(files.importing.keys)):
        known = "没有这张表" if table not in tables else "没有写这张表的 keys"
        yield f"importing.yaml keys “{table}”：{known}"
    for table, keys in files.importing.keys.items():
        columns = files.columns(table)
        for key in keys if table in tables else ():
            yield from twice(f"importing.yaml keys “{table}”", key)
            for name in key:
                if name not in columns:
                    yield f"importing.yaml keys “{table}”：没有“{name}”列"


def reconcile(files: Files) -> Iterator[str]:
    rules = files.reconcile
    yield from cited("reconcile.yaml", rules.source, rules.sentence, files)
    for key, value in (("same_within", rules.same_within), ("rounding.at_most", rules.rounding.at_most)):
        if not (isfinite(value) and value > 0):
            yield f"reconcile.yaml {key}：{value:g}不是大于0的数"
    most = {key: getattr(rules, key) for key in ("most_named", "listed_each", "few_teachers")}
    yield from below_one("reconcile.yaml", most)
    for step in rules.rounding.steps:
        if not 0 <= step.decimals <= 2:
            yield f"reconcile.yaml rounding.steps：{step.decimals}位小数不在0到2位之间"
    yield from twice("reconcile.yaml rounding.steps", (str(s.decimals) for s in rules.rounding.steps))
    yield from twice("reconcile.yaml labels", dataclasses.asdict(rules.labels).values())
    for key, text in dataclasses.asdict(rules.texts).items():
        # a sentence that is given nothing may hold no braces at all
        yield from template_faults(f"reconcile.yaml texts.{key}", text, _FILLED.get(key, ("",)))
