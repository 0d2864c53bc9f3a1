"""表彰名单: the annex of a commendation, and the plain list from which Word prints the certificates."""

from __future__ import annotations

from xlsxwriter import Workbook

from kongjian.forms.design.award_sections import Halves, across, draw_sections
from kongjian.forms.design.looks import HEAD, NARROW, Looks, official_page
from kongjian.forms.lists import CERTIFICATES, COMMENDATION, count_mark
from kongjian.rules import Rules

_HALVES = Halves(("序号", "学校名称", "姓名", "备注"), (4, 25, 9, 5.5))
_CERTIFICATE = (
    ("序号", 6), ("证书编号", 18), ("奖项", 34), ("学校名称", 26), ("姓名", 11), ("发证单位", 20), ("日期", 18),
)  # fmt: skip


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """The annex and the certificates' data, one sheet each."""
    _draw_annex(book, looks, rules)
    _draw_certificates(book, looks)


def _draw_annex(book: Workbook, looks: Looks, rules: Rules) -> None:
    sheet = book.add_worksheet(COMMENDATION)
    official_page(sheet)
    _HALVES.set_columns(sheet)
    last = _HALVES.last
    across(sheet, 0, last, "附件", looks.get(HEAD, font_size=16), 28)
    across(sheet, 1, last, "{{ 评比名称 }}", looks.title(22), 36)
    across(sheet, 2, last, "表彰名单", looks.title(22), 40)
    note = f"（{{{{ {count_mark(rules)} }}}}，同一奖项按名次排列）"
    across(sheet, 3, last, note, looks.get(font_size=14, align="center", text_wrap=True), 26)
    row = draw_sections(sheet, looks, _HALVES, rules.awards, 4)
    across(sheet, row, last, "{{ 并列说明 }}", looks.get(font_size=12, text_wrap=True), 24)
    right = looks.get(font_size=16, align="right", indent=2)
    across(sheet, row + 2, last, "{{ 主办单位 }}", right, 28)
    across(sheet, row + 3, last, "{{ 日期 }}", right, 28)


def _draw_certificates(book: Workbook, looks: Looks) -> None:
    """One header row and nothing merged: what a mail merge takes."""
    sheet = book.add_worksheet(CERTIFICATES)
    official_page(sheet, landscape=True, margins=NARROW)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    sheet.set_row(0, 24)
    sheet.set_row(1, 18)
    for k, (name, width) in enumerate(_CERTIFICATE):
        sheet.set_column(k, k, width)
        sheet.write_string(0, k, name, looks.label(font_size=11, bold=True))
        sheet.write_string(
            1, k, f"{{{{ 证书.{name} }}}}", looks.label(font_size=11, num_format="General" if k == 0 else "@")
        )
