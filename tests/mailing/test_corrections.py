"""What schools send back: proposed, decided by staff, carried out cell by cell, and nothing else."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kongjian.base.errors import KongjianError
from kongjian.engine.last_run import Previous
from kongjian.entry.cli.main import cli
from kongjian.forms.returned.returned_forms import read_folder, read_returned
from kongjian.intake.tables import read_inputs
from kongjian.mailing import returns
from kongjian.mailing.by_school import school_copies
from kongjian.mailing.corrections import changes, corrections, read_copy
from kongjian.mailing.corrections_list import COLUMNS, FILE, read_list
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import calculate_grids
from pasting import table
from workbooks import SCHOOL_NAMES, cells, everything, opened, read, sheet_part, small_book

RULES = load_rules()
MOMENT = dt.datetime(2021, 8, 1, 9, 0)
EVIL = "=cmd|' /C calc'!A0"
FIRST, SECOND = SCHOOL_NAMES[:2]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the book and the copies of its schools, as they went out."""
    folder = tmp_path_factory.mktemp("sent")
    book = small_book(folder / "评比.xlsm")
    (folder / "分校版").mkdir()
    school_copies(check(book), folder / "分校版", MOMENT, recalculate=False)
    return folder


@pytest.fixture
def place(sent: Path, tmp_path: Path) -> Path:
    """The book, and beside it the folder for what comes back."""
    shutil.copy(sent / "评比.xlsm", tmp_path / "评比.xlsm")
    (tmp_path / "表格").mkdir()
    return tmp_path


def edit(path: Path, sheet: str, item: str, value: object, row: int = 4) -> None:
    """A cell of the returned copy as somebody types it; a text stays a text."""
    book = opened(path)
    page = book[sheet]
    at = [c.value for c in page[3]].index(item) + 1
    cell = page.cell(row, at)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    book.save(path)


def came_back(sent: Path, place: Path, school: str, name: str = "") -> Path:
    return Path(shutil.copy(sent / "分校版" / f"{school}.xlsx", place / "表格" / f"{name or school}.xlsx"))


def collect(place: Path, *more: str, code: int = 0) -> str:
    done = CliRunner().invoke(
        cli, ["collect", str(place / "表格"), "--book", str(place / "评比.xlsm"), *more]
    )
    if isinstance(done.exception, KongjianError):
        assert code == 2
        return str(done.exception)
    assert done.exit_code == code, done.output + repr(done.exception)
    return done.output


def decide(place: Path, answers: dict[tuple[str, object], str]) -> None:
    """Writes into 采纳 of the rows with this item and wanted value."""
    book = opened(place / "表格" / FILE)
    page = book["更正建议"]
    for row in page.iter_rows(min_row=4):
        shown = dict(zip(COLUMNS, row, strict=True))
        key = shown["项目"].value, shown["改为"].value
        if key in answers:
            shown["采纳"].value = answers[key]
    book.save(place / "表格" / FILE)


def input_cell(place: Path, item: str, sheet: str = "学校数据", row: int = 0) -> Any:
    rows = cells(place / "评比.xlsm", sheet)
    return rows[3 + row][rows[2].index(item)]


def lines(place: Path) -> dict[tuple[str, object], Any]:
    return {(one.correction.item, one.correction.wanted): one for one in read_list(place / "表格" / FILE)}


