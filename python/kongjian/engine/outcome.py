"""What goes into a calculation and what comes out of it, and by what key a unit is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.awards import Standing, ranking_order
from kongjian.engine.eligibility import Eligibility
from kongjian.engine.event_log import COUNTED, Log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, texts
from kongjian.engine.matching import ACCOUNT, ROW, school_keys
from kongjian.engine.monthly import Monthly
from kongjian.engine.rounding import MISSING, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column
from kongjian.rules.roles import Role

NAME_COLUMNS = {"school": ("学校名称",), "teacher": ("学校名称", "教师姓名", "账号")}
"""The columns of the output sheets that name a unit, whatever the scheme calls its own."""
_NAME_ROLES = (Role.SCHOOL, Role.PERSON, Role.ACCOUNT)


@dataclass(frozen=True)
class Inputs:
    """The five input tables, columns as in rules/tables.yaml. A pandas DataFrame serves as well as a Frame.

    `counts` are effective counts that an import has counted, with the columns of 有效次数; without any it has no columns.
    """

    schools: Frame
    teachers: Frame
    classes: Frame
    monthly: Frame
    events: Frame
    counts: Frame = field(default_factory=Frame)

    @classmethod
    def of(cls, rules: Rules, **tables: Mapping[str, Any]) -> Inputs:
        """Inputs from any frames; tables and columns that are not given are empty."""
        out = {}
        for table in rules.tables:
            given = Frame.of(tables.get(table.id, {}))
            columns = {c.name: _as_kind(given.get(c.name), c, given.height) for c in table.columns}
            if (account := table.by_role(Role.ACCOUNT)) and ACCOUNT not in given:
                columns[ACCOUNT] = columns[account.name]
            out[table.id] = given.having(**columns)
        if given := Frame.of(tables.get("counts", {})):
            out["counts"] = given.having(**{c: given.get(c, np.full(given.height, np.nan)) for c in COUNTED})
        return cls(**out)

    def fingerprint(self) -> str:
        """A short hash of all values, independent of formats, column order and workbook."""
        digest = hashlib.blake2b(digest_size=6)
        for table in (self.schools, self.teachers, self.classes, self.monthly, self.events, self.counts):
            for name in sorted(n for n in table if not n.startswith("#")):
                column = table[name]
                digest.update(name.encode())
                text = column.dtype == object
                digest.update(
                    "\x1f".join(column.tolist()).encode() if text else np.ascontiguousarray(column).tobytes()
                )
        return digest.hexdigest()


@dataclass(frozen=True)
class Outcome:
    """Everything about one kind of unit; arrays run over its input rows.

    `units` are its measures under the scheme's own column names, `names` see `named`; `platform` is 平台得分 in cents.
    `adopted` (indicators, units): a platform score counts instead; `unsettled`: the measure is missing or a mean over some.
    """

    kind: str
    units: Frame
    names: Frame
    platform: Ints
    scores: Scores
    score_cents: Ints
    adopted: Bools
    unsettled: Bools
    monthly: Monthly
    eligibility: Eligibility
    standing: Standing

    @property
    def complete(self) -> Bools:
        """数据完整: nothing that counts is missing or a mean over some."""
        return np.asarray(~self.unsettled.any(axis=0))

    @cached_property
    def order(self) -> Ints:
        """Positions of the ranked units by rank, then school, then account or name."""
        keys = texts(unit_keys(self.kind, self.names))
        return ranking_order(self.standing, self.names["学校名称"], keys)


@dataclass(frozen=True)
class Results:
    """Every output table by its table name, the findings, and what 首页 and 运行记录 tell.

    `declined` are the rows of 获奖名单 for those who do not take an award; the table Awards has only who does.
    `same_run`: data and rules are those of the last run. Where they are not, 变化 says only which way a unit went.
    """

    tables: dict[str, Frame]
    findings: Findings
    school: Outcome
    teacher: Outcome
    log: Log
    fingerprint: str
    version: str
    same_run: bool = False
    declined: Frame = field(default_factory=Frame)

    def of(self, kind: str) -> Outcome:
        """Everything about one kind of unit."""
        return self.school if kind == "school" else self.teacher


def _as_kind(values: NDArray[Any] | None, column: Column, height: int) -> NDArray[Any]:
    """A column as its kind wants it: dates, texts or numbers; blanks where it is not given."""
    if values is None:
        values = texts([""] * height)
    if column.kind == "date":
        return values if values.dtype.kind == "M" else values.astype("datetime64[D]")
    if column.is_text:
        return values if values.dtype == object else texts(_plain(v) for v in values.tolist())
    if values.dtype == object:
        values = np.array([np.nan if v == "" else float(v) for v in values], dtype=np.float64)
    if column.blank:
        return np.where(np.isnan(values), column.stand_in, values)
    return values


def _plain(value: float) -> str:
    """A number given for a text, an account for example; a blank is an empty text."""
    return "" if value != value else f"{value:.0f}" if value == int(value) else str(value)


def own_names(kind: str, rules: Rules) -> dict[str, str]:
    """NAME_COLUMNS of a kind → what the scheme calls these columns."""
    table = rules.table(f"{kind}s")
    return {c: table.name_of(role) for c, role in zip(NAME_COLUMNS[kind], _NAME_ROLES, strict=False)}


def named(kind: str, units: Frame, rules: Rules) -> Frame:
    """Who the units are, in NAME_COLUMNS; with the rows and trusted accounts that were read."""
    own = {name: units[column] for name, column in own_names(kind, rules).items()}
    return Frame({**own, **{name: units[name] for name in (ROW, ACCOUNT) if name in units}})


def platform_cents(kind: str, units: Frame, rules: Rules) -> Ints:
    """The platform's totals in cents; MISSING where there is none, everywhere where the scheme has no such column."""
    column = rules.table(f"{kind}s").by_role(Role.PLATFORM_SCORE)
    return to_cents(units[column.name]) if column else np.full(units.height, MISSING)


def unit_keys(kind: str, names: Frame) -> list[str]:
    """What a unit is known by from one run to the next: the school, or the account (else school and name)."""
    schools = school_keys(names["学校名称"])
    if kind == "school":
        return schools
    people = zip(names.get(ACCOUNT, names["账号"]), schools, names["教师姓名"], strict=True)
    return [account or f"{s}/{name}" for account, s, name in people]


def shown_keys(kind: str, names: Frame) -> list[str]:
    """`unit_keys` by what the sheets show, damaged accounts, too: what a unit is found by in an earlier run's."""
    return unit_keys(kind, Frame({c: names[c] for c in NAME_COLUMNS[kind]}))
