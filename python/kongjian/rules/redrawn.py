"""Indicators and awards that a workbook's 规则 has more, fewer or otherwise than the rule files, written into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kongjian.rules.catalog import CASES
from kongjian.rules.model import Award, Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.rule_text import KeyPath, RuleText, in_yaml

RuleTexts = Mapping[str, RuleText]
_COLUMN_KINDS = {"yes_no": "yes_no", "veto": "yes_no", "bands": "rate"}
"""What is typed in the column of an indicator that scores so; all others are numbers, in 学校数据 a mean for each teacher."""
_NUMBERS = {"school": "average", "teacher": "count"}
_FILLED_BY = {"school": ("school", "pupil"), "teacher": ("teacher",)}
"""Whose events fill the columns of an object: `fills` of the roles."""


def redraw(files: RuleTexts, folder: Path, rules: Rules) -> Iterator[str]:
    """Makes the files hold the indicators and awards of `rules`, and takes out what only those that went needed.

    Yields what is left to be written by hand, in Chinese.
    """
    gone_columns: set[KeyPath] = set()
    gone: list[tuple[str, str]] = []
    for kind in OBJECT_LABELS:
        old = {row["name"]: row for row in files[kind].value["indicators"]}
        wanted = rules.object(kind).indicators
        fresh = [i for i in wanted if i.name not in old or _otherwise(i, old[i.name])]
        left = {i.name for i in wanted if i not in fresh}
        _put_rows(files[kind], "indicators", wanted, fresh, parted=True)
        gone += [(kind, name) for name in old if name not in {i.name for i in wanted}]
        columns = {row.get("measure", name) for name, row in old.items() if name not in left}
        gone_columns |= set(_drop_columns(files, rules, kind, columns))
        yield from _add_columns(files["tables"], kind, fresh)
    for kind, name in gone:
        _forget(files, rules, kind, name)
    if gone:
        _drop_cases(folder / CASES, gone)
    if gone_columns:
        _ask_no_more(files, gone_columns)
    named = {row["name"] for row in files["awards"].value["awards"]}
    fresh_awards = [a for a in rules.awards if a.name not in named]
    _put_rows(files["awards"], "awards", rules.awards, fresh_awards)
    yield from (f"奖项“{a.name}”：请照原文写 awards.yaml 的 sentence" for a in fresh_awards)


def _otherwise(indicator: Indicator, row: Any) -> bool:
    """Whether it scores in another way, or another column, than it did."""
    return bool(indicator.kind != row["kind"] or indicator.column != row.get("measure", indicator.name))


def _put_rows(
    file: RuleText,
    key: str,
    wanted: Sequence[Indicator | Award],
    fresh: Sequence[Indicator | Award],
    parted: bool = False,
) -> None:
    """The rows of a list as wanted: each fresh one behind those before it, those that are not wanted taken out."""
    rows = {row["name"]: k for k, row in enumerate(file.value[key])}
    kept = {h.name for h in wanted if h not in fresh}
    for name, row in rows.items():
        if name not in kept:
            file.drop((key, row))
    behind, first = -1, []
    for holder in wanted:
        if holder not in fresh:
            behind = rows[holder.name]
        elif behind < 0:
            first.append(holder)
        else:
            file.add((key,), behind, in_yaml(holder), parted)
    for holder in reversed(first):
        file.add((key,), -1, in_yaml(holder), parted)


def _forget(files: RuleTexts, rules: Rules, kind: str, name: str) -> None:
    """Takes an indicator's name out of the behaviours and the readings."""
    effective, readings = files["effective"], files["readings"]
    held = effective.value
    for row, role in enumerate(held["roles"]):
        if role["fills"] in _FILLED_BY[kind] and name in role["behaviours"]:
            effective.remove(("roles", row, "behaviours"), name)
    others = [r for r in held["roles"] if r["fills"] not in _FILLED_BY[kind]]
    if not any(name in r["behaviours"] for r in others):
        if name in held["share_behaviours"]:
            effective.remove(("share_behaviours",), name)
        if name in held["behaviour_aliases"]:
            effective.drop(("behaviour_aliases", name))
    still = any(i.name == name for k in OBJECT_LABELS for i in rules.object(k).indicators)
    for row, reading in enumerate(readings.value["readings"]):
        if name in reading.get("tie_breakers", ()):
            readings.remove(("readings", row, "tie_breakers"), name)
        if not still and {n for v in reading["values"] for n in v.get("indicators", ())} == {name}:
            readings.drop(("readings", row))


def _drop_cases(folder: Path, gone: Sequence[tuple[str, str]]) -> None:
    """Takes out the worked cases of single indicators that went."""
    for path in sorted(folder.rglob("*.yaml")):
        file = RuleText(path)
        for row, case in enumerate(file.value):
            if (case.get("object"), case.get("indicator")) in gone:
                file.drop((row,))
        file.save()


def _drop_columns(files: RuleTexts, rules: Rules, kind: str, columns: set[str]) -> Iterator[KeyPath]:
    """Takes out those of the columns that nothing asks for any more, with how they are derived; yields their places."""
    measures, tables = files["measures"], files["tables"]
    columns -= {i.column for i in rules.object(kind).indicators}
    columns -= {n for c in rules.conditions if c.object == kind for n in (*c.columns, *c.opened, *c.total)}
    columns -= {c.name for c in rules.table(f"{kind}s").columns if c.role or c.key}
    if kind == "school":
        for key in ("teacher_means", "class_rates"):
            for row, derived in enumerate(measures.value[key]):
                if derived["measure"] in columns:
                    measures.drop((key, row))
    else:
        still = {i.column for i in rules.school.indicators}
        columns -= {m["measure"] for m in measures.value["teacher_means"] if m["measure"] in still}
    at = _table(tables, kind)
    for row, column in enumerate(tables.value["tables"][at]["columns"]):
        if column["name"] in columns:
            tables.drop(("tables", at, "columns", row))
            yield "tables", at, "columns", row


def _ask_no_more(files: RuleTexts, gone: set[KeyPath]) -> None:
    """No header of a file is taken for a column that went."""
    tables = files["tables"].value["tables"]
    left = {
        column["name"]
        for at, table in enumerate(tables)
        for row, column in enumerate(table["columns"])
        if ("tables", at, "columns", row) not in gone
    }
    for header, column in files["importing"].value["asked_as"].items():
        if column and column not in left:
            files["importing"].put(("asked_as", header), "")


def _add_columns(tables: RuleText, kind: str, fresh: Sequence[Indicator]) -> Iterator[str]:
    """A column for each fresh indicator that has none yet, before those that may be left out."""
    at = _table(tables, kind)
    table = tables.value["tables"][at]
    last = max(k for k, c in enumerate(table["columns"]) if not c.get("optional"))
    known = {c["name"] for c in table["columns"]}
    for indicator in fresh:
        if indicator.column not in known:
            known.add(indicator.column)
            held = _COLUMN_KINDS.get(indicator.kind, _NUMBERS[kind])
            row = f'{{name: "{indicator.column}", kind: {held}, aliases: []}}'
            tables.add(("tables", at, "columns"), last, row)
            yield (
                f"{table['sheet']}加了“{indicator.column}”一列，由人填；要由行为明细或别的表推算，"
                "请写 effective.yaml、measures.yaml"
            )


def _table(tables: RuleText, kind: str) -> int:
    return next(k for k, t in enumerate(tables.value["tables"]) if t["id"] == f"{kind}s")
