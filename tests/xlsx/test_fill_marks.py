"""The light fill of cells to look at: where it is, that it goes when the cell is mended, and that nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.cell_range import CellRange

from filled_cells import filled, letters, write_check
from kongjian.entry.excel.live_marks import addresses, put_marks
from kongjian.intake.marks import AREAS_TOGETHER, FILLS, MOST_AREAS, MOST_CONDITIONS
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check, recalculate
from kongjian.xlsx.fill_marks import ALWAYS, SELF, SIGN, Mark
from make_golden import type_book
from office import convert
from package_lint import lint
from workbooks import (
    SCHOOL_NAMES,
    change,
    read,
    replace,
    school,
    sheet_part,
    small_book,
    teacher,
    without_fills,
)

RULES = load_rules()
ODD = {
    "schools": [school(SCHOOL_NAMES[0], 90, 教师总数="二十"), school(SCHOOL_NAMES[1], 88, 管理员姓名="")],
    "teachers": [
        teacher(SCHOOL_NAMES[0], "甲", "a1", 90, 在线授课="约5", 制作课件=-3, 网络教研='"四"次'),
        teacher(SCHOOL_NAMES[0], "乙", "a1", 80, 在线撰写教案="-"),
        teacher("没有的学校", "丙", "a3", 70, 成绩管理=12.5),
    ],
}


def listed(path: Path) -> dict[tuple[str, str], str]:
    """(sheet, cell) → level of every error and warning of the list that names a cell of data."""
    rows = openpyxl.load_workbook(path)["问题清单"].iter_rows(min_row=4, values_only=True)
    out: dict[tuple[str, str], str] = {}
    for level, _, sheet, areas, *_ in rows:
        for area in areas.split("、") if level in FILLS else ():
            for row in openpyxl.utils.cell.rows_from_range(f"{area}:{area}" if ":" not in area else area):
                out |= {(sheet, cell): out.get((sheet, cell), level) for cell in row}
    return out


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = small_book(tmp_path / "odd.xlsm", ODD)
    recalculate(path)
    return path


def test_the_cells_of_the_list_are_filled_and_no_others(book: Path) -> None:
    found = filled(book)
    # 平台 rows and sheets as a whole have no cell of their own to fill
    assert found == {place: level for place, level in listed(book).items() if place in found}
    teachers = [t.name for t in RULES.table("teachers").columns]
    at = {name: letters(k) for k, name in enumerate(teachers, start=1)}
    wanted = {
        ("教师数据", f"{at['在线授课']}4"): "错误", ("教师数据", f"{at['制作课件']}4"): "错误",
        ("教师数据", f"{at['网络教研']}4"): "错误", ("教师数据", f"{at['账号']}5"): "错误",
        ("教师数据", f"{at['学校名称']}6"): "错误", ("学校数据", "G4"): "错误", ("学校数据", "E5"): "警告",
    }  # fmt: skip
    assert wanted.items() <= found.items()
    assert lint(book) == []


def looks(path: Path) -> set[tuple[str, str, str]]:
    """Level, fill and letters of every rule of ours that can hold."""
    rules = [r for s in openpyxl.load_workbook(path) for area in s.conditional_formatting for r in area.rules]
    return {
        (level, str(rule.dxf.fill.bgColor.rgb)[2:], str(rule.dxf.font.color.rgb)[2:])
        for rule in rules
        for level in FILLS
        if SIGN + level in "".join(rule.formula) and not rule.formula[0].endswith(",FALSE)")
    }


def test_each_level_has_its_own_colour_in_workbooks_of_before_too(tmp_path: Path, book: Path) -> None:
    wanted = {(level, colour, "000000") for level, colour in FILLS.items()}  # a header's letters are white
    assert looks(book) == wanted
    old = read(book)
    for name in [n for n in old if "worksheets/sheet" in n]:  # before, a warning looked like an error
        old[name] = re.sub(
            rb'dxfId="1"([^>]*><formula>AND\(LEN\("' + SIGN.encode() + b")", rb'dxfId="0"\1', old[name]
        )
    path = tmp_path / "old.xlsm"
    write_back(path, old)
    assert len(looks(path)) == 2  # both in one colour
    assert {colour for _, colour, _ in looks(path)} == {FILLS["错误"]}
    write_check(path)
    assert looks(path) == wanted


def test_a_check_writes_the_list_and_the_fill_and_nothing_else(tmp_path: Path) -> None:
    path = small_book(tmp_path / "odd.xlsm", ODD)
    before = read(path)
    run = write_check(path)
    after = read(path)
    changed = {n for n in before if before[n] != after[n]}
    sheets = {sheet_part(before, s) for s in ("首页", "学校数据", "教师数据", "问题清单")}
    others = {n for n in changed - sheets if "worksheets/sheet" in n}
    assert others == set()
    for sheet in ("学校数据", "教师数据", "班级数据", "月度得分", "行为明细"):
        part = sheet_part(before, sheet)
        assert without_fills(after[part]) == without_fills(before[part])
    assert filled(path)
    assert run.levels["错误"] == sum(level == "错误" for level in levels(path))
    assert check(path).problems.keys() == run.problems.keys()


def levels(path: Path) -> list[Any]:
    return [row[0] for row in openpyxl.load_workbook(path)["问题清单"].iter_rows(min_row=4, values_only=True)]


def test_mended_cells_lose_their_fill_at_the_next_check_and_the_sheet_is_as_it_was(tmp_path: Path) -> None:
    clean = small_book(tmp_path / "clean.xlsm", {"schools": [school(SCHOOL_NAMES[0], 90)]})
    part = sheet_part(read(clean), "教师数据")
    untouched = read(clean)[part]
    odd = small_book(tmp_path / "odd.xlsm", ODD)
    write_check(odd)
    assert filled(odd)
    mended = {**read(clean), part: read(odd)[part]}  # the fills of before over cells without fault
    cells = re.search(rb"<sheetData>.*</sheetData>", untouched, re.DOTALL)
    assert cells is not None
    mended[part] = re.sub(rb"<sheetData>.*</sheetData>", lambda _: cells[0], mended[part], flags=re.DOTALL)
    write_back(clean, mended)
    assert {sheet for sheet, _ in filled(clean)} == {"教师数据"}
    write_check(clean)
    assert not [place for place in filled(clean) if place[0] == "教师数据"]
    assert without_fills(read(clean)[part]) == without_fills(mended[part])


def write_back(path: Path, parts: dict[str, bytes]) -> None:
    from workbooks import write

    write(path, parts)


def shown_in_libreoffice(path: Path, folder: Path) -> list[str]:
    """The texts of the cells that LibreOffice shows with our fill."""
    html = convert(path, "html", folder).read_text(encoding="utf-8")
    colour = "|".join(FILLS.values())
    cells = re.findall(rf'<td[^>]*bgcolor="#(?:{colour})"[^>]*>(.*?)</td>', html, re.IGNORECASE | re.DOTALL)
    return [re.sub(r"<[^>]+>|&quot;", "", cell) for cell in cells]


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook from another program, without styles of ours: one odd text far apart in one column, others beside it."""
    path = tmp_path_factory.mktemp("typed") / "typed.xlsx"
    type_book(RULES, path)
    book = openpyxl.load_workbook(path)
    sheet = book["教师数据"]
    at = {cell.value: cell.column for cell in sheet[3]}
    for name, value in {"在线授课": "约5", "制作课件": -3, "网络教研": '"四"次', "在线撰写教案": "-"}.items():
        sheet.cell(4, at[name], value)
    for row, name in ((6, "在线授课"), (7, "在线授课"), (5, "制作课件")):
        sheet.cell(row, at[name], "约5")
    book.save(path)
    write_check(path)
    return path


