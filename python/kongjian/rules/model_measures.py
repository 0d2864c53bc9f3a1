"""What measures.yaml and effective.yaml say: how measures come from teachers, classes and the log, and whose events count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kongjian.rules.objects import STRICT
from kongjian.rules.roles import Role


@dataclass(frozen=True)
class TeacherMean:
    """How a blank school measure is derived from the teachers (spec: 期均)."""

    measure: str
    over: Literal["teaching", "everyone", "homeroom"]
    how: Literal["mean", "share_complete"]
    complete_from: float = 1.0
    __pydantic_config__ = STRICT

    @property
    def counted(self) -> Role | None:
        """The role of the 是/否 column that tells who is counted; None where everyone is."""
        return None if self.over == "everyone" else Role(self.over)


@dataclass(frozen=True)
class ClassRate:
    """How a completion rate is derived from the classes or from the pupils' events; `per_student` counts make 100 %."""

    measure: str
    count: str
    behaviour: str
    per_student: float
    source: str
    sentence: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class GradeLimit:
    """From which grade on a class counts, in schools of these `levels` and in those whose level is blank."""

    min_grade: int
    levels: tuple[str, ...]
    source: str
    sentence: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class MeasuresFile:
    teacher_means: tuple[TeacherMean, ...]
    class_rates: tuple[ClassRate, ...]
    grades: GradeLimit | None = None
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class EventRole:
    """Whose events count how often (附件1 备注)."""

    id: str
    label: str
    aliases: tuple[str, ...]
    once_per: Literal["day", "month", "by_reading"]
    behaviours: tuple[str, ...]
    fills: Literal["school", "teacher", "pupil"]
    per_school: bool = False
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class EffectiveFile:
    source: str
    sentence: str
    roles: tuple[EventRole, ...]
    share_behaviours: tuple[str, ...]
    behaviour_aliases: dict[str, tuple[str, ...]]
    __pydantic_config__ = STRICT
