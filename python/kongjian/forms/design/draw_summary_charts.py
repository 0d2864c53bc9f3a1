"""Native charts for print: dark and light with black edges, so that a black-and-white printer tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.utility import quote_sheetname, xl_col_to_name

_SHADES = ("#404040", "#D0D0D0")
_GRID = "#C8C8C8"
_MARKERS = (("circle", "#000000", "solid"), ("square", "#FFFFFF", "dash"))
_LABELS = ("above", "below")
_FONT = "宋体"
FULL = 1.15
"""Where an axis of fractions ends that may reach 100 %: with room for the highest bar's number."""


@dataclass(frozen=True)
class Range:
    """Rows first..last of one column of a sheet, from 0."""

    sheet: str
    first: int
    last: int
    column: int

    @property
    def area(self) -> str:
        """Written as an area even for one row: only an area grows with the row of a list."""
        letter = xl_col_to_name(self.column)
        return f"={quote_sheetname(self.sheet)}!${letter}${self.first + 1}:${letter}${self.last + 1}"

    @property
    def cell(self) -> str:
        return f"={quote_sheetname(self.sheet)}!${xl_col_to_name(self.column)}${self.first + 1}"


@dataclass(frozen=True)
class Series:
    """A series: the cell with its name, the cells with its values."""

    name: Range
    values: Range


def columns(
    book: Workbook,
    title: str,
    of: str,
    unit: str,
    names: Range,
    series: Sequence[Series],
    highest: float | None,
) -> Chart:
    """Standing columns of fractions side by side; `highest` is the axis' end, None for what the values need."""
    chart = book.add_chart({"type": "column"})
    for k, one in enumerate(series):
        chart.add_series({**_filled(one, names, k), "gap": 60, "overlap": 0})
    chart.set_x_axis(_names_axis(of))
    chart.set_y_axis(
        {**_values_axis(unit, "0%"), "min": 0, "max": highest, **({"major_unit": 0.2} if highest else {})}
    )
    return _finish(chart, title, len(series))


def bars(book: Workbook, title: str, of: str, unit: str, names: Range, series: Sequence[Series]) -> Chart:
    """Lying bars of fractions, the first on top."""
    chart = book.add_chart({"type": "bar"})
    for k, one in enumerate(series):
        chart.add_series({**_filled(one, names, k), "gap": 40})
    # XlsxWriter's y axis of lying bars is the one with the names
    chart.set_y_axis({**_names_axis(of), "reverse": True})
    chart.set_x_axis(
        {**_values_axis(unit, "0%"), "min": 0, "max": FULL, "major_unit": 0.2, "label_position": "high"}
    )
    return _finish(chart, title, len(series))


def lines(book: Workbook, title: str, of: str, unit: str, names: Range, series: Sequence[Series]) -> Chart:
    """Curves with markers; a month without a value leaves a gap."""
    chart = book.add_chart({"type": "line"})
    for one, (shape, fill, dash), place in zip(series, _MARKERS, _LABELS, strict=True):
        chart.add_series(
            {
                "name": one.name.cell,
                "categories": names.area,
                "values": one.values.area,
                "line": {"color": "#000000", "width": 1.75, "dash_type": dash},
                "marker": {"type": shape, "size": 7, "fill": {"color": fill}, "border": {"color": "#000000"}},
                "data_labels": {"value": True, "num_format": "0.00", "position": place, "font": _font(9)},
            }
        )
    chart.set_x_axis(_names_axis(of))
    chart.set_y_axis(_values_axis(unit, "0"))
    chart.show_blanks_as("gap")
    return _finish(chart, title, len(series))


def _filled(one: Series, names: Range, k: int) -> dict[str, Any]:
    return {
        "name": one.name.cell,
        "categories": names.area,
        "values": one.values.area,
        "fill": {"color": _SHADES[k]},
        "border": {"color": "#000000", "width": 0.75},
        "data_labels": {"value": True, "num_format": "0.0%", "font": _font(8)},
    }


def _names_axis(title: str) -> dict[str, Any]:
    return {"name": title, "name_font": _font(10), "num_font": _font(9), "major_tick_mark": "none"}


def _values_axis(title: str, form: str) -> dict[str, Any]:
    return {
        "name": title,
        "name_font": _font(10),
        "num_font": _font(9),
        "num_format": form,
        "major_gridlines": {"visible": True, "line": {"color": _GRID, "width": 0.5}},
    }


def _font(size: float, bold: bool = False) -> dict[str, Any]:
    return {"name": _FONT, "size": size, "bold": bold, "color": "#000000"}


def _finish(chart: Chart, title: str, series: int) -> Chart:
    chart.set_title({"name": title, "name_font": _font(12, bold=True), "overlay": False})
    chart.set_legend({"position": "bottom", "font": _font(9)} if series > 1 else {"none": True})
    chart.set_chartarea({"border": {"color": "#808080"}})
    return chart
