"""单位查询 in what is mailed: it works in the live copy, and a school's copy looks up nobody but its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kongjian.engine.evidence.one_unit import lookup
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.mailing.lookup_copy import copied_lookup
from kongjian.rules import load_rules
from kongjian.workbook.lookup_cells import LookupCells
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, Chosen
from kongjian.workbook.run import Run
from lookup_pages import by_iron_calc, wrong
from native_engines import random_run, stored

DEFAULTS = {r.id: r.values[0].id for r in load_rules().readings}


@pytest.fixture(scope="module")
def run() -> Run:
    return random_run((DEFAULTS, 40), 12, 90)


def choices(run: Run) -> list[Chosen]:
    found, rng = lookup(run.results, run.rules), np.random.default_rng(2)
    keys = [key.split("|") for key in found.units["键"].tolist()]
    chosen = [keys[k] for k in rng.integers(0, len(keys), 40).tolist() if not keys[k][1].startswith("=")]
    return [Chosen(kind, school, "".join(person)) for kind, school, *person in chosen]


def test_every_unit_can_be_chosen_in_the_live_copy(run: Run, tmp_path: Path) -> None:
    live_copy(run, tmp_path / "a.xlsx")
    chosen, found = choices(run), lookup(run.results, run.rules)
    for one, shown in zip(chosen, by_iron_calc(tmp_path / "a.xlsx", chosen), strict=True):
        cells = LookupCells(run.rules, found, one, "").page_cells()
        assert wrong({(c.row, c.column): c.value for c in cells if c.row > 2}, shown) == [], one
        assert shown[5][0] != ""


def test_a_school_s_copy_knows_nobody_else(run: Run, tmp_path: Path) -> None:
    school = str(run.results.school.names["学校名称"][3])
    live_copy(run, tmp_path / "a.xlsx", only_school=school)
    shown = stored(tmp_path / "a.xlsx")
    units = {v.split("|")[1] for v in shown[DATA].values() if isinstance(v, str) and v.count("|")}
    assert units - {""} == {school}
    assert shown[LOOKUP][3, 0] == school
    stranger = Chosen("学校", str(run.results.school.names["学校名称"][4]))
    [page] = by_iron_calc(tmp_path / "a.xlsx", [stranger])
    assert str(page[3][0]).startswith("没有找到“")


def test_in_a_small_city_no_line_and_no_median_gives_a_school_away() -> None:
    run = random_run((DEFAULTS, 40), 5, 20)
    school = str(run.results.school.names["学校名称"][1])
    for only, shown in ((school, False), (None, True)):
        tables = copied_lookup(run, only).tables
        assert np.isfinite(tables["LookupItems"]["全市中位"]).any() == shown
        lines = tables["LookupLines"]["界线分数"][tables["LookupLines"]["比较"] != "月均"]
        assert np.isfinite(lines).any() == shown


def test_a_copy_of_values_has_no_look_up(run: Run) -> None:
    assert contents(run, formulas=False).lookup is None
    assert contents(run).lookup is not None
