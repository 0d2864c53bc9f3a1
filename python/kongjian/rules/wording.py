"""The scheme in plain words: an indicator's rule as staff read it beside a score, the clause that speaks of a column."""

from __future__ import annotations

from collections.abc import Iterable

from kongjian.rules.bands_text import format_bands
from kongjian.rules.model import Award, Indicator, Rules
from kongjian.rules.model_scheme import SchemeFile
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import Authority, MissingMonths, NonHomeroom, Shortfall
from kongjian.rules.roles import Role

_SHORTFALL = {
    Shortfall.EXACT: "",
    Shortfall.WHOLE: "，不足1{unit}的部分不扣",
    Shortfall.STARTED: "，不足1{unit}按1{unit}扣",
}
_NON_HOMEROOM = {
    NonHomeroom.ZERO: "不是{homeroom}得0分",
    NonHomeroom.FULL: "不是{homeroom}得{points:g}分",
    NonHomeroom.RESCALE: "不是{homeroom}不计这一项，其余各项折算成满分",
}
_MISSING_MONTHS = {
    MissingMonths.GIVEN: "月均按有的{count}个月算",
    MissingMonths.ZERO: "缺的月份按0分计入月均",
    MissingMonths.NOT_ELIGIBLE: "按口径“缺月”不达标",
}
_AUTHORITY = {Authority.PLATFORM_IF_PRESENT: "平台得分", Authority.COMPUTED: "计算得分"}


def rule_words(indicator: Indicator, rules: Rules) -> str:
    """How the indicator scores under the readings in force."""
    words = _WORDS[indicator.kind](indicator, rules)
    return f"{words}；{non_homeroom_words(indicator, rules)}" if indicator.homeroom_only else words


def non_homeroom_words(indicator: Indicator, rules: Rules) -> str:
    """What a teacher without a class gets for an indicator that only homeroom teachers owe."""
    homeroom = rules.table("teachers").name_of(Role.HOMEROOM)
    return _NON_HOMEROOM[rules.choice(NonHomeroom)].format(points=indicator.points, homeroom=homeroom)


def rank_in(column: str) -> str:
    """What the ranks within the groups of a column are called."""
    return f"{column}内名次"


_IN_RANKINGS = ("名次", "学校名称", "教师姓名", "账号", "得分", "月均得分", "并列", "上次名次", "变化")


def shown_for(column: str) -> tuple[str, ...]:
    """The columns of a ranking for the groups of one: the group, where no other column is called so, and the rank in it."""
    return (rank_in(column),) if column in _IN_RANKINGS else (column, rank_in(column))


def place_words(award: Award) -> str:
    """Which places an award has, in a few words."""
    where = f"各{award.group}" if award.group else ""
    which = f"前{award.share * 100:.10g}%" if award.share else f"第{award.first}–{award.last}名"
    return f"{where}{which}{f'，不低于{award.least:g}分' if award.least else ''}"


def counting_score(rules: Rules) -> str:
    """Which of the two counts where the platform gives a score."""
    return _AUTHORITY[rules.choice(Authority)]


def results_name(scheme: SchemeFile) -> str:
    """What the results of a scheme are called: a competition has results, its plan has none."""
    return f"{scheme.name.removesuffix('方案').removesuffix('办法')}结果"


def named_months(which: Iterable[object], months: Iterable[str]) -> str:
    """The months for which this is so, joined by 、."""
    return "、".join(m for m, so in zip(months, which, strict=True) if so)


def month_words(count: int, rules: Rules) -> str:
    """How the monthly average of a unit is made that has `count` months and lacks others."""
    return _MISSING_MONTHS[rules.choice(MissingMonths)].format(count=count)


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
    words += _SHORTFALL[rules.choice(Shortfall)].format(unit=unit)
    return f"{words}；一{unit}也没有得0分" if indicator.none_is_zero else words


def _bonus(indicator: Indicator, _: Rules) -> str:
    return f"每1{indicator.unit}加{indicator.per:g}分，最多加{indicator.points:g}分，不算在满分里"


def _veto(_: Indicator, __: Rules) -> str:
    return "是就不能达标（一票否决），空白按没有；不计分"


_WORDS = {
    "yes_no": _yes_no, "threshold": _threshold, "bands": _bands, "deduct": _deduct, "bonus": _bonus, "veto": _veto,
}  # fmt: skip


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
    platform, authority = rules.table(f"{kind}s").by_role(Role.PLATFORM_SCORE), rules.reading_of(Authority)
    return authority.source if authority and platform and column == platform.name else ""
