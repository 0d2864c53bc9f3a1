"""Beside the table of 月度跟踪: the line chart of its schools, and the numbers that it draws."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.rules.model import Rules
from kongjian.workbook.layout import LOOKUP, MONTH_CURVES, MONTHS
from kongjian.workbook.look.build_styles import FONT, GREY, INK, LINE, RED, Styles
from kongjian.workbook.month_curves import HEIGHT, SCHOOLS, shipped_months
from kongjian.xlsx.table_parts import FIRST_ROW, SUBTITLE_ROW, TITLE_ROW

_EACH = "别的学校的折线：先点它那一行，再按“单位查询”，还可以选另一所放在一起比"
_WIDTH, _COLUMNS = 660, 12
"""The chart in pixels, and the usual columns that it covers."""
_HUES = ("#1F4E79", "#2B7A5B", "#8A5A00", "#6B4C9A", "#0F766E", "#B45309", "#64748B", "#9D174D")


def add_curves(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, width: int) -> None:
    """Right of a table of so many columns, with a column left free; the months' names are texts."""
    left = width + 1
    block = left + _COLUMNS
    top, months = FIRST_ROW - 1, shipped_months(rules)
    last = top + HEIGHT - 1, block + months
    book.define_name(MONTH_CURVES, f"='{MONTHS}'!{xl_range_abs(top, block, *last)}")
    quiet = {"font_color": GREY, "font_size": 9}
    sheet.set_column(block, block, 22)
    for row in range(top, last[0] + 1):
        for column in range(block, last[1] + 1):
            words = row == top or column == block
            form = {"num_format": "@"} if words else {"num_format": "0.00"}
            sheet.write_blank(row, column, None, styles.get(**quiet, **form))
    link = styles.get(font_color="#1155CC", underline=1)
    sheet.write_url(
        TITLE_ROW - 1, 4, f"internal:'{MONTHS}'!{xl_range_abs(top, left, top, left)}", link, "看折线图"
    )
    # formulas stand in the look-up only: any other school's line is drawn there
    sheet.write_url(SUBTITLE_ROW - 1, left, f"internal:'{LOOKUP}'!A1", link, _EACH)
    chart = book.add_chart({"type": "line"})
    mark = pass_mark(rules, "school")
    for k in range(HEIGHT - 1):
        row = top + 1 + k
        chart.add_series(
            {
                "name": [MONTHS, row, block],
                "categories": [MONTHS, top, block + 1, top, last[1]],
                "values": [MONTHS, row, block + 1, row, last[1]],
                **_look(k),
            }
        )
    font = {"name": FONT, "size": 8, "color": INK}
    chart.set_title(
        {"name": f"月均离达标线最近的{SCHOOLS}所学校", "name_font": {**font, "size": 10, "bold": True}}
    )
    chart.set_x_axis({"num_font": font, "line": {"color": LINE}, "major_tick_mark": "none"})
    chart.set_y_axis(
        {
            "num_font": font,
            "num_format": "0",
            "min": 10 * round(mark / 20),
            "max": rules.school.most,
            "major_gridlines": {"visible": True, "line": {"color": LINE}},
        }
    )
    chart.set_legend({"position": "right", "font": font})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.show_blanks_as("gap")
    chart.show_hidden_data()
    chart.set_size({"width": _WIDTH, "height": 340})
    place = {"object_position": 2, "description": "达标线附近几所学校各月的得分"}
    sheet.insert_chart(top, left, chart, place)


def _look(k: int) -> dict[str, object]:
    """The mark as a broken line, the median as a grey one, each school in a colour of its own with points."""
    if k < 2:
        dashed = (
            {"color": RED, "width": 2, "dash_type": "dash"} if k == 0 else {"color": "#9CA3AF", "width": 2.25}
        )
        return {"line": dashed, "marker": {"type": "none"}}
    colour = _HUES[k - 2]
    marker = {"type": "circle", "size": 4, "fill": {"color": colour}, "border": {"color": colour}}
    return {"line": {"color": colour, "width": 1.25}, "marker": marker}
