"""What of a long sheet is printed with the whole workbook: its first page, which says so, and how to get the rest."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from kongjian.workbook.look.build_styles import HEADER_HEIGHT
from kongjian.xlsx.table_parts import HEADER_ROW
from kongjian.xlsx.text_heights import pixels

ONLY_FIRST = "只打印第一页。要打印全部：按“空间评比”里的“打印全部”；没有宏时，页面布局—打印区域—取消"
IN_A_COPY = "只打印第一页。要打印全部：页面布局—打印区域—取消"
_WHOLE = ("SchoolRanking", "Awards", "Problems", "SchoolScores")
"""The tables that are short in any city and mean nothing in part; what waits hidden prints a page."""
_UPRIGHT, _ACROSS = (523.0, 748.0), (770.0, 501.0)
"""Width and height in points of what is printed on A4."""
_ABOVE = 30 + 20 + HEADER_HEIGHT
_ROW, _WRAPPED_ROW, _LISTS = 15.5, 28.0, 90.0
_OF_LISTS = ("ReadingEffects",)
"""The tables whose cells name many people."""


def usual_height(table: str, wraps: bool) -> float:
    """About how many points a row of a table takes."""
    return _LISTS if table in _OF_LISTS else _WRAPPED_ROW if wraps else _ROW


def rows_of_a_page(widths: Sequence[float], landscape: bool, row: float) -> int:
    """How many rows of so many points stand on a page below the header of a sheet one page wide."""
    wide, high = _ACROSS if landscape else _UPRIGHT
    scale = min(1.0, wide / (sum(map(pixels, widths)) * 0.75))
    return max(1, int((high / scale - _ABOVE) / row))


def first_page_only(
    sheet: Worksheet, widths: Sequence[float], landscape: bool, row: float = _ROW, said: str = ONLY_FIRST
) -> None:
    """Prints the rows of one page; the line above them tells of the others."""
    only_these(sheet, HEADER_ROW + rows_of_a_page(widths, landscape, row), len(widths), said)


def only_these(sheet: Worksheet, rows: int, columns: int, said: str = ONLY_FIRST) -> None:
    """Prints so many rows and columns from the first on, and says that there are more."""
    sheet.print_area(0, 0, rows - 1, columns - 1)
    # as large on a page that is much reduced
    sheet.set_header(f"&R&9{said}", {"scale_with_doc": False})


def printed_whole(table: str) -> bool:
    """Whether all of an output table goes on paper."""
    return table in _WHOLE


def and_then(sheet: Worksheet, area: str) -> None:
    """A further area, such as $S$1:$AE$28, on a page of its own behind what is printed of a sheet."""
    sheet.print_area_range += f",'{sheet.get_name()}'!{area}"
