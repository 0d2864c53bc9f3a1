"""rules/evidence.yaml and rules/reconcile.yaml as dataclasses: how far the evidence goes, how differences are worded."""

from __future__ import annotations

from dataclasses import dataclass

from kongjian.rules.objects import STRICT


@dataclass(frozen=True)
class NearMargins:
    """How near to a line a unit must be for 临界名单: points of a score, percentage points of an opening rate."""

    places: int
    rank_points: float
    mark_points: float
    opening_points: float
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class EvidenceFile:
    """rules/evidence.yaml: how far the evidence sheets go.

    A month has passed once this share of the units have a score of it, or of a later one. In a city of fewer schools
    than `schools_to_show_lines` a line or a median would be the score of a school that everybody knows.
    """

    explained_ranks: int
    named_at_most: int
    month_passed_share: float
    schools_to_show_lines: int
    near: NearMargins
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class RoundingStep:
    """A number of decimals and how rounding to it is called."""

    decimals: int
    words: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class RoundingCause:
    """Differences up to `at_most` points that rounding may explain, by the first step that does."""

    at_most: float
    steps: tuple[RoundingStep, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class CauseLabels:
    """How each kind of cause is called where causes are counted."""

    cap: str
    months: str
    reading: str
    missing: str
    rounding: str
    unknown: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ReconcileTexts:
    """The sentences of 平台核对."""

    none_pasted: str
    all_equal: str
    summary: str
    summary_all: str
    summary_most: str
    located: str
    part: str
    parts_only: str
    parts_differ: str
    and_more: str
    uncapped: str
    uncapped_school: str
    capped: str
    capped_school: str
    figure: str
    month_mean: str
    month_mean_short: str
    month_zero: str
    month_one: str
    reading: str
    reading_more: str
    missing: str
    few: str
    rounded_parts: str
    rounded: str
    unknown: str
    together: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ReconcileFile:
    """rules/reconcile.yaml: how a platform score that differs from ours is explained (附件1 备注)."""

    source: str
    sentence: str
    same_within: float
    most_named: int
    listed_each: int
    few_teachers: int
    rounding: RoundingCause
    labels: CauseLabels
    texts: ReconcileTexts
    __pydantic_config__ = STRICT
