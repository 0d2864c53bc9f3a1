"""The YAML cases of a scheme as they are read: a sentence, an input, the expected output.

Three forms of a case:
- one indicator: `object`, `indicator`, `value` (or `values` by column), `score`;
- a ranking: `object`, `scores` (each unit's 得分; all else qualifies), `also` (more columns by position),
  `expect: {ranks, tied, awards, notes, near}` by position;
- a whole calculation: `schools`, `teachers`, `classes`, `monthly`, `events` as lists of rows (`every_school`
  and `every_teacher` hold what all rows share) and `expect`.
`near` says unit → 界线 → columns of 临界名单, or 不在名单; `tracking` unit → columns of 月度跟踪; `effects` says 口径 → 取值 → columns of 口径影响.
`refused` holds words of the sentence with which nothing is calculated. `readings` names the 口径 by their Chinese labels.
`declined` says award → unit (or position) → what staff wrote into 备注 of 获奖名单. "是", "否" and "空" stand for yes, no and a blank.
A case that is itself written wrongly raises CaseError: a misspelt key must never pass as "nothing to check".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kongjian.engine.declined import Decline, declining
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, own_names
from kongjian.intake.grades import counted_classes, counted_events
from kongjian.rules import Rules, resolve, strict_yaml
from kongjian.rules.objects import OBJECT_LABELS

_TABLES = ("schools", "teachers", "classes", "monthly", "events")
NAME_COLUMN = {"school": "学校名称", "teacher": "教师姓名"}
_SINGLE_KEYS = {"name", "object", "indicator", "value", "values", "readings", "score"}
_RANKING_KEYS = {"name", "object", "scores", "also", "readings", "declined", "expect"}
_WHOLE_KEYS = {"name", "readings", "every_school", "every_teacher", "declined", "expect", *_TABLES}


class CaseError(Exception):
    """The case is written wrongly; the text names the case and the key."""


@dataclass(frozen=True)
class Case:
    """One case and the file that it stands in."""

    file: str
    name: str
    body: dict[str, Any]


def load_cases(folder: Path) -> list[Case]:
    """Every case of the folder in order. Raises CaseError for files that are no list of named cases."""
    cases: list[Case] = []
    names: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        bodies, _ = strict_yaml.read(path)
        if not isinstance(bodies, list):
            raise CaseError(f"{path.name}：不是算例的列表")
        for body in bodies:
            name = body.get("name") if isinstance(body, dict) else None
            if not isinstance(name, str) or not name:
                raise CaseError(f"{path.name}：有一个算例没有 name")
            if name in names:
                raise CaseError(f"{path.name}：算例“{name}”出现两次")
            names.add(name)
            cases.append(Case(path.name, name, body))
    return cases


def checked(case: Case, rules: Rules) -> Rules:
    """The rules with the case's readings. Raises CaseError for keys that it may not have, or lacks."""
    body = case.body
    if "indicator" in body:
        allowed, required = _SINGLE_KEYS, {"object", "indicator", "score"}
    elif "scores" in body:
        allowed, required = _RANKING_KEYS, {"object", "scores", "expect"}
    else:
        allowed, required = _WHOLE_KEYS, {"expect"}
    check_keys(case, body, allowed, "")
    if missing := required - set(body):
        raise CaseError(f"{case.name}：缺少{'、'.join(sorted(missing))}")
    return resolve(rules, _readings(case, rules))


def _readings(case: Case, rules: Rules) -> dict[str, str]:
    out = {}
    labels = {r.label: r for r in rules.readings}
    for label, value in case.body.get("readings", {}).items():
        if label not in labels:
            raise CaseError(f"{case.name}：没有口径“{label}”")
        ids = {v.label: v.id for v in labels[label].values}
        if value not in ids:
            raise CaseError(f"{case.name}：口径“{label}”没有取值“{value}”")
        out[labels[label].id] = ids[value]
    return out


def inputs_of(case: Case, rules: Rules, tables: Mapping[str, list[dict[str, Any]]]) -> Inputs:
    """The rows of a case by table, of each the columns that any of its rows has."""
    frames = {}
    for table_id, rows in tables.items():
        columns = {c.name: c for c in rules.table(table_id).columns}
        for row in rows:
            check_keys(case, row, set(columns), f"{table_id} ")
        used = [c for c in columns.values() if any(c.name in row for row in rows)]
        frames[table_id] = Frame.of(
            {c.name: [value_of(case, row.get(c.name, "空"), c.is_text) for row in rows] for c in used}
        )
    return Inputs.of(rules, **frames)


def whole_inputs(case: Case, rules: Rules, findings: Findings | None = None) -> Inputs:
    """The rows of a case, of classes and events those that count; what is left out is added to `findings`."""
    tables = {t: case.body.get(t, []) for t in _TABLES}
    for table, shared in (("schools", "every_school"), ("teachers", "every_teacher")):
        tables[table] = [{**case.body.get(shared, {}), **row} for row in tables[table]]
    given, findings = inputs_of(case, rules, tables), Findings() if findings is None else findings
    classes = counted_classes(given.classes, given.schools, rules, findings)
    return replace(
        given, classes=classes, events=counted_events(given.events, given.schools, rules, findings)
    )


def declines(case: Case, rules: Rules) -> Iterator[Decline]:
    """What staff wrote beside the awards."""
    given, objects = case.body.get("declined", {}), {a.name: a.object for a in rules.awards}
    check_keys(case, given, set(objects), "declined ")
    for award, units in given.items():
        own = own_names(kind := objects[award], rules)
        rows = {row[own[NAME_COLUMN[kind]]]: row for row in case.body.get(f"{kind}s", [])}
        check_keys(case, units, set(rows), f"declined {award} ")
        for unit, said in units.items():
            school, word = rows[unit][own["学校名称"]], declining(said, rules.words)
            yield Decline(award, school, unit if kind == "teacher" else "", "", said, word or "")


def kind_of(case: Case) -> str:
    """What the case is about: school or teacher."""
    kind = case.body["object"]
    if kind not in OBJECT_LABELS:
        raise CaseError(f"{case.name}：object “{kind}”不是 school 或 teacher")
    return str(kind)


def value_of(case: Case, given: Any, is_text: bool) -> Any:
    """What a cell of a case stands for: a text, or a number, NaN for a blank."""
    if is_text:
        if not isinstance(given, str):
            raise CaseError(f"{case.name}：文字 {given!r} 要加引号")
        return "" if given == "空" else given
    if given in ("是", "否", "空"):
        return {"是": 1.0, "否": 0.0, "空": math.nan}[given]
    return float(score_given(case, given))


def score_given(case: Case, given: Any) -> float:
    """A number of a case. Raises CaseError for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise CaseError(f"{case.name}：{given!r} 不是数")
    return given


def check_keys(case: Case, given: Any, allowed: set[str], where: str) -> None:
    """Raises CaseError where a part of a case has other keys; `where` says which part, with a space behind it."""
    if not isinstance(given, dict):
        raise CaseError(f"{case.name}：{where}{given!r} 不是键和值")
    if unknown := set(given) - allowed:
        raise CaseError(f"{case.name}：{where}不认识“{'、'.join(sorted(unknown))}”")
