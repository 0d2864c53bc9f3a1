"""What a press does around its work: Excel kept quiet meanwhile, everything put back. Nothing here talks to the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.base.scratch import scratch

NOT_THERE = (AttributeError, NotImplementedError)
"""What an engine raises that cannot do something: the work goes on without it."""


@dataclass(frozen=True)
class Press:
    """One press of a button in this workbook; `answer` is the user's to what it asked before.

    In a thread of its own the workbook is `Lent`, which a press need not know.
    """

    book: xw.Book
    answer: str = ""
    tell: Callable[[str], None] | None = None

    def progress(self, text: str) -> None:
        """Tells what is being done; shows it in the status bar where nobody is there to be told."""
        if self.tell:
            self.tell(text)
        else:
            _try(self.book.app, "status_bar", text)

    @property
    def folder(self) -> Path | None:
        """Where the workbook is saved on this computer; None for one never saved, and for one on a web server."""
        try:
            place = Path(self.book.fullname)
        except xw.XlwingsError:  # in a cloud folder that is not on this computer
            return None
        return place.parent if place.is_absolute() else None

    @property
    def path(self) -> Path:
        """The workbook's own path. Raises KongjianError for one that has no folder on this computer."""
        if self.folder is None:
            raise KongjianError("请先把工作簿保存到本机的文件夹，再按一次；表格会写在它旁边")
        return Path(self.book.fullname)


@contextmanager
def saved_copy(book: xw.Book) -> Iterator[Path | None]:
    """The workbook as it stands, unsaved changes with it, as a file for a moment; None where the engine saves none."""
    with scratch() as folder:
        target = folder / Path(book.name).name
        yield target if save_copy(book, target) else None


def save_copy(book: xw.Book, target: Path) -> bool:
    """Writes the workbook as it stands to another file; False where the engine saves none."""
    with suppress(Exception):  # on a Mac, in a browser, on a full disk
        book.api.SaveCopyAs(str(target))
    return target.is_file()


@contextmanager
def quiet(book: xw.Book) -> Iterator[None]:
    """Around a press: no flicker, no events, no calculation; afterwards all is as it was, the selection too."""
    with ExitStack() as after:
        after.callback(_put_back_place(book))
        after.callback(_try, book.app, "status_bar", False)
        for name, meanwhile, usual in _QUIET:
            after.callback(_try, book.app, name, _setting(book.app, name, usual))
            _try(book.app, name, meanwhile)
        yield


_QUIET = (
    ("screen_updating", False, True),
    ("enable_events", False, True),
    ("calculation", "manual", "automatic"),
)
"""Setting, its value while a button works, its usual value where it cannot be read."""


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
