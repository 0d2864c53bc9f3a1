"""Programs that work out the live copy's native formulas: formualizer inside Python, else LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from python_calamine import CalamineWorkbook

from kongjian.base.libreoffice import find_office, recalculated
from kongjian.base.scratch import scratch
from kongjian.mailing.copy_sheets import Value
from kongjian.mailing.live_copy import Contents, live_copy
from kongjian.selfcheck.checked_book import Calculated, Calculator
from kongjian.workbook.layout import RULES
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import FIRST_ROW


def available() -> tuple[str, Calculator] | None:
    """The calculator at hand with its name, None where this computer has none."""
    try:
        import_module("formualizer")
        return "formualizer", by_formualizer
    except ImportError:  # there is none for every kind of computer
        pass
    return ("LibreOffice", by_office) if find_office() else None


def by_formualizer(_: Run, found: Contents) -> Calculated:
    """Formulas and plain values, none of the stored results, into a workbook in memory that is then calculated."""
    import formualizer

    # nothing is undone here: without the record of changes it takes two thirds of the time
    book = formualizer.Workbook(
        config=formualizer.WorkbookConfig(enable_changelog=False, span_evaluation=True)
    )
    for name in [*(s.place.sheet for s in found.sheets), RULES]:
        book.add_sheet(name)
    for sheet in found.sheets:
        for at, column in enumerate(sheet.columns, start=1):
            if column.formulas:
                formulas = [[f"={text}"] for text in column.formulas]
                book.set_formulas_batch(sheet.place.sheet, FIRST_ROW, at, formulas)
            elif column.values:
                book.set_values_batch(sheet.place.sheet, FIRST_ROW, at, [[v] for v in column.values])
    for entry in found.rules:
        if entry.formula:
            book.set_formula(RULES, entry.row, entry.column, f"={entry.formula}")
        elif entry.value is not None:
            book.set_value(RULES, entry.row, entry.column, entry.value)
    book.evaluate_all()
    out: dict[str, list[list[Value]]] = {}
    for sheet in found.sheets:
        name, last = sheet.place.sheet, FIRST_ROW - 1
        out[name] = [
            [_plain(v) for (v,) in book.sheet(name).get_values(
                formualizer.RangeAddress(name, FIRST_ROW, at, last + len(column.formulas), at)
            )] if column.formulas else []
            for at, column in enumerate(sheet.columns, start=1)
        ]  # fmt: skip
    return out


def _plain(value: object) -> Value:
    """A number or a text; an error value as its name, which no result is."""
    if value is None or isinstance(value, float | str):
        return value
    return float(value) if isinstance(value, int) else str(value)


def by_office(run: Run, found: Contents) -> Calculated:
    """The copy as a file, opened and calculated anew by LibreOffice."""
    office = find_office()
    assert office is not None
    with scratch() as folder:
        copy = folder / "copy.xlsx"
        live_copy(run, copy)
        opened = CalamineWorkbook.from_path(recalculated(copy, folder, office))
        out: dict[str, list[list[Value]]] = {}
        for sheet in found.sheets:
            rows = opened.get_sheet_by_name(sheet.place.sheet).to_python(skip_empty_area=False)
            out[sheet.place.sheet] = [
                list(_column(rows[FIRST_ROW - 1 :], at, len(column.formulas)))
                for at, column in enumerate(sheet.columns)
            ]
    return out


def _column(rows: Sequence[Sequence[object]], at: int, height: int) -> Iterator[Value]:
    for k in range(height):
        row: Sequence[object] = rows[k] if k < len(rows) else ()
        yield _plain(row[at] if at < len(row) else "")