def test_what_is_accepted_changes_exactly_its_cells(sent: Path, place: Path) -> None:
    """Collected, decided, accepted, collected again: long because each step rests on the one before."""
    copy = came_back(sent, place, FIRST)
    for item, value in (("教师总数", 25), ("互联网接入", "否"), ("管理员姓名", EVIL), ("平台得分", 80.5)):
        edit(copy, "学校指标", item, value)
    edit(copy, "教师指标", "在线授课", 31)
    said = collect(place)
    assert "分校版：交回1所，没有交回4所" in said
    assert "更正建议：5处" in said
    found = lines(place)
    assert set(found) == {
        ("教师总数", 25.0), ("互联网接入", "否"), ("管理员姓名", EVIL), ("平台得分", 80.5), ("在线授课", 31.0),
    }  # fmt: skip
    assert [found["教师总数", 25.0].correction.now, found["互联网接入", "否"].correction.now] == [20.0, "是"]
    before = read(place / "评比.xlsm")
    assert "没有新采纳的更正" in collect(place, "--apply", code=2)
    assert read(place / "评比.xlsm") == before
    chosen = {
        ("教师总数", 25): "是",
        ("互联网接入", "否"): "是",
        ("管理员姓名", EVIL): "是",
        ("平台得分", 80.5): "否",
    }
    decide(place, chosen)
    collect(place)
    assert lines(place)["平台得分", 80.5].accept == "否", "a decision survives the next collecting"
    assert "采纳了3处更正" in collect(place, "--apply")
    after = read(place / "评比.xlsm")
    changed = {n for n in {*before, *after} if before.get(n) != after.get(n)}
    assert changed - {"xl/workbook.xml"} == {sheet_part(before, "学校数据"), "xl/sharedStrings.xml"}
    assert read(place / "评比.xlsm.bak") == before
    assert [input_cell(place, i) for i in ("教师总数", "互联网接入", "管理员姓名", "平台得分")] == [
        25,
        "否",
        EVIL,
        99.99,
    ]
    old, new = (
        cells(place / n, "学校数据") for n in ("评比.xlsm.bak.xlsm", "评比.xlsm") if _readable(place, n)
    )
    assert sum(a != b for x, y in zip(old, new, strict=True) for a, b in zip(x, y, strict=True)) == 3
    assert {k for k, one in lines(place).items() if one.state == "已采纳"} == set(lines(place)) - {
        ("平台得分", 80.5), ("在线授课", 31.0),
    }  # fmt: skip
    assert "没有新采纳的更正" in collect(place, "--apply", code=2)
    assert read(place / "评比.xlsm") == after
    assert "更正建议：2处" in collect(place)


def _readable(place: Path, name: str) -> bool:
    """A backup under a name that a reader takes."""
    if name.endswith(".bak.xlsm"):
        shutil.copy(place / name.removesuffix(".xlsm"), place / name)
    return True


def test_the_next_calculation_counts_what_was_accepted(sent: Path, place: Path) -> None:
    copy = came_back(sent, place, FIRST)
    edit(copy, "学校指标", "平台得分", 80.5)
    collect(place)
    decide(place, {("平台得分", 80.5): "是"})
    collect(place, "--apply")
    run = recalculate(place / "评比.xlsm")
    at = run.results.school.units["学校名称"].tolist().index(FIRST)
    assert run.results.school.score_cents[at] == 8050


def test_a_value_that_changed_meanwhile_and_one_undone_are_not_overwritten(sent: Path, place: Path) -> None:
    edit(came_back(sent, place, FIRST), "学校指标", "教师总数", 25)
    collect(place)
    decide(place, {("教师总数", 25): "是"})
    edit(place / "评比.xlsm", "学校数据", "教师总数", 22)
    assert "本簿里现在是22" in collect(place, "--apply")
    assert input_cell(place, "教师总数") == 22
    edit(place / "评比.xlsm", "学校数据", "教师总数", 25)
    assert "采纳了1处" in collect(place, "--apply"), "what stands there already is accepted"
    edit(place / "评比.xlsm", "学校数据", "教师总数", 20)
    collect(place)
    [done, again] = sorted(read_list(place / "表格" / FILE), key=lambda one: one.state, reverse=True)
    assert (done.state, again.state, again.accept) == ("已采纳", "", "")


def test_files_that_disagree_strangers_and_older_data_are_noted(sent: Path, place: Path) -> None:
    for name, value in (("甲", 25), ("乙", 26)):
        edit(came_back(sent, place, FIRST, name), "学校指标", "教师总数", value)
    second = came_back(sent, place, SECOND)
    edit(second, "教师指标", "教师姓名", "新来的", row=5)
    edit(second, "教师指标", "账号", "421281199001019999", row=5)
    edit(second, "学校指标", "学校名称", SCHOOL_NAMES[2])
    edit(place / "评比.xlsm", "学校数据", "平台得分", 99.5)
    collect(place)
    found = read_list(place / "表格" / FILE)
    notes = {(one.correction.item, one.correction.note) for one in found}
    assert ("教师总数", "几份文件写的不一样") in notes
    assert ("", "不是本校的学校，不能采纳") in notes
    assert ("", "本簿没有的教师，不能采纳") in notes
    decide(place, {("教师总数", 25): "是", ("教师总数", 26): "是", (None, None): "是"})
    said = collect(place, "--apply")
    assert "采纳了几个不同的数" in said
    assert "不能采纳" in said
    assert input_cell(place, "教师总数") == 20


