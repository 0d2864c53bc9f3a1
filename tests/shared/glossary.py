"""docs/glossary.yaml, the one name of each thing; `python tests/shared/glossary.py` writes docs/glossary.md from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from kongjian.rules import load_rules
from kongjian.rules.ladders import change_columns
from kongjian.rules.model import KIND_LABELS
from kongjian.workbook.layout import output_sheets
from where import ROOT

SOURCE, PAGE = ROOT / "docs" / "glossary.yaml", ROOT / "docs" / "glossary.md"
_HEAD = """# 用语表

同一样东西只用一个名字。这一页由 `docs/glossary.yaml` 生成，改那里。
表名、列名和规则里的选择以工作簿为准；看不懂的字都在这里。

| 用语 | 意思 | 英文 | 不用的叫法 |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Term:
    """One thing: its name, what else it must not be called (regular expressions), what only sounds so."""

    word: str
    english: str
    meaning: str
    instead_of: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def called_otherwise(self, text: str) -> list[str]:
        """The wrong names of this thing in a text."""
        for word in self.but:
            text = text.replace(word, "")
        return [found[0] for name in self.instead_of for found in re.finditer(name, text)]


_NAMED = """
## 表、列、选择的英文名

输入表、结果表、计分方式和口径的英文名是规则和代码里的编号。

| 是什么 | 中文 | 英文 |
|---|---|---|
"""
_CODE = """
## 代码里的词

| 英文 | 中文 |
|---|---|
"""
Name = tuple[str, str, str]
"""What kind of thing it is, what it is called, and its id or English name, "" where the glossary lacks it."""


def given() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


def terms() -> list[Term]:
    return [
        Term(**{k: tuple(v) if isinstance(v, list) else v for k, v in t.items()}) for t in given()["terms"]
    ]


def code() -> dict[str, str]:
    """The words of the code, English to Chinese."""
    return dict(given()["code"])


def names() -> list[Name]:
    """Every table, column, indicator, award, reading and choice with its English name, each thing once."""
    return list(dict.fromkeys(_names()))


def _names() -> Iterator[Name]:
    rules, named = load_rules(), {t.word: t.english for t in terms()} | given()["named"]
    indicators = [i.name for unit in (rules.school, rules.teacher) for i in unit.indicators]
    sheets = output_sheets(rules)
    yield from (("输入表", t.sheet, t.id) for t in rules.tables)
    yield from (("结果表", s.sheet, s.table) for s in sheets)
    yield from (("计分方式", label, kind) for kind, label in KIND_LABELS.items())
    yield from (("指标", name, named.get(name, "")) for name in indicators)
    yield from (("奖项", a.name, named.get(a.name, "")) for a in rules.awards)
    yield from (("口径", r.label, r.id) for r in rules.readings)
    yield from ((f"口径“{r.label}”的取值", v.label, v.id) for r in rules.readings for v in r.values)
    once = {*indicators, *rules.counted_months(), *change_columns(rules.awards).values()}
    columns = [c.name for t in rules.tables for c in t.columns] + [c for s in sheets for c in s.names]
    yield from (("列", c, named.get(c, "")) for c in columns if c not in once)


def page() -> str:
    lines = [f"| {t.word} | {t.meaning} | {t.english} | {'、'.join(t.instead_of)} |\n" for t in terms()]
    named = [f"| {' | '.join(name)} |\n" for name in names()]
    words = [f"| `{english}` | {chinese} |\n" for english, chinese in sorted(code().items())]
    return "".join([_HEAD, *lines, _NAMED, *named, _CODE, *words])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