def test_another_program_shows_the_fill_until_the_cell_is_mended(typed: Path, tmp_path: Path) -> None:
    """Mended by hand, without another check."""
    assert lint(typed) == []
    marked = openpyxl.load_workbook(typed)
    del marked["问题清单"]  # its own colours down to the last row make a page of a hundred megabytes
    marked.save(tmp_path / "marked.xlsx")
    shown = shown_in_libreoffice(tmp_path / "marked.xlsx", tmp_path / "first")
    assert shown.count("约5") == 4
    assert {"-3", "四次", "-"} <= {*shown}
    sheet = marked["教师数据"]
    at = {cell.value: cell.column for cell in sheet[3]}
    mended = {"在线授课": 5, "制作课件": 3, "网络教研": 4, "在线撰写教案": 2}
    for name, value in mended.items():
        sheet.cell(4, at[name], value)
    sheet.cell(6, at["在线授课"], 6)
    marked.save(tmp_path / "mended.xlsx")
    left = shown_in_libreoffice(tmp_path / "mended.xlsx", tmp_path / "second")
    assert left.count("约5") == 2
    assert not {*left} & {"5", "3", "4", "2", "6"}


def test_a_rule_names_the_cell_as_excel_itself_does(typed: Path) -> None:
    """By the corner of its first area, which is the corner of them all."""
    rules = openpyxl.load_workbook(typed)["教师数据"].conditional_formatting
    ours = [
        ([CellRange(a) for a in str(c.sqref).split()], r.formula[0])
        for c in rules
        for r in c.rules
        if SIGN in r.formula[0]
    ]
    areas, formula = next(one for one in ours if "约5" in one[1] and len(one[0]) == 2)
    assert formula == f'AND(LEN("{SIGN}错误")>0,EXACT({areas[0].coord},"约5"))'
    assert [(a.min_row, a.max_row) for a in areas] == [(4, 4), (6, 7)]
    for areas, formula in ours:
        corner = re.findall(r"\b([A-Z]+\d+)\b", formula.replace("约5", ""))
        assert corner in ([], [areas[0].coord.partition(":")[0]])
        if corner:
            assert {c for a in areas for c in (a.min_col, a.max_col)} == {areas[0].min_col}
            assert [a.min_row for a in areas] == sorted(a.min_row for a in areas)
        assert "INDIRECT" not in formula


