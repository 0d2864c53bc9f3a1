"""Runs a scheme's YAML cases: a sentence, an input, the expected output (long because a case's three forms share their readers).

Three forms of a case:
- one indicator: `object`, `indicator`, `value` (or `values` by column), `score`;
- a ranking: `object`, `scores` (each unit's 得分; all else qualifies), `also` (more columns by position),
  `expect: {ranks, tied, awards, notes, near}` by position;
- a whole calculation: `schools`, `teachers`, `classes`, `monthly`, `events` as lists of rows (`every_school`
  and `every_teacher` hold what all rows share) and `expect`.
`near` says unit → 界线 → columns of 临界名单, or 不在名单; `tracking` unit → columns of 月度跟踪; `effects` says 口径 → 取值 → columns of 口径影响.
`refused` holds words of the sentence with which nothing is calculated. `readings` names the 口径 by their Chinese labels.
`declined` says award → unit (or position) → what staff wrote into 备注 of 获奖名单. "是", "否" and "空" stand for yes, no and a blank.
A case that is itself written wrongly raises CaseError: a misspelt key must never pass as "nothing to check".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kongjian.base.errors import KongjianError
from kongjian.engine.calculate import calculate
from kongjian.engine.declined import Decline, declining
from kongjian.engine.evidence.month_tracking import month_tracking
from kongjian.engine.evidence.near_misses import near_misses
from kongjian.engine.evidence.other_readings import other_outcomes
from kongjian.engine.evidence.reading_effects import reading_effects
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import Previous
from kongjian.engine.matching import rows as unit_rows
from kongjian.engine.outcome import Inputs, Results, own_names
from kongjian.intake.grades import counted_classes, counted_events
from kongjian.rules import Rules, resolve, strict_yaml
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role

TABLES = ("schools", "teachers", "classes", "monthly", "events")
NAME_COLUMN = {"school": "学校名称", "teacher": "教师姓名"}
PREFIX = {"school": "School", "teacher": "Teacher"}
KIND_LABEL = {"school": "学校", "teacher": "教师"}
SINGLE_KEYS = {"name", "object", "indicator", "value", "values", "readings", "score"}
RANKING_KEYS = {"name", "object", "scores", "also", "readings", "declined", "expect"}
WHOLE_KEYS = {"name", "readings", "every_school", "every_teacher", "declined", "expect", *TABLES}
ABSENT = "不在名单"


class CaseError(Exception):
    """The case is written wrongly; the text names the case and the key."""


@dataclass(frozen=True)
class Case:
    """One case and the file that it stands in."""

    file: str
    name: str
    body: dict[str, Any]


def load_cases(folder: Path) -> list[Case]:
    """Every case of the folder in order. Raises CaseError for files that are no list of named cases."""
    cases: list[Case] = []
    names: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        bodies, _ = strict_yaml.read(path)
        if not isinstance(bodies, list):
            raise CaseError(f"{path.name}：不是算例的列表")
        for body in bodies:
            name = body.get("name") if isinstance(body, dict) else None
            if not isinstance(name, str) or not name:
                raise CaseError(f"{path.name}：有一个算例没有 name")
            if name in names:
                raise CaseError(f"{path.name}：算例“{name}”出现两次")
            names.add(name)
            cases.append(Case(path.name, name, body))
    return cases


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
        yield from _run_rows(some, [_checked(case, rules) for case in some][0])


def run_case(case: Case, rules: Rules) -> list[str]:
    """What differs from the expectation, one sentence each; empty when the case holds."""
    chosen = _checked(case, rules)
    if "indicator" in case.body:
        return [text for _, text in _run_rows([case], chosen)]
    if "scores" in case.body:
        case = _ranking(case, rules)
    return list(_run_whole(case, chosen))


def _checked(case: Case, rules: Rules) -> Rules:
    """The rules with the case's readings. Raises CaseError for keys that it may not have, or lacks."""
    body = case.body
    if "indicator" in body:
        allowed, required = SINGLE_KEYS, {"object", "indicator", "score"}
    elif "scores" in body:
        allowed, required = RANKING_KEYS, {"object", "scores", "expect"}
    else:
        allowed, required = WHOLE_KEYS, {"expect"}
    _keys(case, body, allowed, "")
    if missing := required - set(body):
        raise CaseError(f"{case.name}：缺少{'、'.join(sorted(missing))}")
    return resolve(rules, _readings(case, rules))


