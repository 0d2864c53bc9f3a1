"""异议登记表: a ruled list across the page, a row for each appeal, with lines to sign."""

from __future__ import annotations

from xlsxwriter import Workbook

from kongjian.forms.appeals import RECORD
from kongjian.forms.design.looks import NARROW, Looks, official_page
from kongjian.intake.sheets import APPEALS
from kongjian.rules import Rules

_WIDTHS = (5, 12.5, 9, 15, 17, 9, 28, 28, 6, 12.5, 9)
_TEXTS = ("异议内容", "答复")


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:  # noqa: ARG001
    """Title, the scheme, the list, what is signed."""
    sheet = book.add_worksheet(RECORD)
    official_page(sheet, landscape=True, margins=NARROW)
    sheet.repeat_rows(2)
    last = len(_WIDTHS) - 1
    for k, width in enumerate(_WIDTHS):
        sheet.set_column(k, k, width)
    sheet.set_row(0, 36)
    sheet.merge_range(0, 0, 0, last, RECORD, looks.title(20))
    sheet.set_row(1, 22)
    sheet.merge_range(1, 0, 1, last, "{{ 方案名称 }}　{{ 件数 }}", looks.get(align="center"))
    sheet.set_row(2, 32)
    sheet.set_row(3, 34)
    for k, name in enumerate(("序号", *APPEALS.names)):
        sheet.write_string(2, k, name, looks.label(font_size=11, bold=True))
        look = looks.value(font_size=11) if name in _TEXTS else looks.label(font_size=11)
        sheet.write_string(3, k, f"{{{{ 异议.{name} }}}}", look)
    sheet.set_row(5, 30)
    sheet.merge_range(5, 0, 5, 6, "经办人（签字）：____________", looks.get())
    sheet.merge_range(5, 7, 5, last, "负责人（签字）：____________", looks.get())
    sheet.set_row(6, 28)
    sheet.merge_range(6, 0, 6, 6, "{{ 受理单位 }}", looks.get())
    sheet.merge_range(6, 7, 6, last, "{{ 日期 }}", looks.get())
