"""Checks the rule files against each other and against the scheme's own text.

The loader says whether each file is well formed; this says whether the rules make sense together:
points add up, bands leave no gap, every sentence stands in the scheme, every name that a file uses exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from kongjian.base.errors import RuleFileError
from kongjian.base.text import fold
from kongjian.rules import loader, model, model_tables, strict_yaml
from kongjian.rules.lint.awards import awards
from kongjian.rules.lint.column_roles import column_roles
from kongjian.rules.lint.common import Files, below_one, cited, collisions, day_faults, template_faults, twice
from kongjian.rules.lint.indicators import objects
from kongjian.rules.lint.sentences import sentences
from kongjian.rules.lint.small_files import evidence, forms, importing, reconcile
from kongjian.rules.model_scheme import MONTH_FORM
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import BY_CONDITIONS, Ties, not_carried_out

ID_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def lint(folder: Path, cases: Path | None = None) -> list[str]:
    """Every fault of a rules folder, in Chinese, each naming its file and key; empty when it is clean.

    With `cases` (the folder of YAML cases) every indicator must also have at least one case there.
    """
    read: dict[str, Any] = {}
    faults: list[str] = []
    for name, kind in loader.FILES.items():
        try:
            read[name] = loader.check_file(folder / f"{name}.yaml", kind)
        except RuleFileError as error:
            faults.append(str(error))
    if faults:
        return faults
    try:
        text = (folder / read["scheme"].text_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return [f"scheme.yaml text_file：读不到方案原文“{read['scheme'].text_file}”"]
    files = Files(**read, text=text)
    checks = (
        _scheme,
        objects,
        _readings,
        _conditions,
        awards,
        _measures,
        _effective,
        _tables,
        column_roles,
        _problems,
        sentences,
        forms,
        evidence,
        reconcile,
        importing,
    )
    faults = list(dict.fromkeys(fault for check in checks for fault in check(files)))
    return faults + (list(_covered(files, cases)) if cases else [])


def _scheme(files: Files) -> Iterator[str]:
    scheme, period = files.scheme, files.scheme.period
    if not ID_FORM.fullmatch(scheme.id):
        yield f"scheme.yaml id：“{scheme.id}”不是小写字母、数字和连字符"
    for key in ("checked", "apply_by"):
        yield from day_faults(f"scheme.yaml {key}", getattr(scheme, key))
    for key in ("name", "city", "version", "issued_by", "handled_by"):
        if not getattr(scheme, key):
            yield f"scheme.yaml {key}：是空的"
    months_sound = True
    for key, month in (("start", period.start), ("end", period.end)):
        if not MONTH_FORM.fullmatch(month):
            months_sound = False
            yield f"scheme.yaml period.{key}：“{month}”不是“年-月”那样的月份，如 2031-12"
    if months_sound and period.start > period.end:
        yield f"scheme.yaml period：起始月{period.start}晚于结束月{period.end}"
    yield from cited("scheme.yaml period", period.source, period.sentence, files)


def _readings(files: Files) -> Iterator[str]:
    readings = files.readings.readings
    yield from twice("readings.yaml id", (r.id for r in readings))
    yield from twice("readings.yaml label", (r.label for r in readings))
    indicators = {i.name: i for _, scheme in files.objects for i in scheme.indicators}
    for reading in readings:
        where = f"readings.yaml “{reading.id}”"
        if len(reading.values) < 2:
            yield f"{where} values：至少要有两个取值"
        yield from twice(f"{where} values.id", (v.id for v in reading.values))
        yield from twice(f"{where} values.label", (v.label for v in reading.values))
        yield from not_carried_out(reading)
        for key in ("source", "text", "effect"):
            if not getattr(reading, key):
                yield f"{where}：没有 {key}"
        compares = reading.id == Ties.reading_id and Ties.ORDER in (v.id for v in reading.values)
        if compares != bool(reading.tie_breakers):
            yield f"{where} tie_breakers：有取值“{Ties.ORDER}”的口径“{Ties.reading_id}”要写，别的口径不写"
        for name in reading.tie_breakers:
            for file, scheme in files.objects:
                if name not in (i.name for i in scheme.indicators):
                    yield f"{where} tie_breakers：{file} 没有指标“{name}”"
        for value in reading.values:
            for name, change in value.indicators.items():
                if name not in indicators:
                    yield f"{where} {value.id}：没有指标“{name}”"
                elif indicators[name].target != "by_reading":
                    yield f"{where} {value.id}：“{name}”的 target 没有写 by_reading，这个口径会盖掉它"
                if not (isfinite(change.target) and change.target > 0):
                    yield f"{where} {value.id}：“{name}”的 target {change.target:g}不是大于0的数"


def _conditions(files: Files) -> Iterator[str]:
    readings = {r.id: [v.id for v in r.values] for r in files.readings.readings}
    for key in ("id", "label"):
        yield from twice(f"eligibility.yaml {key}", (getattr(c, key) for c in files.eligibility.conditions))
    for condition in files.eligibility.conditions:
        where = f"eligibility.yaml “{condition.id}”"
        yield from cited(where, condition.source, condition.sentence, files)
        yield from template_faults(f"{where} reason", condition.reason, ("value", "at_least"))
        for reading_id, value_id in condition.when.items():
            if reading_id not in readings:
                yield f"{where} when：没有口径“{reading_id}”；可用：{'、'.join(readings)}"
            elif value_id not in readings[reading_id]:
                known = "、".join(readings[reading_id])
                yield f"{where} when：口径“{reading_id}”没有取值“{value_id}”；可用：{known}"
        columns = files.columns(f"{condition.object}s")
        for name in (*condition.columns, *condition.opened, *condition.total):
            if name not in columns:
                yield f"{where}：{OBJECT_LABELS[condition.object]}数据没有“{name}”列"
        if condition.kind == "veto":
            yield f"{where} kind：一票否决写成指标（school.yaml、teacher.yaml 里 kind: veto）"
        yield from _condition_shape(where, condition)
    for option in BY_CONDITIONS:
        yield from _conditions_for_all(option.reading_id, readings.get(option.reading_id, []), files)


def _conditions_for_all(reading_id: str, value_ids: list[str], files: Files) -> Iterator[str]:
    """No value of a reading that only conditions carry out may leave an object without them."""
    named = [(c.object, c.when[reading_id]) for c in files.eligibility.conditions if reading_id in c.when]
    for kind, label in OBJECT_LABELS.items():
        if not named or kind in dict(named):
            for value_id in value_ids:
                if (kind, value_id) not in named:
                    yield f"eligibility.yaml when：口径“{reading_id}”取“{value_id}”时，{label}没有条件"


def _condition_shape(where: str, condition: model.Condition) -> Iterator[str]:
    if (condition.kind == "rate") != bool(condition.accounts):
        yield f"{where} accounts：rate 要写开通的是什么，其他种类不用"
    if condition.kind == "yes_no":
        if len(condition.columns) != 1:
            yield f"{where} columns：yes_no 要有一列，现有{len(condition.columns)}列"
        return
    if not (isfinite(condition.at_least) and condition.at_least > 0):
        yield f"{where} at_least：{condition.at_least:g}不是大于0的数"
    else:
        yield from _unprintable(where, condition)
    if condition.kind == "rate" and (
        not condition.opened or len(condition.opened) != len(condition.total) or condition.at_least > 1
    ):
        yield f"{where}：rate 的 opened 与 total 要一一对应，at_least 不大于1"


def _unprintable(where: str, condition: model.Condition) -> Iterator[str]:
    """A bound with more decimals than the sheets print would read as another."""
    rate = condition.kind == "rate"
    steps = condition.at_least * (1000 if rate else 100)
    if abs(steps - round(steps)) > 1e-9 * max(1.0, steps):
        said, most = ("百分数", "一") if rate else ("分数", "两")
        shown = f"{condition.at_least * 100:.10g}%" if rate else f"{condition.at_least:.10g}"
        yield f"{where} at_least：{shown}写不全，{said}的界线最多{most}位小数"


def _measures(files: Files) -> Iterator[str]:
    schools, teachers, classes = (files.columns(t) for t in ("schools", "teachers", "classes"))
    means, rates = files.measures.teacher_means, files.measures.class_rates
    derived = [m.measure for m in means] + [r.measure for r in rates]
    yield from twice("measures.yaml measure", derived)
    for name, column in schools.items():
        if column.derivable and name not in derived:
            yield f"measures.yaml：学校数据“{name}”标明可以推算（derivable），却没有推算办法"
    for name in derived:
        if name not in schools:
            yield f"measures.yaml “{name}”：学校数据没有这一列"
    for mean in means:
        if mean.measure not in teachers:
            yield f"measures.yaml “{mean.measure}”：教师数据没有这一列"
    for rate in rates:
        for name in (rate.measure, rate.count):
            if name not in classes:
                yield f"measures.yaml “{rate.measure}”：班级数据没有“{name}”列"
        if rate.behaviour not in [
            b for r in files.effective.roles if r.fills == "pupil" for b in r.behaviours
        ]:
            yield f"measures.yaml “{rate.measure}” behaviour：effective.yaml 里没有学生的行为“{rate.behaviour}”"
        if not (isfinite(rate.per_student) and rate.per_student > 0):
            yield f"measures.yaml “{rate.measure}” per_student：{rate.per_student:g}不是大于0的数"
        yield from cited(f"measures.yaml “{rate.measure}”", rate.source, rate.sentence, files)
    if limit := files.measures.grades:
        yield from cited("measures.yaml grades", limit.source, limit.sentence, files)
        if not 1 <= limit.min_grade <= 9:
            yield f"measures.yaml grades min_grade：{limit.min_grade}不在1到9之间"
        for level in limit.levels:
            if level not in files.tables.levels:
                yield f"measures.yaml grades levels：tables.yaml 的 levels 里没有“{level}”"


def _effective(files: Files) -> Iterator[str]:
    effective = files.effective
    yield from cited("effective.yaml", effective.source, effective.sentence, files)
    own = [b for r in effective.roles for b in r.behaviours]
    yield from twice("effective.yaml behaviours", own)
    indicators = {i.name for _, scheme in files.objects for i in scheme.indicators}
    filled = {(s.object, i.name): i.column for _, s in files.objects for i in s.indicators}
    for role in effective.roles:
        columns = files.columns(f"{role.fills}s")
        for name in role.behaviours:
            if name not in indicators:
                yield f"effective.yaml “{role.id}” behaviours：没有指标“{name}”"
            elif role.fills != "pupil" and filled.get((role.fills, name)) not in columns:
                label = OBJECT_LABELS[role.fills]
                yield f"effective.yaml “{role.id}” behaviours：{label}数据没有“{name}”列"
    for key, names in (
        ("share_behaviours", effective.share_behaviours),
        ("behaviour_aliases", effective.behaviour_aliases),
    ):
        for name in names:
            if name not in own:
                yield f"effective.yaml {key}：没有行为“{name}”"
    aliases = effective.behaviour_aliases
    yield from collisions("effective.yaml behaviour_aliases", {b: aliases.get(b, ()) for b in own})
    yield from collisions("effective.yaml roles", {r.label: (r.id, *r.aliases) for r in effective.roles})


def _tables(files: Files) -> Iterator[str]:
    tables, words = files.tables.tables, files.tables.words
    for key in ("id", "name", "sheet"):
        yield from twice(f"tables.yaml {key}", (getattr(t, key) for t in tables))
    by_meaning = {"“是”的写法": words.yes, "“否”的写法": words.no, "空白的写法": words.blank}
    yield from collisions("tables.yaml words", by_meaning)
    yield from collisions("tables.yaml words", {"0的写法": words.zero, "空白的写法": words.blank})
    for table_id in ("schools", "teachers", "classes", "monthly", "events"):
        if not files.columns(table_id):
            yield f"tables.yaml：没有表“{table_id}”"
    for table in tables:
        where = f"tables.yaml “{table.sheet}”"
        yield from twice(f"{where} columns", table.names)
        yield from collisions(f"{where} aliases", {c.name: c.aliases for c in table.columns})
        for name in table.subject:
            if name not in table.names:
                yield f"{where} subject：没有“{name}”列"
        yield from _score_suffixes(where, table, files)
        for column in table.columns:
            if (column.kind == "choice") != bool(column.choices):
                yield f"{where} “{column.name}”：choice 要有 choices，其他种类不用"
            if column.blank and (column.kind != "yes_no" or column.blank not in ("是", "否")):
                yield f"{where} “{column.name}” blank：只有 yes_no 可以写“是”或“否”"


def _score_suffixes(where: str, table: model_tables.InputTable, files: Files) -> Iterator[str]:
    """An indicator's name with a suffix must not be what a column is called anyway."""
    yield from twice(f"{where} score_suffixes", table.score_suffixes)
    scheme = next((s for _, s in files.objects if s.sheet == table.sheet), None)
    if table.score_suffixes and scheme is None:
        yield f"{where} score_suffixes：这张表没有指标"
    known = {fold(name): c.name for c in table.columns for name in (c.name, *c.aliases)}
    for indicator in scheme.indicators if scheme else ():
        for suffix in table.score_suffixes:
            column = known.get(fold(indicator.name + suffix))
            if not suffix or column:
                said = f"“{indicator.name}{suffix}”已经是“{column}”列" if column else "有空的"
                yield f"{where} score_suffixes：{said}"


def _problems(files: Files) -> Iterator[str]:
    for code, problem in files.problems.problems.items():
        for key, template in (("text", problem.text), ("advice", problem.advice)):
            yield from template_faults(f"problems.yaml “{code}” {key}", template)
        yield from below_one(f"problems.yaml “{code}”", {"cap": problem.cap})
        if problem.clause and problem.clause.split("/")[0] not in files.text:
            yield f"problems.yaml “{code}” clause：方案原文里没有“{problem.clause.split('/')[0]}”"


def _covered(files: Files, cases: Path) -> Iterator[str]:
    seen: set[tuple[Any, Any]] = set()
    for path in sorted(cases.rglob("*.yaml")):
        try:
            value, _ = strict_yaml.read(path)
        except RuleFileError as error:
            yield str(error)
            continue
        for case in value if isinstance(value, list) else ():
            if isinstance(case, dict):
                seen.add((case.get("object"), case.get("indicator")))
    for file, scheme in files.objects:
        for indicator in scheme.indicators:
            if (scheme.object, indicator.name) not in seen:
                yield f"{file} “{indicator.name}”：{cases.name} 里没有它的算例"
