"""What is read becomes a plan, a plan is carried out: without Excel, and nothing is written before."""

from __future__ import annotations

import ast
import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from import_files import TEACHERS, new_book, xlsx
from kongjian.base.check_lines import BAD, GOOD, Line
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.file_book import FileBook, file_book
from kongjian.entry.excel.answer_rows import LONGEST, rows
from kongjian.entry.plans import copies, examinations, file_import, papers, recalculation
from kongjian.entry.plans.plan_model import (
    ANYWAY,
    ERROR,
    INFO,
    SHOWN,
    WARNING,
    Plan,
    Question,
    Told,
    UnfinishedError,
    carry_out,
    fault,
)
from kongjian.forms import kinds
from kongjian.mailing import send_copies
from kongjian.mailing.corrections_list import FILE as CORRECTIONS
from kongjian.mailing.mail_draft import Draft
from kongjian.rules import load_rules
from kongjian.workbook.layout import HOME_STATE, HOME_STEPS, output_sheets
from kongjian.workbook.lookup_sheet import TABLES as LOOKUP_TABLES
from kongjian.workbook.pages import Writing
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import Run, examine_sheets
from where import ROOT
from workbooks import SCHOOL_NAMES, opened, small_book

RULES = load_rules()
NOW = dt.datetime(2021, 7, 20, 9, 30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_book(tmp_path_factory.mktemp("plans") / "评比.xlsm")


@pytest.fixture
def book(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "评比.xlsm"))


@pytest.fixture
def held(book: Path) -> Iterator[FileBook]:
    with file_book(book) as one:
        yield one


@pytest.fixture
def run(held: FileBook) -> Run:
    return examine_sheets(held, RULES)


def test_a_calculation_plans_every_result_and_no_box(run: Run, held: FileBook, book: Path) -> None:
    before = book.read_bytes()
    plan = recalculation.results(run, held, NOW, 0.5)
    assert plan.writing is not None
    tables = {s.table for s in output_sheets(run.rules)} - {"Imports", "ColumnNames", "Appeals"}
    assert {p.spec.table for p in plan.writing.pages} == tables | {spec.table for spec in LOOKUP_TABLES}
    assert set(plan.writing.home) == {*HOME_STATE, *HOME_STEPS}
    assert (list(plan.writing.rows), list(plan.writing.cells)) == ([], [])
    [told] = plan.told
    assert (told.mode, told.text.splitlines()[-1]) == (SHOWN, run.conclusion)
    assert run.conclusion == f"评选期未完（已有6/8个月）；{run.message}"
    assert book.read_bytes() == before
    assert carry_out(plan, held) == [told]
    assert opened(book)["教师排名"].tables["TeacherRanking"].ref == "A3:I9"


def test_a_check_plans_the_list_and_the_fills_only(run: Run, held: FileBook) -> None:
    plan = recalculation.problems(run, held, NOW)
    assert plan.writing is not None
    assert [p.spec.table for p in plan.writing.pages] == ["Problems"]
    assert set(plan.writing.marks) == {t.sheet for t in RULES.tables}
    counted = {
        "HomeErrors": run.levels["错误"],
        "HomeWarnings": run.levels["警告"],
        "HomeNotes": run.levels["提示"],
    }
    assert counted.items() <= plan.writing.home.items()
    assert set(plan.writing.home) == {*HOME_STEPS, "HomeMessage", *counted}, "no number of a calculation"
    [told] = plan.told
    assert told.mode == (WARNING if run.levels["错误"] else INFO)
    folded = run.problems.height - len(told.lines) + 1
    assert folded == sum(level == "提示" for level in run.problems["级别"]) > 0
    assert told.lines[-1].startswith(f"另有{folded}行提示")


def test_an_import_plans_rows_and_says_what_they_are(tmp_path: Path) -> None:
    path = new_book(tmp_path, teacher_count=2)
    before = path.read_bytes()
    with file_book(path) as held:
        plan = file_import.rows([xlsx(tmp_path / "教师.xlsx", TEACHERS)], held, RULES, NOW)
        assert plan.writing is not None
        [block] = plan.writing.rows
        assert (block.sheet, block.first_row, len(block.rows)) == ("教师数据", 6, 3)
        assert [p.spec.table for p in plan.writing.pages] == ["Imports"]
        assert not plan.writing.again
        assert plan.told[0].text.startswith("教师.xlsx“导出” → 教师数据：新增3行")
        assert path.read_bytes() == before
        carry_out(plan, held)
    assert opened(path)["教师数据"].cell(8, 1).value == TEACHERS[-1][0]