def _readings(case: Case, rules: Rules) -> dict[str, str]:
    out = {}
    labels = {r.label: r for r in rules.readings}
    for label, value in case.body.get("readings", {}).items():
        if label not in labels:
            raise CaseError(f"{case.name}：没有口径“{label}”")
        ids = {v.label: v.id for v in labels[label].values}
        if value not in ids:
            raise CaseError(f"{case.name}：口径“{label}”没有取值“{value}”")
        out[labels[label].id] = ids[value]
    return out


def _run_rows(cases: Sequence[Case], rules: Rules) -> Iterator[tuple[Case, str]]:
    """A row for each case with only its columns filled: the indicator's score, and whether its value was missed."""
    kind, label = _kind(cases[0]), cases[0].body["indicator"]
    indicator = next((i for i in rules.object(kind).indicators if i.name == label), None)
    if indicator is None:
        raise CaseError(f"{cases[0].name}：{KIND_LABEL[kind]}没有指标“{label}”")
    column, table, own = indicator.column, rules.table(f"{kind}s"), own_names(kind, rules)
    rows = [_row(case, column, table) for case in cases]
    named = [{own["学校名称"]: "甲", own[NAME_COLUMN[kind]]: _nth(n)} for n in range(len(rows))]
    given = [name | row for name, row in zip(named, rows, strict=True)]
    results = calculate(_inputs(cases[0], rules, {table.id: given}), rules)
    scores = results.tables[f"{PREFIX[kind]}Scores"][label].tolist()
    missed = {f.row for f in results.findings if f.code == "measure_missing" and f.column == column}
    numbers = unit_rows(results.of(kind).units).tolist()
    for case, row, found, number in zip(cases, rows, scores, numbers, strict=True):
        wanted = case.body["score"]
        if not _same(found, wanted):
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
    _score_given(case, body["score"])
    columns = {c.name: c for c in table.columns}
    _keys(case, row, set(columns), f"{table.id} ")
    for name, given in row.items():
        _value(case, given, columns[name].is_text)
    return row


