"""No copy holds a word or an exact score of another school: small cities with hostile names, read by a second reader.

`KONGJIAN_CITIES=30` in the environment tries more cities.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from lxml import etree

from kongjian.mailing.by_school import SchoolCopy, school_copies
from kongjian.mailing.strangers import Census, found_in
from kongjian.rules import Rules, load_rules
from kongjian.workbook.run import Run
from native_engines import random_rules, random_tables, run_of

RULES = load_rules()
MOMENT = dt.datetime(2021, 8, 1, 9, 0)
CITIES = int(os.environ.get("KONGJIAN_CITIES", "4"))
SCHOOLS = [
    "赤壁市第一小学",
    "第一小学",
    "学校",
    "宋体",
    "A1",
    "&lt;小学",
    "Sheet1",
    "TRUE",
    "官塘驿镇中心小学",
]
PEOPLE = ["张伟", "张伟明", "宋体", "学校", "min", "A1", "TRUE", "Sheet1", "&lt;", "得分", "名次", "Li Ming", "阿里·买买提", "诸葛孔明"]  # fmt: skip
ACCOUNTS = ["min", "A1", "TRUE", "Sheet1", "12", "宋体", "学校", "&lt;", "2021", "zhang_wei"]
HEIGHT, TEACHERS = 5, 16
Tables = dict[str, dict[str, Any]]


def hostile(seed: int) -> tuple[Rules, Tables]:
    """Rules and inputs of a city in which names collide with each other, with the sheets' and with the file's words."""
    rng = np.random.default_rng(seed)
    rules = random_rules(RULES, rng)
    tables = random_tables(rules, rng, HEIGHT, TEACHERS)
    schools = rng.choice(SCHOOLS, HEIGHT, replace=False).tolist()
    accounts = [*rng.permutation(ACCOUNTS).tolist(), *(f"42128119900101{k:04d}" for k in range(TEACHERS))]
    places = dict(zip(tables["schools"]["学校名称"], schools, strict=True))
    called = dict(zip([a for a in tables["teachers"]["账号"] if a], accounts, strict=False))
    tables = renamed(tables, places, called)
    tables["schools"]["管理员姓名"] = rng.choice(PEOPLE, HEIGHT).tolist()
    tables["teachers"]["教师姓名"] = rng.choice(PEOPLE, TEACHERS).tolist()
    return rules, tables


def renamed(tables: Tables, schools: dict[str, str], accounts: dict[str, str]) -> Tables:
    new = {"学校名称": schools, "账号": accounts}
    return {
        table: {
            c: [new[c].get(v, v) for v in column] if c in new else column for c, column in columns.items()
        }
        for table, columns in tables.items()
    }


def of_others(tables: Tables, own: str) -> Tables:
    """The same city, everybody outside one school called otherwise."""
    places = {s: f"异校{k}" for k, s in enumerate(tables["schools"]["学校名称"]) if s != own}
    teachers = tables["teachers"]
    foreign = [school != own for school in teachers["学校名称"]]
    called = {a: f"yz{k:08d}" for k, a in enumerate(teachers["账号"]) if a and foreign[k]}
    out = renamed(tables, places, called)
    names = zip(teachers["教师姓名"], foreign, strict=True)
    out["teachers"]["教师姓名"] = [f"异师{k}" if other else name for k, (name, other) in enumerate(names)]
    chiefs = zip(tables["schools"]["管理员姓名"], tables["schools"]["学校名称"], strict=True)
    out["schools"]["管理员姓名"] = [f"异管{k}" if s != own else name for k, (name, s) in enumerate(chiefs)]
    return out


def copy_of(run: Run, own: str, folder: Path) -> SchoolCopy:
    folder.mkdir()
    [copy] = school_copies(run, folder, MOMENT, schools=[own], recalculate=False)
    return copy


def cells(path: Path) -> dict[tuple[str, str], object]:
    """What every cell shows and every formula says."""
    out: dict[tuple[str, str], object] = {}
    for shown in (True, False):
        for sheet in openpyxl.load_workbook(path, data_only=shown):
            for row in sheet.iter_rows():
                out |= {(f"{sheet.title} {shown}", c.coordinate): c.value for c in row if c.value is not None}
    return out


def words(path: Path) -> set[str]:
    """Texts and attributes of all other parts."""
    out: set[str] = set()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if "worksheets/sheet" not in name and not name.endswith("sharedStrings.xml"):
                for element in etree.fromstring(archive.read(name)).iter():
                    out |= {name, element.text or "", *map(str, element.attrib.values())}
    return {re.sub(r"\|[0-9a-f]{8,}", "|", word) for word in out}


@pytest.mark.parametrize("seed", range(CITIES))
def test_nothing_in_a_copy_depends_on_what_the_others_are_called(seed: int, tmp_path: Path) -> None:
    rules, tables = hostile(seed)
    run = run_of(tables, rules)
    own = str(tables["schools"]["学校名称"][seed % HEIGHT])
    copy = copy_of(run, own, tmp_path / "a")
    assert copy.proof.reasons == (), copy.proof.message
    other = copy_of(run_of(of_others(tables, own), rules), own, tmp_path / "b")
    assert other.proof.can_be_sent, other.proof.message
    assert cells(copy.path) == cells(other.path)
    assert words(copy.path) == words(other.path)
    seen = {str(v) for v in cells(copy.path).values()}
    found = {n for text in seen for n in re.findall(r"\d+\.\d\d(?!\d)", text)}
    assert exact_scores(run, own) & found == set()


def exact_scores(run: Run, own: str) -> set[str]:
    """Every total and average of the others that neither the school nor the rules have, to two decimals."""
    out: set[str] = set()
    mine: set[str] = {
        f"{n:.2f}" for column in run.inputs.schools.values() if column.dtype != object for n in column
    }
    mine |= {f"{c.at_least:.2f}" for c in run.rules.conditions}
    for outcome in (run.results.school, run.results.teacher):
        for values in (outcome.score_cents / 100, outcome.monthly.average / 100):
            for name, value in zip(outcome.names["学校名称"], values, strict=True):
                (mine if name == own else out).add(f"{value:.2f}")
    return {n for n in out - mine if not n.endswith(("0", "5"))}


def test_a_row_of_another_school_is_found_among_hostile_names(tmp_path: Path) -> None:
    """Each row of every other school, put into a copy, is told; what is certain can only be refused."""
    rules, tables = hostile(0)
    run = run_of(tables, rules)
    schools = tables["schools"]["学校名称"]
    own = str(schools[0])
    copy = copy_of(run, own, tmp_path / "a")
    wanted = Census(run).strangers(own)
    before = {s.name for s in found_in(copy.path, wanted)}
    rows = list(zip(*(tables["teachers"][c] for c in ("学校名称", "教师姓名", "账号")), strict=True))
    foreign = [row for row in rows if row[0] != own and len(row[2]) == 18]
    assert len(foreign) > 2
    for row in foreign:
        book = openpyxl.load_workbook(copy.path)
        for column, value in enumerate(row, start=40):
            book["得分说明"].cell(9, column).value = value
        book.save(tmp_path / "b.xlsx")
        found = {s.name: s for s in found_in(tmp_path / "b.xlsx", wanted)}
        assert found[row[2]].certain
        assert found[row[2]].where == "得分说明 AP9"
        assert before <= set(found)
