"""A calculation leaves a workbook full of other people's things as it was, but for its own cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator
from pyopenvba import ExcelFile

from kongjian.rules import load_rules
from kongjian.workbook.layout import CHOSEN_CURVE, MONTH_CURVES, MONTHS, output_sheets
from kongjian.workbook.next_step import NEXT_NAME
from kongjian.workbook.recalculate import recalculate
from office import convert
from package_lint import lint
from workbook_extras import BELOW, MODULE, NOTE_COLUMN, OWN, rich_book, use
from workbooks import (
    MAIN,
    Parts,
    cells,
    change,
    column,
    opened,
    paste_again,
    read,
    replace,
    schools,
    sheet_part,
    sheet_parts,
    small_book,
    table_part,
    table_ref,
    teachers,
    without_fills,
    write,
)

NOW = dt.datetime(2021, 7, 9, 16, 30, 5)
OUTPUTS = {s.sheet: s for s in output_sheets(load_rules())}
NEVER = (
    "xl/vbaProject.bin", "customUI/customUI.xml", "customUI/customUI14.xml", "_rels/.rels", "docProps/custom.xml",
    "xl/media/image1.png", "xl/comments1.xml", "xl/comments2.xml", "xl/drawings/vmlDrawing1.vml", "xl/styles.xml",
    "xl/charts/chart1.xml", "xl/drawings/drawing1.xml", "docProps/core.xml", "xl/theme/theme1.xml",
)  # fmt: skip
"""A few of the parts that no run touches, by name: the general comparison must not miss them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rich")


@pytest.fixture(scope="module")
def fresh(folder: Path) -> Path:
    """As built, with everything added, never calculated."""
    return rich_book(folder / "fresh.xlsm")


@pytest.fixture(scope="module")
def calculated(fresh: Path) -> Path:
    target = fresh.with_name("calculated.xlsm")
    recalculate(fresh, target, now=NOW)
    return target


@pytest.fixture(scope="module")
def used(calculated: Path) -> Path:
    """Calculated, then filtered by hand and with a formula typed over a result."""
    return change(write(calculated.with_name("used.xlsm"), read(calculated)), use)


@pytest.fixture(scope="module")
def again(used: Path) -> Path:
    target = used.with_name("again.xlsm")
    recalculate(used, target, now=NOW)
    return target


@pytest.fixture(params=["fresh", "used"])
def pair(request: pytest.FixtureRequest) -> tuple[Parts, Parts]:
    """The parts before and after a run: the first one, and one over a workbook in use."""
    after = {"fresh": "calculated", "used": "again"}[request.param]
    return read(request.getfixturevalue(request.param)), read(request.getfixturevalue(after))


def own_parts(parts: Parts) -> set[str]:
    """What a calculation may write."""
    sheets = {sheet_part(parts, s) for s in [*OUTPUTS, "首页"]}
    tables = {table_part(parts, s.table) for s in OUTPUTS.values()}
    return sheets | tables | {"xl/sharedStrings.xml"}


