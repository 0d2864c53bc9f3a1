"""The look of the workbook: palette, cell formats by column kind, and the frame that every sheet shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.intake.marks import FILLS
from kongjian.workbook.layout import HOME
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, SUBTITLE_ROW, TITLE_ROW

FONT = "微软雅黑"
# With a font scheme Excel would take the theme's Chinese font instead of the one named here.
DEFAULT_FONT = {"font_name": FONT, "font_size": 10, "font_scheme": "none", "valign": "vcenter"}
HEADER_HEIGHT = 40  # one line of text stands clear above the filter button

INK, GREY, LINE, PALE = "#1F2A37", "#6B7280", "#D5DAE1", "#F5F7FA"
RED, RED_PALE = "#A61B1B", f"#{FILLS['错误']}"
AMBER, AMBER_PALE = "#8A5A00", f"#{FILLS['警告']}"
GREEN, GREEN_PALE = "#1B6B3A", "#E6F4EA"
BLUE, BLUE_PALE = "#1F4E79", "#E8F0F8"
GOLD_PALE = "#FFE9A8"

SheetRole = Literal["home", "input", "result", "evidence", "rules"]


@dataclass(frozen=True)
class Shade:
    """The colours of one role: the tab and header, and the lighter header of columns that may stay blank."""

    tab: str
    light: str


SHADES: dict[SheetRole, Shade] = {
    "home": Shade("#1F2A37", "#E5E7EB"),
    "input": Shade("#2F5F98", "#DCE6F2"),
    "result": Shade("#2B7A5B", "#DDEFE7"),
    "evidence": Shade("#64748B", "#E7EBF0"),
    "rules": Shade("#9A6A12", "#F6EBD3"),
}

# What a value of each kind looks like; General for counts, so that a pasted 3.5 is not shown as 4.
# The indent keeps text off the numbers of the column before.
_LEFT = {"align": "left", "indent": 1}
KINDS: dict[str, dict[str, Any]] = {
    "text": {**_LEFT},
    "code": {**_LEFT, "num_format": "@"},
    "account": {**_LEFT, "num_format": "@"},
    "month": {"num_format": "@", "align": "center"},
    "word": {"align": "center"},
    "rank": {"num_format": "0", "align": "center"},
    "count": {},
    "average": {"num_format": "0.00"},
    "score": {"num_format": "0.00"},
    "rate": {"num_format": "0.0%"},
    "seconds": {"num_format": "0.0"},
    "time": {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "center"},
    "answer": {"align": "center", "locked": False},  # staff write here, on a protected sheet
    "remark": {**_LEFT, "locked": False},
    "link": {**_LEFT, "font_color": "#1155CC", "underline": 1},
}


class Styles:
    """Cell formats of one workbook, made once for each set of properties."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def column(self, kind: str) -> Format:
        """The format of a whole column; without borders, which would run down to the last row."""
        return self.get(**KINDS[kind])

    def cell(self, kind: str, wrap: bool = False) -> Format:
        """The format of a data cell: its column's, with lines around it."""
        return self.get(**KINDS[kind], text_wrap=wrap, border=1, border_color=LINE)

    def header(self, role: SheetRole, light: bool = False) -> Format:
        shade = SHADES[role]
        colours = {"bg_color": shade.light if light else shade.tab, "font_color": INK if light else "#FFFFFF"}
        return self.get(bold=True, text_wrap=True, align="center", border=1, border_color=LINE, **colours)

    def mark(self, colour: str, background: str, bold: bool = False) -> Format:
        """A conditional format."""
        return self.get(font_color=colour, bg_color=background, **({"bold": True} if bold else {}))


def frame(
    sheet: Worksheet, styles: Styles, role: SheetRole, title: str, subtitle: str, widths: Sequence[float]
) -> None:
    """Title, subtitle, the way back to 首页, and the heights of the first rows."""
    sheet.set_tab_color(SHADES[role].tab)
    sheet.set_row(TITLE_ROW - 1, 30)
    sheet.set_row(SUBTITLE_ROW - 1, 20)
    sheet.set_row(HEADER_ROW - 1, HEADER_HEIGHT)
    title_style = styles.get(bold=True, font_size=16, font_color=SHADES[role].tab)
    sheet.write_string(TITLE_ROW - 1, 0, title, title_style)
    sheet.write_string(SUBTITLE_ROW - 1, 0, subtitle, styles.get(font_color=GREY))
    link = styles.get(font_color="#1155CC", underline=1)
    sheet.write_url(TITLE_ROW - 1, _beside_title(widths), f"internal:'{HOME}'!A1", link, "返回首页")


def _beside_title(widths: Sequence[float]) -> int:
    """The first column that the title does not run into."""
    used = 0.0
    for index, width in enumerate(widths):
        if used >= 22:
            return index
        used += width
    return len(widths) - 1


def print_setup(sheet: Worksheet, landscape: bool, scheme: str, repeat: int = HEADER_ROW) -> None:
    """A4, one page wide, the first `repeat` rows on every page (none: one page), page numbers at the foot."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0 if repeat else 1)
    if repeat:
        sheet.repeat_rows(TITLE_ROW - 1, repeat - 1)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.set_footer(f"&L&8{scheme}&C&8第&P页 共&N页&R&8&A")


def chart_font(size: float, bold: bool = False, colour: str = INK) -> dict[str, Any]:
    """The words in a chart, as XlsxWriter wants their font."""
    return {"name": FONT, "size": size, "bold": bold, "color": colour}


def put(sheet: Worksheet, row: int, column: int, value: str | float | None, style: Format) -> None:
    """Writes a cell; rows and columns count from 0."""
    if value is None or value == "" or value != value:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def add_table(
    sheet: Worksheet,
    name: str,
    top: int,
    headers: Mapping[str, Format],
    rows: int,
    filtered: bool = True,
    left: int = 0,
) -> None:
    """An Excel table whose header stands in row `top` (1-based) from column `left` (0-based) on, over at least one data row."""
    if not headers:
        return
    sheet.add_table(
        top - 1,
        left,
        top - 1 + max(rows, 1),
        left + len(headers) - 1,
        {
            "name": name,
            "style": "Table Style Light 1",
            "banded_rows": False,
            "autofilter": filtered,
            "columns": [{"header": text, "header_format": style} for text, style in headers.items()],
        },
    )


def freeze(sheet: Worksheet, columns: int) -> None:
    """Keeps the header row and the first columns in sight, with the cursor on the first data cell."""
    sheet.freeze_panes(FIRST_ROW - 1, columns)
    sheet.set_selection(FIRST_ROW - 1, 0, FIRST_ROW - 1, 0)
