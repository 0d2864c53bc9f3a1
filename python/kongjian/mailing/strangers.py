"""Looks for other schools, their people and their accounts in every text of a file that one school gets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np

from kongjian.base.scratch import scratch
from kongjian.base.text import clean, fold
from kongjian.engine.calculate import calculate
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs, Outcome
from kongjian.mailing.answers import contact_line
from kongjian.mailing.live_copy import contents, finished
from kongjian.mailing.package_texts import Text, part_codes, texts, unescaped
from kongjian.mailing.position_sheet import own_sheets
from kongjian.rules.roles import RECIPIENTS, Role
from kongjian.workbook.run import Run
from kongjian.xlsx.finished_parts import write_parts
from kongjian.xlsx.package import Package

_NAMING = (Role.SCHOOL, Role.ACCOUNT, Role.PERSON, *RECIPIENTS)
_SHORT_ACCOUNT = 6
"""Shorter accounts may be an ordinary word or number; "12" stands in many a number."""
_SHORT_SCHOOL = 4
_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"[0-9A-Z]+")
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
_DIGITS = re.compile(r"\d+")
_STRINGS = "sharedStrings.xml"
_BREAK = "\u241e"


@dataclass(frozen=True)
class Names:
    """Names and accounts of some units, folded."""

    schools: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.schools | self.accounts | self.people

    def only(self, names: Iterable[str]) -> Names:
        """Those of them that are named."""
        some = frozenset(names)
        return Names(self.schools & some, self.accounts & some, self.people & some)


@dataclass(frozen=True)
class Strangers:
    """What has no business in one school's file, folded.

    `own` may contain a stranger's name and is taken out first: 第一小学 stands in 赤壁市第一小学. `texts` is what a
    file may hold anyway, text for text: what the school gave itself, and what stands in the copy of nobody.
    """

    others: Names
    own: Names
    texts: frozenset[str]
    parts: frozenset[bytes] = frozenset()
    """Codes of whole parts of files that hold only such texts."""

    def without_own(self, text: str) -> str:
        """A text without the school's own names; a stranger's longer name around one is left as it is."""
        return self._own.sub(lambda m: m[0] if m[0] in self._around else _BREAK, text)

    def named_in(self, said: Iterable[str], certain: bool = False) -> list[str]:
        """The strangers that these texts name, or only those that are certain; what every copy says names nobody."""
        items = [_readings(text) for text in said if text and fold(text) not in self.texts]
        return [name for name, sure in _strangers_in(items, self) if sure or not certain]

    @cached_property
    def _around(self) -> frozenset[str]:
        return frozenset(n for n in self.others.schools if any(own in n for own in self.own.schools))

    @cached_property
    def _own(self) -> re.Pattern[str]:
        """The longest name first; a short one of a person only where it is a word."""
        schools = self.own.schools | self._around
        longest = sorted(schools | self.own.all, key=len, reverse=True)
        looks = []
        # names that are words stand together, so that none of them is tried within a word
        for anywhere, names in groupby(longest, schools.__contains__):
            one = f"(?:{'|'.join(map(re.escape, names))})"
            looks.append(one if anywhere else rf"(?<!\w){one}(?!\w)")
        return re.compile("|".join(looks) or r"(?!)")

    @cached_property
    def _ordinary(self) -> str:
        return _BREAK.join(self.texts)

    @cached_property
    def usual_accounts(self) -> frozenset[str]:
        """The long ones of nothing but letters and digits: found where they are all of an unbroken run."""
        return frozenset(a for a in self.others.accounts if len(a) >= _SHORT_ACCOUNT and _RUN.fullmatch(a))

    @cached_property
    def odd_people(self) -> frozenset[str]:
        """Names of more than one word, as 阿里·买买提: they are among no words of a text."""
        return frozenset(n for n in self.others.people if not _WORD.fullmatch(n))

    def ordinary(self, name: str) -> bool:
        """Whether a name is part of what every copy says, as 学校 is."""
        return name in self._ordinary


@dataclass(frozen=True)
class Sighting:
    """A stranger's name in a file and where. `certain`: it can be nothing else; else somebody has to look."""

    name: str
    where: str
    certain: bool

    @property
    def text(self) -> str:
        if self.certain:
            return f"文件里有别的学校的“{self.name}”（{self.where}）"
        return f"“{self.name}”（{self.where}）与别的学校的名称、人或账号相同"