def _ranking(case: Case, rules: Rules) -> Case:
    """The whole calculation that a ranking case stands for; its n-th unit is called 第n位."""
    body, kind = case.body, _kind(case)
    _keys(case, body["expect"], {"ranks", "tied", "awards", "notes", "findings", "near"}, "expect ")
    also = body.get("also", {})
    positions = {str(n) for n in range(1, len(body["scores"]) + 1)}
    _keys(case, also, positions, "also ")
    own, platform = own_names(kind, rules), rules.table(f"{kind}s").name_of(Role.PLATFORM_SCORE)
    shared, name = _qualifying(kind, rules) | {own["学校名称"]: "甲小学"}, own[NAME_COLUMN[kind]]
    units = [
        {**shared, name: _nth(n), platform: _score_given(case, score), **also.get(str(n), {})}
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
        _keys(case, body["expect"]["near"], positions, "near ")
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
    _keys(case, expect, {*EXPECTATIONS, "refused"}, "expect ")
    if not expect:
        raise CaseError(f"{case.name}：expect 是空的")
    refused = expect.pop("refused", None)
    findings, before = Findings(), Previous(declines=list(_declines(case, rules)))
    try:
        results = calculate(_whole_inputs(case, rules, findings), rules, before, findings)
    except KongjianError as error:
        if refused is None or refused not in str(error):
            yield f"没有计算：{error}"
        return
    if refused is not None:
        yield f"应不计算（{refused}），却计算了"
    for key, wanted in expect.items():
        yield from EXPECTATIONS[key](case, key, wanted, results, rules)


def _declines(case: Case, rules: Rules) -> Iterator[Decline]:
    """What staff wrote beside the awards."""
    given, objects = case.body.get("declined", {}), {a.name: a.object for a in rules.awards}
    _keys(case, given, set(objects), "declined ")
    for award, units in given.items():
        own = own_names(kind := objects[award], rules)
        rows = {row[own[NAME_COLUMN[kind]]]: row for row in case.body.get(f"{kind}s", [])}
        _keys(case, units, set(rows), f"declined {award} ")
        for unit, said in units.items():
            school, word = rows[unit][own["学校名称"]], declining(said, rules.words)
            yield Decline(award, school, unit if kind == "teacher" else "", "", said, word or "")


def _whole_inputs(case: Case, rules: Rules, findings: Findings | None = None) -> Inputs:
    """The rows of a case, of classes and events those that count; what is left out is added to `findings`."""
    tables = {t: case.body.get(t, []) for t in TABLES}
    for table, shared in (("schools", "every_school"), ("teachers", "every_teacher")):
        tables[table] = [{**case.body.get(shared, {}), **row} for row in tables[table]]
    given, findings = _inputs(case, rules, tables), Findings() if findings is None else findings
    classes = counted_classes(given.classes, given.schools, rules, findings)
    return replace(
        given, classes=classes, events=counted_events(given.events, given.schools, rules, findings)
    )


def _inputs(case: Case, rules: Rules, tables: Mapping[str, list[dict[str, Any]]]) -> Inputs:
    frames = {}
    for table_id, rows in tables.items():
        columns = {c.name: c for c in rules.table(table_id).columns}
        for row in rows:
            _keys(case, row, set(columns), f"{table_id} ")
        used = [c for c in columns.values() if any(c.name in row for row in rows)]
        frames[table_id] = Frame.of(
            {c.name: [_value(case, row.get(c.name, "空"), c.is_text) for row in rows] for c in used}
        )
    return Inputs.of(rules, **frames)


def _value(case: Case, given: Any, is_text: bool) -> Any:
    if is_text:
        if not isinstance(given, str):
            raise CaseError(f"{case.name}：文字 {given!r} 要加引号")
        return "" if given == "空" else given
    if given in ("是", "否", "空"):
        return {"是": 1.0, "否": 0.0, "空": math.nan}[given]
    return float(_score_given(case, given))


def _expect_cells(table: str, column: str, absent: Any = None) -> Callable[..., Iterator[str]]:
    """Checks one column of an output table by the unit's name; `absent` is what no row stands for."""

    def check(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
        for unit, value in wanted.items():
            kind = _kind_of(case, unit, results)
            found = _cell(results.tables[table.format(PREFIX[kind])], kind, unit, column, rules)
            if not _same(absent if found is None else found, value):
                yield f"{key}：{unit}应为{value!r}，算得{absent if found is None else found!r}"

    return check


def _expect_columns(table: str) -> Callable[..., Iterator[str]]:
    """Checks several columns of a table: unit → column → value."""

    def check(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
        for unit, columns in wanted.items():
            kind = _kind_of(case, unit, results)
            frame = results.tables[table.format(PREFIX[kind])]
            _keys(case, columns, set(frame), f"{key} {unit} ")
            for column in columns:
                yield from _expect_cells(table, column)(case, key, {unit: columns[column]}, results, rules)

    return check


def _expect_awards(column: str) -> Callable[..., Iterator[str]]:
    """Checks who stands in the awards table: award → names in order ("" column: the unit's own name)."""

    def check(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
        objects = {a.name: a.object for a in rules.awards}
        _keys(case, wanted, set(objects), f"{key} ")
        for award, names in wanted.items():
            name_column = column or ("学校名称" if objects[award] == "school" else "姓名")
            table = results.tables["Awards"]
            found = table[name_column][table["奖项"] == award].tolist()
            if found != names:
                yield f"{key}：{award}应为{names}，算得{found}"

    return check


def _expect_effective(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Every effective count there is: 账号 → 行为 → 月份 → 有效次数."""
    del case, rules
    table = results.tables["EffectiveCounts"]
    found: dict[str, dict[str, dict[str, int]]] = {}
    columns = (table[c] for c in ("账号", "行为", "月份", "有效次数"))
    for account, behaviour, month, count in zip(*columns, strict=True):
        found.setdefault(account, {}).setdefault(behaviour, {})[month] = int(count)
    if found != wanted:
        yield f"{key}：应为{wanted}，算得{found}"


def _expect_findings(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """How many findings of a code there are; 0 says that there must be none."""
    _keys(case, wanted, set(rules.problems), f"{key} ")
    for code, count in wanted.items():
        found = sum(f.code == code for f in results.findings)
        if found != count:
            yield f"{key}：{code}应有{count}处，实有{found}处"


def _expect_near(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Rows of 临界名单 by unit and line; a line of which nothing is said may or may not be there."""
    table = near_misses(results, rules)
    for unit, lines in wanted.items():
        kind = _kind_of(case, unit, results)
        mine = (table[NAME_COLUMN[kind]] == unit) & (table["类别"] == KIND_LABEL[kind])
        for line, columns in lines.items():
            at = [i for i, here in enumerate(mine & (table["界线"] == line)) if here]
            if len(at) != (columns != ABSENT):
                yield f"{key}：{unit}“{line}”有{len(at)}行，界线有{sorted(set(table['界线'][mine]))}"
            elif at:
                _keys(case, columns, set(table), f"{key} {unit} ")
                yield from _differing(f"{key}：{unit}“{line}”", table, at[0], columns)


def _expect_tracking(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """The row of 月度跟踪 by unit."""
    table = month_tracking(results, rules)
    for unit, columns in wanted.items():
        kind = _kind_of(case, unit, results)
        _keys(case, columns, set(table), f"{key} {unit} ")
        mine = (table[NAME_COLUMN[kind]] == unit) & (table["类别"] == KIND_LABEL[kind])
        yield from _differing(f"{key}：{unit}", table, mine.tolist().index(True), columns)


def _expect_effects(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Rows of 口径影响 by reading and value."""
    table = reading_effects(results, rules, other_outcomes(_whole_inputs(case, rules), results, rules))
    rows = {pair: i for i, pair in enumerate(zip(table["口径"], table["取值"], strict=True))}
    for reading, values in wanted.items():
        for value, columns in values.items():
            if (reading, value) not in rows:
                raise CaseError(f"{case.name}：{key} 没有“{reading}”“{value}”这一行")
            _keys(case, columns, set(table), f"{key} {reading} ")
            yield from _differing(f"{key}：“{value}”", table, rows[reading, value], columns)


def _expect_coverage(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Rows of 数据覆盖 by school and behaviour."""
    del rules
    table = results.tables["Coverage"]
    rows = {pair: i for i, pair in enumerate(zip(table["学校名称"], table["行为"], strict=True))}
    for school, behaviours in wanted.items():
        for behaviour, columns in behaviours.items():
            _keys(case, columns, set(table), f"{key} {school} ")
            if (school, behaviour) not in rows:
                yield f"{key}：没有{school}“{behaviour}”这一行"
            else:
                yield from _differing(
                    f"{key}：{school}“{behaviour}”", table, rows[school, behaviour], columns
                )


def _differing(where: str, table: Frame, row: int, wanted: Mapping[str, Any]) -> Iterator[str]:
    for column, value in wanted.items():
        found = table[column].tolist()[row]
        if not _same(found, value):
            yield f"{where}{column}应为{value!r}，算得{found!r}"


EXPECTATIONS: dict[str, Callable[..., Iterator[str]]] = {
    "eligible": _expect_cells("Eligibility", "是否达标"),
    "reasons": _expect_cells("Eligibility", "未达标原因"),
    "scores": _expect_cells("{}Scores", "得分"),
    "computed": _expect_cells("{}Scores", "计算得分"),
    "monthly": _expect_cells("{}Scores", "月均得分"),
    "complete": _expect_cells("{}Scores", "数据完整"),
    "ranks": _expect_cells("{}Ranking", "名次", absent="未排名"),
    "tied": _expect_cells("{}Ranking", "并列", absent="未排名"),
    "indicators": _expect_columns("{}Scores"),
    "measures": _expect_columns("{}Measures"),
    "awards": _expect_awards(""),
    "recipients": _expect_awards("姓名"),
    "notes": _expect_awards("备注"),
    "effective": _expect_effective,
    "findings": _expect_findings,
    "coverage": _expect_coverage,
    "near": _expect_near,
    "tracking": _expect_tracking,
    "effects": _expect_effects,
}


def _kind(case: Case) -> str:
    kind = case.body["object"]
    if kind not in KIND_LABEL:
        raise CaseError(f"{case.name}：object “{kind}”不是 school 或 teacher")
    return str(kind)


def _kind_of(case: Case, unit: str, results: Results) -> str:
    kinds = [k for k in NAME_COLUMN for name in results.of(k).names[NAME_COLUMN[k]] if name == unit]
    if len(kinds) != 1:
        raise CaseError(f"{case.name}：叫“{unit}”的有{len(kinds)}个")
    return kinds[0]


def _cell(frame: Frame, kind: str, unit: str, column: str, rules: Rules) -> Any:
    named = NAME_COLUMN[kind]
    # the measures have the names of the scheme's own tables
    mine = frame[named if named in frame else own_names(kind, rules)[named]] == unit
    if "类别" in frame:
        mine = mine & (frame["类别"] == KIND_LABEL[kind])
    values = frame[column][mine].tolist()
    return values[0] if values else None


def _score_given(case: Case, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise CaseError(f"{case.name}：{given!r} 不是数")
    return given


def _same(found: Any, wanted: Any) -> bool:
    if wanted == "空":
        return isinstance(found, float) and math.isnan(found)
    wanted = {"是": 1.0, "否": 0.0}.get(wanted, wanted) if isinstance(found, float) else wanted
    if isinstance(found, float) and isinstance(wanted, int | float):
        return abs(found - wanted) < 1e-9
    return bool(found == wanted)


def _keys(case: Case, given: Any, allowed: set[str], where: str) -> None:
    if not isinstance(given, dict):
        raise CaseError(f"{case.name}：{where}{given!r} 不是键和值")
    if unknown := set(given) - allowed:
        raise CaseError(f"{case.name}：{where}不认识“{'、'.join(sorted(unknown))}”")
