"""The scheme that a workbook names decides, on every way in; two of two schemes work side by side in one process."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from changed_books import edit, put
from edited_scheme import forget_scheme
from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import doctor
from kongjian.rules import load_rules
from kongjian.workbook.functions.rules_text import rules_of
from kongjian.workbook.functions.worksheet import AWARD, TEACHER_SCORE
from kongjian.workbook.layout import SCHEME_NAME
from kongjian.workbook.recalculate import check
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from remote import press
from rules_texts import rules_text
from small_scheme import SMALL, small_rows, small_rules
from two_schemes import put_scheme
from vba_host import VbaHost
from workbooks import change, everything, pasted, replace, small_book

STRICTER = {"eligibility.yaml": ("at_least: 80", "at_least: 99.98"), "awards.yaml": ("last: 3", "last: 2")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


@pytest.fixture
def theirs(folder: Path) -> Path:
    """A workbook of the stricter scheme, which stands in the user's own folder."""
    put_scheme(places.own_schemes(), "strict-2030", STRICTER)
    rules = load_rules("strict-2030")
    build(rules, folder / "甲.xlsm", pasted(rules, everything()))
    return folder / "甲.xlsm"


def text_of(book: Path) -> str:
    with Package(book) as package:
        grid = Reader(package).grid("规则")
    assert grid is not None
    return rules_text(grid)


def test_two_workbooks_of_two_schemes_side_by_side(theirs: Path, folder: Path) -> None:
    ours = small_book(folder / "乙.xlsm")
    for _ in range(2):
        runs = [check(book) for book in (theirs, ours)]
        assert [r.rules.scheme.id for r in runs] == ["strict-2030", places.default_scheme()]
        assert [r.results.school.eligibility.eligible.sum() for r in runs] == [1, 4]
        assert [rules_of(text_of(b)).awards[0].last for b in (theirs, ours)] == [2, 3]
        pressed = [press("recalculate", book, saved=True) for book in (theirs, ours)]  # both are open
        awarded = [[r[0].value for r in p.book["获奖名单"].iter_rows(min_row=4)] for p in pressed]
        assert [a.count(load_rules().awards[0].name) for a in awarded] == [1, 3]
    functions = [AWARD("school", 3, rules=text_of(b)) for b in (theirs, ours)]
    assert functions == ["", load_rules().awards[0].name]


def test_a_scheme_beside_the_workbook_goes_with_it(theirs: Path, folder: Path) -> None:
    put_scheme(folder / "方案", "strict-2030", {**STRICTER, "awards.yaml": ("last: 3", "last: 1")})
    edit(theirs, put("规则", **scheme_cell(theirs, "方案编号", "STRICT-2030")))
    run = check(theirs)
    assert (run.rules.scheme.id, run.rules.folder) == ("strict-2030", folder / "方案" / "strict-2030")
    assert run.rules.awards[0].last == 2  # what the sheet says wins over the package
    [line] = [line for line in doctor.examine(theirs) if line.title == "方案"]
    assert (line.state, "工作表函数找不到这里" in line.text) == (doctor.GOOD, True)


def scheme_cell(book: Path, item: str, value: str) -> dict[str, str]:
    """The cell of an item of Scheme, with a value."""
    with Package(book) as package:
        grid = Reader(package).grid("规则")
    assert grid is not None
    row = next(n for n, cells in enumerate(grid.rows, start=1) if cells[0] == item)
    return {f"B{row}": value}


def test_functions_of_an_unknown_scheme_give_no_number(folder: Path) -> None:
    book = small_book(folder / "丙.xlsm")
    edit(book, put("规则", **scheme_cell(book, "方案编号", "nowhere-1999")))
    with pytest.raises(KongjianError, match="没有方案“nowhere-1999”"):  # #N/A in a cell
        TEACHER_SCORE([1], rules=text_of(book))


