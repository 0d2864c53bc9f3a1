"""The worksheet of 申报材料清单: one table, states in colour and words, ready to filter and to print."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.base.files import replace_bytes
from kongjian.workbook.look.build_styles import (
    AMBER,
    AMBER_PALE,
    BLUE,
    BLUE_PALE,
    DEFAULT_FONT,
    GREEN,
    GREEN_PALE,
    GREY,
    HEADER_HEIGHT,
    PALE,
    RED,
    RED_PALE,
    SHADES,
    Styles,
    add_table,
    freeze,
)
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW
from kongjian.xlsx.text_heights import row_height

SHEET = "申报材料清单"
TABLE = "FormChecklist"
# column → width and kind of its cells
_COLUMNS = {
    "材料": (23, "text"), "类别": (8, "word"), "学校名称": (24, "text"), "教师姓名": (11, "text"),
    "账号": (20, "account"), "截止日期": (12, "month"), "状态": (11, "word"), "问题": (52, "text"),
    "文件": (34, "text"), "人工登记": (24, "code"),
}  # fmt: skip
_STATES = {
    "未交": (RED, RED_PALE), "没有填写": (RED, RED_PALE), "不完整": (AMBER, AMBER_PALE),
    "已交齐": (GREEN, GREEN_PALE), "人工登记": (BLUE, BLUE_PALE), "待处理": (GREY, PALE),
}  # fmt: skip
_FROZEN = 4


def write_sheet(
    path: Path, subtitle: Sequence[str], headers: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """Writes the workbook, whole or not at all; an old one is kept as .bak."""

    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        book = Workbook(buffer, {"in_memory": True, "default_format_properties": dict(DEFAULT_FONT)})
        _draw(book, book.add_worksheet(SHEET), subtitle, headers, rows)
        book.close()
    replace_bytes(path, buffer.getvalue())


def _draw(
    book: Workbook,
    sheet: Worksheet,
    subtitle: Sequence[str],
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> None:
    styles = Styles(book)
    role = SHADES["result"]
    sheet.set_tab_color(role.tab)
    sheet.hide_gridlines(2)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, SHEET, styles.get(bold=True, font_size=16, font_color=role.tab))
    sheet.set_row(1, 16 * len(subtitle))
    sheet.merge_range(
        1, 0, 1, len(headers) - 1, "\n".join(subtitle), styles.get(font_color=GREY, text_wrap=True)
    )
    sheet.set_row(HEADER_ROW - 1, HEADER_HEIGHT)
    own = {header: styles.header("input" if header == "人工登记" else "result") for header in headers}
    add_table(sheet, TABLE, HEADER_ROW, own, len(rows))
    _rows(sheet, styles, headers, rows)
    _marks(sheet, styles, headers, len(rows))
    _note(sheet, headers, len(rows))
    freeze(sheet, _FROZEN)
    _page(sheet)


def _rows(sheet: Worksheet, styles: Styles, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    looks = [styles.cell(_COLUMNS[h][1], wrap=_COLUMNS[h][0] >= 23) for h in headers]
    for column, header in enumerate(headers):
        sheet.set_column(column, column, _COLUMNS[header][0])
    for row, values in enumerate(rows or [[""] * len(headers)], start=FIRST_ROW - 1):
        widths = [_COLUMNS[h][0] for h in headers]
        sheet.set_row(row, row_height(zip(values, widths, strict=True)))
        for column, value in enumerate(values):
            sheet.write_string(row, column, value, looks[column])


def _marks(sheet: Worksheet, styles: Styles, headers: Sequence[str], rows: int) -> None:
    """The colour of each state, which its word also tells."""
    at, last = list(headers).index("状态"), FIRST_ROW + max(rows, 1) - 2
    for state, (colour, ground) in _STATES.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{state}"'}
        sheet.conditional_format(
            FIRST_ROW - 1, at, last, at, {**rule, "format": styles.mark(colour, ground, True)}
        )


def _note(sheet: Worksheet, headers: Sequence[str], rows: int) -> None:
    at, last = list(headers).index("人工登记"), FIRST_ROW + max(rows, 1) - 2
    message = "收到纸质或其他格式的材料时在这里写一笔，如：7月28日收到纸质。再次统计时保留，并算作已交齐。"
    rule = {"validate": "any", "input_title": "人工登记", "input_message": message}
    sheet.data_validation(FIRST_ROW - 1, at, last, at, rule)


def _page(sheet: Worksheet) -> None:
    """A4 across, one page wide, the header on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, HEADER_ROW - 1)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.set_footer("&C&8第&P页 共&N页&R&8&A")
