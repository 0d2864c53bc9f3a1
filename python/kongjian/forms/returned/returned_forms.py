"""Reads application forms that units sent back: whose they are, what they hold, what is missing or wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.foreign import foreign
from kongjian.base.grid import Area, Cell, Grid, is_blank, letter
from kongjian.engine.matching import school_keys
from kongjian.forms import known
from kongjian.forms.applications import sent_facts
from kongjian.forms.returned import field_checks
from kongjian.forms.returned.room import Room
from kongjian.forms.template.filled_workbook import MADE_NAME, as_made
from kongjian.forms.template.placeholders import words
from kongjian.rules import Rules
from kongjian.rules.model_forms import Form
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

NOT_A_SHEET = "不是表格，请人工登记"
NOT_FILLED = "还没有填写"
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods"}
_NO_MATERIAL = {".bak", ".tmp", ".ini", ".db", ".txt", ".lnk"}


@dataclass(frozen=True)
class Returned:
    """One form in one file. `form` and `unit` are "" where the file does not tell; `values` are by field name.

    Those of the reasons that tell of texts which are not printed whole are `cut`, too.
    """

    file: Path
    form: str = ""
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()

    @property
    def filled(self) -> bool:
        """Whether the unit has written anything of its own."""
        return NOT_FILLED not in self.reasons


def read_folder(folder: Path, rules: Rules) -> list[Returned]:
    """Every form below a folder, by file name. Raises KongjianError where there is no such folder."""
    if not folder.is_dir():
        raise KongjianError(f"没有文件夹 {folder}；请把交回的申报表放进一个文件夹再试")
    out = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if (
            path.is_file()
            and not hidden
            and path.suffix.lower() not in _NO_MATERIAL
            and not _only_sent(path, rules)
        ):
            out += read_returned(path, rules)
    return out


def read_returned(path: Path, rules: Rules) -> list[Returned]:
    """The forms of one file, usually one; a file that is none is returned with the reason."""
    if path.suffix.lower() not in _WORKBOOKS:
        return [Returned(path, reasons=(NOT_A_SHEET,))]
    try:
        with foreign(path), Package(path) as package:
            return _read(package, rules)
    except KongjianError as error:
        return [Returned(path, reasons=(str(error),))]


def _only_sent(path: Path, rules: Rules) -> bool:
    """Whether a file is one that went out and that nobody has filled in, or none of the application forms."""
    if path.suffix.lower() not in _WORKBOOKS:
        return False
    try:
        with foreign(path), Package(path) as package:
            if not defined_names(package).texts.get(MADE_NAME):
                return False
            fields = {f.name.lower() for form in rules.forms.forms for f in form.fields}
            return as_made(package) or not any(fields & set(areas) for areas in _names(package)[0].values())
    except KongjianError:
        return False


def _read(package: Package, rules: Rules) -> list[Returned]:
    places, unit = _names(package)
    reader = Reader(package)
    out = []
    for sheet, areas in places.items():
        form = _form_of(areas, rules)
        grid = reader.grid(sheet) if form else None
        if form and grid:
            out.append(_judge(package.path, form, grid, areas, unit, sent_facts(rules), Room(package, sheet)))
    if not out:
        return [Returned(package.path, reasons=("不是发出的申报表（格子的名称不在），请用发出的表填写",))]
    # a workbook's one unit cannot be that of several sheets
    return out if len(out) == 1 else [_by_content(r, rules.forms.form(r.form)) for r in out]


def _names(package: Package) -> tuple[dict[str, dict[str, Area]], str]:
    """The named cells of every sheet, by folded name; the unit that the workbook names, "" for none."""
    found = defined_names(package)
    texts = {name.lower(): text for name, text in found.texts.items()}
    places = {s: {name.lower(): area for name, area in areas.items()} for s, areas in found.areas.items()}
    return places, texts.get(known.UNIT_NAME.lower(), "")


def _form_of(areas: Iterable[str], rules: Rules) -> Form | None:
    """The form to which most of a sheet's names belong."""
    named = set(areas)
    hits = {f.id: sum(x.name.lower() in named for x in f.fields) for f in rules.forms.forms}
    best = max(hits, key=lambda f: hits[f], default="")
    return rules.forms.form(best) if best and hits[best] else None


def _judge(
    path: Path,
    form: Form,
    grid: Grid,
    areas: Mapping[str, Area],
    unit: str,
    sent: re.Pattern[str],
    room: Room,
) -> Returned:
    values, reasons, cut, own = {}, [], [], False
    for k, wanted in enumerate(form.fields):
        area = areas.get(wanted.name.lower())
        if area is None:
            reasons.append(f"{wanted.label}的格子不见了，请用发出的表填写")
            continue
        values[wanted.name] = text = _text(grid, area)
        own |= k > 0 and bool(field_checks.written(wanted, text, sent))  # the first field was sent filled
        why = _error(grid, area) or field_checks.fault(wanted, text, sent)
        if k == 0 and not why and form.object == "school" and unit.startswith("school|"):
            why = _other_school(text, unit)
        if why:
            reasons.append(f"{letter(area[1])}{area[0]} {wanted.label}{why}")
        else:
            cut += [f"{cell} {wanted.label}{said}" for cell, said in room.cut(grid, area).items()]
    told = (*reasons, *cut) if own else (NOT_FILLED,)
    found = Returned(path, form.id, unit, values, told, tuple(cut) if own else ())
    return found if unit.startswith(f"{form.object}|") else _by_content(found, form)


def _other_school(name: str, unit: str) -> str:
    """A school's form is taken for whose it was sent as; what it has come to be called is told."""
    key = unit.partition("|")[2]
    return "" if school_keys([name])[0] == key else f"写的是“{name}”，这份表是发给“{key}”的，请核对"


def _by_content(found: Returned, form: Form) -> Returned:
    """A school's form tells by its own name whose it is; a teacher's does not: names are not unique."""
    name = found.values.get(form.fields[0].name, "") if form.object == "school" else ""
    return replace(found, unit=f"school|{school_keys([name])[0]}" if name else "")


def _error(grid: Grid, area: Area) -> str:
    text = grid.errors.get((area[0], area[1]))
    return f"是出错的公式（{text}），请改成文字" if text else ""


def _text(grid: Grid, area: Area) -> str:
    """A field's content; of a block its rows with ； between, their cells with 、 between."""
    top, left, bottom, right = area
    rows = []
    for cells in grid.rows[top - 1 : bottom]:
        shown = [_shown(c) for c in cells[left - 1 : right] if not is_blank(c)]
        if shown:
            rows.append("、".join(shown))
    return "；".join(rows)


def _shown(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("_x000D_", "").strip()
    return words(cell.date() if isinstance(cell, dt.datetime) else cell)
