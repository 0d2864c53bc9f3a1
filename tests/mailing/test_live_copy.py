"""The copies that are mailed: what stands in them, and what must never stand in them; long because all of one copy is looked at."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zipfile
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from kongjian.base.errors import KongjianError
from kongjian.mailing.copy_writer import CopyWriter
from kongjian.mailing.formulas import FUNCTIONS
from kongjian.mailing.live_copy import Counts, contents, live_copy
from kongjian.rules import load_rules, resolve
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.look.build_paper import IN_A_COPY
from kongjian.workbook.lookup_sheet import SELECTION
from kongjian.workbook.run import Run
from native_engines import Book, Cells, differences, expected, random_run, stored
from package_lint import lint

MOMENT = dt.datetime(2026, 11, 23, 9, 30)
# every one is in Excel 2010, WPS and LibreOffice; a further one needs a look before it is added
ALLOWED = set(
    "ABS AND AVERAGE COUNT COUNTA COUNTIFS FIND IF IFERROR INDEX INT ISNUMBER MATCH MAX MID MIN N NA OR RANK ROUND "
    "ROW ROWS SUBSTITUTE SUM SUMPRODUCT TEXT".split()
)
SHEETS = [
    "说明",
    "学校排名",
    "教师排名",
    "获奖名单",
    "资格审核",
    "学校得分",
    "教师得分",
    "学校指标",
    "教师指标",
    "月度得分",
    "单位查询",
    "规则",
    "查询数据",
]
DEFAULTS = {r.id: r.values[0].id for r in load_rules().readings}
OTHERS = {r.id: r.values[-1].id for r in load_rules().readings}
CITY = random_run((DEFAULTS, 40))
ONE_SCHOOL = str(CITY.results.school.units["学校名称"][1])


def made(folder: Path, name: str = "分发版.xlsx", **options: object) -> tuple[Path, Counts]:
    run = CITY
    return folder / name, live_copy(run, folder / name, moment=MOMENT, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("live"))[0]


@pytest.fixture(scope="module")
def all_readings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Copies that hold every reading's formulas: the first and the last values and those between."""
    folder = tmp_path_factory.mktemp("readings")
    between = {r.id: r.values[min(1, len(r.values) - 1)].id for r in load_rules().readings}
    out = []
    for k, readings in enumerate((DEFAULTS, OTHERS, between)):
        run = random_run((readings, k))
        out.append(folder / f"{k}.xlsx")
        live_copy(run, out[-1])
    return out


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n).decode() for n in archive.namelist()}


def formulas_of(path: Path) -> list[str]:
    sheets = [text for name, text in parts_of(path).items() if name.startswith("xl/worksheets/sheet")]
    return [unescape(f) for text in sheets for f in re.findall(r"<f>([^<]*)</f>", text)]


def test_the_sheets_and_columns_are_those_of_the_workbook(live: Path) -> None:
    book, rules = openpyxl.load_workbook(live), load_rules()
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:9]:
        header = [c.value for c in book[name][3]]
        wanted = output_sheet(rules, name).names
        assert header[: len(wanted)] == wanted, name
    months = CITY.rules.counted_months()
    assert [c.value for c in book["月度得分"][3]] == [
        "类别",
        "学校名称",
        "教师姓名",
        "账号",
        *months,
        "月均",
        "最低月",
    ]


def test_only_functions_that_every_recipient_has(all_readings: list[Path]) -> None:
    found: set[str] = set()
    for path in all_readings:
        for formula in formulas_of(path):
            bare = re.sub(r"'[^']*'!", "", re.sub(r'"[^"]*"', '""', formula))
            found |= set(re.findall(r"([A-Za-z_.][\w.]*)\(", bare))
            assert "[" not in bare
            assert len(formula) < 8000, "Excel takes 8,192 characters"
    assert found == ALLOWED
    assert FUNCTIONS == ALLOWED


