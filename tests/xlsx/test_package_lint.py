"""The package checks find every seeded fault, and none in the workbook as it is built."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from kongjian.rules import load_rules
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.finished_parts import FinishedParts, read_parts, write_parts
from package_lint import lint
from package_macros import PROJECT

WORKBOOK, TYPES = "xl/workbook.xml", "[Content_Types].xml"
SCHOOLS, TEACHERS = "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"
_BEFORE = len(load_rules().tables) + len(output_sheets(load_rules()))
"""Tables before those of 规则, but for that of school names; sheets but for 首页."""
RANKING, RULES = "xl/worksheets/sheet7.xml", f"xl/worksheets/sheet{_BEFORE + 3}.xml"
HOME, TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
SHAPES, RIBBON = "xl/drawings/vmlDrawing1.vml", "customUI/customUI.xml"
MACRO_ENABLED = b"vnd.ms-excel.sheet.macroEnabled.main"
PLAIN = b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main"


@dataclass(frozen=True)
class Seed:
    """One fault: in which part, what is replaced by what (first match), and what must be reported."""

    name: str
    part: str
    pattern: str
    replacement: str
    reported: str


SEEDS = [
    Seed("not well-formed", SCHOOLS, r"</sheetData>", "</sheetdata>", "not well-formed"),
    Seed(
        "no content type",
        TYPES,
        r'<Override PartName="/xl/styles.xml"[^>]*/>',
        "",
        "styles.xml: no content type",
    ),
    Seed("type of a missing part", TYPES, r"/xl/styles.xml", "/xl/style.xml", "part that is not there"),
    Seed("plain type in .xlsm", TYPES, r"vnd.ms-excel.sheet.macroEnabled.main", "x", "does not fit .xlsm"),
    Seed(
        "missing target",
        "xl/_rels/workbook.xml.rels",
        r"theme/theme1",
        "theme/theme2",
        "theme2.xml is missing",
    ),
    Seed(
        "relationship id twice",
        "xl/_rels/workbook.xml.rels",
        r'"rId\d+"(?=[^>]*theme)',
        '"rId1"',
        "rId1 comes twice",
    ),
    Seed("sheet without part", WORKBOOK, r'r:id="rId5"', 'r:id="rId555"', "月度得分 has no part"),
    Seed("sheet name", WORKBOOK, r'name="学校数据"', 'name="学校/数据"', "'学校/数据' is not allowed"),
    Seed(
        "sheet name twice", WORKBOOK, r'name="教师数据"', 'name="学校数据"', "sheet name 学校数据 comes twice"
    ),
    Seed("row order", SCHOOLS, r'<row r="3"', '<row r="1"', "row 1 behind row 2"),
    Seed("cell order", SCHOOLS, r'<c r="B3"', '<c r="D3"', "cell out of order"),
    Seed("cell in another row", SCHOOLS, r'<c r="AG3"', '<c r="AG9"', "学校数据!AG9: cell out of order"),
    Seed("style", SCHOOLS, r'<c r="A3" s="\d+"', '<c r="A3" s="999"', "style 999"),
    Seed("shared string", SCHOOLS, r'(<c r="A3"[^>]*><v>)\d+', r"\g<1>99999", "shared string 99999"),
    Seed("text in a number cell", RULES, r'(<c r="E\d+" s="\d+">)<v>5</v>', r"\1<v>五</v>", "holds '五'"),
    Seed("cell type", SCHOOLS, r'(<c r="A3"[^>]*) t="s"', r'\1 t="text"', "unknown cell type text"),
    Seed("formula with =", RULES, r"<v>5</v>", "<f>=1+4</f><v>5</v>", "formula starts with ="),
    Seed("unbalanced formula", RULES, r"<v>5</v>", "<f>SUM(1,4</f><v>5</v>", "unbalanced parentheses"),
    Seed("closed too early", RULES, r"<v>5</v>", "<f>1)+(4</f><v>5</v>", "unbalanced parentheses"),
    Seed("open quote", RULES, r"<v>5</v>", '<f>LEN("12345)</f><v>5</v>', "open quote"),
    Seed("new function", RULES, r"<v>5</v>", "<f>MAXIFS(A1,A1,5)</f><v>5</v>", "MAXIFS without _xlfn."),
    Seed(
        "header is not the cell",
        TABLE,
        r'name="学段"',
        'name="学级"',
        "column '学级' but the cell holds '学段'",
    ),
    Seed("column twice", TABLE, r'name="学段"', 'name="学校名称"', "column 学校名称 comes twice"),
    Seed("columns and ref", TABLE, r' ref="A3:AG4" totals', ' ref="A3:AF4" totals', "33 columns in A3:AF4"),
    Seed("bad ref", TABLE, r' ref="A3:AG4" totals', ' ref="A4:AG3" totals', "bad ref A4:AG3"),
    Seed("filter range", TABLE, r'<autoFilter ref="A3:AG4"', '<autoFilter ref="A3:AG5"', "filter A3:AG5"),
    Seed(
        "table name",
        TABLE,
        r'displayName="Schools"',
        'displayName="AB12"',
        "table name 'AB12' is not allowed",
    ),
    Seed(
        "table name twice", TABLE, r'displayName="Schools"', 'displayName="teachers"', "teachers comes twice"
    ),
    Seed("table id twice", TABLE, r' id="1" name="S', ' id="2" name="S', "table id 2 comes twice"),
    Seed(
        "overlap",
        f"xl/tables/table{_BEFORE + 3}.xml",
        r'ref="A\d+:',
        'ref="A9:',
        "Scheme overlaps table Readings",
    ),
    Seed(
        "merged in table",
        SCHOOLS,
        r"</sheetData>",
        '</sheetData><mergeCells count="1"><mergeCell ref="B4:C4"/></mergeCells>',
        "table Schools: merged cells B4:C4 inside",
    ),
    Seed("merges overlap", HOME, r'<mergeCell ref="B4:C4"/>', '<mergeCell ref="B2:B4"/>', "overlap B2:K2"),
    Seed("defined name", WORKBOOK, r'name="HomeNotes"', 'name="R1C1"', "'R1C1' is not allowed"),
    Seed("defined name twice", WORKBOOK, r'name="HomeNotes"', 'name="HOMEERRORS"', "homeerrors comes twice"),
    Seed("name is a table", WORKBOOK, r'name="HomeNotes"', 'name="Schools"', "also a defined name"),
    Seed("name without sheet", WORKBOOK, r"'?首页'?!\$I", "主页!$I", "主页 is no sheet"),
    Seed("name to nothing", WORKBOOK, r"'?首页'?!\$I\$\d+", "#REF!", "refers to nothing"),
    Seed("name of no sheet", WORKBOOK, r'localSheetId="23"', 'localSheetId="99"', "no sheet 99"),
    Seed("long list", SCHOOLS, r'"是,否"', '"' + "是,否," * 70 + '"', "list of 280 characters"),
    Seed("long message", SCHOOLS, r'error="请填', 'error="' + "请" * 256, "error longer than 255"),
    Seed(
        "long message title",
        SCHOOLS,
        r'errorTitle="学段',
        'errorTitle="' + "学" * 33,
        "errorTitle longer than 32",
    ),
    Seed(
        "validation range",
        SCHOOLS,
        r'sqref="B4:B1048576"',
        'sqref="B4:B1048577"',
        "range B4:B1048577 is not one",
    ),
    Seed("conditional format", RANKING, r'dxfId="\d+"', 'dxfId="77"', "dxfId 77"),
    Seed("priority twice", RANKING, r'priority="2"', 'priority="1"', "priority 1 comes twice"),
    Seed(
        "link to no sheet",
        HOME,
        r"location=\"'教师排名'",
        "location=\"'教师名次'",
        "教师名次, which is no sheet",
    ),
    Seed("link to nowhere", HOME, r" location=\"'教师排名'!A1\"", "", "leads nowhere"),
    Seed(
        "code name twice", SCHOOLS, r'codeName="Sheet2"', 'codeName="sheet1"', "code name sheet1 comes twice"
    ),
    Seed("code name", SCHOOLS, r'codeName="Sheet2"', 'codeName="Blatt2"', "'Blatt2' has no module"),
    Seed("no code name", WORKBOOK, r' codeName="ThisWorkbook"', "", "code name '' has no module"),
    Seed(
        "macro of a button", SHAPES, r"!KongjianRun_Recalculate", "!Recalculate", "Recalculate is not in the"
    ),
    Seed("callback", RIBBON, r'"Kongjian_Recalculate"', '"Recalc"', "onAction calls Recalc"),
    Seed("callback at loading", RIBBON, r'onLoad="\w+"', 'onLoad="Load"', "onLoad calls Load"),
    Seed("state callback", RIBBON, r'"KongjianEnabled"', '"Enabled"', "getEnabled calls Enabled"),
    Seed("ribbon's year", "_rels/.rels", r"2006(?=/relationships/ui)", "2007", "no relationship of a ribbon"),
    Seed("no relationship", HOME, r"location=\"'教师排名'!A1\"", 'r:id="rId9"', "has no relationship rId9"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("lint") / "built.xlsm"
    build(load_rules(), target)
    return target


@pytest.fixture(scope="module")
def parts(built: Path) -> FinishedParts:
    return read_parts(built.read_bytes())


def test_the_built_workbook_is_clean(built: Path) -> None:
    assert lint(built) == []


@pytest.mark.parametrize("seed", SEEDS, ids=[s.name for s in SEEDS])
def test_a_seeded_fault_is_found(seed: Seed, parts: FinishedParts, tmp_path: Path) -> None:
    changed, times = re.subn(seed.pattern, seed.replacement, parts[seed.part].decode(), count=1)
    assert times == 1, "the seed no longer fits the workbook"
    target = tmp_path / "faulty.xlsm"
    write_parts({**parts, seed.part: changed.encode()}, target)
    found = lint(target)
    assert any(seed.reported in fault for fault in found), found


def test_an_entry_that_comes_twice_is_found(built: Path, parts: FinishedParts, tmp_path: Path) -> None:
    target = tmp_path / "twice.xlsm"
    target.write_bytes(built.read_bytes())
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/styles.xml", parts["xl/styles.xml"])
    assert lint(target) == ["xl/styles.xml: 2 zip entries of this name"]


def test_a_plain_workbook_must_not_say_that_it_has_macros(tmp_path: Path) -> None:
    target = tmp_path / "plain.xlsx"
    build(load_rules(), target)
    write_parts(read_parts(target.read_bytes()), tmp_path / "plain.xlsm")
    plain = f"{TYPES}: the workbook's content type does not fit .xlsm"
    assert lint(tmp_path / "plain.xlsm") == [plain]


def test_a_workbook_with_macros_must_say_so(parts: FinishedParts, tmp_path: Path) -> None:
    target = tmp_path / "plain.xlsx"
    types = parts[TYPES].replace(MACRO_ENABLED, PLAIN)
    write_parts({**parts, TYPES: types}, target)
    assert lint(target) == [f"{PROJECT}: macros in a workbook that says it has none"]


def test_a_project_without_its_relationship_is_found(parts: FinishedParts, tmp_path: Path) -> None:
    target = tmp_path / "lost.xlsm"
    rels = "xl/_rels/workbook.xml.rels"
    lost = re.sub(rb"<Relationship [^>]*vbaProject[^>]*/>", b"", parts[rels])
    write_parts({**parts, rels: lost}, target)
    assert lint(target) == [f"{PROJECT}: 0 relationships"]


def test_ids_of_shapes_and_controls_must_differ(parts: FinishedParts, tmp_path: Path) -> None:
    target = tmp_path / "ids.xlsm"
    shapes = re.sub(rb'(<v:shape id=)"[^"]*"', rb'\1"a"', parts[SHAPES], count=2)
    ribbon = parts[RIBBON].replace(b'id="GoSchools"', b'id="GoTeachers"')
    write_parts({**parts, SHAPES: shapes, RIBBON: ribbon}, target)
    assert lint(target) == [f"{SHAPES}: id a comes twice", f"{RIBBON}: id GoTeachers comes twice"]