def without_calc_chain(parts: Parts) -> Parts:
    """The workbook's lists without the calculation chain, which goes when a formula has been overwritten."""
    out = {n: d for n, d in parts.items() if n != "xl/calcChain.xml"}
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        out[name] = re.sub(rb"<[^<>]*calcChain[^<>]*/>", b"", out[name])
    out["xl/workbook.xml"] = out["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    return out


def around(xml: bytes, links: bool) -> bytes:
    """A sheet without its cells and columns' widths (and its links, where the run writes them)."""
    xml = re.sub(rb"<cols>.*</cols>", b"", xml)
    xml = re.sub(rb"<dimension[^>]*/>", b"", xml)
    xml = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", xml, flags=re.DOTALL)
    if links:
        xml = xml.replace(b' outlineLevelRow="1"', b"")  # hints are folded there
    return re.sub(rb"<hyperlinks>.*</hyperlinks>", b"", xml) if links else xml


def placed(parts: Parts, sheet: str) -> Iterator[tuple[int, int, str, str | None, str | None]]:
    """Row, column, style, formula and text of every cell of a sheet."""
    strings = ElementTree.fromstring(parts["xl/sharedStrings.xml"])
    texts = ["".join(t.text or "" for t in item.iter(f"{MAIN}t")) for item in strings]
    for cell in ElementTree.fromstring(parts[sheet_part(parts, sheet)]).iter(f"{MAIN}c"):
        row, at = openpyxl.utils.cell.coordinate_to_tuple(cell.attrib["r"])
        value = cell.findtext(f"{MAIN}v")
        if cell.get("t") == "s" and value is not None:
            value = texts[int(value)]
        yield row, at, cell.get("s", "0"), cell.findtext(f"{MAIN}f"), value


CURVES = f"(?:{CHOSEN_CURVE}|{MONTH_CURVES})"


def named(parts: Parts, name: str) -> set[tuple[int, int]]:
    """The cells (row, column) that defined names of this pattern point to."""
    places = rf"<definedName name=\"{name}\">'[^']+'!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?"
    number = openpyxl.utils.column_index_from_string
    return {
        (row, at)
        for first, top, last, bottom in re.findall(places, parts["xl/workbook.xml"].decode())
        for row in range(int(top), int(bottom or top) + 1)
        for at in range(number(first), number(last or first) + 1)
    }


def beside(parts: Parts, sheet: str) -> list[tuple[int, int, str, str | None, str | None]]:
    """The cells that are neither the table's nor a chart's: above its header, right of it and below all rows of data."""
    width, drawn = len(OUTPUTS[sheet].columns), named(parts, CURVES) if sheet == MONTHS else set()
    cells = (c for c in placed(parts, sheet) if c[:2] not in drawn)
    return [c for c in cells if c[1] > width or c[0] == 1 or c[0] >= BELOW]


def test_parts_that_are_not_ours_stay_byte_for_byte(pair: tuple[Parts, Parts]) -> None:
    old, new = map(without_calc_chain, pair)
    ours = own_parts(old)
    assert list(new) == list(old)
    inputs = {sheet_part(old, t.sheet) for t in load_rules().tables}
    assert {n for n in old if new[n] != old[n]} <= ours | inputs | {"xl/workbook.xml"}
    step = re.compile(rf'<definedName name="{NEXT_NAME}"[^<]*</definedName>'.encode())
    assert step.sub(b"", new["xl/workbook.xml"]) == step.sub(b"", old["xl/workbook.xml"])
    assert not ours.intersection(NEVER)
    assert set(NEVER) <= set(new)


def test_inputs_and_own_sheets_stay_byte_for_byte(pair: tuple[Parts, Parts]) -> None:
    old, new = pair
    kept = [n for s, n in sheet_parts(old).items() if s not in OUTPUTS and s != "首页"]
    assert len(kept) == 9  # five inputs, 规则, 帮助, the look-up, one's own
    assert [n for n in kept if without_fills(new[n]) != without_fills(old[n])] == []


def test_sheets_with_results_change_only_in_their_cells(pair: tuple[Parts, Parts]) -> None:
    old, new = pair
    for sheet in [*OUTPUTS, "首页"]:
        part = sheet_part(old, sheet)
        links = sheet == "问题清单"
        assert around(new[part], links) == around(old[part], links), sheet
        if sheet != "首页":
            assert beside(new, sheet) == beside(old, sheet), sheet


def test_home_changes_only_in_its_named_cells(pair: tuple[Parts, Parts]) -> None:
    old, new = ({c[:2]: c for c in placed(parts, "首页")} for parts in pair)
    ours = named(pair[0], r"Home\w+")
    assert len(ours) == 15 + 2 * 5 + 5 * 4 + 30 * 6  # the state, the steps, what the two charts show
    assert old.keys() == new.keys()
    assert {place for place in old if old[place] != new[place]} <= ours


def test_notes_beside_the_table_stay_in_their_rows(again: Path) -> None:
    book = opened(again)
    for sheet in ("学校排名", "问题清单"):
        notes = [book[sheet].cell(row, NOTE_COLUMN).value for row in range(3, 10)]
        assert notes == ["备注", *(f"备注{i}" for i in range(1, 7))]
        assert book[sheet].cell(4, NOTE_COLUMN + 1).value == "=C4*2"
        assert book[sheet][f"A{BELOW}"].value == "本表由装备站核对"


def test_formats_of_the_first_row_go_down_to_the_last(again: Path) -> None:
    sheet = opened(again)["学校排名"]
    shown = [(c.number_format, c.fill.fgColor.rgb) for (c,) in sheet["C4:C7"]]
    assert shown == [("0.0000", "FFCCFFCC")] * 4
    assert round(sheet.column_dimensions["C"].width) == 42
    assert sheet["B7"].number_format == "General"


def test_a_formula_over_a_result_is_gone_and_the_others_are_recalculated_on_opening(
    used: Path, again: Path
) -> None:
    before, after = read(used), read(again)
    assert "xl/calcChain.xml" in before
    assert "xl/calcChain.xml" not in after
    assert not [n for n, data in after.items() if b"calcChain" in data]
    assert b"<f>" not in re.search(rb'<row r="5".*?</row>', after[sheet_part(after, "学校排名")])[0]  # type: ignore[index]
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    assert column(again, "学校排名", "得分")[:4] == [99.99, 99.98, 99.97, 99.96]


def test_formulas_of_ones_own_stay_and_the_chain_stays_when_none_was_lost(fresh: Path, folder: Path) -> None:
    plain = write(folder / "plain.xlsm", read(fresh))

    def no_formula_in_results(parts: Parts) -> None:
        for sheet in ("学校排名", "问题清单"):
            part = sheet_part(parts, sheet)
            parts[part] = re.sub(rb'<c r="M4"[^>]*><f>.*?</c>', b"", parts[part])

    recalculate(change(plain, no_formula_in_results), now=NOW)
    assert read(plain)["xl/calcChain.xml"] == read(fresh)["xl/calcChain.xml"]
    sheet = opened(plain)[OWN]
    assert [sheet[f"B{r}"].value for r in (1, 2, 3)] == ["=学校排名!C4", "=AVERAGE(学校排名!C4:C200)", "=SUM(SchoolRanking[得分])"]  # fmt: skip


def test_a_filter_is_cleared_and_its_hidden_rows_are_shown(used: Path, again: Path) -> None:
    before, after = read(used), read(again)
    part = sheet_part(after, "学校排名")
    assert before[part].count(b' hidden="1"') == 2
    assert after[part].count(b' hidden="1"') == 0
    assert b"filterColumn" not in after[table_part(after, "SchoolRanking")]
    assert table_ref(again, "SchoolRanking") == ("A3:G9", "A3:G9")


def test_links_of_others_stay_on_the_problem_list(again: Path) -> None:
    links = {c.coordinate: c.hyperlink for row in opened(again)["问题清单"] for c in row if c.hyperlink}
    assert [link.location for ref, link in links.items() if ref.endswith("1") and len(ref) == 2] == [
        "'首页'!A1"
    ]
    assert links[f"A{BELOW + 1}"].target == "https://www.example.org/规则"
    assert links["D4"].location.startswith("'")


@pytest.mark.parametrize("name", ["fresh", "calculated", "used", "again"])
def test_the_package_is_clean(name: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(name)
    assert lint(path) == []
    audit = OpenXmlValidator().validate(path)
    assert (audit.errors, audit.error_count, audit.warning_count) == ([], 0, 0)


def test_macros_are_the_same(fresh: Path, again: Path) -> None:
    def modules(path: Path) -> dict[str, str]:
        book = ExcelFile(path)
        try:
            return {name: book.get_module(name) for name in book.module_names()}
        finally:
            book.close()

    assert "Hello()" in modules(fresh)["Hand"]
    assert MODULE.split("\r\n")[2] in modules(again)["Hand"]
    assert modules(fresh) == modules(again)


def test_the_same_data_give_the_same_bytes(
    again: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.workbook.recalculate.time.perf_counter", lambda: 0.0)
    one, two, third = folder / "one.xlsm", folder / "two.xlsm", folder / "third.xlsm"
    recalculate(again, one, now=NOW)
    recalculate(again, two, now=NOW)
    assert one.read_bytes() == two.read_bytes()
    recalculate(two, third, now=NOW)
    old, new = read(two), read(third)
    runs = {sheet_part(old, "运行记录"), table_part(old, "Runs")}
    assert {n for n in old if old[n] != new[n]} <= {*runs, "xl/sharedStrings.xml"}
    grown = new["xl/sharedStrings.xml"].count(b"<si>") - old["xl/sharedStrings.xml"].count(b"<si>")
    assert grown <= 1  # how many runs there are now


def test_runs_are_kept_newest_first(again: Path, folder: Path) -> None:
    book = write(folder / "runs.xlsm", read(again))
    for day in (10, 11, 12):
        recalculate(book, now=NOW.replace(day=day))
    assert column(book, "运行记录", "时间") == [NOW.replace(day=d) for d in (12, 11, 10, 9, 9)]
    assert table_ref(book, "Runs") == ("A3:K8", "A3:K8")


def test_runs_are_kept_when_a_row_was_put_above_them(again: Path, folder: Path) -> None:
    def move_down(parts: Parts) -> None:
        part, table = sheet_part(parts, "运行记录"), table_part(parts, "Runs")
        last = int(re.search(rb'ref="A3:K(\d+)"', parts[table])[1])  # type: ignore[index]
        for row in range(last, 2, -1):
            parts[part] = re.sub(rb'r="([A-Z]*)%d"' % row, rb'r="\g<1>%d"' % (row + 1), parts[part])
        parts[table] = parts[table].replace(b"A3:K%d" % last, b"A4:K%d" % (last + 1))

    book = change(write(folder / "moved.xlsm", read(again)), move_down)
    recalculate(book, now=NOW.replace(day=10))
    assert table_ref(book, "Runs") == ("A4:K7", "A4:K7")
    assert [row[0] for row in cells(book, "运行记录")[4:]] == [NOW.replace(day=d) for d in (10, 9, 9)]
    assert lint(book) == []


def test_libreoffice_opens_it_and_shows_the_same_numbers(again: Path, folder: Path) -> None:
    book = opened(convert(again, "xlsx", folder / "office"), data_only=True)
    for sheet in ("学校排名", "教师得分", "获奖名单"):
        width = len(OUTPUTS[sheet].columns)
        seen = [[c.value for c in row[:width]] for row in book[sheet].iter_rows(min_row=3, max_row=7)]
        ours = [[None if v == "" else v for v in row[:width]] for row in cells(again, sheet)[2:7]]
        assert seen == ours, sheet
    assert len(book["首页"]._charts) == 2


def test_tables_grow_and_shrink_without_stale_rows(folder: Path) -> None:
    book = small_book(folder / "grow.xlsm", {"schools": schools(10), "teachers": teachers(8)})
    for count in (10, 500, 3, 0, 12):
        paste_again(book, {"schools": schools(count), "teachers": teachers(min(count, 60))})
        recalculate(book, now=NOW)
        last = 3 + max(count, 1)
        assert table_ref(book, "SchoolRanking") == (f"A3:G{last}", f"A3:G{last}")
        assert table_ref(book, "SchoolScores") == (f"A3:AB{last}", f"A3:AB{last}")
        names = [n for n in column(book, "学校排名", "学校名称") if n]
        assert names == [str(s["学校名称"]) for s in schools(count)]
        assert len(column(book, "学校得分", "学校名称")) == count
        assert lint(book) == [], count


def test_a_total_row_of_the_table_makes_room(folder: Path) -> None:
    book = small_book(folder / "totals.xlsm", {"schools": schools(5)})
    recalculate(book, now=NOW)

    def total(parts: Parts) -> None:
        table = table_part(parts, "SchoolRanking")
        replace(parts, table, b'ref="A3:G8" totalsRowShown="0"', b'ref="A3:G9" totalsRowCount="1"')
        sheet = sheet_part(parts, "学校排名")
        row = b'<row r="9"><c r="A9"><v>5</v></c><c r="C9"><f>SUBTOTAL(109,SchoolRanking[x])</f><v>1</v></c></row>'
        replace(parts, sheet, b"</sheetData>", row + b"</sheetData>")

    recalculate(change(book, total), now=NOW)
    assert b"totalsRowCount" not in read(book)[table_part(read(book), "SchoolRanking")]
    assert table_ref(book, "SchoolRanking") == ("A3:G8", "A3:G8")
    assert len(cells(book, "学校排名")) == 8
