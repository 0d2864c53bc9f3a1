"""A rule file as its lines, in which single values, rows and names are replaced: comments and the order of keys stay."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import yaml

from kongjian.base.errors import KongjianError
from kongjian.rules import strict_yaml
from kongjian.rules.model import Band

KeyPath = tuple[str | int, ...]
"""The keys and numbers that lead to a value."""


class RuleText:
    """One rule file: its values as they were read, and its lines.

    What is dropped leaves an empty line and what is added stands behind another one's end, so that places keep their
    lines whatever was changed before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.value, self._at = strict_yaml.read(path)
        self._lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        self._indents = [len(line) - len(line.lstrip()) for line in self._lines]
        self._left: dict[KeyPath, int] = {}

    def put(self, place: KeyPath, new: Any) -> None:
        """Another value in the place of one that stands on its key's line."""
        key, at = str(place[-1]), self._at[place] - 1
        text = json.dumps(new, ensure_ascii=False) if isinstance(new, str) else plain(new)
        old = re.compile(rf'((?:^|[\s{{,]){re.escape(key)}:\s*)("(?:[^"\\]|\\.)*"|[^,}}\n#]*[^,}}\n#\s])')
        line, count = old.subn(lambda found: found[1] + text, self._lines[at], count=1)
        if not count:
            raise KongjianError(f"{self._path.name} 第{at + 1}行：找不到“{key}”，请手工改成{text}")
        self._lines[at] = line

    def add_key(self, place: KeyPath, beside: str, new: Any) -> None:
        """A key that is not there yet, on a line of its own behind the one of a key of the same item."""
        at = self._at[(*place[:-1], beside)] - 1
        text = json.dumps(new, ensure_ascii=False) if isinstance(new, str) else plain(new)
        self._lines[at] += f"{' ' * self._lines[at].index(beside)}{place[-1]}: {text}\n"

    def put_bands(self, place: KeyPath, bands: tuple[Band, ...]) -> None:
        """Other steps in the place of those of `bands:`, each on a line of its own."""
        top = self._at[place]
        last = max(line for at, line in self._at.items() if at[: len(place)] == place)
        indent = " " * (self._indent(top) + 2)
        head = self._lines[top - 1].partition(":")[0] + ":\n"
        steps = [f"{indent}- {{at_least: {plain(b.at_least)}, points: {plain(b.points)}}}\n" for b in bands]
        self._lines[top - 1 : last] = ["".join([head, *steps]), *[""] * (last - top)]

    def drop(self, place: KeyPath) -> None:
        """Takes out a row of a list or a key with all that belongs to it, and the empty line that parted it."""
        first, last = self._span(place)
        self._lines[first - 1 : last] = [""] * (last - first + 1)
        if last < len(self._lines) and not self._lines[last].strip():
            self._lines[last] = ""
        self._left.setdefault(place[:-1], len(self._held(place[:-1])))
        self._left[place[:-1]] -= 1

    def add(self, place: KeyPath, behind: int, row: str, parted: bool = False) -> None:
        """A row of a list, already in YAML, behind the row of this number; -1 is before the first.

        With `parted` an empty line parts it from its neighbours.
        """
        self._left[place] = self._left.get(place, len(self._held(place))) + 1
        first = self._at[(*place, 0)]
        indent = " " * self._indent(first)
        text = "".join(
            f"{indent}{'- ' if k == 0 else '  '}{line}\n" for k, line in enumerate(row.split("\n"))
        )
        if behind < 0:
            self._lines[first - 1] = text + ("\n" if parted else "") + self._lines[first - 1]
        else:
            _, last = self._span((*place, behind))
            self._lines[last - 1] += ("\n" if parted else "") + text

    def remove(self, place: KeyPath, name: str) -> None:
        """Takes a text out of a list of texts."""
        row, at = self._held(place).index(name), self._at[place] - 1
        if self._at[(*place, row)] - 1 != at:
            self.drop((*place, row))
            return
        key = re.escape(str(place[-1]))
        found = re.search(rf"(?:^|[\s{{,]){key}:\s*\[([^\]]*)\]", self._lines[at])
        if found is None:
            raise KongjianError(f"{self._path.name} 第{at + 1}行：请手工去掉“{name}”")
        kept = [part.strip() for part in found[1].split(",") if yaml.safe_load(part) != name]
        self._lines[at] = (
            self._lines[at][: found.start(1)] + ", ".join(kept) + self._lines[at][found.end(1) :]
        )

    def save(self) -> None:
        for place in (place for place, left in self._left.items() if not left):
            empty = "{}" if isinstance(self._held(place), dict) else "[]"
            if place:
                top = self._at[place] - 1
                self._lines[top] = f"{self._lines[top].rstrip()} {empty}\n"
            else:
                self._lines.append(f"{empty}\n")
        self._path.write_text("".join(self._lines), encoding="utf-8", newline="\n")

    def _held(self, place: KeyPath) -> Any:
        held = self.value
        for key in place:
            held = held[key]
        return held

    def _indent(self, line: int) -> int:
        """How far a line was moved in at first: it may have been dropped since."""
        return self._indents[line - 1]

    def _span(self, place: KeyPath) -> tuple[int, int]:
        """The first and the last line (from 1) of what stands at a place, without the comments behind it."""
        first = self._at[place]
        others = (line for at, line in self._at.items() if line > first and at[: len(place)] != place)
        last = min(others, default=len(self._lines) + 1) - 1
        while last > first and (
            not self._lines[last - 1].strip() or self._lines[last - 1].lstrip()[0] == "#"
        ):
            last -= 1
        return first, last


def plain(number: float) -> str:
    """A number to its last digit, whole ones without a point."""
    return repr(int(number)) if number == int(number) else repr(number)


def in_yaml(holder: Any) -> str:
    """A row of a rule file from its dataclass: what is as usual is left out."""
    lines = []
    for field in dataclasses.fields(holder):
        held = getattr(holder, field.name)
        usual = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        if held == usual:
            continue
        if isinstance(held, tuple) and held and isinstance(held[0], Band):
            lines.append(f"{field.name}:")
            lines += [f"  - {{at_least: {plain(b.at_least)}, points: {plain(b.points)}}}" for b in held]
        elif isinstance(held, int | float) and not isinstance(held, bool):
            lines.append(f"{field.name}: {plain(held)}")
        else:
            lines.append(f"{field.name}: {json.dumps(held, ensure_ascii=False)}")
    return "\n".join(lines)
