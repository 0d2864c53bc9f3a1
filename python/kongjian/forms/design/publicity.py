"""公示名单: the notice that publishes who is to be commended (方案 五、评选程序/2)."""

from __future__ import annotations

from xlsxwriter import Workbook

from kongjian.forms.design.award_sections import Halves, across, draw_sections
from kongjian.forms.design.looks import Looks, official_page
from kongjian.forms.lists import PUBLICITY, count_mark
from kongjian.rules import Rules

_HALVES = Halves(("序号", "学校名称", "姓名", "得分", "备注"), (4, 21.5, 7, 6.5, 5))
_BLANKS = (
    "公示时间：____年__月__日至____年__月__日",
    "受理单位：________________　　联系人：____________",
    "监督电话：________________　　电子邮箱：____________",
)


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """Title, opening paragraph, a section for each award, what is to be filled in, signature and date."""
    sheet = book.add_worksheet(PUBLICITY)
    official_page(sheet)
    _HALVES.set_columns(sheet)
    last = _HALVES.last
    across(sheet, 0, last, "{{ 评比名称 }}", looks.title(22), 36)
    across(sheet, 1, last, "拟表彰名单公示", looks.title(22), 40)
    body = looks.get(font_size=16, text_wrap=True, valign="top")
    opening = (
        "　　根据《{{ 方案名称 }}》，经平台数据统计、资格审核和全市排名，拟对{{ 评选时间 }}评选出的以下"
        f"{{{{ {count_mark(rules)} }}}}予以表彰，现予公示。公示期间对名单有异议的，请在公示时间内实名向受理单位反映。"
    )
    across(sheet, 2, last, opening, body, 72)
    row = draw_sections(sheet, looks, _HALVES, rules.awards, 3)
    across(sheet, row, last, "{{ 并列说明 }}", looks.get(font_size=12, text_wrap=True), 24)
    for k, line in enumerate(_BLANKS, start=1):
        across(sheet, row + k, last, f"　　{line}", looks.get(font_size=16), 28)
    right = looks.get(font_size=16, align="right", indent=2)
    across(sheet, row + 5, last, "{{ 主办单位 }}", right, 28)
    across(sheet, row + 6, last, "{{ 日期 }}", right, 28)
