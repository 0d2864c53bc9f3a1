"""Excel's objects lent to a thread: it holds numbers for them, and what it wants of them is done by the thread of the calls.

COM ties Excel's objects to the thread that Excel calls; any other must not touch them, nor free them. A thread that works
for a press therefore holds `Lent` objects, each the number of an object that the `Desk` keeps. Whatever it asks of one, an
attribute, a call, a cell's value, is a wish; it waits until a call from Excel serves the desk.
"""

from __future__ import annotations

import datetime as dt
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

_PLAIN = (str, int, float, bytes, Decimal, dt.date, dt.time, dt.timedelta, dict, type(None))
_REFUSALS = frozenset({-2147418111, -2147417846, -2146777998})
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE: Excel is busy, as while a cell is edited."""
PAUSE = 0.2
"""Seconds without a wish after which the thread is taken to be computing."""
MORE = 0.3
"""Seconds that a patient call goes on reading: another one would come a second later."""
_COMPUTING = threading.Lock()
"""Held by the thread that computes: one at a time, for what Python keeps for a whole process (filters of warnings)."""


class StoppedError(BaseException):
    """Raised in the thread whose work is not wanted any more; no handler of faults takes it for one."""


class Desk:
    """What one thread wants of Excel, and the objects that it was lent. `ask`, `go_on` and `working` are the thread's, all else is for the thread of the calls."""

    def __init__(self) -> None:
        self.stopped = False
        """Whether the work is not wanted any more: the thread ends at its next wish, which is not done."""
        self.no_return = False
        """Whether the workbook is being written, which is not to be left half done."""
        self.together = False
        """Whether what is read belongs together, as the sheets that a press calculates from: one call reads all of it."""
        self.queued = False
        """Whether the thread waits for that of another workbook."""
        self.longest = 0.0
        """Seconds of the longest wish since `took`."""
        self._wishes: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._next: Callable[[], Any] | None = None
        self._objects: list[Any] = []

    def ask(self, wish: Callable[[], Any]) -> Any:
        """In the working thread: what the wish gives, once Excel calls. Raises what it raises, or StoppedError."""
        self.go_on()
        _COMPUTING.release()
        try:
            self._wishes.put(wish)
            found, fault = self._answer()
        finally:
            self._take_turn()
        if fault is not None:
            raise fault
        return found

    def _answer(self) -> tuple[Any, BaseException | None]:
        while True:
            with suppress(queue.Empty):
                return self._answers.get(timeout=PAUSE)
            self.go_on()

    def go_on(self) -> None:
        """Raises StoppedError where the work is not wanted any more."""
        if self.stopped:
            raise StoppedError

    @contextmanager
    def working(self) -> Iterator[None]:
        """Around what the thread does. A work that is not wanted any more ends without a word."""
        self._take_turn()
        try:
            with suppress(StoppedError):
                yield
        finally:
            _COMPUTING.release()
            self._wishes.put(lambda: None)  # whoever waits for a wish sees that there will be none

    def _take_turn(self) -> None:
        self.queued = not _COMPUTING.acquire(timeout=PAUSE)
        if self.queued:
            _COMPUTING.acquire()
            self.queued = False

    @property
    def wanted(self) -> bool:
        """Whether a wish waits for Excel."""
        return self._next is not None or not self._wishes.empty()

    def serve(self, ended: Callable[[], bool], seconds: float, patient: bool) -> None:
        """Does what is wanted for so many seconds, and what belongs `together` to its end; less where Excel refuses.

        A `patient` call waits while the thread computes, and goes on for a moment more where it reads without a pause. A wish
        that Excel refused is the next call's first.
        """
        until = time.monotonic() + seconds
        with _once():
            while not ended():
                left = until - time.monotonic()
                if left <= 0 and not self.together and (self.no_return or not patient or left < -MORE):
                    return
                if self._next is None:
                    try:
                        self._next = self._wishes.get(timeout=max(left, PAUSE) if patient else PAUSE)
                    except queue.Empty:
                        return
                if not self._done(self._next):
                    return
                self._next = None

    def _done(self, wish: Callable[[], Any]) -> bool:
        """Does one wish; False where Excel is busy."""
        answer: tuple[Any, BaseException | None]
        started = time.monotonic()
        try:
            answer = wish(), None
        except Exception as fault:
            if refuses(fault):
                return False
            fault.add_note("".join(traceback.format_tb(fault.__traceback__)))
            fault.__traceback__ = fault.__context__ = fault.__cause__ = (
                None  # their frames hold objects of Excel's
            )
            answer = None, fault
        self.longest = max(self.longest, time.monotonic() - started)
        self._answers.put(answer)
        return True

    def clear(self) -> None:
        """Frees every object, on this thread."""
        self._next = None
        self._objects.clear()

    def lend(self, found: Any) -> Any:
        """A plain value as it is, for anything else a `Lent`."""
        if isinstance(found, _PLAIN):
            return found
        if isinstance(found, list | tuple):
            return (
                found
                if all(isinstance(one, (*_PLAIN, list, tuple)) for one in found)
                else tuple(map(self.lend, found))
            )
        self._objects.append(found)
        return Lent(self, len(self._objects) - 1)

    def back(self, given: Any) -> Any:
        """The object behind a `Lent`, anything else as it is."""
        return self._objects[given._number] if isinstance(given, Lent) else given


