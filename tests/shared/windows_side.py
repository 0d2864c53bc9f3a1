"""xlwings' own Windows modules on any system, with stand-ins for the names of pywin32 that they import; long because xlwings touches much of pywin32.

`call` asks the real `XLPython.CallUDF`, the object that Excel's macros get, with values as COM hands them over; `Com` is an
object of Excel's as pywin32 shows it, over one of the macro interpreter's; `generated` is what xlwings itself would write
as VBA. Only the names are stood in for: nothing here knows what the program does.
"""

# ruff: noqa: N801, N802, N818 — names as pywin32 and Excel have them
from __future__ import annotations

import ctypes
import datetime as dt
import io
import os
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import repeat
from typing import Any

os.environ.setdefault(
    "XLWINGS_LICENSE_KEY", "noncommercial"
)  # the same xlwings as for the remote engine; tests only

import xlwings as xw
from pyopenvba.exceptions import VBAError, VBAUnsupportedError
from pyopenvba.interpreter._objects import VBAObject, method
from pyopenvba.interpreter._values import (
    EMPTY,
    MISSING,
    NOTHING,
    VBAArray,
    VBADate,
    VBAErrorValue,
    VBAInt,
    error,
)
from xlwings.main import Engine

from vba_host import VbaHost

LEFT_OUT = -2147352572
"""How COM hands over an argument that was left out."""
ERROR_BASE = -2146828288
"""An error value reaches Python as this plus its number: #N/A, 2042, as -2146826246."""
RIBBON = ERROR_BASE + 2023
"""Application.Caller of a ribbon button: #REF!"""
E_FAIL = -2147467259
CALL_REJECTED = -2147418111
FACES = ("kongjian.udfs", "kongjian.buttons")
DECORATED = (*FACES, "kongjian.workbook.functions.worksheet")


class com_error(Exception):
    """pywin32's."""

    def __init__(self, number: int, text: str = "") -> None:
        super().__init__(number, text, None, None)
        self.hresult = number


class TimeType(dt.datetime):
    """A moment as pywin32 gives it."""


class PyIDispatch:
    """A bare object of COM."""


class CDispatch:
    """What pywin32 makes of it."""


