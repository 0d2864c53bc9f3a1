"""The tops of result tables that no sheet can hold, in a workbook to look at: no formulas, nothing to calculate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_file
from kongjian.engine.frame import Frame
from kongjian.intake.sheets import out_columns
from kongjian.rules.model import Rules
from kongjian.workbook.look.build_styles import DEFAULT_FONT, GREY, Styles, add_table, freeze, print_setup
from kongjian.workbook.widths import frozen_columns
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, SUBTITLE_ROW, TITLE_ROW, OutputSheet

MOST_ROWS = 1000
"""Rows of each list."""
PROBLEM_GROUPS = OutputSheet(
    "问题汇总",
    "ProblemGroups",
    out_columns("级别:text:8 表:text:12 列:text:16 内容:text:60 行数:text:9 样例行:text:30 建议:text:50"),
    "evidence",
    "",
)
"""Findings by reason, see intake.problem_groups."""
TOPS = ("SchoolRanking", "TeacherRanking", "Awards", PROBLEM_GROUPS.table)
"""The tables whose first rows say most."""


def write_top_lists(place: Path, lists: Sequence[tuple[OutputSheet, Frame]], rules: Rules) -> None:
    """Writes the first rows of each table, whole or not at all. Raises KongjianError for a name that is no .xlsx."""
    if place.suffix.lower() != ".xlsx":
        raise KongjianError(f"名单工作簿 {place.name} 的扩展名应是 .xlsx")

    def write(temporary: Path) -> None:
        with Workbook(str(temporary), {"default_format_properties": dict(DEFAULT_FONT)}) as book:
            styles = Styles(book)
            for spec, frame in lists:
                _add(book.add_worksheet(spec.sheet), styles, spec, frame, rules)

    replace_file(place, write)


def _add(sheet: Worksheet, styles: Styles, spec: OutputSheet, frame: Frame, rules: Rules) -> None:
    shown = min(frame.height, MOST_ROWS)
    sheet.hide_gridlines(2)
    sheet.write_string(TITLE_ROW - 1, 0, spec.sheet, styles.get(bold=True, font_size=16))
    said = f"共{frame.height}行" + (f"，这里是前{shown}行，全部见结果表" if shown < frame.height else "")
    sheet.write_string(SUBTITLE_ROW - 1, 0, said, styles.get(font_color=GREY))
    header = styles.header(spec.role)
    add_table(sheet, spec.table, HEADER_ROW, dict.fromkeys(spec.names, header), shown)
    for index, column in enumerate(spec.columns):
        style = styles.cell(column.kind, column.wraps)
        sheet.set_column(index, index, column.width)
        for row, value in enumerate(frame[column.name][:shown].tolist(), start=FIRST_ROW - 1):
            if isinstance(value, str):
                sheet.write_string(row, index, value, style)
            elif value == value:
                sheet.write_number(row, index, value, style)
    widths = [c.width for c in spec.columns]
    freeze(sheet, frozen_columns(spec.names, widths, rules))
    print_setup(sheet, landscape=True, scheme=rules.scheme.name)