DATA_BAR = (
    b'<conditionalFormatting sqref="H4:H9"><cfRule type="dataBar" priority="900"><dataBar><cfvo type="min"/>'
    b'<cfvo type="max"/><color rgb="FF638EC6"/></dataBar><extLst><ext uri="{B025F937-C7B1-47D3-B67F-A62EFF666E3E}" '
    b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:id>{DA7ABA51-AAAA-BBBB-0001-'
    b"000000000001}</x14:id></ext></extLst></cfRule></conditionalFormatting>"
)


def test_a_format_of_ones_own_with_an_extension_inside_stays_whole(tmp_path: Path) -> None:
    path = small_book(tmp_path / "bar.xlsx", ODD)
    part = sheet_part(read(path), "教师数据")
    change(path, lambda p: replace(p, part, b"<dataValidations", DATA_BAR + b"<dataValidations"))
    before = read(path)[part]
    recalculate(path)
    after = read(path)[part]
    assert lint(path) == []
    assert after != before
    assert DATA_BAR in after


def test_many_different_values_share_one_rule(tmp_path: Path) -> None:
    rows = [teacher(SCHOOL_NAMES[0], f"教师{i}", f"t{i}", 80, 在线授课=f"约{i}") for i in range(200)]
    path = small_book(tmp_path / "many.xlsm", {"schools": [school(SCHOOL_NAMES[0], 90)], "teachers": rows})
    run = recalculate(path)
    conditions = [m.condition for m in run.marks if m.table == "teachers" and m.level == "错误"]
    assert len(conditions) == MOST_CONDITIONS + 1
    assert conditions[-1] == ALWAYS
    assert {f"H{r}" for r in range(4, 204)} <= {cell for sheet, cell in filled(path) if sheet == "教师数据"}


def test_places_far_apart_are_filled_up_to_a_bound_by_rules_of_some_hundred_each(tmp_path: Path) -> None:
    rows = [
        teacher(SCHOOL_NAMES[0] if i % 2 else "没有的学校", f"教师{i}", f"t{i}", 80)
        for i in range(2 * MOST_AREAS + 20)
    ]
    path = small_book(tmp_path / "far.xlsm", {"schools": [school(SCHOOL_NAMES[0], 90)], "teachers": rows})
    run = check(path)
    mine = [m for m in run.marks if m.level == "错误"]
    assert [len(m.areas) for m in mine] == [AREAS_TOGETHER] * (MOST_AREAS // AREAS_TOGETHER)
    assert {a for m in mine for a in m.areas} == {(4 + 2 * k, 1, 4 + 2 * k, 1) for k in range(MOST_AREAS)}


class Conditions:
    """Excel's collection of a range's conditional formats as far as the fill uses it: Excel itself runs on Windows only."""

    def __init__(self, kept: list[Any]) -> None:
        self.kept = kept

    @property
    def Count(self) -> int:  # noqa: N802
        return len(self.kept)

    def Item(self, k: int) -> Any:  # noqa: N802
        return self.kept[k - 1]

    def Add(self, **given: Any) -> Any:  # noqa: N802
        rule = Rule(self, given["Type"], given["Formula1"])
        self.kept.append(rule)
        return rule


class Rule:
    def __init__(self, all_: Conditions, kind: int, formula: str) -> None:
        self.all, self.Type, self.Formula1 = all_, kind, formula
        self.Interior = type("Interior", (), {})()
        self.Font = type("Font", (), {})()

    def Delete(self) -> None:  # noqa: N802
        self.all.kept.remove(self)


class Excel:
    """A sheet's object, its application and an area of it, all in one."""

    def __init__(self, active: str | None, style: int = 1) -> None:
        self.Cells = self.Application = self
        self.ActiveCell = active and type("Cell", (), {"Address": active})
        self.ReferenceStyle = style
        self.FormatConditions = Conditions([])
        self.asked: list[str] = []

    def Range(self, address: str) -> Excel:  # noqa: N802
        self.asked.append(address)
        return self


@pytest.mark.parametrize(
    ("active", "style", "judged"),
    [("$C$8", 1, "C8"), ("$XFD$1048576", 1, "XFD1048576"), ("$C$8", -4150, "RC"), (None, 1, None)],
)
def test_a_running_excel_gets_the_same_rules_and_keeps_the_users_own(
    active: str | None, style: int, judged: str | None
) -> None:
    """Excel counts from the active cell, wherever the rule stands; without one the rules of before stay."""
    excel = Excel(active, style)
    before = ["=A1>5", f'=AND(LEN("{SIGN}错误")>0,FALSE)', "=1"]
    for kind, formula in zip((2, 2, 1), before, strict=True):
        excel.FormatConditions.Add(Type=kind, Formula1=formula)
    sheet: Any = type("Sheet", (), {"api": excel})()
    put_marks(sheet, [Mark("teachers", "错误", f"{SELF}=-3", ((4, 8, 6, 8), (9, 8, 9, 8)))])
    kept = excel.FormatConditions.kept
    if judged is None:
        assert [r.Formula1 for r in kept] == before
        return
    assert [r.Formula1 for r in kept] == ["=A1>5", "=1", f'=AND(LEN("{SIGN}错误")>0,{judged}=-3)']
    assert excel.asked == ["H4:H6,H9"]
    assert (kept[-1].Interior.Color, kept[-1].Font.Color) == (0xE8E8FD, 0)  # blue, green, red


def test_addresses_stay_within_what_excel_takes() -> None:
    areas = [(row, 26 + row, row, 26 + row) for row in range(1000, 1200)]
    parts = list(addresses(areas))
    assert max(map(len, parts)) <= 255
    assert ",".join(parts).count(",") == len(areas) - 1
