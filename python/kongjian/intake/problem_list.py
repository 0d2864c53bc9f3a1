"""Words the findings: 问题清单, by level, sheet and place, with what staff have accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from kongjian.base.grid import Cell, column_number
from kongjian.base.text import fold
from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Frame, texts
from kongjian.intake.values import folded
from kongjian.intake.where import Where, shown
from kongjian.rules.model_tables import Problem, Words

LEVELS = ("错误", "警告", "提示")
ACCEPTED = "已确认保留"
COLUMNS = ("级别", "工作表", "单元格", "对象", "原值", "内容", "建议", "条款", ACCEPTED)
KEY_COLUMNS = ("工作表", "单元格", "对象", "原值", "内容", ACCEPTED)
"""What tells one oddity from another from one check to the next, and what staff wrote beside it."""
SHOWN_ROWS = 12
SHOWN_VALUES = 3
MOST_LOOKED_AT = 200
"""Of a group's findings for its values and names: some groups have ten thousand rows."""
LONGEST_SHOWN = 200
LONGEST_VALUE = 60
BLANK = "（空白）"
LAST = 1 << 30

_ANSWER_ENDS = re.compile(r"[\s,，;；:：、（(]")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One row of 问题清单, what it is sorted by, and the findings that it tells of (none for a count of the rest)."""

    level: str
    sheet: str
    cell: str
    subject: str
    value: str
    text: str
    advice: str
    clause: str
    accepted: str
    order: tuple[int, ...]
    findings: tuple[Finding, ...]


def lines(findings: Findings, where: Where, accepted: Mapping[Key, str] | None = None) -> list[Line]:
    """The findings worded by rules/problems.yaml, neighbours joined; what staff accepted comes last.

    `accepted` is what `accepted_before` read from the workbook's list.
    """
    rules = where.rules
    tables = [t.id for t in rules.tables]
    codes = list(rules.problems)

    def sort_key(f: Finding) -> tuple[int, int, str, int]:
        return (tables.index(f.table), codes.index(f.code), f.column, f.row)

    out: list[Line] = []
    for (_, code), same_code in groupby(sorted(findings, key=sort_key), key=lambda f: (f.table, f.code)):
        problem = rules.problems[code]
        groups = _groups(problem, list(same_code))
        out += [_line(group, problem, where, accepted or {}) for group in groups[: problem.cap]]
        if len(groups) > problem.cap:
            out.append(_rest(groups[problem.cap], problem, where, len(groups) - problem.cap))
    return sorted(out, key=lambda line: line.order)


def frame(found: Sequence[Line]) -> Frame:
    """The lines as the table Problems has them."""
    attributes = ("level", "sheet", "cell", "subject", "value", "text", "advice", "clause", "accepted")
    return Frame(
        {
            name: texts(getattr(line, attribute) for line in found)
            for name, attribute in zip(COLUMNS, attributes, strict=True)
        }
    )


def accepted_before(rows: Sequence[Sequence[Cell]], words: Words) -> dict[Key, str]:
    """What staff wrote into 已确认保留 of the list as it stands (rows of KEY_COLUMNS), by the oddity's key.

    A no or a blank accepts nothing; anything else does, a remark for example. Who and when may follow the answer
    (是 张三 2021-08-01): all of it is kept.
    """
    out = {}
    for *cells, said in rows:
        text = shown(said)
        if text and fold(_ANSWER_ENDS.split(text, maxsplit=1)[0]) not in folded(words.no):
            out[_key(*(shown(c) for c in cells))] = text
    return out


def _key(sheet: str, cell: str, subject: str, value: str, text: str) -> Key:
    """Rows move when staff insert or sort: of the cell only the column counts."""
    return (sheet, cell.partition(":")[0].rstrip("0123456789"), subject, value, text)


def count_levels(frame: Frame) -> dict[str, int]:
    """How many rows of 问题清单 are 错误, 警告, 提示; what staff accepted is not counted."""
    standing = frame[ACCEPTED] == "" if ACCEPTED in frame else np.ones(frame.height, dtype=bool)
    return {level: int(np.count_nonzero((frame["级别"] == level) & standing)) for level in LEVELS}


def _line(group: list[Finding], problem: Problem, where: Where, accepted: Mapping[Key, str]) -> Line:
    first = group[0]
    table = where.rules.table(first.table)
    text = word(problem.text, first) + _count(group, problem)
    subject = _subject(group, where)
    value = _value(group, where)
    area = _area(group, problem, where)
    kept = accepted.get(_key(table.sheet, area, subject, value, text), "")
    place = (first.row, column_number(where.letters(first)))
    return Line(
        problem.level, table.sheet, area, subject, value, text, word(problem.advice, first),
        where.clause(first), kept, _order(bool(kept), problem, where, first, place), tuple(group),
    )  # fmt: skip


def _rest(group: list[Finding], problem: Problem, where: Where, count: int) -> Line:
    first, text = group[0], f"同类问题还有{count}处，没有列出"
    order = _order(False, problem, where, first, (LAST, column_number(where.letters(first))))
    return Line(
        problem.level, where.rules.table(first.table).sheet, where.cell(first), "", "", text,
        word(problem.advice, first), where.clause(first), "", order, (),
    )  # fmt: skip


def _order(
    kept: bool, problem: Problem, where: Where, finding: Finding, place: tuple[int, int]
) -> tuple[int, ...]:
    tables = [t.id for t in where.rules.tables]
    return (int(kept), LEVELS.index(problem.level), tables.index(finding.table), *place)


def _groups(problem: Problem, found: list[Finding]) -> list[list[Finding]]:
    """Findings told in one row: neighbours of a column, or all of one reason."""
    if problem.group == "reason":
        by_reason: dict[str, list[Finding]] = {}
        for f in found:
            by_reason.setdefault(word(problem.text, f), []).append(f)
        return list(by_reason.values())
    if problem.group == "":
        return [[f] for f in found]
    out: list[list[Finding]] = []
    for f in found:
        if out and out[-1][-1].column == f.column and f.row - out[-1][-1].row <= 1:
            out[-1].append(f)
        else:
            out.append([f])
    return out


def word(template: str, finding: Finding) -> str:
    """A finding in the words of a template."""
    fitting = {k: short(v) if isinstance(v, str) else v for k, v in finding.params.items()}
    return template.format(**{"column": finding.column, **fitting})


def short(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A pasted text cut to what a cell can show: some hold thirty thousand characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _subject(group: list[Finding], where: Where) -> str:
    """Whom the rows are about: the first by name, and how many rows there are."""
    first = next((s for f in group[:MOST_LOOKED_AT] if (s := where.subject(f))), "")
    rows = len({f.row for f in group})
    return short(first, LONGEST_VALUE) + (f" 等{rows}行" if rows > 1 else "") if first else ""


def _value(group: list[Finding], where: Where) -> str:
    """What the cells hold, the first few different ones; "" for a finding that is not about cells."""
    if not where.has_cell(group[0]):
        return ""
    values = list(dict.fromkeys(shown(where.value(f)) or BLANK for f in group[:MOST_LOOKED_AT]))
    said = "、".join(short(v, LONGEST_VALUE) for v in values[:SHOWN_VALUES])
    return said + ("……" if len(values) > SHOWN_VALUES else "")


def _count(group: list[Finding], problem: Problem) -> str:
    if len(group) == 1:
        return ""
    if problem.group == "cells":
        return f"（共{len(group)}处）"
    rows = sorted({f.row for f in group})
    said = "、".join(str(r) for r in rows[:SHOWN_ROWS])
    return f"（共{len(rows)}行：第{said}{'……' if len(rows) > SHOWN_ROWS else ''}行）"


def _area(group: list[Finding], problem: Problem, where: Where) -> str:
    first = where.cell(group[0])
    if problem.group != "cells" or len(group) == 1:
        return first
    return f"{first}:{where.cell(group[-1])}"
