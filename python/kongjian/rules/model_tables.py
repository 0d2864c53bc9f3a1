"""rules/tables.yaml and problems.yaml: the input sheets with their columns, and how findings are worded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kongjian.base.errors import RuleFileError
from kongjian.rules.objects import STRICT
from kongjian.rules.roles import Role


@dataclass(frozen=True)
class Words:
    yes: tuple[str, ...]
    no: tuple[str, ...]
    zero: tuple[str, ...]
    units: tuple[str, ...]
    blank: tuple[str, ...]
    total_row: tuple[str, ...]
    remark_row: tuple[str, ...]
    declined: tuple[str, ...]
    not_declined: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class HeaderForms:
    """How platforms spell a column's name, by its kind: words before it, words behind it, and for every kind

    traditional characters, each with the simple one behind it.
    """

    before: dict[str, tuple[str, ...]]
    after: dict[str, tuple[str, ...]]
    traditional: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class SchoolName:
    """What the workbook says of a school or an account: it is to be read as the school `new`; `cell` is where."""

    old: str
    new: str
    cell: str


@dataclass(frozen=True)
class Column:
    """One column of an input table. `blank` is the value that stands in for an empty cell,

    `role` what the column is to the code, None where the code need not know it.
    """

    name: str
    kind: Literal[
        "text", "account", "yes_no", "count", "average", "share", "rate", "score", "month", "date", "choice"
    ]
    aliases: tuple[str, ...]
    role: Role | None = None
    key: bool = False
    optional: bool = False
    derivable: bool = False
    counts: bool = False
    blank: str = ""
    choices: tuple[str, ...] = ()
    __pydantic_config__ = STRICT

    @property
    def stand_in(self) -> float:
        """The value that holds where a cell that may be blank is blank."""
        return 1.0 if self.blank == "是" else 0.0

    @property
    def is_text(self) -> bool:
        return self.kind in ("text", "account", "month", "date", "choice")

    @property
    def is_needed(self) -> bool:
        """Whether its absence is a fault: numbers and accounts are needed, descriptions are not."""
        return not self.is_text or self.kind == "account"


@dataclass(frozen=True)
class InputTable:
    """One input sheet: its table name, its guidance line and its columns in canonical order.

    `subject` are the columns that say whom a row is about. An indicator's name with one of
    `score_suffixes` heads the platform's own score of it. `forms` are those of the whole file.
    """

    id: str
    name: str
    sheet: str
    unit: str
    guidance: str
    subject: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    score_suffixes: tuple[str, ...] = ()
    forms: HeaderForms | None = None
    __pydantic_config__ = STRICT

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def by_role(self, role: Role) -> Column | None:
        """The column that plays a role; None where the scheme has none."""
        return next((c for c in self.columns if c.role is role), None)

    def name_of(self, role: Role) -> str:
        """The name of the column that plays a role. Raises RuleFileError where the scheme has none."""
        column = self.by_role(role)
        if column is None:
            raise RuleFileError(f"tables.yaml “{self.sheet}”：没有 role 是 {role} 的列")
        return column.name


@dataclass(frozen=True)
class TablesFile:
    words: Words
    header_forms: HeaderForms
    levels: tuple[str, ...]
    tables: tuple[InputTable, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Problem:
    """The wording of one kind of finding. `cap` bounds how many rows of it are listed one by one;

    `clause` is the clause that it rests on where its column does not tell, `touches` likewise what it bears on:
    an award, the monthly scores, all indicators, all of its row, nothing.
    """

    level: Literal["错误", "警告", "提示"]
    text: str
    advice: str
    group: Literal["", "cells", "reason", "sheet"] = ""
    cap: int = 1000
    clause: str = ""
    touches: Literal["", "award", "months", "score", "row", "nothing"] = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ProblemsFile:
    problems: dict[str, Problem]
    __pydantic_config__ = STRICT