def test_every_formula_has_its_result(live: Path) -> None:
    count = 0
    for name, text in parts_of(live).items():
        if name.startswith("xl/worksheets/sheet"):
            for attributes, inside in re.findall(r"<c ([^>]*)>(<f>.*?)</c>", text):
                count += 1
                value = re.search(r"<v>([^<]*)</v>", inside)
                assert value, inside
                is_text = 't="str"' in attributes or "NA()" in inside
                assert is_text or float(value[1]) is not None
    run = CITY
    found = contents(run)
    wanted = sum(len(c.formulas) for s in found.sheets for c in s.columns)
    assert found.lookup
    wanted += sum(map(len, found.lookup.formulas().values()))
    assert count == wanted + sum(bool(e.formula) for e in (*found.note, *found.rules))
    assert count > 1500


@pytest.mark.parametrize("formulas", [True, False])
@pytest.mark.parametrize("only", [None, ONE_SCHOOL])
def test_the_values_are_the_engine_s(tmp_path: Path, formulas: bool, only: str | None) -> None:
    run = CITY
    path, counts = made(tmp_path, formulas=formulas, only_school=only)
    wanted = expected(contents(run, formulas, only))
    there = stored(path)
    for sheet, cells in wanted.items():
        for at, value in cells.items():
            assert there[sheet].get(at, "") == (
                pytest.approx(value) if isinstance(value, float) else value
            ), (
                sheet,
                at,
            )
    assert counts.formulas == len(formulas_of(path))
    assert (counts.formulas > 0) == formulas
    assert counts.schools == (1 if only else run.schools)


def test_the_values_copy_agrees_with_the_live_one(live: Path, tmp_path: Path) -> None:
    values, with_formulas = stored(made(tmp_path, formulas=False)[0]), stored(live)
    rules = load_rules()
    widths = {name: len(output_sheet(rules, name).names) for name in SHEETS[1:9]} | {"月度得分": 20}
    for name, width in widths.items():
        wanted = {name: below(with_formulas, name, width)}
        assert wanted[name]
        assert differences(wanted, {name: below(values, name, width)}) == []


def below(book: Book, sheet: str, width: int) -> Cells:
    return {(r, c): v for (r, c), v in book[sheet].items() if r >= 3 and c < width}


def test_nothing_in_the_package_betrays_or_alarms(live: Path) -> None:
    parts = parts_of(live)
    assert not [
        n for n in parts if re.search(r"vba|macro|external|custom|comment|vmlDrawing", n, re.IGNORECASE)
    ]
    everything = "\n".join(parts.values())
    assert "TargetMode" not in everything
    assert "fullCalcOnLoad" not in everything
    assert "macroEnabled" not in everything
    hidden = re.findall(r'<sheet name="([^"]*)"[^>]*state="(?:very)?[hH]idden"', parts["xl/workbook.xml"])
    assert hidden == ["查询数据"]
    assert set(re.findall(r'definedName name="([^"]*)"', everything)) <= {
        "_xlnm.Print_Titles",
        "_xlnm.Print_Area",
        *SELECTION,
    }
    assert re.findall(r"<dc:creator>(.*?)</dc:creator>", everything) in ([], [""])
    assert re.findall(r"<cp:lastModifiedBy>(.*?)</cp:lastModifiedBy>", everything) in ([], [""])
    assert set(re.findall(r't="e"><f>([^<]*)</f>', everything)) == set(
        re.findall(r"<f>([^<]*NA\(\)[^<]*)</f><v>#N/A", everything)
    )
    assert "首页" not in everything, "a copy has no such sheet to go back to"


def test_the_package_is_clean(live: Path, tmp_path: Path) -> None:
    for path in (
        live,
        made(tmp_path, formulas=False)[0],
        made(tmp_path, "校.xlsx", only_school=ONE_SCHOOL)[0],
    ):
        assert lint(path) == []
        audit = OpenXmlValidator().validate(path)
        assert (audit.errors, audit.error_count, audit.warning_count) == ([], 0, 0)


def test_texts_that_look_like_formulas_stay_texts(live: Path) -> None:
    name = '=1+1&"校"'
    for values_only in (True, False):
        book = openpyxl.load_workbook(live, data_only=values_only)
        cells = [c for row in book["学校指标"].iter_rows() for c in row if c.value == name]
        assert [c.data_type for c in cells] == ["s"]
    assert name in [r[0].value for r in openpyxl.load_workbook(live, data_only=True)["学校得分"].iter_rows()]


