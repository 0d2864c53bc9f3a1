"""Which units 单位查询 is asked about, and what is said of them: the values alone, none of the formulas."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from kongjian.engine.evidence.one_unit import Lookup, key_of, plain
from kongjian.engine.frame import Frame
from kongjian.rules.model import APART, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.lookup_sheet import Chosen, Layout, Value

_TEACHER = OBJECT_LABELS["teacher"]


class Picked:
    """The unit chosen (0) and the one compared with it (1); `found` is None in a workbook without results."""

    def __init__(self, rules: Rules, found: Lookup | None, chosen: Chosen) -> None:
        self.layout = Layout.of(rules)
        self._rules = rules
        self.found, self.chosen = found, chosen
        self.kind = next((k for k, label in OBJECT_LABELS.items() if label == chosen.kind), "")
        self.units = found.units if found else Frame()

    @property
    def apart(self) -> bool:
        """Whether there are indicators without full points."""
        return any(i.kind in APART for kind in OBJECT_LABELS for i in self._rules.object(kind).indicators)

    @cached_property
    def keys(self) -> tuple[str, str]:
        """What their rows are found by."""
        kind, school, unit, compare = self.chosen
        if kind == _TEACHER:
            return key_of("teacher", school, unit), key_of("teacher", school, compare)
        return key_of("school", school), key_of("school", compare)

    @cached_property
    def at(self) -> tuple[int, int]:
        """The places of both units among all, from 1; 0 for none."""
        _, school, unit, compare = self.chosen
        asked = (unit if self.chosen.kind == _TEACHER else school, compare)
        return (self._place(self.keys[0], asked[0]), self._place(self.keys[1], asked[1]))

    def _place(self, key: str, asked: str) -> int:
        if self.found is None or not asked or not self.kind:
            return 0
        if place := _match(key, self.units["键"]):
            return place
        return _match(plain(asked), self.units["账号"]) if self.kind == "teacher" else 0

    @cached_property
    def first(self) -> tuple[int, int]:
        """Where their rows begin among the facts, from 1."""
        return (self._first_of(self.at[0]), self._first_of(self.at[1]))

    def _first_of(self, at: int) -> int:
        if not at or self.found is None:
            return 0
        found = np.flatnonzero(self.found.facts["单位"] == self.units["键"][at - 1])
        return int(found[0]) + 1 if len(found) else 0

    def count(self, unit: int) -> int:
        """How many rows of facts there are: the indicators and the total."""
        return self.layout.items[self.kind] if self.first[unit] else 0

    @property
    def base(self) -> int:
        """How many rows of the items come before those of the chosen kind."""
        return self.layout.items["school"] if self.chosen.kind == _TEACHER else 0

    @property
    def line_base(self) -> int:
        """How many lines come before those of the chosen kind."""
        return self.layout.lines["school"] if self.chosen.kind == _TEACHER else 0

    @property
    def line_count(self) -> int:
        """How many lines are shown."""
        return self.layout.lines[self.kind] if self.at[0] else 0

    @cached_property
    def home(self) -> int:
        """The place of the chosen school among all units, from 1; 0 for none."""
        return _match(key_of("school", self.chosen.school), self.units["键"]) if self.found else 0

    @cached_property
    def listed(self) -> tuple[int, int]:
        """Where the teachers of the chosen school begin, from 1, and how many there are."""
        count = _number(self.units["教师数"][self.home - 1]) if self.home else 0.0
        if not count:
            return max(self.units.height, 1) + 1, 0
        return int(self.units["首位教师"][self.home - 1]), int(count)

    @property
    def schools(self) -> int:
        """How many schools there are: the units that have teachers of their own to list."""
        return int(np.isfinite(self.units["教师数"]).sum()) if self.found else 0

    def score(self, unit: int, name: str) -> Value:
        """A number of one of the units, "" for none."""
        at = self.at[unit]
        value = _number(self.units[name][at - 1]) if at else math.nan
        return "" if value != value else value

    def text(self, unit: int, name: str) -> str:
        """A text of one of the units, "" for none."""
        at = self.at[unit]
        return str(self.units[name][at - 1]) if at else ""

    def line(self, name: str, k: int) -> Value:
        """What is said of the k-th line of the chosen kind."""
        assert self.found is not None
        value = self.found.lines[name][self.line_base + k]
        return "" if value != value else value if isinstance(value, str) else float(value)

    def month(self, k: int) -> str:
        """The name of the k-th month, "" for none."""
        names = self.found.months["月份"].tolist() if self.found else []
        return str(names[k]) if k < len(names) else ""

    def item(self, name: str, k: int) -> Value:
        """What is said of the k-th indicator of the chosen kind, "" for none."""
        if self.found is None or not k < self.layout.items.get(self.kind, 0):
            return ""
        value = self.found.items[name][self.base + k]
        return value if isinstance(value, str) else "" if value != value else float(value)

    def fact(self, unit: int, name: str, k: int) -> Value:
        """One fact of a unit's k-th row, "" for none."""
        if not k < self.count(unit) or self.found is None:
            return ""
        value = self.found.facts[name][self.first[unit] - 1 + k]
        return value if isinstance(value, str) else "" if value != value else float(value)


def _match(text: str, column: np.ndarray) -> int:
    """The place of a text in a column, from 1, as MATCH finds it: case does not matter; 0 for none."""
    wanted = text.lower()
    return next((k for k, other in enumerate(column, start=1) if other.lower() == wanted), 0)


def _number(value: object) -> float:
    assert isinstance(value, float)
    return float(value)
