"""What the line chart of 月度跟踪 shows: the pass mark, the median, every school, and above them the one that staff choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.engine.frame import Floats
from kongjian.engine.rounding import from_cents, round_score
from kongjian.rules.model import Rules
from kongjian.workbook.layout import CURVE_OF, MONTH_CURVES
from kongjian.workbook.run import Run

SCHOOLS = 200
"""A chart takes 255 lines, and more than these are one grey field."""
ABOVE = 3
"""Rows above the schools: the months, the mark, the median."""
HEIGHT = ABOVE + SCHOOLS
NO_POINT = "#N/A"
"""What a chart draws nothing for; it stands in hidden columns alone."""
_NOT_DRAWN = "（图里没有）"
_BLANK = ""


class Worked(NamedTuple):
    """A formula, and what it gives."""

    formula: str
    value: str | float


def shipped_months(rules: Rules) -> int:
    """The months of the period with which the workbook was built; it may have edited the period since."""
    start, end = (
        rules.unedited.get(("scheme", item), {}).get("value", now)
        for item, now in (("评选开始", rules.period.start), ("评选结束", rules.period.end))
    )
    (first, one), (last, other) = (map(int, month.split("-")) for month in (start, end))
    return 12 * (last - first) + other - one + 1


def curves(run: Run) -> list[list[str | float]]:
    """HEIGHT rows of a name and a cell for each month that the chart has room for; "" where there is nothing to draw.

    The schools begin with the one whose average is nearest to the mark.
    """
    room, months = shipped_months(run.rules), run.rules.counted_months()
    names, monthly = run.results.school.names["学校名称"], run.results.school.monthly
    mark = pass_mark(run.rules, "school")
    known = np.flatnonzero(~monthly.stood_in)
    nearest = known[np.lexsort((names[known].astype(str), np.abs(from_cents(monthly.average[known]) - mark)))]
    scores = monthly.by_month
    lines = [
        (f"达标线{mark:g}分", np.full(len(months), mark)),
        ("各校中位数", _medians(scores)),
        *((str(names[i]), scores[i]) for i in nearest[:SCHOOLS].tolist()),
    ]
    out: list[list[str | float]] = [[_BLANK, *_fitted(months, room)]]
    out += [
        [name, *_fitted([_BLANK if v != v else v for v in values.tolist()], room)] for name, values in lines
    ]
    return out + [[_BLANK] * (room + 1)] * (HEIGHT - len(out))


def chosen_line(rows: Sequence[Sequence[str | float]], asked: str, months: int) -> list[Worked]:
    """The name and the months of the line in colour: that of the school asked for, of none the first.

    `rows` are those of `curves`, none in a workbook without results.
    """
    names = [str(row[0]).casefold() for row in rows]
    at = ABOVE if not asked else names.index(asked.casefold()) if asked.casefold() in names else len(rows)
    cells = [*rows, [_BLANK] * (months + 1)][min(at, len(rows))]
    place = f'IF({CURVE_OF}="",{ABOVE + 1},MATCH({CURVE_OF},INDEX({MONTH_CURVES},0,1),0))'
    name = cells[0] or (f"{asked}{_NOT_DRAWN}" if asked else _BLANK)
    out = [Worked(f'IFERROR(INDEX({MONTH_CURVES},{place},1)&"",{CURVE_OF}&"{_NOT_DRAWN}")', name)]
    for k in range(1, months + 1):
        cell = f"INDEX({MONTH_CURVES},{place},{k + 1})"
        out.append(Worked(f'IF({cell}="",NA(),{cell})', NO_POINT if cells[k] == _BLANK else cells[k]))
    return out


def _fitted(values: list[str] | list[str | float], room: int) -> list[str | float]:
    """The last ones that there is room for."""
    return [*values[-room:], *[_BLANK] * (room - len(values))]


def _medians(scores: Floats) -> Floats:
    found = [np.median(own) if (own := c[~np.isnan(c)]).size else np.nan for c in scores.T]
    return round_score(np.array(found))
