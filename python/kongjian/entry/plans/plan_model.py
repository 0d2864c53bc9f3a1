"""What a command or a button writes, asks and tells, as data: the command prints it, the macros of Excel show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kongjian.base import disk, files
from kongjian.base.errors import KongjianError

if TYPE_CHECKING:
    from kongjian.intake.sheets import Progress
    from kongjian.mailing.mail_draft import Draft
    from kongjian.workbook.pages import Writing

ANYWAY = "anyway"
"""The answer that lets results go out as they are, and the option that gives it."""
INFO, WARNING, ERROR, SHOWN = "info", "warning", "error", "shown"
"""How a work ended: done; done, and something is wrong with what was looked at; not done, or not in full; done, and
the sheets that it wrote say so, so that Excel needs no box."""


@dataclass(frozen=True)
class Told:
    """What is said: `text` by the command and in Excel alike.

    `lines` is more to read, which the command prints first and which in Excel stands on a sheet or in a file.
    `mails` are opened as a new message, never sent, where there is one and Excel can; else `folder`, if any, is.
    `ask` is what is left to be decided.
    """

    text: str
    mode: str = INFO
    lines: Sequence[str] = ()
    mails: Sequence[Draft] = ()
    folder: Path | None = None
    ask: Question | None = None


SURE = "!"
"""Behind an answer: what it leads to has been told."""


@dataclass(frozen=True)
class Question:
    """What has to be answered.

    Before there is a plan which files, `patterns` being as Excel's dialog takes them, or without them what is to be typed,
    `option` being the command that takes it. Before there is a plan or after what was told yes or no, `answer` being
    what yes hands over, `option` what says yes on the command line and `yes` what it does, unless that is to send.
    """

    text: str
    patterns: str = ""
    answer: str = ""
    option: str = ""
    yes: str = ""


@dataclass(frozen=True)
class Plan:
    """What a work is going to do: what it writes into the workbook, what it tells of that, which files it makes.

    `make` makes the files, `steps` of them, beside the workbook, and gives what is told of them.
    """

    writing: Writing | None = None
    told: Sequence[Told] = ()
    make: Callable[[Progress], Iterable[Told]] = lambda _: ()
    steps: int = 0


class Writable(Protocol):
    """A workbook that can be written, a file or one that is open in Excel."""

    def write(self, writing: Writing, progress: Progress) -> None:
        """Puts it in. Raises KongjianError before the first cell is written, UnfinishedError after it."""


class UnfinishedError(Exception):
    """Writing broke off half way, which doing it once more mends. Its text is what was being written."""


def carry_out(plan: Plan, book: Writable | None = None, progress: Progress = lambda _: None) -> list[Told]:
    """Does what is planned, with the workbook where it is to be written; returns what is told."""
    if plan.writing and book:
        book.write(plan.writing, progress)
    return [*plan.told, *plan.make(progress)]


def fault(error: Exception, what: str) -> Told:
    """What is told of an error; `what` is what no unforeseen one has changed."""
    if isinstance(error, KongjianError):
        return Told(str(error), ERROR)
    if told := _of_the_computer(error):
        return Told(told, ERROR)
    log = files.keep_error(error)
    if isinstance(error, UnfinishedError):
        again = f"{error}没有写完，请再按一次；还是这样，请发给技术人员（{log}）"
        return Told(f"{again}。输入表没有改动", ERROR)
    return Told(f"程序内部出错，{what}没有改动；{log}，请发给技术人员", ERROR)


def _of_the_computer(error: Exception) -> str:
    """What is told of a full disk, a read-only one, a name that is too long, too little memory; "" for a fault."""
    if isinstance(error, MemoryError):
        return "内存不够，没有做完；请关闭其他程序再试"
    found = disk.behind(error)
    if found is None:
        return ""
    why, advice = disk.reason(found, Path(str(found.filename)).parent if found.filename else None)
    return f"{why}{f'：{found.filename}' if found.filename else ''}，没有做完；{advice}再试"
