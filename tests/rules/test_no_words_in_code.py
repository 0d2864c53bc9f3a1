"""Python holds none of the scheme's words: each that is left has its reason here, and a reason that is no longer needed fails."""

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
_CITY = "the demo city of a scheme with these columns; any other scheme gets any_scheme's"
ALLOWED: dict[str, tuple[str, set[str]]] = {
    "demo/activity.py": (_CITY, {"任课", "作业完成率", "作业管理", "制作课件", "参与活动", "在线授课", "在线撰写教案", "学生数", "学生评价", "成绩管理", "活动发布", "班主任", "网络教研", "课程学习完成率", "通知公告"}),
    "demo/city.py": (_CITY, {"互联网接入", "多媒体教学环境", "学段", "学生开通空间数", "学生数", "教师开通空间数", "教师总数", "管理员姓名", "管理员实名认证", "适龄学生数"}),
    "demo/dirt.py": (_CITY, {"2021-03", "2021年3月", "互联网接入", "任课", "作业完成率", "作业管理", "制作课件", "参与活动", "在线授课", "在线撰写教案", "学生数", "学生评价", "学籍管理", "完成作业", "家长管理", "应用推进", "应用考核", "成绩管理", "教师开通空间数", "教师总数", "教材管理", "活动发布", "班主任", "管理员姓名", "组织机构", "网络教研", "课程学习", "课程学习完成率", "适龄学生数"}),
    "demo/generate.py": (_CITY, {"作业管理", "制作课件", "在线授课", "在线撰写教案", "网络教研"}),
}  # fmt: skip


MOST = 59
"""So many are left; fewer is better."""


def literals(path: Path) -> Iterator[str]:
    """The texts of a module; its docstrings are for programmers, but for those of functions that Excel shows."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    if path.parent.name == "functions":
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


def test_each_word_that_is_left_in_the_code_has_its_reason() -> None:
    found = {path.relative_to(CODE).as_posix(): held(path) for path in CODE.rglob("*.py")}
    assert {name: words for name, words in found.items() if words} == {
        name: words for name, (_, words) in ALLOWED.items()
    }
    assert sum(len(words) for words in found.values()) <= MOST, "words came back"
