"""The self-check looks at 单位查询, too: its facts, what it shows for the unit chosen, and how its formulas are written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kongjian.selfcheck import looked_up, untouched_results
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Line
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, SELECTION
from kongjian.workbook.recalculate import recalculate
from kongjian.xlsx.edit import Edit
from kongjian.xlsx.package import Package
from kongjian.xlsx.table_rows import cell_content
from selfchecked import checked
from workbooks import Parts, change, sheet_part, small_book

RESULTS, FORMULAS = untouched_results.TITLE, looked_up.TITLE


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A calculated workbook in which a school is chosen."""
    book = small_book(tmp_path_factory.mktemp("look") / "book.xlsm")
    with Package(book) as package:
        edit = Edit(package)
        row, column = SELECTION["LookupSchool"]
        edit.sheet(LOOKUP).put(row, column, cell_content("赤壁市第二小学", edit.strings))
        edit.save(book)
    recalculate(book)
    return book


def lines_of(book: Path) -> dict[str, Line]:
    return {line.title: line for line in checked(book) if line.title in (RESULTS, FORMULAS)}


def altered(finished: Path, folder: Path, sheet: str, pattern: str, new: str) -> Path:
    def edit(parts: Parts) -> None:
        part = sheet_part(parts, sheet)
        parts[part], count = re.subn(pattern.encode(), new.encode(), parts[part], count=1)
        assert count == 1, pattern

    return change(Path(shutil.copy(finished, folder / "book.xlsm")), edit)


def test_a_chosen_unit_passes(finished: Path) -> None:
    found = lines_of(finished)
    assert {line.state for line in found.values()} == {GOOD}, found
    assert re.search(r"\d{3}个公式都在，写法和本版本的相同", found[FORMULAS].text)


@pytest.mark.parametrize(
    ("sheet", "pattern", "new", "title", "state", "said"),
    [
        (DATA, r'(<c r="E\d+"><v>)\d+', r"\g<1>77", RESULTS, BAD, "（得分）表里是77"),
        (LOOKUP, r'(<c r="C6"[^>]*><f>[^<]*</f><v>)[^<]*', r"\g<1>100", RESULTS, BAD, "单位查询!C6是100，应为99.98"),
        (LOOKUP, r'(<c r="C6"[^>]*>)<f>[^<]*</f>', r"\g<1>", FORMULAS, BAD, "1个公式被盖住了：单位查询!C6"),
        (LOOKUP, r'(<c r="C6"[^>]*><f>)([^<]*)', r"\g<1>MAX(\g<2>,90)", FORMULAS, MIND, "写法和本版本的不同：单位查询!C6"),
        (DATA, r'(<c r="AV5"[^>]*><f>)([^<]*)', r"\g<1>0+\g<2>", FORMULAS, MIND, "写法和本版本的不同：查询数据!AV5"),
    ],
)  # fmt: skip
def test_what_is_altered_is_named(
    sheet: str, pattern: str, new: str, title: str, state: str, said: str, finished: Path, tmp_path: Path
) -> None:
    found = lines_of(altered(finished, tmp_path, sheet, pattern, new))[title]
    assert (found.state, said in found.text) == (state, True), found.text
