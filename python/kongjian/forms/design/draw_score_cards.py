"""学校评分表.xlsx and 教师评分表.xlsx: one unit's indicators with clause, value, score and the experts' column (附件1, 附件2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.forms.design.looks import HEAD, Looks, official_page
from kongjian.forms.score_cards import SHEET
from kongjian.rules import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role

_TIGHT = {"top": 15 / 25.4, "bottom": 15 / 25.4, "left": 12 / 25.4, "right": 12 / 25.4}
# caption, mark, width in characters, properties of its cells; together as wide as A4 between those margins
_COLUMNS: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
    ("一级指标", "指标.一级指标|合并", 8.4, {"align": "center", "font_size": 9}),
    ("指标", "指标.指标", 12.6, {"align": "center"}),
    ("条款原文", "指标.条款原文", 21, {}),
    ("取值", "指标.取值", 7.4, {"align": "center"}),
    ("计分规则", "指标.计分规则", 19.4, {}),
    ("分值", "指标.分值", 4.6, {"align": "center"}),
    ("得分", "指标.得分", 6, {"align": "center", "num_format": "0.00"}),
    ("扣分", "指标.扣分", 6, {"align": "center", "num_format": "0.00"}),
    ("专家核分", "指标.专家核分", 5.4, {"align": "center", "locked": False}),
    ("备注", "指标.备注", 7, {"locked": False}),
)
_FACTS: dict[str, tuple[tuple[tuple[str, str] | Role, ...], ...]] = {
    "school": (
        (("学校名称", "学校名称"), Role.STAGE, ("是否达标", "是否达标")),
        (("名次", "名次"), ("得分", "得分"), ("月均得分", "月均得分")),
    ),
    "teacher": (
        (("学校名称", "学校名称"), ("姓名", "教师姓名"), ("账号", "账号")),
        (("名次", "名次"), ("得分", "得分"), ("月均得分", "月均得分")),
        (("是否达标", "是否达标"), Role.TEACHING, Role.HOMEROOM),
    ),
}
_NOTHING = ("", "")
"""In the place of a column that the scheme does not have."""
_WITH_DECIMALS = ("得分", "月均得分", "计算得分", "平台得分", "采用得分")
# a label and its value, three times side by side
_THREE = (("A", "B", "C", "C"), ("D", "D", "E", "E"), ("F", "G", "H", "J"))


@dataclass(frozen=True)
class _Measures:
    """Sizes of one card, in points: a school has 22 indicators to one page, a teacher 10."""

    font: float
    row: float
    line: float
    value: str
    """The number format of a measure: a school's is mostly a mean, a teacher's a count."""


_MEASURES = {"school": _Measures(9, 22, 21, "0.00"), "teacher": _Measures(10, 46, 26, "General")}


def school(book: Workbook, looks: Looks, rules: Rules) -> None:
    """学校评分表.xlsx."""
    _draw(book, looks, rules, "school")


def teacher(book: Workbook, looks: Looks, rules: Rules) -> None:
    """教师评分表.xlsx."""
    _draw(book, looks, rules, "teacher")


def _draw(book: Workbook, looks: Looks, rules: Rules, kind: str) -> None:
    sheet = book.add_worksheet(SHEET)
    card = _Card(sheet, looks, _MEASURES[kind])
    for k, (_, _, width, _) in enumerate(_COLUMNS):
        sheet.set_column(k, k, width)
    card.line(1, "{{ 方案名称 }}", looks.get(font_size=card.sizes.font + 1, align="center", text_wrap=True))
    card.line(2, f"{OBJECT_LABELS[kind]}评分表", looks.title(), 30)
    for row, facts in enumerate(_FACTS[kind], start=3):
        pairs = [_of_role(rules, kind, f) if isinstance(f, Role) else f for f in facts]
        card.three(row, [(label, f"{{{{ {mark} }}}}" if mark else "") for label, mark in pairs])
    head = 3 + len(_FACTS[kind])
    _table(card, head)
    _ending(card, head + 2)
    sheet.print_area(0, 0, head + 5, len(_COLUMNS) - 1)
    sheet.repeat_rows(head - 1)
    official_page(sheet, margins=_TIGHT)
    sheet.fit_to_pages(1, 1)  # a few points too many shrink the page a little instead of spilling over
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _of_role(rules: Rules, kind: str, role: Role) -> tuple[str, str]:
    """The caption and the mark of a role's column: its name."""
    column = rules.table(f"{kind}s").by_role(role)
    return (column.name, column.name) if column else _NOTHING


