"""The native charts of 首页; they follow the cells by themselves."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from kongjian.rules.model import Rules
from kongjian.workbook.layout import HOME, output_sheet
from kongjian.workbook.look.build_styles import FONT, GREY, INK, LINE, SHADES
from kongjian.xlsx.table_parts import FIRST_ROW

Block = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""

TOP = 10
# The hidden axis ends beyond 100 points, so that the label of a full bar stays inside.
_ROOM = 115
_TEACHERS, _SCHOOLS = "#BFD3E8", SHADES["result"].tab


def top_schools(book: Workbook, rules: Rules) -> Chart:
    """The first ten schools of 学校排名, the first on top."""
    ranking = output_sheet(rules, "学校排名")
    name, score = ranking.names.index("学校名称"), ranking.names.index("得分")
    first, last = FIRST_ROW - 1, FIRST_ROW - 2 + TOP
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "得分",
            "categories": [ranking.sheet, first, name, last, name],
            "values": [ranking.sheet, first, score, last, score],
            "fill": {"color": SHADES["result"].tab},
            "gap": 45,
            "data_labels": {"value": True, "num_format": "0.00;;", "font": _font(8)},
        }
    )
    chart.set_y_axis({"reverse": True, **_names_axis()})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0, "max": _ROOM})
    chart.set_legend({"none": True})
    return _finish(chart, f"学校排名前{TOP}的得分")


def score_ranges(book: Workbook, block: Block) -> Chart:
    """Teachers as columns, the far fewer schools as a line on an axis of their own."""
    _, left, _, right = block
    chart = book.add_chart({"type": "column"})
    chart.add_series({**_counts(block, right, "教师"), "fill": {"color": _TEACHERS}, "gap": 60})
    schools = book.add_chart({"type": "line"})
    schools.add_series(
        {
            **_counts(block, left, "学校"),
            "y2_axis": True,
            "line": {"color": _SCHOOLS, "width": 1.75},
            "marker": {"type": "circle", "size": 6, "fill": {"color": _SCHOOLS}, "border": {"none": True}},
        }
    )
    chart.combine(schools)
    chart.set_x_axis(_names_axis())
    chart.set_y_axis({**_count_axis("教师数"), "major_gridlines": {"visible": True, "line": {"color": LINE}}})
    schools.set_y2_axis(_count_axis("学校数"))
    chart.set_legend({"position": "bottom", "font": _font(8)})
    return _finish(chart, "得分分布")


def _counts(block: Block, column: int, name: str) -> dict[str, Any]:
    top, left, bottom, _ = block
    ranges = [HOME, top, left - 1, bottom, left - 1]
    return {"name": name, "categories": ranges, "values": [HOME, top, column, bottom, column]}


def _names_axis() -> dict[str, Any]:
    return {"num_font": _font(8), "line": {"color": LINE}, "major_tick_mark": "none"}


def _count_axis(title: str) -> dict[str, Any]:
    return {
        "name": title,
        "name_font": _font(8, colour=GREY),
        "num_font": _font(8, colour=GREY),
        "num_format": "0",
        "min": 0,
        "line": {"none": True},
        "major_tick_mark": "none",
    }


def _font(size: float, bold: bool = False, colour: str = INK) -> dict[str, Any]:
    return {"name": FONT, "size": size, "bold": bold, "color": colour}


def _finish(chart: Chart, title: str) -> Chart:
    # a filtered list must not take schools out of the chart
    chart.show_hidden_data()
    chart.set_title({"name": title, "name_font": _font(10, bold=True)})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.set_size({"width": 371, "height": 300})
    return chart
