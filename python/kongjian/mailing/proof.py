"""Opens a written copy again and proves that it can be sent: clean, and every number the engine's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from kongjian.base.errors import KongjianError
from kongjian.base.libreoffice import calculating, find_office
from kongjian.mailing.copy_sheets import Value, as_shown
from kongjian.mailing.live_copy import Contents, contents
from kongjian.mailing.note_sheet import NOTE
from kongjian.mailing.package_proof import cells_of, formula_texts, package_reasons
from kongjian.workbook.layout import RULES
from kongjian.workbook.run import Run
from kongjian.xlsx.package import Package
from kongjian.xlsx.table_parts import FIRST_ROW

_LAST_DIGIT = 1e-6
"""Far below the last digit that any cell shows."""
_MOST_REASONS = 20
_ANEW = "LibreOffice重算为"
Columns = Mapping[int, tuple[Sequence[int], Sequence[Value]]]
"""The rows and values of each column, from 0."""
Formulas = Mapping[tuple[int, int], str]


@dataclass(frozen=True)
class Proof:
    """What a check of a copy found. `recalculated` is how many formulas LibreOffice gave the engine's result for,

    None where it is not installed or was not asked. `doubts` are what somebody has to look at, `checked` says that
    somebody has.
    """

    reasons: tuple[str, ...]
    formulas: int
    values: int
    recalculated: int | None
    doubts: tuple[str, ...] = ()
    checked: bool = False

    @property
    def can_be_sent(self) -> bool:
        return not self.reasons and (self.checked or not self.doubts)

    @property
    def message(self) -> str:
        """The result in plain words: what agrees, or why it cannot be sent."""
        if self.reasons:
            return "不能发送：\n" + _listed(self.reasons)
        if not self.can_be_sent:
            return "先不发送，请先看过：\n" + _listed(self.doubts)
        looked = f"；有人核对过：\n{_listed(self.doubts)}" if self.doubts else ""
        counts = f"核对无误：{self.values}个数都和本簿一致"
        if self.recalculated is None:
            return counts + ("；公式没有用LibreOffice再算一遍" if self.formulas else "") + looked
        return f"{counts}；{self.recalculated}个公式用LibreOffice再算一遍，也一致{looked}"


def together(proofs: Mapping[str, Proof]) -> list[str]:
    """What many proofs found, by the copies' names: how many are right and by what, then each that is not, or was doubtful."""
    good = {name: proof for name, proof in proofs.items() if proof.can_be_sent}
    twice = sum(proof.recalculated is not None for proof in good.values())
    lines = []
    if twice:
        lines.append(
            f"{twice}份都用两种方法核对，结果一致：写好后再打开，每个数和本簿比较；公式用LibreOffice再算一遍"
        )
    if once := len(good) - twice:
        lines.append(f"{once}份写好后再打开，每个数都和本簿一致；公式没有用LibreOffice再算一遍")
    return lines + [f"{name}：{p.message}" for name, p in proofs.items() if p.doubts or not p.can_be_sent]


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"· {line}" for line in lines)


def prove(
    copy: Path,
    run: Run,
    formulas: bool = True,
    only_school: str | Collection[str] | None = None,
    recalculate: bool = True,
    expected: Contents | None = None,
    further: Collection[str] = (),
    own_names: Collection[str] = (),
) -> Proof:
    """Checks a copy that was written from `run` with the same arguments, or from what is `expected`.

    Never raises for what is wrong with the copy: that is a reason. `recalculate` asks LibreOffice, if installed.
    `further` are sheets and `own_names` defined names that the copy has besides. Other schools' names are looked for in
    the finished file, see `strangers`.
    """
    expected = expected or contents(run, formulas, only_school)
    office = find_office() if formulas and recalculate else None
    with calculating([copy], office) if office else nullcontext() as anew:
        return examined(copy, expected, formulas, further, own_names, anew)


def examined(
    copy: Path,
    expected: Contents,
    formulas: bool = True,
    further: Collection[str] = (),
    own_names: Collection[str] = (),
    anew: Callable[[Path], Path] | None = None,
) -> Proof:
    """The same with LibreOffice already at work on the copy; `anew` gives it as calculated, see `calculating`."""
    try:
        with Package(copy) as package:
            cells = cells_of(package)
            reasons = list(package_reasons(package, formulas, own_names, cells))
            found = formula_texts(cells)
            reasons += _sheet_reasons(expected, [s for s in package.sheets if s not in further])
            reasons += [f"没有工作表“{sheet}”" for sheet in further if sheet not in package.sheets]
    except KongjianError as error:
        return Proof((str(error),), 0, 0, None)
    wanted = _wanted(expected)
    reasons += _formula_reasons(expected, found)
    reasons += _differences(copy, wanted, "文件里")
    done = None
    if anew and not reasons:
        reasons += _recalculation(copy, wanted, anew)
        done = sum(map(len, found.values()))
    count = sum(
        isinstance(v, float | int) for its in wanted.values() for _, values in its.values() for v in values
    )
    return Proof(tuple(_shortened(reasons)), sum(map(len, found.values())), count, done)


