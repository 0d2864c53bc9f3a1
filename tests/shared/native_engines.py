"""Two independent programs that calculate a workbook's formulas anew, and random cities to try them on."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np
from numpy.random import Generator
from python_calamine import CalamineWorkbook

from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.clean_awards import doubts, judged_awards
from kongjian.engine.frame import Frame, texts
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs
from kongjian.mailing.live_copy import Contents
from kongjian.mailing.note_sheet import NOTE
from kongjian.rules import Rules, resolve
from kongjian.rules.model import Award, Band, Condition, Indicator, ObjectScheme
from kongjian.workbook.layout import RULES
from kongjian.workbook.run import Run
from kongjian.xlsx.finished_parts import read_parts, write_parts
from kongjian.xlsx.table_parts import FIRST_ROW
from pinned_rules import pinned_rules

_PATIENCE = 240
WRONG = -12345.0
Value = str | float | bool | None
Cells = dict[tuple[int, int], Value]
Book = dict[str, Cells]
"""Values by sheet, then by row and column from 0; blanks are left out."""
Case = tuple[dict[str, str], int]
"""Readings and the seed of everything else."""

# OOXMLRecalcMode 0: recalculate when a file is opened, whatever it holds
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
_RESULT = re.compile(rb'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="(?:str|e)")?(><f>[^<]*</f><v>)[^<]*(</v>)')


@functools.cache
def _profile() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kongjian-native-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    return folder


def libreoffice(books: Sequence[Path], folder: Path) -> list[Book]:
    """Several workbooks calculated by one LibreOffice, results in the order given."""
    command = ["soffice", f"-env:UserInstallation={_profile().as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder), *map(str, books)]
    subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=True)
    return [stored(folder / book.name) for book in books]


def iron_calc(book: Path) -> Book:
    """A workbook calculated by IronCalc, without its conditional formats: it works them out for every row."""
    parts = read_parts(book.read_bytes())
    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(
            rb"<conditionalFormatting.*</conditionalFormatting>", b"", parts[name], flags=re.DOTALL
        )
    plain = book.with_name(f"{book.stem}-plain.xlsx")
    write_parts(parts, plain)
    model = ironcalc.load_from_xlsx(str(plain), "en", "UTC", "en")
    model.evaluate()
    out: Book = {sheet["name"]: {} for sheet in model.get_worksheets_properties()}
    names = list(out)
    for cell in model.get_all_cells():
        sheet, row, column = cell
        value = model.get_cell_value(sheet, row, column)
        if value not in (None, "", "#N/A"):  # where a chart draws no point
            out[names[sheet]][row - 1, column - 1] = value
    return out


def stored(book: Path) -> Book:
    """The values that stand in a file."""
    opened = CalamineWorkbook.from_path(book)
    return {
        name: {
            (r, c): value
            for r, row in enumerate(opened.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for c, value in enumerate(row)
            if value != ""
        }
        for name in opened.sheet_names
    }


def spoil(book: Path) -> int:
    """Makes every stored result wrong, so that only a calculation can give the right one; how many there were."""
    parts, count = read_parts(book.read_bytes()), 0
    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name], done = _RESULT.subn(rb"\g<1>\g<2>%d\g<3>" % WRONG, parts[name])
        count += done
    write_parts(parts, book)
    return count


def expected(found: Contents) -> Book:
    """The engine's values of all data cells and parameters."""
    out: Book = {}
    for sheet in found.sheets:
        out[sheet.place.sheet] = {
            (FIRST_ROW - 1 + r, c): v
            for c, column in enumerate(sheet.columns)
            for r, v in enumerate(column.values)
            if v is not None and v != ""
        }
    out[RULES] = {(e.row - 1, e.column - 1): e.value for e in found.rules if e.value not in (None, "")}
    out[NOTE] = {(e.row - 1, e.column - 1): e.value for e in found.note if e.formula}
    looked = found.lookup.values() if found.lookup else {}
    return out | {name: {at: v for at, v in own.items() if v != ""} for name, own in looked.items()}


