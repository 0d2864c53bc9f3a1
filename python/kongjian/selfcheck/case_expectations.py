"""What a case may expect of a calculation: each key of `expect`, and the sentences that say what differs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kongjian.engine.evidence.month_tracking import month_tracking
from kongjian.engine.evidence.near_misses import near_misses
from kongjian.engine.evidence.other_readings import other_outcomes
from kongjian.engine.evidence.reading_effects import reading_effects
from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Results, own_names
from kongjian.rules import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.selfcheck.case_files import NAME_COLUMN, Case, CaseError, check_keys, whole_inputs

_ABSENT = "不在名单"


def _expect_cells(table: str, column: str, absent: Any = None) -> Callable[..., Iterator[str]]:
    """Checks one column of an output table by the unit's name; `absent` is what no row stands for."""

    def check(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
        for unit, value in wanted.items():
            kind = _kind_of(case, unit, results)
            found = _cell(results.tables[table.format(kind.capitalize())], kind, unit, column, rules)
            if not same(absent if found is None else found, value):
                yield f"{key}：{unit}应为{value!r}，算得{absent if found is None else found!r}"

    return check


def _expect_columns(table: str) -> Callable[..., Iterator[str]]:
    """Checks several columns of a table: unit → column → value."""

    def check(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
        for unit, columns in wanted.items():
            kind = _kind_of(case, unit, results)
            frame = results.tables[table.format(kind.capitalize())]
            check_keys(case, columns, set(frame), f"{key} {unit} ")
            for column in columns:
                yield from _expect_cells(table, column)(case, key, {unit: columns[column]}, results, rules)

    return check


def _expect_awards(column: str) -> Callable[..., Iterator[str]]:
    """Checks who stands in the awards table: award → names in order ("" column: the unit's own name)."""

    def check(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
        objects = {a.name: a.object for a in rules.awards}
        check_keys(case, wanted, set(objects), f"{key} ")
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
    check_keys(case, wanted, set(rules.problems), f"{key} ")
    for code, count in wanted.items():
        found = sum(f.code == code for f in results.findings)
        if found != count:
            yield f"{key}：{code}应有{count}处，实有{found}处"


def _expect_near(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Rows of 临界名单 by unit and line; a line of which nothing is said may or may not be there."""
    table = near_misses(results, rules)
    for unit, lines in wanted.items():
        kind = _kind_of(case, unit, results)
        mine = (table[NAME_COLUMN[kind]] == unit) & (table["类别"] == OBJECT_LABELS[kind])
        for line, columns in lines.items():
            at = [i for i, here in enumerate(mine & (table["界线"] == line)) if here]
            if len(at) != (columns != _ABSENT):
                yield f"{key}：{unit}“{line}”有{len(at)}行，界线有{sorted(set(table['界线'][mine]))}"
            elif at:
                check_keys(case, columns, set(table), f"{key} {unit} ")
                yield from _differing(f"{key}：{unit}“{line}”", table, at[0], columns)


def _expect_tracking(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """The row of 月度跟踪 by unit."""
    table = month_tracking(results, rules)
    for unit, columns in wanted.items():
        kind = _kind_of(case, unit, results)
        check_keys(case, columns, set(table), f"{key} {unit} ")
        mine = (table[NAME_COLUMN[kind]] == unit) & (table["类别"] == OBJECT_LABELS[kind])
        yield from _differing(f"{key}：{unit}", table, mine.tolist().index(True), columns)


def _expect_effects(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Rows of 口径影响 by reading and value."""
    table = reading_effects(results, rules, other_outcomes(whole_inputs(case, rules), results, rules))
    rows = {pair: i for i, pair in enumerate(zip(table["口径"], table["取值"], strict=True))}
    for reading, values in wanted.items():
        for value, columns in values.items():
            if (reading, value) not in rows:
                raise CaseError(f"{case.name}：{key} 没有“{reading}”“{value}”这一行")
            check_keys(case, columns, set(table), f"{key} {reading} ")
            yield from _differing(f"{key}：“{value}”", table, rows[reading, value], columns)


def _expect_coverage(case: Case, key: str, wanted: Any, results: Results, rules: Rules) -> Iterator[str]:
    """Rows of 数据覆盖 by school and behaviour."""
    del rules
    table = results.tables["Coverage"]
    rows = {pair: i for i, pair in enumerate(zip(table["学校名称"], table["行为"], strict=True))}
    for school, behaviours in wanted.items():
        for behaviour, columns in behaviours.items():
            check_keys(case, columns, set(table), f"{key} {school} ")
            if (school, behaviour) not in rows:
                yield f"{key}：没有{school}“{behaviour}”这一行"
            else:
                yield from _differing(
                    f"{key}：{school}“{behaviour}”", table, rows[school, behaviour], columns
                )


def _differing(where: str, table: Frame, row: int, wanted: Mapping[str, Any]) -> Iterator[str]:
    for column, value in wanted.items():
        found = table[column].tolist()[row]
        if not same(found, value):
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
        mine = mine & (frame["类别"] == OBJECT_LABELS[kind])
    values = frame[column][mine].tolist()
    return values[0] if values else None


def same(found: Any, wanted: Any) -> bool:
    """Whether a value is what a case expects; numbers to nine decimals."""
    if wanted == "空":
        return isinstance(found, float) and math.isnan(found)
    wanted = {"是": 1.0, "否": 0.0}.get(wanted, wanted) if isinstance(found, float) else wanted
    if isinstance(found, float) and isinstance(wanted, int | float):
        return abs(found - wanted) < 1e-9
    return bool(found == wanted)
