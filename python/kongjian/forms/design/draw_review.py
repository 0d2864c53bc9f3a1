"""专家评审汇总表.xlsx: an expert's sheet, the summary of all experts, the final order (方案 五、评选程序/2)."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.base.grid import NO, YES
from kongjian.forms.design.looks import HEAD, NARROW, TO_FILL, Looks, official_page
from kongjian.forms.review_sheets import EXPERT, MOST_EXPERTS, RESULT, SUMMARY
from kongjian.rules import Rules

_FILL: dict[str, Any] = {"bg_color": TO_FILL, "locked": False}
_CENTRED: dict[str, Any] = {"align": "center"}
_SCORE: dict[str, Any] = {"align": "center", "num_format": "0.00"}
_Columns = tuple[tuple[str, str, float, dict[str, Any]], ...]
# caption, mark, width in characters, properties of the cells
_EXPERT_COLUMNS: _Columns = (
    ("序号", "单位.序号", 5, _CENTRED),
    ("学校名称", "单位.学校名称", 22, {}),
    ("{{ 姓名栏 }}", "单位.姓名", 10, _CENTRED),
    ("得分", "单位.得分", 8, _SCORE),
    ("名次", "单位.名次", 6.5, _CENTRED),
    ("评审分", "单位.评审分", 9, _CENTRED | _FILL),
    ("意见", "单位.意见", 25, _FILL),
)
# the defined names by which a returned file is read, whatever was moved in it
_NAMES = {
    "ReviewNumber": "A", "ReviewSchool": "B", "ReviewPerson": "C", "ReviewPoints": "D", "ReviewRank": "E",
    "ReviewScore": "F", "ReviewOpinion": "G",
}  # fmt: skip
_SUMMARY_COLUMNS: _Columns = (
    ("序号", "汇总.序号", 5, _CENTRED),
    ("学校名称", "汇总.学校名称", 21, {}),
    ("{{ 姓名栏 }}", "汇总.姓名", 8.5, _CENTRED),
    ("得分", "汇总.得分", 7.5, _SCORE),
    ("名次", "汇总.名次", 5, _CENTRED),
    *((f"{{{{ 专家{k} }}}}", f"汇总.专家{k}", 7.5, _CENTRED) for k in range(1, MOST_EXPERTS + 1)),
    ("专家\n人数", "汇总.专家人数", 5.4, _CENTRED),
    ("最高", "汇总.最高", 7, _CENTRED),
    ("最低", "汇总.最低", 7, _CENTRED),
    ("平均分", "汇总.平均分", 8, _SCORE | HEAD),
    ("评审\n名次", "汇总.评审名次", 5.4, _CENTRED | HEAD),
    ("并列", "汇总.并列", 5, _CENTRED),
    ("顺序", "汇总.顺序", 5, _CENTRED),
)
_RESULT_COLUMNS: _Columns = (
    ("评审名次", "结果.评审名次", 9, _CENTRED | HEAD),
    ("学校名称", "结果.学校名称", 28, {}),
    ("{{ 姓名栏 }}", "结果.姓名", 12, _CENTRED),
    ("平均分", "结果.平均分", 10, _SCORE | HEAD),
    ("得分", "结果.得分", 10, _SCORE),
    ("并列", "结果.并列", 8, _CENTRED),
)
_LOCK = {"format_columns": True, "format_rows": True, "autofilter": True}


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """The three sheets; experts' columns that are not used are hidden when the summary is filled."""
    _expert(book, looks, rules)
    _summary(book, looks)
    _result(book, looks)


def _expert(book: Workbook, looks: Looks, rules: Rules) -> None:
    """One expert's sheet: everything locked but score, opinion, signature and day."""
    sheet = book.add_worksheet(EXPERT)
    _heading(sheet, looks, _EXPERT_COLUMNS, "专家评审表（{{ 类别 }}）")
    label, fact = looks.label(font_size=11), looks.value(font_size=11, align="center")
    sheet.set_row(2, 24)
    sheet.merge_range("A3:B3", "评审专家", label)
    sheet.merge_range("C3:E3", "{{ 专家 }}", fact)
    sheet.write("F3", "交表日期", label)
    sheet.write("G3", "{{ 交表日期 }}前", fact)
    sheet.set_row(3, 32)
    sheet.merge_range(
        "A4:G4",
        "只填有底色的格：评审分填{{ 最低分 }}到{{ 最高分 }}的数字，可以带小数；要回避的单位评审分留空。填完在表末签名，把本文件发回。",
        looks.value(font_size=10.5),
    )
    _list(sheet, looks, _EXPERT_COLUMNS, 5)
    sheet.autofilter("A5:G6")
    sheet.data_validation("F6", _bounds(rules))
    sheet.set_row(6, 30)
    sheet.merge_range("A7:B7", "专家签名", label)
    sheet.merge_range("C7:E7", "{{ 签名 }}", looks.value(font_size=11, align="center", **_FILL))
    sheet.write("F7", "日期", label)
    sheet.write("G7", "{{ 签名日期 }}", looks.value(font_size=11, align="center", **_FILL))
    for name, column in _NAMES.items():
        book.define_name(name, f"={EXPERT}!${column}$6:${column}$6")
    for name, cell in (("ReviewExpert", "$C$3"), ("ReviewSigned", "$C$7"), ("ReviewDay", "$G$7")):
        book.define_name(name, f"={EXPERT}!{cell}")
    _page(sheet, "A1:G7", 5)


