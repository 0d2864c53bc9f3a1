"""The guard around a file that others made: whatever it does, it ends as one line, 文件名：读不了（原因）."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.base.text import one_line

_UNREADABLE = "：读不了（"


@contextmanager
def foreign(path: Path) -> Iterator[None]:
    """Raises KongjianError with that line for any error within."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # calamine panics on some damaged files, and a panic is no Exception
        raise KongjianError(unreadable(path, error)) from None


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """The same where the reading's own sentences name the file and say what to do: those stay as they are."""
    try:
        yield
    except (KongjianError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise KongjianError(unreadable(path, error)) from None


def unreadable(path: Path, error: BaseException) -> str:
    """The line for a file and what went wrong with it."""
    text = one_line(str(error)) if isinstance(error, KongjianError) else _reason(error)
    if _UNREADABLE in text:
        return text
    name = one_line(path.name)
    for said in (one_line(str(path)), name):
        text = text.removeprefix(said).lstrip(" ：的")
    return f"{name}{_UNREADABLE}{text}）"


def _reason(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "太大，内存不够"
    if isinstance(error, RecursionError):
        return "里面套得太深，不像正常的表格"
    if found := disk.behind(error):
        return disk.said(found)
    return "内容不合格式，可能已损坏；请让对方重新保存再交"