class Lent:
    """An object of Excel's for the working thread."""

    _desk: Desk
    _number: int

    def __init__(self, desk: Desk, number: int) -> None:
        self.__dict__.update(_desk=desk, _number=number)

    def _ask(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        desk = self._desk

        def wish() -> Any:
            texts = {name: desk.back(one) for name, one in named.items()}
            return desk.lend(work(desk.back(self), *map(desk.back, given), **texts))

        return desk.ask(wish)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask(getattr, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask(setattr, name, value)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._ask(lambda found, *args, **texts: found(*args, **texts), *given, **named)

    def __getitem__(self, key: Any) -> Any:
        return self._ask(lambda found, at: found[at], key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ask(tuple))

    def __len__(self) -> int:
        return int(self._ask(len))

    def __bool__(self) -> bool:
        return bool(self._ask(bool))


def is_lent(found: object) -> bool:
    return isinstance(found, Lent)


@contextmanager
def together(found: object) -> Iterator[None]:
    """What is read meanwhile belongs together, so that nobody types in between."""
    desk = found._desk if isinstance(found, Lent) else Desk()
    desk.together = True
    try:
        yield
    finally:
        desk.together = False


def took(found: object) -> float:
    """Seconds that Excel needed for the longest of what it was asked since this was asked; 0 where nobody waits for it."""
    if not isinstance(found, Lent):
        return 0.0
    desk = found._desk
    seconds, desk.longest = desk.longest, 0.0
    return seconds


def no_return(found: object) -> None:
    """From here on the workbook is written: what is begun is finished."""
    if isinstance(found, Lent):
        found._desk.go_on()
        found._desk.no_return = True


def refuses(fault: BaseException) -> bool:
    """Whether Excel is busy: the same call may succeed later."""
    if type(fault).__name__ == "ExcelBusyError":
        return True
    numbers = {getattr(fault, "hresult", None)}
    described = getattr(fault, "excepinfo", None) or (fault.args[2:3] or (None,))[0]
    if isinstance(described, tuple):
        numbers.add(described[-1])
    return bool(numbers & _REFUSALS)


@contextmanager
def _once() -> Iterator[None]:
    """xlwings asks a busy Excel again for as long as it takes; meanwhile Excel would wait for us."""
    windows: Any = sys.modules.get("xlwings._xlwindows")
    if windows is None:
        yield
        return
    before, windows.N_COM_ATTEMPTS = windows.N_COM_ATTEMPTS, 1
    try:
        yield
    finally:
        windows.N_COM_ATTEMPTS = before
