"""No cell lands as another number: dates, percentages, money, texts, errors, formulas; what landed is read again."""

from __future__ import annotations

import csv
import datetime as dt
from enum import Enum
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from import_files import NOW, RULES, Line, landed, new_book, recorded, run_import, text_file, xlsx
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell
from kongjian.entry.cli.chinese import ChineseGroup
from kongjian.entry.cli.file_book import file_book
from kongjian.entry.cli.import_data import import_
from kongjian.intake.importing.import_files import import_files
from kongjian.workbook.pages import Writing


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path)


HEAD: Line = ["学校", "姓名", "账号", "在线授课"]


class Special(Enum):
    ERROR = "an error value"
    FORMULA = "a formula"


ERROR, FORMULA, TRUE = Special.ERROR, Special.FORMULA, True
NOT_A_NUMBER = "按空白处理"


def one_cell(path: Path, cell: Any, form: str, epoch: int = 1900) -> Path:
    """A file with one cell of a number, shown in a format."""
    with Workbook(str(path), {"date_1904": epoch == 1904}) as made:
        page = made.add_worksheet("导出")
        for r, line in enumerate([HEAD, ["某校", "李", "a1"]]):
            page.write_row(r, 0, line)
        used = made.add_format({"num_format": form})
        if cell is ERROR:
            page.write_formula(1, 3, "=1/0", used, "#DIV/0!")
        elif cell is FORMULA:
            page.write_formula(1, 3, "=13*3", used, 39)
        elif isinstance(cell, bool):
            page.write_boolean(1, 3, cell, used)
        elif isinstance(cell, str):
            page.write_string(1, 3, cell, used)
        else:
            page.write_number(1, 3, cell, used)
    return path


CELLS: list[tuple[Any, str, int, Cell, str]] = [
    # what the file holds, its format, its calendar, what lands, what is told
    (39, "yyyy/m/d", 1900, 39.0, "它的数是39"),
    (5, 'm"月"d"日"', 1900, 5.0, "它的数是5"),
    (40.5, "yyyy-mm-dd hh:mm", 1900, 40.5, "它的数是40.5"),
    (58, "yyyy/m/d", 1900, 58.0, "它的数是58"),
    (59, "yyyy/m/d", 1900, "1900-02-28", NOT_A_NUMBER),  # or 60
    (61, "yyyy/m/d", 1900, 61.0, "它的数是61"),
    (0, "yyyy/m/d", 1900, 0.0, "它的数是0"),
    (0.25, "h:mm", 1900, 0.25, "它的数是0.25"),
    (39, "[h]:mm", 1900, 39.0, "它的数是39"),
    (44256, "yyyy/m/d", 1900, "2021-03-01", NOT_A_NUMBER),
    (39, "yyyy/m/d", 1904, "1904-02-09", NOT_A_NUMBER),  # or 1501, counted from 1900
    (39, "0", 1904, 39.0, ""),
    (39, "0%", 1900, 39.0, "显示3900%"),
    (0.39, "0%", 1900, "39%", NOT_A_NUMBER),
    (39.6, "0", 1900, 39.6, ""),
    (1239.5, '"¥"#,##0.00', 1900, 1239.5, ""),
    (12000, '0!.0,"万"', 1900, 12000.0, ""),
    ("39", "@", 1900, 39.0, "文本“39”按数字39读取"),
    ("１，２３９次", "General", 1900, 1239.0, "按“1239”写入"),
    ("39%", "General", 1900, "39%", NOT_A_NUMBER),
    ("约39", "General", 1900, "约39", NOT_A_NUMBER),
    ("2021-03-01", "General", 1900, "2021-03-01", NOT_A_NUMBER),
    (ERROR, "General", 1900, None, "错误值#DIV/0!，写成空白"),
    (FORMULA, "yyyy/m/d", 1900, 39.0, "它的数是39"),
    (FORMULA, "General", 1900, 39.0, ""),
    (TRUE, "General", 1900, "TRUE", NOT_A_NUMBER),
]  # fmt: skip


@pytest.mark.parametrize("case", CELLS, ids=lambda c: f"{c[0]}-{c[1]}-{c[2]}")
def test_a_count_lands_as_the_number_that_stood_there_or_as_none(
    case: tuple[Any, str, int, Cell, str], book: Path, tmp_path: Path
) -> None:
    cell, form, epoch, wanted, told = case
    done = run_import(book, one_cell(tmp_path / "x.xlsx", cell, form, epoch))
    found = landed(book, "教师数据")[0].get("在线授课")
    assert (found, type(found)) == (wanted, type(wanted))
    notes = [n for n in recorded(book, "说明") if "文件第2行" in n]
    assert (told in "".join(notes), bool(notes)) == (True, bool(told))
    assert f"写入的与文件逐格核对一致{3 + (wanted is not None)}格" in done.lines


@pytest.mark.parametrize(
    ("cell", "told"),
    [("'421281198805123400", "'"), ("`0012", "`"), ('="0012"', '="…"'), ("‘hb01", "‘")],
)
def test_marks_come_off_accounts(cell: str, told: str, book: Path, tmp_path: Path) -> None:
    run_import(book, text_file(tmp_path / "x.csv", [HEAD, ["某校", "李", cell, 1]], "utf-8"))
    assert landed(book, "教师数据")[0]["账号"] == cell.strip("'`‘=\"")
    assert any(told in n for n in recorded(book, "说明"))


