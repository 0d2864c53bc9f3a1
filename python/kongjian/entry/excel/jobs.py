"""A press that returns at once: it works in a thread, Excel asks how far it is and lets it read and write for a moment.

    begin ─▶ the thread reads the sheets, computes … ─▶ "working" ─▶ poll, a second later, touching nothing of Excel's
                                                        "wanted"  ─▶ serve: Excel is read or written for about a second
                                                        what the press tells or asks, once

The press itself knows nothing of it: the workbook that it gets is `Lent`. A job belongs to one workbook; a new press there
ends it. Every function here runs in the thread that Excel calls.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import xlwings as xw

from kongjian.entry.excel import presses
from kongjian.entry.excel.lent import Desk, refuses
from kongjian.entry.excel.session import Press, quiet
from kongjian.entry.plans.plan_model import ERROR, INFO, Question, Told
from kongjian.workbook.shipped.commands import COMMANDS

Said = Sequence[Told] | Question
AT_ONCE = 1.0
"""Seconds that a call may take; the last thing that it does of Excel comes on top."""
LEAVING = 60.0
"""The same where the workbook is being closed while it is written."""
_GONE = "Python重新启动过，刚才的没有做完；请再按一次"
_STOPPED = "“{label}”停下了，没有做完；工作簿没有改动，已经写好的文件留着"
_FINISHING = "正在写入工作簿，马上就好，不能停在中间"
_QUEUED = "在等前面的一件做完…"
_AGAIN = "再按一次按钮可以停下来"
_numbers = itertools.count(1)


class Job:
    """One press and its thread."""

    def __init__(self, book: xw.Book, entry: str, answer: str) -> None:
        self.number = f"{os.getpid()}-{next(_numbers)}"
        self.book = _name(book)
        self.label = next((c.label for c in COMMANDS if c.entry == entry), entry)
        self.said: Said | None = None
        self._text = f"正在{self.label}…"
        self._desk = Desk()
        now = Press(self._desk.lend(book), answer, self._progress)
        self._thread = threading.Thread(target=self._work, args=(now, entry), daemon=True, name=self.label)
        self._thread.start()

    def _work(self, now: Press, entry: str) -> None:
        """All of the thread."""
        with _own_apartment(), self._desk.working():
            self.said = presses.done(now, entry)

    def _progress(self, text: str) -> None:
        self._desk.go_on()
        self._text = text

    @property
    def wanted(self) -> bool:
        """Whether it waits for Excel."""
        return self._desk.wanted

    @property
    def ended(self) -> bool:
        return self.said is not None or not self._thread.is_alive()

    @property
    def text(self) -> str:
        """What the status bar shows."""
        if self._desk.queued:
            return f"{self.label}：{_QUEUED}（{_AGAIN}）"
        return f"{self.label}：{self._text}（{_FINISHING if self._desk.no_return else _AGAIN}）"

    def serve(self, book: xw.Book, seconds: float, patient: bool) -> None:
        """Reads and writes Excel for the thread. Where Excel is busy, nothing is done: the next call does it."""
        try:
            with quiet(book):
                self._desk.serve(lambda: self.ended, seconds, patient)
        except Exception as fault:
            if not refuses(fault):
                raise

    def stop(self) -> None:
        """Stops it, unless the workbook is being written."""
        if not self.ended and not self._desk.no_return:
            self._desk.stopped = True
            self.said = [Told(_STOPPED.format(label=self.label), INFO)]

    def end(self) -> None:
        """Frees what it held."""
        self._desk.stopped = True
        self._desk.clear()


@contextmanager
def _own_apartment() -> Iterator[None]:
    """COM for what a press asks of Windows by itself, as 诊断 does; Excel's objects are of another apartment."""
    com: Any = sys.modules.get("pythoncom")  # there wherever Excel called
    if com is None:
        yield
        return
    com.CoInitialize()
    try:
        yield
    finally:
        com.CoUninitialize()


_JOBS: dict[str, Job] = {}


def begin(book: xw.Book, entry: str, answer: str = "") -> Job | Said:
    """Starts a press; its result where it is there within about a second, else the job."""
    for old in [job for job in _JOBS.values() if job.book == _name(book)]:
        _ended(old)  # whoever pressed it does not ask for it any more
    gc.disable()  # it would free Excel's objects in whatever thread it happens to run
    job = Job(book, entry, answer)
    _JOBS[job.number] = job
    job.serve(book, AT_ONCE, patient=True)
    return poll(job.number)


def poll(number: str) -> Job | Said:
    """How far it is; nothing of Excel's is touched."""
    gc.collect(0)  # what came since the last time, in this thread: all at the end would make one call long
    job = _JOBS.get(number)
    if job is None:
        return [Told(_GONE, ERROR)]
    return _ended(job) if job.ended else job


def serve(book: xw.Book, number: str, leaving: bool = False) -> Job | Said:
    """The same, after Excel was read and written for it."""
    job = _JOBS.get(number)
    if job is not None and not job.ended:
        job.serve(book, LEAVING if leaving else AT_ONCE, patient=leaving)
    return poll(number)


def stop(book: xw.Book, number: str, leaving: bool = False) -> Job | Said:
    """Stops it. What is being written is finished: by the next calls, or at once where the workbook is closed."""
    if job := _JOBS.get(number):
        job.stop()
    return serve(book, number, leaving) if leaving else poll(number)


def _ended(job: Job) -> Said:
    """What it told; its objects are freed here, where they came from."""
    said = job.said
    job.end()
    _JOBS.pop(job.number, None)
    if not _JOBS:
        gc.enable()
    return [Told(_GONE, ERROR)] if said is None else said


def _name(book: xw.Book) -> str:
    try:
        return str(book.fullname)
    except xw.XlwingsError:  # in a cloud folder that is not on this computer
        return str(book.name)