def test_a_workbook_of_the_first_edition_is_of_the_default_scheme(folder: Path) -> None:
    book = small_book(folder / "丁.xlsm")
    edit(book, forget_scheme)
    done = CliRunner().invoke(cli, ["recalc", str(book), "-o", str(folder / "戊.xlsm")])
    assert (done.exit_code, f"本簿没有写明方案，按“{places.default_scheme()}”" in done.output) == (0, True)
    pressed = press("recalculate", book)
    assert "已经记在簿里" in str(pressed.said)
    assert pressed.book.defined_names[SCHEME_NAME].attr_text == f'"{places.default_scheme()}"'
    again = CliRunner().invoke(cli, ["recalc", str(folder / "戊.xlsm")]).output  # it knows by now
    assert "没有写明方案" not in again
    change(
        folder / "戊.xlsm",
        lambda p: replace(p, "xl/workbook.xml", places.default_scheme().encode(), b"nowhere-1"),
    )
    with pytest.raises(KongjianError, match="名称KongjianScheme：没有方案“nowhere-1”"):
        check(folder / "戊.xlsm")
    assert "没有写明方案" not in CliRunner().invoke(cli, ["recalc", str(small_book(book))]).output


@pytest.fixture
def small(folder: Path) -> Path:
    """A workbook of the invented scheme, which stands beside it and nowhere else."""
    shutil.copytree(SMALL, folder / "方案" / SMALL.name)
    build(small_rules(), folder / "东陵.xlsm", pasted(small_rules(), small_rows()))
    return folder / "东陵.xlsm"


def test_functions_find_a_scheme_that_stands_only_beside_the_workbook(small: Path, folder: Path) -> None:
    row = [small_rows()["teachers"][2].get(n) for n in small_rules().table("teachers").names]
    ours = VbaHost(small_book(folder / "赤壁.xlsm"))
    theirs = VbaHost(small)
    for _ in range(2):  # both are open, and take turns
        assert TEACHER_SCORE(row, rules=theirs.run("KongjianRules")) == 58
        assert AWARD("教师", 1, rules=theirs.run("KongjianRules")) == small_rules().awards[3].name
        assert AWARD("教师", 1, rules=ours.run("KongjianRules")) == load_rules().awards[3].name
    told = theirs.run("KongjianRules")
    for elsewhere in ("", "https://example.com/文件", str(folder / "别处")):  # never saved, in a cloud, moved
        moved = told.replace(f"\v{folder}", f"\v{elsewhere}")
        assert moved != told
        with pytest.raises(KongjianError, match=f"没有方案“{SMALL.name}”"):  # #N/A in a cell
            TEACHER_SCORE(row, rules=moved)


def test_another_package_of_the_same_id_gives_no_number(small: Path, folder: Path) -> None:
    text = VbaHost(small).run("KongjianRules")
    file = folder / "方案" / SMALL.name / "measures.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("how: mean", "how: share_complete", 1), encoding="utf-8"
    )
    with pytest.raises(KongjianError, match="与本簿的在"):
        AWARD("教师", 1, rules=text)


def lose_rules(book: openpyxl.Workbook) -> None:
    """As Excel leaves it when the sheet is deleted."""
    book.remove(book["规则"])
    for name in book.defined_names.values():
        if "规则" in name.attr_text:
            name.attr_text = "#REF!"


def test_a_workbook_that_has_lost_its_rules_is_of_no_scheme(small: Path, folder: Path) -> None:
    edit(small, lose_rules)
    for way in (
        lambda: AWARD("教师", 1, rules=VbaHost(small).run("KongjianRules")),
        lambda: check(small),
        lambda: CliRunner().invoke(cli, ["mail", str(small)], standalone_mode=False, catch_exceptions=False),
    ):
        with pytest.raises(KongjianError, match="不知道本簿是哪个方案"):
            way()
    assert "不知道本簿是哪个方案" in str(press("recalculate", small).said)
    assert not (folder / "分发").exists()
