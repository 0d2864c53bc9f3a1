"""What the rule files say, as frozen dataclasses.

The classes are plain stdlib dataclasses so that a calculation can load them without pydantic;
`kongjian.rules.loader` checks every file against them with pydantic, strictly.
Points and scores are in the scheme's points; rates are fractions (0.8 is 80 %); counts are per term.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kongjian.base.errors import OutsidePeriodError
from kongjian.rules.model_common import OBJECT_LABELS as OBJECT_LABELS
from kongjian.rules.model_common import STRICT, Object
from kongjian.rules.model_evidence import EvidenceFile, ReconcileFile
from kongjian.rules.model_forms import FormsFile
from kongjian.rules.model_importing import ImportingFile

EDITED = "+本簿修改"
"""Ends the version of rules whose parameters a workbook changed."""
KIND_LABELS = {"yes_no": "是否得分", "deduct": "每少扣分", "threshold": "达标得分", "bands": "分档得分"}


@dataclass(frozen=True)
class Period:
    """The months in which the scheme holds, both included, as YYYY-MM (方案 二、评选时间)."""

    start: str
    end: str
    source: str
    sentence: str
    __pydantic_config__ = STRICT

    def months(self) -> list[str]:
        """Every month of the period in order, as YYYY-MM."""
        year, month = map(int, self.start.split("-"))
        out = []
        while (text := f"{year:04d}-{month:02d}") <= self.end:
            out.append(text)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return out


@dataclass(frozen=True)
class SchemeFile:
    """rules/scheme.yaml."""

    name: str
    city: str
    version: str
    document: str
    text_file: str
    checked: str
    period: Period
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Band:
    """One step of a `bands` indicator: values from `at_least` on (included) score `points`."""

    at_least: float
    points: float
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Indicator:
    """One 二级指标: what is measured, how it scores, and the clause it comes from."""

    name: str
    category: str
    clause: str
    sentence: str
    points: float
    kind: Literal["yes_no", "deduct", "threshold", "bands"]
    unit: str
    measure: str = ""
    target: float | Literal["by_reading"] | None = None
    per: float | None = None
    bands: tuple[Band, ...] = ()
    none_is_zero: bool = False
    homeroom_only: bool = False
    discrepancies: tuple[str, ...] = ()
    __pydantic_config__ = STRICT

    @property
    def column(self) -> str:
        """The column whose value is scored: the indicator's own name unless the rule says otherwise."""
        return self.measure or self.name


@dataclass(frozen=True)
class ObjectScheme:
    """rules/school.yaml or rules/teacher.yaml: the indicators of one kind of unit."""

    object: Object
    label: str
    sheet: str
    points: float
    source: str
    indicators: tuple[Indicator, ...]
    __pydantic_config__ = STRICT

    def indicator(self, name: str) -> Indicator:
        return next(i for i in self.indicators if i.name == name)


@dataclass(frozen=True)
class IndicatorChange:
    """What a reading sets on an indicator."""

    target: float
    none_is_zero: bool = False
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ReadingValue:
    id: str
    label: str
    text: str
    indicators: dict[str, IndicatorChange] = field(default_factory=dict)
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Reading:
    """One 口径: a place that the scheme leaves open. The first value is the default."""

    id: str
    label: str
    text: str
    effect: str
    source: str
    values: tuple[ReadingValue, ...]
    tie_breakers: tuple[str, ...] = ()
    __pydantic_config__ = STRICT

    def value(self, value_id: str) -> ReadingValue:
        return next(v for v in self.values if v.id == value_id)


