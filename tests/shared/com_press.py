"""Run by itself: presses through xlwings' own COM server, with stand-ins for the names of pywin32 that it imports.

Prints, as JSON, what each call hands back to the macros and what the press was asked in which book.
"""

# ruff: noqa: E402, F401 — some modules look at the platform: before xlwings is told that it is Windows
import asyncio
import concurrent.futures
import ctypes
import json
import subprocess
import sys
import tempfile
import types
from unittest.mock import MagicMock

import numpy as np

MISSING = -2147352572  # how COM hands over an argument that was left out
NO_CELL = -2146826265  # Application.Caller of a ribbon button: #REF!


class ComError(Exception):
    """pywin32's."""


def stand_in(name: str, **names: object) -> None:
    module = types.ModuleType(name)
    module.__dict__.update(names)
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, module)


def unwrap(_: object) -> object:
    raise ComError("not an object of Python's")


dispatch = type("PyIDispatch", (), {})
stand_in("pywintypes", com_error=ComError, TimeType=type("TimeType", (), {}), IID=str)
stand_in(
    "pythoncom", __file__="/", com_error=ComError, CoInitialize=None, IID_IDispatch=1, TypeIIDs={1: dispatch}
)
for name in (
    "win32api",
    "win32con",
    "win32gui",
    "win32process",
    "win32event",
    "winreg",
    "win32timezone",
    "win32com",
):
    stand_in(name)
classes = {name: type(name, (), {}) for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass")}
stand_in("win32com.client", Dispatch=lambda book: book, DispatchEx=None, dynamic=None, **classes)
for name in ("win32com.server", "win32com.server.dispatcher"):
    stand_in(name)
stand_in("win32com.server.util", unwrap=unwrap)
stand_in("win32com.server.policy", DefaultPolicy=object)

for name in ("pandas", "polars", "PIL"):  # not needed, and they would ask Windows for more
    sys.modules[name] = None  # type: ignore[assignment]
for name in ("windll", "oledll", "PyDLL"):
    setattr(ctypes, name, MagicMock())
ctypes.WINFUNCTYPE = ctypes.CFUNCTYPE  # type: ignore[attr-defined]
here, sys.platform = sys.platform, "win32"
from xlwings.com_server import XLPython

sys.platform = here

from kongjian import buttons
from kongjian.entry.plans.plan_model import INFO, Question, Told


class Sheets(list[object]):
    """Excel's collection: called with a number from 1."""

    Count = 1

    def __call__(self, number: int) -> object:
        return self[number - 1]


sheets = Sheets([types.SimpleNamespace(Name="首页")])
book = types.SimpleNamespace(Name="评比.xlsm", Worksheets=sheets, Sheets=sheets)
asked = []


def pressed(called: object, entry: str, answer: str) -> list[Told] | Question:
    asked.append([called.impl.xl is book, entry, answer])  # type: ignore[attr-defined]
    return [Told("一\n二", INFO)] if answer or entry != "import_data" else Question("选", "表,*.x")


buttons.pressed = pressed  # type: ignore[assignment]
given = [("recalculate", ""), ("import_data", MISSING), ("import_data", "C:\\甲.xlsx\nC:\\乙.csv")]
calls = [(words, caller) for words in given for caller in (NO_CELL, "Button 3")]
back = [XLPython().CallUDF("kongjian.buttons", "press", words, book, caller) for words, caller in calls]
print(json.dumps({"back": back, "asked": asked}))
