"""Buttons all the way as on Windows: the macros' text, xlwings' own COM server and Windows engine, Excel's objects, the cells."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from pyopenvba.apps.excel._model import Workbook
from pyopenvba.interpreter._objects import MemberSpec
from pyopenvba.interpreter._values import VBAErrorValue

from import_files import TEACHERS, new_book, run_import, xlsx
from kongjian.entry.excel import live_append, presses
from kongjian.entry.plans.plan_model import INFO, Question, Told
from kongjian.intake.importing.landing import Block
from pressed_book import QUIET, even, is_as_the_command_writes, settings, shown
from remote import values
from vba_host import VbaHost
from windows_side import LEFT_OUT, RIBBON, Com, call, dressed, real
from workbooks import everything, opened, small_book


@pytest.fixture
def host(tmp_path: Path) -> VbaHost:
    return real(VbaHost(small_book(tmp_path / "book.xlsm", everything())))


def test_a_press_writes_what_the_command_writes(host: VbaHost, tmp_path: Path) -> None:
    host.finish("KongjianRun_Recalculate")
    assert host.shown == []
    is_as_the_command_writes(host, tmp_path / "book.xlsm", tmp_path / "command.xlsm")
    assert settings(host) == QUIET
    assert host.active == "首页"


def test_checking_tells_in_a_box_and_pressing_from_the_ribbon_is_the_same(host: VbaHost) -> None:
    host.finish("KongjianRun_CheckData")
    host.excel.caller = VBAErrorValue(2023)
    host.finish("KongjianRun_CheckData")
    assert len(host.shown) == 2
    assert host.shown[0] == host.shown[1]
    assert "问题清单" in host.shown[0]


def test_a_workbook_with_a_web_address_works_and_its_folder_is_not_searched_for_modules(
    host: VbaHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kongjian_beside.py").touch()
    address = "https://d.docs.live.net/1a2b/评比/book.xlsm"
    there = MemberSpec("FullName", "property", getter=lambda _: address)
    monkeypatch.setitem(Workbook._vba_members, "fullname", there)
    before = [*sys.path]
    assert host.run("AWARD", "教师", 1.0) == "网络学习空间应用专家"
    host.finish("KongjianRun_CheckData")
    [text] = host.shown
    assert "问题清单" in text
    assert sys.path == before
    assert importlib.util.find_spec("kongjian_beside") is None
    assert settings(host) == QUIET


def test_chosen_files_reach_python_and_land(tmp_path: Path) -> None:
    book = new_book(tmp_path, teacher_count=2)
    file = xlsx(tmp_path / "教师 表.xlsx", TEACHERS)
    host = real(VbaHost(book))
    host.excel.chosen = [str(file)]
    host.finish("KongjianRun_ImportData")
    done = run_import(book, file, out=(out := tmp_path / "out.xlsm"))
    command = opened(out, data_only=True)
    assert even(shown(host, "教师数据")) == even(values(command, "教师数据"))
    assert host.shown == ["\n".join([*done.lines, "改了什么见“导入记录”"])]


def test_what_excel_made_of_the_rows_is_compared_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(sheet: xw.Sheet, block: Block) -> None:
        write(sheet, block)
        sheet.range("G7").value = 41  # as an Excel that takes what it is given for something else

    write = live_append._append
    monkeypatch.setattr(live_append, "_append", spoilt)
    host = real(VbaHost(new_book(tmp_path, teacher_count=2)))
    host.excel.chosen = [str(xlsx(tmp_path / "教师.xlsx", TEACHERS))]
    host.finish("KongjianRun_ImportData")
    [text] = host.shown
    assert "教师数据有1格与文件核对不一致（G7）" in text
    assert "不要保存" in text


def test_a_fault_of_the_program_is_one_chinese_sentence(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> list[Told]:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setitem(presses.PRESSES, "recalculate", breaks)
    host.finish("KongjianRun_Recalculate")
    [text] = host.shown
    assert text.startswith("程序内部出错")
    assert "Traceback" not in text
    assert settings(host) == QUIET


def test_a_server_whose_program_is_gone_says_what_is_missing(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dressed("kongjian.buttons"), "jobs", None)
    host.run("KongjianRun_Recalculate")
    [text] = host.shown
    assert text.startswith("Python里出错，这次没有完成（错误号-2147467259：AttributeError: 'NoneType'")


@pytest.mark.parametrize("caller", [RIBBON, "Button 3"])
def test_the_rows_come_back_whole_and_the_press_works_on_the_calling_book(
    caller: object, host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, book = [], Com(host.app.workbook)

    def pressed(called: Any, entry: str, answer: str) -> list[Told] | Question:
        asked.append((called.impl.xl == book, entry, answer))
        return [Told("一\n二", INFO)] if answer or entry != "import_data" else Question("选", "表,*.x")

    monkeypatch.setattr(dressed("kongjian.buttons"), "pressed", pressed)
    files = "C:\\甲.xlsx\nC:\\乙.csv"
    given = [("recalculate", ""), ("import_data", LEFT_OUT), ("import_data", files)]
    back = [call("kongjian.buttons", "press", *words, book=book, caller=caller) for words in given]
    title = ["title", "空间评比", "", ""]
    told, asks = [title, ["info", "一\n二", "", ""]], [title, ["files", "选", "表,*.x", ""]]
    assert back == [told, asks, told]
    assert asked == [(True, "recalculate", ""), (True, "import_data", ""), (True, "import_data", files)]
