"""What the macros of every workbook call: `begin`, then `poll` and `serve` until it is done, `stop`.

Those of workbooks that are out already call `press`, which returns when all is done, or an entry by its name.
"""

from __future__ import annotations

from functools import partial

import xlwings as xw

from kongjian.entry.excel import jobs
from kongjian.entry.excel.answer_rows import rows, working
from kongjian.entry.excel.presses import PRESSES
from kongjian.entry.excel.presses import press as pressed
from kongjian.entry.plans.plan_model import ERROR, SHOWN, WARNING

_CANNOT_ASK = (
    "这里的按钮不能选文件（宏是以前的，或不是Windows上的Excel）；"
    "请换用新的 kongjian.xlsm，或用命令 kongjian import 工作簿 文件"
)
_CANNOT_TYPE = "这里的按钮不能输入；请换用新的 kongjian.xlsm，或关闭工作簿，用命令 kongjian"


@xw.func
def begin(entry: str, answer: str = "") -> list[list[str]]:
    """Starts a press in the calling workbook: rows of texts, see answer_rows; of what is not done yet `working`."""
    return _rows(jobs.begin(xw.Book.caller(), entry, answer or ""))  # xlwings makes None of ""


@xw.func
def poll(number: str) -> list[list[str]]:
    """The rows of a press that was begun; Excel is not touched."""
    return _rows(jobs.poll(number))


@xw.func
def serve(number: str) -> list[list[str]]:
    """The same, after Excel was read and written for it."""
    return _rows(jobs.serve(xw.Book.caller(), number))


@xw.func
def stop(number: str, leaving: str = "") -> list[list[str]]:
    """The same, after it was stopped; `leaving` says that the workbook is being closed."""
    return _rows(jobs.stop(xw.Book.caller(), number, bool(leaving)))


def _rows(found: jobs.Job | jobs.Said) -> list[list[str]]:
    return working(found.text, found.number, found.wanted) if isinstance(found, jobs.Job) else rows(found)


@xw.func
def press(entry: str, answer: str = "") -> list[list[str]]:
    """The same as `begin`, done when it returns."""
    return rows(pressed(xw.Book.caller(), entry, answer or ""))


def _alone(entry: str, answer: str = "") -> None:
    """One press for macros that read no answer (RunPython): the one place where Python itself shows a box."""
    book = xw.Book.caller()
    (_, title, *_), *said = rows(pressed(book, entry, answer))
    for kind, text, yes, otherwise in said:
        if kind == "files":
            book.app.alert(_CANNOT_ASK, title, mode="critical")
        elif kind == "ask":
            if book.app.alert(text, title, buttons="yes_no", mode="critical") == "yes":
                _alone(entry, yes)
        elif kind == "type":
            book.app.alert(f"{text}\n\n{_CANNOT_TYPE} {otherwise}", title, mode="critical")
        elif kind not in ("mail", "open", SHOWN):
            book.app.alert(text + otherwise, title, mode="critical" if kind in (WARNING, ERROR) else "info")


# under the names that workbooks know whose macros are older, or run on macOS
globals().update({entry: partial(_alone, entry) for entry in PRESSES})

__all__ = ["begin", "poll", "press", "serve", "stop"]
