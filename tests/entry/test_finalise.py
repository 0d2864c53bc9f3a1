"""定稿: the results are final from a moment on, Excel keeps that, later changes ask first and are told."""

from __future__ import annotations

import re
import shutil
from email import message_from_bytes, policy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from commands import run
from import_files import text_file
from kongjian.base import libreoffice
from kongjian.base.errors import KongjianError
from kongjian.entry.excel.live_book import LiveBook
from kongjian.entry.plans import finalising
from kongjian.mailing import proof
from kongjian.rules import load_rules
from kongjian.selfcheck.checked_book import BAD, GOOD
from kongjian.selfcheck.final_results import final_results
from kongjian.selfcheck.home_numbers import home_differences
from kongjian.workbook.finalised import FINAL_NAME, codes_of, codes_shown, differing, finalised
from kongjian.workbook.identity import book_rules
from kongjian.workbook.next_step import DONE, OPEN
from kongjian.workbook.recalculate import check
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from remote import press
from workbooks import opened, settled, small_book

HEADER = ["学校名称", "教师姓名", "账号", "任课", "在线授课"]


def home(path: Path, name: str = "HomeMessage") -> str:
    book = openpyxl.load_workbook(path)
    ((sheet, cell),) = book.defined_names[name].destinations
    return str(book[sheet][cell.replace("$", "")].value)


def copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("*定稿*"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A calculated workbook, and the same made final."""
    folder = tmp_path_factory.mktemp("made")
    calculated = small_book(folder / "评比.xlsm", settled())
    run("recalc", calculated, "-q")
    final = Path(shutil.copy(calculated, folder / "final.xlsm"))
    run("finalise", final)
    return calculated, final


@pytest.fixture
def book(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(made[0], tmp_path / "评比.xlsm"))


@pytest.fixture
def final(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(made[1], tmp_path / "评比.xlsm"))


def line(path: Path) -> Any:
    with Package(path) as package:
        reader = Reader(package)
        return final_results(reader, load_rules(), reader.carried(FINAL_NAME))


def test_the_copy_beside_is_the_workbook_as_it_then_was_and_the_first_page_says_so(book: Path) -> None:
    said = run("finalise", book)
    [copy] = copies(book.parent)
    assert copy.read_bytes() == book.read_bytes()
    assert said.endswith(f"已写入 {book}，存档是 {copy.name}\n")
    stamp = copy.stem.partition("定稿 ")[2].rstrip("）")
    day, time = stamp.split(" ")
    assert home(book).startswith(f"已定稿（{day} {time[:5].replace('-', ':')}）；可以使用")
    assert home(book, "HomeStep4") == DONE
    assert home(book, "HomeStepNote4") == f"已定稿（{day} {time[:5].replace('-', ':')}）"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("重新计算", ["recalc", "{book}"]),
        ("导入", ["import", "{book}", "{file}"]),
        ("撤消导入", ["undo-import", "{book}"]),
        ("导入", ["import-events", "{file}", "{book}"]),
        ("采纳更正", ["collect", "{folder}", "--book", "{book}", "--apply"]),
    ],
)
def test_what_changes_it_is_refused_in_a_sentence_without_the_option(
    what: str, words: list[str], final: Path
) -> None:
    file = text_file(final.parent / "教师.csv", [HEADER, ["某校", "新", "acc-1-77", "是", "12"]], "utf-8")
    before = final.read_bytes()
    filled = [w.format(book=final, file=file, folder=final.parent) for w in words]
    said = run(*filled, code=2)
    assert said.startswith("这本工作簿已定稿（")
    assert f"还没有{what}：" in said
    assert said.endswith("仍要这样做请加 --after-final")
    assert "\n" not in said
    assert final.read_bytes() == before


def test_a_preview_and_a_check_ask_nothing(final: Path) -> None:
    file = text_file(final.parent / "教师.csv", [HEADER, ["某校", "新", "acc-1-77", "是", "12"]], "utf-8")
    assert "这是预览" in run("import", final, file, "--dry-run")
    before = [home(final, name) for name in ("HomeMessage", "HomeStep4", "HomeStepNote4")]
    run("check", final, "--write")
    assert [home(final, name) for name in ("HomeMessage", "HomeStep4", "HomeStepNote4")] == before
    assert line(final).state == GOOD


def test_calculated_again_the_same_results_are_still_the_final_ones(final: Path) -> None:
    before = home(final)
    run("recalc", final, "-q", "--after-final")
    assert home(final) == before
    assert line(final).state == GOOD


def test_other_results_are_told_by_sheet_on_the_first_page_and_by_the_self_check(final: Path) -> None:
    changed = opened(final)
    header = [c.value for c in changed["学校数据"][3]]
    changed["学校数据"].cell(4, header.index("平台得分") + 1).value = 81
    changed.save(final)
    named = "“学校排名”、“获奖名单”、“学校得分”"
    assert f"以后数据改过，重新计算后{named}会和定稿的不同" in run("check", final)
    assert run("recalc", final, "-q", "--after-final").splitlines()[-2] == home(final)
    assert f"定稿以后{named}有改动，请看过再定稿一次" in home(final)
    assert f"定稿以后{named}有改动" in run("mail", final, "--public")
    found = line(final)
    assert (found.state, found.text.partition("以后改过：")[2]) == (BAD, "学校排名、获奖名单、学校得分")
    with Package(final) as package:
        reader = Reader(package)
        names = {n: v.attr_text for n, v in openpyxl.load_workbook(final).defined_names.items()}
        last: Any = SimpleNamespace(moment=None)
        assert list(home_differences(check(final), last, reader, names)) == []
    refused = run("finalise", final, code=2)
    assert "定稿过，再定稿就以现在的结果为准；仍要这样做请加 --anyway" in refused
    run("finalise", final, "--anyway")
    assert line(final).state == GOOD
    assert "有改动" not in home(final)


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [
        ("获奖名单", "D4", "别人"),
        ("学校排名", "C4", 99.98),
        ("资格审核", "E4", "未达标"),
        ("教师得分", "D4", 0.5),
    ],
)
def test_a_result_changed_by_hand_is_told(sheet: str, cell: str, value: object, final: Path) -> None:
    changed = opened(final)
    changed[sheet][cell].value = value
    changed.save(final)
    assert (line(final).state, line(final).text.partition("：")[2]) == (BAD, sheet)
    again = opened(final)
    rows = [[c.value for c in row] for row in again["教师排名"].iter_rows(min_row=4)]
    for row, values in zip(again["教师排名"].iter_rows(min_row=4), rows[::-1], strict=True):  # sorted
        for one, given in zip(row, values, strict=True):
            one.value = given
    again.save(final)
    assert line(final).text.partition("：")[2] == sheet, "the order of rows is no result"


def test_the_mark_survives_another_program_and_a_spoilt_one_is_told(final: Path) -> None:
    opened(final).save(final)
    assert line(final).state == GOOD
    changed = opened(final)
    assert len(changed.defined_names[FINAL_NAME].attr_text) <= 255
    changed.defined_names[FINAL_NAME].attr_text = '"2031"'
    changed.save(final)
    assert (line(final).state, line(final).text) == (BAD, "定稿的记录读不出来，可能有人改过名称")
    assert "已定稿（不知道什么时候）" in run("recalc", final, code=2)


def test_what_a_run_writes_has_the_codes_of_what_is_shown(book: Path) -> None:
    with Package(book) as package:
        reader = Reader(package)
        rules = book_rules(reader, book.parent)
        run_ = check(book)
        assert codes_of(run_) == codes_shown(reader, run_.rules)
        assert differing(codes_of(run_), {}, rules) == [
            "学校排名", "教师排名", "获奖名单", "资格审核", "学校得分", "教师得分",
        ]  # fmt: skip
    assert finalised("") is None


@pytest.mark.parametrize("how", ["never", "stale", "by hand", "empty"])
def test_only_results_of_its_data_can_be_final(how: str, tmp_path: Path) -> None:
    path = small_book(tmp_path / "评比.xlsm", {} if how == "empty" else settled())
    if how != "never":
        run("recalc", path, "-q")
        changed = opened(path)
        if how == "stale":
            changed["学校数据"]["G4"].value = 19
        elif how == "by hand":
            changed["教师排名"]["E4"].value = 12
        changed.save(path)
    said = run("finalise", path, code=2)
    assert {
        "never": "还没有计算过", "stale": "按以前的数据算的", "by hand": "教师排名和按数据算出的不同", "empty": "还没有数据",
    }[how] in said  # fmt: skip
    assert copies(tmp_path) == []


def test_what_is_open_is_asked_about_first(tmp_path: Path) -> None:
    path = small_book(tmp_path / "评比.xlsm")
    run("recalc", path, "-q")
    said = run("finalise", path, code=2)
    assert "没有定稿：" in said
    assert "待核实" in said
    assert said.endswith("仍要这样做请加 --anyway")
    run("finalise", path, "--anyway")
    assert len(copies(tmp_path)) == 1


def test_a_workbook_that_cannot_be_written_leaves_no_copy(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise KongjianError("磁盘满了")

    monkeypatch.setattr("kongjian.base.files.replace_bytes", full)
    before = book.read_bytes()
    assert "磁盘满了" in run("finalise", book, code=2)
    assert (book.read_bytes(), copies(book.parent)) == (before, [])


# ------------------------------------------------------------------ in a running Excel
@pytest.mark.parametrize(
    "entry", ["recalculate", "import_data", "import_logs", "undo_import", "apply_corrections"]
)
def test_a_press_asks_before_anything_else(entry: str, final: Path) -> None:
    after = press(entry, final, saved=True)
    _, (kind, text, answer, _) = after.said
    assert (kind, answer, after.written) == ("ask", finalising.AFTER_FINAL, set())
    assert text.startswith("这本工作簿已定稿（")
    assert text.endswith("仍要这样做吗？")


def test_a_yes_does_it_and_a_file_is_asked_for_next(final: Path) -> None:
    assert press("recalculate", final, finalising.AFTER_FINAL, saved=True).written
    _, (kind, *_) = press("import_data", final, finalising.AFTER_FINAL, saved=True).said
    assert kind == "files"


def test_the_button_marks_the_open_workbook_and_says_where_no_copy_could_be_made(book: Path) -> None:
    after = press("finalise", book, saved=True)
    told, kind = after.alerts[-1]
    assert told.startswith("已定稿（")
    assert "存档没有写成；请保存这一本，再把文件复制一份留底" in told
    assert kind == "warning"
    assert after.written == {"首页"}
    assert finalised(after.book.defined_names[FINAL_NAME].attr_text.strip('"')) is not None


# ------------------------------------------------------------------ what was made to be sent of it
@pytest.fixture
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (proof, libreoffice):
        monkeypatch.setattr(module, "find_office", lambda: None)


@pytest.mark.usefixtures("without_libreoffice")
def test_a_copy_of_final_results_ends_the_last_step_until_they_change(final: Path) -> None:
    before = final.read_bytes()
    run("mail", final, "--public", "-q")
    assert final.read_bytes() == before, "the list to be made public is no end"
    said = home(final)
    run("mail", final, "--values", "-q")
    [draft] = (final.parent / "分发").glob("*数值版.eml")
    body = message_from_bytes(draft.read_bytes(), policy=policy.default).get_body()  # type: ignore[attr-defined]
    assert re.search(r"结果已经定稿（\d{4}-\d\d-\d\d \d\d:\d\d）。", body.get_content())
    assert "对结果有疑问的，请向" in body.get_content()
    assert "前告诉" not in body.get_content(), "no more corrections until a day"
    note = openpyxl.load_workbook(draft.with_suffix(".xlsx"))["说明"]
    assert any("结果已经定稿（" in str(c.value) for row in note.iter_rows() for c in row)
    assert home(final, "HomeStep5") == DONE
    assert re.fullmatch(r"分发的文件已生成（\d{4}-\d\d-\d\d \d\d:\d\d）", home(final, "HomeStepNote5"))
    assert home(final) == said.replace("请点“生成", "要再发一次，点“生成")
    assert line(final).state == GOOD
    run("check", final, "--write")
    run("recalc", final, "-q", "--after-final")
    assert home(final, "HomeStep5") == DONE
    with Package(final) as package:
        names = {n: v.attr_text for n, v in openpyxl.load_workbook(final).defined_names.items()}
        last: Any = SimpleNamespace(moment=None)
        assert list(home_differences(check(final), last, Reader(package), names)) == []
    run("finalise", final, "--anyway")
    assert home(final, "HomeStep5") == OPEN, "made final once more: these results were not sent"


@pytest.mark.usefixtures("without_libreoffice")
def test_copies_of_a_workbook_that_is_not_final_leave_it_as_it_is(book: Path) -> None:
    before = book.read_bytes()
    run("mail", book, "--values", "-q")
    assert book.read_bytes() == before
    [draft] = (book.parent / "分发").glob("*.eml")
    body = message_from_bytes(draft.read_bytes(), policy=policy.default).get_body()  # type: ignore[attr-defined]
    assert "定稿" not in body.get_content()


def test_schools_asked_to_correct_final_results_are_told_of_first(final: Path) -> None:
    assert "结果已定稿（" not in run("mail", final, "--values")
    said = run("mail", final, "--by-school")
    assert re.search(r"结果已定稿（.+?），信里仍请学校核对、改正；不再收更正的请不要发送", said)


@pytest.mark.usefixtures("without_libreoffice")
def test_the_button_records_it_and_a_page_that_cannot_be_written_keeps_the_copy(
    final: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = press("send_values", final, saved=True)
    assert after.written == {"首页"}
    assert "sent=" in after.book.defined_names[FINAL_NAME].attr_text

    def changed(*_: object) -> None:
        raise KongjianError("“教师数据”在计算期间改动过")

    monkeypatch.setattr(LiveBook, "write", changed)
    told = press("send_values", final, saved=True).said
    assert any("首页没有记下：“教师数据”在计算期间改动过" in str(row) for row in told)
    assert (final.parent / "分发" / "评比-数值版.xlsx").is_file()
