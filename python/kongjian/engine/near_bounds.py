"""Near a bound of eligibility: a score of 80 points, an opening rate of 90 % (方案 三、评选奖项)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kongjian.engine.calculate import Outcome, Results
from kongjian.engine.cheapest import cheapest_way, pass_mark
from kongjian.engine.eligibility import basis_points, opening_rate
from kongjian.engine.near_line import NearLine, points, unmet
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.rules.model import Condition, Rules


def near_bounds(kind: str, results: Results, rules: Rules) -> Iterator[NearLine]:
    """One line for each condition with a bound that holds under the readings in force, in the order of the rules."""
    for condition in rules.conditions_for(kind):
        if condition.kind == "rate":
            yield _opening(condition, results.of(kind), rules)
        elif condition.kind != "yes_no":
            yield _mark(condition, results, rules)


def _mark(condition: Condition, results: Results, rules: Rules) -> NearLine:
    outcome = results.of(condition.object)
    cents = outcome.monthly.lowest if condition.kind == "every_month" else outcome.monthly.average
    bound = round(condition.at_least * 100)
    margin = round(rules.evidence.near.mark_points * 100)
    at = np.flatnonzero((cents != MISSING) & (np.abs(cents - bound) <= margin))

    def say(i: int) -> str:
        gap = int(cents[i]) - bound
        if gap > 0:
            return _also(f"高出{points(gap)}", condition, outcome, rules, i)
        if gap == 0:
            return _also("刚好达到", condition, outcome, rules, i)
        said = [f"差{points(-gap)}", _months_below(condition, outcome, rules, i)]
        if condition.at_least == pass_mark(rules, condition.object):
            said.append(cheapest_way(results, rules, condition.object, i))
        return _also("；".join(filter(None, said)), condition, outcome, rules, i)

    label = f"{condition.label}{condition.at_least:g}分"
    return NearLine(label, at, from_cents(cents[at]), (cents[at] - bound) / 100, say)


def _months_below(condition: Condition, outcome: Outcome, rules: Rules, at: int) -> str:
    """Where every month counts, the months that do not reach the bound."""
    if condition.kind != "every_month":
        return ""
    cents = to_cents(outcome.monthly.by_month[at])
    low = [
        f"{month}（{points(c)}）"
        for month, c in zip(rules.period.months(), cents.tolist(), strict=True)
        if c != MISSING and c < round(condition.at_least * 100)
    ]
    return f"不够的月份：{'、'.join(low)}" if low else ""


def _opening(condition: Condition, outcome: Outcome, rules: Rules) -> NearLine:
    units = outcome.units
    opened = np.sum([units[c] for c in condition.opened], axis=0)
    total = np.sum([units[c] for c in condition.total], axis=0)
    rate = opening_rate(units, condition)
    # in hundredths of a per cent, as 资格审核 shows them: what reads as the bound has reached it
    gap = basis_points(rate) - round(condition.at_least * 10_000)
    at = np.flatnonzero(np.abs(gap) <= round(rules.evidence.near.opening_points * 100))
    bound = f"{condition.at_least * 100:g}%"

    def say(i: int) -> str:
        have = f"{opened[i]:g}÷{total[i]:g}＝{basis_points(rate[i]) / 100:.2f}%"
        more = accounts_short(float(opened[i]), float(total[i]), condition.at_least)
        room = accounts_spare(float(opened[i]), float(total[i]), condition.at_least)
        if more:
            way = f"再开通{more}个{condition.accounts}就到{bound}"
        else:
            way = f"再少{room + 1}个{condition.accounts}就不到{bound}"
        return _also(f"{have}；{way}", condition, outcome, rules, i)

    value = basis_points(rate[at]) / 100
    return NearLine(f"{condition.label}{bound}", at, value, gap[at] / 100, say)


def accounts_short(opened: float, total: float, at_least: float) -> int:
    """The fewest accounts more with which opened ÷ total reaches the bound, as eligibility compares them."""
    more = max(int(np.ceil(total * at_least - opened)) - 1, 0)
    while (opened + more) / total < at_least:
        more += 1
    return more


def accounts_spare(opened: float, total: float, at_least: float) -> int:
    """The most accounts fewer with which opened ÷ total still reaches the bound; -1 where it does not now."""
    fewer = int(np.floor(opened - total * at_least)) + 1
    while fewer >= 0 and (opened - fewer) / total < at_least:
        fewer -= 1
    return fewer


def _also(words: str, condition: Condition, outcome: Outcome, rules: Rules, at: int) -> str:
    """What is said of one condition, and which others the unit does not meet."""
    others = unmet(outcome, rules, at, condition.id)
    return f"{words}；另有未达标：{others}" if others else words
