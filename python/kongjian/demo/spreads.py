"""The scheme's file of how much the people of its demo city do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kongjian.rules import Rules
from kongjian.rules.loader import check_file
from kongjian.rules.objects import STRICT

FILE = "demo.yaml"


@dataclass(frozen=True)
class Spread:
    """The city's mean, what a standard score more adds to it, how far people differ: counts of a term, or shares."""

    mean: float
    gain: float
    spread: float = 0.0
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Faults:
    """In which columns of the schools, then of the teachers, the faults of a paste are."""

    other_words: tuple[str, ...]
    counted: str
    no_answer: str
    no_number: str
    left_out: str
    renamed: dict[str, str]
    as_text: str
    in_wide_digits: str
    spaced: str
    nothing: str
    negative: str
    about: str
    __pydantic_config__ = STRICT

    @property
    def of_schools(self) -> set[str]:
        return {*self.other_words, self.counted, self.no_answer, self.no_number, self.left_out, *self.renamed}

    @property
    def of_teachers(self) -> set[str]:
        return {self.as_text, self.in_wide_digits, self.spaced, self.nothing, self.negative, self.about}


@dataclass(frozen=True)
class Spreads:
    """Teachers' counts and classes' rates by column; `from_events` are counts that one school leaves to its log."""

    counts: dict[str, Spread]
    rates: dict[str, Spread]
    from_events: tuple[str, ...]
    dirt: Faults
    __pydantic_config__ = STRICT


def spreads(rules: Rules) -> Spreads | None:
    """What the scheme says; None where it says nothing. Raises RuleFileError for a file that cannot be used."""
    path = rules.folder / FILE
    return _read(path) if path.is_file() else None


@lru_cache(maxsize=2)
def _read(path: Path) -> Spreads:
    found: Spreads = check_file(path, Spreads)
    return found
