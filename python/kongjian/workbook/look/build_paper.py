"""What of a long sheet is printed with the whole workbook: its first page, which says so, and how to get the rest."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from kongjian.workbook.look.build_styles import HEADER_HEIGHT
from kongjian.xlsx.table_parts import HEADER_ROW
from kongjian.xlsx.text_heights import pixels

ONLY_FIRST = "只打印第一页。要打印全部：按“空间评比”里的“打印全部”；没有宏时，页面布局—打印区域—取消"
IN_A_COPY = "只打印第一页。要打印全部：页面布局—打印区域—取消"
_WHOLE = ("SchoolRanking", "Awards", "Problems", "SchoolScores", "ReadingEffects", "Runs")
"""The tables that are short in any city and mean nothing in part."""
_UPRIGHT, _ACROSS = (523.0, 748.0), (770.0, 501.0)
"""Width and height in points of what is printed on A4."""
_ABOVE = 30 + 20 + HEADER_HEIGHT
_ROW, _WRAPPED_ROW = 15.5, 28.0


def rows_of_a_page(widths: Sequence[float], landscape: bool, wraps: bool) -> int:
    """How many rows of a sheet one page wide stand on a page below its header."""
    wide, high = _ACROSS if landscape else _UPRIGHT
    scale = min(1.0, wide / (sum(map(pixels, widths)) * 0.75))
    return max(1, int((high / scale - _ABOVE) / (_WRAPPED_ROW if wraps else _ROW)))


def first_page_only(
    sheet: Worksheet, widths: Sequence[float], landscape: bool, wraps: bool = False, said: str = ONLY_FIRST
) -> None:
    """Prints the rows of one page; the line above them tells of the others."""
    sheet.print_area(0, 0, HEADER_ROW - 1 + rows_of_a_page(widths, landscape, wraps), len(widths) - 1)
    # as large on a page that is much reduced
    sheet.set_header(f"&R&9{said}", {"scale_with_doc": False})


def printed_whole(table: str) -> bool:
    """Whether all of an output table goes on paper."""
    return table in _WHOLE
