"""Runs a scheme's YAML cases, see `case_files` for what one says, and tells what differs from the expectations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.engine.calculate import calculate
from kongjian.engine.findings import Findings
from kongjian.engine.last_run import Previous
from kongjian.engine.matching import rows as unit_rows
from kongjian.engine.outcome import own_names
from kongjian.rules import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role
from kongjian.selfcheck.case_expectations import EXPECTATIONS, same
from kongjian.selfcheck.case_files import (
    NAME_COLUMN,
    Case,
    CaseError,
    check_keys,
    checked,
    declines,
    inputs_of,
    kind_of,
    score_given,
    value_of,
    whole_inputs,
)


def run_cases(cases: Sequence[Case], rules: Rules) -> Iterator[tuple[Case, str]]:
    """What differs from the expectations; single rows of the same columns and readings are calculated together."""
    together: dict[str, list[Case]] = {}
    for case in cases:
        if "indicator" in case.body:
            body = case.body
            alike = [body.get(k) for k in ("object", "indicator", "readings")], sorted(body.get("values", ()))
            together.setdefault(repr(alike), []).append(case)
        else:
            yield from ((case, text) for text in run_case(case, rules))
    for some in together.values():
        yield from _run_rows(some, [checked(case, rules) for case in some][0])


def run_case(case: Case, rules: Rules) -> list[str]:
    """What differs from the expectation, one sentence each; empty when the case holds."""
    chosen = checked(case, rules)
    if "indicator" in case.body:
        return [text for _, text in _run_rows([case], chosen)]
    if "scores" in case.body:
        case = _ranking(case, rules)
    return list(_run_whole(case, chosen))


def _run_rows(cases: Sequence[Case], rules: Rules) -> Iterator[tuple[Case, str]]:
    """A row for each case with only its columns filled: the indicator's score, and whether its value was missed."""
    kind, label = kind_of(cases[0]), cases[0].body["indicator"]
    indicator = next((i for i in rules.object(kind).indicators if i.name == label), None)
    if indicator is None:
        raise CaseError(f"{cases[0].name}：{OBJECT_LABELS[kind]}没有指标“{label}”")
    column, table, own = indicator.column, rules.table(f"{kind}s"), own_names(kind, rules)
    rows = [_row(case, column, table) for case in cases]
    named = [{own["学校名称"]: "甲", own[NAME_COLUMN[kind]]: _nth(n)} for n in range(len(rows))]
    given = [name | row for name, row in zip(named, rows, strict=True)]
    results = calculate(inputs_of(cases[0], rules, {table.id: given}), rules)
    scores = results.tables[f"{kind.capitalize()}Scores"][label].tolist()
    missed = {f.row for f in results.findings if f.code == "measure_missing" and f.column == column}
    numbers = unit_rows(results.of(kind).units).tolist()
    for case, row, found, number in zip(cases, rows, scores, numbers, strict=True):
        wanted = case.body["score"]
        if not same(found, wanted):
            yield case, f"“{label}”应得{wanted:g}分，算得{found!r}"
        owed = not indicator.homeroom_only or row.get(table.name_of(Role.HOMEROOM)) == "是"
        blank = owed and row[column] == "空"
        if (number in missed) != blank:
            yield case, f"“{column}”{'应' if blank else '不应'}列为没有数据"


def _row(case: Case, column: str, table: InputTable) -> dict[str, Any]:
    """What a case of one indicator fills in."""
    body = case.body
    if ("value" in body) == ("values" in body):
        raise CaseError(f"{case.name}：value 与 values 写一个")
    row: dict[str, Any] = body["values"] if "values" in body else {column: body["value"]}
    if column not in row:
        raise CaseError(f"{case.name}：values 里没有“{column}”")
    score_given(case, body["score"])
    columns = {c.name: c for c in table.columns}
    check_keys(case, row, set(columns), f"{table.id} ")
    for name, given in row.items():
        value_of(case, given, columns[name].is_text)
    return row


def _ranking(case: Case, rules: Rules) -> Case:
    """The whole calculation that a ranking case stands for; its n-th unit is called 第n位."""
    body, kind = case.body, kind_of(case)
    check_keys(case, body["expect"], {"ranks", "tied", "awards", "notes", "findings", "near"}, "expect ")
    also = body.get("also", {})
    positions = {str(n) for n in range(1, len(body["scores"]) + 1)}
    check_keys(case, also, positions, "also ")
    own, platform = own_names(kind, rules), rules.table(f"{kind}s").name_of(Role.PLATFORM_SCORE)
    shared, name = _qualifying(kind, rules) | {own["学校名称"]: "甲小学"}, own[NAME_COLUMN[kind]]
    units = [
        {**shared, name: _nth(n), platform: score_given(case, score), **also.get(str(n), {})}
        for n, score in enumerate(body["scores"], 1)
    ]
    expect: dict[str, Any] = {k: v for k, v in body["expect"].items() if k in ("notes", "findings")}
    if "ranks" in body["expect"]:
        if len(body["expect"]["ranks"]) != len(units):
            raise CaseError(f"{case.name}：ranks 与 scores 个数不同")
        expect["ranks"] = {_nth(n): rank for n, rank in enumerate(body["expect"]["ranks"], 1)}
    if "tied" in body["expect"]:
        tied = body["expect"]["tied"]
        expect["tied"] = {_nth(n): "并列" if n in tied else "" for n in range(1, len(units) + 1)}
    if "awards" in body["expect"]:
        awards = body["expect"]["awards"]
        expect["awards"] = {award: [_nth(n) for n in _positions(p)] for award, p in awards.items()}
    if "near" in body["expect"]:
        check_keys(case, body["expect"]["near"], positions, "near ")
        expect["near"] = {_nth(int(n)): lines for n, lines in body["expect"]["near"].items()}
    declined = {
        award: {_nth(int(n)): said for n, said in units.items()}
        for award, units in body.get("declined", {}).items()
    }
    whole = {
        "name": case.name, "readings": body.get("readings", {}), f"{kind}s": units, "declined": declined,
        "expect": expect,
    }  # fmt: skip
    return Case(case.file, case.name, whole)


def _qualifying(kind: str, rules: Rules) -> dict[str, Any]:
    """The cells that meet every condition but that of the scores."""
    own = [c for c in rules.conditions if c.object == kind]
    counts = {name: 100 for c in own for name in (*c.opened, *c.total)}
    return counts | {name: "是" for c in own for name in c.columns}


def _nth(position: int) -> str:
    return f"第{position:02d}位"


def _positions(given: Any) -> list[int]:
    """[1, 2, 3], or "11-50" for a run of positions."""
    if isinstance(given, str):
        first, last = given.split("-")
        return list(range(int(first), int(last) + 1))
    return list(given)


def _run_whole(case: Case, rules: Rules) -> Iterator[str]:
    expect = dict(case.body["expect"])
    check_keys(case, expect, {*EXPECTATIONS, "refused"}, "expect ")
    if not expect:
        raise CaseError(f"{case.name}：expect 是空的")
    refused = expect.pop("refused", None)
    findings, before = Findings(), Previous(declines=list(declines(case, rules)))
    try:
        results = calculate(whole_inputs(case, rules, findings), rules, before, findings)
    except KongjianError as error:
        if refused is None or refused not in str(error):
            yield f"没有计算：{error}"
        return
    if refused is not None:
        yield f"应不计算（{refused}），却计算了"
    for key, wanted in expect.items():
        yield from EXPECTATIONS[key](case, key, wanted, results, rules)
