"""What the worksheet functions compute, by the engine alone; `udfs` only dresses it for Excel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, is_blank
from kongjian.base.text import fold
from kongjian.engine.authority import platform_counts
from kongjian.engine.eligibility import eligibility
from kongjian.engine.evidence.explain import COLUMNS, explain
from kongjian.engine.evidence.pass_mark import total_line, way_without_months
from kongjian.engine.frame import Floats, Ints
from kongjian.engine.monthly import Monthly, Months
from kongjian.engine.rounding import to_cents
from kongjian.engine.row_scoring import RowScorer, compile_row
from kongjian.engine.scoring import score as score_frame
from kongjian.rules.model import ObjectScheme, Rules
from kongjian.rules.objects import OBJECT_BY_NAME
from kongjian.rules.roles import Role
from kongjian.workbook.functions.given import Given, Row, block, is_error, one_row
from kongjian.workbook.functions.rules_text import WORKBOOKS, rules_of

QUALIFIED = "达标"
_NAN = float("nan")


class Ready(NamedTuple):
    """One kind of unit under one workbook's rules, precompiled."""

    rules: Rules
    scheme: ObjectScheme
    scorer: RowScorer
    given: Given
    items: dict[str, int]

    def values(self, row: Row, headers: Any, item: int | None = None) -> list[float]:
        """What the scorer wants of a row; for one item no other column needs to be there."""
        places, columns = self.given.places(len(row), headers), self.scorer.columns
        if item is None:
            values = self.given.values(row, columns, self.given.where(places, columns), headers)
        else:
            indicator = self.scheme.indicators[item]
            needed = [indicator.column, *([self.scorer.homeroom] if indicator.homeroom_only else [])]
            found = self.given.values(row, needed, self.given.where(places, needed), headers)
            values = [_NAN] * len(self.scheme.indicators) + [1.0]
            values[item], values[-1] = found[0], found[-1] if indicator.homeroom_only else 1.0
        if self.scorer.homeroom and values[-1] != values[-1]:
            raise KongjianError(f"{self.scorer.homeroom}是错误值")
        return values


@lru_cache(maxsize=2 * WORKBOOKS)
def ready_for(kind: str, text: str) -> Ready:
    rules = rules_of(text)
    scheme = rules.object(kind)
    items = {fold(indicator.name): k for k, indicator in enumerate(scheme.indicators)}
    return Ready(
        rules,
        scheme,
        compile_row(scheme, rules),
        Given(rules.table(f"{kind}s"), rules.words, rules.most_points("monthly")),
        items,
    )


def kind_of(word: Any) -> str:
    """school or teacher, from the word that staff type."""
    kind = OBJECT_BY_NAME.get(fold(str(word)))
    if kind is None:
        raise KongjianError(f"“{word}”应写学校或教师")
    return kind


def score(kind: str, row: Any, headers: Any, item: Any, rules: str | None) -> float:
    """计算得分 of one row, or one indicator's exact score. Raises where a measure that counts is missing."""
    ready = ready_for(kind, rules or "")
    row = one_row(row)
    if item is not None and not is_blank(item):
        k = ready.items.get(fold(str(item)))
        if k is None:
            raise KongjianError(f"没有指标“{item}”")
        scored = ready.scorer(ready.values(row, headers, k))
        missing = [ready.scorer.names[k]] if scored.missing[k] else []
        points = scored.by_indicator[k]
    else:
        scored = ready.scorer(ready.values(row, headers))
        missing = [] if scored.complete else _missing(ready, scored.missing)
        points = scored.total
    if missing:
        raise KongjianError(f"缺少指标：{'、'.join(missing)}")
    return points


def _missing(ready: Ready, missing: Sequence[bool]) -> list[str]:
    return [name for name, blank in zip(ready.scorer.names, missing, strict=True) if blank]


