"""The readings (口径) of a scheme: the places that it leaves open, and the values of each.

A reading whose values code carries out is an enumeration here. A scheme may offer all of its values, some, or lack
the reading; its first value holds then. Every room that acts on it keeps one table, value → what it does. Any
other reading is data: each of its values sets indicators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Self

from kongjian.rules.objects import STRICT


class Option(StrEnum):
    """A value of a reading that code carries out, by its id in the rule files."""

    reading_id: ClassVar[str]

    def __init_subclass__(cls, reading_id: str) -> None:
        cls.reading_id = reading_id
        CODED[reading_id] = cls

    @classmethod
    def default(cls) -> Self:
        """What holds where a scheme lacks the reading."""
        return next(iter(cls))


CODED: dict[str, type[Option]] = {}
"""Every reading that code carries out, by its id."""


class Shortfall(Option, reading_id="shortfall"):
    """What a part of a unit short costs: its share, nothing, or as much as a whole one."""

    EXACT = "exact"
    WHOLE = "whole"
    STARTED = "started"


class OpeningRate(Option, reading_id="opening_rate"):
    """Whether those who have opened accounts are counted apart or together."""

    EACH = "each"
    COMBINED = "combined"


class MonthlyRule(Option, reading_id="monthly_rule"):
    """Whether the mean of the months must reach the bound, or every month."""

    MEAN = "mean"
    EVERY_MONTH = "every_month"


BY_CONDITIONS: tuple[type[Option], ...] = (OpeningRate, MonthlyRule)
"""These need no tables: the conditions of eligibility say under which of the values they hold."""


class RankAmong(Option, reading_id="rank_among"):
    """Whether only those who qualify are ranked."""

    ELIGIBLE = "eligible"
    ALL = "all"


class RankBy(Option, reading_id="rank_by"):
    """What is ranked by."""

    TOTAL = "total"
    MONTHLY_AVERAGE = "monthly_average"


class Authority(Option, reading_id="authority"):
    """Which score counts where the platform gives one."""

    PLATFORM_IF_PRESENT = "platform_if_present"
    COMPUTED = "computed"


class LogCoverage(Option, reading_id="log_coverage"):
    """What it means that the log, where it covers a unit, has no event: none took place, or nothing is known."""

    COMPLETE = "complete"
    PARTIAL = "partial"


class BlankCount(Option, reading_id="blank_count"):
    """What a count is that is not pasted and of which the log tells nothing."""

    MISSING = "missing"
    ZERO = "zero"


class StudentEffective(Option, reading_id="student_effective"):
    """How often a pupil's behaviour counts: every time, or once a month."""

    TALLIED = "tallied"
    ONCE_A_MONTH = "once_a_month"


class MissingMonths(Option, reading_id="missing_months"):
    """What a month counts that has passed without a score: nothing, 0, or the unit does not qualify."""

    GIVEN = "given"
    ZERO = "zero"
    NOT_ELIGIBLE = "not_eligible"


class LogMonths(Option, reading_id="log_months"):
    """Whether monthly scores that the platform does not give are worked out of the log, targets divided by the months."""

    NONE = "none"
    PRORATED = "prorated"


class PassMark(Option, reading_id="pass_mark"):
    """Whether a bound is compared with the rounded average, as it is shown, or with the exact one."""

    ROUNDED = "rounded"
    EXACT = "exact"


class ClassWeight(Option, reading_id="class_weight"):
    """Whether a school's rate is the mean over its pupils or over its classes."""

    STUDENTS = "students"
    CLASSES = "classes"


class NonHomeroom(Option, reading_id="non_homeroom"):
    """What a teacher without a class gets for what only homeroom teachers owe: nothing, all of it, or the rest scaled up."""

    ZERO = "zero"
    FULL = "full"
    RESCALE = "rescale"


class RankMethod(Option, reading_id="rank_method"):
    """How ranks go on after equal scores: 1, 2, 2, 4 or 1, 2, 2, 3."""

    COMPETITION = "competition"
    DENSE = "dense"


class Ties(Option, reading_id="ties"):
    """Whether equal scores share a rank, or the reading's `tie_breakers` are compared in turn."""

    INCLUDE = "include"
    ORDER = "order"


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


def not_carried_out(reading: Reading) -> Iterator[str]:
    """What of a reading nothing would happen by: one fault in Chinese for each value, or for the whole reading."""
    where = f"readings.yaml “{reading.id}”"
    coded = CODED.get(reading.id)
    if coded:
        for value in reading.values:
            if value.id not in list(coded):
                yield f"{where} values.id：程序没有“{value.id}”（{value.label}）的算法；可用：{'、'.join(coded)}"
    elif idle := [v.id for v in reading.values if not v.indicators]:
        yield (
            f"{where}：程序没有这个口径的算法，取值{'、'.join(idle)}也没有写 indicators；"
            f"有算法的口径：{'、'.join(CODED)}"
        )