class _Card:
    """The sheet with the formats of its cells."""

    def __init__(self, sheet: Worksheet, looks: Looks, sizes: _Measures) -> None:
        self.sheet, self.looks, self.sizes = sheet, looks, sizes

    def line(self, row: int, text: str, look: Any, height: float = 0) -> None:
        """One text over the whole width; `row` is 1-based."""
        self.sheet.set_row(row - 1, height or self.sizes.line)
        self.sheet.merge_range(f"A{row}:J{row}", text, look)

    def label(self, **properties: Any) -> Any:
        return self.looks.label(font_size=self.sizes.font, **properties)

    def value(self, **properties: Any) -> Any:
        return self.looks.value(**{"font_size": self.sizes.font} | properties)

    def span(self, first: str, last: str, row: int, text: str, look: Any) -> None:
        if first == last:
            self.sheet.write(f"{first}{row}", text, look)
        else:
            self.sheet.merge_range(f"{first}{row}:{last}{row}", text, look)

    def three(self, row: int, facts: list[tuple[str, str]], **properties: Any) -> None:
        """Three labels with their values."""
        self.sheet.set_row(row - 1, self.sizes.line)
        for (a, b, c, d), (label, text) in zip(_THREE, facts, strict=True):
            decimals = {"num_format": "0.00"} if label in _WITH_DECIMALS else {}
            self.span(a, b, row, label, self.label())
            self.span(c, d, row, text, self.value(align="center", **decimals, **properties))


def _table(card: _Card, head: int) -> None:
    """Captions in row `head`, the row of indicators below; an expert's score is bounded by the indicator's points."""
    sheet = card.sheet
    sheet.set_row(head - 1, card.sizes.font * 3)
    sheet.set_row(head, card.sizes.row)
    for k, (caption, mark, _, properties) in enumerate(_COLUMNS):
        sheet.write(head - 1, k, caption, card.label(**HEAD))
        own = {"num_format": card.sizes.value} if caption == "取值" else {}
        sheet.write(head, k, f"{{{{ {mark} }}}}", card.value(**properties, **own))
    place = f"I{head + 1}"
    sheet.data_validation(
        place,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": f"=F{head + 1}",
            "error_title": "专家核分",
            "error_message": "请填0到这一项分值之间的数字。",
        },
    )


def _ending(card: _Card, row: int) -> None:
    """The totals, which score counts and why, the signature."""
    sheet, head = card.sheet, HEAD
    sheet.set_row(row - 1, card.sizes.line)
    sheet.merge_range(f"A{row}:E{row}", "合计", card.label(**head))
    totals = (
        ("F", "分值", "General"),
        ("G", "得分", "0.00"),
        ("H", "扣分", "0.00"),
        ("I", "核分", "General"),
    )
    for column, name, form in totals:
        look = card.value(align="center", num_format=form, **head)
        sheet.write(f"{column}{row}", f"{{{{ {name}合计 }}}}", look)
    sheet.write(f"J{row}", "", card.value())
    scores = [("计算得分", "{{ 计算得分 }}"), ("平台得分", "{{ 平台得分 }}"), ("采用得分", "{{ 得分 }}")]
    card.three(row + 1, scores)
    card.sheet.set_row(row, max(card.sizes.line, card.sizes.font * 3))
    card.line(row + 2, "说明：{{ 说明 }}", card.value())
    card.three(row + 3, [("评审专家", ""), ("日期", ""), ("复核", "")], locked=False)
    card.sheet.set_row(row + 2, max(card.sizes.line, 24))
