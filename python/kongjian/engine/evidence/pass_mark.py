"""How a unit below the pass mark reaches it, in one sentence about what decides (方案 三、评选奖项).

Monthly scores decide where there are any: months past do not change, those to come may. Without them 得分 stands in: the
platform's, or the one that the indicators give. Only there do steps of the indicators lead to the mark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kongjian.engine.authority import platform_counts
from kongjian.engine.eligibility import COUNTED, ON_MONTHS, reached
from kongjian.engine.evidence.cheapest import Step, cheapest_steps
from kongjian.engine.evidence.explain import amount, unit_values
from kongjian.engine.frame import Floats
from kongjian.engine.outcome import Outcome, Results
from kongjian.engine.rounding import MISSING, to_cents
from kongjian.engine.row_scoring import RowScorer, compile_row
from kongjian.rules.model import Condition, ObjectScheme, Rules
from kongjian.rules.readings import NonHomeroom, PassMark
from kongjian.rules.roles import Role
from kongjian.rules.wording import named_months

_NON_HOMEROOM = {
    NonHomeroom.ZERO: "",
    NonHomeroom.FULL: "",
    NonHomeroom.RESCALE: "；不是{homeroom}的先折算",
}
WITHOUT_MONTHS = "没有月度得分时，"
"""Begins whatever holds only where 得分 stands in for the months: a worksheet function does not see them."""


def pass_mark(rules: Rules, kind: str) -> float:
    """The score that a unit of this kind must reach on average over the months."""
    return _condition(rules, kind).at_least


def has_mark(rules: Rules, kind: str) -> bool:
    """Whether the scheme asks for any such score."""
    return any(c.kind in ON_MONTHS for c in rules.conditions_for(kind))


def _condition(rules: Rules, kind: str) -> Condition:
    return next(c for c in rules.conditions_for(kind) if c.kind in ON_MONTHS)


def way_to_mark(results: Results, rules: Rules, kind: str, at: int) -> str:
    """How one unit of the results reaches the mark; "" for one that has reached it."""
    outcome, every = results.of(kind), _every_month(rules, kind)
    if not outcome.monthly.stood_in[at]:
        mark, wanting = _cents(pass_mark(rules, kind)), f"{outcome.monthly.absent(at, rules)}，补上才达标"
        if reached(_condition(rules, kind), outcome.monthly, rules)[at] >= mark:
            return wanting if outcome.monthly.barred[at] else ""
        if not every:
            return _by_months(outcome, rules, at)
        given = outcome.monthly.by_month[at]
        return (
            wanting
            if to_cents(given[~np.isnan(given)]).min(initial=mark) >= mark
            else _by_every_month(rules, kind)
        )
    scorer = compile_row(rules.object(kind), rules)
    values = unit_values(outcome.units, scorer, at)
    return way_without_months(rules, kind, scorer, values, int(outcome.platform[at]))


def way_without_months(
    rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float], platform: int
) -> str:
    """The same where 得分 stands in for the months; `platform` is in cents, MISSING where it gave no score."""
    cents, mark = scorer(values).cents, _cents(pass_mark(rules, kind))
    by_platform = platform_counts(rules) and platform != MISSING
    if (platform if by_platform else cents) >= mark:
        return ""
    way = _by_platform(platform, cents, mark) if by_platform else _by_steps(rules, kind, scorer, values)
    return f"{WITHOUT_MONTHS}{way}"


def total_line(
    scheme: ObjectScheme, rules: Rules, scorer: RowScorer, values: Sequence[float], way: str
) -> list[str | float]:
    """The total as a line of an explanation; its 还差 tells the way to the mark.

    A total in which a measure is missing is NaN.
    """
    scored = scorer(values)
    total = scored.total if scored.complete else float("nan")
    short = np.fmax(scheme.points - total, 0.0) if scheme.bonuses else scheme.points - total
    return ["合计", "", _addition(scheme, rules, scored.missing), scheme.points, total, short, way]


def _addition(scheme: ObjectScheme, rules: Rules, missing: Sequence[bool]) -> str:
    homeroom = rules.table("teachers").by_role(Role.HOMEROOM)
    scaled = _NON_HOMEROOM[rules.choice(NonHomeroom)].format(homeroom=homeroom.name) if homeroom else ""
    added = "；加分另加" if scheme.bonuses else ""
    words = f"各项相加，四舍五入到两位小数{scaled}{added}"
    return words + (f"；有{sum(missing)}项没有数据，得分表里按0分计" if any(missing) else "")


def _cents(points: float) -> int:
    return round(points * 100)


def _every_month(rules: Rules, kind: str) -> bool:
    return any(c.kind == "every_month" for c in rules.conditions_for(kind))


def _by_every_month(rules: Rules, kind: str) -> str:
    return f"每个月都要到{pass_mark(rules, kind):g}分，已有的月度得分不会再变，无法达到"


def _by_months(outcome: Outcome, rules: Rules, at: int) -> str:
    """What the months without a score must be on average: those to come, and those that passed without one."""
    scores, mark = outcome.monthly.by_month[at], pass_mark(rules, outcome.kind)
    full = rules.object(outcome.kind).most
    given, lacking = ~np.isnan(scores), outcome.monthly.months.lacking[at]
    absent = int(lacking.sum())
    to_come = int((~given & ~outcome.monthly.months.passed).sum())
    if not absent and not to_come:
        return f"{len(scores)}个月的得分都有了，月均不会再变，无法达到{mark:g}分"
    gone = f"缺的{named_months(lacking, rules.counted_months())}" if absent else ""
    which = "和".join(filter(None, (gone, f"余下{to_come}个月" if to_come else "")))
    needed = _needed(scores[given], absent + to_come, _cents(mark), rules)
    if needed > _cents(full):
        return f"{which}平均要{needed / 100:.2f}分才到{mark:g}分，超过满分{full:g}分，无法达到"
    return f"{which}平均至少{needed / 100:.2f}分就到{mark:g}分"


def _needed(given: Floats, months: int, mark: int, rules: Rules) -> int:
    """The least score in cents that so many months more must have on average, compared as the months' average is."""
    total, count = float(given.sum()), len(given) + months
    needed = max(math.floor((mark * count / 100 - total) / months * 100) - count, 0)
    while _reached_by((total + months * needed / 100) / count, rules) < mark:
        needed += 1
    return needed


