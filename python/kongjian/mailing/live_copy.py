"""Writes a copy of a run's results for people with neither Python nor macros: 分发版 with formulas, 数值版 without."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.base.errors import KongjianError
from kongjian.mailing.award_sheets import award_counts, award_sheet
from kongjian.mailing.copy_look import add_sheet, free_sheet, look_of, put
from kongjian.mailing.copy_sheets import CopySheet, Entry
from kongjian.mailing.copy_writer import CopyWriter, not_packed
from kongjian.mailing.lookup_copy import CopiedLookup, copied_lookup
from kongjian.mailing.note_sheet import NOTE, note_entries
from kongjian.mailing.note_sheet import WIDTHS as NOTE_WIDTHS
from kongjian.mailing.plan import Plan, make_plan
from kongjian.mailing.ranking_sheets import ranking_sheet
from kongjian.mailing.rule_cells import BAND_WIDTH, WORDS_WIDTH, rule_entries
from kongjian.mailing.rule_cells import WIDTHS as RULE_WIDTHS
from kongjian.mailing.score_sheets import score_sheet
from kongjian.mailing.unit_sheets import judged_sheet, measure_sheet, month_sheet
from kongjian.workbook.layout import RULES
from kongjian.workbook.look.build_styles import DEFAULT_FONT, Styles
from kongjian.workbook.lookup_sheet import DATA, LOOKUP
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_lookup import draw_page, write_data
from kongjian.xlsx.finished_parts import (
    CALCULATION,
    FinishedParts,
    no_calculation_on_load,
    read_parts,
    write_parts,
)


@dataclass(frozen=True)
class Contents:
    """Everything that a copy holds: its sheets with the engine's values, the cells of 说明 and 规则, and 单位查询."""

    plan: Plan
    sheets: tuple[CopySheet, ...]
    note: tuple[Entry, ...]
    rules: tuple[Entry, ...]
    lookup: CopiedLookup | None = None
    apart: tuple[CopiedLookup, ...] = ()
    """The look-ups of several schools, in a file that is only checked."""

    @property
    def lookups(self) -> tuple[CopiedLookup, ...]:
        return (*((self.lookup,) if self.lookup else ()), *self.apart)


@dataclass(frozen=True)
class Counts:
    """What was written."""

    schools: int
    teachers: int
    sheets: int
    formulas: int
    cells: int


Draw = Callable[[Worksheet, Styles], None]
"""Fills a further sheet of a copy."""


def live_copy(
    run: Run,
    target: Path,
    formulas: bool = True,
    only_school: str | Collection[str] | None = None,
    moment: dt.datetime | None = None,
    final: str = "",
) -> Counts:
    """Writes the copy to `target`, whole or not at all; a file that was there is kept as .bak.

    With `only_school` nothing of another school is in the file. The same arguments give the same bytes.
    """
    if target.suffix.lower() != ".xlsx":
        raise KongjianError(f"分发的文件 {target.name} 的扩展名应是 .xlsx，它不含宏")
    found = contents(run, formulas, only_school, moment, final)
    write_parts(finished(found), target)
    return _counts(found)


def finished(
    found: Contents, second: Mapping[str, Draw] | None = None, last: Mapping[str, Draw] | None = None
) -> FinishedParts:
    """The parts of a copy; further sheets, by name, stand behind 说明 or at the end."""
    with warnings.catch_warnings():
        # XlsxWriter only warns where it leaves something out
        warnings.simplefilter("error", UserWarning)
        with not_packed():
            parts = read_parts(package(found, second or {}, last or {}))
    no_calculation_on_load(parts)
    return parts


