"""What 运行记录 keeps of a run's rules in words, and those words compared with the rules in force now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kongjian.rules.bands_text import format_bands, parse_bands
from kongjian.rules.choices import resolve, targets_by_reading
from kongjian.rules.model import EDITED, Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS

ALL_DEFAULT = "全部默认"
_JOIN = "；"
_BY_READING = "按口径"
_NUMBERS = {"points": "分值", "target": "目标", "per": "每少扣分"}
_PARAMETERS = {**_NUMBERS, "bands": "分档"}
_VALUE = rf"({_BY_READING}|\d+(?:\.\d+)?)"
_EDIT = re.compile(
    rf"({'|'.join(OBJECT_LABELS.values())}) (.+) "
    rf"(?:({'|'.join(_NUMBERS.values())}){_VALUE}→{_VALUE}|(分档)（(.+)）→（(.+)）)"
)
Parameter = tuple[str, str, str]
"""An object, an indicator and which of its parameters."""


@dataclass(frozen=True)
class RuleChange:
    """One difference of the rules, in words, and what undoes it: a reading's value or a parameter's text.

    A change of the rule files themselves has neither.
    """

    text: str
    reading: str = ""
    parameter: Parameter | None = None
    before: str = ""

    @property
    def can_be_undone(self) -> bool:
        return bool(self.reading or self.parameter)


def readings_in_words(rules: Rules) -> str:
    """The readings that are not at their default: `作业管理=目标15次；并列=依次比较`."""
    chosen = ((r, rules.taken(r)) for r in rules.readings)
    return _JOIN.join(f"{r.label}={v.label}" for r, v in chosen if v is not r.values[0]) or ALL_DEFAULT


def edits_in_words(rules: Rules) -> str:
    """The parameters that 规则 changed: `教师 制作课件 分值10→12`; "" for none."""
    return _JOIN.join(f"{kind} {name} {_moved(*texts, what)}" for (kind, name, what), texts in _edits(rules))


def rule_changes(version: str, readings: str, edits: str, rules: Rules) -> tuple[RuleChange, ...] | None:
    """How `rules` differ from those of a run that 运行记录 tells of in these words; None where they say nothing."""
    chosen, changed = _read_readings(readings), _read_edits(edits)
    if chosen is None or changed is None:
        return None
    files = version.removesuffix(EDITED)
    out = []
    if files != rules.scheme.version:
        out.append(RuleChange(f"规则版本由{files}改为{rules.scheme.version}"))
    out += _reading_changes(chosen, rules)
    return (*out, *_parameter_changes(changed, dict(_edits(rules))))


def undone(rules: Rules, changes: Sequence[RuleChange]) -> Rules:
    """The rules as they were before these changes. Raises KongjianError where they do not fit together."""
    chosen = {c.reading: c.before for c in changes if c.reading}
    kinds = {label: kind for kind, label in OBJECT_LABELS.items()}
    attributes = {label: attribute for attribute, label in _PARAMETERS.items()}
    edits: dict[tuple[str, str], dict[str, Any]] = {key: dict(edit) for key, edit in rules.edits.items()}
    for change in changes:
        if change.parameter is None:
            continue
        label, name, what = change.parameter
        edit = edits.setdefault((kinds[label], name), {})
        if change.before == _BY_READING:
            edit.pop(attributes[what], None)
        else:
            edit[attributes[what]] = parse_bands(change.before) if what == "分档" else float(change.before)
    return resolve(rules, {**rules.chosen, **chosen}, edits)


def _reading_changes(before: Mapping[str, str], rules: Rules) -> Iterator[RuleChange]:
    for reading in rules.readings:
        now = rules.taken(reading)
        label = before.get(reading.label, reading.values[0].label)
        then = next((v for v in reading.values if v.label == label), None)
        if then is not None and then is not now:
            text = f"口径“{reading.label}”由{then.label}改为{now.label}"
            yield RuleChange(text, reading=reading.id, before=then.id)


def _parameter_changes(
    before: Mapping[Parameter, tuple[str, str]], now: Mapping[Parameter, tuple[str, str]]
) -> Iterator[RuleChange]:
    for key in {**before, **now}:
        # what a run did not change was as in the rule files
        then = before[key][1] if key in before else now[key][0]
        value = now[key][1] if key in now else before[key][0]
        if then != value:
            text = f"{key[0]}“{key[1]}”{_moved(then, value, key[2])}"
            yield RuleChange(text, parameter=key, before=then)


def _moved(before: str, now: str, what: str) -> str:
    return f"分档（{before}）→（{now}）" if what == "分档" else f"{what}{before}→{now}"


def _edits(rules: Rules) -> Iterator[tuple[Parameter, tuple[str, str]]]:
    for scheme in (rules.school, rules.teacher):
        for indicator in scheme.indicators:
            edit = rules.edits.get((scheme.object, indicator.name), {})
            for attribute in _PARAMETERS:
                if attribute in edit:
                    file = rules.unedited[scheme.object, indicator.name]
                    texts = _text(file, attribute, rules), _text(indicator, attribute)
                    if texts[0] != texts[1]:
                        yield (scheme.label, indicator.name, _PARAMETERS[attribute]), texts


def _text(indicator: Indicator, attribute: str, rules: Rules | None = None) -> str:
    """A parameter as text; with `rules` as the rule files have it, where a reading may set the target."""
    if attribute == "bands":
        return format_bands(indicator.bands).replace(_JOIN, "、")
    if rules and attribute == "target" and targets_by_reading(rules, indicator.name):
        return _BY_READING
    return f"{getattr(indicator, attribute):.10g}"


def _read_readings(words: str) -> dict[str, str] | None:
    if words == ALL_DEFAULT:
        return {}
    pairs = [item.split("=") for item in words.split(_JOIN)]
    return {p[0]: p[1] for p in pairs} if all(len(p) == 2 for p in pairs) else None


def _read_edits(words: str) -> dict[Parameter, tuple[str, str]] | None:
    out = {}
    for item in words.split(_JOIN) if words else ():
        found = _EDIT.fullmatch(item)
        if found is None:
            return None
        kind, name, number, *_ = found.groups()
        texts = (found[4], found[5]) if number else (found[7], found[8])
        out[kind, name, found[3] or found[6]] = texts
    return out