def _reached_by(average: float, rules: Rules) -> int:
    exact = np.array([average])
    return int(COUNTED[rules.choice(PassMark)](to_cents(exact), exact)[0])


def _by_platform(given: int, computed: int, mark: int) -> str:
    words = f"以平台得分{given / 100:.2f}分为准，要平台重新统计才会变"
    return words + (f"；按指标算已有{computed / 100:.2f}分，请与平台核对" if computed >= mark else "")


def _by_steps(rules: Rules, kind: str, scorer: RowScorer, values: Sequence[float]) -> str:
    """The steps that ask for least, after what is missing."""
    scheme, mark = rules.object(kind), pass_mark(rules, kind)
    gone = [i.name for i, missing in zip(scheme.indicators, scorer(values).missing, strict=True) if missing]
    first = f"先补上缺的数（{'、'.join(gone)}）" if gone else ""
    steps = cheapest_steps(scheme, rules, scorer, values, _cents(mark))
    said = "；".join(_said(s, kind, rules) for s in steps)
    yes = "，一项“是”算1" if any(i.kind == "yes_no" for i in scheme.indicators) else ""
    way = f"到{mark:g}分最省力的做法：{said}（多做的数加起来最少{yes}）" if said else ""
    without = "（加分不算在内）" if scheme.bonuses else ""
    return "；".join(filter(None, (first, way))) or f"把现有各项做满也到不了{mark:g}分{without}"


def _said(step: Step, kind: str, rules: Rules) -> str:
    words = amount(step.indicator, step.more, kind, rules)
    return f"{step.indicator.name}{words if step.indicator.kind == 'yes_no' else f'再多{words}'}"
