"""What the rule files say, as frozen dataclasses; the smaller files are in `model_*`.

The classes are plain stdlib dataclasses so that a calculation can load them without pydantic;
`kongjian.rules.loader` checks every file against them with pydantic, strictly.
Points and scores are in the scheme's points; rates are fractions (0.8 is 80 %); counts are per term.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from kongjian.base.errors import OutsidePeriodError
from kongjian.rules.model_evidence import EvidenceFile, ReconcileFile
from kongjian.rules.model_forms import FormsFile
from kongjian.rules.model_importing import ImportingFile
from kongjian.rules.model_measures import EffectiveFile, EventRole, MeasuresFile
from kongjian.rules.model_scheme import Period, SchemeFile
from kongjian.rules.model_tables import InputTable, Problem, SchoolName, Words
from kongjian.rules.objects import OBJECT_LABELS, STRICT, Object
from kongjian.rules.readings import CODED, Option, Reading, ReadingValue, Ties
from kongjian.rules.roles import RECIPIENTS, Role

AnyOption = TypeVar("AnyOption", bound=Option)
EDITED = "+本簿修改"
"""Ends the version of rules whose parameters a workbook changed."""
Item = tuple[str, str]
"""A row of a table of 规则: the group of rows (`parameters.GROUPS`) and the row's own name."""
Edits = Mapping[Item, Mapping[str, Any]]
"""Values by item and parameter: 分值 of an indicator is `points` of ("school", its name)."""
KIND_LABELS = {
    "yes_no": "是否得分", "deduct": "每少扣分", "threshold": "达标得分", "bands": "分档得分", "bonus": "加分", "veto": "一票否决",
}  # fmt: skip
APART = ("bonus", "veto")
"""The kinds of indicators that are no part of the full points: what is added to them, what keeps from qualifying."""


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
    kind: Literal["yes_no", "deduct", "threshold", "bands", "bonus", "veto"]
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

    @property
    def is_answer(self) -> bool:
        """Whether its value is 是 or 否."""
        return self.kind in ("yes_no", "veto")


@dataclass(frozen=True)
class ObjectScheme:
    """rules/school.yaml or rules/teacher.yaml: the indicators of one kind of unit.

    `points` are the full points of its indicators, those of APART left out.
    """

    object: Object
    label: str
    sheet: str
    points: float
    source: str
    indicators: tuple[Indicator, ...]
    __pydantic_config__ = STRICT

    @property
    def owed(self) -> tuple[Indicator, ...]:
        """The indicators that add up to the full points."""
        return tuple(i for i in self.indicators if i.kind not in APART)

    @property
    def bonuses(self) -> tuple[Indicator, ...]:
        return tuple(i for i in self.indicators if i.kind == "bonus")

    @property
    def most(self) -> float:
        """What a unit can have at most: the full points and every bonus."""
        return self.points + sum(i.points for i in self.bonuses)

    def indicator(self, name: str) -> Indicator:
        return next(i for i in self.indicators if i.name == name)


@dataclass(frozen=True)
class Condition:
    """One condition of eligibility (达标条件). `when` limits it to certain readings.

    A `veto` is made of an indicator of this kind: its 是 keeps from qualifying. `accounts` is what a rate counts, as in 再开通3个教师空间.
    """

    id: str
    object: Object
    label: str
    kind: Literal["yes_no", "rate", "monthly_average", "every_month", "veto"]
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
    """One 奖项 for the ranks first..last, both included; `short` is how a narrow column calls it.

    By `share` it has floor(share × those who qualify) places, at least one, behind the award before it, and neither first
    nor last; by `group`, a column, each of its groups ranks by itself; nobody gets it with less than `least`.
    """

    name: str
    object: Object
    recipient: Literal["unit", "administrator", "head"]
    source: str
    sentence: str
    first: int = 0
    last: int = 0
    share: float = 0.0
    group: str = ""
    least: float = 0.0
    granted_by: str = ""
    short: str = ""
    __pydantic_config__ = STRICT

    @property
    def winner(self) -> str:
        """Who gets it, in a word."""
        return RECIPIENTS[Role(self.recipient)] if self.to_person else OBJECT_LABELS[self.object]

    @property
    def to_person(self) -> bool:
        """Whether a person of the unit gets it in the unit's place."""
        return self.recipient != "unit"

    @property
    def named_by(self) -> Role:
        """The role of the column that names who gets it, where the table has one."""
        return Role(self.recipient) if self.to_person else Role.PERSON

    @property
    def by_rank(self) -> bool:
        """Whether the ranks of all decide, and the same of them in every calculation."""
        return not (self.group or self.share)

    @property
    def places(self) -> tuple[Any, ...]:
        """What awards have in common that go to the same units."""
        return self.object, self.first, self.last, self.share, self.group, self.least


