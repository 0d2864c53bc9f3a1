"""申报材料清单.xlsx: who owes which form, what has come in, what is wrong with it, what staff noted by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell
from kongjian.base.text import one_line
from kongjian.engine.frame import Frame, texts
from kongjian.engine.matching import accounts
from kongjian.engine.outcome import unit_keys
from kongjian.forms import known
from kongjian.forms.returned.checklist_sheet import SHEET, write_sheet
from kongjian.forms.returned.returned_forms import NOT_A_SHEET, NOT_FILLED, Returned
from kongjian.intake.sheets import rows_below_header
from kongjian.rules import Rules
from kongjian.rules.model_forms import Form
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.run import Run
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

FILE = "申报材料清单.xlsx"
CAME_IN = "交回材料清单.xlsx"
"""The list of what came in where nothing tells who owes what."""
OWED = ("材料", "类别", "学校名称", "教师姓名", "账号", "截止日期")
BY_HAND = "人工登记"
NOT_IN, BLANK, INCOMPLETE, COMPLETE = "未交", "没有填写", "不完整", "已交齐"
TO_SETTLE = "待处理"
"""The state of a file that belongs to nobody on the list."""
_NOT_LISTED = "不在应交名单里"
_MOST_NAMES = 10


@dataclass(frozen=True)
class Count:
    """How many of one form are owed, complete (noted by hand ones among them), incomplete; and whose are not in."""

    owed: int = 0
    complete: int = 0
    incomplete: int = 0
    missing: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """In words, with the first names of those who owe."""
        more = "……" if len(self.missing) > _MOST_NAMES else ""
        who = f"：{'、'.join(self.missing[:_MOST_NAMES])}{more}" if self.missing else ""
        return (
            f"应交{self.owed}，已交齐{self.complete}，不完整{self.incomplete}，未交{len(self.missing)}{who}"
        )


Counts = dict[str, Count]
"""Counts by the form's id."""


@dataclass(frozen=True)
class Line:
    """One row of the list: `key` is the form's id and the unit's key, both "" for a file of nobody's."""

    key: tuple[str, str]
    owed: tuple[str, ...]
    state: str = NOT_IN
    problem: str = ""
    file: str = ""
    by_hand: str = ""


def material(form: Form) -> str:
    """What the list calls a form: its template's name."""
    return Path(form.template).stem


def expected(run: Run, rules: Rules) -> Frame:
    """Who owes which form (方案 五、评选程序/1): columns OWED, schools before teachers, each by rank.

    账号 is blank where Excel has damaged it, so that the list names a unit as the forms do.
    """
    frames = []
    for form in rules.forms.forms:
        at = known.qualified(run, form.object)
        names = known.outcome(run, form.object).names.take(at)
        blank, teacher = [""] * len(at), form.object == "teacher"
        columns = [
            [material(form)] * len(at),
            [OBJECT_LABELS[form.object]] * len(at),
            names["学校名称"].tolist(),
            names["教师姓名"].tolist() if teacher else blank,
            accounts(names) if teacher else blank,
            [rules.scheme.apply_by] * len(at),
        ]
        frames.append(columns)
    joined = [[v for f in frames for v in f[k]] for k in range(len(OWED))]
    return Frame({name: texts(column) for name, column in zip(OWED, joined, strict=True)})


def of_those(returned: Sequence[Returned], rules: Rules) -> Frame:
    """What `expected` gives, of the units whose forms came in: for where nothing tells who owes what."""
    rows = []
    came_in = dict.fromkeys((r.form, r.unit) for r in returned if r.unit)
    for form, unit in ((f, unit) for f in rules.forms.forms for named, unit in came_in if named == f.id):
        school, _, name = unit.partition("|")[2].partition("/")
        account = "" if form.object == "school" or name else school
        known_as = ("" if account else school, name, account)
        rows.append((material(form), OBJECT_LABELS[form.object], *known_as, rules.scheme.apply_by))
    return Frame({name: texts(row[k] for row in rows) for k, name in enumerate(OWED)})


