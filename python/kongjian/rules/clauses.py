"""Which clause of the scheme speaks of a column of the input sheets."""

from __future__ import annotations

from kongjian.rules.model import OBJECT_LABELS, Rules


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
    return rules.reading("authority").source if column == "平台得分" else ""