class UtcZone(dt.tzinfo):
    def utcoffset(self, _: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(0)

    def dst(self, _: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(0)


def _unwrap(found: object) -> object:
    if hasattr(found, "obj"):
        return found
    raise com_error(E_FAIL, "not an object of Python's")


def _nothing(*_: object) -> int:
    return 0


class _Library:
    """A library of Windows': every function does nothing."""

    def __init__(self, *_: object) -> None: ...

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _nothing if name[0].isupper() else _Library()
        return types.SimpleNamespace() if name.startswith("PyCom_") else made


def _stand_ins() -> dict[str, dict[str, object]]:
    classes = {name: type(name, (), {}) for name in ("CoClassBaseClass", "DispatchBaseClass")}
    return {
        "pywintypes": {"com_error": com_error, "TimeType": TimeType, "IID": str},
        "pythoncom": {
            "__file__": "/",
            "com_error": com_error,
            "ole_error": com_error,
            "CoInitialize": _nothing,
            "CoUninitialize": _nothing,
            "IID_IDispatch": 1,
            "TypeIIDs": {1: PyIDispatch},
        },
        "win32api": {},
        "win32con": {},
        "win32gui": {},
        "win32process": {"GetWindowThreadProcessId": lambda window: (0, window)},
        "win32event": {},
        "win32timezone": {"TimeZoneInfo": types.SimpleNamespace(utc=UtcZone)},
        "win32com": {},
        "win32com.client": {
            "CDispatch": CDispatch,
            "Dispatch": lambda found, **_: found,
            "DispatchEx": None,
            "dynamic": None,
            **classes,
        },
        "win32com.server": {},
        "win32com.server.util": {"unwrap": _unwrap, "wrap": lambda found, **_: found},
        "win32com.server.policy": {"DefaultPolicy": object},
        "win32com.server.dispatcher": {},
    }


def _stand_in() -> None:
    for name, names in _stand_ins().items():
        module = types.ModuleType(name)
        module.__dict__.update(names)
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)


@contextmanager
def _libraries() -> Iterator[None]:
    """While xlwings is imported: what ctypes has on Windows only."""
    given = {"windll": _Library(), "oledll": _Library(), "WINFUNCTYPE": ctypes.CFUNCTYPE}
    kept = {name: getattr(ctypes, name) for name in ("byref", "PyDLL")}
    try:
        for name, value in {**given, "byref": _nothing, "PyDLL": _Library}.items():
            setattr(ctypes, name, value)
        yield
    finally:
        for name in given:
            delattr(ctypes, name)
        for name, value in kept.items():
            setattr(ctypes, name, value)


_stand_in()
with _libraries():
    from xlwings import _xlwindows, udfs
    from xlwings.com_server import XLPython
if "excel" not in [engine.name for engine in xw.engines]:
    xw.engines.add(Engine(impl=_xlwindows.engine))


@contextmanager
def _as_on_windows() -> Iterator[None]:
    """What is imported meanwhile is dressed by the decorators of Windows; the modules themselves are left as they were."""
    kept = {name: sys.modules.pop(name, None) for name in DECORATED}
    before = {name: getattr(xw, name) for name in ("func", "arg", "ret")}
    try:
        xw.func, xw.arg, xw.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret  # type: ignore[misc]
        yield
    finally:
        for name, value in before.items():
            setattr(xw, name, value)
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
                parent, _, last = name.rpartition(".")
                setattr(sys.modules[parent], last, module)


SERVER = XLPython()


def call(module: str, name: str, *given: object, book: object = None, caller: object = RIBBON) -> Any:
    """One call as Excel's macros make it."""
    with _as_on_windows() if module not in udfs.udf_modules else nullcontext():
        return SERVER.CallUDF(module, name, given, book, caller)


def dressed(module: str) -> types.ModuleType:
    """The Python module as the server has it."""
    with _as_on_windows() if module not in udfs.udf_modules else nullcontext():
        found = udfs.get_udf_module(module, None)
    assert isinstance(found, types.ModuleType)
    return found


def generated(module: str) -> str:
    """The VBA module that xlwings would write for this Python module."""
    text = io.StringIO()
    udfs.generate_vba_wrapper(module, dressed(module), text, types.SimpleNamespace(Name="book.xlsm"))
    return text.getvalue()


class Com(CDispatch):
    """An object of Excel's as pywin32 shows it. What the interpreter does not have is missing, as an attribute is."""

    def __init__(self, inner: VBAObject) -> None:
        self.__dict__["inner"] = inner

    busy: Iterator[bool] = repeat(False)
    """Whether Excel refuses the next call, as while a cell is edited."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        spec = self.inner.vba_member(name)
        if spec is None:
            raise AttributeError(f"{self.inner.vba_type_name}.{name}")
        if spec.kind == "method":
            return Asked(self.inner, name)
        if not spec.parameters:
            return _told(self.inner.vba_get, name)
        _crosses()
        try:
            found = self.inner.vba_get(name)
        except VBAError:  # it has to be told which
            return Asked(self.inner, name)
        return Asked(self.inner, name) if isinstance(found, VBAObject) else to_python(found)

    def __setattr__(self, name: str, value: object) -> None:
        if self.inner.vba_member(name) is None:
            raise AttributeError(f"{self.inner.vba_type_name}.{name}")
        _told(self.inner.vba_set, name, to_vba(value))

    def __call__(self, *given: object) -> Any:
        return _told(self.inner.vba_get, "Item", [to_vba(one) for one in given])

    def __iter__(self) -> Iterator[Any]:
        _crosses()
        return map(to_python, self.inner.vba_iterate())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Com) and other.inner is self.inner

    def __hash__(self) -> int:
        return id(self.inner)


class Asked(Com):
    """A member that takes arguments: called, it gets them; anything else asks what it is without any."""

    def __init__(self, owner: VBAObject, name: str) -> None:
        self.__dict__.update(owner=owner, name=name)

    def __call__(self, *given: object, **named: object) -> Any:
        texts = {key: to_vba(value) for key, value in named.items()}
        return _told(self.owner.vba_get, self.name, [to_vba(one) for one in given], texts)

    @property
    def inner(self) -> VBAObject:
        found = self.owner.vba_get(self.name)
        assert isinstance(found, VBAObject), self.name
        return found


def _crosses() -> None:
    """Whatever reaches Excel: from one thread only, and not while it is busy."""
    assert threading.current_thread() is threading.main_thread(), "COM ties its objects to one thread"
    if next(Com.busy):
        raise com_error(CALL_REJECTED, "Call was rejected by callee.")


def _told(ask: Any, *given: Any) -> Any:
    _crosses()
    try:
        return to_python(ask(*given))
    except VBAUnsupportedError as fault:
        raise AttributeError(str(fault)) from fault
    except VBAError as fault:
        raise com_error(E_FAIL, str(fault)) from fault


def to_python(value: object) -> Any:
    """A value of VBA's as pywin32 hands it over."""
    if value is EMPTY or value is None or value is NOTHING:
        return None
    if value is MISSING:
        return LEFT_OUT
    if isinstance(value, VBAErrorValue):
        return ERROR_BASE + value.number
    if isinstance(value, VBAArray):
        if len(value.bounds) == 1:
            return tuple(map(to_python, value.items))
        height, items = (
            value.size // (value.bounds[1][1] - value.bounds[1][0] + 1),
            list(map(to_python, value.items)),
        )
        return tuple(tuple(items[row::height]) for row in range(height))  # VBA keeps them column by column
    if isinstance(value, VBAInt):
        return int(value)
    if isinstance(value, VBADate):
        moment = value.to_datetime()
        return TimeType.combine(moment.date(), moment.time())
    return Com(value) if isinstance(value, VBAObject) else value


def to_vba(value: object) -> object:
    """What Python gives back, as VBA gets it; rows become an array that counts from 0."""
    if value is None:
        return EMPTY
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            made = VBAArray([(0, len(value) - 1), (0, len(value[0]) - 1)])
            made.items = [to_vba(row[k]) for k in range(len(value[0])) for row in value]
            return made
        return VBAArray([(0, len(value) - 1)], items=list(map(to_vba, value)))
    if isinstance(value, Com):
        return value.inner
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


class PythonServer(VBAObject):
    """The real object behind `Kongjian.Server`, as VBA sees it."""

    vba_type_name = "XLPython"

    @method
    def CallUDF(self, module: str, name: str, given: VBAArray, book: VBAObject, caller: object) -> object:
        try:
            found = call(
                str(module), str(name), *map(to_python, given.items), book=Com(book), caller=to_python(caller)
            )
        except Exception as fault:
            # pywin32 hands over the whole trace
            text = f"Unexpected Python Error: Traceback (most recent call last):\n  File\n{type(fault).__name__}: {fault}\n"
            raise error(E_FAIL, text) from fault
        return to_vba(found)


def real(host: VbaHost) -> VbaHost:
    """The host with the real server."""
    host.python = lambda _: PythonServer()
    return host