def contents(
    run: Run,
    formulas: bool = True,
    only_school: str | Collection[str] | None = None,
    moment: dt.datetime | None = None,
    final: str = "",
) -> Contents:
    """What a copy is to hold: of several schools together no look-up. Raises KongjianError for an unknown school."""
    plan = make_plan(run, formulas, only_school)
    kinds = ("school", "teacher")
    sheets = (
        *(ranking_sheet(plan, kind) for kind in kinds),
        award_sheet(plan),
        judged_sheet(plan),
        *(score_sheet(plan, kind) for kind in kinds),
        *(measure_sheet(plan, kind) for kind in kinds),
        month_sheet(plan),
    )
    moment = (moment or dt.datetime.now()).replace(microsecond=0)
    looked = None
    if formulas and (only_school is None or isinstance(only_school, str)):
        looked = copied_lookup(run, only_school)
    note = note_entries(plan, sheets, moment, final)
    rules = rule_entries(plan.rule_sheet, award_counts(plan))
    if not formulas:
        rules = [entry._replace(formula="") for entry in rules]
    return Contents(plan, sheets, tuple(note), tuple(rules), looked)


def package(found: Contents, second: Mapping[str, Draw], last: Mapping[str, Draw]) -> bytes:
    """The copy as XlsxWriter makes it."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": dict(DEFAULT_FONT)}
    book = Workbook(buffer, {**options, "strings_to_formulas": False, "strings_to_urls": False})
    scheme = found.plan.rules.scheme
    created = dt.datetime.fromisoformat(scheme.checked)  # fixed, so that the same run gives the same file
    book.set_properties(
        {"title": scheme.name, "subject": f"规则{found.plan.rules.version}", "created": created}
    )
    book.set_calc_mode("auto", CALCULATION)
    styles = Styles(book)
    add = partial(book.add_worksheet, worksheet_class=CopyWriter)
    first = add(NOTE)
    for name, draw in second.items():
        draw(add(name), styles)
    for sheet in found.sheets:
        add_sheet(add(sheet.place.sheet), styles, sheet, found.plan)
    looked = found.lookup
    page = add(LOOKUP) if looked else None
    rules = add(RULES)
    bands = [BAND_WIDTH] * (2 * found.plan.rule_sheet.bands)
    widths = [*RULE_WIDTHS, *bands, WORDS_WIDTH]
    free_sheet(rules, styles, "rules", RULES, _rules_subtitle(found), widths, scheme.name)
    _put_all(rules, styles, found.rules, widths)
    free_sheet(first, styles, "home", scheme.name, _subtitle(found), NOTE_WIDTHS, scheme.name, True)
    _put_all(first, styles, found.note, NOTE_WIDTHS)
    for name, draw in last.items():
        draw(add(name), styles)
    if looked and page:
        data = add(DATA)
        draw_page(book, page, styles, found.plan.rules, looked.cells, back=NOTE)
        write_data(data, styles, looked.cells, looked.tables, looked.subtitle)
    first.activate()
    book.set_tab_ratio(85)
    book.close()
    return buffer.getvalue()


def _put_all(sheet: Worksheet, styles: Styles, entries: Sequence[Entry], widths: Sequence[float]) -> None:
    for entry in entries:
        put(sheet, entry, look_of(styles, entry.look), widths)


def _rules_subtitle(found: Contents) -> str:
    if not found.plan.live:
        return f"规则版本{found.plan.rules.version}，发出时的规则"
    what = "全部得分、达标、名次、获奖" if found.plan.ranks else "得分和达标"
    return f"浅黄色的格子可以改，改后{what}随之变动；规则版本{found.plan.rules.version}，口径见“{NOTE}”"


def _subtitle(found: Contents) -> str:
    schools = found.plan.schools
    if schools.height == 1 and found.plan.run.schools != 1:
        return f"{schools.scores['学校名称'][0]} · 只有本校的数据"
    return "全市评比结果"


def _counts(found: Contents) -> Counts:
    formulas = sum(len(c.formulas) for s in found.sheets for c in s.columns)
    cells = sum(sum(v is not None for v in c.values) for s in found.sheets for c in s.columns)
    free = (*found.note, *found.rules)
    looked = found.lookup
    if looked:
        formulas += sum(map(len, looked.formulas().values()))
        cells += sum(value != "" for own in looked.values().values() for value in own.values())
    return Counts(
        schools=found.plan.schools.height,
        teachers=found.plan.teachers.height,
        sheets=len(found.sheets) + (4 if looked else 2),
        formulas=formulas + sum(bool(e.formula) for e in free),
        cells=cells + len(free),
    )
