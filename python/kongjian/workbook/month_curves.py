"""What the line chart of 月度跟踪 shows: the pass mark, the median, and the schools whose average is nearest to the mark."""

from __future__ import annotations

import numpy as np

from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.engine.frame import Floats
from kongjian.engine.rounding import from_cents, round_score
from kongjian.rules.model import Rules
from kongjian.workbook.run import Run

SCHOOLS = 8
HEIGHT = 1 + 2 + SCHOOLS
"""Rows: the months, the mark, the median, the schools."""
_BLANK = ""


def shipped_months(rules: Rules) -> int:
    """The months of the period with which the workbook was built; it may have edited the period since."""
    start, end = (
        rules.unedited.get(("scheme", item), {}).get("value", now)
        for item, now in (("评选开始", rules.period.start), ("评选结束", rules.period.end))
    )
    (first, one), (last, other) = (map(int, month.split("-")) for month in (start, end))
    return 12 * (last - first) + other - one + 1


def curves(run: Run) -> list[list[str | float]]:
    """HEIGHT rows of a name and a cell for each month that the chart has room for; "" where there is nothing to draw."""
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


def _fitted(values: list[str] | list[str | float], room: int) -> list[str | float]:
    """The last ones that there is room for."""
    return [*values[-room:], *[_BLANK] * (room - len(values))]


def _medians(scores: Floats) -> Floats:
    found = [np.median(own) if (own := c[~np.isnan(c)]).size else np.nan for c in scores.T]
    return round_score(np.array(found))
