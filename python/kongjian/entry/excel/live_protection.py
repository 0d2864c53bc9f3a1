"""Sheets whose protection is lifted while a press writes, put back afterwards, by the next press where Python was ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.entry.excel import live_names
from kongjian.entry.excel.session import NOT_THERE

LIFTED_NAME = "KongjianLifted"
"""The defined name that carries which sheets are open to be written, apart by a mark that no name of a sheet may hold."""
_APART, _ALL = "/", "*"
_LONGEST = 240
"""Characters that Excel takes as the text of a name, and a few to spare."""
_ALLOWED = tuple(
    f"Allow{what}"
    for what in (
        "FormattingCells FormattingColumns FormattingRows InsertingColumns InsertingRows InsertingHyperlinks "
        "DeletingColumns DeletingRows Sorting Filtering UsingPivotTables"
    ).split()
)
_SHIPPED = ("AllowFormattingColumns", "AllowFormattingRows", "AllowSorting", "AllowFiltering")
"""What a result sheet allows as it is built."""


@contextmanager
def lifted(book: xw.Book, sheets: Iterable[xw.Sheet]) -> Iterator[None]:
    """Lifts protections without password and puts them back as they were; meanwhile the workbook carries which.

    Raises KongjianError for a sheet with a password before anything is written.
    """
    some = [s for s in {s.name: s for s in sheets}.values() if _protected(s)]
    if some:
        names = _APART.join(s.name for s in some)
        live_names.put_texts(book, {LIFTED_NAME: names if len(names) <= _LONGEST else _ALL})
    with ExitStack() as after:
        if some:
            after.callback(_forget, book)
        for sheet in some:
            after.enter_context(_unprotected(sheet))
        yield


def put_back(book: xw.Book, results: Iterable[str]) -> str:
    """What is said of the protections that a press did not put back, which are now; "" where it did.

    `results` are the sheets that are protected as they are built.
    """
    carried = live_names.carried(book, LIFTED_NAME)
    if not carried:
        return ""
    wanted = set(results if carried == _ALL else carried.split(_APART))
    open_ = [s for s in book.sheets if s.name in wanted and not _protected(s)]
    for sheet in open_:
        allowed = {name: name in _SHIPPED for name in _ALLOWED}
        sheet.api.Protect(Contents=True, DrawingObjects=True, Scenarios=True, **allowed)
    _forget(book)
    if not open_:
        return ""
    named = "、".join(f"“{s.name}”" for s in open_)
    return f"上次写入时程序中断，{len(open_)}张表的保护没有放回，现在放回了：{named}"


def _protected(sheet: xw.Sheet) -> bool:
    """Whether it is, as far as the engine knows."""
    return hasattr(sheet.api, "Unprotect") and bool(sheet.api.ProtectContents)


def _forget(book: xw.Book) -> None:
    with suppress(*NOT_THERE):
        for name in book.names:
            if name.name == LIFTED_NAME:
                name.delete()
                return


@contextmanager
def _unprotected(sheet: xw.Sheet) -> Iterator[None]:
    api = sheet.api
    allowed = {name: getattr(api.Protection, name) for name in _ALLOWED}
    kept = {"DrawingObjects": api.ProtectDrawingObjects, "Scenarios": api.ProtectScenarios}
    with suppress(Exception):  # a wrong password; what counts is whether the sheet is still protected
        api.Unprotect("")
    if api.ProtectContents:
        raise KongjianError(f"工作表“{sheet.name}”有密码保护，写不了结果；请取消保护后再试")
    try:
        yield
    finally:
        api.Protect(Contents=True, **kept, **allowed)
