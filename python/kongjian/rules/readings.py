"""The readings (口径) of a scheme: the places that it leaves open, and the values of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from kongjian.rules.objects import STRICT


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
