"""Results for others wait until nothing is open, unless staff say so; then the files and the letter say what is open."""

from __future__ import annotations

import shutil
from email import message_from_bytes, policy
from pathlib import Path

import openpyxl
import pytest
import xlwings as xw
from click.testing import CliRunner, Result

from kongjian import buttons
from kongjian.entry.cli.main import cli
from kongjian.entry.plans.plan_model import ANYWAY
from kongjian.workbook.last_run_sheets import BEING_WRITTEN
from kongjian.workbook.recalculate import check, recalculate
from remote import press, remote_book
from workbooks import SCHOOL_NAMES, opened, settled, small_book, teacher

OF_OTHERS = {
    "live": ["mail"],
    "values": ["mail", "--values"],
    "public": ["mail", "--public"],
    "publicity": ["forms", "--kind", "公示名单"],
    "commendation": ["forms", "--kind", "表彰名单"],
    "all forms": ["forms"],
    "together with schools' own": ["mail", "--by-school", "--values"],
}
OF_THEIR_OWN = {
    "applications": ["forms", "--kind", "申报表"],
    "cards and experts": ["forms", "--kind", "评分表", "--kind", "专家评审"],
    "by school": ["mail", "--by-school"],
}
PRESSED = ("send_live", "send_values", "send_public", "publicity_list", "commendation_list")


