"""A small invented scheme runs through everything, and nothing that comes out of it holds a word of this city's scheme."""

from __future__ import annotations

import csv
import datetime as dt
import email
import email.policy
import gzip
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.demo.generate import demo_data
from kongjian.entry.cli.main import cli
from kongjian.rules import load_rules
from kongjian.rules.lint.whole import lint
from kongjian.workbook.functions.worksheet import (
    AWARD,
    SCHOOL_ELIGIBLE,
    SCHOOL_SCORE,
    SCORE_EXPLAIN,
    TEACHER_SCORE,
)
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from package_macros import modules
from remote import press
from rules_texts import rules_text
from scheme_words import words_of
from small_scheme import SMALL, small_rows, small_rules
from vba_host import VbaHost
from workbooks import pasted

MARK = re.compile(r"\{\{[^{}]*\}\}")
"""What a template has filled in; its names are the program's own."""
NOW = dt.datetime(2031, 7, 2, 9, 30)
OURS = load_rules()

Said = tuple[str, str]
"""What was asked for, and what is told."""


def all_text(folder: Path) -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.is_file())


FOREIGN = sorted(w for w in words_of(OURS) if w not in all_text(SMALL))


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """Everything that a file holds as text, part by part."""
    yield "name", path.name
    if path.suffix == ".eml":
        yield from texts_of_mail(path)
    elif path.suffix == ".pdf":
        printed = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True)
        yield path.name, "".join(printed.stdout.decode().split())
    elif path.suffix == ".gz":
        yield path.name, gzip.decompress(path.read_bytes()).decode("utf-8")
    elif path.suffix not in (".xlsx", ".xlsm"):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")
    else:
        yield from texts_of_book(path)


def texts_of_mail(path: Path) -> Iterator[tuple[str, str]]:
    """Headers, body and the names of the files; what is attached is searched as files."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    yield path.name, "\n".join(f"{name}: {value}" for name, value in mail.items())
    for part in mail.walk():
        yield path.name, part.get_filename() or ""
        if part.get_content_maintype() == "text":
            yield path.name, part.get_content()


def texts_of_book(path: IO[bytes] | Path) -> Iterator[tuple[str, str]]:
    """Every part of a workbook."""
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


def others(folder: Path) -> tuple[Path, Path]:
    """A file of the platform's and a log."""
    imported, logged = folder / "教师.csv", folder / "日志.csv"
    for path, rows in (
        (imported, [("学校名称", "教师姓名", "登录名", "培训"), ("湖滨甲校", "师新", "dl9999", 3)]),
        (logged, [("日期", "学校名称", "登录名", "身份", "操作"), ("2031-05-05", "湖滨乙校", "dl0001", "教师", "直播")]),
    ):  # fmt: skip
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    return imported, logged


