"""导入数据: asks for the exported files and lands them in the open workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.excel.append import LiveWriter
from kongjian.excel.live import LiveBook
from kongjian.excel.session import NOT_THERE, pressed
from kongjian.intake.importing.import_files import import_files
from kongjian.rules import load_rules

_PATTERNS = "*.xlsx;*.xlsm;*.xls;*.csv;*.tsv;*.txt;*.htm;*.html"
_KINDS = f"平台导出的文件,{_PATTERNS},所有文件,*.*"
_TITLE = "选平台导出的文件（可以选几个）"


def import_data(book: xw.Book | None = None, paths: Sequence[Path] | None = None) -> None:
    """导入数据：把选中的文件接在输入表已有的行下面，改了什么写在“导入记录”。"""
    with pressed(book) as press:
        chosen = _chosen(press.book) if paths is None else list(paths)
        if not chosen:
            return
        rules = load_rules()
        live = LiveBook(press.book, rules)
        now = dt.datetime.now().replace(microsecond=0)
        done = import_files(chosen, live, rules, LiveWriter(live), now, progress=press.progress)
        press.last_word = "\n".join([*done.lines, "改了什么见“导入记录”"])


def _chosen(book: xw.Book) -> list[Path]:
    """The files that the user picks in Excel's own dialog, none when it is cancelled."""
    try:
        found = book.app.api.GetOpenFilename(FileFilter=_KINDS, Title=_TITLE, MultiSelect=True)
    except NOT_THERE:
        raise KongjianError(
            "只有Windows上的Excel能在这里选文件；请用命令 kongjian import 工作簿 文件"
        ) from None
    return [Path(name) for name in found] if isinstance(found, tuple | list) else []