pytestmark = pytest.mark.usefixtures("without_libreoffice")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One workbook for each thing that may be open; in the last nothing is."""
    folder = tmp_path_factory.mktemp("books")

    def made(name: str, **more: list[dict[str, object]]) -> Path:
        rows = settled()
        path = small_book(folder / f"{name}.xlsm", {k: [*v, *more.get(k, [])] for k, v in rows.items()})
        recalculate(path)
        return path

    # a teacher too far down for any award has a count that nobody can read
    wrong = teacher(SCHOOL_NAMES[0], "欧阳静", "hb42128190001", 40, 在线授课="约5")
    found = {
        "never": small_book(folder / "never.xlsm", settled()),
        "error": made("error", teachers=[wrong]),
        "provisional": made(
            "provisional", teachers=[teacher(SCHOOL_NAMES[0], "司马兰", "hb42128190002", 90)]
        ),
        "settled": made("settled"),
    }
    found["stale"] = Path(shutil.copy(found["settled"], folder / "stale.xlsm"))
    changed = openpyxl.load_workbook(found["stale"], keep_vba=True)
    changed["教师数据"]["P4"] = 97.25
    changed.save(found["stale"])
    return found


def run(book: Path, out: Path, words: list[str]) -> Result:
    return CliRunner().invoke(cli, [words[0], str(book), "-o", str(out), *words[1:]])


OPEN = {
    "never": "工作簿还没有计算过。请先按“重新计算排名”",
    "stale": "工作簿里的名次是按以前的数据算的。请先按“重新计算排名”",
    "error": "还有1处错误没有处理。请到“问题清单”",
    "provisional": "获奖16项，其中1项待核实。请到“问题清单”“获奖名单”逐项核实，或在“已确认保留”里写明",
}


@pytest.mark.parametrize("what", OF_OTHERS)
@pytest.mark.parametrize("state", OPEN)
def test_what_is_for_others_is_refused_while_something_is_open(
    state: str, what: str, books: dict[str, Path], tmp_path: Path
) -> None:
    done = run(books[state], tmp_path / "out", OF_OTHERS[what])
    said = str(done.exception)
    assert OPEN[state] in said
    assert f"；仍要{'生成' if OF_OTHERS[what][0] == 'forms' else '发送'}请加 --anyway" in said
    assert ("--kind" in said) == (what == "all forms")
    assert (done.stdout, len(said.splitlines())) == ("", 1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("what", [*OF_OTHERS, *OF_THEIR_OWN])
def test_nothing_holds_up_what_is_settled(what: str, books: dict[str, Path], tmp_path: Path) -> None:
    words = {**OF_OTHERS, **OF_THEIR_OWN}[what]
    done = run(books["settled"], tmp_path / "out", words)
    assert (done.exit_code, "待核实" in done.output) == (0, False), done.output
    assert ("可以发送" in done.output) == (words[0] == "mail")


@pytest.mark.parametrize("what", OF_THEIR_OWN)
@pytest.mark.parametrize("state", ["error", "provisional", "stale"])
def test_what_serves_to_mend_goes_out_and_says_what_is_open(
    state: str, what: str, books: dict[str, Path], tmp_path: Path
) -> None:
    words = OF_THEIR_OWN[what]
    done = run(books[state], tmp_path / "out", words)
    assert done.exit_code == 0, done.output
    if words[0] == "mail" and state != "stale":
        open_ = check(books[state]).still_open
        assert "可以发送" not in done.output
        assert f"但{open_}（文件里已写明）" in done.output
        letters = (tmp_path / "out" / "分校版").glob("*.eml")
        assert {f"发出时{open_}，名次和获奖还可能变动。" in letter(p) for p in letters} == {True}


def letter(path: Path) -> str:
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body()  # type: ignore[attr-defined]
    assert body is not None
    return str(body.get_content())


def first_page(path: Path) -> str:
    return "\n".join(str(c.value) for row in opened(path).worksheets[0].iter_rows() for c in row if c.value)


@pytest.mark.parametrize(
    ("what", "file"),
    [("live", "分发版"), ("values", "数值版"), ("public", "公示版"), ("publicity", ""), ("commendation", "")],
)
def test_staff_may_say_so_and_the_first_page_and_the_letter_tell(
    what: str, file: str, books: dict[str, Path], tmp_path: Path
) -> None:
    done = run(books["provisional"], tmp_path, [*OF_OTHERS[what], "--anyway"])
    assert (done.exit_code, "可以发送" in done.output) == (0, False), done.output
    name = f"provisional-{file}" if file else OF_OTHERS[what][-1]
    assert "其中1项待核实" in first_page(tmp_path / f"{name}.xlsx")
    if file:
        assert "发出时获奖16项，其中1项待核实。" in letter(tmp_path / f"{name}.eml")


@pytest.mark.parametrize("entry", PRESSED)
def test_excel_asks_and_goes_on_with_the_answer(entry: str, books: dict[str, Path], tmp_path: Path) -> None:
    book = Path(shutil.copy(books["provisional"], tmp_path / "评比.xlsm"))
    asked = press(entry, book, saved=True)
    kind, text, answer, _ = asked.said[1]
    assert (kind, answer, len(asked.said)) == ("ask", ANYWAY, 2)
    assert OPEN["provisional"] in text
    assert text.endswith("仍要发送吗？选“是”就按现在的数据生成，里面写明还有什么没有核实")
    assert [p.name for p in tmp_path.iterdir()] == [book.name]
    told = press(entry, book, answer, saved=True)
    assert told.alerts[-1][1] == "info"
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} <= {"分发", "表格"}
    assert any(p.suffix == ".xlsx" for p in tmp_path.rglob("*"))


@pytest.mark.parametrize(("said", "made"), [("yes", True), ("no", False)])
def test_macros_that_read_no_answer_ask_by_python(
    said: str, made: bool, books: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copy(books["provisional"], tmp_path / "评比.xlsm"))
    book, shown = remote_book(path, saved=True), []

    def alert(text: str, *_: object, buttons: str = "ok", **__: object) -> str:
        shown.append((buttons, text))
        return said

    monkeypatch.setattr(xw.Book, "caller", lambda: book)
    monkeypatch.setattr(type(book.app), "alert", lambda _, *a, **k: alert(*a, **k))
    buttons.send_values()  # type: ignore[attr-defined]
    assert [b for b, _ in shown] == ["yes_no", "ok"][: 1 + made]
    assert (tmp_path / "分发").exists() == made


def test_an_accepted_doubt_waits_for_the_next_calculation(books: dict[str, Path], tmp_path: Path) -> None:
    """Until then 获奖名单 still shows 待核实: what goes out is what staff have seen."""
    book = Path(shutil.copy(books["provisional"], tmp_path / "评比.xlsm"))
    edited = openpyxl.load_workbook(book, keep_vba=True)
    listed = edited["问题清单"]
    at = {c.value: c.column for c in listed[3]}
    for row in range(4, listed.max_row + 1):
        if "待核实" in str(listed.cell(row, at["内容"]).value):
            listed.cell(row, at["已确认保留"]).value = "是"
    edited.save(book)
    assert "名次是按以前的数据算的" in str(run(book, tmp_path / "out", ["mail", "--values"]).exception)
    recalculate(book)
    assert run(book, tmp_path / "out", ["mail", "--values"]).exit_code == 0


@pytest.mark.parametrize(
    ("state", "said"),
    [("error", "有1个错误"), ("provisional", "16项奖项有1项待核实"), ("settled", "可以使用")],
)
def test_the_worst_of_what_was_found_is_the_conclusion(
    state: str, said: str, books: dict[str, Path], tmp_path: Path
) -> None:
    done = CliRunner().invoke(cli, ["recalc", str(books[state]), "-o", str(tmp_path / "out.xlsm")])
    assert ("可以使用" in done.output) == (state == "settled")
    shown = opened(tmp_path / "out.xlsm")
    [(sheet, cell)] = shown.defined_names["HomeMessage"].destinations
    assert shown[sheet][cell.replace("$", "")].value.startswith(said)


@pytest.mark.parametrize("words", [*OF_OTHERS.values(), OF_THEIR_OWN["by school"]], ids=" ".join)
def test_results_that_were_not_written_to_the_end_go_to_nobody_whatever_is_said(
    words: list[str], books: dict[str, Path], tmp_path: Path
) -> None:
    book = Path(shutil.copy(books["settled"], tmp_path / "half.xlsm"))
    broken = openpyxl.load_workbook(book, keep_vba=True)
    broken["运行记录"]["A2"] = BEING_WRITTEN
    broken.save(book)
    anyway = [] if words == OF_THEIR_OWN["by school"] else [f"--{ANYWAY}"]
    done = run(book, tmp_path / "out", [*words, *anyway])
    assert "工作簿的结果正在写入，或者上次没有写完，现在不能发送" in str(done.exception)
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p != book]
    recalculate(book)
    assert run(book, tmp_path / "out", words).exit_code == 0
