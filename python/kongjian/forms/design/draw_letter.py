"""致学校的信: a letter on a page of its own and behind it the list of what is to be mended."""

from __future__ import annotations

from xlsxwriter import Workbook

from kongjian.forms.design.looks import HEAD, NARROW, Looks, official_page
from kongjian.rules import Rules

LETTER, PROBLEMS = "信", "问题清单"
_LIST = (("序号", 6), ("级别", 8), ("对象", 26), ("原值", 16), ("内容", 46), ("建议", 38))
_WIDTH = 80


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:  # noqa: ARG001
    """Title, addressee, paragraphs, signature; the problems ruled across the next page."""
    sheet = book.add_worksheet(LETTER)
    official_page(sheet)
    sheet.set_column(0, 0, _WIDTH)
    body = looks.get(font_size=14, text_wrap=True, valign="top")
    right = looks.get(font_size=14, align="right", indent=2)
    rows = (
        ("{{ 标题 }}", looks.title(20), 44), ("{{ 抬头 }}", body, 28), ("{{ 正文.段 }}", body, 28), ("", body, 20),
        ("{{ 受理单位 }}", right, 26), ("{{ 日期 }}", right, 26),
    )  # fmt: skip
    for row, (text, look, height) in enumerate(rows):
        sheet.set_row(row, height)
        sheet.write_string(row, 0, text, look)
    listed = book.add_worksheet(PROBLEMS)
    official_page(listed, landscape=True, margins=NARROW)
    listed.repeat_rows(1)
    listed.set_row(0, 30)
    listed.merge_range(0, 0, 0, len(_LIST) - 1, "问题清单　{{ 学校名称 }}", looks.get(HEAD, font_size=14))
    listed.set_row(1, 24)
    for k, (name, width) in enumerate(_LIST):
        listed.set_column(k, k, width)
        listed.write_string(1, k, name, looks.label(font_size=11, bold=True))
        look = looks.label(font_size=11) if k < 2 else looks.value(font_size=11)
        listed.write_string(2, k, f"{{{{ 问题.{name} }}}}", look)
