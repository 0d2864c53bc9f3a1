"""Nothing in a sheet that anybody sees is a developer's: no name of code, no column that only formulas need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kongjian.mailing.by_school import school_copies
from kongjian.mailing.live_copy import live_copy
from kongjian.rules import load_rules
from kongjian.workbook.functions.function_help import IN_WORDS
from kongjian.workbook.functions.worksheet import FUNCTIONS
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.help_sheet import messages
from native_engines import random_run
from where import ROOT
from workbooks import small_book

RULES = load_rules()
CODES = {*messages(), *(a.name for f in FUNCTIONS.values() for a in f.arguments)}
FOREIGN = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, sorted(CODES - {'Category'})))})\b|[a-z]+_[a-z]+|Kongjian[A-Z]\w*|0\.0000+1"
)
HELPERS = ("序号", "所在行", "比较值", "达标序")


def _seen(path: Path) -> Iterator[tuple[Worksheet, str, str]]:
    """Sheet, cell and text of everything that is seen, or is once staff show a hidden sheet."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        if sheet.sheet_state == "veryHidden":
            continue
        away = {k for d in sheet.column_dimensions.values() if d.hidden for k in range(d.min, d.max + 1)}
        for row in sheet.iter_rows():
            for cell in row:
                formula = cell.data_type == "f"
                if isinstance(cell.value, str) and not formula and cell.column not in away:
                    yield sheet, cell.coordinate, cell.value


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("plain")
    run = random_run(({}, 3))
    live_copy(run, folder / "live.xlsx")
    live_copy(run, folder / "values.xlsx", formulas=False)
    recalculate(small_book(folder / "book.xlsm"))
    (folder / "one").mkdir()
    school = str(run.results.school.units["学校名称"][0])
    [one] = school_copies(run, folder / "one", schools=[school], recalculate=False)
    lists = [p for p in (ROOT / "templates").glob("*.xlsx") if "公示" in p.name]
    assert lists, "the public edition is filled into this"
    return {p.stem: p for p in (*folder.glob("*.xls?"), *lists)} | {"school": one.path}


def test_no_developers_word_is_seen_anywhere(files: dict[str, Path]) -> None:
    found = [
        f"{name} {sheet.title}!{cell}: {text[:60]}"
        for name, path in {"shipped": ROOT / "kongjian.xlsm", **files}.items()
        for sheet, cell, text in _seen(path)
        if FOREIGN.search(text) or (text in HELPERS and "公示" not in name)  # a list may number its rows
    ]
    assert found == []


def test_every_argument_has_a_chinese_word() -> None:
    assert set(IN_WORDS) == {a.name for f in FUNCTIONS.values() for a in f.arguments}
