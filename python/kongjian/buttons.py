"""What the macros of every workbook call: `press` where they show what is asked and told, else an entry by its name."""

from __future__ import annotations

from functools import partial

import xlwings as xw

from kongjian.entry.excel.answer_rows import rows
from kongjian.entry.excel.presses import PRESSES
from kongjian.entry.excel.presses import press as pressed
from kongjian.entry.plans.plan_model import ERROR, SHOWN, WARNING

_CANNOT_ASK = (
    "这里的按钮不能选文件（宏是以前的，或不是Windows上的Excel）；"
    "请换用新的 kongjian.xlsm，或用命令 kongjian import 工作簿 文件"
)
_CANNOT_TYPE = (
    "这里的按钮不能输入；请换用新的 kongjian.xlsm，或关闭工作簿，用命令 kongjian restore 工作簿 第几份"
)


@xw.func
def press(entry: str, answer: str = "") -> list[list[str]]:
    """One press in the calling workbook: rows of texts that say what to ask and tell, see answer_rows."""
    return rows(pressed(xw.Book.caller(), entry, answer or ""))  # xlwings makes None of ""


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
            book.app.alert(f"{text}\n\n{_CANNOT_TYPE}", title, mode="critical")
        elif kind not in ("mail", "open", SHOWN):
            book.app.alert(text + otherwise, title, mode="critical" if kind in (WARNING, ERROR) else "info")


# under the names that workbooks know whose macros are older, or run on macOS
globals().update({entry: partial(_alone, entry) for entry in PRESSES})

__all__ = ["press"]
