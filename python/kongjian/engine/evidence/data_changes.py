"""Which of a unit's numbers are not those of the last run, each named by the cell into which it was pasted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kongjian.engine.evidence.explain import MISSING_VALUE, PERCENT
from kongjian.engine.frame import Bools, Floats, Frame, Ints
from kongjian.engine.matching import NOT_FOUND, rows
from kongjian.engine.measures import basis
from kongjian.engine.outcome import Outcome
from kongjian.engine.rounding import from_cents
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column
from kongjian.rules.roles import Role
from kongjian.rules.wording import counting_score

Places = Mapping[str, Mapping[str, str]]
"""Table id → column name → its letters."""
_SAME = 1e-9
_EVENTS_SHEET, _MONTHS_SHEET = "events", "monthly"


@dataclass(frozen=True)
class DataChange:
    """One number of one unit, which is at position `unit` of the input, and from what to what it went.

    Either `sheet` and `cell` say where it was pasted, or `source` from what it was derived.
    """

    unit: int
    words: str
    sheet: str = ""
    cell: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        return f"{self.sheet}!{self.cell} {self.words}" if self.cell else f"{self.words}（{self.source}）"


def differ(before: Floats, now: Floats) -> Bools:
    """Where two columns differ beyond the noise of the last bits; a blank differs from every number."""
    near = np.abs(before - now) <= _SAME * np.maximum(np.abs(before), np.abs(now))
    return np.asarray(~(near | (np.isnan(before) & np.isnan(now))), dtype=bool)


def measure_changes(
    kind: str, units: Frame, earlier: Frame, at: Ints, rules: Rules, places: Places
) -> Iterator[DataChange]:
    """The numbers of 指标 that differ; `at` is each unit's row in the earlier table, NOT_FOUND for none."""
    table = rules.table(f"{kind}s")
    known, row = np.flatnonzero(at != NOT_FOUND), rows(units)
    # few are named: first what the ranking rests on
    platform = table.by_role(Role.PLATFORM_SCORE)
    first = platform.name if platform and counting_score(rules) == "平台得分" else ""
    for column in sorted(table.columns, key=lambda c: c.name != first):
        if column.is_text or column.name not in earlier:
            continue
        before, now = earlier[column.name][at[known]], units[column.name][known]
        for k in np.flatnonzero(differ(before, now)).tolist():
            unit = int(known[k])
            words = f"{column.name}{_moved(float(before[k]), float(now[k]), column)}"
            if said := _derived(units, column.name, unit, rules):
                yield DataChange(unit, words, source=said)
            else:
                letters = places.get(table.id, {}).get(column.name)
                cell = f"{letters}{row[unit]}" if letters else f"第{row[unit]}行"
                yield DataChange(unit, words, table.sheet, cell)


def monthly_changes(o: Outcome, earlier: Frame, at: Ints, rules: Rules) -> Iterator[DataChange]:
    """The monthly averages that other months have changed; where 得分 stands in for months, it tells by itself."""
    known = np.flatnonzero(at != NOT_FOUND)
    before, now = earlier["月均得分"][at[known]], from_cents(o.monthly.average[known])
    stood_in = o.monthly.stood_in[known] & ~differ(before, earlier["得分"][at[known]])
    sheet = rules.table(_MONTHS_SHEET).sheet
    for k in np.flatnonzero(differ(before, now) & ~stood_in).tolist():
        yield DataChange(int(known[k]), f"月均{scores(before[k], now[k])}", source=sheet)


def scores(before: float, now: float) -> str:
    """A score that changed: 82.10→83.00."""
    return "→".join(MISSING_VALUE if v != v else f"{v:.2f}" for v in (before, now))


def _derived(units: Frame, name: str, unit: int, rules: Rules) -> str:
    rests_on = basis(units, name, unit)
    if rests_on == 0:
        return ""
    if rests_on < 0:
        return f"由{rules.table(_EVENTS_SHEET).sheet}统计"
    by_class = any(rate.measure == name for rate in rules.measures.class_rates)
    return f"由{rules.table('classes' if by_class else 'teachers').sheet}推算"


def _moved(before: float, now: float, column: Column) -> str:
    """From what to what, as the sheets show it and with as many decimals as tell the two apart."""
    if column.kind == "yes_no":
        return "→".join(MISSING_VALUE if v != v else "是" if v == 1 else "否" for v in (before, now))
    factor, unit = (100.0, "%") if column.kind in PERCENT else (1.0, "")
    both = (round(before * factor, 10), round(now * factor, 10))
    for decimals in (0, 2, 4, 10):
        texts = [MISSING_VALUE if v != v else f"{v:.{decimals}f}{unit}" for v in both]
        exact = decimals or all(v != v or v == int(v) for v in both)
        if exact and texts[0] != texts[1]:
            break
    return "→".join(texts)
