"""Words the findings: 问题清单, one line for each cause, by effect, level, sheet and place, with what staff have accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from kongjian.base.grid import Cell, column_number
from kongjian.base.text import fold
from kongjian.engine.evidence.touched import EFFECTS, HINT, Effect
from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Frame, texts
from kongjian.intake.values import folded
from kongjian.intake.where import Where, shown
from kongjian.rules.model_tables import Problem, Words

SHEET = "问题清单"
LEVELS = ("错误", "警告", HINT)
ACCEPTED = "已确认保留"
COLUMNS = ("级别", "影响", "工作表", "单元格", "对象", "原值", "内容", "建议", ACCEPTED, "条款")
KEY_COLUMNS = ("工作表", "单元格", "对象", "原值", "内容", ACCEPTED)
"""What tells one oddity from another from one check to the next, and what staff wrote beside it."""
SHOWN_AREAS = 2
"""Of a line's cells beside the first; its text names the rows of more."""
SHOWN_ROWS = 12
SHOWN_VALUES = 3
MOST_LOOKED_AT = 200
"""Of a group's findings for its values and names: some groups have ten thousand rows."""
MOST_ALONE = 60
"""Errors of one kind that touch awards, each in a line of its own; of more the cause is one."""
LONGEST_SHOWN = 200
LONGEST_VALUE = 60
BLANK = "（空白）"
LAST = 1 << 30

JOIN = "、"
_ROWS_SAID = re.compile(r"：第\d[\d、]*(?:……)?行")
_LETTERS = re.compile(r"[A-Z]*")
_ANSWER_ENDS = re.compile(r"[\s,，;；:：、（(]")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One row of 问题清单, what it is sorted by, and the findings that it tells of (none for a count of the rest)."""

    level: str
    effect: str
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


def lines(
    findings: Findings,
    where: Where,
    accepted: Mapping[Key, str] | None = None,
    effects: Mapping[int, Effect] | None = None,
) -> list[Line]:
    """The findings worded by rules/problems.yaml, one line for each cause; what staff accepted comes last.

    `accepted` is what `accepted_before` read from the workbook's list, `effects` what `touched.effects` found.
    """
    rules = where.rules
    tables = [t.id for t in rules.tables]
    codes = list(rules.problems)
    touched = effects or {}

    def effect(f: Finding) -> Effect:
        return touched.get(id(f), Effect.NOTHING)

    def sort_key(f: Finding) -> tuple[int, int, Effect, int, int]:
        return (tables.index(f.table), codes.index(f.code), effect(f), column_number(where.letters(f)), f.row)

    out: list[Line] = []
    found = groupby(sorted(findings, key=sort_key), key=lambda f: (f.table, f.code, effect(f)))
    for (_, code, what), same_code in found:
        problem = rules.problems[code]
        groups = _groups(problem, list(same_code), what)
        out += [_line(group, problem, what, where, accepted or {}) for group in groups[: problem.cap]]
        if len(groups) > problem.cap:
            out.append(_rest(groups[problem.cap], problem, what, where, len(groups) - problem.cap))
    return sorted(out, key=lambda line: line.order)


def folds_from(frame: Frame) -> int:
    """The row (from 0) from which on nothing is to be done: hints, and behind them what staff accepted."""
    rest = (frame["级别"] == HINT) | (frame[ACCEPTED] != "")
    return frame.height - int(np.argmin(rest[::-1])) if not rest.all() else 0


def first_area(cells: str) -> str:
    """The first of the areas that 单元格 names: where its link leads."""
    return cells.partition(JOIN)[0].rstrip("…")


def frame(found: Sequence[Line]) -> Frame:
    """The lines as the table Problems has them."""
    attributes = (
        "level", "effect", "sheet", "cell", "subject", "value", "text", "advice", "accepted", "clause",
    )  # fmt: skip
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
    """Rows move when staff insert or sort: of the cells only the first one's column counts, of the text no list of rows."""
    column = _LETTERS.match(cell)
    return (sheet, column[0] if column else "", subject, value, _ROWS_SAID.sub("", text))


def count_levels(frame: Frame) -> dict[str, int]:
    """How many rows of 问题清单 are 错误, 警告, 提示; what staff accepted is not counted."""
    standing = frame[ACCEPTED] == "" if ACCEPTED in frame else np.ones(frame.height, dtype=bool)
    return {level: int(np.count_nonzero((frame["级别"] == level) & standing)) for level in LEVELS}


