"""Looks for other schools, their people and their accounts in every part of a file that one school gets."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kongjian.base.text import fold
from kongjian.engine.frame import Frame
from kongjian.mailing.package_texts import Text, texts
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.run import Run

_SHORT_ACCOUNT = 6
"""Shorter accounts count only where they are a word of their own; "12" stands in many a number."""
_WORD = re.compile(r"[^\W_]+")
_BREAK = "\u241e"


@dataclass(frozen=True)
class Strangers:
    """What has no business in one school's file, folded: school names and accounts within any text, people as words.

    `own` may contain a stranger's name and is taken out first: 第一小学 stands in 赤壁市第一小学.
    """

    schools: frozenset[str]
    accounts: frozenset[str]
    people: frozenset[str]
    own: frozenset[str]


def strangers(run: Run, school: str) -> Strangers:
    """The other schools of a run and their people; who has a name that the school has, too, is no stranger by name."""
    mine, others = _Names(), _Names()
    for outcome in (run.results.school, run.results.teacher):
        table = run.rules.table(f"{outcome.kind}s")
        for i in range(outcome.units.height):
            (mine if fold(outcome.names["学校名称"][i]) == fold(school) else others).add(
                table, outcome.units, i
            )
    common = {fold(text) for text in _rule_texts(run)}
    words = {word for text in common for word in _WORD.findall(text)}
    own = mine.schools | mine.accounts | mine.people
    return Strangers(
        frozenset(n for n in others.schools - mine.schools if not any(n in text for text in common)),
        frozenset(others.accounts - mine.accounts),
        frozenset(others.people - mine.people - words),
        frozenset(own),
    )


class _Names:
    """Names and accounts of some units, folded."""

    def __init__(self) -> None:
        self.schools: set[str] = set()
        self.accounts: set[str] = set()
        self.people: set[str] = set()

    def add(self, table: InputTable, units: Frame, i: int) -> None:
        by_role = {
            Role.SCHOOL: self.schools,
            Role.ACCOUNT: self.accounts,
            Role.PERSON: self.people,
            Role.ADMINISTRATOR: self.people,
        }
        for column in table.columns:
            if column.role in by_role and (text := fold(units[column.name][i])):
                by_role[column.role].add(text)


def _rule_texts(run: Run) -> Iterator[str]:
    """The words of the scheme and of the sheets' headers, which every copy holds."""
    yield from _texts_of(run.rules)
    for sheet in output_sheets(run.rules):
        yield from sheet.names


def _texts_of(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from _texts_of(getattr(thing, field.name))
    elif isinstance(thing, dict):
        yield from _texts_of(list(thing.values()))
    elif isinstance(thing, tuple | list):
        for item in thing:
            yield from _texts_of(item)


def found_in(path: Path, wanted: Strangers) -> list[str]:
    """Every stranger in a file, with the part that names it.

    School names are looked for inside every text of every part, also in what is cut into pieces by formats. Accounts
    must not have a digit or letter beside them. People's names, often two characters, must be a whole word: a text
    of their own or set off by punctuation, since 高峰 within a sentence may be a word of the language.
    """
    out: dict[str, None] = {}
    for part, items in _by_part(texts(path)).items():
        for name in _strangers_in(items, wanted):
            out[f"文件里有别的学校的“{name}”（{part}）"] = None
    return list(out)


def _by_part(found: Iterable[Text]) -> dict[str, set[str]]:
    parts: dict[str, set[str]] = {}
    for text in found:
        if text.text and not text.text.isspace():
            parts.setdefault(text.part, set()).add(fold(text.text))
    return parts


def _strangers_in(items: set[str], wanted: Strangers) -> Iterator[str]:
    everything = _BREAK.join(sorted(items))
    words = set(_WORD.findall(everything))
    yield from sorted(wanted.people & (words | items))
    yield from sorted(a for a in wanted.accounts if a in everything and _alone(a, everything, words))
    for own in sorted(wanted.own, key=len, reverse=True):
        everything = everything.replace(own, _BREAK)
    yield from sorted(name for name in wanted.schools if name in everything)


def _alone(account: str, everything: str, words: set[str]) -> bool:
    if len(account) < _SHORT_ACCOUNT:
        return account in words
    return re.search(rf"(?<![0-9A-Z]){re.escape(account)}(?![0-9A-Z])", everything) is not None
