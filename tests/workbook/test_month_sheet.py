"""月度跟踪 in a workbook: its columns follow the counted months, and so do looks, marks and the chart's numbers."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from changed_books import edit, put
from kongjian.rules import load_rules
from kongjian.selfcheck.fresh_run import fresh_run
from kongjian.selfcheck.second_reader import SecondReader
from kongjian.selfcheck.untouched_results import untouched_results
from kongjian.workbook.layout import CHOSEN_CURVE, CURVE_OF, MONTH_CURVES, MONTHS, output_sheet
from kongjian.workbook.month_curves import HEIGHT, chosen_line, curves
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import own_rules
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.moved_columns import looks_of
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from kongjian.xlsx.table_parts import OutColumn
from office import convert, pdf_pages, turns
from package_lint import lint
from remote import press
from workbooks import everything, opened, read, settled, small_book

RULES = load_rules()
FIRST, SECOND, THIRD = (dt.datetime(2021, 7, day, 9, 30) for day in (20, 21, 22))
NAMES = ["类别", "学校名称", "教师姓名", "账号"]
BEHIND = ["月均得分", "已有月数", "还剩月数", "余下每月至少", "状态"]
PERIOD = RULES.period.months()
Book = openpyxl.Workbook


def counted(month: str, word: str) -> Callable[[Book], None]:
    """Writes into 计入 of a month on 规则."""

    def change(book: Book) -> None:
        beside = (c.offset(column=1) for row in book["规则"].iter_rows() for c in row if c.value == month)
        [cell] = [c for c in beside if c.value in ("是", "否")]
        cell.value = word

    return change


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = small_book(tmp_path_factory.mktemp("months") / "评比.xlsm", everything())
    recalculate(path, now=FIRST)
    return path


@pytest.fixture
def book(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(first, tmp_path / "评比.xlsm"))


def looks(path: Path) -> dict[str, tuple[str, str, float]]:
    """Number format, alignment and width of each column by its name."""
    sheet = opened(path)[MONTHS]
    return {
        str(c.value): (
            sheet.cell(4, c.column).number_format,
            str(sheet.cell(4, c.column).alignment.horizontal),
            next(d.width for d in sheet.column_dimensions.values() if d.min <= c.column <= d.max),
        )
        for c in sheet[3]
        if c.value is not None
    }


def test_the_columns_follow_the_counted_months_and_take_their_looks_along(book: Path) -> None:
    before = looks(book)
    assert list(before) == [*NAMES, *PERIOD, *BEHIND]
    assert before["状态"][:2] == ("General", "center")
    assert before["2021-03"][0] == before["余下每月至少"][0] == "0.00"
    assert before["账号"] == ("@", "left", before["账号"][2])
    edit(book, counted("2021-02", "否"))
    recalculate(book, now=SECOND)
    less = looks(book)
    assert list(less) == [*NAMES, *(m for m in PERIOD if m != "2021-02"), *BEHIND]
    assert {n: look for n, look in before.items() if n != "2021-02"} == less
    sheet = opened(book)[MONTHS]
    assert sheet.tables["MonthTracking"].ref == f"A3:P{sheet.tables['MonthTracking'].ref.split('P')[1]}"
    assert {c.value for row in sheet.iter_rows(min_row=3, min_col=17, max_col=17) for c in row} == {None}
    assert lint(book) == []
    edit(book, counted("2021-02", "是"))
    recalculate(book, now=THIRD)
    assert looks(book) == before
    assert lint(book) == []


def test_the_marks_ask_each_cell_about_itself(first: Path) -> None:
    sheet = opened(first)[MONTHS]
    found = {str(f.sqref): [r.formula[0] for r in f.rules] for f in sheet.conditional_formatting}
    assert found == {"E4:AC1048576": [f'E4="{word}"' for word in ("已达标", "难达", "无法达到")]}


def test_the_button_lays_the_columns_out_as_the_command_does(book: Path, tmp_path: Path) -> None:
    edit(book, counted("2021-02", "否"))
    pressed = press("recalculate", book)
    shown = str(pressed.book["首页"][_home(pressed.book)].value)
    recalculate(book, tmp_path / "out.xlsm", now=dt.datetime.fromisoformat(shown))
    theirs = opened(tmp_path / "out.xlsm")[MONTHS]
    mine = pressed.book[MONTHS]
    assert pressed.alerts == []
    for row in range(2, theirs.max_row + 1):
        for column in range(1, theirs.max_column + 1):
            one, other = mine.cell(row, column), theirs.cell(row, column)
            assert (one.value or None) == (other.value or None), one.coordinate
            if row > 3 and column <= 16:  # texts are kept as texts in a running Excel
                assert one.number_format.replace("@", "General") == other.number_format.replace(
                    "@", "General"
                )
    assert mine.tables["MonthTracking"].ref == theirs.tables["MonthTracking"].ref
    wide = {a["start_column"]: a["args"][0] for a in pressed.actions if a["func"] == "setColumnWidth"}
    assert wide == {k: c.width for k, c in enumerate(output_sheet(check(book).rules, MONTHS).columns)}


def _home(book: Book) -> str:
    ((_, cell),) = book.defined_names["HomeRunTime"].destinations
    return cell.replace("$", "").partition(":")[0]


def shown(path: Path, name: str) -> list[list[object]]:
    """The values in the cells of a defined name, those of formulas as the file holds them; "" for none."""
    book = openpyxl.load_workbook(path, data_only=True)
    [(sheet, place)] = book.defined_names[name].destinations
    return [["" if c.value is None else c.value for c in row] for row in book[sheet][place]]


def test_the_chart_s_numbers_are_those_of_every_school_the_nearest_to_the_mark_first(first: Path) -> None:
    run = check(first)
    block = curves(run)
    monthly = run.results.school.monthly
    assert block[0] == ["", *PERIOD]
    assert block[1] == ["达标线80分", *[80] * 8]
    assert len(block) == HEIGHT == 203
    names = run.results.school.names["学校名称"].tolist()
    known = [k for k in range(len(names)) if not monthly.stood_in[k]]
    known.sort(key=lambda k: (abs(monthly.average[k] - 8000), names[k]))
    assert [line[0] for line in block[3:]] == [names[k] for k in known] + [""] * (200 - len(known))
    for line, k in zip(block[3:], known, strict=False):
        assert line[1:] == ["" if v != v else v for v in monthly.by_month[k].tolist()]
    assert shown(first, MONTH_CURVES) == block
    assert shown(first, CHOSEN_CURVE) == [[block[3][0], *("#N/A" if v == "" else v for v in block[3][1:])]]


def test_every_school_is_a_thin_grey_line_and_the_chosen_one_stands_above_all(first: Path) -> None:
    parts = read(first)
    [chart] = [parts[n].decode() for n in parts if n.startswith("xl/charts/") and MONTHS.encode() in parts[n]]
    lines = re.findall(r"<c:ser>.*?</c:ser>", chart, re.DOTALL)
    assert len(lines) == 203 < 255  # more than that Excel does not take
    assert '<c:plotVisOnly val="1"/>' not in chart  # the numbers stand in hidden columns
    assert chart.count("<c:legendEntry>") == 200  # which name no grey line
    name = [re.search(r"<c:tx>.*?<c:f>[^!]*!([^<]*)<", line, re.DOTALL)[1] for line in lines]  # type: ignore[index]
    [(_, block)] = opened(first).defined_names[MONTH_CURVES].destinations
    column, top = block.split("$")[1], int(block.split("$")[2].rstrip(":"))
    assert name == [f"${column}${row}" for row in (*range(top + 3, top + 203), top + 2, top + 1, 2)]
    look = [re.search(r'<a:ln w="(\d+)">.*?srgbClr val="(\w+)"', line, re.DOTALL).groups() for line in lines]  # type: ignore[union-attr]
    assert set(look[:200]) == {("9525", "CBD2DB")}
    assert [int(width) for width, _ in look[200:]] == [25400, 31750, 38100]
    assert len({colour for _, colour in look}) == 4


def test_another_program_draws_all_schools_and_the_one_that_is_chosen(tmp_path: Path) -> None:
    """Five schools, one of them without its second and last month."""
    rows = settled(5)
    gone = {(rows["schools"][4]["学校名称"], month) for month in (PERIOD[1], PERIOD[-1])}
    rows["monthly"] = [r for r in rows["monthly"] if (r["学校名称"], r["月份"]) not in gone]
    for k, row in enumerate(rows["monthly"]):
        row["得分"] = 60 + 31 * k % 40
    first = small_book(tmp_path / "five.xlsm", rows)
    block = curves(recalculate(first, now=FIRST))
    [(sheet, asked)], [(_, row)] = (
        opened(first).defined_names[n].destinations for n in (CURVE_OF, CHOSEN_CURVE)
    )
    cell = opened(first)[sheet][asked.split(":")[0].replace("$", "")]
    names = [str(line[0]) for line in block[3:] if line[0]]
    wanted = ["", *names, names[-1], "没有的学校"]
    found = turns(first, MONTHS, row.replace("$", ""), [(cell.row, cell.column)], [(n,) for n in wanted])
    for name, [line] in zip(wanted, found, strict=True):
        right = [worked.value for worked in chosen_line(block, name, len(PERIOD))]
        assert ["#N/A" if v is None or str(v).startswith("#") else v for v in line] == right, name
    assert found[-1][0][0] == "没有的学校（图里没有）"
    drawn = tmp_path / "drawn.xlsm"
    with Package(first) as package:
        chosen = Edit(package)
        chosen.put_name(CURVE_OF, names[-1])
        chosen.save(drawn)
    recalculate(drawn, now=SECOND)
    assert shown(drawn, CHOSEN_CURVE)[0][0] == names[-1]
    pdf = convert(drawn, "pdf", tmp_path)  # a hidden sheet, too, where it says what is printed of it
    [_, page] = [k for k, text in enumerate(pdf_pages(pdf), start=1) if text.split()[-1] == MONTHS]
    grey, strong, words = strokes(pdf, page)
    assert grey == len(names)
    assert strong == {"3.0", "2.5", "2.0"}
    assert names[-1] in words
    assert names[0] not in words


def strokes(pdf: Path, page: int) -> tuple[int, set[str], str]:
    """How many lines of the others' grey are drawn on a page, the widths of the broader ones, and the page's words."""
    of_page = ["-f", str(page), "-l", str(page), str(pdf), "-"]
    drawn = subprocess.run(["pdftocairo", "-svg", *of_page], check=True, capture_output=True).stdout.decode()
    words = subprocess.run(["pdftotext", *of_page], check=True, capture_output=True).stdout.decode()
    lines = re.findall(r"fill:none;stroke-width:([\d.]+);[^>]*?stroke:rgb\(([^)]*)\)", drawn)
    grey = [w for w, colour in lines if colour.startswith("79.6") and float(w) < 1]
    return len(grey), {f"{float(w):.1f}" for w, _ in lines if 1.5 < float(w) < 5}, re.sub(r"\s", "", words)


def test_a_month_that_no_longer_counts_leaves_the_chart(book: Path) -> None:
    edit(book, counted("2021-07", "否"))
    recalculate(book, now=SECOND)
    [(sheet, place)] = opened(book).defined_names[MONTH_CURVES].destinations
    rows = [[c.value for c in row] for row in opened(book)[sheet][place]]
    assert rows[0][1:] == [*PERIOD[:-1], None]
    assert all(row[-1] is None for row in rows)


def test_a_number_of_the_chart_that_a_hand_altered_is_found(book: Path) -> None:
    [(sheet, place)] = opened(book).defined_names[MONTH_CURVES].destinations
    cell = opened(book)[sheet][place][1][3].coordinate
    edit(book, put(MONTHS, **{cell: 60}))
    with Package(book) as package, SecondReader(book) as second:
        reader = Reader(package)
        rules = own_rules(reader, RULES)
        run = fresh_run(reader, rules, lambda _: None)
        line = untouched_results(run, rules, reader, second.names, lambda _: None)
    assert re.search(rf"{MONTHS}!{cell}（折线图的数）表里是60，应为80", line.text)


def column(name: str, kind: Any = "score") -> OutColumn:
    return OutColumn(name, kind, 9)


@pytest.mark.parametrize(
    ("old", "new", "looks"),
    [
        (["a", "b"], [column("a"), column("b")], None),
        (["a", "m1", "m2", "z"], [column("a"), column("m2"), column("z")], [0, 2, 3]),
        (["t", "m1", "z"], [column("t", "text"), column("m0"), column("m1"), column("z", "text")], [0, 1, 1, 2]),
        (["t", "z"], [column("t", "text"), column("m", "score"), column("z", "text")], [0, 1, 1]),
        (["x"], [column("a"), column("b")], [0, 0]),
        (["a", "a", "b"], [column("b"), column("a")], [2, 0]),
    ],
)  # fmt: skip
def test_each_column_takes_the_looks_of_its_name_or_of_its_kin(
    old: list[str], new: list[OutColumn], looks: list[int] | None
) -> None:
    assert looks_of(old, new) == looks
