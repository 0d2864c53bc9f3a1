"""Beside the table of 月度跟踪: the line chart of all schools, the cell to choose the coloured one in, and the numbers that it draws."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.rules.model import Rules
from kongjian.workbook.layout import CHOSEN_CURVE, CURVE_OF, LOOKUP, MONTH_CURVES, MONTHS
from kongjian.workbook.look.build_styles import FONT, GREY, INK, LINE, RED, SHADES, Styles
from kongjian.workbook.lookup_sheet import source_of_list
from kongjian.workbook.month_curves import ABOVE, HEIGHT, SCHOOLS, chosen_line, shipped_months
from kongjian.xlsx.table_parts import FIRST_ROW, SUBTITLE_ROW, TITLE_ROW

_ASK, _BLANK = "彩色的那条线：", "在黄色格子里选一所学校；空着就是月均离达标线最近的那一所"
_TOLD = "从列表里选一所学校，或填校名；空着就是月均离达标线最近的那一所"
_EACH = "各项得分看“单位查询”"
_WIDTH, _HEIGHT, _COLUMNS = 830, 500, 13
"""The chart in pixels, and the usual columns that it covers."""
_CHOSEN, _OTHERS, _MEDIAN = SHADES["result"].tab, "#CBD2DB", "#4B5563"


def add_curves(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, width: int) -> None:
    """Right of a table of so many columns, with a column left free; what it draws stands behind it in hidden columns."""
    left, months = width + 1, shipped_months(rules)
    block = left + _COLUMNS
    top, end = FIRST_ROW - 1, block + months
    _names(book, block, months)
    sheet.set_column(block, block, 22, None, {"hidden": True})
    sheet.set_column(block + 1, end, 9, None, {"hidden": True})
    for row in range(top, top + HEIGHT):
        for column in range(block, end + 1):
            words = row == top or column == block
            sheet.write_blank(row, column, None, styles.get(num_format="@" if words else "0.00"))
    for k, (formula, value) in enumerate(chosen_line([], "", months)):
        form = styles.get(num_format="General" if k == 0 else "0.00")
        sheet.write_formula(SUBTITLE_ROW - 1, block + k, f"={formula}", form, value)
    _choice(sheet, styles, left)
    link = styles.get(font_color="#1155CC", underline=1)
    there = f"internal:'{MONTHS}'!{xl_range_abs(top, left, top, left)}"
    sheet.write_url(TITLE_ROW - 1, 4, there, link, "看折线图")
    sheet.write_string(TITLE_ROW - 1, left, _BLANK, styles.get(font_color=GREY))
    sheet.write_url(SUBTITLE_ROW - 1, left + 7, f"internal:'{LOOKUP}'!A1", link, _EACH)
    place = {"object_position": 2, "description": "各校各月的得分、中位数和达标线，选出的一所是彩色的"}
    sheet.insert_chart(top, left, _chart(book, rules, block, months), place)


def on_paper(width: int) -> str:
    """The cells that the chart covers, right of a table of so many columns."""
    first, rows = FIRST_ROW - 1, -(-_HEIGHT // 20)
    return str(xl_range_abs(first, width + 1, first + rows, width + _COLUMNS))


def _names(book: Workbook, block: int, months: int) -> None:
    top, end = FIRST_ROW - 1, block + months
    areas = {
        MONTH_CURVES: xl_range_abs(top, block, top + HEIGHT - 1, end),
        CHOSEN_CURVE: xl_range_abs(SUBTITLE_ROW - 1, block, SUBTITLE_ROW - 1, end),
        CURVE_OF: xl_range_abs(*(2 * _place_of_choice(block - _COLUMNS))),
    }
    for name, area in areas.items():
        book.define_name(name, f"='{MONTHS}'!{area}")


def _place_of_choice(left: int) -> tuple[int, int]:
    return SUBTITLE_ROW - 1, left + 2


def _choice(sheet: Worksheet, styles: Styles, left: int) -> None:
    """The cell to choose in, with the same list of schools as the look-up's."""
    row, column = _place_of_choice(left)
    sheet.write_string(row, left, _ASK, styles.get(bold=True))
    look = {"bg_color": "#FFFBE6", "border": 1, "border_color": "#C9A227", "bold": True}
    style = styles.get(**look, font_color=_CHOSEN, align="left", num_format="@", locked=False)
    sheet.merge_range(row, column, row, column + 3, "", style)
    sheet.data_validation(row, column, row, column, {
        "validate": "list", "source": source_of_list("LookupSchool"),
        "input_title": "折线图", "input_message": _TOLD, "error_title": "没有这所学校", "error_message": _TOLD,
    })  # fmt: skip


def _chart(book: Workbook, rules: Rules, block: int, months: int) -> Chart:
    """Every school a thin grey line, then the median, the mark and the chosen one above them, which alone have words."""
    chart, top = book.add_chart({"type": "line"}), FIRST_ROW - 1
    schools = [(top + ABOVE + k, _thin(_OTHERS)) for k in range(SCHOOLS)]
    dashed = {"line": {"color": RED, "width": 2.5, "dash_type": "dash"}, "marker": {"type": "none"}}
    points = {"type": "circle", "size": 7, "fill": {"color": _CHOSEN}, "border": {"color": "#FFFFFF"}}
    chosen = {"line": {"color": _CHOSEN, "width": 3}, "marker": points}
    strong = [(top + 2, _thin(_MEDIAN, 2)), (top + 1, dashed), (SUBTITLE_ROW - 1, chosen)]
    for row, look in [*schools, *strong]:
        chart.add_series({
            "name": [MONTHS, row, block], "categories": [MONTHS, top, block + 1, top, block + months],
            "values": [MONTHS, row, block + 1, row, block + months], **look,
        })  # fmt: skip
    mark, font = pass_mark(rules, "school"), {"name": FONT, "size": 9, "color": INK}
    low = 10 * round(mark / 40)
    title = f"各校各月得分：一所学校一条灰线，鼠标停在线上看校名（{low}分以下的在图外）"
    chart.set_title({"name": title, "name_font": {**font, "size": 10, "bold": True}})
    chart.set_x_axis({"num_font": font, "line": {"color": LINE}, "major_tick_mark": "none"})
    lines = {"visible": True, "line": {"color": "#EEF1F4"}}
    chart.set_y_axis(
        {"num_font": font, "num_format": "0", "min": low, "max": rules.school.most, "major_gridlines": lines}
    )
    chart.set_legend({"position": "top", "font": font, "delete_series": list(range(SCHOOLS))})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.show_blanks_as("gap")
    chart.show_hidden_data()
    chart.set_size({"width": _WIDTH, "height": _HEIGHT})
    return chart


def _thin(colour: str, width: float = 0.75) -> dict[str, Any]:
    return {"line": {"color": colour, "width": width}, "marker": {"type": "none"}}
