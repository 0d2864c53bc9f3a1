"""每个数都有分: whatever the value, the rules in force give it exactly one score; no reading, month or rank is left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from kongjian.engine.frame import Floats
from kongjian.engine.scoring import score_column
from kongjian.rules.ladders import by_rank, ladder_faults
from kongjian.rules.model import Band, Indicator, Rules
from kongjian.rules.model_scheme import MONTH_FORM
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import Shortfall
from kongjian.selfcheck.checked_book import BAD, GOOD, Line, first_few

TITLE = "每个数都有分"
_BESIDE = 1e-6
"""How far beside a bound is tried: more than the engine's tolerance, less than any measure's last digit."""
_STEPS = 4000
_MOST = 5


def gaps(rules: Rules) -> Line:
    """Tries the real scorer on a dense row of values around every bound, then readings, months and ranks."""
    faults = [*_readings(rules), *_months(rules)]
    count = tried = 0
    for scheme in (rules.school, rules.teacher):
        faults += [f"{scheme.label}{text}" for _, text in ladder_faults(rules.awards, scheme.object)]
        for indicator in scheme.indicators:
            if indicator.kind == "veto":
                continue
            found = list(_scored(indicator, rules))
            faults += [f"{scheme.label}“{indicator.name}”：{text}" for text in found]
            count, tried = count + 1, tried + len(probes(indicator))
    if faults:
        advice = "在“规则”页改好分值、目标、每少扣分和分档；规则文件有错请运行 kongjian rules --lint"
        return Line(BAD, TITLE, first_few(faults, _MOST), advice)
    months = rules.period.months()
    ranks = "，".join(f"{label}奖项第1至{_last(rules, kind)}名" for kind, label in OBJECT_LABELS.items())
    text = f"{count}个指标试了{tried}个数，都有分、不超分、数大不少得；{len(rules.readings)}个口径都有取值"
    return Line(GOOD, TITLE, f"{text}；{months[0]}至{months[-1]}共{len(months)}个月；{ranks}，没有漏掉")


def _last(rules: Rules, kind: str) -> int:
    return max((a.last for a in by_rank(rules.awards, kind)), default=0)


def _readings(rules: Rules) -> Iterator[str]:
    for reading in rules.readings:
        if rules.chosen.get(reading.id) not in [v.id for v in reading.values]:
            yield f"口径“{reading.label}”没有取值"


def _months(rules: Rules) -> Iterator[str]:
    period = rules.period
    if not all(MONTH_FORM.fullmatch(m) for m in (period.start, period.end)) or not period.months():
        yield f"评选月份{period.start}至{period.end}不成区间"


def probes(indicator: Indicator) -> Floats:
    """The values that an indicator is tried on, rising: from 0 to well beyond its target, and beside each bound."""
    bounds = [0.0, 1.0, *(b.at_least for b in indicator.bands)]
    if indicator.kind == "bonus" and indicator.per:
        bounds.append(indicator.points / indicator.per)
    if isinstance(indicator.target, float | int):
        bounds.append(float(indicator.target))
        if indicator.per:
            bounds.append(indicator.target - indicator.points / indicator.per)
    if indicator.kind == "yes_no":
        return np.array([0.0, 1.0])
    top = 1.5 * max(bounds)
    whole = np.arange(0.0, min(top, _STEPS) + 1)
    near = np.concatenate([np.array(bounds), whole])
    every = np.concatenate([np.linspace(0.0, top, _STEPS), near - _BESIDE, near, near + _BESIDE])
    return np.unique(every[every >= 0])


def _scored(indicator: Indicator, rules: Rules) -> Iterator[str]:
    if indicator.kind in ("deduct", "threshold") and not isinstance(indicator.target, float | int):
        yield "没有目标"
        return
    values = probes(indicator)
    out = _scores(indicator, values, rules)
    outside = ~((out >= 0) & (out <= indicator.points + 1e-9))
    falling = np.flatnonzero(np.diff(out) < -1e-9)
    if outside.any():
        at = int(np.argmax(outside))
        yield f"{values[at]:g}得{out[at]:g}分，不在0到{indicator.points:g}之间"
    elif falling.size:
        at = int(falling[0])
        yield f"{values[at + 1]:g}得{out[at + 1]:g}分，比{values[at]:g}的{out[at]:g}分少"
    elif abs(out[-1] - indicator.points) > 1e-9:
        yield f"最多只能得{out.max():g}分，分值是{indicator.points:g}"
    if indicator.kind == "bands":
        yield from _bands(indicator, rules)
    elif out[0] >= indicator.points:
        yield f"0也得满分{indicator.points:g}，没有扣分"


def _scores(indicator: Indicator, values: Floats, rules: Rules) -> Floats:
    out, blank = np.empty(len(values)), np.empty(len(values), dtype=bool)
    score_column(indicator, values, rules.choice(Shortfall), out, blank)
    return out


def _bands(indicator: Indicator, rules: Rules) -> Iterator[str]:
    """Each band begins where it says and the one below it ends there; the lowest begins at 0."""
    bands = sorted(indicator.bands, key=lambda b: -b.at_least)
    if not bands:
        yield "没有分档"
        return
    if bands != list(indicator.bands):
        yield "各档没有从高到低，会重叠"
    if bands[-1].at_least > 0:
        yield f"{_rate(bands[-1])}以下没有分档"
    for higher, lower in pairwise(bands):
        if lower.at_least == higher.at_least:
            yield f"{_rate(lower)}有两档"
        elif lower.points >= higher.points:
            yield f"{_rate(lower)}一档的{lower.points:g}分不比{_rate(higher)}一档低"
        else:
            at = np.array([higher.at_least - _BESIDE, higher.at_least])
            found = _scores(indicator, at, rules)
            if found.tolist() != [lower.points, higher.points]:
                yield f"在{_rate(higher)}处得{found[0]:g}分和{found[1]:g}分，应为{lower.points:g}分和{higher.points:g}分"


def _rate(band: Band) -> str:
    return f"{band.at_least * 100:g}%"
