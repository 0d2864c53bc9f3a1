"""What a scheme calls things: the words by which one can tell whose scheme something is of."""

from __future__ import annotations

import re

from kongjian.rules import Rules


def words_of(rules: Rules) -> set[str]:
    """Its indicators and columns, awards, conditions, offices, forms with their fields, its city, what it is about and its days."""
    scheme, found = rules.scheme, set[str]()
    for unit in (rules.school, rules.teacher):
        found |= {word for i in unit.indicators for word in (i.name, i.column, i.category, i.sentence)}
    found |= {name for table in rules.tables for name in table.names}
    found |= {word for a in rules.awards for word in (a.name, a.short, a.granted_by)}
    found |= {word for f in rules.forms.forms for word in (f.title, f.annex, f.label, f.template)}
    found |= {c.label for c in rules.conditions} | {f.label for g in rules.forms.forms for f in g.fields}
    found |= {scheme.id, scheme.name, scheme.city, scheme.city[:-1], scheme.issued_by, scheme.handled_by}
    found |= set(re.findall("“(.+?)”", scheme.name))
    for month in rules.period.months():
        year, number = month.split("-")
        found |= {month, f"{year}年", f"{year}年{int(number)}月"}
    found |= {scheme.apply_by, rules.forms.review.due, f"{rules.forms.review.due[:4]}年"}
    for condition in rules.conditions:
        if condition.at_least:
            found.add(
                f"{condition.at_least:.0%}" if condition.kind == "rate" else f"{condition.at_least:g}分"
            )
    return {word for word in found if len(word) > 1}
