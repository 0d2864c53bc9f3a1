"""`kongjian restore`: every write of every command can be undone to the byte, and so can the restoring."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
import xlwings as xw

from commands import run
from import_files import text_file
from kongjian import buttons
from kongjian.base.backups import FOLDER, backups
from kongjian.mailing.corrections_list import COLUMNS, FILE
from remote import press, remote_book
from workbooks import SCHOOL_NAMES, opened, small_book

HEADER = ["学校名称", "教师姓名", "账号", "任课", "在线授课"]


def put(path: Path, sheet: str, cell: str, value: object) -> None:
    """A cell as somebody types it, saved by another program."""
    book = opened(path)
    book[sheet][cell].value = value
    book.save(path)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A folder with a book after ten writes of commands, and what the book was before each of them."""
    folder = tmp_path_factory.mktemp("written")
    book, back = small_book(folder / "评比.xlsm"), folder / "表格" / f"{SCHOOL_NAMES[0]}.xlsx"
    with pytest.MonkeyPatch.context() as m:
        for module in ("proof", "by_school"):
            m.setattr(f"kongjian.mailing.{module}.find_office", lambda: None)
        run("mail", book, "--by-school", "-q")
    back.parent.mkdir()
    shutil.copy(folder / "分发" / "分校版" / back.stem / back.name, back)
    copy = openpyxl.load_workbook(back)
    header = [c.value for c in copy["学校指标"][3]]
    copy["学校指标"].cell(4, header.index("教师总数") + 1).value = 25
    copy.save(back)
    run("collect", back.parent, "--book", book)
    listed = openpyxl.load_workbook(back.parent / FILE)
    listed.active.cell(4, COLUMNS.index("采纳") + 1).value = "是"  # type: ignore[union-attr]
    listed.save(back.parent / FILE)
    assert not (folder / FOLDER).exists(), "nothing was written into the book"
    files = [
        text_file(
            folder / f"{k}.csv", [HEADER, [SCHOOL_NAMES[0], f"新{k}", f"acc-{k}-77", "是", "12"]], "utf-8"
        )
        for k in range(4)
    ]
    before = []
    for words in (
        ("import", book, files[0]), ("recalc", book, "-q"), ("check", book, "--write"),
        ("collect", back.parent, "--book", book, "--apply"), ("recalc", book, "-q"), ("import", book, files[1]),
        ("import", book, files[2]), ("restore", book, 3), ("import", book, files[3]), ("recalc", book, "-q"),
    ):  # fmt: skip
        before.append(book.read_bytes())
        run(*words)
    return folder, before


