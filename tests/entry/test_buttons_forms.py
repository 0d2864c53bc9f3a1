"""The buttons for forms and copies, through xlwings' remote engine: files beside the workbook, which stays as it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kongjian.base import libreoffice
from kongjian.mailing import by_school, proof
from kongjian.mailing.corrections_list import COLUMNS, FILE
from kongjian.workbook.recalculate import recalculate
from remote import press
from workbooks import SCHOOL_NAMES, settled, small_book

_OF_EXCEL = (
    "activateSheet",
    "selectRange",
    "setStatusBar",
    "setScreenUpdating",
    "setEnableEvents",
    "setCalculation",
)
"""Actions that touch no cell: settings that are put back."""


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = small_book(tmp_path_factory.mktemp("book") / "评比.xlsm", settled())
    recalculate(path)
    return path


@pytest.fixture
def book(calculated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (proof, by_school, libreoffice):
        monkeypatch.setattr(module, "find_office", lambda: None)
    return Path(shutil.copy(calculated, tmp_path / "评比.xlsm"))


def told(entry: str, path: Path, saved: bool = True) -> tuple[str, list[dict[str, Any]]]:
    """What is told, and what is done to the workbook."""
    after = press(entry, path, saved=saved)
    return "\n".join(text for text, _ in after.alerts), [
        a for a in after.actions if a["func"] not in _OF_EXCEL
    ]


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


CASES = {
    "application_forms": ("表格", {"申报材料清单.xlsx", f"申报表/学校/附件3 {SCHOOL_NAMES[0]}.xlsx"}),
    "application_workbook": ("表格", set()),
    "review_forms": ("表格", {"评审表/专家评审/专家评审汇总表-学校.xlsx"}),
    "score_card_workbook": ("表格", {"学校评分表.xlsx", "教师评分表.xlsx"}),
    "publicity_list": ("表格", {"公示名单.xlsx"}),
    "commendation_list": ("表格", {"表彰名单.xlsx"}),
    "work_summary": ("表格", {"工作总结统计表.xlsx"}),
    "monthly_report": ("表格", {"月度通报 2021-07.xlsx"}),
    "send_live": ("分发", {"评比-分发版.xlsx", "评比-分发版.eml"}),
    "send_values": ("分发", {"评比-数值版.xlsx"}),
    "send_by_school": ("分发", {f"分校版/{n}/{n}.xlsx" for n in SCHOOL_NAMES[:4]}),
    "send_public": ("分发", {"评比-公示版.xlsx"}),
}


@pytest.mark.parametrize("entry", CASES)
def test_files_stand_beside_the_workbook_which_is_not_changed(entry: str, book: Path) -> None:
    folder, wanted = CASES[entry]
    said, done = told(entry, book)
    assert done == []
    made = files(book.parent / folder)
    assert wanted <= made
    assert made
    assert str(book.parent / folder) in said
    assert ("写了" in said) if folder == "表格" else ("可以发送" in said)
    assert "还没有计算过" not in said


@pytest.mark.parametrize("entry", [*CASES, "collect_forms", "apply_corrections"])
def test_a_workbook_without_a_folder_is_told_so(entry: str, book: Path) -> None:
    said, done = told(entry, book, saved=False)
    assert "保存到本机" in said
    assert done == []


def test_a_faulty_template_is_told_with_its_cell(book: Path) -> None:
    told("publicity_list", book)
    (book.parent / "模板").mkdir()
    template = openpyxl.Workbook()
    template.active["B2"] = "{{ 学校名 }}"  # type: ignore[index]
    template.active.title = "公示名单"  # type: ignore[union-attr]
    template.save(book.parent / "模板" / "公示名单.xlsx")
    said, _ = told("publicity_list", book)
    assert "模板“公示名单.xlsx”要改：公示名单!B2 的 {{ 学校名 }} 不认识" in said


def test_corrections_come_in_and_only_accepted_ones_are_written(book: Path) -> None:
    told("send_by_school", book)
    (book.parent / "表格").mkdir()
    for school in SCHOOL_NAMES[:2]:
        copy = book.parent / "表格" / f"{school}.xlsx"
        shutil.copy(book.parent / "分发" / "分校版" / school / copy.name, copy)
        edited = openpyxl.load_workbook(copy)
        header = [c.value for c in edited["学校指标"][3]]
        edited["学校指标"].cell(4, header.index("教师总数") + 1).value = 12.5
        edited.save(copy)
    said, done = told("collect_forms", book)
    assert done == []
    assert "分校版：交回2所，没有交回2所" in said
    path = book.parent / "表格" / FILE
    proposals = openpyxl.load_workbook(path)
    sheet = proposals.active
    assert sheet is not None
    assert [sheet.cell(r, 5).value for r in (4, 5)] == ["教师总数"] * 2
    sheet.cell(5, COLUMNS.index("采纳") + 1).value = "是"
    school = sheet.cell(5, 2).value
    proposals.save(path)
    said, done = told("apply_corrections", book)
    assert "采纳了1处更正" in said
    written = [a for a in done if a["func"] == "setValues"]
    rows = openpyxl.load_workbook(book)["学校数据"]
    names = [c.value for c in rows["A"]]
    [action] = written
    assert action["values"] == [[12.5]]
    assert (action["row_count"], action["column_count"]) == (1, 1)
    assert names[action["start_row"]] == school
    assert rows.cell(3, action["start_column"] + 1).value == "教师总数"
