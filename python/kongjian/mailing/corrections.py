"""What schools corrected in the copies that they sent back, and the cells that an accepted correction changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.grid import YES_NO, column_number
from kongjian.base.text import fold
from kongjian.engine.frame import Frame
from kongjian.engine.matching import ROW
from kongjian.engine.outcome import NAME_COLUMNS, named, own_names, unit_keys
from kongjian.intake.tables import Intake, read_inputs
from kongjian.rules import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.run import Run
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

COPY_NAME = "KongjianCopy"
"""The defined name by which a copy says whose it is and of which data: school|fingerprint."""
TABLES = {"school": "schools", "teacher": "teachers"}
_SAME = 1e-9

Value = str | float


@dataclass(frozen=True)
class Correction:
    """One cell that a school would have otherwise. Values are numbers, texts or 是/否; "" for a blank."""

    kind: str
    school: str
    teacher: str
    account: str
    item: str
    now: Value
    wanted: Value
    file: str
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What it corrects."""
        return self.kind, fold(self.school), self.account, self.teacher, self.item


@dataclass(frozen=True)
class Change:
    """A cell of an input sheet and its new value."""

    sheet: str
    row: int
    column: int
    value: Value
    correction: Correction


@dataclass(frozen=True)
class ReturnedCopy:
    """A copy that came back: its school, the data that it was made of, its rows by table."""

    path: Path
    school: str
    fingerprint: str
    intake: Intake


def read_copy(path: Path, rules: Rules) -> ReturnedCopy | None:
    """A file as a returned copy, None when it is none. Raises KongjianError when it cannot be read."""
    with Package(path) as package:
        school, _, fingerprint = defined_names(package).texts.get(COPY_NAME, "").rpartition("|")
        if not school:
            return None
        reader = Reader(package)
        sheets = {s.table: s.sheet for s in output_sheets(rules)}
        measures = {"schools": "SchoolMeasures", "teachers": "TeacherMeasures"}
        grids = {
            t.id: reader.grid(sheets[measures[t.id]]) if t.id in measures else None for t in rules.tables
        }
        return ReturnedCopy(path, school, fingerprint, read_inputs(grids, rules))


def corrections(copies: Sequence[ReturnedCopy], run: Run) -> list[Correction]:
    """Every value in which the copies differ from the run, in the order of units and columns; conflicts noted."""
    found = [c for copy in copies for kind in TABLES for c in _differences(copy, kind, run)]
    wanted: dict[tuple[str, ...], set[Value]] = {}
    for c in found:
        wanted.setdefault(c.key, set()).add(c.wanted)
    return [
        replace(c, note=_joined(c.note, "几份文件写的不一样")) if len(wanted[c.key]) > 1 else c for c in found
    ]


def _differences(copy: ReturnedCopy, kind: str, run: Run) -> Iterator[Correction]:
    table = run.rules.table(TABLES[kind])
    outcome, naming = run.results.of(kind), own_names(kind, run.rules).values()
    ours, names = outcome.units, outcome.names
    theirs: Frame = getattr(copy.intake.inputs, TABLES[kind])
    their_names = named(kind, theirs, run.rules)
    known = {key: i for i, key in enumerate(unit_keys(kind, names))}
    findings = [f for f in copy.intake.findings if f.table == table.id and not f.code.endswith("_blank")]
    doubted = {(f.row, f.column) for f in findings}
    note = "" if copy.fingerprint == run.results.fingerprint else "发出以后本簿的数据改过"
    for i, key in enumerate(unit_keys(kind, their_names)):
        at = known.get(key)
        if at is None or fold(names["学校名称"][at]) != fold(copy.school):
            what = "不是本校的" if at is not None else "本簿没有的"
            yield _whole_row(copy, kind, their_names, i, f"{what}{OBJECT_LABELS[kind]}，不能采纳")
            continue
        for column in table.columns:
            if column.name in naming:
                continue
            now, wanted = (_value(f, column.name, k, table) for f, k in ((ours, at), (theirs, i)))
            if wanted == "" != now and (int(theirs[ROW][i]), column.name) in doubted:
                why = f"“{column.name}”写的认不出来，请问学校；不能采纳"
                yield _correction(copy, kind, names, at, "", now, wanted, why)
            elif not _same(now, wanted):
                yield _correction(copy, kind, names, at, column.name, now, wanted, note)


def _value(frame: Frame, name: str, at: int, table: InputTable) -> Value:
    value = frame[name][at]
    if isinstance(value, str):
        return value
    if np.isnan(value):
        return ""
    return YES_NO.get(float(value), "") if table.column(name).kind == "yes_no" else float(value)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _SAME
    return one == other


def _correction(
    copy: ReturnedCopy, kind: str, names: Frame, at: int, item: str, now: Value, wanted: Value, note: str
) -> Correction:
    school, teacher, account = (str(names[n][at]) if n in names else "" for n in NAME_COLUMNS["teacher"])
    return Correction(kind, school, teacher, account, item, now, wanted, copy.path.name, note)


def _whole_row(copy: ReturnedCopy, kind: str, names: Frame, at: int, note: str) -> Correction:
    return _correction(copy, kind, names, at, "", "", "", note)


def _joined(*notes: str) -> str:
    return "；".join(n for n in notes if n)


def changes(
    accepted: Sequence[Correction], intake: Intake, rules: Rules, sheet_name: Mapping[str, str]
) -> tuple[list[Change], list[tuple[Correction, str]]]:
    """The cells to write for accepted corrections, and those that cannot be accepted with the reason.

    `intake` is the workbook's own input as it is now, `sheet_name` the workbook's spelling of each table's sheet.
    """
    todo, refused = [], []
    wanted: dict[tuple[str, ...], set[Value]] = {}
    for c in accepted:
        wanted.setdefault(c.key, set()).add(c.wanted)
    for c in accepted:
        if len(wanted[c.key]) > 1:
            refused.append((c, "采纳了几个不同的数，请只留一个“是”"))
            continue
        try:
            todo.append(_change(c, intake, rules, sheet_name))
        except KongjianError as error:
            refused.append((c, str(error)))
    return todo, refused


def _change(c: Correction, intake: Intake, rules: Rules, sheet_name: Mapping[str, str]) -> Change:
    table = rules.table(TABLES[c.kind])
    units: Frame = getattr(intake.inputs, table.id)
    key = unit_keys(c.kind, _names(c))[0]
    rows = [i for i, k in enumerate(unit_keys(c.kind, named(c.kind, units, rules))) if k == key]
    if not c.item:
        raise KongjianError(c.note or "没有写明是哪一项")
    if not rows:
        raise KongjianError(f"{table.sheet}里没有这一行")
    if len(rows) > 1:
        raise KongjianError(f"{table.sheet}里有{len(rows)}行是它，请先删去重复的")
    letters = intake.places.get(table.id, {}).get(c.item)
    if letters is None:
        raise KongjianError(f"{table.sheet}没有“{c.item}”列，请先加上这一列")
    given = _value(units, c.item, rows[0], table)
    written = _same(given, c.wanted)  # accepted before, when the list itself could not be written
    if (
        not _same(given, c.now) and given != "" and not written
    ):  # a blank was derived: the school knows better
        raise KongjianError(f"本簿里现在是{given}，不是{c.now}，请再收取一次")
    return Change(sheet_name[table.id], int(units[ROW][rows[0]]), column_number(letters), c.wanted, c)


def _names(c: Correction) -> Frame:
    return Frame.of({"学校名称": [c.school], "教师姓名": [c.teacher], "账号": [c.account]})
