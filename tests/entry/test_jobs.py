"""Buttons that return at once: the macros' text asks a thread in the real server, and Excel is written between two ticks; long because thread, macros and Excel are played together."""

from __future__ import annotations

import gc
import random
import re
import sys
import threading
from collections.abc import Iterator
from functools import partial
from itertools import count, repeat
from pathlib import Path
from typing import Any

import pytest
from pyopenvba.apps.excel._model import Workbook

from kongjian.entry.excel import jobs, presses
from kongjian.entry.excel.live_book import LiveBook
from kongjian.entry.excel.session import Press
from kongjian.entry.plans import recalculation
from kongjian.entry.plans.plan_model import Question, Told
from kongjian.rules import load_rules
from kongjian.workbook.last_run_sheets import BEING_WRITTEN
from kongjian.workbook.layout import output_sheets
from pressed_book import QUIET, RESULTS, even, is_as_the_command_writes, settings, shown, subtitle
from vba_host import VbaHost
from windows_side import Com, real
from workbooks import everything, small_book

YES, NO = 6, 7
LONGEST = 600
NEVER = "尚未计算"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_book(tmp_path_factory.mktemp("jobs") / "甲's.xlsm")


@pytest.fixture
def host(book: Path) -> Iterator[VbaHost]:
    yield real(VbaHost(book))
    assert jobs._JOBS == {}
    assert gc.isenabled()


class Slow:
    """A press that computes until the test lets it: `computing` once it has read, `go` to let it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.computing, self.go = threading.Event(), threading.Event()
        monkeypatch.setattr(jobs, "AT_ONCE", 0.05)

    def wait(self) -> None:
        self.computing.set()
        assert self.go.wait(LONGEST)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """重新计算排名 that computes for as long as the test wants it to."""
    made, whole = Slow(monkeypatch), recalculation.results

    def results(*given: Any) -> Any:
        made.wait()
        return whole(*given)

    monkeypatch.setattr(recalculation, "results", results)
    return made


def begun(host: VbaHost, slow: Slow) -> None:
    """The button was pressed, the thread computes."""
    host.run("KongjianRun_Recalculate")
    while not slow.computing.wait(0.01):
        host.turn()


def test_while_python_computes_excel_is_free_and_the_status_bar_says_how_far(
    host: VbaHost, slow: Slow, book: Path, tmp_path: Path
) -> None:
    before = even(shown(host, "学校排名"))
    begun(host, slow)
    for _ in range(3):
        host.turn()
        *rest, status = settings(host)
        assert tuple(rest) == QUIET[:-1]
        assert status == "重新计算排名：正在排名…（再按一次按钮可以停下来）"
        assert len(host.excel.pending) == 1
    assert even(shown(host, "学校排名")) == before
    slow.go.set()
    host.finish()
    assert settings(host) == QUIET
    assert host.shown == []
    is_as_the_command_writes(host, book, tmp_path / "command.xlsm")


def test_excel_is_written_in_pieces_and_the_record_of_runs_last(
    host: VbaHost, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 0.01)
    begun(host, slow)
    slow.go.set()
    seen: list[list[bool]] = []
    while host.excel.pending:
        host.turn()
        seen.append(
            [subtitle(host, spec.sheet).startswith(BEING_WRITTEN) for spec in output_sheets(load_rules())]
        )
    turns = [flags for flags in seen if any(flags)]
    assert len(turns) > 5, "a hundredth of a second writes no sheet as a whole"
    last = [spec.sheet for spec in output_sheets(load_rules())].index("运行记录")
    assert all(flags[last] for flags in turns)
    assert any(sum(flags) == 1 for flags in turns)
    assert not any(seen[-1])


@pytest.mark.parametrize(
    ("sheet", "cell"), [("教师数据", "E4"), ("规则", "C5"), ("获奖名单", "备注"), ("学校数据", "A90")]
)
def test_what_changed_meanwhile_is_told_and_nothing_is_written(
    sheet: str, cell: str, host: VbaHost, slow: Slow
) -> None:
    host.finish("KongjianRun_CheckData")
    host.app.dialogs.clear()
    begun(host, slow)
    before = [subtitle(host, name) for name in RESULTS]
    if cell.isalpha():  # the only column of that sheet that staff write in
        cell = f"{'ABCDEFGHIJKLMN'[shown(host, sheet)[0].index(cell)]}4"
    host.type(sheet, cell, "改")
    slow.go.set()
    host.finish()
    [text] = host.shown
    assert text.startswith(f"“{sheet}”在计算期间改动过")
    assert text.endswith("没有写入；请再按一次")
    assert [subtitle(host, name) for name in RESULTS] == before
    assert settings(host) == QUIET


def test_a_second_press_stops_it(host: VbaHost, slow: Slow) -> None:
    begun(host, slow)
    host.app.answer_dialogs(NO, YES)
    host.run("KongjianRun_CheckData")  # whichever button
    assert len(host.excel.pending) == 1
    host.run("KongjianRun_Recalculate")
    assert host.excel.pending == []
    assert host.shown[2] == "“重新计算排名”停下了，没有做完；工作簿没有改动，已经写好的文件留着"
    assert settings(host) == QUIET
    slow.go.set()
    host.finish("KongjianRun_CheckData")  # its thread waits for the one that was stopped
    assert "问题清单" in host.shown[-1]
    assert subtitle(host, "运行记录") == NEVER


def test_what_is_being_written_is_not_stopped(host: VbaHost, slow: Slow, book: Path, tmp_path: Path) -> None:
    begun(host, slow)
    slow.go.set()
    while not subtitle(host, "运行记录").startswith(BEING_WRITTEN):
        host.turn()
    host.app.answer_dialogs(YES)
    host.run("KongjianRun_Recalculate")
    assert "不能停在中间" in str(host.excel.status_bar)
    host.finish()
    assert len(host.shown) == 1
    is_as_the_command_writes(host, book, tmp_path / "command.xlsm")


def test_closing_asks_and_stops_and_excel_does_not_open_the_book_again(host: VbaHost, slow: Slow) -> None:
    begun(host, slow)
    assert host.closes(Workbook(host.excel, "别的.xlsx"))
    assert (host.shown, len(host.excel.pending)) == ([], 1)
    host.app.answer_dialogs(NO, YES)
    assert not host.closes()
    assert len(host.excel.pending) == 1
    assert host.closes()
    assert host.excel.pending == []
    assert settings(host) == QUIET
    slow.go.set()
    assert host.closes(), "nobody listens any more"
    assert len(host.shown) == 2


def test_closing_in_the_middle_of_writing_finishes_it_first(
    host: VbaHost, slow: Slow, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LEAVING", LONGEST)  # whatever else the computer does meanwhile
    begun(host, slow)
    slow.go.set()
    while not subtitle(host, "运行记录").startswith(BEING_WRITTEN):
        host.turn()
    host.app.answer_dialogs(YES)
    assert host.closes()
    is_as_the_command_writes(host, book, tmp_path / "command.xlsm")


def test_a_new_name_is_asked_for_by_that(host: VbaHost, slow: Slow) -> None:
    begun(host, slow)
    host.save_as("乙.xlsm")
    [(_, asked)] = host.excel.pending
    assert asked == "'乙.xlsm'!KongjianPoll"
    slow.go.set()
    host.finish()
    assert host.shown == []
    assert subtitle(host, "运行记录")


def test_a_python_that_was_started_anew_says_that_it_was_not_done(host: VbaHost, slow: Slow) -> None:
    begun(host, slow)
    for job in list(jobs._JOBS.values()):
        jobs._ended(job)
    host.turn()
    assert host.shown == ["Python重新启动过，刚才的没有做完；请再按一次"]
    assert settings(host) == QUIET
    slow.go.set()


@pytest.mark.parametrize("seed", [2])
def test_an_excel_that_is_busy_is_asked_again_and_nothing_is_lost(
    seed: int, host: VbaHost, slow: Slow, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a cell is edited Excel refuses: here all calls at first, then some, wherever that falls."""
    begun(host, slow)
    slow.go.set()
    monkeypatch.setattr(Com, "busy", repeat(True))
    for _ in range(5):
        host.turn()
    assert (subtitle(host, "运行记录"), host.shown) == (NEVER, [])
    refused = {*random.Random(seed).sample(range(4_000), 40)}
    monkeypatch.setattr(Com, "busy", (k in refused for k in count()))
    host.finish()
    assert host.shown == []
    assert settings(host) == QUIET
    is_as_the_command_writes(host, book, tmp_path / "command.xlsm")


