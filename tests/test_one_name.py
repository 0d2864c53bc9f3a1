"""One thing, one name: every text that staff can see, held to docs/glossary.yaml."""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml

from glossary import PAGE, Term, code, given, names, page, terms
from kongjian.entry.cli.main import cli
from where import ROOT

CODE = ROOT / "python" / "kongjian"
RULES = [ROOT / "rules" / "chibi-2020", ROOT / "tests" / "schemes" / "dongling-2031"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
READ_NOT_SAID = {"aliases", "words", "header_forms", "sentence", "behaviour_aliases"}
"""Keys of rule files that hold what others write: names in exports, the scheme's own sentences."""
PATTERN = re.compile(r"\(\?|\[\^|\\[sd]")
Said = tuple[str, str]
"""Where a text stands, and the text."""


def literals(path: Path) -> Iterator[Said]:
    """The Chinese texts of a module, those that are patterns for what others write apart; docstrings are for engineers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, documented) and n.body and isinstance(n.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docs else None
        if isinstance(text, str) and CHINESE.search(text) and not PATTERN.search(text):
            yield f"{path.relative_to(ROOT)}:{node.lineno}", text  # type: ignore[attr-defined]


def of_rules(path: Path, value: Any, key: str = "") -> Iterator[Said]:
    if isinstance(value, str):
        yield f"{path.relative_to(ROOT)} {key}", value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in READ_NOT_SAID:
                yield from of_rules(path, inner, f"{key}/{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from of_rules(path, inner, key)


def of_package(path: Path) -> Iterator[Said]:
    """Every text and every attribute of a workbook: cells, prompts, notes, ribbon, charts, names."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                for element in ElementTree.fromstring(package.read(name)).iter():
                    for text in (element.text or "", *element.attrib.values()):
                        if CHINESE.search(text):
                            yield f"{path.name} {name}", text


def of_help() -> Iterator[Said]:
    for name, command in cli.commands.items():
        options = (p.help or "" for p in command.params if isinstance(p, click.Option))
        yield from ((f"kongjian {name} --help", text) for text in (command.help or "", *options))


def of_lines(paths: Iterable[Path]) -> Iterator[Said]:
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if CHINESE.search(line):
                yield f"{path.relative_to(ROOT)}:{number}", line


@cache
def everything() -> tuple[Said, ...]:
    rules = [p for folder in RULES for p in folder.glob("*.yaml") if p.name != "importing.yaml"]
    shown = [ROOT / "kongjian.xlsm", *(ROOT / "templates").glob("*.xlsx")]
    pages = [ROOT / "docs" / "functions.md", *(CODE / "workbook" / "shipped" / "vba").glob("*.bas")]
    return (
        *(said for path in CODE.rglob("*.py") for said in literals(path)),
        *(said for p in rules for said in of_rules(p, yaml.safe_load(p.read_text(encoding="utf-8")))),
        *(said for path in shown for said in of_package(path)),
        *of_help(),
        *of_lines([ROOT / "README.md", ROOT / "docs" / "使用手册.md", ROOT / "docs" / "一页通.md", *pages]),
    )


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.word)
def test_a_thing_has_one_name(term: Term) -> None:
    wrong = [(where, name, text[:80]) for where, text in everything() for name in term.called_otherwise(text)]
    assert wrong == []


def test_texts_of_every_kind_are_looked_at() -> None:
    """A scan that finds nothing because it looks at nothing would pass."""
    places = {where.split(":")[0].split(" ")[0].split("/")[0] for where, _ in everything()}
    assert {
        "python",
        "rules",
        "tests",
        "docs",
        "README.md",
        "kongjian.xlsm",
        "kongjian",
        "公示名单.xlsx",
    } <= places
    texts = {text for _, text in everything()}
    assert {"重新计算排名", "口径影响"} <= texts
    assert any(
        "没有写明、需要局里定的地方" in text
        for where, text in everything()
        if where.startswith("kongjian.xlsm")
    )
    assert any(where.startswith("kongjian.xlsm customUI") for where, _ in everything())


def test_wrong_names_are_found_and_names_that_only_sound_so_are_not() -> None:
    term = Term("账号", "account", "", ("帐号", "登录.?名"), ("登录域名",))
    assert term.called_otherwise("填帐号或登录的名字，登录域名不用填") == ["帐号", "登录的名"]


def test_a_name_stands_once_and_is_no_other_things_wrong_name() -> None:
    words = [t.word for t in terms()]
    assert len(set(words)) == len(words)
    assert [(t.word, w) for t in terms() for w in words if t.called_otherwise(w)] == []
    wrong = [name for t in terms() for name in t.instead_of]
    assert len(set(wrong)) == len(wrong)


def test_the_page_is_what_the_data_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_table_column_indicator_and_choice_has_an_english_name() -> None:
    assert [name for name in names() if not name[2]] == []
    kinds = {kind for kind, _, _ in names()}
    assert {"输入表", "结果表", "列", "指标", "口径"} <= kinds
    assert [word for word in given()["named"] if word not in {chinese for _, chinese, _ in names()}] == []


def test_every_word_of_the_code_has_its_chinese() -> None:
    """The modules of the engine and the enumerations, in the glossary: no more, no fewer."""
    modules = {p.stem for p in (CODE / "engine").rglob("*.py") if p.stem != "__init__"}
    found = [c for p in CODE.rglob("*.py") for c in re.findall(r"^class (\w+)\((?:StrEnum|IntEnum|Option)\b", p.read_text(encoding="utf-8"), re.M)]  # fmt: skip
    enumerations = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in found}
    assert set(code()) == modules | enumerations - {"row"}  # the rows of a sheet of workings are no term
