"""Checks of rules/importing.yaml: shares within their bounds, limits that let something in, keys that exist."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from kongjian.rules.lint_common import Files, twice


def importing(files: Files) -> Iterator[str]:
    rule = files.importing
    for key in ("similarity", "damaged_share"):
        if not 0 < getattr(rule, key) <= 1:
            yield f"importing.yaml {key}：{getattr(rule, key):g}不在0到1之间"
    least = {
        key: getattr(rule, key) for key in ("head_from", "damaged_from", "shown_per_kind", "shown_lines")
    }
    for key, value in (least | dataclasses.asdict(rule.limits)).items():
        if value < 1:
            yield f"importing.yaml {key}：{value}小于1"
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
