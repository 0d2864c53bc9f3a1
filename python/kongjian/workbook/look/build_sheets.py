"""The input sheets and the output sheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.base.grid import LAST_ROW
from kongjian.engine.awards import REMARK
from kongjian.intake import school_names
from kongjian.intake.marks import FILLS
from kongjian.intake.problem_list import ACCEPTED
from kongjian.intake.sheets import APPEALS, COLUMN_NAMES, RECORDS
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column, InputTable
from kongjian.rules.roles import Role
from kongjian.workbook.layout import MONTHS
from kongjian.workbook.look.build_marks import lines, mark, per_cent
from kongjian.workbook.look.build_months import add_curves, on_paper
from kongjian.workbook.look.build_paper import and_then, first_page_only, printed_whole, usual_height
from kongjian.workbook.look.build_styles import GREY, Styles, add_table, frame, freeze, print_setup
from kongjian.workbook.widths import frozen_columns, guidance, input_widths
from kongjian.xlsx.fill_marks import NEVER, formula
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, OutColumn, OutputSheet

NOT_YET = "尚未计算"
_LANDSCAPE_FROM = 112  # characters that still print readably across an upright A4 page
_WHO_AND_WHEN = "核对过、要保留的写“是”，不再计数。谁、什么时候确认的写在后面，如：是 张三 2021-08-01"
PROTECT = {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True}
_INPUT_KIND = {
    "text": "code", "account": "account", "yes_no": "word", "choice": "word", "count": "count",
    "average": "average", "share": "rate", "rate": "rate", "score": "score", "month": "month", "date": "time",
}  # fmt: skip


def add_input(
    book: Workbook,
    styles: Styles,
    rules: Rules,
    table: InputTable,
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """One input sheet with the headers and cells given; unprotected, so that pasting is never refused."""
    sheet = book.add_worksheet(table.sheet)
    known = {name: c for c in table.columns for name in (*c.aliases, c.name)}
    columns = [known.get(h) for h in headers]
    kinds = [_INPUT_KIND[c.kind] if c else "text" for c in columns]
    widths = input_widths(table, headers)
    for index, (kind, width) in enumerate(zip(kinds, widths, strict=True)):
        sheet.set_column(index, index, width, styles.column(kind))
    frame(sheet, styles, "input", table.sheet, guidance(table), widths)
    _input_headers(sheet, styles, table, headers, columns, len(rows))
    _write_rows(sheet, rows, [styles.cell(k) for k in kinds], styles.cell("text"))
    for index, column in enumerate(columns):
        if column:
            _dropdown(sheet, rules, index, column)
    for level, colour in FILLS.items():  # what a check fills cells with is at hand from the start
        rule = {"type": "formula", "criteria": "=" + formula(level, NEVER)}
        sheet.conditional_format(
            "A2", {**rule, "format": styles.get(bg_color=f"#{colour}", font_color="#000000")}
        )
    freeze(sheet, frozen_columns(headers, widths, rules))
    print_setup(sheet, sum(widths) > _LANDSCAPE_FROM, rules.scheme.name)
    first_page_only(sheet, widths, sum(widths) > _LANDSCAPE_FROM)


def _input_headers(
    sheet: Worksheet,
    styles: Styles,
    table: InputTable,
    headers: Sequence[str],
    columns: Sequence[Column | None],
    rows: int,
) -> None:
    """The table over the leading headers that Excel accepts; the others are plain cells beside it."""
    formats = [styles.header("input", light=c is None or c.optional or c.derivable) for c in columns]
    covered = _leading_unique(headers)
    add_table(sheet, table.name, HEADER_ROW, dict(zip(headers[:covered], formats, strict=False)), rows)
    for index in range(covered, len(headers)):
        sheet.write_string(HEADER_ROW - 1, index, headers[index], formats[index])


def _leading_unique(headers: Sequence[str]) -> int:
    """How many leading headers a table can take: none blank, none twice (Excel ignores case)."""
    seen: set[str] = set()
    for index, header in enumerate(headers):
        if not header.strip() or header.lower() in seen:
            return index
        seen.add(header.lower())
    return len(headers)


def _write_rows(
    sheet: Worksheet, rows: Sequence[Sequence[object]], formats: Sequence[Format], plain: Format
) -> None:
    for row, values in enumerate(rows, start=FIRST_ROW - 1):
        for index, value in enumerate(values):
            style = formats[index] if index < len(formats) else plain
            # XlsxWriter says by a code, not by an exception, what it cut short or left out
            if value is not None and _write(sheet, row, index, value, style):
                raise ValueError(f"row {row + 1}, column {index + 1} cannot be written: {value!r:.60}")


def _write(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> Any:
    """Writes one cell by its type, 0 when done; text is never taken for a formula, a link or a number."""
    if isinstance(value, str):
        return sheet.write_string(row, column, value, style) if value else 0
    if isinstance(value, bool):
        return sheet.write_boolean(row, column, value, style)
    if isinstance(value, date | datetime):
        return sheet.write_datetime(row, column, value, style)
    return sheet.write_number(row, column, value, style)


def _dropdown(sheet: Worksheet, rules: Rules, index: int, column: Column) -> None:
    """A list to pick from; another value is asked about but never refused."""
    choices, message = _choices(rules, column)
    if not choices:
        return
    sheet.data_validation(
        FIRST_ROW - 1,
        index,
        LAST_ROW - 1,
        index,
        {
            "validate": "list",
            "source": list(choices),
            "error_type": "warning",
            "error_title": column.name,
            "error_message": message,
            # a count stands for 是 in these columns, so there is nothing to ask about
            "show_error": not column.counts,
        },
    )


def _choices(rules: Rules, column: Column) -> tuple[Sequence[str], str]:
    if column.kind == "yes_no":
        return ("是", "否"), "请填“是”或“否”。"
    if column.choices:
        return column.choices, f"请填{'或'.join(f'“{c}”' for c in column.choices)}。"
    if column.role is Role.STAGE:
        return rules.levels, f"通常从列表中选一个{column.name}。"
    if column.role is Role.EVENT_ROLE:
        labels = [r.label for r in rules.effective.roles]
        return labels, f"请填{'、'.join(labels)}之一。"
    return (), ""


def add_output(book: Workbook, styles: Styles, rules: Rules, output: OutputSheet) -> None:
    """One output sheet with a blank data row, whose cells carry the style of their columns."""
    sheet = book.add_worksheet(output.sheet)
    sheet.hide_gridlines(2)
    for index, column in enumerate(output.columns):
        kind = _output_kind(column)
        sheet.set_column(index, index, column.width, styles.column(kind))
        sheet.write_blank(FIRST_ROW - 1, index, None, styles.cell(kind, column.wraps))
        if column.kind == "answer":
            choices = {"validate": "list", "source": ["是", "否"], "show_error": False}
            if column.name == ACCEPTED:
                choices |= {"input_title": ACCEPTED, "input_message": _WHO_AND_WHEN}
            sheet.data_validation(FIRST_ROW - 1, index, LAST_ROW - 1, index, choices)
    widths = [c.width for c in output.columns]
    kept = output.table in (APPEALS.table, RECORDS.table, COLUMN_NAMES.table)  # no calculation writes them
    frame(sheet, styles, output.role, output.sheet, output.purpose if kept else NOT_YET, widths)
    header = styles.header(output.role)
    add_table(sheet, output.table, HEADER_ROW, dict.fromkeys(output.names, header), 1)
    if output.table == COLUMN_NAMES.table:
        _school_names(sheet, styles, len(output.columns) + 1)
    if output.sheet == MONTHS:
        add_curves(book, sheet, styles, rules, len(output.columns))
    mark(sheet, styles, rules, output)
    per_cent(sheet, styles, rules, output)
    lines(sheet, styles, rules, output)
    freeze(sheet, frozen_columns(output.names, widths, rules))
    print_setup(sheet, sum(widths) > _LANDSCAPE_FROM, rules.scheme.name)
    if not printed_whole(output.table):
        row = usual_height(output.table, any(c.wraps for c in output.columns))
        first_page_only(sheet, widths, sum(widths) > _LANDSCAPE_FROM, row)
    if output.sheet == MONTHS:
        and_then(sheet, on_paper(len(output.columns)))
    if output.protected:
        sheet.protect("", PROTECT)


def _school_names(sheet: Worksheet, styles: Styles, left: int) -> None:
    """The table of schools that are read as others, right of the columns' names: only staff write there."""
    sheet.set_column(left, left + 1, 26, styles.column("account"))
    sheet.set_column(left + 2, left + 2, 30, styles.column("text"))
    sheet.write_string(HEADER_ROW - 2, left, school_names.HINT, styles.get(font_color=GREY))
    header = dict.fromkeys(school_names.COLUMNS, styles.header("input"))
    add_table(sheet, school_names.TABLE, HEADER_ROW, header, 1, left=left)


def _output_kind(column: OutColumn) -> str:
    """Short words stand in the middle of their column; staff write remarks themselves."""
    if column.name == REMARK:
        return "remark"
    short = column.kind == "text" and column.width < 11.5 and "姓名" not in column.name
    return "word" if short else column.kind
