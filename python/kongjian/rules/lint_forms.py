"""Checks of rules/forms.yaml: what is handed in, by when, and the experts' scale."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from kongjian.rules import model_forms
from kongjian.rules.lint_common import Files, cited, twice, verbatim

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def forms(files: Files) -> Iterator[str]:
    yield from twice("forms.yaml id", (f.id for f in files.forms.forms))
    yield from twice("forms.yaml template", (f.template for f in files.forms.forms))
    for form in files.forms.forms:
        where = f"forms.yaml “{form.id}”"
        yield from cited(where, form.source, form.sentence, files)
        yield from verbatim(f"{where} title", form.title, files)
        yield from _due(where, form.due)
        yield from twice(f"{where} fields", (f.name for f in form.fields))
        for field in form.fields:
            if not _NAME.fullmatch(field.name):
                yield f"{where} fields：“{field.name}”不是英文字母和数字的名称"
            if field.longest < 0 or (field.longest and field.kind != "long_text"):
                yield f"{where} “{field.label}” longest：{field.longest}只能写在 long_text 上，且大于0"
    yield from _review(files.forms.review, files)


def _review(review: model_forms.Review, files: Files) -> Iterator[str]:
    where = "forms.yaml review"
    yield from cited(where, review.source, review.sentence, files)
    yield from _due(where, review.due)
    if review.experts < 1:
        yield f"{where} experts：{review.experts}小于1"
    if review.lowest >= review.highest:
        yield f"{where}：最低分{review.lowest:g}不小于最高分{review.highest:g}"
    if review.drop_extremes_from < 3:
        yield f"{where} drop_extremes_from：{review.drop_extremes_from}小于3，去掉最高最低就没有分数了"


def _due(where: str, due: str) -> Iterator[str]:
    try:
        dt.date.fromisoformat(due)
    except ValueError:
        yield f"{where} due：“{due}”不是 2021-07-31 这样的日期"
