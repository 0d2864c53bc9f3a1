"""Data of another year than the scheme's: a calculation over them would be wrong without looking wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kongjian.base.errors import KongjianError
from kongjian.engine.event_log import COUNTS_SHEET
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs
from kongjian.rules.model import Rules
from kongjian.rules.roles import Role

_MOST = 0.5


def refuse_another_year(inputs: Inputs, rules: Rules) -> None:
    """Raises KongjianError where more than half of the dated rows of a table lie outside the period."""
    monthly, events = rules.table("monthly"), rules.table("events")
    given = inputs.monthly[monthly.name_of(Role.MONTH)]
    _refuse(given[given != ""].astype(str), monthly.sheet, rules)
    if inputs.counts.height:
        _refuse(inputs.counts["月份"].astype(str), COUNTS_SHEET, rules)
    _refuse(_months(inputs.events, events.name_of(Role.DATE)), events.sheet, rules)


def _months(events: Frame, column: str) -> NDArray[np.str_]:
    days = events[column].astype("datetime64[M]")
    return np.asarray(days[~np.isnat(days)].astype(str))


def _refuse(months: NDArray[np.str_], sheet: str, rules: Rules) -> None:
    if not len(months):
        return
    found, count = np.unique(months, return_counts=True)
    start, end = rules.period.start, rules.period.end
    outside = int(count[(found < start) | (found > end)].sum())
    if outside > len(months) * _MOST:
        raise KongjianError(
            f"“{sheet}”有日期的{len(months)}行里，{outside}行不在评选时间{start}至{end}内（数据是{found[0]}至{found[-1]}的），"
            "像是另一年的数据，没有计算。请换成这次评选的数据；要评另一年，请把工作簿另存一份，"
            "在“规则”改评选开始和评选结束，再粘贴另一年的数据"
        )