@dataclass(frozen=True)
class ReadingsFile:
    readings: tuple[Reading, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Condition:
    """One condition of eligibility (达标条件). `when` limits it to certain readings.

    `accounts` is what a rate counts, as in 再开通3个教师空间.
    """

    id: str
    object: Object
    label: str
    kind: Literal["yes_no", "rate", "monthly_average", "every_month"]
    reason: str
    source: str
    sentence: str
    columns: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    at_least: float = 0.0
    accounts: str = ""
    when: dict[str, str] = field(default_factory=dict)
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class EligibilityFile:
    conditions: tuple[Condition, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Award:
    """One 奖项 for the ranks first..last, both included."""

    name: str
    object: Object
    recipient: Literal["unit", "administrator"]
    first: int
    last: int
    source: str
    sentence: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class AwardsFile:
    awards: tuple[Award, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class TeacherMean:
    """How a blank school measure is derived from the teachers (spec: 期均)."""

    measure: str
    over: Literal["teaching", "everyone", "homeroom"]
    how: Literal["mean", "share_complete"]
    complete_from: float = 1.0
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ClassRate:
    """How a completion rate is derived from the classes; `per_student` counts make 100 %."""

    measure: str
    count: str
    per_student: float
    source: str
    sentence: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class MeasuresFile:
    teacher_means: tuple[TeacherMean, ...]
    class_rates: tuple[ClassRate, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Role:
    """Whose events count how often (附件1 备注)."""

    id: str
    label: str
    aliases: tuple[str, ...]
    once_per: Literal["day", "month"]
    behaviours: tuple[str, ...]
    fills: Literal["school", "teacher", "nothing"]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class EffectiveFile:
    source: str
    sentence: str
    roles: tuple[Role, ...]
    share_behaviours: tuple[str, ...]
    behaviour_aliases: dict[str, tuple[str, ...]]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Words:
    yes: tuple[str, ...]
    no: tuple[str, ...]
    blank: tuple[str, ...]
    total_row: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Column:
    """One column of an input table. `blank` is the value that stands in for an empty cell."""

    name: str
    kind: Literal[
        "text", "account", "yes_no", "count", "average", "share", "rate", "score", "month", "date", "choice"
    ]
    aliases: tuple[str, ...]
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
    `score_suffixes` heads the platform's own score of it.
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
    __pydantic_config__ = STRICT

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class TablesFile:
    words: Words
    levels: tuple[str, ...]
    tables: tuple[InputTable, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Problem:
    """The wording of one kind of finding. `cap` bounds how many rows of it are listed one by one;

    `clause` is the clause that it rests on where its column does not tell.
    """

    level: Literal["错误", "警告", "提示"]
    text: str
    advice: str
    group: Literal["", "cells", "reason"] = ""
    cap: int = 1000
    clause: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ProblemsFile:
    problems: dict[str, Problem]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Rules:
    """All rule files together, with the readings in force.

    `chosen` maps each reading's id to a value's id. `edits` are the parameters that the workbook's own
    规则 sheet changed, by (object, indicator), `unedited` the indicators as the rule files have them. An
    indicator whose target is `by_reading` has been resolved.
    """

    scheme: SchemeFile
    school: ObjectScheme
    teacher: ObjectScheme
    readings: tuple[Reading, ...]
    conditions: tuple[Condition, ...]
    awards: tuple[Award, ...]
    measures: MeasuresFile
    effective: EffectiveFile
    words: Words
    levels: tuple[str, ...]
    tables: tuple[InputTable, ...]
    problems: dict[str, Problem]
    forms: FormsFile
    evidence: EvidenceFile
    reconcile: ReconcileFile
    importing: ImportingFile
    chosen: dict[str, str] = field(default_factory=dict)
    edits: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    unedited: Mapping[tuple[str, str], Indicator] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """What 运行记录 names as 规则版本."""
        return self.scheme.version + (EDITED if self.edits else "")

    @property
    def period(self) -> Period:
        return self.scheme.period

    def at(self, month: str) -> Rules:
        """These rules, asked for a month (YYYY-MM); raises outside the scheme's period."""
        if month not in self.period.months():
            raise OutsidePeriodError(
                f"{month}不在评选时间{self.period.start}至{self.period.end}内，没有可用的评分规则"
            )
        return self

    def object(self, kind: str) -> ObjectScheme:
        return self.school if kind == "school" else self.teacher

    def table(self, table_id: str) -> InputTable:
        return next(t for t in self.tables if t.id == table_id)

    def reading(self, reading_id: str) -> Reading:
        return next(r for r in self.readings if r.id == reading_id)

    def conditions_for(self, kind: str) -> list[Condition]:
        """The conditions of one object that hold under the readings in force."""
        return [
            c
            for c in self.conditions
            if c.object == kind and all(self.chosen[k] == v for k, v in c.when.items())
        ]

    def replace(self, **changes: Any) -> Rules:
        return dataclasses.replace(self, **changes)