def _bounds(rules: Rules) -> dict[str, Any]:
    review = rules.forms.review
    between = f"{review.lowest:g}到{review.highest:g}之间的数字"
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": review.lowest,
        "maximum": review.highest,
        "input_title": "评审分",
        "input_message": f"填{between}，不要写“分”字。",
        "error_title": "评审分不对",
        "error_message": f"评审分要填{between}，不要写“分”字。",
    }


def _summary(book: Workbook, looks: Looks) -> None:
    """Every expert's score of every unit, the mean with its switch, the order."""
    sheet = book.add_worksheet(SUMMARY)
    _heading(sheet, looks, _SUMMARY_COLUMNS[:-1], "专家评审汇总表（{{ 类别 }}）")
    label, fact = looks.label(font_size=11), looks.value(font_size=11, align="center")
    sheet.set_row(2, 24)
    sheet.merge_range("A3:B3", "去掉最高分和最低分", label)
    sheet.write("C3", "{{ 去掉最高分和最低分 }}", looks.value(font_size=11, align="center", **_FILL))
    sheet.data_validation(
        "C3",
        {
            "validate": "list",
            "source": [YES, NO],
            "input_title": "去掉最高分和最低分",
            "input_message": f"选“{YES}”时，评分的专家达到右边人数的单位去掉一个最高分和一个最低分再平均。",
            "error_title": "去掉最高分和最低分",
            "error_message": f"请选“{YES}”或“{NO}”。",
        },
    )
    sheet.merge_range("D3:N3", "", fact)
    sheet.merge_range("O3:Q3", "满几名专家才去掉", label)
    sheet.merge_range("R3:T3", "{{ 起始人数 }}", fact)
    book.define_name("ReviewDropExtremes", f"={SUMMARY}!$C$3")
    book.define_name("ReviewDropFrom", f"={SUMMARY}!$R$3")
    _list(sheet, looks, _SUMMARY_COLUMNS, 4)
    sheet.set_column("U:U", None, None, {"hidden": True})
    sheet.set_row(5, 30)
    sheet.merge_range("A6:B6", "评审组签名", label)
    sheet.merge_range("C6:N6", "", looks.value(font_size=11, **_FILL))
    sheet.merge_range("O6:Q6", "日期", label)
    sheet.merge_range("R6:T6", "", looks.value(font_size=11, align="center", **_FILL))
    sheet.freeze_panes(4, 3)
    _page(sheet, "A1:T6", 4, landscape=True)


def _result(book: Workbook, looks: Looks) -> None:
    """The final order, by formulas over the summary."""
    sheet = book.add_worksheet(RESULT)
    _heading(sheet, looks, _RESULT_COLUMNS, "专家评审结果（{{ 类别 }}）")
    _list(sheet, looks, _RESULT_COLUMNS, 3)
    label, empty = looks.label(font_size=11), looks.value(font_size=11, **_FILL)
    for row, caption in enumerate(("组长签名", "组员签名", "日期"), start=5):
        sheet.set_row(row - 1, 30)
        sheet.write(f"A{row}", caption, label)
        sheet.merge_range(f"B{row}:F{row}", "", empty)
    _page(sheet, "A1:F7", 3)


def _heading(sheet: Worksheet, looks: Looks, columns: _Columns, title: str) -> None:
    last = len(columns) - 1
    for k, (_, _, width, _) in enumerate(columns):
        sheet.set_column(k, k, width)
    sheet.set_row(0, 22)
    sheet.merge_range(0, 0, 0, last, "{{ 方案名称 }}", looks.get(align="center", text_wrap=True))
    sheet.set_row(1, 32)
    sheet.merge_range(1, 0, 1, last, title, looks.title())


def _list(sheet: Worksheet, looks: Looks, columns: _Columns, head: int) -> None:
    """Captions in row `head` (1-based), the row of units below."""
    sheet.set_row(head - 1, 32)
    sheet.set_row(head, 22)
    for k, (caption, mark, _, properties) in enumerate(columns):
        sheet.write(head - 1, k, caption, looks.label(**HEAD | {"font_size": 11}))
        sheet.write(head, k, f"{{{{ {mark} }}}}", looks.value(**{"font_size": 11} | properties))


def _page(sheet: Worksheet, area: str, head: int, landscape: bool = False) -> None:
    sheet.print_area(area)
    sheet.repeat_rows(head - 1)
    if not landscape:
        sheet.freeze_panes(head, 0)
    official_page(sheet, landscape, NARROW)
    sheet.protect("", _LOCK)
