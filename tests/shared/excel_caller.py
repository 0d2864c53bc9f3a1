# ruff: noqa: E402 — the key has to be set before xlwings is imported
"""Calls the worksheet functions as Excel does: through xlwings' own decorators, converters and caller.

xlwings does nothing with a function on Linux by itself; its server's decorators and engine are the same code
as in a workbook. Its key for noncommercial use is set for the tests only.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

os.environ.setdefault("XLWINGS_LICENSE_KEY", "noncommercial")
sys.modules.setdefault("pyodide.ffi", None)  # xlwings would look for it again at every cell

import xlwings as xw
from xlwings import server
from xlwings.main import Engine
from xlwings.pro import _xlofficejs, custom_functions_call

Cell = Any
ERROR = {"type": "Error", "basicType": "Error", "errorType": "NotAvailable", "basicValue": "#N/A"}
"""An error value in a cell, as Excel hands it over."""
NA = {"type": "Error", "errorType": "NotAvailable"}
"""The same as xlwings hands it back."""


def _decorated() -> ModuleType:
    """A second copy of the module, under the decorators that act here."""
    if "officejs" not in [engine.name for engine in xw.engines]:
        xw.engines.add(Engine(impl=_xlofficejs.engine))
    kept = {name: getattr(xw, name) for name in ("func", "arg", "ret")}
    spec = importlib.util.find_spec("kongjian.workbook.functions.worksheet")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        for name in kept:
            setattr(xw, name, getattr(server, name))
        spec.loader.exec_module(module)
    finally:
        for name, value in kept.items():
            setattr(xw, name, value)
    return module


UDFS = _decorated()


def call(name: str, *arguments: Cell | Sequence[Sequence[Cell]] | None) -> Any:
    """What Excel gets: a range is a list of rows, "" an empty cell, None an argument left out."""
    given = [a if isinstance(a, list) or a is None else [[a]] for a in arguments]
    # Excel sends one entry for every argument
    left_out = [None] * (len(UDFS.__dict__[name].__xlfunc__["args"]) - len(given))
    data = {
        "func_name": name,
        "args": [*given, *left_out],
        "version": xw.__version__,
        "client": "Office.js",
        "runtime": "1.4",
    }
    return asyncio.run(custom_functions_call(data, UDFS))


def value(name: str, *arguments: Cell | Sequence[Sequence[Cell]] | None) -> Cell:
    """The one cell that a function gives."""
    ((cell,),) = call(name, *arguments)
    return cell