@dataclass(frozen=True)
class AwardsFile:
    awards: tuple[Award, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Rules:
    """All rule files together, with the readings in force.

    `chosen` maps each reading's id to a value's id. `edits` are the parameters that the workbook's own
    规则 sheet changed (see `parameters`), `unedited` their values in the rule files. An indicator whose
    target is `by_reading` has been resolved. Of the period's months `uncounted` do not enter monthly scores.
    `renamed` is what the workbook says of schools that have another name in 学校数据.
    `folder` is where the rule files stand.
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
    edits: Edits = field(default_factory=dict)
    unedited: Edits = field(default_factory=dict)
    uncounted: frozenset[str] = frozenset()
    renamed: tuple[SchoolName, ...] = ()
    folder: Path = field(default=Path(), compare=False)

    @property
    def version(self) -> str:
        """What 运行记录 names as 规则版本."""
        return self.scheme.version + (EDITED if self.edits else "")

    @property
    def period(self) -> Period:
        return self.scheme.period

    def counted_months(self) -> list[str]:
        """The months whose scores enter a monthly average, in order, as YYYY-MM."""
        return [m for m in self.period.months() if m not in self.uncounted]

    def at(self, month: str) -> Rules:
        """These rules, asked for a month (YYYY-MM); raises outside the scheme's period."""
        if month not in self.period.months():
            raise OutsidePeriodError(
                f"{month}不在评选时间{self.period.start}至{self.period.end}内，没有可用的评分规则"
            )
        return self

    def object(self, kind: str) -> ObjectScheme:
        return self.school if kind == "school" else self.teacher

    def most_points(self, table_id: str) -> float:
        """The most that a score in an input table can be: where both objects' scores stand, the greater."""
        own = [s.most for s in (self.school, self.teacher) if table_id == f"{s.object}s"]
        return max(own or [self.school.most, self.teacher.most])

    def filled_by(self, role: EventRole, behaviour: str) -> str:
        """The column that the counts of a behaviour fill: that of the indicator of this name."""
        return self.object(role.fills).indicator(behaviour).column

    def table(self, table_id: str) -> InputTable:
        return next(t for t in self.tables if t.id == table_id)

    def reading(self, reading_id: str) -> Reading:
        return next(r for r in self.readings if r.id == reading_id)

    def reading_of(self, option: type[Option]) -> Reading | None:
        """How the scheme words a reading that code carries out; None where it lacks it."""
        return next((r for r in self.readings if r.id == option.reading_id), None)

    def taken(self, reading: Reading) -> ReadingValue:
        """The value in force of one of the scheme's readings."""
        return reading.value(self.chosen[reading.id])

    def choice(self, option: type[AnyOption]) -> AnyOption:
        """The value in force of a reading that code carries out, its default where the scheme lacks the reading."""
        return option(self._value_id(option.reading_id))

    @property
    def tie_breakers(self) -> tuple[str, ...]:
        """The indicators whose scores are compared in turn among equals, where the reading of ties says so."""
        ties = self.reading_of(Ties)
        return ties.tie_breakers if ties else ()

    def conditions_for(self, kind: str) -> list[Condition]:
        """The conditions of one object that hold under the readings in force, then its vetoes."""
        own = [
            c
            for c in self.conditions
            if c.object == kind and all(self._value_id(k) == v for k, v in c.when.items())
        ]
        return own + [_veto(kind, i) for i in self.object(kind).indicators if i.kind == "veto"]

    def _value_id(self, reading_id: str) -> str:
        return self.chosen[reading_id] if reading_id in self.chosen else CODED[reading_id].default()

    def replace(self, **changes: Any) -> Rules:
        return dataclasses.replace(self, **changes)


def _veto(kind: str, indicator: Indicator) -> Condition:
    """The condition that an indicator of this kind makes."""
    return Condition(
        id=f"veto:{indicator.name}",
        object="school" if kind == "school" else "teacher",
        label=indicator.name,
        kind="veto",
        reason=f"{indicator.name}，{KIND_LABELS['veto']}",
        source=indicator.clause,
        sentence=indicator.sentence,
        columns=(indicator.column,),
    )
