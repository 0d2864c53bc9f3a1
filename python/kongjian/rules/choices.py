"""The readings and edited parameters of one workbook, applied to the rules."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.rules.model import Edits, Indicator, ObjectScheme, Rules
from kongjian.rules.parameters import BY_READING, items, value_of, with_edits
from kongjian.rules.readings import Reading, ReadingValue


def resolve(rules: Rules, readings: Mapping[str, str], edits: Edits | None = None) -> Rules:
    """The rules under the given readings (id → value id, blank ones at their default) and edits.

    Raises KongjianError for an unknown reading or value, and when edited points no longer add up.
    """
    chosen = {r.id: r.values[0].id for r in rules.readings}
    for reading_id, value_id in readings.items():
        if reading_id not in chosen:
            raise KongjianError(f"没有口径“{reading_id}”；可用：{'、'.join(chosen)}")
        known = [v.id for v in rules.reading(reading_id).values]
        if value_id not in known:
            raise KongjianError(f"口径“{reading_id}”没有取值“{value_id}”；可用：{'、'.join(known)}")
        chosen[reading_id] = value_id
    edits = edits or {}
    changed = with_edits(rules.replace(chosen=chosen, edits=edits, unedited=_unedited(rules, edits)), edits)
    changed = changed.replace(
        school=_apply(changed, changed.school, chosen, edits),
        teacher=_apply(changed, changed.teacher, chosen, edits),
    )
    for scheme in (changed.school, changed.teacher):
        total = sum(i.points for i in scheme.owed)
        if abs(total - scheme.points) > 1e-9:
            raise KongjianError(f"规则：{scheme.label}各指标分值合计{total:g}，应为{scheme.points:g}")
    return changed


def _unedited(rules: Rules, edits: Edits) -> Edits:
    """What is edited as the rule files have it, also where `rules` were edited before."""
    if not edits:
        return {}
    holders = dict(items(rules.replace(edits=edits)))
    return {
        item: {
            parameter: rules.unedited.get(item, {}).get(
                parameter, as_in_files(rules, holders[item], parameter)
            )
            for parameter in edit
        }
        for item, edit in edits.items()
        if item in holders
    }


def as_in_files(rules: Rules, holder: Any, parameter: str) -> Any:
    """A parameter that is not edited, as the rule files have it: BY_READING where a reading sets it."""
    by_reading = parameter == "target" and targets_by_reading(rules, holder.name)
    return BY_READING if by_reading else value_of(holder, parameter)


OtherValue = tuple[Reading, ReadingValue]
"""A reading and a value of it that is not in force."""


@dataclass(frozen=True)
class Alternative:
    """One reading at a value that is not in force, and the rules as they then are."""

    reading: Reading
    value: ReadingValue
    rules: Rules


def alternatives(rules: Rules) -> Iterator[Alternative]:
    """Every other value of every reading, one at a time; all else stays as it is in force."""
    for reading, value in _others(rules):
        yield Alternative(reading, value, _under(rules, (reading, value)))


@dataclass(frozen=True)
class Combination:
    """One reading or two at values that are not in force, and the rules as they then are."""

    changes: tuple[OtherValue, ...]
    rules: Rules


def combinations(rules: Rules) -> Iterator[Combination]:
    """Every other value of every reading, then every two of them that are of two readings; all else stays."""
    others = list(_others(rules))
    for other in others:
        yield Combination((other,), _under(rules, other))
    for one, two in itertools.combinations(others, 2):
        if one[0] is not two[0]:
            yield Combination((one, two), _under(rules, one, two))


def _others(rules: Rules) -> Iterator[OtherValue]:
    for reading in rules.readings:
        yield from ((reading, v) for v in reading.values if v.id != rules.chosen[reading.id])


def _under(rules: Rules, *others: OtherValue) -> Rules:
    return resolve(rules, {**rules.chosen, **{r.id: v.id for r, v in others}}, rules.edits)


def targets_by_reading(rules: Rules, indicator: str) -> dict[str, float]:
    """Each reading value's Chinese label → the target it gives this indicator (empty when none does)."""
    return {
        value.label: value.indicators[indicator].target
        for reading in rules.readings
        for value in reading.values
        if indicator in value.indicators
    }


def _apply(rules: Rules, scheme: ObjectScheme, chosen: Mapping[str, str], edits: Edits) -> ObjectScheme:
    changes = {
        name: change
        for reading in rules.readings
        for name, change in reading.value(chosen[reading.id]).indicators.items()
    }
    indicators = []
    for indicator in scheme.indicators:
        if change := changes.get(indicator.name):
            indicator = dataclasses.replace(indicator, target=change.target, none_is_zero=change.none_is_zero)
        indicators.append(_edit(indicator, edits.get((scheme.object, indicator.name), {})))
    return dataclasses.replace(scheme, indicators=tuple(indicators))


def _edit(indicator: Indicator, edit: Mapping[str, Any]) -> Indicator:
    """The indicator with its edited parameters; a highest band must stay what the indicator can give."""
    changes: dict[str, Any] = {k: float(v) if isinstance(v, int | float) else v for k, v in edit.items()}
    edited = dataclasses.replace(indicator, **changes) if changes else indicator
    if edited.bands and abs(edited.bands[0].points - edited.points) > 1e-9:
        raise KongjianError(
            f"规则：{indicator.name}最高一档{edited.bands[0].points:g}分，应等于分值{edited.points:g}"
        )
    return edited