def write(
    path: Path, expected: Frame | None, returned: Sequence[Returned], today: dt.date, rules: Rules
) -> Counts:
    """Writes the list, whole or not at all; what staff typed under 人工登记 in the list that is there stays.

    Without `expected` the units are those of the list that is there. Raises KongjianError where there is
    none, or where it cannot be read.
    """
    before = _read(path, rules) if path.is_file() else []
    if expected is None:
        if not path.is_file():
            raise KongjianError(f"没有 {path}，不知道谁应交；请先用工作簿生成申报表和这份清单")
        owed = [line for line in before if line.key[0] and line.state != TO_SETTLE]
    else:
        owed = _lines(expected, rules)
    noted = {_noted_by(line): line.by_hand for line in before if line.by_hand}
    lists = {path.with_name(name).resolve() for name in (FILE, CAME_IN)}
    lines, strays = _match(owed, [r for r in returned if r.file.resolve() not in lists], path.parent)
    lines = [_noted(line, noted.pop(line.key, "")) for line in lines]
    strays = [replace(s, by_hand=noted.pop(_noted_by(s), "")) for s in strays]
    strays += _left_over(before, noted)
    counts = _counts(lines, rules)
    rows = [(*line.owed, line.state, line.problem, line.file, line.by_hand) for line in lines + strays]
    write_sheet(path, _subtitle(counts, today, rules), [*OWED, "状态", "问题", "文件", BY_HAND], rows)
    return counts


def none_in(expected: Frame, rules: Rules) -> Counts:
    """The counts where nothing has come in."""
    return _counts(_lines(expected, rules), rules)


def _lines(owed: Frame, rules: Rules) -> list[Line]:
    """The rows of a frame with the columns OWED; rows that name no known form have no key."""
    forms = {material(f): f for f in rules.forms.forms}
    keys = {kind: unit_keys(kind, owed) for kind in ("school", "teacher")} if owed.height else {}
    out = []
    for k, values in enumerate(zip(*(owed[name].tolist() for name in OWED), strict=True)):
        form = forms.get(values[0])
        key = (form.id, f"{form.object}|{keys[form.object][k]}") if form else ("", "")
        out.append(Line(key, values))
    return out


def _read(path: Path, rules: Rules) -> list[Line]:
    """The list as it is there."""
    columns = [*OWED, "状态", "问题", "文件", BY_HAND]
    with Package(path) as package:
        rows = rows_below_header(Reader(package), SHEET, columns)
        if not rows and Reader(package).grid(SHEET) is None:
            raise KongjianError(f"{path.name} 里没有工作表“{SHEET}”；请把这个文件移走或改名再试")
    cells = [[_word(c) for c in row] for row in rows]
    owed = Frame({name: texts(row[k] for row in cells) for k, name in enumerate(OWED)})
    out = []
    for line, (*_, state, problem, file, by_hand) in zip(_lines(owed, rules), cells, strict=True):
        out.append(Line(line.key, line.owed, state, problem, file, by_hand))
    return out


def _word(cell: Cell) -> str:
    if isinstance(cell, dt.date):
        return f"{cell.month}月{cell.day}日"
    if isinstance(cell, float):
        return f"{cell:.10g}" if not cell.is_integer() else f"{cell:.0f}"
    return "" if cell is None else str(cell).strip()


def _match(owed: list[Line], returned: Sequence[Returned], folder: Path) -> tuple[list[Line], list[Line]]:
    """The list with what came in, and the files of nobody on it."""
    found: dict[tuple[str, str], list[Returned]] = defaultdict(list)
    strays = []
    listed = {line.key for line in owed}
    for r in returned:
        key = _key(r, owed)
        if key in listed:
            found[key].append(r)
        else:
            strays.append(_stray(r, folder))
    return [_with(line, found[line.key], folder) for line in owed], strays


def _key(r: Returned, owed: Iterable[Line]) -> tuple[str, str]:
    """Whose a form is; without a mark a teacher's name serves where only one on the list has it."""
    if r.unit or not r.form:
        return r.form, r.unit
    name = "".join(r.values.get("FormTeacher", "").split())
    same = [line.key for line in owed if name and line.key[0] == r.form and line.owed[3] == name]
    return same[0] if len(same) == 1 else (r.form, "")