def test_forms_are_counted_and_the_stale_hint_is_told_before_any_is_made(
    run: Run, held: FileBook, tmp_path: Path
) -> None:
    out = tmp_path / "表格"
    plan = papers.forms(run, held, tmp_path / "评比.xlsm", out, [kinds.PUBLICITY], NOW.date(), answer=ANYWAY)
    assert isinstance(plan, Plan)
    assert (plan.writing, plan.steps) == (None, 1)
    [hint] = plan.told
    assert hint == Told("提示：工作簿还没有计算过；这里按现在的数据生成，请再按“重新计算排名”")
    assert not out.exists()
    said = carry_out(plan)
    assert [p.name for p in out.iterdir()] == ["公示名单.xlsx"]
    assert said == [hint, Told(f"写了1个文件（{out}）", folder=out)]


def test_a_form_that_cannot_be_written_ends_as_an_error(run: Run, held: FileBook, tmp_path: Path) -> None:
    out = tmp_path / "表格"
    out.mkdir()
    (out / "~$公示名单.xlsx").write_bytes(b"")
    plan = papers.forms(run, held, tmp_path / "评比.xlsm", out, [kinds.PUBLICITY], NOW.date(), answer=ANYWAY)
    assert isinstance(plan, Plan)
    _, told = carry_out(plan)
    assert (told.mode, len(told.lines)) == (ERROR, 1)
    assert "公示名单.xlsx 正在Excel中打开" in told.text


