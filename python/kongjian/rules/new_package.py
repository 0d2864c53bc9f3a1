"""A scheme's folder made from another one's: the next period, and what a workbook changed on 规则."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.rules.catalog import CASES
from kongjian.rules.lint.whole import ID_FORM
from kongjian.rules.loader import check_rules
from kongjian.rules.model import Item, Rules
from kongjian.rules.parameters import FACTS, GROUPS
from kongjian.rules.redrawn import redraw
from kongjian.rules.rule_text import RuleText

_FILES = {"condition": "eligibility", "award": "awards", "school": "school", "teacher": "teacher"}
_LISTS = {"condition": ("conditions", "label"), "award": ("awards", "name")}
_INDICATORS = ("indicators", "name")
_YEAR = re.compile(r"(?<!\d)\d{4}(?=-\d\d(?!\d)|年)")


def write_package(rules: Rules, scheme_id: str, target: Path) -> list[str]:
    """Writes a scheme like that of `rules` into the folder `target`, its period a year later unless they changed it.

    Returns what of the workbook's edits could not be written, in Chinese. Raises KongjianError for an id that is none
    or edits that make no scheme; `target` is the caller's to remove then.
    """
    check_id(scheme_id, rules)
    shutil.copytree(rules.folder, target)
    files = {path.stem: RuleText(path) for path in target.glob("*.yaml")}
    before, left = files["scheme"].value["period"]["start"], []
    for item, edit in rules.edits.items():
        left += list(_edit(files, item, edit))
    _next_year(files, rules, scheme_id)
    left += redraw(files, target, rules)
    for file in files.values():
        file.save()
    made = check_rules(target)
    _move_cases(target / CASES, before, made.period.start)
    return left


def _move_cases(folder: Path, before: str, start: str) -> None:
    """Every year in the worked cases, as many later as the period begins; a period of other months is left to be worked out."""
    years = int(start[:4]) - int(before[:4])
    if years == 0 or start[4:] != before[4:]:
        return
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(_YEAR.sub(lambda y: str(int(y[0]) + years), text), encoding="utf-8")


def _edit(files: dict[str, RuleText], item: Item, edit: Any) -> Iterator[str]:
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
    at = next((k for k, row in enumerate(file.value[rows]) if row[key] == name), None)
    if at is None:  # it is new, and is written as it is
        return
    held = file.value[rows][at]
    for parameter, new in sorted(edit.items(), key=lambda one: one[0] == "bands"):
        if held.get(parameter) == "by_reading":
            yield f"{name} {GROUPS[group][1][parameter]}：由口径定，请在 readings.yaml 里改"
        elif parameter == "bands":
            file.put_bands((rows, at, parameter), new)
        elif parameter in held:
            file.put((rows, at, parameter), new)
        elif new:
            file.add_key((rows, at, parameter), key, new)


def check_id(scheme_id: str, rules: Rules) -> None:
    """Raises KongjianError for an id that is none."""
    if not ID_FORM.fullmatch(scheme_id):
        raise KongjianError(f"方案编号“{scheme_id}”不能用；请用小写字母、数字和连字符，如 {rules.scheme.id}")


@dataclass(frozen=True)
class NextFacts:
    """What the next scheme is called, if nobody says otherwise, and its dates: a year later unless the workbook moved them."""

    scheme_id: str
    start: str
    end: str
    version: str
    apply_by: str
    due: str


def next_facts(rules: Rules) -> NextFacts:
    """The facts of the scheme after that of `rules`."""
    edited = {name for group, name in rules.edits if group == "scheme"}
    scheme, period, due = rules.scheme, rules.period, rules.forms.review.due
    start, end, version, apply_by = period.start, period.end, scheme.version, scheme.apply_by
    if not {"评选开始", "评选结束"} & edited:
        start, end, due = _later(start), _later(end), _later(due)
        version = version if "版本" in edited else f"{start[:4]}.1"
        apply_by = apply_by if "申报截止" in edited else _later(apply_by)
    stem = re.sub(r"-?\d{4}$", "", scheme.id)
    return NextFacts(f"{stem}-{start[:4]}", start, end, version, apply_by, due)


def _next_year(files: dict[str, RuleText], rules: Rules, scheme_id: str) -> None:
    """The id, and each date that the workbook left as it was."""
    facts, scheme, period = next_facts(rules), rules.scheme, rules.period
    files["scheme"].put(("id",), scheme_id)
    for file, place, now, new in (
        ("scheme", ("period", "start"), period.start, facts.start),
        ("scheme", ("period", "end"), period.end, facts.end),
        ("scheme", ("version",), scheme.version, facts.version),
        ("scheme", ("apply_by",), scheme.apply_by, facts.apply_by),
        ("forms", ("review", "due"), rules.forms.review.due, facts.due),
    ):
        if new != now:
            files[file].put(place, new)


def _later(text: str) -> str:
    """A month or a day a year later."""
    year, _, rest = text.partition("-")
    found = f"{int(year) + 1}-{rest}"
    try:
        dt.date.fromisoformat(found if found.count("-") == 2 else f"{found}-01")
    except ValueError:  # the 29th of February
        return f"{int(year) + 1}-02-28"
    return found