def scores(kind: str, rows: Any, headers: Any, rules: str | None) -> list[list[Cell]]:
    """Each row's indicator scores and total in one vectorised call; NaN for what cannot be computed."""
    ready = ready_for(kind, rules or "")
    rows, columns = block(rows), ready.scorer.columns
    at = ready.given.where(ready.given.places(len(rows[0]), headers), columns)
    frame = ready.given.frame(rows, columns, at, headers)
    scored = score_frame(frame, ready.scheme, ready.rules)
    points = np.vstack([scored.by_indicator, scored.total])
    missing = np.vstack([scored.missing, ~scored.complete])
    if homeroom := ready.scorer.homeroom:
        unknown = np.isnan(frame[homeroom])
        owed = [i.homeroom_only for i in ready.scheme.indicators]
        missing[np.ix_([*owed, True], unknown)] = True
    points[missing] = np.nan
    out: list[list[Cell]] = points.T.tolist()
    # only a row that scores nothing can be blank
    for i in np.flatnonzero(missing[-1]):
        if all(is_blank(cell) for cell in rows[i]):
            out[i] = [""] * len(out[i])
    return out


def eligible(row: Any, headers: Any, months: Any, rules: str | None) -> str:
    """达标, or the reasons as the sheet 资格审核 words them."""
    ready = ready_for("school", rules or "")
    row = one_row(row)
    places = ready.given.places(len(row), headers)
    conditions = ready.rules.conditions_for("school")
    columns = list(dict.fromkeys(n for c in conditions for n in (*c.columns, *c.opened, *c.total)))
    at = ready.given.where(places, columns)
    wrong = [c for c, k in zip(columns, at, strict=True) if is_error(row[k])]
    if wrong:
        raise KongjianError(f"{'、'.join(wrong)}是错误值")
    unit = ready.given.frame([row], columns, at)
    judged = eligibility(unit, _monthly(ready, row, headers, months), "school", ready.rules)
    return str(judged.reasons[0]) or QUALIFIED


def _monthly(ready: Ready, row: Row, headers: Any, months: Any) -> Monthly:
    """The average and the lowest of the months given; without any, 得分 stands in for both."""
    cells = [c for line in block(months) for c in line if not is_blank(c)]
    if cells:
        found = ready.given.numbers("score", cells)
        if np.isnan(found).any():
            raise KongjianError("月均得分不是可用的数字")
        average, lowest = to_cents(found.mean(keepdims=True)), to_cents(found.min(keepdims=True))
        return _judged(average, lowest, found.mean(keepdims=True), False)
    given = _platform(ready, row, headers)
    if np.isnan(given) or not platform_counts(ready.rules):
        scored = ready.scorer(ready.values(row, headers))
        if not scored.complete:
            raise KongjianError(f"缺少指标：{'、'.join(_missing(ready, scored.missing))}")
        given = scored.total
    stands_in = to_cents(np.array([given]))
    return _judged(stands_in, stands_in, np.array([given]), True)


def _judged(average: Ints, lowest: Ints, exact: Floats, stood_in: bool) -> Monthly:
    """What a row is judged by; the months behind it are not known here."""
    nothing = Months(np.empty((1, 0)), np.zeros(0, dtype=bool))
    return Monthly(average, lowest, exact, np.array([stood_in]), np.array([False]), nothing)


def _platform(ready: Ready, row: Row, headers: Any) -> float:
    """The platform's total of a row; NaN where it is blank or not there."""
    column = ready.given.table.by_role(Role.PLATFORM_SCORE)
    place = ready.given.places(len(row), headers).get(column.name) if column else None
    if column is None or place is None or is_blank(row[place]):
        return _NAN
    if is_error(row[place]):
        raise KongjianError(f"{column.name}是错误值")
    return float(ready.given.numbers("score", [row[place]])[0])


def explained(kind: Any, row: Any, headers: Any, rules: str | None) -> list[list[Cell]]:
    """The header, one line per indicator, and the total with the way to the pass mark where there are no months."""
    ready, row = ready_for(kind_of(kind), rules or ""), one_row(row)
    scheme, scorer, values = ready.scheme, ready.scorer, ready.values(row, headers)
    platform = int(to_cents(np.array([_platform(ready, row, headers)]))[0])
    way = way_without_months(ready.rules, scheme.object, scorer, values, platform)
    lines = explain(scheme, ready.rules, scorer, values)
    return [list(COLUMNS), *lines, total_line(scheme, ready.rules, scorer, values, way)]
