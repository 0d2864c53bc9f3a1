"""Which units a finding is about: its own row's, that of its months, the school whose score rests on its row."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kongjian.engine.findings import Finding
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import ACCOUNT, accounts, rows, school_keys
from kongjian.engine.measures import FROM_EVENTS, FROM_PUPILS, NO_EVENTS, SOURCE
from kongjian.engine.outcome import Inputs, Results
from kongjian.rules.model import Rules
from kongjian.rules.roles import Role

_TWICE = ("account_twice", "school_twice")
"""What is said at the second row concerns the first one, too."""


class Concerned:
    """The units of one kind, by the findings that are about them."""

    def __init__(self, kind: str, results: Results, inputs: Inputs, rules: Rules) -> None:
        self._kind, self._rules, self._inputs = kind, rules, inputs
        self._o, self._coverage = results.of(kind), results.tables["Coverage"]
        self._sorted: dict[str, tuple[Ints, Ints]] = {}

    def units(self, finding: Finding) -> list[int]:
        """The positions of the units that a finding about one row concerns: of those that it names whose score rests on it."""
        named = self.named(finding)
        if finding.table in (f"{self._kind}s", "monthly") or self._kind == "teacher":
            return named
        return [i for i in named if self.derived[i]]

    def named(self, finding: Finding) -> list[int]:
        """The positions of the units to which a finding's row belongs; none where that row was not used."""
        if finding.table == f"{self._kind}s":
            row = finding.params.get("first", finding.row) if finding.code in _TWICE else finding.row
            return [self._own[int(row)]] if int(row) in self._own else []
        frame: Frame = getattr(self._inputs, finding.table)
        at = self._position(finding.table, frame, finding.row)
        if at is None:
            return []
        table = self._rules.table(finding.table)
        account = table.by_role(Role.ACCOUNT)
        if self._kind == "teacher":
            return self._units_of.get(str(frame[ACCOUNT][at]), []) if account else []
        school = table.by_role(Role.SCHOOL)
        if school is None or (account and frame[account.name][at] and finding.table == "monthly"):
            return []
        return self._units_of.get(school_keys([frame[school.name][at]])[0], [])

    def _position(self, table: str, frame: Frame, row: int) -> int | None:
        """Where a worksheet row stands in a table; None where it was not used."""
        if table not in self._sorted:
            order = np.argsort(rows(frame), kind="stable")
            self._sorted[table] = rows(frame)[order], order
        known, order = self._sorted[table]
        k = int(np.searchsorted(known, row))
        return int(order[k]) if k < len(known) and known[k] == row else None

    @cached_property
    def derived(self) -> Bools:
        """Whose score rests on rows below it: only there an error in such a row concerns it."""
        return np.asarray((self.codes != 0).any(axis=0))

    @cached_property
    def from_log(self) -> Bools:
        """Whose score rests on the log; what a platform score replaces rests on nothing."""
        own = np.isin(self.codes, (FROM_EVENTS, NO_EVENTS, FROM_PUPILS)).any(axis=0)
        if self._kind == "teacher":
            return np.asarray(own)
        # a school's means rest on the log where its teachers' counts do
        some = (self._coverage["行为明细"] > 0) | (self._coverage["按0次"] > 0)
        names = set(self._coverage["学校名称"][some].tolist())
        counted = np.array([n in names for n in self._o.names["学校名称"]], dtype=bool)
        return np.asarray(own | ((self.codes > 0).any(axis=0) & counted))

    @cached_property
    def codes(self) -> Floats:
        """What each indicator of each unit rests on, see measures.SOURCE; what a platform score replaces on nothing."""
        units, nothing = self._o.units, np.zeros(self._o.units.height)
        codes = [units.get(SOURCE + i.column, nothing) for i in self._rules.object(self._kind).indicators]
        return np.where(self._o.adopted, 0.0, np.vstack(codes))

    @cached_property
    def _own(self) -> dict[int, int]:
        return {int(r): i for i, r in enumerate(rows(self._o.units).tolist())}

    @cached_property
    def _units_of(self) -> dict[str, list[int]]:
        """The units by what other tables name them: teachers by account, schools by name."""
        keys = accounts(self._o.units) if self._kind == "teacher" else school_keys(self._o.names["学校名称"])
        out: dict[str, list[int]] = {}
        for i, key in enumerate(keys):
            if key:
                out.setdefault(key, []).append(i)
        return out
