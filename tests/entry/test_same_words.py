"""The command and the button do the same and say the same of the same workbook; macros that read no answer are told too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings as xw
from click.testing import CliRunner

from import_files import TEACHERS, xlsx
from kongjian import buttons
from kongjian.base import libreoffice
from kongjian.entry.cli.main import cli
from kongjian.entry.excel.presses import PRESSES
from kongjian.entry.plans.plan_model import ANYWAY, ERROR, SHOWN, WARNING, Question, Told
from kongjian.mailing import by_school, proof
from kongjian.mailing.corrections_list import COLUMNS, FILE
from kongjian.selfcheck import scheme_cases
from remote import let_save, press, remote_book
from selfchecked import few_cases
from workbooks import SCHOOL_NAMES, opened, small_book

BOOK = "{book}"
FOLDER = "{folder}"
ONLY_EXCEL = ("改了什么见“导入记录”", "报告在 ", "没有打开 Outlook", "每个文件旁边")
"""How lines begin that only a press says: where to look in Excel, and what it opened."""
WORKS = {
    "check_data": ["check", BOOK],
    "recalculate": ["recalc", BOOK],
    "publicity_list": ["forms", BOOK, "--kind", "公示名单", "--anyway"],
    "application_forms": ["forms", BOOK, "--kind", "申报表"],
    "appeal_record": ["forms", BOOK, "--kind", "异议登记"],
    "send_values": ["mail", BOOK, "--values", "--anyway"],
    "send_public": ["mail", BOOK, "--public", "--anyway"],
    "collect_forms": ["collect", f"{FOLDER}/表格"],
    "apply_corrections": ["collect", f"{FOLDER}/表格", "--apply"],
    "import_data": ["import", BOOK, f"{FOLDER}/教师.xlsx"],
    "preview_import": ["import", BOOK, f"{FOLDER}/教师.xlsx", "--dry-run"],
    "rank_robustness": ["robust", BOOK],
    "selfcheck": ["selfcheck", BOOK],
    "diagnose": ["doctor"],
}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(scheme_cases, "folder_of", lambda _: few_cases())
    for module in (proof, by_school, libreoffice):
        monkeypatch.setattr(module, "find_office", lambda: None)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook, a file to import, and a copy that came back with a correction that is accepted."""
    folder = tmp_path_factory.mktemp("pristine")
    book = small_book(folder / "评比.xlsm")
    xlsx(folder / "教师.xlsx", TEACHERS)
    assert CliRunner().invoke(cli, ["mail", str(book), "--by-school", "-q"]).exit_code == 0
    (folder / "表格").mkdir()
    back = Path(
        shutil.copy(folder / "分发" / "分校版" / SCHOOL_NAMES[0] / f"{SCHOOL_NAMES[0]}.xlsx", folder / "表格")
    )
    edited = openpyxl.load_workbook(back)
    header = [c.value for c in edited["学校指标"][3]]
    edited["学校指标"].cell(4, header.index("教师总数") + 1).value = 25
    edited.save(back)
    shutil.rmtree(folder / "分发")
    CliRunner().invoke(cli, ["collect", str(folder / "表格")])
    listed = openpyxl.load_workbook(folder / "表格" / FILE)
    listed.active.cell(4, COLUMNS.index("采纳") + 1).value = "是"  # type: ignore[union-attr]
    listed.save(folder / "表格" / FILE)
    return folder


Both = Callable[..., tuple[list[str], str, list[tuple[str, str]], int]]


