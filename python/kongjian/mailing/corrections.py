"""What schools corrected in the copies that they sent back, and the cells that an accepted correction changes.

Three values decide: what was sent (kept in the copy), what the school made of it, what the book has now. Only what the
school itself changed is proposed; where the book changed as well, all three are shown. A copy that does not hold what was
sent is compared with the book alone, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, column_number, is_blank
from kongjian.base.text import fold
from kongjian.engine.frame import Frame
from kongjian.engine.matching import ROW
from kongjian.engine.outcome import NAME_COLUMNS, named, shown_keys, unit_keys
from kongjian.intake.tables import Intake, read_inputs
from kongjian.mailing.sent_values import (
    TABLES,
    DamagedError,
    Sent,
    SentRow,
    Value,
    items,
    recalled,
    same,
    value_of,
)
from kongjian.rules import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.run import Run
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

COPY_NAME = "KongjianCopy"
"""The defined name by which a copy says whose it is and of which data: school|fingerprint."""
UNKNOWN = "不详"
"""Stands for what was sent where the copy does not say."""
FIRST_EDITION, DAMAGED = "以前的分校版，没有留下发出时的数", "分校版里留的发出时的数不完整或被改过"
"""Why a copy can be compared with the book alone."""


@dataclass(frozen=True)
class Correction:
    """One cell that a school would have otherwise. Values are numbers, texts or 是/否; "" for a blank.

    `sent` is what the school was sent, `now` what the book has, `wanted` what the school wrote.
    """

    kind: str
    school: str
    teacher: str
    account: str
    item: str
    now: Value
    wanted: Value
    file: str
    note: str = ""
    sent: Value = UNKNOWN

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
    """A copy that came back: its school, the data that it was made of, its rows by table.

    `sent` is None where what was sent is not known, `unknown` then says why.
    """

    path: Path
    school: str
    fingerprint: str
    intake: Intake
    sent: Sent | None = None
    unknown: str = FIRST_EDITION


def read_copy(path: Path, rules: Rules) -> ReturnedCopy | None:
    """A file as a returned copy, None when it is none. Raises KongjianError when it cannot be read."""
    with Package(path) as package:
        names = defined_names(package).texts
        school, _, fingerprint = names.get(COPY_NAME, "").rpartition("|")
        if not school:
            return None
        reader = Reader(package)
        sheets = {s.table: s.sheet for s in output_sheets(rules)}
        measures = {"schools": "SchoolMeasures", "teachers": "TeacherMeasures"}
        grids = {
            t.id: reader.grid(sheets[measures[t.id]]) if t.id in measures else None for t in rules.tables
        }
        intake = read_inputs(grids, rules)
        try:
            sent, unknown = recalled(names, names[COPY_NAME]), FIRST_EDITION
        except DamagedError:
            sent, unknown = None, DAMAGED
        return ReturnedCopy(path, school, fingerprint, intake, sent, unknown)


def corrections(copies: Sequence[ReturnedCopy], run: Run) -> list[Correction]:
    """Every value that the schools changed, in the order of units and columns; conflicts noted."""
    found = [c for copy in copies for kind in TABLES for c in _Comparison(copy, kind, run).found()]
    wanted: dict[tuple[str, ...], set[Value]] = {}
    for c in found:
        wanted.setdefault(c.key, set()).add(c.wanted)
    disagreed = {key for key, values in wanted.items() if len(values) > 1}
    return [
        replace(c, note=_joined(c.note, "几份文件写的不一样")) if c.item and c.key in disagreed else c
        for c in found
    ]


class _Comparison:
    """One table of a copy, what was sent of it, and the book."""

    def __init__(self, copy: ReturnedCopy, kind: str, run: Run) -> None:
        self._copy, self._kind, self._run = copy, kind, run
        self._table = run.rules.table(TABLES[kind])
        self._ours, self._names = run.results.of(kind).units, run.results.of(kind).names
        self._given: Frame = getattr(run.inputs, TABLES[kind])
        self._theirs: Frame = getattr(copy.intake.inputs, TABLES[kind])
        self._their_names = named(kind, self._theirs, run.rules)
        self._columns = copy.intake.places.get(self._table.id, {})
        self._known = {key: i for i, key in enumerate(unit_keys(kind, self._names))}
        doubted = (f for f in copy.intake.findings if f.table == self._table.id)
        self._doubted = {(f.row, f.column) for f in doubted if not f.code.endswith("_blank")}

    def found(self) -> Iterator[Correction]:
        """What differs, row by row of the copy; then the rows that were sent and are not there any more."""
        if not self._columns:
            if self._sent:
                yield self._whole_row(
                    (self._copy.school,), f"没有“{self._table.sheet}”对应的指标表，没有比较"
                )
            return
        keys = shown_keys(self._kind, self._their_names)
        counts, seen = Counter(keys), Counter[str]()
        yield from self._lost_columns()
        for i, (key, now) in enumerate(zip(keys, unit_keys(self._kind, self._their_names), strict=True)):
            sent = self._sent.get(key, [])
            before = sent[seen[key]] if seen[key] < len(sent) else None
            seen[key] += 1
            if before and not self._changed(i, before):
                continue
            if sent and max(counts[key], len(sent)) > 1:
                yield self._whole_row(self._called(i), "有几行是它，分不清改的是哪一行，不能采纳")
            else:
                yield from self._row(i, self._known.get(now), before)
        for key, rows in self._sent.items():
            for lost in rows[counts[key] :]:
                yield self._whole_row(lost.names, "发出时有这一行，交回的文件里没有了；不能采纳")

    @cached_property
    def _sent(self) -> Mapping[str, list[SentRow]]:
        return (self._copy.sent or {}).get(self._kind, {})

    @property
    def _unit(self) -> str:
        return OBJECT_LABELS[self._kind]

    def _lost_columns(self) -> Iterator[Correction]:
        was = dict.fromkeys(item for rows in self._sent.values() for row in rows for item in row.values)
        lost = [i for i in items(self._kind, self._run) if i in was and i not in self._columns]
        if lost:
            what = f"交回的文件里没有“{'、'.join(lost)}”列了，没有比较"
            yield self._whole_row((self._copy.school,), what)

    def _changed(self, i: int, sent: SentRow) -> list[str]:
        """The items that the school wrote otherwise than they were sent.

        A cell that still holds what was sent is unchanged, whatever it is read as beside other cells.
        """
        return [
            item
            for item, value in sent.values.items()
            if item in self._columns
            and not _holds(self._cell(i, item), value)
            and (not same(self._wanted(i, item), value) or self._doubtful(i, item))
        ]

    def _cell(self, i: int, item: str) -> Cell:
        grid = self._copy.intake.where.grids[self._table.id]
        row = grid.rows[int(self._theirs[ROW][i]) - 1] if grid else ()
        column = column_number(self._columns[item])
        return row[column - 1] if column <= len(row) else ""

    def _wanted(self, i: int, item: str) -> Value:
        return value_of(self._theirs, item, i, self._table)

    def _doubtful(self, i: int, item: str) -> bool:
        """Whether something is written that nobody can read."""
        return self._wanted(i, item) == "" and (int(self._theirs[ROW][i]), item) in self._doubted

    def _row(self, i: int, at: int | None, sent: SentRow | None) -> Iterator[Correction]:
        if at is None or fold(self._names["学校名称"][at]) != fold(self._copy.school):
            what = "不是本校的" if at is not None else "本簿没有的"
            yield self._whole_row(self._called(i), f"{what}{self._unit}，不能采纳")
            return
        for item in self._changed(i, sent) if sent else self._items:
            if item not in self._items:
                yield self._whole_row(self._called(i), f"本簿没有“{item}”列了，不能采纳")
                continue
            now, wanted = value_of(self._ours, item, at, self._table), self._wanted(i, item)
            derived = now != "" == value_of(self._given, item, at, self._table)
            if self._doubtful(i, item) and (sent or now != ""):
                yield self._correction(at, f"“{item}”写的认不出来，请问学校；不能采纳", "", now, wanted, sent)
            elif same(now, wanted) or (derived and not sent and not self._same_data):
                continue
            elif derived:
                why = f"“{item}”在本簿是空的，由别的数算出；要改请改那些数，不能采纳"
                yield self._correction(at, why, "", now, wanted, sent)
            else:
                yield self._correction(at, self._said(item, now, sent), item, now, wanted, sent)

    @cached_property
    def _items(self) -> list[str]:
        """What both the copy and the book have a column for."""
        return [item for item in items(self._kind, self._run) if item in self._columns]

    @property
    def _same_data(self) -> bool:
        return self._copy.fingerprint == self._run.results.fingerprint

    def _said(self, item: str, now: Value, sent: SentRow | None) -> str:
        if sent:
            return "" if same(sent.values[item], now) else "发出以后学校和本簿都改过，请核对三个数"
        if self._copy.sent is not None:
            return "发出时没有这一行，只与本簿现在的数比较"
        return _joined(
            f"{self._copy.unknown}，只与本簿现在的数比较",
            "" if self._same_data else "发出以后本簿的数据改过",
        )

    def _correction(
        self, at: int, note: str, item: str, now: Value, wanted: Value, sent: SentRow | None
    ) -> Correction:
        school, teacher, account = _three(tuple(str(self._names[n][at]) for n in NAME_COLUMNS[self._kind]))
        before = sent.values[item] if sent and item else UNKNOWN
        return Correction(
            self._kind, school, teacher, account, item, now, wanted, self._copy.path.name, note, before
        )

    def _called(self, i: int) -> tuple[str, ...]:
        return tuple(str(self._their_names[n][i]) for n in NAME_COLUMNS[self._kind])

    def _whole_row(self, names: tuple[str, ...], note: str) -> Correction:
        return Correction(self._kind, *_three(names), "", "", "", self._copy.path.name, note, "")


def _three(names: tuple[str, ...]) -> tuple[str, str, str]:
    """School, teacher and account; a school has the first only."""
    school, teacher, account = (*names, "", "")[:3]
    return school, teacher, account


def _holds(cell: Cell, sent: Value) -> bool:
    """Whether a cell is as it was sent."""
    if isinstance(sent, float):
        return isinstance(cell, int | float) and not isinstance(cell, bool) and same(float(cell), sent)
    return is_blank(cell) if sent == "" else str(cell).strip() == sent.strip()


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
        if c.item and len(wanted[c.key]) > 1:
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
    given = value_of(units, c.item, rows[0], table)
    written = same(given, c.wanted)  # accepted before, when the list itself could not be written
    if given == "" != c.now and not written:
        raise KongjianError("这一格在本簿是空的，由别的数算出，写进去就不再变动")
    if not same(given, c.now) and not written:
        raise KongjianError(f"本簿里现在是{given}，不是{c.now}，请再收取一次")
    return Change(sheet_name[table.id], int(units[ROW][rows[0]]), column_number(letters), c.wanted, c)


def _names(c: Correction) -> Frame:
    return Frame.of({"学校名称": [c.school], "教师姓名": [c.teacher], "账号": [c.account]})
