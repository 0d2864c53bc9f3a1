"""How the sheets of a copy look: like those of the workbook."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.mailing.copy_sheets import CopyColumn, CopySheet, Entry
from kongjian.mailing.plan import Plan
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.look.build_marks import mark
from kongjian.workbook.look.build_paper import (
    IN_A_COPY,
    first_page_only,
    printed_whole,
    rows_of_a_page,
    usual_height,
)
from kongjian.workbook.look.build_styles import (
    AMBER,
    GREY,
    HEADER_HEIGHT,
    INK,
    LINE,
    PALE,
    RED,
    SHADES,
    SheetRole,
    Styles,
    add_table,
    freeze,
    print_setup,
)
from kongjian.workbook.look.put_column import put_column
from kongjian.workbook.widths import NARROW, frozen_columns
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, SUBTITLE_ROW, TITLE_ROW, WRAP_FROM, OutputSheet
from kongjian.xlsx.text_heights import row_height

_INPUT = {
    "bg_color": "#FFFBE6",
    "font_color": "#1F4E9C",
    "border": 1,
    "border_color": "#C9A227",
    "align": "center",
}
_READ = {"font_color": INK, "border": 1, "border_color": LINE}
_LOOKS: dict[str, dict[str, object]] = {
    "header": {},
    "heading": {"bold": True, "font_size": 12, "font_color": AMBER},
    "text": {**_READ, "align": "left"},
    "name": {**_READ, "bold": True, "align": "left"},
    "long": {**_READ, "align": "left", "text_wrap": True},
    "word": {**_READ, "align": "center", "bg_color": PALE},
    "fixed": {**_READ, "align": "center", "bg_color": PALE},
    "number": {**_READ, "align": "center", "bg_color": PALE},
    "rank": {**_READ, "align": "center", "num_format": "0"},
    "warning": {"bold": True, "font_color": RED},
    "input": _INPUT,
    "input_rank": {**_INPUT, "num_format": "0"},
    "input_rate": {**_INPUT, "num_format": "0.0%"},
    "sheet_link": {
        "font_color": "#1155CC",
        "underline": 1,
        **{k: _READ[k] for k in ("border", "border_color")},
    },
}
_PORTRAIT_UP_TO = 112
MOST_PAGES = 3
"""Of a sheet of a copy that is printed whole."""
_SCORE_WITHOUT_END = 1e9


def look_of(styles: Styles, look: str) -> Format:
    return styles.header("rules") if look == "header" else styles.get(**_LOOKS[look])


def free_sheet(
    sheet: Worksheet,
    styles: Styles,
    role: SheetRole,
    title: str,
    subtitle: str,
    widths: Sequence[float],
    scheme: str,
    one_page: bool = False,
) -> None:
    """A sheet whose cells are put one by one."""
    sheet.hide_gridlines(2)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    _titles(sheet, styles, role, title, subtitle)
    sheet.freeze_panes(SUBTITLE_ROW, 0)
    print_setup(sheet, landscape=not one_page, scheme=scheme, repeat=0 if one_page else SUBTITLE_ROW)


def put(sheet: Worksheet, entry: Entry, style: Format, widths: Sequence[float]) -> None:
    """One cell by what it holds; a cell to fill in takes no text and nothing below zero."""
    row, column, value = entry.row - 1, entry.column - 1, entry.value
    if entry.formula:
        sheet.write_formula(row, column, entry.formula, style, value)
    elif entry.look == "sheet_link":
        sheet.write_url(row, column, f"internal:'{value}'!A1", style, str(value))
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    elif value is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)
    if entry.look == "long" and isinstance(value, str):
        sheet.set_row(row, row_height([(value, widths[column])]))
    if entry.look.startswith("input"):
        sheet.data_validation(row, column, row, column, _a_number())


def _a_number() -> dict[str, object]:
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": _SCORE_WITHOUT_END,
        "error_title": "规则",
        "error_message": "请填不小于0的数。",
    }


def add_sheet(sheet: Worksheet, styles: Styles, made: CopySheet, plan: Plan) -> None:
    """One sheet with its table: header in sight and on every page, helper columns lighter at the right end."""
    sheet.hide_gridlines(2)
    place, role = made.place, made.role
    headers = {c.name: styles.header(role, light=c.helper) for c in made.columns}
    rows = max((len(c.values) for c in made.columns), default=0)
    used = rows if made.used is None else made.used
    subtitle = f"规则版本 {plan.run.results.version} · 共{used}行"
    if any(c.helper for c in made.columns):
        subtitle += " · 右边折叠的列供公式使用"
    _titles(sheet, styles, role, place.sheet, subtitle)
    sheet.set_row(HEADER_ROW - 1, HEADER_HEIGHT)
    add_table(sheet, made.table, HEADER_ROW, headers, rows, filtered=made.filtered)
    for index, column in enumerate(made.columns):
        _write_column(sheet, styles, index, column)
    _marks(sheet, styles, made, plan)
    widths = [c.width for c in made.columns]
    freeze(sheet, frozen_columns(place.names, widths, plan.rules))
    printed = [c.width for c in made.columns if not c.helper]
    across = sum(printed) > _PORTRAIT_UP_TO
    print_setup(sheet, across, plan.rules.scheme.name)
    shown = len(printed)
    row = usual_height(made.table, any(c.kind == "text" and c.width >= WRAP_FROM for c in made.columns))
    if used > MOST_PAGES * rows_of_a_page(printed, across, row) and not printed_whole(made.table):
        first_page_only(sheet, printed, across, row, IN_A_COPY)
    elif shown < len(widths) or used < rows:
        sheet.print_area(0, 0, HEADER_ROW - 1 + max(used, 1), shown - 1)


def _titles(sheet: Worksheet, styles: Styles, role: SheetRole, title: str, subtitle: str) -> None:
    sheet.set_tab_color(SHADES[role].tab)
    sheet.set_row(TITLE_ROW - 1, 30)
    sheet.set_row(SUBTITLE_ROW - 1, 20)
    style = styles.get(bold=True, font_size=16, font_color=SHADES[role].tab)
    sheet.write_string(TITLE_ROW - 1, 0, title, style)
    sheet.write_string(SUBTITLE_ROW - 1, 0, subtitle, styles.get(font_color=GREY))


def _write_column(sheet: Worksheet, styles: Styles, index: int, column: CopyColumn) -> None:
    wraps = column.wraps or (column.kind == "text" and column.width >= WRAP_FROM)
    style = styles.cell(column.kind, wraps)
    # helper columns are folded away: what formulas need is nothing to read
    away = {"level": 1, "hidden": True} if column.helper else {}
    empty = column.values and not column.formulas and all(v is None or v == "" for v in column.values)
    width = min(NARROW, column.width) if empty else column.width
    sheet.set_column(index, index, width, styles.column(column.kind), away)
    put_column(sheet, FIRST_ROW - 1, index, column.values, column.formulas, style)


def _marks(sheet: Worksheet, styles: Styles, made: CopySheet, plan: Plan) -> None:
    """The workbook's conditional formats, where it has a sheet of that name."""
    spec: OutputSheet | None = next((s for s in output_sheets(plan.rules) if s.table == made.table), None)
    if spec is not None:
        mark(sheet, styles, plan.rules, spec)
