"""What a blank means: pasted, else of the log, else 0 where the log covers it, else by the reading, else missing.

One ladder for the counts of teachers, the answers of administrators and the rates of pupils, and the table 数据覆盖.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.event_lines import role_behaviours
from kongjian.engine.event_log import Log
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Floats, Frame, Ints, texts
from kongjian.engine.matching import NOT_FOUND, rows
from kongjian.engine.scoring import BLOCK_ROWS
from kongjian.rules.model import Rules
from kongjian.rules.readings import BlankCount, LogCoverage
from kongjian.rules.roles import Role
from kongjian.rules.wording import named_months

Rungs = NDArray[np.int8]
PASTED, FROM_LOG, COVERED, BY_READING, MISSING = range(5)
"""The rungs, from the highest down."""
NO_EVENT: dict[LogCoverage, bool] = {LogCoverage.COMPLETE: True, LogCoverage.PARTIAL: False}
"""Whether no event of what the log covers means 0."""
_BLANK: dict[BlankCount, int] = {BlankCount.MISSING: MISSING, BlankCount.ZERO: BY_READING}
"""The rung of what nothing else tells."""
COLUMNS = ("学校名称", "角色", "行为", "应有", "有数", "粘贴", "行为明细", "按0次", "缺", "月份", "说明")


def climb(given: Floats, counted: Floats, covered: Bools, rules: Rules) -> tuple[Floats, Rungs]:
    """Each value and the rung that it stands on; NaN on the last.

    `given` is pasted, `counted` the log's effective count (0 for none), `covered` where the log would have told.
    """
    quiet, blank = silence(rules), _BLANK[rules.choice(BlankCount)]
    value, rung = np.empty(len(given)), np.empty(len(given), dtype=np.int8)
    for start in range(0, len(given), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        none, empty, on = counted[rows] <= 0, given[rows] != given[rows], rung[rows]
        # sums and products of small numbers are faster than choices; FROM_LOG is 1, PASTED 0
        np.multiply(covered[rows].view(np.int8), np.int8(quiet - blank), out=on)
        np.add(on, np.int8(blank - FROM_LOG), out=on)
        np.multiply(on, none, out=on)
        np.add(on, np.int8(FROM_LOG), out=on)
        np.multiply(on, empty, out=on)
        value[rows] = np.where(empty, counted[rows], given[rows])  # without an event the count is 0
        np.copyto(value[rows], math.nan, where=on == MISSING)
    return value, rung


def silence(rules: Rules) -> int:
    """The rung of what the log covers and has no event of."""
    return COVERED if NO_EVENT[rules.choice(LogCoverage)] else _BLANK[rules.choice(BlankCount)]


def covered(log: Log, role: int, behaviour: int) -> Bools:
    """Where the log would tell of a behaviour, by school: it has a line of this role at the school, and one of this

    behaviour by this role anywhere.
    """
    return np.asarray(log.at_school[role] & log.anywhere[behaviour])


def report_log(log: Log, passed: Bools, schools: Frame, rules: Rules, findings: Findings) -> None:
    """Finds the schools whose log knows other accounts, and the months of which there is no log; `passed` by month."""
    column, at = rules.table("schools").name_of(Role.SCHOOL), rows(schools)
    for i in np.flatnonzero(log.strange):
        findings.add("log_other_accounts", "schools", at[i], column)
    if (gaps := log.gaps(passed)).any():
        findings.add("log_gap", "events", months=named_months(gaps, rules.period.months()))


class Tally:
    """How the values of each behaviour came about, school by school: what 数据覆盖 shows."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._counts: dict[tuple[int, int], Ints] = {}
        self._unused: dict[tuple[int, int], list[tuple[Bools, str]]] = {}

    def add(self, role: int, behaviour: int, school: Ints, rung: Rungs, concerned: Bools) -> None:
        """One behaviour's rungs of those concerned, by the position of their schools."""
        use = concerned & (school != NOT_FOUND)
        at = school[use] * (MISSING + 1) + rung[use]
        counts = np.bincount(at, minlength=self._height * (MISSING + 1))
        self._counts[role, behaviour] = counts.reshape(-1, MISSING + 1)

    def put(self, role: int, behaviour: int, by_rung: dict[int, Ints]) -> None:
        """The same counted already: rung → how many of each school stand on it."""
        counts = np.zeros((self._height, MISSING + 1), dtype=np.int64)
        for rung, some in by_rung.items():
            counts[:, rung] = some
        self._counts[role, behaviour] = counts

    def given(self, role: int, behaviour: int, where: Bools, sheet: str) -> None:
        """The schools whose value was pasted on this sheet: theirs does not rest on what is counted here."""
        self._unused.setdefault((role, behaviour), []).append((where, sheet))

    def table(self, names: Frame, log: Log, rules: Rules, short: Bools) -> Frame:
        """数据覆盖: a row per school and behaviour that concerns anybody there; `short` see Below."""
        rows = list(self._rows(names["学校名称"].tolist(), log, rules, short))
        columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
        return Frame(
            {
                name: np.array(values, dtype=np.float64) if name in COLUMNS[3:9] else texts(values)
                for name, values in zip(COLUMNS, columns, strict=True)
            }
        )

    def _rows(self, schools: list[str], log: Log, rules: Rules, short: Bools) -> Iterator[tuple[object, ...]]:
        roles, months = rules.effective.roles, rules.period.months()
        coded = [
            (k, b, name, self._counts[k, b].tolist(), self._unused.get((k, b), ()))
            for k, _, b, name in role_behaviours(rules)
            if (k, b) in self._counts
        ]
        for i, school in enumerate(schools):
            spans = [_span(months, int(log.first[k, i]), int(log.last[k, i])) for k in range(len(roles))]
            for role, behaviour, name, counts, unused in coded:
                pasted, counted, zero, read, missing = counts[i]
                total = sum(counts[i])
                if not total:
                    continue
                elsewhere = next((sheet for where, sheet in unused if where[i]), "")
                if elsewhere:
                    said = f"{elsewhere}已给出，不由此推算"
                else:
                    few = bool(short[i]) and roles[role].fills == "teacher"
                    said = _said(log, rules, role, behaviour, i, missing, zero, read, few)
                yield (
                    school, roles[role].label, name, total, total - missing, pasted, counted, zero + read, missing,
                    spans[role], said,
                )  # fmt: skip


def _span(months: list[str], first: int, last: int) -> str:
    if last == NOT_FOUND:
        return ""
    return months[first] if first == last else f"{months[first]}至{months[last]}"


def _said(
    log: Log, rules: Rules, role: int, behaviour: int, school: int, missing: int, zero: int, read: int, short: bool
) -> str:  # fmt: skip
    """Why something is missing, or on what the zeros rest."""
    label = rules.effective.roles[role].label
    said = []
    if missing:
        if log.is_empty:
            said.append("没有行为明细")
        elif log.strange[school]:
            said.append("行为明细里这所学校的账号不在教师数据里")
        elif not log.at_school[role, school]:
            said.append(f"行为明细没有这所学校的{label}")
        elif not log.anywhere[behaviour]:
            said.append("行为明细里谁都没有这种行为")
        elif not NO_EVENT[rules.choice(LogCoverage)]:
            said.append("行为明细是部分记录，没有记录不算0次")
        else:
            said.append("没有账号，对不上行为明细")
    if zero:
        said.append("行为明细没有记录的按0次")
    if read:
        said.append("空白按0次（口径）")
    if short:
        said.append(f"教师数据的人数少于{rules.table('schools').name_of(Role.STAFF)}")
    return "；".join(said)