@pytest.fixture
def both(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Both:
    """What the command prints, what the press says and in which mode, the exit code: of the same folder."""
    folder = tmp_path / "同一个文件夹"
    let_save(monkeypatch, folder / "评比.xlsm")

    def done(entry: str, spoil: Callable[[Path], None] = lambda _: None) -> Any:
        out = []
        for _ in range(2):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(pristine, folder)
            spoil(folder / "评比.xlsm")
            if not out:
                words = [w.format(book=folder / "评比.xlsm", folder=folder) for w in WORKS[entry]]
                out.append(CliRunner().invoke(cli, words))
            else:
                files = entry in ("import_data", "preview_import")
                answer = str(folder / "教师.xlsx") if files else ANYWAY
                out.append(press(entry, folder / "评比.xlsm", answer, saved=True))
        command, pressed = out
        printed = command.output.splitlines()
        if command.exception and not isinstance(command.exception, SystemExit):
            printed.append(str(command.exception))
        kind = pressed.said[-1][0]
        said = [
            line
            for row in pressed.said[1:]
            if row[0] not in ("open", "mail")
            for line in (row[1] + row[3]).splitlines()
        ]
        return printed, kind, said, command.exit_code

    return done


@pytest.mark.parametrize("entry", WORKS)
def test_the_command_and_the_button_say_the_same(entry: str, both: Both) -> None:
    printed, kind, said, code = both(entry)
    shared = [line for line in said if not line.startswith(ONLY_EXCEL)]
    assert shared
    assert [line for line in shared if line not in printed] == []
    assert code == {"warning": 1, "error": 2}.get(kind, 0)
    if entry not in (
        "import_data",
        "recalculate",
        "rank_robustness",
    ):  # which end with the file that they wrote
        assert printed[-1] == shared[-1]
    assert (kind == SHOWN) == (entry == "recalculate")


def without_schools(path: Path) -> None:
    changed = opened(path)
    changed.remove(changed["学校数据"])
    changed.save(path)


@pytest.mark.parametrize(
    "entry", [e for e in WORKS if e not in ("diagnose", "import_data", "preview_import")]
)
def test_they_say_the_same_of_a_fault(entry: str, both: Both) -> None:
    printed, kind, said, code = both(entry, without_schools)
    assert (kind, code) == (ERROR, 1)  # an exception, which main words and ends with 2
    assert said == printed[-1:]
    assert "工作簿里没有工作表“学校数据”" in said[0]


def test_every_work_but_the_shapes_of_forms_is_tried() -> None:
    """What an import's undoing says needs an import before it: test_undo_import."""
    assert set(PRESSES) - set(WORKS) == {
        "application_workbook", "application_pdf", "review_forms", "score_card_workbook", "score_card_pdf",
        "commendation_list", "work_summary", "monthly_report", "send_live", "send_by_school", "restore_backup", "undo_import",
        "import_logs", "finalise", "new_scheme",
    }  # fmt: skip


@pytest.fixture
def caller(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> xw.Book:
    """The book that calls Python."""
    book = remote_book(Path(shutil.copy(pristine / "评比.xlsm", tmp_path / "评比.xlsm")))
    monkeypatch.setattr(xw.Book, "caller", lambda: book)
    return book


def alerts(book: xw.Book) -> list[tuple[str, str, str]]:
    found = [a["args"] for a in book.json()["actions"] if a["func"] == "alert"]
    return [(text, title, mode) for text, title, _, mode, *_ in found]


@pytest.mark.parametrize("entry", PRESSES)
def test_every_entry_is_there_for_macros_that_read_no_answer(entry: str) -> None:
    assert callable(getattr(buttons, entry))


def test_macros_that_read_no_answer_are_told_by_python(caller: xw.Book) -> None:
    buttons.recalculate()  # type: ignore[attr-defined]
    assert alerts(caller) == []
    buttons.check_data()  # type: ignore[attr-defined]
    [(text, title, mode)] = alerts(caller)
    assert text.startswith("学校5所（达标")
    assert (title, mode) == ("空间评比", "info")


def test_macros_that_cannot_ask_are_told_so(caller: xw.Book) -> None:
    buttons.import_data()  # type: ignore[attr-defined]
    [(text, _, mode)] = alerts(caller)
    assert "这里的按钮不能选文件" in text
    assert "kongjian import 工作簿 文件" in text
    assert mode == "critical"


def test_macros_that_read_no_answer_are_asked_by_python(
    caller: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Question("已核对，仍要发送", answer="第一小学", option="--checked")
    monkeypatch.setattr(buttons, "pressed", lambda *_: [Told("1份先不发送", WARNING, ask=ask)])
    buttons.send_by_school()  # type: ignore[attr-defined]
    first, (text, _, mode) = alerts(caller)
    assert first == ("1份先不发送", "空间评比", "critical")
    assert text == "已核对，仍要发送？"
    assert mode == "critical"


def test_a_fault_is_told_to_them_too(caller: xw.Book) -> None:
    buttons.send_live()  # type: ignore[attr-defined]
    assert [(t[:9], m) for t, _, m in alerts(caller)] == [("请先把工作簿保存到", "critical")]


def test_macros_that_read_the_answer_get_rows_and_no_box(caller: xw.Book) -> None:
    assert [row[0] for row in buttons.press("import_data")] == ["title", "files"]
    assert [row[0] for row in buttons.press("recalculate", None)] == ["title", SHOWN]  # type: ignore[arg-type]
    assert alerts(caller) == []