def test_what_cannot_be_read_is_no_wish_for_a_blank(sent: Path, place: Path) -> None:
    copy = came_back(sent, place, FIRST)
    edit(copy, "学校指标", "教师总数", "大约二十来个")
    edit(copy, "学校指标", "适龄学生数", None)
    collect(place)
    found = read_list(place / "表格" / FILE)
    assert [one.correction.item for one in found] == ["", "适龄学生数"]
    assert "“教师总数”写的认不出来" in found[0].correction.note


def test_a_list_that_is_open_in_excel_is_told_and_marked_later(
    sent: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(came_back(sent, place, FIRST), "学校指标", "教师总数", 25)
    collect(place)
    decide(place, {("教师总数", 25): "是"})

    def locked(*_: object) -> None:
        raise KongjianError("写不了")

    with monkeypatch.context() as m:
        m.setattr(returns, "write_list", locked)
        assert "还没有注明“已采纳”：写不了" in collect(place, "--apply")
    assert input_cell(place, "教师总数") == 25
    collect(place, "--apply")
    assert lines(place)["教师总数", 25.0].state == "已采纳"


def test_neither_a_copy_nor_the_list_is_a_form(sent: Path, place: Path) -> None:
    copy = came_back(sent, place, FIRST)
    edit(copy, "学校指标", "教师总数", 25)
    collect(place)
    assert [r.form for r in read_returned(copy, RULES) if r.form] == []
    assert [r.file.name for r in read_folder(place / "表格", RULES) if r.form] == []


def test_broken_files_are_one_line_each(sent: Path, place: Path) -> None:
    folder = place / "表格"
    good = (sent / "分校版" / f"{FIRST}.xlsx").read_bytes()
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    bad = {
        "坏.xlsx": good[: len(good) // 2],
        "旧.xls": ole + bytes(600),
        "空.xlsx": b"",
        "密.xlsx": ole + bytes(600),
    }
    for name, data in {**bad, "文.XLSX": b"hello"}.items():
        (folder / name).write_bytes(data)
    (folder / "夹.xlsx").mkdir()
    came_back(sent, place, FIRST)
    told = collect(place).splitlines()
    for name in (*bad, "文.XLSX", "夹.xlsx"):
        assert len([line for line in told if name in line]) == 1, (name, told)
    assert "分校版：交回1所" in "\n".join(told)
    assert len(everything()["schools"]) == 5


def test_the_only_workbook_beside_the_folder_is_taken(sent: Path, place: Path) -> None:
    edit(came_back(sent, place, FIRST), "学校指标", "教师总数", 25)
    done = CliRunner().invoke(cli, ["collect", str(place / "表格")])
    assert "更正建议：1处" in done.output
    shutil.copy(place / "评比.xlsm", place / "另一本.xlsm")
    (place / "表格" / FILE).unlink()
    done = CliRunner().invoke(cli, ["collect", str(place / "表格")])
    assert "更正建议" not in done.output
    done = CliRunner().invoke(cli, ["collect", str(place / "表格"), "--apply"])
    assert "--book" in str(done.exception)


def test_a_platform_score_of_an_indicator_is_corrected_in_its_own_column(tmp_path: Path) -> None:
    headers = [*RULES.table("teachers").names, "制作课件分数"]
    given = {t.id: table(t.id, {}) for t in RULES.tables}
    given["teachers"] = table("teachers", {"制作课件分数": 8.0}, headers=headers)
    run = calculate_grids(given, RULES, Previous())
    [copy] = school_copies(run, tmp_path, MOMENT, recalculate=False)
    returned = read_copy(copy.path, RULES)
    assert returned
    assert corrections([returned], run) == []
    edit(copy.path, "教师指标", "制作课件平台得分", 9.5)
    returned = read_copy(copy.path, RULES)
    assert returned
    found = corrections([returned], run)
    assert [(c.item, c.now, c.wanted) for c in found] == [("制作课件得分", 8.0, 9.5)]
    sheets = {t.id: t.sheet for t in RULES.tables}
    todo, refused = changes(found, read_inputs(given, RULES), RULES, sheets)
    assert [(c.sheet, c.row, c.column, c.value) for c in todo] == [("教师数据", 4, len(headers), 9.5)]
    assert refused == []
