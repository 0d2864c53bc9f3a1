"""What was found, one row for each reason: for tables of which a list with a row for each place would be as long."""

from __future__ import annotations

from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Frame, texts
from kongjian.intake.problem_list import LEVELS, word
from kongjian.rules.model import Rules

COLUMNS = ("级别", "表", "列", "内容", "行数", "样例行", "建议")
_SAMPLES = 10


def by_reason(findings: Findings, rules: Rules) -> Frame:
    """The findings by level, table, kind and column: how many rows, the words of the first, the first rows."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.table, one.code, one.column), []).append(one)
    codes, tables = list(rules.problems), [t.id for t in rules.tables]
    ordered = sorted(
        found.items(),
        key=lambda item: (
            LEVELS.index(rules.problems[item[0][1]].level), tables.index(item[0][0]), codes.index(item[0][1]), item[0][2],
        ),
    )  # fmt: skip
    rows = []
    for (table, code, column), same in ordered:
        problem, first = rules.problems[code], same[0]
        count = len(same) + sum(f.more for f in same)
        samples = "、".join(str(f.row) for f in same[:_SAMPLES] if f.row)
        said = word(problem.text, first) + (f"（等{count}处）" if count > 1 else "")
        rows.append(
            (
                problem.level,
                rules.table(table).sheet,
                column,
                said,
                str(count),
                samples,
                word(problem.advice, first),
            )
        )
    columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
    return Frame({name: texts(values) for name, values in zip(COLUMNS, columns, strict=True)})