@pytest.mark.parametrize(("value", "wanted"), [(dt.date(1954, 10, 13), None), (dt.date(1900, 2, 8), "39")])
def test_an_account_under_a_date_is_given_back_or_left_out(
    value: dt.date, wanted: str | None, book: Path, tmp_path: Path
) -> None:
    run_import(book, xlsx(tmp_path / "x.xlsx", [HEAD, ["某校", "李", value, 1]]))
    assert landed(book, "教师数据")[0].get("账号") == wanted


@pytest.mark.parametrize("change", [lambda v: v + 1, lambda _: None, str, lambda v: -v])
def test_a_cell_that_landed_otherwise_is_never_saved(change: Any, book: Path, tmp_path: Path) -> None:
    file = text_file(tmp_path / "x.csv", [HEAD, ["某校", "李", "a1", 39]], "utf-8")
    before = book.read_bytes()
    with file_book(book) as held:
        done = import_files([file], held, RULES, NOW)
        [block] = done.rows
        rows = [[change(v) if v == 39 else v for v in row] for row in block.rows]
        with pytest.raises(KongjianError, match=r"教师数据有1格与文件核对不一致（H4），没有导入"):
            held.write(Writing("导入", rows=[_Changed(block, rows)]))  # type: ignore[list-item]
    assert book.read_bytes() == before


class _Changed:
    """A block that says of itself what it is, and is written otherwise."""

    def __init__(self, block: Any, rows: Any) -> None:
        self._block, self._rows, self._asked = block, rows, 0

    def __getattr__(self, name: str) -> Any:
        return self._rows if name == "rows" else getattr(self._block, name)


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ([HEAD, ["某校", "李", "a1", 1]], 0, "新增1行"),
        (
            [["学校", "姓名", "教师账号", "在线授课"], ["某校", "李", "a1", 1]],
            1,
            "没有导入：1个列名拿不准（教师账号）",
        ),
        ([HEAD], 1, "没有写入任何一行"),
        ([HEAD, ["某校", "李", "there", 2]], 1, "没有写入任何一行"),
        ([HEAD, ["某校", "王", "there", 1]], 1, "没有写入任何一行"),
        ([HEAD, ["某校", "李", "there", 1]], 0, "这些行都已经有了，没有新增"),
    ],
)
def test_exit_codes(lines: list[Line], code: int, said: str, book: Path, tmp_path: Path) -> None:
    run_import(book, text_file(tmp_path / "有.csv", [HEAD, ["某校", "李", "there", 1]], "utf-8"))
    file = text_file(tmp_path / "x.csv", lines, "utf-8")
    group = ChineseGroup("kongjian", commands={"import": import_})
    done = CliRunner().invoke(group, ["import", str(book), str(file)])
    assert (done.exit_code, said in done.output) == (code, True), done.output


# ---- whatever writes the file, and in whatever format, its numbers come back

COUNTS = [c.name for c in RULES.table("teachers").columns if c.kind == "count"]
FORMATS = ["General", "0", "0.00", "#,##0", '"¥"#,##0.00', "yyyy/m/d", 'm"月"d"日"', "h:mm", "0%", "@"]
NUMBERS = st.one_of(st.integers(0, 1300), st.integers(0, 4000).map(lambda n: n / 8))


@st.composite
def tables(draw: st.DrawFn) -> list[list[tuple[float, str]]]:
    row = st.tuples(NUMBERS, st.sampled_from(FORMATS))
    height = draw(st.integers(1, 4))
    return [draw(st.lists(row, min_size=len(COUNTS), max_size=len(COUNTS))) for _ in range(height)]


def _by_xlsxwriter(path: Path, rows: list[list[tuple[float, str]]]) -> None:
    with Workbook(str(path)) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["学校", "姓名", "账号", *COUNTS])
        for r, row in enumerate(rows, 1):
            page.write_row(r, 0, ["某校", "李", f"a{r}"])
            for c, (value, form) in enumerate(row, 3):
                page.write_number(r, c, value, made.add_format({"num_format": form}))


def _by_openpyxl(path: Path, rows: list[list[tuple[float, str]]]) -> None:
    made = openpyxl.Workbook()
    made.active.append(["学校", "姓名", "账号", *COUNTS])
    for r, row in enumerate(rows, 2):
        made.active.append(["某校", "李", f"a{r - 1}", *(v for v, _ in row)])
        for c, (_, form) in enumerate(row, 4):
            made.active.cell(r, c).number_format = form
    made.save(path)


def _by_csv(path: Path, rows: list[list[tuple[float, str]]]) -> None:
    with path.open("w", encoding="gb18030", newline="") as out:
        lines = [["某校", "李", f"a{r}", *(f"{v:g}" for v, _ in row)] for r, row in enumerate(rows, 1)]
        csv.writer(out).writerows([["学校", "姓名", "账号", *COUNTS], *lines])


@settings(max_examples=12, deadline=None)
@given(tables(), st.sampled_from([_by_xlsxwriter, _by_openpyxl, _by_csv]))
def test_every_number_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[tuple[float, str]]], write: Any
) -> None:
    folder = tmp_path_factory.mktemp("values")
    write(file := folder / ("x.csv" if write is _by_csv else "x.xlsx"), rows)
    out = folder / "out.xlsm"
    run_import(new_book(folder), file, out=out)
    told = {cell for cell in recorded(out, "单元格") if cell}
    for r, (row, found) in enumerate(zip(rows, landed(out, "教师数据"), strict=True), start=4):
        for c, (name, (value, form)) in enumerate(zip(COUNTS, row, strict=True)):
            where = f"{'FGHIJKMNOP'[c]}{r}"
            if isinstance(found.get(name), str):  # no number, and told; only where a format hides which
                assert where in told
                assert form in ("yyyy/m/d", 'm"月"d"日"', "h:mm", "0%"), (value, form)
            else:
                assert found[name] == value, (value, form)
