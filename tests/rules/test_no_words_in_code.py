"""Python holds none of the scheme's words, but for those that the specification gives to the sheets of every scheme."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from kongjian.engine.outcome import NAME_COLUMNS
from kongjian.rules import load_rules
from scheme_words import words_of
from where import ROOT

CODE = ROOT / "python" / "kongjian"
# what the sheets of every scheme call their columns (specification of the workbook), and words of any language
OWN = {*NAME_COLUMNS["school"], *NAME_COLUMNS["teacher"], "类别", "得分", "月份", "年级", "班级", "角色", "行为", "日期", "平台得分", "姓名", "专家"}  # fmt: skip
WORDS = sorted(words_of(load_rules()) - OWN, key=len, reverse=True)


def literals(path: Path) -> Iterator[str]:
    """The texts of a module; its docstrings are for programmers, but for those of functions that Excel shows and of commands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    if path.parent.name in ("functions", "cli"):
        statements -= {
            id(n.body[0].value)
            for n in ast.walk(tree)
            if isinstance(n, ast.FunctionDef) and isinstance(n.body[0], ast.Expr)
        }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value


def held(path: Path) -> set[str]:
    found: set[str] = set()
    for text in literals(path):
        for word in WORDS:  # the longest first, so that a part of one is not told twice
            if word in text:
                found.add(word)
                text = text.replace(word, "\0")
    return found


def test_no_word_of_the_scheme_is_left_in_the_code() -> None:
    found = {path.relative_to(CODE).as_posix(): held(path) for path in CODE.rglob("*.py")}
    assert len(found) > 300
    assert {name: words for name, words in found.items() if words} == {}


def test_a_word_in_the_code_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""赤壁市"""\nx = f"{1}的制作课件"\n', encoding="utf-8")
    assert held(tmp_path / "a.py") == {"制作课件"}