def test_an_edition_brings_its_mail_and_folder(
    run: Run, held: FileBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.mailing.proof.find_office", lambda: None)
    out = tmp_path / "分发"
    plan = copies.edition(run, held, tmp_path / "评比.xlsm", out, send_copies.VALUES, NOW, ANYWAY)
    assert isinstance(plan, Plan)
    assert not out.exists()
    [told] = carry_out(plan)
    unsaid = "邮件里没有写联系人、联系电话：“规则”的“方案”里空着，填上再生成就会写"
    said = f"生成了1个文件，核对无误。但{run.still_open}（文件里已写明），请先处理（{out}）"
    assert told.text == f"{said}\n{unsaid}"
    assert ([m.attachments for m in told.mails], told.folder) == ([(out / "评比-数值版.xlsx",)], out)
    by_school = copies.edition(run, held, tmp_path, out, send_copies.BY_SCHOOL, NOW)
    assert isinstance(by_school, Plan)
    assert by_school.steps == 2 * len(SCHOOL_NAMES) + 1


def test_corrections_plan_their_cells_and_note_them_afterwards(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("proof", "by_school"):
        monkeypatch.setattr(f"kongjian.mailing.{module}.find_office", lambda: None)
    folder = tmp_path / "表格"
    folder.mkdir()
    with file_book(book) as held:
        run = examine_sheets(held, RULES)
        plan = copies.edition(run, held, book, tmp_path, send_copies.BY_SCHOOL, NOW)
        assert isinstance(plan, Plan)
        carry_out(plan)
        back = folder / f"{SCHOOL_NAMES[0]}.xlsx"
        shutil.copy(tmp_path / "分校版" / back.stem / back.name, back)
        edited = openpyxl.load_workbook(back)
        header = [c.value for c in edited["学校指标"][3]]
        edited["学校指标"].cell(4, header.index("教师总数") + 1).value = 25
        edited.save(back)
        carry_out(papers.collect(folder, RULES, NOW, book, run))
        with pytest.raises(KongjianError, match="没有新采纳的更正"):
            copies.corrections(folder, held, RULES, NOW)
        listed = openpyxl.load_workbook(folder / CORRECTIONS)
        column = [c.value for c in listed.active[3]].index("采纳") + 1  # type: ignore[index]
        listed.active.cell(4, column).value = "是"  # type: ignore[union-attr]
        listed.save(folder / CORRECTIONS)
        before, noted = book.read_bytes(), (folder / CORRECTIONS).read_bytes()
        plan = copies.corrections(folder, held, RULES, NOW)
        assert plan.writing is not None
        [cell] = plan.writing.cells
        assert (cell.sheet, cell.row, cell.value, plan.writing.again) == ("学校数据", 4, 25.0, False)
        assert (book.read_bytes(), (folder / CORRECTIONS).read_bytes()) == (before, noted)
        assert carry_out(plan, held) == [Told("采纳了1处更正，已写入输入表；请重新计算排名")]
    assert opened(book)["学校数据"].cell(4, cell.column).value == 25
    assert (folder / CORRECTIONS).read_bytes() != noted


@pytest.mark.parametrize(("state", "mode"), [(GOOD, INFO), (BAD, WARNING)])
def test_a_report_is_told_by_its_last_line_and_saved(state: str, mode: str, tmp_path: Path) -> None:
    lines, text = [Line(state, "题", "文")], "标题\n一行\n结论\n"
    told, saved = carry_out(examinations.saved(lines, text, "报告.txt", tmp_path))
    assert told == Told("结论", mode, ["标题", "一行"])
    assert saved == Told(f"报告在 {tmp_path / '报告.txt'}")
    assert (tmp_path / "报告.txt").read_text(encoding="utf-8-sig") == text


@pytest.mark.parametrize("folder", [None, Path("没有这个文件夹")])
def test_a_report_without_a_folder_is_saved_with_temporary_files(
    folder: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    carry_out(examinations.saved([], "一\n二\n", "报告.txt", folder))
    assert (tmp_path / "报告.txt").is_file()


def test_faults_are_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert fault(KongjianError("没有这张表"), "文件") == Told("没有这张表", ERROR)
    assert list(tmp_path.iterdir()) == []
    log = tmp_path / "kongjian" / "错误记录.txt"
    told = fault(ZeroDivisionError("x"), "文件")
    assert told == Told(f"程序内部出错，文件没有改动；记录在 {log}，请发给技术人员", ERROR)
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert fault(UnfinishedError("结果"), "工作簿").text.startswith("结果没有写完，请再按一次；")


def test_what_is_written_comes_before_what_is_made_and_told() -> None:
    done: list[str] = []

    class Book:
        def write(self, writing: Writing, progress: Callable[[str], None]) -> None:
            progress(writing.name)

    plan = Plan(Writing("结果"), [Told("写了")], lambda progress: [progress("做"), Told("做了")][1:])  # type: ignore[list-item, func-returns-value]
    assert [t.text for t in carry_out(plan, Book(), done.append)] == ["写了", "做了"]
    assert done == ["结果", "做"]


def test_the_boxes_take_the_gravest_icon_and_are_not_too_long() -> None:
    one, *_ = rows([Told("甲", WARNING), Told("乙"), Told("丙", SHOWN)])[1:]
    assert one[:2] == ["warning", "甲\n乙\n丙"]
    assert rows([Told("甲", SHOWN)])[1][0] == SHOWN
    lines = [f"{k}{'长' * 98}" for k in range(9)] + ["很" * (2 * LONGEST)]
    boxes = [text for _, text, *_ in rows([Told("\n".join(lines))])[1:]]
    assert (len(boxes), max(map(len, boxes)) < 1024) == (3, True)
    assert "\n".join(boxes).startswith("\n".join(lines[:9]))
    assert boxes[-1].endswith("……后面还有1行")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_one_mail_is_shown_and_several_have_their_folder_opened(count: int, tmp_path: Path) -> None:
    drafts = [Draft("题目", "正文", (tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"))] * count
    found = rows([Told("可以发送", mails=drafts, folder=tmp_path if count else None)])
    assert found[0] == ["title", "空间评比", "", ""]
    kind, text, shown, otherwise = found[-1]
    assert (kind, text) == ("info", "可以发送")
    assert {row[0] for row in found[1:-1]} == [set(), {"mail", "open"}, {"open"}][count]
    if count == 1:
        assert found[1] == ["mail", "题目", "正文", f"{tmp_path / '甲.xlsx'}\n{tmp_path / '乙.xlsx'}"]
        assert "看过再发" in shown
    assert (".eml" in otherwise) == (count > 0)
    assert {len(row) for row in found} == {4}


def test_an_addressed_mail_is_opened_from_its_file(tmp_path: Path) -> None:
    draft = Draft("题目", "正文", (tmp_path / "甲.xlsx",), ("a@b.cn",))
    assert [row[0] for row in rows([Told("可以发送", mails=[draft], folder=tmp_path)])] == [
        "title",
        "open",
        "info",
    ]


def test_a_question_goes_with_its_patterns() -> None:
    assert rows(Question("选文件", "表,*.x"))[1] == ["files", "选文件", "表,*.x", ""]


def test_a_question_to_say_yes_to_goes_with_its_answer() -> None:
    kind, text, answer, _ = rows(Question("没有生成", answer=ANYWAY, option=f"--{ANYWAY}"))[1]
    assert (kind, text.splitlines()[0], answer) == ("ask", "没有生成。", ANYWAY)
    assert "仍要发送吗" in text


DIALOGS = {
    "alert",
    "GetOpenFilename",
    "FileDialog",
    "MsgBox",
    "MessageBox",
    "MessageBoxW",
    "InputBox",
    "Popup",
}
OPENS = {"startfile", "FollowHyperlink", "Dispatch", "webbrowser", "tkinter"}
OWN_SERVER = ("excel_side.py", "Dispatch")
"""The diagnosis asks our own server, which shows nothing."""


@pytest.mark.parametrize("folder", ["excel", "plans", "setup"])
def test_nothing_under_a_button_shows_a_dialog_or_opens_a_program(folder: str) -> None:
    """Names and texts alike; `kongjian.buttons` alone tells where the macros read no answer."""
    found = []
    for path in (ROOT / "python" / "kongjian" / "entry" / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", None)))
            if (path.name, name) == OWN_SERVER:
                continue
            if name in DIALOGS | OPENS or (isinstance(node, ast.Constant) and node.value in DIALOGS | OPENS):
                found.append(f"{path.name}:{getattr(node, 'lineno', 0)}")
    assert found == []


def test_a_calculated_workbook_has_no_hint(book: Path) -> None:
    recalculate(book)
    with file_book(book) as held:
        run = examine_sheets(held, RULES)
        assert papers.stale(run, held) == []
