"""月度通报: a ruled list with a repeated heading for each kind of unit that the scheme wants told, upright A4."""

from __future__ import annotations

from xlsxwriter import Workbook

from kongjian.forms.design.draw_award_lists import across
from kongjian.forms.design.looks import HEAD, NARROW, Looks, official_page
from kongjian.forms.monthly_report import sheet_name
from kongjian.rules import Rules

_SIGNED = "+0.00;-0.00;0.00"
_COLUMNS = (
    ("名次", 6, "0"), ("学校名称", 27, "@"), ("姓名", 10, "@"), ("本月得分", 9.5, "0.00"), ("上月得分", 9.5, "0.00"),
    ("得分变化", 9.5, _SIGNED), ("上月名次", 8, "0"), ("名次变化", 8, "@"), ("至今月均", 9.5, "0.00"),
)  # fmt: skip
_HEADER = 4


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """A sheet for each list of the scheme; one of schools has no column for a person's name."""
    for one in rules.forms.monthly:
        _list(book, looks, sheet_name(one.object), person=one.object == "teacher")


def _list(book: Workbook, looks: Looks, name: str, person: bool) -> None:
    sheet = book.add_worksheet(name)
    official_page(sheet, margins=NARROW)
    columns = [c for c in _COLUMNS if person or c[0] != "姓名"]
    last = len(columns) - 1
    across(sheet, 0, last, "{{ 标题 }}", looks.title(20), 36)
    across(sheet, 1, last, "（{{ 月份 }}）", looks.get(font_size=14, align="center"), 24)
    across(sheet, 2, last, "　　{{ 概述 }}", looks.get(font_size=12, text_wrap=True), 24)
    across(sheet, 3, last, "{{ 说明 }}", looks.get(font_size=10, text_wrap=True, valign="top"), 30)
    sheet.set_row(_HEADER, 24)
    sheet.set_row(_HEADER + 1, 19)
    for k, (caption, width, form) in enumerate(columns):
        sheet.set_column(k, k, width)
        sheet.write_string(_HEADER, k, caption, looks.get(HEAD, border=1, align="center", font_size=11))
        place = "left" if caption == "学校名称" else "center"
        look = looks.value(font_size=11, num_format=form, align=place, indent=int(place == "left"))
        sheet.write_string(_HEADER + 1, k, f"{{{{ 名单.{caption} }}}}", look)
    sheet.repeat_rows(_HEADER)
    right = looks.get(font_size=12, align="right", indent=2)
    across(sheet, _HEADER + 3, last, "{{ 受理单位 }}", right, 24)
    across(sheet, _HEADER + 4, last, "{{ 日期 }}", right, 24)
