"""docs/glossary.yaml, the one name of each thing; `python tests/shared/glossary.py` writes docs/glossary.md from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

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


def terms() -> list[Term]:
    given = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["terms"]
    return [Term(**{k: tuple(v) if isinstance(v, list) else v for k, v in t.items()}) for t in given]


def page() -> str:
    lines = [f"| {t.word} | {t.meaning} | {t.english} | {'、'.join(t.instead_of)} |\n" for t in terms()]
    return _HEAD + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
