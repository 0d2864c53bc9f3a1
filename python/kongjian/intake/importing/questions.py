"""What an import asks besides headers: schools that it does not know, people of one name, lists of names alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from kongjian.base.grid import is_blank
from kongjian.base.text import fold
from kongjian.intake.column_names import ALIKE, LISTED, SCHOOL, Answers, NameRow
from kongjian.intake.importing.convert import Converted, ReadCell
from kongjian.intake.values import show
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role

_SHORTEST = 3
_LONGER_LIST = "是教师名单"
_TWO = "不是同一个人"


def near_school(name: str, schools: Collection[str], telling_apart: Collection[str]) -> str:
    """The one school that this may be another way of writing: some characters left out, or one written wrongly."""
    short = [s for s in schools if len(name) >= _SHORTEST and (_within(name, s) or _within(s, name))]
    if len(short) == 1:
        return short[0]
    slips = [
        s
        for s in schools
        if not short and len(s) == len(name) > _SHORTEST and _is_slip(name, s, telling_apart)
    ]
    return slips[0] if len(slips) == 1 else ""


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(c in rest for c in short)


def _is_slip(one: str, other: str, telling_apart: Collection[str]) -> bool:
    apart = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(apart) == 1 and not any(c in telling_apart for c in apart[0])


def unknown_schools(
    table: InputTable, rows: Converted, schools: Sequence[str], answers: Answers, rules: Rules, file: str
) -> Iterator[NameRow]:
    """A question for each school that the workbook does not have and that may be one of it."""
    column = table.name_of(Role.SCHOOL)
    known = {fold(s) for s in schools}
    for name in dict.fromkeys(str(r.value or "") for r in rows.columns.get(column, ())):
        if not name or fold(name) in known or answers.has(table.sheet, SCHOOL + name):
            continue
        if near := near_school(name, schools, rules.importing.telling_apart):
            yield NameRow(table.sheet, SCHOOL + name, near, "", file)


def with_schools(table: InputTable, rows: Converted, answers: Answers) -> Converted:
    """The rows with the schools' names that staff confirmed."""
    column = table.name_of(Role.SCHOOL)
    given = rows.columns.get(column, [])
    renamed = {n: answers.confirmed(table.sheet, SCHOOL + n) for n in {str(r.value or "") for r in given}}
    if not any(renamed.values()):
        return rows

    def named(reading: ReadCell) -> ReadCell:
        name = renamed[str(reading.value or "")]
        return (
            reading._replace(value=name, notes=(*reading.notes, f"校名按“{name}”写入")) if name else reading
        )

    return replace(rows, columns=rows.columns | {column: [named(r) for r in given]})


def same_names(table: InputTable, rows: Converted, answers: Answers, file: str) -> Iterator[NameRow]:
    """A question for each name that a school has twice where an account is wanting."""
    for (school, name), count in _alike(table, rows).items():
        found = f"{ALIKE}{school} {name}（{count}行）"
        if not answers.has(table.sheet, found):
            yield NameRow(table.sheet, found, _TWO, "", file)


def apart(table: InputTable, rows: Converted, answers: Answers) -> set[tuple[str, str]]:
    """The (folded school, folded name) of people of one name whom staff know to be several."""
    return {
        (fold(school), fold(name))
        for (school, name), count in _alike(table, rows).items()
        if answers.confirmed(table.sheet, f"{ALIKE}{school} {name}（{count}行）")
    }


def _alike(table: InputTable, rows: Converted) -> dict[tuple[str, str], int]:
    """(school, name) → rows, of those that stand there more than once and not with an account each."""
    person = table.by_role(Role.PERSON)
    if person is None or person.name not in rows.columns:
        return {}
    school = rows.columns[table.name_of(Role.SCHOOL)]
    account: Mapping[int, ReadCell] = dict(enumerate(rows.columns.get(table.name_of(Role.ACCOUNT), ())))
    who = [(show(s.value), show(p.value)) for s, p in zip(school, rows.columns[person.name], strict=True)]
    lacking = {w for k, w in enumerate(who) if k not in account or is_blank(account[k].value)}
    return {w: n for w, n in Counter(who).items() if n > 1 and w in lacking and all(w)}


def names_alone(
    table: InputTable, columns: Collection[str], headers: Sequence[str], answers: Answers, file: str
) -> Iterator[NameRow]:
    """A question about a list that has nothing but names and units."""
    found = LISTED + "、".join(headers)
    keys = {c.name for c in table.columns if c.key}
    if table.by_role(Role.PERSON) and set(columns) <= keys and not answers.confirmed(table.sheet, found):
        yield NameRow(table.sheet, found, _LONGER_LIST, "", file)