def test_accounts_stay_text(live: Path) -> None:
    found = [v for (r, c), v in stored(live)["教师指标"].items() if r >= 3 and c == 2]
    assert found
    assert all(isinstance(v, str) and len(v) == 18 for v in found)


def test_it_prints_like_the_workbook(live: Path) -> None:
    for sheet in openpyxl.load_workbook(live).worksheets:
        if sheet.title in ("单位查询", "查询数据"):
            continue
        assert sheet.page_setup.paperSize == 9, sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # one page wide is the default and stands in no attribute
        cover = sheet.title == "说明"  # on one page
        high = sheet.page_setup.fitToHeight
        assert (sheet.page_setup.fitToWidth or 1, 1 if high is None else int(high)) == (1, int(cover))
        assert "第&P页 共&N页" in str(sheet.oddFooter.center.text).replace("&8", "")
        assert sheet.freeze_panes
        assert bool(sheet.print_title_rows) != cover
        assert not sheet.protection.sheet
        assert sheet.sheet_state == "visible"


def test_helper_columns_and_empty_places_are_not_printed(live: Path) -> None:
    book, run = openpyxl.load_workbook(live), CITY
    last = 3 + len(run.results.school.order)
    assert 3 < last < 3 + run.schools
    assert book["学校排名"].print_area == f"'学校排名'!$A$1:$G${last}"


def test_a_long_sheet_prints_its_first_page_and_says_so(live: Path) -> None:
    book = openpyxl.load_workbook(live)
    cut = {s.title: s.print_area for s in book if IN_A_COPY in str(s.oddHeader.right.text)}
    long = {s.title for s in book if s.max_row > 300}
    assert set(cut) == long - {"说明", "规则", "查询数据"}
    assert all(3 < int(area.rpartition("$")[2]) < 80 for area in cut.values())


def test_the_cells_to_change_are_coloured_and_take_numbers_only(live: Path) -> None:
    sheet = openpyxl.load_workbook(live)["规则"]
    coloured = {c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fgColor.rgb == "FFFFFBE6"}
    refused = {
        cell for v in sheet.data_validations.dataValidation for r in v.sqref.ranges for cell in _cells(str(r))
    }
    assert coloured == refused
    rules = CITY.rules
    assert len(coloured) > len(rules.school.indicators) + len(rules.teacher.indicators)
    assert not [c for c in coloured if str(sheet[c].value).startswith("=")]


def _cells(area: str) -> list[str]:
    rows = openpyxl.Workbook().active[area]  # type: ignore[index]
    cells = rows if isinstance(rows, tuple) else ((rows,),)
    return [c.coordinate for row in cells for c in row]


def test_the_note_names_the_run_and_every_reading(live: Path) -> None:
    run, note = CITY, set(map(str, stored(live)["说明"].values()))
    wanted = {"2026-11-23 09:30:00", run.results.version}
    wanted |= {r.value(run.rules.chosen[r.id]).label for r in run.rules.readings}
    wanted |= {r.label for r in run.rules.readings}
    assert wanted <= note


def test_the_same_run_gives_the_same_bytes(live: Path, tmp_path: Path) -> None:
    assert made(tmp_path)[0].read_bytes() == live.read_bytes()


def test_the_old_file_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "分发版.xlsx"
    target.write_bytes(b"old")
    made(tmp_path)
    assert (tmp_path / "分发版.xlsx.bak").read_bytes() == b"old"


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "分发版.xlsx"
    target.write_bytes(b"old")

    def no_more(*_: object) -> bytes:
        raise OSError(28, "no space")

    monkeypatch.setattr(Path, "write_bytes", no_more)
    with pytest.raises(KongjianError, match="磁盘空间不够"):
        made(tmp_path)
    monkeypatch.undo()
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["分发版.xlsx"]


def test_it_is_an_xlsx(tmp_path: Path) -> None:
    with pytest.raises(KongjianError, match="扩展名应是 .xlsx"):
        made(tmp_path, "分发版.xlsm")


def test_an_unknown_school_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KongjianError, match="没有学校“不存在的学校”"):
        made(tmp_path, only_school="不存在的学校")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("formulas", [True, False])
