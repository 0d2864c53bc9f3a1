"""What 运行记录 keeps of a run's rules in words, and those words compared with the rules in force now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.rules.choices import as_in_files, resolve
from kongjian.rules.model import EDITED, Item, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.parameters import BY_READING, GROUPS, items, kind_of, read_back, value_of, written

ALL_DEFAULT = "全部默认"
_JOIN = "；"
_COLUMNS = sorted({column for _, parameters in GROUPS.values() for column in parameters.values()})
_VALUE = rf"({BY_READING}|是|否|\d+(?:\.\d+)?%?|\d{{4}}-\d\d(?:-\d\d)?)"
_EDIT = re.compile(
    rf"({'|'.join(label for label, _ in GROUPS.values())}) (.+?) ({'|'.join(_COLUMNS)})"
    rf"(?:{_VALUE}→{_VALUE}|（(.*)）→（(.*)）)"
)
Parameter = tuple[str, str, str]
"""A group of items as it is called (学校 for its indicators), an item, the column of one of its parameters."""
_CALLED = {label: group for group, (label, _) in GROUPS.items()}
_VERSION: Parameter = ("方案", "版本", "取值")
# points add up, and awards leave no rank out, only together
_TOGETHER = {("方案", f"{label}满分"): label for label in OBJECT_LABELS.values()}
_GROUPED = (*OBJECT_LABELS.values(), "奖项")


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

    @property
    def group(self) -> str:
        """Changes of one group can be undone only together."""
        if self.parameter is None:
            return self.text
        group, name, _ = self.parameter
        return _TOGETHER.get((group, name), group if group in _GROUPED else self.text)


def readings_in_words(rules: Rules) -> str:
    """The readings that are not at their default: `作业管理=目标15次；并列=依次比较`."""
    chosen = ((r, rules.taken(r)) for r in rules.readings)
    return _JOIN.join(f"{r.label}={v.label}" for r, v in chosen if v is not r.values[0]) or ALL_DEFAULT


def edits_in_words(rules: Rules) -> str:
    """The parameters that 规则 changed: `教师 制作课件 分值10→12；方案 评选结束 取值2021-07→2021-08`; "" for none."""
    edits = _edits(rules).items()
    return _JOIN.join(f"{group} {name} {_moved(*texts, column)}" for (group, name, column), texts in edits)


def rule_changes(version: str, readings: str, edits: str, rules: Rules) -> tuple[RuleChange, ...] | None:
    """How `rules` differ from those of a run that 运行记录 tells of in these words; None where they say nothing."""
    chosen, changed = _read_readings(readings), _read_edits(edits)
    if chosen is None or changed is None:
        return None
    files, now = version.removesuffix(EDITED), _edits(rules)
    out = []
    if files != rules.scheme.version:
        out.append(RuleChange(f"规则版本由{files}改为{rules.scheme.version}"))
    elif changed.get(_VERSION, (files,))[0] != now.get(_VERSION, (files,))[0]:
        # the installed package is another, the workbook's own rules are not: what only differs from it is no change
        now = {key: texts for key, texts in now.items() if key in changed}
    out += _reading_changes(chosen, rules)
    return (*out, *_parameter_changes(changed, now, rules))


def undone(rules: Rules, changes: Sequence[RuleChange]) -> Rules:
    """The rules as they were before these changes. Raises KongjianError where they do not fit together."""
    chosen = {c.reading: c.before for c in changes if c.reading}
    edits: dict[Item, dict[str, Any]] = {item: dict(edit) for item, edit in rules.edits.items()}
    known = {item for item, _ in items(rules)}
    for change in changes:
        if change.parameter is None:
            continue
        item, parameter = _named(change.parameter)
        if item not in known and item[0] != "month":
            raise KongjianError(f"没有“{item[1]}”")
        edit = edits.setdefault(item, {})
        if change.before == BY_READING:
            edit.pop(parameter, None)
            continue
        try:
            edit[parameter] = read_back(change.before, kind_of(rules, item, parameter))
        except ValueError:
            raise KongjianError(f"“{change.before}”看不懂") from None
    return resolve(rules, {**rules.chosen, **chosen}, edits)


def _named(parameter: Parameter) -> tuple[Item, str]:
    """The item and the parameter that words name."""
    label, name, column = parameter
    columns = {c: p for p, c in GROUPS[_CALLED[label]][1].items()}
    return (_CALLED[label], name), columns[column]


def _reading_changes(before: Mapping[str, str], rules: Rules) -> Iterator[RuleChange]:
    for reading in rules.readings:
        now = rules.taken(reading)
        label = before.get(reading.label, reading.values[0].label)
        then = next((v for v in reading.values if v.label == label), None)
        if then is not None and then is not now:
            text = f"口径“{reading.label}”由{then.label}改为{now.label}"
            yield RuleChange(text, reading=reading.id, before=then.id)


def _parameter_changes(
    before: Mapping[Parameter, tuple[str, str]], now: Mapping[Parameter, tuple[str, str]], rules: Rules
) -> Iterator[RuleChange]:
    for key in {**before, **now}:
        # what a run did not change was as in the rule files
        then = before[key][1] if key in before else now[key][0]
        value = now[key][1] if key in now else _unchanged(key, rules) or before[key][0]
        if then != value:
            text = f"{key[0]}“{key[1]}”{_moved(then, value, key[2])}"
            yield RuleChange(text, parameter=key, before=then)


def _unchanged(key: Parameter, rules: Rules) -> str:
    """A parameter as the rule files have it now; "" where they do not have it."""
    item, parameter = _named(key)
    holder = dict(items(rules)).get(item)
    if holder is None:
        return ""
    return written(as_in_files(rules, holder, parameter), kind_of(rules, item, parameter))


def _moved(before: str, now: str, column: str) -> str:
    plain = re.fullmatch(_VALUE, before) and re.fullmatch(_VALUE, now)
    return f"{column}{before}→{now}" if plain else f"{column}（{before}）→（{now}）"


def _edits(rules: Rules) -> dict[Parameter, tuple[str, str]]:
    """What 规则 changed: each parameter as the rule files have it and as it is, in the order of the sheet."""
    out = {}
    for item, holder in items(rules) if rules.edits else ():
        for parameter in sorted(rules.edits.get(item, ()), key=list(GROUPS[item[0]][1]).index):
            kind = kind_of(rules, item, parameter)
            before, now = rules.unedited[item][parameter], value_of(holder, parameter)
            texts = written(before, kind), written(now, kind)
            # two long texts may read alike as far as they are told
            if texts[0] != texts[1] or (kind == "text" and before != now):
                out[GROUPS[item[0]][0], item[1], GROUPS[item[0]][1][parameter]] = texts
    return out


def _read_readings(words: str) -> dict[str, str] | None:
    if words == ALL_DEFAULT:
        return {}
    pairs = [item.split("=") for item in words.split(_JOIN)]
    return {p[0]: p[1] for p in pairs} if all(len(p) == 2 for p in pairs) else None


def _read_edits(words: str) -> dict[Parameter, tuple[str, str]] | None:
    out = {}
    for item in words.split(_JOIN) if words else ():
        found = _EDIT.fullmatch(item)
        if found is None or found[3] not in GROUPS[_CALLED[found[1]]][1].values():
            return None
        plain = found[4] is not None
        out[found[1], found[2], found[3]] = (found[4], found[5]) if plain else (found[6], found[7])
    return out