@pytest.mark.parametrize("number", range(1, 11))
def test_each_copy_comes_back_to_the_byte_and_so_does_what_it_replaced(
    number: int, written: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    source, before = written
    folder = Path(shutil.copytree(source, tmp_path / "本"))
    book, last = folder / "评比.xlsm", (source / "评比.xlsm").read_bytes()
    assert [b.path.read_bytes() for b in backups(book)] == before[::-1]
    said = run("restore", book, number)
    assert book.read_bytes() == before[-number]
    assert "恢复以前的工作簿也留了备份，是第1份" in said
    assert said.endswith(f"已写入 {book}\n")
    run("restore", book, 1)
    assert book.read_bytes() == last


def test_the_list_says_when_and_what_differs_and_writes_nothing(tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    assert run("restore", book) == "评比.xlsm 还没有备份；每次写入以前会留一份在旁边的“备份”文件夹\n"
    run("recalc", book, "-q")
    put(book, "学校数据", "G4", 33)
    put(book, "教师数据", "H5", None)
    before = book.read_bytes()
    first, last = run("restore", book).splitlines()
    date = f"{backups(book)[0].moment:%Y-%m-%d %H:%M:%S}"
    assert first == f"1  {date}  与现在不同：学校数据1格、教师数据1格"
    assert last == "评比.xlsm 有1份备份，最新的是第1份"
    assert book.read_bytes() == before
    said = run("restore", book, 1).splitlines()
    assert said[:3] == [
        "备份以后改的，恢复后没有了：",
        "学校数据1格：G4 现在33、备份里20",
        "教师数据1格：H5 现在空白、备份里30",
    ]


@pytest.mark.parametrize("how", ["cut", "damaged sheet", "gone"])
def test_a_book_that_cannot_be_read_comes_back(how: str, tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    good = book.read_bytes()
    run("recalc", book, "-q")
    if how == "gone":
        book.unlink()
    else:
        data = bytearray(book.read_bytes())
        del data[len(data) // (2 if how == "cut" else len(data)) or len(data) :]
        if how != "cut":
            for k in range(2000, len(data) - 20_000, 50):
                data[k] ^= 0xFF
        book.write_bytes(data)
    assert "现在的工作簿读不出来，没有比较" in run("restore", book)
    said = run("restore", book, 1)
    assert book.read_bytes() == good
    assert ("恢复以前的工作簿也留了备份" in said) == (how != "gone")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["评比.xlsm", "2"], "没有第2份备份：评比.xlsm 有第1至第1份"),
        (["评比.xlsm", "0"], "没有第0份备份"),
        (["无.xlsm"], "找不到文件"),
        (["坏.xlsm", "1"], "已损坏"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    for name in ("评比.xlsm", "坏.xlsm"):
        run("recalc", small_book(tmp_path / name), "-q")
    [bad] = backups(tmp_path / "坏.xlsm")
    bad.path.write_bytes(bad.path.read_bytes()[:5000])
    assert "这份备份打不开" in run("restore", tmp_path / "坏.xlsm")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*.xlsm")}
    text = run("restore", tmp_path / words[0], *words[1:], code=2)
    assert said in text
    assert "\n" not in text
    assert {p: p.read_bytes() for p in tmp_path.rglob("*.xlsm")} == before


def test_a_new_file_is_no_more_open_than_the_book_and_needs_no_copy(tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    book.chmod(0o600)
    run("recalc", book, "-o", tmp_path / "新.xlsm", "-q")
    assert (tmp_path / "新.xlsm").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / FOLDER).exists()
    old = (tmp_path / "新.xlsm").read_bytes()
    run("recalc", book, "-o", tmp_path / "新.xlsm", "-q")
    assert [b.path.read_bytes() for b in backups(tmp_path / "新.xlsm")] == [old]
    assert backups(tmp_path / "新.xlsm")[0].path.stat().st_mode & 0o777 == 0o600


def test_building_over_a_book_keeps_it_and_a_demo_keeps_none(tmp_path: Path) -> None:
    book = small_book(tmp_path / "kongjian.xlsm")
    filled = book.read_bytes()
    run("build", book)
    assert [b.path.read_bytes() for b in backups(book)] == [filled]
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "赤壁市示范数据.xlsm").write_bytes(filled)
    run("demo", tmp_path / "demo", "--teachers", "1000")
    assert not (tmp_path / "demo" / FOLDER).exists()


# ------------------------------------------------------------------ in a running Excel
@pytest.mark.parametrize("entry", ["recalculate", "check_data"])
def test_a_press_keeps_the_saved_file_once_before_it_writes(entry: str, tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    for _ in range(2):  # nothing was saved in between
        assert press(entry, book, saved=True).written
    assert [b.path.read_bytes() for b in backups(book)] == [book.read_bytes()]
    press("publicity_list", book, saved=True)
    assert len(backups(book)) == 1


def test_a_press_without_a_copy_writes_nothing(tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    (tmp_path / FOLDER).write_bytes(b"")
    after = press("recalculate", book, saved=True)
    [(said, kind)] = after.alerts
    assert (kind, after.written) == ("error", set())
    assert said.startswith("备份没有做成（")


def test_a_workbook_never_saved_is_written_all_the_same(tmp_path: Path) -> None:
    after = press("recalculate", small_book(tmp_path / "评比.xlsm"))
    assert after.written
    assert not (tmp_path / FOLDER).exists()


def test_the_button_asks_which_and_puts_it_beside_the_open_workbook(tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    good = book.read_bytes()
    asked = press("restore_backup", book, saved=True).said
    assert asked[1][:2] == ["error", "评比.xlsm 还没有备份；每次写入以前会留一份在旁边的“备份”文件夹"]
    run("recalc", book, "-q")
    put(book, "学校数据", "G4", 33)
    title, (kind, text, *_), *more = press("restore_backup", book, saved=True).said
    assert (kind, more) == ("type", [])
    [one] = backups(book)
    assert text.splitlines() == [
        "评比.xlsm 有1份备份，最新的是第1份",
        f"1  {one.moment:%Y-%m-%d %H:%M:%S}  与现在不同：学校数据1格",
        "恢复第几份？（另存在旁边，打开着的不改动）",
    ]
    for wrong, said in (("二", "“二”不是第几份"), ("2", "没有第2份备份：评比.xlsm 有第1至第1份")):
        assert said in press("restore_backup", book, wrong, saved=True).alerts[0][0]
    told = "备份以后改的，恢复后没有了：\n学校数据1格：G4 现在33、备份里20"
    _, (kind, text, answer, _) = press("restore_backup", book, "1", saved=True).said
    assert (kind, text) == ("ask", f"{told}。\n仍要把这一份另存在旁边吗？")
    assert list(tmp_path.glob("评比（备份*")) == []
    after = press("restore_backup", book, answer, saved=True)
    target = tmp_path / f"评比（备份 {one.moment:%Y-%m-%d %H-%M-%S}）.xlsm"
    assert target.read_bytes() == good
    [(said, kind)] = after.alerts
    assert said.splitlines() == [
        *told.splitlines(),
        f"已另存为 {target.name}；要用它，请关闭这一本，打开那一本",
    ]
    assert (kind, after.written) == ("info", set())
    press("restore_backup", book, answer, saved=True)
    assert len(backups(target)) == 1, "what stood there is kept"


def test_rows_put_in_and_notes_beside_results_are_named_not_counted_as_cells(tmp_path: Path) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    run("recalc", book, "-q")
    run("recalc", book, "-q")
    changed = opened(book)
    teachers = changed["教师数据"]
    teachers.insert_rows(5)
    for column, value in enumerate((SCHOOL_NAMES[1], "新来的"), start=1):
        teachers.cell(5, column).value = value
    changed["异议登记"]["B4"].value = "王五"
    changed["获奖名单"].cell(
        4, [c.value for c in changed["获奖名单"][3]].index("备注") + 1
    ).value = "放弃，见函"
    changed.save(book)
    first, *_ = run("restore", book).splitlines()
    assert first.partition("与现在不同：")[2] == "教师数据新加1行、异议登记新加1行、获奖名单的备注1处"
    head, rows, appeal, note, *_ = run("restore", book, 1).splitlines()
    assert head == "备份以后改的，恢复后没有了："
    assert rows == f"教师数据新加1行：第5行是新加的（{SCHOOL_NAMES[1]} 新来的）"
    assert appeal == "异议登记新加1行：第4行是新加的（王五）"
    assert note.startswith("获奖名单的备注1处：")
    assert note.endswith("放弃，见函")


def test_macros_that_cannot_ask_show_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = small_book(tmp_path / "评比.xlsm")
    run("recalc", book, "-q")
    caller = remote_book(book, saved=True)
    monkeypatch.setattr(xw.Book, "caller", lambda: caller)
    buttons.restore_backup()  # type: ignore[attr-defined]
    [text] = [a["args"][0] for a in caller.json()["actions"] if a["func"] == "alert"]
    assert text.startswith("评比.xlsm 有1份备份")
    assert text.endswith("用命令 kongjian restore 工作簿 第几份")