def differences(wanted: Book, found: Book) -> list[str]:
    """Cells that differ, all below the header rows; what stands elsewhere does not count."""
    out = []
    for sheet, cells in wanted.items():
        extra = (
            {} if sheet in (RULES, NOTE) else {k: v for k, v in found[sheet].items() if k[0] >= FIRST_ROW - 1}
        )
        for at in sorted({*cells, *extra}):
            value, other = cells.get(at), found[sheet].get(at)
            if not _same(value, other):
                out.append(f"{sheet} {at}: {value!r} != {other!r}")
    return out


def _same(value: Value, other: Value) -> bool:
    if isinstance(value, float | int) and isinstance(other, float | int):
        return abs(value - other) < 1e-6
    return value == other


def random_run(case: Case, schools: int = 8, teachers: int = 25) -> Run:
    """A run over random rules, readings and data."""
    readings, seed = case
    rng = np.random.default_rng(seed)
    rules = random_rules(resolve(pinned_rules(), readings), rng)
    tables = random_tables(rules, rng, schools, teachers)
    return run_of(tables, rules, random_previous(tables, rng))


def run_of(tables: Mapping[str, Mapping[str, Any]], rules: Rules, previous: Previous | None = None) -> Run:
    inputs = Inputs.of(rules, **tables)
    results = calculate(inputs, rules, previous)
    results = judged_awards(results, doubts(results, inputs, rules, []), [], rules)
    levels = {"错误": 0, "警告": 0, "提示": 0}
    return Run(results, rules, Frame({"级别": texts([])}), levels, inputs)


def random_rules(rules: Rules, rng: Generator) -> Rules:
    """Other points, targets, steps, bands, kinds, bounds, award ranks and counted months; each kind occurs in most draws."""
    return rules.replace(
        school=_random_scheme(rules, rules.school, rng),
        teacher=_random_scheme(rules, rules.teacher, rng),
        conditions=tuple(_random_condition(c, rng) for c in rules.conditions),
        awards=_random_awards(rules.awards, rng),
        uncounted=frozenset(m for m in rules.period.months()[1:] if rng.random() < 0.15),
    )


def _random_scheme(rules: Rules, scheme: ObjectScheme, rng: Generator) -> ObjectScheme:
    columns = {c.name: c.kind for c in rules.table(f"{scheme.object}s").columns}
    indicators = tuple(_random_indicator(i, columns[i.column], scheme.object, rng) for i in scheme.indicators)
    return dataclasses.replace(
        scheme, indicators=indicators, points=round(sum(i.points for i in indicators), 2)
    )


def _random_indicator(indicator: Indicator, column: str, kind: str, rng: Generator) -> Indicator:
    points = float(rng.choice([1, 2, 2.5, 5, 7.25, 10, 20]))
    if column == "yes_no":
        return dataclasses.replace(indicator, points=points)
    scored = str(rng.choice(["deduct", "threshold", "bands"]))
    common: dict[str, Any] = {"points": points, "kind": scored, "bands": (), "target": None, "per": None}
    if scored == "bands":
        steps = int(rng.integers(1, 5))
        bounds = sorted(
            rng.choice([0.1, 0.25, 0.4, 0.6, 0.8, 1, 2], steps, replace=False).tolist(), reverse=True
        )
        falls = [points * (steps - k) / steps for k in range(1, steps)]
        rest = float(rng.choice([0, 0.5]))
        given = [points, *(f + rest for f in falls), rest]
        common["bands"] = tuple(Band(b, round(p, 3)) for b, p in zip([*bounds, 0.0], given, strict=True))
    else:
        common["target"] = float(rng.choice([0.5, 1, 2, 4, 5, 15, 40]))
        common["none_is_zero"] = bool(scored == "deduct" and rng.random() < 0.3)
        common["per"] = float(rng.choice([0.5, 1, 1.5, 2])) if scored == "deduct" else None
    if kind == "teacher" and rng.random() < 0.1:
        common["homeroom_only"] = True
    return dataclasses.replace(indicator, **common)


def _random_condition(condition: Condition, rng: Generator) -> Condition:
    if condition.kind == "yes_no":
        return condition
    bounds = [0.5, 0.9, 0.925, 1] if condition.kind == "rate" else [20, 40, 60.5, 79.99]
    return dataclasses.replace(condition, at_least=float(rng.choice(bounds)))


