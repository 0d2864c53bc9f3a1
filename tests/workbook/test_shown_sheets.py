"""Which sheets are seen: what staff show or hide stays so, and no link leads to where nothing opens."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from kongjian.workbook.recalculate import recalculate
from workbooks import small_book

NOW = dt.datetime(2021, 7, 9, 16, 30, 5)


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = small_book(tmp_path_factory.mktemp("shown") / "book.xlsm")
    recalculate(target, now=NOW)
    return target


def _states(book: Workbook) -> dict[str, str]:
    return {sheet.title: sheet.sheet_state for sheet in book.worksheets}


def test_what_staff_show_and_hide_survives_a_recalculation(calculated: Path, tmp_path: Path) -> None:
    chosen = openpyxl.load_workbook(calculated, keep_vba=True)
    before = _states(chosen)
    assert before["得分说明"] == "hidden"
    chosen["得分说明"].sheet_state = "visible"
    chosen["教师排名"].sheet_state = "hidden"
    chosen.save(tmp_path / "chosen.xlsm")
    recalculate(tmp_path / "chosen.xlsm", now=NOW)
    after = _states(openpyxl.load_workbook(tmp_path / "chosen.xlsm", keep_vba=True))
    assert after == before | {"得分说明": "visible", "教师排名": "hidden"}


def test_no_link_leads_to_a_hidden_sheet(calculated: Path) -> None:
    book = openpyxl.load_workbook(calculated, keep_vba=True)
    cells = [c for s in book.worksheets for row in s.iter_rows() for c in row if c.hyperlink]
    assert len([c for c in cells if c.parent.title == "问题清单"]) > 1
    places = {((c.hyperlink.location or "").rpartition("!")[0].strip("'"), c.parent.title) for c in cells}
    wanted = {sheet for sheet, own in places if sheet != own}
    assert {_states(book)[sheet] for sheet in wanted} == {"visible"}
