"""The look of official forms: fonts, A4 with the margins of official documents, ruled cells."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.workbook.look.build_styles import Styles

# Fonts of official documents, which every Chinese Windows has; elsewhere the family leads to a like font.
BODY = {"font_name": "仿宋", "font_family": 3, "font_charset": 134, "font_scheme": "none"}
HEAD = {"font_name": "黑体", "font_family": 2, "font_charset": 134, "font_scheme": "none"}
LINE = "#000000"
TO_FILL = "#FFFBE6"  # what people still fill in; light enough to vanish in print
# GB/T 9704: top 37 mm, left 28 mm, a type area of 156 x 225 mm; in inches
MARGINS = {"top": 37 / 25.4, "bottom": 35 / 25.4, "left": 28 / 25.4, "right": 26 / 25.4}
NARROW = {"top": 20 / 25.4, "bottom": 18 / 25.4, "left": 16 / 25.4, "right": 16 / 25.4}
A4 = 9


class Looks:
    """The formats of one template, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._styles = Styles(book)

    def get(self, *sets: dict[str, Any], **properties: Any) -> Format:
        """A format from sets of properties, later ones winning; 仿宋, vertically centred unless they say otherwise."""
        wanted: dict[str, Any] = {**BODY, "font_size": 12, "valign": "vcenter"}
        for one in (*sets, properties):
            wanted |= one
        return self._styles.get(**wanted)

    def title(self, size: float = 18) -> Format:
        return self.get(HEAD, font_size=size, align="center", text_wrap=True)

    def label(self, **properties: Any) -> Format:
        """A ruled cell with a caption."""
        return self.get(border=1, align="center", text_wrap=True, **properties)

    def value(self, **properties: Any) -> Format:
        """A ruled cell with what is known or filled in."""
        return self.get(border=1, text_wrap=True, **properties)


def official_page(sheet: Worksheet, landscape: bool = False, margins: dict[str, float] | None = None) -> None:
    """A4, one page wide, official margins, page numbers."""
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(**(margins or MARGINS))
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer('&C&"宋体"&10第&P页 共&N页')
    sheet.hide_gridlines(2)