def tables(folder: Path) -> Path:
    """The input tables as files."""
    made = folder / "表"
    made.mkdir()
    for table in small_rules().tables:
        with (made / f"{table.sheet}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerow(table.names)
            csv.writer(out).writerows([row.get(n) for n in table.names] for row in small_rows()[table.id])
    return made


def test_nothing_that_comes_out_holds_a_word_of_this_city_s_scheme(world: World) -> None:
    templates = world.folder / "方案" / SMALL.name / "templates"
    said = [*said_of_numbers(world), *said_of_schemes(world), *said_of_papers(world, templates)]
    made = [
        p
        for p in world.folder.rglob("*")
        if p.is_file() and "own" not in p.parts and "方案" not in p.parts and p.suffix != ".parquet"
    ]
    made += list(templates.iterdir())
    kinds = Counter(p.suffix for p in made)
    assert kinds[".xlsx"] > 40
    assert all(kinds[k] for k in (".xlsm", ".eml", ".pdf", ".csv", ".txt", ".yaml")), kinds
    found = foreign_words(said)
    for path in made:
        found += [f"{path.name} {w}" for w in foreign_words(texts_of(path))]
    assert not found, "\n".join(found)


def said_of_numbers(world: World) -> list[Said]:
    """What each command and button tells that reads or writes the workbook."""
    said: list[Said] = []
    imported, logged = others(world.folder)
    for command in (
        ["import", "--dry-run", imported], ["import", imported], ["undo-import"], ["import-events", logged],
        ["recalc"], ["check"], ["near"], ["effects"], ["explain"], ["explain", "--who", "湖滨甲校", "--out", world.folder / "说明.pdf"],
        ["reconcile"], ["coverage"], ["changes"], ["robust"], ["selfcheck"], ["restore"],
    ):  # fmt: skip
        name, *more = map(str, command)
        books = [*more, str(world.book)] if name == "import-events" else [str(world.book), *more]
        said.append((name, world.run(name, *books)))
    for entry in ("check_data", "recalculate", "publicity_list", "send_values", "new_scheme"):
        said.append((entry, str(press(entry, world.book, saved=True).said)))
    return said


def said_of_schemes(world: World) -> list[Said]:
    """What is told of the scheme, and by its rules without a workbook."""
    said: list[Said] = []
    out = world.folder / "明年"
    said.append(("new-scheme", world.run("new-scheme", "dongling-2032", "--from", world.book, "-o", out)))
    said.append(
        (
            "score",
            world.run(
                "score",
                "--tables",
                tables(world.folder),
                "--out",
                world.folder / "结果",
                "--format",
                "csv",
                "--rules",
                SMALL,
            ),
        )
    )
    said.append(("rules", world.run("rules", "--scheme", str(SMALL))))
    said.append(("lint", world.run("rules", "--lint", "--scheme", str(SMALL))))
    text, rules = VbaHost(world.book).run("KongjianRules"), small_rules()
    for kind, table in (("学校", "schools"), ("教师", "teachers")):
        row = [small_rows()[table][0].get(n) for n in rules.table(table).names]
        said.append(("functions", str(SCORE_EXPLAIN(kind, row, rules=text))))
    said.append(
        ("demo", world.run("demo", str(world.folder / "示范"), "--scheme", str(SMALL), "--teachers", "1000"))
    )
    return said


def said_of_papers(world: World, templates: Path) -> list[Said]:
    """What is told of papers and copies, which are made here, too, and of those that come back."""
    said: list[Said] = []
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
        sent = said[-1][1]
        assert arguments[0] == "forms" or ("可以发送" in sent or "核对无误" in sent), sent
    said.append(("collect", world.run("collect", str(world.folder / "表格"), "--book", str(world.book))))
    return said


def test_no_form_of_another_scheme_is_filled(tmp_path: Path) -> None:
    own, rules = tmp_path / "模板", small_rules()
    shutil.copytree(SMALL, tmp_path / "方案" / SMALL.name)
    own.mkdir()
    book = tmp_path / "东陵.xlsm"
    build(rules, book, pasted(rules, small_rows()))
    form, theirs = (r.forms.form("school_application") for r in (rules, OURS))
    command = ["forms", str(book), "--kind", "申报表", "--anyway"]
    shutil.copy(places.templates() / theirs.template, own / form.template)
    with pytest.raises(KongjianError, match=f"没有工作表“{form.annex}”，像是别的方案的"):
        CliRunner().invoke(cli, command, catch_exceptions=False, standalone_mode=False)
    edited = openpyxl.load_workbook(own / form.template)
    edited[theirs.annex].title = form.annex
    edited.save(own / form.template)
    with pytest.raises(KongjianError, match=f"没有表名“{form.title}”，像是别的方案的"):
        CliRunner().invoke(cli, command, catch_exceptions=False, standalone_mode=False)
    recalculate(book, now=NOW)
    shutil.copy(places.templates() / "公示名单.xlsx", own)  # which has a place for each of our awards
    for command in (
        ["mail", str(book), "--public", "--anyway"],
        ["forms", str(book), "--kind", "公示名单", "--anyway"],
    ):
        with pytest.raises(KongjianError, match="模板“公示名单.xlsx”"):
            CliRunner().invoke(cli, command, catch_exceptions=False, standalone_mode=False)
    assert not [p for folder in ("表格", "分发") for p in (tmp_path / folder).rglob("*.xlsx")]


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
