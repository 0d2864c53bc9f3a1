"""The formulas of schools' copies calculated by LibreOffice a few files at a time instead of one for each school.

A copy's formulas are made of templates, one for a column, with the unit's own rows put in; nothing in them leads to
another unit. Schools whose copies have the same columns and templates go into one file together: what LibreOffice
finds for each unit there, it finds in the school's own file, where the formulas are the same but for the row and
the values that they read are proven to be the same. 单位查询 shows one unit at a time, so each school's stands there, too,
as it is but for the names of its sheets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

from kongjian.base.libreoffice import calculating
from kongjian.base.scratch import scratch
from kongjian.mailing.copy_sheets import CopySheet, Entry, Place, Value
from kongjian.mailing.live_copy import Contents, Draw, contents, finished
from kongjian.mailing.lookup_copy import CopiedLookup, RowColumn
from kongjian.mailing.plan import JUDGED, MONTHS, SHEETS
from kongjian.mailing.proof import examined
from kongjian.workbook.layout import RULES
from kongjian.workbook.look.build_styles import Styles
from kongjian.workbook.run import Run
from kongjian.xlsx.finished_parts import write_parts
from kongjian.xlsx.table_parts import FIRST_ROW

_REFERENCE = re.compile(r"""("(?:[^"]|"")*")|('(?:[^']|'')*'!)?((?<![A-Za-z_.$])[A-Z]{1,3})(\d+)(?![\w(])""")
Signature = tuple[object, ...]
"""What two copies share in which the same formulas stand over the same columns."""


def signature(found: Contents) -> Signature | None:
    """None for a copy whose formulas are not of that kind: it has to be calculated by itself."""
    out: list[object] = []
    for sheet in found.sheets:
        templates = [_templates(sheet, column.formulas, found) for column in sheet.columns]
        if None in templates:
            return None
        out.append((sheet.place.sheet, sheet.place.names, tuple(templates)))
    entries = [_entry(e, found.plan.places) for e in (*found.note, *found.rules) if e.formula]
    return None if None in entries else (*out, *entries)


def _entry(entry: Entry, places: Mapping[str, Place]) -> object:
    """A formula of 说明 or 规则, which may read nothing of any unit."""
    if any(f"'{sheet}'!" in entry.formula or f"{sheet}!" in entry.formula for sheet in places):
        return None
    return entry.formula


def _templates(sheet: CopySheet, formulas: Sequence[str], found: Contents) -> tuple[str, ...] | None:
    """The template of each kind of unit on this sheet; () for a column of plain values, None where one fits not all."""
    if not formulas:
        return ()
    rows = _unit_rows(sheet.place.sheet, found)
    if len(rows) != len(formulas):
        return None
    made: dict[str, str] = {}
    for (kind, r, s), formula in zip(rows, formulas, strict=True):
        if kind not in made:
            made[kind] = _template(formula, r, s)
        if made[kind].format(r=r, s=s) != formula:
            return None
    return tuple(f"{kind} {template}" for kind, template in made.items())


def _unit_rows(sheet: str, found: Contents) -> list[tuple[str, int, int]]:
    """For each row of a sheet its kind of unit and where that stands on sheets of its own kind and of both."""
    schools, teachers = found.plan.schools.height, found.plan.teachers.height
    of = {
        "school": [("school", r, r) for r in range(FIRST_ROW, FIRST_ROW + schools)],
        "teacher": [("teacher", r, r + schools) for r in range(FIRST_ROW, FIRST_ROW + teachers)],
    }
    if sheet in (MONTHS, JUDGED):
        return of["school"] + of["teacher"]
    return next((of[kind] for kind in of if sheet in SHEETS[kind].values()), [])


def _template(formula: str, r: int, s: int) -> str:
    """A formula with its unit's rows left open; what stands on 规则 or in quotes is no unit's."""

    def open_(match: re.Match[str]) -> str:
        literal, sheet, column, row = match.groups()
        if literal or sheet == f"'{RULES}'!":
            return _braced(match[0])
        place = "{r}" if int(row) == r else "{s}" if int(row) == s else row
        return f"{_braced(sheet or '')}{column}{place}"

    pieces, end = [], 0
    for match in _REFERENCE.finditer(formula):
        pieces += [_braced(formula[end : match.start()]), open_(match)]
        end = match.end()
    return "".join([*pieces, _braced(formula[end:])])


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


@contextmanager
def calculated_together(
    run: Run, found: Mapping[str, Contents], office: str
) -> Iterator[Callable[[], frozenset[Signature]]]:
    """LibreOffice calculates the formulas of these schools' copies, in one start, while the copies are made.

    Yields what waits for it and gives the signatures of which one file with all their schools is proven.
    """
    kinds: dict[Signature, dict[str, CopiedLookup]] = {}
    for school, one in found.items():
        if (kind := signature(one)) and one.lookup:
            kinds.setdefault(kind, {})[school] = one.lookup
    with scratch() as folder:
        files = [folder / f"together {k}.xlsx" for k in range(len(kinds))]
        made = [together(run, *item, file) for item, file in zip(kinds.items(), files, strict=True)]
        begun = {file: (kind, one) for file, kind, one in zip(files, kinds, made, strict=True) if one}
        with calculating(list(begun), office) if begun else nullcontext() as anew:

            def agreed() -> frozenset[Signature]:
                proofs = {kind: examined(file, one, anew=anew) for file, (kind, one) in begun.items()}
                return frozenset(k for k, p in proofs.items() if not p.reasons and p.recalculated is not None)

            yield agreed


def together(
    run: Run, wanted: Signature, lookups: Mapping[str, CopiedLookup], target: Path
) -> Contents | None:
    """Writes one file with these schools, each with its look-up; None where it has not the wanted formulas after all."""
    found = contents(run, only_school=list(lookups))
    if signature(found) != wanted:
        return None
    apart = tuple(replace(one, apart=f" {k}") for k, one in enumerate(lookups.values(), start=1))
    further = {name: draw for one in apart for name, draw in _bare(one)}
    write_parts(finished(found, last=further), target)
    return replace(found, apart=apart)


def _bare(lookup: CopiedLookup) -> Iterator[tuple[str, Draw]]:
    """Both sheets of a look-up with nothing but values and formulas."""
    formulas = lookup.formulas()
    for name, values in lookup.values().items():
        yield name, partial(_put_cells, values=values, formulas=formulas[name])


def _put_cells(
    sheet: Worksheet, _: Styles, values: Mapping[RowColumn, Value], formulas: Mapping[RowColumn, str]
) -> None:
    for (row, column), value in values.items():
        if (row, column) in formulas:
            sheet.write_formula(row, column, f"={formulas[row, column]}", None, value)
        elif isinstance(value, str):
            sheet.write_string(row, column, value)
        elif value is not None:
            sheet.write_number(row, column, value)
