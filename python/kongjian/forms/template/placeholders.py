"""The marks in a template that stand for something known: {{ 学校名称 }}, {{ 指标.得分 }}, {{ 名单.左.姓名 }}.

A name without a dot is one value. `list.field` makes its row come once for each item of the list.
`list.左.field` and `list.右.field` print a long list in two columns. `|合并` behind a name merges equal
neighbours of a column.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from kongjian.engine.frame import Frame

# full-width braces are what a Chinese input method types
_MARK = re.compile(r"[{｛]{2}\s*([^{}｛｝]*?)\s*[}｝]{2}")
_HALF_A_MARK = re.compile(r"[{｛]{2}|[}｝]{2}")
_MERGE = "合并"
SIDES = ("左", "右")


@dataclass(frozen=True)
class Formula:
    """A formula (without its equals sign) and the value that it has now."""

    text: str
    value: str | float | None = None


Scalar = str | float | int | date | Formula | None
Context = Mapping[str, "Scalar | Frame"]
"""What is known for one form: single values, and lists as frames."""


@dataclass(frozen=True)
class Placeholder:
    """One mark, taken apart. `items` is the list's name, "" for a single value."""

    name: str
    items: str = ""
    side: str = ""
    merge: bool = False

    @cached_property
    def shown(self) -> str:
        """The name as it stands in the template."""
        return ".".join(part for part in (self.items, self.side, self.name) if part)


def find(text: str) -> list[Placeholder]:
    """The placeholders of a cell's text, in order."""
    return [_parse(m[1]) for m in _MARK.finditer(text)]


def half_marks(text: str) -> bool:
    """Whether braces are left over that belong to no placeholder."""
    return bool(_HALF_A_MARK.search(_MARK.sub("", text)))


@lru_cache(maxsize=1024)
def _parse(inner: str) -> Placeholder:
    name, _, flag = (part.strip() for part in inner.partition("|"))
    items, _, rest = name.partition(".")
    if not rest:
        return Placeholder(name, merge=flag == _MERGE)
    side, _, field = rest.partition(".")
    if side in SIDES and field:
        return Placeholder(field, items, side, flag == _MERGE)
    return Placeholder(rest, items, merge=flag == _MERGE)


def known(placeholder: Placeholder, context: Context) -> bool:
    """Whether the context has a value for a placeholder."""
    if not placeholder.items:
        return placeholder.name in context and not isinstance(context[placeholder.name], Frame)
    items = context.get(placeholder.items)
    return isinstance(items, Frame) and placeholder.name in items


def names(context: Context) -> list[str]:
    """Every placeholder that a context knows."""
    out = []
    for name, value in context.items():
        out += [f"{name}.{field}" for field in value] if isinstance(value, Frame) else [name]
    return out


def nearest(placeholder: Placeholder, context: Context) -> str:
    """What the writer may have meant, "" when nothing is near."""
    plain = f"{placeholder.items}.{placeholder.name}" if placeholder.items else placeholder.name
    found = difflib.get_close_matches(plain, names(context), 1, 0.5)
    return found[0] if found else ""


def render(text: str, value_of: Mapping[str, Any]) -> Any:
    """A cell's content: the value itself where the text is one placeholder, else the text with values in it.

    `value_of` maps each placeholder's shown name to its value.
    """
    found = list(_MARK.finditer(text))
    if len(found) == 1 and found[0][0] == text.strip():
        return plain(value_of[_parse(found[0][1]).shown])
    return _MARK.sub(lambda m: words(value_of[_parse(m[1]).shown]), text)


def plain(value: Any) -> Scalar:
    """A value as a cell takes it: a blank number is None."""
    if isinstance(value, float) and value != value:
        return None
    scalar: Scalar = value.item() if hasattr(value, "item") else value
    return scalar


def words(value: Any) -> str:
    """A value within a sentence."""
    value = plain(value)
    if isinstance(value, Formula):
        value = value.value
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def columns_of(placeholders: Iterable[Placeholder]) -> set[str]:
    """The lists that some placeholders go through."""
    return {p.items for p in placeholders if p.items}
