"""A small invented scheme runs through everything, and nothing that comes out of it holds a word of this city's scheme."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.demo.generate import demo_data
from kongjian.entry.cli.main import cli
from kongjian.rules import load_rules
from kongjian.rules.lint.whole import lint
from kongjian.workbook.functions.worksheet import AWARD, SCHOOL_ELIGIBLE, SCHOOL_SCORE, TEACHER_SCORE
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from package_macros import modules
from rules_texts import rules_text
from scheme_words import words_of
from small_scheme import SMALL, small_rows, small_rules
from workbooks import pasted

MARK = re.compile(r"\{\{[^{}]*\}\}")
"""What a template has filled in; its names are the program's own."""
NOW = dt.datetime(2031, 7, 2, 9, 30)
OURS = load_rules()


def all_text(folder: Path) -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.is_file())


FOREIGN = sorted(w for w in words_of(OURS) if w not in all_text(SMALL))


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """Everything that a file holds as text, part by part."""
    yield "name", path.name
    if path.suffix not in (".xlsx", ".xlsm"):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith("vbaProject.bin"):
                yield name, "\n".join(modules(data).values())
            elif name.endswith((".xlsx", ".bin", ".png")):
                continue
            else:
                yield name, MARK.sub("", data.decode("utf-8"))


def foreign_words(texts: Iterable[tuple[str, str]]) -> list[str]:
    return sorted({f"{where}：{word}" for where, text in texts for word in FOREIGN if word in text})


