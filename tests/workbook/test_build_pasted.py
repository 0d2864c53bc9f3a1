"""A workbook built with pasted cells: the cells stay what they are, and the tables stay valid."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from kongjian.rules import Rules, load_rules
from kongjian.workbook.shipped.build_workbook import Pasted, build
from office import convert, pdf_pages
from package_lint import lint
from workbooks import read, write

ACCOUNT = "421281199001011234"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def filled(rules: Rules, target: Path, pasted: Mapping[str, Pasted]) -> Workbook:
    build(rules, target, pasted)
    assert lint(target) == []
    return openpyxl.load_workbook(target)


def test_cells_keep_their_types(rules: Rules, tmp_path: Path) -> None:
    moment = dt.datetime(2021, 3, 4, 8, 30)
    rows = [
        [moment, "=一小", ACCOUNT, "教师", "在线授课", None, "3"],
        [dt.date(2021, 3, 5), None, 5, True, 0.5, "三年级", 2],
    ]
    events = Pasted([], rows)
    sheet = filled(rules, tmp_path / "b.xlsx", {"events": events})["行为明细"]
    first, second = (list(row) for row in sheet.iter_rows(min_row=4))
    assert [c.value for c in first] == rows[0]
    assert [c.data_type for c in first] == ["d", "s", "s", "s", "s", "n", "s"]
    assert [c.value for c in second] == [dt.datetime(2021, 3, 5), *rows[1][1:]]
    assert (first[2].number_format, second[2].number_format) == ("@", "@")
    assert sheet.tables["Events"].ref == "A3:G5"


def test_a_table_covers_the_leading_headers_that_excel_accepts(rules: Rules, tmp_path: Path) -> None:
    cases = {
        "extra column": (["学校名称", "年级", "备注"], 3),
        "twice": (["学校名称", "班级", "学校名称", "年级"], 2),
        "twice in another case": (["学校名称", "Note", "NOTE"], 2),
        "blank header": (["学校名称", " ", "班级"], 1),
    }
    for name, (headers, covered) in cases.items():
        given = {"classes": Pasted(headers, [["一小"] * len(headers)] * 2)}
        sheet = filled(rules, tmp_path / "b.xlsm", given)["班级数据"]
        assert sheet.tables["Classes"].ref == f"A3:{'ABC'[covered - 1]}5", name
        assert [c.value for c in sheet[3]] == headers, name
        assert sheet.cell(5, len(headers)).value == "一小", name


def test_headers_without_a_usable_first_one_leave_no_table(rules: Rules, tmp_path: Path) -> None:
    sheet = filled(rules, tmp_path / "b.xlsm", {"monthly": Pasted(["", "得分"], [["一小", 80]])})["月度得分"]
    assert list(sheet.tables) == []
    assert sheet["B3"].value == "得分"


def test_dropdowns_follow_a_moved_column(rules: Rules, tmp_path: Path) -> None:
    given = {"monthly": Pasted(["月份", "类别", "学校名称", "得分"], [])}
    sheet = filled(rules, tmp_path / "b.xlsm", given)["月度得分"]
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["B4:B1048576"]
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.tables["Monthly"].ref == "A3:D4"


def test_cells_right_of_the_headers_are_kept(rules: Rules, tmp_path: Path) -> None:
    given = {"monthly": Pasted(["类别"], [["学校", "一小", 90]])}
    sheet = filled(rules, tmp_path / "b.xlsm", given)["月度得分"]
    assert [c.value for c in sheet[4]] == ["学校", "一小", 90]


def test_nothing_is_cut_short_in_silence(rules: Rules, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 4, column 1 cannot be written"):
        build(rules, tmp_path / "b.xlsm", {"monthly": Pasted([], [["长" * 40_000]])})
    with pytest.raises(ValueError, match="no such input table: pupils"):
        build(rules, tmp_path / "b.xlsm", {"pupils": Pasted()})
    assert list(tmp_path.iterdir()) == []


def test_a_filled_workbook_prints_without_hash_signs(rules: Rules, tmp_path: Path) -> None:
    target = tmp_path / "filled.xlsm"
    teacher = ["赤壁市赵李桥镇中心学校", "欧阳晓明", ACCOUNT, "是", "否", *[128] * 6, 1.0, 12, 3, 1, 100]
    event = [dt.datetime(2021, 3, 4, 18, 30, 59), "赤壁市赵李桥镇中心学校", ACCOUNT, "管理员", "教职工管理"]
    build(rules, target, {"teachers": Pasted([], [teacher] * 80), "events": Pasted([], [event] * 80)})
    # all of the rows, not only the first page of each sheet
    parts = read(target)
    names = re.sub(rb'<definedName name="_xlnm.Print_Area".*?</definedName>', b"", parts["xl/workbook.xml"])
    write(target, {**parts, "xl/workbook.xml": names})
    text = "".join(pdf_pages(convert(target, "pdf", tmp_path)))
    assert text.count(ACCOUNT) == 160
    assert text.count("2021-03-04 18:30:59") == 80
    assert "100.0%" in text
    assert "###" not in text
