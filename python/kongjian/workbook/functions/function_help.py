"""What the worksheet functions are called, take and say, read from their own signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

MODULE = "kongjian.udfs"
"""Where Excel finds the functions: the name that the macros of every workbook that is out know."""
RULES_ARGUMENT = "rules"
"""The last argument of every function: not typed by staff but filled by the VBA wrapper."""
RULES_VBA = "KongjianRules()"
NOT_AVAILABLE = "#N/A"
"""Stands in an array for a cell that cannot be computed; the VBA wrapper makes CVErr(xlErrNA) of it."""
_ARGUMENT = re.compile(r"^(\w+)：(.+)$")


@dataclass(frozen=True)
class ArgumentHelp:
    """One argument as the function wizard shows it."""

    name: str
    doc: str
    optional: bool


@dataclass(frozen=True)
class FunctionHelp:
    """One function as the function wizard shows it."""

    name: str
    doc: str
    arguments: tuple[ArgumentHelp, ...]

    @property
    def usage(self) -> str:
        """The call as staff type it, optional arguments in brackets."""
        return f"={self.name}({', '.join(f'[{a.name}]' if a.optional else a.name for a in self.arguments)})"


def describe(functions: Iterable[Callable[..., Any]]) -> dict[str, FunctionHelp]:
    """The help of each function: its docstring's first paragraph, then one line `name：text` per argument."""
    return {function.__name__: _help(function) for function in functions}


def _help(function: Callable[..., Any]) -> FunctionHelp:
    doc, _, rest = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    docs = {found[1]: found[2] for line in rest.splitlines() if (found := _ARGUMENT.match(line))}
    arguments = tuple(
        ArgumentHelp(p.name, docs[p.name], p.default is not p.empty)
        for p in inspect.signature(function).parameters.values()
        if p.name != RULES_ARGUMENT
    )
    return FunctionHelp(function.__name__, doc.replace("\n", ""), arguments)