def test_a_school_s_copy_holds_nothing_of_the_others(tmp_path: Path, formulas: bool) -> None:
    run = CITY
    path = made(tmp_path, only_school=ONE_SCHOOL, formulas=formulas)[0]
    everything = "\n".join(parts_of(path).values())
    teachers = run.results.teacher.units
    for school in run.results.school.units["学校名称"]:
        assert (school.replace('"', "&quot;").replace("&", "&amp;") in everything) == (school == ONE_SCHOOL)
    mine = teachers["学校名称"] == ONE_SCHOOL
    assert mine.any()
    for account, own in zip(teachers["账号"], mine, strict=True):
        assert not account or (account in everything) == own
    chiefs = run.results.school.units
    for chief, school in zip(chiefs["管理员姓名"], chiefs["学校名称"], strict=True):
        assert not chief or (chief in everything) == (school == ONE_SCHOOL)


def test_a_school_s_copy_says_where_it_stands(tmp_path: Path) -> None:
    own = int(CITY.results.school.standing.rank[1])
    award = next(a for a in CITY.rules.awards if a.object == "school")
    for least in (CITY.schools, CITY.schools + 1):
        evidence = dataclasses.replace(CITY.rules.evidence, schools_to_show_lines=least)
        run = dataclasses.replace(CITY, rules=CITY.rules.replace(evidence=evidence))
        live_copy(run, tmp_path / "a.xlsx", only_school=ONE_SCHOOL)
        note = list(map(str, stored(tmp_path / "a.xlsx")["说明"].values()))
        assert note[note.index("学校名次") + 1] == (str(own) if own else "没有排名")
        shown = least == CITY.schools
        assert ("全市学校得分中位数" in note) == shown
        assert (f"前{award.last}名的获奖线" in note) == shown


def test_a_copy_of_values_alone_needs_no_column_of_the_formulas(tmp_path: Path) -> None:
    run = random_run(({**DEFAULTS, "pass_mark": "exact"}, 1), schools=2, teachers=3)
    assert live_copy(run, tmp_path / "a.xlsx", formulas=False).formulas == 0
    judged = stored(tmp_path / "a.xlsx")["资格审核"]
    reasons = run.results.tables["Eligibility"]["是否达标"].tolist()
    assert [v for v in judged.values() if v in ("达标", "未达标")] == reasons


def test_an_empty_city_is_no_error(tmp_path: Path) -> None:
    run = random_run((DEFAULTS, 1), schools=1, teachers=0)
    live_copy(run, tmp_path / "a.xlsx")
    assert lint(tmp_path / "a.xlsx") == []


def test_braces_and_quotes_in_the_rules_texts_do_no_harm(tmp_path: Path) -> None:
    run = CITY
    first = run.rules.conditions[0]
    odd = dataclasses.replace(first, label='甲"乙{x}', reason='没有"网"{{}}')
    rules = run.rules.replace(conditions=(odd, *run.rules.conditions[1:]))
    changed = Run(run.results, rules, run.problems, run.levels, run.inputs)
    live_copy(changed, tmp_path / "a.xlsx")
    assert any('"甲""乙{x}未填"' in f for f in formulas_of(tmp_path / "a.xlsx"))


def test_every_formula_is_written_as_it_is_made() -> None:
    """The writer would mark newer functions for Excel; ours turns that off, which is safe only without them."""
    assert not {"XLOOKUP", "FILTER", "SORT", "LET", "LAMBDA", "UNIQUE", "SEQUENCE"} & FUNCTIONS
    assert CopyWriter()._prepare_formula("=ROW()-3") == "ROW()-3"


def test_resolved_rules_are_what_the_copy_shows(tmp_path: Path) -> None:
    run = CITY
    rules = resolve(load_rules(), {"homework": "fifteen"}).replace(uncounted=run.rules.uncounted)
    live_copy(Run(run.results, rules, run.problems, run.levels, run.inputs), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["规则"]
    targets = {(r[0].value, r[2].value): r[6].value for r in sheet.iter_rows(min_row=4, max_row=35)}
    assert targets["学校", "作业管理"] == targets["教师", "作业管理"] == 15
