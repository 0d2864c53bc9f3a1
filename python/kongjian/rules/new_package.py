"""A scheme's folder made from another one's: the next period, and the numbers that a workbook changed on 规则.

The files are edited line by line, so that comments and the order of keys stay.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.rules import strict_yaml
from kongjian.rules.lint.whole import ID_FORM
from kongjian.rules.loader import check_rules
from kongjian.rules.model import Band, Item, Rules
from kongjian.rules.parameters import FACTS, GROUPS

_FILES = {"condition": "eligibility", "award": "awards", "school": "school", "teacher": "teacher"}
_LISTS = {"condition": ("conditions", "label"), "award": ("awards", "name")}
_INDICATORS = ("indicators", "name")


def write_package(rules: Rules, scheme_id: str, target: Path) -> list[str]:
    """Writes a scheme like that of `rules` into the folder `target`, its period a year later unless they changed it.

    Returns what of the workbook's edits could not be written, in Chinese. Raises KongjianError for an id that is none
    or edits that make no scheme; `target` is the caller's to remove then.
    """
    if not ID_FORM.fullmatch(scheme_id):
        raise KongjianError(f"方案编号“{scheme_id}”不能用；请用小写字母、数字和连字符，如 {rules.scheme.id}")
    shutil.copytree(rules.folder, target)
    files = {path.stem: _File(path) for path in target.glob("*.yaml")}
    left = []
    for item, edit in rules.edits.items():
        left += list(_edit(files, item, edit))
    _next_year(files, rules, scheme_id)
    for file in files.values():
        file.save()
    check_rules(target)
    return left


class _File:
    """One rule file: its values, and its lines, in which single values can be replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.value, self._at = strict_yaml.read(path)
        self._lines = path.read_text(encoding="utf-8").splitlines(keepends=True)

    def put(self, path: tuple[str | int, ...], new: Any) -> None:
        """Another value in the place of one that stands on its key's line."""
        key, at = str(path[-1]), self._at[path] - 1
        text = json.dumps(new, ensure_ascii=False) if isinstance(new, str) else _plain(new)
        old = re.compile(rf'((?:^|[\s{{,]){re.escape(key)}:\s*)("(?:[^"\\]|\\.)*"|[^,}}\n#]*[^,}}\n#\s])')
        line, count = old.subn(lambda found: found[1] + text, self._lines[at], count=1)
        if not count:
            raise KongjianError(f"{self._path.name} 第{at + 1}行：找不到“{key}”，请手工改成{text}")
        self._lines[at] = line

    def add(self, path: tuple[str | int, ...], beside: str, new: Any) -> None:
        """A key that is not there yet, on a line of its own behind the one of a key of the same item."""
        at = self._at[(*path[:-1], beside)] - 1
        text = json.dumps(new, ensure_ascii=False) if isinstance(new, str) else _plain(new)
        # part of that line, so that those below keep their numbers
        self._lines[at] += f"{' ' * self._lines[at].index(beside)}{path[-1]}: {text}\n"

    def put_bands(self, path: tuple[str | int, ...], bands: tuple[Band, ...]) -> None:
        """Other steps in the place of those of `bands:`, each on a line of its own."""
        top = self._at[path]
        last = max(line for at, line in self._at.items() if at[: len(path)] == path)
        indent = " " * (len(self._lines[top - 1]) - len(self._lines[top - 1].lstrip()) + 2)
        head = self._lines[top - 1].partition(":")[0] + ":\n"
        steps = [f"{indent}- {{at_least: {_plain(b.at_least)}, points: {_plain(b.points)}}}\n" for b in bands]
        # in the place of one line, so that those below keep their numbers
        self._lines[top - 1 : last] = ["".join([head, *steps]), *[""] * (last - top)]

    def save(self) -> None:
        self._path.write_text("".join(self._lines), encoding="utf-8", newline="\n")


def _plain(number: float) -> str:
    """A number to its last digit, whole ones without a point."""
    return repr(int(number)) if number == int(number) else repr(number)


def _edit(files: dict[str, _File], item: Item, edit: Any) -> Iterator[str]:
    """Puts one row's edits into the files; yields what has no place there."""
    group, name = item
    if group == "scheme":
        first, *path = FACTS[name][0].split(".")
        files[first].put(tuple(path), edit["value"])
        return
    if group == "month":
        yield f"月份 {name} 计入：每年在新工作簿的“规则”里写"
        return
    file, (rows, key) = files[_FILES[group]], _LISTS.get(group, _INDICATORS)
    at = next(k for k, row in enumerate(file.value[rows]) if row[key] == name)
    held = file.value[rows][at]
    for parameter, new in sorted(edit.items(), key=lambda one: one[0] == "bands"):
        if held.get(parameter) == "by_reading":
            yield f"{name} {GROUPS[group][1][parameter]}：由口径定，请在 readings.yaml 里改"
        elif parameter == "bands":
            file.put_bands((rows, at, parameter), new)
        elif parameter in held:
            file.put((rows, at, parameter), new)
        elif new:
            file.add((rows, at, parameter), key, new)


def _next_year(files: dict[str, _File], rules: Rules, scheme_id: str) -> None:
    """The id, and each date that the workbook left as it was a year later."""
    scheme, edited = files["scheme"], {name for group, name in rules.edits if group == "scheme"}
    scheme.put(("id",), scheme_id)
    years = 0 if {"评选开始", "评选结束"} & edited else 1
    if years:
        for key in ("start", "end"):
            scheme.put(("period", key), _later(getattr(rules.period, key)))
        if "版本" not in edited:
            scheme.put(("version",), f"{_later(rules.period.start)[:4]}.1")
        if "申报截止" not in edited:
            scheme.put(("apply_by",), _later(rules.scheme.apply_by))
        files["forms"].put(("review", "due"), _later(rules.forms.review.due))


def _later(text: str) -> str:
    """A month or a day a year later."""
    year, _, rest = text.partition("-")
    found = f"{int(year) + 1}-{rest}"
    try:
        dt.date.fromisoformat(found if found.count("-") == 2 else f"{found}-01")
    except ValueError:  # the 29th of February
        return f"{int(year) + 1}-02-28"
    return found