def _recalculation(copy: Path, wanted: Mapping[str, Columns], anew: Callable[[Path], Path]) -> Iterator[str]:
    try:
        result = anew(copy)
    except KongjianError as error:
        yield str(error)
        return
    yield from _differences(result, wanted, _ANEW)


def _shortened(reasons: list[str]) -> list[str]:
    rest = len(reasons) - _MOST_REASONS
    return [*reasons[:_MOST_REASONS], f"……另有{rest}处"] if rest > 0 else reasons


def _wanted(expected: Contents) -> dict[str, Columns]:
    """The engine's values of every data cell and every parameter, by sheet; a blank is an empty text."""
    out: dict[str, Columns] = {}
    for sheet in expected.sheets:
        columns = (as_shown(column.values) for column in sheet.columns)
        first = FIRST_ROW - 1
        out[sheet.place.sheet] = {c: (range(first, first + len(v)), v) for c, v in enumerate(columns)}
    out[RULES] = _by_column({(e.row - 1, e.column - 1): e.value for e in expected.rules})
    out[NOTE] = _by_column({(e.row - 1, e.column - 1): e.value for e in expected.note if e.formula})
    looked = (item for one in expected.lookups for item in one.values().items())
    return out | {name: _by_column(cells) for name, cells in looked}


def _by_column(cells: Mapping[tuple[int, int], Value]) -> Columns:
    out: dict[int, tuple[list[int], list[Value]]] = {}
    for (row, column), value in cells.items():
        rows, values = out.setdefault(column, ([], []))
        rows.append(row)
        values.append("" if value is None else value)
    return out


def _sheet_reasons(expected: Contents, there: list[str]) -> Iterator[str]:
    wanted = {NOTE, RULES, *(sheet.place.sheet for sheet in expected.sheets)}
    wanted |= {name for one in expected.lookups for name in one.formulas()}
    for sheet in there:
        if sheet not in wanted:
            yield f"多出一张工作表“{sheet}”"
    for sheet in sorted(wanted - set(there)):
        yield f"没有工作表“{sheet}”"


def _formula_reasons(expected: Contents, found: Mapping[str, Formulas]) -> Iterator[str]:
    """Where a formula is missing that the copy should have, is another one, or stands where none should be."""
    for sheet in expected.sheets:
        cells = {
            (FIRST_ROW - 1 + r, c): formula
            for c, column in enumerate(sheet.columns)
            for r, formula in enumerate(column.formulas)
        }
        yield from _formula_cells(sheet.place.sheet, cells, found)
    for name, entries in ((RULES, expected.rules), (NOTE, expected.note)):
        yield from _formula_cells(
            name, {(e.row - 1, e.column - 1): e.formula for e in entries if e.formula}, found
        )
    looked = [item for one in expected.lookups for item in one.formulas().items()]
    for name, cells in looked:
        yield from _formula_cells(name, cells, found)
    known = {RULES, NOTE, *(sheet.place.sheet for sheet in expected.sheets), *(name for name, _ in looked)}
    for name in found.keys() - known:
        yield from _formula_cells(name, {}, found)


def _formula_cells(sheet: str, wanted: Formulas, found: Mapping[str, Formulas]) -> Iterator[str]:
    if sheet not in found:  # told already
        return
    there = found[sheet]
    if wanted == there:
        return
    for row, column in sorted(wanted.keys() - there.keys()):
        yield f"{sheet} {_name(row, column)} 的公式被数字或文字盖住了"
    for row, column in sorted(there.keys() - wanted.keys()):
        yield f"{sheet} {_name(row, column)} 多出一个公式"
    for row, column in sorted(at for at in wanted.keys() & there.keys() if wanted[at] != there[at]):
        yield f"{sheet} {_name(row, column)} 是另一个公式"


def _differences(book: Path, wanted: Mapping[str, Columns], what: str) -> Iterator[str]:
    """Every cell whose value is not the engine's."""
    opened = CalamineWorkbook.from_path(book)
    for sheet, columns in wanted.items():
        if sheet not in opened.sheet_names:
            continue
        across = list(zip(*opened.get_sheet_by_name(sheet).to_python(skip_empty_area=False), strict=True))
        for column, (rows, values) in columns.items():
            there = across[column] if column < len(across) else ()
            shown = [there[row] if row < len(there) else "" for row in rows]
            if shown == values:
                continue
            for row, value, now in zip(rows, values, shown, strict=True):
                if value != now and not _same(value, now):
                    yield f"{sheet} {_name(row, column)}：程序算得{_said(value)}，{what}{_said(now)}"


def _same(value: Value, shown: object) -> bool:
    if isinstance(value, float | int):
        return isinstance(shown, float | int) and abs(shown - value) < _LAST_DIGIT
    return (value or "") == shown


def _said(value: object) -> str:
    if isinstance(value, float | int):
        return f"{value:.10g}"
    return f"“{value}”" if value else "空白"


def _name(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column))
