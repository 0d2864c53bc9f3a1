"""Golden workbooks: hand-computed results of a typed workbook, and every part of a finished one."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kongjian.workbook.recalculate import recalculate
from make_golden import NOW, expected
from where import GOLDEN
from workbooks import cells, opened

RESULTS = expected()["results"]
# the seconds that a run took
_SECONDS = re.compile(rb'(<c r="I4"[^>]*>)<v>[^<]*</v>')


@pytest.fixture(scope="module", params=["typed.xlsx", "pasted.xlsm"])
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workbook recalculated, as another program reads it."""
    out = tmp_path_factory.mktemp("golden") / request.param
    recalculate(GOLDEN / request.param, out, now=NOW)
    return openpyxl.load_workbook(out, data_only=True)


@pytest.mark.parametrize("sheet", RESULTS)
def test_the_results_are_those_worked_out_by_hand(finished: Any, sheet: str) -> None:
    cells = [[c.value for c in row] for row in finished[sheet].iter_rows(min_row=3)]
    at = [cells[0].index(name) for name in RESULTS[sheet]["columns"]]
    found = [["" if row[k] is None else row[k] for k in at] for row in cells[1:]]
    assert found == RESULTS[sheet]["rows"]


@pytest.mark.parametrize("name", ["typed.xlsx", "pasted.xlsm"])
def test_what_three_cells_change_is_as_worked_out_by_hand(tmp_path: Path, name: str) -> None:
    out, changed = tmp_path / name, expected()["changed"]
    recalculate(GOLDEN / name, out, now=NOW)
    book = opened(out, keep_vba=name.endswith(".xlsm"))
    for sheet, given in changed["cells"].items():
        for cell, value in given.items():
            book[sheet][cell] = value
    book.save(out)
    recalculate(out, now=NOW)
    assert [["" if v is None else v for v in row] for row in cells(out, "与上次相比")[3:]] == changed["rows"]


def test_every_part_of_the_finished_workbook_is_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsm"
    recalculate(GOLDEN / "pasted.xlsm", out, now=NOW)
    with zipfile.ZipFile(GOLDEN / "result.xlsm") as old, zipfile.ZipFile(out) as new:
        assert new.namelist() == old.namelist()
        for name in old.namelist():
            assert _SECONDS.sub(rb"\1", new.read(name)) == _SECONDS.sub(rb"\1", old.read(name)), name
