"""Which scheme some rules are: a fingerprint of what no cell of 规则 shows and no workbook may change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kongjian.rules.model import Rules


def fingerprint(rules: Rules) -> str:
    """A short hash of measures, effective data, the shape of indicators and conditions, what readings set, tie-breakers.

    The same whatever readings are in force and whatever a workbook has edited.
    """
    text = json.dumps(_definitions(rules), ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _definitions(rules: Rules) -> Any:
    set_by_readings = {n for r in rules.readings for v in r.values for n in v.indicators}
    effective = rules.effective
    return {
        "indicators": [
            (
                s.object,
                i.name,
                i.column,
                i.kind,
                i.homeroom_only,
                i.none_is_zero and i.name not in set_by_readings,
            )
            for s in (rules.school, rules.teacher)
            for i in s.indicators
        ],
        "targets": [
            (r.id, v.id, name, change.target, change.none_is_zero)
            for r in rules.readings
            for v in r.values
            for name, change in v.indicators.items()
        ],
        "tie_breakers": [(r.id, r.tie_breakers) for r in rules.readings if r.tie_breakers],
        "conditions": [
            (c.id, c.object, c.kind, c.columns, c.opened, c.total, c.when) for c in rules.conditions
        ],
        "means": [(m.measure, m.over, m.how, m.complete_from) for m in rules.measures.teacher_means],
        "rates": [(r.measure, r.count, r.behaviour, r.per_student) for r in rules.measures.class_rates],
        "roles": [
            (r.id, r.label, r.aliases, r.once_per, r.behaviours, r.fills, r.per_school)
            for r in effective.roles
        ],
        "behaviours": (effective.share_behaviours, effective.behaviour_aliases),
    }