def _line(
    group: list[Finding], problem: Problem, effect: Effect, where: Where, accepted: Mapping[Key, str]
) -> Line:
    first = group[0]
    table = where.rules.table(first.table)
    areas = _areas(group, where)
    text = _text(group, problem) + _count(group, problem, areas)
    subject = _subject(group, where)
    value = _value(group, where)
    cells = JOIN.join(areas[:SHOWN_AREAS]) + ("……" if len(areas) > SHOWN_AREAS else "")
    kept = accepted.get(_key(table.sheet, cells, subject, value, text), "")
    place = (first.row, column_number(where.letters(first)))
    return Line(
        problem.level, EFFECTS[effect], table.sheet, cells, subject, value, text, word(problem.advice, first),
        where.clause(first), kept, _order(bool(kept), problem, effect, where, first, place), tuple(group),
    )  # fmt: skip


def _rest(group: list[Finding], problem: Problem, effect: Effect, where: Where, count: int) -> Line:
    first, text = group[0], f"同类问题还有{count}处，没有列出"
    order = _order(False, problem, effect, where, first, (LAST, column_number(where.letters(first))))
    return Line(
        problem.level, EFFECTS[effect], where.rules.table(first.table).sheet, where.cell(first), "", "", text,
        word(problem.advice, first), where.clause(first), "", order, (),
    )  # fmt: skip


def _order(
    kept: bool, problem: Problem, effect: Effect, where: Where, finding: Finding, place: tuple[int, int]
) -> tuple[int, ...]:
    tables = [t.id for t in where.rules.tables]
    return (int(kept), effect, LEVELS.index(problem.level), tables.index(finding.table), *place)


def _groups(problem: Problem, found: list[Finding], effect: Effect) -> list[list[Finding]]:
    """Findings told in one line: of a column, of a sheet, of one reason. An error that touches an award stands alone:

    it is accepted for the one whom it is about. (So is the reason against the award, which never joins another.)
    """
    few = effect is Effect.AWARD and problem.level == LEVELS[0] and len(found) <= MOST_ALONE
    if few or problem.group == "":
        return [[f] for f in found]

    def cause(f: Finding) -> tuple[str, ...]:
        if problem.group == "cells":
            return (f.column, str(f.params.get("near", "")))  # what a name may be meant for is its own
        return (word(problem.text, f),) if problem.group == "reason" else ()

    out: dict[tuple[str, ...], list[Finding]] = {}
    for f in found:
        out.setdefault(cause(f), []).append(f)
    return list(out.values())


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
    rows = _rows_of(group)
    return short(first, LONGEST_VALUE) + (f" 等{rows}行" if rows > 1 else "") if first else ""


def _value(group: list[Finding], where: Where) -> str:
    """What the cells hold, the first few different ones; "" for a finding that is not about cells."""
    if not where.has_cell(group[0]):
        return ""
    values = list(dict.fromkeys(shown(where.value(f)) or BLANK for f in group[:MOST_LOOKED_AT]))
    said = "、".join(short(v, LONGEST_VALUE) for v in values[:SHOWN_VALUES])
    return said + ("……" if len(values) > SHOWN_VALUES else "")


def _rows_of(group: list[Finding]) -> int:
    return len({f.row for f in group}) + sum(f.more for f in group)


def _text(group: list[Finding], problem: Problem) -> str:
    """The words of a line: of a whole sheet's places the first few different ones."""
    first = word(problem.text, group[0])
    if problem.group != "sheet":
        return first
    said = list(dict.fromkeys(word(problem.text, f) for f in group[:MOST_LOOKED_AT]))
    return short("；".join(said[:SHOWN_VALUES])) + ("……" if len(said) > SHOWN_VALUES else "")


def _count(group: list[Finding], problem: Problem, areas: Sequence[str]) -> str:
    """How many places a line is about, how many of them differ, and the rows where its cells do not name them all."""
    if len(group) == 1 and not group[0].more:
        return ""
    said = f"共{_rows_of(group)}行" if problem.group == "reason" else f"共{_places(group)}处"
    different = (
        len({word(problem.text, f) for f in group[:MOST_LOOKED_AT]}) if problem.group == "cells" else 1
    )
    if 1 < different < min(len(group), MOST_LOOKED_AT):
        said = f"不同的有{different}个，{said}"
    rows = sorted({f.row for f in group})
    if len(areas) > SHOWN_AREAS:
        said += f"：第{JOIN.join(map(str, rows[:SHOWN_ROWS]))}{'……' if len(rows) > SHOWN_ROWS else ''}行"
    return f"（{said}）"


def _places(group: list[Finding]) -> int:
    return len(group) + sum(f.more for f in group)


def _areas(group: list[Finding], where: Where) -> list[str]:
    """The cells of a group, those of a column that follow one another joined."""
    out: list[tuple[str, int, int]] = []
    for f in group:
        letters, row = where.letters(f), where.row(f)
        if out and out[-1][0] == letters and 0 <= row - out[-1][2] <= 1:
            out[-1] = (letters, out[-1][1], row)
        else:
            out.append((letters, row, row))
    return [f"{c}{a}" if a == z else f"{c}{a}:{c}{z}" for c, a, z in out]
