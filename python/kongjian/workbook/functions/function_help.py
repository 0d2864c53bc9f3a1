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
IN_WORDS = {
    "row": "数据行", "rows": "数据各行", "headers": "表头行", "item": "指标", "monthly_average": "月均",
    "kind": "类别", "scores": "得分列", "eligible": "达标列", "rank": "名次",
}  # fmt: skip
"""What staff read instead of an argument's own name, which the function wizard alone shows."""
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
        return self._call([a.name for a in self.arguments])

    @property
    def usage_in_words(self) -> str:
        """The same with Chinese words in the arguments' places."""
        return self._call([IN_WORDS[a.name] for a in self.arguments])

    @property
    def told(self) -> str:
        """What it does, then a line for each argument."""
        return "\n".join([self.doc, *(f"{IN_WORDS[a.name]}：{a.doc}" for a in self.arguments)])

    def _call(self, names: list[str]) -> str:
        pairs = zip(names, self.arguments, strict=True)
        return f"={self.name}({', '.join(f'[{name}]' if a.optional else name for name, a in pairs)})"


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