@dataclass
class World:
    """A folder with the scheme beside its workbook, which has been calculated."""

    folder: Path

    @property
    def book(self) -> Path:
        return self.folder / "东陵.xlsm"

    def run(self, *arguments: str) -> str:
        """What a command prints, which must have gone well."""
        done = CliRunner().invoke(cli, [str(a) for a in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), (arguments, done.exception)
        assert done.exit_code in (0, 1), (arguments, done.output)
        return done.output


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(SMALL, folder / "方案" / SMALL.name)
    own = folder / "own" / "kongjian" / "方案" / SMALL.name
    shutil.copytree(SMALL, own)
    found = World(folder)
    rules = small_rules()
    build(rules, found.book, pasted(rules, small_rows()))
    recalculate(found.book, now=NOW)
    return found


def test_it_is_sound_with_a_case_for_every_indicator() -> None:
    assert lint(SMALL, SMALL / "cases") == []
    assert len(FOREIGN) > 100


def test_its_own_bounds_points_and_awards_decide(world: World) -> None:
    run = check(world.book)
    assert (run.rules.scheme.id, run.rules.folder) == (SMALL.name, world.folder / "方案" / SMALL.name)
    assert not [p for p in run.problems["级别"] if p == "错误"]
    assert run.rules.edits == {}
    eligible = dict(
        zip(run.results.school.names["学校名称"], run.results.school.eligibility.eligible, strict=True)
    )
    # 16 of 20 are 80 %, one has no fibre
    assert [n[2] for n, so in eligible.items() if not so] == ["丁", "戊"]
    assert float(run.results.school.scores.total[0]) == 60
    awards = run.results.tables["Awards"]
    held = {
        a.name: [n for n, x in zip(awards["姓名"], awards["奖项"], strict=True) if x == a.name]
        for a in run.rules.awards
    }
    assert {name: len(who) for name, who in held.items()} == {
        "智慧校园先锋": 2, "智慧校园入围": 2, "智慧校园联络员": 2, "智慧课堂能手": 2, "智慧课堂新秀": 3,
        "智慧课堂之星": 1, "乡镇领航校": 2, "乡镇领航校长": 2,
    }  # fmt: skip
    # a fifth of seven who qualify is one; the best of each town and its head
    assert held["智慧课堂之星"] == ["师巳"]
    assert held["乡镇领航校长"] == ["校长0", "校长2"]
    assert held["智慧校园联络员"] == ["联络0", "联络2"]


def test_the_functions_score_by_its_rules(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(world.folder / "own"))  # functions know of no folder but this
    text, rules = rules_text(grid_of(world.book)), small_rules()
    first = [small_rows()["schools"][0].get(n) for n in rules.table("schools").names]
    assert SCHOOL_SCORE(first, rules=text) == 60
    assert SCHOOL_SCORE(first, item="阅读", rules=text) == 10
    # a bonus on top of the full points, at most its own; a veto keeps from qualifying and scores nothing
    at = rules.table("schools").names.index
    first[at("获奖项数")] = 9
    assert SCHOOL_SCORE(first, rules=text) == 65
    assert SCHOOL_ELIGIBLE(first, None, [50], rules=text) == "达标"
    first[at("安全事故")] = "是"
    assert SCHOOL_ELIGIBLE(first, None, [50], rules=text) == "安全，一票否决"
    assert SCHOOL_SCORE(first, item="安全", rules=text) == 0
    # the second award has a least score, the others of teachers a share
    assert (AWARD("学校", 2, rules=text), AWARD("教师", 5, rules=text)) == ("智慧校园先锋", "智慧课堂新秀")
    for kind, rank in (("学校", 3), ("学校", 9), ("教师", 6)):
        with pytest.raises(KongjianError, match="只凭名次定不了"):
            AWARD(kind, rank, rules=text)
    third = [small_rows()["teachers"][2].get(n) for n in rules.table("teachers").names]
    assert TEACHER_SCORE(third, rules=text) == 58


def grid_of(book: Path) -> Grid:
    with Package(book) as package:
        grid = Reader(package).grid("规则")
    assert grid is not None
    return grid


def test_nothing_that_comes_out_holds_a_word_of_this_city_s_scheme(world: World) -> None:
    said = []
    for command in ("check", "near", "effects", "explain", "reconcile", "coverage", "changes", "selfcheck"):
        said.append((command, world.run(command, str(world.book))))
    said.append(("rules", world.run("rules", "--scheme", str(SMALL))))
    said.append(
        ("demo", world.run("demo", str(world.folder / "示范"), "--scheme", str(SMALL), "--teachers", "1000"))
    )
    templates = world.folder / "方案" / SMALL.name / "templates"
    world.run("build", "--templates", str(templates), "--scheme", str(SMALL))
    empty = world.folder / "空.xlsm"
    world.run("build", str(empty), "--scheme", str(SMALL))
    for arguments in (
        ["forms", "--anyway"],
        ["mail", "--anyway"],
        ["mail", "--values", "--anyway"],
        ["mail", "--by-school"],
        ["mail", "--public", "--anyway"],
    ):
        said.append((" ".join(arguments), world.run(arguments[0], str(world.book), *arguments[1:])))
    said.append(("collect", world.run("collect", str(world.folder / "表格"))))
    made = [
        p
        for p in world.folder.rglob("*")
        if p.is_file() and p.suffix != ".yaml" and "own" not in p.parts and "方案" not in p.parts
    ]
    made += list(templates.iterdir())
    assert len([p for p in made if p.suffix == ".xlsx"]) > 20
    found = foreign_words(said)
    for path in made:
        found += [f"{path.name} {w}" for w in foreign_words(texts_of(path))]
    assert not found, "\n".join(found)


def test_its_demo_is_of_its_own_city_and_calculates(world: World) -> None:
    rules = small_rules()
    data = demo_data(rules, teachers=1000)
    assert {name: len(sheet.rows) for name, sheet in data.items()} == {
        "schools": 40, "teachers": 1000, "classes": 0, "monthly": 1040 * 4, "events": 0,
    }  # fmt: skip
    build(rules, world.folder / "示范.xlsm", data)
    run = check(world.folder / "示范.xlsm")
    assert (run.levels["错误"], run.schools, run.teachers) == (0, 40, 1000)
    assert 10 < run.results.school.eligibility.eligible.sum() < 40
    assert run.results.teacher.scores.total.max() <= 60
