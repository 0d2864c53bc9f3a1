"""A calculated workbook for the self-check, ways to change it, and what the check says of it."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import openpyxl

from kongjian.rules import Rules, load_rules
from kongjian.selfcheck import examine_book, screen_apart
from kongjian.selfcheck.checked_book import BAD, GOOD, Line
from kongjian.workbook.recalculate import recalculate
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from where import CASES as CASES
from workbooks import opened, small_book

RULES = load_rules()
Edit = Callable[[openpyxl.Workbook], object]


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kongjian-selfcheck-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def few_cases() -> Path:
    """Three of the scheme's cases: the whole folder takes a second."""
    folder = _folder() / "cases"
    folder.mkdir()
    cases = (CASES / "rankings.yaml").read_text(encoding="utf-8").split("\n- ")
    (folder / "rankings.yaml").write_text("\n- ".join(cases[:4]), encoding="utf-8")
    return folder


@functools.cache
def _calculated() -> Path:
    path = small_book(_folder() / "book.xlsm")
    recalculate(path)
    return path


def calculated(folder: Path) -> Path:
    """A copy of the small workbook with its results."""
    return Path(shutil.copy(_calculated(), folder / "book.xlsm"))


def checked(book: Path, cases: Path | None = None, rules: Rules = RULES, **evaluated: object) -> list[Line]:
    """The lines of the report; only a few cases unless others are given, and no second process, which small books need not."""
    with Package(book) as package, patch.object(screen_apart, "started", lambda *_: None):
        given = {"cases": cases or few_cases(), "file": book, **evaluated}
        return examine_book.selfcheck(Reader(package), rules, **given)  # type: ignore[arg-type]


def only(lines: list[Line], title: str, state: str = BAD) -> Line:
    """The one line that is not 正常."""
    assert [(line.title, line.state) for line in lines if line.state != GOOD] == [(title, state)], lines
    return next(line for line in lines if line.title == title)


def edited(book: Path, edit: Edit) -> Path:
    """The workbook as another program saves it with a change."""
    found = opened(book)
    edit(found)
    found.save(book)
    return book


def put(sheet: str, place: str, value: object) -> Edit:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][place] = value

    return change


def rule_cell(book: Path, kind: str, indicator: str, column: str) -> str:
    """The cell of 规则 in an indicator's row."""
    rows = [[c.value for c in row] for row in opened(book)["规则"].iter_rows()]
    header = next(r for r in rows if "指标" in r and "分值" in r)
    at = next(k for k, r in enumerate(rows, 1) if r[0] == kind and r[2] == indicator)
    return f"{openpyxl.utils.get_column_letter(header.index(column) + 1)}{at}"