def _with(line: Line, files: list[Returned], folder: Path) -> Line:
    """A row with the newest of its files; several are a conflict, which is named."""
    if not files:
        return line
    newest = max(files, key=lambda r: r.file.stat().st_mtime if r.file.exists() else 0.0)
    reasons = [] if newest.reasons == (NOT_FILLED,) else list(newest.reasons)
    state = BLANK if not newest.filled else INCOMPLETE if reasons else COMPLETE
    if len(files) > 1:
        others = "、".join(_shown(r.file, folder) for r in files if r is not newest)
        reasons.insert(0, f"有{len(files)}个文件，用了最新的；另有 {others}")
    return replace(line, state=state, problem="；".join(reasons), file=_shown(newest.file, folder))


def _noted(line: Line, by_hand: str) -> Line:
    """What staff noted counts as complete."""
    return replace(line, by_hand=by_hand, state=BY_HAND) if by_hand else line


def _stray(r: Returned, folder: Path) -> Line:
    school, teacher = r.values.get("FormSchool", ""), r.values.get("FormTeacher", "")
    if r.form:
        why = _NOT_LISTED if r.unit else "看不出是谁的表，请人工登记"
    else:
        why = "；".join(r.reasons) or NOT_A_SHEET
    return Line(("", ""), ("", "", school, teacher, "", ""), TO_SETTLE, why, _shown(r.file, folder))


def _noted_by(line: Line) -> tuple[str, str]:
    """What a note of staff belongs to: the unit's form, or the file of nobody's."""
    return line.key if line.key[0] else ("", line.file)


def _left_over(before: list[Line], noted: dict[tuple[str, str], str]) -> list[Line]:
    """Notes of staff about units that are no longer on the list, and about files that are gone: never lost."""
    out = []
    for line in before:
        if line.by_hand and _noted_by(line) in noted:
            why = _NOT_LISTED if line.key[0] else line.problem
            out.append(replace(line, state=TO_SETTLE, problem=why))
    return out


def _shown(file: Path, folder: Path) -> str:
    """A file as staff find it: relative to the list where it lies below it."""
    try:
        return one_line(str(file.resolve().relative_to(folder.resolve())))
    except ValueError:
        return one_line(str(file))


def _counts(lines: Iterable[Line], rules: Rules) -> Counts:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    owing: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        states[line.key[0]][line.state] += 1
        if line.state == NOT_IN:
            owing[line.key[0]].append(" ".join(line.owed[2:4]).strip() or line.owed[4])
    return {
        f.id: Count(
            owed=sum(states[f.id].values()),
            complete=states[f.id][COMPLETE] + states[f.id][BY_HAND],
            incomplete=states[f.id][INCOMPLETE] + states[f.id][BLANK],
            missing=tuple(owing[f.id]),
        )
        for f in rules.forms.forms
    }


def _subtitle(counts: Counts, today: dt.date, rules: Rules) -> list[str]:
    """One line for each form, and one for the review."""
    out = []
    for form in rules.forms.forms:
        c = counts[form.id]
        tally = f"应交{c.owed}份，已交齐{c.complete}，不完整{c.incomplete}，未交{len(c.missing)}"
        out.append(f"{material(form)}：{tally}；{_days(rules.scheme.apply_by, today)}")
    out.append(f"专家评审：{_days(rules.forms.review.due, today)}；{today:%Y-%m-%d} 统计")
    return out


def _days(due: str, today: dt.date) -> str:
    day = dt.date.fromisoformat(due)
    left = (day - today).days
    words = f"还有{left}天" if left > 0 else "今天截止" if left == 0 else f"已过{-left}天"
    return f"{day.year}年{day.month}月{day.day}日截止，{words}"


__all__ = ["CAME_IN", "FILE", "Count", "Counts", "expected", "material", "none_in", "of_those", "write"]
