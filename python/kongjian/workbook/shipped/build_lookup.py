"""单位查询, and the hidden sheet 查询数据 behind it: one A4 page for one school or teacher, native formulas only."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.engine.evidence.one_unit import lookup
from kongjian.engine.frame import Frame
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.layout import HOME
from kongjian.workbook.look.build_sheets import NOT_YET, PROTECT
from kongjian.workbook.look.build_styles import (
    BLUE,
    DEFAULT_FONT,
    GREY,
    INK,
    LINE,
    PALE,
    SHADES,
    Styles,
    add_table,
    chart_font,
)
from kongjian.workbook.look.put_column import put_column
from kongjian.workbook.lookup_cells import LookupCells
from kongjian.workbook.lookup_sheet import (
    DATA,
    LAST_COLUMN,
    LOOKUP,
    PLACES,
    SELECTION,
    TABLES,
    WORK,
    Chosen,
    LookupCell,
    frames,
    source_of_list,
)
from kongjian.workbook.lookup_work import UNAVAILABLE
from kongjian.workbook.pages import lookup_subtitle
from kongjian.workbook.run import Run
from kongjian.xlsx.finished_parts import read_parts, write_parts
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, SUBTITLE_ROW, TITLE_ROW
from kongjian.xlsx.text_heights import row_height

_WIDTHS = (12.5, 20.0, 9.0, 15.0, 23.0, 8.0, 8.0, 8.0, 12.0, 9.0, 9.0, 9.0)
_SMALL = {"font_size": 9}
_INPUT = {
    "bg_color": "#FFFBE6", "font_color": "#1F4E9C", "border": 1, "border_color": "#C9A227", "align": "left",
    "num_format": "@", "locked": False, "bold": True,
}  # fmt: skip
# lines only around what is filled: a teacher has fewer rows than a school
_LINED = {"border": 1, "border_color": LINE}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": SHADES["result"].tab, "align": "center"},
    "note": {"font_color": GREY, "align": "center", **_SMALL},
    "label": {"font_color": GREY, "align": "center", **_SMALL},
    "message": {"bold": True, "font_size": 12, "font_color": INK, "align": "left", "indent": 1},
    "head": {
        "bold": True, "text_wrap": True, "align": "center", "bg_color": SHADES["result"].tab, "font_color": "#FFFFFF",
        **_LINED, **_SMALL,
    },
    "name": {"bold": True, "align": "left", "text_wrap": True, **_SMALL},
    "long": {"align": "left", "text_wrap": True, **_SMALL},
    "value": {"align": "center", **_SMALL},
    "score": {"align": "center", "num_format": "0.00", **_SMALL},
    "rank": {"align": "center", "num_format": "0", "bold": True, **_SMALL},
}  # fmt: skip
_OWN, _OTHER, _CITY = SHADES["result"].tab, "#C98A1B", "#B8C0CC"
_TOLD = "从列表里选，也可以直接填{}"


def add_lookup(book: Workbook, page: Worksheet, styles: Styles, rules: Rules) -> None:
    """The page and, hidden behind all other sheets, its data in a workbook that was never calculated."""
    cells = LookupCells(rules, None, Chosen(OBJECT_LABELS["school"]), NOT_YET)
    data = book.add_worksheet(DATA)
    draw_page(book, page, styles, rules, cells)
    write_data(data, styles, cells, frames(None), NOT_YET)


def one_page(run: Run, kind: str, at: int, target: Path, moment: dt.datetime, compare: str = "") -> None:
    """A file with the page of one unit, at this position of the input: its values, without formulas or lists."""
    found = lookup(run.results, run.rules)
    chosen = Chosen(OBJECT_LABELS[kind], *found.called(kind, at), compare)
    cells = LookupCells(run.rules, found, chosen, lookup_subtitle(run, moment))
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_format_properties": dict(DEFAULT_FONT)})
    book.set_properties({"title": cells.layout.title, "created": moment})
    styles = Styles(book)
    page, data = book.add_worksheet(LOOKUP), book.add_worksheet(DATA)
    draw_page(book, page, styles, run.rules, cells, formulas=False)
    _write_work(data, cells, formulas=False)
    data.hide()
    book.close()
    write_parts(read_parts(buffer.getvalue()), target)


def draw_page(
    book: Workbook,
    page: Worksheet,
    styles: Styles,
    rules: Rules,
    cells: LookupCells,
    formulas: bool = True,
    back: str = HOME,
) -> None:
    """The page: what is chosen, what it shows, its charts, and how it prints; without formulas it is fixed to one unit.

    A link leads back to the sheet `back`.
    """
    layout = cells.layout
    page.hide_gridlines(2)
    page.set_tab_color(SHADES["result"].tab)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    for row, height in _heights(rules, cells).items():
        page.set_row(row - 1, height)
    for cell in cells.page_cells():
        _put(page, cell, styles, formulas)
    if formulas:
        _choices(book, page, styles, cells)
        link = styles.get(font_color=BLUE, underline=1)
        page.write_url(0, LAST_COLUMN, f"internal:'{back}'!A1", link, f"返回{back}")
        page.protect("", PROTECT)
    else:
        _fixed(page, styles, cells)
    _lines(page, styles, cells)
    _charts(book, page, cells)
    page.set_paper(9)
    page.set_portrait()
    page.fit_to_pages(1, 1)
    page.print_area(0, 0, layout.last - 1, LAST_COLUMN - 1)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.center_horizontally()
    page.set_footer(f"&L&8{rules.scheme.name}&R&8&D")
    page.freeze_panes(4, 1)
    page.set_selection(2, 3, 2, 3)


def _lines(page: Worksheet, styles: Styles, cells: LookupCells) -> None:
    """Lines around the filled rows."""
    layout, line = cells.layout, styles.get(**_LINED)
    months, lines, items = layout.months, layout.first_line, layout.head + 1
    for first, last, tested in ((6, 7, "$A6"), (lines, months - 2, f"$A{lines}"), (months, months + 2, f"A{months}"), (items, layout.charts - 1, f"$A{items}")):  # fmt: skip
        rule = {"type": "formula", "criteria": f'={tested}<>""', "format": line}
        page.conditional_format(first - 1, 0, last - 1, LAST_COLUMN - 1, rule)


def _put(page: Worksheet, cell: LookupCell, styles: Styles, formulas: bool) -> None:
    row, column, style = cell.row - 1, cell.column - 1, styles.get(**_LOOKS[cell.look])
    if cell.to:
        page.merge_range(row, column, row, cell.to - 1, "", style)
    if cell.formula and formulas:
        page.write_formula(row, column, f"={cell.formula}", style, cell.value)
    elif isinstance(cell.value, str):
        page.write_string(row, column, cell.value, style) if cell.value else page.write_blank(
            row, column, None, style
        )
    else:
        page.write_number(row, column, cell.value, style)


def _merged(name: str) -> tuple[int, int, int]:
    """Row and columns, from 0, that a cell to choose in covers."""
    row, column = SELECTION[name]
    last = {"LookupSchool": 5, "LookupUnit": 9, "LookupCompare": 12}.get(name, column)
    return row - 1, column - 1, last - 1


def _choices(book: Workbook, page: Worksheet, styles: Styles, cells: LookupCells) -> None:
    """The four cells to choose in, each with its list."""
    told = {"LookupSchool": "校名", "LookupUnit": "账号", "LookupCompare": "校名或账号"}
    for name, text in zip(SELECTION, cells.chosen, strict=True):
        row, column = _choice(page, name, text, styles.get(**_INPUT))
        book.define_name(name, f"='{LOOKUP}'!${chr(65 + column)}${row + 1}")
        if name == "LookupKind":
            page.data_validation(row, column, row, column, {
                "validate": "list", "source": list(OBJECT_LABELS.values()), "error_title": "类别",
                "error_message": f"请选{'或'.join(OBJECT_LABELS.values())}。",
            })  # fmt: skip
        else:
            page.data_validation(row, column, row, column, {
                "validate": "list", "source": source_of_list(name), "show_error": False, "input_title": "单位查询",
                "input_message": _TOLD.format(told[name]),
            })  # fmt: skip


def _fixed(page: Worksheet, styles: Styles, cells: LookupCells) -> None:
    style = styles.get(**{**_INPUT, "bg_color": PALE, "font_color": INK, "border_color": LINE})
    for name, text in zip(SELECTION, cells.chosen, strict=True):
        _choice(page, name, text, style)


def _choice(page: Worksheet, name: str, text: str, style: Format) -> tuple[int, int]:
    """Writes a cell to choose in over the columns that it covers; its row and column, from 0."""
    row, column, last = _merged(name)
    if last > column:
        page.merge_range(row, column, row, last, text, style)
    else:
        page.write_string(row, column, text, style)
    return row, column


def _heights(rules: Rules, cells: LookupCells) -> dict[int, float]:
    """Rows tall enough for the longest text of either kind; the page is the same for both."""
    layout = cells.layout
    out = {1: 30.0, 2: 18.0, 3: 24.0, 4: 26.0, 6: 42.0, 7: 42.0, layout.head: 22.0}
    for kind in OBJECT_LABELS:
        for k, indicator in enumerate(rules.object(kind).indicators):
            row = layout.head + 1 + k
            texts = [(indicator.clause, _WIDTHS[1]), (cells.words(kind, k), _WIDTHS[4])]
            out[row] = max(out.get(row, 17.0), row_height(texts))
    for k in range(max(layout.lines.values())):
        out[layout.first_line + k] = 30.0 if k else 18.0
    return out


def _charts(book: Workbook, page: Worksheet, cells: LookupCells) -> None:
    """The months as curves; the profile of a school and that of a teacher on one place, of which one is always blank."""
    layout = cells.layout
    top, months = layout.work_months - 1, max(cells.months, 1)
    curve = book.add_chart({"type": "line"})
    for k, (name, colour) in enumerate((("本单位", _OWN), ("对比", _OTHER)), start=1):
        curve.add_series({
            "name": name, "categories": [DATA, top, WORK - 1, top + months - 1, WORK - 1],
            "values": [DATA, top, WORK - 1 + k, top + months - 1, WORK - 1 + k],
            "line": {"color": colour, "width": 2}, "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"none": True}},
        })  # fmt: skip
    _finish(curve, 395)
    row = layout.charts
    page.insert_chart(
        row, 0, curve, {"x_offset": 2, "y_offset": 4, "object_position": 1, "description": "各月得分"}
    )
    first = layout.work_profile - 1
    for kind, label in OBJECT_LABELS.items():
        last = first + layout.items[kind] - 2
        chart = book.add_chart({"type": "column"})
        for k, (name, colour) in enumerate(
            (("本单位", _OWN), ("全市中位", _CITY), ("对比", _OTHER)), start=1
        ):
            chart.add_series({
                "name": name, "categories": [DATA, first, WORK - 1, last, WORK - 1],
                "values": [DATA, first, WORK - 1 + k, last, WORK - 1 + k], "fill": {"color": colour}, "gap": 60,
            })  # fmt: skip
        _finish(chart, 640, see_through=True)
        place = {
            "x_offset": 4,
            "y_offset": 4,
            "object_position": 1,
            "description": f"{label}各项得分与全市中位",
        }
        page.insert_chart(row, 4, chart, place)
        first = last + 1


def _finish(chart: Chart, width: int, see_through: bool = False) -> None:
    chart.show_hidden_data()
    chart.set_title({"none": True})
    chart.set_legend({"none": True})
    area = {"border": {"none": True}, **({"fill": {"none": True}} if see_through else {})}
    chart.set_chartarea(area)
    chart.set_plotarea({"fill": {"none": True}})
    chart.set_x_axis({"num_font": chart_font(8), "line": {"none": see_through}, "major_tick_mark": "none"})
    axis: dict[str, Any] = {"num_font": chart_font(8), "line": {"none": True}, "major_gridlines": {"visible": not see_through, "line": {"color": LINE}}}  # fmt: skip
    chart.set_y_axis({**axis, **({"min": 0, "max": 1, "visible": False} if see_through else {})})
    chart.set_size({"width": width, "height": 250})


def write_data(
    data: Worksheet,
    styles: Styles,
    cells: LookupCells,
    tables: Mapping[str, Frame],
    subtitle: str,
    formulas: bool = True,
) -> None:
    """查询数据: the tables side by side and the workings right of them; hidden."""
    data.hide()
    data.protect("", PROTECT)
    data.print_area(0, 0, 39, 9)  # whoever shows and prints it gets a page, not hundreds
    data.fit_to_pages(1, 1)
    data.set_tab_color(SHADES["evidence"].tab)
    data.write_string(TITLE_ROW - 1, 0, DATA)
    data.write_string(SUBTITLE_ROW - 1, 0, subtitle)
    for spec in TABLES:
        left, frame = PLACES[spec.table] - 1, tables[spec.table]
        headers = dict.fromkeys(spec.names, styles.header("evidence"))
        add_table(data, spec.table, HEADER_ROW, headers, frame.height, filtered=False, left=left)
        for k, name in enumerate(spec.names if frame.height else ()):
            values = [v if v != "" and v == v else None for v in frame[name].tolist()]
            put_column(data, FIRST_ROW - 1, left + k, values)
    _write_work(data, cells, formulas)


def _write_work(data: Worksheet, cells: LookupCells, formulas: bool) -> None:
    for cell in cells.work_cells():
        row, column = cell.row - 1, cell.column - 1
        if cell.formula and formulas:
            data.write_formula(row, column, f"={cell.formula}", None, cell.value)
        elif not isinstance(cell.value, str):
            data.write_number(row, column, cell.value)
        elif cell.value != UNAVAILABLE:
            data.write_string(row, column, cell.value)
