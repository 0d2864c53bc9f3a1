"""Ctrl+C and other signals that end the command: everything put back, one sentence, no traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Those that this system has; SIGBREAK is that of a console window that is closed."""


class Stopped(SystemExit):
    """A signal asks the command to end. No part of a work takes it for an error of its own."""


_seen: list[Stopped] = []


def stoppable(work: Callable[[], None]) -> None:
    """Runs a work that a signal unwinds, which removes what is half done; what is finished is told.

    The outer `try` also hears the signal that comes while the handlers are being set or put back.
    """
    own = [n for n in (getattr(signal, name, None) for name in _NAMES) if n]
    own = [n for n in own if signal.getsignal(n) != signal.SIG_IGN]  # nohup, and shells that start it aside
    try:
        try:
            for number in own:
                signal.signal(number, _stop)
            sys.unraisablehook = lambda _: None  # what cannot be closed on a full disk has been told already
            work()
        finally:
            for number in () if _seen else own:
                signal.signal(number, signal.SIG_DFL)
    except Stopped:
        if found := sys.modules.get(
            "kongjian.base.scratch"
        ):  # the signal may have come while it was tidied up
            found.sweep(ending=True)
        os.write(2, f"{_sentence()}\n".encode(sys.stderr.encoding or "utf-8", "replace"))
        raise


def heed() -> None:
    """Goes on with a stop that somebody took for an error, a half imported library say."""
    if _seen:
        raise _seen[0]


def _stop(number: int, _: FrameType | None) -> None:
    for name in _NAMES:
        if other := getattr(signal, name, None):
            signal.signal(other, signal.SIG_IGN)  # putting back is not to be stopped in turn
    _seen.append(Stopped(128 + number))
    raise _seen[0]


def _sentence() -> str:
    """What is finished stays."""
    files = sys.modules.get("kongjian.base.files")
    done = files.finished if files else 0
    return f"已中断，已写完{done}份，其余的没有改动；可以再运行一次" if done else "已中断，文件没有改动"