class Census:
    """Everybody of a run, by school, and the texts of a copy in which nobody is."""

    def __init__(
        self,
        run: Run,
        templates: Iterable[Path] = (),
        contacts: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`contacts` are by school further names and numbers that no other one may see."""
        self._run = run
        self._contacts = {
            fold(school): [fold(n) for n in names] for school, names in (contacts or {}).items()
        }
        self._texts, self._parts = _texts_of_nobody(run, templates)
        outcomes = (run.results.school, run.results.teacher)
        self._rows = [(o, [fold(n) for n in o.names["学校名称"]]) for o in outcomes]
        self._all = self._names(None)

    def strangers(self, school: str) -> Strangers:
        """The other schools and their people; who has a name that the school has, too, is no stranger by name."""
        own, all_ = self._names(fold(school)), self._all
        mine = own.all
        others = Names(all_.schools - mine, all_.accounts - mine, all_.people - mine)
        return Strangers(others, own, self._texts | self._given(fold(school)), self._parts)

    def _names(self, school: str | None) -> Names:
        by_role: dict[Role, set[str]] = {role: set() for role in _NAMING}
        for outcome, units in self._units(school):
            for column in self._run.rules.table(f"{outcome.kind}s").columns:
                if column.role in by_role:
                    by_role[column.role].update(map(_as_read, units[column.name]))
        contacts = {n for own, names in self._contacts.items() if school in (None, own) for n in names}
        people = by_role[Role.PERSON].union(*(by_role[role] for role in RECIPIENTS))
        people |= {n for n in contacts if not _is_number(n)}
        found = (by_role[Role.SCHOOL], by_role[Role.ACCOUNT] | set(filter(_is_number, contacts)), people)
        return Names(*(frozenset(names - {""}) for names in found))

    def _given(self, school: str) -> frozenset[str]:
        """Every text of the school's own rows."""
        columns = (column for _, units in self._units(school) for _, column in units.items())
        return frozenset(_as_read(v) for column in columns if column.dtype == object for v in column)

    def _units(self, school: str | None) -> Iterator[tuple[Outcome, Frame]]:
        for outcome, schools in self._rows:
            rows = [i for i, name in enumerate(schools) if school in (None, name)]
            yield outcome, outcome.units.take(np.array(rows, dtype=np.int64))


def _texts_of_nobody(run: Run, templates: Iterable[Path]) -> tuple[frozenset[str], frozenset[bytes]]:
    """What a copy holds whoever gets it: titles, headers, the scheme's words, parts, styles, and the forms' own texts.

    With it the codes of the parts that hold nothing else.
    """
    inputs = Inputs.of(run.rules)
    empty = calculate(inputs, run.rules, None)
    nobody = Run(empty, run.rules, Frame(), dict.fromkeys(run.levels, 0), inputs)
    with scratch() as place:
        copy = place / "copy.xlsx"
        write_parts(finished(contents(nobody), *own_sheets(nobody, "")), copy)
        files = (copy, *templates)
        found = [text for path in files for text in texts(path)]
        parts = frozenset(code for path in files for code in part_codes(path))
    words = (t for t in found if t.kind != "number")
    said = frozenset(_without_numbers(t) if t.kind == "name" else fold(p) for t in words for p in _pieces(t))
    return said | {fold(contact_line(run.rules.scheme))}, parts


def _is_number(name: str) -> bool:
    """Whether it is a telephone number or an address, not a person."""
    return name.isascii() and any(c.isdigit() or c == "@" for c in name)


def _as_read(name: str) -> str:
    """A name as the search reads it, which takes &lt; for what it stands for."""
    return fold(unescaped(name))


def _without_numbers(text: Text) -> str:
    """A part's own name: parts of one kind are numbered, and what leads to one may name its folder or not."""
    return fold(_DIGITS.sub("", text.text.rpartition("/")[2]))


def found_in(path: Path, wanted: Strangers) -> list[Sighting]:
    """Every stranger in the texts and names of a file; words of the file format and of formulas are none.

    Long accounts and names of schools are looked for inside every text, also in what is cut into pieces by formats.
    People's names, often two characters, and short or ordinary names have to be a whole word: a text of their own or
    set off by punctuation, since 高峰 within a sentence may be a word of the language.
    """
    with Package(path) as package:
        sheets = {part: name for name, part in package.sheets.items()}
    found = texts(path, markup=False, known=wanted.parts)
    everything = dict.fromkeys(
        item for text in {t[2:]: t for t in found}.values() for item in _items(text, wanted)
    )
    suspects: dict[str, bool] = {}
    for name, certain in _strangers_in(list(everything), wanted):
        suspects[name] = certain or suspects.get(name, False)
    out: dict[str, list[str]] = {name: [] for name in suspects}
    among = replace(wanted, others=wanted.others.only(suspects))
    for where, items in _by_place(found, sheets, wanted).items() if suspects else ():
        for name in dict(_strangers_in(items, among)):
            out[name].append(where)
    return [Sighting(name, "、".join(_once(where)[:3]), suspects[name]) for name, where in out.items()]


def _once(places: list[str]) -> list[str]:
    """Without a part's own mention of what its cells show."""
    cells = [p for p in places if not p.endswith(_STRINGS)] or places
    return [p for p in cells if not any(other.startswith(f"{p} ") for other in cells)]


Item = tuple[str, str]
"""A text folded, and with its words apart; a number has no words."""


def _by_place(found: Iterable[Text], sheets: dict[str, str], wanted: Strangers) -> dict[str, list[Item]]:
    """The texts to look at by cell or part, each once."""
    places: dict[str, dict[str, Item]] = {}
    for text in found:
        for item in _items(text, wanted):
            cell = f" {text.place}" if text.kind in ("text", "number") and text.place else ""
            where = f"{sheets.get(text.part, text.part)}{cell}"
            places.setdefault(where, {}).setdefault(item[0], item)
    return {where: list(items.values()) for where, items in places.items()}


def _items(text: Text, wanted: Strangers) -> Iterator[Item]:
    """What of a text is to be looked at."""
    for piece in _pieces(text):
        folded, spaced = _readings(piece)
        known = _without_numbers(text) if text.kind == "name" else folded
        if folded and known not in wanted.texts:
            yield folded, "" if text.kind == "number" else spaced


@lru_cache(maxsize=32_768)
def _readings(piece: str) -> tuple[str, str]:
    """A text folded, and with its words apart: most stand in the files of many schools."""
    return fold(piece), unicodedata.normalize("NFKC", clean(piece)).upper()


def _pieces(text: Text) -> list[str]:
    """What of a text can name somebody: of a formula its literal texts, of the format's own words nothing."""
    if text.kind == "markup":
        return []
    if text.kind == "formula":
        return [literal.replace('""', '"') for literal in _LITERAL.findall(text.text)]
    return [text.text]


def _strangers_in(items: list[tuple[str, str]], wanted: Strangers) -> Iterator[tuple[str, bool]]:
    """Names in the texts of one place, and whether they are certain."""
    others = wanted.others
    numbers = {folded for folded, spaced in items if not spaced}
    folded = _BREAK.join(f for f, spaced in items if spaced)
    everything = wanted.without_own(folded)
    apart = wanted.without_own(_BREAK.join(spaced for _, spaced in items))
    words = {*_WORD.findall(everything), *_WORD.findall(apart), *everything.split(_BREAK)}
    runs = set(_RUN.findall(everything))
    yield from ((account, True) for account in sorted((runs | numbers) & wanted.usual_accounts))
    for account in sorted(others.accounts - wanted.usual_accounts):
        if len(account) < _SHORT_ACCOUNT:
            if account in words:
                yield account, False
        elif account in numbers or _alone(account, everything):
            yield account, True
    people = (words & others.people) | {n for n in wanted.odd_people if _a_word(n, everything, words)}
    yield from ((name, False) for name in sorted(people))
    for name in sorted(others.schools):
        if name in everything:
            certain = len(name) >= _SHORT_SCHOOL and not wanted.ordinary(name)
            if certain or _a_word(name, everything, words):
                yield name, certain


def _a_word(name: str, everything: str, words: set[str]) -> bool:
    """Whether a name stands by itself; one of several words, as 阿里·买买提, is looked for as it is."""
    alone = rf"(?<!\w){re.escape(name)}(?!\w)"
    return name in words or name in everything and re.search(alone, everything) is not None


def _alone(account: str, everything: str) -> bool:
    return (
        account in everything
        and re.search(rf"(?<![0-9A-Z]){re.escape(account)}(?![0-9A-Z])", everything) is not None
    )