def _random_awards(awards: Sequence[Award], rng: Generator) -> tuple[Award, ...]:
    out, next_first = [], {"school": 1, "teacher": 1}
    for award in awards:
        places = int(rng.integers(1, 4 if award.object == "school" else 8))
        first = 1 if award.object == "school" else next_first["teacher"]
        out.append(dataclasses.replace(award, first=first, last=first + places - 1))
        next_first["teacher"] += places if award.object == "teacher" else 0
    return tuple(out)


def random_tables(rules: Rules, rng: Generator, schools: int, teachers: int) -> dict[str, dict[str, Any]]:
    """Schools, teachers, classes and months, thick around the bounds, with blanks, ties and odd names."""
    names = [f"第{k}小学" for k in rng.permutation(schools).tolist()]
    names[0] = '=1+1&"校"'
    school: dict[str, Any] = {
        "学校名称": names,
        "管理员姓名": [f"管{k}" if k else "" for k in range(schools)],
    }
    school |= _random_columns(rules, "schools", schools, rng)
    theirs = rng.choice(names, teachers).tolist()
    teacher: dict[str, Any] = {
        "学校名称": theirs,
        "教师姓名": [f"师{k % 7}" for k in range(teachers)],
        "账号": [f"42128119900101{k:04d}" if k % 6 else "" for k in range(teachers)],
        **_random_columns(rules, "teachers", teachers, rng),
    }
    return {"schools": school, "teachers": teacher, "monthly": _random_months(rules, rng, names, teacher)}


def _random_columns(rules: Rules, table: str, height: int, rng: Generator) -> dict[str, np.ndarray]:
    out = {}
    for column in rules.table(table).columns:
        if column.kind == "yes_no":
            values = (rng.random(height) < 0.95).astype(float)
        elif column.kind == "score":
            values = np.where(rng.random(height) < 0.5, np.nan, np.round(rng.random(height) * 100, 3))
            values[rng.random(height) < 0.3] = 81.125
        elif column.is_text:
            continue
        elif column.name in ("教师总数", "教师开通空间数", "适龄学生数", "学生开通空间数"):
            values = rng.choice(
                [9, 10, 10, 10, 10, 11] if "开通" in column.name else [10, 10, 10, 11], height
            ).astype(float)
        else:
            values = _near_bounds(height, rng)
        out[column.name] = np.where(rng.random(height) < 0.05, np.nan, values)
    return out


def _near_bounds(height: int, rng: Generator) -> np.ndarray:
    """Values of at most ten decimals, many at a bound or a hair beside it."""
    near = rng.choice([0, 0.1, 0.25, 0.4, 0.6, 0.8, 1, 2, 4, 5, 15, 40], height)
    beside = rng.choice([0, 0, -1e-10, 1e-10, -1e-7, 1e-7, -0.005, 0.001, 0.375, -0.5, 1], height)
    spread = np.where(rng.random(height) < 0.3, rng.random(height) * 45, near + beside)
    return np.maximum(np.round(spread, 10), 0)


def _random_months(
    rules: Rules, rng: Generator, schools: list[str], teacher: Mapping[str, Any]
) -> dict[str, Any]:
    rows = []
    people = [(s, "") for s in schools]
    people += [(s, a) for s, a in zip(teacher["学校名称"], teacher["账号"], strict=True) if a]
    for school, account in people:
        if rng.random() < 0.7:
            for month in rules.period.months():
                score = float(rng.choice([60.5, 79.99, 80, round(rng.random() * 100, 3)]))
                rows.append(("教师" if account else "学校", school, account, month, score))
                rows += rows[-1:] if rng.random() < 0.02 else []
    keep = [row for row in rows if rng.random() < 0.9]
    columns = list(zip(*keep, strict=True)) or [()] * 5
    return dict(zip(("类别", "学校名称", "账号", "月份", "得分"), map(list, columns), strict=True))


def random_previous(tables: Mapping[str, Mapping[str, Any]], rng: Generator) -> Previous | None:
    """The ranks of an earlier run for some of the units, or none at all."""
    if rng.random() < 0.3:
        return None
    teachers = tables["teachers"]["账号"]
    ranks = {
        "school": {n: float(rng.integers(1, 9)) for n in tables["schools"]["学校名称"] if rng.random() < 0.7},
        "teacher": {a: float(rng.integers(1, 30)) for a in teachers if a and rng.random() < 0.7},
    }
    return Previous("", "", ranks, {})
