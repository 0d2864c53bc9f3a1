"""The native charts of 首页; they follow the cells by themselves."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from kongjian.workbook.layout import HOME, SCORES_COLUMNS
from kongjian.workbook.look.build_styles import GREY, LINE, SHADES, chart_font

Block = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""

_COLOURS = {"获奖": "#C9A227", "达标": SHADES["result"].tab, "未达标": "#B8C0CC"}
_LINES = {"获奖线": ("#A61B1B", "solid"), "达标线": ("#1F4E79", "dash")}
_TEACHERS, _SCHOOLS = "#BFD3E8", SHADES["result"].tab
_WIDTH = 470


def school_scores(book: Workbook, block: Block) -> Chart:
    """The schools by score as columns, coloured by what they reach; the award line and the pass mark across them."""
    top, left, bottom, right = block
    at = {name: left + k for k, name in enumerate(SCORES_COLUMNS)}
    names = [HOME, top, right, bottom, right]

    def series(name: str) -> dict[str, Any]:
        return {"name": name, "categories": names, "values": [HOME, top, at[name], bottom, at[name]]}

    chart, lines = book.add_chart({"type": "column"}), book.add_chart({"type": "line"})
    for name, colour in _COLOURS.items():
        chart.add_series({**series(name), "fill": {"color": colour}, "gap": 30, "overlap": 100})
    for name, (colour, dash) in _LINES.items():
        line = {"color": colour, "width": 1.5, "dash_type": dash}
        lines.add_series({**series(name), "line": line, "marker": {"type": "none"}})
    chart.combine(lines)
    chart.set_x_axis({**_names_axis(), "num_font": {**chart_font(7), "rotation": -90}, "interval_unit": 1})
    chart.set_y_axis({**_axis(), "min": 0, "major_gridlines": {"visible": True, "line": {"color": LINE}}})
    chart.set_legend({"position": "top", "font": chart_font(8)})
    return _finish(chart, f"各校得分（从高到低，最多{bottom - top + 1}所）", 400)


def score_ranges(book: Workbook, block: Block) -> Chart:
    """Schools and teachers side by side: the shares of each, so that one axis serves the few and the many."""
    right = block[3]
    chart = book.add_chart({"type": "column"})
    for column, name, colour in ((right - 1, "学校", _SCHOOLS), (right, "教师", _TEACHERS)):
        labels = {"value": True, "num_format": "0%", "font": chart_font(8)}
        chart.add_series(
            {**_counts(block, column, name), "fill": {"color": colour}, "gap": 60, "data_labels": labels}
        )
    chart.set_x_axis(_names_axis())
    chart.set_y_axis({**_axis(), "visible": False, "min": 0, "major_gridlines": {"visible": False}})
    chart.set_legend({"position": "top", "font": chart_font(8)})
    return _finish(chart, "得分分布（各分数段占全部的比例）", 300)


def _counts(block: Block, column: int, name: str) -> dict[str, Any]:
    top, left, bottom, _ = block
    ranges = [HOME, top, left - 1, bottom, left - 1]
    return {"name": name, "categories": ranges, "values": [HOME, top, column, bottom, column]}


def _names_axis() -> dict[str, Any]:
    return {"num_font": chart_font(8), "line": {"color": LINE}, "major_tick_mark": "none"}


def _axis() -> dict[str, Any]:
    return {
        "num_font": chart_font(8, colour=GREY),
        "num_format": "0",
        "line": {"none": True},
        "major_tick_mark": "none",
    }


def _finish(chart: Chart, title: str, height: int) -> Chart:
    # a filtered list must not take schools out of the chart
    chart.show_hidden_data()
    chart.set_title({"name": title, "name_font": chart_font(10, bold=True)})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.set_size({"width": _WIDTH, "height": height})
    return chart
