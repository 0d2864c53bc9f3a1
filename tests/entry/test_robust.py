"""名次稳健性 in a workbook: filled when asked for, kept over calculations that mark it, and looked at by the self-check."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from changed_books import edit, put
from kongjian.base.check_lines import BAD, MIND, Line
from kongjian.engine.evidence.robustness import COLUMNS, robustness
from kongjian.entry.cli.main import cli
from kongjian.rules import load_rules
from kongjian.selfcheck.fresh_run import fresh_run
from kongjian.selfcheck.untouched_results import untouched_results
from kongjian.workbook.layout import ROBUSTNESS
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import own_rules
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from remote import press
from workbooks import cells, opened, small_book

RULES = load_rules()
FIRST, SECOND, THIRD = (dt.datetime(2021, 7, day, 9, 30) for day in (20, 21, 22))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = small_book(tmp_path_factory.mktemp("robust") / "评比.xlsm")
    recalculate(path, now=FIRST)
    done = CliRunner().invoke(cli, ["robust", str(path)])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, f"已写入 {path}")
    assert "试了227种口径组合：4所学校、6名教师只在一部分里获奖。" in done.output
    return path


@pytest.fixture
def book(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "评比.xlsm"))


def above(path: Path) -> str:
    return str(opened(path)[ROBUSTNESS]["A2"].value)


def rows(path: Path) -> list[list[object]]:
    return [row for row in cells(path, ROBUSTNESS)[2:] if any(c != "" for c in row)]


def looked_at(path: Path) -> Line:
    with Package(path) as package:
        reader = Reader(package)
        rules = own_rules(reader, RULES)
        run = fresh_run(reader, rules, lambda _: None)
        return untouched_results(run, rules, reader, None, lambda _: None)


def test_before_anybody_asks_the_sheet_says_how_to(tmp_path: Path) -> None:
    path = small_book(tmp_path / "评比.xlsm")
    recalculate(path, now=FIRST)
    assert above(path) == "还没有算过：按“名次稳健性”按钮，或运行 kongjian robust"
    assert rows(path) == [list(COLUMNS)]


def test_the_sheet_holds_what_the_evidence_gives(book: Path) -> None:
    run = check(book)
    frame = robustness(run.inputs, run.results, run.rules)
    shown = rows(book)
    assert shown[0] == list(COLUMNS)
    for k, row in enumerate(shown[1:]):
        wanted = [frame[c][k] for c in COLUMNS]
        assert row == ["" if v != v else v for v in wanted]
    assert len(shown) == frame.height + 1 > 3
    head = f"共{frame.height}行：所有学校，现在或任何一种组合里获奖的教师 · 227种组合：每个口径改一个取值"
    assert head in above(book)


def test_a_calculation_keeps_it_and_marks_it(book: Path) -> None:
    before, line = rows(book), above(book)
    recalculate(book, now=SECOND)
    mark = "已过期：2021-07-21 09:30:00又计算过"
    assert above(book) == f"{mark}（数据和规则没有变，数还是这些） · {line}"
    edit(book, put("学校数据", H6=90, T5="是"))
    recalculate(book, now=THIRD)
    mark = mark.replace("07-21", "07-22")
    assert above(book) == f"{mark}，下面是按以前的数据和规则算的 · {line}"
    assert rows(book) == before
    assert CliRunner().invoke(cli, ["robust", str(book)]).exit_code == 0
    assert "已过期" not in above(book)
    assert above(book)[-6:] != line[-6:]


def test_the_button_writes_the_same_and_nothing_else(book: Path) -> None:
    wanted = rows(book)
    after = press("rank_robustness", book)
    assert after.written == {ROBUSTNESS}
    assert after.rows(ROBUSTNESS) == [[None if c == "" else c for c in row] for row in wanted]
    assert str(after.book[ROBUSTNESS]["A2"].value)[19:] == above(book)[19:]
    [(text, mode)] = after.alerts
    assert text.startswith("试了227种口径组合：4所学校")
    assert mode == "info"


def test_results_of_other_data_are_told_beside_it(book: Path) -> None:
    edit(book, put("学校数据", H6=90, T5="是"))
    done = CliRunner().invoke(cli, ["robust", str(book), "-q"])
    assert done.output.startswith("提示：工作簿里的名次是按以前的数据算的")


def test_the_self_check_works_it_out_again(book: Path) -> None:
    assert "和重新计算的逐格相同" in looked_at(book).text
    recalculate(book, now=SECOND)
    assert "和重新计算的逐格相同" in looked_at(book).text
    edit(book, put(ROBUSTNESS, I4=205))
    line = looked_at(book)
    assert (line.state, f"{ROBUSTNESS}!I4" in line.text) == (BAD, True)


def test_the_self_check_says_that_it_cannot_check_what_is_of_before(book: Path) -> None:
    edit(book, put("学校数据", H6=90, T5="是"))
    recalculate(book, now=SECOND)
    line = looked_at(book)
    assert line.state == MIND, line.text
    assert "“名次稳健性”是按以前的数据或规则算的，没有核对" in line.text


def test_a_line_above_that_a_hand_wrote_is_found(book: Path) -> None:
    edit(book, put(ROBUSTNESS, A2="2021-07-20 09:30:00 计算 · 都站得住"))
    line = looked_at(book)
    assert (line.state, f"{ROBUSTNESS}!A2" in line.text) == (BAD, True)
