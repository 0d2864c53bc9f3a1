"""单位查询: native formulas that give for every unit what the engine gives, kept over calculations, plain when empty."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kongjian.engine.evidence.one_unit import lookup
from kongjian.intake.sheets import Sheets
from kongjian.rules import load_rules
from kongjian.workbook.lookup_cells import NO_RESULTS, LookupCells
from kongjian.workbook.lookup_sheet import (
    DATA,
    LOOKUP,
    SELECTION,
    Chosen,
    chosen_in,
)
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.finished_parts import read_parts
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from kongjian.xlsx.table_rows import cell_content
from lookup_pages import by_iron_calc, wrong
from native_engines import random_tables
from office import turns
from small_scheme import small_rows, small_rules
from workbooks import cells, pasted

RULES = load_rules()
NOW = dt.datetime(2021, 8, 1, 9, 30)
TURNS = 200
SCHOOL, TEACHER = "学校", "教师"


def city(path: Path, schools: int, teachers: int, seed: int = 5) -> Run:
    """A workbook of a random city: values around the bounds, namesakes, people without account, odd names."""
    rng = np.random.default_rng(seed)
    tables = random_tables(RULES, rng, schools, teachers)
    tables["teachers"]["教师姓名"][:3] = ["张*", "张?", "~张|三"]
    tables["teachers"]["学校名称"][:6] = [tables["schools"]["学校名称"][1]] * 6
    tables["teachers"]["教师姓名"][3:6] = ["王芳"] * 3
    rows = {name: _rows(table) for name, table in tables.items()}
    build(RULES, path, pasted(RULES, rows))
    return recalculate(path, now=NOW)


def _rows(table: dict[str, Any]) -> list[dict[str, object]]:
    columns = [[None if v != v or v == "" else v for v in list(column)] for column in table.values()]
    return [dict(zip(table, row, strict=True)) for row in zip(*columns, strict=True)]


def choose(book: Path, chosen: Chosen) -> None:
    """As somebody who picks from the lists."""
    with Package(book) as package:
        edit = Edit(package)
        for (row, column), text in zip(SELECTION.values(), chosen, strict=True):
            edit.sheet(LOOKUP).put(row, column, cell_content(text, edit.strings))
        edit.save(book)


def expected(run: Run, chosen: Chosen) -> dict[tuple[int, int], str | float]:
    found = LookupCells(run.rules, lookup(run.results, run.rules), chosen, "")
    return {(c.row, c.column): c.value for c in found.page_cells() if c.row > 2}


def random_choices(run: Run, count: int) -> list[Chosen]:
    """Schools and teachers by every way to choose them; a third beside another unit."""
    found, rng = lookup(run.results, run.rules), np.random.default_rng(11)
    keys = [key.split("|") for key in found.units["键"].tolist()]
    accounts = found.units["账号"].tolist()
    out = []
    for k in rng.integers(0, len(keys), count).tolist():
        beside = int(rng.integers(0, len(keys))) if rng.random() < 0.4 else -1
        kind, school, *person = keys[k]
        by_account = person and accounts[k] and rng.random() < 0.3
        unit = accounts[k] if by_account else "".join(person)
        other = "" if beside < 0 else accounts[beside] if kind == TEACHER else keys[beside][1]
        out.append(Chosen(kind, "" if by_account else school, unit, other))
    return out


ODD = [
    Chosen(),
    Chosen("班级", "甲", "乙"),
    Chosen(SCHOOL),
    Chosen(SCHOOL, "没有的学校", "", "也没有"),
    Chosen(TEACHER, "没有的学校", "", "421281"),
    Chosen(TEACHER, "", "*"),
    Chosen(TEACHER, "", "4212811990010100"),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    path = tmp_path_factory.mktemp("lookup") / "city.xlsx"
    return path, city(path, 14, 300)


def test_two_other_programs_show_what_the_engine_gives(book: tuple[Path, Run]) -> None:
    path, run = book
    chosen = [*random_choices(run, TURNS), *ODD]
    chosen += [Chosen(TEACHER, run.results.school.names["学校名称"][1], name) for name in ("张*", "张?", "~张|三", "王芳（…0004）")]  # fmt: skip
    wanted = [expected(run, one) for one in chosen]
    assert len({values[4, 1] for values in wanted}) > TURNS / 2
    shown = turns(path, LOOKUP, "A1:L60", list(SELECTION.values()), [tuple(one) for one in chosen])
    for one, values, found in zip(chosen, wanted, shown, strict=True):
        assert wrong(values, found) == [], ("LibreOffice", one)
    for one, values, found in zip(chosen, wanted, by_iron_calc(path, chosen), strict=True):
        assert wrong(values, found) == [], ("IronCalc", one)


def test_the_choice_and_what_it_shows_stay_over_a_calculation(book: tuple[Path, Run], tmp_path: Path) -> None:
    path, run = book
    again = tmp_path / "again.xlsx"
    again.write_bytes(path.read_bytes())
    chosen = random_choices(run, 1)[0]
    choose(again, chosen)
    recalculate(again, now=NOW)
    shown = cells(again, LOOKUP)
    assert chosen_in(shown) == chosen
    assert wrong(expected(run, chosen), [row + [""] * 12 for row in shown]) == []
    assert shown[1][0] == "2021-08-01 09:30:00 计算 · 规则版本 2020.1"
    # every formula holds what it gives: Excel has nothing to calculate and nothing to ask at closing
    assert b"fullCalcOnLoad" not in read_parts(path.read_bytes())["xl/workbook.xml"]


def test_an_empty_workbook_says_in_a_sentence_what_to_do(tmp_path: Path) -> None:
    book = tmp_path / "empty.xlsx"
    build(RULES, book)
    (shown,) = turns(book, LOOKUP, "A1:L60", list(SELECTION.values()), [(SCHOOL, "", "", "")])
    assert shown[3][0] == NO_RESULTS
    assert not [v for row in shown[5:] for v in row if isinstance(v, str) and v.startswith("#")]
    assert [v for v in shown[6] if v != ""] == []
    check(book)
    recalculate(book, now=NOW)
    assert cells(book, LOOKUP)[3][0] == NO_RESULTS


def test_namesakes_are_told_apart_by_the_end_of_their_account(book: tuple[Path, Run]) -> None:
    _, run = book
    units = lookup(run.results, run.rules).units
    school = run.results.school.names["学校名称"][1]
    theirs = [k.split("|")[2] for k in units["键"] if k.startswith(f"教师|{school}|")]
    assert [name for name in theirs if name.startswith("王芳")] == [
        "王芳（…0003）",
        "王芳（…0004）",
        "王芳（…0005）",
    ]
    assert len(set(theirs)) == len(theirs)


def test_a_school_s_teachers_are_the_list_to_choose_from(book: tuple[Path, Run]) -> None:
    path, run = book
    reader: Sheets = Reader(Package(path).__enter__())
    grid = reader.grid(DATA)
    assert grid is not None
    found = lookup(run.results, run.rules)
    first, count = (int(found.units[c][2]) for c in ("首位教师", "教师数"))
    label = grid.rows[2].index("显示名")
    listed = [row[label] for row in grid.rows[2 + first : 2 + first + count]]
    school = run.results.school.names["学校名称"][2]
    theirs = run.results.teacher.names["教师姓名"][run.results.teacher.names["学校名称"] == school]
    assert [name.split("（")[0] for name in listed] == theirs.tolist()


def test_another_scheme_has_its_own_words_and_numbers(tmp_path: Path) -> None:
    rules = small_rules()
    book = tmp_path / "other.xlsx"
    build(rules, book, pasted(rules, small_rows()))
    run = recalculate(book, rules=rules, now=dt.datetime(2031, 7, 2))
    title = cells(book, LOOKUP)[0][0]
    assert title.startswith(rules.scheme.name.removesuffix("方案"))
    chosen = [Chosen(TEACHER, "湖滨甲校", "师子", "dl0003"), Chosen(SCHOOL, "湖滨丁校", "", "湖滨戊校"), Chosen(TEACHER, "", "dl0007")]  # fmt: skip
    for one, found in zip(chosen, by_iron_calc(book, chosen), strict=True):
        assert wrong(expected(run, one), found) == [], one
        assert isinstance(found[5][2], float)