def test_two_workbooks_at_a_time_each_get_their_own(tmp_path: Path, slow: Slow) -> None:
    books = [small_book(tmp_path / f"{name}.xlsm", None if name == "甲" else everything()) for name in "甲乙"]
    hosts = [real(VbaHost(path)) for path in books]
    begun(hosts[0], slow)
    hosts[1].run("KongjianRun_Recalculate")
    while "在等前面的一件做完" not in str(hosts[1].excel.status_bar):
        hosts[1].turn()
    slow.go.set()
    while any(host.excel.pending for host in hosts):
        for host in hosts:
            if host.excel.pending:
                host.turn()
    for host, path in zip(hosts, books, strict=True):
        assert host.shown == []
        is_as_the_command_writes(host, path, path.with_name("out.xlsm"))
        path.with_name("out.xlsm").unlink()


def test_results_that_were_not_written_to_the_end_are_not_sent(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch, book: Path
) -> None:
    whole, left = LiveBook._put_page, [3]

    def breaks(live: LiveBook, page: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise MemoryError
        whole(live, page)

    monkeypatch.setattr(LiveBook, "_put_page", breaks)
    host.finish("KongjianRun_Recalculate")
    assert subtitle(host, "运行记录") == BEING_WRITTEN
    host.app.dialogs.clear()
    for macro in ("SendValues", "SendBySchool", "MakePublicity"):
        host.finish(f"KongjianRun_{macro}")
        assert host.shown[-1].startswith("工作簿的结果正在写入，或者上次没有写完，现在不能发送"), macro
    assert not (book.parent / "分发").exists()
    host.finish("KongjianRun_Recalculate")
    rows = even(shown(host, "学校排名"))
    at = rows[0].index("上次名次")
    assert {tuple(row[at : at + 1]) for row in rows[1:]} <= {(), (None,)}, "of two runs nothing is known"
    assert subtitle(host, "运行记录").startswith("20")


def test_questions_are_asked_when_it_is_their_turn_and_the_answer_is_worked_on(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 0.01)
    go = threading.Event()

    def asks(now: Press) -> list[Told] | Question:
        now.progress("第1份（1/2）…")
        assert go.wait(LONGEST)
        go.clear()
        return (
            [Told(f"{now.answer}：{now.book.name}")]
            if now.answer
            else Question("仍要发送吗", answer="anyway")
        )

    monkeypatch.setitem(presses.PRESSES, "send_live", asks)
    host.app.answer_dialogs(YES)
    host.run("KongjianRun_SendLive")
    host.turn()
    assert host.excel.status_bar == "生成分发版：第1份（1/2）…（再按一次按钮可以停下来）"
    assert host.shown == []
    for answered in (1, 2):
        go.set()
        while host.excel.pending and len(host.shown) < answered:
            host.turn()
    assert host.shown[1:] == [f"anyway：{host.app.workbook.name}"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_in_an_unheard_of_way_is_told(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_: Press) -> list[Told]:
        raise SystemExit

    monkeypatch.setitem(presses.PRESSES, "recalculate", ends)
    host.finish("KongjianRun_Recalculate")
    [text] = host.shown
    assert "没有做完" in text
    assert settings(host) == QUIET


def test_excels_objects_are_never_touched_by_the_thread(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a press does with the workbook: a rule that the played transport holds for every call."""
    found: list[object] = []
    apartments: list[tuple[str, str]] = []
    for name in ("CoInitialize", "CoUninitialize"):
        note = partial(lambda word: apartments.append((word, threading.current_thread().name)), name)
        monkeypatch.setattr(sys.modules["pythoncom"], name, note)

    def tries(now: Press) -> list[Told]:
        book: Any = now.book
        sheet = book.sheets["教师数据"]
        found.extend([sheet.name, len(book.sheets), bool(book), [s.name for s in book.sheets][0]])
        found.append(sheet.range((4, 1), (5, 2)).options(ndim=2).value)
        sheet.range((4, 1)).value = "改"
        found.append(sheet.range((4, 1)).value)
        with pytest.raises(AttributeError):
            _ = sheet.nothing_of_this_name
        try:
            _ = book.sheets["没有这张"]
        except Exception as fault:
            found.append(fault.__traceback__ is not None and bool(fault.__notes__))
        inner = book.__dict__["_desk"].back(book)
        try:
            _ = inner.name
        except AssertionError as fault:
            found.append(str(fault))
        return [Told("完")]

    monkeypatch.setitem(presses.PRESSES, "recalculate", tries)
    host.finish("KongjianRun_Recalculate")
    assert host.shown == ["完"]
    assert found[0] == "教师数据"
    assert found[2:4] == [True, "首页"]
    assert found[5:] == ["改", True, "COM ties its objects to one thread"]
    apartments = [one for one in apartments if one[1] != threading.current_thread().name]  # xlwings' own
    assert apartments == [("CoInitialize", "重新计算排名"), ("CoUninitialize", "重新计算排名")]


def protected(host: VbaHost) -> dict[str, tuple[bool, bool, bool]]:
    """By result sheet whether it is protected, and whether sorting and the width of columns are allowed nevertheless."""
    out = {}
    for name in RESULTS:
        own: Any = host.app.workbook.sheet_named(name)
        rights = own.vba_get("Protection")
        out[name] = (
            bool(own.vba_get("ProtectContents")),
            bool(rights.vba_get("AllowSorting")),
            bool(rights.vba_get("AllowFormattingColumns")),
        )
    return out


@pytest.mark.parametrize("macro", ["CheckData", "MakeSummary"])
def test_what_a_python_killed_while_it_wrote_left_open_is_protected_at_the_next_press_and_told(
    macro: str, host: VbaHost, slow: Slow
) -> None:
    before = protected(host)
    begun(host, slow)
    slow.go.set()
    while not subtitle(host, "运行记录").startswith(BEING_WRITTEN):
        host.turn()
    for job in list(jobs._JOBS.values()):  # nothing of it runs any more, no `finally` either
        jobs._ended(job)
    left = [name for name, now in protected(host).items() if before[name][0] and not now[0]]
    assert len(left) > 5
    host.turn()
    assert host.shown == ["Python重新启动过，刚才的没有做完；请再按一次"]
    host.finish(f"KongjianRun_{macro}")
    assert protected(host) == before
    told = host.shown[1]
    assert re.search(r"上次写入时程序中断，\d+张表的保护没有放回，现在放回了：“", told)
    assert all(f"“{name}”" in told for name in left)
    shown = len(host.shown)
    host.finish("KongjianRun_CheckData")
    assert not any("没有放回" in text for text in host.shown[shown:]), "told once"
