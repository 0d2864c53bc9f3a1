"""What a button does around its work: Excel kept quiet meanwhile, everything put back, faults told in Chinese."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlwings as xw

from kongjian.base import files
from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text

TITLE = "空间评比"
NOT_THERE = (AttributeError, NotImplementedError)
"""What an engine raises that cannot do something: the work goes on without it."""


class UnfinishedError(Exception):
    """Writing broke off: some result sheets are new, others are not. Inputs are as they were."""


@dataclass
class Press:
    """One press of a button. `last_word`, if any, is said when everything is put back."""

    book: xw.Book
    last_word: str = ""

    def progress(self, text: str) -> None:
        """Shows in the status bar what is being done."""
        _try(self.book.app, "status_bar", text)


@contextmanager
def pressed(book: xw.Book | None) -> Iterator[Press]:
    """Around the work of a button; no fault leaves it, the user is told."""
    book = book or xw.Book.caller()
    press = Press(book)
    try:
        with ExitStack() as after:
            after.callback(_put_back_place(book))
            after.callback(_try, book.app, "status_bar", False)
            for name, meanwhile, usual in _QUIET:
                after.callback(_try, book.app, name, _setting(book.app, name, usual))
                _try(book.app, name, meanwhile)
            yield press
        if press.last_word:
            tell(book, press.last_word)
    except KongjianError as error:
        tell(book, str(error), "critical")
    except UnfinishedError as error:
        again = f"结果没有写完，请再按一次；还是这样，请把 {files.keep_error(error)} 发给技术人员"
        tell(book, f"{again}。输入表没有改动", "critical")
    except Exception as error:
        tell(
            book,
            f"程序内部出错，工作簿没有改动；记录在 {files.keep_error(error)}，请发给技术人员",
            "critical",
        )


_QUIET = (
    ("screen_updating", False, True),
    ("enable_events", False, True),
    ("calculation", "manual", "automatic"),
)
"""Setting, its value while a button works, its usual value where it cannot be read."""


@contextmanager
def writing() -> Iterator[None]:
    """Around the writing of results: whatever goes wrong in it leaves them half written."""
    try:
        yield
    except KongjianError:  # said before the first cell is written
        raise
    except Exception as error:
        raise UnfinishedError from error


def tell(book: xw.Book, text: str, mode: str = "info") -> None:
    """A message box."""
    book.app.alert(text, TITLE, mode=mode)


def _setting(app: xw.App, name: str, usual: Any) -> Any:
    try:
        return getattr(app, name)
    except NOT_THERE:
        return usual


def _try(app: xw.App, name: str, value: Any) -> None:
    with suppress(*NOT_THERE):
        setattr(app, name, value)


def _put_back_place(book: xw.Book) -> Callable[[], None]:
    """What brings the user back to the sheet and the cells that were selected."""
    active, selection = book.sheets.active, _selection(book)
    name, address = active.name, selection.address if selection is not None else ""

    def back() -> None:
        if book.sheets.active.name != name:
            active.activate()
        now = _selection(book)
        if selection is not None and now is not None and now.address != address:
            selection.select()

    return back


def _selection(book: xw.Book) -> xw.Range | None:
    """The selected cells; None for a chart, and for a whole sheet, whose cells are more than Excel counts."""
    try:
        return book.selection
    except Exception:
        return None


def save_report(book: xw.Book, text: str, name: str) -> Path:
    """Saves a report beside the workbook, or with temporary files where that has no folder or cannot be written to."""
    try:
        place = Path(book.fullname)  # a book never saved, or one on a web server, has no folder
    except xw.XlwingsError:  # in a cloud folder that is not on this computer
        place = Path()
    temporary = Path(tempfile.gettempdir())
    folder = place.parent if place.is_absolute() else temporary
    try:
        save_text(folder / name, text)
    except KongjianError:
        folder = temporary
        save_text(folder / name, text)
    return folder / name
