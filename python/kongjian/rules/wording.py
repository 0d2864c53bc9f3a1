"""The scheme in plain words: an indicator's rule as staff read it beside a score, the clause that speaks of a column."""

from __future__ import annotations

from kongjian.rules.bands_text import format_bands
from kongjian.rules.model import Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role


def rule_words(indicator: Indicator, rules: Rules) -> str:
    """How the indicator scores under the readings in force."""
    words = _WORDS[indicator.kind](indicator, rules)
    return f"{words}；{_others(indicator, rules)}" if indicator.homeroom_only else words


def _yes_no(indicator: Indicator, _: Rules) -> str:
    return f"是得{indicator.points:g}分，否得0分"


def _threshold(indicator: Indicator, _: Rules) -> str:
    return f"满{indicator.target:g}{indicator.unit}得{indicator.points:g}分，不满得0分"


def _bands(indicator: Indicator, _: Rules) -> str:
    return f"{indicator.unit}{format_bands(indicator.bands).replace('→', '得').replace('；', '分；')}分"


def _deduct(indicator: Indicator, rules: Rules) -> str:
    unit = indicator.unit
    words = (
        f"满{indicator.target:g}{unit}得{indicator.points:g}分，每少1{unit}扣{indicator.per:g}分，扣完为止"
    )
    words += {
        "exact": "",
        "whole": f"，不足1{unit}的部分不扣",
        "started": f"，不足1{unit}按1{unit}扣",
    }[rules.chosen["shortfall"]]
    return f"{words}；一{unit}也没有得0分" if indicator.none_is_zero else words


def _others(indicator: Indicator, rules: Rules) -> str:
    others = f"不是{rules.table('teachers').name_of(Role.HOMEROOM)}"
    return {
        "zero": f"{others}得0分",
        "full": f"{others}得{indicator.points:g}分",
        "rescale": f"{others}不计这一项，其余各项折算成满分",
    }[rules.chosen["non_homeroom"]]


_WORDS = {"yes_no": _yes_no, "threshold": _threshold, "bands": _bands, "deduct": _deduct}


def clause_of(rules: Rules, table_id: str, column: str) -> str:
    """The clause by its path (附件1/空间应用（40分）/制作课件); "" where the scheme says nothing of the column."""
    for kind in OBJECT_LABELS:
        if table_id == f"{kind}s":
            return _of_unit(rules, kind, column)
    if table_id == "classes":
        rates = rules.measures.class_rates
        own = [r.source for r in rates if column in (r.measure, r.count)]
        return own[0] if own else ""
    if table_id == "monthly":
        return next(c.source for c in rules.conditions if c.kind in ("monthly_average", "every_month"))
    return rules.effective.source


def _of_unit(rules: Rules, kind: str, column: str) -> str:
    for indicator in rules.object(kind).indicators:
        if indicator.column == column:
            return indicator.clause
    for condition in rules.conditions:
        if condition.object == kind and column in (*condition.columns, *condition.opened, *condition.total):
            return condition.source
    platform = rules.table(f"{kind}s").by_role(Role.PLATFORM_SCORE)
    return rules.reading("authority").source if platform and column == platform.name else ""
